"""A quarter of agents' lives as the arrays from which every series is read, so that no series is computed twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from econsim.arrays import Array
from econsim.engines.agents.namespace import XP, by_firm
from econsim.rules import demand, firms, policy, serving, welfare
from econsim.series import observe
from econsim.state import Context, CopyingRound, Flows, Prices, State

if TYPE_CHECKING:
    from econsim.engines.agents.economy import Economy


def posted(economy: Economy) -> Prices:
    """What buyers bought at which prices, from all segments; firms read their own row of it."""
    segments, distillers = economy.segment_list, economy.distiller_list

    def across(name: str) -> Array:
        return np.concatenate([getattr(segment, name) for segment in segments], axis=1)

    lab_cost = by_firm([lab.log_cost for lab in economy.lab_list])
    copy_cost = np.concatenate([one.log_cost for one in distillers])
    distiller_spending = across("copy_spending")
    misperception = np.concatenate([one.misperception for one in distillers])
    on_sale = [one.pays & (one.quote is not None or not one.active) for one in distillers]
    targets = zip(*(segment.target for segment in segments), strict=True)
    return _known(
        Prices,
        lab_value=economy.lab_value,
        fringe_value=economy.public_value,
        net_share=np.concatenate([one.net_share for one in distillers]),
        offered=np.concatenate(on_sale),
        surcharge=np.concatenate([one.surcharge for one in distillers]),
        lab_markup=economy.lab_markup,
        distiller_markup=economy.copy_markup,
        residual=_one(np.max([segment.residual for segment in segments])),
        target=demand.Market(*(np.concatenate(parts, axis=1) for parts in targets)),
        lab_share=across("lab_share"),
        distiller_share=across("copy_share"),
        fringe_share=across("public_share"),
        experienced_value=across("experienced_value"),
        lab_spending=across("lab_spending"),
        distiller_spending=distiller_spending,
        fringe_spending=across("public_spending"),
        lab_log_price=serving.log_price(lab_cost, economy.lab_markup),
        distiller_log_price=serving.log_price(copy_cost, economy.copy_markup),
        fringe_log_price=economy.fringe.log_cost + 0.0 * economy.weights,
        misperception=misperception,
        true_gap=by_firm([one.true_gap for one in distillers]),
        hidden_loss=welfare.hidden_loss(distiller_spending, misperception),
    )


def opening(economy: Economy) -> State:
    """Everybody's state at the start of a quarter, as far as a series shows it."""
    labs, distillers = economy.lab_list, economy.distiller_list
    shares = economy.p.budget_share
    beliefs = np.concatenate([economy.reputation_of(one) for one in distillers])
    return _known(
        State,
        outside_utility=_one(economy.outside_utility),
        capability=by_firm([lab.capability for lab in labs]),
        lab_active=by_firm([lab.active for lab in labs]),
        cash=by_firm([lab.cash for lab in labs]),
        head=by_firm([one.head for one in distillers]),
        tail=by_firm([one.tail for one in distillers]),
        believed_gap=(shares * beliefs).sum(axis=1, keepdims=True) / shares.sum(),
        distiller_active=by_firm([one.active for one in distillers]),
        public=_one(economy.fringe.capability),
        efficiency=_one(economy.efficiency),
        rd_stock=_one(economy.rd_stock),
    )


def read_series(economy: Economy, state: State) -> dict[str, Any]:
    """Every series of the quarter: name -> float, `series.PER_FIRM` -> (firm,), and `lab_rd` (lab, 1) in $M.

    state : from `opening`, taken before anybody acted
    """
    frame = economy.frame._replace(public_fringe=economy.fringe.quote is not None)
    flows = _flows(economy)
    seen = observe(state, flows, economy.p, frame, XP)
    for lab in economy.lab_list:
        if lab.quote is None:
            seen["offered_capability"][lab.slot] = -np.inf
            if frame.own_tier:
                seen["offered_capability"][lab.slot - frame.labs] = -np.inf
    quarter: dict[str, Any] = {}
    for name, value in seen.items():
        quarter[name] = value.item() if value.ndim == 1 else value[:, 0]
    quarter["lab_rd"] = np.where(state.lab_active, flows.investment, np.nan)[:, :, 0]
    return quarter


def _flows(economy: Economy) -> Flows:
    labs, distillers, p = economy.lab_list, economy.distiller_list, economy.p
    plans = [one.outlook.plan if one.outlook else None for one in distillers]
    harm = welfare.external_harm(
        p.external_harm, economy.market.distiller_spending, economy.weights, economy.market.true_gap
    )
    if economy.frame.own_tier:
        small = economy.market.lab_spending * economy.small_share
        own = welfare.external_harm(p.external_harm, small, economy.weights, p.own_tier_tail_gap)
        harm = np.concatenate([harm, own])
    return _known(
        Flows,
        context=_known(Context, budget=economy.budgets, weight=economy.weights, small_share=economy.small_share),
        prices=economy.market,
        copies=_known(
            CopyingRound,
            head_loss=by_firm([plan.head_loss if plan else 1.0 for plan in plans]),
            tail_loss=by_firm([plan.tail_loss if plan else 1.0 for plan in plans]),
            considers=by_firm([plan is not None for plan in plans]),
            upgrades=by_firm([one.upgrades for one in distillers]),
            enters=by_firm([one.enters for one in distillers]),
            spending=by_firm([one.copy_spending for one in distillers]),
            entry_cost=by_firm([one.entry_cost for one in distillers]),
            incentive_ratio=by_firm([one.incentive_ratio for one in distillers]),
        ),
        investment=by_firm([float(lab.investment) for lab in labs]),
        doubling=by_firm([lab.doubling_cost for lab in labs]),
        lab_serving=np.concatenate([lab.serving_cost for lab in labs]),
        distiller_serving=np.concatenate([one.serving_cost for one in distillers]),
        royalty=by_firm([one.royalty for one in distillers]),
        royalty_income=by_firm([lab.royalty_income for lab in labs]),
        detected=by_firm([one.detected for one in distillers]),
        penalty=by_firm([one.penalty for one in distillers]),
        liability=np.concatenate([one.liability for one in distillers]),
        subsidy=by_firm([firms.rd_subsidy_received(economy.levers.rd_subsidy, lab.investment) for lab in labs]),
        lab_fixed=by_firm([lab.fixed_cost if lab.was_active else 0.0 for lab in labs]),
        distiller_fixed=by_firm([one.fixed_paid for one in distillers]),
        enforcement=_one(policy.enforcement_spending(p.enforcement_cost, economy.levers.detection_rate)),
        operating_profit=by_firm([lab.operating_profit for lab in labs]),
        lab_profit=by_firm([lab.profit for lab in labs]),
        distiller_profit=by_firm([one.profit for one in distillers]),
        external_harm=_one(harm.sum()),
        recapitalisation=by_firm([lab.recapitalisation for lab in labs]),
    )


def _one(value: Any) -> Array:
    return np.full((1, 1, 1), value)


def _known(kind: type, **known: Any) -> Any:
    """A named tuple of which only those fields are filled that a series can ask for."""
    return kind(**(dict.fromkeys(kind._fields) | known))  # type: ignore[attr-defined]
