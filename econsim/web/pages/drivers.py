"""What the answer depends on: assumptions in the futures at hand, and studies of them as jobs."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from econsim.charts.assumption_bars import assumption_bars
from econsim.charts.row_labels import STEP
from econsim.charts.sensitivity_sobol import sobol_bars
from econsim.cli_text import number
from econsim.scenario import Scenario
from econsim.studies.sensitivity_result import Sensitivity, open_sensitivity
from econsim.studies.words import relative, setting
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
from econsim.web.blocks import below, pictures
from econsim.web.running import Answer
from econsim.web.words import Shown, inside, label, plain, spoken, start

MOST = 15  # bars of the tornado
SAMPLES = (64, 128, 256, 512)


def page(scenario: Scenario) -> None:
    """The tornado at once; what takes minutes as jobs below it."""
    answer = running.answer(scenario)
    pictures.choose()
    shown = pictures.chosen()
    _tornado(answer, shown)
    frame.status_line(answer.result)
    st.header("How much of the spread each assumption explains", anchor=False)
    samples = _sobol(scenario, shown)
    st.header("What would reverse the finding", anchor=False)
    _flip(scenario, shown)
    st.header("What each moat of the labs is worth", anchor=False)
    _moats(scenario)
    reproduce.show(recipes.drivers(state.current(), shown, samples), [answer.result])


def _tornado(answer: Answer, shown: Shown) -> None:
    """Rank correlations over the futures of this run: nothing more has to be computed."""
    table = below.strongest(answer.result, pictures.drawn_change(answer.result, shown)[0], MOST)
    if table is None:
        st.info("Which assumptions matter cannot be told: parameters do not vary here, or the effect is undefined.")
        return
    first = table.iloc[0]
    way = "higher" if first["correlation"] > 0 else "lower"
    said = (
        f"The change is {way} where {inside(first['name'])} is high "
        f"(rank correlation {number(first['correlation'], sign=True)})"
    )

    plotted = f"Change of {inside(shown.title)} over the futures of this run; line: 95% interval"

    def draw(**how: Any) -> Any:
        return assumption_bars(table, title=said, subtitle=plotted, **how)

    height = STEP * len(table) + below.FRAME
    exports.chart(
        "tornado", draw, answer, table, says=said, height=height, explains=plotted,
        about=lambda: exports.compared(answer.result, shown.title),
    )  # fmt: skip
    unclear = table[(table["low"] <= 0.0) & (table["high"] >= 0.0)]["name"].tolist()
    if unclear:
        st.caption(
            f"{len(unclear)} of these {len(table)} have an interval that holds zero: "
            f"{plain(', '.join(inside(name) for name in unclear))}."
        )


def _sobol(scenario: Scenario, shown: Shown) -> int:
    """The indices; returns the base samples that are asked for."""
    st.markdown(
        "Sobol' indices share out the variance of an outcome: *first order* is what an assumption explains alone, "
        "*total* what it explains with all its interactions."
    )
    samples: int = st.select_slider(
        "Base samples", SAMPLES, 128, key="sobol-samples",
        help="More give narrower intervals, in proportion to the square root, and take as much longer.",
    )  # fmt: skip
    asked = job_commands.about(scenario, metric=shown.metric, samples=samples)
    job = job_panel.study(
        "sobol", "Compute Sobol' indices", jobs.find("sensitivity", **asked), job_commands.sobol, scenario,
        shown.metric, samples, help="Takes minutes: a Morris screening, then the indices of what it finds strongest.",
    )  # fmt: skip
    if job is not None:
        _indices(open_sensitivity(job.out), shown)
    return samples


def _indices(result: Sensitivity, shown: Shown) -> None:
    st.markdown(plain(start(spoken(result.finding))))
    for told in result.warnings:
        st.caption(plain(_on_a_page(told)))
    effect = shown.metric in result.effects
    if not effect and shown.metric not in result.outputs:
        st.info("There are no indices of this outcome: it does not vary, or is undefined in too many futures.")
        return
    table = result.ranked(shown.metric, effect)
    says = f"{label(table.iloc[0]['name'])} has a total index of {number(table.iloc[0]['strength'])}"
    drawn = sobol_bars(result, shown.metric, effect=effect)
    exports.finished("sobol", drawn, {"indices": table}, says=says)
    st.dataframe(_index_table(table), hide_index=True)
    _dead(result)


def _on_a_page(told: str) -> str:
    """A warning without the options of the command line."""
    told = told.replace("double --samples", "double the base samples").replace(" (--all takes them)", "")
    return start(spoken(told)) + "."


def _index_table(table: pd.DataFrame) -> pd.DataFrame:
    """Indices with the ends of their 95% intervals."""

    def told(value: float, half: float) -> str:
        return f"{number(value)} ({number(value - half)} to {number(value + half)})"

    pairs = {"First order (95% interval)": ("S1", "S1_conf"), "Total (95% interval)": ("ST", "ST_conf")}
    columns: dict[str, list[str]] = {"Assumption": [label(name) for name in table["name"]]}
    for title, (value, half) in pairs.items():
        columns[title] = [told(one[value], one[half]) for _, one in table.iterrows()]
    return pd.DataFrame({**columns, "Remark": table["words"].tolist()})


def _dead(result: Sensitivity) -> None:
    """Parameters whose change moved no metric in the runs of the screening."""
    screening = result.content.get("screening") or {}
    dead = screening.get("dead")
    if dead is None:
        return
    names = plain(", ".join(inside(label(name)) for name in dead))
    st.markdown(f"Changing these moved no outcome in any run of the screening: {names}." if dead else
                "Every assumption that was screened moved some outcome.")  # fmt: skip


def _flip(scenario: Scenario, shown: Shown) -> None:
    st.markdown(
        "The finding is whether the policy raises or lowers the median. For each assumption, the smallest change of it "
        "alone that reverses that, or lets it fade to hardly a change; those within their plausible range are the ones "
        "to worry about."
    )
    asked = job_commands.about(scenario, metric=shown.metric)
    job = job_panel.study(
        "flip", "Search for what flips it", jobs.find("flip", **asked), job_commands.flip, scenario, shown.metric
    )
    if job is None:
        return
    told = study_files.summary(job)
    st.markdown(plain(told["finding"]))
    study_files.picture(job, "flip", f"What it takes of each assumption to reverse the change of {inside(shown.title)}")
    table = pd.read_csv(job.out / "flip.csv")
    found = table[table["flip"].notna()]
    if len(found):
        st.dataframe(_flip_table(found), hide_index=True)
    study_files.downloads(job)


def _flip_table(found: pd.DataFrame) -> Any:
    """One row an assumption that takes the finding away; red where it is reversed inside the range."""
    rows = pd.DataFrame(
        {
            "Assumption": [label(name) for name in found["parameter"]],
            "Grade": found["grade"].tolist(),
            "Default": _settings(found, "default"),
            "The finding": found["does"].tolist(),
            "Between": _between(found),
            "Than the default": found["lies"].tolist(),
            "Within its range": ["yes" if inside_prior else "no" for inside_prior in found["inside_prior"]],
            "Median change there": [relative(value) for value in found["median_at"]],
            "95% interval": _intervals(found),
            "Clear from": [
                "" if value != value else setting(name, value, figures=3)
                for name, value in zip(found["parameter"], found["clear_at"].astype(float), strict=True)
            ],
        }
    )

    red = f"color: {frame.theme().vermillion_ink}; font-weight: 600"

    def colours(row: Any) -> list[str]:
        reversed_inside = row["The finding"] == "reverses" and row["Within its range"] == "yes"
        return [red if reversed_inside else ""] * len(row)

    return rows.style.apply(colours, axis=1)


def _settings(found: pd.DataFrame, column: str) -> list[str]:
    return [setting(name, value) for name, value in zip(found["parameter"], found[column], strict=True)]


def _between(found: pd.DataFrame) -> list[str]:
    """The last value at which the finding stands, and the first at which it does not."""
    ends = zip(found["parameter"], found["before"].astype(float), _settings(found, "flip"), strict=True)
    return [at if before != before else f"{setting(name, before, unit=False)} and {at}" for name, before, at in ends]


def _intervals(found: pd.DataFrame) -> list[str]:
    ends = zip(found["median_at_low"].astype(float), found["median_at_high"].astype(float), strict=True)
    return ["" if low != low else f"{relative(low)} to {relative(high)}" for low, high in ends]


def _moats(scenario: Scenario) -> None:
    job = job_panel.study(
        "moats", "Take each moat away", jobs.find("moats", **job_commands.about(scenario)), job_commands.moats, scenario
    )
    if job is None:
        return
    told = study_files.summary(job)
    st.markdown(plain(told["finding"]))
    for metric in ("lab_npv", "rd_relative"):
        study_files.picture(job, f"moats-{metric}", f"Change of {inside(label(metric))} when a moat is taken away")
    study_files.downloads(job)


if __name__ == "__main__":  # Streamlit runs the file; tests may import it
    frame.show("What does the answer depend on?", page)
