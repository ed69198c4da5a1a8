"""Bootstrap by counts: a resample is how often it holds each unit, so that all resamples are one matrix product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from econsim.errors import InputError, Problem


@dataclass(frozen=True)
class Estimates:
    """Estimates with their intervals; all arrays of one shape, such as (output, parameter).

    value      : the estimate; NaN where its output has a reason
    half_width : a quantile times the standard deviation over resamples
    low, high  : the interval
    """

    value: np.ndarray
    half_width: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @property
    def covers_zero(self) -> np.ndarray:
        """Where the estimate is not distinguishable from zero, bool; False where there is no estimate."""
        return (self.low <= 0.0) & (self.high >= 0.0)

    @classmethod
    def around(cls, value: np.ndarray, half_width: np.ndarray) -> Estimates:
        """Estimates with intervals that reach equally far to both sides."""
        return cls(value, half_width, value - half_width, value + half_width)


def resample_counts(size: int, resamples: int, seed: int) -> np.ndarray:
    """How often each of `size` units is in each resample, (resample, size) unsigned; a row sums to `size`.

    Depends on the three arguments alone, so that outputs are resampled alike whatever else is analysed with them.

    raises : InputError for a negative seed, or fewer than 2 resamples or samples
    """
    check_at_least("seed", seed, 0)
    check_at_least("resamples", resamples, 2)
    check_at_least("samples", size, 2)
    generator = np.random.default_rng(seed)
    counts = np.empty((resamples, size), dtype=np.uint16)
    for row in counts:
        row[:] = np.bincount(generator.integers(size, size=size), minlength=size)
    return counts


def normal_quantile(confidence: float) -> float:
    """How many standard deviations a two-sided interval reaches to either side.

    raises : InputError unless 0 < confidence < 1
    """
    from scipy.special import ndtri

    if not 0.0 < confidence < 1.0:
        raise InputError(Problem("confidence", "is no level of confidence", str(confidence), "between 0 and 1"))
    return float(ndtri(0.5 + confidence / 2.0))


def student_quantile(confidence: float, freedom: int) -> float:
    """The same for a standard deviation that was estimated with so many degrees of freedom.

    raises : InputError unless 0 < confidence < 1
    """
    from scipy.special import stdtrit

    normal_quantile(confidence)  # refuses what is no confidence
    return float(stdtrit(freedom, 0.5 + confidence / 2.0))


def check_at_least(field: str, value: float, least: float) -> None:
    """raises : InputError for a value below `least`"""
    if not value >= least:
        raise InputError(Problem(field, "is too small", str(value), f"{least} or more"))


def checked_table(field: str, values: np.ndarray, columns: str) -> np.ndarray:
    """A two-dimensional float64 array of `values`, in which one dimension is one column.

    raises : InputError for another number of dimensions
    """
    table = np.asarray(values, dtype=np.float64)
    if table.ndim == 1:
        table = table[:, np.newaxis]
    if table.ndim != 2:
        raise InputError(Problem(field, f"must be a table of rows and {columns}", f"{table.ndim} dimensions"))
    return table


def checked_names(names: Sequence[str], columns: int) -> tuple[str, ...]:
    """raises : InputError unless there is one name a column, each of them once"""
    found = tuple(names)
    if len(found) != columns or len(set(found)) != columns:
        raise InputError(Problem("names", "must be one a column, each of them once", ", ".join(found)))
    return found
