"""The frame of every page: what is shown around it, and what happens when something fails."""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import econsim
from econsim.charts.style import DARK, LIGHT, Theme
from econsim.ensemble_words import reservations, standing
from econsim.errors import InputError
from econsim.results import Result
from econsim.scenario import Scenario
from econsim.web import first_paint, running, sidebar, state, tables
from econsim.web.words import plain

LOG = logging.getLogger("econsim.web")

# Charts cut their titles to the width that they find: `st.html` comes into force after they have looked. What is hidden
# leaves a gap of .55rem, which is taken off the padding.
WIDTH = (
    "<style>.st-key-width {display: none} "
    '[data-testid="stMainBlockContainer"] {padding: 3.05rem 1.4rem 2rem; max-width: 1500px}</style>'
)
# Streamlit's own picture of a chart would carry neither source nor run id: ours are under Export.
STYLE = """
<style>
[data-testid="stMainBlockContainer"] > [data-testid="stVerticalBlock"], .st-key-heading {gap: .55rem}
[data-testid="stSidebarUserContent"] {padding-top: 0}
[data-testid="stMainBlockContainer"] h1 {font-size: 1.5rem; padding: 0 0 .6rem}
[data-testid="stMainBlockContainer"] h2 {font-size: 1.15rem; padding: .8rem 0 .6rem}
[data-testid="stSidebar"] h3 {font-size: 1rem; padding: .6rem 0 .7rem}
[data-testid="stMetric"] {padding: 0}
[data-testid="stMetric"] > div {padding: .45rem .7rem}
[data-testid="stMetricLabel"] p {white-space: normal}
[data-testid="stMetric"] div:has(> [data-testid="stMetricDelta"]) {flex-wrap: wrap}
[data-testid="stMetricDeltaDescription"] {flex: none; max-width: 100%}
[data-testid="stMetricDeltaDescription"] :is(div, p) {white-space: normal; overflow: visible}
[data-testid="stSidebarUserContent"] [data-testid="stVerticalBlock"] {gap: .45rem}
[data-testid="stMetricValue"] {font-size: 1.4rem}
@media (max-width: 640px) {
  :is(.st-key-outcomes, .st-key-compare-metrics) :is(th, td):nth-child(2) {display: none}
  .st-key-history-facts :is(th, td):nth-child(5) {display: none}
}
[data-testid="stCaptionContainer"], .stMarkdownEllipsis {color: inherit; opacity: .78}
[data-testid="stMetricDelta"], [data-testid="stMetricDelta"] * {color: inherit !important}
[data-testid="stMetricDelta"] .stMarkdownEllipsis {opacity: 1}
[data-testid="stCode"] .token {color: inherit !important}
[data-testid="stMultiSelect"] :is(button, input) {min-width: 24px; min-height: 24px}
[class*="st-key-sheet-"] {overflow-x: auto}
.st-key-finding p {font-size: .97rem; line-height: 1.35}
[data-testid="stTopNavLink"]:focus-visible {outline: 2px solid var(--st-primary-color, #0072B2); outline-offset: 1px}
[data-testid="stElementToolbar"]:focus-within {opacity: 1; visibility: visible}
[data-testid="stElementToolbarButton"]:has(button[aria-label^="Download as PNG"], button[aria-label^="Copy Vega"]) {
  display: none}
</style>
"""

# Streamlit dims what is about to change, after half a second and over a second, and has the browser prepare every part
# of the page for it at every press. Where numbers are there before, that is a fifth of the time they take.
AT_ONCE = """
<style>
[data-testid="stElementContainer"] {transition: none !important; opacity: 1 !important}
[data-testid="stExpander"] * {transition: none !important}
</style>
"""

# The chips of a menu are of the primary colour, which is light in the dark theme.
ON_DARK = f"""
<style>
[data-testid="stMultiSelect"] span[title], [data-testid="stMultiSelect"] span[title] ~ * {{
  color: {DARK.background} !important}}
</style>
"""


class FirstScreen(NamedTuple):
    """What levers are moved for, computed already: how to put it up.

    numbers  : sentences and numbers, which go first
    pictures : what stands below them; returns what the rest of the page is told
    """

    numbers: Callable[[], None]
    pictures: Callable[[], Any]


def show(title: str, body: Callable[..., None], first: Callable[[Scenario], FirstScreen] | None = None) -> None:
    """A page: sidebar, notices, title, and the body under a guard that shows no traceback.

    title : the page's question or subject, as its heading
    body  : called with the current scenario, and with what the first screen gave
    first : computes the first screen
    """
    with guard():
        now = state.sync(title)
        if first is None:
            _around(now)
            _heading(title)
            body(now.scenario)
        elif running.is_at_hand(now.scenario):
            body(now.scenario, _before_the_rest(title, now, first))
        else:
            _around(now)
            _heading(title)
            screen = first(now.scenario)
            screen.numbers()
            body(now.scenario, screen.pictures())


def _before_the_rest(title: str, now: state.Current, first: Callable[[Scenario], FirstScreen]) -> Any:
    """Put the first screen up before the sidebar, which the browser takes long for.

    Nothing is sent before all its numbers are known: a browser that has something to do takes the processor from them.
    Then they go first, and the heading into the place that is kept for it above them: Streamlit sends what there is
    every hundredth of a second, and what is sent ahead of them makes them miss a turn or two.
    """
    try:
        screen = first(now.scenario)
    except Exception:  # no `finally`: a run that a next press breaks off must end here, or that press may be lost
        _heading(title)
        _around(now)
        raise
    waits = first_paint.is_due()
    if waits:
        sidebar.begin()
    above = st.container(key="heading")

    def heading() -> None:
        _heading(title, running.is_fast(now.scenario), above)

    try:
        try:
            screen.numbers()
        except Exception:
            heading()
            raise
        heading()
        found = screen.pictures()
    except Exception:
        _around(now, begun=waits)
        raise
    if waits:
        first_paint.wait_and_begin_anew()
    _around(now)
    return found


def _around(now: state.Current, begun: bool = False) -> None:
    state.write_address(now)
    if not begun:
        sidebar.begin()
    sidebar.show(now)


def _heading(title: str, at_once: bool = False, place: DeltaGenerator | None = None) -> None:
    own = f"{ON_DARK if theme() is DARK else ''}{AT_ONCE if at_once else ''}"
    with place or st.container(key="heading"):
        with st.container(key="width"):
            st.markdown(WIDTH, unsafe_allow_html=True)
        st.html(f"{STYLE}<style>{tables.STYLE}</style>{own}")
        for told in state.notices():
            st.warning(plain(told), icon=":material/info:")
        st.title(title, anchor=False)


@contextmanager
def guard() -> Iterator[None]:
    """Whatever fails inside is told in plain words: the user's own mistakes by name, ours by an id in the log."""
    try:
        yield
    except Exception as error:
        if _tell(error):
            return
        st.caption("Your scenario is not lost. Copy it, then begin again:")
        st.code(state.scenario().to_yaml(), language="yaml")
        st.button("Begin again", key="begin-again", on_click=state.start_from, args=(state.opening().base,))


def safely(action: Callable[..., Any], *args: Any) -> None:
    """Do what a button asks for; where that fails it is told above the page, which is then shown as it was."""
    try:
        action(*args)
    except Exception as error:
        _tell(error)


def _tell(error: Exception) -> bool:
    """Tell what has failed; returns whether it was the user's own mistake."""
    if isinstance(error, InputError):
        for problem in error.problems:
            st.error(plain(str(problem)))
        return True
    crash = secrets.token_hex(4)
    LOG.error("error %s\n%s", crash, "".join(traceback.format_exception(error)))
    st.error(f"Something went wrong on our side. Error {crash}; the server's log says more under this id.")
    return False


def theme() -> Theme:
    """Colours of charts on the background that the browser shows."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def status_line(result: Result, runs: str = "") -> None:
    """Where the numbers of the page come from, and what to doubt.

    runs : names and run ids, where they are more than one
    """
    told = [
        f"econsim {econsim.__version__}",
        f"illustrative: {standing(result.ensemble)}",
        f"{result.draws} simulated futures",
        f"seed {result.seed}",
        f"runs {plain(runs)}" if runs else f"run {result.run_id}",
    ]
    if result.failed_draws:
        told.append(f"{result.failed_draws} of {result.draws} futures could not be solved and are left out")
    beyond = result.scenario.extrapolations
    st.caption(" · ".join(told) + (" · :orange-badge[beyond the evidence]" if beyond else ""), help=_doubts(result))


def _doubts(result: Result) -> str | None:
    """What the calibration does not cover here, and what lies beyond the evidence."""
    told = [*reservations(result.scenario, result.ensemble)]
    told += [f"Beyond the evidence: {problem}." for problem in result.scenario.extrapolations]
    return plain(" ".join(told)) if told else None


__all__ = ["FirstScreen", "guard", "safely", "show", "status_line", "theme"]
