"""The outputs of a sweep as the arrays that the statistics take: a row a point, a column an output."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from econsim.studies.sweep import Sweep
from econsim.studies.sweep_chunk import EFFECT

ROUNDING = 1e-9  # of an output's size: less is no change, since effects are differences of large numbers


def by_draw(sweep: Sweep, columns: Sequence[str]) -> np.ndarray:
    """Columns of a sweep of one scenario, (point, draw, column); NaN where undefined or failed."""
    table = sweep.dataset().to_table(columns=list(columns))
    values = np.empty((sweep.rows, len(columns)))
    for place, name in enumerate(columns):
        values[:, place] = table.column(name).to_numpy()
    return values.reshape(sweep.points, sweep.draws, len(columns))


def by_point(sweep: Sweep, columns: Sequence[str]) -> np.ndarray:
    """Means over the draws of each point, (point, column).

    NaN where any draw is undefined: a mean over fewer draws than the next point's would differ from it by luck.
    """
    return np.asarray(by_draw(sweep, columns).mean(axis=1))


def level_and_effect(metrics: Sequence[str]) -> list[str]:
    """Columns of metrics and then of their paired effects."""
    return [*metrics, *(f"{EFFECT}{name}" for name in metrics)]


def moves(values: np.ndarray, pairs: np.ndarray, metrics: int) -> np.ndarray:
    """Whether anything moves between two points, (pair,) bool.

    values  : (point, draw, column) of `level_and_effect`
    pairs   : (pair, 2) places of the two points
    metrics : how many columns are levels

    A value that becomes undefined has moved; a draw that failed at either point says nothing.
    """
    levels = values[..., :metrics]
    size = np.nanmax(np.abs(np.where(np.isfinite(levels), levels, 0.0)), axis=(0, 1))
    least = ROUNDING * np.concatenate([size, size])
    before, after = values[pairs[:, 0]], values[pairs[:, 1]]
    solved = np.isfinite(before).any(axis=2) & np.isfinite(after).any(axis=2)
    with np.errstate(invalid="ignore"):
        changed = np.abs(after - before) > least
    changed |= np.isfinite(before) != np.isfinite(after)
    return np.asarray((changed.any(axis=2) & solved).any(axis=1))
