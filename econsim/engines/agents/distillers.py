"""The distiller: copies a lab's model for a small part of what training it cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from econsim.arrays import Array
from econsim.engines.agents.firms import Firm
from econsim.engines.agents.namespace import XP, of_firm, scalar, total
from econsim.engines.agents.offers import Offer, Outlook, Plan
from econsim.rules import copying, evaluation, fidelity, firms, policy, serving, training, welfare
from econsim.rules.copying import Prospect

if TYPE_CHECKING:
    from econsim.engines.agents.economy import Economy


class Distiller(Firm):
    """A firm that sells copies, or could.

    head, tail     : nats, capability of its copy where benchmarks look, and in the tail
    expectation    : $M per quarter, smoothed profit
    planned_markup : (1, segment, 1) log markup of a copy as good as the teacher, first guess of the next plan
    reputation     : (1, segment, 1) nats, the tail gap that buyers believe in
    prior_belief   : (1, segment, 1) the same before a release; of an unknown firm the mean of those in business
    net_share      : (1, segment, 1) share of revenue kept after transfers, 1 where that is too little to sell
    pays           : (1, segment, 1) bool, whether enough is kept to sell at all
    cost_base      : $M that one unit of copying effort costs today
    outlook        : on what it decided this quarter, None where it had nothing to decide
    """

    def __init__(self, model: Economy, slot: int):
        super().__init__(model, slot)
        p, initial = model.p, model.initial
        self.exists: bool = bool(of_firm(p.distiller_exists, slot))
        self.foreign: bool = bool(of_firm(p.foreign, slot))
        self.premium: float = of_firm(p.distiller_premium, slot)
        self.fixed_cost: float = of_firm(p.distiller_fixed_cost, slot)
        self.cost_factor: float = of_firm(p.distiller_cost_factor, slot)
        self.active = bool(initial.distiller_active[slot, 0, 0])
        self.head: float = initial.head[slot, 0, 0].item()
        self.tail: float = initial.tail[slot, 0, 0].item()
        self.expectation: float = initial.distiller_expectation[slot, 0, 0].item()
        self.planned_markup = initial.planned_markup[slot : slot + 1]
        self.new_quarter()

    # What a distiller decides.

    def offer(self) -> Offer | None:
        """Its copy, wherever selling it pays."""
        p = self.model.p
        shock = p.demand_shock_sd * self.model.shocks.distiller_demand[self.slot]
        offer = self.offer_of(self.head, self.reputation, shock)
        return offer._replace(log_cost=tuple(self.log_cost.ravel().tolist()), surcharge=self.model.nowhere)

    def plan(self, foreseen: Prospect) -> Plan:
        """The copy it would make now: most measured quality for its money.

        foreseen : what selling a copy would bring; `value_of_a_nat` in $M per quarter is what its budget rests on

        Called three times a quarter, with ever better foresight. A subclass that wants another budget returns
        `self.copy_for(budget)`.
        """
        economy, p = self.model, self.model.p
        worth = copying.worth_of_full_retention(scalar(foreseen.value_of_a_nat), economy.reachable, economy.arrival)
        budget = fidelity.best_budget(
            economy.frame.law,
            worth,
            self.cost_base,
            economy.measured_weight,
            p.retention_exponent,
            p.tail_complexity,
            XP,
        )
        return self.copy_for(scalar(budget))

    def wants_to_enter(self, outlook: Outlook) -> bool:
        """Whether an outsider goes into business with the planned copy; asked of the best-placed one each quarter."""
        p = self.model.p
        return bool(
            copying.entry_pays(
                outlook.new_profit,
                outlook.hosting_profit,
                self.model.ramp,
                outlook.plan.budget,
                self.fixed_cost,
                p.planning_horizon,
                p.entry_cost,
            )
        )

    def wants_to_upgrade(self, outlook: Outlook) -> bool:
        """Whether a distiller in business replaces its copy by the planned one; a detected one cannot."""
        return bool(
            copying.upgrade_pays(
                outlook.new_profit,
                outlook.old_profit,
                self.model.arrival,
                outlook.plan.budget,
                outlook.plan.head,
                self.head,
            )
        )

    def wants_to_leave(self) -> bool:
        """Whether to go out of business at the end of the quarter: it has been losing money."""
        return bool(firms.distiller_exits(True, self.expectation))

    # What follows from it.

    @property
    def tail_gap(self) -> float:
        """How far the tail of its copy lies below the head, nats."""
        return scalar(evaluation.tail_gap(self.head, self.tail, XP))

    def offer_of(self, head: float, believed_gap: Array, shock: float = 0.0) -> Offer:
        """A copy with that head and that reputation, as this distiller would sell it today."""
        return Offer(
            kind="copy",
            capability=head,
            believed_gap=tuple(believed_gap.ravel().tolist()),
            premium=self.premium,
            friction=0.0,
            shock=shock,
            log_cost=(self.log_unit_cost(head),) * len(self._surcharges),
            surcharge=self._surcharges,
            on_sale=tuple(self.pays.ravel().tolist()),
        )

    def copy_for(self, budget: float) -> Plan:
        """The copy that a budget of so many $M makes today."""
        economy, p = self.model, self.model.p
        losses = fidelity.lost_shares(
            economy.frame.law,
            budget,
            self.cost_base,
            economy.measured_weight,
            p.retention_exponent,
            p.tail_complexity,
            p.retention_ceiling,
            XP,
        )
        made = copying.release(
            economy.fringe.capability,
            economy.reachable,
            *losses,
            self.prior_belief,
            p.belief_erosion,
            economy.awareness,
            XP,
        )
        return Plan(
            budget, scalar(made.head), scalar(made.tail), made.believed_gap, scalar(losses[0]), scalar(losses[1])
        )

    def new_quarter(self) -> None:
        """Forget last quarter's plans and accounts."""
        self.outlook: Outlook | None = None
        self.enters = self.upgrades = self.detected = False
        self.royalty = self.penalty = self.fixed_paid = self.profit = 0.0
        self.copy_spending = self.entry_cost = self.incentive_ratio = 0.0
        self.spending = self.serving_cost = self.hidden_loss = self.liability = 0.0 * self.model.weights

    def prepare(self) -> None:
        """What transfers leave of a dollar of revenue, and what serving costs with them."""
        economy, p, levers = self.model, self.model.p, self.model.levers
        self.new_quarter()
        self.reputation = economy.reputation_of(self)
        self.prior_belief = self.reputation
        self.true_gap = self.tail_gap
        foreign_factor = scalar(policy.foreign_cost_factor(self.foreign, levers.export_wedge, XP))
        self.enforceable = scalar(policy.enforceable_share(self.foreign, levers.enforcement_reach, XP))
        self.foreign_factor = foreign_factor
        self.misperception = evaluation.misperception(
            p.capability_value, economy.weights, self.true_gap, self.reputation
        )
        kept = policy.net_of_transfer(
            levers.royalty_rate,
            economy.any_lab,
            levers.detection_rate,
            levers.penalty_multiple,
            self.enforceable,
            levers.liability_share,
            self.misperception,
            XP,
        )
        self.pays = policy.is_offered(kept)
        self.net_share = XP.where(self.pays, kept, 1.0)
        smaller = scalar(serving.log_copy_cost_ratio(p.copy_serving_cost_ratio, foreign_factor, XP))
        self.surcharge = smaller + serving.log_transfer_markup(kept, self.pays, XP)
        self._surcharges = tuple(self.surcharge.ravel().tolist())
        self.log_cost = self.log_unit_cost(self.head) + self.surcharge

    def collect_revenue(self) -> None:
        """Sales, serving cost, and what the law takes."""
        if not self.active:
            return
        economy, levers = self.model, self.model.levers
        row = slice(self.slot, self.slot + 1)
        self.spending = economy.market.distiller_spending[row]
        markup = economy.market.distiller_markup[row]
        self.serving_cost = welfare.serving_cost(self.spending, self.net_share, markup, XP)
        revenue = total(self.spending)
        self.detected = economy.shocks.detection[self.slot] < levers.detection_rate
        self.hidden_loss = welfare.hidden_loss(self.spending, self.misperception)
        self.royalty = scalar(welfare.royalty_due(levers.royalty_rate, economy.any_lab, revenue, XP))
        self.penalty = scalar(
            welfare.penalty_due(self.detected, levers.penalty_multiple, self.enforceable, revenue, XP)
        )
        self.liability = welfare.liability_due(levers.liability_share, self.hidden_loss, XP)

    def price_copying(self) -> None:
        """What a unit of copying effort costs today."""
        economy, p = self.model, self.model.p
        self.cost_base = scalar(
            copying.copy_cost_base(
                p.copy_cost_ratio * self.cost_factor,
                economy.replacement_cost,
                policy.query_cost_factor(economy.levers.api_restriction),
                self.foreign_factor,
                training.lognormal_luck(economy.shocks.copy_cost[self.slot], p.copy_cost_shock_sd, XP),
            )
        )

    def decide(self, outlook: Outlook) -> None:
        """Upgrade, enter, or neither."""
        economy = self.model
        self.outlook = outlook
        self.incentive_ratio = scalar(
            copying.incentive_ratio(outlook.new_profit, outlook.hosting_profit, outlook.plan.budget, XP)
        )
        if self.active:
            self.upgrades = not self.detected and self.wants_to_upgrade(outlook)
        elif economy.shocks.entry[0] < economy.p.entry_probability:
            self.enters = self.wants_to_enter(outlook)
        if self.made_copy:
            self.copy_spending = outlook.plan.budget
        if self.enters:
            self.entry_cost = economy.p.entry_cost

    @property
    def made_copy(self) -> bool:
        """Whether it releases a new copy this quarter."""
        return self.upgrades or self.enters

    def close_books(self) -> None:
        """Profit of the quarter."""
        self.fixed_paid = self.fixed_cost if self.active else 0.0
        self.profit = firms.distiller_profit(
            total(self.spending) - total(self.serving_cost),
            self.royalty,
            self.penalty,
            total(self.liability),
            self.copy_spending,
            self.fixed_paid,
            self.entry_cost,
        )

    def close_quarter(self) -> None:
        """Release the new copy, and stay, leave or go into business."""
        economy = self.model
        if self.made_copy and self.outlook is not None:
            self.head, self.tail = self.outlook.plan.head, self.outlook.plan.tail
        self.head = max(self.head, economy.fringe.capability)
        self.tail = max(self.tail, economy.fringe.capability)
        if self.enters and self.outlook is not None:
            self.expectation = firms.entrant_expectation(
                economy.ramp, self.outlook.new_profit, self.outlook.plan.budget, self.fixed_cost
            )
            self.active = True
            return
        profit = self.profit + self.entry_cost
        self.expectation = firms.smooth(self.expectation, profit, economy.p.expectation_smoothing)
        self.active = self.active and not self.wants_to_leave()
