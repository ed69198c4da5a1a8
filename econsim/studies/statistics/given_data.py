"""What drives outputs, from runs already there: rank correlations, and how inputs differ where something holds.

For rows that vary parameters independently. Both see one parameter at a time: what only interaction does is invisible
to them, and is left to Sobol' indices and boxes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from econsim.errors import InputError, Problem
from econsim.studies.statistics.resampling import Estimates, checked_table, normal_quantile
from econsim.studies.statistics.saltelli import ROUNDING

LEAST_ROWS = 10


@dataclass(frozen=True)
class RankCorrelations:
    """Spearman's rank correlations.

    correlation : (output, parameter), in [-1, 1]; low and high not symmetric
    reasons     : one an output: why it has none; None where it has
    rows        : (output,) rows in which it is defined
    """

    correlation: Estimates
    reasons: tuple[str | None, ...]
    rows: np.ndarray


def rank_correlations(points: np.ndarray, outputs: np.ndarray, *, confidence: float = 0.95) -> RankCorrelations:
    """Spearman's rank correlation of every output with every parameter.

    points  : (row, parameter) finite; a constant parameter correlates with nothing: 0, with no interval
    outputs : (row, output), or (row,) for one; rows where an output is not finite are left out for it

    Intervals: Fisher's transformation with the standard error of Bonett and Wright (2000).

    raises : InputError for shapes that disagree, or undefined points
    """
    placed, table = _tables(points, outputs)
    quantile = normal_quantile(confidence)
    value, low, high = np.full((3, table.shape[1], placed.shape[1]), np.nan)
    defined = np.isfinite(table)
    reasons: list[str | None] = []
    ranked: dict[bytes, np.ndarray] = {}
    for output in range(table.shape[1]):
        rows = defined[:, output]
        values = table[rows, output]
        reasons.append(_reason(values, len(table)))
        if reasons[-1] is not None:
            continue
        ranks = ranked.setdefault(rows.tobytes(), _standard_ranks(placed[rows]))
        found = (_standard_ranks(values[:, np.newaxis]).T @ ranks)[0] / len(values)
        found = np.clip(found, -1.0, 1.0)
        reach = quantile * np.sqrt((1.0 + found**2 / 2.0) / (len(values) - 3))
        inner = np.clip(found, -1.0 + 1e-15, 1.0 - 1e-15)
        varies = np.any(ranks, axis=0)
        value[output] = found
        low[output] = np.where(varies, np.tanh(np.arctanh(inner) - reach), 0.0)
        high[output] = np.where(varies, np.tanh(np.arctanh(inner) + reach), 0.0)
    estimates = Estimates(value, (high - low) / 2.0, low, high)
    return RankCorrelations(estimates, tuple(reasons), defined.sum(axis=0))


@dataclass(frozen=True)
class RegionalSensitivity:
    """How each parameter's distribution differs between rows that meet a condition and rows that do not.

    distance : (parameter,) two-sample Smirnov distance in [0, 1]
    p_value  : (parameter,) of a distance as large where the condition does not depend on the parameter
    adjusted : (parameter,) p-values adjusted for looking at all parameters, after Holm (1979)
    direction : (parameter,) 1 where rows that meet the condition have the higher median, -1 the lower, 0 neither
    rows_met, rows_not : how many rows meet the condition, and do not
    """

    distance: np.ndarray
    p_value: np.ndarray
    adjusted: np.ndarray
    direction: np.ndarray
    rows_met: int
    rows_not: int


def regional_sensitivity(points: np.ndarray, met: np.ndarray) -> RegionalSensitivity:
    """Regional sensitivity analysis: which parameters decide whether a condition is met.

    points : (row, parameter) finite
    met    : (row,) bool

    Hornberger and Spear (1981), with Smirnov's test. Ties, as in few-valued parameters, make p-values too large, not
    too small.

    raises : InputError for shapes that disagree, undefined points, or fewer than 10 rows on either side
    """
    from scipy.stats import ks_2samp

    placed, _ = _tables(points, np.zeros(len(points)))
    condition = np.asarray(met)
    if condition.dtype != np.bool_ or condition.shape != (len(placed),):
        raise InputError(Problem("met", "must be true or false for each row", f"{condition.dtype} {condition.shape}"))
    inside, outside = placed[condition], placed[~condition]
    if min(len(inside), len(outside)) < LEAST_ROWS:
        message = "must be met in at least 10 rows, and not in at least 10"
        raise InputError(Problem("met", message, f"{len(inside)} of {len(placed)} rows"))
    tests = [ks_2samp(inside[:, column], outside[:, column], method="asymp") for column in range(placed.shape[1])]
    distance = np.array([test.statistic for test in tests])
    p_value = np.array([test.pvalue for test in tests])
    direction = np.sign(np.median(inside, axis=0) - np.median(outside, axis=0))
    return RegionalSensitivity(distance, p_value, holm(p_value), direction, len(inside), len(outside))


def holm(p_values: np.ndarray) -> np.ndarray:
    """p-values adjusted so that all at once are wrong no more often than one alone: Holm (1979). Both (test,)."""
    order = np.argsort(p_values, kind="stable")
    scaled = p_values[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return adjusted


def _tables(points: np.ndarray, outputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    placed, table = checked_table("points", points, "parameters"), checked_table("outputs", outputs, "outputs")
    if len(placed) != len(table):
        raise InputError(Problem("outputs", "must have a row for each point", f"{len(table)} and {len(placed)} rows"))
    if not np.isfinite(placed).all():
        raise InputError(Problem("points", "have undefined values; leave those rows out"))
    return placed, table


def _reason(values: np.ndarray, rows: int) -> str | None:
    if len(values) < LEAST_ROWS:
        return f"only {len(values)} of {rows} rows are defined; {LEAST_ROWS} are needed"
    if np.ptp(values) <= ROUNDING * np.abs(values).max():
        return "it has the same value in every run"
    return None


def _standard_ranks(table: np.ndarray) -> np.ndarray:
    """Ranks of each column, ties sharing theirs, with mean 0 and standard deviation 1; 0 for a constant column."""
    from scipy.stats import rankdata

    ranks = rankdata(table, axis=0) - (len(table) + 1) / 2.0
    deviation = ranks.std(axis=0)
    return ranks / np.where(deviation > 0.0, deviation, 1.0)
