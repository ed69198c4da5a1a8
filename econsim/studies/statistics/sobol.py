"""Sobol' indices of all outputs at once, with bootstrap intervals.

First order: Saltelli et al. (2010), table 2 (b). Total: Jansen (1999), table 2 (f) there. Second order: Saltelli
(2002). The numbers are those of SALib's `analyze.sobol`, whose estimators and normalisation are kept to the letter.
What differs is the work: every estimator is a ratio of means over base samples, so all resamples of all indices of all
outputs are one product of a matrix of counts with a matrix of terms.

Intervals are symmetric, a quantile times the standard deviation over resamples. What is resampled has to be what was
drawn independently. On random base samples that is the base sample. The points of one scrambled Sobol' sequence are
not independent of each other: resampling them pretends that they were random, and the error of a scrambled sequence is
mostly smaller than that (a quarter of it for a linear function), but for some functions larger (by half for some
indices of Sobol's G with 256 base samples): some coordinates of the sequence fill the plane between them badly, and a
function that multiplies just these is integrated worse than by random points. So base samples come as several
sequences, each scrambled for itself, and whole sequences are resampled, with Student's t for how few they are: the
usual interval of randomised quasi-Monte Carlo, which holds whatever the function does (Owen 1998; L'Ecuyer, Nakayama,
Owen and Tuffin 2023). Percentile intervals were tried and cover no better.

With a noisy model whose rows have separate random streams, noise counts as an interaction that every total index
contains; where the rows of a base sample share their stream, it is one more parameter that nobody varies on purpose.
See `noise.py` for its share.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from econsim.errors import InputError, Problem
from econsim.studies.statistics.resampling import Estimates, normal_quantile, resample_counts, student_quantile
from econsim.studies.statistics.saltelli import LEAST_BASE_SAMPLES, LEAST_SHARE, SaltelliOutputs, saltelli_outputs

# Numbers held at once in the matrix of terms, and in that of resampled means: 64 MiB each.
BLOCK_SIZE = 1 << 23
ROWS_AT_ONCE = 4096
# An output that is constant in more than this share of resamples varies too rarely for an interval.
MOST_CONSTANT_RESAMPLES = 0.05


@dataclass(frozen=True)
class SobolIndices:
    """Sobol' indices of every output.

    first, total     : (output, parameter)
    second           : (output, pair); None without second order
    pairs            : (pair, 2) the two parameters of each pair, first < second
    total_covariance : (output, parameter, parameter) of the total indices over resamples
    quantile         : (output,) standard deviations that an interval reaches to either side
    reasons          : one an output: why it has no indices; None where it has
    share_used       : (output,) share of base samples that were defined in all their runs
    base_samples     : (output,) how many those are
    confidence       : of the intervals
    """

    first: Estimates
    total: Estimates
    second: Estimates | None
    pairs: np.ndarray
    total_covariance: np.ndarray
    quantile: np.ndarray
    reasons: tuple[str | None, ...]
    share_used: np.ndarray
    base_samples: np.ndarray
    confidence: float


def sobol_indices(
    outputs: np.ndarray,
    parameters: int,
    *,
    second_order: bool,
    seed: int,
    scrambles: int | None = None,
    resamples: int = 1000,
    confidence: float = 0.95,
    least_share: float = LEAST_SHARE,
    least_base_samples: int = LEAST_BASE_SAMPLES,
) -> SobolIndices:
    """First-order, total and second-order Sobol' indices, as shares of each output's variance.

    outputs      : (row, output) in the row order of SALib's `sample.sobol`; NaN or infinite where undefined
    parameters   : how many parameters, or groups, the design varies
    second_order : whether the design has the rows for second-order indices, and the result the indices
    seed         : of the bootstrap, 0 or more
    scrambles    : independently scrambled sequences of equal length that the base samples are, one after the other;
                   whole sequences are resampled. None: every base sample is independent of the others
    resamples    : of the bootstrap
    confidence   : of the intervals

    Base samples with an undefined row are left out, output by output; see `saltelli.py` for why, and for `least_share`
    and `least_base_samples`. An output's numbers do not depend on the other outputs.

    raises : InputError for a number of rows that is no such design, and for settings out of range
    """
    normal_quantile(confidence)
    design = saltelli_outputs(
        outputs, parameters, second_order, least_share=least_share, least_base_samples=least_base_samples
    )
    unit = sequence_of(len(design.blocks), scrambles)
    firsts, seconds = np.triu_indices(parameters, 1) if second_order else (np.empty(0, dtype=int),) * 2
    count, width = design.blocks.shape[2], 2 * parameters + len(firsts)
    value, half = np.full((2, count, width), np.nan)
    covariance = np.full((count, parameters, parameters), np.nan)
    quantiles = np.full(count, np.nan)
    reasons = list(design.reasons)
    for samples, together in design.same_samples():
        units, members = np.unique(unit[samples], return_inverse=True)
        if len(units) < 2:
            for output in together:
                reasons[output] = "it is defined in one of the scrambled sequences alone, which gives no interval"
            continue
        counts = resample_counts(len(units), resamples, seed)
        quantile, widening = _reach(confidence, len(units), scrambles)
        for chosen in _in_blocks(together, resamples, width):
            means = _resampled_means(design, samples, chosen, members, counts)
            indices, constant = _indices(means, parameters)
            for place, output in enumerate(chosen):
                if constant[:, place].mean() > MOST_CONSTANT_RESAMPLES:
                    reasons[output] = "it varies in too few base samples for an interval"
                    continue
                drawn = indices[1:, :, place][~constant[1:, place]]
                value[output] = indices[0, :, place]
                half[output] = quantile * widening * drawn.std(axis=0, ddof=1)
                covariance[output] = widening**2 * np.cov(drawn[:, parameters : 2 * parameters], rowvar=False)
                quantiles[output] = quantile
    parts = [Estimates.around(value[:, part], half[:, part]) for part in _parts(parameters)]
    return SobolIndices(
        parts[0],
        parts[1],
        parts[2] if second_order else None,
        np.column_stack([firsts, seconds]),
        covariance,
        quantiles,
        tuple(reasons),
        design.share_used,
        design.usable.sum(axis=0),
        confidence,
    )


def sequence_of(base_samples: int, scrambles: int | None) -> np.ndarray:
    """Number of the scrambled sequence that each base sample belongs to; of the base sample itself without any.

    raises : InputError for fewer than 2 sequences, or base samples that are no equal sequences
    """
    if scrambles is None:
        return np.arange(base_samples)
    if scrambles < 2 or base_samples % scrambles:
        allowed = f"2 or more, of which {base_samples} base samples are a multiple"
        raise InputError(Problem("scrambles", "are no sequences of equal length", str(scrambles), allowed))
    return np.repeat(np.arange(scrambles), base_samples // scrambles)


def _reach(confidence: float, units: int, scrambles: int | None) -> tuple[float, float]:
    """Quantile of an interval, and what makes up for a bootstrap over few units, whose deviations are too small.

    Base samples are many, and have the normal quantile of SALib.
    """
    if scrambles is None:
        return normal_quantile(confidence), 1.0
    return student_quantile(confidence, units - 1), (units / (units - 1)) ** 0.5


def _parts(parameters: int) -> tuple[slice, slice, slice]:
    return slice(0, parameters), slice(parameters, 2 * parameters), slice(2 * parameters, None)


def _in_blocks(outputs: np.ndarray, resamples: int, width: int) -> Iterator[np.ndarray]:
    """Outputs in groups that fit into memory."""
    at_once = max(1, BLOCK_SIZE // (max(resamples, ROWS_AT_ONCE) * (width + 2)))
    for start in range(0, len(outputs), at_once):
        yield outputs[start : start + at_once]


def _resampled_means(
    design: SaltelliOutputs, samples: np.ndarray, outputs: np.ndarray, members: np.ndarray, counts: np.ndarray
) -> np.ndarray:
    """Means of terms over all base samples, then over each resample: (1 + resample, term, output).

    members : (base sample,) number of the unit that each belongs to
    counts  : (resample, unit)
    """
    normalised = design.normalised(samples, outputs)
    weights = np.ones((1 + len(counts), counts.shape[1]))
    weights[1:] = counts
    single = counts.shape[1] == len(samples)
    sums: np.ndarray | float = 0.0
    for start in range(0, len(samples), ROWS_AT_ONCE):
        chosen = slice(start, start + ROWS_AT_ONCE)
        terms = _terms(normalised[chosen], design.parameters, design.second_order)
        flat = terms.reshape(len(terms), -1)
        if single:
            sums = sums + weights[:, chosen] @ flat
        else:
            sums = sums + (members[chosen] == np.arange(counts.shape[1])[:, np.newaxis]).astype(float) @ flat
    sizes = np.bincount(members, minlength=counts.shape[1])
    whole = np.asarray(sums if single else weights @ sums)
    return (whole / (weights @ sizes)[:, np.newaxis]).reshape(1 + len(counts), -1, len(outputs))


def _terms(block: np.ndarray, parameters: int, second_order: bool) -> np.ndarray:
    """What is averaged over base samples: (base sample, term, output).

    Terms: the two of the variance, then one each for first-order, total and second-order indices.
    """
    base, other = block[:, 0], block[:, -1]
    mixed = block[:, 1 : 1 + parameters]
    first, total, second = (slice(2 + part.start, part.stop and 2 + part.stop) for part in _parts(parameters))
    pairs = parameters * (parameters - 1) // 2 if second_order else 0
    terms = np.empty((len(block), 2 + 2 * parameters + pairs, block.shape[2]))
    terms[:, 0] = (base + other) / 2.0
    terms[:, 1] = (base**2 + other**2) / 2.0
    terms[:, first] = other[:, np.newaxis] * (mixed - base[:, np.newaxis])
    terms[:, total] = 0.5 * (base[:, np.newaxis] - mixed) ** 2
    if second_order:
        start = second.start
        swapped = block[:, 1 + parameters : 1 + 2 * parameters]
        product = (base * other)[:, np.newaxis]
        for parameter in range(parameters - 1):
            stop = start + parameters - 1 - parameter
            terms[:, start:stop] = swapped[:, parameter, np.newaxis] * mixed[:, parameter + 1 :] - product
            start = stop
    return terms


def _indices(means: np.ndarray, parameters: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices (resample, index, output) from means of terms, and where A and B are constant, (resample, output)."""
    variance = means[:, 1] - means[:, 0] ** 2
    constant = variance <= np.finfo(float).eps
    indices = means[:, 2:] / np.where(constant, 1.0, variance)[:, np.newaxis]
    firsts, seconds = np.triu_indices(parameters, 1)
    if indices.shape[1] > 2 * parameters:
        indices[:, 2 * parameters :] -= indices[:, firsts] + indices[:, seconds]
    return indices, constant
