"""Numbers as a brief prints them: two significant figures, money in $bn, shares in per cent."""

from __future__ import annotations

import math

from econsim.findings import futures, percent
from econsim.studies.words import rounded

FIGURES = 2
LEAST = 1e-3  # of a number in its unit; what is smaller is told as nothing
UNDEFINED = "–"
MONEY = {"$M/quarter": (4e-3, " a year"), "$M": (1e-3, "")}
"""Unit of the model -> factor to $bn, and what follows the amount in a sentence."""

_AFTER = {
    "months": " months",
    "nat": " nats",
    "nat/year": " nats a year",
    "nat/quarter": " nats a quarter",
    "x/year": "x a year",
    "1/quarter": " a quarter",
    "quarter": " quarters",
    "log price": " log price",
}


def amount(value: float, unit: str, *, sign: bool = False, short: bool = False, figures: int = FIGURES) -> str:
    """A value with its unit: `$93bn a year`, `4.2%`, `9.7 months`; `–` where undefined.

    sign  : with a plus; shares are then differences, told in points
    short : for a table, whose head says what is a year
    """
    if not math.isfinite(value):
        return UNDEFINED
    if unit in MONEY:
        return _money(value, unit, sign, short, figures)
    if unit == "share":
        return f"{_signed(100.0 * value, sign, figures)}{' points' if sign else '%'}"
    return f"{_signed(value, sign, figures)}{_AFTER.get(unit, '')}"


def _money(value: float, unit: str, sign: bool, short: bool, figures: int) -> str:
    factor, after = MONEY[unit]
    size, scale = abs(value) * factor, "bn"
    if size < 0.1:  # less than half a million is nothing here
        size, scale = float(round(size * 1e3)), "M"
    text = rounded(size, figures)
    if text == "0":
        return f"$0{'' if short else after}"
    mark = "−" if value < 0.0 else "+" if sign else ""
    return f"{mark}${text}{scale if size else ''}{'' if short else after}"


def _signed(value: float, sign: bool, figures: int) -> str:
    text = rounded(value if abs(value) >= LEAST else 0.0, figures)
    return f"+{text}" if sign and value > 0.0 and text != "0" else text


def interval(low: str, high: str) -> str:
    """A range in words: `−5.5% to +69%`; a unit that both share is said once."""
    if low == high == UNDEFINED:
        return UNDEFINED
    for after in (" a year", " points", *sorted(_AFTER.values(), key=len, reverse=True)):
        if after and low.endswith(after) and high.endswith(after):
            return f"{low.removesuffix(after)} to {high}"
    return f"{low} to {high}"


def share_of_futures(share: float, short: bool = False) -> str:
    """A share of draws as so many of twenty; `–` where undefined.

    short : for a table: `<1 of 20` and `>19 of 20`
    """
    if not math.isfinite(share):
        return UNDEFINED
    told = futures(share)
    return told.replace("fewer than ", "<").replace("more than ", ">") if short else told


def relative(change: float) -> str:
    """A relative change with its sign: `+12%`; `–` where undefined."""
    return percent(change) if math.isfinite(change) else UNDEFINED


def correlation(value: float) -> str:
    """A rank correlation with its sign, to two decimals."""
    return f"{value:+.2f}".replace("-", "−") if math.isfinite(value) else UNDEFINED


__all__ = ["FIGURES", "MONEY", "UNDEFINED", "amount", "correlation", "interval", "relative", "share_of_futures"]
