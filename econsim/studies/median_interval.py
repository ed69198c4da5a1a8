"""How well so many draws know a median."""

from __future__ import annotations

import numpy as np

CONFIDENCE = 0.95


def median_interval(values: np.ndarray, confidence: float = CONFIDENCE) -> tuple[float, float] | None:
    """The distribution-free confidence interval of a median between two order statistics.

    values  : (draw,) finite
    returns : None where even the lowest and the highest of so few would not hold it with that confidence

    How many of n draws fall below the median is binomial with one half: Conover (1999), ch. 3.2.
    """
    from scipy.stats import binom

    count = len(values)
    rank = int(binom.ppf((1.0 - confidence) / 2.0, count, 0.5))  # of the lower end, from 1
    while rank > 0 and binom.cdf(rank - 1, count, 0.5) > (1.0 - confidence) / 2.0:
        rank -= 1
    if rank < 1:
        return None
    ordered = np.sort(values)
    return float(ordered[rank - 1]), float(ordered[count - rank])
