"""Runs: memory, sharing of worlds, and settings."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from econsim import chunks, results, runs, simulate
from econsim.errors import InputError
from econsim.runs import Settings, check_settings, run_worlds, twin_of
from econsim.scenario import load_scenario
from econsim.series import catalogue


def peak_bytes(draws: int) -> int:
    """Peak of what a run that keeps summaries allocates."""
    scenario = load_scenario("copying-off")
    tracemalloc.start()
    try:
        run_worlds([scenario], Settings(draws=draws, keep="summaries", chunk=32))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_memory_is_flat_but_for_the_summaries():
    peak_bytes(32)  # imports and caches
    per_draw = (peak_bytes(160) - peak_bytes(64)) / (160 - 64)
    series_of_one_draw = 60 * len(catalogue(("low", "general", "high_stakes"))) * 8
    assert per_draw < 0.1 * series_of_one_draw


def test_equal_worlds_are_computed_once(monkeypatch):
    counted = []
    original = chunks.runner

    def counting(engine):
        inner = original(engine)

        def run(world, rd_path=None):
            counted.append(world.frame.copying)
            return inner(world, rd_path)

        return run

    monkeypatch.setattr(chunks, "runner", counting)
    royalty = load_scenario("royalty").with_(quarters=14)
    run_worlds([royalty, royalty.without_levers()], Settings(draws=4))
    assert sorted(counted) == [False, True, True]  # royalty, no policy, and one twin that both share


def test_twin_keeps_only_levers_that_act_without_copying():
    scenario = load_scenario("baseline").with_(rd_subsidy=0.2, royalty_rate=0.3)
    assert set(twin_of(scenario).levers) == {"rd_subsidy"}
    assert set(twin_of(scenario, exact=True).levers) == {"rd_subsidy", "royalty_rate"}


def test_different_calendars_are_refused():
    one, other = load_scenario("baseline"), load_scenario("baseline").with_(quarters=20)
    with pytest.raises(InputError, match="same quarters"):
        run_worlds([one, other], Settings(draws=2))


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"draws": 0}, "draws"),
        ({"draws": 2.5}, "draws"),
        ({"draws": True}, "draws"),
        ({"seed": -1}, "seed"),
        ({"ensemble": "priors"}, "prior"),
        ({"engine": "batsh"}, "batch"),
        ({"keep": "all"}, "keep"),
        ({"agents": {"distiller": object}, "engine": "batch"}, "agents"),
    ],
)
def test_bad_settings_are_named(changed, named):
    settings = {
        "draws": 4, "seed": 0, "ensemble": "prior", "engine": "auto", "agents": None, "keep": "summaries",
        "split": False,
    }  # fmt: skip
    with pytest.raises(InputError, match=named):
        check_settings(load_scenario("baseline"), **{**settings, **changed})


def stop_after(draws: int):
    """Progress that is interrupted once so many draws are done."""

    def progress(done: int, asked: int) -> None:
        if done >= draws:
            raise KeyboardInterrupt

    return progress


def test_an_interrupted_run_is_the_run_of_the_draws_done():
    scenario = load_scenario("royalty").with_(quarters=14)
    with pytest.raises(runs.Interrupted) as stopped:
        run_worlds([scenario], Settings(draws=6, chunk=2), stop_after(4))
    assert stopped.value.draws == 4
    (partial,), (whole,) = stopped.value.runs, run_worlds([scenario], Settings(draws=4))
    for name, values in whole.metrics.items():
        np.testing.assert_array_equal(partial.metrics[name], values)


def test_an_interrupted_simulation_brings_its_results(monkeypatch):
    monkeypatch.setattr(runs, "CHUNK", 2)
    scenario = load_scenario("royalty").with_(quarters=14)
    with pytest.raises(results.InterruptedResults) as stopped:
        simulate(scenario, draws=6, progress=stop_after(2))
    (partial,) = stopped.value.results
    assert partial.draws == stopped.value.draws == 2
    assert partial.run_id == simulate(scenario, draws=2).run_id
    assert partial.summary()["metrics"] == simulate(scenario, draws=2).summary()["metrics"]
