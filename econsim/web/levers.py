"""Policy levers in the sidebar, built from the lever registry: one slider each, in six groups."""

from __future__ import annotations

import streamlit as st

from econsim.parameter_book import Lever, book
from econsim.scenario import Scenario
from econsim.web import state
from econsim.web.words import LEVER_GROUPS, help_text, label

REACH = 8.0  # times the moderate setting: as far as a slider goes where the bounds are further away
FINE, COARSE = 0.05, 32.0


def show(scenario: Scenario) -> None:
    """Sliders of every lever. They show the level at the end of the run, and set it from when the lever starts."""
    for group, title in LEVER_GROUPS.items():
        st.caption(f"**{title}**")
        for name, lever in book().levers.items():
            if lever.lever_group == group:
                _slider(lever, setting(scenario, name))
    st.button("Reset levers", key="reset-levers", on_click=reset, width="stretch", disabled=not scenario.levers,
              help="Every lever to 0, the status quo. Assumptions stay.")  # fmt: skip


def setting(scenario: Scenario, name: str) -> float:
    """The level at which a lever is held in the end; 0 at the status quo."""
    steps = scenario.levers.get(name, ())
    return float(steps[-1].value) if steps else 0.0


def slider_range(lever: Lever, value: float = 0.0) -> tuple[float, float, float]:
    """Low end, high end and step of a lever's slider: the same for every scenario whose value it holds."""
    low, high = lever.bounds
    if high <= 1.0:
        return low, high, FINE
    near = min(high, REACH * lever.moderate)
    top = near if value <= near else high
    return low, top, near / COARSE


def _slider(lever: Lever, value: float) -> None:
    key = f"lever-{lever.name}"
    low, high, step = slider_range(lever, value)
    # The scenario is the truth. Setting a slider that already agrees would fight with a user who is still moving it.
    if state.is_new_page() or st.session_state.get(key) != value:
        st.session_state[key] = value
    st.slider(
        label(lever.name),
        low,
        high,
        step=step,
        key=key,
        format="percent" if lever.unit == "share" else "%g quarters" if lever.unit == "quarter" else "%g",
        help=f"{help_text(lever)}\n\nModerate: {lever.moderate:g}.",
        on_change=_moved,
        args=(lever.name,),
    )


def _moved(name: str) -> None:
    pull(name, float(st.session_state[f"lever-{name}"]))


def pull(name: str, value: float) -> None:
    """Set a lever of the current scenario; it keeps the start and the ramp that the scenario gives it."""
    steps = state.scenario().levers.get(name, ())
    step = {**steps[-1].as_mapping(), "value": value} if steps else {"value": value}
    state.change({name: step if value else None})


def reset() -> None:
    """Every lever to the status quo; assumptions stay."""
    state.change(dict.fromkeys(book().levers, None))
