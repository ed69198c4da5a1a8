"""The series of a run: what each is called, its unit, and how it is read off a quarter."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from econsim.arrays import FIRM, SEGMENT, Array
from econsim.rules import demand, evaluation, firms, serving, welfare
from econsim.state import Flows, Frame, State, frontier_of, total_revenue


class Series(NamedTuple):
    """One series.

    unit    : of each quarter's value
    summary : its summary metric is the mean over quarters from `metrics.FIRST_QUARTER` on, or the last quarter
    meaning : in plain words
    """

    unit: str
    summary: Literal["mean", "last"]
    meaning: str


MONEY, SHARE, NAT = "$M/quarter", "share", "nat"

_SERIES = {
    "frontier_capability": (NAT, "best lab's capability, log of effective training compute"),
    "copy_visible_capability": (NAT, "best copy as benchmarks show it, or public knowledge if higher"),
    "copy_true_capability": (NAT, "best copy as demanding use meets it, or public knowledge if higher"),
    "public_capability": (NAT, "what anybody can build from public knowledge"),
    "training_efficiency": (NAT, "log of training efficiency since the start"),
    "rd_investment": (MONEY, "labs' spending on R&D"),
    "copy_spending": (MONEY, "distillers' spending on copies"),
    "lab_revenue": (MONEY, "labs' revenue"),
    "distiller_revenue": (MONEY, "distillers' revenue"),
    "public_revenue": (MONEY, "revenue of hosted public models, sold at cost"),
    "small_model_revenue": (MONEY, "part of labs' revenue that their own small models bring in"),
    "lab_gross_profit": (MONEY, "labs' revenue less serving cost"),
    "lab_margin": (SHARE, "labs' gross margin"),
    "distiller_margin": (SHARE, "distillers' gross margin"),
    "hhi": (SHARE, "concentration: sum of squared revenue shares of labs and distillers"),
    "n_labs_active": ("count", "labs in business"),
    "n_distillers_active": ("count", "distillers in business"),
    "ai_share": (SHARE, "AI's share of the task budget"),
    "copy_revenue_share": (SHARE, "distillers' share of the revenue of labs and distillers"),
    "copy_quantity_share": (SHARE, "distillers' share of the quantity of labs and distillers"),
    "frontier_price": ("index", "average price that labs charge; serving capability 0 at the start costs 1"),
    "copy_price_ratio": ("ratio", "average price of copies over that of labs"),
    "tail_gap_true": (NAT, "how far copies' tail lies below their head, mean of active distillers"),
    "tail_gap_believed": (NAT, "the tail gap that buyers believe in, mean of active distillers"),
    "head_retention": (SHARE, "share of the head that active distillers plan to keep"),
    "tail_retention": (SHARE, "share of the tail that active distillers plan to keep"),
    "incentive_ratio": ("ratio", "quarterly gain from copying per dollar of it, active distillers and best outsider"),
    "incentive_ratio_domestic": ("ratio", "the same, domestic distillers"),
    "incentive_ratio_foreign": ("ratio", "the same, foreign distillers"),
    "lab_cash": ("$M", "labs' cash"),
    "lab_recapitalisation": (MONEY, "fresh cash less old of labs that came back"),
    "consumer_surplus_anticipated": (MONEY, "buyers' surplus as they expect it when they buy"),
    "consumer_surplus": (MONEY, "buyers' surplus as they experience it"),
    "hidden_loss": (MONEY, "what buyers lose in the tail without having expected it"),
    "inertia_loss": (MONEY, "surplus forgone because some customers stay where they were"),
    "serving_cost": (MONEY, "cost of serving all AI use"),
    "royalty_payments": (MONEY, "distillers to labs"),
    "penalty_payments": (MONEY, "distillers to government"),
    "liability_payments": (MONEY, "distillers to buyers"),
    "subsidy_payments": (MONEY, "government to labs"),
    "fixed_costs": (MONEY, "labs' and distillers' fixed costs"),
    "entry_costs": (MONEY, "paid by new distillers"),
    "enforcement_cost": (MONEY, "public cost of detection"),
    "lab_profit": (MONEY, "labs' profit after R&D"),
    "distiller_profit": (MONEY, "distillers' profit"),
    "distiller_profit_domestic": (MONEY, "domestic distillers' profit"),
    "distiller_profit_foreign": (MONEY, "foreign distillers' profit"),
    "government_balance": (MONEY, "penalties less subsidies and enforcement"),
    "external_harm": (MONEY, "third parties' harm from failures in the tail"),
    "welfare": (MONEY, "sum of all parties, less external harm"),
}
_LAST = {"n_labs_active", "n_distillers_active", "lab_cash"}
BY_SEGMENT = ("consumer_surplus", "hidden_loss")
# By offer (labs, distillers, the fringe, labs' small models); kept for measures that need them, not shown.
PER_FIRM = ("offered_capability", "price_at_capability_zero", "revenue_by_offer")


@functools.cache
def catalogue(segments: tuple[str, ...]) -> Mapping[str, Series]:
    """All series of a run with these segments, in display order."""
    found = {}
    for name, (unit, meaning) in _SERIES.items():
        found[name] = Series(unit, "last" if name in _LAST else "mean", meaning)
        if name in BY_SEGMENT:
            for segment in segments:
                words = segment.replace("_", " ")
                found[f"{name}_{segment}"] = Series(unit, "mean", f"{meaning}, buyers in {words} use")
    return MappingProxyType(found)


def observe(state: State, flows: Flows, p: Any, frame: Frame, xp: Array) -> dict[str, Array]:
    """One quarter's value of every series: name -> (draw,), and the firm-level arrays of `PER_FIRM`.

    The state is that of the start of the quarter; an undefined value is NaN.
    """
    prices, copies, context = flows.prices, flows.copies, flows.context
    active, lab_active = state.distiller_active, state.lab_active

    def over_firms(values: Array) -> Array:
        return xp.total(values, FIRM)

    def everywhere(values: Array) -> Array:
        return xp.total(xp.total(values, FIRM), SEGMENT)

    def ratio(part: Array, whole: Array) -> Array:
        return xp.where(whole > 0.0, part / xp.where(whole > 0.0, whole, 1.0), xp.nan)

    def mean_of(values: Array, included: Array) -> Array:
        return ratio(over_firms(xp.where(included, values, 0.0)), over_firms(xp.where(included, 1.0, 0.0)))

    lab_revenue_of = xp.total(prices.lab_spending, SEGMENT)
    distiller_revenue_of = xp.total(prices.distiller_spending, SEGMENT)
    lab_revenue, distiller_revenue = over_firms(lab_revenue_of), over_firms(distiller_revenue_of)
    public_revenue = xp.total(prices.fringe_spending, SEGMENT)
    lab_serving, distiller_serving = everywhere(flows.lab_serving), everywhere(flows.distiller_serving)
    small_spending = prices.lab_spending * context.small_share
    lab_quantity = everywhere(serving.quantity(prices.lab_spending - small_spending, prices.lab_log_price, xp))
    if frame.own_tier:
        small_price = prices.lab_log_price + xp.log(p.own_tier_cost_ratio)
        lab_quantity = lab_quantity + everywhere(serving.quantity(small_spending, small_price, xp))
    distiller_quantity = everywhere(serving.quantity(prices.distiller_spending, prices.distiller_log_price, xp))
    frontier_price = ratio(lab_revenue, lab_quantity)

    true_capability = evaluation.true_capability(state.head, prices.true_gap, p.tail_weight)
    best_visible = xp.largest(xp.where(active, state.head, -xp.inf), FIRM)
    best_true = xp.largest(xp.where(active, true_capability, -xp.inf), FIRM)

    anticipated = demand.consumer_surplus(
        context.budget, prices.experienced_value, state.outside_utility, p.adoption_elasticity, xp
    )
    without_inertia = demand.consumer_surplus(
        context.budget, prices.target.inclusive_value, state.outside_utility, p.adoption_elasticity, xp
    )
    hidden = over_firms(prices.hidden_loss)
    liability = over_firms(flows.liability)
    surplus = welfare.consumer_surplus(anticipated, hidden, liability)
    total_surplus = xp.total(surplus, SEGMENT)
    penalties, subsidies = over_firms(flows.penalty), over_firms(flows.subsidy)
    government = welfare.government_balance(penalties, subsidies, flows.enforcement)
    lab_profit, distiller_profit = over_firms(flows.lab_profit), over_firms(flows.distiller_profit)
    retention = 1.0 - copies.head_loss, 1.0 - copies.tail_loss

    found = {
        "frontier_capability": frontier_of(state.capability, p, xp),
        "copy_visible_capability": xp.maximum(best_visible, state.public),
        "copy_true_capability": xp.maximum(best_true, state.public),
        "public_capability": state.public,
        "training_efficiency": state.efficiency,
        "rd_investment": over_firms(flows.investment),
        "copy_spending": over_firms(copies.spending),
        "lab_revenue": lab_revenue,
        "distiller_revenue": distiller_revenue,
        "public_revenue": public_revenue,
        "small_model_revenue": everywhere(small_spending),
        "lab_gross_profit": lab_revenue - lab_serving,
        "lab_margin": ratio(lab_revenue - lab_serving, lab_revenue),
        "distiller_margin": ratio(distiller_revenue - distiller_serving, distiller_revenue),
        "hhi": firms.concentration(lab_revenue_of, distiller_revenue_of, xp),
        "n_labs_active": over_firms(xp.where(lab_active, 1.0, 0.0)),
        "n_distillers_active": over_firms(xp.where(active, 1.0, 0.0)),
        "ai_share": total_revenue(prices, xp) / xp.total(context.budget, SEGMENT),
        "copy_revenue_share": ratio(distiller_revenue, lab_revenue + distiller_revenue),
        "copy_quantity_share": ratio(distiller_quantity, lab_quantity + distiller_quantity),
        "frontier_price": frontier_price,
        "copy_price_ratio": ratio(distiller_revenue, distiller_quantity) / frontier_price,
        "tail_gap_true": mean_of(prices.true_gap, active),
        "tail_gap_believed": mean_of(state.believed_gap, active),
        "head_retention": mean_of(retention[0], active),
        "tail_retention": mean_of(retention[1], active),
        "incentive_ratio": mean_of(copies.incentive_ratio, copies.considers),
        "incentive_ratio_domestic": mean_of(copies.incentive_ratio, copies.considers & ~p.foreign),
        "incentive_ratio_foreign": mean_of(copies.incentive_ratio, copies.considers & p.foreign),
        "lab_cash": over_firms(xp.where(p.lab_exists, state.cash, 0.0)),
        "lab_recapitalisation": over_firms(flows.recapitalisation),
        "consumer_surplus_anticipated": xp.total(anticipated, SEGMENT),
        "consumer_surplus": total_surplus,
        "hidden_loss": xp.total(hidden, SEGMENT),
        "inertia_loss": xp.total(without_inertia - anticipated, SEGMENT),
        "serving_cost": lab_serving + distiller_serving + public_revenue,
        "royalty_payments": over_firms(flows.royalty),
        "penalty_payments": penalties,
        "liability_payments": xp.total(liability, SEGMENT),
        "subsidy_payments": subsidies,
        "fixed_costs": over_firms(flows.lab_fixed) + over_firms(flows.distiller_fixed),
        "entry_costs": over_firms(copies.entry_cost),
        "enforcement_cost": flows.enforcement,
        "lab_profit": lab_profit,
        "distiller_profit": distiller_profit,
        "distiller_profit_domestic": over_firms(xp.where(p.foreign, 0.0, flows.distiller_profit)),
        "distiller_profit_foreign": over_firms(xp.where(p.foreign, flows.distiller_profit, 0.0)),
        "government_balance": government,
        "external_harm": flows.external_harm,
        "welfare": welfare.welfare(total_surplus, lab_profit, distiller_profit, government, flows.external_harm),
    }
    values = {name: value[0, 0] for name, value in found.items()}
    for index, segment in enumerate(frame.segments):
        values[f"consumer_surplus_{segment}"] = surplus[0, index]
        values[f"hidden_loss_{segment}"] = hidden[0, index]
    values["residual"] = prices.residual[0, 0]
    values.update(_general_offers(state, flows, p, frame, xp))
    return values


def _general_offers(state: State, flows: Flows, p: Any, frame: Frame, xp: Array) -> dict[str, Array]:
    """What is on offer in the general segment at which price, and what all buyers spend on it; (offer, draw) each."""
    prices = flows.prices
    general = slice(frame.general_segment, frame.general_segment + 1)
    lab_on = state.lab_active
    copy_on = state.distiller_active & prices.offered[:, general]
    public_on = (state.public == state.public) & frame.public_fringe
    capability = xp.concatenate(
        [
            xp.where(lab_on, state.capability, -xp.inf),
            xp.where(copy_on, state.head, -xp.inf),
            xp.where(public_on, state.public, -xp.inf),
        ]
    )
    price = xp.concatenate(
        [
            prices.lab_log_price[:, general] - p.serving_elasticity * state.capability,
            prices.distiller_log_price[:, general] - p.serving_elasticity * state.head,
            prices.fringe_log_price[:, general] - p.serving_elasticity * state.public,
        ]
    )
    small_spending = prices.lab_spending * flows.context.small_share
    revenue = [prices.lab_spending - small_spending, prices.distiller_spending, prices.fringe_spending]
    if frame.own_tier:
        revenue.append(small_spending)
        head = state.capability - p.own_tier_gap
        capability = xp.concatenate([capability, xp.where(lab_on, head, -xp.inf)])
        small = prices.lab_log_price[:, general] + xp.log(p.own_tier_cost_ratio) - p.serving_elasticity * head
        price = xp.concatenate([price, small])
    return {
        "offered_capability": capability[:, 0],
        "price_at_capability_zero": price[:, 0],
        "revenue_by_offer": xp.total(xp.concatenate(revenue), SEGMENT)[:, 0],
    }
