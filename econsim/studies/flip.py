"""Flips: the smallest change of one assumption that reverses a finding, or lets it fade to hardly a change."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from econsim.errors import InputError, Problem
from econsim.findings import relative_to
from econsim.results import simulate
from econsim.runs import DEFAULT_SEED
from econsim.scenario import Scenario
from econsim.studies.flip_assumptions import assumptions_of
from econsim.studies.flip_one import Confirmation, Flip, flip_of
from econsim.studies.flip_question import TOLD_BY_RUN, FlipQuestion, ask_flip
from econsim.studies.flip_result import Flips
from econsim.studies.flip_search import Scan, judged, search, usual_values
from econsim.studies.median_interval import median_interval
from econsim.studies.tipping_axes import changed_scenario
from econsim.studies.tipping_worlds import CommonDraws, Progress

DEFAULT_DRAWS = 64
DEFAULT_OUTPUT = TOLD_BY_RUN
RUNS = 2  # plain runs of each flip: just before the value, and at it


def flip(
    scenario: Scenario | str,
    against: Scenario | str | None = None,
    *,
    output: str = DEFAULT_OUTPUT,
    draws: int = DEFAULT_DRAWS,
    seed: int = DEFAULT_SEED,
    ensemble: str | None = None,
    engine: str = "auto",
    only: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> Flips:
    """The smallest change of a single assumption that takes a scenario's finding away.

    scenario : a Scenario, a shipped name or a path
    against  : what its effect is measured against; default its status quo
    output   : a summary metric; the default is what findings are told in, and `rd_relative` would compare each side
               with a world without copying that the policy changes too
    draws, seed, ensemble, engine : as for `simulate`, with 64 draws unless more are asked for
    only     : the assumptions to change, by name; default every uncertain one
    progress : called with the futures computed and those expected
    returns  : Flips (`flips`, `never`, `finding`, `table()`, `summary()`, `id`)
    raises   : InputError for a bad question, or an output whose relative change is defined in no future

    The finding is the verdict of `econsim run`: the median of the paired relative change, which raises, lowers or
    hardly moves the output. The changed assumption holds on both sides and in every future; all else stays as drawn,
    and so does the luck.
    """
    asked = ask_flip(scenario, against, output, draws, seed, ensemble, engine, only)
    assumptions = [
        one for one in assumptions_of(asked.scenario, asked.status_quo) if asked.only is None or one.name in asked.only
    ]
    names = [one.name for one in assumptions]
    worlds = CommonDraws(
        asked.scenario, asked.status_quo, asked.settings, asked.output.metric, True, names, None, progress
    )
    worlds.plan(usual_futures(len(assumptions), asked.settings.draws))
    rows = worlds.at({}, np.arange(asked.settings.draws), expected=True)
    changes = relative_to(rows.level, rows.status_quo)
    if not changes.size:
        message = f"has no relative change in any future of {asked.scenario.name} against {asked.against}"
        allowed = "a metric that both sides define, and that is not nil in what they are compared with"
        raise InputError(Problem("output", message, output, allowed))
    usual = float(np.nanmedian(rows.status_quo))
    found = judged(rows.level, rows.status_quo, rows.failed)
    scans: list[Scan] = []
    flips: list[Flip] = []
    if found.sign:
        scans = search(worlds, assumptions, found.sign, later=RUNS * len(assumptions) // 2, usual=usual)
        flips = _confirmed(asked, worlds, [one for scan in scans if (one := flip_of(scan)) is not None])
    worlds.finish()
    return Flips(asked, found, median_interval(changes), scans, flips, int(rows.failed.sum()))


def usual_futures(assumptions: int, draws: int) -> int:
    """How many futures a study of so many assumptions takes, as a rule: those as drawn, the search, and plain runs."""
    return math.ceil((1.0 + usual_values(assumptions) + RUNS * assumptions // 2) * 2 * draws)


def _confirmed(asked: FlipQuestion, worlds: CommonDraws, flips: list[Flip]) -> list[Flip]:
    """The flips, with plain runs for those in the prior, and for the first one where there is none."""
    ranked = sorted(flips, key=lambda one: one.rank)
    told = [one for one in ranked if one.inside] or ranked[:1]
    runs_take = RUNS * 2 * asked.settings.draws  # futures, of the scenario and of what it is compared with
    worlds.plan(runs_take * len(told))
    for one in told:
        name = one.assumed.name
        runs = _run(asked, name, one.before), _run(asked, name, one.value)
        worlds.did(runs_take)
        ranked[ranked.index(one)] = replace(one, runs=runs)
    return ranked


def _run(asked: FlipQuestion, name: str, value: float | None) -> Confirmation:
    """A plain run, as anybody can repeat it."""
    scenario = asked.scenario if value is None else changed_scenario(asked.scenario, {name: value})
    settings = asked.settings
    result = simulate(scenario, settings.draws, settings.seed, settings.ensemble, settings.engine, keep="summaries")
    assert result.status_quo is not None  # as there is a finding
    level, status_quo = (one.values(asked.output.metric) for one in (result, result.status_quo))
    return Confirmation(value, result.run_id, judged(level, status_quo, result.failed), result.finding)


__all__ = [
    "DEFAULT_DRAWS", "DEFAULT_OUTPUT", "Confirmation", "Flip", "FlipQuestion", "Flips", "ask_flip", "flip",
    "usual_futures",
]  # fmt: skip
