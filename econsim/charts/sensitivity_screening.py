"""Charts of screening: Morris's elementary effects, and the tornado of one parameter at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import pandas as pd

from econsim.charts.sensitivity_parts import (
    LIGHT,
    SHOWN,
    base_words,
    footer,
    not_shown,
    of,
    plain,
    rows_of,
    strongest,
    unit_of,
)
from econsim.charts.style import BLUE, GREY, PLOT_WIDTH, VERMILLION, rows_axis, styled, titled
from econsim.studies.sensitivity_ranking import EITHER_WAY, FAINT, leading
from econsim.studies.words import words

if TYPE_CHECKING:
    from econsim.studies.sensitivity import Sensitivity

MORRIS_SAID = {EITHER_WAY: "either way"}


def tornado(result: Sensitivity, output: str | None = None, *, effect: bool = False) -> alt.VConcatChart:
    """One at a time: what each parameter changes at the ends of its 90% range, the others at their defaults.

    output : a summary metric; default the one that the finding is about
    effect : of its paired difference to the status quo
    raises : InputError for another method, or an output without numbers
    """
    rows, name = rows_of(result, "oat", output, effect)
    shown = rows[:SHOWN]
    unit, factor = unit_of(name)
    table = pd.DataFrame(
        [
            {
                "name": words(row["name"]),
                "end": f"{end} end",
                "change": factor * row[f"{end}_change"],
                "from": factor * (row[f"{end}_change"] - (row[f"{end}_conf"] or 0.0)),
                "to": factor * (row[f"{end}_change"] + (row[f"{end}_conf"] or 0.0)),
                "zero": 0.0,
                "said": f"{plain(row['low_value'])} to {plain(row['high_value'])}",
            }
            for row in shown
            for end in ("low", "high")
        ]
    )
    order = list(dict.fromkeys(table["name"]))
    base = alt.Chart(table).encode(y=rows_axis(order))
    colour = alt.Color(
        "end:N",
        scale=alt.Scale(domain=["low end", "high end"], range=[BLUE, VERMILLION]),
        legend=alt.Legend(title=None, orient="bottom", labelFontSize=12),
    )
    offset = alt.YOffset("end:N", sort=["low end", "high end"])
    title_x = f"change of {of(result, name, effect)}" + (f", {unit}" if unit else "")
    few = alt.Axis(tickCount=6)  # then all have labels, and 0 is among them
    x = alt.X("change:Q", title=title_x, scale=alt.Scale(nice=True), axis=few)
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=GREY).encode(x="x:Q")
    layers = [
        base.mark_bar().encode(x=x, x2="zero:Q", color=colour, yOffset=offset),
        base.mark_rule(color="black", strokeWidth=1.2).encode(x="from:Q", x2="to:Q", yOffset=offset),
        zero,
        base.transform_filter("datum.end == 'low end'")
        .mark_text(align="left", color=GREY, fontSize=11)
        .encode(x=alt.value(PLOT_WIDTH + 8), text="said:N"),
    ]
    content = result.content
    kind = "effects" if effect else "outputs"
    default = base_words(name, content["base"][kind][name])
    subtitle = (
        f"Screening, one at a time: each {content['factor']} at the ends of its 90% range (right), the others at their "
        f"defaults, where it is {default}. Paired mean changes over "
        f"{content['draws']} {'futures; lines: 95% intervals' if content['draws'] > 1 else 'future'}."
        + not_shown(rows, content["factor"])
    )
    named, state, among = strongest(content, name, kind, lambda row: words(row["name"]))
    what = of(result, name, effect)
    if state == "none":
        title = f"Nothing moves {what} one at a time by more than could be chance"
    elif state == "open" and content["draws"] == 1:
        title = f"One future cannot tell what moves {what} most, one at a time; largest there: {named}"
    elif state == "open":
        title = f"One at a time, what moves {what} most is open; {among}: {named}"
    else:
        title = (
            f"One at a time, {named} move{'' if len(leading(content, name, kind)[0]) > 1 else 's'} {what} most{among}"
        )
    chart = alt.layer(*layers).properties(width=PLOT_WIDTH, height=alt.Step(14), title=titled(title, subtitle))
    return styled(chart, footer(result))


def morris_bars(result: Sensitivity, output: str | None = None, *, effect: bool = False) -> alt.VConcatChart:
    """Morris screening: mean absolute elementary effects of one output with 95% intervals.

    output, effect : as for `sobol_bars`
    raises         : InputError for another method, or an output without numbers
    """
    rows, name = rows_of(result, "morris", output, effect)
    shown = rows[:SHOWN]
    unit, factor = unit_of(name)
    table = pd.DataFrame(
        [
            {
                "name": words(row["name"]),
                "value": factor * row["mu_star"],
                "low": factor * row["low"],
                "high": factor * row["high"],
                "faint": row["words"] in FAINT,
                "said": MORRIS_SAID.get(row["words"], row["words"]),
            }
            for row in shown
        ]
    )
    base = alt.Chart(table).encode(y=rows_axis(table["name"].tolist()))
    title_x = f"mean absolute change of {of(result, name, effect)}" + (f", {unit}" if unit else "")
    line = alt.condition("datum.faint", alt.value(GREY), alt.value(VERMILLION))
    layers = [
        base.transform_filter("!datum.faint")
        .mark_bar(height=14, color=LIGHT)
        .encode(x=alt.X("value:Q", title=title_x, axis=alt.Axis(tickCount=6))),
        base.mark_rule(strokeWidth=1.5).encode(color=line, x=alt.X("low:Q", title=title_x), x2="high:Q"),
        base.mark_text(align="left", color=GREY, fontSize=11).encode(x=alt.value(PLOT_WIDTH + 8), text="said:N"),
    ]
    content = result.content
    subtitle = (
        f"Screening after Morris: the mean absolute change of {of(result, name, effect)} when a {content['factor']} "
        f"crosses its 90% range, wherever the others stand, over {content['trajectories']} trajectories. Lines: 95% "
        "intervals. A screening orders; it does not share out variance." + not_shown(rows, content["factor"])
    )
    kind = "effects" if effect else "outputs"
    named, state, among = strongest(content, name, kind, lambda row: words(row["name"]))
    what = of(result, name, effect)
    if state == "none":
        title = f"Screening: nothing that was varied moves {what}"
    elif state == "open":
        title = f"Screening: what moves {what} most is open; largest by estimate: {named}"
    else:
        title = f"Screening: {what} reacts most to {named}{among}"
    chart = alt.layer(*layers).properties(width=PLOT_WIDTH, height=alt.Step(24), title=titled(title, subtitle))
    return styled(chart, footer(result))
