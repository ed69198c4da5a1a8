"""Charts of sensitivity: Sobol' indices with intervals, indices over time, and screening (Morris, tornado)."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from econsim.charts.style import BLUE, GREY, PLOT_WIDTH, VERMILLION, heading, styled
from econsim.cli_text import shown_unit
from econsim.errors import InputError, Problem, unknown_name
from econsim.metrics import summary_catalogue
from econsim.studies.sensitivity_words import EITHER_WAY, NO_ZERO, listed, noise_words, percent, ranked
from econsim.timeline import period_dates

if TYPE_CHECKING:
    from econsim.studies.sensitivity import Sensitivity

SHOWN = 12  # parameters of a bar chart
YEAR = 4  # quarters
MOST_RIVALS = 2
AREAS = 6  # parameters with an area of their own
TITLE, LINE = 66, 92  # characters of a line of the title, and of one below it
LIGHT = "#9DC7E3"
PALE = "#D9D9D9"
AREA_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MORRIS_SAID = {NO_ZERO: "≈ 0", EITHER_WAY: "either way"}
OTHERS, INTERACTIONS = "all others, alone", "interactions"
MOST_CHARTS = 8
MAIN_OUTPUTS = (
    "rd_relative",
    "rd_investment",
    "frontier_growth",
    "true_lag_months",
    "consumer_surplus_pv",
    "welfare_pv",
)


def sobol_bars(result: Sensitivity, output: str | None = None, *, effect: bool = False) -> Any:
    """Total and first-order Sobol' indices of one output, strongest first, with their 95% intervals.

    output : a summary metric; default the one that the finding is about
    effect : of its paired difference to the status quo
    raises : InputError for another method, or an output without indices
    """
    rows, name = _rows(result, "sobol", output, effect)
    content = result.content
    shown = rows[:SHOWN]
    table = pd.DataFrame(
        [
            {
                "name": words(row["name"]),
                "total": max(row["ST"], 0.0),
                "total_low": row["ST"] - row["ST_conf"],
                "total_high": row["ST"] + row["ST_conf"],
                "first": max(row["S1"], 0.0),
                "first_low": row["S1"] - row["S1_conf"],
                "first_high": row["S1"] + row["S1_conf"],
                "faint": row["words"] == NO_ZERO,
                "said": "≈ 0" if row["words"] == NO_ZERO else percent(row["ST"]),
            }
            for row in shown
        ]
    )
    ends = [*table["total_low"], *table["first_low"], *table["total_high"], *table["first_high"]]
    told = table.loc[~table["faint"], ["total_high", "first_high"]].to_numpy()
    most = max(0.1, told.max() if told.size else 1.0)  # an interval that says nothing may leave the chart
    least = max(min(0.0, *ends), -0.25 * most)
    leaves = bool(max(ends) > most or min(ends) < least)
    scale = alt.Scale(domain=[least, most], nice=True)
    axis = alt.Axis(format="%", tickCount=6)
    base = alt.Chart(table).encode(y=_rows_axis(table["name"].tolist()))
    x = alt.X("total:Q", title="share of variance", scale=scale, axis=axis)
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=GREY).encode(x=alt.X("x:Q", scale=scale))
    faint = alt.condition("datum.faint", alt.value(PALE), alt.value(LIGHT))
    layers = [
        base.mark_bar(clip=True, height=16).encode(x=x, color=faint),
        base.mark_bar(clip=True, height=6, color=BLUE, yOffset=-4).encode(x="first:Q"),
        base.mark_rule(clip=True, strokeWidth=1.5, color=VERMILLION, yOffset=4).encode(
            x="total_low:Q", x2="total_high:Q"
        ),
        base.mark_rule(clip=True, strokeWidth=1.5, color="#003A5C", yOffset=-4).encode(
            x="first_low:Q", x2="first_high:Q"
        ),
        zero,
        base.mark_text(align="left", color=GREY, fontSize=11).encode(x=alt.value(PLOT_WIDTH + 8), text="said:N"),
    ]
    left = len(rows) - len(shown)
    factor, kind = content["factor"], "effects" if effect else "outputs"
    subtitle = (
        f"Sobol' indices of {_of(result, name, effect)}: the share of its variance that goes with each {factor}. Wide "
        f"bar: with all interactions; narrow bar: alone; lines: 95% intervals."
        + (f" Grey, ≈ 0: {NO_ZERO}." if table["faint"].any() else "")
        + (f" {left} weaker {factor}s are not shown." if left else "")
        + (" Intervals that leave the chart are cut." if leaves else "")
        + ("" if content["convergence"][kind][name]["settled"] else " The rank order is not settled.")
        + f" Luck: {noise_words(content['noise'], name, kind)} of the variance."
    )
    chart = alt.layer(*layers).properties(
        width=PLOT_WIDTH, height=alt.Step(28), title=_titled(_sobol_title(result, rows, name, effect), subtitle)
    )
    return styled(chart, footer(result))


def _sobol_title(result: Sensitivity, rows: Sequence[Any], name: str, effect: bool) -> str:
    strong = [row for row in rows if row["words"] != NO_ZERO][:3]
    what = _of(result, name, effect)
    if not strong:
        return f"Nothing that was varied is distinguishable from zero on {what}"
    named = listed([f"{words(row['name'])} ({percent(row['ST'])})" for row in strong])
    return f"{_start(named)} drive{'s' if len(strong) == 1 else ''} {what} most"


def index_over_time(result: Sensitivity, series: str | None = None) -> Any:
    """First-order Sobol' indices of a series at every quarter, stacked; the rest of the variance is interaction.

    series : one of those analysed over time; default the first
    raises : InputError for another method, or a series that was not analysed
    """
    content = result.content
    over_time = content.get("over_time") or {}
    if result.method != "sobol" or not over_time:
        raise InputError(Problem("series", "no indices over time here", result.method, "sobol, with over_time"))
    name = next(iter(over_time)) if series is None else series
    if name not in over_time:
        raise InputError(unknown_name("series", str(name), over_time, kind="series"))
    told = over_time[name]
    known = [at for at, quarter in enumerate(told["quarters"]) if quarter not in told["reasons"]]
    if not known:
        raise InputError(Problem("series", f"'{name}' has no indices: {next(iter(told['reasons'].values()))}"))
    dates = [str(date) for date in period_dates(len(told["quarters"]), told["quarters"][0])]
    alone = {factor: [max(one["S1"][at], 0.0) for at in known] for factor, one in told["parameters"].items()}
    order = sorted(alone, key=lambda factor: -sum(alone[factor]))
    own, others = order[:AREAS], order[AREAS:]
    labels = [words(factor) for factor in own] + ([OTHERS] if others else []) + [INTERACTIONS]
    rows = []
    for place, at in enumerate(known):
        values = [alone[factor][place] for factor in own]
        values += [sum(alone[factor][place] for factor in others)] if others else []
        values.append(max(1.0 - sum(values), 0.0))
        rows += [
            {"date": dates[at], "what": label, "share": value, "order": number}
            for number, (label, value) in enumerate(zip(labels, values, strict=True))
        ]
    colours = [*AREA_COLOURS[: len(own)], *(["#8C8C8C"] if others else []), PALE]
    widest = max(one["S1_conf"][at] for one in told["parameters"].values() for at in known)
    dashed = [told["quarters"][0], *told["reasons"]][-1] if told["reasons"] else None
    chart = (
        alt.Chart(pd.DataFrame(rows))
        .mark_area(stroke="white", strokeWidth=0.5)
        .encode(
            x=alt.X("date:T", title=None, axis=alt.Axis(format="%Y", tickCount="year", labelOverlap=True, grid=False)),
            y=alt.Y("share:Q", stack="zero", title="share of variance", axis=alt.Axis(format="%", tickCount=5)),
            color=alt.Color(
                "what:N",
                scale=alt.Scale(domain=labels[::-1], range=colours[::-1]),
                sort=labels[::-1],
                legend=alt.Legend(title=None, labelLimit=220, labelFontSize=12),
            ),
            order=alt.Order("order:Q"),
        )
    )
    subtitle = (
        f"Sobol' indices of {words(name)} at every quarter, stacked: what each {content['factor']} does alone, and the "
        f"interactions of them all. 95% intervals reach up to ±{100.0 * widest:.0f} points; negative estimates count "
        "as 0."
    )
    if max(sum(one[place] for one in alone.values()) for place in range(len(known))) > 1.005:
        subtitle += " Sums above 100% are sampling error."
    if dashed is not None:
        missing = len(told["reasons"])
        subtitle += (
            f" {missing} quarter{'s have' if missing > 1 else ' has'} none: {next(iter(told['reasons'].values()))}."
        )
    title = _time_title(name, own, told["parameters"], known, content["samples"])
    chart = chart.properties(width=PLOT_WIDTH, height=280, title=_titled(title, subtitle))
    return styled(chart, footer(result))


def _time_title(name: str, own: Sequence[str], parameters: Any, known: Sequence[int], samples: int) -> str:
    """Who matters most in the first and in the last year, if that can be told."""

    def strongest(places: Sequence[int]) -> str:
        """The largest mean first-order index, with those that its mean interval does not set apart from it."""
        means = {
            factor: [sum(parameters[factor][key][at] for at in places) / len(places) for key in ("S1", "S1_conf")]
            for factor in own
        }
        value, half = max(means.values())
        rivals = sorted((one for one in own if means[one][0] >= value - half), key=lambda one: -means[one][0])
        if value <= half or len(rivals) > MOST_RIVALS:
            return ""
        return listed([f"{words(one)} ({percent(means[one][0])})" for one in rivals])

    what = _start(words(name))
    first, last = strongest(known[:YEAR]), strongest(known[-YEAR:])
    if not first and not last:
        return f"{what}: no parameter stands out by itself with N = {samples:,}"
    if not first:
        return f"{what}: no parameter stands out at first, {last} in the end"
    begin = f"its variance goes most with {first} at first"
    end = f"with {last} in the end" if last else "with none above the others in the end"
    return f"{what}: {begin}, {end}"


def tornado(result: Sensitivity, output: str | None = None, *, effect: bool = False) -> Any:
    """One at a time: what each parameter changes at the ends of its 90% range, the others at their defaults.

    output : a summary metric; default the one that the finding is about
    effect : of its paired difference to the status quo
    raises : InputError for another method, or an output without numbers
    """
    rows, name = _rows(result, "oat", output, effect)
    shown = rows[:SHOWN]
    unit, factor = _unit(name)
    table = pd.DataFrame(
        [
            {
                "name": words(row["name"]),
                "end": f"{end} end",
                "change": factor * row[f"{end}_change"],
                "from": factor * (row[f"{end}_change"] - (row[f"{end}_conf"] or 0.0)),
                "to": factor * (row[f"{end}_change"] + (row[f"{end}_conf"] or 0.0)),
                "zero": 0.0,
                "said": f"{_plain(row['low_value'])} to {_plain(row['high_value'])}",
            }
            for row in shown
            for end in ("low", "high")
        ]
    )
    order = list(dict.fromkeys(table["name"]))
    base = alt.Chart(table).encode(y=_rows_axis(order))
    colour = alt.Color(
        "end:N",
        scale=alt.Scale(domain=["low end", "high end"], range=[BLUE, VERMILLION]),
        legend=alt.Legend(title=None, orient="bottom", labelFontSize=12),
    )
    offset = alt.YOffset("end:N", sort=["low end", "high end"])
    x = alt.X("change:Q", title=f"change of {words(name)}" + (f", {unit}" if unit else ""), scale=alt.Scale(nice=True))
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
    left = len(rows) - len(shown)
    subtitle = (
        f"Screening, one at a time: each {content['factor']} at the ends of its 90% range (right), the others at their "
        f"defaults, where it is {_plain(factor * content['base'][kind][name])} {unit}. Paired mean changes over "
        f"{content['draws']} futures; lines: 95% intervals." + (f" {left} weaker ones are not shown." if left else "")
    )
    strong = [words(row["name"]) for row in rows if row["words"] != NO_ZERO][:3]
    what = _of(result, name, effect)
    title = f"One at a time, {listed(strong)} move {what} most" if strong else f"Nothing moves {what} one at a time"
    chart = alt.layer(*layers).properties(width=PLOT_WIDTH, height=alt.Step(14), title=_titled(title, subtitle))
    return styled(chart, footer(result))


def morris_bars(result: Sensitivity, output: str | None = None, *, effect: bool = False) -> Any:
    """Morris screening: mean absolute elementary effects of one output with 95% intervals.

    output, effect : as for `sobol_bars`
    raises         : InputError for another method, or an output without numbers
    """
    rows, name = _rows(result, "morris", output, effect)
    shown = rows[:SHOWN]
    unit, factor = _unit(name)
    table = pd.DataFrame(
        [
            {
                "name": words(row["name"]),
                "value": factor * row["mu_star"],
                "low": factor * row["low"],
                "high": factor * row["high"],
                "faint": row["words"] == NO_ZERO,
                "said": MORRIS_SAID.get(row["words"], row["words"]),
            }
            for row in shown
        ]
    )
    base = alt.Chart(table).encode(y=_rows_axis(table["name"].tolist()))
    title_x = f"mean absolute change of {words(name)}" + (f", {unit}" if unit else "")
    faint = alt.condition("datum.faint", alt.value(PALE), alt.value(LIGHT))
    layers = [
        base.mark_bar(height=14).encode(x=alt.X("value:Q", title=title_x, axis=alt.Axis(tickCount=6)), color=faint),
        base.mark_rule(strokeWidth=1.5, color=VERMILLION).encode(x="low:Q", x2="high:Q"),
        base.mark_text(align="left", color=GREY, fontSize=11).encode(x=alt.value(PLOT_WIDTH + 8), text="said:N"),
    ]
    content = result.content
    subtitle = (
        f"Screening after Morris: the mean absolute change of {_of(result, name, effect)} when a {content['factor']} "
        f"crosses its 90% range, wherever the others stand, over {content['trajectories']} trajectories. Lines: 95% "
        "intervals. A screening orders; it does not share out variance."
    )
    strong = [words(row["name"]) for row in rows if row["words"] != NO_ZERO][:3]
    what = _of(result, name, effect)
    title = f"Screening: {what} reacts most to {listed(strong)}" if strong else f"Screening: nothing moves {what}"
    chart = alt.layer(*layers).properties(width=PLOT_WIDTH, height=alt.Step(24), title=_titled(title, subtitle))
    return styled(chart, footer(result))


# ---------------------------------------------------------------------------------------------------- files


def write_charts(result: Sensitivity, folder: str | Path, formats: Sequence[str] = ("svg", "png")) -> list[Path]:
    """The main charts of an analysis as files, made without a network; their paths.

    formats : of svg, png and pdf
    """
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    content = result.content
    bars = {"sobol": sobol_bars, "morris": morris_bars, "oat": tornado}[result.method]
    names = list(content["outputs"])
    if len(names) > MOST_CHARTS:
        names = [name for name in dict.fromkeys([content["lead"], *MAIN_OUTPUTS]) if name in content["outputs"]]
    charts: dict[str, Any] = {name: bars(result, name) for name in names}
    if content["status_quo_is_policy"]:
        charts |= {f"effect-{name}": bars(result, name, effect=True) for name in names if name in content["effects"]}
    for name, told in (content.get("over_time") or {}).items():
        if len(told["reasons"]) < len(told["quarters"]):
            charts[f"over-time-{name}"] = index_over_time(result, name)
    written = []
    for name, chart in charts.items():
        for form in formats:
            path = place / f"{name}.{form}"
            chart.save(path, **({"scale_factor": 2} if form == "png" else {}))
            written.append(path)
    return written


# ---------------------------------------------------------------------------------------------------- what they share


def words(name: str) -> str:
    """A name as a reader says it: `copy cost ratio`."""
    if name == "rd_relative":
        return "R&D relative to no copying"
    text = name.replace("_pv", "_present_value").replace("_", " ")
    return " ".join(
        {"rd": "R&D", "hhi": "HHI", "npv": "NPV", "sd": "s.d.", "ai": "AI", "api": "API"}.get(part, part)
        for part in text.split()
    )


def footer(result: Sensitivity) -> str:
    """Where the numbers come from."""
    content = result.content
    size = {
        "sobol": f"N = {content['samples']:,}, {content.get('points') or 0:,} points",
        "morris": f"{content.get('points') or 0:,} points",
        "oat": f"{1 + 2 * len(content['varied'])} points",
    }[result.method]
    draws = f"{content['draws']} shared shock draw{'s' if content['draws'] > 1 else ''}"
    return (
        f"Run {result.run_id}: {content['scenario']}, {result.method}, {size}, {draws}, seed {content['seed']}, "
        f"econsim {content['version']}. Illustrative priors."
    )


def _rows(result: Sensitivity, method: str, output: str | None, effect: bool) -> tuple[list[dict[str, Any]], str]:
    if result.method != method:
        raise InputError(Problem("result", f"this chart is of {method}", result.method, method))
    name = str(result.content["lead"]) if output is None else output
    kind = "effects" if effect else "outputs"
    result.check_output(name, kind)
    return ranked(result.content, name, kind), name


def _unit(name: str) -> tuple[str, float]:
    """The unit that a reader sees, and the factor to it; none for a ratio, or a metric of one segment."""
    found = summary_catalogue(()).get(name)
    return ("", 1.0) if found is None else shown_unit(found.unit)


def _of(result: Sensitivity, name: str, effect: bool) -> str:
    if not effect:
        return words(name)
    return f"what {words(result.content['scenario'].replace('-', '_'))} changes in {words(name)}"


def _titled(title: str, subtitle: str) -> alt.TitleParams:
    found = heading(title, textwrap.wrap(subtitle, LINE))
    found["text"] = textwrap.wrap(title, TITLE)
    found["subtitlePadding"] = 6
    return found


def _rows_axis(order: list[str]) -> alt.Y:
    return alt.Y("name:N", sort=order, title=None, axis=alt.Axis(labelLimit=240, ticks=False, domain=False))


def _plain(value: float) -> str:
    text = f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:.3g}"
    return text.replace("-", "−")


def _start(text: str) -> str:
    return text[:1].upper() + text[1:]
