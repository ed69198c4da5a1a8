"""Facts in a brief: `{fact:KEY}` stands for a figure of the fact book, with its source behind it."""

from __future__ import annotations

from econsim.briefs.amounts import amount
from econsim.errors import InputError, Problem
from econsim.evidence.bibliography import reference
from econsim.evidence.fact_book import Fact, fact
from econsim.studies.words import rounded

PREFIX = "fact:"
OWN = "econsim_derivation"  # our own arithmetic is no source
FIGURES = 3
_SCALES = ((1e12, " trillion"), (1e9, " billion"), (1e6, " million"))


def fact_field(name: str) -> Fact | Problem:
    """The fact that a field names, or what is wrong with it."""
    try:
        found = fact(name.removeprefix(PREFIX).strip())
    except InputError as error:
        return error.problems[0]
    if found.value is None:
        return Problem("", "is a fact without a number", found.key)
    return found


def fact_text(one: Fact) -> str:
    """A fact's number with its unit: `16 million exchanges`, `33%`, `$388 million`, `3.5 months`."""
    value = float(one.value or 0.0)
    if one.unit in ("fraction", "ratio"):
        return amount(value, "share", figures=FIGURES)
    if one.unit.startswith("fraction/"):
        return f"{amount(value, 'share', figures=FIGURES)} a {one.unit.partition('/')[2]}"
    if one.unit == "calendar year":
        return str(int(value))
    if one.unit.startswith("factor"):
        return f"{rounded(value, FIGURES)} times{_each(one.unit)}"
    if one.unit.startswith("USD"):
        return f"${_scaled(value)}{_each(one.unit)}"
    word = one.unit.partition("/")[0]
    return f"{_scaled(value)}{'' if word in ('count', 'exponent', 'elasticity') else f' {word}'}{_each(one.unit)}"


def _each(unit: str) -> str:
    after = unit.partition("/")[2]
    return " in half a year" if after == "half-year" else f" a {after}" if after else ""


def _scaled(value: float) -> str:
    for size, word in _SCALES:
        if abs(value) >= size:
            return f"{rounded(value / size, FIGURES)}{word}"
    return rounded(value, FIGURES)


def fact_sources(one: Fact) -> tuple[str, ...]:
    """Keys of a fact's sources, our own calculation not among them; each of them is a reference."""
    found = tuple(key for key in one.source if key != OWN)
    for key in found:
        reference(key)
    return found


__all__ = ["PREFIX", "fact_field", "fact_sources", "fact_text"]
