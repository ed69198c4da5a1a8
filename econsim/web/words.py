"""Names, numbers and one-line explanations as the explorer shows them."""

from __future__ import annotations

import contextlib
import datetime
import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st

from econsim.cli_text import number, shown_unit, small
from econsim.parameter_book import GRADES, Lever, Parameter, book
from econsim.studies.words import start, words

LEVER_GROUPS = {
    "gate": "Gate: close the interface",
    "detect": "Detect: catch and fine",
    "borders": "Borders: dearer chips abroad",
    "pay": "Pay: let copies earn their way",
    "know": "Know: see and answer for the tail",
    "build": "Build: fund the frontier",
}
PARAMETER_GROUPS = {
    "compute cost": "Cost of compute",
    "quality loss": "What a copy loses",
    "moat": "Moats of the labs",
    "demand": "Buyers and demand",
    "belief": "What buyers believe",
    "firms": "Firms",
}


@dataclass(frozen=True)
class Shown:
    """A metric as charts and numbers show it.

    metric   : summary metric
    series   : the series, or ratio of two, that charts draw over time
    title    : in a few words
    lines    : title of the series, where that is another quantity than the metric
    meaning  : one line
    relative : changes are told in per cent of the status quo, else in the metric's unit
    """

    metric: str
    series: str
    title: str
    meaning: str
    relative: bool = True
    lines: str = ""

    @property
    def over_time(self) -> str:
        """What the charts over time show, in a few words."""
        return self.lines or self.title


METRICS: Mapping[str, Shown] = {
    one.metric: one
    for one in (
        Shown("rd_investment", "rd_investment", "Frontier R&D", "What labs spend on research and training."),
        Shown("frontier_price", "frontier_price", "Price of frontier AI",
              "Average price that labs charge; serving a model of the capability of the start costs 1."),
        Shown("hidden_loss_share", "hidden_loss_share", "Tail shortfall",
              "What buyers of copies lose on rare cases without having expected it, as a share of what they pay for "
              "copies.", relative=False),
        Shown("true_lag_months", "copy_true_capability", "Copies' true lag",
              "How many months ago the frontier stood where copies stand now, in demanding use. The lines are the "
              "capability itself of the best copy: log of effective training compute.", relative=False,
              lines="True capability of copies"),
        Shown("frontier_capability", "frontier_capability", "Frontier capability",
              "The best lab's capability: log of effective training compute, 0 at the start.", relative=False),
        Shown("consumer_surplus", "consumer_surplus", "Buyers' surplus",
              "What AI is worth to its buyers beyond what they pay, as they experience it."),
        Shown("lab_profit", "lab_profit", "Labs' profit", "Labs' profit after R&D.", relative=False),
        Shown("copy_revenue_share", "copy_revenue_share", "Copies' share of revenue",
              "Distillers' share of what labs and distillers earn.", relative=False),
    )
}  # fmt: skip
"""Metrics that the charts can be turned to, in the order of the menu."""


def label(name: str) -> str:
    """A lever's, parameter's or switch's name as a widget shows it."""
    return start(_named(name))


def _named(name: str) -> str:
    """A metric has one name on the cards, in the menu and in tables."""
    known = METRICS.get(name)
    return inside(known.title) if known else OTHER_METRICS.get(name) or words(name)


OTHER_METRICS = {"visible_lag_months": "copies' visible lag"}


def help_text(row: Lever | Parameter) -> str:
    """What a lever or assumption means, on what evidence, and its range: the help beside its widget."""
    references = book().references
    sources = "; ".join(f"{references[key].author} ({references[key].year})" for key in row.source)
    lines = [row.meaning]
    if isinstance(row, Parameter) and row.prior is not None:
        lines.append(f"Range {row.prior.low:g} to {row.prior.high:g}{unit_after(row)}, most likely {row.default:g}.")
    lines.append(f"Grade {row.grade} ({GRADES[row.grade]}). {row.note}")
    lines.append(f"Source: {sources}.")
    return plain(spoken("\n\n".join(lines)))


def unit_after(row: Lever | Parameter) -> str:
    """A row's unit behind a range of it: ` quarters`, nothing for shares and pure numbers."""
    if row.unit in ("–", "share"):
        return ""
    return {"quarter": " quarters", "1/quarter": " a quarter"}.get(row.unit, f" {row.unit}")


def inside(text: str) -> str:
    """A label in the middle of a sentence: `frontier R&D`, and `R&D subsidy` as it is."""
    return text if text[1:2].isupper() or text[1:2] == "&" else text[:1].lower() + text[1:]


def spoken(text: str) -> str:
    """A study's sentence with the names of metrics, parameters and levers in words, as widgets show them."""
    return _NAME.sub(lambda found: _named(found[0]), text)


# Whatever is written like this in a sentence of econsim's own is a name, but for symbols of a formula: `1/s_pub`.
_NAME = re.compile(r"(?<!/)(?:effect[:_])?\b[a-z]+(?:_[a-z]+)+\b")


def plain(text: str) -> str:
    """Text in which Streamlit's Markdown finds no formula, link or emphasis."""
    for mark in "\\`*_[]$<>~#|:":
        text = text.replace(mark, f"\\{mark}")
    return _ADDRESS.sub("\\g<0>\u2060", text)


# What Markdown takes for an address even so: a mark that joins words and is not seen breaks it.
_ADDRESS = re.compile(r"https?\\:|ftp\\:|www|@", re.IGNORECASE)


AFTER = {"months": " months", "nat/year": " nats a year", "x/year": " times a year"}
"""What follows a number in some units."""


def ranged(low: float, middle: float, high: float, unit: str) -> str:
    """A median with its 90% range, the unit said once: `10.6 (6.4 to 26.8) months`."""
    if not np.isfinite(middle):
        return "–"
    shown, factor = ("%", 100.0) if unit == "share" else shown_unit(unit)
    first, last = ("$", "bn") if shown.startswith("$bn") else ("", "%") if shown == "%" else ("", "")
    after = " a year" if shown == "$bn/year" else AFTER.get(shown, "")
    sign = "−" if middle < 0.0 else ""
    size = number(abs(middle) * factor)
    return f"{sign}{first}{size}{last} ({number(low * factor)} to {number(high * factor)}){after}"


def moment(seconds: float) -> str:
    """A time of day where the visitor is, in words: `27 November 2026, 00:34`; it names its zone where that is UTC.

    seconds : since 1970
    """
    when = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    with contextlib.suppress(zoneinfo.ZoneInfoNotFoundError, ValueError, TypeError):
        when = when.astimezone(zoneinfo.ZoneInfo(st.context.timezone))
    zone = " UTC" if when.tzinfo is datetime.UTC else ""
    return f"{when.day} {when:%B %Y, %H:%M}{zone}"


def short(value: float | None, *, sign: bool = False) -> str:
    """A number to two significant digits, whole from ten on: `0.26`, `−1.2`, `1,240`; `–` where undefined."""
    if value is None or not np.isfinite(value):
        return "–"
    rounded = float(f"{abs(value):.2g}") if abs(value) < 10.0 else float(round(abs(value)))
    text = f"{rounded:,.0f}" if rounded >= 10.0 else small(rounded, 2)
    return f"{'−' if value < 0.0 and rounded else '+' if sign and rounded else ''}{text}"


def level(value: float | None, unit: str) -> str:
    """A metric's value with its unit as numbers on screen have it."""
    if value is None or not np.isfinite(value):
        return "–"
    if unit == "share":
        return f"{number(100.0 * value)}%"
    shown, factor = shown_unit(unit)
    text = number(value * factor)
    if shown.startswith("$bn"):
        sign = "−" if text.startswith("−") else ""
        return f"{sign}${text.removeprefix('−')}bn" + (" a year" if shown.endswith("year") else "")
    return f"{text}{AFTER.get(shown, '')}"


def change(value: float | None, unit: str) -> str:
    """A change of a metric with its sign and unit, to two significant digits."""
    if value is None or not np.isfinite(value):
        return "–"
    if unit == "share":
        return f"{short(100.0 * value, sign=True)} points"
    shown, factor = shown_unit(unit)
    text = short(value * factor, sign=True)
    if shown.startswith("$bn"):
        return f"{text[:1]}${text[1:]}bn" if text[:1] in "+−" else f"${text}bn"
    return text


def change_range(low: float, high: float, unit: str) -> str:
    """The 90% range of a change, its unit said once: `−2.4 to +3.2 points`."""
    if not (np.isfinite(low) and np.isfinite(high)):
        return "–"
    if unit == "share":
        return f"{change(low, unit).removesuffix(' points')} to {change(high, unit)}"
    return f"{change(low, unit)} to {change(high, unit)}"
