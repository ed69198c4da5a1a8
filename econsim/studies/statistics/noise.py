"""How much of an output's variance is luck: the same design run again with other random streams."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from econsim.errors import InputError, Problem
from econsim.studies.statistics.resampling import Estimates, check_at_least, normal_quantile, resample_counts
from econsim.studies.statistics.saltelli import ROUNDING

LEAST_BLOCKS = 8


@dataclass(frozen=True)
class NoiseShares:
    """Share of variance that is noise.

    share     : (output,) in [0, 1]
    reasons   : one an output: why it has no share; None where it has
    rows_used : (output,) share of the design's rows that are defined in every replicate
    """

    share: Estimates
    reasons: tuple[str | None, ...]
    rows_used: np.ndarray


def noise_share(
    replicates: np.ndarray,
    *,
    seed: int,
    rows_per_block: int = 1,
    resamples: int = 1000,
    confidence: float = 0.95,
) -> NoiseShares:
    """Share of each output's variance that is due to random streams and not to parameters.

    replicates     : (replicate, row, output) the same design with other random streams, at least 2 replicates
    rows_per_block : rows that stand or fall together in the bootstrap: the block of a Saltelli design, whose rows share
                     parameters; 1 for a design of independent rows
    seed, resamples, confidence : of the bootstrap over blocks

    One-way analysis of variance with random effects: the variance within rows against that plus the variance between
    rows, where the latter is what means over replicates vary by more than noise makes them. Searle, Casella and
    McCulloch (1992), chapter 3. A row that is undefined in any replicate is left out for that output.

    raises : InputError for fewer than 2 replicates, or rows that are no whole blocks
    """
    values = np.asarray(replicates, dtype=np.float64)
    if values.ndim != 3:
        raise InputError(Problem("replicates", "must be (replicate, row, output)", f"{values.ndim} dimensions"))
    check_at_least("replicates", len(values), 2)
    check_at_least("rows_per_block", rows_per_block, 1)
    if not values.shape[1] or values.shape[1] % rows_per_block:
        raise InputError(
            Problem("replicates", "are no whole blocks", f"{values.shape[1]} rows", f"a multiple of {rows_per_block}")
        )
    defined = np.asarray(np.isfinite(values).all(axis=0))
    quantile = normal_quantile(confidence)
    share, half = np.full((2, values.shape[2]), np.nan)
    reasons: list[str | None] = []
    for output in range(values.shape[2]):
        kept = defined[:, output]
        filled = np.where(kept, values[:, :, output], 0.0)
        reason = _reason(filled[:, kept], kept, rows_per_block)
        reasons.append(reason)
        if reason is not None:
            continue
        sums = _block_sums(filled, kept, rows_per_block)
        counts = resample_counts(len(sums), resamples, seed)
        share[output] = _shares(sums.sum(axis=0, keepdims=True), len(values))[0]
        half[output] = quantile * _shares(counts.astype(np.float64) @ sums, len(values)).std(ddof=1)
    return NoiseShares(Estimates.around(share, half), tuple(reasons), defined.mean(axis=0))


def _reason(kept_values: np.ndarray, kept: np.ndarray, rows_per_block: int) -> str | None:
    blocks = int(kept.reshape(-1, rows_per_block).any(axis=1).sum())
    if blocks < LEAST_BLOCKS:
        return f"only {blocks} of {len(kept) // rows_per_block} blocks are defined in every replicate; 8 are needed"
    if np.ptp(kept_values) <= ROUNDING * np.abs(kept_values).max():
        return "it has the same value in every run"
    return None


def _block_sums(filled: np.ndarray, kept: np.ndarray, rows_per_block: int) -> np.ndarray:
    """Sums over the kept rows of each block: how many, variance within, mean, squared mean. (block, 4)."""
    means = filled.mean(axis=0)
    means = np.where(kept, means - means[kept].mean(), 0.0)  # centred, so that squares do not cancel
    within = filled.var(axis=0, ddof=1)
    rows = np.column_stack([kept, np.where(kept, within, 0.0), means, means**2])
    used = rows.reshape(-1, rows_per_block, 4).sum(axis=1)
    return used[used[:, 0] > 0]


def _shares(sums: np.ndarray, replicates: int) -> np.ndarray:
    """Noise shares from sums (resample, 4)."""
    rows = sums[:, 0]
    within = sums[:, 1] / rows
    of_means = sums[:, 3] / rows - (sums[:, 2] / rows) ** 2
    between = np.maximum(of_means - within / replicates, 0.0)
    total = within + between
    return np.where(total > 0.0, within / np.where(total > 0.0, total, 1.0), 0.0)
