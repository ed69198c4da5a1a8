"""One quarter of the economy, in reading order: `step(state, quarter, ...) -> (state, flows)`.

This file, `market_round.py` and `copying_round.py` wire rules together for whole populations of firms; the equations
themselves are in `econsim/rules/`.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from econsim.arrays import FIRM, SEGMENT, Array
from econsim.copying_round import copying_round, no_copying
from econsim.market_round import market_round
from econsim.opening import product_range, start
from econsim.rules import demand, evaluation, firms, policy, pricing, serving, training, welfare
from econsim.rules.demand import ABSENT
from econsim.state import Context, CopyingRound, Flows, Frame, Prices, Quarter, State, frontier_of, total_revenue

__all__ = ["Context", "CopyingRound", "Flows", "Frame", "Prices", "Quarter", "State", "start", "step"]


def step(state: State, quarter: Quarter, p: Any, frame: Frame, xp: Array) -> tuple[State, Flows]:
    """Advance the economy by one quarter.

    quarter : levers, shocks and the date
    p       : namespace of parameters, each a float, (draw,) or (firm, 1, draw)
    returns : next quarter's state and what happened in this one
    """
    context = _context(state, quarter, p, frame, xp)
    prices = market_round(state, quarter, context, p, frame, xp)
    flows = _spend(state, quarter, context, prices, p, frame, xp)
    following, recapitalisation = _advance(state, quarter, flows, p, xp)
    return following, flows._replace(recapitalisation=recapitalisation)


def _context(state: State, quarter: Quarter, p: Any, frame: Frame, xp: Array) -> Context:
    levers = quarter.levers
    covered = policy.tail_coverage(p.benchmark_tail_coverage, levers.tail_evaluation_mandate)
    awareness = evaluation.evaluator_awareness(covered, p.learning_rate)
    weight = evaluation.segment_tail_weight(p.tail_weight, p.relative_tail_weight)
    mean_weight = evaluation.mean_tail_weight(weight, p.budget_share, xp)
    range_value, small_share = product_range(p, weight, frame, xp)
    return Context(
        budget=demand.task_budget(p.task_budget, p.budget_growth, quarter.period, p.budget_share, xp),
        weight=weight,
        awareness=awareness,
        measured_weight=evaluation.measured_tail_weight(mean_weight, awareness),
        copy_substitution=p.lab_substitution * p.copy_substitution_ratio,
        foreign_factor=policy.foreign_cost_factor(p.foreign, levers.export_wedge, xp),
        enforceable=policy.enforceable_share(p.foreign, levers.enforcement_reach, xp),
        lead_time=training.lead_time(p.access_lag, levers.release_window),
        arrival=training.arrival_factor(p.vendor_inertia, p.discount_rate),
        any_lab=xp.largest(state.lab_active, FIRM),
        range_value=range_value,
        small_share=small_share,
    )


def _spend(state: State, quarter: Quarter, context: Context, prices: Prices, p: Any, frame: Frame, xp: Array) -> Flows:
    """Transfers, labs' R&D, the copying round, and everybody's profit."""
    levers, shocks = quarter.levers, quarter.shocks
    lab_active, distiller_active = state.lab_active, state.distiller_active

    lab_serving = welfare.serving_cost(prices.lab_spending, 1.0, prices.lab_markup, xp)
    distiller_serving = welfare.serving_cost(prices.distiller_spending, prices.net_share, prices.distiller_markup, xp)
    lab_revenue = xp.total(prices.lab_spending, SEGMENT)
    distiller_revenue = xp.total(prices.distiller_spending, SEGMENT)
    ai_revenue = total_revenue(prices, xp)
    detected = (shocks.detection < levers.detection_rate) & distiller_active
    royalty = welfare.royalty_due(levers.royalty_rate, context.any_lab, distiller_revenue, xp)
    penalty = welfare.penalty_due(detected, levers.penalty_multiple, context.enforceable, distiller_revenue, xp)
    liability = welfare.liability_due(levers.liability_share, prices.hidden_loss, xp)

    accessible = training.accessible_capability(state.history, context.lead_time + xp.zeros((1, 1, 1)), xp)
    teacher = xp.largest(xp.where(lab_active, accessible, ABSENT), FIRM)
    teacher_weight = training.teacher_weights(accessible, lab_active, teacher, xp)
    royalty_income = teacher_weight * xp.total(royalty, FIRM)

    lab_gross = lab_revenue - xp.total(lab_serving, SEGMENT)
    lab_fixed = xp.where(lab_active, p.lab_fixed_cost, 0.0)
    operating_profit = firms.lab_operating_profit(lab_gross, royalty_income, lab_fixed)
    doubling = training.doubling_cost(
        p.training_cost * p.lab_cost_factor,
        state.capability,
        state.efficiency,
        p.data_flywheel,
        lab_revenue / xp.maximum(ai_revenue, 1e-300),
        xp,
    )
    investment = _invest(state, quarter, context, prices, teacher_weight, operating_profit, doubling, p, xp)
    subsidy = firms.rd_subsidy_received(levers.rd_subsidy, investment)

    copies = (
        copying_round(state, quarter, context, prices, teacher, detected, p, frame, xp)
        if frame.copying
        else no_copying(state, xp)
    )
    lab_profit = firms.lab_profit(operating_profit, levers.rd_subsidy, investment)
    distiller_fixed = xp.where(distiller_active, p.distiller_fixed_cost, 0.0)
    distiller_profit = firms.distiller_profit(
        distiller_revenue - xp.total(distiller_serving, SEGMENT),
        royalty,
        penalty,
        xp.total(liability, SEGMENT),
        copies.spending,
        distiller_fixed,
        copies.entry_cost,
    )
    harm = welfare.external_harm(p.external_harm, prices.distiller_spending, context.weight, prices.true_gap)
    if frame.own_tier:
        small = prices.lab_spending * context.small_share
        own = welfare.external_harm(p.external_harm, small, context.weight, p.own_tier_tail_gap)
        harm = xp.concatenate([harm, own])
    return Flows(
        context=context,
        prices=prices,
        copies=copies,
        investment=investment,
        doubling=doubling,
        lab_serving=lab_serving,
        distiller_serving=distiller_serving,
        royalty=royalty,
        royalty_income=royalty_income,
        detected=detected,
        penalty=penalty,
        liability=liability,
        subsidy=subsidy,
        lab_fixed=lab_fixed,
        distiller_fixed=distiller_fixed,
        enforcement=policy.enforcement_spending(p.enforcement_cost, levers.detection_rate) + 0.0 * ai_revenue,
        operating_profit=operating_profit,
        lab_profit=lab_profit,
        distiller_profit=distiller_profit,
        external_harm=xp.total(xp.total(harm, FIRM), SEGMENT),
        recapitalisation=0.0 * lab_profit,
    )


def _invest(
    state: State,
    quarter: Quarter,
    context: Context,
    prices: Prices,
    teacher_weight: Array,
    operating_profit: Array,
    doubling: Array,
    p: Any,
    xp: Array,
) -> Array:
    """Each lab's R&D: where the last dollar returns a dollar, as far as cash allows; (lab, 1, draw) $M."""
    if quarter.rd_path is not None:
        return xp.where(state.lab_active, quarter.rd_path, 0.0)
    margin = pricing.margin_of(prices.lab_markup, xp)
    own = training.value_of_a_nat(p.capability_value, p.serving_elasticity, prices.lab_spending, margin, xp)
    copies = prices.target.copy_within * prices.target.nest_share
    lost = training.value_lost_to_copies(
        p.capability_value,
        p.lab_substitution,
        p.adoption_elasticity,
        teacher_weight,
        state.planned_retention,
        prices.lab_spending,
        margin,
        xp.total(xp.where(state.distiller_active & prices.offered, copies, 0.0), FIRM),
        prices.target.ai_share,
        xp,
    )
    obsolescence = training.obsolescence_factor(
        p.discount_rate, state.expected_growth, state.expected_revenue_growth, xp
    )
    marginal = training.marginal_value(own, lost, obsolescence, context.lead_time, context.arrival, p.discount_rate, xp)
    subsidy = quarter.levers.rd_subsidy
    wanted = training.wanted_investment(marginal, subsidy, doubling, xp)
    affordable = training.affordable_investment(state.cash, operating_profit, subsidy, xp)
    return xp.where(state.lab_active, xp.minimum(wanted, affordable), 0.0)


def _advance(state: State, quarter: Quarter, flows: Flows, p: Any, xp: Array) -> tuple[State, Array]:
    """Learning, diffusion, exit, entry and re-entry, all taking effect at the end of the quarter.

    returns : next quarter's state, and the cash that returning labs bring, (lab, 1, draw) $M
    """
    shocks, copies, prices = quarter.shocks, flows.copies, flows.prices
    smoothing = p.expectation_smoothing

    frontier = frontier_of(state.capability, p, xp)
    public = training.public_after(state.public, frontier, p.leakage_rate)
    rd_stock = state.rd_stock + xp.total(flows.investment, FIRM)
    efficiency = training.efficiency_after(
        state.efficiency, p.efficiency_growth, p.learning_by_doing, state.rd_stock, rd_stock, xp
    )
    luck = training.lognormal_luck(shocks.training_luck, p.training_luck_sd, xp)
    trained = training.capability_after(state.capability, flows.investment, flows.doubling, luck, xp)
    capability = xp.where(state.lab_active, xp.maximum(trained, public), state.capability)

    cash = state.cash + xp.where(state.lab_active, flows.lab_profit, 0.0)
    smoothed = firms.smooth(state.lab_expectation, flows.operating_profit, smoothing)
    lab_expectation = xp.where(quarter.period == 0, flows.operating_profit, smoothed)
    if quarter.labs_after is None:
        leaves = firms.lab_exits(state.lab_active, lab_expectation, cash, p.lab_cash)
        returns = _returning_labs(state, quarter, flows, public, efficiency, capability, p, xp)
    else:  # labs whose R&D is imposed come and go as on the path that it is taken from
        leaves = state.lab_active & ~quarter.labs_after
        returns = quarter.labs_after & ~state.lab_active
    capability = xp.where(returns, xp.maximum(capability, public), capability)
    recapitalisation = xp.where(returns, p.lab_cash - cash, 0.0)
    lab_active = (state.lab_active & ~leaves) | returns

    taken = copies.upgrades | copies.enters
    head = xp.maximum(xp.where(taken, copies.head, state.head), public)
    tail = xp.maximum(xp.where(taken, copies.tail, state.tail), public)
    fresh = evaluation.belief_at_release(copies.prior_belief, p.belief_erosion)
    belief = xp.where(taken, fresh, state.believed_gap)
    learnt = evaluation.learn(belief, evaluation.tail_gap(head, tail, xp), flows.context.awareness)
    sells = state.distiller_active | copies.enters
    ongoing = firms.smooth(state.distiller_expectation, flows.distiller_profit + copies.entry_cost, smoothing)
    distiller_expectation = xp.where(copies.enters, copies.entrant_expectation, ongoing)
    distiller_active = (
        state.distiller_active & ~firms.distiller_exits(state.distiller_active, distiller_expectation)
    ) | copies.enters

    revenue = total_revenue(prices, xp)
    growth = firms.revenue_growth(revenue, state.last_revenue, xp)
    expected_revenue_growth = firms.smooth(state.expected_revenue_growth, growth, smoothing)
    progress = frontier_of(capability, p, xp) - frontier
    following = State(
        outside_utility=state.outside_utility,
        capability=capability,
        history=xp.concatenate([capability[None], state.history[:-1]]),
        lab_active=lab_active,
        cash=cash + recapitalisation,
        lab_expectation=xp.where(returns, 0.0, lab_expectation),
        head=head,
        tail=tail,
        believed_gap=xp.where(sells, learnt, 0.0),
        distiller_active=distiller_active,
        distiller_expectation=distiller_expectation,
        public=public,
        efficiency=efficiency,
        rd_stock=rd_stock,
        expected_growth=firms.smooth(state.expected_growth, progress, smoothing),
        expected_revenue_growth=xp.where(quarter.period > 0, expected_revenue_growth, state.expected_revenue_growth),
        last_revenue=revenue,
        planned_retention=copies.planned_retention,
        lab_share=xp.where(lab_active & ~returns, prices.lab_share, 0.0),
        distiller_share=xp.where(distiller_active & ~copies.enters, prices.distiller_share, 0.0),
        fringe_share=prices.fringe_share,
        lab_markup=prices.lab_markup,
        distiller_markup=prices.distiller_markup,
        lab_markup_after=copies.lab_markup_after,
        distiller_markup_after=copies.distiller_markup_after,
        planned_markup=copies.planned_markup,
    )
    return following, recapitalisation


def _returning_labs(
    state: State,
    quarter: Quarter,
    flows: Flows,
    public: Array,
    efficiency: Array,
    capability: Array,
    p: Any,
    xp: Array,
) -> Array:
    """Labs that were out at the start of the quarter and come back from what is publicly known; (lab, 1, draw) bool."""
    out = p.lab_exists & ~state.lab_active
    friction = policy.lab_friction(p.api_friction, quarter.levers.api_restriction)
    restart = xp.maximum(capability, public)
    utility = serving.lab_utility(restart, p.capability_value, p.lab_premium, friction, 0.0)
    cost = serving.log_unit_cost(restart, efficiency, p.serving_elasticity, p.serving_efficiency_growth, quarter.period)

    def gross_profit(*arrays: Array) -> tuple[Array]:
        return (partial(firms.reentry_gross_profit, xp=xp)(*arrays),)

    (gross,) = xp.where_needed(
        out,
        gross_profit,
        utility - cost + flows.context.range_value + 0.0 * flows.context.weight,
        flows.prices.target.inclusive_value,
        flows.context.budget + 0.0 * public,
        state.outside_utility,
        p.lab_substitution,
        p.adoption_elasticity,
    )
    return out & (gross > p.lab_fixed_cost) & (quarter.shocks.lab_reentry < p.entry_probability)
