"""Copying: what it costs, what it brings, and when it pays. Nothing here knows of politics, only of cost and gain."""

from __future__ import annotations

from typing import NamedTuple

from econsim.arrays import FIRM, SEGMENT, Array
from econsim.rules.evaluation import belief_at_release, learn, tail_gap
from econsim.rules.pricing import best_reply, lerner_margin

LEAST_TRAINING_COST = 1e-6  # $M
TIE = 1e-9  # relative
FASTEST_EXPECTED_GROWTH = 2.0  # nats per quarter that labs are expected to add, at most


class Prospect(NamedTuple):
    """What a distiller expects from selling a given copy."""

    profit: Array  # (distiller, 1, draw) $M per quarter at its best-reply price
    value_of_a_nat: Array  # (distiller, 1, draw) $M per quarter
    markup: Array  # (distiller, segment, draw) log markup at that price


class Release(NamedTuple):
    """A planned copy."""

    head: Array  # (distiller, 1, draw) nats
    tail: Array
    believed_gap: Array  # a quarter after release
    head_loss: Array  # share
    tail_loss: Array


def replacement_training_cost(
    training_cost: Array, teacher: Array, public: Array, efficiency: Array, xp: Array
) -> Array:
    """$M to train from public knowledge up to the teacher, at today's efficiency."""
    cost = training_cost * (xp.exp(xp.minimum(teacher - efficiency, 500.0)) - xp.exp(public - efficiency))
    return xp.maximum(cost, LEAST_TRAINING_COST)


def copy_cost_base(
    copy_cost_ratio: Array, replacement_cost: Array, query_cost_factor: Array, foreign_cost_factor: Array, luck: Array
) -> Array:
    """$M that one unit of copying effort costs: a small share of training anew (the asymmetry itself)."""
    return copy_cost_ratio * replacement_cost * query_cost_factor * foreign_cost_factor * luck


def worth_of_full_retention(value_of_a_nat: Array, reachable: Array, arrival: Array) -> Array:
    """$M that a copy without any loss would be worth to a distiller, to first order.

    value_of_a_nat : (distiller, 1, draw) $M per quarter
    reachable      : (1, 1, draw) nats between public knowledge and the teacher
    arrival        : present value of customers coming over, see `training.arrival_factor`
    """
    return value_of_a_nat * reachable * arrival


def expected_lead(value_per_nat: Array, expected_growth: Array, xp: Array) -> Array:
    """Log-price value that labs are expected to add while a copy is being made."""
    return value_per_nat * xp.clip(expected_growth, 0.0, FASTEST_EXPECTED_GROWTH)


def mean_retention(head_loss: Array, active: Array, xp: Array) -> Array:
    """Mean share of the head that active distillers plan to keep, (1, 1, draw); 0 where there are none."""
    count = xp.total(xp.where(active, 1.0, 0.0), FIRM)
    return xp.total(xp.where(active, 1.0 - head_loss, 0.0), FIRM) / xp.maximum(count, 1.0)


def release(
    public: Array,
    reachable: Array,
    head_loss: Array,
    tail_loss: Array,
    believed_gap: Array,
    belief_erosion: Array,
    awareness: Array,
    xp: Array,
) -> Release:
    """The copy that given losses make, and what buyers will believe of it a quarter after release.

    reachable : (1, 1, draw) nats between public knowledge and the teacher
    """
    head = public + reachable * (1.0 - head_loss)
    tail = public + reachable * (1.0 - tail_loss)
    fresh = belief_at_release(believed_gap, belief_erosion)
    return Release(head, tail, learn(fresh, tail_gap(head, tail, xp), awareness), head_loss, tail_loss)


def prospect(
    value: Array,
    rivals: Array,
    labs: Array,
    budget: Array,
    net_share: Array,
    value_per_nat: Array,
    outside_utility: Array,
    lab_substitution: Array,
    copy_substitution: Array,
    adoption_elasticity: Array,
    start: Array,
    xp: Array,
) -> Prospect:
    """Target profit of a copy at its own best-reply price against given rivals and labs, and its slope in capability.

    value         : (distiller, segment, draw) utility net of log cost
    rivals, labs  : log-sums, see `pricing.best_reply`
    budget        : (1, segment, draw) task budget, $M per quarter
    net_share     : (distiller, segment, draw) share of revenue kept, 0 where not offered
    value_per_nat : capability_value - serving_elasticity, log price per nat
    start         : (distiller, segment, draw) first guess of the log markup
    """
    reply = best_reply(
        value, rivals, labs, outside_utility, lab_substitution, copy_substitution, adoption_elasticity, start, xp
    )
    profit = budget * net_share * reply.share * lerner_margin(reply.elasticity)
    slope = value_per_nat * xp.total(profit * reply.elasticity, SEGMENT)
    return Prospect(xp.total(profit, SEGMENT), slope, reply.markup)


def entrant_ramp(vendor_inertia: Array, planning_horizon: Array) -> Array:
    """Share of its target profit that an entrant earns on average while customers come over, within its horizon."""
    missed = vendor_inertia * (1.0 - vendor_inertia**planning_horizon)
    return 1.0 - missed / ((1.0 - vendor_inertia) * planning_horizon)


def upgrade_pays(
    new_profit: Array, old_profit: Array, arrival: Array, budget: Array, new_head: Array, old_head: Array
) -> Array:
    """Whether an active distiller replaces its copy by a newer one."""
    return (arrival * (new_profit - old_profit) > budget) & (budget > 0.0) & (new_head > old_head)


def entry_pays(
    new_profit: Array,
    hosting_profit: Array,
    ramp: Array,
    budget: Array,
    fixed_cost: Array,
    planning_horizon: Array,
    entry_cost: Array,
) -> Array:
    """Whether an entrant recovers its entry cost within its horizon, and does better than by hosting public models."""
    surplus = (ramp * new_profit - budget - fixed_cost) * planning_horizon
    return (surplus > entry_cost) & (new_profit - hosting_profit > budget) & (budget > 0.0)


def best_placed(surplus: Array, outside: Array, xp: Array) -> Array:
    """The outsider who may enter this quarter: the one with the largest surplus, the first of those that tie.

    surplus : (distiller, 1, draw) $M, -inf for those inside
    outside : (distiller, 1, draw) bool
    returns : (distiller, 1, draw) bool, at most one a draw

    Where nobody would copy all outsiders are alike: a tie within rounding must not be decided by rounding.
    """
    best = xp.largest(surplus, FIRM)
    ties = outside & (surplus >= best - TIE * xp.abs(best))
    first = xp.argmax(ties, FIRM)[None]
    return ties & (xp.arange(surplus.shape[FIRM]).reshape(-1, 1, 1) == first)


def incentive_ratio(new_profit: Array, hosting_profit: Array, budget: Array, xp: Array) -> Array:
    """Quarterly gain from copying per dollar of copying: above 1 a copy pays for itself within a quarter.

    returns : (distiller, 1, draw); 0 where copying has no worthwhile budget
    """
    gain = new_profit - hosting_profit
    return xp.where(budget > 0.0, gain / xp.where(budget > 0.0, budget, 1.0), 0.0)
