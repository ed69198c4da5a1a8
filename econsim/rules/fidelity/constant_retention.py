"""Constant retention: a copy keeps fixed shares of head and tail, whatever evaluators look at.

The comparison law: published teacher-student scores give about .90 on the head and .72 on the tail. Retention grows
in proportion to effort up to one cost base and not at all beyond.
"""

from __future__ import annotations

from econsim.arrays import Array

HEAD_RETENTION = 0.90
TAIL_RETENTION = 0.72


def lost_shares(
    effort: Array, tail_weight: Array, retention_exponent: Array, tail_complexity: Array, xp: Array
) -> tuple[Array, Array]:
    """Shares of head and tail that a copy loses; the arguments after `effort` play no part here.

    effort  : budget over its cost base, >= 0
    returns : head loss, tail loss, both in [0, 1], 1 at zero effort
    """
    reached = xp.minimum(effort, 1.0)
    return 1.0 - HEAD_RETENTION * reached, 1.0 - TAIL_RETENTION * reached


def best_effort(
    value: Array, tail_weight: Array, retention_exponent: Array, tail_complexity: Array, xp: Array
) -> Array:
    """Effort with the largest value x measured retention - effort: the whole cost base, or nothing."""
    retained = (1.0 - tail_weight) * HEAD_RETENTION + tail_weight * TAIL_RETENTION
    return xp.where(value * retained > 1.0, 1.0, 0.0) + 0.0 * value
