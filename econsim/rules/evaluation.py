"""What buyers believe about a copy: benchmarks see part of the tail, use teaches the rest, releases blur it."""

from __future__ import annotations

from econsim.arrays import FIRM, SEGMENT, Array


def evaluator_awareness(tail_coverage: Array, learning_rate: Array) -> Array:
    """Share of the remaining error about the tail that a quarter of tests and use removes."""
    return 1.0 - (1.0 - tail_coverage) * (1.0 - learning_rate)


def segment_tail_weight(tail_weight: Array, relative_tail_weight: Array) -> Array:
    """Weight of the tail by segment.

    tail_weight          : weight in the most demanding use
    relative_tail_weight : (1, segment, 1) relative to that use
    """
    return tail_weight * relative_tail_weight


def mean_tail_weight(weight: Array, budget_share: Array, xp: Array) -> Array:
    """Budget-weighted mean of the segments' tail weights, (1, 1, draw)."""
    return xp.total(budget_share * weight, SEGMENT) / xp.total(budget_share, SEGMENT)


def measured_tail_weight(mean_weight: Array, awareness: Array) -> Array:
    """Weight that the tail gets in what evaluators measure: how much it matters times how much they see of it."""
    return mean_weight * awareness


def tail_gap(head: Array, tail: Array, xp: Array) -> Array:
    """How far a copy's tail lies below its head, in nats, never negative."""
    return xp.maximum(head - tail, 0.0)


def true_capability(head: Array, true_gap: Array, tail_weight: Array) -> Array:
    """A copy's capability in the most demanding use, nats: its head less the tail gap as that use weighs it."""
    return head - tail_weight * true_gap


def belief_at_release(believed_gap: Array, belief_erosion: Array) -> Array:
    """Believed tail gap just after a release: part of what was learnt about the last version no longer counts."""
    return (1.0 - belief_erosion) * believed_gap


def learn(believed_gap: Array, true_gap: Array, awareness: Array) -> Array:
    """Believed tail gap after a quarter of tests and use: exponential learning towards the truth."""
    return believed_gap + awareness * (true_gap - believed_gap)


def class_belief(believed_gap: Array, active: Array, xp: Array) -> Array:
    """What buyers believe of a copy from an unknown distiller: the mean over active ones, 0 with none; (1, 1, draw)."""
    count = xp.total(xp.where(active, 1.0, 0.0), FIRM)
    return xp.total(xp.where(active, believed_gap, 0.0), FIRM) / xp.maximum(count, 1.0)


def misperception(capability_value: Array, weight: Array, true_gap: Array, believed_gap: Array) -> Array:
    """Experienced minus expected shortfall per dollar of spending (Train 2015, Journal of Choice Modelling).

    true_gap, believed_gap : (distiller, 1, draw) nats
    weight                 : (1, segment, draw)
    returns                : (distiller, segment, draw)
    """
    return capability_value * weight * (true_gap - believed_gap)
