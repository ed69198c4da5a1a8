"""One copy's best reply: the equilibrium's own condition, brute force, and the slope of profit in capability."""

from __future__ import annotations

import numpy as np
import pytest
from rules import markets
from rules.markets import lowest, solve
from rules.random_markets import only, random_setting
from scipy.optimize import minimize_scalar

from econsim.arrays import NUMPY
from econsim.rules import copying, pricing
from econsim.rules.demand import ABSENT


def replies(given: markets.Setting, solved: markets.Solved) -> pricing.Reply:
    """Best reply of every copy to the others as they stand, from the least markup."""
    return pricing.best_reply(
        given.copy_value,
        markets.rivals_of_copies(given, solved.copy_markup),
        markets.labs_log_sum(given, solved.lab_markup),
        given.outside_utility,
        given.lab_substitution,
        given.copy_substitution,
        given.adoption_elasticity,
        lowest(given)[1],
        NUMPY,
    )


@pytest.mark.parametrize("dispersion", [0.3, 0.7])
def test_in_equilibrium_everybody_plays_its_best_reply(dispersion):
    """Two solvers, one answer: the joint Newton solve and the single firm's."""
    given = random_setting(500, seed=3, dispersion=dispersion)
    solved = solve(given)
    reply = replies(given, solved)
    offered = given.copy_value > ABSENT
    bought = solved.shares.copy_within * solved.shares.nest_share * solved.shares.ai_share
    np.testing.assert_allclose(reply.markup[offered], solved.copy_markup[offered], rtol=1e-9)
    np.testing.assert_allclose(reply.elasticity[offered], solved.copy_elasticity[offered], rtol=1e-9)
    np.testing.assert_allclose(reply.share[offered], bought[offered], rtol=1e-9)


@pytest.mark.parametrize("dispersion", [1.0, 2.0, 4.0])
def test_best_reply_through_limit_price_kinks(dispersion):
    """Condition met, elasticity positive and margin within (0, 1) wherever a copy leads its rivals."""
    given = random_setting(2000, seed=1, dispersion=dispersion, absent=0.2)
    solved = solve(given)
    reply = replies(given, solved)
    offered = given.copy_value > ABSENT
    miss = np.abs(pricing.first_order_condition(reply.markup, reply.elasticity, NUMPY))
    assert int((reply.elasticity[offered] <= 0.0).sum()) == 0
    assert int((miss[offered] > 1e-9).sum()) == 0


@pytest.mark.parametrize("draw", range(6))
def test_best_reply_maximises_profit(draw):
    given = only(random_setting(6, seed=9, dispersion=0.7, absent=0.0), draw)
    solved = solve(given)
    off = solved.copy_markup * np.random.default_rng(draw).uniform(0.5, 2.0, solved.copy_markup.shape)
    solved = markets.evaluate(given, solved.lab_markup, off)  # rivals that do not play best replies
    reply = replies(given, solved)
    for firm in (0, 4, 9):
        for segment in range(3):

            def loss(markup: float, firm: int = firm, segment: int = segment) -> float:
                moved = off.copy()
                moved[firm, segment] = markup
                return -markets.copy_profit(given, solved.lab_markup, moved)[firm, segment, 0]

            best = minimize_scalar(loss, bounds=(1e-3, 8.0), method="bounded", options={"xatol": 1e-10})
            found = loss(reply.markup[firm, segment, 0])
            assert found <= best.fun * (1.0 - 1e-12)
            margin = pricing.lerner_margin(reply.elasticity)[firm, segment, 0]
            assert reply.share[firm, segment, 0] * margin == pytest.approx(-found, rel=1e-10)


def prospect(value: np.ndarray, **changes: object) -> copying.Prospect:
    """Prospects of one copy in a market of fixed rivals; `value` (1, segment, draw)."""
    inputs = {
        "value": value,
        "rivals": np.full_like(value, 1.2),
        "labs": np.full_like(value, 2.0),
        "budget": np.array([[[3000.0], [5000.0]]]),
        "net_share": np.full_like(value, 0.8),
        "value_per_nat": 0.7,
        "outside_utility": 3.0,
        "lab_substitution": 2.0,
        "copy_substitution": 6.0,
        "adoption_elasticity": 0.1,
        "start": np.full_like(value, 0.2),
    } | changes
    return copying.prospect(**inputs, xp=NUMPY)


@pytest.mark.parametrize("head", [-1.0, 0.0, 0.4, 1.5])
def test_value_of_a_nat_is_the_slope_of_profit(head):
    """Envelope theorem: the price moves too, but that costs nothing to first order."""
    step = 1e-4
    nats = head + step * np.array([-1.0, 0.0, 1.0])
    seen = prospect(0.7 * nats.reshape(1, 1, 3) + np.zeros((1, 2, 1)))
    slope = (seen.profit[0, 0, 2] - seen.profit[0, 0, 0]) / (2.0 * step)
    assert seen.value_of_a_nat[0, 0, 1] == pytest.approx(slope, rel=1e-7)


def test_a_segment_that_is_not_offered_brings_nothing():
    value = np.full((1, 2, 1), 0.5)
    kept = np.array([[[0.8], [0.0]]])
    both, one = prospect(value), prospect(value, net_share=kept)
    half = prospect(value[:, :1], budget=np.array([[[3000.0]]]))
    assert one.profit[0, 0, 0] == pytest.approx(half.profit[0, 0, 0], rel=1e-12)
    assert one.profit[0, 0, 0] < both.profit[0, 0, 0]


def test_profit_rises_with_value_and_falls_with_rivals():
    values = np.linspace(-2.0, 4.0, 61).reshape(1, 1, 61) + np.zeros((1, 2, 1))
    assert (np.diff(prospect(values).profit[0, 0]) > 0.0).all()
    rivals = np.linspace(-2.0, 8.0, 61).reshape(1, 1, 61) + np.zeros((1, 2, 1))
    assert (np.diff(prospect(np.full_like(rivals, 0.5), rivals=rivals).profit[0, 0]) < 0.0).all()
