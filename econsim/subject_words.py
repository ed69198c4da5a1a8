"""What a result is about, in words: a scenario, the levers that were set on top of it, and the world they work in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from econsim.ensemble_words import SWITCHED
from econsim.library import shipped_scenarios
from econsim.parameter_book import book
from econsim.shipped import shipped_scenario

if TYPE_CHECKING:
    from econsim.scenario import Scenario
    from econsim.timeline import LeverStep

PLAIN_WORLD = "baseline"  # what levers are named with where no other scenario has a part in the world
LISTED = 3  # settings that a sentence lists; of more it lists one fewer and counts the rest


def subject_of(scenario: Scenario) -> str:
    """What makes the difference: copying itself, the levers that a scenario was given, or a scenario by name."""
    if scenario.status_quo is None and not scenario.has_levers:
        return "copying"
    name, added = package_of(scenario)
    return f"{name} with {_and(added)}" if added else name


def package_of(scenario: Scenario) -> tuple[str, list[str]]:
    """A scenario's name, and the levers that are set otherwise than in the shipped scenario of that name.

    Levers that the shipped scenario sets are in its name, and told where they have another value. Where it takes no
    more words to name what is in force, and the scenario is nothing but its levers, it goes by `baseline`, which it is.
    """
    if scenario.name not in shipped_scenarios():
        return scenario.name, []
    named = shipped_scenario(scenario.name)
    now, shipped = in_force(scenario), in_force(named)
    changed = [name for name in book().levers if now.get(name) != shipped.get(name)]  # in one order, however set
    if not set(shipped) <= set(now) and 0 < len(now) <= len(changed) and is_plain(named):
        return PLAIN_WORLD, [_set_to(name, now) for name in book().levers if name in now]
    if shipped and now and not set(shipped) & set(now):
        return f"{scenario.name} without its levers", [_set_to(name, now) for name in book().levers if name in now]
    return scenario.name, [_set_to(name, now) for name in changed]


def _set_to(name: str, now: Mapping[str, tuple[LeverStep, ...]]) -> str:
    return f"{name} {now[name][-1].value if name in now else 0:g}"


def world_of(scenario: Scenario) -> list[str]:
    """Assumptions that differ from the shipped scenario of that name, as `lab_premium 2.5` or `no copying`."""
    if scenario.name not in shipped_scenarios():
        return []
    shipped = shipped_scenario(scenario.name)
    told = []
    for name in book().parameters:
        if scenario.parameters.get(name) != shipped.parameters.get(name):
            now = scenario.assumptions[name]
            told.append(f"{name} {now.default:g}" if now.fixed else f"{name} {now.low:g} to {now.high:g}")
    before = shipped.switches.as_mapping()
    for name, on in scenario.switches.as_mapping().items():
        if on != before[name]:
            told.append(SWITCHED[name] if on else f"no {SWITCHED[name].removeprefix('a ')}")
    if scenario.fidelity.law != shipped.fidelity.law:
        told.append(f"fidelity law {scenario.fidelity.law}")
    return told


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
