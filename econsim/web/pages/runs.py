"""Sweeps and briefs: built or uploaded, estimated, run as jobs, and what they found."""

from __future__ import annotations

import io
from typing import Any

import pandas as pd
import streamlit as st

from econsim.cli_text import disk_size, duration, middle, number, shown_unit, span
from econsim.errors import InputError
from econsim.headline_metrics import HEADLINES
from econsim.library import shipped_scenarios
from econsim.parameter_book import book
from econsim.scenario import Scenario
from econsim.store import read_json
from econsim.studies.sweep import open_sweep
from econsim.web import frame, job_commands, job_panel, jobs, running, study_files, sweep_specs, tables
from econsim.web.blocks import briefs
from econsim.web.words import label, moment, plain

BUILD, UPLOAD = "Build one", "Open a file"
METHODS = {"lhs": "Latin hypercube", "sobol": "Sobol' sequence", "grid": "Grid over two levers"}
LARGEST = 2  # MB of a file
MOST_SAMPLES, MOST_DRAWS, MOST_STEPS = 20_000, 256, 21
THIS = "the scenario that is open"


def page(scenario: Scenario) -> None:
    """A sweep first, then all jobs, then what finished sweeps found."""
    st.header("A sweep", anchor=False)
    st.markdown(
        "A sweep runs scenarios at many points: combinations of levers in futures of the calibrated ensemble, or "
        "futures in which everything uncertain is drawn anew from its whole plausible range. Those are not the futures "
        "of the other pages, which are weighted by what has happened since 2023, and their medians differ. A sweep "
        "runs in the background, also with this page closed."
    )
    with frame.guard():
        _sweep(scenario)
    st.header("A policy brief", anchor=False)
    with frame.guard():
        briefs.builder(scenario)
    st.header("Jobs", anchor=False)
    job_panel.show()
    st.header("Finished sweeps of this page", anchor=False)
    _finished()


def _sweep(scenario: Scenario) -> None:
    way = st.segmented_control("Sweep", [BUILD, UPLOAD], default=BUILD, key="sweep-way", label_visibility="collapsed")
    text = _uploaded() if way == UPLOAD else _built()
    if text is None:
        return
    spec = sweep_specs.checked(text, scenario)
    st.code(text, language="yaml")
    plural = "" if len(spec.scenarios) == 1 else "s"
    rows = f"{spec.rows:,} futures of {len(spec.scenarios)} scenario{plural}"
    each = _futures(spec.draws)
    st.caption(f"{spec.design.size:,} points, {each} at each: {rows}. Its points and numbers are fixed "
               "by the spec; the same spec gives the same numbers.")  # fmt: skip
    title = f"Sweep of {rows}: {', '.join(one.name for one in spec.scenarios)}"
    first, second = st.columns(2, gap="medium")
    asked = job_commands.spec_about(text, scenario)
    with first:
        job = job_panel.study(
            "estimate", "Estimate first", jobs.find("estimate", **asked), job_commands.estimate, text, title, scenario,
            help="Measures a few chunks on this machine; writes nothing.",
        )  # fmt: skip
        if job is not None:
            _estimate(job)
    with second:
        known = jobs.find("sweep", **asked)
        if job_panel.study("run-sweep", "Run", known, job_commands.sweep, text, title, scenario) is not None:
            st.success("This sweep is done; its numbers stand below.")


def _futures(count: int) -> str:
    return "1 future" if count == 1 else f"{count:,} futures"


def _built() -> str:
    """A spec from widgets."""
    places = st.columns(4, gap="medium")
    names = places[0].multiselect(
        "Scenarios", [THIS, *shipped_scenarios()], [THIS], key="sweep-scenarios", help="All over the same points."
    )
    method = places[1].selectbox("Points", list(METHODS), format_func=METHODS.__getitem__, key="sweep-method")
    design: dict[str, Any] = {"method": method}
    if method == "grid":
        draws = int(places[2].number_input("Futures at each point", 1, MOST_DRAWS, 16, key="sweep-draws"))
        steps = int(places[3].number_input("Values of each lever", 2, MOST_STEPS, 5, key="sweep-steps"))
        design["values"] = _grid(steps)
    else:
        draws = 1
        design["samples"] = int(places[2].number_input("Futures", 64, MOST_SAMPLES, 1024, 64, key="sweep-samples"))
    metrics = st.multiselect(
        "Outcomes to keep", HEADLINES, [], format_func=label, key="sweep-metrics", placeholder="all of them"
    )
    scenarios = [job_commands.SCENARIO if name == THIS else name for name in names]
    return sweep_specs.written(scenarios, design, draws, running.SEED, metrics)


def _grid(steps: int) -> dict[str, Any]:
    levers = book().levers
    places = st.columns(2, gap="medium")
    values = {}
    for place, first in zip(places, ("royalty_rate", "detection_rate"), strict=True):
        name = place.selectbox("Lever", list(levers), list(levers).index(first), format_func=label, key=f"grid-{first}")
        low, high = levers[name].bounds
        values[name] = {"low": low, "high": high, "count": steps}
    return values


def _uploaded() -> str | None:
    given = st.file_uploader(
        "A sweep spec, YAML", ["yaml", "yml"], key="sweep-file", max_upload_size=LARGEST,
        help="It may name shipped scenarios, or scenario.yaml: the one that is open.",
    )  # fmt: skip
    if given is None:
        return None
    try:
        return given.getvalue().decode("utf-8")
    except UnicodeDecodeError:
        st.error(plain(f"{given.name} is not a text file."))
        return None


def _estimate(job: jobs.Job) -> None:
    told = read_json(job.folder / "stdout")
    text = (
        f"About {duration(told['seconds'])} at {number(told['rows_per_second'])} futures a second, measured on this "
        f"machine; {disk_size(told['bytes'])} on disk, {disk_size(told['bytes_free'])} free."
    )
    (st.error if told["bytes"] > told["bytes_free"] else st.info)(plain(text))


def _finished() -> None:
    done = {job.id: job for job in jobs.jobs() if job.kind == "sweep" and job.state == jobs.DONE}
    if not done:
        st.caption(
            "No sweep that was started here has finished. Of one that `econsim sweep SPEC --out DIR` has written, "
            "`econsim drivers DIR` and `econsim discover DIR` tell."
        )
        return
    name = st.selectbox(
        "Sweep", list(done), key="finished-sweep", label_visibility="collapsed",
        format_func=lambda one: f"{done[one].title} ({moment(done[one].created)})",
    )  # fmt: skip
    job = done[name]
    try:
        sweep = open_sweep(job.out)
    except InputError as error:
        for problem in error.problems:
            st.error(plain(str(problem)))
        return
    st.caption(plain(f"Sweep {sweep.sweep_id}: {sweep.points:,} points, {_futures(sweep.draws)} at each."))
    for scenario, told in sweep.summary().items():
        st.markdown(f"**{plain(scenario)}**, against {plain(told['status_quo'])}, all points together")
        tables.show(_metrics(told))
        if told["failed"]:
            st.caption(f"{told['failed']:,} of {told['rows']:,} futures could not be solved and are left out.")
    st.download_button(
        "Points as a table (CSV)", lambda: _csv(sweep.index), f"econsim-{sweep.sweep_id}.csv", "text/csv",
        key=f"index-{name}", on_click="ignore",
    )  # fmt: skip
    study_files.downloads(job)


def _metrics(told: dict[str, Any]) -> pd.DataFrame:
    """Median and 90% range of each main metric and of its paired effect, as text."""
    rows = []
    for name, found in told["metrics"].items():
        unit, factor = shown_unit(found["unit"])
        effect = told["effects"][name]
        rows.append([
            label(name), unit, middle(found, factor), span(found, factor), middle(effect, factor, sign=True),
            span(effect, factor, sign=True),
        ])  # fmt: skip
    columns = ["Outcome", "Unit", "Median", "90% range", "Effect", "90% range of the effect"]
    return pd.DataFrame(rows, columns=columns).set_index("Outcome")


def _csv(table: pd.DataFrame) -> bytes:
    out = io.StringIO()
    table.to_csv(out, index=False)
    return out.getvalue().encode()


if __name__ == "__main__":  # Streamlit runs the file; tests may import it
    frame.show("Runs and briefs", page)
