"""Flips: the smallest change of one assumption that reverses a finding."""

from __future__ import annotations

import numpy as np

from econsim.errors import InputError, Problem
from econsim.results import simulate
from econsim.runs import DEFAULT_SEED, as_scenario
from econsim.scenario import Scenario
from econsim.studies.flip_assumptions import assumptions_of
from econsim.studies.flip_result import Confirmation, Flip, FlipQuestion, Flips
from econsim.studies.flip_search import CONFIRMING, Scan, effect_of, search
from econsim.studies.sweep_plan import status_quo_of
from econsim.studies.tipping_axes import changed_scenario
from econsim.studies.tipping_worlds import CommonDraws, Progress, read_output, study_settings

DEFAULT_DRAWS = 64
DEFAULT_OUTPUT = "rd_investment"
VALUES = 11  # of an assumption, on average: to choose an engine by


def ask_flip(
    scenario: Scenario | str,
    against: Scenario | str | None,
    output: str,
    draws: int,
    seed: int,
    ensemble: str | None,
    engine: str,
) -> FlipQuestion:
    """The question, or an InputError with what is wrong with it."""
    world = as_scenario(scenario)
    if against is not None:
        world = world.with_(status_quo=as_scenario(against).with_(status_quo=None))
    status_quo = status_quo_of(world, None, False)
    looked_at = read_output(output, [world, status_quo])
    if looked_at.effect:
        message = "is a paired effect already: name the metric alone"
        raise InputError(Problem("output", message, looked_at.name, looked_at.metric))
    rows = VALUES * draws * len(assumptions_of(world, status_quo)) if isinstance(draws, int) else 0
    settings = study_settings(world, draws, seed, ensemble, engine, rows)
    return FlipQuestion(world, status_quo, looked_at, settings)


def flip(
    scenario: Scenario | str,
    against: Scenario | str | None = None,
    *,
    output: str = DEFAULT_OUTPUT,
    draws: int = DEFAULT_DRAWS,
    seed: int = DEFAULT_SEED,
    ensemble: str | None = None,
    engine: str = "auto",
    progress: Progress | None = None,
) -> Flips:
    """The smallest change of a single assumption that reverses the sign of a scenario's median paired effect.

    scenario : a Scenario, a shipped name or a path
    against  : what its effect is measured against; default its status quo
    output   : a summary metric; the default is what findings are told in, and `rd_relative` would compare each side
               with a world without copying that the policy changes too
    draws, seed, ensemble, engine : as for `simulate`, with 64 draws unless more are asked for
    progress : called with the futures computed and those expected
    returns  : Flips (`flips`, `never`, `finding`, `table()`, `summary()`, `id`)
    raises   : InputError for a bad question, or an output that is defined in no future

    The changed assumption holds on both sides and in every future; all else stays as drawn, and so does the luck.
    """
    asked = ask_flip(scenario, against, output, draws, seed, ensemble, engine)
    assumptions = assumptions_of(asked.scenario, asked.status_quo)
    names = [one.name for one in assumptions]
    worlds = CommonDraws(
        asked.scenario, asked.status_quo, asked.settings, asked.output.metric, True, names, None, progress
    )
    rows = worlds.at({}, np.arange(asked.settings.draws))
    if not np.isfinite(rows.effect).any():
        message = f"has no effect that is defined in any future of {asked.scenario.name} against {asked.against}"
        raise InputError(Problem("output", message, output, "a metric that `econsim run` gives an effect"))
    effect = effect_of(rows.effect, rows.failed, rows.level)
    failed = int(rows.failed.sum())
    scans: list[Scan] = []
    flips: list[Flip] = []
    if effect.sign:
        scans = search(worlds, assumptions, effect.sign)
        flips = _confirmed(asked, worlds, scans, effect.sign)
    worlds.finish()
    return Flips(asked, effect, scans, flips, failed)


def _confirmed(asked: FlipQuestion, worlds: CommonDraws, scans: list[Scan], finding: int) -> list[Flip]:
    """The nearest flip of each assumption, with plain runs at its value and just before it."""
    found = [(scan, *nearest) for scan in scans if (nearest := scan.nearest()) is not None]
    runs_take = CONFIRMING * 2 * asked.settings.draws  # futures, of the scenario and of what it is compared with
    worlds.plan(runs_take * len(found))
    flips = []
    for scan, before, value in found:
        assumed = scan.assumed
        ends = (None if before == value else before, value)
        runs = (_run(asked, assumed.name, ends[0]), _run(asked, assumed.name, ends[1]))
        worlds.did(runs_take)
        stays = scan.stays(before, value)
        flips.append(Flip(assumed, ends[0], value, assumed.distance(value), stays, runs, finding))
    return flips


def _run(asked: FlipQuestion, name: str, value: float | None) -> Confirmation:
    """A plain run, as anybody can repeat it."""
    scenario = asked.scenario if value is None else changed_scenario(asked.scenario, {name: value})
    settings = asked.settings
    result = simulate(scenario, settings.draws, settings.seed, settings.ensemble, settings.engine, keep="summaries")
    effects, levels = result.effect_on(asked.output.metric), result.values(asked.output.metric)
    return Confirmation(value, result.run_id, effect_of(effects, result.failed, levels))


__all__ = ["DEFAULT_DRAWS", "DEFAULT_OUTPUT", "Confirmation", "Flip", "FlipQuestion", "Flips", "ask_flip", "flip"]
