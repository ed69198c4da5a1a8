"""Patient rule induction: a box of parameter values in which the cases of interest are dense.

Friedman and Fisher (1999), as used for scenario discovery by Bryant and Lempert (2010). Peeling starts from all rows
and takes off, again and again, the thin slice at one face whose loss raises the density most for the rows it costs.
Dividing by the rows lost compares slices of unequal size, which few-valued columns make.

The box chosen by default, a rule and not a truth:
1. every box of the peeling trajectory goes on without the limits whose quasi-p-value is above `significance`, the least
   significant one first, one at a time: late peels take in columns that only fit the luck of the sample;
2. of those of this trajectory that restrict at most `most_names` columns, the one with the highest harmonic mean of
   coverage and density, so that neither is bought dearly with the other; the wider one of equals;
3. pasted: widened where that gains cases and loses no density.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from econsim.errors import InputError, Problem
from econsim.studies.statistics.boxes import Box, Cases


@dataclass(frozen=True)
class BoxSearch:
    """What patient rule induction found.

    trajectory : boxes from the whole to the smallest, each inside the one before
    chosen     : index in the trajectory of the box that the default one started from
    box        : the default box
    names      : of the columns
    significant : the boxes of the trajectory without the limits that luck explains
    """

    trajectory: tuple[Box, ...]
    chosen: int
    box: Box
    names: tuple[str, ...]
    significant: tuple[Box, ...]


def find_box(
    points: np.ndarray,
    interesting: np.ndarray,
    names: Sequence[str],
    *,
    peel_alpha: float = 0.05,
    mass_min: float = 0.05,
    most_names: int = 4,
    significance: float = 0.05,
) -> BoxSearch:
    """Boxes of limits on columns that hold the rows of interest, by peeling and pasting.

    points       : (row, column) finite; columns continuous or few-valued, and ordered
    interesting  : (row,) bool
    names        : one a column
    peel_alpha   : share of a box's rows that a peel takes off; more where rows share the value at the bound
    mass_min     : smallest share of all rows that a box may hold
    most_names   : columns that the default box may restrict; more cannot be told as a story
    significance : limits of the default box have quasi-p-values of at most this

    Rows inside further boxes are those left when the first box's are taken out: call again without them.

    raises : InputError for bad shapes or settings, or where no row or every row is of interest
    """
    cases = Cases.checked(points, interesting, names)
    for field, value in (("peel_alpha", peel_alpha), ("mass_min", mass_min)):
        if not 0.0 < value < 1.0:
            raise InputError(Problem(field, "is no share", str(value), "between 0 and 1"))
    least = max(1, int(np.ceil(mass_min * len(cases.points))))
    trajectory = tuple(cases.box(low, high) for low, high in _peeled(cases, peel_alpha, least))
    plain = [_significant(cases, box, significance) for box in trajectory]
    allowed = [index for index, box in enumerate(plain) if len(box.names) <= most_names]
    chosen = max(allowed, key=lambda index: (plain[index].balance, -index))
    return BoxSearch(trajectory, chosen, pasted(cases, plain[chosen], peel_alpha), cases.names, tuple(plain))


def _peeled(cases: Cases, alpha: float, least: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Bounds of ever smaller boxes, down to `least` rows or until all rows inside are of interest.

    Peeling goes on where no peel makes the box denser: in noisy cases it takes a few such steps to get past luck.
    """
    low, high = np.full(len(cases.names), -np.inf), np.full(len(cases.names), np.inf)
    points, met = cases.points, cases.interesting
    yield low.copy(), high.copy()
    while not met.all():
        best: tuple[float, int, bool, float] | None = None
        for column in range(points.shape[1]):
            for at_least in (True, False):
                value = _next_bound(points[:, column], alpha, at_least)
                if value is None:
                    continue
                kept = points[:, column] >= value if at_least else points[:, column] <= value
                rows = int(kept.sum())
                if rows < least:
                    continue
                gain = (met[kept].mean() - met.mean()) / (len(met) - rows)
                if best is None or gain > best[0]:
                    best = (gain, column, at_least, value)
        if best is None:
            return
        _, column, at_least, value = best
        (low if at_least else high)[column] = value
        kept = points[:, column] >= value if at_least else points[:, column] <= value
        points, met = points[kept], met[kept]
        yield low.copy(), high.copy()


def _next_bound(column: np.ndarray, alpha: float, at_least: bool) -> float | None:
    """The bound that takes off all up to the `alpha` quantile at one end, ties included; None where nothing is left."""
    ordered = column if at_least else -column
    off = int(alpha * (len(ordered) - 1))
    beyond = ordered[ordered > np.partition(ordered, off)[off]]
    if not len(beyond):
        return None
    value = float(beyond.min())
    return value if at_least else -value


def _significant(cases: Cases, box: Box, significance: float) -> Box:
    """A box without the limits that luck explains; each one that goes changes the others, so one at a time."""
    while box.limits:
        worst = max(box.limits, key=lambda limit: limit.quasi_p)
        if worst.quasi_p <= significance:
            break
        low, high = cases.bounds(box)
        column = cases.names.index(worst.name)
        if worst.at_least:
            low[column] = -np.inf
        else:
            high[column] = np.inf
        box = cases.box(low, high)
    return box


def pasted(cases: Cases, box: Box, alpha: float) -> Box:
    """A box widened at its faces, a share `alpha` of its rows at a time, as long as it gains cases and no face costs
    density. Friedman and Fisher (1999): peels are greedy and may have cut too deep."""
    low, high = cases.bounds(box)
    while True:
        inside = ((cases.points >= low) & (cases.points <= high)).all(axis=1)
        rows, met = int(inside.sum()), int(cases.interesting[inside].sum())
        best: tuple[float, np.ndarray, np.ndarray] | None = None
        for column in range(len(cases.names)):
            for at_least in (True, False):
                wider = _wider(cases, low, high, column, at_least, max(1, int(alpha * rows)))
                if wider is None:
                    continue
                around = ((cases.points >= wider[0]) & (cases.points <= wider[1])).all(axis=1)
                gained = int(cases.interesting[around].sum()) - met
                density = (met + gained) / int(around.sum())
                if gained > 0 and density >= met / rows and (best is None or density > best[0]):
                    best = (density, *wider)
        if best is None:
            return cases.box(low, high)
        _, low, high = best


def _wider(
    cases: Cases, low: np.ndarray, high: np.ndarray, column: int, at_least: bool, rows: int
) -> tuple[np.ndarray, np.ndarray] | None:
    """Bounds moved out at one face by `rows` rows; off altogether where no more are left."""
    bound = (low if at_least else high)[column]
    if not np.isfinite(bound):
        return None
    wide_low, wide_high = low.copy(), high.copy()
    moved = wide_low if at_least else wide_high
    moved[column] = -np.inf if at_least else np.inf
    values = cases.points[((cases.points >= wide_low) & (cases.points <= wide_high)).all(axis=1), column]
    outside = np.sort(values[values < bound])[::-1] if at_least else np.sort(values[values > bound])
    if len(outside) > rows:
        moved[column] = outside[rows - 1]
    return wide_low, wide_high
