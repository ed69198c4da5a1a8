"""The adopter's choice: what a builder who buys a cheap copy does not see, and at which discount it is worth it.

A buyer's utility is in log price (`serving.copy_utility`), so a shortfall in it is a share of spending that the copy
would have to be cheaper by.
"""

from __future__ import annotations

from econsim.arrays import Array
from econsim.rules.evaluation import misperception

ONE_SIDED_95, POWER_80 = 1.645, 0.842  # quantiles of the standard normal distribution


def workload_tail_weight(tail_share: Array, failure_cost: Array) -> Array:
    """Weight of the tail in a workload: the share of what is at stake that lies there, in [0, 1].

    tail_share   : share of tasks that are of the rare, hard kind
    failure_cost : what failing one of them costs, as a multiple of failing a common one
    """
    at_stake = tail_share * failure_cost
    return at_stake / (1.0 - tail_share + at_stake)


def expected_shortfall(capability_value: Array, weight: Array, true_gap: Array, believed_gap: Array) -> Array:
    """Shortfall that the buyer did not expect, per dollar of spending: beta w (true - believed).

    weight                 : of the tail in the workload
    true_gap, believed_gap : nats
    """
    return misperception(capability_value, weight, true_gap, believed_gap)


def break_even_discount(capability_value: Array, weight: Array, gap: Array, xp: Array) -> Array:
    """Discount at which a copy makes up for its tail gap, as a share of the price: 1 - exp(-beta w gap).

    With weight 1 and the gap in visible capability it is the discount for that.
    """
    return -xp.expm1(-capability_value * weight * gap)


def worth_of_discount(discount: Array, xp: Array) -> Array:
    """What a discount is worth to a buyer, in log price: -ln(1 - discount)."""
    return -xp.log1p(-discount)


def cases_needed(pass_rate: Array, gap: Array) -> Array:
    """Own test cases that show a gap in pass rate: (1.645 + .842)^2 p (1 - p) / gap^2.

    pass_rate : p, expected without a gap, in (0, 1)
    gap       : in pass rate, > 0
    returns   : cases for a one-sided test at 95% that finds the gap in 80% of all trials (normal approximation)
    """
    return (ONE_SIDED_95 + POWER_80) ** 2 * pass_rate * (1.0 - pass_rate) / (gap * gap)
