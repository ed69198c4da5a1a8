"""The capability spectrum: sixteen bands from common to rare, at teacher, base and copy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from econsim.arrays import NUMPY
from econsim.fidelity import typical_base
from econsim.fidelity.fitting import logit, points
from econsim.rules.fidelity import refinement
from econsim.rules.fidelity.refinement import BANDS, COMMON_BANDS, FITTED

BAND = np.arange(1.0, BANDS + 1.0)
DIFFICULTY = refinement.band_difficulty(BAND)
# demanded: the level that evaluators insist on, see `rules.fidelity.refinement.demanded_level`.
COLUMNS = ("band", "difficulty", "teacher", "base", "copy", "demanded", "lost", "measured", "deployed")


@dataclass(frozen=True)
class Levels:
    """Where teacher and base stand, (band,) points each."""

    teacher: np.ndarray
    base: np.ndarray


def levels(
    size: float,
    teacher: np.ndarray | None = None,
    base: np.ndarray | None = None,
    difficulty: np.ndarray | None = None,
) -> Levels:
    """Levels of teacher and base by band, through what is known of them.

    teacher, base, difficulty : (benchmark,) points and difficulties; base NaN where not known. None: the teacher whose
                                loss in a band is its difficulty, and the typical base of that size

    Scores on benchmarks move the whole profile up or down in log odds.
    """
    lift, shift = 0.0, 0.0
    if teacher is not None and difficulty is not None:
        lift = float(np.mean(logit(teacher) - logit(100.0 * (1.0 - difficulty))))
        known = np.isfinite(base) if base is not None else np.zeros(len(teacher), dtype=bool)
        if base is not None and known.any():
            ratio = 100.0 * base[known] / np.maximum(teacher[known], 1e-9)
            expected = typical_base.log_odds(difficulty[known], size, typical_base.typical_curve())
            shift = float(np.mean(logit(ratio) - expected))
    level = points(logit(100.0 * (1.0 - DIFFICULTY)) + lift)
    return Levels(level, level * typical_base.share(DIFFICULTY, size, shift))


def refined_bands(at: Levels, rate: float, covered_bands: int, access: str) -> pd.DataFrame:
    """Bands of a copy made at a rate, columns COLUMNS, scores in points.

    rate          : beta in bits, see `rules.fidelity.refinement.rate`
    covered_bands : common bands that samples fall on; all of them alike if the teacher's scores are copied
    """
    covered = refinement.coverage_weight(BAND, covered_bands, NUMPY) if access == "trace" else np.ones(BANDS)
    bits = refinement.band_bits(rate, covered, DIFFICULTY, FITTED, NUMPY)
    wear = FITTED.interference if access == "trace" else 0.0
    copy = refinement.copied_score(at.teacher, at.base, bits, wear, NUMPY)
    demanded = refinement.demanded_level(at.teacher, at.base, rate, covered, DIFFICULTY, FITTED, NUMPY)
    return as_frame(at, copy, demanded)


def lossy_bands(at: Levels, head_loss: float, tail_loss: float) -> pd.DataFrame:
    """Bands of a copy that loses one share of every common band's gap and another of every rare band's."""
    lost = np.where(BAND <= COMMON_BANDS, head_loss, tail_loss)
    copy = at.base + (1.0 - lost) * (at.teacher - at.base)
    return as_frame(at, copy, np.where(lost < 1.0, copy, 0.0))


def as_frame(at: Levels, copy: np.ndarray, demanded: np.ndarray) -> pd.DataFrame:
    """Columns COLUMNS."""
    measured = refinement.coverage_weight(BAND, COMMON_BANDS, NUMPY)
    lost = np.maximum(at.teacher - copy, 0.0)
    deployed = refinement.deployment_weight(BAND)
    values = (BAND.astype(int), DIFFICULTY, at.teacher, at.base, copy, demanded, lost, measured, deployed)
    return pd.DataFrame(dict(zip(COLUMNS, values, strict=True)))


def retained(bands: pd.DataFrame, weight: str, level: str = "copy") -> float:
    """Share of the teacher's level that the copy (or `base`) has, by one of the weights `measured` and `deployed`."""
    weights, found, teacher = (bands[name].to_numpy(float) for name in (weight, level, "teacher"))
    return float(refinement.retention(weights, found, teacher, NUMPY)[0])
