"""When a copy pays: cost, ramp, conditions, and the incentive itself."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from econsim.arrays import NUMPY
from econsim.rules import copying, demand, evaluation, policy

MONEY = st.floats(0.0, 1e5)


def test_replacement_cost_is_the_cost_of_the_missing_compute():
    """kappa_0 (e^(q - G) - e^(P - G)): nothing to train where the public already is."""
    found = copying.replacement_training_cost(2000.0, 3.0, 1.0, 2.0, NUMPY)
    assert found == pytest.approx(2000.0 * (np.e - 1.0 / np.e))
    assert copying.replacement_training_cost(2000.0, 1.0, 1.0, 2.0, NUMPY) == copying.LEAST_TRAINING_COST
    assert np.isfinite(copying.replacement_training_cost(2000.0, 1e6, 0.0, 0.0, NUMPY))


def test_the_asymmetry():
    """A copy's cost base is the copy cost ratio of training anew, whatever training costs."""
    for replacement in (10.0, 1e9):
        assert copying.copy_cost_base(0.002, replacement, 1.0, 1.0, 1.0) == pytest.approx(0.002 * replacement)


def test_the_incentive_knows_no_politics():
    """The rules that decide on copying take costs and gains; none of them takes a label, a country or a use."""
    for rule in (copying.incentive_ratio, copying.upgrade_pays, copying.entry_pays, copying.prospect):
        names = " ".join(inspect.signature(rule).parameters)
        assert not any(word in names for word in ("foreign", "geopolit", "military", "country")), rule.__name__
    domestic, foreign = policy.foreign_cost_factor(np.array([False, True]), 0.0, NUMPY)
    assert domestic == foreign == 1.0


@given(inertia=st.floats(0.0, 0.95), horizon=st.integers(1, 40))
def test_entrant_ramp_is_the_mean_share_of_customers_won(inertia, horizon):
    """With a share 1 - rho^t of the target share in quarter t, averaged over the horizon."""
    won = 1.0 - inertia ** np.arange(1.0, horizon + 1.0)
    assert copying.entrant_ramp(inertia, float(horizon)) == pytest.approx(won.mean(), rel=1e-9, abs=1e-12)


@given(new=MONEY, old=MONEY, arrival=st.floats(0.01, 1.0), budget=MONEY, lead=st.floats(-1.0, 1.0))
def test_upgrade_pays(new, old, arrival, budget, lead):
    pays = copying.upgrade_pays(new, old, arrival, budget, 1.0 + lead, 1.0)
    assert pays == (arrival * (new - old) > budget and budget > 0.0 and 1.0 + lead > 1.0)


@given(new=MONEY, hosting=MONEY, budget=MONEY, entry_cost=MONEY)
def test_entry_pays(new, hosting, budget, entry_cost):
    """Against entering and against hosting what is public, within the horizon."""
    pays = copying.entry_pays(new, hosting, 0.6, budget, 100.0, 8.0, entry_cost)
    by_hand = (0.6 * new - budget - 100.0) * 8.0 > entry_cost and new - hosting > budget and budget > 0.0
    assert pays == by_hand


def test_incentive_ratio():
    """Gain per dollar; a copier without a worthwhile budget has none."""
    found = copying.incentive_ratio(np.array([90.0, 90.0]), 10.0, np.array([4.0, 0.0]), NUMPY)
    np.testing.assert_allclose(found, [20.0, 0.0])


def test_mean_retention_counts_active_distillers():
    loss = np.array([0.1, 0.3, 0.9]).reshape(3, 1, 1)
    active = np.array([True, True, False]).reshape(3, 1, 1)
    assert copying.mean_retention(loss, active, NUMPY).item() == pytest.approx(0.8)
    assert copying.mean_retention(loss, active & False, NUMPY).item() == 0.0


@pytest.mark.parametrize(("growth", "lead"), [(-1.0, 0.0), (0.45, 0.315), (7.0, 1.4)])
def test_expected_lead_is_capped(growth, lead):
    assert copying.expected_lead(0.7, growth, NUMPY) == pytest.approx(lead)


@given(head_loss=st.floats(0.0, 1.0), extra=st.floats(0.0, 1.0), believed=st.floats(0.0, 3.0))
def test_a_release_lies_between_the_public_and_the_teacher(head_loss, extra, believed):
    tail_loss = head_loss + extra * (1.0 - head_loss)
    made = copying.release(1.0, 2.5, head_loss, tail_loss, believed, 0.15, 0.235, NUMPY)
    assert 1.0 <= made.tail <= made.head + 1e-12
    assert made.head <= 3.5
    gap = 2.5 * (tail_loss - head_loss)
    fresh = evaluation.belief_at_release(believed, 0.15)
    assert made.believed_gap == pytest.approx(fresh + 0.235 * (gap - fresh), abs=1e-12)


def test_worth_of_full_retention():
    assert copying.worth_of_full_retention(40.0, 2.5, 0.9) == pytest.approx(90.0)


def test_detection_that_takes_everything_ends_copying():
    """detection x penalty >= 1 with full reach: the copier keeps nothing, offers nothing, and earns nothing."""
    kept = policy.net_of_transfer(0.0, np.array(True), 0.5, 2.0, np.ones((2, 1, 1)), 0.0, np.zeros((2, 3, 1)), NUMPY)
    assert not policy.is_offered(kept).any()
    seen = copying.prospect(
        np.full((2, 3, 1), 0.4), np.zeros((2, 3, 1)), np.zeros((1, 3, 1)), 1000.0,
        np.where(policy.is_offered(kept), kept, 0.0),
        0.7, 1.0, 2.0, 6.0, 0.1, np.full((2, 3, 1), 0.2), NUMPY,
    )  # fmt: skip
    np.testing.assert_array_equal(seen.profit, 0.0)
    np.testing.assert_array_equal(seen.value_of_a_nat, 0.0)
    assert not copying.entry_pays(seen.profit, 0.0, 1.0, 0.0, 0.0, 8.0, 0.0).any()


def test_absent_rivals_leave_the_fringe():
    alone = demand.rivals_log_sum(np.full((2, 1, 1), demand.ABSENT), np.full((1, 1, 1), 0.7), NUMPY)
    np.testing.assert_allclose(alone, 0.7, rtol=1e-14)
