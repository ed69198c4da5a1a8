"""Where an outcome tips: a map over two levers, the break-even along one axis, and the box of a sweep."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from econsim.charts.tipping import tipping_map
from econsim.cli_text import shown_unit
from econsim.errors import InputError
from econsim.findings import futures
from econsim.parameter_book import book
from econsim.results import statistics
from econsim.scenario import Scenario
from econsim.scenario_settings import with_settings
from econsim.studies.conditions import parse_condition
from econsim.studies.drivers_rows import SweptRows
from econsim.studies.sweep import open_sweep
from econsim.studies.tipping import TippingMap, ask
from econsim.studies.tipping_map import read_map
from econsim.studies.words import ENTERED, setting
from econsim.web import (
    exports,
    frame,
    job_commands,
    job_panel,
    jobs,
    recipes,
    reproduce,
    running,
    state,
    study_files,
)
from econsim.web.running import Answer
from econsim.web.words import METRICS, label, moment, plain

SAMPLES = 1024  # futures of a sweep that is searched for a box
PICK = "cell"
EFFECT = "effect:"


def page(scenario: Scenario) -> None:
    """The question first; its map, its curve and the box below."""
    answer = running.answer(scenario)
    asked = _question(answer)
    st.header("Over two levers", anchor=False)
    x, y = _map(scenario, asked)
    st.header("Along one lever or assumption", anchor=False)
    along = _curve(scenario, asked)
    st.header("Which worlds lead there", anchor=False)
    with frame.guard():  # what is wrong with a condition leaves the rest of the page as it is
        _box(scenario, asked)
    frame.status_line(answer.result)
    reproduce.show(
        recipes.tipping(state.current(), asked, [(x, y), (along,)]), [answer.result],
        also="A sweep and its box: their lines and files stand under *All files*.",
    )  # fmt: skip


def _question(answer: Answer) -> dict[str, Any]:
    """Outcome, threshold, side and draws, as `job_commands.tip` takes them."""
    places = st.columns([2, 2, 1, 2, 2], gap="medium", vertical_alignment="bottom")
    metric = places[0].selectbox("Outcome", list(METRICS), format_func=lambda name: METRICS[name].title, key="tip-of")
    change = places[1].selectbox("Look at", ["its change", "its level"], key="tip-kind") == "its change"
    above = places[2].selectbox("Is", ["above", "below"], index=1 if change else 0, key="tip-side") == "above"
    result = answer.result
    unit, factor = shown_unit(result.catalogue[metric].unit)
    if unit == "share":
        unit, factor = "points" if change else "%", 100.0
    middle = 0.0 if change else statistics(result.values(metric))["p50"] * factor
    start = float(f"{middle:.2g}") if math.isfinite(middle) else 0.0
    shown = "" if unit in ("–", "ratio", "index") else f", {unit.replace('$', chr(92) + '$')}"
    threshold = places[3].number_input(
        f"Threshold{shown}", value=start, format=f"%.{ENTERED}g", key=f"tip-threshold-{metric}-{change}-{start}",
        help="Nil for a change; else the median over the futures of the current scenario, to two digits.",
    )  # fmt: skip
    draws = places[4].select_slider(
        "Futures at each setting",
        job_commands.DRAWS,
        job_commands.DRAWS[1],
        key="tip-draws",
        help="The same futures at every setting.",
    )
    output = f"{EFFECT}{metric}" if change else metric
    return {"output": output, "above": above, "threshold": threshold / factor, "draws": draws}


def _map(scenario: Scenario, asked: Mapping[str, Any]) -> tuple[str, str]:
    """The map, once it is computed; returns the levers that were chosen."""
    levers = list(book().levers)
    places = st.columns(2, gap="medium")
    x: str = places[0].selectbox("Across", levers, levers.index("royalty_rate"), format_func=label, key="tip-x")
    rest = [name for name in levers if name != x]
    first = rest.index("detection_rate") if "detection_rate" in rest else 0
    y: str = places[1].selectbox("Up", rest, first, format_func=label, key="tip-y")
    bare = with_settings(scenario, {x: 0, y: 0})  # the map is the same wherever on it one stands
    whole = {"x": x, "y": y, **asked}
    job = _job("map", "Compute the map", bare, whole)
    if job is not None:
        _cells(read_map(_asked_again(bare, whole), job.out), job)
    return x, y


def _cells(found: TippingMap, job: jobs.Job) -> None:
    st.markdown(plain(found.finding))
    st.caption("Click a cell to set both levers to its values; the fields below do the same.")

    def picked() -> None:
        chosen = st.session_state["chart-map"].selection.get(PICK)
        if chosen:
            column, row = (math.floor(float(chosen[0][name]) + 1.0) for name in ("x", "y"))
            _go(found, min(column, len(found.x.values) - 1), min(row, len(found.y.values) - 1))

    drawn = tipping_map(found, PICK)
    exports.finished("map", drawn, {"map": in_units(found)}, says=found.headline[:99], picked=picked)
    _fields(found)
    study_files.downloads(job)


def in_units(found: TippingMap) -> pd.DataFrame:
    """The map as data to take away, every column with its unit."""
    unit, factor = shown_unit(found.question.output.unit)
    levels = [f"p{place}" for place in (5, 25, 50, 75, 95)]
    table = found.table()
    table[levels] = table[levels] * factor
    units = {name: f"{name}, {unit}" for name in levels} | {"share": "share of futures beyond the threshold"}
    units |= {axis.name: f"{axis.name}, {axis.unit}" for axis in (found.x, found.y)}
    return table.rename(columns={name: told.removesuffix(", –") for name, told in units.items()})


def _fields(found: TippingMap) -> None:
    """The cell by keyboard."""
    places = st.columns([2, 2, 1], gap="medium", vertical_alignment="bottom")
    chosen = []
    for place, axis in zip(places, (found.x, found.y), strict=False):
        values = [float(one) for one in axis.values]
        told = {one: setting(axis.name, one) for one in values}
        chosen.append(values.index(place.selectbox(
            label(axis.name), values, format_func=told.__getitem__, key=f"cell-{axis.name}"
        )))  # fmt: skip
    share = found.share[chosen[1], chosen[0]]
    places[2].button("Set these", key="cell-set", on_click=_go, args=(found, *chosen), width="stretch")
    if math.isfinite(share):
        asked = found.question
        st.markdown(plain(f"There {asked.output_words} is {asked.beyond_words} in {futures(share)} futures."))


def _go(found: TippingMap, column: int, row: int) -> None:
    """Set the two levers to a cell."""
    state.change({found.x.name: float(found.x.values[column]), found.y.name: float(found.y.values[row])})


def _curve(scenario: Scenario, asked: Mapping[str, Any]) -> str:
    """The curve, once it is computed; returns along what."""
    uncertain = [name for name, one in book().parameters.items() if one.prior is not None]
    names = [*book().levers, *uncertain]
    x: str = st.selectbox(
        "Along", names, names.index("royalty_rate"), format_func=label, key="tip-along",
        help="A lever covers its bounds, an assumption its range; an assumption changes the status quo too.",
    )  # fmt: skip
    bare = with_settings(scenario, {x: 0}) if x in book().levers else scenario
    job = _job("curve", "Find the break-even", bare, {"x": x, "y": None, **asked})
    if job is not None:
        told = study_files.summary(job)
        st.markdown(plain(told["finding"]))
        study_files.picture(job, "tip", f"The outcome and the share of futures beyond the threshold along {label(x)}")
        study_files.downloads(job)
    return x


def _job(key: str, button: str, scenario: Scenario, whole: Mapping[str, Any]) -> jobs.Job | None:
    try:
        _asked_again(scenario, whole)
    except InputError as error:
        for problem in error.problems:
            st.error(plain(str(problem)))
        return None
    known = jobs.find("tip", **job_commands.about(scenario, **whole))
    return job_panel.study(key, button, known, job_commands.tip, scenario, whole)


def _asked_again(scenario: Scenario, whole: Mapping[str, Any]) -> Any:
    above, below = (whole["threshold"], None) if whole["above"] else (None, whole["threshold"])
    return ask(
        scenario, whole["x"], whole["y"], whole["output"], above, below, whole["draws"], running.SEED, None, "auto"
    )


def _box(scenario: Scenario, asked: Mapping[str, Any]) -> None:
    """Scenario discovery in a finished sweep."""
    st.markdown(
        "Scenario discovery looks through the futures of a sweep for the few assumptions, and the ranges of them, "
        "under which most of the futures of interest lie."
    )
    swept = [job for job in jobs.jobs() if job.kind == "sweep" and job.state == jobs.DONE]
    known = jobs.find("sweep", **job_commands.about(scenario, samples=SAMPLES))
    if known is None or known not in swept:
        job_panel.study(
            "sweep", f"Sweep {SAMPLES:,} futures of this scenario", known, job_commands.futures, scenario, SAMPLES
        )
    if not swept:
        return
    by_name = {job.id: job for job in swept}
    name = st.selectbox(
        "Sweep", list(by_name), list(by_name).index(known.id) if known in swept else 0, key="box-sweep",
        format_func=lambda one: f"{by_name[one].title} {by_name[one].scenario} ({moment(by_name[one].created)})",
    )  # fmt: skip
    job = by_name[name]
    sweep = open_sweep(job.out)
    label_of = sweep.scenarios[0]
    if len(sweep.scenarios) > 1:
        label_of = st.selectbox("Scenario of the sweep", list(sweep.scenarios), key=f"box-scenario-{name}")
    output = asked["output"].replace(EFFECT, "effect_")
    sign = ">" if asked["above"] else "<"
    where = st.text_input(
        "Futures of interest", f"{output} {sign} {asked['threshold']:.{ENTERED}g}",
        key=f"box-where-{output}-{sign}-{asked['threshold']}", max_chars=200,
        help="Metrics, effect_ and a metric, assumptions or levers compared with numbers; and, or, not, parentheses.",
    )  # fmt: skip
    parse_condition(where, SweptRows.of(sweep, label_of).columns, "futures of interest")
    known = jobs.find("discover", sweep=job.id, where=where, label=label_of)
    _discovered(job_panel.study("box", "Search for the box", known, job_commands.discover, job, label_of, where))


def _discovered(job: jobs.Job | None) -> None:
    if job is None:
        return
    told = study_files.summary(job)
    st.markdown(plain(told["finding"]))
    for name, says in (("ranges", "The box: its range of each assumption"), ("peeling", "How the box was found")):
        study_files.picture(job, name, says)
    study_files.downloads(job)


if __name__ == "__main__":  # Streamlit runs the file; tests may import it
    frame.show("Where does the outcome tip?", page)
