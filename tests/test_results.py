"""Results: identity, statistics, paired effects, and the split of the welfare change."""

from __future__ import annotations

import json

import numpy as np
import pytest
from model_helpers import SEGMENTS, SERIES, baseline, same, world_of

import econsim
from econsim import load_scenario, results, simulate
from econsim.audit import welfare_miss
from econsim.engines import batch
from econsim.errors import InputError
from econsim.results import STATISTICS, run_identity, simulate_many, statistics
from econsim.runs import Settings, run_worlds

SHORT = 20


@pytest.fixture(scope="module")
def royalty():
    return simulate(load_scenario("royalty").with_(quarters=SHORT), draws=24)


# ---------------------------------------------------------------------------------------------------------- identity


def test_run_id_is_twelve_digits_and_repeats(royalty):
    again = simulate(load_scenario("royalty").with_(quarters=SHORT), draws=24)
    assert len(royalty.run_id) == 12
    int(royalty.run_id, 16)
    assert again.run_id == royalty.run_id
    assert json.dumps(again.summary()) == json.dumps(royalty.summary())


def test_run_id_is_known_before_the_run(royalty):
    assert run_identity(royalty.scenario, 24, 0, "calibrated") == royalty.run_id


def test_run_id_does_not_depend_on_how_it_is_computed():
    """Chunking and engine leave it; so do the words of the scenario."""
    scenario = baseline(quarters=2)
    runs = run_worlds([scenario], Settings(draws=4, chunk=3))
    one = results.Result(runs[0], Settings(draws=4, chunk=3), None)
    other = results.Result(runs[0], Settings(draws=4, chunk=256, engine="agents"), None)
    assert one.run_id == other.run_id == simulate(scenario, draws=4).run_id
    assert simulate(scenario.with_(name="another", question="Why?"), draws=4).run_id == one.run_id


@pytest.mark.parametrize(
    "change", [{"seed": 1}, {"draws": 5}, {"ensemble": "default"}, {"scenario": {"lab_premium": 1.0}}, {"policy": True}]
)
def test_run_id_follows_everything_that_changes_a_number(change):
    usual = {"scenario": baseline(quarters=2), "draws": 4, "seed": 0, "ensemble": "prior"}
    one = run_identity(**usual)
    if "scenario" in change:
        changed = {**usual, "scenario": usual["scenario"].with_(**change["scenario"])}
    elif "policy" in change:
        changed = {**usual, "scenario": usual["scenario"].with_(royalty_rate=0.1)}
    else:
        changed = {**usual, **change}
    assert run_identity(**changed) != one


def test_run_id_follows_the_version(monkeypatch):
    one = run_identity(baseline(), 4, 0, "prior")
    monkeypatch.setattr(econsim, "__version__", "999.0")
    assert run_identity(baseline(), 4, 0, "prior") != one


def test_run_id_follows_own_agents():
    one = run_identity(baseline(), 4, 0, "prior")
    assert run_identity(baseline(), 4, 0, "prior", {"distiller": "mine.Cautious"}) != one
    assert run_identity(baseline(), 4, 0, "prior", {}) == one


def test_run_id_follows_the_status_quo():
    """The same world against another status quo is another result."""
    royal = load_scenario("royalty")
    assert run_identity(royal, 4, 0, "prior") != run_identity(royal.with_(status_quo="copying-off"), 4, 0, "prior")


# ----------------------------------------------------------------------------------------------------------- numbers


def test_statistics_of_what_is_defined():
    found = statistics(np.array([1.0, 2.0, np.nan, 3.0, np.inf]))
    assert tuple(found) == STATISTICS
    assert (found["mean"], found["p50"]) == (2.0, 2.0)
    np.testing.assert_allclose([found["p5"], found["p25"], found["p95"]], [1.1, 1.5, 2.9])
    assert all(np.isnan(value) for value in statistics(np.array([np.nan])).values())
    assert set(statistics(np.array([7.0])).values()) == {7.0}


def test_metrics_are_one_row_a_draw(royalty):
    assert royalty.metrics.shape == (24, len(royalty.catalogue))
    assert list(royalty.metrics.columns) == list(royalty.catalogue)
    assert royalty.metrics.index.tolist() == list(range(24))


def test_series_are_quantiles_of_the_trajectories(royalty):
    series = royalty.series
    assert list(series.columns) == ["period", "date", "metric", *STATISTICS]
    assert len(series) == SHORT * len(SERIES)
    assert series["date"].iloc[4] == "2027-01-01"
    rows = series[series["metric"] == "rd_investment"]
    drawn = royalty.trajectories["rd_investment"]
    np.testing.assert_allclose(rows["p95"], np.quantile(drawn, 0.95, axis=1))
    np.testing.assert_allclose(rows["mean"], drawn.mean(axis=1))
    gap = series[series["metric"] == "tail_gap_true"]
    with np.errstate(invalid="ignore"):
        expected = [np.nan if np.isnan(row).all() else np.nanmean(row) for row in royalty.trajectories["tail_gap_true"]]
    np.testing.assert_allclose(gap["mean"], expected)


def test_changes_of_series_are_relative_and_paired():
    royalty = simulate(load_scenario("royalty").with_(quarters=SHORT), draws=24, ensemble="prior")
    told = royalty.series_change()
    quarter = told[(told["metric"] == "rd_investment") & (told["period"] == SHORT - 1)].iloc[0]
    here, there = royalty.trajectories["rd_investment"][-1], royalty.status_quo.trajectories["rd_investment"][-1]
    known = there > 0.0  # a lab that has left does no research
    assert known.any() and not known.all()
    assert quarter["p50"] == pytest.approx(np.median(here[known] / there[known] - 1.0), rel=1e-12)
    gap = here - there
    assert quarter["higher"] == np.mean(gap > 1e-12 * here) and quarter["lower"] == np.mean(gap < -1e-12 * here)
    alone = told[told["metric"] == "royalty_payments"]  # the status quo has none: no change to tell, but a side
    assert alone["p50"].isna().all() and alone["higher"].max() > 0.3 and alone["lower"].max() == 0.0


def test_effects_are_paired_draw_by_draw(royalty):
    quo = simulate(load_scenario("royalty").without_levers().with_(quarters=SHORT), draws=24)
    for name in ("rd_investment", "lab_profit_pv", "copy_revenue_share"):
        expected = royalty.metrics[name] - quo.metrics[name]
        assert same(royalty.effect()[name].to_numpy(), expected.to_numpy())
        assert same(royalty.effect(quo)[name].to_numpy(), expected.to_numpy())
    paid = royalty.series_effect()
    paid = paid[paid["metric"] == "royalty_payments"]
    np.testing.assert_allclose(paid["mean"], royalty.trajectories["royalty_payments"].mean(axis=1))


def test_effects_need_the_same_draws(royalty):
    for other in (
        simulate(baseline(quarters=SHORT), draws=12),
        simulate(baseline(quarters=SHORT), draws=24, seed=1),
        simulate(baseline(quarters=SHORT), draws=24, ensemble="default"),
    ):
        with pytest.raises(InputError, match="same draws"):
            royalty.effect(other)
    with pytest.raises(InputError, match="status quo"):
        royalty.status_quo.effect()


def test_summary_is_plain_and_complete(royalty):
    summary = royalty.summary()
    assert list(summary) == [
        "run_id", "scenario", "draws", "metrics", "effects", "defined", "status_quo", "finding",
    ]  # fmt: skip
    text = json.dumps(summary, allow_nan=False)
    assert json.loads(text) == summary
    for name, row in royalty.catalogue.items():
        assert set(summary["metrics"][name]) == {*STATISTICS, "unit"}
        assert summary["metrics"][name]["unit"] == row.unit
        assert 0.0 <= summary["defined"][name] <= 1.0
    known = royalty.metrics["price_fall"].notna().mean()
    assert summary["defined"]["price_fall"] == known


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        (baseline(), "the same world without copying"),
        (baseline(royalty_rate=0.1), "the same world without policy"),
        (load_scenario("free-copying"), "baseline"),
        (load_scenario("copying-off"), "baseline"),
    ],
    ids=["no levers", "levers", "named", "copying off"],
)
def test_status_quo_in_words(scenario, words):
    found = simulate(
        scenario.with_assumptions(quarters=2) if scenario.status_quo else scenario.with_(quarters=2), draws=2
    )
    assert found.status_quo_name == words


def test_several_scenarios_share_their_draws():
    """Run together or apart, a scenario's numbers are the same."""
    pair = simulate_many([load_scenario(name).with_(quarters=14) for name in ("royalty", "liability")], draws=8)
    for found in pair:
        alone = simulate(load_scenario(found.scenario.name).with_(quarters=14), draws=8)
        assert found.run_id == alone.run_id
        assert json.dumps(found.summary()) == json.dumps(alone.summary())


def test_keeping_summaries_only():
    scenario = load_scenario("royalty").with_(quarters=14)
    lean, full = (simulate(scenario, draws=4, keep=keep) for keep in ("summaries", "trajectories"))
    assert not lean.trajectories
    assert lean.series.empty
    assert json.dumps(lean.summary()) == json.dumps(full.summary())


def test_progress_is_told():
    told = []
    run_worlds([baseline(quarters=2)], Settings(draws=5, chunk=2), lambda done, asked: told.append((done, asked)))
    assert told == [(2, 5), (4, 5), (5, 5)]


# ------------------------------------------------------------------------------------------------------ failed draws


def test_failed_draws_are_left_out(monkeypatch):
    """A failed draw is counted, and in no statistic; over 1% of them there is no finding."""
    run, other = run_worlds([baseline(quarters=4), baseline(quarters=4, copying=False)], Settings(draws=8))
    run.failed[2] = True
    found = results.Result(run, Settings(draws=8), other)
    assert found.failed_draws == 1
    assert found.metrics.loc[2].isna().all()
    assert found.effect().loc[2].isna().all()
    series = found.series[found.series["metric"] == "rd_investment"]
    np.testing.assert_allclose(series["mean"], np.delete(run.trajectories["rd_investment"], 2, axis=1).mean(axis=1))
    assert found.finding == "No finding: 1 of 8 draws could not be solved."


# ------------------------------------------------------------------------------------------------ static and dynamic


@pytest.fixture(scope="module")
def split():
    return simulate("free-copying", draws=16, split=True)


def test_split_adds_up(split):
    """welfare_static_pv + welfare_dynamic_pv = welfare with copying less welfare without, levers kept, draw by draw."""
    without = simulate(load_scenario("free-copying").without_copying(), draws=16)
    total = split.metrics["welfare_pv"] - without.metrics["welfare_pv"]
    parts = split.metrics["welfare_static_pv"] + split.metrics["welfare_dynamic_pv"]
    np.testing.assert_allclose(parts, total, rtol=1e-9, atol=1e-6 * np.abs(total).max())
    assert (split.metrics["welfare_static_pv"] != 0.0).any()
    assert (split.metrics["welfare_dynamic_pv"] != 0.0).any()


def test_frozen_research_follows_the_path_it_is_taken_from():
    """Labs whose R&D is imposed spend it, come and go as on its path, in a world in which many of them would fail."""
    scenario = load_scenario("weak-moats")
    world, without = world_of(scenario, 32), world_of(scenario.without_copying(), 32)
    path = batch.trajectories(without)["lab_rd"]
    frozen = batch.trajectories(world, path)
    assert not same(batch.trajectories(world)["lab_rd"], path)
    assert same(frozen["lab_rd"], path)
    assert welfare_miss(frozen) <= 1e-9


def test_split_is_all_static_where_rd_does_not_move():
    """Without copying there is nothing to split."""
    found = simulate(baseline(copying=False, quarters=14), draws=4, split=True)
    assert (found.metrics["welfare_static_pv"] == 0.0).all()
    assert (found.metrics["welfare_dynamic_pv"] == 0.0).all()


def test_split_is_asked_for(split):
    assert "welfare_static_pv" in split.catalogue
    assert "welfare_static_pv" not in simulate(baseline(quarters=2), draws=2).metrics
    assert split.run_id == simulate("free-copying", draws=16).run_id
    assert set(split.catalogue) - set(simulate(baseline(quarters=2), draws=2).catalogue) == {
        "welfare_static_pv",
        "welfare_dynamic_pv",
    }
    assert tuple(split.segments) == SEGMENTS
