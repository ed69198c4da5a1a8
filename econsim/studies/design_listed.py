"""Reads designs whose values the spec writes out: grids, and points listed one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from econsim.errors import Problem
from econsim.field_checker import Checker
from econsim.library import FieldPath
from econsim.scenario_schema import Field
from econsim.studies.design_axes import value_field
from econsim.studies.designs import GridDesign, ListDesign, grid_size
from econsim.studies.spec_fields import known_fields, known_name

LARGEST_LIST = 40_000
"""Most numbers that one spec writes out, so that it can be read back; a CSV file takes any number."""

COUNT_FIELD = Field("integer", "number of values, ends included", 2, 1_000_000)
RANGE_KEYS = ("low", "high", "count", "scale")
SCALES = ("linear", "log")
PATH: FieldPath = ("design", "values")


def read_grid(value: Any, checker: Checker) -> GridDesign | None:
    """Every combination of the values that `values` gives each name; None where something is wrong."""
    before = len(checker.problems)
    if not _filled(value, checker):
        return None
    if not isinstance(value, Mapping):
        checker.report(PATH, "must give each name its values, one a line, as 'name: [0, 0.1, 0.2]'", value)
        return None
    axes, written = {}, {}
    for name, item in value.items():
        path: FieldPath = (*PATH, name)
        if not known_name(checker, path, name):
            continue
        found = _spaced(path, name, item, checker) if isinstance(item, Mapping) else _values(path, name, item, checker)
        if found is not None:
            axes[name], written[name] = found
    _size_of_list(sum(len(item) for item in written.values() if isinstance(item, list)), checker)
    if len(checker.problems) != before:
        return None
    columns = tuple(axes.values())
    return GridDesign("grid", tuple(axes), grid_size(columns), columns, written)


def read_list(value: Any, checker: Checker) -> ListDesign | None:
    """The points that `values` lists, as columns or as one mapping a point; None where something is wrong."""
    before = len(checker.problems)
    if not _filled(value, checker):
        return None
    columns = _columns_of_rows(value, checker) if isinstance(value, list) else _columns(value, checker)
    if columns is None:
        return None
    _size_of_list(sum(len(column) for column in columns.values()), checker)
    if len(checker.problems) != before:
        return None
    table = np.array(list(columns.values()), dtype=float).T.copy()
    table.flags.writeable = False
    return ListDesign("list", tuple(columns), len(table), table)


def _filled(value: Any, checker: Checker) -> bool:
    """Whether there is anything at all under `values`."""
    if value is None or (isinstance(value, Mapping | list) and not value):
        checker.report(PATH, "is empty: the design has no points", allowed="values for each parameter or lever")
        return False
    return True


def _size_of_list(numbers: int, checker: Checker) -> None:
    if numbers > LARGEST_LIST:
        allowed = f"at most {LARGEST_LIST:,}; a grid takes ranges, and method 'file' a CSV of any length"
        checker.report(PATH, "writes out too many numbers", numbers, allowed)


def _numbers(path: FieldPath, name: str, value: list, checker: Checker) -> list[float] | None:
    """Numbers that a parameter or lever can have; None if any is not."""
    field = value_field(name)
    numbers = [checker.number((*path, place), item, field) for place, item in enumerate(value)]
    known = [float(number) for number in numbers if number is not None]
    return known if len(known) == len(numbers) else None


# ---------------------------------------------------------------------------------------------------- grids


def _values(path: FieldPath, name: str, value: Any, checker: Checker) -> tuple[np.ndarray, Any] | None:
    """An axis written out, and as it is written."""
    if not isinstance(value, list):
        checker.report(
            path, "must be a list of values, or a range", value, "[0, 0.1, 0.2] or {low, high, count, scale}"
        )
        return None
    if not value:
        checker.report(path, "has no values: the design has no points")
        return None
    numbers = _numbers(path, name, value, checker)
    if numbers is None:
        return None
    seen: set[float] = set()
    for place, number in enumerate(numbers):
        if number in seen:
            checker.report((*path, place), "is given twice", number)
        seen.add(number)
    return _frozen(np.array(numbers)), numbers


def _spaced(path: FieldPath, name: str, value: Mapping, checker: Checker) -> tuple[np.ndarray, Any] | None:
    """An axis given as a range and a number of values, and as it is written."""
    before = len(checker.problems)
    given = known_fields(checker, path, value, RANGE_KEYS, "field of a range")
    field = value_field(name)
    limits = {"low": field, "high": field, "count": COUNT_FIELD}
    for key, limit in limits.items():
        if key not in given:
            checker.report((*path, key), "is missing", allowed=limit.allowed)
        else:
            # Only the values have to be whole, and they are looked at below.
            loose = Field("number", limit.meaning, limit.low, limit.high) if key != "count" else limit
            given[key] = checker.number((*path, key), given[key], loose)
    scale = checker.simple((*path, "scale"), given.get("scale", "linear"), Field("choice", "scale", options=SCALES))
    if len(checker.problems) != before:
        return None
    low, high, count = float(given["low"]), float(given["high"]), given["count"]
    if low >= high:
        checker.report((*path, "low"), "must be below 'high'", low, f"below {high:g}")
        return None
    if scale == "log" and low <= 0.0:
        checker.report((*path, "low"), "must be above 0 on a log scale", low)
        return None
    numbers = np.geomspace(low, high, count) if scale == "log" else np.linspace(low, high, count)
    if field.kind == "integer":
        whole = np.rint(numbers)
        broken = np.abs(numbers - whole) > 1e-9  # a log scale misses 4 by a rounding
        if broken.any():
            checker.report(path, "must give whole numbers only", float(numbers[broken][0]), field.allowed)
            return None
        numbers = whole
    written = {"low": low, "high": high, "count": count, "scale": scale}
    return _frozen(numbers), written


def _frozen(values: np.ndarray) -> np.ndarray:
    values.flags.writeable = False
    return values


# ---------------------------------------------------------------------------------------------------- lists


def _columns(value: Any, checker: Checker) -> dict[str, list[float]] | None:
    """Columns of equal length by name; None where something is wrong."""
    if not isinstance(value, Mapping):
        checker.report(PATH, "must list points, as 'name: [0, 0.1]' columns or as '- {name: 0.1}' rows", value)
        return None
    before = len(checker.problems)
    columns: dict[str, list[float]] = {}
    for name, item in value.items():
        path: FieldPath = (*PATH, name)
        if not known_name(checker, path, name):
            continue
        if not isinstance(item, list):
            checker.report(path, "must be a list of values", item)
        elif not item:
            checker.report(path, "has no values: the design has no points")
        elif (numbers := _numbers(path, name, item, checker)) is not None:
            columns[name] = numbers
    if len(checker.problems) != before:
        return None
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{name}: {length}" for name, length in lengths.items())
        checker.add(PATH, Problem("", "must be columns of equal length", value=shown[:200]))
        return None
    return columns


def _columns_of_rows(rows: list, checker: Checker) -> dict[str, list[float]] | None:
    """The columns of points given one by one; None where something is wrong."""
    before = len(checker.problems)
    names: list[str] = []
    unknown: list[str] = []
    columns: dict[str, list[float]] = {}
    for place, row in enumerate(rows):
        path: FieldPath = (*PATH, place)
        if not isinstance(row, Mapping) or not row:
            checker.report(path, "must be a point, as {name: 0.1}", row)
            continue
        if not names:
            names = list(row)
            unknown = [name for name in names if not known_name(checker, (*path, name), name)]
            columns = {name: [] for name in names}
        for name in row:
            if name not in columns:
                checker.report((*path, name), "is not in the points above it: every point names the same")
        for name in names:
            if name not in row:
                checker.report((*path, name), "is missing: every point names the same")
            elif name in unknown:
                continue  # said once, where it stands first
            elif (number := checker.number((*path, name), row[name], value_field(name))) is not None:
                columns[name].append(float(number))
    return columns if len(checker.problems) == before else None
