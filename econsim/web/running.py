"""Answers: what the current scenario does, from the files that ship, from memory, or computed now."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from econsim import engines
from econsim.kept_worlds import KeptWorlds, Recent
from econsim.results import Result, simulate_many
from econsim.runs import DEFAULT_DRAWS, DEFAULT_SEED

if TYPE_CHECKING:
    from econsim.scenario import Scenario

MOST_ANSWERS = 24
DRAWS, SEED = DEFAULT_DRAWS, DEFAULT_SEED


@dataclass(frozen=True)
class Answer:
    """A result with what charts need of it.

    result : metrics, paired effects, finding and identity
    tables : series quantiles by kind (`level`, `status_quo`, `effect`, `change`) where they come from a file, else None
    """

    result: Result
    tables: pd.DataFrame | None = None

    @property
    def run_id(self) -> str:
        return self.result.run_id

    def level(self, series: str) -> pd.DataFrame:
        """Quantiles over futures of a series' means over calendar years; columns as in `Result.series`."""
        return self._table("level", series)

    def status_quo_level(self, series: str) -> pd.DataFrame:
        """The same under the status quo."""
        return self._table("status_quo", series)

    def effect(self, series: str) -> pd.DataFrame:
        """Quantiles of the paired difference to the status quo, year by year."""
        return self._table("effect", series)

    def change(self, series: str) -> pd.DataFrame:
        """Quantiles of the paired relative change, and in which share of futures it is `higher` and `lower`."""
        return self._table("change", series)

    def _table(self, kind: str, series: str) -> pd.DataFrame:
        if self.tables is not None:
            found = self.tables[(self.tables["kind"] == kind) & (self.tables["metric"] == series)]
            if len(found):
                return found
        result = self.live().result
        quo = result.status_quo
        assert quo is not None
        if kind == "effect":
            return result.series_effect(names=[series], yearly=True)
        if kind == "change":
            return result.series_change(names=[series], yearly=True)
        return (result if kind == "level" else quo).series_of([series], yearly=True)

    def live(self) -> Answer:
        """The same answer with every series of every draw: computed now, where it came from a file."""
        return self if self.result.trajectories else compute(self.result.scenario)


class Desk:
    """What all sessions of this server share: worlds and answers computed before, and one computation at a time."""

    def __init__(self) -> None:
        self.worlds, self.answers = KeptWorlds(), Recent(MOST_ANSWERS)
        self.lock = threading.Lock()

    def compute(self, scenario: Scenario) -> Answer:
        """Run a scenario and its status quo; worlds that are known are not run again."""
        key = _key(scenario)
        with self.lock:
            found: Answer | None = self.answers.get(key)
            if found is None:
                (result,) = simulate_many([scenario], DRAWS, SEED, kept=self.worlds)
                found = Answer(result)
                self.answers.put(key, found)
        return found


@st.cache_resource(show_spinner=False)
def desk() -> Desk:
    """The desk of this server. The compiled engine gets ready in the background; batch answers meanwhile."""
    engines.warm_up()
    return Desk()


def remembered(scenario: Scenario) -> Answer | None:
    """The answer for a scenario if it was computed not long ago."""
    found: Answer | None = desk().answers.get(_key(scenario))
    return found


def is_fast(scenario: Scenario) -> bool:
    """Whether a run takes a fraction of a second here and now: the compiled engine is ready."""
    return engines.choose("auto", scenario, 1) == "compiled"


def _key(scenario: Scenario) -> tuple[str, str, str | None]:
    return scenario.hash, scenario.name, scenario.ensemble


def compute(scenario: Scenario) -> Answer:
    """The answer for a scenario, computed now unless it is remembered."""
    return desk().compute(scenario)


def answer(scenario: Scenario) -> Answer:
    """The answer for a scenario, from a file where it ships.

    The numbers are those of `econsim run`: the same draws, seed and ensemble, hence the same run id.
    """
    from econsim.web import stored

    found = stored.read(scenario)
    desk()  # so that the engine gets ready while the file is looked at
    return found or compute(scenario)


__all__ = ["DRAWS", "SEED", "Answer", "answer", "compute", "is_fast", "remembered"]
