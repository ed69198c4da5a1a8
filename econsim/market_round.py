"""The quarter's markets: offers, Bertrand-Nash prices, and what buyers then spend where."""

from __future__ import annotations

from typing import Any

from econsim.arrays import FIRM, Array
from econsim.rules import demand, evaluation, policy, pricing, serving, welfare
from econsim.rules.demand import ABSENT
from econsim.state import Context, Frame, Prices, Quarter, State


def market_round(state: State, quarter: Quarter, context: Context, p: Any, frame: Frame, xp: Array) -> Prices:
    """Offers, Bertrand-Nash prices, and what buyers then spend where."""
    levers, shocks = quarter.levers, quarter.shocks
    lab_active, distiller_active = state.lab_active, state.distiller_active
    eta, eta_c, eta_o = p.lab_substitution, context.copy_substitution, p.adoption_elasticity

    friction = policy.lab_friction(p.api_friction, levers.api_restriction)
    lab_utility = serving.lab_utility(
        state.capability, p.capability_value, p.lab_premium, friction, p.demand_shock_sd * shocks.lab_demand
    )
    lab_log_cost = _log_cost(state.capability, state, quarter, p)
    lab_value = xp.where(lab_active, lab_utility - lab_log_cost + context.range_value, ABSENT) + 0.0 * context.weight

    true_gap = evaluation.tail_gap(state.head, state.tail, xp)
    misperception = evaluation.misperception(p.capability_value, context.weight, true_gap, state.believed_gap)
    kept = policy.net_of_transfer(
        levers.royalty_rate,
        context.any_lab,
        levers.detection_rate,
        levers.penalty_multiple,
        context.enforceable,
        levers.liability_share,
        misperception,
        xp,
    )
    offered = policy.is_offered(kept)
    net_share = xp.where(offered, kept, 1.0)
    smaller = serving.log_copy_cost_ratio(p.copy_serving_cost_ratio, context.foreign_factor, xp)
    surcharge = smaller + serving.log_transfer_markup(kept, offered, xp)
    copy_log_cost = _log_cost(state.head, state, quarter, p) + surcharge
    copy_utility = serving.copy_utility(
        state.head,
        state.believed_gap,
        p.capability_value,
        context.weight,
        p.distiller_premium,
        p.demand_shock_sd * shocks.distiller_demand,
    )
    serves = distiller_active & offered
    copy_value = xp.where(serves, copy_utility - copy_log_cost, ABSENT)

    fringe_log_cost = _log_cost(state.public, state, quarter, p) + xp.log(p.copy_serving_cost_ratio)
    hosted = serving.public_utility(state.public, p.capability_value) - fringe_log_cost
    fringe_value = (hosted if frame.public_fringe else ABSENT) + 0.0 * context.weight

    lab_markup, distiller_markup = pricing.nash_markups(
        lab_value,
        copy_value,
        fringe_value,
        state.outside_utility,
        eta,
        eta_c,
        eta_o,
        state.lab_markup,
        state.distiller_markup,
        pricing.WARM_STEPS,
        xp,
    )
    target = demand.market(
        lab_value - lab_markup,
        copy_value - distiller_markup,
        fringe_value,
        state.outside_utility,
        eta,
        eta_c,
        eta_o,
        xp,
    )
    residual = pricing.nash_residual(
        lab_markup,
        distiller_markup,
        pricing.lab_elasticity(target, eta, eta_o),
        pricing.copy_elasticity(target, eta, eta_c, eta_o),
        xp,
    )

    inertia = p.vendor_inertia
    lab_kept = demand.kept_share(inertia, state.lab_share, lab_active, xp)
    copy_kept = demand.kept_share(inertia, state.distiller_share, serves, xp)
    fringe_kept = inertia * state.fringe_share
    anew = 1.0 - (xp.total(lab_kept, FIRM) + xp.total(copy_kept, FIRM) + fringe_kept)
    lab_share = demand.realised_share(lab_kept, anew, xp.where(lab_active, target.lab_share, 0.0))
    copy_target = xp.where(serves, target.copy_within * target.nest_share, 0.0)
    distiller_share = demand.realised_share(copy_kept, anew, copy_target)
    fringe_target = target.fringe_within * target.nest_share if frame.public_fringe else 0.0
    fringe_share = demand.realised_share(fringe_kept, anew, fringe_target)
    kept_value = (
        xp.total(lab_kept * (lab_value - lab_markup), FIRM)
        + xp.total(copy_kept * (copy_value - distiller_markup), FIRM)
        + fringe_kept * fringe_value
    )
    experienced = demand.experienced_inclusive_value(kept_value, anew, target.inclusive_value)
    ai_share, _ = demand.adoption(experienced, state.outside_utility, eta_o, xp)
    ai_budget = context.budget * ai_share
    distiller_spending = ai_budget * distiller_share
    return Prices(
        lab_value=lab_value,
        fringe_value=fringe_value,
        net_share=net_share,
        offered=offered,
        surcharge=surcharge,
        lab_markup=lab_markup,
        distiller_markup=distiller_markup,
        residual=residual,
        target=target,
        lab_share=lab_share,
        distiller_share=distiller_share,
        fringe_share=fringe_share,
        experienced_value=experienced,
        lab_spending=ai_budget * lab_share,
        distiller_spending=distiller_spending,
        fringe_spending=ai_budget * fringe_share,
        lab_log_price=serving.log_price(lab_log_cost, lab_markup),
        distiller_log_price=serving.log_price(copy_log_cost, distiller_markup),
        fringe_log_price=fringe_log_cost + 0.0 * context.weight,
        misperception=misperception,
        true_gap=true_gap,
        hidden_loss=welfare.hidden_loss(distiller_spending, misperception),
    )


def _log_cost(capability: Array, state: State, quarter: Quarter, p: Any) -> Array:
    return serving.log_unit_cost(
        capability, state.efficiency, p.serving_elasticity, p.serving_efficiency_growth, quarter.period
    )
