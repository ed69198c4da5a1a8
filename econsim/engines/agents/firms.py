"""The firms that make or host models of their own: frontier labs and the public fringe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from econsim.engines.agents.namespace import XP, of_firm, scalar, total
from econsim.engines.agents.offers import Offer
from econsim.errors import InputError, Problem
from econsim.rules import firms, policy, pricing, serving, training, welfare

if TYPE_CHECKING:
    from econsim.engines.agents.economy import Economy


class Firm(mesa.Agent):
    """A seller of models, in business or not.

    slot   : its place among the firms of its kind
    active : whether it is in business this quarter
    quote  : its offer of this quarter, None where it makes none
    """

    model: Economy
    active: bool

    def __init__(self, model: Economy, slot: int = 0):
        super().__init__(model)
        self.slot = slot
        self.quote: Offer | None = None

    def offer(self) -> Offer | None:
        """What the firm puts on sale this quarter; None to sell nothing."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it offers: give it a method offer()")

    def log_unit_cost(self, capability: float) -> float:
        """Log unit cost of serving an original of that capability today."""
        economy, p = self.model, self.model.p
        return serving.log_unit_cost(
            capability, economy.efficiency, p.serving_elasticity, p.serving_efficiency_growth, economy.period
        )

    def make_offer(self) -> None:
        self.quote = self.offer() if self.active else None


class FrontierLab(Firm):
    """A lab that trains its own models.

    capability     : nats
    history        : (lag, 1, 1, 1) nats, its capability in past quarters, newest first
    cash           : $M
    expectation    : $M per quarter, smoothed operating profit
    spending       : (1, segment, 1) $M, what buyers pay it this quarter
    markup         : (1, segment, 1) log price over cost
    teacher_weight : share of copiers that learn from it
    doubling_cost  : $M that double its effective compute
    """

    def __init__(self, model: Economy, slot: int):
        super().__init__(model, slot)
        p, initial = model.p, model.initial
        self.exists: bool = bool(of_firm(p.lab_exists, slot))
        self.starting_cash: float = of_firm(p.lab_cash, slot)
        self.premium: float = of_firm(p.lab_premium, slot)
        self.fixed_cost: float = of_firm(p.lab_fixed_cost, slot)
        self.cost_factor: float = of_firm(p.lab_cost_factor, slot)
        self.active = bool(initial.lab_active[slot, 0, 0])
        self.capability: float = initial.capability[slot, 0, 0].item()
        self.history = initial.history[:, slot : slot + 1]
        self.cash: float = initial.cash[slot, 0, 0].item()
        self.expectation: float = initial.lab_expectation[slot, 0, 0].item()
        self.spending = self.serving_cost = self.markup = 0.0 * model.weights
        self.log_cost = self.teacher_weight = self.royalty_income = self.operating_profit = 0.0
        self.doubling_cost = self.investment = self.profit = self.recapitalisation = 0.0

    # What a lab decides.

    def offer(self) -> Offer | None:
        """Its newest model, everywhere."""
        p = self.model.p
        shock = p.demand_shock_sd * self.model.shocks.lab_demand[self.slot]
        return self.offer_of(self.capability, shock)

    def choose_investment(self) -> float:
        """R&D of this quarter, $M: where the last dollar returns a dollar, as far as cash allows.

        What a subclass returns is spent even if cash does not cover it; a lab without cash whose operations lose
        money leaves.
        """
        economy, p = self.model, self.model.p
        margin = pricing.margin_of(self.markup, XP)
        own = training.value_of_a_nat(p.capability_value, p.serving_elasticity, self.spending, margin, XP)
        lost = training.value_lost_to_copies(
            p.capability_value,
            p.lab_substitution,
            p.adoption_elasticity,
            self.teacher_weight,
            economy.planned_retention,
            self.spending,
            margin,
            economy.copy_share,
            economy.market.target.ai_share,
            XP,
        )
        obsolescence = training.obsolescence_factor(
            p.discount_rate, economy.expected_growth, economy.expected_revenue_growth, XP
        )
        marginal = training.marginal_value(
            scalar(own), scalar(lost), obsolescence, economy.lead_time, economy.arrival, p.discount_rate, XP
        )
        subsidy = economy.levers.rd_subsidy
        wanted = training.wanted_investment(marginal, subsidy, self.doubling_cost, XP)
        affordable = training.affordable_investment(self.cash, self.operating_profit, subsidy, XP)
        return scalar(XP.minimum(wanted, affordable))

    def wants_to_leave(self) -> bool:
        """Whether to go out of business at the end of the quarter: operations lose money and cash is gone."""
        return bool(firms.lab_exits(True, self.expectation, self.cash, self.starting_cash))

    def wants_to_return(self) -> bool:
        """Whether to come back from what is publicly known: its best price would cover the fixed cost."""
        economy, p = self.model, self.model.p
        gross = firms.reentry_gross_profit(
            economy.perceived_values([self.offer_of(self.restart_capability)]),
            economy.market.target.inclusive_value,
            economy.budgets,
            economy.outside_utility,
            p.lab_substitution,
            p.adoption_elasticity,
            XP,
        )
        return scalar(gross) > self.fixed_cost

    # What follows from it.

    def offer_of(self, capability: float, shock: float = 0.0) -> Offer:
        """An original of that capability, as this lab would sell it today."""
        economy, p = self.model, self.model.p
        return Offer(
            kind="original",
            capability=capability,
            believed_gap=economy.nowhere,
            premium=self.premium,
            friction=policy.lab_friction(p.api_friction, economy.levers.api_restriction),
            shock=shock,
            log_cost=(self.log_unit_cost(capability),) * len(economy.nowhere),
            surcharge=economy.nowhere,
            on_sale=economy.everywhere,
        )

    @property
    def restart_capability(self) -> float:
        return max(self.capability, self.model.fringe.capability)

    def prepare(self) -> None:
        """Today's unit cost of serving."""
        self.log_cost = self.log_unit_cost(self.capability)
        self.recapitalisation = 0.0

    def accessible_capability(self) -> float:
        """How capable its newest model is that can already be copied, nats."""
        return scalar(training.accessible_capability(self.history, self.model.lead_time_array, XP))

    def collect_revenue(self) -> None:
        """Sales, serving cost, royalties and what R&D will cost."""
        economy, p = self.model, self.model.p
        row = slice(self.slot, self.slot + 1)
        self.spending, self.markup = economy.market.lab_spending[row], economy.market.lab_markup[row]
        self.serving_cost = welfare.serving_cost(self.spending, 1.0, self.markup, XP)
        revenue = total(self.spending)
        gross = revenue - total(self.serving_cost)
        fixed = self.fixed_cost if self.active else 0.0
        self.operating_profit = firms.lab_operating_profit(gross, self.royalty_income, fixed)
        usage = revenue / max(economy.ai_revenue, 1e-300)
        self.doubling_cost = scalar(
            training.doubling_cost(
                p.training_cost * self.cost_factor, self.capability, economy.efficiency, p.data_flywheel, usage, XP
            )
        )

    def invest(self) -> None:
        """R&D as chosen, or as imposed from outside."""
        economy = self.model
        if not self.active:
            self.investment = 0.0
        elif economy.rd_path is not None:
            self.investment = economy.rd_path[economy.period][self.slot]
        else:
            self.investment = _checked_investment(self.choose_investment())
        self.profit = firms.lab_profit(self.operating_profit, economy.levers.rd_subsidy, self.investment)

    def train(self) -> None:
        """Turn R&D into capability; what is publicly known comes free."""
        economy, p = self.model, self.model.p
        if not self.active:
            return
        luck = training.lognormal_luck(economy.shocks.training_luck[self.slot], p.training_luck_sd, XP)
        trained = training.capability_after(self.capability, self.investment, self.doubling_cost, luck, XP)
        self.capability = scalar(XP.maximum(trained, economy.fringe.capability))

    def close_quarter(self) -> None:
        """Books, and whether to stay, leave or come back."""
        economy, p = self.model, self.model.p
        smoothed = firms.smooth(self.expectation, self.operating_profit, p.expectation_smoothing)
        self.expectation = self.operating_profit if economy.period == 0 else smoothed
        if self.active:
            self.cash += self.profit
        if economy.rd_path is not None:  # labs whose R&D is imposed come and go as on the path that it is taken from
            after = np.isfinite(economy.rd_path[min(economy.period + 1, economy.quarters - 1)][self.slot])
            if after and not self.active:
                self._come_back()
            self.active = bool(after)
        elif self.active:
            self.active = not self.wants_to_leave()
        elif self.exists and economy.shocks.lab_reentry[self.slot] < p.entry_probability and self.wants_to_return():
            self._come_back()

    def _come_back(self) -> None:
        self.capability = self.restart_capability
        self.recapitalisation = self.starting_cash - self.cash
        self.cash = self.starting_cash
        self.expectation = 0.0
        self.active = True

    def record_history(self) -> None:
        newest = XP.zeros((1, 1, 1, 1)) + self.capability
        self.history = XP.concatenate([newest, self.history[:-1]])


class PublicFringe(Firm):
    """Everybody who hosts what has become public knowledge, at cost.

    capability : nats, public knowledge
    """

    def __init__(self, model: Economy):
        super().__init__(model)
        self.active = model.frame.public_fringe
        self.capability: float = model.initial.public.item()
        self.log_cost = 0.0

    def offer(self) -> Offer | None:
        """Public models, everywhere, smaller than an original and sold at cost."""
        economy = self.model
        return Offer(
            kind="public",
            capability=self.capability,
            believed_gap=economy.nowhere,
            premium=0.0,
            friction=0.0,
            shock=0.0,
            log_cost=(self.log_cost,) * len(economy.nowhere),
            surcharge=economy.nowhere,
            on_sale=economy.everywhere,
        )

    def prepare(self) -> None:
        """Today's unit cost of serving."""
        smaller = scalar(serving.log_copy_cost_ratio(self.model.p.copy_serving_cost_ratio, 1.0, XP))
        self.log_cost = self.log_unit_cost(self.capability) + smaller

    def absorb(self, frontier: float) -> None:
        """Part of what labs know beyond it becomes public."""
        self.capability = training.public_after(self.capability, frontier, self.model.p.leakage_rate)


def _checked_investment(value: Any) -> float:
    try:
        amount = float(value)
    except (TypeError, ValueError):
        amount = -1.0
    if amount < 0.0 or amount == float("inf"):
        raise InputError(
            Problem("agents.lab", "choose_investment() must return an amount in $M", repr(value), "0 or more")
        )
    return amount
