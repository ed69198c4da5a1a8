"""Run scenarios: draws in chunks, every world on the same draws, nothing computed twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np

from econsim import draws as shock_streams
from econsim.engines import choose, runner
from econsim.errors import InputError, Problem, unknown_name
from econsim.metrics import present_value, summarise, summary_catalogue
from econsim.parameter_book import book
from econsim.scenario import Scenario, load_scenario
from econsim.series import PER_FIRM, catalogue
from econsim.world import World, build_world, design_points, firm_slots, parameter_values

DEFAULT_DRAWS = 256
DEFAULT_SEED = 0
DEFAULT_ENSEMBLE = "prior"
ENSEMBLES = ("default", "prior")
CHUNK = 512  # draws that are worked on together
AGENTS_CHUNK = 8  # the agents engine runs draw after draw: small chunks only make progress visible
LARGEST_DRAWS = 100_000_000
RESIDUAL = 1e-10  # largest miss of a price solve
ALWAYS_DEFINED = ("frontier_capability", "rd_investment", "ai_share", "welfare", "frontier_price")
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
    metrics: dict[str, np.ndarray]
    trajectories: dict[str, np.ndarray]
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
        ("seed", seed, 0, shock_streams.LARGEST_SEED),
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
    engine = "agents" if agents else choose(engine)
    if agents:
        from econsim.engines.agents import check_agents

        check_agents(agents)
    if chunk is None:
        chunk = AGENTS_CHUNK if engine == "agents" else CHUNK
    return Settings(int(draws), int(seed), ensemble, engine, dict(agents or {}), keep, split, int(chunk))


def run_worlds(scenarios: Sequence[Scenario], settings: Settings, progress: Progress | None = None) -> list[Run]:
    """Run several scenarios on the same draws.

    progress : called with the draws done and the draws asked for
    returns  : one Run a scenario, in order; equal worlds are computed once
    raises   : Interrupted, with what was done, when stopped after the first chunk
    """
    calendar = {(one.structure.quarters, one.structure.start) for one in scenarios}
    if len(calendar) > 1:
        named = ", ".join(f"{one.name}: {one.structure.quarters} from {one.structure.start}" for one in scenarios)
        raise InputError(Problem("structure", "scenarios that are compared must cover the same quarters", named))
    chunks: list[dict[str, Run]] = []
    try:
        for start, stop in _chunks(settings):
            chunks.append(_run_chunk(scenarios, settings, start, stop))
            if progress:
                progress(stop, settings.draws)
    except KeyboardInterrupt:
        if not chunks:
            raise
        raise Interrupted(_joined(scenarios, chunks), len(chunks) * settings.chunk) from None
    return _joined(scenarios, chunks)


class Interrupted(KeyboardInterrupt):
    """A run that was stopped on the way. The draws that were done are the whole of a smaller run.

    runs  : one Run a scenario, of the draws done
    draws : how many those are
    """

    def __init__(self, runs: list[Run], draws: int):
        super().__init__(f"interrupted after {draws} draws")
        self.runs, self.draws = runs, draws


def _joined(scenarios: Sequence[Scenario], chunks: list[dict[str, Run]]) -> list[Run]:
    """The chunks of each scenario put together."""
    joined = {key: _join([chunk[key] for chunk in chunks]) for key in chunks[0]}
    return [
        Run(one, joined[one.world_hash].metrics, joined[one.world_hash].trajectories, joined[one.world_hash].failed)
        for one in scenarios
    ]


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


def twin_of(scenario: Scenario, *, exact: bool = False) -> Scenario:
    """The same world and levers with copying off.

    exact : keep levers that only touch copying too, for accounts; without them more scenarios share a twin
    """
    twin = scenario.without_copying()
    if exact:
        return twin
    idle = [name for name in twin.levers if not book().levers[name].changes_world_without_copying]
    return twin.with_(**dict.fromkeys(idle, None)) if idle else twin


class _Chunk:
    """One chunk's draws, and the worlds already computed on them."""

    def __init__(self, settings: Settings, slots: tuple[int, int], quarters: int, start: int, stop: int):
        self.settings = settings
        self.asked = stop - start
        self.start, self.stop = start, max(stop, start + 2)  # one draw alone would be summed in another order
        self.shocks = shock_streams.shocks(settings.seed, quarters, *slots, self.start, self.stop)
        self.done: dict[str, dict[str, np.ndarray]] = {}
        self.values: dict[str, dict[str, Any]] = {}

    def world(self, scenario: Scenario) -> World:
        if scenario.world_hash not in self.values:
            points = design_points(scenario, self.settings.ensemble, self.settings.seed, self.start, self.stop)
            self.values[scenario.world_hash] = parameter_values(scenario, points)
        return build_world(scenario, self.values[scenario.world_hash], self.shocks)

    def trajectories(self, scenario: Scenario) -> dict[str, np.ndarray]:
        key = scenario.world_hash
        if key not in self.done:
            self.done[key] = self._compute(self.world(scenario))
        return self.done[key]

    def frozen(self, scenario: Scenario, rd_path: np.ndarray) -> dict[str, np.ndarray]:
        return self._compute(self.world(scenario), rd_path)

    def _compute(self, world: World, rd_path: np.ndarray | None = None) -> dict[str, np.ndarray]:
        if self.settings.engine == "agents":
            return runner("agents")(world, rd_path, self.settings.agents)
        return runner(self.settings.engine)(world, rd_path)


def chunk_world(scenario: Scenario, settings: Settings, start: int, stop: int) -> World:
    """The arrays of draws `start` to `stop` of one scenario, for an engine."""
    return _Chunk(settings, firm_slots(scenario), scenario.structure.quarters, start, stop).world(scenario)


def _run_chunk(scenarios: Sequence[Scenario], settings: Settings, start: int, stop: int) -> dict[str, Run]:
    slots = [firm_slots(one) for one in scenarios]
    most = (max(labs for labs, _ in slots), max(distillers for _, distillers in slots))
    chunk = _Chunk(settings, most, scenarios[0].structure.quarters, start, stop)
    found: dict[str, Run] = {}
    for scenario in scenarios:
        if scenario.world_hash not in found:
            found[scenario.world_hash] = _run_scenario(scenario, chunk, settings)
    return found


def _run_scenario(scenario: Scenario, chunk: _Chunk, settings: Settings) -> Run:
    run = chunk.trajectories(scenario)
    twin = chunk.trajectories(twin_of(scenario))
    values = SimpleNamespace(**chunk.values[scenario.world_hash])
    segments = tuple(segment.name for segment in scenario.structure.segments)
    metrics = summarise(
        run,
        twin["rd_investment"],
        segments,
        values.initial_expected_growth,
        values.discount_rate,
        values.social_discount_rate,
    )
    failed = failed_draws(run) | failed_draws(twin)
    if settings.split:
        split, split_failed = _welfare_split(scenario, chunk, metrics["welfare_pv"], values.social_discount_rate)
        metrics |= split
        failed |= split_failed
    order = summary_catalogue(segments, settings.split)
    kept = slice(0, chunk.asked)
    shown = catalogue(segments) if settings.keep == "trajectories" else {}
    return Run(
        scenario,
        {name: metrics[name][kept] for name in order},
        {name: run[name][:, kept] for name in shown},
        failed[kept],
    )


def failed_draws(run: Mapping[str, np.ndarray]) -> np.ndarray:
    """Draws whose prices did not solve, or that hold a number that is none; (draw,) bool."""
    bad = ~(run["residual"] <= RESIDUAL).all(axis=0)
    for name in ALWAYS_DEFINED:
        known = np.isfinite(run[name])
        if name == "frontier_price":  # undefined, and rightly so, once the last lab has left
            known |= run["n_labs_active"] == 0.0
        bad |= ~known.all(axis=0)
    return np.asarray(bad)


def _welfare_split(
    scenario: Scenario, chunk: _Chunk, welfare: np.ndarray, social_discount_rate: np.ndarray | float
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Welfare change from copying at unchanged R&D, and the rest: a third run with R&D imposed."""
    twin = chunk.trajectories(twin_of(scenario, exact=True))
    frozen = chunk.frozen(scenario, twin["lab_rd"])
    without = present_value(twin["welfare"], social_discount_rate)
    static = present_value(frozen["welfare"], social_discount_rate) - without
    split = {"welfare_static_pv": static, "welfare_dynamic_pv": welfare - without - static}
    return split, failed_draws(twin) | failed_draws(frozen)


def as_scenario(scenario: Scenario | str) -> Scenario:
    """A scenario given as itself, by shipped name or by path."""
    return scenario if isinstance(scenario, Scenario) else load_scenario(scenario)


__all__ = ["DEFAULT_DRAWS", "DEFAULT_SEED", "PER_FIRM", "Run", "Settings", "check_settings", "run_worlds", "twin_of"]
