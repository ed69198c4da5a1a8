"""What a session is looking at. The scenario kept here is the truth; widgets and the address are views of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from econsim.scenario import Scenario
from econsim.scenario_settings import with_settings
from econsim.shipped import shipped_scenario
from econsim.web import url_codec
from econsim.web.url_codec import Told

CURRENT, NOTICES, QUERY, MOVED, PAGE, BLANK, SHOWN = (
    "econsim.current", "econsim.notices", "econsim.query", "econsim.moved", "econsim.page", "econsim.blank",
    "econsim.shown",
)  # fmt: skip


@dataclass(frozen=True)
class Current:
    """The scenario of a session.

    base   : the shipped scenario that it is told from, in links and commands; None: it came from a file
    beside : what Compare shows it with; None: nobody has chosen yet
    """

    scenario: Scenario
    base: str | None
    beside: tuple[Told, ...] | None = None


def opening() -> Current:
    """What the address without a query shows."""
    return Current(shipped_scenario(url_codec.OPENING), url_codec.OPENING)


def current() -> Current:
    """The scenario of this session."""
    found: Current = st.session_state.setdefault(CURRENT, opening())
    return found


def scenario() -> Scenario:
    """The scenario of this session."""
    return current().scenario


def start_from(name: str) -> None:
    """Begin again from a shipped scenario."""
    _move(Current(shipped_scenario(name), name, current().beside))


def use(given: Scenario, base: str | None = None) -> None:
    """Look at another scenario; from a file unless `base` says what it is told from."""
    _move(Current(given, base, current().beside))


def change(settings: Mapping[str, Any]) -> None:
    """Set levers, assumptions or switches of the current scenario; InputError where that cannot be."""
    now = current()
    _move(replace(now, scenario=with_settings(now.scenario, settings)))


def compare_with(others: Sequence[Told]) -> None:
    """What Compare shows the current scenario with."""
    _move(replace(current(), beside=tuple(others)))


def _move(to: Current) -> None:
    st.session_state[CURRENT] = to
    st.session_state[NOTICES] = ()
    # A request that was on its way with the old address must not undo what the user has just done.
    st.session_state[MOVED] = True


def notices() -> tuple[str, ...]:
    """What could not be used of the link or file that was opened last."""
    found: tuple[str, ...] = st.session_state.get(NOTICES, ())
    return found


def notify(told: tuple[str, ...]) -> None:
    """Show notices until the scenario changes."""
    st.session_state[NOTICES] = told


def sync(page: str) -> Current:
    """What a run shows: the address is read, once a run and before anything is shown.

    An address other than the one written last is a link that was opened, or Back and Forward; it sets the scenario.
    What the user has changed waits for `write_address`. The address without a query stands for what the page showed
    when it was first opened so; it is left as it is, for writing into it would put an entry in Back's way.
    """
    seen = st.query_params.to_dict()
    arrived = st.session_state.get(PAGE) != page
    known = st.session_state.get(QUERY)
    blank: dict[str, Current] = st.session_state.setdefault(BLANK, {})
    st.session_state[PAGE] = page
    if arrived and not seen and known is not None:  # the menu's links have no query
        blank[page] = current()
        st.session_state[MOVED] = st.session_state.get(MOVED, False) or bool(known)
    elif not st.session_state.get(MOVED) and seen != known:
        _open(seen, blank.get(page))
    if not st.session_state.get(MOVED):
        st.session_state[QUERY] = seen
    return current()


def write_address(now: Current) -> None:
    """Put into the address what the user has changed. The browser is busy with it for a while, so numbers go first."""
    if st.session_state.get(MOVED):
        wanted = url_codec.encode(now.scenario, now.base, now.beside)
        if wanted != st.query_params.to_dict():
            st.query_params.from_dict(wanted)
        st.session_state[QUERY] = wanted
        st.session_state[MOVED] = False


def page() -> str:
    """The page that is shown, by its title."""
    return str(st.session_state[PAGE])


def is_new_page() -> bool:
    """Whether widgets that stand on every page have yet to be put up on this one.

    Streamlit keeps their values from the page before, and the browser shows their defaults unless they are set anew.
    """
    return st.session_state.get(SHOWN) != st.session_state.get(PAGE)


def page_stands() -> None:
    """Say that those widgets are up."""
    st.session_state[SHOWN] = st.session_state.get(PAGE)


def _open(seen: dict[str, str], blank: Current | None) -> None:
    if not seen:
        st.session_state[CURRENT] = blank or opening()
        st.session_state[NOTICES] = ()
        return
    read = url_codec.decode(seen)
    st.session_state[CURRENT] = Current(read.scenario, read.base, read.beside)
    st.session_state[NOTICES] = read.notices


__all__ = [
    "Current", "change", "compare_with", "current", "is_new_page", "notices", "notify", "opening", "page",
    "page_stands", "scenario", "start_from", "sync", "use", "write_address",
]  # fmt: skip
