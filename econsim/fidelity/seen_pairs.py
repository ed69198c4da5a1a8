"""Laws of pairs that have been seen: one level for each pair, fitted on some benchmarks, asked about others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from econsim.arrays import NUMPY
from econsim.fidelity.copies import Copies
from econsim.fidelity.fitting import NOISE, coverage, logit, points
from econsim.rules.fidelity import refinement
from econsim.rules.fidelity.refinement import PLAUSIBLE, Constants

STEP = 1e-6
Score = Callable[[np.ndarray, np.ndarray, Copies], np.ndarray]
"""(level of each row's pair, values that all pairs share, copies) -> scores in points."""


@dataclass(frozen=True)
class SeenPairs:
    """A law with a level for each pair.

    level  : centre, standard deviation, low and high of a pair's level
    shared : the same for each value that all pairs share
    """

    score: Score
    level: tuple[float, float, float, float]
    shared: tuple[tuple[float, float, float, float], ...] = ()

    def fit(self, copies: Copies, pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Levels by pair and shared values that fit best.

        pairs : names of all pairs, in the order of the levels
        """
        of_row = np.searchsorted(pairs, copies.pair)
        count = len(pairs)
        book = [self.level] * count + list(self.shared)
        centre, spread, low, high = (np.array(part) for part in zip(*book, strict=True))

        def scores(values: np.ndarray) -> np.ndarray:
            return self.score(values[:count][of_row], values[count:], copies)

        def shrunk(error: np.ndarray) -> np.ndarray:
            x = error / NOISE
            return np.sign(x) * np.sqrt(2.0 * (np.sqrt(1.0 + x * x) - 1.0))

        def residuals(values: np.ndarray) -> np.ndarray:
            return np.concatenate([shrunk(scores(values) - copies.student), (values - centre) / spread])

        def jacobian(values: np.ndarray) -> np.ndarray:
            """A row depends on the level of its own pair only, so that one step moves all levels at once."""
            here = shrunk(scores(values) - copies.student)
            slopes = np.zeros((len(copies), len(values)))
            moved = values.copy()
            moved[:count] += STEP
            slopes[np.arange(len(copies)), of_row] = (shrunk(scores(moved) - copies.student) - here) / STEP
            for column in range(count, len(values)):
                moved = values.copy()
                moved[column] += STEP
                slopes[:, column] = (shrunk(scores(moved) - copies.student) - here) / STEP
            return np.vstack([slopes, np.diag(1.0 / spread)])

        found = least_squares(residuals, centre, jac=jacobian, bounds=(low, high), xtol=1e-8, ftol=1e-8, max_nfev=100).x
        return found[:count], found[count:]

    def predict(self, levels: np.ndarray, shared: np.ndarray, copies: Copies, pairs: np.ndarray) -> np.ndarray:
        """Scores of copies whose pairs have levels, in points."""
        return self.score(levels[np.searchsorted(pairs, copies.pair)], shared, copies)


def _constant(level: np.ndarray, shared: np.ndarray, copies: Copies) -> np.ndarray:
    return copies.chance + level * (copies.teacher - copies.chance)


def _logistic(level: np.ndarray, shared: np.ndarray, copies: Copies) -> np.ndarray:
    return points(level + shared[0] * logit(copies.teacher))


def _water_filling(level: np.ndarray, shared: np.ndarray, copies: Copies) -> np.ndarray:
    return _filled(level, shared[0], np.ones(len(copies)), copies.chance, 0.0, copies)


def _refinement(level: np.ndarray, shared: np.ndarray, copies: Copies) -> np.ndarray:
    """Where the base is not known there is no side information, and all is covered as far as anybody can tell."""
    known = np.isfinite(copies.base)
    covered = np.where(known, coverage(copies, shared[2]), 1.0)
    return _filled(level, shared[0], covered, np.where(known, copies.base, copies.chance), shared[1], copies)


def _filled(
    level: np.ndarray, slope: float, covered: np.ndarray, base: np.ndarray, interference: float, copies: Copies
) -> np.ndarray:
    constants = Constants(*(centre for centre, _, _ in PLAUSIBLE.values()))._replace(difficulty_slope=slope)
    bits = refinement.band_bits(level, covered, copies.difficulty, constants, NUMPY)
    worn = np.where(covered > 0.0, 0.0, interference)
    return refinement.copied_score(copies.teacher, base, bits, worn, NUMPY)


_LEVEL = (1.2, 1.0, 0.0, 6.0)
_SLOPE = (0.3, 0.7, 0.0, 3.0)

LAWS_OF_BENCHMARKS: dict[str, SeenPairs] = {
    "constant": SeenPairs(_constant, (0.79, 0.3, 0.0, 1.5)),
    "logistic": SeenPairs(_logistic, (-0.5, 1.0, -9.0, 9.0), ((1.0, 0.5, 0.0, 3.0),)),
    "water_filling": SeenPairs(_water_filling, _LEVEL, (_SLOPE,)),
    "refinement": SeenPairs(_refinement, _LEVEL, (_SLOPE, (0.07, 0.05, 0.0, 0.2), (0.5, 0.25, 0.0, 1.0))),
}
"""Law -> its form for pairs whose level is known from other benchmarks."""
