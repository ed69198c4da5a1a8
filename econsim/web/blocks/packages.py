"""Which packages Compare shows: the current one and up to three others, under the same assumptions if wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from econsim.errors import InputError
from econsim.library import shipped_scenarios
from econsim.scenario import Scenario
from econsim.scenario_schema import TEXT_LIMITS
from econsim.scenario_settings import with_settings
from econsim.shipped import shipped_scenario
from econsim.studies.comparison_store import distinct
from econsim.studies.words import listed
from econsim.subject_words import package_of, world_of
from econsim.web import state
from econsim.web.url_codec import Told
from econsim.web.words import plain, spoken

MOST = 3
LONGEST = TEXT_LIMITS["name"] - 5  # of a package's name, which may have to be told apart from another by a number
USUAL = ("gate-and-detect", "release-window", "royalty")
SAME = "compare-same-world"
CHOSEN, KEPT = "compare-chosen", "econsim.kept-packages"


def usual(now: state.Current) -> tuple[Told, ...]:
    """Two policies that are debated, other than the current one."""
    others = [Told(shipped_scenario(name), name) for name in USUAL if name != now.base]
    return tuple(one for one in others if same_calendar(one.scenario, now.scenario))[:2]


def same_calendar(one: Scenario, other: Scenario) -> bool:
    """Whether two scenarios cover the same quarters: only then can they be compared."""
    here, there = one.structure, other.structure
    return (here.quarters, here.start) == (there.quarters, there.start)


def choose(now: state.Current) -> list[Told]:
    """The menu of packages; the current scenario comes first in what is returned, and names are distinct."""
    beside = shown_beside(now)
    options = _options(now, beside)
    wanted = [_name(one) for one in beside]
    if st.session_state.get(CHOSEN) != wanted:
        st.session_state[CHOSEN] = wanted
    menu, keep = st.columns([4, 1], vertical_alignment="bottom")
    menu.multiselect(
        f"Compare {plain(title(now.scenario))} with", list(options), key=CHOSEN, max_selections=MOST,
        on_change=_chosen, placeholder="Choose up to three",
    )  # fmt: skip
    keep.button("Keep this package", key="keep-package", on_click=_keep, width="stretch",
                help="Puts the package on the left into this menu, so that you can change it and compare.")  # fmt: skip
    worlds = [now.scenario, *(one.scenario for one in beside)]
    assumed = assumptions_on_top(now)
    if assumed and st.toggle("All under the assumptions set on the left", True, key=SAME):
        worlds = [worlds[0], *(_in_world_of(assumed, one) for one in worlds[1:])]
    bases = (now.base, *(one.base for one in beside))
    return [Told(world, base) for world, base in zip(_told_apart(worlds), bases, strict=True)]


def shown_beside(now: state.Current) -> tuple[Told, ...]:
    """What was chosen, else the usual; without what covers other quarters."""
    chosen = usual(now) if now.beside is None else now.beside
    return tuple(one for one in chosen if same_calendar(one.scenario, now.scenario))


def _options(now: state.Current, beside: Sequence[Told]) -> dict[str, Told]:
    kept: dict[str, Told] = st.session_state.setdefault(KEPT, {})
    shipped = {name: Told(shipped_scenario(name), name) for name in shipped_scenarios()}
    known = shipped | kept
    comparable = {name: one for name, one in known.items() if same_calendar(one.scenario, now.scenario)}
    return comparable | {_name(one): one for one in beside}


def _name(one: Told) -> str:
    """What a package is called in the menu: the shipped name, or that with what was changed."""
    if one.base is not None and one.scenario == shipped_scenario(one.base):
        return one.base
    return title(one.scenario)


def title(scenario: Scenario) -> str:
    """A scenario's name with the levers that were set on top, and how many assumptions; short enough for a name."""
    name, added = package_of(scenario)
    levers, assumed = [spoken(one) for one in added], _counted(len(world_of(scenario)), "assumption")
    told = name
    for shown in range(len(levers), -1, -1):  # the longest that is short enough
        extra = listed([*levers[:shown], *_counted(len(levers) - shown, "more lever"), *assumed])
        told = f"{name} with {extra}" if extra else name
        if len(told) <= LONGEST:
            break
    return told


def _counted(count: int, what: str) -> list[str]:
    return [f"{count} {what}{'s' if count > 1 else ''}"] if count else []


def _chosen() -> None:
    now = state.current()
    options = _options(now, shown_beside(now))
    state.compare_with([options[name] for name in st.session_state[CHOSEN]])


def _keep() -> None:
    now = state.current()
    one = Told(now.scenario, now.base)
    st.session_state.setdefault(KEPT, {})[_name(one)] = one
    beside = shown_beside(now)
    if one not in beside:
        state.compare_with([*beside[: MOST - 1], one])


def assumptions_on_top(now: state.Current) -> dict[str, Any]:
    """Parameters and switches that were set on top of the shipped scenario, which keeps its own to itself."""
    base = shipped_scenario(now.base) if now.base else Scenario()
    found = {name: value for name, value in now.scenario.parameters.items() if base.parameters.get(name) != value}
    usual_switches, switches = base.switches.as_mapping(), now.scenario.switches.as_mapping()
    return {**found, **{name: on for name, on in switches.items() if on != usual_switches[name]}}


def _in_world_of(assumed: Mapping[str, Any], other: Scenario) -> Scenario:
    """Another package under the same assumptions."""
    try:
        return with_settings(other, assumed)
    except InputError:  # it has firms of its own, say, where the assumptions set their number
        return other


def _told_apart(worlds: Sequence[Scenario]) -> list[Scenario]:
    """Scenarios whose names say what was changed, and are distinct: names change no number."""
    names = distinct([title(one)[:LONGEST] for one in worlds])
    return [one if one.name == name else one.with_(name=name) for one, name in zip(worlds, names, strict=True)]


__all__ = ["assumptions_on_top", "choose", "same_calendar", "title", "usual"]
