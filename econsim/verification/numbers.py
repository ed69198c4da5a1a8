"""Comparing stored numbers with those of a rerun: to 1e-9, or to the room that rounding itself takes there."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

TOLERANCE = 1e-9  # relative
ROOM = 10.0  # times what a nudge of a trillionth moves


@dataclass(frozen=True)
class Numbers:
    """Numbers by name, as one file holds them.

    names  : one a number
    values : (number,) NaN where undefined
    sizes  : (number,) what a difference is measured by where the number itself is smaller, such as a metric's level
    """

    names: Sequence[str]
    values: np.ndarray
    sizes: np.ndarray

    @classmethod
    def of(cls, found: Mapping[str, float], sizes: Mapping[str, float] | None = None) -> Numbers:
        """From a mapping; `sizes` where they differ from 0."""
        names = list(found)
        known = sizes or {}
        return cls(
            names,
            np.array([found[name] for name in names], dtype=float),
            np.array([known.get(name, 0.0) for name in names], dtype=float),
        )


@dataclass
class Room:
    """How far each number moves when a parameter is nudged by a trillionth; computed when it is first asked for.

    make : runs the nudged worlds: file -> Numbers, one mapping a nudge
    """

    make: Callable[[], list[Mapping[str, Numbers]]]
    _made: list[Mapping[str, Numbers]] | None = field(default=None, repr=False)

    def of(self, file: str, fresh: Numbers) -> np.ndarray:
        """(number,) absolute room of the numbers of a file."""
        if self._made is None:
            self._made = self.make()
        moved = np.zeros(len(fresh.values))
        for one in self._made:
            other = one.get(file)
            if other is None or len(other.values) != len(fresh.values):
                continue
            with np.errstate(invalid="ignore"):
                gap = np.abs(other.values - fresh.values)
            moved = np.fmax(moved, np.where(np.isfinite(gap), gap, 0.0))
        return ROOM * moved


def mismatches(stored: Numbers, fresh: Numbers, room: Callable[[], np.ndarray]) -> list[int]:
    """Places in which stored and fresh numbers differ by more than rounding.

    room : (number,) absolute room, asked for only where numbers differ by more than the tolerance
    """
    here, there = stored.values, fresh.values
    both = np.isnan(here) & np.isnan(there)
    with np.errstate(invalid="ignore"):
        gap = np.abs(here - there)
        size = np.fmax(np.fmax(np.abs(here), np.abs(there)), np.fmax(stored.sizes, fresh.sizes))
        far = ~both & ~(gap <= TOLERANCE * size)
    if not far.any():
        return []
    allowed = room()
    with np.errstate(invalid="ignore"):
        far &= ~(gap <= TOLERANCE * size + allowed)
    return [int(place) for place in np.flatnonzero(far)]


def flattened(content: Any, before: str = "") -> dict[str, Any]:
    """A JSON value as dotted names and plain values."""
    if isinstance(content, dict):
        found: dict[str, Any] = {}
        for key, value in content.items():
            found |= flattened(value, f"{before}.{key}" if before else str(key))
        return found
    if isinstance(content, list):
        found = {}
        for place, value in enumerate(content):
            found |= flattened(value, f"{before}.{place}" if before else str(place))
        return found
    return {before: content}


def as_number(value: Any) -> float:
    """A JSON number, None as NaN; anything else raises TypeError."""
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(type(value).__name__)
    return float(value)


def of_table(table: pd.DataFrame, keys: Sequence[str], sizes: Mapping[str, float]) -> Numbers:
    """The numbers of a table: one a cell, named by the cells of its key columns and by its own column.

    sizes : metric -> level that differences are measured by
    """
    values = table.drop(columns=list(keys))
    names_of_rows = [".".join(str(cell) for cell in row) for row in table[list(keys)].itertuples(index=False)]
    columns = [str(one) for one in values.columns]
    names = [f"{row}.{column}" for row in names_of_rows for column in columns]
    if "metric" in keys:
        level = np.array([sizes.get(str(one), 0.0) for one in table["metric"]])
        # Relative changes and shares are measured by one.
        by_column = [1.0 if one.startswith(("change_", "higher", "lower")) else np.nan for one in columns]
        grid = np.where(np.isnan(by_column), level[:, np.newaxis], by_column)
    else:
        grid = np.broadcast_to([sizes.get(one, 0.0) for one in columns], values.shape)
    return Numbers(names, values.to_numpy(dtype=float).ravel(), np.asarray(grid, dtype=float).ravel())


def shown(value: float) -> str:
    """A number in a message, with every digit that it has."""
    return "undefined" if math.isnan(value) else repr(float(value))


__all__ = ["TOLERANCE", "Numbers", "Room", "as_number", "flattened", "mismatches", "of_table", "shown"]
