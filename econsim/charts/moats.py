"""Charts of moats: what labs lose with each of them, and with all together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

import econsim
from econsim.charts.style import BLUE, GREY, PLOT_WIDTH, VERMILLION, styled, titled
from econsim.ensemble_words import illustrative
from econsim.errors import InputError, unknown_name
from econsim.findings import futures
from econsim.studies.moats import METRICS, MOATS, SUM, TOGETHER
from econsim.studies.words import start, words

if TYPE_CHECKING:
    from econsim.studies.moats import Moats


def decomposition(moats: Moats, metric: str = "lab_npv") -> Any:
    """The paired change of a metric when moats are taken away: median, 50% and 90% range.

    metric : `lab_npv` or `rd_relative`
    raises : InputError for another one
    """
    if metric not in METRICS:
        raise InputError(unknown_name("metric", metric, METRICS, kind="metric"))
    unit = moats.row(metric, TOGETHER)["unit"]
    factor, axis_unit = (1e-3, ", $bn") if unit == "$M" else (1.0, "")
    rows = []
    for removed in (*MOATS, SUM, TOGETHER):
        one = moats.row(metric, removed)
        falls = one["falls_in"] >= one["rises_in"]
        share = one["falls_in"] if falls else one["rises_in"]
        rows.append(
            {
                "name": start(words(removed)),
                "color": BLUE if removed in MOATS else GREY,
                **{key: one[key] * factor for key in ("p5", "p25", "median", "p75", "p95")},
                "told": f"{'falls' if falls else 'rises'} in {futures(share)}" if removed != SUM else "",
            }
        )
    table = pd.DataFrame(rows)
    y = alt.Y("name:N", sort=table["name"].tolist(), title=None, axis=alt.Axis(ticks=False, domain=False))
    base = alt.Chart(table).encode(y=y, color=alt.Color("color:N", scale=None))
    axis = alt.X("p5:Q", title=f"change of {words(metric)}{axis_unit}", axis=alt.Axis(tickCount=8))
    wide = base.mark_rule(strokeWidth=2).encode(x=axis, x2="p95:Q")
    narrow = base.mark_bar(height=9).encode(x="p25:Q", x2="p75:Q")
    middle = alt.Chart(table).mark_tick(thickness=3, height=18, color=VERMILLION, opacity=1.0).encode(y=y, x="median:Q")
    said = (
        alt.Chart(table)
        .mark_text(align="left", color=GREY, fontSize=11)
        .encode(y=y, x=alt.value(PLOT_WIDTH + 8), text="told:N")
    )
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=GREY, strokeDash=[3, 3]).encode(x="x:Q")
    subtitle = (
        f"Paired change in each future when a moat of {moats.scenario.name} is taken away; {moats.draws} futures of "
        f"the {moats.ensemble} ensemble, seed {moats.seed}. Tick: median; bar: middle half; line: 90% range."
    )
    chart = alt.layer(zero, wide, narrow, middle, said).properties(
        width=PLOT_WIDTH, height=alt.Step(32), title=titled(moats.headline(metric), subtitle)
    )
    footer = f"econsim {econsim.__version__}, run {moats.identity}. {illustrative(moats.ensemble)}"
    return styled(chart, footer)


__all__ = ["decomposition"]
