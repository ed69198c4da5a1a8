"""Designs: which points a sweep visits. Any slice of a design is computed directly, so that no size is too large.

Points are in the units of the parameters and levers. A design is small to keep and to send to another process, but for
one read from a file, which holds its points.
"""

from __future__ import annotations

import abc
import functools
import hashlib
import json
import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from econsim import draws
from econsim.errors import InputError, Problem
from econsim.latin_hypercube import latin_hypercube_slice
from econsim.studies.design_axes import Axis

SAMPLED = ("lhs", "sobol", "saltelli")
METHODS = (*SAMPLED, "grid", "list", "file")


@dataclass(frozen=True, eq=False)
class Design(abc.ABC):
    """Points in the space of some parameters and levers.

    method : one of METHODS
    names  : parameters and levers, one a column
    size   : how many points

    Two designs are equal where their identities are, and then have the same points.
    """

    method: str
    names: tuple[str, ...]
    size: int

    def points(self, start: int, stop: int) -> np.ndarray:
        """Points `start` to `stop`, (point, name) float64 in the names' units; the same numbers in any slice.

        raises : InputError for a slice that reaches outside the design
        """
        if not 0 <= start <= stop <= self.size:
            raise InputError(Problem("points", "lie outside the design", f"{start} to {stop}", f"0 to {self.size}"))
        if start == stop:
            return np.empty((0, len(self.names)))
        return self._points(start, stop)

    @property
    def identity(self) -> dict[str, Any]:
        """All that the points depend on, in plain Python."""
        return {"method": self.method, "names": list(self.names), "size": self.size, **self._rule()}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Design) and self.identity == other.identity

    def __hash__(self) -> int:
        return hash(json.dumps(self.identity, sort_keys=True))

    @abc.abstractmethod
    def section(self) -> dict[str, Any]:
        """The design as the section of a sweep spec, in plain Python."""

    @abc.abstractmethod
    def _points(self, start: int, stop: int) -> np.ndarray:
        """Points of a slice that is not empty and lies inside the design."""

    @abc.abstractmethod
    def _rule(self) -> dict[str, Any]:
        """What the points depend on beside method, names and size."""


@dataclass(frozen=True, eq=False)
class SampledDesign(Design):
    """Random or quasi-random points: `lhs`, `sobol` or `saltelli`.

    axes         : one a name: how a number in (0, 1) becomes a value
    samples      : points of lhs and sobol; base samples of saltelli
    second_order : saltelli only: also the rows that second-order indices need
    groups       : saltelli only: the group of each name, where names of a group move together; None: each by itself
    scrambles    : saltelli only: independently scrambled sequences of equal length that the base samples are, one after
                   the other; only several of them show how far off an estimate is
    """

    axes: tuple[Axis, ...]
    samples: int
    seed: int
    second_order: bool = False
    groups: tuple[str, ...] | None = None
    scrambles: int = 1

    @property
    def factors(self) -> tuple[str, ...]:
        """What moves by itself: the groups in the order of their first names, or else the names."""
        return self.names if self.groups is None else tuple(dict.fromkeys(self.groups))

    def section(self) -> dict[str, Any]:
        ranges = {axis.name: [axis.low, axis.high] for axis in self.axes if axis.mode is None}
        section: dict[str, Any] = {"method": self.method, "samples": self.samples, "parameters": list(self.names)}
        if ranges:
            section["values"] = ranges
        if self.groups is not None:
            section["groups"] = True
        if self.scrambles > 1:
            section["scrambles"] = self.scrambles
        return section | ({"second_order": self.second_order} if self.method == "saltelli" else {})

    def _rule(self) -> dict[str, Any]:
        axes = {axis.name: axis.identity for axis in self.axes}
        rule: dict[str, Any] = {"samples": self.samples, "seed": self.seed, "axes": axes}
        if self.groups is not None:
            rule["groups"] = list(self.groups)
        if self.scrambles > 1:
            rule["scrambles"] = self.scrambles
        return rule | ({"second_order": self.second_order} if self.method == "saltelli" else {})

    def _points(self, start: int, stop: int) -> np.ndarray:
        if self.method == "lhs":
            cube = latin_hypercube_slice(self.names, self.seed, self.size, start, stop)
        elif self.method == "sobol":
            cube = draws.sobol_points(len(self.names), self.seed, start, stop)
        else:
            cube = self._saltelli(start, stop)
        return np.column_stack([axis.values(cube[:, column]) for column, axis in enumerate(self.axes)])

    def _saltelli(self, start: int, stop: int) -> np.ndarray:
        """SALib's sample of the unit cube, sequence by sequence."""
        length = self.size // self.scrambles
        parts = [
            self._sequence(number, max(start - number * length, 0), min(stop - number * length, length))
            for number in range(start // length, -(-stop // length))
        ]
        return np.concatenate(parts)

    def _sequence(self, number: int, start: int, stop: int) -> np.ndarray:
        """A slice of one scrambled sequence, from the base sample that holds `start` to that which holds `stop` - 1."""
        from SALib.sample import sobol

        rows = saltelli_rows(len(self.factors), self.second_order)
        first, last = start // rows, -(-stop // rows)
        cube: dict[str, Any] = {
            "num_vars": len(self.names),
            "names": list(self.names),
            "bounds": [[0.0, 1.0] for _ in self.names],
        }
        if self.groups is not None:
            cube["groups"] = list(self.groups)
        # A generator and not the number: SALib has read the seed 0 as no seed at all.
        generator = np.random.default_rng(self.seed if self.scrambles == 1 else [self.seed, number])
        with warnings.catch_warnings():  # a slice is no power of two, and the whole that it belongs to is one
            warnings.simplefilter("ignore")
            found: np.ndarray = sobol.sample(
                cube, last - first, calc_second_order=self.second_order, skip_values=first, seed=generator
            )
        return found[start - first * rows : stop - first * rows]


def saltelli_rows(factors: int, second_order: bool) -> int:
    """Points for each base sample of a saltelli design over so many names, or groups of names."""
    return 2 * factors + 2 if second_order else factors + 2


@dataclass(frozen=True, eq=False)
class GridDesign(Design):
    """Every combination of the names' values; the first name varies slowest. Decoded from a point's number.

    axes    : one a name: its values, (count,), read-only
    written : name -> its values or its range, as a spec writes them
    """

    axes: tuple[np.ndarray, ...]
    written: dict[str, Any]

    def section(self) -> dict[str, Any]:
        return {"method": self.method, "values": dict(self.written)}

    def _rule(self) -> dict[str, Any]:
        return {"axes": {name: _named(axis) for name, axis in zip(self.names, self.axes, strict=True)}}

    def _points(self, start: int, stop: int) -> np.ndarray:
        index = np.arange(start, stop)
        points = np.empty((stop - start, len(self.names)))
        for column in reversed(range(len(self.axes))):
            index, place = np.divmod(index, len(self.axes[column]))
            points[:, column] = self.axes[column][place]
        return points


@dataclass(frozen=True, eq=False)
class ListDesign(Design):
    """Points listed one by one in a spec (`list`) or a CSV file (`file`).

    table : (size, name), read-only
    file  : path of the CSV as it was given; None for a list
    """

    table: np.ndarray
    file: str | None = None

    def section(self) -> dict[str, Any]:
        if self.file is not None:
            return {"method": self.method, "file": self.file}
        columns = zip(self.names, self.table.T.tolist(), strict=True)
        return {"method": self.method, "values": dict(columns)}

    @functools.cached_property
    def _digest(self) -> str:
        return _sha256(self.table)

    def _rule(self) -> dict[str, Any]:
        return {"sha256": self._digest}

    def _points(self, start: int, stop: int) -> np.ndarray:
        return self.table[start:stop].copy()


def grid_size(axes: tuple[np.ndarray, ...]) -> int:
    """How many points a grid over these axes has, of any size."""
    return math.prod(len(axis) for axis in axes)


def _named(values: np.ndarray) -> dict[str, Any]:
    """The values of an axis in little: enough to recognise them, and a digest to be sure."""
    return {"count": len(values), "first": float(values[0]), "last": float(values[-1]), "sha256": _sha256(values)}


def _sha256(values: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(values, dtype="<f8").tobytes()).hexdigest()
