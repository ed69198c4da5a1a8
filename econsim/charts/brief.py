"""Charts of briefs, at the size in which they are printed: one CSS pixel is 1/96 of an inch.

They carry no title of their own; a brief sets it in its own type, and `with_title` puts it back for a file that stands
alone. All of them take tables of quantiles and shares, never draws.
"""

from __future__ import annotations

import math
import textwrap
from typing import Any

import altair as alt
import pandas as pd

from econsim.charts.style import BLUE, FONT, GREY, VERMILLION
from econsim.findings import FUTURES

WIDTH = 491  # 130 mm
HALF = 236
LABELS = 32  # beside the axis of a half, so that two that stand side by side are drawn alike
SMALL = 10.5
LETTER = 5.6  # mean width of a letter at that size
LIGHT, OUTER, INNER = "#DADADA", "#DCEAF4", "#8DBDDC"  # opaque: overlapping transparent areas print badly


def package_changes(table: pd.DataFrame, axis: str) -> Any:
    """What each package changes: median, middle half and 90% range, one row a package, in the order given.

    table : label, p5, p25, p50, p75, p95 (as shown on the axis) and told (text at the right)
    axis  : what is on the axis
    """
    order = table["label"].tolist()
    names = _room(table["label"], 190.0)
    base = alt.Chart(table).encode(y=alt.Y("label:N", sort=order, title=None, axis=_names(names)))
    plot = WIDTH - names - _room(table["told"], 160.0)
    values = _ticks([*table["p5"], *table["p95"], 0.0])
    axis_of = alt.Axis(values=values, labelOverlap=False)
    x = alt.X("p5:Q", title=axis, scale=alt.Scale(domain=[values[0], values[-1]], nice=False), axis=axis_of)
    wide = base.mark_rule(strokeWidth=1.6, color=BLUE).encode(x=x, x2="p95:Q")
    half = base.mark_bar(height=9, color=BLUE).encode(x="p25:Q", x2="p75:Q")
    middle = base.mark_tick(thickness=3, height=17, color=VERMILLION, opacity=1.0).encode(x="p50:Q")
    said = base.mark_text(align="left", fontSize=SMALL, color=GREY).encode(x=alt.value(plot + 8), text="told:N")
    chart = alt.layer(_zero("x"), wide, half, middle, said)
    return chart.properties(width=plot, height=alt.Step(48))


def effect_over_time(table: pd.DataFrame, unit: str, width: int = HALF, height: int = 132) -> Any:
    """The paired effect on a series, quarter by quarter: median, middle half and 90% range.

    table : date, p5, p25, p50, p75, p95, as shown
    unit  : above the axis
    """
    base = alt.Chart(table).encode(x=_years())
    y = alt.Y("p5:Q", title=None, axis=alt.Axis(tickCount=5, minExtent=LABELS))
    outer = base.mark_area(color=OUTER, opacity=1.0).encode(y=y, y2="p95:Q")
    inner = base.mark_area(color=INNER, opacity=1.0).encode(y="p25:Q", y2="p75:Q")
    line = base.mark_line(color=VERMILLION, strokeWidth=2.2).encode(y="p50:Q")
    return alt.layer(outer, inner, _zero("y"), line, _unit(unit)).properties(width=width - 44, height=height)


def shares_over_time(table: pd.DataFrame, width: int = HALF, height: int = 132) -> Any:
    """In how many of twenty futures a series is higher, and in how many it is lower, quarter by quarter.

    table : date, higher, lower (shares of futures)
    """
    shown = table.assign(up=table["higher"] * FUTURES, down=-table["lower"] * FUTURES)
    base = alt.Chart(shown).encode(x=_years())
    axis = alt.Axis(values=[-20, -10, 0, 10, 20], labelExpr="abs(datum.value)", minExtent=LABELS)
    y = alt.Y("up:Q", title=None, scale=alt.Scale(domain=[-FUTURES, FUTURES], nice=False), axis=axis)
    up = base.mark_area(color=BLUE, opacity=1.0).encode(y=y)
    down = base.mark_area(color=VERMILLION, opacity=1.0).encode(y=alt.Y("down:Q"))
    plot = width - 44
    key = [_above("higher", plot - 38, BLUE), _above("lower", plot, VERMILLION)]
    return alt.layer(up, down, _zero("y"), _unit("futures of 20"), *key).properties(width=plot, height=height)


def _years() -> alt.X:
    step = alt.TimeIntervalStep(interval="year", step=4)
    return alt.X("date:T", title=None, axis=alt.Axis(tickCount=step, format="%Y", grid=False, labelFlush=False))


def gains_and_losses(table: pd.DataFrame, axis: str = "loses in … of 20 futures  |  gains in … of 20") -> Any:
    """In how many of twenty futures each party gains, and in how many it loses.

    table : party, gains, loses (shares of futures), told (text at the right)
    axis  : what is on the axis
    """
    order = table["party"].tolist()
    shown = table.assign(gain=table["gains"] * FUTURES, lose=-table["loses"] * FUTURES)
    names = _room(table["party"], 170.0)
    plot = WIDTH - names - _room(table["told"], 180.0)
    base = alt.Chart(shown).encode(y=alt.Y("party:N", sort=order, title=None, axis=_names(names)))
    scale = alt.Scale(domain=[-FUTURES, FUTURES], nice=False)
    labels = alt.Axis(values=[-20, -10, 0, 10, 20], labelExpr="abs(datum.value)", grid=True)
    gains = base.mark_bar(height=13, color=BLUE).encode(x=alt.X("gain:Q", scale=scale, title=axis, axis=labels))
    losses = base.mark_bar(height=13, color=VERMILLION).encode(x=alt.X("lose:Q", scale=scale))
    said = base.mark_text(align="left", fontSize=SMALL, color=GREY).encode(x=alt.value(plot + 8), text="told:N")
    return alt.layer(gains, losses, _zero("x"), said).properties(width=plot, height=alt.Step(19))


def low_and_high(table: pd.DataFrame, axis: str, all_futures: float) -> Any:
    """The median effect where each assumption is in its lowest and in its highest fifth.

    table : name, lowest, highest (as shown on the axis), told (text at the right)
    axis  : what is on the axis
    all_futures : the median of all futures, as shown
    """
    order = table["name"].tolist()
    names = _room(table["name"], 190.0)
    plot = WIDTH - names - _room(table["told"], 160.0)
    base = alt.Chart(table).encode(y=alt.Y("name:N", sort=order, title=None, axis=_names(names)))
    ends = [*table["lowest"], *table["highest"], all_futures]
    near = 0.5 * (max(ends) - min(ends))
    # Far away, zero would squeeze what there is to see.
    zero = [_zero("x")] if min(ends) - near <= 0.0 <= max(ends) + near else []
    ends += [0.0] if zero else []
    least, most, air = min(ends), max(ends), 0.06 * (max(ends) - min(ends))
    x = alt.X(
        "lowest:Q", title=axis, scale=alt.Scale(domain=[least - air, most + air], nice=True, zero=False),
        axis=alt.Axis(tickCount=6, labelFlush=False),
    )  # fmt: skip
    line = base.mark_rule(strokeWidth=2, color=LIGHT).encode(x=x, x2="highest:Q")
    low = base.mark_point(shape="circle", size=70, filled=True, color=BLUE, opacity=1.0).encode(x="lowest:Q")
    high = base.mark_point(shape="diamond", size=80, filled=True, color=VERMILLION, opacity=1.0).encode(x="highest:Q")
    said = base.mark_text(align="left", fontSize=SMALL, color=GREY).encode(x=alt.value(plot + 8), text="told:N")
    every = alt.Chart(pd.DataFrame({"x": [all_futures]})).mark_rule(color=GREY, strokeWidth=1).encode(x="x:Q")
    return alt.layer(*zero, every, line, low, high, said).properties(width=plot, height=alt.Step(22))


# ---------------------------------------------------------------------------------------------------- look


def plain(chart: Any) -> dict[str, Any]:
    """The specification of a chart as it stands in a brief, under a title in the brief's own type."""
    # As plain dictionaries from here on: Altair copies and checks the data again at every step.
    return {**chart.to_dict(validate=False), "config": _LOOK, "background": "white", "padding": _NONE}


def with_title(chart: dict[str, Any], title: str, subtitle: str, footer: str) -> dict[str, Any]:
    """The specification of a chart that stands alone: finding above, run in the footer; `chart` is from `plain`."""
    line = 78
    whole = {"$schema", "config", "background", "padding", "datasets"}
    head = {
        "text": textwrap.wrap(title, line - 8), "subtitle": textwrap.wrap(subtitle, line + 10), "anchor": "start",
        "fontSize": 15, "subtitleFontSize": SMALL, "subtitleColor": GREY, "subtitlePadding": 5, "offset": 12,
    }  # fmt: skip
    foot = {
        "text": textwrap.wrap(footer, line + 14), "orient": "bottom", "anchor": "start", "fontSize": 9.5,
        "fontWeight": "normal", "color": GREY, "offset": 12,
    }  # fmt: skip
    inner = {key: value for key, value in chart.items() if key not in whole}
    outer = {key: value for key, value in chart.items() if key in whole}
    return {**outer, "padding": 14, "vconcat": [{"vconcat": [inner], "title": head}], "title": foot}


_NONE = {"left": 0, "right": 0, "top": 4, "bottom": 0}
_LOOK = {
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": SMALL, "titleFontSize": SMALL, "titleFontWeight": "normal", "titleColor": GREY,
        "labelColor": "#222222", "gridColor": "#E6E6E6", "domainColor": "#8C8C8C", "tickColor": "#8C8C8C",
    },
}  # fmt: skip


def _room(texts: Any, most: float) -> float:
    """Pixels that the longest of some texts takes, and a little air."""
    return min(most, LETTER * max(len(str(text)) for text in texts) + 14.0)


def _ticks(values: list[float]) -> list[float]:
    """At most eight round values from at or below the least to at or above the greatest, zero among them."""
    least, most = min(values), max(values)
    width = (most - least) or 1.0
    size = 10.0 ** math.floor(math.log10(width / 7.0))
    for step in (size, 2.0 * size, 2.5 * size, 5.0 * size, 10.0 * size, 20.0 * size):
        first, last = math.floor(least / step), math.ceil(most / step)
        if last - first <= 7:
            break
    return [round(place * step, 12) for place in range(first, max(last, first + 1) + 1)]


def _names(limit: float) -> alt.Axis:
    return alt.Axis(
        labelLimit=limit - 8, minExtent=limit - 8, maxExtent=limit - 8, ticks=False, domain=False,
        labelAlign="left", labelPadding=limit - 8,
    )  # fmt: skip


def _zero(side: str) -> Any:
    frame = pd.DataFrame({side: [0.0]})
    encoded = {"x": alt.X("x:Q")} if side == "x" else {"y": alt.Y("y:Q")}
    return alt.Chart(frame).mark_rule(color="#595959", strokeWidth=1).encode(**encoded)


def _unit(text: str) -> Any:
    return (
        alt.Chart(pd.DataFrame({"text": [text]}))
        .mark_text(align="left", baseline="bottom", fontSize=SMALL, color=GREY)
        .encode(text="text:N", x=alt.value(0), y=alt.value(-4))
    )


def _above(text: str, x: float, color: str) -> Any:
    """A word of a key above the plot, ending at x."""
    return (
        alt.Chart(pd.DataFrame({"text": [text]}))
        .mark_text(align="right", baseline="bottom", fontSize=SMALL, color=color)
        .encode(text="text:N", x=alt.value(x), y=alt.value(-4))
    )


__all__ = [
    "effect_over_time",
    "gains_and_losses",
    "low_and_high",
    "package_changes",
    "plain",
    "shares_over_time",
    "with_title",
]
