"""Intervals of rank correlations where rows are not independent: draws of one point, or futures that come again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from econsim.studies.statistics.given_data import RankCorrelations, rank_correlations
from econsim.studies.statistics.resampling import Estimates


def correlations(
    points: np.ndarray, outputs: np.ndarray, clusters: Sequence[np.ndarray] = (), confidence: float = 0.95
) -> RankCorrelations:
    """Rank correlations as `rank_correlations`, with intervals for rows that hang together.

    points   : (row, parameter)
    outputs  : (row, output)
    clusters : up to two groupings, (row,) each: rows of a group are not independent of each other

    The interval of independent rows is kept where there are no clusters. Else the standard error is that of the sums of
    influences over clusters, for two groupings after Cameron, Gelbach and Miller (2011); on Fisher's axis, with the
    t quantile of as many clusters as there are.
    """
    found = rank_correlations(points, outputs, confidence=confidence)
    if not clusters:
        return found
    low, high = found.correlation.low.copy(), found.correlation.high.copy()
    for output, reason in enumerate(found.reasons):
        if reason is not None:
            continue
        rows = np.isfinite(outputs[:, output])
        groups = [np.unique(one[rows], return_inverse=True)[1] for one in clusters]
        for column in range(points.shape[1]):
            if np.ptp(points[rows, column]) > 0.0:
                value = float(found.correlation.value[output, column])
                reach = _reach(points[rows, column], outputs[rows, output], value, groups, confidence)
                middle = np.arctanh(np.clip(value, -1.0 + 1e-15, 1.0 - 1e-15))
                low[output, column], high[output, column] = np.tanh([middle - reach, middle + reach])
    estimates = Estimates(found.correlation.value, (high - low) / 2.0, low, high)
    return RankCorrelations(estimates, found.reasons, found.rows)


def _reach(
    parameter: np.ndarray, output: np.ndarray, value: float, groups: Sequence[np.ndarray], confidence: float
) -> float:
    """Half the width of the interval on Fisher's axis."""
    from scipy.special import stdtrit

    influence = spearman_influence(parameter, output, value)
    counts = [int(one.max()) + 1 for one in groups]
    if min(counts) < 2:
        return float("inf")
    variances = []
    for group, count in zip(groups, counts, strict=True):
        sums = np.bincount(group, weights=influence)
        variances.append(float(sums @ sums) * count / (count - 1))
    both = max(variances)
    if len(variances) == 2:
        both = max(both, sum(variances) - float(influence @ influence))
    error = np.sqrt(both) / len(influence) / max(1.0 - value**2, 1e-15)
    return float(stdtrit(min(counts) - 1, 0.5 + confidence / 2.0) * error)


def spearman_influence(one: np.ndarray, other: np.ndarray, value: float) -> np.ndarray:
    """How far each row moves Spearman's rank correlation, times the number of rows; mean 0.

    one, other : (row,) not constant; ties share their rank
    value      : their rank correlation

    Ranks move with every row as well, hence the terms beside the product: Croux and Dehon (2010).
    """
    first, slope_first = _standardised(one)
    second, slope_second = _standardised(other)
    moved = first * second + slope_first * _mean_above(one, second) + slope_second * _mean_above(other, first)
    spread = first**2 + 2.0 * slope_first * _mean_above(one, first)
    spread += second**2 + 2.0 * slope_second * _mean_above(other, second)
    found = moved - value / 2.0 * spread
    return found - found.mean()


def _standardised(values: np.ndarray) -> tuple[np.ndarray, float]:
    """Ranks with mean 0 and standard deviation 1, and how steeply they rise with the share of rows below."""
    from scipy.stats import rankdata

    ranks = rankdata(values)
    deviation = float(ranks.std())
    return (ranks - ranks.mean()) / deviation, len(values) / deviation


def _mean_above(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """For each row the mean over all rows of their weight where their value is higher; half where it is equal."""
    levels, place = np.unique(values, return_inverse=True)
    sums = np.bincount(place, weights=weights, minlength=len(levels))
    above = np.cumsum(sums[::-1])[::-1] - sums / 2.0
    return above[place] / len(values)
