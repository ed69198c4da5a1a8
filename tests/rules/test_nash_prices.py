"""The price equilibrium over the whole parameter box: it is found, it is one, and nobody would rather move."""

from __future__ import annotations

import numpy as np
import pytest
from rules import markets
from rules.markets import evaluate, lowest, setting, solve
from rules.random_markets import only, random_setting

from econsim.arrays import FIRM, NUMPY
from econsim.rules import pricing
from econsim.rules.demand import ABSENT

POINTS = 500
SOLVED = 1e-10


def anywhere(given: markets.Setting, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """First guesses that know nothing of the market: log markups from a tenth of the least to 4 above it."""
    generator = np.random.default_rng(seed)
    lab, copy = lowest(given)
    return tuple(start * 0.1 + 4.0 * generator.random(start.shape) ** 3 for start in (lab, copy))


def nearby(solved: markets.Solved, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The solution, every markup moved by up to a fifth: more than a quarter does to it."""
    generator = np.random.default_rng(seed)
    return tuple(
        markup * generator.uniform(0.8, 1.2, markup.shape) for markup in (solved.lab_markup, solved.copy_markup)
    )


@pytest.fixture(scope="module", params=[0.1, 0.3, 1.0], ids=lambda dispersion: f"dispersion {dispersion}")
def box(request: pytest.FixtureRequest) -> markets.Setting:
    """Markets at Latin-hypercube points of the prior."""
    return random_setting(POINTS, seed=1, dispersion=request.param)


def test_cold_solve_from_the_least_markups(box):
    solved = solve(box)
    assert solved.residual.shape == (1, 1, POINTS)
    assert solved.residual.max() <= SOLVED


def test_cold_solve_from_anywhere_finds_the_same(box):
    one, other = solve(box), solve(box, anywhere(box, seed=2))
    assert other.residual.max() <= SOLVED
    np.testing.assert_allclose(other.lab_markup, one.lab_markup, rtol=1e-9)
    np.testing.assert_allclose(other.copy_markup, one.copy_markup, rtol=1e-9)


def test_warm_solve_from_a_perturbed_start(box):
    cold = solve(box)
    warm = solve(box, nearby(cold, seed=3), pricing.WARM_STEPS)
    assert warm.residual.max() <= SOLVED
    np.testing.assert_allclose(warm.lab_markup, cold.lab_markup, rtol=1e-9)


def test_a_few_steps_are_not_enough(box):
    """The step counts are needed: with two, somebody's condition is missed."""
    assert solve(box, steps=2).residual.max() > 1e-6


@pytest.mark.parametrize("dispersion", [2.0, 4.0, 8.0])
def test_limit_price_kinks(dispersion):
    """Firms far ahead of their rivals price at a kink, where elasticity jumps from near 0 to eta_c."""
    given = random_setting(POINTS, seed=1, dispersion=dispersion)
    cold = solve(given)
    assert (cold.copy_elasticity.min(axis=FIRM) < 0.3).mean() > 0.05, "the market has to have kinks"
    assert int((cold.residual > SOLVED).sum()) == 0
    warm = solve(given, nearby(cold, seed=3), pricing.WARM_STEPS)
    assert int((warm.residual > SOLVED).sum()) == 0


@pytest.mark.parametrize("outside", [-20.0, -40.0, -60.0])
def test_a_monopolist_of_all_spending(outside):
    """One lab and s_AI near 1: elasticity is eta_o (1 - s_AI), down to 4e-7, and the markup up to e^15.

    The closed form of a fixed rival, which here is the outside good: t (1 + (1 + t)/eta_o)^eta_o = e^(-eta_o u_0).
    """
    eta_o = 0.3
    solved = solve(setting(labs=markets.firms(0.0), outside=outside, eta_o=eta_o))
    odds = eta_o * np.expm1(solved.lab_markup.item()) - 1.0
    assert solved.residual.max() <= SOLVED
    assert np.log(odds) + eta_o * np.log1p((1.0 + odds) / eta_o) == pytest.approx(-eta_o * outside, rel=1e-9)
    assert solved.lab_elasticity.item() == pytest.approx(eta_o * solved.shares.outside_share.item(), rel=1e-9)
    assert solved.shares.ai_share.item() > 0.9


@pytest.mark.parametrize("copies", [2, 6])
def test_tied_firms_charge_the_same(copies):
    given = setting(
        labs=markets.firms(1.0, 1.0), copies=markets.firms(*[0.4] * copies), outside=2.0, eta=2.0, eta_c=6.0, eta_o=0.1
    )
    solved = solve(given)
    assert solved.residual.max() <= SOLVED
    assert np.ptp(solved.lab_markup) == 0.0
    assert np.ptp(solved.copy_markup) == 0.0


def test_absent_firms_change_nothing():
    labs, copies = markets.firms(1.0, 0.4), markets.firms(0.5, 0.1)
    without = solve(setting(labs, copies, markets.firms(-0.3), 2.0, 2.0, 6.0, 0.1))
    padded = solve(
        setting(
            np.concatenate([labs, markets.firms(ABSENT)]),
            np.concatenate([copies, markets.firms(ABSENT, ABSENT)]),
            markets.firms(-0.3),
            2.0,
            2.0,
            6.0,
            0.1,
        )
    )
    np.testing.assert_allclose(padded.lab_markup[:2], without.lab_markup, rtol=1e-13)
    np.testing.assert_allclose(padded.copy_markup[:2], without.copy_markup, rtol=1e-13)
    assert padded.residual.max() <= SOLVED


def test_segments_and_draws_do_not_touch():
    """A market solved beside others has the prices that it has alone, to the last bit."""
    given = random_setting(40, seed=5, dispersion=1.0)
    together = solve(given)
    for draw in (0, 17, 39):
        alone = solve(only(given, draw, repeat=2))
        np.testing.assert_array_equal(alone.lab_markup[..., 0], together.lab_markup[..., draw])
        np.testing.assert_array_equal(alone.copy_markup[..., 0], together.copy_markup[..., draw])


def test_equilibrium_is_a_mutual_best_reply():
    """Brute force: at the others' prices no lab and no copy earns more at any of 801 other markups."""
    given = random_setting(12, seed=8, dispersion=0.7, absent=0.2)
    solved = solve(given)
    for draw in range(12):
        trials = 801
        repeated = only(given, draw, trials)
        lab, copy = (np.repeat(part[..., [draw]], trials, axis=-1) for part in solved[:2])
        for markups, profit_of in ((lab, markets.lab_profit), (copy, markets.copy_profit)):
            values = repeated.lab_value if markups is lab else repeated.copy_value
            for firm in range(len(markups)):
                own = markups[firm, :, 0]
                kept = markups[firm].copy()
                markups[firm] = np.concatenate(
                    [own[:, None], own[:, None] * np.geomspace(0.05, 20.0, trials - 1)], axis=1
                )
                profit = profit_of(repeated, lab, copy)[firm]
                markups[firm] = kept
                for segment in np.flatnonzero(values[firm, :, 0] > ABSENT):
                    assert profit[segment].max() <= profit[segment, 0] * (1.0 + 1e-12)


def test_profit_is_flat_at_the_equilibrium():
    """The derivative of log profit in the own log price, by central differences, is zero for every firm on offer."""
    given = random_setting(100, seed=4, dispersion=0.7)
    solved, step = solve(given), 1e-5
    for firm in range(len(solved.lab_markup)):
        shift = np.zeros_like(solved.lab_markup)
        shift[firm] = step
        up = markets.lab_profit(given, solved.lab_markup + shift, solved.copy_markup)[firm]
        down = markets.lab_profit(given, solved.lab_markup - shift, solved.copy_markup)[firm]
        offered = given.lab_value[firm] > ABSENT
        assert np.abs(np.log(up / down)[offered] / (2.0 * step)).max() < 1e-7


def test_residual_sees_one_firm_that_is_off():
    given = random_setting(5, seed=4, dispersion=0.7, absent=0.0)
    solved = solve(given)
    lab = solved.lab_markup.copy()
    lab[2, 1, 3] *= 1.01
    missed = evaluate(given, lab, solved.copy_markup).residual[0, 0]
    assert missed[3] > 1e-3
    assert np.delete(missed, 3).max() <= SOLVED


def test_no_firm_charges_less_than_the_least_markup():
    given = random_setting(POINTS, seed=6, dispersion=2.0)
    solved = solve(given)
    lab, copy = lowest(given)
    assert (solved.lab_markup >= lab).all()
    assert (solved.copy_markup >= copy).all()


@pytest.mark.parametrize("x", [0.9, 0.999, 1.001, 1.1])
def test_log_near_one(x):
    """Fifth order: the miss is (x - 1)^5 / 180 to leading order."""
    above, below = pricing.log_near_one(x)
    assert above / below == pytest.approx(np.log(x), abs=1.3 * abs(x - 1.0) ** 5 / 180.0 + 1e-16)


@pytest.mark.parametrize("x", [0.0, 1e-200, 1e100])
def test_log_near_one_is_bounded(x):
    above, below = pricing.log_near_one(x)
    assert abs(above / below) <= 3.0


def test_least_markup_and_first_order_condition():
    assert pricing.lowest_markup(4.0, NUMPY) == pytest.approx(np.log(1.25))
    markup = np.log1p(1.0 / 2.5)
    assert pricing.first_order_condition(markup, 2.5, NUMPY) == pytest.approx(0.0, abs=1e-15)
    assert pricing.first_order_condition(1.01 * markup, 2.5, NUMPY) > 0.0
