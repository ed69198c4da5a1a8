"""World assumptions in the sidebar, built from the parameter book: one form, one Apply."""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

from econsim.errors import InputError
from econsim.parameter_book import Parameter, book
from econsim.scenario import Scenario
from econsim.scenario_schema import SWITCHES, PriorOverride, Switches
from econsim.web import state
from econsim.web.words import PARAMETER_GROUPS, help_text, label

STEPS = 20.0


def show(scenario: Scenario) -> None:
    """The form, rendered while its expander is open: forty fields are not free."""
    changed = sum(1 for name in book().parameters if name in scenario.parameters)
    title = "World assumptions" + (f" ({changed} set)" if changed else "")
    panel = st.expander(title, key="assumptions", on_change="rerun")
    if panel.open:
        with panel:
            st.caption(
                "An empty field is drawn from its range in every future; a number holds in all of them. Assumptions "
                "change the status quo too."
            )
            _form(scenario)
    st.button("Reset assumptions", key="reset-assumptions", on_click=reset, width="stretch",
              disabled=not _differs(scenario), help="Every assumption back to the book. Levers stay.")  # fmt: skip


def _differs(scenario: Scenario) -> bool:
    return bool(scenario.parameters) or scenario.switches != Switches()


def _form(scenario: Scenario) -> None:
    with st.form("assumptions-form", border=False):
        for group, title in PARAMETER_GROUPS.items():
            st.caption(f"**{title}**")
            for row in book().parameters.values():
                if row.group == group:
                    _field(row, scenario.parameters.get(row.name))
        st.caption("**What exists in this world**")
        for name, meaning in SWITCHES.items():
            st.session_state[f"switch-{name}"] = getattr(scenario.switches, name)
            st.toggle(label(name), key=f"switch-{name}", help=f"Whether {meaning.removeprefix('whether ')}.")
        st.form_submit_button("Apply", key="apply-assumptions", type="primary", width="stretch", on_click=_apply)


def _field(row: Parameter, value: float | PriorOverride | None) -> None:
    key = f"parameter-{row.name}"
    low, high = row.bounds
    st.session_state[key] = _as_number(row, value)
    st.number_input(
        label(row.name),
        min_value=int(low) if row.integer else float(low),
        max_value=int(high) if row.integer else float(high),
        step=1 if row.integer else _step(row),
        format=None if row.integer else "%g",
        key=key,
        placeholder=_left_alone(row, value),
        help=help_text(row),
    )


def _as_number(row: Parameter, value: float | PriorOverride | None) -> float | int | None:
    if value is None or isinstance(value, PriorOverride):
        return None
    return int(value) if row.integer else float(value)


def _left_alone(row: Parameter, value: float | PriorOverride | None) -> str:
    """What an empty field stands for."""
    if isinstance(value, PriorOverride):
        return f"{value.low:g} to {value.high:g}"
    return f"{row.range[0]:g} to {row.range[1]:g}" if row.range else f"{row.default:g}"


def _step(row: Parameter) -> float:
    low, high = row.range or (0.0, 2.0 * abs(row.default) or 1.0)
    return float(10.0 ** math.floor(math.log10(max(high - low, 1e-9) / STEPS)))


def _apply() -> None:
    scenario = state.scenario()
    settings: dict[str, Any] = {}
    for row in book().parameters.values():
        if f"parameter-{row.name}" not in st.session_state:
            continue
        before, now = scenario.parameters.get(row.name), st.session_state[f"parameter-{row.name}"]
        if now != _as_number(row, before):
            settings[row.name] = now
    for name in SWITCHES:
        if st.session_state.get(f"switch-{name}", getattr(scenario.switches, name)) != getattr(scenario.switches, name):
            settings[name] = st.session_state[f"switch-{name}"]
    try:
        state.change(settings)
    except InputError as error:
        state.notify(tuple(str(problem) for problem in error.problems))


def reset() -> None:
    """Every assumption back to the book, in the status quo too; levers stay."""
    state.change({**dict.fromkeys(book().parameters, None), **dict.fromkeys(SWITCHES, None)})


__all__ = ["reset", "show"]
