"""Figures of a benchmark: measured numbers by name, ratios computed from them, and what a reader has to know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Tell = Callable[[str], None]


class Figures:
    """What was measured so far. A figure's name begins with its section and a dot.

    found : name -> {what, value, unit, best_of?, ratio_of?}; a value that could not be measured is None
    notes : section -> sentences
    """

    def __init__(self, tell: Tell | None = None):
        """
        tell : called with a line as each measurement begins
        """
        self.tell: Tell = tell or (lambda line: None)
        self.found: dict[str, dict[str, Any]] = {}
        self.notes: dict[str, list[str]] = {}

    def add(self, name: str, what: str, value: float | None, unit: str, best_of: int | None = None) -> None:
        """Keep a measured number.

        best_of : how many times it was measured, if this is the best of them
        """
        self.found[name] = {"what": what, "value": value, "unit": unit}
        if best_of is not None:
            self.found[name]["best_of"] = best_of

    def ratio(self, name: str, what: str, above: str, below: str) -> None:
        """Keep a figure over another one; nothing where one of them is not there, None where one has no value."""
        if above not in self.found or below not in self.found:
            return
        top, bottom = self.found[above]["value"], self.found[below]["value"]
        value = top / bottom if top is not None and bottom else None
        self.found[name] = {"what": what, "value": value, "unit": "ratio", "ratio_of": [above, below]}

    def note(self, section: str, text: str) -> None:
        """Say something about the figures of a section, once."""
        notes = self.notes.setdefault(section, [])
        if text not in notes:
            notes.append(text)


def in_draws(count: int) -> str:
    """So many draws, in words."""
    return "1 draw" if count == 1 else f"{count:,} draws"
