"""How far a box can be trusted, and how many parameters are worth a limit: the search repeated on halves of the rows,
and tried on the other halves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from econsim.studies.statistics.boxes import Box, Cases
from econsim.studies.statistics.prim_subsets import searches_by_size

HALVES = 10
DROPPED = 0.2  # a limit that is found again in fewer of the halves is no part of the box
DOUBTFUL = 0.8  # one that is found again in fewer is told with how often

Side = tuple[str, bool]
"""A parameter, and whether the limit is a lower one."""


@dataclass(frozen=True)
class Halves:
    """What halves of the rows say.

    size     : number of parameters, at most, whose boxes did best on the other halves, and that the rest is about
    helps    : whether those did better there than no limits at all
    found    : (parameter, whether a lower limit) -> share of the halves in which the search limits it so again
    boxes    : in how many of the halves there was a box at all
    coverage : (half,) of the boxes found in halves, on the rows of the other halves; NaN where there was none
    density  : (half,) the same; NaN where none of those rows is inside, too
    """

    size: int
    helps: bool
    found: Mapping[Side, float]
    boxes: int
    coverage: np.ndarray
    density: np.ndarray

    def share(self, name: str, at_least: bool) -> float:
        """In which share of the halves a limit was found again."""
        return self.found.get((name, at_least), 0.0)

    def of_name(self, name: str, box: Box) -> float:
        """The same of a parameter that a box limits: of the limit that is found again least often."""
        return min(self.share(limit.name, limit.at_least) for limit in box.limits if limit.name == name)

    def span(self, what: str) -> tuple[float, float]:
        """Lowest and highest `coverage` or `density` on the other halves; NaN where it is never defined."""
        values = getattr(self, what)
        known = values[np.isfinite(values)]
        return (float(known.min()), float(known.max())) if known.size else (float("nan"), float("nan"))


def search_halves(
    points: np.ndarray,
    met: np.ndarray,
    names: Sequence[str],
    groups: np.ndarray,
    seed: int = 0,
    most_names: int = 4,
    **search: Any,
) -> Halves:
    """Search in random halves of the rows, and try what is found on the rest.

    points : (row, column); met : (row,) bool; names : one a column
    groups : (row,) what hangs together: rows of one point of a design are on the same side of a split
    most_names, search : as for `searches_by_size`

    Bryant and Lempert (2010) ask whether a limit is found again in halves of the data; trying boxes on rows that they
    were not chosen on tells how dense such boxes are without the luck of the choice (Friedman and Fisher 1999). How
    many parameters to limit is chosen by those rows too: by the mean of the harmonic mean of coverage and density, the
    fewer of equals. Limits that do worse there than none are luck.
    """
    generator = np.random.default_rng(seed)
    distinct = np.unique(groups)
    found: list[list[set[Side]]] = [[] for _ in range(most_names)]
    coverage, density = np.full((2, most_names, HALVES), np.nan)
    whole = np.zeros(HALVES)  # the harmonic mean without any limits: all is covered, as dense as it is
    for turn in range(HALVES):
        chosen = generator.permutation(distinct)[: len(distinct) // 2]
        here = np.isin(groups, chosen)
        if not met[here].any() or met[here].all():
            continue
        whole[turn] = _balance(np.ones(1), np.array([met[~here].mean()]))[0]
        searches = searches_by_size(points[here], met[here], names, most_names=most_names, **search)
        for place in range(most_names):
            box = searches[min(place, len(searches) - 1)].box
            if not box.limits:
                continue
            found[place].append({(limit.name, limit.at_least) for limit in box.limits})
            inside, other = box.contains(points[~here], names), met[~here]
            if other.any():
                coverage[place, turn] = inside[other].mean()
            if inside.any():
                density[place, turn] = other[inside].mean()
    balance = _balance(coverage, density).mean(axis=1)
    best = int(balance.argmax())
    sides = {side for one in found[best] for side in one}
    shares = {side: sum(side in one for one in found[best]) / HALVES for side in sides}
    return Halves(best + 1, bool(balance[best] > whole.mean()), shares, len(found[best]), coverage[best], density[best])


def _balance(coverage: np.ndarray, density: np.ndarray) -> np.ndarray:
    """Harmonic means of coverage and density, 0 where there was no box or nothing inside it."""
    total = coverage + density
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0.0, 2.0 * coverage * density / total, 0.0)


def without(cases: Cases, box: Box, dropped: Sequence[Side]) -> Box:
    """A box without some of its limits; what it encloses is counted again."""
    if not dropped:
        return box
    low, high = cases.bounds(box)
    for name, at_least in dropped:
        (low if at_least else high)[cases.names.index(name)] = -np.inf if at_least else np.inf
    return cases.box(low, high)
