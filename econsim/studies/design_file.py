"""Points of a design from a CSV file: names in the first line, numbers below, every cell checked."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from econsim.errors import InputError, Problem, unknown_name
from econsim.scenario_schema import Field
from econsim.studies.design_axes import known_names, value_field
from econsim.yaml_reader import PROBLEM_LIMIT

LARGEST_FILE = 500_000_000
"""Largest file read, in bytes."""


def read_points(path: Path) -> tuple[tuple[str, ...], np.ndarray]:
    """The names and the points of a CSV file.

    returns : names in the order of the columns, and (point, name) float64 in the names' units
    raises  : InputError with every bad cell: its line, its column's name, and what is allowed there
    """
    file = str(path)
    try:
        if path.is_dir():
            raise InputError(Problem("", "is a directory, not a file", file=file))
        size = path.stat().st_size
        if size > LARGEST_FILE:
            allowed = f"at most {LARGEST_FILE:,} bytes"
            raise InputError(Problem("", "is too large", f"{size:,} bytes", allowed, file=file))
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return _Table(file).read(csv.reader(stream, strict=True))
    except FileNotFoundError:
        raise InputError(Problem("", "no such file", file=file)) from None
    except UnicodeDecodeError:
        raise InputError(Problem("", "is not UTF-8 text", file=file)) from None
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise InputError(Problem("", f"cannot be read: {reason}", file=file)) from None
    except InputError:
        raise
    except ValueError:
        raise InputError(Problem("", "is not a usable file name", file=repr(file))) from None


class _Table:
    """A file on its way to a table, remembering where each row stands and everything wrong with it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.reported: set[tuple[int, int]] = set()
        self.values = array("d")
        self.lines = array("q")

    def read(self, reader: Any) -> tuple[tuple[str, ...], np.ndarray]:
        try:
            names = self._header(next(reader, None), reader.line_num)
            for row, line in self._filled(reader):
                self._row(row, names, line)
        except csv.Error as error:
            raise InputError([*self.problems, self._problem("", f"is not CSV: {error}", reader.line_num)]) from None
        if not self.lines:
            message = "has no rows under its header: the design has no points"
            raise InputError([*self.problems, Problem("", message, file=self.file)])
        table = np.frombuffer(self.values, dtype=float).reshape(-1, len(names)) + 0.0  # -0.0 becomes 0.0
        for column, name in enumerate(names):
            self._column(column, name, table[:, column])
        if self.problems:
            raise InputError(sorted(self.problems, key=lambda one: one.line or 0)[:PROBLEM_LIMIT])
        table.flags.writeable = False
        return names, table

    def _problem(self, field: str, message: str, line: int | None, **more: Any) -> Problem:
        return Problem(field, message, file=self.file, line=line, **more)

    def _note(self, problem: Problem) -> None:
        self.problems.append(problem)
        if len(self.problems) >= PROBLEM_LIMIT:
            raise InputError(self.problems)

    def _header(self, cells: list[str] | None, line: int) -> tuple[str, ...]:
        """The names in the first line; nothing below it means anything before they are right."""
        if cells is None:
            raise InputError(Problem("", "is empty", file=self.file))
        names = tuple(cell.strip() for cell in cells)
        if not any(names):
            raise InputError(self._problem("", "has no header: its first line is empty", line))
        if _numbers(cells) is not None:
            message = "has no header: its first line must name parameters and levers"
            raise InputError(self._problem("", message, line, value=",".join(names)[:80]))
        if len(names) == 1 and any(mark in names[0] for mark in ";\t"):
            raise InputError(self._problem("", "its columns must be parted by commas", line, value=names[0][:80]))
        known = known_names()
        for place, name in enumerate(names):
            if not name:
                self._note(self._problem("", f"column {place + 1} has no name", line))
            elif name in names[:place]:
                self._note(self._problem(name, "names two columns", line))
            elif name not in known:
                told = unknown_name("", name[:80], known, kind="parameter or lever")
                more = {"allowed": told.allowed, "nearest": told.nearest}
                self._note(self._problem(name[:80], told.message, line, **more))
        if self.problems:
            raise InputError(self.problems)
        return names

    def _filled(self, reader: Any) -> Iterator[tuple[list[str], int]]:
        """Rows with their lines. Empty lines may end a file; elsewhere they might be values gone missing."""
        empty: int | None = None
        for row in reader:
            if not row:
                empty = empty or reader.line_num
                continue
            if empty is not None:
                self._note(self._problem("", "is an empty line: every line is a point", empty))
                empty = None
            yield row, reader.line_num

    def _row(self, row: list[str], names: tuple[str, ...], line: int) -> None:
        numbers = _numbers(row)
        if numbers is None or len(numbers) != len(names):
            numbers = self._broken(row, names, line)
        self.values.extend(numbers)
        self.lines.append(line)

    def _broken(self, row: list[str], names: tuple[str, ...], line: int) -> list[float]:
        """Note what is wrong with a row; 0 stands for what is no number, so that the other cells are looked at too."""
        if len(row) != len(names):
            told = {"value": f"{len(row)} cells", "allowed": f"{len(names)}, as in the header"}
            self._note(self._problem("", "has another number of cells", line, **told))
            self.reported.update((len(self.lines), column) for column in range(len(names)))
            return [0.0] * len(names)
        numbers = []
        for column, (name, cell) in enumerate(zip(names, row, strict=True)):
            number = _numbers([cell])
            if number is None:
                shown = f"'{cell[:80]}'" if cell.strip() else "nothing"
                told = {"value": shown, "allowed": value_field(name).allowed}
                self._note(self._problem(name, "must be a number", line, **told))
                self.reported.add((len(self.lines), column))
            numbers.append(0.0 if number is None else number[0])
        return numbers

    def _column(self, column: int, name: str, values: np.ndarray) -> None:
        """Note values that a parameter or lever cannot have."""
        field = value_field(name)
        for row in np.flatnonzero(~_allowed(values, field)).tolist()[:PROBLEM_LIMIT]:
            if (row, column) in self.reported:
                continue
            value = float(values[row])
            if not np.isfinite(value):
                message = "must be a finite number"
            elif field.low <= value <= field.high:
                message = "must be a whole number"
            else:
                message = "is out of bounds"
            told = {"value": f"{value:g}", "allowed": field.allowed}
            self.problems.append(self._problem(name, message, self.lines[row], **told))


def _allowed(values: np.ndarray, field: Field) -> np.ndarray:
    inside = (values >= field.low) & (values <= field.high)  # false for a value that is not a number
    return inside & (values == np.floor(values)) if field.kind == "integer" else inside


def _numbers(cells: list[str]) -> list[float] | None:
    """The numbers in some cells; None if any cell is not what a spreadsheet would call one."""
    text = ",".join(cells)
    if "_" in text or not text.isascii():  # Python reads 1_000 and the digits of every script
        return None
    try:
        return [float(cell) for cell in cells]
    except ValueError:
        return None
