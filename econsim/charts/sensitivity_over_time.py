"""Chart of Sobol' indices over time: shares stacked year by year, and how sure the largest of them are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import altair as alt
import pandas as pd

from econsim.charts.sensitivity_parts import footer
from econsim.charts.style import PLOT_WIDTH, styled, titled
from econsim.errors import InputError, Problem, unknown_name
from econsim.studies.sensitivity_words import percent
from econsim.studies.words import listed, start, words

if TYPE_CHECKING:
    from econsim.studies.sensitivity import Sensitivity

AREAS = 6  # parameters with an area of their own
IN_A_ROW = 3  # of the small charts below
MOST_RIVALS = 2
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
OTHERS_COLOUR, INTERACTIONS_COLOUR = "#8C8C8C", "#D9D9D9"
OTHERS = "all others, alone"
INTERACTIONS, ERROR = "interactions, and error", "error of the estimate"  # what is left of the variance


class Yearly(NamedTuple):
    """First-order indices as means over the quarters of a year.

    years : those with indices
    value : factor -> its mean a year, negative ones included
    half  : factor -> the mean of its intervals' half widths, which the interval of the mean does not exceed
    """

    years: list[str]
    value: dict[str, list[float]]
    half: dict[str, list[float]]


def index_over_time(result: Sensitivity, series: str | None = None) -> alt.VConcatChart:
    """First-order Sobol' indices of a series year by year, stacked; below, the largest ones with 95% intervals.

    series : one of those analysed over time; default the first
    raises : InputError for another method, or a series that was not analysed

    Means over years: single quarters differ by the error of the estimates, and by investment that comes in turns.
    """
    content = result.content
    over_time = content.get("over_time") or {}
    if result.method != "sobol" or not over_time:
        raise InputError(Problem("series", "no indices over time here", result.method, "sobol, with over_time"))
    name = next(iter(over_time)) if series is None else series
    if name not in over_time:
        raise InputError(unknown_name("series", str(name), over_time, kind="series"))
    told = over_time[name]
    if len(told["reasons"]) == len(told["quarters"]):
        raise InputError(Problem("series", f"'{name}' has no indices: {next(iter(told['reasons'].values()))}"))
    yearly = _yearly(told)
    order = sorted(yearly.value, key=lambda factor: -sum(max(one, 0.0) for one in yearly.value[factor]))
    own, others = order[:AREAS], order[AREAS:]
    chart = alt.vconcat(_areas(yearly, own, others), _bands(yearly, own), spacing=18).properties(
        title=titled(
            _title(name, own, yearly, content["factor"], content["samples"]), _subtitle(content, name, told, yearly)
        )
    )
    return styled(chart.resolve_scale(color="independent"), footer(result))


def _yearly(told: Mapping[str, Any]) -> Yearly:
    places: dict[str, list[int]] = {}
    for at, quarter in enumerate(told["quarters"]):
        if quarter not in told["reasons"]:
            places.setdefault(quarter[:4], []).append(at)

    def means(key: str) -> dict[str, list[float]]:
        return {
            factor: [sum(one[key][at] for at in known) / len(known) for known in places.values()]
            for factor, one in told["parameters"].items()
        }

    return Yearly(list(places), means("S1"), means("S1_conf"))


def _areas(yearly: Yearly, own: Sequence[str], others: Sequence[str]) -> alt.Chart:
    labels = [words(factor) for factor in own] + ([OTHERS] if others else []) + [_rest(yearly)]
    rows = []
    for place, year in enumerate(yearly.years):
        values = [max(yearly.value[factor][place], 0.0) for factor in own]
        values += [sum(max(yearly.value[factor][place], 0.0) for factor in others)] if others else []
        values.append(max(1.0 - sum(values), 0.0))
        rows += [
            {"date": f"{year}-01-01", "what": label, "share": value, "order": number}
            for number, (label, value) in enumerate(zip(labels, values, strict=True))
        ]
    colours = [*COLOURS[: len(own)], *([OTHERS_COLOUR] if others else []), INTERACTIONS_COLOUR]
    return (
        alt.Chart(pd.DataFrame(rows))
        .mark_area(stroke="white", strokeWidth=0.5)
        .encode(
            x=_years(),
            y=alt.Y("share:Q", stack="zero", title="share of variance", axis=alt.Axis(format="%", tickCount=5)),
            color=alt.Color(
                "what:N",
                scale=alt.Scale(domain=labels[::-1], range=colours[::-1]),
                sort=labels[::-1],
                legend=alt.Legend(title=None, labelLimit=220, labelFontSize=12),
            ),
            order=alt.Order("order:Q"),
        )
        .properties(width=PLOT_WIDTH, height=260)
    )


def _rest(yearly: Yearly) -> str:
    """What no parameter does alone; with one parameter there is nothing that it could interact with."""
    return INTERACTIONS if len(yearly.value) > 1 else ERROR


def _bands(yearly: Yearly, own: Sequence[str]) -> alt.FacetChart:
    """A small chart a parameter: its share alone and the interval."""
    labels = [words(factor) for factor in own]
    rows = [
        {"date": f"{year}-01-01", "what": label, "share": value, "low": value - half, "high": value + half}
        for factor, label in zip(own, labels, strict=True)
        for year, value, half in zip(yearly.years, yearly.value[factor], yearly.half[factor], strict=True)
    ]
    colour = alt.Color("what:N", scale=alt.Scale(domain=labels, range=list(COLOURS[: len(labels)])), legend=None)
    y = alt.Axis(format="%", tickCount=4)
    base = alt.Chart().encode(x=_years(6), color=colour)
    band = base.mark_area(opacity=0.3).encode(y=alt.Y("low:Q", title=None, axis=y), y2="high:Q")
    line = base.mark_line(strokeWidth=2).encode(y=alt.Y("share:Q", title=None, axis=y))
    zero = alt.Chart().mark_rule(color="#595959", strokeWidth=0.5).encode(y=alt.datum(0.0))
    return (
        alt.layer(band, zero, line, data=pd.DataFrame(rows))
        .properties(width=(PLOT_WIDTH + 130) // IN_A_ROW - 50, height=80)
        .facet(
            facet=alt.Facet(
                "what:N", title=None, sort=labels, header=alt.Header(labelFontSize=12, labelAnchor="start")
            ),
            columns=IN_A_ROW,
            spacing={"row": 14, "column": 20},
        )
    )


def _years(ticks: int | None = None) -> alt.X:
    how: dict[str, Any] = {"tickCount": ticks} if ticks else {"tickCount": "year"}
    return alt.X("date:T", title=None, axis=alt.Axis(format="%Y", labelOverlap=True, grid=False, **how))


def _subtitle(content: Mapping[str, Any], name: str, told: Mapping[str, Any], yearly: Yearly) -> str:
    widest = max(half for halves in yearly.half.values() for half in halves)
    text = (
        f"Sobol' indices of {words(name)}, means over the quarters of each year. Above, stacked: what each "
        f"{content['factor']} does alone, and the rest, {_rest(yearly)}; negative estimates count as 0. Below: the "
        f"largest with 95% intervals, which reach up to ±{100.0 * widest:.0f} points."
    )
    if max(sum(max(one, 0.0) for one in by_year) for by_year in zip(*yearly.value.values(), strict=True)) > 1.005:
        text += " Sums above 100% are sampling error."
    if told["reasons"]:
        missing = len(told["reasons"])
        text += f" {missing} quarter{'s have' if missing > 1 else ' has'} none: {next(iter(told['reasons'].values()))}."
    return text


def _title(name: str, own: Sequence[str], yearly: Yearly, factor: str, samples: int) -> str:
    """Who matters most in the first and in the last year, if that can be told."""

    def strongest(place: int) -> str:
        """The largest index, with those that its interval does not set apart from it.

        None where these are many, or one of them is not distinguishable from zero.
        """
        best = max(own, key=lambda factor: yearly.value[factor][place])
        value, half = yearly.value[best][place], yearly.half[best][place]
        rivals = [one for one in own if yearly.value[one][place] + yearly.half[one][place] >= value - half]
        unclear = any(yearly.value[one][place] <= yearly.half[one][place] for one in rivals)
        if unclear or len(rivals) > MOST_RIVALS:
            return ""
        rivals.sort(key=lambda one: -yearly.value[one][place])
        return listed([f"{words(one)} ({percent(yearly.value[one][place])})" for one in rivals])

    what, first, last = start(words(name)), strongest(0), strongest(-1)
    if not first and not last:
        if all(yearly.value[one][at] <= yearly.half[one][at] for one in own for at in (0, -1)):
            return f"{what}: no {factor} by itself is distinguishable from zero with N = {samples:,}"
        return f"{what}: which {factor} matters most by itself is open, at first and in the end"
    begin = (
        f"its variance goes most with {first} at first" if first else f"which {factor} matters most is open at first"
    )
    if not last:
        return f"{what}: {begin}; in the end it is open" if first else f"{what}: {begin}"
    return f"{what}: {begin}, with {last} in the end" if first else f"{what}: {begin}; in the end it is {last}"
