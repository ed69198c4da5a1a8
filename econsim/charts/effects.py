"""Charts of paired effects: what a policy changes against the status quo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import pandas as pd

from econsim.charts.style import BLUE, GREY, PLOT_WIDTH, VERMILLION, heading, styled
from econsim.findings import display_name, futures, relative_change
from econsim.results import QUANTILES

if TYPE_CHECKING:
    from econsim.results import Result


def policy_ranges(results: Sequence[Result], metric: str = "rd_investment", *, title: str, subtitle: str) -> Any:
    """What each scenario changes against its status quo: median, 50% and 90% range of the relative change.

    results  : each with a status quo
    metric   : any summary metric that is positive under the status quo
    returns  : an altair chart, one row a scenario, largest median first
    """
    rows = []
    for result in results:
        change = relative_change(result, metric)
        low, lower, median, upper, high = np.quantile(change, QUANTILES) * 100.0
        more = futures(float((change > 1e-12).mean()))
        rows.append(
            {
                "scenario": display_name(result.scenario.name),
                "low": low,
                "lower": lower,
                "median": median,
                "upper": upper,
                "high": high,
                "more": f"higher in {more}",
            }
        )
    table = pd.DataFrame(rows).sort_values("median", ascending=False)
    order = table["scenario"].tolist()
    rows_axis = alt.Y("scenario:N", sort=order, title=None, axis=alt.Axis(labelLimit=220, ticks=False, domain=False))
    base = alt.Chart(table).encode(y=rows_axis)
    scale = alt.Scale(nice=True)
    wide = base.mark_rule(strokeWidth=2, color=BLUE).encode(
        x=alt.X("low:Q", title="change against no policy, %", scale=scale, axis=alt.Axis(tickCount=8)), x2="high:Q"
    )
    narrow = base.mark_bar(height=9, color=BLUE).encode(x="lower:Q", x2="upper:Q")
    middle = base.mark_tick(thickness=3, height=18, color=VERMILLION, opacity=1.0).encode(x="median:Q")
    words = base.mark_text(align="left", dx=0, color=GREY, fontSize=11).encode(
        x=alt.value(PLOT_WIDTH + 8), text="more:N"
    )
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=GREY, strokeDash=[3, 3]).encode(x="x:Q")
    chart = alt.layer(zero, wide, narrow, middle, words).properties(
        width=PLOT_WIDTH, height=alt.Step(30), title=heading(title, subtitle)
    )
    return styled(chart)


def series_effect(result: Result, metric: str, *, title: str, subtitle: str, unit_scale: float = 1.0) -> Any:
    """Paired difference of one series to the status quo over time: median line, 50% and 90% bands.

    unit_scale : factor on the values, to show $bn for $M, say
    """
    effect = result.series_effect()
    table = effect[effect["metric"] == metric].copy()
    for name in ("p5", "p25", "p50", "p75", "p95"):
        table[name] = table[name] * unit_scale
    x = alt.X("date:T", title=None)
    base = alt.Chart(table).encode(x=x)
    outer = base.mark_area(opacity=0.18, color=BLUE).encode(y=alt.Y("p5:Q", title=None), y2="p95:Q")
    inner = base.mark_area(opacity=0.35, color=BLUE).encode(y="p25:Q", y2="p75:Q")
    line = base.mark_line(color=VERMILLION, strokeWidth=2.5).encode(y="p50:Q")
    zero = alt.Chart(pd.DataFrame({"y": [0.0]})).mark_rule(color=GREY, strokeDash=[3, 3]).encode(y="y:Q")
    chart = alt.layer(outer, inner, zero, line).properties(width=PLOT_WIDTH, height=260, title=heading(title, subtitle))
    return styled(chart)
