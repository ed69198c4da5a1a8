"""Levers: bounds, monotone effects, and nothing at zero. Serving: costs and prices in logs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from econsim.arrays import NUMPY
from econsim.rules import policy, serving

SHARE = st.floats(0.0, 1.0)
ALL = np.linspace(0.0, 1.0, 101)


def kept(royalty=0.0, detection=0.0, penalty=0.0, reach=1.0, liability=0.0, shortfall=0.0, any_lab=True):
    """Share of revenue that a copier keeps under the named levers, all others at 0."""
    return policy.net_of_transfer(royalty, np.array(any_lab), detection, penalty, reach, liability, shortfall, NUMPY)


@given(covered=SHARE, mandate=SHARE)
def test_tail_coverage_is_a_share(covered, mandate):
    found = policy.tail_coverage(covered, mandate)
    assert covered - 1e-15 <= found <= 1.0 + 1e-15


def test_tail_coverage_at_its_ends():
    assert policy.tail_coverage(0.1, 0.0) == 0.1
    assert policy.tail_coverage(0.1, 1.0) == 1.0
    assert (np.diff(policy.tail_coverage(0.1, ALL)) > 0.0).all()


def test_restriction_makes_copying_dearer_and_use_worse():
    """1/(1 - A): twice as dear at one half; honest users lose in proportion."""
    assert policy.query_cost_factor(0.0) == 1.0
    assert policy.query_cost_factor(0.5) == 2.0
    assert (np.diff(policy.query_cost_factor(ALL[:-1])) > 0.0).all()
    np.testing.assert_allclose(policy.lab_friction(0.1, ALL), 0.1 * ALL)


def test_borders_bind_foreign_copiers_only():
    foreign = np.array([True, False]).reshape(2, 1, 1)
    np.testing.assert_array_equal(policy.foreign_cost_factor(foreign, 1.5, NUMPY)[:, 0, 0], [2.5, 1.0])
    np.testing.assert_array_equal(policy.enforceable_share(foreign, 0.3, NUMPY)[:, 0, 0], [0.3, 1.0])


@pytest.mark.parametrize("off", [{}, {"detection": 1.0}, {"penalty": 5.0}, {"shortfall": 0.5}, {"liability": 1.0}])
def test_a_lever_without_its_partner_takes_nothing(off):
    """Detection without a penalty, a penalty without detection, liability without a shortfall: all is kept."""
    assert kept(**off) == 1.0


@pytest.mark.parametrize(
    "lever",
    [
        lambda x: kept(royalty=x),
        lambda x: kept(detection=x, penalty=1.0),
        lambda x: kept(detection=0.4, penalty=x),
        lambda x: kept(detection=0.4, penalty=1.0, reach=x),
        lambda x: kept(liability=x, shortfall=0.6),
    ],
    ids=["royalty", "detection", "penalty", "reach", "liability"],
)
def test_each_transfer_takes_more_the_higher_it_is(lever):
    share = lever(ALL)
    assert share[0] == 1.0
    assert (np.diff(share) < 0.0).all()


def test_transfers_add_up():
    assert kept(0.2, 0.3, 1.5, 0.5, 0.4, 0.25) == pytest.approx(1.0 - 0.2 - 0.3 * 1.5 * 0.5 - 0.4 * 0.25)


def test_a_pleasant_surprise_is_not_rewarded():
    assert kept(liability=1.0, shortfall=-0.4) == 1.0


def test_without_labs_no_royalty():
    assert kept(royalty=0.2, any_lab=False) == 1.0


def test_a_copier_that_keeps_next_to_nothing_withdraws():
    np.testing.assert_array_equal(
        policy.is_offered(np.array([-0.5, 0.0, 0.02, 0.021, 1.0])), [False, False, False, True, True]
    )


def test_enforcement_costs_in_proportion():
    np.testing.assert_allclose(policy.enforcement_spending(200.0, ALL), 200.0 * ALL)


# ------------------------------------------------------------------------------------------ serving


def test_unit_cost_falls_with_efficiency_and_time():
    """psi (q - G) - g_c t: 0 at the start; cost per unit is e^-g_c times as high a quarter later."""
    assert serving.log_unit_cost(0.0, 0.0, 0.5, 0.2, 0.0) == 0.0
    assert serving.log_unit_cost(3.0, 1.0, 0.5, 0.2, 4.0) == pytest.approx(1.0 - 0.8)


def test_copies_are_cheaper_to_serve_unless_compute_is_dear():
    assert serving.log_copy_cost_ratio(0.35, 1.0, NUMPY) == pytest.approx(np.log(0.35))
    assert serving.log_copy_cost_ratio(0.5, 2.0, NUMPY) == pytest.approx(0.0)


def test_surcharge_only_where_offered():
    found = serving.log_transfer_markup(np.array([0.8, 0.01, -2.0]), np.array([True, False, False]), NUMPY)
    np.testing.assert_allclose(found, [np.log(1.25), 0.0, 0.0], atol=1e-15)


def test_utilities():
    """A copy is valued by its head less what buyers believe of its tail; a lab has its premium, less friction."""
    weight = np.array([0.05, 0.2, 0.5]).reshape(1, 3, 1)
    copy = serving.copy_utility(2.0, 0.8, 1.2, weight, 0.0, 0.05)
    np.testing.assert_allclose(copy[0, :, 0], 1.2 * (2.0 - np.array([0.04, 0.16, 0.4])) + 0.05)
    assert serving.lab_utility(2.0, 1.2, 1.2, 0.1, -0.05) == pytest.approx(2.4 + 1.2 - 0.1 - 0.05)
    assert serving.public_utility(2.0, 1.2) == pytest.approx(2.4)


@given(spending=st.floats(0.0, 1e9), cost=st.floats(-20.0, 20.0), markup=st.floats(0.0, 5.0))
def test_spending_is_price_times_quantity(spending, cost, markup):
    price = serving.log_price(cost, markup)
    assert serving.quantity(spending, price, NUMPY) * np.exp(price) == pytest.approx(spending, rel=1e-12)


@pytest.mark.parametrize("log_price", [-1e9, 1e9])
def test_quantity_is_finite_at_any_price(log_price):
    assert np.isfinite(serving.quantity(100.0, log_price, NUMPY))
