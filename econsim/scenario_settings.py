"""Settings laid over a scenario: what changes the policy alone, and what changes the world on both sides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from econsim.parameter_book import book

if TYPE_CHECKING:
    from econsim.scenario import Scenario

ONE_SIDED = ("status_quo", "name", "question", "description", "sources")


def with_settings(scenario: Scenario, given: Mapping[str, Any]) -> Scenario:
    """A scenario with some of its fields set, as `--set`, a link and the explorer's widgets mean it.

    given   : names and values as `Scenario.with_` takes them. Levers, what a scenario is compared with and what it
              is called change the scenario alone; whatever describes the world (parameters, switches, calendar, law)
              changes its status quo too, so that effects still compare like with like.
    raises  : InputError with every problem
    """
    if not given:
        return scenario
    scenario.with_(**given)  # finds all that is wrong at once
    policy = {name: value for name, value in given.items() if name in book().levers or name in ONE_SIDED}
    world = {name: value for name, value in given.items() if name not in policy}
    changed = scenario.with_(**policy) if policy else scenario
    return changed.with_assumptions(**world) if world else changed
