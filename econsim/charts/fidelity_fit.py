"""Charts of how far off fidelity laws are on copies that they had not seen."""

from __future__ import annotations

import textwrap
from typing import Any

import altair as alt
import pandas as pd

from econsim.charts.style import BLUE, GREEN, GREY, PLOT_WIDTH, VERMILLION, heading, styled

EXAMS = {"unseen_pairs": "pairs left out, base known", "unseen_benchmarks": "benchmarks left out, pair known"}
GROUPS = {"published": "published with the copy", "near": "akin to those", "far": "other subjects"}
MEASURED = ("refinement", "observed")
TITLE_LINE = 88


def errors_of_laws(errors: pd.DataFrame, title: str, footer: str = "") -> Any:
    """Mean absolute error of each law in both exams.

    errors : columns exam, law, words, by_pair, pairs, rows; see `econsim.fidelity.FidelityFit`
    """
    panels = []
    for exam, asked in EXAMS.items():
        own = errors[errors["exam"] == exam].copy()
        own["colour"] = [BLUE if law == "refinement" else "#B8B8B8" for law in own["law"]]
        own["told"] = own["by_pair"].map("{:.1f}".format)
        y = alt.Y(
            "words:N", sort=own["words"].tolist(), title=None, axis=alt.Axis(labelLimit=330, domain=False, ticks=False)
        )
        x = alt.X("by_pair:Q", title="mean absolute error, benchmark points", scale=alt.Scale(domain=[0, 20]))
        bars = alt.Chart(own).mark_bar(height=15).encode(x=x, y=y, color=alt.Color("colour:N", scale=None))
        words = alt.Chart(own).mark_text(align="left", dx=4, color=GREY, fontSize=11).encode(x=x, y=y, text="told:N")
        counted = f"{asked} ({int(own['pairs'].iloc[0])} pairs, {int(own['rows'].iloc[0])} rows)"
        panel = alt.layer(bars, words).properties(
            width=360, height=alt.Step(24), title=alt.TitleParams(counted, anchor="start", fontSize=12)
        )
        panels.append(panel)
    top = heading("", "Each pair counts once. Sampling noise alone is 2 to 8 points.")
    top.text = textwrap.wrap(title, TITLE_LINE)
    return styled(alt.vconcat(*panels, spacing=24).properties(title=top), footer)


def predicted_and_observed(rows: pd.DataFrame, title: str, footer: str = "") -> Any:
    """Each row of the exam of pairs: predicted without its pair against observed, by kind of benchmark.

    rows : columns pair, benchmark, group, observed, refinement
    """
    shown = rows.assign(kind=rows["group"].map(GROUPS))
    scale = alt.Scale(domain=[0, 100])
    line = pd.DataFrame({"x": [0.0, 100.0]})
    even = (
        alt.Chart(line)
        .mark_line(color=GREY, strokeDash=[4, 3])
        .encode(x=alt.X("x:Q", scale=scale), y=alt.Y("x:Q", scale=scale))
    )
    kinds = list(GROUPS.values())
    dots = (
        alt.Chart(shown)
        .mark_point(size=55, filled=True, opacity=0.75)
        .encode(
            x=alt.X("refinement:Q", title="predicted by refinement, points", scale=scale),
            y=alt.Y("observed:Q", title="observed, points", scale=scale),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=kinds, range=[BLUE, GREEN, VERMILLION]),
                legend=alt.Legend(title=None, orient="right"),
            ),
            shape=alt.Shape(
                "kind:N",
                scale=alt.Scale(domain=kinds, range=["circle", "square", "triangle-up"]),
                legend=alt.Legend(title=None, orient="right"),
            ),
            tooltip=["pair:N", "benchmark:N", *(alt.Tooltip(f"{name}:Q", format=".1f") for name in MEASURED)],
        )
    )
    told = "A dot is a benchmark of a copy, predicted by a fit without that pair; on the dashed line the two agree."
    top = heading("", textwrap.wrap(told, TITLE_LINE))
    top.text = textwrap.wrap(title, TITLE_LINE - 20)
    return styled(alt.layer(even, dots).properties(width=PLOT_WIDTH - 100, height=420, title=top), footer)


__all__ = ["errors_of_laws", "predicted_and_observed"]
