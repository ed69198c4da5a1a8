"""The buyers of one segment: what they see in an offer, how they split their budget, what they learn from use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np

from econsim.engines.agents.namespace import XP, by_firm, scalar, total
from econsim.engines.agents.offers import Offer
from econsim.rules import demand, evaluation, pricing, serving
from econsim.rules.demand import ABSENT

if TYPE_CHECKING:
    from econsim.engines.agents.distillers import Distiller
    from econsim.engines.agents.economy import Economy


class BuyerSegment(mesa.Agent):
    """Everybody who buys for one kind of use.

    name, index     : which segment
    tail_weight     : how much the tail of a model matters in this use
    beliefs         : nats, the tail gap it believes in, one number a distiller
    lab_customers   : (lab, 1, 1) share of its AI spending last quarter with labs that are still there
    copy_customers  : (distiller, 1, 1)
    public_customers: (1, 1, 1)
    lab_share, …    : the same this quarter; lab_spending, … in $M
    """

    model: Economy

    def __init__(self, model: Economy, index: int):
        super().__init__(model)
        initial, column = model.initial, slice(index, index + 1)
        self.index = index
        self.name = model.frame.segments[index]
        self.tail_weight: float = model.weights[0, index, 0].item()
        self.beliefs: list[float] = initial.believed_gap[:, 0, 0].tolist()
        self.lab_customers = initial.lab_share[:, column]
        self.copy_customers = initial.distiller_share[:, column]
        self.public_customers = initial.fringe_share[:, column]

    # What buyers decide.

    def perceived_value(self, offer: Offer) -> float:
        """Log-price utility of an offer as these buyers see it, net of its log unit cost; the markup comes on top."""
        p, place = self.model.p, self.index
        if offer.kind == "copy":
            utility = serving.copy_utility(
                offer.capability,
                offer.believed_gap[place],
                p.capability_value,
                self.tail_weight,
                offer.premium,
                offer.shock,
            )
        elif offer.kind == "original":
            utility = serving.lab_utility(
                offer.capability, p.capability_value, offer.premium, offer.friction, offer.shock
            )
            return utility - offer.log_cost[place] + self.model.range_values[place] - offer.surcharge[place]
        else:
            utility = serving.public_utility(offer.capability, p.capability_value)
        return utility - offer.log_cost[place] - offer.surcharge[place]

    def clear_market(self) -> None:
        """Split the task budget at the posted prices: some buyers choose anew, the others stay where they were."""
        economy, p = self.model, self.model.p
        column = slice(self.index, self.index + 1)
        lab_value, copy_value = economy.lab_value[:, column], economy.copy_value[:, column]
        public_value = economy.public_value[:, column]
        lab_net = lab_value - economy.lab_markup[:, column]
        copy_net = copy_value - economy.copy_markup[:, column]
        eta, eta_c, eta_o = p.lab_substitution, economy.copy_substitution, p.adoption_elasticity
        target = demand.market(lab_net, copy_net, public_value, economy.outside_utility, eta, eta_c, eta_o, XP)
        self.target = target
        self.residual = scalar(
            pricing.nash_residual(
                economy.lab_markup[:, column],
                economy.copy_markup[:, column],
                pricing.lab_elasticity(target, eta, eta_o),
                pricing.copy_elasticity(target, eta, eta_c, eta_o),
                XP,
            )
        )
        labs_serve, copies_serve, public_serves = lab_value > ABSENT, copy_value > ABSENT, public_value > ABSENT
        lab_kept = demand.kept_share(p.vendor_inertia, self.lab_customers, labs_serve, XP)
        copy_kept = demand.kept_share(p.vendor_inertia, self.copy_customers, copies_serve, XP)
        public_kept = demand.kept_share(p.vendor_inertia, self.public_customers, public_serves, XP)
        anew = 1.0 - (total(lab_kept) + total(copy_kept) + total(public_kept))
        self.lab_share = demand.realised_share(lab_kept, anew, np.where(labs_serve, target.lab_share, 0.0))
        copy_target = np.where(copies_serve, target.copy_within * target.nest_share, 0.0)
        self.copy_share = demand.realised_share(copy_kept, anew, copy_target)
        public_target = np.where(public_serves, target.fringe_within * target.nest_share, 0.0)
        self.public_share = demand.realised_share(public_kept, anew, public_target)
        kept_value = total(lab_kept * lab_net) + total(copy_kept * copy_net) + total(public_kept * public_value)
        self.experienced_value = demand.experienced_inclusive_value(kept_value, anew, target.inclusive_value)
        ai_share, _ = demand.adoption(self.experienced_value, economy.outside_utility, eta_o, XP)
        ai_budget = economy.budgets[:, column] * ai_share
        self.lab_spending = ai_budget * self.lab_share
        self.copy_spending = ai_budget * self.copy_share
        self.public_spending = ai_budget * self.public_share

    def learn(self, distiller: Distiller) -> float:
        """The tail gap of a distiller's copy, in nats, that these buyers believe in after a quarter of tests and use.

        Called at the end of a quarter for every distiller that sold in it or enters, with its new copy if it made one.
        """
        belief = self.beliefs[distiller.slot]
        if distiller.made_copy:
            prior = distiller.prior_belief[0, self.index, 0]
            belief = evaluation.belief_at_release(prior, self.model.p.belief_erosion)
        return evaluation.learn(belief, distiller.tail_gap, self.model.awareness)

    # What follows from it.

    def appraise(self, offer: Offer | None) -> float:
        """Perceived value of an offer; `demand.ABSENT` where there is none for this segment."""
        if offer is None or not offer.on_sale[self.index]:
            return ABSENT
        return self.perceived_value(offer)

    def update_beliefs(self) -> None:
        """Learn about every copy in use; a distiller that is out of business is forgotten."""
        self.beliefs = [
            float(self.learn(distiller)) if distiller.was_active or distiller.enters else 0.0
            for distiller in self.model.distiller_list
        ]

    def remember_customers(self) -> None:
        """Customers stay only with a firm that sold this quarter and goes on."""
        labs = [lab.active and lab.was_active for lab in self.model.lab_list]
        copies = [one.active and not one.enters for one in self.model.distiller_list]
        self.lab_customers = np.where(by_firm(labs), self.lab_share, 0.0)
        self.copy_customers = np.where(by_firm(copies), self.copy_share, 0.0)
        self.public_customers = self.public_share
