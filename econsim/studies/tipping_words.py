"""Numbers, names and thresholds in the sentences of tipping points and flips."""

from __future__ import annotations

import math

from econsim.parameter_book import book
from econsim.scenario import Scenario
from econsim.studies.tipping_worlds import Output

SHOWN = {"$M": ("$", "bn", 1e-3), "$M/quarter": ("$", "bn a year", 4e-3)}
PLURAL = {
    "quarter": " quarters",
    "log price": " log price",
    "1/quarter": " a quarter",
    "nat/quarter": " nats a quarter",
}
BARE = ("–", "share", "ratio", "count", "index")


def digits(value: float, figures: int = 3) -> str:
    """A number without its unit, to three significant figures: `0.0421`, `−1.2`, `93,900`."""
    size = float(f"{abs(value):.{figures}g}")
    text = f"{size:,.0f}" if size >= 100.0 else f"{size:.{figures}g}"
    if 0.0 < size < 1e-4 or size >= 1e9:
        text = f"{size:.{figures}g}"
    return f"−{text}" if value < 0.0 and size else text


def amount(value: float, unit: str, *, sign: bool = False) -> str:
    """A value of an output with its unit, money in $bn (a year): `−$1.9bn a year`, `23 months`."""
    plus = "+" if sign and value > 0.0 else ""
    if unit in SHOWN:
        before, after, factor = SHOWN[unit]
        shown = abs(value) * factor
        if 0.0 < shown < 0.1:
            shown, after = shown * 1e3, after.replace("bn", "M")
        text = digits(shown)
        return f"{'−' if value < 0.0 else plus}{before}{text}{after}"
    return f"{plus}{digits(value)}{'' if unit in BARE else f' {unit}'}"


def setting(name: str, value: float, *, unit: bool = True) -> str:
    """A value of a parameter or lever with its unit, to six figures: those that are searched for have fewer."""
    known = book().levers[name].unit if name in book().levers else book().parameters[name].unit
    size = float(f"{abs(value):.6g}")
    text = f"{size:,.10g}" if 1e3 <= size < 1e9 else f"{size:.6g}"
    minus = "−" if value < 0.0 else ""
    if not unit:
        return f"{minus}{text}"
    if known.startswith("$M"):
        return f"{minus}${text}M{' a quarter' if known.endswith('/quarter') else ''}"
    return f"{minus}{text}{PLURAL.get(known, '')}"


def against_words(scenario: Scenario, status_quo: Scenario) -> str:
    """What effects are measured against."""
    if scenario.status_quo is not None:
        return status_quo.name
    if status_quo.world_hash == scenario.without_copying().world_hash:
        return "the same world without copying"
    return "the same world without policy"


def output_words(output: Output, status_quo: str) -> str:
    """The output as a sentence names it."""
    return f"the change of {output.metric} against {status_quo}" if output.effect else output.metric


def beyond_words(output: Output, threshold: float, above: bool) -> str:
    """`above $0bn`."""
    return f"{'above' if above else 'below'} {amount(threshold, output.unit)}"


def plain(value: float) -> float | None:
    """As JSON has it: None for what is undefined."""
    return float(value) if math.isfinite(value) else None
