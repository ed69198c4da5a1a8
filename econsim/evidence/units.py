"""Units, price years and accounting bases of facts: what may be divided by what, and what may be turned into what.

A training run that used up $37M of hardware and energy (amortised) costs $81M at rental prices (cloud) and takes $806M
of hardware to begin (upfront): GPT-4's three figures. A ratio across them would be wrong by a factor of twenty, so
`ratio` refuses it, as it does a ratio across units, or across price years without a stated deflator.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from econsim.errors import InputError, Problem, unknown_name

if TYPE_CHECKING:
    from econsim.evidence.fact_book import Fact

BASES = MappingProxyType(
    {
        "none": "no cost",
        "amortised": "hardware and energy that the work used up",
        "cloud": "the work at rental prices of hardware and list prices of interfaces",
        "upfront": "hardware that had to be bought",
        "whole programme": "all of R&D: experiments, failed runs, and staff where it says so",
        "mixed": "a ratio that its source took across bases: an order of magnitude at best",
        "not stated": "the source does not say",
    }
)
"""Accounting basis of a cost -> what it counts."""

INCOMPARABLE = ("mixed", "not stated")


@dataclass(frozen=True)
class Unit:
    """What a unit measures, and how much of it one is, in the base unit of that dimension."""

    dimension: str
    size: float = 1.0

    @property
    def money(self) -> bool:
        """Whether it is an amount of money, so that the price year matters."""
        return self.dimension.startswith("money")


MONTHS = 12.0
DAYS = 365.25
_COUNTS = ("count", "queries", "samples", "exchanges", "accounts", "prompts", "FLOP", "H100-equivalents")

UNITS: Mapping[str, Unit] = MappingProxyType(
    {
        "USD": Unit("money"),
        "USD/year": Unit("money a year"),
        "USD/half-year": Unit("money a year", 2.0),
        "USD/quarter": Unit("money a year", 4.0),
        "USD/GPU-hour": Unit("money a GPU-hour"),
        "USD/Mtok": Unit("money a million tokens"),
        "days": Unit("time", 1.0 / DAYS),
        "weeks": Unit("time", 7.0 / DAYS),
        "months": Unit("time", 1.0 / MONTHS),
        "quarters": Unit("time", 0.25),
        "years": Unit("time"),
        "factor/year": Unit("growth"),
        "fraction/year": Unit("rate"),
        "count/year": Unit("count a year"),
        "points/year": Unit("points a year"),
        "points": Unit("points"),
        "Elo": Unit("Elo"),
        "factor": Unit("number"),
        "ratio": Unit("number"),
        "fraction": Unit("number"),
        "elasticity": Unit("elasticity"),
        "exponent": Unit("exponent"),
        "calendar year": Unit("date"),
        "qualitative": Unit("none"),
        **{name: Unit(name) for name in _COUNTS},
    }
)
"""Every unit that a fact may have."""


@dataclass(frozen=True)
class Estimate:
    """A number with the range that its parts leave; without a range the ends are the value."""

    value: float
    low: float
    high: float


def estimate(one: Fact) -> Estimate:
    """A fact's value and range in its own unit. Raises InputError for a fact without a number, or what is no fact."""
    _check_fact("fact", one)
    if one.value is None:
        raise InputError(Problem(one.key, "has no number", value=one.unit))
    low = one.value if one.low is None else one.low
    return Estimate(one.value, low, one.value if one.high is None else one.high)


def convert(
    one: Fact, unit: str, *, price_year: int | None = None, deflator: Mapping[int, float] | None = None
) -> Estimate:
    """A fact in another unit of the same dimension, and in dollars of another year where that is asked for.

    deflator : price level by year, on any scale; needed for another price year

    Raises InputError for a unit of another dimension, and for a price year without a deflator that has both years.
    """
    _check_fact("fact", one)
    if unit not in UNITS:
        raise InputError(unknown_name("unit", unit, UNITS, kind="unit"))
    if UNITS[unit].dimension != UNITS[one.unit].dimension:
        told = f"{one.key} is in {one.unit}, which is no amount of {unit}"
        raise InputError(Problem("unit", f"cannot be converted: {told}"))
    factor = UNITS[one.unit].size / UNITS[unit].size
    if price_year is not None and UNITS[unit].money:
        factor *= _inflation(one.key, one.price_year, f"dollars of {price_year}", price_year, deflator)
    return _scaled(estimate(one), factor)


def ratio(over: Fact, under: Fact, *, deflator: Mapping[int, float] | None = None) -> Estimate:
    """One fact over another; the range takes the ends that are furthest apart.

    deflator : price level by year, on any scale; needed where the two are dollars of different years

    Raises InputError, naming both facts, across accounting bases, across dimensions of unit, across price years
    without a deflator that has both, for a cost whose basis is mixed or not stated, and where `under` may be 0.
    """
    _check_fact("over", over)
    _check_fact("under", under)
    both = f"{over.key} over {under.key}"
    _same_basis(over, under)
    if UNITS[over.unit].dimension != UNITS[under.unit].dimension:
        raise InputError(Problem(both, "is a ratio across units", value=f"{over.unit} over {under.unit}"))
    factor = UNITS[over.unit].size / UNITS[under.unit].size
    if UNITS[over.unit].money:
        factor *= _inflation(over.key, over.price_year, under.key, under.price_year, deflator)
    top, bottom = estimate(over), estimate(under)
    if bottom.low <= 0.0 <= bottom.high:
        raise InputError(Problem(both, "is a ratio to what may be 0"))
    ends = [one / other for one in (top.low, top.high) for other in (bottom.low, bottom.high)]
    return _scaled(Estimate(top.value / bottom.value, min(ends), max(ends)), factor)


def same_basis(one: str, other: str) -> bool:
    """Whether two accounting bases may stand in a ratio: the same one, or one that is no cost."""
    if one in INCOMPARABLE or other in INCOMPARABLE:
        return False
    return one == other or "none" in (one, other)


def _check_fact(name: str, value: object) -> None:
    from econsim.evidence.fact_book import Fact

    if not isinstance(value, Fact):
        raise InputError(Problem(name, "must be a fact, as `econsim.evidence.fact(key)` gives", repr(value)[:60]))


def _same_basis(over: Fact, under: Fact) -> None:
    if not same_basis(over.basis, under.basis):
        told = f"is a ratio across accounting bases: {over.key} is {_basis(over)}, {under.key} is {_basis(under)}"
        raise InputError(Problem(f"{over.key} over {under.key}", told))


def _basis(one: Fact) -> str:
    return {"none": "no cost", "not stated": "on a basis that is not stated"}.get(one.basis, one.basis)


def _inflation(
    name: str, year: int | None, other: str, other_year: int | None, deflator: Mapping[int, float] | None
) -> float:
    """The factor from dollars of one year to those of another."""
    if year is not None and year == other_year:
        return 1.0
    told = f"{name} ({_dollars(year)}) and {other} ({_dollars(other_year)})"
    if year is None or other_year is None:
        raise InputError(Problem(told, "cannot be compared: the price year is not known"))
    if deflator is None:
        raise InputError(Problem(told, "are across price years: state a deflator, a price level by year"))
    missing = [str(one) for one in (year, other_year) if not _usable(deflator.get(one))]
    if missing:
        raise InputError(Problem("deflator", f"has no positive price level for {' or '.join(missing)}"))
    return deflator[other_year] / deflator[year]


def _usable(level: float | None) -> bool:
    return level is not None and math.isfinite(level) and level > 0.0


def _dollars(year: int | None) -> str:
    return "no price year" if year is None else f"dollars of {year}"


def _scaled(one: Estimate, factor: float) -> Estimate:
    return Estimate(one.value * factor, one.low * factor, one.high * factor)
