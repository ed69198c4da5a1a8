"""One quarter of the economy, in reading order: `step(state, quarter, ...) -> (state, flows)`.

This file and `copying_round.py` are the only places that wire rules together for whole populations of firms; the
equations themselves are in `econsim/rules/`. Arrays are (firm, segment, draw) with singleton axes kept.
"""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any, NamedTuple

from econsim.arrays import FIRM, SEGMENT, Array
from econsim.copying_round import CopyingRound, copying_round, no_copying
from econsim.rules import demand, evaluation, firms, policy, pricing, serving, training, welfare
from econsim.rules.demand import ABSENT

HISTORY = 60  # quarters of frontier history; the longest access lag and release window together are 58
INITIAL_REVENUE_GROWTH = 0.05  # expected at the start, per quarter
INITIAL_DISPERSION = 0.05  # standard deviation of the labs' starting capability, nats
CALIBRATION_ROUNDS = 24


class Frame(NamedTuple):
    """What is fixed for a whole run and may be compiled in."""

    labs: int  # slots
    distillers: int  # slots
    segments: tuple[str, ...]
    general_segment: int  # index of the segment that prices at fixed capability are read in
    law: str  # fidelity law
    copying: bool
    public_fringe: bool


class State(NamedTuple):
    """The economy at the start of a quarter."""

    outside_utility: Array  # (1, 1, draw)
    capability: Array  # (lab, 1, draw) nats
    history: Array  # (lag, lab, 1, draw) nats, newest first
    lab_active: Array  # (lab, 1, draw) bool
    cash: Array  # (lab, 1, draw) $M
    lab_expectation: Array  # (lab, 1, draw) $M, smoothed operating profit
    head: Array  # (distiller, 1, draw) nats
    tail: Array  # (distiller, 1, draw) nats
    believed_gap: Array  # (distiller, 1, draw) nats
    distiller_active: Array  # (distiller, 1, draw) bool
    distiller_expectation: Array  # (distiller, 1, draw) $M, smoothed profit
    public: Array  # (1, 1, draw) nats
    efficiency: Array  # (1, 1, draw) nats
    rd_stock: Array  # (1, 1, draw) $M
    expected_growth: Array  # (1, 1, draw) nats per quarter
    expected_revenue_growth: Array  # (1, 1, draw) per quarter
    last_revenue: Array  # (1, 1, draw) $M
    planned_retention: Array  # (1, 1, draw) share
    lab_share: Array  # (lab, segment, draw) share within AI last quarter
    distiller_share: Array  # (distiller, segment, draw)
    fringe_share: Array  # (1, segment, draw)
    lab_markup: Array  # (lab, segment, draw) log, first guess of the price solve
    distiller_markup: Array  # (distiller, segment, draw)
    lab_markup_after: Array  # the same for the hypothetical equilibrium after releases
    distiller_markup_after: Array
    planned_markup: Array  # (distiller, segment, draw) the same for a copy as good as the teacher


class Quarter(NamedTuple):
    """What comes from outside in one quarter."""

    period: Array  # quarters since the start
    levers: SimpleNamespace  # each (draw,) or (1,)
    shocks: SimpleNamespace  # each (firm, 1, draw)
    rd_path: Array | None = None  # (lab, 1, draw) $M: labs' R&D where it is imposed rather than chosen


class Context(NamedTuple):
    """Quantities of this quarter that several markets share."""

    budget: Array  # (1, segment, draw) $M
    weight: Array  # (1, segment, draw) tail weight
    awareness: Array
    measured_weight: Array
    copy_substitution: Array
    foreign_factor: Array  # (distiller, 1, draw)
    enforceable: Array  # (distiller, 1, draw)
    lead_time: Array  # (draw,) quarters
    arrival: Array
    any_lab: Array  # (1, 1, draw) bool


class Prices(NamedTuple):
    """Offers, prices and spending of one quarter."""

    lab_value: Array  # (lab, segment, draw) utility net of log cost
    fringe_value: Array  # (1, segment, draw)
    net_share: Array  # (distiller, segment, draw) of revenue kept, 1 where not offered
    offered: Array  # (distiller, segment, draw) bool: a segment that pays
    surcharge: Array  # (distiller, segment, draw) log cost of a copy relative to an original, transfers included
    lab_markup: Array
    distiller_markup: Array
    residual: Array  # (1, 1, draw)
    target: demand.Market
    lab_share: Array
    distiller_share: Array
    fringe_share: Array
    experienced_value: Array  # (1, segment, draw) inclusive value with inertia
    lab_spending: Array  # (lab, segment, draw) $M
    distiller_spending: Array
    fringe_spending: Array
    lab_log_price: Array
    distiller_log_price: Array
    fringe_log_price: Array
    misperception: Array  # (distiller, segment, draw) per dollar
    true_gap: Array  # (distiller, 1, draw) nats
    hidden_loss: Array  # (distiller, segment, draw) $M


class Flows(NamedTuple):
    """Everything that happened in the quarter, for the accounts and the series."""

    context: Context
    prices: Prices
    copies: CopyingRound
    investment: Array  # (lab, 1, draw) $M
    doubling: Array  # (lab, 1, draw) $M
    lab_serving: Array  # (lab, segment, draw) $M
    distiller_serving: Array
    royalty: Array  # (distiller, 1, draw) $M
    royalty_income: Array  # (lab, 1, draw) $M
    detected: Array  # (distiller, 1, draw) bool
    penalty: Array  # (distiller, 1, draw) $M
    liability: Array  # (distiller, segment, draw) $M
    subsidy: Array  # (lab, 1, draw) $M
    lab_fixed: Array  # (lab, 1, draw) $M
    distiller_fixed: Array
    enforcement: Array  # (1, 1, draw) $M
    operating_profit: Array  # (lab, 1, draw) $M
    lab_profit: Array
    distiller_profit: Array
    external_harm: Array  # (1, 1, draw) $M
    recapitalisation: Array  # (lab, 1, draw) $M, fresh cash less old of labs that come back


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
    public = draw_zero - p.initial_expected_growth / p.leakage_rate
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
        expected_revenue_growth=INITIAL_REVENUE_GROWTH + draw_zero,
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


def _calibrate(p: Any, frame: Frame, public: Array, xp: Array) -> tuple[Array, Array, Array, Array]:
    """Outside utility, first shares and first markups: the fixed point of prices and the observed AI share.

    Labs stand where the scenario puts them, without dispersion and shocks; with inertia, buyers experience what
    they bought. Prices hardly depend on outside utility, so twenty rounds of one Newton step settle both.
    """
    eta, eta_c, eta_o = p.lab_substitution, p.lab_substitution * p.copy_substitution_ratio, p.adoption_elasticity
    value_per_nat = p.capability_value - p.serving_elasticity
    lab_value = xp.where(p.lab_exists, value_per_nat * p.initial_capability + p.lab_premium, ABSENT) + 0.0 * public
    copy_value = xp.zeros((1, 1, 1)) + ABSENT + 0.0 * public
    hosted = value_per_nat * public - xp.log(p.copy_serving_cost_ratio)
    fringe_value = hosted if frame.public_fringe else ABSENT + 0.0 * public
    lab_markup = pricing.lowest_markup(eta, xp) + 0.0 * lab_value
    copy_markup = pricing.lowest_markup(eta_c, xp) + 0.0 * copy_value
    outside = 0.0 * public
    shares = demand.market(lab_value - lab_markup, copy_value, fringe_value, outside, eta, eta_c, eta_o, xp)
    for _ in range(CALIBRATION_ROUNDS):
        net = xp.where(p.lab_exists, lab_value - lab_markup, 0.0)
        bought = xp.total(shares.lab_share * net, FIRM) + shares.nest_share * xp.maximum(fringe_value, -1e6)
        kept = p.vendor_inertia
        experienced = demand.experienced_inclusive_value(kept * bought, 1.0 - kept, shares.inclusive_value)
        outside = demand.outside_utility_for(p.initial_ai_share, experienced, eta_o, xp)
        lab_markup, copy_markup = pricing.nash_markups(
            lab_value, copy_value, fringe_value, outside, eta, eta_c, eta_o, lab_markup, copy_markup, 1, xp
        )
        shares = demand.market(
            lab_value - lab_markup, copy_value - copy_markup, fringe_value, outside, eta, eta_c, eta_o, xp
        )
    return outside, shares.lab_share, shares.nest_share, lab_markup


def step(state: State, quarter: Quarter, p: Any, frame: Frame, xp: Array) -> tuple[State, Flows]:
    """Advance the economy by one quarter.

    quarter : levers, shocks and the date
    p       : namespace of parameters, each a float, (draw,) or (firm, 1, draw)
    returns : next quarter's state and what happened in this one
    """
    context = _context(state, quarter, p, xp)
    prices = _markets(state, quarter, context, p, frame, xp)
    flows = _spend(state, quarter, context, prices, p, frame, xp)
    following, recapitalisation = _advance(state, quarter, flows, p, xp)
    return following, flows._replace(recapitalisation=recapitalisation)


def _context(state: State, quarter: Quarter, p: Any, xp: Array) -> Context:
    levers = quarter.levers
    covered = policy.tail_coverage(p.benchmark_tail_coverage, levers.tail_evaluation_mandate)
    awareness = evaluation.evaluator_awareness(covered, p.learning_rate)
    weight = evaluation.segment_tail_weight(p.tail_weight, p.relative_tail_weight)
    mean_weight = evaluation.mean_tail_weight(weight, p.budget_share, xp)
    return Context(
        budget=p.task_budget * xp.exp(p.budget_growth * quarter.period) * p.budget_share,
        weight=weight,
        awareness=awareness,
        measured_weight=evaluation.measured_tail_weight(mean_weight, awareness),
        copy_substitution=p.lab_substitution * p.copy_substitution_ratio,
        foreign_factor=policy.foreign_cost_factor(p.foreign, levers.export_wedge, xp),
        enforceable=policy.enforceable_share(p.foreign, levers.enforcement_reach, xp),
        lead_time=p.access_lag + levers.release_window,
        arrival=training.arrival_factor(p.vendor_inertia, p.discount_rate),
        any_lab=xp.largest(state.lab_active, FIRM),
    )


def _markets(state: State, quarter: Quarter, context: Context, p: Any, frame: Frame, xp: Array) -> Prices:
    """Offers, Bertrand-Nash prices, and what buyers then spend where."""
    levers, shocks = quarter.levers, quarter.shocks
    lab_active, distiller_active = state.lab_active, state.distiller_active
    eta, eta_c, eta_o = p.lab_substitution, context.copy_substitution, p.adoption_elasticity

    friction = policy.lab_friction(p.api_friction, levers.api_restriction)
    lab_utility = serving.lab_utility(
        state.capability, p.capability_value, p.lab_premium, friction, p.demand_shock_sd * shocks.lab_demand
    )
    lab_log_cost = _log_cost(state.capability, state, quarter, p)
    lab_value = xp.where(lab_active, lab_utility - lab_log_cost, ABSENT) + 0.0 * context.weight

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
        hidden_loss=distiller_spending * misperception,
    )


def _log_cost(capability: Array, state: State, quarter: Quarter, p: Any) -> Array:
    return serving.log_unit_cost(
        capability, state.efficiency, p.serving_elasticity, p.serving_efficiency_growth, quarter.period
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
    subsidy = levers.rd_subsidy * investment

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


def total_revenue(prices: Prices, xp: Array) -> Array:
    """All AI spending of the quarter, (1, 1, draw) $M."""
    by_segment = (
        xp.total(prices.lab_spending, FIRM) + xp.total(prices.distiller_spending, FIRM) + prices.fringe_spending
    )
    return xp.total(by_segment, SEGMENT)


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
    margin = 1.0 - xp.exp(-prices.lab_markup)
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
    leaves = firms.lab_exits(state.lab_active, lab_expectation, cash, p.lab_cash)
    returns = _returning_labs(state, quarter, flows, public, efficiency, capability, p, xp)
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


def frontier_of(capability: Array, p: Any, xp: Array) -> Array:
    """The most capable lab there has been, (1, 1, draw) nats."""
    return xp.largest(xp.where(p.lab_exists, capability, ABSENT), FIRM)


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
        utility - cost + 0.0 * flows.context.weight,
        flows.prices.target.inclusive_value,
        flows.context.budget + 0.0 * public,
        state.outside_utility,
        p.lab_substitution,
        p.adoption_elasticity,
    )
    return out & (gross > p.lab_fixed_cost) & (quarter.shocks.lab_reentry < p.entry_probability)
