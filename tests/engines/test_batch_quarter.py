"""A quarter that is replayed gives what it gives without, to the last bit, in every kind of world."""

from __future__ import annotations

import numpy as np
import pytest

from econsim import replay
from econsim.engines import batch, batch_quarter
from econsim.library import shipped_scenarios
from econsim.rules import training
from econsim.runs import Settings, chunk_world
from econsim.scenario import load_scenario

QUARTERS = 5


@pytest.fixture
def at_once(monkeypatch):
    """Recordings are made in the first quarter, and the quarters that used one are counted."""
    monkeypatch.setattr(batch_quarter, "WORTH_IT", 0)
    used = []

    class Watched(batch_quarter.Quarterly):
        def __call__(self, state, quarter):
            found = super().__call__(state, quarter)
            used.append(self._replay is not None)
            return found

    monkeypatch.setattr(batch, "Quarterly", Watched)
    return used


def plainly(world, rd_path=None) -> dict:
    """`batch.compute` without any recording of a quarter."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch_quarter, "MOST_DRAWS", 0)
        return batch.compute(world, rd_path)


def assert_same_bits(found: dict, expected: dict) -> None:
    assert found.keys() == expected.keys()
    for name, part in expected.items():
        assert found[name].tobytes() == part.tobytes(), name


@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_no_bit_changes(name, at_once):
    scenario = load_scenario(name).with_(quarters=QUARTERS)
    for draws, ensemble in ((2, "default"), (7, "prior")):
        world = chunk_world(scenario, Settings(ensemble=ensemble), 0, draws)
        found = batch.compute(world)
        assert at_once[-QUARTERS:] == [True] * QUARTERS
        expected = plainly(world)
        assert_same_bits(found, expected)
        assert_same_bits(batch.compute(world, found["lab_rd"]), plainly(world, found["lab_rd"]))
        assert at_once[-2 * QUARTERS :] == [True] * QUARTERS + [False] * QUARTERS


def test_a_recording_serves_any_number_of_draws_and_any_numbers(at_once):
    scenario = load_scenario("royalty").with_(quarters=QUARTERS)
    batch.compute(chunk_world(scenario, Settings(), 0, 4))
    known = len(replay._replays)
    for changes, draws in (({}, 33), ({"royalty_rate": 0.02}, 9), ({"n_distillers": 4}, 9)):
        world = chunk_world(scenario.with_(**changes), Settings(seed=3), 0, draws)
        assert_same_bits(batch.compute(world), plainly(world))
    assert len(replay._replays) <= known + 6  # number of slots and levers by draw make recordings of their own


def test_a_quarter_is_recorded_once_it_is_worth_it(monkeypatch):
    monkeypatch.setattr(batch_quarter, "_computed", type(batch_quarter._computed)())
    asked = []
    monkeypatch.setattr(batch_quarter, "recorded", lambda *given, **named: asked.append(given))
    batch.compute(chunk_world(load_scenario("baseline").with_(quarters=batch_quarter.WORTH_IT + 3), Settings(), 0, 2))
    assert len(asked) == 3


def test_changed_rules_are_followed_once_recordings_are_forgotten(at_once, monkeypatch):
    world = chunk_world(load_scenario("baseline").with_(quarters=2), Settings(), 0, 2)
    before = batch.compute(world)
    monkeypatch.setattr(training, "FASTEST_OBSOLESCENCE", 0.06)
    replay.forget()
    after = batch.compute(world)
    assert_same_bits(after, plainly(world))
    monkeypatch.undo()
    replay.forget()
    assert not np.array_equal(before["lab_rd"], after["lab_rd"])
