"""What it would be worth to know a parameter before choosing among packages, from a finished sweep.

Perfect information lets the best package be chosen in every future; partial perfect information, the best for the known
values of some parameters. The latter needs expected outcomes given those parameters, which a regression over the
sweep's rows provides: Strong, Oakley and Brennan (2014).

Taking the highest fitted value in each row, as they do, is biased upwards: of several uncertain numbers the highest is
too high by luck. Here rows are split into folds; the fit of the other folds chooses a package, and the row's own
outcome values that choice. That is an unbiased value of a rule one could follow, hence no more than the value of
information on average, and close to it where the fit is good. Both numbers are given: on average the truth lies between
them.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from econsim.errors import InputError, Problem
from econsim.findings import NO_CHANGE
from econsim.studies.statistics.resampling import check_at_least, checked_table
from econsim.studies.statistics.saltelli import ROUNDING

FEW_VALUES = 12
LEAST_ROWS = 50
# Fits of products of pairs need this many rows for each feature; fewer, and they only follow luck.
ROWS_PER_FEATURE = 5
MOST_FEATURES = 1_000  # pairs of more parameters take more time and memory than they are worth
PENALTIES = np.logspace(-4.0, 2.0, 7)


@dataclass(frozen=True)
class PerfectInformation:
    """Value of knowing everything, in the metric's unit.

    best           : index of the package with the highest mean; the first of equals
    tied           : indices of all packages with that mean, to rounding
    means          : (package,) mean outcome
    value          : mean gain from choosing the best package in each row; its standard error
    regret         : (package,) mean shortfall of each package from the best one of each row
    best_share     : (package,) share of rows in which no other is better: packages that are level all count
    alone_share    : (package,) share of rows in which it is better than every other

    Levels are equal where they differ by less than `findings.NO_CHANGE` of the largest in the row.
    """

    best: int
    tied: tuple[int, ...]
    means: np.ndarray
    value: float
    standard_error: float
    regret: np.ndarray
    best_share: np.ndarray
    alone_share: np.ndarray


@dataclass(frozen=True)
class PartialInformation:
    """Value of knowing some parameters, in the metric's unit.

    value          : mean gain of choosing by the known parameters, within [0, `perfect`]; leans low
    standard_error : of `value`, over rows
    upper          : the mean highest fitted value, within [`value`, `perfect`]; leans high
    perfect        : value of knowing everything on the same rows
    explained      : share of the variance of differences between packages that the fit explains out of fold, at least 0
    method         : of the fit: `levels`, `splines` or `pairs`
    reason         : why the value is 0 without a fit; None where there is one
    """

    value: float
    standard_error: float
    upper: float
    perfect: float
    explained: float
    method: str | None
    reason: str | None


def perfect_information(outcomes: np.ndarray) -> PerfectInformation:
    """Expected value of perfect information for the choice among packages.

    outcomes : (row, package) finite; the metric in the same futures, higher is better

    raises : InputError for fewer than 2 packages, fewer than 50 rows, or undefined outcomes
    """
    table = _checked_outcomes(outcomes)
    means = table.mean(axis=0)
    tied = np.flatnonzero(_level_with_best(means[np.newaxis, :])[0])
    best = int(tied[0])
    highest = table.max(axis=1)
    gain = highest - table[:, best]
    level = _level_with_best(table)
    alone = level & (level.sum(axis=1) == 1)[:, np.newaxis]
    regret = (highest[:, np.newaxis] - table).mean(axis=0)
    return PerfectInformation(
        best,
        tuple(tied.tolist()),
        means,
        float(gain.mean()),
        _standard_error(gain),
        regret,
        level.mean(axis=0),
        alone.mean(axis=0),
    )


def partial_information(
    known: np.ndarray,
    outcomes: np.ndarray,
    *,
    seed: int,
    folds: int = 10,
) -> PartialInformation:
    """Expected value of partial perfect information on one parameter, or on several at once.

    known    : (row, parameter) finite values of the parameters that would be known, or (row,) for one
    outcomes : (row, package) finite; the metric in the same futures, higher is better
    seed     : of the split into folds, 0 or more
    folds    : parts of the rows that are predicted from the others

    One parameter is fitted by its levels where it has few, else by a cubic spline over its ranks. Several are fitted by
    the sum of those, and by the sum with products of pairs, of which the one that predicts better out of fold is used.
    What three parameters do only together is not seen, which makes the value low and not high.

    raises : InputError for shapes that disagree, undefined values, fewer than 2 packages, or fewer than 50 rows
    """
    table = _checked_outcomes(outcomes)
    given = checked_table("known", known, "parameters")
    if len(given) != len(table) or not given.shape[1] or not np.isfinite(given).all():
        raise InputError(Problem("known", "must be defined in every row of outcomes", f"{given.shape}"))
    check_at_least("folds", folds, 2)
    check_at_least("seed", seed, 0)
    perfect = perfect_information(table)
    # Differences and not outcomes are fitted: what all packages share decides nothing.
    differences = np.delete(table - table[:, [perfect.best]], perfect.best, axis=1)
    if np.ptp(given, axis=0).max() == 0.0:
        return PartialInformation(0.0, 0.0, 0.0, perfect.value, 0.0, None, "it has the same value in every run")
    if np.abs(differences).max() <= ROUNDING * max(np.abs(table).max(), np.finfo(float).tiny):
        return PartialInformation(0.0, 0.0, 0.0, perfect.value, 0.0, None, "the packages do not differ in any run")
    fold_of = np.random.default_rng(seed).permutation(len(table)) % folds
    fits = {method: _out_of_fold(features, differences, fold_of) for method, features in _feature_sets(given).items()}
    errors = {method: float(((fit - differences) ** 2).sum()) for method, fit in fits.items()}
    method = min(fits, key=lambda name: errors[name])
    fit = np.column_stack([np.zeros(len(table)), fits[method]])
    own = np.column_stack([np.zeros(len(table)), differences])
    gain = own[np.arange(len(table)), fit.argmax(axis=1)]
    value = float(np.clip(gain.mean(), 0.0, perfect.value))
    upper = float(np.clip(fit.max(axis=1).mean() - max(0.0, fit.mean(axis=0).max()), value, perfect.value))
    spread = float(((differences - differences.mean(axis=0)) ** 2).sum())
    explained = max(0.0, 1.0 - errors[method] / spread) if spread > 0.0 else 0.0
    return PartialInformation(value, _standard_error(gain), upper, perfect.value, explained, method, None)


def _checked_outcomes(outcomes: np.ndarray) -> np.ndarray:
    table = checked_table("outcomes", outcomes, "packages")
    if table.shape[1] < 2:
        raise InputError(Problem("outcomes", "leave no choice", f"{table.shape[1]} package", "2 or more packages"))
    check_at_least("rows", len(table), LEAST_ROWS)
    if not np.isfinite(table).all():
        raise InputError(Problem("outcomes", "have undefined values; leave those rows out"))
    return table


def _level_with_best(table: np.ndarray) -> np.ndarray:
    """Where an outcome is the highest of its row, or differs from it by rounding alone, (row, package) bool."""
    shortfall = table.max(axis=1, keepdims=True) - table
    return np.asarray(shortfall <= NO_CHANGE * np.abs(table).max(axis=1, keepdims=True))


def _standard_error(gain: np.ndarray) -> float:
    return float(gain.std(ddof=1) / np.sqrt(len(gain)))


def _feature_sets(given: np.ndarray) -> dict[str, np.ndarray]:
    """What may be fitted on, by method: (row, feature) each. Pairs only where there are rows enough to fit them."""
    single = [_features(column, 7, 3) for column in given.T]
    if len(single) == 1:
        return {"levels" if len(np.unique(given)) <= FEW_VALUES else "splines": single[0]}
    added = np.hstack(single)
    coarse = [_features(column, 4, 2) for column in given.T]
    widths = [features.shape[1] for features in coarse]
    width = added.shape[1] + sum(first * second for first, second in itertools.combinations(widths, 2))
    if width > MOST_FEATURES or ROWS_PER_FEATURE * width > len(given):
        return {"splines": added}
    products = [
        (first[:, :, np.newaxis] * second[:, np.newaxis, :]).reshape(len(given), -1)
        for first, second in itertools.combinations(coarse, 2)
    ]
    return {"splines": added, "pairs": np.hstack([added, *products])}


def _features(column: np.ndarray, knots: int, degree: int) -> np.ndarray:
    """One parameter as (row, feature): indicators of its levels where it has few, else a spline of its ranks.

    Ranks spread any prior evenly over the knots, and knowing a rank is knowing the value.
    """
    from scipy.stats import rankdata
    from sklearn.preprocessing import SplineTransformer

    levels = np.unique(column)
    if len(levels) <= FEW_VALUES:
        return (column[:, np.newaxis] == levels).astype(np.float64)
    ranks = rankdata(column)[:, np.newaxis] / len(column)
    return np.asarray(SplineTransformer(n_knots=knots, degree=degree).fit_transform(ranks))


def _out_of_fold(features: np.ndarray, differences: np.ndarray, fold_of: np.ndarray) -> np.ndarray:
    """Differences (row, package but the best) as the other folds predict them."""
    predicted = np.empty_like(differences)
    for fold in range(fold_of.max() + 1):
        out = fold_of == fold
        predicted[out] = _ridge_prediction(features[~out], differences[~out], features[out])
    return predicted


def _ridge_prediction(features: np.ndarray, targets: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Targets (row, target) at other features by ridge regression, the penalty by generalised cross-validation.

    Golub, Heath and Wahba (1979). One decomposition of the features' products serves every penalty and target.
    """
    center, level = features.mean(axis=0), targets.mean(axis=0)
    centred, deviations = features - center, targets - level
    sizes, directions = np.linalg.eigh(centred.T @ centred)
    sizes = np.maximum(sizes, 0.0)[:, np.newaxis]
    loads = directions.T @ (centred.T @ deviations)
    scores = []
    for penalty in PENALTIES:
        lost = (loads**2 * (sizes + 2.0 * penalty) / (sizes + penalty) ** 2).sum()
        freedom = 1.0 + (sizes / (sizes + penalty)).sum()
        scores.append(((deviations**2).sum() - lost) / (1.0 - freedom / len(features)) ** 2)
    coefficients = directions @ (loads / (sizes + PENALTIES[int(np.argmin(scores))]))
    return level + (others - center) @ coefficients
