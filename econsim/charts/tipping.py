"""Charts of tipping points: a map with its line of one half, and a break-even curve with its bands."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import pandas as pd

import econsim
from econsim.charts.style import BLUE, GREY, PLOT_WIDTH, VERMILLION, styled, titled
from econsim.ensemble_words import illustrative
from econsim.studies.words import count_of, rounded, setting, start, unit_after, words

if TYPE_CHECKING:
    from econsim.studies.tipping_axes import TippingAxis
    from econsim.studies.tipping_break_even import BreakEven
    from econsim.studies.tipping_map import TippingMap
    from econsim.studies.tipping_question import Question
    from econsim.studies.tipping_worlds import Output

CIVIDIS = ("#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838")
WHITE, BLACK = "#ffffff", "#000000"
MAP_WIDTH = 620
MOST_NUMBERS = 21  # cells along an axis up to which each holds its number
MAP_LINE, CURVE_LINE = 92, 98  # characters


def tipping_map(result: TippingMap, pick: str | None = None) -> Any:
    """The share of futures in each cell, in numbers and colours, and the line on which it is one half.

    pick : name of a selection that holds the cell that was clicked, as `x` and `y` of its corner in grid steps
    """
    columns, rows = len(result.x.values), len(result.y.values)
    cells = pd.DataFrame(
        [
            {"x": x - 0.5, "x2": x + 0.5, "y": y - 0.5, "y2": y + 0.5, "mx": x, "my": y, **_cell(result.share[y, x])}
            for y in range(rows)
            for x in range(columns)
        ]
    )
    x_axis, y_axis = _grid_axis(result.x), _grid_axis(result.y)
    base = alt.Chart(cells).encode(tooltip=alt.value(None))  # places and colours would tell nobody anything
    tiles = base.mark_rect(stroke="white", strokeWidth=1).encode(
        x=alt.X("x:Q", **x_axis),
        x2="x2:Q",
        y=alt.Y("y:Q", **y_axis),
        y2="y2:Q",
        color=alt.Color("fill:N", scale=None),
    )
    if pick is not None:
        tiles = tiles.add_params(alt.selection_point(name=pick, fields=["x", "y"], toggle=False))
    layers = [tiles]
    points = [
        {"line": number, "step": step, "x": x, "y": y}
        for number, line in enumerate(result.grid_contour)
        for step, (x, y) in enumerate(line)
    ]
    if points:
        line = alt.Chart(pd.DataFrame(points)).encode(
            x=alt.X("x:Q", **x_axis), y=alt.Y("y:Q", **y_axis), detail="line:N", order="step:Q"
        )
        # White under vermillion: it is seen on dark cells and on light ones.
        layers += [line.mark_line(color="white", strokeWidth=5), line.mark_line(color=VERMILLION, strokeWidth=2.5)]
    if max(columns, rows) <= MOST_NUMBERS:
        layers.append(
            base.mark_text(fontSize=11 if columns > 8 else 13).encode(
                x=alt.X("mx:Q", **x_axis),
                y=alt.Y("my:Q", **y_axis),
                text="text:N",
                color=alt.Color("ink:N", scale=None),
            )
        )
    asked = result.question
    half = "Line: one half of the futures. " if points else ""
    subtitle = (
        f"Number: of 20 simulated futures, how many have {asked.output_words} {asked.beyond_words}; the lighter the "
        f"cell, the more. {half}{result.border} {_across(result.x)}; {_across(result.y)}.{_daring(asked)}"
    )
    chart = alt.layer(*layers).properties(
        width=MAP_WIDTH, height=max(min(36 * rows, 420), 150), title=titled(_map_title(result), subtitle, MAP_LINE)
    )
    return styled(chart, _footer(asked, result.id))


def break_even(result: BreakEven) -> Any:
    """The output along the axis with its 50 and 90% ranges and the threshold; below it the share of futures beyond."""
    asked, axis = result.question, result.axis
    table = result.table().rename(columns={axis.name: "value"})
    unit, factor = _shown(asked.output)
    names = ["p5", "p25", "p50", "p75", "p95"]
    table[names] = table[names] * factor
    table["futures"] = table["share"] * 20.0
    label = f"{start(words(axis.name))}{unit_after(axis.unit)}"
    scale = alt.Scale(type="log" if axis.scale == "log" else "linear", domain=[axis.low, axis.high], nice=False)

    def along(title: str | None) -> alt.X:
        shown = alt.Axis(tickCount=8, grid=False, labels=bool(title), format="~g", labelOverlap=True)
        return alt.X("value:Q", title=title, scale=scale, axis=shown)

    base = alt.Chart(table).encode(x=along(None))
    threshold = alt.Chart(pd.DataFrame({"y": [asked.threshold * factor]})).mark_rule(
        color=GREY, strokeDash=[5, 3], strokeWidth=1.5
    )
    marks = _marks(result, scale)
    what = [*textwrap.wrap(start(words(asked.output.name)), 34), *([unit] if unit else [])]
    upper = alt.layer(
        base.mark_area(opacity=0.18, color=BLUE).encode(
            y=alt.Y("p5:Q", title=what, scale=alt.Scale(zero=False), axis=alt.Axis(titlePadding=_beside(what))),
            y2="p95:Q",
        ),
        base.mark_area(opacity=0.35, color=BLUE).encode(y="p25:Q", y2="p75:Q"),
        base.mark_line(color=BLUE, strokeWidth=2.5).encode(y="p50:Q"),
        threshold.encode(y="y:Q"),
        *marks,
    ).properties(width=PLOT_WIDTH + 80, height=230)
    lower_base = alt.Chart(_with_crossings(result, table)).encode(x=along(label))
    half = alt.Chart(pd.DataFrame({"y": [10.0]})).mark_rule(color=GREY, strokeDash=[5, 3], strokeWidth=1.5)
    beyond = ["futures of 20", asked.beyond_words]
    share_axis = alt.Y(
        "futures:Q",
        title=beyond,
        scale=alt.Scale(domain=[0, 20]),
        axis=alt.Axis(values=[0, 5, 10, 15, 20], titlePadding=_beside(beyond)),
    )
    lower = alt.layer(
        *_interval(result, scale),
        lower_base.mark_line(color=BLUE, strokeWidth=2.5).encode(y=share_axis),
        lower_base.transform_filter("datum.tried")
        .mark_point(color=BLUE, filled=True, size=30, opacity=1.0)
        .encode(y=share_axis),
        half.encode(y="y:Q"),
        *marks,
        *_own_range(result, scale),
    ).properties(width=PLOT_WIDTH + 80, height=130)
    told = "Vermillion line: where half of the futures pass the threshold"
    if result.interval is not None:
        told += "; shaded: its 95% interval"
    if _own_ends(result):
        told += "; bar: 90% range of where each future passes by itself"
    subtitle = (
        f"Above: median (line), middle half and 90% range (bands) of {asked.output_words}; dashed: the threshold. "
        f"Below: how many of 20 simulated futures are beyond it. {told if marks else 'Half is passed nowhere'}. "
        f"{_across(axis)}.{_daring(asked)}"
    )
    chart = alt.vconcat(upper, lower, spacing=12).properties(title=titled(_curve_title(result), subtitle, CURVE_LINE))
    return styled(chart, _footer(asked, result.id))


# ---------------------------------------------------------------------------------------------------- parts


def _map_title(result: TippingMap) -> str:
    """The headline, shortened: the cells with most and with fewest are on the map."""
    return result.headline.partition(":")[0].rstrip(".")


def _curve_title(result: BreakEven) -> str:
    asked = result.question
    if asked.no_finding(result.failed, result.futures):
        return result.finding
    if len(result.crossings) != 1:
        return f"{result.headline.rstrip('.')} ({result.certainty})"
    (one,), what = result.crossings, words(asked.output.name).removeprefix("the ")
    what = f"a {what}" if asked.output.effect else what
    count = "Half" if one.rises else "Fewer than half"
    at = f"once {words(result.axis.name)} {result.passes} {setting(result.axis.name, one.value)}"
    return f"{count} of the futures have {what} {asked.beyond_words} {at} ({result.certainty})"


def _with_crossings(result: BreakEven, table: pd.DataFrame) -> pd.DataFrame:
    """The share of futures at all values that were tried in all of them."""
    found = [(value, 20.0 * share, False) for one in result.crossings
             for value, share in ((one.before, one.share_before), (one.value, one.share))]  # fmt: skip
    tried = [(value, share, True) for value, share in zip(table["value"], table["futures"], strict=True)]
    return pd.DataFrame(sorted(tried + found), columns=["value", "futures", "tried"])


def _cell(share: Any) -> dict[str, Any]:
    share = float(share)
    if not math.isfinite(share):
        return {"fill": "#ffffff", "text": "–", "ink": BLACK}
    count = share * 20.0
    text = f"{count:.1f}".removesuffix(".0")
    if (text == "0" and share > 0.0) or (text == "20" and share < 1.0):
        text = "<0.1" if text == "0" else ">19.9"
    fill = cividis(share)
    return {"fill": fill, "text": text, "ink": ink_on(fill)}


def cividis(share: float) -> str:
    """The colour of a share from 0 to 1: dark blue to yellow, read alike by everybody and in grey."""
    place = min(max(share, 0.0), 1.0) * (len(CIVIDIS) - 1)
    first = min(int(place), len(CIVIDIS) - 2)
    one, other = (np.array(_rgb(CIVIDIS[index])) for index in (first, first + 1))
    mixed = one + (place - first) * (other - one)
    return "#" + "".join(f"{round(value):02x}" for value in mixed)


def ink_on(fill: str) -> str:
    """Black or white, whichever is read more easily on a colour."""
    return max((WHITE, BLACK), key=lambda ink: contrast(ink, fill))


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [value / 255.0 for value in _rgb(colour)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _beside(title: list[str]) -> int:
    """Room between an upright axis and its title: Vega draws further lines of a title towards the axis."""
    return 4 + 14 * (len(title) - 1)


def _grid_axis(axis: TippingAxis) -> dict[str, Any]:
    """Cells side by side, labelled with their values."""
    count = len(axis.values)
    step = math.ceil(count / 11)
    shown = list(range(0, count, step))
    texts = {place: rounded(float(axis.values[place])) for place in range(count)}
    expression = "".join(f"datum.value == {place} ? '{texts[place]}' : " for place in shown) + "''"
    return {
        "title": f"{start(words(axis.name))}{unit_after(axis.unit)}",
        "scale": alt.Scale(domain=[-0.5, count - 0.5], nice=False, zero=False),
        "axis": alt.Axis(
            values=shown, labelExpr=expression, grid=False, ticks=False, domain=False, labelAngle=0, labelOverlap=False
        ),
    }


def _marks(result: BreakEven, scale: alt.Scale) -> list[Any]:
    if not result.crossings:
        return []
    table = pd.DataFrame({"value": [one.value for one in result.crossings]})
    return [alt.Chart(table).mark_rule(color=VERMILLION, strokeWidth=2).encode(x=alt.X("value:Q", scale=scale))]


def _own_ends(result: BreakEven) -> tuple[float, float] | None:
    """Ends of the 90% range of futures' own crossings, as far as they lie on the chart."""
    if result.passages is None or not result.passages.values.size:
        return None
    low, high = (result.passages.quantile(probability) for probability in (0.05, 0.95))
    return max(low, result.axis.low), min(high, result.axis.high)


def _interval(result: BreakEven, scale: alt.Scale) -> list[Any]:
    """The interval of the break-even, as far as it lies on the chart."""
    if result.interval is None:
        return []
    low, high = max(result.interval.low, result.axis.low), min(result.interval.high, result.axis.high)
    table = pd.DataFrame({"value": [low], "end": [high]})
    band = alt.Chart(table).mark_rect(color=VERMILLION, opacity=0.16)
    return [band.encode(x=alt.X("value:Q", scale=scale), x2="end:Q")]


def _own_range(result: BreakEven, scale: alt.Scale) -> list[Any]:
    ends = _own_ends(result)
    if ends is None:
        return []
    table = pd.DataFrame({"value": [ends[0]], "end": [ends[1]], "y": [1.2]})
    bar = alt.Chart(table).mark_rule(color=VERMILLION, strokeWidth=6, opacity=0.7)
    return [bar.encode(x=alt.X("value:Q", scale=scale), x2="end:Q", y="y:Q")]


def _shown(output: Output) -> tuple[str, float]:
    """Unit on the axis of the output, and the factor to it; as `Question.amount` says it."""
    unit = output.unit
    if unit == "share":
        return "points" if output.effect else "%", 100.0
    if unit.startswith("$M"):
        return ("$bn a year", 4e-3) if unit.endswith("/quarter") else ("$bn", 1e-3)
    return unit_after(unit).strip(" ()"), 1.0


def _across(axis: TippingAxis) -> str:
    where = "in every quarter, in the scenario alone" if axis.is_lever else "in every future, in the status quo too"
    return f"{start(words(axis.name))}: {where}"


def _daring(asked: Question) -> str:
    return f" Beyond the evidence: {'; '.join(asked.daring)}." if asked.daring else ""


def _footer(asked: Question, identity: str) -> str:
    settings = asked.settings
    return (
        f"Study {identity}: {asked.scenario.name}, {count_of(settings.draws, 'future')} at each setting, the same in "
        f"all; seed {settings.seed}, ensemble {settings.ensemble}, econsim {econsim.__version__}. "
        f"{illustrative(settings.ensemble)}"
    )
