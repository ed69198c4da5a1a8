"""Lossy compression by weighted reverse water-filling: one head dimension, several tail dimensions.

A distiller spends its effort where evaluators listen. The head carries weight 1 - a, the tail a spread over
`tail_complexity` dimensions, so the first effort all goes to the head; the tail comes in only once the head is good
enough. Gaussian rate-distortion gives the exact form (Cover and Thomas 2006, section 10.3); that it describes
distillation is our modelling choice.
"""

from __future__ import annotations

from econsim.arrays import Array

LEAST_TAIL_WEIGHT = 1e-12


def threshold(tail_weight: Array, tail_complexity: Array, xp: Array) -> Array:
    """How much better than the tail the head must be served before effort turns to the tail, >= 1."""
    weight = _bounded(tail_weight, tail_complexity, xp)
    return tail_complexity * (1.0 - weight) / weight


def _bounded(tail_weight: Array, tail_complexity: Array, xp: Array) -> Array:
    """Beyond nu / (1 + nu) the tail would be served before the head: there the two are treated alike."""
    return xp.clip(tail_weight, LEAST_TAIL_WEIGHT, tail_complexity / (1.0 + tail_complexity))


def lost_shares(
    effort: Array, tail_weight: Array, retention_exponent: Array, tail_complexity: Array, xp: Array
) -> tuple[Array, Array]:
    """Shares of head and tail that a copy loses.

    effort      : budget over its cost base, >= 0
    tail_weight : weight of the tail in what evaluators measure, in [0, 1]
    returns     : head loss, tail loss, both in [0, 1], 1 at zero effort, falling in effort
    """
    omega = threshold(tail_weight, tail_complexity, xp)
    distortion = xp.exp(-retention_exponent * xp.log1p(effort))
    shared = xp.minimum(omega * distortion, 1.0)
    tail = xp.exp(xp.log(shared) / (1.0 + tail_complexity))
    return xp.where(shared < 1.0, tail / omega, distortion), tail


def best_effort(
    value: Array, tail_weight: Array, retention_exponent: Array, tail_complexity: Array, xp: Array
) -> Array:
    """Effort with the largest value x measured retention - effort, in closed form.

    value   : worth of full retention over the cost base, >= 0
    returns : effort >= 0; 0 where no effort pays

    The objective is concave on either side of the effort at which the tail comes in: take the better of both optima.
    """
    weight = _bounded(tail_weight, tail_complexity, xp)
    omega = threshold(tail_weight, tail_complexity, xp)
    log_omega = xp.log(omega)
    log_value = xp.log(xp.maximum(value, 1e-300))
    kink = log_omega / retention_exponent

    head_only = (log_value + xp.log((1.0 - weight) * retention_exponent)) / (1.0 + retention_exponent)
    head_only = xp.clip(head_only, 0.0, kink)
    slower = retention_exponent / (1.0 + tail_complexity)
    gain = (1.0 - weight) * (1.0 + tail_complexity) * xp.exp(-tail_complexity / (1.0 + tail_complexity) * log_omega)
    with_tail = xp.maximum((log_value + xp.log(gain * slower)) / (1.0 + slower), kink)

    head_effort, tail_effort = xp.exp(head_only) - 1.0, xp.exp(with_tail) - 1.0
    tail_loss = xp.exp((log_omega - retention_exponent * with_tail) / (1.0 + tail_complexity))
    head_worth = value * (1.0 - weight) * (1.0 - xp.exp(-retention_exponent * head_only)) - head_effort
    tail_worth = value * ((1.0 - weight) * (1.0 - tail_loss / omega) + weight * (1.0 - tail_loss)) - tail_effort
    best = xp.where(tail_worth > head_worth, tail_effort, head_effort)
    return xp.where(xp.maximum(head_worth, tail_worth) > 0.0, best, 0.0)
