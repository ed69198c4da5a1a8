"""What a sweep will take on this machine, measured now: time and disk. Nothing is left behind."""

from __future__ import annotations

import dataclasses
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from econsim.studies.sweep_chunk import ChunkTask, Table, compute_chunk
from econsim.studies.sweep_files import bytes_left, chunk_bytes, chunk_is_good, write_chunk
from econsim.studies.sweep_folder import chunk_path, chunks_begun
from econsim.studies.sweep_plan import SweepPlan
from econsim.studies.sweep_work import size_of
from econsim.studies.worker_thread import WorkerThread
from econsim.studies.workers import Workers

AGENT_ROWS = 4  # agents run draw after draw: a few tell
MOST_SAMPLED = 2048  # rows times scenarios that are measured at a time
FEWEST_SAMPLED = 64  # rows: fewer take longer each


@dataclass(frozen=True)
class Estimate:
    """What a sweep will take.

    points, draws   : of the design, and of each point
    scenarios       : how many
    rows, left      : points x draws x scenarios, and how many of them are still to be computed
    engine, workers : that will compute them
    seconds         : for what is left, with start and end
    rows_per_second : once it is running
    bytes           : of all files together
    bytes_free      : where the folder will be
    """

    points: int
    draws: int
    scenarios: int
    rows: int
    left: int
    engine: str
    workers: int
    seconds: float
    rows_per_second: float
    bytes: int
    bytes_free: int

    def as_mapping(self) -> dict[str, Any]:
        """As JSON has it, with the time in minutes too."""
        rounded = {"seconds": round(self.seconds, 1), "rows_per_second": round(self.rows_per_second, 2)}
        return {**dataclasses.asdict(self), **rounded, "minutes": round(self.seconds / 60.0, 3)}


def estimate_sweep(
    plan: SweepPlan, out: str | Path | None = None, workers: int | None = None, executor: Executor | None = None
) -> Estimate:
    """Measure some chunks of a sweep with the workers that are asked for.

    out     : the folder, if chunk files in it count as done
    workers : processes, which are really started; None: this process
    """
    chunks = plan.chunks if out is None else _chunks_left(plan, Path(out))
    if executor is not None:
        size = size_of(executor)
        measured = _measure(plan, size, executor)
    else:
        size = workers or 1
        measured = _measure_here(plan) if workers is None else _measure_by_processes(plan, workers)
    files = _measure_files(plan, measured.tables)
    wave = measured.wave + (
        files.write if workers is None and executor is None else 0.0
    )  # with workers, files are written meanwhile
    waves = -(-chunks // size)
    scenarios, points = len(plan.pairs), plan.spec.design.size
    index = files.bytes_a_file + points * scenarios * (files.bytes_a_row + 8 * (len(plan.spec.design.names) + 2))
    return Estimate(
        points=points,
        draws=plan.spec.draws,
        scenarios=scenarios,
        rows=plan.rows * scenarios,
        left=min(chunks * plan.chunk_rows, plan.rows) * scenarios,
        engine=plan.engine,
        workers=size,
        seconds=(measured.start + waves * wave if chunks else 0.0) + plan.chunks * files.read,
        rows_per_second=size * plan.chunk_rows * scenarios / wave,
        bytes=round(plan.rows * scenarios * files.bytes_a_row + plan.chunks * scenarios * files.bytes_a_file + index),
        bytes_free=bytes_left(Path() if out is None else Path(out)),
    )


def _chunks_left(plan: SweepPlan, folder: Path) -> int:
    labels = [pair.label for pair in plan.pairs]
    done = sum(
        all((folder / chunk_path(plan, label, index)).exists() for label in labels)
        for index in range(chunks_begun(folder, plan))
    )
    return plan.chunks - done


class _Measured(NamedTuple):
    """Seconds until all work at their pace, seconds in which each does a chunk, and what one of them found."""

    start: float
    wave: float
    tables: dict[str, Table]


def _measure_by_processes(plan: SweepPlan, size: int) -> _Measured:
    if plan.engine == "compiled":
        _compile(plan, size)
    with Workers(size) as pool:
        if plan.engine != "compiled":
            return _measure(plan, size, pool)
        start, _ = _run(_tasks(plan, size, 2), pool)
        return _measure(plan, size, pool)._replace(start=start)


def _measure_here(plan: SweepPlan) -> _Measured:
    if plan.engine != "compiled":
        with WorkerThread() as thread:
            return _measure(plan, 1, thread)
    _compile(plan, 1)
    with Workers(1) as pool:
        start, _ = _run(_tasks(plan, 1, 2), pool)
    with WorkerThread() as thread:
        return _measure(plan, 1, thread)._replace(start=start)


def _compile(plan: SweepPlan, size: int) -> None:
    """Programs that are compiled now are read from disk by the sweep itself: what counts is how that begins."""
    with Workers(size) as pool:
        _run(_tasks(plan, size, 2), pool)


def _measure(plan: SweepPlan, size: int, pool: Any) -> _Measured:
    """A chunk by each worker, all at the same time, once everything is loaded, compiled and remembered."""
    tasks = _tasks(plan, size, _sample_rows(plan))
    # The first chunk compiles, or computes what no point changes; else a small one is enough to load everything.
    alike = plan.engine == "compiled" or plan.spec.shocks == "shared"
    first, _ = _run(tasks if alike else _tasks(plan, size, 2), pool)
    seconds, found = _run(tasks, pool)
    scaled = seconds * plan.chunk_rows / (tasks[0].stop - tasks[0].start)
    return _Measured(max(first - seconds, 0.0) if alike else first, scaled, found)


def _tasks(plan: SweepPlan, size: int, rows: int) -> list[ChunkTask]:
    """So many tasks of at most so many rows."""
    labels = [pair.label for pair in plan.pairs]
    return [_cut(task, rows) for task in plan.tasks(iter((index % plan.chunks, labels) for index in range(size)))]


def _sample_rows(plan: SweepPlan) -> int:
    if plan.engine == "agents":
        return AGENT_ROWS
    if plan.engine == "compiled":
        return plan.chunk_rows
    return max(MOST_SAMPLED // len(plan.pairs), FEWEST_SAMPLED)


def _cut(task: ChunkTask, rows: int) -> ChunkTask:
    """The first rows of a task."""
    stop = min(task.stop, task.start + rows)
    points = task.points[: (stop - 1) // task.draws - task.start // task.draws + 1]
    return dataclasses.replace(task, stop=stop, points=points)


def _run(tasks: Sequence[ChunkTask], pool: Any) -> tuple[float, dict[str, Table]]:
    begin = time.perf_counter()
    found = [future.result() for future in [pool.submit(compute_chunk, task) for task in tasks]]
    return time.perf_counter() - begin, found[0]


class _Files(NamedTuple):
    """Seconds to write the files of a chunk, and to read and hash them at the end; bytes of a row and of a file."""

    write: float
    read: float
    bytes_a_row: float
    bytes_a_file: float


def _measure_files(plan: SweepPlan, tables: dict[str, Table]) -> _Files:
    table = next(iter(tables.values()))
    rows = len(table["failed"])
    half = {name: values[: max(rows // 2, 1)] for name, values in table.items()}
    large, small = len(chunk_bytes(table, "", "")), len(chunk_bytes(half, "", ""))
    bytes_a_row = (large - small) / (rows - len(half["failed"])) if rows > 1 else 8.0 * len(table)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chunk"
        begin = time.perf_counter()
        write_chunk(path, table, "", "")
        written = time.perf_counter()
        chunk_is_good(path, "", "", plan.columns, rows)
        read = time.perf_counter()
    scale = plan.chunk_rows / rows * len(tables)
    return _Files(
        (written - begin) * scale, 2.0 * (read - written) * scale, bytes_a_row, max(large - rows * bytes_a_row, 0.0)
    )
