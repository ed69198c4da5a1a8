"""Refinement: a copier starts from a model of its own, and copying adds what its samples cover.

Successive refinement with side information (Wyner and Ziv 1976): the student's own base is known at the receiver, so
bits are spent on the gap to the teacher alone, band by band, from the common and easy to the rare and hard. Bands that
the copier's samples do not cover get nothing, and fine-tuning on something else wears a little off them. That this
describes distillation is our modelling choice; its constants are fitted to published scores of copies.

Band k is described with r_k = [beta + log2(w_k) / 2 - s d_k]_+ bits, where beta grows by z with every decade of the
student's size and by e with every decade of samples; the copy then keeps 1 - 4^-r_k of the gap.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import log
from typing import NamedTuple

from econsim.arrays import Array
from econsim.rules.fidelity.water_filling import threshold

LN2, LN4, LN10 = log(2.0), log(4.0), log(10.0)


class Constants(NamedTuple):
    """What is the same for every copy."""

    base_rate: float  # beta_0, bits for the reference copy: a student of 32B parameters, 800 000 samples
    size_slope: float  # z, bits a decade of student size
    data_slope: float  # e, bits a decade of samples
    small_data_slope: float  # the same for students up to 7B
    difficulty_slope: float  # s, bits from the easiest to the hardest band
    interference: float  # phi_i, share of the base that fine-tuning on other things wears off
    near_coverage: float  # weight of what is akin to the published benchmarks without being one of them


PLAUSIBLE: Mapping[str, tuple[float, float, float]] = {
    "base_rate": (1.05, 0.9, 1.4),
    "size_slope": (0.71, 0.5, 1.3),
    "data_slope": (0.165, 0.06, 0.30),
    "small_data_slope": (0.38, 0.2, 0.6),
    "difficulty_slope": (0.3, 0.0, 1.5),
    "interference": (0.07, 0.0, 0.20),
    "near_coverage": (0.5, 0.0, 1.0),
}
"""Constant -> central value, low, high: what a fit starts from and stays within."""

FITTED = Constants(
    base_rate=1.227,
    size_slope=0.6449,
    data_slope=0.1368,
    small_data_slope=0.3408,
    difficulty_slope=0.3218,
    interference=0.0878,
    near_coverage=0.5497,
)
"""What `econsim fidelity fit` finds on the scores that are shipped, to four digits; a test fits them again."""

REFERENCE_SIZE = 32e9  # parameters
REFERENCE_SAMPLES = 8e5
SMALL = 7e9  # parameters up to which a student gains more from samples
LEAST_SAMPLES = 1e-300

ACCESS: Mapping[str, float] = {"trace": 0.0, "on_policy": 0.5, "logit": 1.0}
"""Way of copying -> bits that it adds: from answers, from the teacher's marks of the student's own, from its scores."""

BANDS = 16
COMMON_BANDS = 8  # bands that benchmarks, and so copiers, look at
COVERAGE_EXPONENT, DEPLOYMENT_EXPONENT = 0.25, 0.30


# ---------------------------------------------------------------------------------------------------- one copy


def rate(size: Array, samples: Array, extra: Array, constants: Constants, xp: Array) -> Array:
    """beta: bits for a band that is fully covered and not hard at all.

    size    : parameters of the student, > 0
    samples : that it is fine-tuned on, >= 0
    extra   : bits that the way of copying adds, see `ACCESS`
    """
    slope = xp.where(size <= SMALL, constants.small_data_slope, constants.data_slope)
    decades = xp.log(xp.maximum(samples, LEAST_SAMPLES) / REFERENCE_SAMPLES) / LN10
    larger = xp.log(size / REFERENCE_SIZE) / LN10
    return constants.base_rate + constants.size_slope * larger + slope * decades + extra


def band_bits(base_rate: Array, coverage: Array, difficulty: Array, constants: Constants, xp: Array) -> Array:
    """r_k: bits that a band gets, >= 0; 0 for a band that is not covered.

    base_rate  : beta, see `rate`
    coverage   : w_k in [0, 1]
    difficulty : d_k in [0, 1]
    """
    bits = xp.maximum(_bits(base_rate, coverage, difficulty, constants, xp), 0.0)
    return xp.where(coverage > 0.0, bits, 0.0)


def _bits(base_rate: Array, coverage: Array, difficulty: Array, constants: Constants, xp: Array) -> Array:
    weight = 0.5 * xp.log(xp.maximum(coverage, LEAST_SAMPLES)) / LN2
    return base_rate + weight - constants.difficulty_slope * difficulty


def demanded_level(
    teacher: Array,
    base: Array,
    base_rate: Array,
    coverage: Array,
    difficulty: Array,
    constants: Constants,
    xp: Array,
) -> Array:
    """Level of a band that evaluators insist on: less they would notice, more they would not reward; 0 unmeasured.

    The masking curve of audio coding, turned upside down. Where it lies above the base the copy rises to it; where it
    lies below, copying stops at the base.
    """
    tolerated = xp.exp(-LN4 * _bits(base_rate, coverage, difficulty, constants, xp))
    level = teacher - xp.maximum(teacher - base, 0.0) * xp.minimum(tolerated, 1e300)
    return xp.where(coverage > 0.0, xp.maximum(level, 0.0), 0.0)


def copied_score(teacher: Array, base: Array, bits: Array, interference: Array, xp: Array) -> Array:
    """Score of the copy: its base and the copied share of the gap; a band without bits loses to interference.

    teacher, base : scores in one unit, >= 0
    bits          : r_k, see `band_bits`
    """
    gained = xp.maximum(teacher - base, 0.0) * -xp.expm1(-LN4 * bits)
    return xp.where(bits > 0.0, base + gained, base * (1.0 - interference))


def retention(weight: Array, copied: Array, teacher: Array, xp: Array) -> Array:
    """Share of the teacher's level that somebody finds in the copy who weighs bands by `weight`, (1, …).

    weight, copied, teacher : (band, …)

    Weights of what is measured give what benchmarks show, those of deployment what deployment meets.
    """
    return xp.total(weight * copied, 0) / xp.total(weight * teacher, 0)


# ---------------------------------------------------------------------------------------------------- the bands


def band_difficulty(band: Array) -> Array:
    """Difficulty by band number 1 … BANDS: it rises evenly from the commonest to the rarest."""
    return (band - 0.5) / BANDS


def coverage_weight(band: Array, covered_bands: Array, xp: Array) -> Array:
    """w_k: how much of a copier's samples falls on a band; 0 beyond the covered ones."""
    return xp.where(band <= covered_bands, band**-COVERAGE_EXPONENT, 0.0)


def deployment_weight(band: Array) -> Array:
    """v_k: how often deployment meets a band."""
    return band**-DEPLOYMENT_EXPONENT


# ---------------------------------------------------------------------------------------------------- the economy
#
# There the base is what the public knows, the gap is what copying can bring, and one cost base buys the reference copy
# for the student that copiers run. Only samples are bought with more: effort is samples over the reference's. Tail
# bands count for evaluators by their weight over that of the head, spread over the tail's dimensions, as in
# `water_filling`; so a tail that nobody measures is not covered. Interference has nothing to act on: no copy is worse
# than what is public.

DATA_EXPONENT = FITTED.data_slope * LN4 / LN10  # the lost share of a band falls with effort to this power


class _Band(NamedTuple):
    share: float  # of the group's weight
    lost_at_reference: float  # 4^-(bits at one cost base), tail bands before the evaluators' weight; may exceed 1


def _group(bands: range, exponent: float) -> tuple[_Band, ...]:
    weights = [float(band) ** -exponent for band in bands]
    found = []
    for band, weight in zip(bands, weights, strict=True):
        bits = FITTED.base_rate - FITTED.difficulty_slope * (band - 0.5) / BANDS
        found.append(_Band(weight / sum(weights), 4.0**-bits * float(band) ** COVERAGE_EXPONENT))
    return tuple(found)


HEAD = _group(range(1, COMMON_BANDS + 1), COVERAGE_EXPONENT)
TAIL = _group(range(COMMON_BANDS + 1, BANDS + 1), DEPLOYMENT_EXPONENT)


def lost_shares(
    effort: Array, tail_weight: Array, retention_exponent: Array, tail_complexity: Array, xp: Array
) -> tuple[Array, Array]:
    """Shares of head and tail that a copy loses: means over the common bands and over the rare ones.

    effort             : budget over its cost base, >= 0
    tail_weight        : weight of the tail in what evaluators measure, in [0, 1]
    retention_exponent : plays no part here: the fitted return on samples takes its place
    returns            : head loss, tail loss, both in [0, 1], 1 at zero effort, falling in effort
    """
    left = xp.exp(-DATA_EXPONENT * xp.log(xp.maximum(effort, LEAST_SAMPLES)))
    in_tail = left * threshold(tail_weight, tail_complexity, xp)
    kept_head, kept_tail = 0.0, 0.0
    for band in HEAD:
        kept_head = kept_head + band.share * xp.maximum(1.0 - band.lost_at_reference * left, 0.0)
    for band in TAIL:
        kept_tail = kept_tail + band.share * xp.maximum(1.0 - band.lost_at_reference * in_tail, 0.0)
    return xp.maximum(1.0 - kept_head, 0.0), xp.maximum(1.0 - kept_tail, 0.0)


def best_effort(
    value: Array, tail_weight: Array, retention_exponent: Array, tail_complexity: Array, xp: Array
) -> Array:
    """Effort with the largest value x measured retention - effort, in closed form.

    value   : worth of full retention over the cost base, >= 0
    returns : effort >= 0; 0 where no effort pays

    With the first j bands in use the objective is V (M_j - C_j b^-p) - b, which is best at b^(1+p) = p V C_j and worth
    V M_j - (1 + 1/p) b there. For the effort found, counting fewer or more bands than it reaches only understates, so
    the best of the sixteen is the best there is.
    """
    omega = threshold(tail_weight, tail_complexity, xp)
    on_head = xp.maximum(1.0 - tail_weight, LEAST_SAMPLES)
    worth = xp.maximum(value, LEAST_SAMPLES)
    in_reach, left = 0.0 * on_head, 0.0 * on_head
    best, gain = 0.0 * (worth * on_head), 0.0 * (worth * on_head)
    weighted = [(on_head, on_head, band) for band in HEAD] + [(tail_weight, tail_weight * omega, band) for band in TAIL]
    for weight, weight_of_loss, band in weighted:
        in_reach = in_reach + band.share * weight
        left = left + band.share * band.lost_at_reference * weight_of_loss
        effort = xp.exp((xp.log(worth) + xp.log(DATA_EXPONENT * left)) / (1.0 + DATA_EXPONENT))
        here = worth * in_reach - (1.0 + 1.0 / DATA_EXPONENT) * effort
        best = xp.where(here > gain, effort, best)
        gain = xp.maximum(here, gain)
    return best
