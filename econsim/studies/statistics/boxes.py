"""Boxes: limits on some columns, and how well they tell the rows of interest from the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from econsim.errors import InputError, Problem
from econsim.studies.statistics.resampling import checked_names, checked_table


@dataclass(frozen=True)
class Limit:
    """One bound of a box: `name` at least, or at most, `value`, which is the value of a row inside.

    quasi_p : chance that the box without this bound would by luck alone give as dense a sample as the box with it
    """

    name: str
    at_least: bool
    value: float
    quasi_p: float


@dataclass(frozen=True)
class Box:
    """Limits, and what they enclose.

    limits   : bounds that leave rows out, in the order of columns; none for the whole
    coverage : share of the rows of interest that are inside
    density  : share of the rows inside that are of interest
    mass     : share of all rows that are inside
    """

    limits: tuple[Limit, ...]
    coverage: float
    density: float
    mass: float

    @property
    def names(self) -> tuple[str, ...]:
        """Columns that the box restricts."""
        return tuple(dict.fromkeys(limit.name for limit in self.limits))

    @property
    def balance(self) -> float:
        """Harmonic mean of coverage and density: high only where both are."""
        total = self.coverage + self.density
        return 2.0 * self.coverage * self.density / total if total > 0.0 else 0.0

    def contains(self, points: np.ndarray, names: Sequence[str]) -> np.ndarray:
        """Which rows of `points` (row, column) are inside, (row,) bool; `names` one a column.

        raises : InputError where a column that the box restricts is not among the names
        """
        inside = np.ones(len(points), dtype=bool)
        for limit in self.limits:
            if limit.name not in names:
                raise InputError(Problem("names", f"lack '{limit.name}', which the box restricts"))
            column = points[:, list(names).index(limit.name)]
            inside &= column >= limit.value if limit.at_least else column <= limit.value
        return inside


@dataclass(frozen=True)
class Cases:
    """Rows to find boxes in: points (row, column), which of them are of interest (row,) bool, and column names."""

    points: np.ndarray
    interesting: np.ndarray
    names: tuple[str, ...]

    @classmethod
    def checked(cls, points: np.ndarray, interesting: np.ndarray, names: Sequence[str]) -> Cases:
        """raises : InputError for shapes that disagree, undefined points, or where no or every row is of interest"""
        table = checked_table("points", points, "columns")
        met = np.asarray(interesting)
        if met.dtype != np.bool_ or met.shape != (len(table),):
            raise InputError(Problem("interesting", "must be true or false for each row", f"{met.dtype} {met.shape}"))
        if not np.isfinite(table).all():
            raise InputError(Problem("points", "have undefined values; leave those rows out"))
        if not met.any() or met.all():
            which = "no row is of interest" if not met.any() else "every row is of interest"
            raise InputError(Problem("interesting", f"{which}, so that there is nothing to tell apart"))
        return cls(table, met, checked_names(names, table.shape[1]))

    def box(self, low: np.ndarray, high: np.ndarray) -> Box:
        """The box low <= point <= high, both (column,); -inf and inf where there is no bound."""
        columns = np.flatnonzero(np.isfinite(low) | np.isfinite(high))
        below, beyond = self.points[:, columns] < low[columns], self.points[:, columns] > high[columns]
        misses = (below | beyond).sum(axis=1)
        inside = misses == 0
        rows, met = int(inside.sum()), int(self.interesting[inside].sum())
        found = []
        for place, column in enumerate(columns):
            for at_least, missed, bound in ((True, below, low), (False, beyond, high)):
                wider = inside | ((misses == 1) & missed[:, place])
                if int(wider.sum()) > rows:
                    p_value = quasi_p(int(wider.sum()), int(self.interesting[wider].sum()), rows, met)
                    found.append(Limit(self.names[column], at_least, float(bound[column]), p_value))
        return Box(
            tuple(found), met / int(self.interesting.sum()), met / rows if rows else 0.0, rows / len(self.points)
        )

    def bounds(self, box: Box) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper bounds of a box, both (column,); -inf and inf where there is none."""
        low, high = np.full(len(self.names), -np.inf), np.full(len(self.names), np.inf)
        for limit in box.limits:
            (low if limit.at_least else high)[self.names.index(limit.name)] = limit.value
        return low, high


def quasi_p(wider_rows: int, wider_met: int, rows: int, met: int) -> float:
    """Quasi-p-value of a bound: Bryant and Lempert (2010), a one-sided binomial test.

    If the bound did nothing, the `rows` inside would be drawn at the density of the wider box, which lacks the bound:
    the chance to find at least `met` of interest among them. Quasi, since the bound was chosen to be good.
    """
    from scipy.special import bdtrc

    return float(bdtrc(met - 1, rows, wider_met / wider_rows)) if met > 0 else 1.0
