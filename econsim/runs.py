"""Run scenarios: draws in chunks, every world on the same draws, nothing computed twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from econsim.calendars import differing_calendars
from econsim.chunks import RESIDUAL, Chunk, failed_draws, twin_of
from econsim.draws import LARGEST_SEED
from econsim.engines import choose
from econsim.errors import InputError, Problem, unknown_name
from econsim.kept_worlds import KeptWorlds
from econsim.metrics import present_value, summary_catalogue
from econsim.scenario import Scenario, load_scenario
from econsim.scenario_schema import ENSEMBLES
from econsim.series import PER_FIRM, catalogue
from econsim.world import World

DEFAULT_DRAWS = 128  # a lever of the explorer answers at once with so many
DEFAULT_SEED = 0
DEFAULT_ENSEMBLE = "calibrated"
CHUNK = 512  # draws that are worked on together
AGENTS_CHUNK = 8  # the agents engine runs draw after draw: small chunks only make progress visible
LARGEST_DRAWS = 100_000_000
KEEP = ("trajectories", "summaries")

Progress = Callable[[int, int], None]


@dataclass
class Run:
    """One world's draws.

    scenario     : the world
    metrics      : summary metric -> (draw,)
    trajectories : series -> (period, draw), empty where only summaries were kept
    failed       : (draw,) bool: the numbers of this draw cannot be trusted
    """

    scenario: Scenario
    metrics: Mapping[str, np.ndarray]
    trajectories: Mapping[str, np.ndarray]
    failed: np.ndarray


@dataclass(frozen=True)
class Settings:
    """How to run, apart from what."""

    draws: int = DEFAULT_DRAWS
    seed: int = DEFAULT_SEED
    ensemble: str = DEFAULT_ENSEMBLE
    engine: str = "batch"
    agents: Mapping[str, type] = field(default_factory=dict)
    keep: str = "trajectories"
    split: bool = False
    chunk: int = CHUNK

    @property
    def key(self) -> tuple[object, ...]:
        """What tells runs of one world apart."""
        return (self.draws, self.seed, self.ensemble, self.engine, self.keep, self.split, self.chunk)


def check_settings(
    scenario: Scenario,
    draws: int,
    seed: int,
    ensemble: str | None,
    engine: str,
    agents: Mapping[str, type] | None,
    keep: str,
    split: bool,
    chunk: int | None = None,
) -> Settings:
    """The settings of a run, or one InputError that lists everything wrong with them."""
    problems = []
    for name, value, low, high in (
        ("draws", draws, 1, LARGEST_DRAWS),
        ("seed", seed, 0, LARGEST_SEED),
        ("chunk", 1 if chunk is None else chunk, 1, LARGEST_DRAWS),
    ):
        whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
        if not whole or not low <= value <= high:
            problems.append(Problem(name, "must be a whole number in range", repr(value), f"{low} to {high}"))
    ensemble = ensemble or scenario.ensemble or DEFAULT_ENSEMBLE
    if ensemble not in ENSEMBLES:
        problems.append(unknown_name("ensemble", str(ensemble), ENSEMBLES, kind="ensemble"))
    if keep not in KEEP:
        problems.append(unknown_name("keep", str(keep), KEEP, kind="choice"))
    if problems:
        raise InputError(problems)
    if agents and engine not in ("auto", "agents"):
        raise InputError(Problem("agents", "own agents run on the agents engine only", engine, "auto or agents"))
    engine = "agents" if agents else choose(engine, scenario, draws)
    if agents:
        from econsim.engines.agents import check_agents

        check_agents(agents)
    if chunk is None:
        chunk = usual_chunk(engine)
    return Settings(int(draws), int(seed), ensemble, engine, dict(agents or {}), keep, split, int(chunk))


def usual_chunk(engine: str) -> int:
    """Draws that an engine is given at a time, unless the caller says; they change no number."""
    if engine == "compiled":
        from econsim.engines.compiled import needed_draws

        return max(CHUNK, needed_draws())  # a graphics device works on thousands as quickly as on a few
    return AGENTS_CHUNK if engine == "agents" else CHUNK


def run_worlds(
    scenarios: Sequence[Scenario],
    settings: Settings,
    progress: Progress | None = None,
    kept: KeptWorlds | None = None,
) -> list[Run]:
    """Run several scenarios on the same draws.

    progress : called with the draws done and the draws asked for
    kept     : worlds of earlier calls, which are not computed again, and which those of this call join
    returns  : one Run a scenario, in order; equal worlds are computed once
    raises   : Interrupted, with what was done, when stopped after the first chunk
    """
    if told := differing_calendars(scenarios):
        raise InputError(Problem("structure", "scenarios that are compared must cover the same quarters", told))
    if settings.agents:  # an agent's code is no key
        kept = None
    known = {} if kept is None else {one.world_hash: kept.runs.get((one.world_hash, settings.key)) for one in scenarios}
    missing = [one for one in scenarios if known.get(one.world_hash) is None]
    chunks: list[dict[str, Run]] = []
    try:
        for start, stop in _chunks(settings) if missing else ():
            chunks.append(_run_chunk(missing, settings, start, stop, kept))
            if progress:
                progress(stop, settings.draws)
    except KeyboardInterrupt:
        if not chunks or len(missing) < len(scenarios):
            raise
        raise Interrupted(_named(scenarios, _joined(chunks)), len(chunks) * settings.chunk) from None
    fresh = _joined(chunks) if chunks else {}
    if kept is not None:
        for world, run in fresh.items():
            kept.runs.put((world, settings.key), run)
    return _named(scenarios, {**known, **fresh})


class Interrupted(KeyboardInterrupt):
    """A run that was stopped on the way. The draws that were done are the whole of a smaller run.

    runs  : one Run a scenario, of the draws done
    draws : how many those are
    """

    def __init__(self, runs: list[Run], draws: int):
        super().__init__(f"interrupted after {draws} draws")
        self.runs, self.draws = runs, draws


def _joined(chunks: list[dict[str, Run]]) -> dict[str, Run]:
    """The chunks of each world put together."""
    return {key: _join([chunk[key] for chunk in chunks]) for key in chunks[0]}


def _named(scenarios: Sequence[Scenario], runs: Mapping[str, Run]) -> list[Run]:
    """Each scenario with the run of its world, which another scenario may have asked for."""
    return [replace(runs[one.world_hash], scenario=one) for one in scenarios]


def _chunks(settings: Settings) -> Iterator[tuple[int, int]]:
    for start in range(0, settings.draws, settings.chunk):
        yield start, min(start + settings.chunk, settings.draws)


def _join(parts: list[Run]) -> Run:
    first = parts[0]
    if len(parts) == 1:
        return first
    return Run(
        first.scenario,
        {name: np.concatenate([part.metrics[name] for part in parts]) for name in first.metrics},
        {name: np.concatenate([part.trajectories[name] for part in parts], axis=-1) for name in first.trajectories},
        np.concatenate([part.failed for part in parts]),
    )


def chunk_world(scenario: Scenario, settings: Settings, start: int, stop: int) -> World:
    """The arrays of draws `start` to `stop` of one scenario, for an engine."""
    return _chunk([scenario], settings, start, stop).world(scenario)


def _chunk(
    scenarios: Sequence[Scenario], settings: Settings, start: int, stop: int, kept: KeptWorlds | None = None
) -> Chunk:
    return Chunk(settings, scenarios, np.arange(start, max(stop, start + 2)), kept=kept)


def _run_chunk(
    scenarios: Sequence[Scenario], settings: Settings, start: int, stop: int, kept: KeptWorlds | None = None
) -> dict[str, Run]:
    chunk = _chunk(scenarios, settings, start, stop, kept)
    found: dict[str, Run] = {}
    for scenario in scenarios:
        if scenario.world_hash not in found:
            found[scenario.world_hash] = _run_scenario(scenario, chunk, settings, stop - start, kept)
    return found


class Twin(NamedTuple):
    """What a run takes from its twin without copying: R&D, (period, draw), and which draws failed, (draw,)."""

    rd: np.ndarray
    failed: np.ndarray


def _twin(scenario: Scenario, chunk: Chunk, kept: KeptWorlds | None) -> Twin:
    world = twin_of(scenario)
    key = (world.world_hash, chunk.settings.key, int(chunk.numbers[0]), len(chunk.numbers))
    twin: Twin | None = None if kept is None else kept.twins.get(key)
    if twin is None:
        run = chunk.trajectories(world)
        twin = Twin(run["rd_investment"], failed_draws(run))
        if kept is not None:
            kept.twins.put(key, twin)
    return twin


def _run_scenario(
    scenario: Scenario, chunk: Chunk, settings: Settings, asked: int, kept: KeptWorlds | None = None
) -> Run:
    run = chunk.trajectories(scenario)
    twin = _twin(scenario, chunk, kept)
    metrics = chunk.metrics(scenario, run, twin.rd)
    failed = failed_draws(run) | twin.failed
    if settings.split:
        split, split_failed = _welfare_split(scenario, chunk, metrics["welfare_pv"])
        metrics |= split
        failed |= split_failed
    segments = tuple(segment.name for segment in scenario.structure.segments)
    real = slice(0, asked)
    shown = catalogue(segments) if settings.keep == "trajectories" else {}
    return Run(
        scenario,
        {name: metrics[name][real] for name in summary_catalogue(segments, settings.split)},
        {name: run[name][:, real] for name in shown},
        failed[real],
    )


def _welfare_split(scenario: Scenario, chunk: Chunk, welfare: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Welfare change from copying at unchanged R&D, and the rest: a third run with R&D imposed."""
    rate = chunk.values(scenario)["social_discount_rate"]
    twin = chunk.trajectories(twin_of(scenario, exact=True))
    frozen = chunk.compute(chunk.world(scenario), twin["lab_rd"])
    without = present_value(twin["welfare"], rate)
    static = present_value(frozen["welfare"], rate) - without
    split = {"welfare_static_pv": static, "welfare_dynamic_pv": welfare - without - static}
    return split, failed_draws(twin) | failed_draws(frozen)


def as_scenario(scenario: Scenario | str) -> Scenario:
    """A scenario given as itself, by shipped name or by path."""
    return scenario if isinstance(scenario, Scenario) else load_scenario(scenario)


__all__ = [
    "DEFAULT_DRAWS",
    "DEFAULT_SEED",
    "ENSEMBLES",
    "PER_FIRM",
    "RESIDUAL",
    "Run",
    "Settings",
    "check_settings",
    "failed_draws",
    "run_worlds",
    "twin_of",
]
