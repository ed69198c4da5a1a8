"""Regimes in which models of this kind break: each is run on purpose, and has to come out solved and sane."""

from __future__ import annotations

import numpy as np
import pytest
from model_helpers import SERIES, baseline, differing, quiet_world, run, run_of, solved, world_of, worlds

from econsim import model, replay
from econsim.arrays import NUMPY
from econsim.audit import cash_miss, walk, welfare_miss
from econsim.rules import demand, pricing
from econsim.runs import failed_draws

RESIDUAL = 1e-10


@pytest.mark.parametrize("elasticity", [0.05, 0.3, 1.0])
@pytest.mark.parametrize("inertia", [0.0, 0.9, 0.99])
def test_inertia_at_the_adoption_margin(inertia, elasticity):
    """Customers who stay lower what AI is worth to buyers, and never make surplus explode: inertia loss ≥ 0."""
    found = run_of(baseline(vendor_inertia=inertia, adoption_elasticity=elasticity), 16)
    assert solved(found)
    loss, surplus = found["inertia_loss"], found["consumer_surplus_anticipated"]
    size = np.abs(surplus).max()
    assert loss.min() >= -1e-12 * size
    if inertia == 0.0:
        np.testing.assert_allclose(loss, 0.0, atol=1e-12 * size)
    assert (surplus > 0.0).all()
    assert welfare_miss(found) <= 1e-9


@pytest.mark.parametrize("fringe", [True, False])
def test_one_lab_and_everybody_buys_ai(fringe):
    """One lab, no copies, AI share → 1: elasticity → 0, the markup grows without limit and is still solved."""
    scenario = baseline(
        n_labs=1, copying=False, public_fringe=fringe, initial_ai_share=0.9, adoption_elasticity=1.0, lab_premium=10.0,
        demand_shock_sd=0.0,
    )  # fmt: skip
    found = run_of(scenario, 8)
    assert found["residual"].max() <= RESIDUAL
    assert found["ai_share"].min() > 0.5
    assert (found["lab_margin"] > 0.5).all()
    assert (found["lab_margin"] < 1.0).all()
    assert welfare_miss(found) <= 1e-9


@pytest.mark.parametrize(("substitution", "ratio"), [(4.0, 4.0), (6.0, 1.0), (6.0, 4.0), (2.0, 16.0), (1.2, 1.0)])
def test_limit_price_kinks(substitution, ratio):
    """Close substitutes price at the kink where a rival is just kept out: solved in fixed steps, well past the box."""
    found = run_of(baseline(lab_substitution=substitution, copy_substitution_ratio=ratio), 64)
    assert found["residual"].max() <= RESIDUAL
    assert solved(found)


def test_draws_that_do_not_solve_are_reported(monkeypatch, request):
    """With too few steps some draws miss their prices: they count as failed, and their books still close."""
    monkeypatch.setattr(pricing, "WARM_STEPS", 2)
    replay.forget()
    request.addfinalizer(replay.forget)
    found = run_of(baseline(quarters=20), 32)
    missed = (found["residual"] > RESIDUAL).any(axis=0)
    assert missed.any()
    assert failed_draws(found)[missed].all()
    assert welfare_miss(found) <= 1e-9
    (counted,) = worlds(baseline(quarters=20), draws=32)
    assert counted.failed[missed].all()


def test_window_longer_than_history():
    """access_lag 38 and release_window 20: what can be copied is older than the run, on the path before its start."""
    scenario = baseline(access_lag=38.0, release_window=20.0)
    found, without = run_of(scenario, 16), run_of(scenario.with_(copying=False), 16)
    assert solved(found)
    assert found["n_distillers_active"].max() == 0.0  # public knowledge is ahead of anything that may be copied
    ratios = {name for name in SERIES if name.startswith("incentive_ratio")}
    assert differing(found, without, set(SERIES) - ratios) == []


@pytest.mark.parametrize("window", [0.0, 0.25, 3.5, 20.0])
def test_access_follows_the_past(window):
    """q^T = max_i q_i(t − ℓ), interpolated; before the start, growth was initial_expected_growth a quarter."""
    world = quiet_world(baseline(access_lag=0.5, release_window=window, n_labs=1))
    states = [state for state, _ in walk(world)]
    path = np.array([state.capability[0, 0, 0] for state in states])
    times = np.arange(-60, len(path))
    known = np.concatenate([0.45 * np.arange(-60, 0), path])
    for period in (0, 1, 5, 30, 59):
        state = states[period]
        lag = np.full((1, 1, 2), 0.5 + window)
        seen = model.training.accessible_capability(state.history, lag, NUMPY)
        np.testing.assert_allclose(seen[0, 0], np.interp(period - 0.5 - window, times, known), atol=1e-12)


def test_identical_distillers():
    """Without shocks that tell them apart, distillers that move in lock-step neither break the solve nor the books."""
    scenario = baseline(
        copy_cost_shock_sd=0.0, demand_shock_sd=0.0, n_distillers=24, entry_cost=10.0, foreign_share=0.0
    )
    found = run_of(scenario, 16, "default")
    assert solved(found)
    assert found["n_distillers_active"].max() > 1.0
    assert welfare_miss(found) <= 1e-9


def test_no_rat_race():
    """Distillers foresee their rivals' upgrades: even where copying is nearly free, together they earn their keep."""
    found = run_of(baseline(copy_cost_ratio=1e-4, access_lag=0.0), 32, "default")
    gross = found["distiller_margin"] * found["distiller_revenue"]
    spent = found["copy_spending"] + found["entry_costs"]
    assert np.nansum(spent, axis=0).min() > 0.0
    assert (np.nansum(spent, axis=0) < np.nansum(gross, axis=0)).all()
    assert np.median(found["distiller_profit"].sum(axis=0)) > 0.0


@pytest.mark.parametrize("changes", [{}, {"copying": False}, {"royalty_rate": 0.3}, {"entry_probability": 0.0}])
def test_exit_of_the_last_lab(changes):
    """Fixed costs that nobody can bear: the last lab leaves, and the economy goes on without one."""
    found = run_of(baseline(lab_fixed_cost=1e6, lab_cash=2000.0, **changes), 16)
    assert solved(found)
    assert (found["n_labs_active"][4:] == 0.0).all()
    for name in ("rd_investment", "lab_revenue", "lab_profit", "royalty_payments"):
        assert (found[name][4:] == 0.0).all(), name
    assert np.isnan(found["frontier_price"][4:]).all()
    assert (np.diff(found["frontier_capability"][4:], axis=0) == 0.0).all()  # what was known stays known
    assert (found["public_revenue"][4:] > 0.0).all()
    gap = found["frontier_capability"] - found["public_capability"]
    assert (np.diff(gap[4:], axis=0) <= 0.0).all()
    assert welfare_miss(found) <= 1e-9
    assert cash_miss(found) <= 1e-9


def test_lab_that_left_comes_back_from_public_knowledge():
    """Labs that could not bear one bad stretch return once a lab's gross profit exceeds its fixed cost."""
    world = world_of(baseline(lab_fixed_cost=8000.0, lab_cash=2000.0), 16, "default")
    found = run(world)
    back = found["lab_recapitalisation"] > 0.0
    assert back.any()
    assert cash_miss(found) <= 1e-9
    assert np.diff(found["n_labs_active"], axis=0).max() >= 1.0


@pytest.mark.parametrize("inertia", [0.0, 0.6, 0.9])
@pytest.mark.parametrize("premium", [0.0, 1.2, 2.5])
def test_calibration_of_outside_utility(inertia, premium):
    """u_0 makes AI's share at the start initial_ai_share exactly, inertia included, when nothing shocks it."""
    scenario = baseline(vendor_inertia=inertia, lab_premium=premium, initial_ai_share=0.03, quarters=1)
    np.testing.assert_allclose(run(quiet_world(scenario))["ai_share"][0], 0.03, rtol=1e-9)


def test_calibration_uses_experienced_value():
    """At defaults buyers who all choose anew would start at .0208765, not .02: u_0 counts those who stay."""
    _, flows = next(walk(quiet_world(baseline())))
    share = (flows.prices.target.ai_share * np.array([0.35, 0.45, 0.2]).reshape(1, 3, 1)).sum()
    np.testing.assert_allclose(share / 2.0, 0.0208765, atol=5e-8)


def test_calibration_with_labs_that_differ():
    """Labs at their own capability and premium: the share at the start is still the observed one."""
    labs = [{"initial_capability": 0.0, "premium": 2.0}, {"initial_capability": -0.7, "premium": 0.5}]
    found = run(quiet_world(baseline(labs=labs, quarters=1)))
    np.testing.assert_allclose(found["ai_share"][0], 0.02, rtol=1e-9)
    assert found["hhi"][0, 0] > 0.6


def test_prices_are_best_replies():
    """No lab gains by pricing off the equilibrium: profit at the solved markup beats a grid of others."""
    world = world_of(baseline(), 8)
    state, flows = list(walk(world))[30]
    p, prices = world.parameters, flows.prices
    eta, eta_o = p.lab_substitution, p.adoption_elasticity
    eta_c = eta * p.copy_substitution_ratio
    serves = state.distiller_active & prices.offered
    copies = np.where(serves, prices.target.copy_within, 0.0)
    others = prices.target.inclusive_value  # of the whole market, for the size of the nest
    nest_value = np.log(prices.target.nest_share) / eta + others

    def profit(lab: int, markup: np.ndarray) -> np.ndarray:
        utility = prices.lab_value - prices.lab_markup
        utility[lab] = prices.lab_value[lab] - markup
        shares = demand.market(
            utility, np.full_like(copies, demand.ABSENT), nest_value, state.outside_utility, eta, eta_c, eta_o, NUMPY
        )
        return shares.lab_share[lab] * shares.ai_share[0] * (1.0 - np.exp(-markup))

    for lab in range(4):
        at_home = profit(lab, prices.lab_markup[lab])
        for away in (-0.3, -0.05, -0.01, 0.01, 0.05, 0.3):
            markup = np.maximum(prices.lab_markup[lab] + away, 1e-3)
            assert (profit(lab, markup) <= at_home * (1.0 + 1e-12)).all(), (lab, away)
