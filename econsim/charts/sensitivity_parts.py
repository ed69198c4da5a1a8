"""What charts of sensitivity share: names, footers, what is left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from econsim.cli_text import shown_unit
from econsim.ensemble_words import RESTS_ON_PRIORS
from econsim.errors import InputError, Problem
from econsim.findings import quoted_name
from econsim.metrics import summary_catalogue
from econsim.studies.sensitivity_ranking import FAINT, NAMED, NO_ZERO, UNMOVED, leading, order_words, ranked
from econsim.studies.words import amount, listed, words

if TYPE_CHECKING:
    from econsim.studies.sensitivity import Sensitivity

SHOWN = 12  # parameters of a bar chart
LIGHT = "#9DC7E3"
PALE = "#D9D9D9"


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
              distinguishable from zero; what has to be said of the order of those that are known, or of which rows the
              others are
    """
    top, unordered = leading(content, name, kind)
    if top:
        return listed([told(row) for row in top]), "known", order_words(top, unordered, words)
    rows = [row for row in ranked(content, name, kind) if row["words"] not in FAINT]
    among = f"the strongest by estimate of {len(rows)} " if len(rows) > NAMED else ""
    return (
        listed([told(row) for row in rows[:NAMED]]),
        "open" if rows else "none",
        f"{among}distinguishable from zero",
    )


def not_shown(rows: Sequence[Mapping[str, Any]], factor: str) -> str:
    """What a chart of the first rows leaves out, in a sentence.

    rows   : all of them, as `ranked` has them
    factor : `parameter` or `group`
    """
    left = rows[SHOWN:]
    if not left:
        return ""
    weaker = sum(row["words"] not in FAINT for row in left)
    unknown = [row for row in left if row["words"] == NO_ZERO]
    still = len(left) - weaker - len(unknown)
    kinds = ((weaker, "weaker"), (len(unknown), NO_ZERO), (still, f"with {UNMOVED}"))
    told = listed([f"{count} {kind}" for count, kind in kinds if count])
    text = f" Not shown, of {len(rows)} {factor}s: {told}"
    maybe = [words(row["name"]) for row in unknown if (row["high"] or 0.0) > rows[0]["strength"]]
    if maybe:
        text += f"; {listed(maybe[:NAMED])} may matter not at all, or more than those shown"
    return f"{text}."


def unit_of(name: str) -> tuple[str, float]:
    """The unit that a reader sees, and the factor to it; none for a ratio, or a metric of one segment."""
    found = summary_catalogue(()).get(name)
    return ("", 1.0) if found is None or found.unit == "ratio" else shown_unit(found.unit)


def base_words(name: str, value: float) -> str:
    """A value of a metric with its unit: `$745M`, `45%`."""
    found = summary_catalogue(()).get(name)
    if found is not None and found.unit.startswith("$M"):
        return amount(value, found.unit)
    unit, factor = unit_of(name)
    return f"{plain(factor * value)}{'' if unit in ('', '%') else ' '}{unit}"


def of(result: Sensitivity, name: str, effect: bool) -> str:
    """What a chart is of, in words."""
    if not effect:
        return words(name)
    return f"the effect of {quoted_name(result.content['scenario'])} on {words(name)}"


def plain(value: float) -> str:
    """A number as a reader says it."""
    text = f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:.3g}"
    return text.replace("-", "−")
