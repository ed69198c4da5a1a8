"""Labs that sell small models of their own: what that moves, what it leaves alone, and that the books still close."""

from __future__ import annotations

import functools

import numpy as np
from model_helpers import baseline, differing, quiet_world, run, run_of, same

from econsim.arrays import NUMPY
from econsim.audit import audit_world, walk
from econsim.engines import agents, batch
from econsim.metrics import price_fall
from econsim.model import step
from econsim.scenario import load_scenario
from econsim.state import Quarter


@functools.cache
def own_tier(**changes):
    return load_scenario("own-tier").with_(**{"quarters": 24, "status_quo": None, **changes})


def test_a_small_model_that_nobody_wants_changes_nothing():
    """At the frontier's price and far behind it, it adds nothing; what differs is that it is on the price list."""
    useless = own_tier(own_tier_gap=20, own_tier_cost_ratio=1.0)
    usual = run_of(baseline(quarters=24))
    found = run_of(useless)
    for name in ("rd_investment", "lab_revenue", "ai_share", "copy_revenue_share", "welfare"):
        np.testing.assert_allclose(found[name], usual[name], rtol=1e-7, err_msg=name)


def test_the_switch_moves_prices_and_copies():
    """A fixed capability gets cheaper, labs sell more, and copies less, in the run without shocks."""
    found, usual = run(quiet_world(own_tier())), run(quiet_world(baseline(quarters=24)))
    cheapest = [cheapest_at(one, level=0.0, quarter=4) for one in (found, usual)]
    assert cheapest[0] < cheapest[1] - 0.5
    fall = [price_fall(one["offered_capability"], one["price_at_capability_zero"])[0] for one in (found, usual)]
    assert fall[0] > fall[1]
    assert found["lab_revenue"][20, 0] > usual["lab_revenue"][20, 0]
    assert found["copy_quantity_share"][8:].mean() < usual["copy_quantity_share"][8:].mean()
    assert 0.1 < (found["small_model_revenue"] / found["lab_revenue"]).mean() < 0.9
    assert not usual["small_model_revenue"].any()


def cheapest_at(found, level, quarter):
    """Log price of the cheapest offer at or above a level of capability, less ψ for each nat above it."""
    offered = found["offered_capability"][quarter, :, 0] >= level
    return found["price_at_capability_zero"][quarter, offered, 0].min()


def test_the_first_quarter_starts_from_the_observed_share():
    """Outside utility takes the range into account, so AI starts with its share whatever labs sell."""
    first = run(quiet_world(own_tier()))["ai_share"][0, 0]
    assert abs(first / 0.02 - 1.0) < 0.01


def test_the_books_close():
    books = audit_world("own tier", batch_world())
    assert books.failed == 0.0
    assert max(books.residual, books.shares, books.revenue, books.welfare, books.cash) < 1e-10
    assert books.infinite == books.outside == ()


def batch_world():
    from model_helpers import world_of

    return world_of(own_tier(), draws=8)


def test_harm_done_by_small_models_is_counted():
    """In proportion to their sales, tail weight and tail gap; with copying off nothing else does harm."""
    world = quiet_world(own_tier(copying=False))
    for state, flows in walk(world):
        p, context = world.parameters, flows.context
        small = flows.prices.lab_spending * context.small_share
        expected = p.external_harm * (small * context.weight).sum() * p.own_tier_tail_gap
        np.testing.assert_allclose(flows.external_harm.sum(), expected)
        assert state.capability.shape == (4, 1, 2)


def test_a_nat_is_worth_what_the_formula_says():
    """Own profit per nat in closed form against a finite difference: both tiers' value moves one for one with it.

    The formula holds a lab's rivals at their markups, and so does the difference.
    """
    world = quiet_world(own_tier(copying=False, vendor_inertia=0.0))
    state, flows = next(iter(walk(world)))
    p, shares = world.parameters, flows.prices
    value_per_nat = p.capability_value - p.serving_elasticity
    formula = value_per_nat * (shares.lab_spending * np.exp(-shares.lab_markup))[0].sum(axis=0)
    nudge, gains = 1e-4, []
    quarter = Quarter(0.0, _at(world.levers), _at(world.shocks))
    for side in (-1, 1):
        moved = state.capability.copy()
        moved[0] += side * nudge
        _, after = step(state._replace(capability=moved), quarter, p, world.frame, NUMPY)
        gains.append((after.prices.lab_spending * -np.expm1(-after.prices.lab_markup))[0].sum(axis=0))
    slope = (gains[1] - gains[0]) / (2 * nudge)
    np.testing.assert_allclose(slope, formula, rtol=0.25)  # rivals reply in the difference, and not in the formula


def _at(paths):
    from types import SimpleNamespace

    return SimpleNamespace(**{name: path[0] for name, path in vars(paths).items()})


def test_agents_agree_where_labs_fail_and_return():
    """The small model goes with its lab: with exits and re-entry, agents give batch's numbers."""
    from model_helpers import world_of

    poor = own_tier(lab_cash=2000, lab_fixed_cost=1500, initial_ai_share=0.01, quarters=30)
    world = world_of(poor, draws=2, ensemble="default")
    expected, found = batch.trajectories(world), agents.trajectories(world)
    assert np.diff(expected["n_labs_active"], axis=0).min() < 0.0
    for name, values in expected.items():
        finite = values[np.isfinite(values)]
        scale = 1.0 if name == "residual" else max(np.abs(finite).max(initial=0.0), 1e-30)
        np.testing.assert_allclose(found[name], values, rtol=1e-10, atol=1e-10 * scale, err_msg=name)


def test_priors_are_drawn_with_the_switch_and_only_then():
    """The small model's parameters vary between draws, and leave all others' draws as they are."""
    from model_helpers import world_of

    off, on = (vars(world_of(one, draws=16).parameters) for one in (baseline(), load_scenario("own-tier")))
    varying = {name for name in on if not same(np.asarray(on[name]), np.asarray(off[name]))}
    assert varying == {"own_tier_gap", "own_tier_tail_gap", "own_tier_cost_ratio", "own_tier_substitution_ratio"}
    assert all(np.unique(on[name]).size == 16 for name in varying)
    assert differing({"x": off["access_lag"]}, {"x": on["access_lag"]}, ["x"]) == []
