"""Rankings of a sensitivity analysis: strongest first, what each may be called, and which of them stand apart."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Content = Mapping[str, Any]
KINDS = ("outputs", "effects")
NAMED = 3  # parameters that a sentence names
NO_ZERO = "not distinguishable from zero"
EITHER_WAY = "its direction depends on the others"


def ranked(content: Content, output: str, kind: str = "outputs") -> list[dict[str, Any]]:
    """The factors of one output, strongest first: `name`, the statistics, `strength`, its `low` and `high`, `words`.

    Those that are not distinguishable from zero come last: a large estimate with a larger interval says nothing.
    """
    table = content[kind].get(output, {})
    method = content["method"]
    rows = []
    for name, one in table.items():
        if method == "sobol":
            strength, half = one["ST"], one["ST_conf"]
            words = _sobol_words(one)
        elif method == "morris":
            strength, half = one["mu_star"], one["mu_star_conf"]
            words = _morris_words(one)
        else:
            strength, half = _swing(one)
            words = _oat_words(one)
        low, high = (None, None) if half is None else (strength - half, strength + half)
        rows.append({"name": name, **one, "strength": strength, "low": low, "high": high, "words": words})
    return sorted(rows, key=lambda row: (row["words"] == NO_ZERO, -row["strength"]))


def leading(content: Content, output: str, kind: str = "outputs") -> tuple[list[dict[str, Any]], list[str]]:
    """The strongest factors that are known to be above all others, at most `NAMED`.

    returns : their rows, none where not even one is known to be above all others; and the names of those of them whose
              order among themselves is open

    Known of Sobol' indices is what `SobolConvergence.leading` says. Differences of screening have no intervals: there
    one is above another where their intervals lie apart.
    """
    rows = ranked(content, output, kind)
    if content["method"] == "sobol":
        told = content["convergence"][kind][output]
        return [row for row in rows if row["name"] in told["leading"]], list(told["leading_open"])
    for count in range(min(NAMED, len(rows)), 0, -1):
        members = rows[:count]
        if members[-1]["words"] != NO_ZERO and _apart(members, rows[count:]):
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
    """Whether the interval of each member lies above those of all others."""
    least = min(row["strength"] if row["low"] is None else row["low"] for row in members)
    return all(least > (row["strength"] if row["high"] is None else row["high"]) for row in others)


def _sobol_words(one: Mapping[str, float]) -> str:
    if one["ST"] <= one["ST_conf"]:  # an index is never below zero, whatever its estimate is
        return NO_ZERO
    if one["S1"] <= one["S1_conf"]:
        return f"alone {NO_ZERO}"
    return ""


def _morris_words(one: Mapping[str, float]) -> str:
    if _holds_zero(one["mu_star"], one["mu_star_conf"]):
        return NO_ZERO
    if one["mu_star"] and abs(one["mu"]) < 0.5 * one["mu_star"]:
        return EITHER_WAY
    return "raises" if one["mu"] > 0.0 else "lowers"


def _oat_words(one: Mapping[str, Any]) -> str:
    ends = []
    for end in ("low", "high"):
        change, half = one[f"{end}_change"], one[f"{end}_conf"]
        if change == 0.0 or (half is not None and _holds_zero(change, half)):
            ends.append(end)
    if len(ends) == 2:
        return NO_ZERO
    return f"at its {ends[0]} end {NO_ZERO}" if ends else ""


def _swing(one: Mapping[str, Any]) -> tuple[float, float | None]:
    """The larger change of the two ends, without its sign."""
    end = max(("low", "high"), key=lambda end: abs(one[f"{end}_change"]))
    return abs(one[f"{end}_change"]), one[f"{end}_conf"]


def _holds_zero(value: float, half: float) -> bool:
    return abs(value) <= half
