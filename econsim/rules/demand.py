"""Demand: a three-level nested log-price logit, customers who stay, and consumer surplus.

Buyers split a fixed budget between AI and everything else (elasticity eta_o), AI spending between labs and the
nest of copies (eta), and copy spending within the nest (eta_c). Log-price logit is CES demand: shares are spending
shares (Anderson, de Palma and Thisse 1992).
"""

from __future__ import annotations

from typing import NamedTuple

from econsim.arrays import FIRM, Array

ABSENT = -1e9  # log value of an alternative that is not on offer
LOWEST_EXPONENT = -300.0  # exp() of less takes a slow path and rounds to nothing anyway
LARGEST_ODDS = 700.0  # exp() overflows above 709


class Split(NamedTuple):
    """How a budget splits over firms and one further alternative."""

    log_sum: Array  # (1, segment, draw)
    share: Array  # (firm, segment, draw)
    rest: Array  # 1 - share, summed over the others rather than subtracted
    other_share: Array  # (1, segment, draw), the further alternative
    other_rest: Array


class Market(NamedTuple):
    """Target shares at one set of prices: what buyers who choose anew this quarter choose."""

    copy_within: Array  # (distiller, segment, draw) share within the copies nest
    copy_rest: Array
    fringe_within: Array  # (1, segment, draw)
    lab_share: Array  # (lab, segment, draw) share within AI
    lab_rest: Array
    nest_share: Array  # (1, segment, draw) the copies nest within AI
    nest_rest: Array
    inclusive_value: Array  # (1, segment, draw) log-price units
    ai_share: Array  # (1, segment, draw) share of the task budget
    outside_share: Array


def task_budget(budget: Array, growth: Array, period: Array, budget_share: Array, xp: Array) -> Array:
    """What buyers of each segment spend on tasks that AI could do, $M per quarter; (1, segment, draw).

    budget       : $M per quarter at the start, all segments
    growth       : log growth per quarter
    period       : quarters since the start
    budget_share : (1, segment, 1)
    """
    return budget * xp.exp(growth * period) * budget_share


def split(values: Array, other: Array, xp: Array) -> Split:
    """Logit shares of firms and of one further alternative, with complements that keep their digits.

    values : (firm, segment, draw) log weights
    other  : (1, segment, draw) log weight of the further alternative
    """
    largest = xp.maximum(xp.largest(values, FIRM), other)
    weight = xp.exp(xp.maximum(values - largest, LOWEST_EXPONENT))
    other_weight = xp.exp(xp.maximum(other - largest, LOWEST_EXPONENT))
    top, other_top = weight == 1.0, other_weight == 1.0
    tied = xp.total(top, FIRM) + other_top - 1.0
    beyond_top = xp.total(xp.where(top, 0.0, weight), FIRM) + xp.where(other_top, 0.0, other_weight) + tied
    everything = 1.0 + beyond_top
    scale = 1.0 / everything
    # Absent firms, alike as they are, do not share what nobody sells.
    empty = largest <= 0.5 * ABSENT
    return Split(
        log_sum=largest + xp.log(everything),
        share=weight * xp.where(empty, 0.0, scale),
        rest=xp.where(empty, 1.0, xp.where(top, beyond_top, everything - weight) * scale),
        other_share=other_weight * scale,
        other_rest=xp.where(other_top, beyond_top, everything - other_weight) * scale,
    )


def log_sum(values: Array, xp: Array) -> Array:
    """Log of the summed weights of all firms, (1, segment, draw)."""
    largest = xp.largest(values, FIRM)
    return largest + xp.log(xp.total(xp.exp(xp.maximum(values - largest, LOWEST_EXPONENT)), FIRM))


def rivals_log_sum(values: Array, other: Array, xp: Array) -> Array:
    """For each firm the log-sum of all the others and the further alternative, (firm, segment, draw)."""
    parts = split(values, other, xp)
    return parts.log_sum + xp.log(xp.maximum(parts.rest, 1e-300))


def adoption_odds(inclusive_value: Array, outside_utility: Array, adoption_elasticity: Array, xp: Array) -> Array:
    """Log odds of spending a budget dollar on AI."""
    odds = adoption_elasticity * (inclusive_value - outside_utility)
    return xp.clip(odds, -LARGEST_ODDS, LARGEST_ODDS)


def adoption(
    inclusive_value: Array, outside_utility: Array, adoption_elasticity: Array, xp: Array
) -> tuple[Array, Array]:
    """Share of the task budget spent on AI, and the share that is not."""
    weight = xp.exp(-adoption_odds(inclusive_value, outside_utility, adoption_elasticity, xp))
    return 1.0 / (1.0 + weight), 1.0 / (1.0 + 1.0 / weight)


def market(
    lab_utility: Array,
    copy_utility: Array,
    fringe_utility: Array,
    outside_utility: Array,
    lab_substitution: Array,
    copy_substitution: Array,
    adoption_elasticity: Array,
    xp: Array,
) -> Market:
    """Target shares of labs, copies, fringe and the outside good.

    lab_utility, copy_utility : (firm, segment, draw) net of log price; `ABSENT` where not offered
    fringe_utility            : (1, segment, draw)
    """
    nest = split(copy_substitution * copy_utility, copy_substitution * fringe_utility, xp)
    nest_value = lab_substitution / copy_substitution * nest.log_sum
    ai = split(lab_substitution * lab_utility, nest_value, xp)
    inclusive_value = ai.log_sum / lab_substitution
    ai_share, outside_share = adoption(inclusive_value, outside_utility, adoption_elasticity, xp)
    return Market(
        copy_within=nest.share,
        copy_rest=nest.rest,
        fringe_within=nest.other_share,
        lab_share=ai.share,
        lab_rest=ai.rest,
        nest_share=ai.other_share,
        nest_rest=ai.other_rest,
        inclusive_value=inclusive_value,
        ai_share=ai_share,
        outside_share=outside_share,
    )


def kept_share(vendor_inertia: Array, last_share: Array, offered: Array, xp: Array) -> Array:
    """Share of AI spending by customers who stay with a vendor that still serves them."""
    return vendor_inertia * xp.where(offered, last_share, 0.0)


def realised_share(kept: Array, choosing_anew: Array, target_share: Array) -> Array:
    """Share within AI: customers who stayed, and this firm's target share of those who choose anew."""
    return kept + choosing_anew * target_share


def experienced_inclusive_value(kept_value: Array, choosing_anew: Array, inclusive_value: Array) -> Array:
    """Inclusive value when part of the buyers stay where they were.

    kept_value : (1, segment, draw) sum over firms of kept share times utility net of log price
    """
    return kept_value + choosing_anew * inclusive_value


def consumer_surplus(
    budget: Array, inclusive_value: Array, outside_utility: Array, adoption_elasticity: Array, xp: Array
) -> Array:
    """Consumer surplus in $M per quarter, by the log-sum (Small and Rosen 1981).

    budget  : (1, segment, draw) task budget, $M per quarter
    returns : (1, segment, draw)
    """
    odds = adoption_odds(inclusive_value, outside_utility, adoption_elasticity, xp)
    return budget * xp.log1p(xp.exp(odds)) / adoption_elasticity


def outside_utility_for(
    initial_ai_share: Array, experienced_value: Array, adoption_elasticity: Array, xp: Array
) -> Array:
    """Utility of the outside good at which AI starts with its observed share of the budget."""
    odds = xp.log(initial_ai_share / (1.0 - initial_ai_share))
    return experienced_value - odds / adoption_elasticity
