"""Rankings of a sensitivity analysis: strongest first, what each may be called, and which of them stand apart."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Content = Mapping[str, Any]
KINDS = ("outputs", "effects")
NAMED = 3  # parameters that a sentence names
NO_ZERO = "not distinguishable from zero"
UNMOVED = "no change in these runs"
FAINT = (NO_ZERO, UNMOVED)
"""What may not be told as an effect."""

EITHER_WAY = "its direction depends on the others"


def ranked(content: Content, output: str, kind: str = "outputs") -> list[dict[str, Any]]:
    """The factors of one output, strongest first: `name`, the statistics, `strength`, its `low` and `high`, `words`.

    Those that are not distinguishable from zero come last: a large estimate with a larger interval says nothing. A mean
    absolute change of a screening is no such estimate: where anything changed in any run, it is above zero. `low` and
    `high` are None where there is no interval, as with one draw.
    """
    table = content[kind].get(output, {})
    method = content["method"]
    rows = []
    for name, one in table.items():
        if method == "sobol":
            strength, words = one["ST"], _sobol_words(one)
            low, high = _around(strength, one["ST_conf"])
        elif method == "morris":
            strength, words = one["mu_star"], _morris_words(one)
            low, high = one["mu_star_low"], one["mu_star_high"]
        else:
            strength, half = _swing(one)
            words = _oat_words(one)
            low, high = _around(strength, half)
        rows.append({"name": name, **one, "strength": strength, "low": low, "high": high, "words": words})
    return sorted(rows, key=lambda row: (row["words"] in FAINT, -row["strength"]))


def leading(content: Content, output: str, kind: str = "outputs") -> tuple[list[dict[str, Any]], list[str]]:
    """The strongest factors that are known to be above all others, at most `NAMED`.

    returns : their rows, none where not even one is known to be above all others; and the names of those of them whose
              order among themselves is open

    Known of Sobol' indices is what `SobolConvergence.leading` says. Differences of screening have no intervals: there
    one is above another where their intervals lie apart; without intervals, as with one draw, nothing is known.
    """
    rows = ranked(content, output, kind)
    if content["method"] == "sobol":
        told = content["convergence"][kind][output]
        return [row for row in rows if row["name"] in told["leading"]], list(told["leading_open"])
    for count in range(min(NAMED, len(rows)), 0, -1):
        members = rows[:count]
        if members[-1]["words"] not in FAINT and _apart(members, rows[count:]):
            pairs = [pair for pair in itertools.combinations(members, 2) if not _apart([pair[0]], [pair[1]])]
            unordered = {row["name"] for pair in pairs for row in pair}
            return members, [row["name"] for row in members if row["name"] in unordered]
    return [], []


def order_words(top: Sequence[Mapping[str, Any]], unordered: Sequence[str], words: Callable[[str], str] = str) -> str:
    """What has to be said of the order of some that lead, after a semicolon; nothing where it is known.

    words : a name as the reader says it
    """
    if not unordered:
        return ""
    if len(unordered) == len(top):
        return "; their own order is open"
    return f"; the order of {' and '.join(words(name) for name in unordered)} is open"


def _apart(members: Sequence[Mapping[str, Any]], others: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the interval of each member lies above those of all others; not known where one has none."""
    if any(row["low"] is None for row in (*members, *others)):
        return False
    least = min(row["low"] for row in members)
    return all(least > row["high"] for row in others)


def _around(value: float, half: float | None) -> tuple[float | None, float | None]:
    return (None, None) if half is None else (value - half, value + half)


def _sobol_words(one: Mapping[str, float]) -> str:
    if one["ST"] <= one["ST_conf"]:  # an index is never below zero, whatever its estimate is
        return NO_ZERO
    if one["S1"] <= one["S1_conf"]:
        return f"alone {NO_ZERO}"
    return ""


def _morris_words(one: Mapping[str, float]) -> str:
    if one["mu_star"] == 0.0:
        return UNMOVED
    if abs(one["mu"]) < 0.5 * one["mu_star"]:
        return EITHER_WAY
    return "raises" if one["mu"] > 0.0 else "lowers"


def _oat_words(one: Mapping[str, Any]) -> str:
    ends = []
    for end in ("low", "high"):
        change, half = one[f"{end}_change"], one[f"{end}_conf"]
        if change == 0.0 or (half is not None and _holds_zero(change, half)):
            ends.append(end)
    if one["low_change"] == one["high_change"] == 0.0:
        return UNMOVED
    if len(ends) == 2:
        return NO_ZERO
    return f"at its {ends[0]} end {NO_ZERO}" if ends else ""


def _swing(one: Mapping[str, Any]) -> tuple[float, float | None]:
    """The larger change of the two ends, without its sign."""
    end = max(("low", "high"), key=lambda end: abs(one[f"{end}_change"]))
    return abs(one[f"{end}_change"]), one[f"{end}_conf"]


def _holds_zero(value: float, half: float) -> bool:
    return abs(value) <= half
