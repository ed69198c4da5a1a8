"""Checks single fields of a scenario, and collects what is wrong with them, each problem at its place."""

from __future__ import annotations

import dataclasses
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from econsim.errors import Problem, nearest_name, unknown_name
from econsim.library import FieldPath, Place
from econsim.parameter_book import book
from econsim.scenario_schema import STRUCTURE_KEYS, SWITCHES, Field

_NOTHING: Any = object()
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

# Sections whose names are all different, so that a name in the wrong one tells where it belongs.
_HOMES: Mapping[str, Callable[[], Iterable[str]]] = {
    "parameters": lambda: book().parameters,
    "levers": lambda: book().levers,
    "structure": lambda: STRUCTURE_KEYS,
    "switches": lambda: SWITCHES,
}


def plain(value: Any) -> Any:
    """A value as a scenario file could have said it: typed values, NumPy scalars and tuples in plain Python."""
    if hasattr(value, "as_mapping"):
        value = value.as_mapping()
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        return value.item()
    return value


class Checker:
    """Collects the problems of one scenario, each with the file and line that caused it.

    places : path of a field -> where it stands; empty for values that come from Python
    """

    def __init__(self, places: Mapping[FieldPath, Place] | None = None, at: FieldPath = ()) -> None:
        self.places = places or {}
        self.at = at
        self.problems: list[Problem] = []

    # -- reporting

    def report(self, path: FieldPath, message: str, value: Any = _NOTHING, allowed: str | None = None) -> None:
        """Note one problem."""
        shown = None if value is _NOTHING else _shown(value)
        self.add(path, Problem("", message, value=shown, allowed=allowed))

    def unknown(self, path: FieldPath, name: object, names: Iterable[str], kind: str) -> None:
        """Note a name that is not on a list."""
        self.add(path, unknown_name("", str(name)[:80], names, kind=kind))

    def add(self, path: FieldPath, problem: Problem) -> None:
        """Note a problem described elsewhere, at its place here."""
        whole = (*self.at, *path)
        place = next((self.places[whole[:n]] for n in range(len(whole), -1, -1) if whole[:n] in self.places), None)
        field = ".".join(str(part)[:80] for part in whole)
        if place is not None:
            problem = dataclasses.replace(problem, file=place.file, line=place.line)
        self.problems.append(dataclasses.replace(problem, field=field))

    # -- simple fields

    def simple(self, path: FieldPath, value: Any, field: Field) -> Any:
        """A number, flag, name or choice; None if it is not one."""
        if field.kind in ("number", "integer"):
            return self.number(path, value, field)
        if field.kind == "flag":
            if isinstance(value, bool):
                return value
            self.report(path, "must be true or false", value)
        elif field.kind == "name":
            if isinstance(value, str) and _NAME.fullmatch(value):
                return value
            self.report(path, "is not a usable name", value, field.allowed)
        elif field.kind == "choice":
            if isinstance(value, str) and value in field.options:
                return value
            if isinstance(value, str):
                self.unknown(path, value, field.options, field.meaning)
            else:
                self.report(path, f"must name a {field.meaning}", value, field.allowed)
        return None

    def number(self, path: FieldPath, value: Any, field: Field) -> float | int | None:
        """A finite number inside its bounds; None if it is not one."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            message = "must be a number"
            written = _number_in(value) if isinstance(value, str) else None
            if written is not None:
                finite = math.isfinite(written)
                message = f"must be a {'number, not text: take the quotes away' if finite else 'finite number'}"
            elif isinstance(value, bool):
                message = "must be a number, not true or false"
            elif value is None:
                message = "has no value"
            self.report(path, message, value, field.allowed)
            return None
        if not math.isfinite(value if abs(value) < 1e300 else math.inf):
            self.report(path, "must be a finite number", value, field.allowed)
        elif field.kind == "integer" and value != math.floor(value):
            self.report(path, "must be a whole number", value, field.allowed)
        elif not field.low <= value <= field.high or (field.above_low and value == field.low):
            self.report(path, "is out of bounds", value, field.allowed)
        else:
            return int(value) if field.kind == "integer" else float(value) + 0.0  # -0.0 becomes 0.0
        return None

    def text(self, path: FieldPath, value: Any, limit: int, one_line: bool) -> str | None:
        """Text that can be printed, not empty, not longer than its limit; None if it is not."""
        if not isinstance(value, str):
            self.report(path, "must be text", value)
        elif not value.strip():
            self.report(path, "is empty", value)
        elif len(value) > limit:
            self.report(path, f"is {len(value)} characters long", allowed=f"at most {limit}")
        elif any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in value):
            self.report(path, "holds characters that cannot be printed", value)
        elif one_line and "\n" in value:
            self.report(path, "must stay on one line", value)
        else:
            return value.strip()
        return None

    def section(self, path: FieldPath, value: Any, names: Iterable[str], kind: str) -> dict[str, Any]:
        """The known fields of a section; unknown ones are noted. Empty if it is no mapping at all."""
        if value is None:  # a heading with every line below it commented out
            return {}
        if not isinstance(value, Mapping):
            self.report(path, "must be a list of 'name: value' lines", value)
            return {}
        names = tuple(names)
        for name in value:
            if name not in names:
                self._unknown_in_section((*path, name), name, names, kind)
        return {name: item for name, item in value.items() if name in names}

    def _unknown_in_section(self, path: FieldPath, name: Any, names: tuple[str, ...], kind: str) -> None:
        """Note a name that a section does not know, and the section that does, if it is another one."""
        homes: dict[str, str] = {}
        if len(path) == 1 or (len(path) == 2 and path[0] in _HOMES):
            homes = {known: home for home, names_there in _HOMES.items() for known in names_there()}
        near = nearest_name(str(name)[:80], [*names, *homes])
        if name in homes:
            self.report(path, f"does not belong here: '{name}' goes under '{homes[name]}'")
        elif near is None or near in names:
            self.unknown(path, name, names, kind)
        else:
            message = f"unknown {kind} '{str(name)[:80]}' ('{near}' goes under '{homes[near]}')"
            self.add(path, Problem("", message, nearest=near))


def _number_in(text: str) -> float | None:
    """The number that a text spells, `nan` and `inf` too; None if it spells none."""
    try:
        return float(text)
    except ValueError:
        return None


def _shown(value: Any) -> str:
    """A value as an error message shows it, shortened."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, int) and abs(value) >= 10**20:
        return "a very large number"
    text = repr(value) if not isinstance(value, int) else str(value)
    return text if len(text) <= 80 else text[:77] + "…"
