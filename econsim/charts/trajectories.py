"""Charts over time of one scenario and its status quo: levels, and the paired difference."""

from __future__ import annotations

import textwrap
from typing import Any

import altair as alt
import pandas as pd

from econsim.charts.style import LIGHT, Theme

DASH = [5, 3]
NAME_FROM = 8  # pixels, from the left edge of the plot
NAME = 0.85  # of a line of the title fits in a line of the plot


def levels(
    policy: pd.DataFrame,
    status_quo: pd.DataFrame,
    *,
    names: tuple[str, str],
    title: str,
    subtitle: str,
    unit: str = "",
    factor: float = 1.0,
    wrap: int = 60,
    theme: Theme = LIGHT,
) -> Any:
    """A series under a policy and under its status quo: two medians, told apart by dash, colour and name.

    policy, status_quo : one row a quarter, columns date, p50, p25 and p75
    names   : of the two lines; in the picture one that is too long for its line is cut
    factor  : on the values, to show $bn for $M, say
    wrap    : characters of a line of the title
    returns : an altair chart without size or configuration; see `charts.style`
    """
    rows = pd.concat([_scaled(policy, factor).assign(line=names[0]), _scaled(status_quo, factor).assign(line=names[1])])
    color = alt.Color("line:N", scale=alt.Scale(domain=list(names), range=[theme.blue, theme.vermillion]), legend=None)
    y = alt.Y("p50:Q", title=None, axis=alt.Axis(tickCount=5, format=",~r"), scale=alt.Scale(zero=False, nice=True))
    base = alt.Chart(rows).encode(x=_years())
    band = base.transform_filter(alt.datum.line == names[0]).mark_area(opacity=0.15, color=theme.blue)
    line = base.mark_line(strokeWidth=2.4).encode(
        y=y,
        color=color,
        strokeDash=alt.StrokeDash("line:N", scale=alt.Scale(domain=list(names), range=[[1, 0], DASH]), legend=None),
        tooltip=[alt.Tooltip("date:T", format="%Y"), "line:N", alt.Tooltip("p50:Q", format=",.3~r", title="median")],
    )
    ink = alt.Color(
        "line:N", scale=alt.Scale(domain=list(names), range=[theme.blue_ink, theme.vermillion_ink]), legend=None
    )
    told = (
        alt.Chart(_labels(rows, names, wrap))
        .mark_text(align="left", fontSize=11, fontWeight="bold", limit=alt.ExprRef(f"width - {NAME_FROM}"))
        .encode(
            x=alt.value(NAME_FROM),
            y=alt.Y("place:Q", axis=None, scale=alt.Scale(domain=[10, 0])),
            text="told:N",
            color=ink,
        )
    )
    middle = band.encode(y=alt.Y("p25:Q", title=None), y2="p75:Q")
    lines = alt.layer(middle, line)
    return (
        alt.layer(lines, told)
        .resolve_scale(y="independent", color="independent")
        .properties(title=_title(title, subtitle, unit, wrap))
    )


def _labels(rows: pd.DataFrame, names: tuple[str, str], wrap: int) -> pd.DataFrame:
    """Names of the lines in the upper left corner, the higher line's first."""
    last = rows.groupby("line")["p50"].last()
    order = sorted(names, key=lambda name: -last[name])
    told = [textwrap.shorten(name, int(NAME * wrap), placeholder=" …") for name in order]
    return pd.DataFrame({"line": order, "told": told, "place": [0.4, 1.4]})


def paired_effect(
    effect: pd.DataFrame,
    *,
    title: str,
    subtitle: str,
    unit: str = "",
    factor: float = 1.0,
    wrap: int = 60,
    reach: tuple[float, float] | None = None,
    theme: Theme = LIGHT,
) -> Any:
    """The paired difference of a series to the status quo: median, and the ranges of half and of 90% of futures.

    effect  : one row a period, columns date and the quantiles
    reach   : ends of the axis, after `factor`, for charts that share one
    returns : as `levels`
    """
    rows = _scaled(effect, factor)
    base = alt.Chart(rows).encode(x=_years())
    if reach is None and not rows[["p5", "p95"]].to_numpy(float).any():
        reach = (-1.0, 1.0)  # nothing changes; a scale needs some extent all the same
    scale = alt.Undefined if reach is None else alt.Scale(domain=list(reach), nice=True, clamp=True)
    y = alt.Y("p5:Q", title=None, axis=alt.Axis(tickCount=5, format=",~r"), scale=scale)
    outer = base.mark_area(opacity=0.2, color=theme.blue).encode(y=y, y2="p95:Q")
    inner = base.mark_area(opacity=0.4, color=theme.blue).encode(y="p25:Q", y2="p75:Q")
    line = base.mark_line(color=theme.vermillion, strokeWidth=2.4).encode(
        y="p50:Q",
        tooltip=[
            alt.Tooltip("date:T", format="%Y"),
            *(alt.Tooltip(f"{key}:Q", format=",.3~r", title=key) for key in ("p5", "p25", "p50", "p75", "p95")),
        ],
    )
    zero = alt.Chart(pd.DataFrame({"y": [0.0]})).mark_rule(color=theme.grey, strokeDash=[3, 3]).encode(y="y:Q")
    return alt.layer(outer, inner, zero, line).properties(title=_title(title, subtitle, unit, wrap))


def _scaled(table: pd.DataFrame, factor: float) -> pd.DataFrame:
    found = table[["date", "p5", "p25", "p50", "p75", "p95"]].copy()
    found[["p5", "p25", "p50", "p75", "p95"]] *= factor
    return found


def _years() -> alt.X:
    return alt.X("date:T", title=None, axis=alt.Axis(format="%Y", tickCount=4, grid=False, labelFlush=True))


def _title(title: str, subtitle: str, unit: str, wrap: int) -> alt.TitleParams:
    told = f"{subtitle}, {unit}" if unit else subtitle
    return alt.TitleParams(
        textwrap.wrap(title, wrap), subtitle=textwrap.wrap(told, int(wrap * 1.25)), anchor="start", frame="group"
    )


__all__ = ["levels", "paired_effect"]
