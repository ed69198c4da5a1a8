"""Prices against closed forms: symmetric firms, a fixed rival, limit prices, transfers as costs."""

from __future__ import annotations

import numpy as np
import pytest
from rules import markets
from rules.markets import NO_COPIES, setting, solve
from scipy.optimize import minimize_scalar
from scipy.special import lambertw

from econsim.arrays import FIRM, NUMPY, SEGMENT
from econsim.rules import demand, firms, policy, pricing, serving
from econsim.rules.demand import ABSENT

# ------------------------------------------------------------------------------------------ symmetric firms


@pytest.mark.parametrize(
    ("labs", "eta", "margin"), [(2, 2.0, 0.5), (4, 2.0, 0.4), (4, 3.0, 0.307692307692), (10, 5.0, 0.181818181818)]
)
def test_margin_of_symmetric_labs(labs, eta, margin):
    """C1: N equal labs and nothing else: margin 1 / (1 + eta (1 - 1/N)) (Anderson, de Palma and Thisse 1992)."""
    solved = solve(setting(labs=markets.firms(*[0.3] * labs), eta=eta))
    found = pricing.lerner_margin(solved.lab_elasticity)
    np.testing.assert_allclose(found, 1.0 / (1.0 + eta * (1.0 - 1.0 / labs)), rtol=1e-8)
    np.testing.assert_allclose(found, margin, rtol=1e-8)
    np.testing.assert_allclose(-np.expm1(-solved.lab_markup), found, rtol=1e-12)


@pytest.mark.parametrize("labs", [1, 2, 4, 7])
def test_concentration_of_symmetric_labs(labs):
    """C9: Equal labs have equal shares, so the sum of their squares is 1/N."""
    solved = solve(setting(labs=markets.firms(*[0.0] * labs), outside=0.0, eta_o=0.1))
    assert (solved.shares.lab_share**2).sum() == pytest.approx(1.0 / labs, rel=1e-12)


@pytest.mark.parametrize("copies", [1, 2, 5])
def test_elasticity_of_identical_copies(copies):
    """C1b: n equal copies beside labs: eta_c (1 - 1/n) + (eta / n)(1 - S_C), with S_C the nest's share within AI."""
    eta, eta_c = 2.0, 6.0
    solved = solve(setting(labs=markets.firms(0.5, 0.2), copies=markets.firms(*[0.1] * copies), eta=eta, eta_c=eta_c))
    nest = solved.shares.nest_share[0, 0, 0]
    expected = eta_c * (1.0 - 1.0 / copies) + eta / copies * (1.0 - nest)
    assert 0.05 < nest < 0.95
    np.testing.assert_allclose(solved.copy_elasticity, expected, rtol=1e-7)
    assert solved.residual.max() < 1e-10


# ------------------------------------------------------------------------------------------ linear-price benches


def linear_logit_price(sensitivity: float, cost: float, quality: float, others: float) -> float:
    """Best reply in the linear-price logit against rivals of total weight `others`: the Lambert-W closed form."""
    w = lambertw(np.exp(quality - sensitivity * cost - 1.0) / others).real
    return cost + (1.0 + w) / sensitivity


def linear_logit_split(prices: list[float], sensitivity: float, quality: float) -> demand.Split:
    """Shares of firms with utility quality - sensitivity x price, beside an outside good of utility 0."""
    return demand.split(markets.firms(*[quality - sensitivity * price for price in prices]), markets.firms(0.0), NUMPY)


def test_linear_logit_monopoly():
    """C2: alpha 1, cost 0, quality 1: p = 1 + W(1) = 1.567143290409784, and our shares maximise its profit there."""
    price = linear_logit_price(1.0, 0.0, 1.0, others=1.0)
    parts = linear_logit_split([price], 1.0, 1.0)
    assert price == pytest.approx(1.567143290409784, rel=1e-15)
    assert parts.share[0, 0, 0] == pytest.approx(0.3618962566, rel=1e-9)
    assert price == pytest.approx(1.0 / parts.rest[0, 0, 0], rel=1e-14)
    best = minimize_scalar(
        lambda p: -p * linear_logit_split([p], 1.0, 1.0).share[0, 0, 0], bounds=(0.1, 5.0), method="bounded"
    )
    assert best.x == pytest.approx(price, rel=1e-5)


def test_linear_logit_triopoly():
    """C2b: alpha 2, cost .5, quality 1, three firms: p = 1.094615371637, and p - c = 1 / (alpha (1 - s))."""
    price = 1.0
    for _ in range(200):
        others = 1.0 + 2.0 * np.exp(1.0 - 2.0 * price)
        price = linear_logit_price(2.0, 0.5, 1.0, others)
    parts = linear_logit_split([price] * 3, 2.0, 1.0)
    assert price == pytest.approx(1.094615371637, rel=1e-12)
    assert parts.share[0, 0, 0] == pytest.approx(0.159120292, rel=1e-8)
    assert price - 0.5 == pytest.approx(1.0 / (2.0 * parts.rest[0, 0, 0]), rel=1e-13)


# ------------------------------------------------------------------------------------------ a fixed rival

FIXED_RIVAL = [(2.0, 1.0, 0.6776506988), (3.0, 10.0, 0.8552957910), (5.0, 1e4, 2.7826279670)]


@pytest.mark.parametrize(("eta", "advantage", "markup"), FIXED_RIVAL)
def test_lab_against_a_fixed_rival(eta, advantage, markup):
    """C3: Weights A m^-eta against B: t (1 + (1 + t)/eta)^eta = A/B, with p/c - 1 = (1 + t)/eta and t the odds."""
    solved = solve(setting(labs=markets.firms(np.log(advantage) / eta), fringe=markets.firms(0.0), eta=eta))
    found = np.expm1(solved.lab_markup[0, 0, 0])
    odds = eta * found - 1.0
    assert found == pytest.approx(markup, rel=1e-8)
    assert odds * (1.0 + (1.0 + odds) / eta) ** eta == pytest.approx(advantage, rel=1e-8)


@pytest.mark.parametrize(("eta", "advantage", "markup"), FIXED_RIVAL)
def test_copy_against_a_fixed_rival(eta, advantage, markup):
    """C3: The same closed form for a copy whose only rival is the fringe, by its best reply alone."""
    value = markets.firms(np.log(advantage) / eta)
    reply = pricing.best_reply(
        value,
        markets.firms(0.0),
        markets.firms(-600.0),
        markets.AI_IS_EVERYTHING,
        eta,
        eta,
        markets.INELASTIC,
        pricing.lowest_markup(eta, NUMPY) + 0.0 * value,
        NUMPY,
    )
    assert np.expm1(reply.markup[0, 0, 0]) == pytest.approx(markup, rel=1e-8)


def test_many_close_substitutes_leave_the_lambert_odds():
    """C3b: eta to infinity: the odds t tend to W((A/B)/e); A/B = 2.5 gives .537366204."""
    eta, limit = 1e4, lambertw(2.5 / np.e).real
    solved = solve(setting(labs=markets.firms(np.log(2.5) / eta), fringe=markets.firms(0.0), eta=eta))
    odds = eta * np.expm1(solved.lab_markup[0, 0, 0]) - 1.0
    assert limit == pytest.approx(0.537366204, rel=1e-9)
    assert odds == pytest.approx(limit, abs=1.0 / eta)


@pytest.mark.parametrize(("gap", "markup"), [(0.3, 0.29028), (1.0, 0.98623), (2.0, 1.98293)])
def test_limit_price_on_a_quality_ladder(gap, markup):
    """C4: close substitutes (eta 400): the leader charges just below its quality gap (Grossman, Helpman 1991)."""
    start = (markets.firms(gap - 0.02, np.log1p(1.0 / 400.0)), NO_COPIES * 0.0 + 1.0)
    solved = solve(setting(labs=markets.firms(gap, 0.0), eta=400.0), start)
    assert solved.residual.max() < 1e-10
    assert solved.lab_markup[0, 0, 0] == pytest.approx(markup, abs=1e-5)
    assert 0.0 < gap - solved.lab_markup[0, 0, 0] < 0.02


# ------------------------------------------------------------------------------------------ transfers as costs


def test_a_royalty_acts_as_a_cost():
    """C22: Keeping the share n of revenue is as if unit cost were 1/n times as high: 20% acts as a cost of ln 1.25."""
    labs, copies, fringe = markets.firms(0.9, 0.7), markets.firms(0.6, 0.2), markets.firms(-0.4)
    kept = policy.net_of_transfer(0.2, np.array(True), 0.0, 0.0, 1.0, 0.0, 0.0 * copies, NUMPY)
    surcharge = serving.log_transfer_markup(kept, policy.is_offered(kept), NUMPY)
    np.testing.assert_allclose(surcharge, np.log(1.25), rtol=1e-15)
    under_royalty = solve(setting(labs, copies - surcharge, fringe, 1.0, 2.0, 6.0, 0.1))
    at_higher_cost = solve(setting(labs, copies - np.log(1.25), fringe, 1.0, 2.0, 6.0, 0.1))
    without = solve(setting(labs, copies, fringe, 1.0, 2.0, 6.0, 0.1))
    np.testing.assert_allclose(under_royalty.copy_markup, at_higher_cost.copy_markup, rtol=1e-13)
    np.testing.assert_allclose(under_royalty.lab_markup, at_higher_cost.lab_markup, rtol=1e-13)
    assert (under_royalty.copy_markup < without.copy_markup).all()


def test_the_net_price_under_a_royalty_maximises_profit():
    """Brute force on n p q - c q: the copier's net profit peaks where the surcharge says."""
    eta, kept = 3.0, 0.8
    value = markets.firms(np.log(4.0) / eta + np.log(kept))
    solved = solve(setting(labs=value, fringe=markets.firms(0.0), eta=eta))
    price = np.exp(solved.lab_markup[0, 0, 0]) / kept  # in units of the true unit cost

    def loss(log_price: float) -> float:
        weight = 4.0 * np.exp(-eta * log_price)
        return -weight / (1.0 + weight) * (kept - np.exp(-log_price))

    best = minimize_scalar(loss, bounds=(0.0, 3.0), method="bounded", options={"xatol": 1e-10})
    assert np.log(price) == pytest.approx(best.x, abs=1e-6)


# ------------------------------------------------------------------------------------------ a lab that comes back


@pytest.mark.parametrize("value", [-0.5, 0.6, 1.8])
def test_a_lab_that_comes_back_earns_its_best_reply(value):
    """Against the others' prices as they stand, its profit is the most that it could make as one lab more."""
    labs, fringe, outside, eta, eta_o, budget = (
        markets.firms(1.1, 0.8),
        markets.firms(0.2),
        2.5,
        2.0,
        0.1,
        np.array([[[4000.0], [9000.0]]]),
    )
    two = (np.ones((1, 2, 1)) * part for part in (labs, fringe))
    labs, fringe = two
    present = solve(setting(labs, fringe=fringe, outside=outside, eta=eta, eta_o=eta_o))
    newcomer = np.full((1, 2, 1), value)
    expected = firms.reentry_gross_profit(newcomer, present.shares.inclusive_value, budget, outside, eta, eta_o, NUMPY)

    def profit(segment: int, markup: float) -> float:
        everybody = np.concatenate([labs - present.lab_markup, newcomer - markup])
        absent = np.full((1, 2, 1), ABSENT)
        shares = demand.market(everybody, absent, fringe, outside, eta, eta, eta_o, NUMPY)
        sold = budget * shares.ai_share * shares.lab_share[-1:]
        return float(sold[0, segment, 0] * -np.expm1(-markup))

    total = 0.0
    for segment in range(2):
        best = minimize_scalar(
            lambda markup, segment=segment: -profit(segment, markup), bounds=(0.01, 6.0), method="bounded",
            options={"xatol": 1e-9},
        )  # fmt: skip
        total -= best.fun
    assert expected.shape == (1, 1, 1)
    assert expected[0, 0, 0] == pytest.approx(total, rel=1e-9)
    assert np.sum(expected, axis=(FIRM, SEGMENT)) > 0.0
