"""The economy of one draw: who lives in it, what everybody can observe, and who acts when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any

import mesa
import numpy as np

from econsim import opening, state
from econsim.arrays import FIRM, Array
from econsim.engines.agents import accounts
from econsim.engines.agents.buyers import BuyerSegment
from econsim.engines.agents.distillers import Distiller
from econsim.engines.agents.firms import FrontierLab, PublicFringe
from econsim.engines.agents.namespace import XP, by_firm, scalar
from econsim.engines.agents.offers import Offer
from econsim.engines.agents.planning import CopyingRound
from econsim.engines.agents.regulator import Regulator
from econsim.engines.giving_up import heed
from econsim.rules import copying, demand, evaluation, firms, policy, pricing, serving, training
from econsim.rules.demand import ABSENT
from econsim.series import PER_FIRM, catalogue
from econsim.world import World

ROLES: dict[str, type[mesa.Agent]] = {
    "lab": FrontierLab,
    "distiller": Distiller,
    "fringe": PublicFringe,
    "segment": BuyerSegment,
    "regulator": Regulator,
}


class Economy(mesa.Model):
    """One draw of a world, quarter by quarter.

    p, frame         : parameters of the draw and what is fixed for the run
    labs, distillers, segments : Mesa agent sets; fringe, regulator: one agent each
    period           : quarters since the start
    levers, shocks   : of this quarter
    efficiency       : nats, training efficiency
    rd_stock         : $M, all R&D so far
    expected_growth, expected_revenue_growth : per quarter, what everybody expects
    planned_retention: share of the head that distillers in business planned to keep last quarter
    outside_utility  : log price, of what buyers do without AI
    last_quarter     : every series of the last quarter by name, empty in the first; arrays for `series.PER_FIRM`
    datacollector    : the same for all quarters; `get_model_vars_dataframe()` makes a table
    """

    def __init__(
        self,
        world: World,
        draw: int = 0,
        rd_path: np.ndarray | None = None,
        agents: Mapping[str, type] | None = None,
    ):
        """
        draw    : which of the world's draws
        rd_path : (period, lab, 1, draw) $M, where labs' R&D is imposed
        agents  : role -> subclass, see `trajectories`
        """
        super().__init__(seed=0)  # agents draw nothing: every shock comes with the world
        classes = ROLES | dict(agents or {})
        self.frame, self.quarters = world.frame, world.quarters
        self.p = SimpleNamespace(**{name: _of_draw(value, draw) for name, value in vars(world.parameters).items()})
        self.lever_paths = {name: _of_draw(path, draw)[:, 0].tolist() for name, path in vars(world.levers).items()}
        self._shocks = {name: _of_draw(value, draw) for name, value in vars(world.shocks).items()}
        dispersion = self._shocks.pop("initial_capability")
        self._shocks = {name: value[:, :, 0, 0].tolist() for name, value in self._shocks.items()}
        self.rd_path = None if rd_path is None else _of_draw(rd_path, draw)[:, :, 0, 0].tolist()
        self.period = 0
        self.last_quarter: dict[str, Any] = {}
        self._draw_up(dispersion)
        self._populate(classes)
        names = [*catalogue(self.frame.segments), "residual", *PER_FIRM, "lab_rd"]
        self.datacollector = mesa.DataCollector(model_reporters={name: partial(_latest, name) for name in names})

    def _draw_up(self, dispersion: Array) -> None:
        """How the world stands before the first quarter."""
        p = self.p
        with np.errstate(all="ignore"):
            self.initial = opening.start(p, self.frame, dispersion, XP)
        initial = self.initial
        self.outside_utility = initial.outside_utility.item()
        self.efficiency = initial.efficiency.item()
        self.rd_stock = initial.rd_stock.item()
        self.expected_growth = initial.expected_growth.item()
        self.expected_revenue_growth = initial.expected_revenue_growth.item()
        self.last_revenue = initial.last_revenue.item()
        self.planned_retention = initial.planned_retention.item()
        self.lab_markup, self.copy_markup = initial.lab_markup, initial.distiller_markup
        self.copy_substitution = p.lab_substitution * p.copy_substitution_ratio
        self.value_per_nat = serving.value_per_nat(p.capability_value, p.serving_elasticity)
        self.weights = evaluation.segment_tail_weight(p.tail_weight, p.relative_tail_weight)
        self.mean_weight = scalar(evaluation.mean_tail_weight(self.weights, p.budget_share, XP))
        self.range_value, self.small_share = opening.product_range(p, self.weights, self.frame, XP)
        self.range_values = self.range_value.ravel().tolist()
        self.arrival = training.arrival_factor(p.vendor_inertia, p.discount_rate)
        self.ramp = scalar(copying.entrant_ramp(np.array([p.vendor_inertia]), p.planning_horizon))
        self.nowhere = (0.0,) * len(self.frame.segments)
        self.everywhere = (True,) * len(self.frame.segments)

    def _populate(self, classes: Mapping[str, type[mesa.Agent]]) -> None:
        frame = self.frame

        def settle(role: str, **places: int) -> mesa.agent.AgentSet:
            ((name, count),) = places.items()
            return classes[role].create_agents(self, count, **{name: list(range(count))})

        self.regulator: Any = classes["regulator"](self)
        self.fringe: Any = classes["fringe"](self)
        self.segments = settle("segment", index=len(frame.segments))
        self.labs = settle("lab", slot=frame.labs)
        self.distillers = settle("distiller", slot=frame.distillers)
        self.segment_list: list[Any] = list(self.segments)
        self.lab_list: list[Any] = list(self.labs)
        self.distiller_list: list[Any] = list(self.distillers)
        self.copying_round = CopyingRound(self)

    # One quarter, in order.

    def step(self) -> None:
        """Advance by one quarter."""
        with np.errstate(all="ignore"):  # a draw that fails is found by its residual, not printed about
            self.regulator.act()
            self._open_quarter()
            morning = accounts.opening(self)
            self._trade()
            self._divide_revenue()
            self.labs.do("invest")
            if self.frame.copying:
                self.copying_round.hold()
            self.distillers.do("close_books")
            self._spread_knowledge()
            self._turn_over()
            self.last_quarter = accounts.read_series(self, morning)
            self.datacollector.collect(self)
            self._update_expectations()
        self.period += 1

    def run(self) -> None:
        """All quarters that are left."""
        while self.period < self.quarters:
            heed()
            self.step()

    def _open_quarter(self) -> None:
        """What everybody knows as the quarter begins."""
        p, levers = self.p, SimpleNamespace(**self.regulator.in_force)
        self.levers = levers
        self.shocks = SimpleNamespace(**{name: path[self.period] for name, path in self._shocks.items()})
        covered = policy.tail_coverage(p.benchmark_tail_coverage, levers.tail_evaluation_mandate)
        self.awareness = evaluation.evaluator_awareness(covered, p.learning_rate)
        self.measured_weight = evaluation.measured_tail_weight(self.mean_weight, self.awareness)
        self.budgets = demand.task_budget(p.task_budget, p.budget_growth, float(self.period), p.budget_share, XP)
        self.lead_time = training.lead_time(p.access_lag, levers.release_window)
        self.lead_time_array = XP.zeros((1, 1, 1)) + self.lead_time
        self.any_lab = any(lab.active for lab in self.lab_list)
        for firm in (*self.lab_list, *self.distiller_list, self.fringe):
            firm.was_active = firm.active
            firm.prepare()

    def _trade(self) -> None:
        """Offers, Bertrand-Nash prices in all segments, and what buyers then buy."""
        p = self.p
        self.labs.do("make_offer")
        self.distillers.do("make_offer")
        self.fringe.make_offer()
        self.lab_value = self.appraisals([lab.quote for lab in self.lab_list])
        self.copy_value = self.appraisals([one.quote for one in self.distiller_list])
        self.public_value = self.appraisals([self.fringe.quote])
        self.lab_markup, self.copy_markup = pricing.nash_markups(
            self.lab_value,
            self.copy_value,
            self.public_value,
            self.outside_utility,
            p.lab_substitution,
            self.copy_substitution,
            p.adoption_elasticity,
            self.lab_markup,
            self.copy_markup,
            pricing.WARM_STEPS,
            XP,
        )
        self.segments.do("clear_market")
        self.market = accounts.posted(self)
        self.ai_revenue = scalar(state.total_revenue(self.market, XP))
        within_ai = self.market.target.copy_within * self.market.target.nest_share
        self.copy_share = XP.total(XP.where(self.copy_value > ABSENT, within_ai, 0.0), FIRM)

    def _divide_revenue(self) -> None:
        """Who can be copied, who is paid for it, and what that makes of sales."""
        p = self.p
        accessible = by_firm([lab.accessible_capability() for lab in self.lab_list])
        active = by_firm([lab.active for lab in self.lab_list])
        best = XP.largest(XP.where(active, accessible, ABSENT), FIRM)
        weights = training.teacher_weights(accessible, active, best, XP)
        self.teacher = scalar(best)
        public = self.fringe.capability
        self.reachable = max(self.teacher - public, 0.0)
        self.replacement_cost = scalar(
            copying.replacement_training_cost(p.training_cost, self.teacher, public, self.efficiency, XP)
        )
        self.distillers.do("collect_revenue")
        royalties = sum(one.royalty for one in self.distiller_list)
        for lab, weight in zip(self.lab_list, weights.ravel().tolist(), strict=True):
            lab.teacher_weight = weight
            lab.royalty_income = weight * royalties
        self.labs.do("collect_revenue")

    def _spread_knowledge(self) -> None:
        """R&D becomes capability, knowledge leaks, everybody gets more efficient."""
        p = self.p
        self.frontier = self._best_lab()
        self.fringe.absorb(self.frontier)
        stock = self.rd_stock + sum(lab.investment for lab in self.lab_list)
        self.efficiency_after = scalar(
            training.efficiency_after(
                self.efficiency, p.efficiency_growth, p.learning_by_doing, self.rd_stock, stock, XP
            )
        )
        self.rd_stock = stock
        self.labs.do("train")

    def _turn_over(self) -> None:
        """Exit, re-entry and entry; buyers learn what copies are worth and who is still there."""
        today, self.efficiency = self.efficiency, self.efficiency_after
        self.labs.do("close_quarter")
        self.labs.do("record_history")
        losses = [one.outlook.plan.head_loss if one.outlook else 1.0 for one in self.distiller_list]
        active = by_firm([one.active for one in self.distiller_list])
        self.planned_retention = scalar(copying.mean_retention(by_firm(losses), active, XP))
        self.distillers.do("close_quarter")
        self.segments.do("update_beliefs")
        self.segments.do("remember_customers")
        self.efficiency = today

    def _update_expectations(self) -> None:
        p = self.p
        self.efficiency = self.efficiency_after
        progress = self._best_lab() - self.frontier
        self.expected_growth = firms.smooth(self.expected_growth, progress, p.expectation_smoothing)
        if self.period > 0:
            growth = scalar(firms.revenue_growth(self.ai_revenue, self.last_revenue, XP))
            self.expected_revenue_growth = firms.smooth(self.expected_revenue_growth, growth, p.expectation_smoothing)
        self.last_revenue = self.ai_revenue

    # What agents can ask.

    def appraisals(self, offers: Sequence[Offer | None]) -> Array:
        """Perceived value of offers by segment, `demand.ABSENT` where there is none; (firm, segment, 1)."""
        return np.array([[segment.appraise(offer) for segment in self.segment_list] for offer in offers])[..., None]

    def perceived_values(self, offers: Sequence[Offer]) -> Array:
        """The same of offers that might be made, also where selling would not pay; (firm, segment, 1)."""
        return np.array([[segment.perceived_value(one) for segment in self.segment_list] for one in offers])[..., None]

    def reputation_of(self, distiller: Distiller) -> Array:
        """The tail gap that each segment believes a distiller's copy to have, (1, segment, 1) nats."""
        return np.array([segment.beliefs[distiller.slot] for segment in self.segment_list]).reshape(1, -1, 1)

    def _best_lab(self) -> float:
        return scalar(state.frontier_of(by_firm([lab.capability for lab in self.lab_list]), self.p, XP))


def _of_draw(value: Any, draw: int) -> Any:
    """One draw of a parameter, lever or shock: a float, or the array with one draw left on its last axis."""
    if np.ndim(value) == 0:
        return value if isinstance(value, float) else np.asarray(value).item()
    place = draw if value.shape[-1] > 1 else 0
    return value[place].item() if value.ndim == 1 else value[..., place : place + 1]


def _latest(name: str, economy: Economy) -> Any:
    return economy.last_quarter[name]
