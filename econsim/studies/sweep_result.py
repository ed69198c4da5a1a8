"""A sweep on disk: its index, its rows column by column, and its scenarios and points as results."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from econsim.errors import InputError, Problem, unknown_name
from econsim.parameter_book import book
from econsim.results import described
from econsim.runs import Run, Settings
from econsim.scenario import Scenario
from econsim.store import read_json
from econsim.studies.sweep_chunk import EFFECT, ROW_COLUMNS, columns_by_quarter, columns_of, design_columns
from econsim.studies.sweep_columns import ColumnReader, damaged, read_columns, read_table
from econsim.studies.sweep_files import chunk_name, damage
from econsim.studies.sweep_folder import CHUNKS, INDEX, MANIFEST, SCENARIOS, read_plan
from econsim.studies.sweep_plan import address_base, chunk_address
from econsim.studies.swept_draws import SweepResult
from econsim.whole_folder import refusal

if TYPE_CHECKING:
    import pyarrow.dataset

SWEEP_HEADLINES = (
    "rd_relative",
    "rd_investment",
    "copy_quantity_share",
    "hidden_loss_share",
    "lab_profit_pv",
    "consumer_surplus_pv",
)
"""The metrics that a sweep is summed up by where it kept many."""

MOST_TOLD = 12  # metrics that a summary tells of unasked


def open_sweep(folder: str | Path, partial: bool = False) -> Sweep:
    """A sweep from its folder.

    partial : also one that is not finished; it then has the rows of the chunks that are there, and no index
    raises  : InputError where there is no sweep, or no finished one
    """
    folder = Path(folder)
    plan = read_plan(folder)
    if plan is None:
        raise refusal(folder, "no such folder" if not folder.exists() else "holds no sweep")
    finished = (folder / MANIFEST).exists()
    if not finished and not partial:
        message = "holds a sweep that is not finished: complete it with --resume, or open it with partial=True"
        raise refusal(folder, message)
    return Sweep(folder, plan, read_json(folder / MANIFEST) if finished else None)


class Sweep:
    """A sweep in a folder. Nothing is read before it is asked for, and metrics one column at a time.

    folder   : where it is
    plan     : the content of plan.json
    manifest : the content of manifest.json; None for a sweep that is not finished
    """

    def __init__(self, folder: Path, plan: dict[str, Any], manifest: dict[str, Any] | None):
        self.folder, self.plan, self.manifest = folder, plan, manifest

    def __repr__(self) -> str:
        what = f"{self.points} points x {self.draws} draws of {', '.join(self.scenarios)}"
        return f"<Sweep {self.sweep_id}: {what}{'' if self.manifest else ', not finished'}>"

    @property
    def sweep_id(self) -> str:
        """Twelve hexadecimal digits: the same spec and version give the same, on any engine."""
        return str(self.plan["sweep_id"])

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Labels of the scenarios, as in the index and as the methods below take them."""
        return tuple(self.plan["scenarios"])

    @property
    def names(self) -> tuple[str, ...]:
        """Parameters and levers of the design."""
        return tuple(self.plan["design"])

    @property
    def columns(self) -> dict[str, str]:
        """Parameter or lever -> its column in the index: its name, or `<name>_parameter` where a metric has that."""
        return design_columns(self.names)

    @property
    def metrics(self) -> tuple[str, ...]:
        """Summary metrics that were kept."""
        return tuple(self.plan["metrics"])

    @functools.cached_property
    def over_time(self) -> tuple[str, ...]:
        """Columns of the series that were kept over time, such as `rd_investment@2031Q2`."""
        kept = self.plan.get("series", ())
        return columns_by_quarter(kept, self.scenario(self.scenarios[0])) if kept else ()

    @property
    def points(self) -> int:
        return int(self.plan["points"])

    @property
    def draws(self) -> int:
        """Draws of each point."""
        return int(self.plan["draws"])

    @property
    def rows(self) -> int:
        """Rows of one scenario: points times draws."""
        return int(self.plan["rows"])

    @functools.cached_property
    def failed_draws(self) -> dict[str, int]:
        """Label -> how many draws could not be solved."""
        if self.manifest is not None:
            return {str(label): int(count) for label, count in self.manifest["failed_draws"].items()}
        return {label: int(self.values("failed", label).sum()) for label in self.scenarios}

    @property
    def headlines(self) -> tuple[str, ...]:
        """Metrics that sum it up: all that were kept if they are few, else the usual ones among them, if any."""
        if len(self.metrics) <= MOST_TOLD:
            return self.metrics
        return tuple(name for name in SWEEP_HEADLINES if name in self.metrics) or self.metrics[:MOST_TOLD]

    def summary(self, metrics: Sequence[str] | None = None) -> dict[str, dict[str, Any]]:
        """Statistics of some metrics that were kept, over all solved rows of each scenario.

        metrics : default `headlines`
        returns : label -> name, status_quo, rows, failed, and under `metrics` and `effects` metric -> as in
                  `Result.summary()`
        raises  : InputError for a metric that was not kept
        """
        asked = self.headlines if metrics is None else metrics
        for name in asked:
            if name not in self.metrics:
                raise InputError(unknown_name("metrics", str(name), self.metrics, kind="metric"))
        return {label: self._summary_of(label, asked) for label in self.scenarios}

    def _summary_of(self, label: str, metrics: Sequence[str]) -> dict[str, Any]:
        result = self._swept(label, [name for name in self.metrics if name in metrics])
        told: dict[str, dict[str, Any]] = {"metrics": {}, "effects": {}}
        for name, series in result.catalogue.items():
            told["metrics"][name] = described(result.values(name), series)
            told["effects"][name] = described(result.effect_on(name), series)
        return {
            "name": result.scenario.name,
            "status_quo": result.status_quo_name,
            "rows": result.draws,
            "failed": result.failed_draws,
            **told,
        }

    # ------------------------------------------------------------------------------------------------ tables

    @functools.cached_property
    def index(self) -> pd.DataFrame:
        """One row a scenario and point: scenario, point, the design's values, draws, failed, and each metric's mean.

        Means are over the point's solved draws; `effect_<metric>` is the mean of the paired effects.
        """
        return self.read_index()

    def read_index(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The index, or some of its columns, read from disk each time."""
        path = self.folder / INDEX
        if self.manifest is None:
            raise refusal(self.folder, "has no index: the sweep is not finished")
        for name in columns or ():
            if name not in (known := self._index_columns()):
                raise InputError(unknown_name("columns", str(name), known, kind="column"))
        try:
            wanted = None if columns is None else list(columns)
            return pd.read_parquet(path, columns=wanted, page_checksum_verification=True)
        except damage() as error:
            raise damaged(path, error) from None

    def _index_columns(self) -> list[str]:
        of_metrics = columns_of(self.metrics)[len(ROW_COLUMNS) :]
        return ["scenario", "point", *self.columns.values(), "draws", "failed", *of_metrics]

    def dataset(self, scenario: str | None = None) -> pyarrow.dataset.Dataset:
        """The rows of a scenario as a lazy dataset: point, draw, failed, metrics and `effect_<metric>`.

        Read it with `cache_metadata=False`, or pyarrow keeps half a megabyte about each of its files.
        """
        import pyarrow.dataset

        paths = [str(path) for path in self._chunks(self._label(scenario))]
        return pyarrow.dataset.dataset(paths, format="parquet")

    def values(self, metric: str, scenario: str | None = None, effect: bool = False) -> np.ndarray:
        """One column, (row,) in the order of points and draws; NaN where undefined, and in failed rows.

        metric : a summary metric, `point`, `draw` or `failed`, or a series that was kept at a quarter, such as
                 `rd_investment@2031Q2`
        effect : its change against the status quo instead; of a summary metric
        raises : InputError for a metric that was not kept, a file that is damaged, or a scenario that there is not
        """
        known = self.metrics if effect else (*self.metrics, *ROW_COLUMNS, *self.over_time)
        if metric not in known:
            raise InputError(unknown_name("metric", str(metric), known, kind="metric"))
        name = f"{EFFECT}{metric}" if effect else metric
        label = self._label(scenario)
        return read_columns(self._chunks(label), [name], self._rows_there(label))[name]

    def _chunks(self, label: str) -> Iterator[Path]:
        """The chunk files in order, of an unfinished sweep those that are there."""
        return (path for path, _ in self._chunks_and_rows(label))

    def _chunks_and_rows(self, label: str) -> Iterator[tuple[Path, int]]:
        plan, known = self.plan, self.plan["scenarios"][label]
        base = address_base(plan["identity"], known["hash"], known["status_quo_hash"], plan["version"])
        for index, start in enumerate(range(0, self.rows, plan["chunk_rows"])):
            stop = min(start + plan["chunk_rows"], self.rows)
            path = self.folder / CHUNKS / label / chunk_name(index, chunk_address(base, start, stop))
            if self.manifest is not None or path.exists():
                yield path, stop - start

    def _rows_there(self, label: str) -> int:
        return self.rows if self.manifest is not None else sum(rows for _, rows in self._chunks_and_rows(label))

    def _label(self, scenario: str | None) -> str:
        """The label of a scenario given by label or name; the only one may be left out."""
        known = self.plan["scenarios"]
        if scenario is None:
            if len(known) > 1:
                raise InputError(Problem("scenario", "say which", allowed=", ".join(known)))
            return next(iter(known))
        if scenario in known:
            return scenario
        for label, one in known.items():
            if one["name"] == scenario:
                return str(label)
        raise InputError(unknown_name("scenario", str(scenario), known, kind="scenario"))

    # ------------------------------------------------------------------------------------------------ results

    def scenario(self, scenario: str | None = None) -> Scenario:
        """A scenario as it was swept, without the design's values."""
        return self._stored(f"{self._label(scenario)}.yaml")

    def status_quo(self, scenario: str | None = None) -> Scenario:
        """What the scenario's effects are measured against, without the design's values."""
        return self._stored(f"{self._label(scenario)}.status-quo.yaml")

    def _stored(self, name: str) -> Scenario:
        path = self.folder / SCENARIOS / name
        try:
            return Scenario.from_yaml(path.read_text(encoding="utf-8"), str(path))
        except (OSError, UnicodeDecodeError) as error:
            raise refusal(path, f"cannot be read: {getattr(error, 'strerror', None) or error}") from None

    def result(self, scenario: str | None = None) -> SweepResult:
        """All rows of a scenario as one result, a row a draw; metrics are read from disk as they are asked for."""
        return self._swept(self._label(scenario), self.metrics)

    def _swept(self, label: str, metrics: Sequence[str]) -> SweepResult:
        failed = self.values("failed", label)
        reader = ColumnReader(lambda: self._chunks(label), metrics, len(failed))
        varied = [name for name in self.names if name in book().levers]
        return SweepResult(
            Run(self.scenario(label), reader.metrics_by_name(), {}, failed),
            self._settings(len(failed)),
            Run(self.status_quo(label), reader.status_quo_by_name(), {}, np.zeros(len(failed), dtype=bool)),
            reader.effects_by_name(),
            run_id=_digest([self.sweep_id, label, len(failed)]),
            varied=varied,
            futures=self.sweep_id,
        )

    def at(self, point: int, scenario: str | None = None) -> SweepResult:
        """The draws of one point as a result: its scenario has the point's parameters and levers.

        With shared shocks it has the run_id and the numbers that `simulate` gives for that scenario and as many draws.
        """
        label = self._label(scenario)
        if isinstance(point, bool) or not isinstance(point, int | np.integer) or not 0 <= point < self.points:
            raise InputError(Problem("point", "there is no such point", repr(point)[:40], f"0 to {self.points - 1}"))
        world, status_quo = self._worlds_at(label, self._values_at(label, int(point)))
        columns = self._rows_of(label, int(point))
        here = {name: columns[name] for name in self.metrics}
        effects = {name: columns[f"{EFFECT}{name}"] for name in self.metrics}
        there = {name: columns[name] - effects[name] for name in self.metrics}
        quo_failed = np.zeros(len(columns["failed"]), dtype=bool)
        run_id = None if self.plan["shocks"] == "shared" else _digest([self.sweep_id, label, "point", int(point)])
        return SweepResult(
            Run(world, here, {}, columns["failed"].astype(bool)),
            self._settings(len(quo_failed)),
            Run(status_quo, there, {}, quo_failed),
            effects,
            run_id=run_id,
            futures="" if run_id is None else f"{self.sweep_id}, point {int(point)}",
        )

    def _values_at(self, label: str, point: int) -> dict[str, float]:
        """The design's values at a point, from the one group of the index that holds it."""
        import pyarrow.parquet as pq

        if self.manifest is None:
            raise refusal(self.folder, "has no index: the sweep is not finished")
        place = self.scenarios.index(label) * self.points + point
        path = self.folder / INDEX
        try:
            with pq.ParquetFile(path, page_checksum_verification=True) as file:
                ends = np.cumsum([file.metadata.row_group(one).num_rows for one in range(file.num_row_groups)])
                group = int(np.searchsorted(ends, place, side="right"))
                table = file.read_row_group(group, columns=list(self.columns.values()))
                row = place - int(ends[group]) + table.num_rows
                return {name: table.column(column)[row].as_py() for name, column in self.columns.items()}
        except damage() as error:
            raise damaged(path, error) from None

    def _rows_of(self, label: str, point: int) -> dict[str, np.ndarray]:
        size = self.plan["chunk_rows"]
        start, stop = point * self.draws, (point + 1) * self.draws
        files = islice(self._chunks(label), start // size, (stop - 1) // size + 1)
        tables = [read_table(path) for path in files]
        first = start - start // size * size
        return {
            name: np.concatenate([table[name] for table in tables])[first : first + self.draws]
            for name in columns_of(self.metrics)
        }

    def _worlds_at(self, label: str, values: Mapping[str, float]) -> tuple[Scenario, Scenario]:
        """The scenario and its status quo at a point, the one naming the other where a reader could not guess it."""
        parameters: dict[str, Any] = {}
        for name, value in values.items():
            if name in book().parameters:
                parameters[name] = int(value) if book().parameters[name].integer else value
        levers = {name: value for name, value in values.items() if name in book().levers}
        status_quo = self.status_quo(label).with_(**parameters)
        world = self.scenario(label).with_(**parameters, **levers, status_quo=None)
        usual = world.status_quo_scenario() or world.without_copying()
        if usual.world_hash != status_quo.world_hash:
            world = world.with_(status_quo=status_quo)
        return world, status_quo

    def _settings(self, draws: int) -> Settings:
        plan = self.plan
        return Settings(draws, plan["seed"], plan["ensemble"], plan["engine"], keep="summaries")


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]
