"""The work of one chunk of a sweep: a task that travels to a worker, and the table that comes back."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np

import econsim
from econsim.chunks import Chunk, Overrides, failed_draws, twin_of
from econsim.engines import choose
from econsim.errors import InputError, Problem
from econsim.metrics import summary_catalogue
from econsim.parameter_book import book
from econsim.runs import Settings
from econsim.scenario import Scenario
from econsim.timeline import quarter_name

EFFECT = "effect_"  # before a metric's name: its change against the status quo
ROW_COLUMNS = ("point", "draw", "failed")  # before the metrics in a chunk's table
REMEMBERED_BYTES = 64_000_000  # of worlds that are the same in every chunk, kept by a process
MOST_TWINS = 512

Table = dict[str, np.ndarray]


@dataclass(frozen=True)
class Pair:
    """A scenario of a sweep and what its effects are measured against.

    label : its name in the sweep's files, unlike any other
    """

    label: str
    scenario: Scenario
    status_quo: Scenario


@dataclass(frozen=True)
class ChunkTask:
    """Rows `start` to `stop` of some scenarios. It holds all that the work needs, and can be pickled.

    names  : parameters and levers of the design
    points : (point, name) their values, from the point of the first row to that of the last
    draws  : rows of a point
    shared : whether every point uses draws 0 to `draws`, rather than each row a draw of its own
    most   : largest n_labs and n_distillers of the whole design, where it sets them
    version : of econsim, which the worker has to share
    series : those that are kept quarter by quarter
    """

    index: int
    start: int
    stop: int
    pairs: tuple[Pair, ...]
    names: tuple[str, ...]
    points: np.ndarray
    draws: int
    shared: bool
    seed: int
    ensemble: str
    engine: str
    metrics: tuple[str, ...]
    most: Mapping[str, float]
    version: str
    series: tuple[str, ...] = ()


def compute_chunk(task: ChunkTask) -> dict[str, Table]:
    """Compute the rows of a task.

    returns : label -> table of columns (row,): point, draw (its number in the ensemble and in every shock stream),
              failed, the metrics, their effects, and series by quarter; all but the first three NaN in failed rows
    raises  : InputError in a worker that has another version of econsim, or lacks the engine
    """
    if task.version != econsim.__version__:
        message = f"a worker has econsim {econsim.__version__}, and this sweep is computed by {task.version}"
        raise InputError(Problem("workers", message))
    choose(task.engine)  # whose packages may be missing where this runs
    asked = task.stop - task.start
    rows = np.arange(task.start, task.stop)
    if asked == 1:  # one row alone would be summed in another order
        rows = np.repeat(rows, 2)
    points = rows // task.draws
    numbers = rows % task.draws if task.shared else rows
    worlds = _Worlds(task, numbers, task.points[points - task.start // task.draws])
    tables = {}
    for pair, (here, there) in zip(task.pairs, worlds.pairs(), strict=True):
        failed = here.failed | there.failed
        table: Table = {"point": points, "draw": numbers, "failed": failed}
        with np.errstate(invalid="ignore"):
            effects = {f"{EFFECT}{name}": here.metrics[name] - there.metrics[name] for name in task.metrics}
        levels = {name: here.metrics[name] for name in task.metrics}
        columns = columns_by_quarter(task.series, pair.scenario)
        for name, values in (levels | effects | {name: here.metrics[name] for name in columns}).items():
            table[name] = np.where(failed, np.nan, values)
        tables[pair.label] = {name: column[:asked] for name, column in table.items()}
    return tables


class _Place(NamedTuple):
    """A world on a set of rows: where it is computed and what is in force in it."""

    scenario: Scenario
    levers: tuple[str, ...]
    everywhere: bool  # whether it is the same at every point, so that it is computed once a draw

    @property
    def key(self) -> tuple[Any, ...]:
        return self.scenario.world_hash, self.levers, self.everywhere


class _Solved(NamedTuple):
    """What is kept of a world: (period, row), (row,), and metric -> (row,) where they are wanted."""

    rd: np.ndarray
    failed: np.ndarray
    metrics: Mapping[str, np.ndarray]

    @property
    def size(self) -> int:
        """Bytes."""
        return self.rd.nbytes + sum(values.nbytes for values in self.metrics.values())


class _Worlds:
    """The worlds of a chunk. Each is computed once; of one that is the same at every point, once a draw."""

    def __init__(self, task: ChunkTask, numbers: np.ndarray, values: np.ndarray):
        self.task, self.numbers = task, numbers
        set_here = dict(zip(task.names, values.T, strict=True))
        self.levers = tuple(name for name in task.names if name in book().levers)
        parameters = {name: value for name, value in set_here.items() if name not in self.levers}
        scenarios = [one for pair in task.pairs for one in (pair.scenario, pair.status_quo)]
        settings = Settings(seed=task.seed, ensemble=task.ensemble, engine=task.engine)
        levels = {name: set_here[name] for name in self.levers}
        self.chunk = Chunk(settings, scenarios, numbers, Overrides(parameters, levels, task.most))
        self.repeats = task.shared and not parameters and task.draws <= len(numbers)
        self.make_by_draw = partial(
            Chunk, settings, scenarios, np.arange(max(task.draws, 2)), Overrides(most=task.most)
        )

    @cached_property
    def by_draw(self) -> Chunk:
        """Every draw once, for worlds that are the same at every point."""
        return self.make_by_draw()

    def pairs(self) -> list[tuple[_Solved, _Solved]]:
        """Every scenario with its status quo, by row."""
        chosen = [
            (self._place(pair.scenario, self.levers), self._place(pair.status_quo, ())) for pair in self.task.pairs
        ]
        wanted = {place.key for both in chosen for place in both}
        solved: dict[tuple[Any, ...], _Solved] = {}
        for both in chosen:
            for place in both:
                self._solve(place, wanted, solved)
        return [(self._by_row(here, solved), self._by_row(there, solved)) for here, there in chosen]

    def _place(self, scenario: Scenario, levers: tuple[str, ...]) -> _Place:
        return _Place(scenario, levers, self.repeats and not levers)

    def _twin(self, place: _Place) -> _Place:
        acting = tuple(name for name in place.levers if book().levers[name].changes_world_without_copying)
        return self._place(_twin(place.scenario), acting)

    def _solve(self, place: _Place, wanted: set[tuple[Any, ...]], solved: dict[tuple[Any, ...], _Solved]) -> None:
        if place.key in solved:
            return
        twin = self._twin(place)
        if twin.key != place.key and place.key in wanted:
            self._solve(twin, wanted, solved)
        memory = self._memory_key(place) if place.everywhere else None
        known = _remembered.get(memory)
        if known is not None and (known.metrics or place.key not in wanted):
            solved[place.key] = known
            return
        chunk = self.by_draw if place.everywhere else self.chunk
        run = chunk.compute(chunk.world(place.scenario, place.levers))
        rd, failed = run["rd_investment"], failed_draws(run)
        metrics: Mapping[str, np.ndarray] = {}
        if place.key in wanted:
            same = twin.key == place.key
            twin_rd = rd if same else self._on_rows_of(place, twin, solved[twin.key].rd)
            metrics = chunk.metrics(place.scenario, run, twin_rd)
            metrics = {name: metrics[name] for name in self.task.metrics}
            for name in self.task.series:
                metrics |= dict(zip(columns_by_quarter([name], place.scenario), run[name], strict=True))
            if not same:
                failed = failed | self._on_rows_of(place, twin, solved[twin.key].failed)
        solved[place.key] = _Solved(rd, failed, metrics)
        if memory is not None:
            _remember(memory, solved[place.key])

    def _on_rows_of(self, place: _Place, other: _Place, values: np.ndarray) -> np.ndarray:
        """Values of another world, computed by draw perhaps, on the rows of this one."""
        if not other.everywhere or place.everywhere:
            return values
        return values.take(self.numbers, axis=-1)  # indexing lays quarters side by side, and NumPy sums those otherwise

    def _by_row(self, place: _Place, solved: Mapping[tuple[Any, ...], _Solved]) -> _Solved:
        found = solved[place.key]
        if not place.everywhere:
            return found
        metrics = {name: values[self.numbers] for name, values in found.metrics.items()}
        return _Solved(found.rd, found.failed[self.numbers], metrics)

    def _memory_key(self, place: _Place) -> tuple[Any, ...]:
        task = self.task
        most = tuple(sorted(task.most.items()))
        return (*place.key, task.seed, task.ensemble, task.engine, task.draws, task.metrics, task.series, most)


def _twin(scenario: Scenario) -> Scenario:
    """`twin_of`, which takes a while, once for each world."""
    twin = _twins.get(scenario.world_hash)
    if twin is None:
        if len(_twins) >= MOST_TWINS:
            _twins.clear()
        twin = _twins[scenario.world_hash] = twin_of(scenario)
    return twin


_twins: dict[str, Scenario] = {}
_remembered: OrderedDict[Any, _Solved] = OrderedDict()
_remembering = threading.Lock()


def _remember(key: Any, solved: _Solved) -> None:
    """Keep a world for the next chunks, as far as there is room."""
    with _remembering:
        _remembered[key] = solved
        while sum(one.size for one in _remembered.values()) > REMEMBERED_BYTES:
            _remembered.popitem(last=False)


def columns_of(metrics: Sequence[str], series: Sequence[str] = ()) -> tuple[str, ...]:
    """Columns of a chunk's table, in order; `series` from `series_columns`."""
    return (*ROW_COLUMNS, *metrics, *(f"{EFFECT}{name}" for name in metrics), *series)


def series_columns(series: Sequence[str], quarters: int, first: str) -> tuple[str, ...]:
    """Columns of series that are kept quarter by quarter, such as `rd_investment@2031Q2`."""
    return tuple(f"{name}@{quarter_name(period, first)}" for name in series for period in range(quarters))


def columns_by_quarter(series: Sequence[str], scenario: Scenario) -> tuple[str, ...]:
    """`series_columns` on the calendar of a scenario."""
    return series_columns(series, scenario.structure.quarters, scenario.structure.start)


def design_columns(names: Sequence[str]) -> dict[str, str]:
    """Name of a parameter or lever -> its column in an index, which metrics share: three have a metric's name."""
    metrics = summary_catalogue((), split=True)
    return {name: f"{name}_parameter" if name in metrics else name for name in names}
