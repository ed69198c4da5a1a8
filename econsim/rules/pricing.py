"""Prices: Bertrand-Nash between labs and copies, and one firm's best reply.

Log profit is log-supermodular in log prices and its Jacobian strictly diagonally dominant, so the equilibrium is
unique and Newton's method is safe (Nocke and Schutz 2018; Morrow and Skerlos 2010). Given the two nest aggregates
(log-sum of the copies, log-sum of AI) each firm's condition depends on its own markup alone: the Newton matrix is
a diagonal plus rank two, and its exact step costs a 2x2 system per segment.
"""

from __future__ import annotations

from typing import NamedTuple

from econsim.arrays import FIRM, SEGMENT, Array
from econsim.rules.demand import LARGEST_ODDS, Market, market

WARM_STEPS = 12
COLD_STEPS = 16
REPLY_STEPS = 10
SETTLED = 5e-7  # in log odds: the step after one this small is lost in rounding, since Newton's error squares
REPLY_SETTLED = 1e-4  # the same for the reply, whose error is cubed
LARGEST_STEP = 3.0
LARGEST_BEND = 0.5
KINK_IN_SIGHT = 2.0  # log odds against rivals from which a rise in price may reach a limit-price kink
LARGEST_LEAD = 600.0  # log odds of a copy against its rivals beyond which nothing changes


class Reply(NamedTuple):
    """One firm's best reply to the rest of the market."""

    markup: Array  # (firm, segment, draw) log price over cost
    elasticity: Array  # (firm, segment, draw)
    share: Array  # (firm, segment, draw) share of the task budget


def lerner_margin(elasticity: Array) -> Array:
    """Price-cost margin of a Bertrand-Nash firm facing its own residual demand.

    elasticity : (firm, segment, draw) absolute own-price elasticity, > 0
    returns    : (firm, segment, draw) (price - cost) / price, in (0, 1)

    Log-price logit demand makes profit log-supermodular, so the best reply is the whole story: 1 / (1 + elasticity).
    Anderson, de Palma and Thisse (1992), ch. 7.
    """
    return 1.0 / (1.0 + elasticity)


def margin_of(markup: Array, xp: Array) -> Array:
    """Price-cost margin of a log markup: (price - cost) / price."""
    return 1.0 - xp.exp(-markup)


def lab_elasticity(shares: Market, lab_substitution: Array, adoption_elasticity: Array) -> Array:
    """Own-price elasticity of each lab, (lab, segment, draw)."""
    return lab_substitution * shares.lab_rest + adoption_elasticity * shares.lab_share * shares.outside_share


def copy_elasticity(
    shares: Market, lab_substitution: Array, copy_substitution: Array, adoption_elasticity: Array
) -> Array:
    """Own-price elasticity of each copy, (distiller, segment, draw)."""
    beyond_nest = lab_substitution * shares.nest_rest + adoption_elasticity * shares.nest_share * shares.outside_share
    return copy_substitution * shares.copy_rest + beyond_nest * shares.copy_within


def lowest_markup(substitution: Array, xp: Array) -> Array:
    """Log markup of a firm with no market power beyond its brand: the least that any firm charges."""
    return xp.log1p(1.0 / substitution)


def first_order_condition(markup: Array, elasticity: Array, xp: Array) -> Array:
    """ln elasticity + ln(price/cost - 1): zero at the best reply; nearly linear even through limit-price kinks."""
    return markup + xp.log(xp.maximum(elasticity, 1e-300) * (1.0 - xp.exp(-markup)))


def nash_markups(
    lab_value: Array,
    copy_value: Array,
    fringe_value: Array,
    outside_utility: Array,
    lab_substitution: Array,
    copy_substitution: Array,
    adoption_elasticity: Array,
    lab_start: Array,
    copy_start: Array,
    steps: int,
    xp: Array,
) -> tuple[Array, Array]:
    """Equilibrium log markups of labs and copies, segment by segment.

    lab_value, copy_value : (firm, segment, draw) utility net of log cost; `demand.ABSENT` where not offered
    fringe_value          : (1, segment, draw); the fringe sells at cost
    lab_start, copy_start : (firm, segment, draw) first guess
    steps                 : `WARM_STEPS` from last quarter's markups, `COLD_STEPS` from anywhere
    returns               : two arrays (firm, segment, draw)
    """
    given = (
        lab_value,
        copy_value,
        fringe_value,
        outside_utility,
        lab_substitution,
        copy_substitution,
        adoption_elasticity,
        lowest_markup(lab_substitution, xp),
        lowest_markup(copy_substitution, xp),
    )

    def improve(markups: tuple, given: tuple) -> tuple[tuple, Array]:
        return _newton_step(markups, given, xp)

    return xp.iterate(steps, improve, (lab_start, copy_start), given)


def _newton_step(markups: tuple, given: tuple, xp: Array) -> tuple[tuple, Array]:
    lab_markup, copy_markup = markups
    lab_value, copy_value, fringe_value, outside_utility, eta, eta_c, eta_o, lab_least, copy_least = given
    shares = market(
        lab_value - lab_markup, copy_value - copy_markup, fringe_value, outside_utility, eta, eta_c, eta_o, xp
    )
    lab, copy, nest = shares.lab_share, shares.copy_within, shares.nest_share
    lab_eps = xp.maximum(lab_elasticity(shares, eta, eta_o), 1e-300)
    copy_eps = xp.maximum(copy_elasticity(shares, eta, eta_c, eta_o), 1e-300)

    # How the conditions move with the own markup (diagonal) and with the two log-sums.
    leave_ai = eta - eta_o * shares.outside_share
    shrink_ai = eta_o * eta_o / eta * shares.outside_share * shares.ai_share
    leave_nest = (eta_c - eta) + nest * leave_ai
    on_nest = leave_nest - nest * (eta / eta_c) * leave_ai
    on_ai = leave_ai - shrink_ai
    lab_own, lab_pull = _own_step_and_pull(lab_markup, lab_eps, lab, eta * leave_ai, xp)
    copy_own, copy_pull = _own_step_and_pull(copy_markup, copy_eps, copy, eta_c * leave_nest, xp)

    # The 2x2 system for the change of the two log-sums (nest, AI).
    nest_drive = eta_c * xp.total(copy * copy_own, FIRM)
    nest_echo = eta_c * xp.total(copy * copy_pull, FIRM)
    ai_drive = eta * xp.total(lab * lab_own, FIRM)
    ai_echo = eta * xp.total(lab * lab_pull, FIRM)
    a11, a12 = 1.0 - on_nest * nest_echo, -nest * on_ai * nest_echo
    a21, a22 = -nest * (eta / eta_c), 1.0 - on_ai * ai_echo
    scale = 1.0 / (a11 * a22 - a12 * a21)
    nest_change = (nest_drive * a22 - a12 * ai_drive) * scale
    ai_change = (a11 * ai_drive - a21 * nest_drive) * scale

    lab_step = lab_own + (on_ai * ai_change) * lab_pull
    copy_step = copy_own + (on_nest * nest_change + nest * on_ai * ai_change) * copy_pull
    lab_new = xp.maximum(lab_markup - step_to_kink(lab_step, lab, shares.lab_rest, eta, xp), lab_least)
    copy_new = xp.maximum(copy_markup - step_to_kink(copy_step, copy, shares.copy_rest, eta_c, xp), copy_least)
    lab_moved = xp.largest(xp.abs(lab_new - lab_markup), FIRM)
    copy_moved = xp.largest(xp.abs(copy_new - copy_markup), FIRM)
    moved = xp.maximum(eta * lab_moved, eta_c * copy_moved)
    return (lab_new, copy_new), xp.largest(moved, SEGMENT) <= SETTLED


def _own_step_and_pull(markup: Array, elasticity: Array, share: Array, steepening: Array, xp: Array) -> tuple:
    """A firm's Newton step at given log-sums, and how its markup follows them.

    steepening : (1, segment, draw) rise of the elasticity with the own log markup, per unit of share
    """
    growth = xp.exp(markup)
    gain = growth - 1.0
    miss = elasticity * gain
    per_miss = 1.0 / miss
    ratio = share * (gain * per_miss)
    above, below = log_near_one(miss)
    slope = growth * (elasticity * per_miss) + steepening * ratio
    per_slope = 1.0 / (below * slope)
    return above * per_slope, ratio * below * per_slope


def nash_residual(lab_markup: Array, copy_markup: Array, lab_eps: Array, copy_eps: Array, xp: Array) -> Array:
    """Largest miss of any firm's first-order condition, (1, 1, draw); what a solved draw keeps below 1e-10."""
    lab_miss = xp.largest(xp.abs(first_order_condition(lab_markup, lab_eps, xp)), FIRM)
    copy_miss = xp.largest(xp.abs(first_order_condition(copy_markup, copy_eps, xp)), FIRM)
    return xp.largest(xp.maximum(lab_miss, copy_miss), SEGMENT)


def best_reply(
    value: Array,
    rivals: Array,
    labs: Array,
    outside_utility: Array,
    lab_substitution: Array,
    copy_substitution: Array,
    adoption_elasticity: Array,
    start: Array,
    xp: Array,
) -> Reply:
    """Best reply of one copy to rivals and labs whose prices it takes as given.

    value  : (firm, segment, draw) utility net of log cost
    rivals : (firm, segment, draw) log-sum of the other copies and the fringe, in units of copy_substitution
    labs   : (1, segment, draw) log-sum of the labs, in units of lab_substitution
    start  : (firm, segment, draw) first guess of the log markup
    """
    rivals = xp.maximum(rivals, copy_substitution * value - LARGEST_LEAD)
    lab_odds = adoption_elasticity * (outside_utility - labs / lab_substitution)
    given = (
        copy_substitution * value - rivals,
        lab_substitution / copy_substitution * rivals - labs,
        xp.exp(xp.clip(lab_odds, -LARGEST_ODDS, LARGEST_ODDS)),
        lab_substitution,
        copy_substitution,
        adoption_elasticity,
        lab_substitution / copy_substitution,
        adoption_elasticity / lab_substitution,
        lowest_markup(copy_substitution, xp),
    )

    def improve(unknown: tuple, given: tuple) -> tuple[tuple, Array]:
        return _reply_step(unknown[0], given, xp)

    return Reply(*xp.iterate(REPLY_STEPS, improve, (start, start, start), given))


def _reply_step(markup: Array, given: tuple, xp: Array) -> tuple[tuple, Array]:
    """One step of Halley's method, with elasticity and share carried along to second order.

    Each share falls in the own markup at a rate that is itself made of shares, so curvature and its slope cost no
    further exponential; the step's error is cubed, which spares a third of the steps.
    """
    lead, nest_lead, without_copies, eta, eta_c, eta_o, nest_ratio, ai_ratio, least = given
    odds = xp.exp(lead - eta_c * markup)
    nest_total = 1.0 + odds
    rest = 1.0 / nest_total
    within = odds * rest
    nest_odds = xp.exp(xp.minimum(nest_ratio * xp.log(nest_total) + nest_lead, LARGEST_ODDS))
    ai_total = 1.0 + nest_odds
    nest_rest = 1.0 / ai_total
    outside_odds = without_copies * xp.exp(-ai_ratio * xp.log(ai_total))
    ai_share = 1.0 / (1.0 + outside_odds)
    in_ai = within * nest_odds * nest_rest
    in_budget = in_ai * ai_share

    # Rates at which the shares within the nest, within AI and of the budget fall; the last is the elasticity.
    from_nest = eta_c * rest
    from_ai = from_nest + eta * within * nest_rest
    elasticity = from_ai + eta_o * in_ai * (outside_odds * ai_share)
    nest_loss, ai_loss, budget_loss = within * from_nest, in_ai * from_ai, in_budget * elasticity
    slope = (eta_c - eta) * nest_loss + (eta - eta_o) * ai_loss + eta_o * budget_loss
    from_ai_slope = (eta_c - eta) * nest_loss + eta * ai_loss
    curvature = (
        (eta_c - eta) * nest_loss * (eta_c * within - from_nest)
        + (eta - eta_o) * (in_ai * from_ai_slope - ai_loss * from_ai)
        + eta_o * (in_budget * slope - budget_loss * elasticity)
    )

    # Division is what vector units are slowest at, so reciprocals are shared.
    growth = xp.exp(markup)
    gain = growth - 1.0
    miss = elasticity * gain
    per_miss = 1.0 / miss
    per_gain, per_elasticity = elasticity * per_miss, gain * per_miss
    relative, steepness = slope * per_elasticity, growth * per_gain
    miss_slope = relative + steepness
    miss_curvature = curvature * per_elasticity - relative * relative - steepness * per_gain
    above, below = log_near_one(miss)
    per_slope = 1.0 / (below * miss_slope)
    newton = above * per_slope
    bend = xp.clip(0.5 * newton * miss_curvature * below * per_slope, -LARGEST_BEND, LARGEST_BEND)
    step = newton / (1.0 - bend)
    new = xp.maximum(markup - step_to_kink(step, within, rest, eta_c, xp), least)
    moved = new - markup
    half = 0.5 * moved * moved
    share = in_budget * (1.0 - elasticity * moved + (elasticity * elasticity - slope) * half)
    reply = (new, elasticity + slope * moved + curvature * half, share)
    return reply, xp.largest(eta_c * xp.largest(xp.abs(moved), FIRM), SEGMENT) <= REPLY_SETTLED


def log_near_one(x: Array) -> tuple[Array, Array]:
    """ln x to fifth order around 1, and bounded by 3 in size far from it: what a Newton step needs of a logarithm.

    returns : numerator and denominator, so that a caller who divides anyway divides once

    Pade approximant [2/2] in x; the miss at a root is exact, the step away from it is capped.
    """
    square = x * x
    return 3.0 * (square - 1.0), square + 4.0 * x + 1.0


def step_to_kink(step: Array, share: Array, rest: Array, substitution: Array, xp: Array) -> Array:
    """A Newton step, taken off the markup, that is not too long and does not jump up over a limit-price kink.

    share, rest : of the firm in its nest, and what is left to its rivals

    A firm far ahead raises its price until its rivals can just compete, at log odds of about 1; beyond that its demand
    breaks away, and a step over the edge is thrown back for ever. No leap of less than 1 / substitution gets there.
    """
    plain = xp.clip(step, -LARGEST_STEP, LARGEST_STEP)
    leaps = step * substitution < 1.0 - KINK_IN_SIGHT

    def stopped() -> Array:
        log_odds = xp.log(xp.maximum(share / xp.maximum(rest, 1e-300), 1.0))
        rise = xp.where(log_odds > KINK_IN_SIGHT, (log_odds - 1.0) / substitution, LARGEST_STEP)
        return xp.maximum(plain, -rise)

    return xp.if_any(leaps, stopped, plain)
