"""The opening: the economy at the start of its first quarter, with outside utility set to the observed AI share."""

from __future__ import annotations

from typing import Any

from econsim.arrays import FIRM, SEGMENT, Array
from econsim.rules import demand, evaluation, own_tier, pricing, serving
from econsim.rules.demand import ABSENT
from econsim.state import Frame, State

HISTORY = 60  # quarters of frontier history; the longest access lag and release window together are 58
INITIAL_DISPERSION = 0.05  # standard deviation of the labs' starting capability, nats
CALIBRATION_ROUNDS = 24  # at most; each takes off about four digits, so that most draws settle in six
CALIBRATED = 1e-11  # change in log price: a round after one this small is lost in rounding


def start(p: Any, frame: Frame, dispersion: Array, xp: Array) -> State:
    """The first quarter: labs on their starting path, no copies, outside utility set to the observed AI share.

    p          : namespace of parameters, each a float, (draw,) or (firm, 1, draw)
    dispersion : (lab, 1, draw) standard normal
    """
    draws = dispersion.shape[-1]
    firm_zero = xp.zeros((frame.distillers, 1, draws))
    draw_zero = xp.zeros((1, 1, draws))
    spread = INITIAL_DISPERSION * dispersion
    ahead = xp.largest(xp.where(p.lab_exists, spread, ABSENT), FIRM)
    capability = spread - ahead + p.initial_capability
    public = draw_zero + p.public_at_start
    lab_active = p.lab_exists & (capability > ABSENT)
    starts = p.distiller_starts & (firm_zero == 0.0)
    head = xp.where(starts, xp.maximum(p.distiller_capability, public), public + firm_zero)
    outside, lab_share, fringe_share, lab_markup = _calibrate(p, frame, public, xp)
    copy_markup = pricing.lowest_markup(p.lab_substitution * p.copy_substitution_ratio, xp)
    segments = xp.zeros((1, len(frame.segments), 1))
    copy_markup = copy_markup + segments + firm_zero
    lab_markup = lab_markup + segments
    lags = xp.arange(HISTORY).reshape(-1, 1, 1, 1)
    return State(
        outside_utility=outside,
        capability=capability,
        history=capability - p.initial_expected_growth * lags,
        lab_active=lab_active,
        cash=p.lab_cash + 0.0 * capability,
        lab_expectation=0.0 * capability,
        head=head,
        tail=head,
        believed_gap=firm_zero,
        distiller_active=starts,
        distiller_expectation=firm_zero,
        public=public,
        efficiency=draw_zero,
        rd_stock=p.cumulative_rd + draw_zero,
        expected_growth=p.initial_expected_growth + draw_zero,
        expected_revenue_growth=p.initial_revenue_growth + draw_zero,
        last_revenue=1.0 + draw_zero,
        planned_retention=draw_zero,
        lab_share=xp.where(lab_active, lab_share, 0.0) + segments,
        distiller_share=firm_zero + segments,
        fringe_share=fringe_share + segments,
        lab_markup=lab_markup,
        distiller_markup=copy_markup,
        lab_markup_after=lab_markup,
        distiller_markup_after=copy_markup,
        planned_markup=copy_markup,
    )


def product_range(p: Any, weight: Array, frame: Frame, xp: Array) -> tuple[Array, Array]:
    """What labs' small models add to their offers and the share of sales that they make; zeros where there are none.

    weight  : (1, segment, draw) tail weight
    returns : two arrays (1, segment, draw), log price and share
    """
    if not frame.own_tier:
        return 0.0 * weight, 0.0 * weight
    relative = own_tier.relative_value(
        p.capability_value, p.own_tier_gap, p.own_tier_tail_gap, p.own_tier_cost_ratio, weight, xp
    )
    substitution = p.lab_substitution * p.own_tier_substitution_ratio
    return own_tier.range_value(relative, substitution, xp), own_tier.small_share(relative, substitution, xp)


def _calibrate(p: Any, frame: Frame, public: Array, xp: Array) -> tuple[Array, Array, Array, Array]:
    """Outside utility, first shares and first markups: the fixed point of prices and the observed AI share.

    Labs stand where the scenario puts them, without dispersion and shocks; with inertia, buyers experience what
    they bought. Prices hardly depend on outside utility, so a few rounds of one Newton step settle both.
    """
    eta, eta_c, eta_o = p.lab_substitution, p.lab_substitution * p.copy_substitution_ratio, p.adoption_elasticity
    value_per_nat = serving.value_per_nat(p.capability_value, p.serving_elasticity)
    lab_value = xp.where(p.lab_exists, value_per_nat * p.initial_capability + p.lab_premium, ABSENT) + 0.0 * public
    if frame.own_tier:  # outside utility is one for all buyers, so the small model counts with its mean value
        weight = evaluation.segment_tail_weight(p.tail_weight, p.relative_tail_weight)
        added, _ = product_range(p, weight, frame, xp)
        lab_value = lab_value + xp.total(p.budget_share * added, SEGMENT) / xp.total(p.budget_share, SEGMENT)
    copy_value = xp.zeros((1, 1, 1)) + ABSENT + 0.0 * public
    hosted = value_per_nat * public - xp.log(p.copy_serving_cost_ratio)
    fringe_value = hosted if frame.public_fringe else ABSENT + 0.0 * public
    lab_markup = pricing.lowest_markup(eta, xp) + 0.0 * lab_value
    copy_markup = pricing.lowest_markup(eta_c, xp) + 0.0 * copy_value
    shares = demand.market(lab_value - lab_markup, copy_value, fringe_value, 0.0 * public, eta, eta_c, eta_o, xp)

    def a_round(unknown: tuple, given: tuple) -> tuple[tuple, Array]:
        last_outside, last_markup, copy_markup, lab_share, nest_share, inclusive_value = unknown
        lab_value, copy_value, fringe_value, exists, kept, initial_ai_share, eta, eta_c, eta_o = given
        bought = xp.total(lab_share * xp.where(exists, lab_value - last_markup, 0.0), FIRM)
        if frame.public_fringe:
            bought = bought + nest_share * fringe_value
        experienced = demand.experienced_inclusive_value(kept * bought, 1.0 - kept, inclusive_value)
        outside = demand.outside_utility_for(initial_ai_share, experienced, eta_o, xp)
        lab_markup, copy_markup = pricing.nash_markups(
            lab_value, copy_value, fringe_value, outside, eta, eta_c, eta_o, last_markup, copy_markup, 1, xp
        )
        found = demand.market(
            lab_value - lab_markup, copy_value - copy_markup, fringe_value, outside, eta, eta_c, eta_o, xp
        )
        unknown = outside, lab_markup, copy_markup, found.lab_share, found.nest_share, found.inclusive_value
        moved = xp.maximum(xp.abs(outside - last_outside), xp.largest(xp.abs(lab_markup - last_markup), FIRM))
        return unknown, xp.largest(moved, SEGMENT) <= CALIBRATED

    given = lab_value, copy_value, fringe_value, p.lab_exists, p.vendor_inertia, p.initial_ai_share, eta, eta_c, eta_o
    first = 0.0 * public, lab_markup, copy_markup, shares.lab_share, shares.nest_share, shares.inclusive_value
    outside, lab_markup, _, lab_share, nest_share, _ = xp.iterate(CALIBRATION_ROUNDS, a_round, first, given)
    fringe_share = nest_share if frame.public_fringe else 0.0 * outside
    return outside, lab_share, fringe_share, lab_markup
