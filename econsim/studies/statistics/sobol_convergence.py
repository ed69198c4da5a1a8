"""Whether a Saltelli sample was large enough: the indices of its first quarter and half, and which ranks hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from econsim.errors import InputError, Problem
from econsim.studies.statistics.saltelli import LEAST_BASE_SAMPLES, LEAST_SHARE, saltelli_outputs
from econsim.studies.statistics.sobol import SobolIndices, sequence_of, sobol_indices

# Total indices closer than this share of the variance are as good as equal: nobody acts on their order.
TIE = 0.05


@dataclass(frozen=True)
class SobolConvergence:
    """Indices of growing parts of one sample, and the order of total indices.

    base_samples : (part,) a quarter, a half and all of them
    parts        : indices of each part; the last ones are those of `sobol_indices`
    order        : (output, parameter) parameters by total index, the largest first
    above        : (output, parameter, parameter) whether the first one's total index is above the second one's, beyond
                   the interval of their difference
    turned       : (output, parameter, parameter) those of `above` that stood the other way round at half the sample
    undecided    : (output, parameter, parameter) pairs neither apart nor known to be closer than `tie`
    best_rank, worst_rank : (output, parameter) ranks from 1 that agree with `above`
    settled      : (output,) no pair is undecided, and none has turned
    """

    base_samples: np.ndarray
    parts: tuple[SobolIndices, ...]
    order: np.ndarray
    above: np.ndarray
    turned: np.ndarray
    undecided: np.ndarray
    best_rank: np.ndarray
    worst_rank: np.ndarray
    settled: np.ndarray

    @property
    def reasons(self) -> tuple[str | None, ...]:
        """One an output: why the whole sample gives no indices; None where it does."""
        return self.parts[-1].reasons

    def leading(self, output: int, most: int) -> tuple[list[int], list[int]]:
        """The strongest parameters of an output, at most so many, that are above all others.

        returns : those parameters, none where not even one is above all others; and those of them whose order among
                  themselves is open

        Above means beyond the interval of the difference, beyond zero,
        and not the other way round at half the sample.
        """
        above = self.above[output] & ~self.turned[output]
        order = self.order[output]
        for count in range(min(most, len(order)), 0, -1):
            members, others = order[:count], order[count:]
            if (self.parts[-1].total.low[output, members] > 0.0).all() and above[np.ix_(members, others)].all():
                inside = above[np.ix_(members, members)]
                unknown = ~inside & ~inside.T & ~np.eye(count, dtype=bool)
                return members.tolist(), members[unknown.any(axis=1)].tolist()
        return [], []


def sobol_convergence(
    outputs: np.ndarray,
    parameters: int,
    *,
    second_order: bool,
    seed: int,
    scrambles: int | None = None,
    resamples: int = 1000,
    confidence: float = 0.95,
    tie: float = TIE,
    least_share: float = LEAST_SHARE,
    least_base_samples: int = LEAST_BASE_SAMPLES,
) -> SobolConvergence:
    """Indices at a quarter, a half and all of the base samples, and whether ranks are settled.

    outputs, parameters, second_order, seed, scrambles, resamples, confidence, least_share, least_base_samples : as
    for `sobol_indices`
    tie : total indices that differ by less, with confidence, need no order

    The first half of a Sobol' sequence is a sample of its own, so nothing is computed anew: a part is the beginning of
    every scrambled sequence. Differences of total indices have intervals of their own: estimates from the same runs
    move together, and overlapping intervals say too little. An output without indices is not settled, and has order 0,
    1, 2, and so on.

    raises : InputError where sequences cannot be quartered, or as `sobol_indices`
    """
    blocks = saltelli_outputs(outputs, parameters, second_order).blocks
    whole = len(blocks)
    sequence_of(whole, scrambles)
    length = whole // (scrambles or 1)
    if length % 4:
        told = f"{whole} base samples" + (f" in {scrambles} sequences" if scrambles else "")
        raise InputError(Problem("outputs", "cannot be quartered", told, f"a multiple of {4 * (scrambles or 1)}"))
    sequences = blocks.reshape(-1, length, *blocks.shape[1:])
    parts = tuple(
        sobol_indices(
            sequences[:, :size].reshape(-1, blocks.shape[2]),
            parameters,
            second_order=second_order,
            seed=seed,
            scrambles=scrambles,
            resamples=resamples,
            confidence=confidence,
            least_share=least_share,
            least_base_samples=least_base_samples,
        )
        for size in (length // 4, length // 2, length)
    )
    difference = pairwise(parts[-1].total.value)
    reach = parts[-1].quantile[:, np.newaxis, np.newaxis] * difference_deviation(parts[-1].total_covariance)
    above = difference > reach
    apart = above | above.swapaxes(1, 2)
    undecided = ~apart & ~(np.abs(difference) + reach <= tie) & ~np.eye(parameters, dtype=bool)
    turned = above & (pairwise(parts[-2].total.value) < 0.0)
    both = zip(parts[-2].reasons, parts[-1].reasons, strict=True)
    known = np.array([half is None and full is None for half, full in both])
    return SobolConvergence(
        np.array([whole // 4, whole // 2, whole]),
        parts,
        np.argsort(-parts[-1].total.value, axis=1, kind="stable"),
        above,
        turned,
        undecided,
        1 + above.sum(axis=1),
        parameters - above.sum(axis=2),
        known & ~undecided.any(axis=(1, 2)) & ~turned.any(axis=(1, 2)),
    )


def pairwise(values: np.ndarray) -> np.ndarray:
    """Differences first minus second, (output, parameter, parameter), of values (output, parameter)."""
    return values[:, :, np.newaxis] - values[:, np.newaxis, :]


def difference_deviation(covariance: np.ndarray) -> np.ndarray:
    """Standard deviations of the differences of estimates with `covariance`, both (output, parameter, parameter)."""
    own = np.diagonal(covariance, axis1=1, axis2=2)
    variance = own[:, :, np.newaxis] + own[:, np.newaxis, :] - 2.0 * covariance
    return np.sqrt(np.maximum(variance, 0.0))
