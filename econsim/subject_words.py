"""What a result is about, in words: a scenario, the levers that were set on top of it, and the world they work in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from econsim.ensemble_words import SWITCHED
from econsim.library import shipped_scenarios
from econsim.parameter_book import book
from econsim.shipped import shipped_scenario

if TYPE_CHECKING:
    from econsim.scenario import Scenario
    from econsim.timeline import LeverStep

PLAIN_WORLD = "baseline"  # what levers are named with where no other scenario has a part in the world
LAW = "fidelity law"
LISTED = 3  # settings that a sentence lists; of more it lists one fewer and counts the rest


def subject_of(scenario: Scenario) -> str:
    """What makes the difference: copying itself, the levers that a scenario was given, or a scenario by name."""
    if scenario.status_quo is None and not scenario.has_levers:
        return "copying"
    name, added = package_of(scenario)
    return f"{name} with {_and(added)}" if added else name


def package_of(scenario: Scenario) -> tuple[str, list[str]]:
    """A scenario's name, and what is set otherwise than in the shipped scenario of that name and makes the difference.

    Levers that the shipped scenario sets are in its name, and told where they have another path. Where it takes no
    more words to name what is in force, and the scenario is nothing but its levers, it goes by `baseline`, which it is.
    Assumptions are told here where the status quo does not share them.
    """
    if scenario.name not in shipped_scenarios():
        return scenario.name, []
    named = shipped_scenario(scenario.name)
    now, shipped = in_force(scenario), in_force(named)
    changed = [name for name in book().levers if not _same_path(name, scenario, named)]  # in one order, however set
    own = [told for told, shared in _assumed(scenario) if not shared]
    if not set(shipped) <= set(now) and 0 < len(now) <= len(changed) and is_plain(named):
        return PLAIN_WORLD, [*(_set_to(name, now, {}) for name in book().levers if name in now), *own]
    if shipped and now and not set(shipped) & set(now):
        told = [_set_to(name, now, {}) for name in book().levers if name in now]
        return f"{scenario.name} without its levers", [*told, *own]
    return scenario.name, [*(_set_to(name, now, shipped) for name in changed), *own]


def _same_path(name: str, scenario: Scenario, named: Scenario) -> bool:
    """Whether a lever does the same quarter by quarter, however that is written down."""
    if scenario.levers.get(name) == named.levers.get(name):
        return True
    return np.array_equal(scenario.lever_paths()[name], named.lever_paths()[name])


def _set_to(name: str, now: Mapping[str, tuple[LeverStep, ...]], shipped: Mapping[str, tuple[LeverStep, ...]]) -> str:
    """`royalty_rate 0.2`, its values one after the other, and where these are the shipped ones, that it is when."""
    values = [f"{step.value:g}" for step in now.get(name, ())]
    before = [f"{step.value:g}" for step in shipped.get(name, ())]
    return f"{name} {' then '.join(values) or 0}" + (" at other times" if values and values == before else "")


def world_of(scenario: Scenario) -> list[str]:
    """Assumptions that differ from the shipped scenario of that name, in the status quo too: `lab_premium 2.5`."""
    return [told for told, shared in _assumed(scenario) if shared]


def _assumed(scenario: Scenario) -> list[tuple[str, bool]]:
    """Assumptions that differ from the shipped scenario of that name, and whether the status quo has them too."""
    if scenario.name not in shipped_scenarios():
        return []
    here, shipped = _world(scenario), _world(shipped_scenario(scenario.name))
    changed = [name for name in here if here[name] != shipped[name]]
    quo = scenario.status_quo_scenario() if changed and scenario.status_quo is not None else None
    there = here if quo is None else _world(quo)
    return [(_told(name, scenario), here[name] == there[name]) for name in changed]


def _world(scenario: Scenario) -> dict[str, Any]:
    """All assumptions by name."""
    parameters = {name: scenario.parameters.get(name) for name in book().parameters}
    return {**parameters, **scenario.switches.as_mapping(), LAW: scenario.fidelity.law}


def _told(name: str, scenario: Scenario) -> str:
    """An assumption in a word or two."""
    if name == LAW:
        return f"{LAW} {scenario.fidelity.law}"
    if name in SWITCHED:
        on = scenario.switches.as_mapping()[name]
        return SWITCHED[name] if on else f"no {SWITCHED[name].removeprefix('a ')}"
    now = scenario.assumptions[name]
    return f"{name} {now.default:g}" if now.fixed else f"{name} {now.low:g} to {now.high:g}"


def against_in_its_world(scenario: Scenario, against: str) -> str:
    """The beginning of a sentence: `Against no policy`, and before it the assumptions that were set, if any."""
    world = listed_briefly(world_of(scenario))
    return f"With {world}, against {against}" if world else f"Against {against}"


def listed_briefly(settings: Sequence[str]) -> str:
    """Settings in a sentence: `lab_premium 2.5, access_lag 4 and 2 more settings`; empty for none."""
    shown = list(settings) if len(settings) <= LISTED else [*settings[: LISTED - 1]]
    if len(shown) < len(settings):
        shown.append(f"{len(settings) - len(shown)} more settings")
    return _and(shown)


def _and(items: Sequence[str]) -> str:
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)


def in_force(scenario: Scenario) -> dict[str, tuple[LeverStep, ...]]:
    """The levers that leave 0 at some time, in the scenario's order: 0 says the same as nothing."""
    return {name: steps for name, steps in scenario.levers.items() if any(step.value for step in steps)}


def is_plain(scenario: Scenario) -> bool:
    """Whether a scenario is nothing but its levers: without them it is the plain world."""
    if scenario.status_quo is not None:
        return False
    return scenario.without_levers().world_hash == shipped_scenario(PLAIN_WORLD).world_hash
