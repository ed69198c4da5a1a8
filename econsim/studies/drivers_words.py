"""Names and amounts of studies as a reader says them."""

from __future__ import annotations

from collections.abc import Sequence

from econsim.studies.drivers_rows import parameter_row
from econsim.studies.sweep_chunk import EFFECT

_SHORT = {"rd": "R&D", "npv": "NPV", "pv": "present value", "api": "API", "ai": "AI", "hhi": "HHI", "n": "number of"}
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


def words(name: str) -> str:
    """A metric's, parameter's or lever's name in words: `R&D relative` for `rd_relative`."""
    if name.startswith(EFFECT):
        return f"the change of {words(name.removeprefix(EFFECT))}"
    return " ".join(_SHORT.get(part, part) for part in name.split("_"))


def rounded(value: float) -> str:
    """A number to three significant digits: `0.0421`, `−1.2`, `93,900`; with an exponent only below a millionth."""
    size = float(f"{abs(value):.3g}")
    small = f"{size:.8f}".rstrip("0") if 1e-6 <= size < 1e-4 else f"{size:.3g}"
    text = f"{size:,.0f}" if size >= 100.0 else small
    return f"−{text}" if value < 0.0 and size > 0.0 else text


def amount(value: float, unit: str) -> str:
    """A number with its unit: `$1.2bn`, `0.6 a quarter`, `4 quarters`."""
    if unit.startswith("$M"):
        size = abs(value)
        text = f"${rounded(size / 1e3)}bn" if size >= 999.5 else f"${rounded(size)}M" if size > 0.0 else "$0"
        return f"{'−' if value < 0.0 else ''}{text}{' a quarter' if '/' in unit else ''}"
    return f"{rounded(value)}{_UNITS.get(unit, f' {unit}')}"


def parameter_amount(name: str, value: float) -> str:
    """A parameter's or lever's value with its unit."""
    return amount(value, str(parameter_row(name).unit))


def listed(items: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " ".join([", ".join(items[:-1]), last, items[-1]]) if len(items) > 1 else "".join(items)


def start(text: str) -> str:
    """A text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]


__all__ = ["amount", "listed", "parameter_amount", "rounded", "start", "words"]
