"""The quarter's copying round: every distiller plans a copy, the best-placed outsider may enter, some upgrade.

Plans depend on what rivals will sell, so they are made in three sweeps: two against rivals at their usual margins,
then one at the prices of the market that would follow.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from econsim.arrays import Array
from econsim.rules import copying, demand, evaluation, fidelity, firms, policy, pricing, serving, training
from econsim.rules.demand import ABSENT
from econsim.state import Context, CopyingRound, Frame, Prices, Quarter, State


def no_copying(state: State, xp: Array) -> CopyingRound:
    """The round of a world without copying."""
    zero = 0.0 * state.head
    never = zero > 1.0
    return CopyingRound(
        head=state.head,
        tail=state.tail,
        head_loss=zero + 1.0,
        tail_loss=zero + 1.0,
        prior_belief=state.believed_gap,
        considers=never,
        upgrades=never,
        enters=never,
        spending=zero,
        entry_cost=zero,
        entrant_expectation=zero,
        incentive_ratio=zero,
        planned_retention=0.0 * state.public,
        lab_markup_after=state.lab_markup_after,
        distiller_markup_after=state.distiller_markup_after,
        planned_markup=state.planned_markup,
    )


def copying_round(
    state: State,
    quarter: Quarter,
    context: Context,
    prices: Prices,
    teacher: Array,
    detected: Array,
    p: Any,
    frame: Frame,
    xp: Array,
) -> CopyingRound:
    """Plan, choose the candidate, foresee the market, decide.

    teacher  : (1, 1, draw) capability of the best lab that can be copied
    detected : (distiller, 1, draw) bool
    """
    active = state.distiller_active
    eta, eta_c, eta_o = p.lab_substitution, context.copy_substitution, p.adoption_elasticity
    value_per_nat = serving.value_per_nat(p.capability_value, p.serving_elasticity)
    everyone = active | p.distiller_exists
    reachable = xp.maximum(teacher - state.public, 0.0)
    replacement = copying.replacement_training_cost(p.training_cost, teacher, state.public, state.efficiency, xp)
    cost_base = copying.copy_cost_base(
        p.copy_cost_ratio * p.distiller_cost_factor,
        replacement,
        policy.query_cost_factor(quarter.levers.api_restriction),
        context.foreign_factor,
        training.lognormal_luck(quarter.shocks.copy_cost, p.copy_cost_shock_sd, xp),
    )
    prior_belief = xp.where(active, state.believed_gap, evaluation.class_belief(state.believed_gap, active, xp))
    net_share = xp.where(prices.offered, prices.net_share, 0.0)
    ahead = copying.expected_lead(value_per_nat, state.expected_growth, xp)
    lab_value = xp.where(state.lab_active, prices.lab_value + ahead, ABSENT)
    usual_markup = pricing.lowest_markup(eta_c, xp)

    def value_of(head: Array, believed_gap: Array) -> Array:
        utility = serving.copy_utility(head, believed_gap, p.capability_value, context.weight, p.distiller_premium, 0.0)
        cost = serving.log_unit_cost(
            head, state.efficiency, p.serving_elasticity, p.serving_efficiency_growth, quarter.period
        )
        return utility - cost - prices.surcharge

    def rivals_of(value: Array, markup: Array) -> Array:
        selling = xp.where(active & prices.offered, eta_c * (value - markup), ABSENT)
        return demand.rivals_log_sum(selling, eta_c * prices.fringe_value, xp)

    def prospects(labs: Array, *questions: tuple[Array, Array, Array, Array]) -> list[copying.Prospect]:
        """Prospects for several questions (asked of whom, value, rivals, first guess), solved in one go."""
        count, slots = len(questions), frame.distillers
        asked, value, rivals, start = (xp.concatenate(part) for part in zip(*questions, strict=True))
        results = xp.where_needed(
            asked,
            partial(copying.prospect, xp=xp),
            value,
            rivals,
            labs,
            context.budget + 0.0 * state.public,
            xp.concatenate([net_share] * count),
            value_per_nat,
            state.outside_utility,
            eta,
            eta_c,
            eta_o,
            start,
        )
        blocks = [slice(slots * index, slots * (index + 1)) for index in range(count)]
        return [copying.Prospect(*(part[block] for part in results)) for block in blocks]

    def plan(value_of_a_nat: Array) -> tuple[Array, copying.Release]:
        worth = copying.worth_of_full_retention(value_of_a_nat, reachable, context.arrival)
        compression = context.measured_weight, p.retention_exponent, p.tail_complexity
        budget = fidelity.best_budget(frame.law, worth, cost_base, *compression, xp)
        losses = fidelity.lost_shares(frame.law, budget, cost_base, *compression, p.retention_ceiling, xp)
        made = copying.release(state.public, reachable, *losses, prior_belief, p.belief_erosion, context.awareness, xp)
        return budget, made

    def planned_value(planned: copying.Release) -> Array:
        return value_of(planned.head, planned.believed_gap)

    outside = p.distiller_exists & ~active
    labs_now = demand.log_sum(eta * (lab_value - prices.lab_markup), xp)

    def sweep(number: Array, last: tuple) -> tuple:
        """Of a perfect copy, of what would be planned then, and of what would be planned for that."""
        value, markup, first_markup, budget, planned, _ = last
        asked = xp.where(number < 2, everyone, outside)
        (found,) = prospects(labs_now, (asked, value, rivals_of(value, usual_markup), markup))
        budget, planned = xp.if_any(number < 2, lambda: plan(found.value_of_a_nat), (budget, planned))
        return (
            planned_value(planned),
            found.markup,
            xp.where(number == 0, found.markup, first_markup),
            budget,
            planned,
            found.profit,
        )

    nothing = 0.0 * state.head
    blank = nothing, copying.Release(nothing, nothing, nothing, nothing, nothing)
    first = value_of(teacher + nothing, prior_belief), state.planned_markup, state.planned_markup, *blank, nothing
    value, _, planned_markup, budget, planned, hoped_profit = xp.repeat(3, sweep, first)

    score = xp.where(outside, hoped_profit - budget, -xp.inf)
    candidate = copying.best_placed(score, outside, xp)
    considers = active | candidate

    lab_after, copy_after = pricing.nash_markups(
        lab_value,
        xp.where(considers & prices.offered, value, ABSENT),
        prices.fringe_value,
        state.outside_utility,
        eta,
        eta_c,
        eta_o,
        state.lab_markup_after,
        state.distiller_markup_after,
        pricing.WARM_STEPS,
        xp,
    )
    labs_after = demand.log_sum(eta * (lab_value - lab_after), xp)
    kept_value = value_of(state.head, state.believed_gap)
    hosted_value = value_of(state.public + nothing, 0.0)

    def decision(number: Array, last: tuple) -> tuple:
        """The plan at the prices that are foreseen, then what it brings against keeping and against hosting."""
        value, markup, budget, planned, *_ = last
        final = number == 1
        rivals = rivals_of(value, copy_after)
        selling, keeping, hosting = prospects(
            labs_after,
            (considers, value, rivals, markup),
            (active & final, kept_value, rivals, prices.distiller_markup),
            (considers & final, hosted_value, rivals, usual_markup + 0.0 * hosted_value),
        )
        budget, planned = xp.if_any(number == 0, lambda: plan(selling.value_of_a_nat), (budget, planned))
        profits = selling.profit, keeping.profit, hosting.profit
        return planned_value(planned), selling.markup, budget, planned, *profits

    start = value, copy_after, budget, planned, nothing, nothing, nothing
    _, _, budget, planned, new_profit, old_profit, hosting_profit = xp.repeat(2, decision, start)

    ramp = copying.entrant_ramp(p.vendor_inertia, p.planning_horizon)
    pays = copying.upgrade_pays(new_profit, old_profit, context.arrival, budget, planned.head, state.head)
    upgrades = active & ~detected & pays
    enters = candidate & (quarter.shocks.entry < p.entry_probability)
    enters = enters & copying.entry_pays(
        new_profit, hosting_profit, ramp, budget, p.distiller_fixed_cost, p.planning_horizon, p.entry_cost
    )
    return CopyingRound(
        head=planned.head,
        tail=planned.tail,
        head_loss=planned.head_loss,
        tail_loss=planned.tail_loss,
        prior_belief=prior_belief,
        considers=considers,
        upgrades=upgrades,
        enters=enters,
        spending=xp.where(upgrades | enters, budget, 0.0),
        entry_cost=xp.where(enters, p.entry_cost, 0.0),
        entrant_expectation=firms.entrant_expectation(ramp, new_profit, budget, p.distiller_fixed_cost),
        incentive_ratio=xp.where(considers, copying.incentive_ratio(new_profit, hosting_profit, budget, xp), 0.0),
        planned_retention=copying.mean_retention(planned.head_loss, active, xp),
        lab_markup_after=lab_after,
        distiller_markup_after=copy_after,
        planned_markup=planned_markup,
    )
