"""What packages on one page are measured against: one status quo for all of them, that of the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from econsim.results import STATISTICS, Result
from econsim.scenario import Scenario
from econsim.web import running
from econsim.web.running import Answer

SAME_WORLD = "the same world"  # begins a name that holds for worlds with the same assumptions alone


@dataclass(frozen=True)
class Package:
    """A package and what it is held against.

    against : the status quo that all packages share
    quo     : that in words
    """

    answer: Answer
    against: Result
    quo: str

    @property
    def is_status_quo(self) -> bool:
        """Whether it is what the others are measured against: it changes nothing, by construction."""
        return same_world(self.answer.result, self.against)

    def changes(self, series: str, relative: bool) -> pd.DataFrame:
        """Quantiles of its paired difference year by year, or of its relative change; as `Answer.effect`."""
        if self.is_status_quo:
            table = self.answer.level(series).copy()
            table[list(STATISTICS)] *= 0.0
            return table
        own = self.answer.result.status_quo
        if own is not None and same_world(own, self.against):
            return self.answer.change(series) if relative else self.answer.effect(series)
        paired = self.answer.result.series_change if relative else self.answer.result.series_effect
        return paired(self.against, [series], yearly=True)


def same_world(one: Result, other: Result) -> bool:
    """Whether two results are of the same world, whatever it is called."""
    return one.scenario.world_hash == other.scenario.world_hash


def shared_status_quo(first: Scenario) -> Scenario:
    """What all are measured against: the status quo of the first package; the first itself where it sets no policy."""
    return first.status_quo_scenario() or first


def side_by_side(scenarios: Sequence[Scenario]) -> list[Package]:
    """Packages that can be compared draw by draw, all against the same status quo."""
    quo = shared_status_quo(scenarios[0])
    answers = running.together(scenarios)
    known = _result_of(quo, answers)
    if known is None or not all(_is_measured_by(one.result, known) for one in answers):
        # Some package has a status quo of its own: its difference to the shared one takes every draw of both.
        *answers, shared = running.desk().compute([*scenarios, quo])
        known = shared.result
    quo_name = _in_words([one.result for one in answers], known)
    return [Package(one, known, quo_name) for one in answers]


def _result_of(world: Scenario, answers: Sequence[Answer]) -> Result | None:
    """The result of a world, if one of the answers is of it or is measured against it."""
    for answer in answers:
        for result in (answer.result, answer.result.status_quo):
            if result is not None and result.scenario.world_hash == world.world_hash:
                return result
    return None


def _is_measured_by(result: Result, quo: Result) -> bool:
    own = result.status_quo
    return same_world(result, quo) or (own is not None and same_world(own, quo))


def _in_words(results: Sequence[Result], quo: Result) -> str:
    """The shared status quo by one name: that of a package, else one that some package's own result gives it."""
    for result in results:
        if same_world(result, quo):
            return result.scenario.name
    first = results[0]
    own = [one.status_quo_name for one in results if one.status_quo is not None and same_world(one.status_quo, quo)]
    proper = [name for name in own if not name.startswith(SAME_WORLD)]
    if proper or len(own) == len(results):
        return [*proper, *own][0]
    return f"{first.scenario.name} without policy" if first.scenario.status_quo is None else quo.scenario.name


__all__ = ["Package", "shared_status_quo", "side_by_side"]
