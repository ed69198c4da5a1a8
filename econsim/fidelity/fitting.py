"""Fitting laws to published copies: a robust fit with bounds, and what each law predicts for a copy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import least_squares

from econsim.arrays import NUMPY
from econsim.fidelity.copies import Copies
from econsim.rules.fidelity import refinement
from econsim.rules.fidelity.refinement import PLAUSIBLE, Constants

NOISE = 5.0  # points: what sampling and harness alone do to a score; errors beyond count linearly
PLAUSIBLE_WIDTHS = 4.0  # standard deviations that the plausible range of a constant spans
LOWEST, HIGHEST = 0.5, 99.5  # points between which a logit is taken
CONSTANT = 0.79  # retention overall, as published


def coverage(copies: Copies, near: float) -> np.ndarray:
    """w of each row: published benchmarks are covered, akin ones in part, others not at all."""
    return np.where(copies.group == "published", 1.0, np.where(copies.group == "near", near, 0.0))


def refined_scores(copies: Copies, constants: Constants) -> np.ndarray:
    """Scores of copies from answers, as `refinement` has them, in points."""
    beta = refinement.rate(copies.size, copies.samples, 0.0, constants, NUMPY)
    bits = refinement.band_bits(beta, coverage(copies, constants.near_coverage), copies.difficulty, constants, NUMPY)
    return refinement.copied_score(copies.teacher, copies.base, bits, constants.interference, NUMPY)


def robust_fit(
    error: Callable[[np.ndarray], np.ndarray], centre: np.ndarray, low: np.ndarray, high: np.ndarray, spread: np.ndarray
) -> np.ndarray:
    """Values that make errors small (linearly so beyond `NOISE`) and stay near their centre, within bounds.

    error  : values -> (row,) points
    spread : standard deviations of the values around their centre

    Each row's error counts as sqrt(1 + x^2) - 1 with x in units of NOISE; the centre is one more observation a value.
    """

    def residuals(values: np.ndarray) -> np.ndarray:
        x = error(values) / NOISE
        rows = np.sqrt(2.0 * (np.sqrt(1.0 + x * x) - 1.0))
        return np.concatenate([rows, (values - centre) / spread])

    return least_squares(residuals, centre, bounds=(low, high), xtol=1e-12, ftol=1e-12, gtol=1e-12).x


def fit_refinement(copies: Copies) -> Constants:
    """The constants of `refinement` that fit copies best, near and within their plausible ranges."""
    centre, low, high = (np.array(part) for part in zip(*PLAUSIBLE.values(), strict=True))

    def error(values: np.ndarray) -> np.ndarray:
        return refined_scores(copies, Constants(*values)) - copies.student

    return Constants(*robust_fit(error, centre, low, high, (high - low) / PLAUSIBLE_WIDTHS).tolist())


# ---------------------------------------------------------------------------------------------------- other laws


def logit(points: np.ndarray) -> np.ndarray:
    """Log odds of a score in points."""
    share = np.clip(points, LOWEST, HIGHEST) / 100.0
    return np.log(share / (1.0 - share))


def points(log_odds: np.ndarray) -> np.ndarray:
    """Score in points of log odds."""
    return 100.0 / (1.0 + np.exp(-log_odds))


def regression_law(
    columns: Callable[[Copies], np.ndarray], centre: list[float]
) -> Callable[[Copies, Copies], np.ndarray]:
    """A logistic law: log odds of the copy's score are a sum of columns, fitted on some copies, applied to others."""

    def law(train: Copies, test: Copies) -> np.ndarray:
        mid = np.array(centre)
        wide = np.full(len(mid), 20.0)

        def error(values: np.ndarray) -> np.ndarray:
            return points(columns(train) @ values) - train.student

        found = robust_fit(error, mid, -wide, wide, np.ones(len(mid)))
        return points(columns(test) @ found)

    return law


def _context(copies: Copies) -> list[np.ndarray]:
    larger = np.log10(copies.size / refinement.REFERENCE_SIZE)
    more = np.log10(copies.samples / refinement.REFERENCE_SAMPLES)
    return [np.ones(len(copies)), logit(copies.teacher), larger, more]


def _constant(train: Copies, test: Copies) -> np.ndarray:
    return CONSTANT * test.teacher


def _fitted_constant(train: Copies, test: Copies) -> np.ndarray:
    return weighted_median(train.student / train.teacher, train.teacher) * test.teacher


def _constant_share_of_gap(train: Copies, test: Copies) -> np.ndarray:
    gap = train.teacher - train.base
    share = weighted_median((train.student - train.base) / np.where(gap == 0.0, 1.0, gap), np.abs(gap))
    return test.base + share * (test.teacher - test.base)


def _base_alone(train: Copies, test: Copies) -> np.ndarray:
    return test.base


def _refinement(train: Copies, test: Copies) -> np.ndarray:
    return refined_scores(test, fit_refinement(train))


def _published_alone(train: Copies, test: Copies) -> np.ndarray:
    """Refinement in which what is akin to a published benchmark counts as not covered."""
    return refined_scores(test, fit_refinement(train)._replace(near_coverage=0.0))


def weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    """The value with the least weighted sum of absolute deviations."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, 0.5 * reached[-1])])


LAWS_OF_PAIRS: dict[str, Callable[[Copies, Copies], np.ndarray]] = {
    "constant": _constant,
    "constant_fitted": _fitted_constant,
    "base_alone": _base_alone,
    "constant_share_of_gap": _constant_share_of_gap,
    "logistic": regression_law(lambda copies: np.stack(_context(copies), axis=1), [-0.5, 1.0, 0.5, 0.2]),
    "logistic_with_base": regression_law(
        lambda copies: np.stack([*_context(copies), logit(copies.base)], axis=1), [0.0, 0.5, 0.5, 0.2, 0.5]
    ),
    "refinement_published_alone": _published_alone,
    "refinement": _refinement,
}
"""Law -> what it predicts for copies of a pair that it has not seen, after a fit to others: (train, test) -> points."""
