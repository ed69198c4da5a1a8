"""Sweeps: the same numbers as single runs, whatever the chunks, on every kind of design."""

from __future__ import annotations

import json

import numpy as np
import pytest
from model_helpers import SEGMENTS
from sweep_helpers import QUARTERS, content, simulate, small, spec, sweep, use_stand_in

import econsim
from econsim import load_scenario, open_sweep
from econsim.chunks import Chunk, Overrides
from econsim.errors import InputError
from econsim.metrics import summary_catalogue
from econsim.results import run_identity
from econsim.runs import Settings, chunk_world
from econsim.studies import sweep_chunk, sweep_columns
from econsim.studies.sweep_plan import make_plan
from econsim.studies.sweep_result import SWEEP_HEADLINES
from econsim.studies.sweep_spec import as_sweep_spec

ALL_METRICS = {"metrics": list(summary_catalogue(SEGMENTS))}


def same_as_simulate(found, point: int, scenario=None) -> None:
    """A point of a sweep is the run of its scenario, to the last bit."""
    here = found.at(point, scenario)
    alone = simulate(here.scenario, draws=found.draws, seed=found.plan["seed"], ensemble=found.plan["ensemble"])
    assert here.run_id == alone.run_id
    for metric in found.metrics:
        np.testing.assert_array_equal(here.values(metric), alone.values(metric), err_msg=metric)
        np.testing.assert_array_equal(here.effect_on(metric), alone.effect_on(metric), err_msg=metric)
    assert here.status_quo_name == alone.status_quo_name
    told, expected = here.summary(), alone.summary()
    for part in ("metrics", "effects", "defined"):
        expected[part] = {name: expected[part][name] for name in found.metrics}
    if set(found.metrics) != set(ALL_METRICS["metrics"]):  # a few metrics do not show that nothing changes
        del told["finding"], expected["finding"]
    assert json.dumps(told) == json.dumps(expected)


@pytest.mark.parametrize(
    ("scenario", "values"),
    [
        (small("baseline"), {"royalty_rate": [0.3], "api_restriction": [0.2]}),
        (small("baseline"), {"lab_premium": [1.0], "copy_cost_ratio": [1e-4]}),
        (small("baseline"), {"n_labs": [2, 5], "n_distillers": [3]}),
        (small("royalty"), {"rd_subsidy": [0.3]}),
        (small("baseline", royalty_rate={"value": 0.4, "start": 4, "ramp": 3}), {"royalty_rate": [0.2]}),
        (small("baseline", detection_rate={"value": 0.4, "start": 4}), {"royalty_rate": [0.2], "access_lag": [1.5]}),
        (small("copying-off"), {"rd_subsidy": [0.2], "lab_cash": [5000]}),
        (small("free-copying"), {"penalty_multiple": [2.0], "detection_rate": [0.5]}),
        (small("weak-moats", n_labs={"default": 3, "low": 1, "high": 6}), {"lab_substitution": [3.0]}),
        # Sums over many quarters show in which order they were added.
        (small("baseline").with_(quarters=34), {"royalty_rate": [0.0, 0.3]}),
    ],
    ids=[
        "levers",
        "parameters",
        "firms",
        "another lever",
        "a ramp replaced",
        "both",
        "copying off",
        "named",
        "priors",
        "many quarters",
    ],
)
def test_a_point_is_a_run(tmp_path, scenario, values):
    """A design over levers and parameters gives what `Scenario.with_` and `simulate` give."""
    design = {"method": "grid", "values": values}
    found = sweep(spec(scenario=scenario, design=design, draws=3, chunk=5, **ALL_METRICS), tmp_path / "s")
    for point in range(found.points):
        same_as_simulate(found, point)


def test_a_point_of_the_default_ensemble_is_a_run(tmp_path):
    design = {"method": "list", "values": [{"training_cost": 500, "liability_share": 0.5}]}
    found = sweep(spec(design=design, ensemble="default", seed=3), tmp_path / "s")
    same_as_simulate(found, 0)


def test_one_draw_a_point(tmp_path):
    found = sweep(spec(design={"method": "grid", "values": {"royalty_rate": [0.25]}}, draws=1), tmp_path / "s")
    same_as_simulate(found, 0)


def test_effects_against_a_named_status_quo(tmp_path):
    """`against` holds for all, takes the design's parameters and not its levers."""
    design = {"method": "grid", "values": {"lab_premium": [1.0], "royalty_rate": [0.3]}}
    found = sweep(spec(scenario=small("baseline"), design=design, against="liability"), tmp_path / "s")
    same_as_simulate(found, 0)
    here = found.at(0)
    assert here.status_quo.scenario.levers == load_scenario("liability").levers
    assert here.status_quo.scenario.parameters["lab_premium"] == 1.0
    assert here.status_quo.scenario.structure.quarters == QUARTERS


def test_several_scenarios_share_their_status_quo(tmp_path, monkeypatch):
    """Each is what it is alone; a world that two of them need is computed once."""
    computed = []
    original = Chunk.compute

    def counting(self, world, rd_path=None):
        computed.append(world.frame.copying)
        return original(self, world, rd_path)

    monkeypatch.setattr(Chunk, "compute", counting)
    design = {"method": "grid", "values": {"lab_premium": [1.0, 1.5]}}
    both = spec(scenarios=[small("royalty"), small("liability")], design=design, chunk=64)
    del both["scenario"]
    found = sweep(both, tmp_path / "s")
    # Two scenarios and the status quo that they share; without copying all three are the same world.
    assert sorted(computed) == [False, True, True, True]
    for label in ("royalty", "liability"):
        for point in range(2):
            same_as_simulate(found, point, label)


def test_what_no_point_changes_is_computed_once_a_draw(tmp_path, monkeypatch):
    """A grid over levers: the status quo is the same at every point, and in every chunk."""
    rows = []
    original = Chunk.compute

    def counting(self, world, rd_path=None):
        rows.append(len(self.numbers))
        return original(self, world, rd_path)

    monkeypatch.setattr(Chunk, "compute", counting)
    sweep_chunk._remembered.clear()
    sweep(spec(), tmp_path / "s")
    assert sorted(rows) == [2, 2, 4, 4, 4]  # status quo and its twin, on two draws; three chunks of four rows


def test_own_shocks_are_the_draws_of_the_ensemble(tmp_path):
    """A sobol design over all that is uncertain, each point a draw of its own, is the prior ensemble itself."""
    design = {"method": "sobol", "samples": 6}
    found = sweep(spec(scenario=small("royalty"), design=design, draws=1, **ALL_METRICS), tmp_path / "s")
    alone = simulate(small("royalty"), draws=6, ensemble="prior")
    for metric in found.metrics:
        np.testing.assert_array_equal(found.values(metric), alone.values(metric), err_msg=metric)
        np.testing.assert_array_equal(found.values(metric, effect=True), alone.effect_on(metric), err_msg=metric)
    assert found.values("draw").tolist() == found.values("point").tolist() == list(range(6))


@pytest.mark.parametrize("shocks", ["own", "shared"])
def test_any_chunks_give_the_same_numbers(tmp_path, shocks):
    """Chunks of one row, of the whole, and of sizes that divide nothing; index and rows."""
    design = {"method": "lhs", "samples": 3, "parameters": ["lab_premium", "access_lag", "royalty_rate"]}
    found = [sweep(spec(design=design, chunk=chunk, shocks=shocks), tmp_path / f"{chunk}") for chunk in (1, 4, 64)]
    for metric in (*found[0].metrics, "point", "draw", "failed"):
        for other in found[1:]:
            np.testing.assert_array_equal(found[0].values(metric), other.values(metric))
    assert found[0].index.equals(found[1].index) and found[0].index.equals(found[2].index)


def test_draws_of_a_design_are_no_draws_of_a_run(tmp_path):
    """Where each row has a future or parameters of its own: what they assume stands in the index alone."""
    design = {"method": "lhs", "samples": 4, "parameters": ["royalty_rate"]}
    found = sweep(spec(design=design, shocks="own"), tmp_path / "own")
    whole, point, other = found.result(), found.at(2), found.at(1)
    for one in (whole, point):
        with pytest.raises(InputError, match="rows of a design, whose values stand in the sweep's index"):
            one.parameter_draws()
    run = simulate(point.scenario, draws=2, ensemble=point.ensemble)
    for one, against in ((point, run), (run, point), (point, other)):
        with pytest.raises(InputError, match="same draws"):
            one.effect(against)
    assert len(point.effect()) == len(point.effect(found.at(2))) == 2 and len(whole.effect()) == 8
    shared = sweep(spec(), tmp_path / "shared").at(2)
    alone = simulate(shared.scenario, draws=2, ensemble=shared.ensemble)
    assert shared.parameter_draws().equals(alone.parameter_draws())
    np.testing.assert_allclose(shared.effect(alone).dropna(axis=1), 0.0, atol=1e-9)


def test_all_scenarios_count_where_the_engine_is_chosen(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr("econsim.studies.sweep.choose", lambda *given: asked.append(given) or "batch")
    both = spec(scenarios=[small("royalty"), small("rd-subsidy")])
    del both["scenario"]
    econsim.sweep(both, tmp_path / "s")
    assert asked[0][0] == "auto" and asked[0][2] == 24


def test_levers_of_rows_are_the_levers_of_scenarios():
    """The arrays of a row with a lever are those of the scenario with that lever."""
    scenario = small("baseline", royalty_rate={"value": 0.4, "start": 4, "ramp": 3})
    levels = {"royalty_rate": np.array([0.0, 0.25, 0.9])}
    chunk = Chunk(Settings(), [scenario], np.arange(3), Overrides(levers=levels))
    paths = chunk.world(scenario, ("royalty_rate",)).levers.royalty_rate
    for row, level in enumerate(levels["royalty_rate"]):
        alone = chunk_world(scenario.with_(royalty_rate=float(level)), Settings(), 0, 3).levers.royalty_rate
        np.testing.assert_array_equal(paths[:, row], alone[:, 0])
    assert chunk.world(scenario).levers.royalty_rate[:, 0].tolist() == scenario.lever_paths()["royalty_rate"].tolist()


def test_rows_in_any_order_have_the_draws_of_their_numbers():
    scenario, numbers = small("baseline"), np.array([9, 3, 3, 4, 700])
    mixed = Chunk(Settings(), [scenario], numbers).world(scenario)
    for row, number in enumerate(numbers):
        alone = chunk_world(scenario, Settings(), int(number), int(number) + 2)
        for name, value in vars(alone.shocks).items():
            np.testing.assert_array_equal(vars(mixed.shocks)[name][..., row], value[..., 0], err_msg=name)
        for name, value in vars(alone.parameters).items():
            if np.ndim(value) == 1:
                assert vars(mixed.parameters)[name][row] == value[0], name


def test_failed_rows_are_marked_and_left_out(tmp_path, monkeypatch):
    original = sweep_chunk.failed_draws

    def failing(run):
        failed = original(run)
        failed[1] = True
        return failed

    monkeypatch.setattr(sweep_chunk, "failed_draws", failing)
    sweep_chunk._remembered.clear()
    found = sweep(spec(shocks="own"), tmp_path / "s")
    sweep_chunk._remembered.clear()
    failed = found.values("failed").astype(bool)
    assert failed.tolist() == [row % 4 == 1 for row in range(12)]
    assert np.isnan(found.values("rd_investment")[failed]).all()
    assert np.isnan(found.values("rd_investment", effect=True)[failed]).all()
    assert found.failed_draws == {"royalty": 3}
    assert found.index["failed"].tolist() == [1, 0, 1, 0, 1, 0]
    assert found.index["rd_investment"][0] == found.values("rd_investment")[0]


def test_what_is_remembered_has_a_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(sweep_chunk, "REMEMBERED_BYTES", 0)
    sweep_chunk._remembered.clear()
    found = sweep(spec(), tmp_path / "s")
    assert not sweep_chunk._remembered
    same_as_simulate(found, 5)


def test_agents_sweep_too(tmp_path):
    """Another engine: the same rows to 1e-9, the same sweep_id, its name in the plan."""
    few = spec(design={"method": "grid", "values": {"royalty_rate": [0.3]}})
    one, other = sweep(few, tmp_path / "batch"), sweep(few, tmp_path / "agents", engine="agents")
    assert one.sweep_id == other.sweep_id and other.plan["engine"] == "agents"
    for metric in ("rd_relative", "rd_investment", "consumer_surplus_pv"):
        np.testing.assert_allclose(one.values(metric), other.values(metric), rtol=1e-9)


@pytest.mark.slow
def test_the_compiled_engine_sweeps_too(tmp_path):
    """Rows to 1e-6, as a few futures magnify rounding; and the same bytes by one process and by two."""
    pytest.importorskip("jax")
    one = sweep(spec(), tmp_path / "batch")
    other = sweep(spec(), tmp_path / "alone", engine="compiled")
    for metric in ("rd_relative", "rd_investment", "consumer_surplus_pv"):
        np.testing.assert_allclose(one.values(metric), other.values(metric), rtol=1e-6)
    pair = sweep(spec(), tmp_path / "two", engine="compiled", workers=2)
    assert content(pair.folder) == content(other.folder)


# ------------------------------------------------------------------------------------------ what cannot be swept


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"design": {"method": "grid", "values": {"n_labs": [2]}}, "scenario": small(labs=[{}, {}])}, "structure.labs"),
        (
            {"design": {"method": "grid", "values": {"serving_elasticity": [1.0]}}},
            "serving_elasticity must stay below capability_value",
        ),
        (
            {
                "design": {
                    "method": "list",
                    "values": {"serving_elasticity": [0.5, 1.4], "capability_value": [1.0, 1.2]},
                }
            },
            "serving_elasticity up to 1.4, capability_value from 1.2",
        ),
        ({"design": {"method": "lhs", "samples": 4, "values": {"capability_value": [0.3, 2.0]}}}, "worth serving"),
    ],
    ids=["firms listed", "not worth serving", "a bad pair", "a bad corner"],
)
def test_contradictions_are_found_before_anything_runs(tmp_path, monkeypatch, changes, words):
    done = use_stand_in(monkeypatch)
    with pytest.raises(InputError, match=words):
        sweep(spec(**changes), tmp_path / "s")
    assert not done and not (tmp_path / "s").exists()


def test_good_pairs_are_no_contradiction(tmp_path, monkeypatch):
    """In a list, the largest of one need not meet the smallest of the other."""
    use_stand_in(monkeypatch)
    design = {"method": "list", "values": {"serving_elasticity": [0.5, 1.4], "capability_value": [1.0, 2.0]}}
    assert sweep(spec(design=design), tmp_path / "s").points == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"workers": 0}, "1 to 64"),
        ({"workers": 65}, "1 to 64"),
        ({"workers": 2.0}, "1 to 64"),
        ({"workers": True}, "1 to 64"),
        ({"engine": "batsh"}, "batch"),
        ({"workers": 2, "executor": object()}, "together with an executor"),
    ],
)
def test_bad_arguments_are_refused(tmp_path, arguments, words):
    with pytest.raises(InputError, match=words):
        sweep(spec(), tmp_path / "s", **arguments)
    assert not (tmp_path / "s").exists()


# ------------------------------------------------------------------------------------------ reading one


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    return sweep(spec(**ALL_METRICS), tmp_path_factory.mktemp("sweep") / "s")


def test_index_is_the_mean_of_the_rows(done):
    index = done.index
    assert list(index.columns[:6]) == ["scenario", "point", "royalty_rate", "detection_rate", "draws", "failed"]
    assert index["royalty_rate"].tolist() == [0.1, 0.1, 0.2, 0.2, 0.3, 0.3]
    for metric in ("rd_relative", "consumer_surplus_pv"):
        np.testing.assert_allclose(index[metric], done.values(metric).reshape(6, 2).mean(axis=1), rtol=1e-15)
        effects = done.values(metric, effect=True).reshape(6, 2).mean(axis=1)
        np.testing.assert_allclose(index[f"effect_{metric}"], effects, rtol=1e-12, atol=1e-9)
    assert list(done.read_index(["point", "rd_relative"]).columns) == ["point", "rd_relative"]


def test_rows_are_a_lazy_dataset(done):
    dataset = done.dataset()
    assert dataset.count_rows() == 12
    table = dataset.to_table(columns=["point", "draw", "rd_relative", "effect_rd_relative"]).to_pandas()
    np.testing.assert_array_equal(table["rd_relative"], done.values("rd_relative"))
    assert table["draw"].tolist() == [0, 1] * 6


def test_a_result_reads_a_column_when_it_is_asked_for(done, monkeypatch):
    """`summary`, `finding` and `parties` work metric by metric: no table of all of them is held."""
    read = []
    original = sweep_columns.read_chunk

    def counting(path, columns=None):
        read.append(tuple(columns or ()))
        return original(path, columns)

    monkeypatch.setattr(sweep_columns, "read_chunk", counting)
    monkeypatch.setattr(sweep_columns, "AT_ONCE", 0)  # as for a sweep of very many rows
    result = done.result()
    assert set(read) == {("failed",)}
    result.values("rd_relative")
    assert set(read) == {("failed",), ("rd_relative", "effect_rd_relative")}
    result.summary(), result.finding, result.parties, result.convergence
    assert all(len(columns) <= 2 for columns in read)
    assert "metrics" not in vars(result)  # the whole table, which stays once it is asked for


def test_a_short_result_reads_its_files_once(done, monkeypatch):
    read = []
    original = sweep_columns.read_chunk
    monkeypatch.setattr(sweep_columns, "read_chunk", lambda *asked: read.append(asked) or original(*asked))
    summary = done.result().summary()
    assert len(read) == 2 * 3  # three files: for what failed, and for everything
    monkeypatch.setattr(sweep_columns, "AT_ONCE", 0)
    assert json.dumps(done.result().summary()) == json.dumps(summary)


def test_a_result_is_all_rows_of_a_scenario(done):
    result = done.result("royalty")
    assert result.draws == 12 and result.failed_draws == 0
    assert list(result.metrics.columns) == list(done.metrics)
    np.testing.assert_array_equal(result.metrics["rd_relative"], done.values("rd_relative"))
    np.testing.assert_array_equal(result.effect_on("rd_relative"), done.values("rd_relative", effect=True))
    assert result.status_quo_name == "the same world without policy"
    assert result.finding.startswith("Against the same world without policy, royalty with varying royalty_rate, ")
    assert result.run_id not in (done.sweep_id, run_identity(small(), 12, 0, "calibrated"))


def test_a_sweep_keeps_no_series(done):
    for get in (lambda one: one.series, lambda one: one.trajectories, lambda one: one.series_effect()):
        with pytest.raises(InputError, match="summary metrics alone"):
            get(done.at(0))


def test_opening_it_again(done):
    again = open_sweep(done.folder)
    assert again.sweep_id == done.sweep_id and again.index.equals(done.index)
    assert again.scenario().hash == small().hash
    assert repr(again) == f"<Sweep {done.sweep_id}: 6 points x 2 draws of royalty>"


def test_nothing_changes_is_not_said_of_a_few_metrics(tmp_path):
    """Where only some metrics were kept, others may have moved."""
    design = {"method": "grid", "values": {"royalty_rate": [0.1]}}
    kept = ["rd_investment", "collapse", "consumer_surplus_pv", "lab_profit_pv"]
    found = sweep(spec(design=design, draws=2, metrics=kept), tmp_path / "s").at(0)
    assert found.finding.startswith("Against the same world without policy, royalty ")
    assert "Nothing" not in found.convergence


def test_metrics_that_were_not_kept(tmp_path, monkeypatch):
    use_stand_in(monkeypatch)
    found = sweep(spec(metrics=["rd_relative", "hhi"]), tmp_path / "s")
    assert list(found.dataset().schema.names) == [
        "point", "draw", "failed", "rd_relative", "hhi", "effect_rd_relative", "effect_hhi",
    ]  # fmt: skip
    result = found.result()
    assert list(result.summary()["metrics"]) == ["rd_relative", "hhi"]
    result.failed[:] = False
    del result.finding
    assert result.finding.startswith("No finding: ") and "rd_investment" in result.finding
    with pytest.raises(InputError, match="rd_investment"):
        result.values("rd_investment")
    with pytest.raises(InputError, match="did you mean 'rd_relative'"):
        found.values("rd_relativ")
    assert list(found.summary()["royalty"]["metrics"]) == ["rd_relative", "hhi"]  # what somebody chose is told


def test_of_many_metrics_the_headlines_are_told(tmp_path, monkeypatch):
    use_stand_in(monkeypatch)
    wanted = spec()
    del wanted["metrics"]
    done = sweep(wanted, tmp_path / "s")
    assert len(done.metrics) > 12 and set(done.headlines) == set(SWEEP_HEADLINES)
    others = [name for name in done.metrics if name not in SWEEP_HEADLINES][:20]
    assert sweep(spec(metrics=others), tmp_path / "t").headlines == tuple(others[:12])


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda one: one.at(6), "0 to 5"),
        (lambda one: one.at(-1), "no such point"),
        (lambda one: one.at(True), "no such point"),
        (lambda one: one.values("rd_relative", "royalti"), "did you mean 'royalty'"),
        (lambda one: one.values("point", effect=True), "unknown metric"),
        (lambda one: one.summary(["rd_relativ"]), "did you mean 'rd_relative'"),
        (lambda one: one.read_index(["pont"]), "did you mean 'point'"),
    ],
)
def test_bad_questions(done, ask, words):
    with pytest.raises(InputError, match=words):
        ask(done)


def test_series_that_were_kept_are_read_by_quarter(tmp_path):
    design = {"method": "list", "values": {"royalty_rate": [0.2]}}
    found = sweep(spec(design=design, over_time=["rd_investment"]), tmp_path / "s")
    assert len(found.over_time) == QUARTERS
    path = simulate(found.at(0).scenario, draws=2).trajectories["rd_investment"]
    for period, name in enumerate(found.over_time):
        np.testing.assert_array_equal(found.values(name), path[period])


def test_several_scenarios_have_to_be_named(tmp_path, monkeypatch):
    use_stand_in(monkeypatch)
    both = spec(scenarios=[small("royalty"), small("rd-subsidy").with_(name="R&D: more of it")])
    del both["scenario"]
    found = sweep(both, tmp_path / "s")
    assert found.scenarios == ("royalty", "r-d-more-of-it")
    assert found.index.groupby("scenario", sort=False)["point"].count().tolist() == [6, 6]
    with pytest.raises(InputError, match="say which"):
        found.values("rd_relative")
    named = found.values("rd_relative", "R&D: more of it")
    np.testing.assert_array_equal(named, found.values("rd_relative", "r-d-more-of-it"))


def test_sweep_id_follows_all_that_changes_a_number(monkeypatch):
    def sweep_id(**changes):
        return make_plan(as_sweep_spec(spec(**changes)), "batch").sweep_id

    usual = sweep_id()
    assert make_plan(as_sweep_spec(spec()), "agents").sweep_id == usual
    changed = [
        sweep_id(seed=1), sweep_id(draws=3), sweep_id(ensemble="default"), sweep_id(shocks="own"), sweep_id(chunk=5),
        sweep_id(metrics=["hhi"]), sweep_id(scenario=small("liability")), sweep_id(against="liability"),
        sweep_id(design={"method": "grid", "values": {"royalty_rate": [0.1]}}),
    ]  # fmt: skip
    monkeypatch.setattr(econsim, "__version__", "999.0")
    assert len({usual, *changed, sweep_id()}) == 11


def test_addresses_are_of_one_chunk_each(tmp_path, monkeypatch):
    """A chunk's name changes with what is in it, and not with the other scenarios of the sweep."""
    use_stand_in(monkeypatch)
    both = spec(scenarios=[small("liability"), small("royalty")])
    del both["scenario"]
    alone, together = sweep(spec(), tmp_path / "one"), sweep(both, tmp_path / "two")
    names = [path.name for path in alone._chunks("royalty")]
    assert names == [path.name for path in together._chunks("royalty")]
    assert len(set(names)) == 3
    assert content(alone.folder / "chunks" / "royalty") == content(together.folder / "chunks" / "royalty")
