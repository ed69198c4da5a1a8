"""Batch on several cores: the same numbers to the last bit, and helpers that never outlive whom they help."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from econsim.engines import batch, batch_helpers
from econsim.runs import Settings, chunk_world
from econsim.scenario import load_scenario

QUARTERS = 8
DRAWS = batch_helpers.WORTH_IT // QUARTERS + 2


@pytest.fixture
def helped(monkeypatch):
    """Two cores, and a helper that is ready."""
    monkeypatch.setenv("ECONSIM_THREADS", "2")
    batch_helpers.get_ready(patience=60.0)
    yield batch_helpers._helpers[0]
    batch_helpers.end_helpers()


def await_that(holds) -> None:
    until = time.monotonic() + 60.0
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


def world(**changes):
    scenario = load_scenario("baseline").with_(quarters=QUARTERS, **changes)
    return chunk_world(scenario, Settings(), 0, DRAWS)


def assert_same(found: dict, expected: dict) -> None:
    assert found.keys() == expected.keys()
    for name, part in expected.items():
        np.testing.assert_array_equal(found[name], part, err_msg=name)


def test_a_helper_changes_no_number(helped, monkeypatch):
    asked = []
    monkeypatch.setattr(batch_helpers.Helper, "ask", spied(batch_helpers.Helper.ask, asked))
    given = world()
    assert_same(batch.trajectories(given), batch.compute(given))
    assert len(asked) == 1


def test_imposed_research_is_shared_too(helped):
    given = world()
    path = batch.compute(given)["lab_rd"]
    assert_same(batch.trajectories(given, path), batch.compute(given, path))


def test_a_helper_that_dies_is_no_reason_to_fail(helped):
    given = world()
    helped._process.kill()
    assert_same(batch.trajectories(given), batch.compute(given))


def test_an_interrupted_run_ends_its_helpers(helped):
    with pytest.raises(KeyboardInterrupt), batch_helpers.helpers(DRAWS, QUARTERS):
        raise KeyboardInterrupt
    assert not helped.alive
    assert not batch_helpers._helpers


def test_small_runs_and_single_threads_have_no_helper(helped, monkeypatch):
    with batch_helpers.helpers(DRAWS // 2, QUARTERS) as ready:
        assert ready == []
    monkeypatch.setenv("ECONSIM_THREADS", "1")
    with batch_helpers.helpers(DRAWS, QUARTERS) as ready:
        assert ready == []


def test_a_process_that_computes_little_starts_none(monkeypatch):
    """Half a second of a core is a lot for a command that is about to end."""
    monkeypatch.setenv("ECONSIM_THREADS", "2")
    monkeypatch.setattr(batch_helpers, "_alone", 0)
    for _ in range(batch_helpers.ENOUGH // batch_helpers.WORTH_IT):
        with batch_helpers.helpers(DRAWS, QUARTERS) as ready:
            assert ready == batch_helpers._helpers == []
    with batch_helpers.helpers(DRAWS, QUARTERS):
        assert len(batch_helpers._helpers) == 1
    batch_helpers.end_helpers()


def test_a_second_thread_goes_without(helped):
    with batch_helpers.helpers(DRAWS, QUARTERS) as first, batch_helpers.helpers(DRAWS, QUARTERS) as second:
        assert len(first) == 1
        assert second == []


def test_helpers_end_with_their_parent(monkeypatch):
    """Even where it has no time to say so."""
    monkeypatch.setenv("ECONSIM_THREADS", "2")
    script = """
import os
from econsim.engines import batch_helpers
batch_helpers.get_ready(patience=60.0)
print(batch_helpers._helpers[0]._process.pid, flush=True)
os.kill(os.getpid(), 9)
"""
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, check=False)
    number = int(done.stdout)

    def gone() -> bool:
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return True
        stat = Path(f"/proc/{number}/stat")
        # Z: ended, and its new parent has not looked yet
        return stat.is_file() and stat.read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] == "Z"

    await_that(gone)


def spied(function, calls: list):
    def watched(*arguments):
        calls.append(arguments)
        return function(*arguments)

    return watched
