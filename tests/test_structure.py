"""Firms, segments and laws that a scenario may choose: equal choices change nothing, others the right thing."""

from __future__ import annotations

import numpy as np
import pytest
from model_helpers import SERIES, baseline, differing, quiet_world, run, run_of, same, solved, world_of, worlds

from econsim.audit import audit_world, walk
from econsim.world import parameter_values

LABS = [{"name": f"lab_{index}"} for index in range(4)]
# Equally placed outsiders: which of them counts as the best one is tested in test_model_checks.
BY_ORIGIN = {"incentive_ratio_domestic", "incentive_ratio_foreign"}
DISTILLERS = [{"name": f"copier_{index}"} for index in range(10)]


def with_own(firms: list[dict], which: int, **own) -> list[dict]:
    """A list of firms in which one has values of its own."""
    return [{**firm, **own} if index == which else firm for index, firm in enumerate(firms)]


def test_listing_equal_firms_changes_nothing():
    """Labs and distillers listed one by one, each as the book has them, are the unlisted world, bit for bit."""
    listed = baseline(labs=LABS, distillers=DISTILLERS)
    assert listed.world_hash == baseline().world_hash
    assert differing(run_of(listed), run_of(baseline())) == []
    spelt_out = baseline(
        labs=[{"cash": 25000.0, "premium": 1.2, "fixed_cost": 400.0, "initial_capability": 0.0, "cost_factor": 1.0}]
        * 4,
        distillers=[{"fixed_cost": 100.0, "cost_factor": 1.0, "premium": 0.0}] * 10,
    )
    assert differing(run_of(spelt_out, ensemble="default"), run_of(baseline(), ensemble="default")) == []


def spending_of(scenario, quarter: int) -> np.ndarray:
    """Labs' revenue in one quarter of the run without shocks, (lab,)."""
    _, flows = list(walk(quiet_world(scenario.with_(quarters=quarter + 1))))[-1]
    return flows.prices.lab_spending.sum(axis=1)[:, 0]


@pytest.mark.parametrize(
    ("own", "direction"),
    [({"premium": 2.0}, +1), ({"premium": 0.4}, -1), ({"initial_capability": -0.5}, -1), ({"cost_factor": 0.5}, +1)],
)
def test_a_lab_of_its_own_kind(own, direction):
    """The lab that is given more sells more, and the other three stay equal to each other."""
    revenue = spending_of(baseline(labs=with_own(LABS, 2, **own)), 8)
    others = np.delete(revenue, 2)
    np.testing.assert_allclose(others, others[0], rtol=1e-9)
    assert direction * (revenue[2] - others[0]) > 0.01 * others[0]


def test_a_rich_lab_outspends_a_poor_one():
    """Cash limits R&D: with little of it, the lab falls behind."""
    poor = baseline(labs=with_own(LABS, 0, cash=0.0, fixed_cost=1000.0), copying=False)
    found = run(quiet_world(poor))
    rd = np.nansum(found["lab_rd"][:4, :, 0, 0], axis=0)
    assert rd[0] < 0.9 * rd[1]
    assert rd[1] == rd[2] == rd[3]


def entries(scenario) -> np.ndarray:
    """How many quarters each distiller slot is in business in the run without shocks, (distiller,)."""
    return np.sum([state.distiller_active[:, 0, 0] for state, _ in walk(quiet_world(scenario))], axis=0)


@pytest.mark.parametrize(
    ("own", "more"), [({"cost_factor": 0.05}, True), ({"premium": 0.5}, True), ({"premium": -2.0}, False)]
)
def test_a_distiller_of_its_own_kind(own, more):
    """The slot with cheaper copies or a better name is in business most of the time; one with a bad name never."""
    quarters = entries(baseline(distillers=with_own(DISTILLERS, 7, **own)))
    assert quarters.max() > 0
    assert (np.argmax(quarters) == 7) if more else quarters[7] == 0


def test_a_distiller_that_is_there_from_the_start():
    """initial_capability puts a distiller in business at the start, at that capability; without copying it is not."""
    there = baseline(distillers=with_own(DISTILLERS, 3, initial_capability=-0.4))
    opening, _ = next(walk(quiet_world(there)))
    assert np.flatnonzero(opening.distiller_active[:, 0, 0]).tolist() == [3]
    np.testing.assert_allclose(opening.head[3, 0], -0.4)
    found = run_of(there, 16)
    assert (found["n_distillers_active"][0] == 1.0).all()
    assert solved(found)
    assert run_of(there.with_(copying=False), 4)["n_distillers_active"].max() == 0.0


def test_who_is_foreign_can_be_listed():
    """A slot is foreign when it says so; slots that say nothing follow foreign_share; a wedge hits those alone."""
    chosen = baseline(distillers=[{"foreign": index == 9} for index in range(10)])
    foreign = world_of(chosen, 4).parameters.foreign[:, 0, 0]
    assert np.flatnonzero(foreign).tolist() == [9]
    one, other = run_of(chosen, 16), run_of(chosen.with_(export_wedge=20.0), 16)
    assert differing(one, other)
    only = baseline(distillers=[{"foreign": False}] * 10)
    assert differing(run_of(only, 16), run_of(only.with_(export_wedge=20.0), 16)) == []


# ------------------------------------------------------------------------------------------------- numbers of firms


def test_uncertain_number_of_labs():
    """With a prior on n_labs each draw is the draw of the world with that number of labs."""
    uncertain = baseline(n_labs={"default": 3, "low": 1, "high": 6}, quarters=30)
    found = run_of(uncertain, 48, "prior")
    assert solved(found)
    drawn = world_of(uncertain, 48, "prior").parameters.n_labs
    assert set(np.unique(drawn)) >= {2.0, 3.0, 4.0}
    for number in np.unique(drawn):
        fixed, here = run_of(baseline(n_labs=int(number), quarters=30), 48, "prior"), drawn == number
        assert (found["n_labs_active"][0, here] == number).all()
        for name in set(SERIES) - BY_ORIGIN:
            np.testing.assert_allclose(
                found[name][:, here],
                fixed[name][:, here],
                rtol=1e-8,
                atol=1e-8 * np.nanmax(np.abs(fixed[name]), initial=1.0),
                err_msg=name,
            )


def test_uncertain_number_of_distillers():
    uncertain = baseline(n_distillers={"default": 4, "low": 1, "high": 12}, quarters=30, copy_cost_ratio=1e-4)
    found = run_of(uncertain, 32, "prior")
    drawn = parameter_values(uncertain, None)["n_distillers"]
    assert drawn == 4.0
    slots = world_of(uncertain, 32, "prior").parameters.n_distillers
    assert (found["n_distillers_active"] <= slots).all()
    assert solved(found)
    assert found["n_distillers_active"].max() > 1.0


def test_more_distiller_slots_leave_room_only():
    """With one slot there is at most one copier; with more, more enter."""
    assert run_of(baseline(n_distillers=1, copy_cost_ratio=1e-4), 16)["n_distillers_active"].max() == 1.0
    many = run_of(baseline(n_distillers=24, copy_cost_ratio=1e-4), 16)
    assert many["n_distillers_active"].max() > 1.0


# -------------------------------------------------------------------------------------------------- segments and laws


def test_splitting_a_segment_changes_nothing():
    """A segment cut into two equal halves buys what the whole did."""
    low, high = {"name": "low", "budget_share": 0.6, "tail_weight": 0.2}, {"budget_share": 0.2, "tail_weight": 1.0}
    whole = baseline(segments=[low, {"name": "high", "budget_share": 0.4, "tail_weight": 1.0}])
    halves = baseline(segments=[low, {"name": "one", **high}, {"name": "two", **high}])
    one, other = run_of(whole, 8, "default"), run_of(halves, 8, "default")
    shared = [name for name in SERIES if name in one and name in other and name not in BY_ORIGIN]
    assert len(shared) > 40
    for name in shared:
        np.testing.assert_allclose(
            one[name], other[name], rtol=1e-7, atol=1e-7 * np.nanmax(np.abs(one[name]), initial=1.0)
        )
    np.testing.assert_allclose(other["hidden_loss_one"], other["hidden_loss_two"], rtol=1e-12)
    np.testing.assert_allclose(other["hidden_loss_one"] * 2.0, one["hidden_loss_high"], rtol=1e-7)


def test_custom_segments_keep_the_books():
    segments = [
        {"name": "chat", "budget_share": 0.5, "tail_weight": 0.0},
        {"name": "code", "budget_share": 0.3, "tail_weight": 2.0},
        {"name": "law", "budget_share": 0.15, "tail_weight": 5.0},
        {"name": "medicine", "budget_share": 0.05, "tail_weight": 10.0},
    ]
    scenario = baseline(segments=segments)
    books = audit_world("own segments", world_of(scenario, 64))
    assert (books.failed, books.infinite, books.outside) == (0.0, (), ())
    assert max(books.shares, books.revenue) <= 1e-12
    assert max(books.welfare, books.cash) <= 1e-9
    found = run_of(scenario, 64)
    assert (found["hidden_loss_chat"] == 0.0).all()  # no weight on the tail: nothing is lost
    assert {"hidden_loss_medicine", "consumer_surplus_law"} <= set(worlds(scenario, draws=2)[0].metrics)


def test_constant_retention_runs_and_differs():
    """The comparison law: every copy keeps .90 of the head and .72 of the tail, whatever is measured."""
    found = run_of(baseline(fidelity_law="constant_retention"), 32)
    assert solved(found)
    made = (found["copy_spending"] > 0.0) & (found["n_distillers_active"] == 1.0)
    assert made.any()
    kept = found["head_retention"][found["head_retention"] > 0.0]
    np.testing.assert_allclose(kept.max(), 0.9)
    np.testing.assert_allclose(np.nanmax(found["tail_retention"]), 0.72)
    assert "rd_investment" in differing(found, run_of(baseline(), 32))


def test_refinement_runs_and_differs():
    """The law with a base of its own: a little money keeps much of the head, more money little more."""
    found = run_of(baseline(fidelity_law="refinement"), 32)
    assert solved(found)
    kept = found["head_retention"][found["copy_spending"] > 0.0]
    assert kept.size
    assert (found["copy_spending"] > 0.0).sum() > 100
    assert "rd_investment" in differing(found, run_of(baseline(), 32))


def test_copying_off_ignores_distillers():
    """Without copying, nothing about distillers matters."""
    off = baseline(copying=False)
    for changes in (
        {"n_distillers": 3},
        {"distiller_fixed_cost": 10.0},
        {"copy_cost_ratio": 1e-4},
        {"access_lag": 4.0},
    ):
        assert differing(run_of(off, 8), run_of(off.with_(**changes), 8)) == [], changes


def test_no_public_fringe():
    """Without a fringe nothing is sold at cost, draws solve, and labs earn more."""
    (alone,), (usual,) = worlds(baseline(public_fringe=False)), worlds(baseline())
    assert not alone.failed.any()
    assert (alone.trajectories["public_revenue"] == 0.0).all()
    assert np.median(alone.metrics["lab_revenue"] / usual.metrics["lab_revenue"]) > 1.0
    assert same(alone.trajectories["ai_share"][0] > 0.0, np.ones(16, dtype=bool))
