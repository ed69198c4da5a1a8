"""Charts of what a copy loses: the capability spectrum, and what a budget buys.

Both take tables, so that documents and screens draw the same picture from any source.
"""

from __future__ import annotations

import textwrap
from typing import Any

import altair as alt
import pandas as pd

from econsim.charts.style import BLUE, GREY, PLOT_WIDTH, VERMILLION, heading, styled

PALE_BLUE, PALE_VERMILLION = "#A9CCE3", "#F3C5A5"
PARTS = ("student's own base", "copied", "lost")
BAR_WIDTH = 26
TITLE_LINE = 88


def capability_spectrum(bands: pd.DataFrame, visible: float, hidden: float, title: str, footer: str = "") -> Any:
    """Bands from common to rare: what the student had, what it copied, what it lost, and what evaluators insist on.

    bands           : columns band, teacher, base, copy, demanded, in points; see `econsim.fidelity.Spectrum`
    visible, hidden : shares of the teacher's level that benchmarks show and that deployment meets
    title           : the finding
    footer          : where the numbers come from
    """
    first, last = int(bands["band"].min()), int(bands["band"].max())
    own = bands[["base", "copy"]].min(axis=1)
    kept = pd.DataFrame({"band": bands["band"], PARTS[0]: own, PARTS[1]: bands["copy"] - own})
    kept[PARTS[2]] = (bands["teacher"] - bands["copy"]).clip(lower=0.0)
    long = kept.melt("band", var_name="part", value_name="points")
    long["order"] = long["part"].map({name: place for place, name in enumerate(PARTS)})
    x = alt.X(
        "band:O",
        title="bands of tasks, from common and easy (left) to rare and hard (right)",
        axis=alt.Axis(labelAngle=0, domain=False, ticks=False),
        scale=alt.Scale(paddingInner=0.12, paddingOuter=0.06),
    )
    y_scale = alt.Scale(domain=[0, 100])
    colours = alt.Scale(domain=list(PARTS), range=[PALE_BLUE, BLUE, PALE_VERMILLION])
    bars = (
        alt.Chart(long)
        .mark_bar()
        .encode(
            x=x,
            y=alt.Y("points:Q", title="level, points", scale=y_scale, stack="zero"),
            color=alt.Color("part:N", scale=colours, legend=alt.Legend(title=None, orient="top", symbolType="square")),
            order=alt.Order("order:Q"),
            tooltip=[alt.Tooltip("band:O"), alt.Tooltip("part:N"), alt.Tooltip("points:Q", format=".1f")],
        )
    )
    teacher = (
        alt.Chart(bands)
        .mark_tick(thickness=2, color="#333333", width=BAR_WIDTH, orient="horizontal")
        .encode(x=x, y=alt.Y("teacher:Q", scale=y_scale))
    )
    asked = (
        alt.Chart(bands)
        .mark_line(interpolate="step", strokeDash=[5, 3], strokeWidth=2, color=VERMILLION)
        .encode(x=x, y=alt.Y("demanded:Q", scale=y_scale))
    )
    numbers = pd.DataFrame(
        {
            "place": [0, 1],
            "number": [f"{100 * visible:.0f}%", f"{100 * hidden:.0f}%"],
            "words": ["what the benchmark shows", "what deployment meets"],
            "color": [BLUE, VERMILLION],
        }
    )
    at = {"y": alt.Y("place:Q", axis=None, scale=alt.Scale(domain=[1.7, -0.7])), "x": alt.value(0)}
    beside = alt.layer(
        alt.Chart(numbers)
        .mark_text(align="left", fontSize=34, fontWeight="bold", dy=-6)
        .encode(text="number:N", color=alt.Color("color:N", scale=None), **at),
        alt.Chart(numbers).mark_text(align="left", fontSize=12, color=GREY, dy=22).encode(text="words:N", **at),
    ).properties(width=170, height=230)
    picture = alt.layer(bars, teacher, asked).properties(width=PLOT_WIDTH, height=280)
    told = (
        f"Bars: bands {first} to {last}; dark tick: the teacher. Dashed line: the level that evaluators insist on, the "
        "masking curve: less than this they would notice, and where they do not look it is 0."
    )
    chart = alt.hconcat(picture, beside, spacing=18).resolve_scale(color="independent")
    top = heading("", textwrap.wrap(told, TITLE_LINE + 14))
    top.text = textwrap.wrap(title, TITLE_LINE)
    return styled(chart.properties(title=top), footer)


def retention_by_budget(curve: pd.DataFrame, marks: pd.DataFrame, dollars: float, title: str, footer: str = "") -> Any:
    """What benchmarks show and what deployment meets over budgets, with published copies as marks.

    curve   : columns dollars, visible, hidden (shares)
    marks   : columns copy, dollars
    dollars : the budget that is looked at
    """
    names = {"visible": "what the benchmark shows", "hidden": "what deployment meets"}
    long = curve.melt("dollars", list(names), var_name="which", value_name="share")
    long["which"] = long["which"].map(names)
    low, high = float(curve["dollars"].min()), float(curve["dollars"].max())
    x = alt.X(
        "dollars:Q",
        title="copy budget, $ (log scale)",
        scale=alt.Scale(type="log", domain=[low, high]),
        axis=alt.Axis(format="~s", tickCount=6),
    )
    colours = alt.Scale(domain=list(names.values()), range=[BLUE, VERMILLION])
    lines = (
        alt.Chart(long)
        .mark_line(strokeWidth=2.5)
        .encode(
            x=x,
            y=alt.Y(
                "share:Q",
                title="share of the teacher's level",
                axis=alt.Axis(format=".0%"),
                scale=alt.Scale(domain=[0.0, 1.0]),
            ),
            color=alt.Color("which:N", scale=colours, legend=None),
            strokeDash=alt.StrokeDash(
                "which:N", scale=alt.Scale(domain=list(names.values()), range=[[1, 0], [6, 3]]), legend=None
            ),
        )
    )
    ends = long[long["dollars"] == high]
    named = (
        alt.Chart(ends)
        .mark_text(align="left", dx=6, fontSize=12)
        .encode(x=x, y=alt.Y("share:Q"), text="which:N", color=alt.Color("which:N", scale=colours, legend=None))
    )
    shown = marks[(marks["dollars"] >= low) & (marks["dollars"] <= high)].sort_values("dollars").reset_index(drop=True)
    shown = shown.assign(level=[0.02 + 0.055 * (place % 7) for place in range(len(shown))])
    rules = alt.Chart(shown).mark_rule(color="#CFCFCF", strokeDash=[2, 3]).encode(x=x)
    words = (
        alt.Chart(shown)
        .mark_text(align="left", dx=4, fontSize=10, color=GREY)
        .encode(x=x, y=alt.Y("level:Q"), text="copy:N")
    )
    here = alt.Chart(pd.DataFrame({"dollars": [dollars]})).mark_rule(color="#333333", strokeWidth=1.5).encode(x=x)
    chart = alt.layer(rules, words, here, lines, named).properties(width=PLOT_WIDTH, height=280)
    told = (
        "Solid: with the weights of benchmarks; dashed: with those of deployment. Black line: this budget; grey lines: "
        "published copies at the same prices."
    )
    top = heading("", textwrap.wrap(told, TITLE_LINE + 4))
    top.text = textwrap.wrap(title, TITLE_LINE)
    return styled(chart.properties(title=top), footer)


__all__ = ["capability_spectrum", "retention_by_budget"]
