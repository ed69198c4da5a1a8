"""Worlds under changed parameters and levers, all on the same draws; every world at every setting computed once."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

import econsim
from econsim.chunks import Chunk, Overrides, failed_draws, twin_of
from econsim.engines import choose
from econsim.errors import InputError, Problem, unknown_name
from econsim.metrics import summary_catalogue
from econsim.parameter_book import book
from econsim.runs import Settings, check_settings
from econsim.scenario import Scenario
from econsim.world import COUNTS, design_points, parameter_values

EFFECT = "effect:"  # before a metric's name: its paired change against the status quo
RESTS_ON_TWIN = ("rd_relative", "collapse")  # metrics that compare with the same future without copying
ROUNDING = 1e-9  # relative: as far as engines agree, and what one of them tells apart within it the other need not
MOST_ROWS = 2_000_000  # settings times draws of one study

Progress = Callable[[int, int], None]


class Output(NamedTuple):
    """What a study looks at.

    metric : a summary metric
    effect : its paired change against the status quo, rather than its level
    unit   : of both
    """

    metric: str
    effect: bool
    unit: str
    meaning: str

    @property
    def name(self) -> str:
        """As it is asked for: `lab_npv`, `effect:rd_investment`."""
        return f"{EFFECT if self.effect else ''}{self.metric}"


def read_output(text: Any, scenarios: Sequence[Scenario]) -> Output:
    """The output that a name asks for, of those that all the scenarios have.

    raises : InputError with the nearest name
    """
    catalogues = [summary_catalogue(tuple(segment.name for segment in one.structure.segments)) for one in scenarios]
    known = {name: series for name, series in catalogues[0].items() if all(name in one for one in catalogues)}
    if not isinstance(text, str) or not text:
        raise InputError(Problem("output", "must name a summary metric", repr(text)[:80], f"or {EFFECT} and its name"))
    effect = text.startswith(EFFECT)
    metric = text.removeprefix(EFFECT)
    if metric not in known:
        problem = unknown_name("output", metric[:80], known, kind="metric")
        near = None if problem.nearest is None else f"{EFFECT if effect else ''}{problem.nearest}"
        raise InputError(replace(problem, nearest=near))
    return Output(metric, effect, known[metric].unit, known[metric].meaning)


def study_settings(scenario: Scenario, draws: int, seed: int, ensemble: str | None, engine: str, rows: int) -> Settings:
    """The settings of a study of `rows` futures, or one InputError that lists everything wrong with them."""
    if engine != "auto":
        return check_settings(scenario, draws, seed, ensemble, engine, None, "summaries", False)
    settings = check_settings(scenario, draws, seed, ensemble, "batch", None, "summaries", False)
    return replace(settings, engine=choose("auto", scenario, rows))


def check_rows(settings_count: int, draws: int) -> None:
    """Refuse a study that nobody can wait for."""
    if settings_count * draws > MOST_ROWS:
        message = f"gives too many futures for {settings_count:,} settings"
        raise InputError(Problem("draws", message, f"{draws:,}", f"at most {max(MOST_ROWS // settings_count, 1):,}"))


def study_identity(kind: str, scenario: Scenario, settings: Settings, question: Mapping[str, Any]) -> str:
    """Twelve hexadecimal digits of all that determines a study's numbers: engine and chunks are not among it."""
    identity = {
        "kind": kind,
        "scenario": scenario.hash,
        "draws": settings.draws,
        "seed": settings.seed,
        "ensemble": settings.ensemble,
        "version": econsim.__version__,
        **question,
    }
    text = json.dumps(identity, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


class Rows(NamedTuple):
    """What was asked for, one entry a row.

    level      : (row,) the metric in the scenario; NaN where it is undefined, or could not be solved
    effect     : (row,) less that of the status quo, nil where they differ by rounding; empty where effects were not
                 asked for
    failed     : (row,) bool: a world that the numbers rest on could not be solved
    status_quo : (row,) the metric there; empty where effects were not asked for
    """

    level: np.ndarray
    effect: np.ndarray
    failed: np.ndarray
    status_quo: np.ndarray = np.empty(0)


class _World:
    """A scenario with some levers of the study in force, and what is known of it so far, by row.

    A row is a draw and the values of what is set in it; rows are known by these numbers' bytes.
    """

    def __init__(self, scenario: Scenario, levers: tuple[str, ...]):
        self.scenario, self.levers = scenario, levers
        self.places: dict[bytes, int] = {}
        self.level: list[float] = []
        self.failed: list[bool] = []
        self.rd: list[np.ndarray] = []  # (period,) of each row, where the metric of another world rests on it

    @property
    def key(self) -> tuple[str, tuple[str, ...]]:
        return self.scenario.world_hash, self.levers


class CommonDraws:
    """A scenario and its status quo on the same draws, at whatever settings are asked for.

    scenario, status_quo : a parameter that is set holds in both, a lever in the scenario alone, in every quarter
    metric   : the summary metric that is kept
    effects  : whether the status quo is needed
    names    : parameters and levers that rows may set
    most     : largest n_labs and n_distillers that rows may set
    progress : called with the futures computed and those expected; `expect` says how many
    """

    def __init__(
        self,
        scenario: Scenario,
        status_quo: Scenario,
        settings: Settings,
        metric: str,
        effects: bool,
        names: Sequence[str],
        most: Mapping[str, float] | None = None,
        progress: Progress | None = None,
    ):
        self.settings, self.metric, self.effects = settings, metric, effects
        self.levers = tuple(name for name in names if name in book().levers)
        self.parameters = tuple(name for name in names if name not in self.levers)
        self.most = {name: value for name, value in (most or {}).items() if name in COUNTS}
        self.progress, self.done, self.expected = progress, 0, 0
        self._worlds: dict[tuple[str, tuple[str, ...]], _World] = {}
        self._drawn: dict[str, dict[str, Any]] = {}
        self._here = self._world(scenario, self.levers)
        self._there = self._world(status_quo, ())
        self._twins: dict[tuple[str, tuple[str, ...]], _World] = {}

    # ------------------------------------------------------------------------------------------------ asking

    def at(self, values: Mapping[str, np.ndarray], numbers: np.ndarray, *, expected: bool = False) -> Rows:
        """The metric at settings.

        values   : name -> (row,), NaN where a row leaves the name as it is
        numbers  : (row,) draw numbers
        expected : whether `expect` has announced this work
        """
        worlds = [self._here, self._there] if self.effects else [self._here]
        if not expected:
            self.expect(sum(len(self._missing(world, self._keys(world, values, numbers))) for world in worlds))
        solved = [self._solve(world, values, numbers) for world in worlds]
        failed = np.logical_or.reduce([one for _, one in solved])
        level = np.where(failed, np.nan, solved[0][0])
        if not self.effects:
            return Rows(level, np.empty(0), failed)
        there = np.where(failed, np.nan, solved[1][0])
        with np.errstate(invalid="ignore"):
            effect = level - there
            rounding = np.abs(effect) <= ROUNDING * np.maximum(np.abs(level), np.abs(there))
        return Rows(level, np.where(rounding, 0.0, effect), failed, there)

    def at_every_draw(self, values: Mapping[str, np.ndarray], *, expected: bool = False) -> Rows:
        """As `at`, each setting in every draw; the arrays are (setting, draw).

        values : name -> (setting,)
        """
        draws = self.settings.draws
        count = len(next(iter(values.values())))
        rows = self.at(
            {name: np.repeat(np.asarray(value, dtype=float), draws) for name, value in values.items()},
            np.tile(np.arange(draws), count),
            expected=expected,
        )
        return Rows(*(one.reshape(count, draws) if one.size else one for one in rows))

    def expect(self, futures: int) -> None:
        """Announce work."""
        self.expected += futures
        self._tell()

    def plan(self, futures: float) -> None:
        """Say how much is left, as far as anybody can tell."""
        self.expected = self.done + math.ceil(futures)
        self._tell()

    @property
    def worlds_at_a_setting(self) -> int:
        """How many worlds a new setting takes, equal ones and twins apart."""
        return 2 if self.effects and self.parameters and self._here is not self._there else 1

    def did(self, futures: int) -> None:
        """Count work that was expected and done elsewhere."""
        self.done += futures
        self._tell()

    def finish(self) -> None:
        """Say that all is done, where less was to be done than expected."""
        self.expected = self.done
        self._tell()

    def _tell(self) -> None:
        if self.progress and self.expected:
            self.progress(min(self.done, self.expected), self.expected)

    # ------------------------------------------------------------------------------------------------ computing

    def _world(self, scenario: Scenario, levers: tuple[str, ...]) -> _World:
        """Equal worlds are one."""
        world = _World(scenario, levers)
        return self._worlds.setdefault(world.key, world)

    def _twin(self, world: _World) -> _World:
        if world.key not in self._twins:
            acting = tuple(name for name in world.levers if book().levers[name].changes_world_without_copying)
            self._twins[world.key] = self._world(twin_of(world.scenario), acting)
        return self._twins[world.key]

    def _solve(
        self, world: _World, values: Mapping[str, np.ndarray], numbers: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Level and failure of every row, computed where it is not known yet."""
        keys = self._keys(world, values, numbers)
        wanted = list(self._missing(world, keys).items())
        for start in range(0, len(wanted), self.settings.chunk):
            part = wanted[start : start + self.settings.chunk]
            self._compute(world, [key for key, _ in part], values, numbers, np.array([place for _, place in part]))
        places = [world.places[key] for key in keys]
        return np.array(world.level)[places], np.array(world.failed)[places]

    @staticmethod
    def _missing(world: _World, keys: Sequence[bytes]) -> dict[bytes, int]:
        """Rows that are not known yet, each once, and where they stand."""
        missing: dict[bytes, int] = {}
        for place, key in enumerate(keys):
            if key not in world.places and key not in missing:
                missing[key] = place
        return missing

    def _keys(self, world: _World, values: Mapping[str, np.ndarray], numbers: np.ndarray) -> list[bytes]:
        """What distinguishes the rows of a world: the draw, and all that is set in it."""
        set_here = [name for name in (*self.parameters, *world.levers) if name in values]
        table = np.column_stack([numbers.astype(float), *(np.asarray(values[name]) for name in set_here)])
        table = np.ascontiguousarray(np.where(table == 0.0, 0.0, table))  # a minus before nought is no difference
        return [row.tobytes() for row in table]

    def _compute(
        self,
        world: _World,
        keys: Sequence[bytes],
        values: Mapping[str, np.ndarray],
        numbers: np.ndarray,
        rows: np.ndarray,
    ) -> None:
        """Rows of one chunk, none of them known yet."""
        asked = len(rows)
        padded = np.repeat(rows, 2) if asked == 1 else rows  # one alone would be summed in another order
        here = {name: np.asarray(value, dtype=float)[padded] for name, value in values.items()}
        draws = numbers[padded]
        twin_rd: np.ndarray | None = None
        twin_failed: Any = False
        twin = self._twin(world) if self.metric in RESTS_ON_TWIN else None
        if twin is not None and twin is not world:
            _, twin_failed = self._solve(twin, here, draws)
            twin_rd = np.stack([twin.rd[twin.places[key]] for key in self._keys(twin, here, draws)], axis=-1)
        levels = {name: here[name] for name in world.levers if name in here}
        given = [name for name in self.parameters if name in here]
        parameters = {name: self._filled(world.scenario, name, here[name], draws) for name in given}
        chunk = Chunk(self.settings, [world.scenario], draws, Overrides(parameters, levels, self.most))
        run = chunk.compute(chunk.world(world.scenario, tuple(levels)))
        rd = run["rd_investment"]
        found = chunk.metrics(world.scenario, run, rd if twin_rd is None else twin_rd)[self.metric]
        failed = failed_draws(run) | twin_failed
        for place, key in enumerate(keys):
            world.places[key] = len(world.level)
            world.level.append(float(found[place]))
            world.failed.append(bool(failed[place]))
            if twin is world:
                world.rd.append(rd[:, place].copy())
        if world is self._here or (self.effects and world is self._there):
            self.did(asked)

    def _filled(self, scenario: Scenario, name: str, given: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """Values of a parameter: those given, and where none is, what the scenario says or draws."""
        key = scenario.world_hash
        if key not in self._drawn:
            settings = self.settings
            points = design_points(scenario, settings.ensemble, settings.seed, 0, settings.draws)
            self._drawn[key] = parameter_values(scenario, points)
        drawn = np.asarray(self._drawn[key][name])
        return np.where(np.isnan(given), drawn if drawn.ndim == 0 else drawn[numbers], given)
