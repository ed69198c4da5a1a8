"""What charts of sensitivity share: names, titles, footers, axes."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import altair as alt

from econsim.charts.style import heading
from econsim.cli_text import shown_unit
from econsim.ensemble_words import RESTS_ON_PRIORS
from econsim.errors import InputError, Problem
from econsim.metrics import summary_catalogue
from econsim.studies.sensitivity_ranking import FAINT, NAMED, leading, order_words, ranked
from econsim.studies.sensitivity_words import listed

if TYPE_CHECKING:
    from econsim.studies.sensitivity import Sensitivity

SHOWN = 12  # parameters of a bar chart
TITLE, LINE = 66, 92  # characters of a line of the title, and of one below it
LIGHT = "#9DC7E3"
PALE = "#D9D9D9"


def words(name: str) -> str:
    """A name as a reader says it: `copy cost ratio`."""
    if name == "rd_relative":
        return "R&D relative to no copying"
    if name.endswith("_pv"):
        return f"present value of {words(name.removesuffix('_pv'))}"
    text = name.replace("_", " ")
    return " ".join(
        {"rd": "R&D", "hhi": "HHI", "npv": "NPV", "ai": "AI", "api": "API"}.get(part, part) for part in text.split()
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
        f"econsim {content['version']}. {RESTS_ON_PRIORS}"
    )


def rows_of(result: Sensitivity, method: str, output: str | None, effect: bool) -> tuple[list[dict[str, Any]], str]:
    """Ranked rows of an output and its name; InputError for another method, or an output without numbers."""
    if result.method != method:
        raise InputError(Problem("result", f"this chart is of {method}", result.method, method))
    name = str(result.content["lead"]) if output is None else output
    kind = "effects" if effect else "outputs"
    result.check_output(name, kind)
    return ranked(result.content, name, kind), name


def strongest(content: Mapping[str, Any], name: str, kind: str, told: Callable[[Any], str]) -> tuple[str, str, str]:
    """Who may be called strongest on an output: names in words, and what has to be said of their order.

    content : of a result, or its `by_rank`
    told    : one row in words
    returns : the names; `known`, `open` where not even the first is above all others, or `none` where nothing is
              distinguishable from zero; what has to be said of the order of those that are known
    """
    top, unordered = leading(content, name, kind)
    if top:
        return listed([told(row) for row in top]), "known", order_words(top, unordered, words)
    rows = [row for row in ranked(content, name, kind) if row["words"] not in FAINT][:NAMED]
    return listed([told(row) for row in rows]) if rows else "", "open" if rows else "none", ""


def unit_of(name: str) -> tuple[str, float]:
    """The unit that a reader sees, and the factor to it; none for a ratio, or a metric of one segment."""
    found = summary_catalogue(()).get(name)
    return ("", 1.0) if found is None or found.unit == "ratio" else shown_unit(found.unit)


def of(result: Sensitivity, name: str, effect: bool) -> str:
    """What a chart is of, in words."""
    if not effect:
        return words(name)
    return f"what {words(result.content['scenario'].replace('-', '_'))} changes in {words(name)}"


def titled(title: str, subtitle: str) -> alt.TitleParams:
    """Finding and subtitle, broken into lines that fit the plot."""
    found = heading(title, textwrap.wrap(subtitle, LINE))
    found["text"] = textwrap.wrap(title, TITLE)
    found["subtitlePadding"] = 6
    return found


def rows_axis(order: list[str]) -> alt.Y:
    """Parameters from top to bottom in the order given."""
    return alt.Y("name:N", sort=order, title=None, axis=alt.Axis(labelLimit=240, ticks=False, domain=False))


def plain(value: float) -> str:
    """A number as a reader says it."""
    text = f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:.3g}"
    return text.replace("-", "−")


def start(text: str) -> str:
    """The same with a capital."""
    return text[:1].upper() + text[1:]
