"""What a flip table asks, checked, and the command that shows an answer."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from econsim.errors import InputError, Problem, unknown_name
from econsim.findings import NEGLIGIBLE
from econsim.metrics import YES_NO
from econsim.results import run_identity
from econsim.runs import DEFAULT_DRAWS, DEFAULT_ENSEMBLE, DEFAULT_SEED, Settings, as_scenario
from econsim.scenario import Scenario
from econsim.studies.flip_assumptions import CLEAR_STEPS, STEPS, assumptions_of
from econsim.studies.sweep_plan import status_quo_of
from econsim.studies.tipping_question import against_words, compared_with
from econsim.studies.tipping_worlds import Output, read_output, study_identity, study_settings
from econsim.subject_words import subject_of

TOLD_BY_RUN = "rd_investment"  # what the finding of a run is about
VALUES = 13  # of an assumption, on average: to choose an engine by


@dataclass(frozen=True)
class FlipQuestion:
    """What takes a scenario's finding on an output away?

    asked : the scenario and what it is compared with as they were named, for commands; None where they had no name
    only  : the assumptions that are changed; None: every uncertain one
    """

    scenario: Scenario
    status_quo: Scenario
    output: Output
    settings: Settings
    asked: tuple[str | None, str | None]
    only: tuple[str, ...] | None = None

    @property
    def id(self) -> str:
        """Twelve hexadecimal digits: the same scenario, question, draws, seed, ensemble and version give the same."""
        question: dict[str, Any] = {
            "status_quo": self.status_quo.world_hash,
            "output": self.output.metric,
            "parts": [STEPS, CLEAR_STEPS],
            "vanishes": NEGLIGIBLE,
        }
        if self.only is not None:
            question["only"] = sorted(self.only)
        return study_identity("flip", self.scenario, self.settings, question)

    @property
    def run_id(self) -> str:
        """Of the run whose finding this is."""
        return run_identity(self.scenario, self.settings.draws, self.settings.seed, self.settings.ensemble)

    @property
    def against(self) -> str:
        """What effects are measured against, in words."""
        return against_words(self.scenario, self.status_quo)

    @property
    def subject(self) -> str:
        """What makes the difference, in words."""
        return subject_of(self.scenario)

    def command(self, name: str | None = None, value: float = 0.0) -> str | None:
        """The `econsim run` that shows the answer with an assumption set; None where the scenario has no name.

        Its finding is about `TOLD_BY_RUN`; the change of another output is in its JSON: see `where_told`.
        """
        scenario, against = self.asked
        if scenario is None or (against is None and self.scenario.status_quo is not None):
            return None
        told = ["econsim", "run", scenario]
        if against:
            told += ["--set", f"status_quo={against}"]
        if name is not None:
            told += ["--set", f"{name}={repr(value).removesuffix('.0')}"]
        for option, given, usual in (
            ("draws", self.settings.draws, DEFAULT_DRAWS),
            ("seed", self.settings.seed, DEFAULT_SEED),
            ("ensemble", self.settings.ensemble, self.scenario.ensemble or DEFAULT_ENSEMBLE),
        ):
            told += [] if given == usual else [f"--{option}", str(given)]
        told += [] if self.output.metric == TOLD_BY_RUN else ["--json", "--quiet"]
        return shlex.join(told)

    @property
    def where_told(self) -> str:
        """Where `command` shows the answer."""
        metric = self.output.metric
        if metric == TOLD_BY_RUN:
            return "its finding"
        return (
            f'effects, "{metric}", "p50" in its JSON: the median change, in {self.output.unit}; the sentence there is '
            "about frontier R&D"
        )


def ask_flip(
    scenario: Scenario | str,
    against: Scenario | str | None,
    output: str,
    draws: int,
    seed: int,
    ensemble: str | None,
    engine: str,
    only: Sequence[str] | None = None,
) -> FlipQuestion:
    """The question, or an InputError with what is wrong with it."""
    world = compared_with(as_scenario(scenario), against)
    status_quo = status_quo_of(world, None, False)
    looked_at = read_output(output, [world, status_quo])
    if looked_at.effect:
        message = "is a paired effect already: name the metric alone"
        raise InputError(Problem("output", message, looked_at.name, looked_at.metric))
    if looked_at.metric in YES_NO:
        message = "is yes or no in each future, its median says nothing; `econsim tip` tells shares of futures"
        raise InputError(Problem("output", message, looked_at.metric, "a metric that is an amount"))
    known = [one.name for one in assumptions_of(world, status_quo)]
    chosen = None if only is None else _chosen(only, known, world)
    rows = VALUES * draws * len(known if chosen is None else chosen) if isinstance(draws, int) else 0
    settings = study_settings(world, draws, seed, ensemble, engine, rows)
    named = scenario if isinstance(scenario, str) else None
    asked = (named, against if isinstance(against, str) else None)
    return FlipQuestion(world, status_quo, looked_at, settings, asked, chosen)


def _chosen(only: Sequence[str], known: Sequence[str], world: Scenario) -> tuple[str, ...]:
    """The assumptions asked for, each once, in the order of the book."""
    if isinstance(only, str):
        raise InputError(Problem("only", "must be a list of names", f"'{only[:80]}'", f"['{only[:80]}']"))
    wrong = [_no_assumption(str(name)[:80], known, world) for name in only if name not in known]
    if not only:
        wrong.append(Problem("only", "names no assumption", allowed="uncertain parameters of the scenario"))
    if wrong:
        raise InputError(wrong)
    return tuple(name for name in known if name in only)


def _no_assumption(name: str, known: Sequence[str], world: Scenario) -> Problem:
    if name not in world.assumptions:
        return unknown_name("only", name, known, kind="assumption")
    message = f"'{name}' has no prior to be changed in: it is one number in {world.name} or its status quo"
    return Problem("only", message, f"{world.assumptions[name].default:g}", "a parameter with a range there")
