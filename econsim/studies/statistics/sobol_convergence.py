"""Whether a Saltelli sample was large enough: the indices of its first quarter and half, and which ranks hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from econsim.errors import InputError, Problem
from econsim.studies.statistics.resampling import normal_quantile
from econsim.studies.statistics.saltelli import LEAST_BASE_SAMPLES, LEAST_SHARE, saltelli_outputs
from econsim.studies.statistics.sobol import SobolIndices, sobol_indices

# Total indices closer than this share of the variance are as good as equal: nobody acts on their order.
TIE = 0.05


@dataclass(frozen=True)
class SobolConvergence:
    """Indices of growing parts of one sample, and the order of total indices.

    base_samples : (part,) a quarter, a half and all of them
    parts        : first-order and total indices of each part
    order        : (output, parameter) parameters by total index, the largest first
    above        : (output, parameter, parameter) whether the first one's total index is above the second one's, beyond
                   the interval of their difference
    undecided    : (output, parameter, parameter) pairs neither apart nor known to be closer than `tie`
    best_rank, worst_rank : (output, parameter) ranks from 1 that agree with `above`
    settled      : (output,) no pair is undecided, and none that is apart stood the other way round at half the sample
    """

    base_samples: np.ndarray
    parts: tuple[SobolIndices, ...]
    order: np.ndarray
    above: np.ndarray
    undecided: np.ndarray
    best_rank: np.ndarray
    worst_rank: np.ndarray
    settled: np.ndarray

    @property
    def reasons(self) -> tuple[str | None, ...]:
        """One an output: why the whole sample gives no indices; None where it does."""
        return self.parts[-1].reasons


def sobol_convergence(
    outputs: np.ndarray,
    parameters: int,
    *,
    second_order: bool,
    seed: int,
    resamples: int = 1000,
    confidence: float = 0.95,
    tie: float = TIE,
    least_share: float = LEAST_SHARE,
    least_base_samples: int = LEAST_BASE_SAMPLES,
) -> SobolConvergence:
    """First-order and total indices at a quarter, a half and all of the base samples, and whether ranks are settled.

    outputs, parameters, second_order, seed, resamples, confidence, least_share, least_base_samples : as for
    `sobol_indices`, and `second_order` only says which rows there are
    tie : total indices that differ by less, with confidence, need no order

    The first half of a Sobol' sequence is a sample of its own, so nothing is computed anew. Differences of total
    indices have intervals of their own: estimates from the same runs move together, and overlapping intervals say too
    little. An output without indices is not settled, and has order 0, 1, 2, and so on.

    raises : InputError where the number of base samples is no multiple of 4, or as `sobol_indices`
    """
    blocks = saltelli_outputs(outputs, parameters, second_order).blocks
    whole = len(blocks)
    if whole % 4:
        raise InputError(Problem("outputs", "cannot be quartered", f"{whole} base samples", "a multiple of 4"))
    if second_order:
        blocks = np.concatenate([blocks[:, : 1 + parameters], blocks[:, -1:]], axis=1)
    parts = tuple(
        sobol_indices(
            blocks[:size].reshape(-1, blocks.shape[2]),
            parameters,
            second_order=False,
            seed=seed,
            resamples=resamples,
            confidence=confidence,
            least_share=least_share,
            least_base_samples=least_base_samples,
        )
        for size in (whole // 4, whole // 2, whole)
    )
    difference = pairwise(parts[-1].total.value)
    reach = normal_quantile(confidence) * difference_deviation(parts[-1].total_covariance)
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
