"""The copying round: distillers plan, the best-placed outsider may enter, some upgrade; at most one entry a quarter.

Plans depend on what rivals will sell. Every distiller plans twice against rivals at their usual margins; then those
in business and the best-placed outsider plan a third time, at the prices of the market that would follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from econsim.arrays import Array
from econsim.engines.agents.distillers import Distiller
from econsim.engines.agents.namespace import XP, by_firm
from econsim.engines.agents.offers import Offer, Outlook
from econsim.rules import copying, demand, evaluation, pricing
from econsim.rules.copying import Prospect
from econsim.rules.demand import ABSENT

if TYPE_CHECKING:
    from econsim.engines.agents.economy import Economy


class CopyingRound:
    """One quarter's round, as the distillers of an economy go through it.

    lab_markup, copy_markup : (firm, segment, 1) of the market that would follow, first guess of the next round
    """

    def __init__(self, economy: Economy):
        self.economy = economy
        self.lab_markup = economy.initial.lab_markup_after
        self.copy_markup = economy.initial.distiller_markup_after

    def hold(self) -> None:
        """Plan, choose the candidate, foresee the market, decide."""
        economy = self.economy
        planners = [one for one in economy.distiller_list if one.active or one.exists]
        self._inform(planners)
        considering, values = self._consider(planners)
        if considering:
            self._decide(considering, values)

    def _inform(self, planners: list[Distiller]) -> None:
        """What everybody can know before planning."""
        economy, p = self.economy, self.economy.p
        beliefs = np.concatenate([one.reputation for one in economy.distiller_list])
        active = by_firm([one.active for one in economy.distiller_list])
        newcomer = evaluation.class_belief(beliefs, active, XP)
        for one in planners:
            one.price_copying()
            if not one.active:
                one.prior_belief = newcomer
        lead = copying.expected_lead(economy.value_per_nat, economy.expected_growth, XP)
        serving = economy.lab_value > ABSENT
        self.lab_value = XP.where(serving, economy.lab_value + lead, ABSENT)
        self.usual_markup = pricing.lowest_markup(p.lab_substitution * p.copy_substitution_ratio, XP)

    def _consider(self, planners: list[Distiller]) -> tuple[list[Distiller], Array]:
        """Two plans of everybody; who goes on to think about it, and the value of its second plan."""
        economy = self.economy
        labs = demand.log_sum(economy.p.lab_substitution * (self.lab_value - economy.lab_markup), XP)
        perfect = [one.offer_of(economy.teacher, one.prior_belief) for one in planners]
        values = economy.perceived_values(perfect)
        starts = [one.planned_markup for one in planners]
        plans = []
        for sweep in range(2):
            rivals = self._rivals(planners, values, self.usual_markup)
            foreseen = self._prospects(planners, values, rivals, labs, starts)
            starts = [one.markup for one in foreseen]
            if sweep == 0:
                for one, markup in zip(planners, starts, strict=True):
                    one.planned_markup = markup
            plans = [one.plan(prospect) for one, prospect in zip(planners, foreseen, strict=True)]
            values = economy.perceived_values(
                [one.offer_of(plan.head, plan.believed_gap) for one, plan in zip(planners, plans, strict=True)]
            )
        outside = [place for place, one in enumerate(planners) if not one.active]
        chosen = {place for place, one in enumerate(planners) if one.active}
        if outside:
            rivals = self._rivals(planners, values, self.usual_markup)
            hoped = self._prospects(
                [planners[place] for place in outside],
                values[outside],
                rivals[outside],
                labs,
                [starts[place] for place in outside],
            )
            scores = [prospect.profit - plans[place].budget for place, prospect in zip(outside, hoped, strict=True)]
            best = copying.best_placed(by_firm(scores), by_firm([True] * len(scores)), XP)
            chosen.add(outside[int(np.flatnonzero(best)[0])])
        places = sorted(chosen)
        return [planners[place] for place in places], values[places]

    def _decide(self, considering: list[Distiller], values: Array) -> None:
        """The market that would follow, a last plan at its prices, and everybody's decision."""
        economy = self.economy
        labs, markups = self._foresee_market(considering, values)
        rivals = self._rivals(considering, values, markups)
        foreseen = self._prospects(considering, values, rivals, labs, list(markups[:, None]))
        plans = [one.plan(prospect) for one, prospect in zip(considering, foreseen, strict=True)]

        def valued(offers: list[Offer]) -> Array:
            return economy.perceived_values(offers)

        new = valued([one.offer_of(plan.head, plan.believed_gap) for one, plan in zip(considering, plans, strict=True)])
        old = valued([one.offer_of(one.head, one.reputation) for one in considering])
        public, unknown = economy.fringe.capability, 0.0 * economy.weights
        hosting = valued([one.offer_of(public, unknown) for one in considering])
        rivals = self._rivals(considering, new, markups)
        count = len(considering)
        prospects = self._prospects(
            considering * 3,
            np.concatenate([new, old, hosting]),
            np.concatenate([rivals] * 3),
            labs,
            [one.markup for one in foreseen]
            + [economy.copy_markup[one.slot : one.slot + 1] for one in considering]
            + [self.usual_markup + unknown] * count,
        )
        for place, one in enumerate(considering):
            new_profit, old_profit, hosting_profit = (
                prospects[place + question * count].profit for question in range(3)
            )
            one.decide(Outlook(plans[place], new_profit, old_profit if one.active else 0.0, hosting_profit))

    def _foresee_market(self, considering: list[Distiller], values: Array) -> tuple[Array, Array]:
        """Equilibrium prices if all those considering it released: the labs' log-sum, and their own markups."""
        economy, p = self.economy, self.economy.p
        eta, eta_c = p.lab_substitution, economy.copy_substitution
        slots = [one.slot for one in considering]
        copy_value = np.full(self.copy_markup.shape, ABSENT)
        pays = np.concatenate([one.pays for one in considering])
        copy_value[slots] = np.where(pays, values, ABSENT)
        self.lab_markup, self.copy_markup = pricing.nash_markups(
            self.lab_value,
            copy_value,
            economy.public_value,
            economy.outside_utility,
            eta,
            eta_c,
            p.adoption_elasticity,
            self.lab_markup,
            self.copy_markup,
            pricing.WARM_STEPS,
            XP,
        )
        return demand.log_sum(eta * (self.lab_value - self.lab_markup), XP), self.copy_markup[slots]

    def _rivals(self, distillers: Sequence[Distiller], values: Array, markups: Array) -> Array:
        """For each distiller the log-sum of the others in business and the fringe, (firm, segment, 1)."""
        eta_c = self.economy.copy_substitution
        active = by_firm([one.active for one in distillers])
        pays = np.concatenate([one.pays for one in distillers])
        selling = np.where(active & pays, eta_c * (values - markups), ABSENT)
        return demand.rivals_log_sum(selling, eta_c * self.economy.public_value, XP)

    def _prospects(
        self, distillers: Sequence[Distiller], values: Array, rivals: Array, labs: Array, starts: list[Array]
    ) -> list[Prospect]:
        """What each would earn with its copy at its best price; asked together, because that is faster."""
        economy, p = self.economy, self.economy.p
        net_share = np.concatenate([np.where(one.pays, one.net_share, 0.0) for one in distillers])
        # Questions stand side by side as draws do, so that the answer to one does not depend on the others.
        answer = copying.prospect(
            _side_by_side(values),
            _side_by_side(rivals),
            labs,
            economy.budgets,
            _side_by_side(net_share),
            economy.value_per_nat,
            economy.outside_utility,
            p.lab_substitution,
            economy.copy_substitution,
            p.adoption_elasticity,
            _side_by_side(np.concatenate(starts)),
            XP,
        )
        profits, slopes = answer.profit.ravel().tolist(), answer.value_of_a_nat.ravel().tolist()
        markups = answer.markup.transpose(2, 1, 0)
        return [Prospect(profits[place], slopes[place], markups[place : place + 1]) for place in range(len(distillers))]


def _side_by_side(values: Array) -> Array:
    """(firm, segment, 1) as (1, segment, firm)."""
    return np.ascontiguousarray(values.transpose(2, 1, 0))
