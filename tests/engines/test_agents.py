"""The agents engine: the batch engine's numbers from agents that decide one by one, and what overriding one moves."""

from __future__ import annotations

import functools
import gc
import weakref
from collections.abc import Set

import mesa
import numpy as np
import pytest

from econsim import draws as shock_streams
from econsim.engines import agents, batch
from econsim.errors import InputError
from econsim.library import shipped_scenarios
from econsim.scenario import Scenario, load_scenario
from econsim.series import PER_FIRM, catalogue
from econsim.world import World, build_world, design_points, firm_slots, parameter_values

TOLERANCE = 1e-10

AWKWARD = """
name: awkward
extends: baseline
structure:
  quarters: 40
  labs:
    - {name: first, cash: 60000, premium: 1.5}
    - {name: second, initial_capability: -0.4, cost_factor: 0.7, fixed_cost: 200}
    - {name: third, cash: 3000, premium: 0.4, initial_capability: -1}
  distillers:
    - {name: insider, initial_capability: -1.5, foreign: false}
    - {name: abroad, foreign: true, cost_factor: 0.5, premium: 0.3, fixed_cost: 30}
    - {name: plain}
    - {name: dear, cost_factor: 3}
levers:
  release_window: {value: 2.5, start: 2030-01}
  liability_share: 0.2
  detection_rate: 0.5
  penalty_multiple: 0.1
  enforcement_reach: 0.8
"""


def world_of(scenario: Scenario, draws: int = 2, ensemble: str = "prior", seed: int = 0) -> World:
    labs, distillers = firm_slots(scenario)
    shocks = shock_streams.shocks(seed, scenario.structure.quarters, labs, distillers, 0, draws)
    values = parameter_values(scenario, design_points(scenario, ensemble, seed, 0, draws))
    return build_world(scenario, values, shocks)


@functools.cache
def baseline(**changes) -> Scenario:
    return load_scenario("baseline").with_(**changes)


@functools.cache
def short_world(draws: int = 1) -> World:
    return world_of(baseline(quarters=20), draws, "default")


@functools.cache
def as_they_are() -> dict[str, np.ndarray]:
    return agents.trajectories(short_world())


def assert_equal(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    assert set(found) == set(expected)
    for name in expected:
        one, other = found[name], expected[name]
        assert one.shape == other.shape, name
        finite = other[np.isfinite(other)]
        scale = np.abs(finite).max() if finite.size else 0.0
        scale = 1.0 if name == "residual" else max(scale, 1e-30)
        np.testing.assert_allclose(one, other, rtol=TOLERANCE, atol=TOLERANCE * scale, err_msg=name)


def moved(found: dict[str, np.ndarray], expected: dict[str, np.ndarray], periods: slice) -> set[str]:
    """The series that differ in these periods."""
    return {
        name
        for name, values in expected.items()
        if not np.array_equal(found[name][periods], values[periods], equal_nan=True)
    }


@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_same_trajectories_as_batch(name: str):
    """C29: agents and batch agree to 1e-10 on every series, on the same shocks."""
    world = world_of(load_scenario(name))
    expected = batch.trajectories(world)
    found = agents.trajectories(world)
    assert_equal(found, expected)
    for count in ("n_labs_active", "n_distillers_active"):
        np.testing.assert_array_equal(found[count], expected[count])


def test_same_trajectories_at_defaults():
    world = world_of(baseline(), ensemble="default", seed=5)
    expected = batch.trajectories(world)
    assert np.ptp(expected["n_distillers_active"]) >= 2  # entry and exit happen, so that their order matters
    assert_equal(agents.trajectories(world), expected)


@pytest.mark.slow
@pytest.mark.parametrize("ensemble", ["default", "prior"])
@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_same_trajectories_over_many_draws(name: str, ensemble: str):
    world = world_of(load_scenario(name), draws=12, ensemble=ensemble, seed=11)
    assert_equal(agents.trajectories(world), batch.trajectories(world))


def test_firms_that_differ(tmp_path):
    path = tmp_path / "awkward.yaml"
    path.write_text(AWKWARD, encoding="utf-8")
    world = world_of(load_scenario(path), draws=3)
    expected = batch.trajectories(world)
    assert expected["liability_payments"].max() > 0.0
    assert expected["penalty_payments"].max() > 0.0
    assert_equal(agents.trajectories(world), expected)


@pytest.mark.parametrize(
    "changes",
    [
        {"public_fringe": False},
        {"fidelity_law": "constant_retention"},
        {"fidelity_law": "refinement"},
        {"n_labs": {"default": 3, "low": 1, "high": 5}, "n_distillers": {"default": 6, "low": 1, "high": 12}},
    ],
    ids=["no fringe", "constant retention", "refinement", "uncertain numbers of firms"],
)
def test_other_structures(changes: dict):
    world = world_of(baseline_with(changes), draws=3)
    assert_equal(agents.trajectories(world), batch.trajectories(world))


def baseline_with(changes: dict) -> Scenario:
    return load_scenario("baseline").with_(quarters=24, **changes)


def test_labs_that_leave_and_come_back():
    poor = {"lab_cash": 2000, "lab_fixed_cost": 1500, "initial_ai_share": 0.01}
    world = world_of(baseline(quarters=40, **poor), draws=3, ensemble="default")
    expected = batch.trajectories(world)
    change = np.diff(expected["n_labs_active"], axis=0)
    assert change.min() < 0.0 < change.max()
    assert expected["lab_recapitalisation"].max() > 0.0
    assert_equal(agents.trajectories(world), expected)


def test_imposed_research():
    world = world_of(baseline(quarters=16), draws=2)
    path = 500.0 + 100.0 * np.arange(16 * 4 * 2).reshape(16, 4, 1, 2) % 7000.0
    found = agents.trajectories(world, path)
    np.testing.assert_array_equal(found["lab_rd"], path)
    assert_equal(found, batch.trajectories(world, path))


def test_one_draw_does_not_depend_on_the_others():
    world = short_world(draws=2)
    both = agents.trajectories(world)
    economy = agents.Economy(world, draw=1)
    economy.run()
    for name, values in economy.datacollector.model_vars.items():
        np.testing.assert_array_equal(np.array(values), both[name][..., 1])


def test_numbers_are_defined():
    for name in set(catalogue(short_world().frame.segments)) - {"copy_price_ratio", "distiller_margin"}:
        values = as_they_are()[name]
        assert not np.isinf(values).any(), name
    for name in ("welfare", "rd_investment", "hhi", "ai_share", "residual", "lab_cash"):
        assert np.isfinite(as_they_are()[name]).all()
    assert as_they_are()["residual"].max() < 1e-10


# Overriding one decision. In the first quarter in which the override acts, the set of series that move is exact.

POLICY = {"royalty_payments", "penalty_payments", "liability_payments", "subsidy_payments", "enforcement_cost",
          "government_balance"}  # fmt: skip  # none is in force in the baseline: they only move with a lever

# What moves as soon as labs sell more or less than usual. Their R&D follows revenue at once; capability, cash and the
# numbers of firms were settled before the quarter began.
LABS_SELL_OTHERWISE = {
    "lab_revenue", "lab_gross_profit", "lab_margin", "frontier_price", "hhi",  # demand, and so markups and shares
    "rd_investment", "lab_rd", "lab_profit",
    "public_revenue", "ai_share", "serving_cost",  # who else serves, and how much is bought at all
    "consumer_surplus_anticipated", "consumer_surplus", "inertia_loss", "welfare",
}  # fmt: skip


SOLD = {"revenue_by_offer"}  # moves with what anybody sells; the revenues above say who


def assert_first_moved(
    found: dict[str, np.ndarray],
    usual: dict[str, np.ndarray],
    quarter: int,
    expected: set[str],
    levers: Set[str] = frozenset(),
) -> None:
    """Nothing moves before the quarter, exactly the expected series move in it, and policy only with a lever.

    The solver's residual is rounding, so it only has to stay small.
    """
    assert set(found) == set(usual)
    assert found["residual"].max() < TOLERANCE
    assert moved(found, usual, slice(0, quarter)) == set()
    assert moved(found, usual, slice(quarter, quarter + 1)) - {"residual", *SOLD} == expected - SOLD
    assert moved(found, usual, slice(quarter, None)) & POLICY == levers


class LabThatNeverInvests(agents.FrontierLab):
    def choose_investment(self) -> float:
        return 0.0


def test_labs_that_never_invest():
    found, usual = agents.trajectories(short_world(), agents={"lab": LabThatNeverInvests}), as_they_are()
    # R&D comes after trade and bears fruit a quarter later: at first only the money spent on it is missing.
    assert_first_moved(found, usual, 0, {"rd_investment", "lab_rd", "lab_profit", "welfare"})
    assert not found["rd_investment"].any()
    np.testing.assert_array_equal(found["frontier_capability"], 0.0)
    growth = short_world().parameters.efficiency_growth
    np.testing.assert_allclose(found["training_efficiency"][:, 0], growth * np.arange(20), rtol=1e-12)


class FirstLabNeverInvests(agents.FrontierLab):
    """Only the first lab idles: it is carried along by what is public."""

    def choose_investment(self) -> float:
        return 0.0 if self.slot == 0 else super().choose_investment()


def test_a_lab_without_research_rises_with_public_knowledge_only():
    economy = agents.Economy(short_world(), agents={"lab": FirstLabNeverInvests})
    start = economy.lab_list[0].capability
    for _ in range(20):
        economy.step()
        assert economy.lab_list[0].capability == max(start, economy.fringe.capability)
    assert economy.lab_list[0].capability > start
    assert economy.last_quarter["rd_investment"] > 0.0
    np.testing.assert_array_equal([row[0, 0] for row in economy.datacollector.model_vars["lab_rd"]], 0.0)


class DistillerThatNeverEnters(agents.Distiller):
    def wants_to_enter(self, outlook: agents.Outlook) -> bool:
        return False


def test_distillers_that_never_enter_are_no_distillers():
    found = agents.trajectories(short_world(), agents={"distiller": DistillerThatNeverEnters})
    without = batch.trajectories(world_of(baseline(quarters=20, copying=False), 1, "default"))
    assert as_they_are()["n_distillers_active"].max() > 0.0
    for name in set(without) - set(PER_FIRM):
        if name.startswith("incentive_ratio"):  # they still see what copying would bring
            assert np.isfinite(found["incentive_ratio"]).all()
            continue
        np.testing.assert_allclose(found[name], without[name], rtol=1e-12, atol=1e-12, err_msg=name)


def test_a_distiller_that_does_not_enter_saves_its_outlay_first():
    """An entrant sells from the next quarter on, so in the quarter of its entry only what it pays can be missing.

    What copying would bring is foreseen all the same, so incentives stay; the first entrant happens to be foreign.
    """
    usual = as_they_are()
    entry = int(np.flatnonzero(usual["entry_costs"][:, 0])[0])
    assert entry > 0
    assert usual["distiller_profit_domestic"][entry] == 0.0 > usual["distiller_profit_foreign"][entry]
    found = agents.trajectories(short_world(), agents={"distiller": DistillerThatNeverEnters})
    outlay = {"copy_spending", "entry_costs"}
    assert_first_moved(found, usual, entry, outlay | {"distiller_profit", "distiller_profit_foreign", "welfare"})
    for name in outlay:
        assert not found[name].any()
    assert "n_distillers_active" in moved(found, usual, slice(entry + 1, entry + 2))


class DistillerThatNeverUpgrades(agents.Distiller):
    def wants_to_upgrade(self, outlook: agents.Outlook) -> bool:
        return False


class DistillerOfSmallCopies(agents.Distiller):
    def plan(self, foreseen):
        return self.copy_for(0.25 * super().plan(foreseen).budget)


class DistillerThatNeverGivesUp(agents.Distiller):
    def wants_to_leave(self) -> bool:
        return False


def test_what_a_distiller_does_with_its_copy():
    usual = as_they_are()
    frugal = agents.trajectories(short_world(), agents={"distiller": DistillerOfSmallCopies})
    assert np.nanmean(frugal["head_retention"]) < np.nanmean(usual["head_retention"])
    once = agents.trajectories(short_world(), agents={"distiller": DistillerThatNeverUpgrades})
    entering = once["entry_costs"][:, 0] > 0.0
    np.testing.assert_array_equal(once["copy_spending"][:, 0] > 0.0, entering)
    assert (usual["copy_spending"][:, 0] > 0.0).sum() > entering.sum()
    stubborn = agents.trajectories(short_world(), agents={"distiller": DistillerThatNeverGivesUp})
    assert np.diff(stubborn["n_distillers_active"], axis=0).min() == 0.0
    assert np.diff(usual["n_distillers_active"], axis=0).min() < 0.0


class LowStakesBlindToBrand(agents.BuyerSegment):
    def perceived_value(self, offer: agents.Offer) -> float:
        return super().perceived_value(offer._replace(premium=0.0) if self.name == "low" else offer)


def test_a_segment_blind_to_brand_moves_its_own_market_first():
    """Labs' names are worth nothing to low-stakes buyers: that market moves, and what is summed over markets.

    Prices and surplus in the other two are their own. Weaker labs make a copy for low-stakes use worth more, so that
    the outsider asked in this quarter, a domestic one, now enters: it pays, and sells from the next quarter on.
    """
    found = agents.trajectories(short_world(), agents={"segment": LowStakesBlindToBrand})
    usual = as_they_are()
    lured = {"incentive_ratio", "incentive_ratio_domestic"}
    enters = {"copy_spending", "entry_costs", "distiller_profit", "distiller_profit_domestic"}
    assert_first_moved(found, usual, 0, LABS_SELL_OTHERWISE | {"consumer_surplus_low"} | lured | enters)
    for name in ("public_revenue", *lured, "entry_costs"):
        assert found[name][0] > usual[name][0], name
    for name in ("lab_revenue", "rd_investment", "consumer_surplus_low"):
        assert found[name][0] < usual[name][0], name
    assert "consumer_surplus_general" in moved(found, usual, slice(1, 2))  # research follows revenue


class SegmentThatKnowsTheTail(agents.BuyerSegment):
    def learn(self, distiller: agents.Distiller) -> float:
        return distiller.tail_gap if self.name == "high_stakes" else super().learn(distiller)


def test_a_segment_that_knows_the_tail_loses_nothing_to_it():
    found = agents.trajectories(short_world(), agents={"segment": SegmentThatKnowsTheTail})
    assert as_they_are()["hidden_loss_high_stakes"].max() > 0.0
    np.testing.assert_array_equal(found["hidden_loss_high_stakes"], 0.0)
    assert found["hidden_loss_general"].max() > 0.0


class FringeThatNeverOffers(agents.PublicFringe):
    def offer(self) -> None:
        return None


def test_a_fringe_that_never_offers():
    """Its customers buy from labs or not at all, in every segment; it leaves the list of what is on offer.

    Copies, of which there are none yet, would meet one rival less, and so would whoever hosted a public model instead:
    the incentive to copy moves (of the one outsider asked, a domestic one), but not enough for it to enter.
    """
    found, usual = agents.trajectories(short_world(), agents={"fringe": FringeThatNeverOffers}), as_they_are()
    segments = {f"consumer_surplus_{name}" for name in short_world().frame.segments}
    would_copy = {"incentive_ratio", "incentive_ratio_domestic"}
    assert_first_moved(found, usual, 0, LABS_SELL_OTHERWISE | segments | would_copy | set(PER_FIRM))
    assert found["lab_revenue"][0] > usual["lab_revenue"][0]
    for name in PER_FIRM:
        own = found[name][0, :, 0] != usual[name][0, :, 0]
        labs_move = name in ("price_at_capability_zero", "revenue_by_offer")  # less competition, higher markups
        fringe_moves = name != "price_at_capability_zero"
        no_copies = [False] * len(own[4:-1])
        np.testing.assert_array_equal(own, [labs_move] * 4 + no_copies + [fringe_moves])
    assert not found["public_revenue"].any()
    assert np.isneginf(found["offered_capability"][:, -1]).all()
    assert (np.diff(found["public_capability"], axis=0) > 0.0).all()  # knowledge leaks all the same


class RegulatorOfConcentration(agents.Regulator):
    THRESHOLD = 0.235

    def levers(self, period: int) -> dict[str, float]:
        return {"royalty_rate": 0.3 if self.model.last_quarter.get("hhi", 1.0) < self.THRESHOLD else 0.0}


def test_a_regulator_that_reacts_changes_nothing_before_it_acts():
    """A royalty makes copies dearer from the quarter after concentration fell below the threshold.

    Copies sell less and do less hidden harm; labs sell more and get the royalty; a copy is worth less of the head and
    is not renewed. What was there when the quarter began stays: capabilities, beliefs, gaps, cash, numbers of firms and
    so fixed costs. No tail is kept either way. Domestic distillers have no part: the only one in business and the
    best-placed outsider are foreign; it stays out either way.
    """
    usual = as_they_are()
    low = np.flatnonzero(usual["hhi"][:, 0] < RegulatorOfConcentration.THRESHOLD)
    first = int(low[0]) + 1
    assert 1 < first < 10
    assert usual["n_distillers_active"][first] == 1.0
    assert np.isnan(usual["incentive_ratio_domestic"][first])
    assert usual["tail_retention"][first] == 0.0
    found = agents.trajectories(short_world(), agents={"regulator": RegulatorOfConcentration})
    segments = short_world().frame.segments
    sales = {"distiller_revenue", "distiller_margin", "copy_revenue_share", "copy_quantity_share", "copy_price_ratio"}
    harm = {"hidden_loss", "external_harm", *(f"hidden_loss_{name}" for name in segments)}
    plans = {"copy_spending", "head_retention", "incentive_ratio", "incentive_ratio_foreign"}
    profit = {"royalty_payments", "distiller_profit", "distiller_profit_foreign"}
    markets = {"price_at_capability_zero", *(f"consumer_surplus_{name}" for name in segments)}
    expected = LABS_SELL_OTHERWISE | sales | harm | plans | profit | markets
    assert_first_moved(found, usual, first, expected, levers={"royalty_payments"})
    for name in ("copy_price_ratio", "lab_revenue", "royalty_payments", "public_revenue"):
        assert found[name][first] > usual[name][first], name
    for name in ("copy_quantity_share", "distiller_profit", "incentive_ratio", "consumer_surplus", *harm):
        assert found[name][first] < usual[name][first], name
    # It reacts to what its own royalty did to concentration.
    below = found["hhi"][:-1, 0] < RegulatorOfConcentration.THRESHOLD
    np.testing.assert_array_equal(
        found["royalty_payments"][1:, 0] > 0.0, below & (found["distiller_revenue"][1:, 0] > 0.0)
    )


# What is refused, and what is collected.


@pytest.mark.parametrize(
    ("given", "field", "hint"),
    [
        ({"distiler": agents.Distiller}, "agents", "did you mean 'distiller'?"),
        ({"lab": agents.Distiller}, "agents.lab", "FrontierLab"),
        ({"segment": "buyers"}, "agents.segment", "BuyerSegment"),
        ([agents.Distiller], "agents", "lab, distiller, fringe, segment, regulator"),
    ],
)
def test_bad_agents(given, field: str, hint: str):
    with pytest.raises(InputError) as caught:
        agents.trajectories(short_world(), agents=given)
    assert [problem.field for problem in caught.value.problems] == [field]
    assert hint in str(caught.value)


def test_all_bad_agents_are_named_at_once():
    with pytest.raises(InputError) as caught:
        agents.check_agents({"labs": agents.FrontierLab, "regulator": 3})
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize(
    ("levers", "hint"),
    [
        ({"royalty": 0.1}, "did you mean 'royalty_rate'?"),
        ({"royalty_rate": 1.5}, "0 to 0.9"),
        ({"royalty_rate": "x"}, "0 to 0.9"),
    ],
)
def test_a_regulator_that_asks_for_what_there_is_not(levers: dict, hint: str):
    class Confused(agents.Regulator):
        def levers(self, period: int) -> dict:
            return levers

    with pytest.raises(InputError, match="royalty") as caught:
        agents.trajectories(short_world(), agents={"regulator": Confused})
    assert hint in str(caught.value)


@pytest.mark.parametrize("amount", [-1.0, None, "much", float("inf")])
def test_a_lab_that_invests_nonsense(amount):
    class Nonsense(agents.FrontierLab):
        def choose_investment(self):
            return amount

    with pytest.raises(InputError, match="0 or more"):
        agents.trajectories(short_world(), agents={"lab": Nonsense})


def test_data_collector():
    economy = agents.Economy(short_world())
    economy.run()
    table = economy.datacollector.get_model_vars_dataframe()
    assert list(table.columns) == [*catalogue(economy.frame.segments), "residual", *PER_FIRM, "lab_rd"]
    assert len(table) == 20 == economy.steps
    np.testing.assert_array_equal(table["hhi"], as_they_are()["hhi"][:, 0])
    assert economy.last_quarter["hhi"] == table["hhi"].iloc[-1]
    assert {type(agent) for agent in economy.agents} == set(agents.ROLES.values())
    assert len(economy.agents_by_type[agents.FrontierLab]) == 4
    assert len(economy.agents_by_type[agents.Distiller]) == 10


def test_economies_are_not_kept():
    kept = []

    class Noted(agents.Regulator):
        def __init__(self, model: agents.Economy):
            super().__init__(model)
            kept.append(weakref.ref(model))

    agents.trajectories(world_of(baseline(quarters=2), 3), agents={"regulator": Noted})
    gc.collect()
    assert len(kept) == 3
    assert [reference() for reference in kept] == [None] * 3
    assert issubclass(agents.Economy, mesa.Model)
