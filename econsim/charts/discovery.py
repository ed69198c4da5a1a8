"""Charts of scenario discovery: the search for a box, and the box within the priors."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from econsim.charts.drivers import sweep_footer
from econsim.charts.style import BLUE, GREY, PALE, PLOT_WIDTH, VERMILLION, styled, titled
from econsim.errors import InputError, Problem
from econsim.studies.discovery import percentage
from econsim.studies.discovery_halves import HALVES
from econsim.studies.words import setting, start, words

if TYPE_CHECKING:
    from econsim.studies.discovery import Discovery

HEIGHT = 320
ROW = 58


def peeling(discovery: Discovery) -> Any:
    """Coverage against density of every box of the search, the box that was chosen marked."""
    table = discovery.trajectory
    box = discovery.box
    percent = alt.Axis(format="%", tickCount=6)
    scale = alt.Scale(domain=[0, 1])
    x = alt.X("coverage:Q", title="coverage: share of the futures of interest inside", scale=scale, axis=percent)
    y = alt.Y("density:Q", title="density: share of the futures inside", scale=scale, axis=percent)
    base = alt.Chart(table).encode(x=x, y=y)
    line = base.mark_line(color=BLUE, strokeWidth=1.5).encode(order="box:O")
    dots = base.mark_point(filled=True, size=36, color=BLUE, opacity=1.0)
    told = f"chosen: {percentage(box.density)} dense, covers {percentage(box.coverage)}"
    mark = alt.Chart(pd.DataFrame([{"coverage": box.coverage, "density": box.density, "told": told}])).encode(x=x, y=y)
    chosen = mark.mark_point(filled=True, size=170, color=VERMILLION, shape="diamond", opacity=1.0)
    # The search goes up to the left: beside it there is room below on the left and above on the right.
    side: Any
    held_out = _held_out(discovery, scale)
    low, high = discovery.halves.span("density") if held_out else (box.density, box.density)
    if box.coverage > 0.5:  # below the grey cross, where there is one, and above the axis
        side, dx, dy = "right", -12, min(max((box.density - low) * HEIGHT + 12, 14), box.density * HEIGHT - 10)
    else:
        side, dx, dy = "left", 12, -min(max((high - box.density) * HEIGHT + 12, 14), (1.0 - box.density) * HEIGHT)
    # White under the words: the line may run there.
    words_there: dict[str, Any] = {"align": side, "dx": dx, "dy": dy, "fontSize": 12, "fontWeight": "bold"}
    label = [
        mark.mark_text(**words_there, **ink).encode(text="told:N")
        for ink in ({"color": "white", "stroke": "white", "strokeWidth": 5.0}, {"color": VERMILLION})
    ]
    if box.limits:
        title = (
            f"Limits on {len(box.names)} parameter{'s' if len(box.names) > 1 else ''} raise the share of futures in "
            f"which {discovery.condition} from {percentage(discovery.share)} to {percentage(box.density)}, and cover "
            f"{percentage(box.coverage)} of them"
        )
    else:
        title = f"No limits on parameters tell the futures in which {discovery.condition} from the others"
    subtitle = (
        f"{len(discovery.selected.met):,} futures of {discovery.scenario}. Each dot is a box, from all "
        "futures at the right to ever smaller ones; the chosen box is simplified and widened from one of them."
    )
    if held_out:
        subtitle += " Grey cross: boxes found in one half of the futures, in the other half, lowest to highest."
    chart = alt.layer(*held_out, line, dots, *label, chosen).properties(
        width=PLOT_WIDTH, height=HEIGHT, title=titled(title, subtitle)
    )
    return styled(chart, sweep_footer(discovery.sweep))


def _held_out(discovery: Discovery, scale: alt.Scale) -> list[Any]:
    """Coverage and density of boxes on rows that they were not found in."""
    spans = [discovery.halves.span(what) for what in ("coverage", "density")]
    if not discovery.box.limits or not all(map(math.isfinite, (*spans[0], *spans[1]))):
        return []
    (left, right), (low, high) = spans
    across = pd.DataFrame([{"coverage": left, "to": right, "density": (low + high) / 2.0}])
    up = pd.DataFrame([{"density": low, "to": high, "coverage": (left + right) / 2.0}])
    look: dict[str, Any] = {"color": GREY, "strokeWidth": 2, "opacity": 0.8}
    x, y = alt.X("coverage:Q", scale=scale), alt.Y("density:Q", scale=scale)
    return [
        alt.Chart(across).mark_rule(**look).encode(x=x, x2="to:Q", y=y),
        alt.Chart(up).mark_rule(**look).encode(y=y, y2="to:Q", x=x),
    ]


def box_ranges(discovery: Discovery) -> Any:
    """The box as ranges within what the sweep spans, each parameter on its own axis.

    raises : InputError where there is no box
    """
    table = _places(discovery)
    if table.empty:
        raise InputError(Problem("where", "no limits on parameters tell these futures apart: there is no box"))
    y = alt.Y(
        "name:N",
        sort=table["name"].tolist(),
        title=None,
        axis=alt.Axis(labelLimit=320, ticks=False, domain=False, grid=False, labelFontSize=13),
    )
    scale = alt.Scale(domain=[0, 1])
    hidden = alt.X("first:Q", title=None, axis=None, scale=scale)
    base = alt.Chart(table).encode(y=y)
    whole = base.mark_bar(height=12, color=PALE).encode(x=hidden, x2="last:Q")
    inside = base.mark_bar(height=12, color=BLUE).encode(x=alt.X("from:Q", axis=None, scale=scale), x2="to:Q")
    small: dict[str, Any] = {"fontSize": 11, "color": GREY, "dy": 17}
    ends = [
        base.mark_text(align="left", **small).encode(x=hidden, text="lowest:N"),
        base.mark_text(align="right", **small).encode(x="last:Q", text="highest:N"),
    ]
    limit: dict[str, Any] = {"fontSize": 12, "color": VERMILLION, "dy": -15, "fontWeight": "bold"}
    sides: Any = (("left", -0.1, 0.3), ("center", 0.3, 0.7), ("right", 0.7, 1.1))
    limits = [
        base.transform_filter(f"datum.{place} > {low} && datum.{place} <= {high}")
        .mark_text(align=align, **limit)
        .encode(x=f"{place}:Q", text=f"{text}:N")
        for place, text in (("from", "at_least"), ("to", "at_most"))
        for align, low, high in sides
    ]
    subtitle = (
        "Grey: what the sweep spans, with its ends below; blue: inside the box, with its limits above; in brackets: in "
        "how many half samples the limit was found again. Parameters with a log-scaled prior are drawn on a log axis. "
        f"{len(discovery.selected.met):,} futures of "
        f"{discovery.scenario}; the limits cover {percentage(discovery.box.coverage)} of those in which it is so."
    )
    chart = alt.layer(whole, inside, *ends, *limits).properties(
        width=PLOT_WIDTH, height=alt.Step(ROW), title=titled(ranges_title(discovery), subtitle)
    )
    return styled(chart, sweep_footer(discovery.sweep))


def ranges_title(discovery: Discovery) -> str:
    """What is so within the limits, in a line; the limits are on the chart."""
    told = f"{start(discovery.condition)} in {percentage(discovery.box.density)} of the futures within these limits"
    return f"{told}, against {percentage(discovery.share)} of all"


def _named(name: str, again: float) -> str:
    """A parameter, and how often halves of the futures limit it again."""
    return f"{start(words(name))} ({round(HALVES * again)} of {HALVES})"


def _places(discovery: Discovery) -> pd.DataFrame:
    """Where each range lies on an axis from 0 to 1, and the words at its ends."""
    rows = []
    for row in discovery.limits_table.to_dict("records"):
        name, low, high = row["parameter"], row["prior_low"], row["prior_high"]
        log = bool(row["log"]) and low > 0.0
        first, last = (math.log(low), math.log(high)) if log else (low, high)
        ends = [low if math.isnan(row["low"]) else row["low"], high if math.isnan(row["high"]) else row["high"]]
        places = [((math.log(end) if log else end) - first) / (last - first) for end in ends]
        rows.append(
            {
                "name": _named(name, row["found_in_halves"]),
                "first": 0.0,
                "last": 1.0,
                "from": places[0],
                "to": places[1],
                "lowest": setting(name, low, figures=3),
                "highest": setting(name, high, figures=3),
                "at_least": "" if math.isnan(row["low"]) else f"at least {setting(name, row['low'], figures=3)}",
                "at_most": "" if math.isnan(row["high"]) else f"at most {setting(name, row['high'], figures=3)}",
            }
        )
    return pd.DataFrame(rows)


__all__ = ["box_ranges", "peeling"]
