"""Names, numbers and amounts as a reader says them, in the sentences and charts of studies."""

from __future__ import annotations

import math
from collections.abc import Sequence

from econsim.name_words import words as words
from econsim.parameter_book import Lever, Parameter, book

_UNITS = {
    "–": "",
    "ratio": "",
    "share": "",
    "count": "",
    "index": "",
    "1/quarter": " a quarter",
    "nat/quarter": " nats a quarter",
    "nat/year": " nats a year",
    "quarter": " quarters",
    "x/year": "x a year",
}
"""Unit of the model -> what follows the number; other units follow as they are."""


def rounded(value: float, figures: int = 3) -> str:
    """A number to so many significant digits: `0.0421`, `−1.2`, `93,900`; an exponent only where it is far from one."""
    size = float(f"{abs(value):.{figures}g}")
    if 1e-6 <= size < 1e-4:
        text = f"{size:.{figures + 5}f}".rstrip("0")
    elif 100.0 <= size < 1e9:
        text = f"{size:,.10g}"
    else:
        text = f"{size:.{figures}g}"
    return f"−{text}" if value < 0.0 and size > 0.0 else text


ENTERED = 10
"""Digits of a number that somebody has entered, and reads again: as many as were given."""


def amount(value: float, unit: str, *, sign: bool = False, figures: int = 3) -> str:
    """An outcome with its unit: `$1.2bn`, `−$310M a year`, `0.6 a quarter`; a flow of money is told by the year.

    sign    : with a plus before what is above nought
    figures : significant digits at most
    """
    plus = "+" if sign and value > 0.0 else ""
    if unit.startswith("$M"):
        size, time = (abs(value) * 4.0, " a year") if unit.endswith("/quarter") else (abs(value), "")
        told = (size / 1e3, "bn") if size >= 999.5 else (size, "M")
        text = f"${rounded(told[0], figures)}{told[1]}"
        return f"{'−' if value < 0.0 else plus}{text}{time}" if size > 0.0 else "$0"
    text = rounded(value, figures)
    return f"{plus}{text}{_after(text, unit)}"


def setting(name: str, value: float, *, unit: bool = True, figures: int = 6) -> str:
    """A value of a parameter or lever with its unit, in the unit in which it is set."""
    text, known = rounded(value, figures), str(book_row(name).unit)
    if not unit:
        return text
    if known.startswith("$M"):
        return f"{'−' if value < 0.0 else ''}${text.lstrip('−')}M{' a quarter' if known.endswith('/quarter') else ''}"
    return f"{text}{_after(text, known)}"


def settings(name: str, one: float, other: float, between: str = " to ", *, figures: int = 6) -> str:
    """Two values of a parameter or lever and what stands between them, the unit told once: `0.2 and 0.5 a quarter`."""
    money = str(book_row(name).unit).startswith("$M")  # its sign stands before the number
    first = setting(name, one, unit=money, figures=figures).removesuffix(" a quarter")
    return f"{first}{between}{setting(name, other, figures=figures)}"


def _after(text: str, unit: str) -> str:
    """What follows a number."""
    told = _UNITS.get(unit, f" {unit}")
    return told.removesuffix("s") if text in ("1", "−1") and unit == "quarter" else told


def book_row(name: str) -> Parameter | Lever:
    """The row of the book that says what a parameter or lever is."""
    return book().levers[name] if name in book().levers else book().parameters[name]


def unit_after(unit: str) -> str:
    """A unit as it follows the name of an axis: ` (quarters)`, or nothing."""
    told = {"quarter": "quarters"}.get(unit, unit)
    return "" if _UNITS.get(unit) == "" else f" ({told})"


def relative(change: float) -> str:
    """A relative change to two significant digits: `+0.48%`, `−12%`; for changes that lie close to a threshold.

    One that is nothing but rounding, or would need an exponent, is `0%`.
    """
    if abs(100.0 * change) < 1e-4:
        return "0%"
    text = rounded(100.0 * change, 2)
    return f"{'+' if change > 0.0 else ''}{text}%"


def listed(items: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " ".join([", ".join(items[:-1]), last, items[-1]]) if len(items) > 1 else "".join(items)


def start(text: str) -> str:
    """A text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def count_of(number: int, word: str) -> str:
    """`no assumption`, `1 assumption`, `3 assumptions`."""
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"


def plain(value: float) -> float | None:
    """A number as JSON has it: None for what is undefined."""
    return float(value) if math.isfinite(value) else None
