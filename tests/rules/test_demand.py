"""Demand: shares and their complements, Roy's identity, customers who stay, and the outside good."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from rules.markets import firms

from econsim.arrays import FIRM, NUMPY
from econsim.rules import demand, pricing
from econsim.rules.demand import ABSENT

BUDGET = 500_000.0
LOG_WEIGHTS = arrays_of.arrays(
    float, st.tuples(st.integers(1, 6), st.integers(1, 3), st.integers(1, 4)), elements=st.floats(-30.0, 30.0)
)


def others(weight: np.ndarray, other: np.ndarray) -> np.ndarray:
    """For each firm the summed weight of all the others, by brute force."""
    return np.stack([np.delete(weight, firm, axis=0).sum(axis=0) + other[0] for firm in range(len(weight))])


@given(values=LOG_WEIGHTS, other=st.floats(-30.0, 30.0))
def test_shares_of_a_split_sum_to_one(values, other):
    parts = demand.split(values, np.full_like(values[:1], other), NUMPY)
    total = parts.share.sum(axis=FIRM, keepdims=True) + parts.other_share
    np.testing.assert_allclose(total, 1.0, rtol=4e-16 * (len(values) + 2))


@given(values=LOG_WEIGHTS, other=st.floats(-30.0, 30.0))
def test_complements_are_sums_over_the_others(values, other):
    """Not 1 - share: when one firm has all but 1e-26 of the market, what is left keeps all its digits."""
    rest_of_market = np.full_like(values[:1], other)
    parts = demand.split(values, rest_of_market, NUMPY)
    largest = max(values.max(), other)
    weight, other_weight = np.exp(values - largest), np.exp(rest_of_market - largest)
    everything = weight.sum(axis=0) + other_weight
    np.testing.assert_allclose(parts.rest, others(weight, other_weight) / everything, rtol=5e-14)
    np.testing.assert_allclose(parts.other_rest, weight.sum(axis=0, keepdims=True) / everything, rtol=5e-14)


def test_complement_of_a_near_monopolist_to_the_last_digit():
    """Weights 1, e^-40 and e^-50: of 1 - share not one digit would be left; the sum is exact to 1e-15 relative."""
    parts = demand.split(firms(0.0, -40.0), firms(-50.0), NUMPY)
    exact = (np.exp(-40.0) + np.exp(-50.0)) / (1.0 + np.exp(-40.0) + np.exp(-50.0))
    assert parts.rest[0, 0, 0] == pytest.approx(exact, rel=1e-15)
    assert 1.0 - parts.share[0, 0, 0] == 0.0


@pytest.mark.parametrize("tied", [1, 2, 3, 5])
def test_ties_at_the_top(tied):
    """n firms with the same weight share equally, alone and with an equal alternative."""
    values = firms(*[0.7] * tied)
    without = demand.split(values, firms(ABSENT), NUMPY)
    np.testing.assert_allclose(without.share, 1.0 / tied, rtol=1e-15)
    np.testing.assert_allclose(without.rest, 1.0 - 1.0 / tied, rtol=1e-15, atol=1e-15)
    beside_an_equal = demand.split(values, firms(0.7), NUMPY)
    np.testing.assert_allclose(beside_an_equal.rest, tied / (tied + 1.0), rtol=1e-15)
    np.testing.assert_allclose(beside_an_equal.other_rest, tied / (tied + 1.0), rtol=1e-15)


def test_an_absent_firm_sells_nothing():
    parts = demand.split(firms(0.0, ABSENT), firms(-1.0), NUMPY)
    assert parts.share[1, 0, 0] < 1e-100
    assert parts.log_sum[0, 0, 0] == pytest.approx(np.log(1.0 + np.exp(-1.0)), rel=1e-15)


@given(values=LOG_WEIGHTS, other=st.floats(-30.0, 30.0))
def test_rivals_log_sum_leaves_out_oneself(values, other):
    rest_of_market = np.full_like(values[:1], other)
    expected = np.log(others(np.exp(values), np.exp(rest_of_market)))
    np.testing.assert_allclose(demand.rivals_log_sum(values, rest_of_market, NUMPY), expected, rtol=1e-12, atol=1e-12)


@given(values=LOG_WEIGHTS)
def test_log_sum_is_the_log_of_the_sum(values):
    expected = np.log(np.exp(values).sum(axis=0, keepdims=True))
    np.testing.assert_allclose(demand.log_sum(values, NUMPY), expected, rtol=1e-13, atol=1e-13)


def market_at(log_price: np.ndarray, eta: float = 2.0, eta_c: float = 6.0, eta_o: float = 0.1) -> demand.Market:
    """Two labs, two copies and the fringe at given log prices, (firm, 1, draw)."""
    lab, copy, fringe = np.array([1.9, 1.5]), np.array([0.8, 0.3]), 0.1
    return demand.market(
        lab.reshape(-1, 1, 1) - log_price[:2],
        copy.reshape(-1, 1, 1) - log_price[2:4],
        fringe - log_price[4:],
        -3.0,
        eta,
        eta_c,
        eta_o,
        NUMPY,
    )


def spending_shares(shares: demand.Market) -> np.ndarray:
    """Share of the task budget spent on each of labs, copies and fringe, (firm, 1, draw)."""
    copies, fringe = shares.copy_within * shares.nest_share, shares.fringe_within * shares.nest_share
    return shares.ai_share * np.concatenate([shares.lab_share, copies, fringe])


def test_market_shares_sum_to_one():
    log_price = np.random.default_rng(0).normal(size=(5, 1, 200))
    shares = market_at(log_price)
    total = spending_shares(shares).sum(axis=FIRM, keepdims=True) + shares.outside_share
    np.testing.assert_allclose(total, 1.0, rtol=1e-14)
    np.testing.assert_allclose(shares.nest_rest, shares.lab_share.sum(axis=FIRM, keepdims=True), rtol=1e-14)


@pytest.mark.parametrize("firm", range(5), ids=["lab", "other lab", "copy", "other copy", "fringe"])
def test_roys_identity(firm):
    """C6: What a buyer loses when a log price rises is what it spends there: dCS/d ln p_j = -Y s_j."""
    step = 2e-3  # wide enough that rounding does not show, at fourth order
    log_price = np.zeros((5, 1, 4))
    log_price[firm, 0, :] = step * np.array([-2.0, -1.0, 1.0, 2.0])
    surplus = demand.consumer_surplus(BUDGET, market_at(log_price).inclusive_value, -3.0, 0.1, NUMPY)[0, 0]
    slope = (surplus[0] - 8.0 * surplus[1] + 8.0 * surplus[2] - surplus[3]) / (12.0 * step)
    spent = BUDGET * spending_shares(market_at(np.zeros((5, 1, 1))))[firm, 0, 0]
    assert slope == pytest.approx(-spent, rel=1e-8)


@pytest.mark.parametrize("firm", range(4))
def test_elasticities_are_the_slopes_of_demand(firm):
    """Spending on a firm falls by (its elasticity) per cent for each per cent of its price."""
    step = 1e-5
    log_price = np.zeros((5, 1, 2))
    log_price[firm, 0, :] = [-step, step]
    spent = spending_shares(market_at(log_price))[firm, 0]
    shares = market_at(np.zeros((5, 1, 1)))
    lab = pricing.lab_elasticity(shares, 2.0, 0.1)
    copy = pricing.copy_elasticity(shares, 2.0, 6.0, 0.1)
    slope = np.log(spent[1] / spent[0]) / (2.0 * step)
    assert slope == pytest.approx(-np.concatenate([lab, copy])[firm, 0, 0], rel=1e-8)


def test_equal_elasticities_flatten_the_nests():
    """With eta_c = eta there is one nest: copies compete with labs as labs do with one another."""
    shares = market_at(np.zeros((5, 1, 1)), eta=2.0, eta_c=2.0)
    weight = np.exp(2.0 * np.array([1.9, 1.5, 0.8, 0.3, 0.1]))
    flat = spending_shares(shares)[:, 0, 0] / shares.ai_share[0, 0, 0]
    np.testing.assert_allclose(flat, weight / weight.sum(), rtol=1e-14)


@given(share=st.floats(1e-4, 0.9), value=st.floats(-50.0, 50.0), elasticity=st.floats(1e-3, 1.0))
def test_outside_utility_gives_the_share_it_was_set_for(share, value, elasticity):
    outside = demand.outside_utility_for(share, value, elasticity, NUMPY)
    ai, rest = demand.adoption(value, outside, elasticity, NUMPY)
    assert ai == pytest.approx(share, rel=1e-10)
    assert ai + rest == pytest.approx(1.0, rel=1e-15)


@pytest.mark.parametrize("odds", [-1e6, -600.0, 600.0, 1e6])
def test_adoption_is_finite_at_its_ends(odds):
    ai, rest = demand.adoption(np.array(odds), 0.0, 1.0, NUMPY)
    surplus = demand.consumer_surplus(1.0, np.array(odds), 0.0, 1.0, NUMPY)
    assert np.isfinite([ai, rest, surplus]).all()
    assert (ai > 0.5) == (odds > 0)


@given(inertia=st.floats(0.0, 0.99), seed=st.integers(0, 1000))
def test_realised_shares_still_sum_to_one(inertia, seed):
    """Customers of firms that left choose anew, so that nobody is lost."""
    generator = np.random.default_rng(seed)
    last, target = (generator.dirichlet(np.ones(5)).reshape(5, 1, 1) for _ in range(2))
    offered = generator.random((5, 1, 1)) < 0.7
    kept = demand.kept_share(inertia, last, offered, NUMPY)
    realised = demand.realised_share(kept, 1.0 - kept.sum(), target)
    assert realised.sum() == pytest.approx(1.0, rel=1e-14)
    assert (kept[~offered] == 0.0).all()


def test_without_inertia_buyers_experience_what_they_would_choose():
    assert demand.experienced_inclusive_value(0.0, 1.0, 3.25) == 3.25
    assert demand.experienced_inclusive_value(0.6 * 2.0, 0.4, 3.0) == pytest.approx(2.4)
