"""Charts of what drives outcomes: rank correlations with intervals, and the value of settling parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import pandas as pd

import econsim
from econsim.charts.style import BLUE, GREY, PLOT_WIDTH, VERMILLION, rows_axis, styled, titled
from econsim.ensemble_words import illustrative_sweep
from econsim.errors import InputError, Problem
from econsim.findings import quoted_name
from econsim.studies.words import amount, count_of, listed, words

if TYPE_CHECKING:
    from econsim.studies.drivers import Drivers
    from econsim.studies.drivers_information import Information

MOST_ROWS = 12
SEEN = 0.002  # of the value of knowing everything
NORMAL = 1.96  # standard errors to either side of a 95% interval


def rank_correlations(drivers: Drivers, metric: str | None = None, scenario: str | None = None) -> Any:
    """The strongest rank correlations of a metric with parameters, and their 95% intervals.

    metric   : one that was looked at; default the first
    scenario : label of one that was looked at; default the first
    raises   : InputError for a metric that has no correlations there
    """
    metric = drivers.metrics[0] if metric is None else metric
    scenario = drivers.scenarios[0] if scenario is None else scenario
    whole = drivers.ranked(scenario, metric)
    if whole.empty:
        raise InputError(Problem("metric", f"'{metric}' has no rank correlations in {scenario}"))
    table = whole.head(MOST_ROWS).copy()
    table["name"] = [words(name) for name in table["parameter"]]
    table["told"] = [f"{value:+.2f}".replace("-", "−") for value in table["correlation"]]
    base = alt.Chart(table).encode(y=rows_axis(table["name"].tolist()))
    scale = alt.Scale(domain=[min(-0.1, float(table["low"].min())), max(0.1, float(table["high"].max()))], nice=True)
    wide = base.mark_rule(strokeWidth=3, color=BLUE).encode(
        x=alt.X("low:Q", title="rank correlation", scale=scale, axis=alt.Axis(tickCount=8)), x2="high:Q"
    )
    middle = base.mark_point(size=70, filled=True, color=VERMILLION, opacity=1.0).encode(x="correlation:Q")
    said = base.mark_text(align="left", color=GREY, fontSize=11).encode(x=alt.value(PLOT_WIDTH + 8), text="told:N")
    rows = f"{int(table['rows'].iloc[0]):,} futures of {scenario}"
    shown = f"the {len(table)} strongest of {len(whole)} parameters" if len(whole) > len(table) else "all parameters"
    subtitle = f"Spearman's rank correlation with {words(metric)}: {shown}; {rows}. Line: 95% interval."
    chart = alt.layer(_zero(), wide, middle, said).properties(
        width=PLOT_WIDTH, height=alt.Step(26), title=titled(drivers.headline(scenario, metric), subtitle)
    )
    return styled(chart, sweep_footer(drivers.sweep))


def information_bars(drivers: Drivers) -> Any:
    """What it is worth to settle each parameter before choosing among packages, beside knowing everything.

    raises : InputError where no packages were given
    """
    one = drivers.information
    if one is None:
        raise InputError(Problem("value_of_information", "was not asked for: name the packages to choose among"))
    least = SEEN * one.perfect.value  # a bar of which nothing would be seen says nothing
    shown = [name for name in one.ranked[:10] if max(one.parameters[name].value, one.parameters[name].upper) > least]
    rows = [_bar(words(name), one.parameters[name], BLUE) for name in shown]
    rows += [_bar("all parameters together", one.together, GREY), _bar("everything, luck included", one.perfect, GREY)]
    table = pd.DataFrame(rows)
    table["told"] = [amount(value, one.unit) for value in table["value"]]
    axis_unit, factor = ("$bn", 1e-3) if one.unit == "$M" else (one.unit, 1.0)
    ends = ["value", "low", "high", "upper"]
    table[ends] = table[ends] * factor
    base = alt.Chart(table).encode(y=rows_axis(table["name"].tolist()))
    way = "less" if one.less_is_better else "more"
    unit = "" if axis_unit in ("–", "ratio", "share") else f", {axis_unit}"
    most = max(float(table[["upper", "high"]].max().max()), 1e-9)
    x = alt.X(
        "value:Q",
        title=f"{way} {words(one.metric)} on average{unit}",
        scale=alt.Scale(domain=[0, most], nice=True),
        axis=alt.Axis(tickCount=6),
    )
    bars = base.mark_bar(height=14).encode(x=x, color=alt.Color("color:N", scale=None))
    # White under black: it is seen on the bar and beside it.
    spans = [
        base.mark_rule(strokeWidth=width, color=color).encode(x="low:Q", x2="high:Q")
        for width, color in ((5.0, "white"), (2.0, "#1B1F24"))
    ]
    ticks = base.transform_filter("isValid(datum.upper)").mark_tick(
        thickness=2.5, height=18, color=VERMILLION, opacity=1.0
    )
    said = base.mark_text(align="left", color=GREY, fontSize=11).encode(x=alt.value(PLOT_WIDTH + 8), text="told:N")
    rest = _left_out(one, shown)
    packages = listed([quoted_name(name) for name in one.packages])
    subtitle = (
        f"Expected gain of choosing among {packages} after learning it; {one.rows:,} futures. Bar: gain of a rule "
        "fitted on other futures, which leans low; line: its 95% interval; tick: an estimate that leans high, the "
        f"mean of the highest value fitted in each future, or the bar's end where that is above it.{rest}"
    )
    chart = alt.layer(bars, *spans, ticks.encode(x="upper:Q"), said).properties(
        width=PLOT_WIDTH, height=alt.Step(26), title=titled(one.headline, subtitle)
    )
    return styled(chart, sweep_footer(drivers.sweep))


def _left_out(one: Information, shown: list[str]) -> str:
    """What the parameters without a bar are worth; nothing where all have one."""
    values = [told.value for name, told in one.parameters.items() if name not in shown]
    if not values:
        return ""
    many = f" {count_of(len(values), 'more parameter' if shown else 'parameter')} {'is' if len(values) == 1 else 'are'}"
    if max(values) <= 0.0:
        return f"{many} worth nothing by that rule."
    least = min((one.parameters[name].value for name in shown), default=0.0)
    if max(values) > least:  # than one that is shown for its upper estimate
        return f"{many} worth too little to be seen."
    return f"{many} worth {'less' if max(values) < least else 'as little or less'}."


def _bar(name: str, one: Any, color: str) -> dict[str, Any]:
    """A value of information with its 95% interval, which ends at nothing: no knowledge is worth less."""
    half = NORMAL * one.standard_error
    ends = {"low": max(one.value - half, 0.0), "high": max(one.value + half, 0.0)}
    return {"name": name, "value": one.value, **ends, "upper": getattr(one, "upper", None), "color": color}


def sweep_footer(sweep: Any) -> str:
    """Where the numbers of a sweep come from."""
    return f"econsim {econsim.__version__}, sweep {sweep.sweep_id}. {illustrative_sweep(sweep.plan)}"


def _zero() -> Any:
    return alt.Chart(pd.DataFrame({"x": np.zeros(1)})).mark_rule(color=GREY, strokeDash=[3, 3]).encode(x="x:Q")


__all__ = ["information_bars", "rank_correlations", "sweep_footer"]
