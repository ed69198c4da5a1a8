"""What a flip table holds: assumptions that reverse a finding, with the runs that confirm it, in numbers and words."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

import econsim
from econsim.findings import MOST_FAILED, futures
from econsim.results import run_identity
from econsim.runs import Settings
from econsim.scenario import Scenario
from econsim.studies.flip_assumptions import Assumed
from econsim.studies.flip_search import Effect, Scan
from econsim.studies.tipping_words import against_words, amount, plain, setting
from econsim.studies.tipping_worlds import Output, study_identity


@dataclass(frozen=True)
class FlipQuestion:
    """What reverses the sign of a scenario's median paired effect on an output?"""

    scenario: Scenario
    status_quo: Scenario
    output: Output
    settings: Settings

    @property
    def id(self) -> str:
        """Twelve hexadecimal digits: the same scenario, question, draws, seed, ensemble and version give the same."""
        question = {"status_quo": self.status_quo.world_hash, "output": self.output.metric}
        return study_identity("flip", self.scenario, self.settings, question)

    @property
    def run_id(self) -> str:
        """Of the run whose finding this is."""
        return run_identity(self.scenario, self.settings.draws, self.settings.seed, self.settings.ensemble)

    @property
    def against(self) -> str:
        """What effects are measured against, in words."""
        return against_words(self.scenario, self.status_quo)


@dataclass(frozen=True)
class Confirmation:
    """A plain run with the assumption set on both sides.

    value  : of the assumption; None: as the ensemble draws it
    effect : the paired effects of that run
    """

    value: float | None
    run_id: str
    effect: Effect


@dataclass(frozen=True)
class Flip:
    """One assumption that reverses the finding.

    before : a value at which the finding stands, as close as the search goes; None where the default reverses it
    value  : the value at which it is reversed
    distance : how far into the prior it lies; see `Assumed.distance`
    stays  : whether it is reversed at every value that was tried beyond
    runs   : plain runs at the two
    """

    assumed: Assumed
    before: float | None
    value: float
    distance: float
    stays: bool
    runs: tuple[Confirmation, Confirmation]
    finding: int

    @property
    def inside(self) -> bool:
        """Whether the value lies in the prior."""
        return self.assumed.inside(self.value)

    @property
    def confirmed(self) -> bool:
        """Whether plain runs say the same: reversed at the value, and not just before it."""
        before, at = self.runs
        return at.effect.sign == -self.finding and before.effect.sign != -self.finding

    def as_mapping(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            **_mapping(self.assumed),
            "flip": self.value,
            "before": self.before,
            "direction": "none" if self.before is None else "up" if self.value > self.before else "down",
            "distance": plain(self.distance),
            "inside_prior": self.inside,
            "stays_reversed": self.stays,
            "confirmed": self.confirmed,
            "runs": [
                {
                    "value": run.value,
                    "run_id": run.run_id,
                    "median": plain(run.effect.median),
                    "higher": plain(run.effect.higher),
                    "lower": plain(run.effect.lower),
                }
                for run in self.runs
            ],
        }


class Flips:
    """Which single assumptions reverse a finding, those that take the least first.

    finding_sign : of the median paired effect: 1, -1; 0 where there is nothing to reverse
    effect       : of the scenario as it is
    flips        : assumptions that reverse it, by how far into their priors one must go
    scans        : every assumption with the effects at the values that were tried
    """

    def __init__(self, question: FlipQuestion, effect: Effect, scans: list[Scan], flips: list[Flip], failed: int):
        self.question, self.effect, self.scans = question, effect, scans
        self.flips = sorted(flips, key=lambda one: (one.distance, one.assumed.name))
        self.failed = failed
        self.engine = question.settings.engine

    def __repr__(self) -> str:
        return f"<Flips of {self.question.scenario.name}: {len(self.flips)} of {len(self.scans)}; {self.id}>"

    @property
    def id(self) -> str:
        """Twelve hexadecimal digits of all that the numbers depend on."""
        return self.question.id

    @property
    def never(self) -> list[Scan]:
        """Assumptions that reverse nothing inside their bounds, those that come closest first."""
        return sorted(
            (scan for scan in self.scans if not scan.flips), key=lambda scan: (self.closest(scan)[1], scan.assumed.name)
        )

    def closest(self, scan: Scan) -> tuple[float, float]:
        """The value tried at which least of the finding is left, and how much of its median that is."""
        known = {value: one.median for value, one in scan.effects.items() if math.isfinite(one.median)}
        left = {value: median / self.effect.median for value, median in known.items()}
        if not left:
            return scan.assumed.default, math.inf
        value = min(left, key=lambda one: (left[one], scan.assumed.distance(one)))
        return value, left[value]

    def table(self) -> pd.DataFrame:
        """One row an assumption, flips first; columns parameter, grade, default, low, high, flip, before, distance,
        inside_prior, stays_reversed, median_before, median_at, confirmed."""
        rows = []
        for one in self.flips:
            before, at = one.runs
            told = {"flip": one.value, "before": one.before, "distance": one.distance, "inside_prior": one.inside}
            told["stays_reversed"] = one.stays
            medians = {"median_before": before.effect.median, "median_at": at.effect.median}
            rows.append({**_ends(one.assumed), **told, **medians, "confirmed": one.confirmed})
        rows += [_ends(scan.assumed) for scan in self.never]
        columns = ["parameter", "grade", "default", "low", "high", "flip", "before", "distance", "inside_prior"]
        return pd.DataFrame(rows, columns=[*columns, "stays_reversed", "median_before", "median_at", "confirmed"])

    # ------------------------------------------------------------------------------------------------ in words

    @property
    def headline(self) -> str:
        """What is there to be reversed, in a sentence."""
        asked = self.question
        metric, name, against = asked.output.metric, asked.scenario.name, asked.against
        if self.effect.sign == 0:
            return f"The median change of {metric} under {name} against {against} is nil: there is nothing to reverse."
        verb = "raises" if self.effect.sign > 0 else "lowers"
        share = self.effect.higher if self.effect.sign > 0 else self.effect.lower
        size = amount(self.effect.median, asked.output.unit, sign=True)
        side = "higher" if self.effect.sign > 0 else "lower"
        return f"{name} {verb} the median of {metric} against {against} ({size}, {side} in {futures(share)} futures)."

    @functools.cached_property
    def finding(self) -> str:
        """How many assumptions reverse the finding when changed alone, and which takes the least."""
        if self.failed > MOST_FAILED * self.question.settings.draws:
            return f"No finding: {self.failed} of {self.question.settings.draws} futures could not be solved."
        if self.effect.sign == 0:
            return self.headline
        total = len(self.scans)
        inside = [one for one in self.flips if one.inside]
        outside = len(self.flips) - len(inside)
        told = f"{self.headline} Changed alone and inside its prior, {_count(len(inside), 'assumption')} of {total} "
        told += f"{'reverses' if len(inside) == 1 else 'reverse'} that"
        if inside:
            told += f"; least change: {self.in_words(inside[0])}"
        if outside:
            told += f". Outside {'its prior' if outside == 1 else 'their priors'}, {outside} more"
            told += f" {'does' if outside == 1 else 'do'} so"
            if not inside:
                told += f", first {self.in_words(self.flips[0])}"
        told += f". {len(self.never)} never do so at the values tried inside their bounds."
        unsure = [one.assumed.name for one in self.flips if not one.confirmed]
        if unsure:
            told += f" Plain runs did not confirm {', '.join(unsure)}."
        return told

    def in_words(self, one: Flip) -> str:
        """A flip in a sentence."""
        name, assumed = one.assumed.name, one.assumed
        prior = f"prior {setting(name, assumed.low, unit=False)} to {setting(name, assumed.high)}"
        if one.before is None:
            return f"{name} fixed at its default, {setting(name, one.value)} ({prior}, grade {assumed.grade})"
        at = amount(one.runs[1].effect.median, self.question.output.unit, sign=True)
        at += "" if one.stays else ", and not reversed at every value tried beyond"
        default = f"default {setting(name, assumed.default, unit=False)}"
        return f"{name} at {setting(name, one.value)} ({default}, {prior}, grade {assumed.grade}; median then {at})"

    def summary(self) -> dict[str, Any]:
        """The content of `flip.json`: plain Python, None for what is undefined."""
        asked = self.question
        return {
            "id": self.id,
            "kind": "flip",
            "version": econsim.__version__,
            "scenario": asked.scenario.name,
            "scenario_hash": asked.scenario.hash,
            "run_id": asked.run_id,
            "against": asked.status_quo.name,
            "output": asked.output.metric,
            "unit": asked.output.unit,
            "draws": asked.settings.draws,
            "seed": asked.settings.seed,
            "ensemble": asked.settings.ensemble,
            "failed_futures": self.failed,
            "median": plain(self.effect.median),
            "higher": plain(self.effect.higher),
            "lower": plain(self.effect.lower),
            "flips": [one.as_mapping() for one in self.flips],
            "never": [self._never(scan) for scan in self.never],
            "finding": self.finding,
        }

    def _never(self, scan: Scan) -> dict[str, Any]:
        value, left = self.closest(scan)
        unsolved = [one for one, effect in scan.effects.items() if math.isnan(effect.median)]
        return {
            **_mapping(scan.assumed),
            "tried": sorted(scan.effects),
            "not_solved": sorted(unsolved),
            "closest": {"value": value, "share_of_median": plain(left)},
        }


def _mapping(assumed: Assumed) -> dict[str, Any]:
    row = assumed.row
    return {
        "parameter": assumed.name,
        "meaning": row.meaning,
        "unit": row.unit,
        "grade": row.grade,
        "default": assumed.default,
        "low": assumed.low,
        "high": assumed.high,
        "scale": assumed.scale,
        "bounds": list(assumed.bounds),
    }


def _ends(assumed: Assumed) -> dict[str, Any]:
    told = _mapping(assumed)
    return {name: told[name] for name in ("parameter", "grade", "default", "low", "high")}


def _count(number: int, word: str) -> str:
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"
