"""Chart of Sobol' indices: what each parameter explains of an output's variance, alone and with all interactions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from econsim.charts.sensitivity_parts import LIGHT, SHOWN, footer, not_shown, of, rows_of, strongest
from econsim.charts.style import BLUE, GREY, PLOT_WIDTH, VERMILLION, rows_axis, styled, titled
from econsim.studies.sensitivity_ranking import NO_ZERO, leading, ranked
from econsim.studies.sensitivity_words import noise_words, percent
from econsim.studies.words import start, words

if TYPE_CHECKING:
    from econsim.studies.sensitivity import Sensitivity

DARK = "#003A5C"


def sobol_bars(
    result: Sensitivity, output: str | None = None, *, effect: bool = False, by_rank: bool = False
) -> alt.VConcatChart:
    """Total and first-order Sobol' indices of one output, strongest first, with their 95% intervals.

    output  : a summary metric; default the one that the finding is about
    effect  : of its paired difference to the status quo
    by_rank : of its rank among all runs, where a few extreme runs make much of its variance
    raises  : InputError for another method, or an output without such indices
    """
    rows, name = rows_of(result, "sobol", output, effect)
    kind = "effects" if effect else "outputs"
    content: Mapping[str, Any] = result.content
    if by_rank:
        content = content["by_rank"]
        result.ranked(name, effect, by_rank)  # refuses an output without
        rows = ranked(content, name, kind)
    table = _table(rows[:SHOWN])
    domain, leaves = _domain(table)
    chart = alt.layer(*_layers(table, domain)).properties(
        width=PLOT_WIDTH,
        height=alt.Step(28),
        title=titled(
            _title(result, content, name, kind, by_rank),
            _subtitle(result, content, rows, name, kind, by_rank)
            + (" Intervals that leave the chart are cut." if leaves else ""),
        ),
    )
    return styled(chart, footer(result))


def _table(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "name": words(row["name"]),
                "total": max(row["ST"], 0.0),
                "total_low": row["ST"] - row["ST_conf"],
                "total_high": row["ST"] + row["ST_conf"],
                "first": max(row["S1"], 0.0),
                "first_low": row["S1"] - row["S1_conf"],
                "first_high": row["S1"] + row["S1_conf"],
                "faint": row["words"] == NO_ZERO,
                "said": NO_ZERO if row["words"] == NO_ZERO else percent(row["ST"]),
            }
            for row in rows
        ]
    )


def _domain(table: pd.DataFrame) -> tuple[list[float], bool]:
    """Ends of the axis, and whether an interval leaves it: one that says nothing may."""
    ends = [*table["total_low"], *table["first_low"], *table["total_high"], *table["first_high"]]
    told = table.loc[~table["faint"], ["total_high", "first_high"]].to_numpy()
    most = max(0.1, told.max() if told.size else 1.0)
    least = max(min(0.0, *ends), -0.25 * most)
    return [least, most], bool(max(ends) > most or min(ends) < least)


def _layers(table: pd.DataFrame, domain: list[float]) -> list[alt.Chart]:
    """Bars for what is distinguishable from zero, intervals for all."""
    scale = alt.Scale(domain=domain, nice=True)
    axis = alt.Axis(format="%", tickCount=6)
    base = alt.Chart(table).encode(y=rows_axis(table["name"].tolist()))
    sure = base.transform_filter("!datum.faint")
    x = alt.X("total:Q", title="share of variance", scale=scale, axis=axis)
    line = alt.condition("datum.faint", alt.value(GREY), alt.value(VERMILLION))
    ends = {"x": alt.X("total_low:Q", title="share of variance", scale=scale, axis=axis), "x2": "total_high:Q"}
    return [
        sure.mark_bar(clip=True, height=16, color=LIGHT).encode(x=x),
        sure.mark_bar(clip=True, height=6, color=BLUE, yOffset=-4).encode(x="first:Q"),
        base.mark_rule(clip=True, strokeWidth=1.5, yOffset=4).encode(color=line, **ends),
        sure.mark_rule(clip=True, strokeWidth=1.5, color=DARK, yOffset=-4).encode(x="first_low:Q", x2="first_high:Q"),
        alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=GREY).encode(x=alt.X("x:Q", scale=scale)),
        base.mark_text(align="left", color=GREY, fontSize=11).encode(x=alt.value(PLOT_WIDTH + 8), text="said:N"),
    ]


def _subtitle(
    result: Sensitivity, content: Mapping[str, Any], rows: Sequence[Any], name: str, kind: str, by_rank: bool
) -> str:
    factor = result.content["factor"]
    what = of(result, name, kind == "effects")
    out = (result.content["screening"] or {}).get("left_out", ())
    return (
        f"Sobol' indices of {f'the rank of {what} among all runs' if by_rank else what}: the share of its variance "
        f"that goes with each {factor}. Wide bar: with all interactions; narrow bar: alone; lines: 95% intervals."
        + (
            " Grey lines: not distinguishable from zero."
            if any(row["words"] == NO_ZERO for row in rows[:SHOWN])
            else ""
        )
        + not_shown(rows, factor)
        + (f" {len(out)} more were screened out and held at their defaults." if out else "")
        + (" Shares above 100% are sampling error." if rows[0]["ST"] > 1.05 else "")
        + ("" if content["convergence"][kind][name]["settled"] else " The whole rank order is not settled.")
        + (
            f" A few extreme runs make {percent(result.content['extremes'][kind][name]['share'])} of its variance; of "
            "its rank they decide nothing."
            if by_rank
            else f" Luck: {noise_words(result.content['noise'], name, kind)} of the variance."
        )
    )


def _title(result: Sensitivity, content: Mapping[str, Any], name: str, kind: str, by_rank: bool) -> str:
    named, state, order = strongest(content, name, kind, lambda row: f"{words(row['name'])} ({percent(row['ST'])})")
    what = of(result, name, kind == "effects")
    prefix = "By rank, " if by_rank else ""
    if state == "none":
        return f"Nothing that was varied is distinguishable from zero on {what}"
    if state == "open":
        return start(f"{prefix}what drives {what} most is open; {order}: {named}")
    many = len(leading(content, name, kind)[0]) > 1
    return start(f"{prefix}{named} drive{'' if many else 's'} {what} most{order}")
