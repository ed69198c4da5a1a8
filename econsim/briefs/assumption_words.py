"""Values of assumptions as a brief says them: two figures, and what a unit means that few readers know."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from econsim.briefs.amounts import FIGURES, MONEY, amount
from econsim.studies.words import book_row, rounded, setting, unit_after

_IN_BRACKETS = {
    "1/quarter": "a quarter",
    "nat/quarter": "nats a quarter",
    "log price/nat": "log price for each nat",
    "$M/quarter": "$M a quarter",
}
LOG_PRICE, PRICE_OF_CAPABILITY, GROWTH = "log price", "log price/nat", "nat/quarter"


class Meaning(NamedTuple):
    """What a value comes to in a unit that everybody knows.

    text   : `15%`
    value  : the number behind it
    code   : Python that gives it from the value of the assumption, which {} stands for
    after  : what follows it in a sentence
    """

    text: str
    value: float
    code: str
    after: str


def assumption_amount(name: str, value: float) -> str:
    """A value with its unit, as far as readers know it: `$60bn`, `0.6 a quarter`, `0.14`."""
    unit = book_row(name).unit
    if unit in MONEY:
        return amount(value, unit)
    if unit in (LOG_PRICE, PRICE_OF_CAPABILITY):
        return rounded(value, FIGURES)
    return setting(name, value, figures=FIGURES)


def unit_in_brackets(name: str) -> str:
    """The unit behind the name of an assumption, at the head of a row: ` (a quarter)`, or nothing."""
    unit = str(book_row(name).unit)
    return f" ({_IN_BRACKETS[unit]})" if unit in _IN_BRACKETS else unit_after(unit)


def meaning(name: str, value: float) -> Meaning | None:
    """What a value comes to; None where its unit says so already."""
    unit = book_row(name).unit
    if unit == LOG_PRICE and value < math.log(2.0):
        share = math.expm1(value)
        return Meaning(f"{rounded(100.0 * share, FIGURES)}%", share, "np.expm1({})", " on the price")
    if unit == LOG_PRICE:
        return _times(math.exp(value), "np.exp({})", " times the price")
    if unit == PRICE_OF_CAPABILITY:
        return _times(2.0**value, "2.0 ** {}", " times the price for twice the effective compute")
    if unit == GROWTH:
        return _times(math.exp(4.0 * value), "np.exp(4.0 * {})", " times a year")
    return None


def _times(factor: float, code: str, after: str) -> Meaning:
    return Meaning(rounded(factor, FIGURES), factor, code, after)


def units_told(names: Iterable[str]) -> list[tuple[str, float, str, str]]:
    """What the units of assumptions mean, where few readers know: words before, value, code and words after."""
    units = {str(book_row(name).unit) for name in names}
    told = []
    if units & {LOG_PRICE, PRICE_OF_CAPABILITY}:
        told.append(("A log price of a tenth is ", math.expm1(0.1), "np.expm1(0.1)", " on the price"))
    if any("nat" in unit.split("/") for unit in units):
        told.append(("A nat is ", math.e, "np.e", " times the effective training compute"))
    return told


__all__ = ["Meaning", "assumption_amount", "meaning", "unit_in_brackets", "units_told"]
