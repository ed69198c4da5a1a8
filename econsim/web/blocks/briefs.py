"""The builder of policy briefs: a question and packages, a job that writes four pages, preview and downloads."""

from __future__ import annotations

import streamlit as st

from econsim.library import shipped_scenarios
from econsim.scenario import Scenario
from econsim.store import read_json
from econsim.web import job_commands, job_panel, jobs, running, study_files, sweep_specs
from econsim.web.words import METRICS, plain

LABEL_LIMIT = 40  # characters of what a brief calls a package
MOST = 4  # packages, and metrics
LONGEST = 200  # characters of a question
DRAWS = (256, 512, 1000, 2000)
"""Futures that are offered; the third is where it starts."""
PREVIEW = 700  # pixels
METRIC_NAMES = ("rd_investment", "consumer_surplus")


def builder(scenario: Scenario) -> None:
    """Question and packages, what is wrong with them, and the brief once it is written."""
    from econsim.briefs.package_words import package_question

    st.markdown("Four pages in which every number is filled from a run; none is typed.")
    asked = package_question(scenario)  # another one where other levers are set: then the field starts anew
    question = st.text_input("Question", asked, max_chars=LONGEST, key=f"brief-question-{scenario.name}-{asked}")
    places = st.columns([2, 2, 1], gap="medium")
    this = f"{scenario.name}, as it is open"
    others = [name for name in shipped_scenarios() if name != scenario.name]
    chosen = places[0].multiselect(
        "Packages", [this, *others], [this], max_selections=MOST, key=f"brief-packages-{scenario.name}",
        help="The first is the proposal; all are measured against the same status quo.",
    )  # fmt: skip
    metrics = places[1].multiselect(
        "Outcomes", list(METRICS), METRIC_NAMES, max_selections=MOST, key="brief-metrics",
        format_func=lambda name: METRICS[name].title, help="The first is the headline.",
    )  # fmt: skip
    draws = places[2].selectbox("Futures", DRAWS, 2, key="brief-draws")
    packages = [_open(scenario) if name == this else name for name in chosen]
    text = sweep_specs.written_brief(question, packages, metrics, draws, running.SEED)
    spec = sweep_specs.checked_brief(text, scenario)
    with st.expander("Its spec", key="brief-spec"):
        st.code(text, language="yaml")
    known = jobs.find("brief", **job_commands.about(scenario, spec=job_commands.spec_key(text)))
    title = f"Brief: {spec.question}"
    job = job_panel.study("brief", "Write the brief", known, job_commands.brief, text, title, scenario)
    if job is not None:
        _written(job)


def _open(scenario: Scenario) -> str | dict[str, str]:
    """The open scenario as a package: by its file, with a label where its own name is too long for one."""
    if len(scenario.name) <= LABEL_LIMIT:
        return job_commands.SCENARIO
    return {"scenario": job_commands.SCENARIO, "label": scenario.name[: LABEL_LIMIT - 1] + "…"}


def _written(job: jobs.Job) -> None:
    told = read_json(job.out / "manifest.json")
    st.markdown(f"**{plain(told['title'])}**")
    runs = "; ".join(f"{name}: {run_id}" for name, run_id in told["run_ids"].items())
    st.caption(plain(f"Runs: {runs}. econsim verify on the folder checks every number against them."))
    places = st.columns(4, gap="small")
    for place, form in zip(places, told["formats"], strict=False):
        path = job.out / f"brief.{form}"
        place.download_button(
            form.upper(), path.read_bytes, f"econsim-brief-{told['name']}.{form}", key=f"brief-{job.id}-{form}",
            on_click="ignore", width="stretch", icon=":material/download:",
        )  # fmt: skip
    page = job.out / "brief.html"
    if page.is_file():
        with st.expander("Preview", key="brief-preview"):
            st.iframe(page.read_text(encoding="utf-8"), height=PREVIEW, alt="Preview of the brief")
    study_files.downloads(job)


__all__ = ["builder"]
