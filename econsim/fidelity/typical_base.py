"""The base that a student of some size starts from, where nobody says which: a curve through published bases."""

from __future__ import annotations

import functools

import numpy as np

from econsim.fidelity.copies import published_scores
from econsim.fidelity.fitting import robust_fit
from econsim.rules.fidelity.refinement import REFERENCE_SIZE

CENTRE, SPREAD = np.array([0.0, 0.0, 1.0]), np.array([2.0, 4.0, 2.0])
WIDE = np.full(3, 20.0)


def log_odds(difficulty: np.ndarray | float, size: np.ndarray | float, curve: np.ndarray) -> np.ndarray:
    """Log odds of base over teacher at a difficulty, for a student of so many parameters."""
    return curve[0] + curve[1] * np.asarray(difficulty) + curve[2] * np.log10(size / REFERENCE_SIZE)


def share(difficulty: np.ndarray | float, size: float, shift: float = 0.0) -> np.ndarray:
    """Share of the teacher's level that a typical base of so many parameters has, in (0, 1).

    shift : in log odds, for a base that is better or worse than its size
    """
    return 1.0 / (1.0 + np.exp(-(log_odds(difficulty, size, typical_curve()) + shift)))


@functools.cache
def typical_curve() -> np.ndarray:
    """Intercept, slope in difficulty and slope by decade of size, fitted to every published base and benchmark once."""
    rows = published_scores()
    rows = rows[rows["base_score"].notna() & rows["student_params_B"].notna()]
    rows = rows.drop_duplicates(["base_name", "benchmark", "base_score"])
    base, teacher, difficulty = (rows[name].to_numpy(float) for name in ("base_score", "teacher_score", "difficulty"))
    sizes = rows["student_params_B"].to_numpy(float) * 1e9

    def error(values: np.ndarray) -> np.ndarray:
        return teacher / (1.0 + np.exp(-log_odds(difficulty, sizes, values))) - base

    return robust_fit(error, CENTRE, -WIDE, WIDE, SPREAD)
