"""Answers: what the current scenario does, from the files that ship, from memory, or computed now."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from econsim import engines
from econsim.kept_worlds import KeptWorlds, Recent
from econsim.results import Result, simulate_many
from econsim.runs import DEFAULT_DRAWS, DEFAULT_SEED
from econsim.world import firm_slots

if TYPE_CHECKING:
    from econsim.scenario import Scenario

MOST_ANSWERS, MOST_SUMMARIES = 12, 64
TURN = 0.0005  # seconds: else the numbers wait in the server while Python draws the charts below them
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
        self.worlds = KeptWorlds()
        self.answers = {"trajectories": Recent(MOST_ANSWERS), "summaries": Recent(MOST_SUMMARIES)}
        self.lock = threading.Lock()
        self.warming: list[Any] = []  # kinds of worlds that the compiled engine has been asked to get ready for

    def compute(self, scenarios: Sequence[Scenario], keep: str = "trajectories") -> list[Answer]:
        """Run scenarios, each with its status quo, on one engine; worlds that are known are not run again.

        keep : as for `simulate`

        Engines agree to rounding, and differences of rounding are no effects: what is compared comes from one of them.
        """
        with self.lock:
            engine = engines.choose("auto", scenarios[0], DRAWS)
            if engine == "batch":
                self._get_ready(scenarios[0])
            keys = [_key(one, engine) for one in scenarios]
            answers = self.answers[keep]
            found = {key: answers.get(key) for key in keys}
            missing = {key: one for key, one in zip(keys, scenarios, strict=True) if found[key] is None}
            if missing:
                worlds = list(missing.values())
                results = simulate_many(worlds, DRAWS, SEED, engine=engine, keep=keep, kept=self.worlds)
                found |= {key: Answer(result) for key, result in zip(missing, results, strict=True)}
            for key, answer in found.items():
                answers.put(key, answer)
        return [found[key] for key in keys]

    def _get_ready(self, scenario: Scenario) -> None:
        """Make the compiled engine ready for worlds of this kind, in the background, once."""
        kind = (scenario.structure, scenario.switches, scenario.fidelity.law, firm_slots(scenario))
        if kind not in self.warming:
            self.warming.append(kind)
            engines.warm_up(scenario)


def _key(scenario: Scenario, engine: str) -> tuple[str, str, str | None, str]:
    return scenario.hash, scenario.name, scenario.ensemble, engine


@st.cache_resource(show_spinner=False)
def desk() -> Desk:
    """The desk of this server. The compiled engine gets ready in the background; batch answers meanwhile."""
    sys.setswitchinterval(TURN)
    engines.warm_up()
    return Desk()


def remembered_summary(scenario: Scenario) -> Answer | None:
    """What `summary` gave for a scenario, if it was computed not long ago."""
    found: Answer | None = desk().answers["summaries"].get(_key(scenario, engines.choose("auto", scenario, DRAWS)))
    return found


def summary(scenario: Scenario) -> Answer:
    """An answer that has metrics and effects, and no series: light enough to remember many."""
    return desk().compute([scenario], keep="summaries")[0]


def is_fast(scenario: Scenario) -> bool:
    """Whether a run takes a fraction of a second here and now: the compiled engine is ready."""
    return engines.choose("auto", scenario, 1) == "compiled"


def is_at_hand(scenario: Scenario) -> bool:
    """Whether the answer comes in a fraction of a second: it ships, or the compiled engine is ready."""
    from econsim.web import stored

    return stored.read(scenario) is not None or is_fast(scenario)


def compute(scenario: Scenario) -> Answer:
    """The answer for a scenario, computed now unless it is remembered."""
    return desk().compute([scenario])[0]


def answer(scenario: Scenario) -> Answer:
    """The answer for a scenario, from a file where it ships.

    The numbers are those of `econsim run`: the same draws, seed and ensemble, hence the same run id.
    """
    return together([scenario])[0]


def together(scenarios: Sequence[Scenario]) -> list[Answer]:
    """Answers that can be compared draw by draw: all from files, or all computed by one engine."""
    from econsim.web import stored

    found = [stored.read(one) for one in scenarios]
    desk()  # so that the engine gets ready while files are looked at
    ready = [one for one in found if one is not None]
    return ready if len(ready) == len(scenarios) else desk().compute(scenarios)


__all__ = [
    "DRAWS",
    "SEED",
    "Answer",
    "answer",
    "compute",
    "is_at_hand",
    "is_fast",
    "remembered_summary",
    "summary",
    "together",
]
