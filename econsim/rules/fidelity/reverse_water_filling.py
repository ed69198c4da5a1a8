"""Weighted reverse water-filling over any number of bands, exactly and without iteration.

A source with bands of variance sigma_k^2 is described with R bits in all, and an evaluator weighs the error of band k
by w_k. Spending the bits so that the weighted error is least means filling from below: every band is described down to
a common water level theta / w_k, and a band that lies below the level anyway gets nothing (Cover and Thomas 2006,
theorem 10.3.3; the weights are the masking curve of audio coding). That a distiller spends its budget like that is our
modelling choice.
"""

from __future__ import annotations

from math import log

from econsim.arrays import Array

BAND = 0  # axis of the bands in this file
LN2 = log(2.0)
LN4 = 2.0 * LN2


def log2_water_level(log2_weighted_variance: Array, rate: Array, xp: Array) -> Array:
    """log2 of the water level theta at which the bands take exactly `rate` bits, (1, …).

    log2_weighted_variance : (band, …) log2(w_k sigma_k^2); -inf for a band that nobody measures
    rate                   : (…) bits in all, >= 0

    With the m strongest bands in use theta is (their sum - 2 rate) / m in logs. Using fewer or more bands than that
    only lowers it, so the level is the largest of these: no search for the number of bands is needed.
    """
    strongest_first = -xp.sort(-log2_weighted_variance, axis=BAND)
    used = xp.arange(1.0, 1.0 + strongest_first.shape[BAND])
    used = used.reshape(-1, *(1,) * (strongest_first.ndim - 1))
    levels = (xp.cumsum(strongest_first, axis=BAND) - 2.0 * rate) / used
    return xp.largest(levels, BAND)


def band_bits(log2_weighted_variance: Array, rate: Array, xp: Array) -> Array:
    """Bits that each band gets, (band, …): they add up to `rate`, or to 0 where no band is measured."""
    level = log2_water_level(log2_weighted_variance, rate, xp)
    measured = log2_weighted_variance > -xp.inf
    above = xp.where(measured, log2_weighted_variance, 0.0) - xp.where(level > -xp.inf, level, 0.0)
    return xp.where(measured, xp.maximum(0.5 * above, 0.0), 0.0)


def fidelity(bits: Array, xp: Array) -> Array:
    """Share of a band's variance that its bits keep: 1 - 4^-r."""
    return -xp.expm1(-LN4 * bits)


def weighted_loss(weight: Array, variance: Array, bits: Array, xp: Array) -> Array:
    """Share of the variance that is lost in the eyes of somebody who weighs bands by `weight`, (1, …).

    weight, variance, bits : (band, …)

    The evaluator's weights gave the bits; another's weights tell what that other one loses.
    """
    lost = weight * variance * xp.exp(-LN4 * bits)
    return xp.total(lost, BAND) / xp.total(weight * variance, BAND)
