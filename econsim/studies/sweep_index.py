"""`index.parquet`: one row a point, read off the chunk files in order, in memory that does not grow with the sweep."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from econsim.studies.sweep_chunk import columns_of, design_columns
from econsim.studies.sweep_files import parquet_writer, read_chunk, whole_file
from econsim.studies.sweep_folder import INDEX, chunk_path
from econsim.studies.sweep_plan import SweepPlan

GROUP = 16_384  # points that are written together


def write_index(folder: Path, plan: SweepPlan, each: Callable[[], None]) -> dict[str, int]:
    """Write the index of a sweep whose chunk files are complete.

    each    : called before every chunk
    returns : label -> failed draws
    """
    import pyarrow as pa

    failed = {}
    numbers = [name for name in columns_of(plan.spec.metrics) if name not in ("point", "draw", "failed")]
    named = design_columns(plan.spec.design.names).values()
    schema = pa.schema(
        [("scenario", pa.string()), ("point", pa.int64())]
        + [(name, pa.float64()) for name in named]
        + [("draws", pa.int64()), ("failed", pa.int64())]
        + [(name, pa.float64()) for name in numbers]
    )
    with whole_file(folder / INDEX) as stream, parquet_writer(stream, schema, statistics=True) as writer:
        for pair in plan.pairs:
            means = PointMeans(plan.spec.draws)
            failed[pair.label] = 0
            for group in _groups(_points(folder, plan, pair.label, numbers, means, each)):
                first = int(group["point"][0])
                values = plan.spec.design.points(first, first + len(group["point"]))
                columns = {
                    "scenario": pa.array([pair.label] * len(values)),
                    "point": group["point"],
                    **dict(zip(named, values.T, strict=True)),
                    "draws": np.full(len(values), plan.spec.draws),
                    "failed": group["failed"],
                    **dict(zip(numbers, group["means"].T, strict=True)),
                }
                writer.write_table(pa.table({name: pa.array(one) for name, one in columns.items()}, schema=schema))
                failed[pair.label] += int(group["failed"].sum())
    return failed


def failed_draws(index: Path) -> dict[str, int]:
    """Label -> failed draws, from the index file."""
    import pyarrow.parquet as pq

    table = pq.read_table(index, columns=["scenario", "failed"]).group_by("scenario").aggregate([("failed", "sum")])
    found: dict[str, int] = dict(
        zip(*(table.column(name).to_pylist() for name in ("scenario", "failed_sum")), strict=True)
    )
    return found


Points = dict[str, np.ndarray]  # point (point,), failed (point,), means (point, column)


class PointMeans:
    """Means over the draws of each point, fed row by row; they do not depend on how the rows are cut into pieces.

    Sums are taken in the order of the draws, over what is defined in draws that were solved.
    """

    def __init__(self, draws: int):
        self.draws = draws
        self.point = 0  # the one whose draws are not complete yet
        self.rows = 0  # of it so far
        self.failed = 0
        self.sums = self.counts = np.zeros(0)

    def feed(self, values: np.ndarray, failed: np.ndarray) -> Points | None:
        """Take in rows (row, column), NaN where undefined or failed; the points that are complete now, if any."""
        found = []
        while len(values):
            whole = len(values) // self.draws if self.rows == 0 else 0
            taken = whole * self.draws or min(self.draws - self.rows, len(values))
            part, bad = values[:taken], failed[:taken]
            found.append(self._whole(part, bad, whole) if whole else self._partial(part, bad))
            values, failed = values[taken:], failed[taken:]
        done = [one for one in found if one is not None]
        return {key: np.concatenate([one[key] for one in done]) for key in done[0]} if done else None

    def _whole(self, values: np.ndarray, failed: np.ndarray, count: int) -> Points:
        grouped = values.reshape(count, self.draws, -1)
        start = np.zeros((count, grouped.shape[2]))
        sums, counts = _added(start, start, grouped)
        point = np.arange(self.point, self.point + count)
        self.point += count
        return {"point": point, "failed": failed.reshape(count, -1).sum(axis=1), "means": _mean(sums, counts)}

    def _partial(self, values: np.ndarray, failed: np.ndarray) -> Points | None:
        if self.rows == 0:
            self.sums = self.counts = np.zeros(values.shape[1])
            self.failed = 0
        sums, counts = _added(self.sums[None], self.counts[None], values[None])
        self.sums, self.counts = sums[0], counts[0]
        self.rows += len(values)
        self.failed += int(failed.sum())
        if self.rows < self.draws:
            return None
        found = {
            "point": np.array([self.point]),
            "failed": np.array([self.failed]),
            "means": _mean(self.sums, self.counts)[None],
        }
        self.point, self.rows = self.point + 1, 0
        return found


def _added(sums: np.ndarray, counts: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sums and counts (point, column) with values (point, draw, column) added one draw after the other."""
    known = np.isfinite(values)
    # A running sum: a plain one may be taken in pairs, which another cut into pieces would change.
    running = np.cumsum(np.concatenate([sums[:, None], np.where(known, values, 0.0)], axis=1), axis=1)
    return running[:, -1], counts + known.sum(axis=1)


def _mean(sums: np.ndarray, counts: np.ndarray) -> np.ndarray:
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _points(
    folder: Path, plan: SweepPlan, label: str, numbers: list[str], means: PointMeans, each: Callable[[], None]
) -> Iterator[Points]:
    for index in range(plan.chunks):
        each()
        table = read_chunk(folder / chunk_path(plan, label, index), ["failed", *numbers])
        found = means.feed(np.column_stack([table[name] for name in numbers]), table["failed"])
        if found is not None:
            yield found


def _groups(pieces: Iterator[Points]) -> Iterator[dict[str, Any]]:
    """Points in groups of `GROUP`, the last one smaller."""
    held: list[Points] = []
    count = 0
    for piece in pieces:
        held.append(piece)
        count += len(piece["point"])
        if count >= GROUP:
            joined = _joined(held)
            while count >= GROUP:
                yield {key: value[:GROUP] for key, value in joined.items()}
                joined = {key: value[GROUP:] for key, value in joined.items()}
                count -= GROUP
            held = [joined]
    if count:
        yield _joined(held)


def _joined(pieces: list[Points]) -> Points:
    return {key: np.concatenate([one[key] for one in pieces]) for key in pieces[0]}
