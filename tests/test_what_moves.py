"""Nothing in the book is idle: each lever and each parameter moves an output, and levers act where the book says."""

from __future__ import annotations

import numpy as np
import pytest
from model_helpers import baseline, differing, run_of, same

from econsim.checks import ends_of, moving_world, outputs
from econsim.metrics import summarise
from econsim.parameter_book import book

LEVERS, PARAMETERS = book().levers, book().parameters


@pytest.fixture(scope="module")
def usual():
    return outputs(moving_world())


def moved(usual, **changes) -> list[str]:
    found = outputs(moving_world().with_(**changes))
    return [name for name in usual if not same(usual[name], found[name])]


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameter_moves_an_output(usual, name):
    """At one end of its range or the other, with every lever at work and the switch on that it needs."""
    world = moving_world(name)
    before = outputs(world) if PARAMETERS[name].switch else usual
    found = (outputs(world.with_(**{name: end})) for end in ends_of(PARAMETERS[name]))
    assert any(not same(before[key], after[key]) for after in found for key in before)


def test_what_is_not_in_force_changes_nothing(usual):
    """With its switch off, a parameter moves no bit, and is not part of what identifies a world."""
    idle = {name: ends_of(one)[1] for name, one in PARAMETERS.items() if one.switch}
    assert set(idle) == {"own_tier_gap", "own_tier_tail_gap", "own_tier_cost_ratio", "own_tier_substitution_ratio"}
    assert moved(usual, **idle) == []
    assert moving_world().with_(**idle).hash == moving_world().hash


@pytest.mark.parametrize("name", LEVERS)
def test_lever_moves_an_output(usual, name):
    """At its moderate setting, and without it."""
    assert moved(usual, **{name: LEVERS[name].moderate})
    assert moved(usual, **{name: 0.0})


@pytest.mark.parametrize("name", LEVERS)
def test_lever_acts_without_copying_as_the_book_says(name):
    """changes_world_without_copying is what happens to R&D, and to everything, once copying is off."""
    off = baseline(copying=False)
    beside = {"detection_rate": 0.5, "penalty_multiple": 1.0} if name == "enforcement_reach" else {}
    beside = {"detection_rate": 0.5} if name == "penalty_multiple" else beside
    without, ruled = run_of(off.with_(**beside)), run_of(off.with_(**beside, **{name: LEVERS[name].moderate}))
    acts = not same(without["rd_investment"], ruled["rd_investment"])
    assert acts == LEVERS[name].changes_world_without_copying
    if not acts:
        ledger = {"detection_rate": {"enforcement_cost", "government_balance", "welfare"}}.get(name, set())
        assert set(differing(without, ruled)) == ledger


def test_a_dead_parameter_is_noticed(usual):
    """The search can fail: a parameter set to the value it had moves nothing; discounting moves present values only."""
    assert moved(usual, n_labs=4, planning_horizon=8.0) == []
    only = moved(usual, social_discount_rate=0.02)
    assert only
    assert all(name.endswith("_pv") for name in only)


def test_outputs_are_those_of_a_run(usual):
    """Every series, and the summary metrics."""
    found = run_of(moving_world(), 8)
    assert same(found["rd_investment"], usual["rd_investment (series)"])
    rates = (0.45, np.full(8, 0.03), 0.01)
    assert set(summarise(found, found["rd_investment"], ("low", "general", "high_stakes"), *rates)) < set(usual)
