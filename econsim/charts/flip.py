"""The flip table as a chart: how far into its prior each assumption has to go until the finding is reversed."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

import econsim
from econsim.charts.style import BLUE, GREY, PLOT_WIDTH, VERMILLION, heading, styled
from econsim.findings import futures
from econsim.studies.tipping_words import amount, setting

if TYPE_CHECKING:
    from econsim.studies.flip_result import Flip, Flips

MOST_ROWS = 20
CLOSEST = 8  # assumptions shown where none reverses anything
EDGE = 0.22  # how far outside the prior the chart reaches, in widths of it
TITLE_LINE = 112


def flip_table(result: Flips) -> Any:
    """One row an assumption that reverses the finding: its prior, its default, and the value that does it.

    Values outside the prior stand at the edge of the chart, with the value beside them. Where nothing reverses the
    finding, the assumptions that come closest are shown without a dot.
    """
    flips = result.flips[:MOST_ROWS]
    rows = [_row(one) for one in flips]
    if not rows:
        for scan in result.never[:CLOSEST]:
            value, left = result.closest(scan)
            told = f"no flip; {100.0 * left:.0f}% of the median left at {setting(scan.assumed.name, value)}"
            rows.append(
                _ends(scan.assumed) | {"text": told, "flip": None, "kind": "", "letter": scan.assumed.row.grade}
            )
    if not rows:
        rows = [{"label": "–", "low": 0.0, "high": 1.0, "default": 0.0, "text": "", "flip": None, "kind": ""}]
    table = pd.DataFrame(rows)
    order = table["label"].tolist()
    y = alt.Y("label:N", sort=order, title=None, axis=alt.Axis(labelLimit=260, ticks=False, domain=False))
    scale = alt.Scale(domain=[-EDGE, 1.0 + EDGE], nice=False)
    names = "datum.value == 0 ? 'low end of the prior' : 'high end of the prior'"
    x_axis = alt.Axis(values=[0, 1], labelExpr=names, grid=False, domain=False, ticks=False)
    base = alt.Chart(table).encode(y=y)
    prior = base.mark_rule(strokeWidth=7, color="#C9DDEB", strokeCap="round").encode(
        x=alt.X("low:Q", title=None, scale=scale, axis=x_axis), x2="high:Q"
    )
    default = base.mark_tick(thickness=3, height=16, color=BLUE, opacity=1.0).encode(x=alt.X("default:Q", scale=scale))
    layers = [prior, default]
    if flips:
        dots = base.transform_filter("datum.kind == 'inside'").mark_point(
            shape="circle", size=110, filled=True, color=VERMILLION, opacity=1.0
        )
        away = base.transform_filter("datum.kind == 'outside'").mark_point(
            shape="diamond", size=90, filled=False, color=GREY, strokeWidth=2, opacity=1.0
        )
        layers += [mark.encode(x=alt.X("flip:Q", scale=scale)) for mark in (dots, away)]
    words = base.mark_text(align="left", fontSize=11, color=GREY).encode(x=alt.value(PLOT_WIDTH + 10), text="text:N")
    chart = alt.layer(*layers, words).properties(
        width=PLOT_WIDTH, height=alt.Step(26), title=_title(result, len(flips))
    )
    settings = result.question.settings
    footer = (
        f"Study {result.id}: {settings.draws} futures at each value, the same in all; seed {settings.seed}, ensemble "
        f"{settings.ensemble}, econsim {econsim.__version__}"
    )
    return styled(chart, footer)


def _ends(assumed: Any) -> dict[str, Any]:
    return {
        "label": f"{assumed.name} ({assumed.row.grade})",
        "low": 0.0,
        "high": 1.0,
        "default": assumed.place(assumed.default),
    }


def _row(one: Flip) -> dict[str, Any]:
    assumed = one.assumed
    place = min(max(assumed.place(one.value), -EDGE * 0.7), 1.0 + EDGE * 0.7)
    default = setting(assumed.name, assumed.default, unit=False)
    text = f"{setting(assumed.name, one.value)} (default {default})"
    kind = "inside" if one.inside else "outside"
    return {**_ends(assumed), "flip": place, "kind": kind, "text": text if one.stays else f"{text} *"}


def _title(result: Flips, shown: int) -> alt.TitleParams:
    effect, asked = result.effect, result.question
    told = [
        "Bar: prior of the assumption; blue tick: default; vermillion dot: the value at which the median changes sign; "
        "grey diamond: one outside the prior, not to scale. Beside it: the value. Letter: grade of the evidence "
        "(A measured, B inferred, C assumed)."
    ]
    if any(not one.stays for one in result.flips[:shown]):
        told.append("*: not reversed at every value tried beyond.")
    if effect.sign:
        size = amount(effect.median, asked.output.unit, sign=True)
        shares = f"higher in {futures(effect.higher)} futures, lower in {futures(effect.lower)}"
        told.append(f"As it is: median change {size}, {shares}.")
    if len(result.flips) > shown:
        told.append(f"The first {shown} of {len(result.flips)} are shown.")
    told.append("Illustrative priors, not calibrated.")
    title = heading("", textwrap.wrap(" ".join(told), TITLE_LINE + 22))
    title.text = textwrap.wrap(result.finding, TITLE_LINE)
    title.fontSize = 14
    return title
