"""Training: what a lab's next nat of capability is worth, what it costs, and how knowledge spreads.

Capability is the log of effective training compute, so buying more of it at the frontier costs in proportion to
what is already there; efficiency (hardware, algorithms, learning by doing) makes it cheaper for everybody.
"""

from __future__ import annotations

from econsim.arrays import FIRM, SEGMENT, Array
from econsim.rules.serving import value_per_nat

TEACHER_SHARPNESS = 20.0  # how strongly copiers prefer the most capable accessible lab, per nat
SLOWEST_OBSOLESCENCE, FASTEST_OBSOLESCENCE = 0.05, 2.0  # nats per quarter, net of revenue growth


def accessible_capability(history: Array, window: Array, xp: Array) -> Array:
    """Capability of each lab as it stood `window` quarters ago, interpolated between quarters.

    history : (lag, lab, 1, draw) newest first, long enough for the window
    window  : (1, 1, draw) quarters, at most the length of the history less two
    returns : (lab, 1, draw)
    """
    whole = xp.floor(window)
    part = window - whole
    index = (whole + xp.zeros_like(history[:1])).astype(int)
    newer = xp.take_along_axis(history, index, 0)[0]
    older = xp.take_along_axis(history, index + 1, 0)[0]
    return newer + part * (older - newer)


def lead_time(access_lag: Array, release_window: Array) -> Array:
    """Quarters before a model can be copied: the time that access takes, and any window that policy adds."""
    return access_lag + release_window


def teacher_weights(accessible: Array, active: Array, best: Array, xp: Array) -> Array:
    """How copiers spread over the labs that they can copy, (lab, 1, draw), adding to one while any lab is active."""
    weight = xp.where(active, xp.exp(TEACHER_SHARPNESS * xp.minimum(accessible - best, 0.0)), 0.0)
    return weight / xp.maximum(xp.total(weight, FIRM), 1e-300)


def doubling_cost(
    training_cost: Array, capability: Array, efficiency: Array, data_flywheel: Array, usage_share: Array, xp: Array
) -> Array:
    """$M that double a lab's effective compute; usage data makes it cheaper.

    training_cost : $M for the compute of capability 0 at efficiency 0, scalar, (draw,) or (lab, 1, draw)
    usage_share   : (lab, 1, draw) share of all AI revenue
    """
    return training_cost * xp.exp(capability - efficiency) / (1.0 + data_flywheel * usage_share)


def value_of_a_nat(
    capability_value: Array, serving_elasticity: Array, spending: Array, margin: Array, xp: Array
) -> Array:
    """Gross profit that one more nat brings a lab this quarter, before copies follow; $M, (lab, 1, draw).

    spending, margin : (lab, segment, draw)
    """
    return value_per_nat(capability_value, serving_elasticity) * xp.total(spending * (1.0 - margin), SEGMENT)


def value_lost_to_copies(
    capability_value: Array,
    lab_substitution: Array,
    adoption_elasticity: Array,
    teacher_weight: Array,
    head_retention: Array,
    spending: Array,
    margin: Array,
    copy_share: Array,
    ai_share: Array,
    xp: Array,
) -> Array:
    """Gross profit that a lab loses per nat once copies have it too; $M, (lab, 1, draw).

    head_retention : (1, 1, draw) mean retention that active distillers planned last quarter
    copy_share     : (1, segment, draw) distillers' target share within AI
    """
    cross = (lab_substitution - adoption_elasticity) * copy_share + adoption_elasticity * copy_share * ai_share
    return teacher_weight * head_retention * capability_value * xp.total(spending * margin * cross, SEGMENT)


def obsolescence_factor(
    discount_rate: Array, expected_growth: Array, expected_revenue_growth: Array, xp: Array
) -> Array:
    """What a nat's yield next quarter is worth today: discounting and being overtaken, net of market growth."""
    ageing = xp.clip(expected_growth - expected_revenue_growth, SLOWEST_OBSOLESCENCE, FASTEST_OBSOLESCENCE)
    return xp.exp(-ageing) / (1.0 + discount_rate)


def arrival_factor(vendor_inertia: Array, discount_rate: Array) -> Array:
    """Present value of a steady gain when only customers who choose anew bring it in, relative to all at once."""
    return (1.0 - vendor_inertia) / (1.0 - vendor_inertia / (1.0 + discount_rate))


def marginal_value(
    own_value: Array,
    lost_value: Array,
    obsolescence: Array,
    lead_time: Array,
    arrival: Array,
    discount_rate: Array,
    xp: Array,
) -> Array:
    """Present value of one more nat to a lab, $M: own yield over its life, less what copies take after the lead time.

    lead_time : quarters until the nat can be copied (access lag and release window)
    """
    lifetime = arrival / ((1.0 + discount_rate) * (1.0 - obsolescence))
    copied_part = xp.exp((lead_time + 1.0) * xp.log(obsolescence))
    return xp.maximum(lifetime * (own_value - lost_value * copied_part), 0.0)


def wanted_investment(marginal: Array, rd_subsidy: Array, doubling: Array, xp: Array) -> Array:
    """R&D at which the last dollar returns a dollar; q' = q + ln(1 + I / doubling cost) gives it in closed form."""
    return xp.maximum(marginal / (1.0 - rd_subsidy) - doubling, 0.0)


def affordable_investment(cash: Array, operating_profit: Array, rd_subsidy: Array, xp: Array) -> Array:
    """The most R&D that a lab can pay for out of cash and this quarter's operating profit, $M."""
    return xp.maximum(cash + operating_profit, 0.0) / (1.0 - rd_subsidy)


def capability_after(capability: Array, investment: Array, doubling: Array, luck: Array, xp: Array) -> Array:
    """Effective compute accumulates: next quarter's capability."""
    return capability + xp.log1p(luck * investment / doubling)


def lognormal_luck(shock: Array, sd: Array, xp: Array) -> Array:
    """Lognormal factor with mean one from a standard normal shock."""
    return xp.exp(sd * shock - 0.5 * sd * sd)


def efficiency_after(
    efficiency: Array,
    efficiency_growth: Array,
    learning_by_doing: Array,
    rd_stock: Array,
    rd_stock_after: Array,
    xp: Array,
) -> Array:
    """Training efficiency next quarter: exogenous growth and Wright's law in cumulative R&D."""
    return efficiency + efficiency_growth + learning_by_doing * xp.log(rd_stock_after / rd_stock)


def public_after(public: Array, frontier: Array, leakage_rate: Array) -> Array:
    """Public knowledge next quarter: a share of the distance to the frontier leaks out."""
    return public + leakage_rate * (frontier - public)


def steady_public_capability(growth: Array, leakage_rate: Array) -> Array:
    """Public knowledge relative to the frontier, in nats, where leakage has long kept pace with steady growth.

    growth : of the frontier, nats per quarter
    """
    return -growth / leakage_rate
