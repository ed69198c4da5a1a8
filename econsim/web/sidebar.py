"""The sidebar of every page: where to start, levers, assumptions, share and save."""

from __future__ import annotations

import streamlit as st

from econsim.errors import InputError
from econsim.library import shipped_scenarios
from econsim.scenario import Scenario, load_scenario
from econsim.scenario_schema import Switches
from econsim.web import assumptions, levers, state, url_codec
from econsim.web.words import plain

OWN = "a file of yours"
FIRST = "Scenario"


def begin() -> None:
    """Its first line: a sidebar without any has no width, and what stands beside it would move."""
    st.sidebar.subheader(FIRST, anchor=False)


def show(now: state.Current) -> None:
    """All that follows. Every widget shows the current scenario and changes it by a callback."""
    with st.sidebar:
        _start(now)
        st.subheader("Policy levers", anchor=False)
        levers.show(now.scenario)
        st.subheader("The world", anchor=False)
        assumptions.show(now.scenario)
        st.subheader("Share and save", anchor=False)
        _share(now)
    state.page_stands()


def _start(now: state.Current) -> None:
    names = list(shipped_scenarios())
    options = names if now.base else [*names, OWN]
    wanted = now.base or OWN
    if state.is_new_page() or st.session_state.get("start-from") != wanted:
        st.session_state["start-from"] = wanted
    st.selectbox("Start from", options, key="start-from", on_change=_start_chosen, help=plain(now.scenario.question))
    st.session_state["stack"] = None
    st.selectbox(
        "Stack another on top", [name for name in names if name != now.base], key="stack", on_change=_stack_chosen,
        placeholder="none", help="Adds the levers and assumptions of another scenario to this one.",
    )  # fmt: skip


def _start_chosen() -> None:
    name = st.session_state["start-from"]
    if name != OWN:
        state.start_from(name)


def _stack_chosen() -> None:
    name = st.session_state["stack"]
    if name is not None:
        stack(load_scenario(name))


def stack(other: Scenario) -> None:
    """Lay the levers, assumptions and switches that another scenario sets over the current one."""
    usual = Switches().as_mapping()
    switches = {name: value for name, value in other.switches.as_mapping().items() if value != usual[name]}
    settings = {**other.parameters, **{name: list(steps) for name, steps in other.levers.items()}, **switches}
    try:
        state.change(settings)
    except InputError as error:
        state.notify(tuple(str(problem) for problem in error.problems))


def _share(now: state.Current) -> None:
    scenario = now.scenario
    st.caption("The address in your browser is this scenario. Copy it, or keep a file:")
    st.download_button(
        "Download scenario", scenario.to_yaml(), f"{scenario.name.replace(' ', '-')}.yaml", "application/yaml",
        key="download-scenario", on_click="ignore", width="stretch",
    )  # fmt: skip
    link = st.expander("Link to this scenario", key="link", on_change="rerun")
    if link.open:  # a block of code is slow to load
        with link:
            st.code(f"?{_query(now)}", language=None, wrap_lines=True)
    given = st.file_uploader("Open a scenario file", ["yaml", "yml"], key="upload-scenario", max_upload_size=2)
    if given is not None and st.session_state.get("econsim.opened") != given.file_id:
        st.session_state["econsim.opened"] = given.file_id
        _open(given.name, given.getvalue())


def _query(now: state.Current) -> str:
    from urllib.parse import urlencode

    return urlencode(url_codec.encode(now.scenario, now.base), safe="@:;~")


def _open(name: str, content: bytes) -> None:
    """Look at an uploaded scenario; every problem with it is named, and the page stays as it was."""
    try:
        state.use(Scenario.from_yaml(content.decode("utf-8"), name))
    except InputError as error:
        state.notify(tuple(f"{problem}" for problem in error.problems))
    except UnicodeDecodeError:
        state.notify((f"{name} is not a text file.",))
    st.rerun()


__all__ = ["begin", "show", "stack"]
