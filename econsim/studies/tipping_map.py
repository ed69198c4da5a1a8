"""Tipping maps: the share of futures beyond a threshold over two parameters or levers."""

from __future__ import annotations

import functools
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from econsim.findings import futures
from econsim.results import QUANTILES
from econsim.store import read_json
from econsim.studies.tipping_contour import contour
from econsim.studies.tipping_question import Question, quantiles, shares
from econsim.studies.tipping_steps import HALF
from econsim.studies.tipping_worlds import Progress
from econsim.studies.words import plain, setting, words
from econsim.whole_folder import refusal

LEVELS = ("p5", "p25", "p50", "p75", "p95")


class TippingMap:
    """The share of futures in which an output is beyond a threshold, in each cell of a grid of two axes.

    question : what was asked
    share    : (y, x) of the futures in which the output is defined; NaN where it is in none
    defined  : (y, x) share of futures in which it is
    levels   : (y, x, quantile) of the output: 5, 25, 50, 75, 95%
    failed   : cells' futures that could not be solved
    """

    def __init__(self, question: Question, share: np.ndarray, defined: np.ndarray, levels: np.ndarray, failed: int):
        self.question = question
        self.x, self.y = question.axes
        self.share, self.defined, self.levels = share, defined, levels
        self.failed, self.futures = failed, share.size * question.settings.draws
        self.engine = question.settings.engine

    def __repr__(self) -> str:
        return f"<TippingMap of {self.question.output.name} over {self.x.name} and {self.y.name}: {self.id}>"

    @property
    def id(self) -> str:
        """Twelve hexadecimal digits of all that the numbers depend on."""
        return self.question.id

    @functools.cached_property
    def grid_contour(self) -> list[list[tuple[float, float]]]:
        """Where the share is one half, linear between cells: lines of (x, y) in grid steps from 0."""
        return contour(self.share, HALF)

    @property
    def contour(self) -> list[list[tuple[float, float]]]:
        """As `grid_contour`, in values of x and y."""
        return [
            [(_between(self.x.values, x), _between(self.y.values, y)) for x, y in line] for line in self.grid_contour
        ]

    @property
    def identity(self) -> str:
        """The id, as other analyses call it."""
        return self.id

    def tables(self) -> dict[str, pd.DataFrame]:
        """The table, by the name of its file."""
        return {"tip": self.table()}

    def table(self) -> pd.DataFrame:
        """One row a cell, y varying slowest: x, y (under their names), share, defined, p5 … p95 of the output."""
        across, up = np.meshgrid(self.x.values, self.y.values)
        columns = {self.x.name: across, self.y.name: up, "share": self.share, "defined": self.defined}
        for place, name in enumerate(LEVELS):
            columns[name] = self.levels[:, :, place]
        return pd.DataFrame({name: values.ravel() for name, values in columns.items()})

    @functools.cached_property
    def headline(self) -> str:
        """In how many cells at least half of the futures are beyond; the least and the most."""
        asked = self.question
        failed = asked.no_finding(self.failed, self.futures)
        if failed:
            return failed
        known = np.isfinite(self.share)
        many = int((self.share[known] >= HALF).sum())
        low, high = float(np.nanmin(self.share)), float(np.nanmax(self.share))
        head = (
            f"In {many} of {int(known.sum())} combinations of {words(self.x.name)} and {words(self.y.name)} "
            f"{asked.output_words} is {asked.beyond_words} in at least half of the futures"
        )
        if low == high:
            return f"{head}; in every one of them it is so in {futures(low)} futures."
        return f"{head}: from {futures(low)} ({self._where(low)}) to {futures(high)} ({self._where(high)})."

    @functools.cached_property
    def border(self) -> str:
        """Where along x the half is passed at the two ends of y, or along y at those of x where that says more."""
        if not self.grid_contour:
            return "No line of one half crosses the map."
        along_x = self._at_ends(self.x, self.y, self.share)
        along_y = self._at_ends(self.y, self.x, self.share.T)
        crossed, told = max(along_x, along_y, key=lambda one: one[0])  # along x where they say as much
        if not crossed:
            return "The half is passed within the map, and nowhere on its four edges."
        return f"The half is passed {', and '.join(told)} (read between cells)."

    @staticmethod
    def _at_ends(along: Any, across: Any, share: np.ndarray) -> tuple[int, list[str]]:
        """At how many of the two ends of one axis the half is passed along the other, and where, in words.

        share : (across, along)
        """
        crossed, told = 0, []
        for row in (0, -1):
            found = _passes(share[row])
            at = f"at {words(across.name)} {setting(across.name, across.values[row])}"
            if not found:
                told.append(f"{at} at no {words(along.name)} on the map")
                continue
            crossed += 1
            values = [float(f"{_between(along.values, place):.3g}") for place in found]
            told.append(f"{at} at {words(along.name)} {' and '.join(setting(along.name, value) for value in values)}")
        return crossed, told

    @property
    def finding(self) -> str:
        """The headline, and where the half is passed."""
        if self.question.no_finding(self.failed, self.futures):
            return self.headline
        return f"{self.headline} {self.border}"

    def _where(self, share: float) -> str:
        """The cell with a share, the first if there are several."""
        row, column = np.argwhere(self.share == share)[0]
        values = (self.x.name, self.x.values[column]), (self.y.name, self.y.values[row])
        return ", ".join(f"{words(name)} {setting(name, float(f'{value:.3g}'))}" for name, value in values)

    def summary(self) -> dict[str, Any]:
        """The content of `tip.json`: plain Python, None for what is undefined."""
        return {
            **self.question.content("map", self.failed),
            "x": {**self.x.identity, "unit": self.x.unit},
            "y": {**self.y.identity, "unit": self.y.unit},
            "share": [[plain(value) for value in row] for row in self.share],
            "defined": [[plain(value) for value in row] for row in self.defined],
            "median": [[plain(value) for value in row] for row in self.levels[:, :, 2]],
            "contour": [[list(point) for point in line] for line in self.contour],
            "notes": self.question.daring,
            "finding": self.finding,
        }


def _between(values: np.ndarray, place: float) -> float:
    """A value at a place between grid points."""
    return float(np.interp(place, np.arange(len(values)), values))


def _passes(row: np.ndarray) -> list[float]:
    """Places along a row where it passes one half."""
    found = []
    for place, (one, other) in enumerate(itertools.pairwise(row)):
        if np.isfinite(one) and np.isfinite(other) and (one >= HALF) != (other >= HALF):
            found.append(place + (HALF - one) / (other - one))
    return found


def make_map(question: Question, progress: Progress | None) -> TippingMap:
    """Compute a map, all cells on the same draws."""
    x, y = question.axes
    across, up = np.meshgrid(x.values, y.values)
    worlds = question.worlds(progress)
    rows = worlds.at_every_draw({x.name: across.ravel(), y.name: up.ravel()})
    values = rows.effect if question.output.effect else rows.level
    if not np.isfinite(values).any():
        raise question.undefined()
    worlds.finish()
    values = values.reshape(*across.shape, -1)
    return TippingMap(question, *shares(question, values), quantiles(values, QUANTILES), int(rows.failed.sum()))


def read_map(question: Question, folder: str | Path) -> TippingMap:
    """The map that `econsim tip` wrote to a folder.

    question : what was asked, again
    raises   : InputError where the folder holds no map, or one of another question
    """
    folder = Path(folder)
    told = read_json(folder / "tip.json")
    if told.get("id") != question.id or told.get("kind") != "map":
        raise refusal(folder, f"does not hold the map {question.id}")
    table = pd.read_csv(folder / "tip.csv", dtype=str).astype(float)  # as they were written, to the last digit
    shape = len(question.axes[1].values), len(question.axes[0].values)
    share, defined = (table[name].to_numpy(float).reshape(shape) for name in ("share", "defined"))
    levels = table[list(LEVELS)].to_numpy(float).reshape(*shape, len(LEVELS))
    return TippingMap(question, share, defined, levels, int(told["failed_futures"]))
