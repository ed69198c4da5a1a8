"""Columns of many chunk files, put together when they are asked for, a few at a time, so that memory is bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from econsim.errors import InputError
from econsim.studies.sweep_chunk import EFFECT
from econsim.studies.sweep_files import damage, read_chunk
from econsim.whole_folder import refusal

AT_ONCE = 64_000_000  # bytes of columns that are read in one go: opening the files takes longer than reading a column


def read_table(path: Path, columns: Sequence[str] | None = None) -> dict[str, np.ndarray]:
    """A chunk file; InputError where it is damaged."""
    try:
        return read_chunk(path, columns)
    except damage() as error:
        raise damaged(path, error) from None


def damaged(path: Path, error: Exception) -> InputError:
    """The error of a table that cannot be read."""
    what = " ".join(str(error).split())[:120]
    return refusal(path, f"cannot be read ({what}); --resume mends a damaged file")


def read_columns(paths: Iterable[Path], names: Sequence[str], rows: int) -> dict[str, np.ndarray]:
    """Columns of chunk files one after the other, name -> (row,).

    rows : of all the files together, so that the columns are put in place as they come
    """
    found: dict[str, np.ndarray] = {}
    start = 0
    for path in paths:
        table = read_table(path, names)
        stop = start + len(table[names[0]])
        for name in names:
            whole = found.setdefault(name, np.empty(rows, table[name].dtype))
            whole[start:stop] = table[name]
        start = stop
    return found or {name: np.empty(0) for name in names}


class ColumnReader:
    """Metrics of a scenario and their effects. What is read with the one that was asked for is kept until the next.

    paths   : gives the files, in order
    metrics : in the order in which they will probably be asked for
    rows    : of a column
    """

    def __init__(self, paths: Callable[[], Iterable[Path]], metrics: Sequence[str], rows: int):
        self.paths, self.metrics, self.rows = paths, tuple(metrics), rows
        self._held: dict[str, np.ndarray] = {}

    def read(self, metric: str, effect: bool) -> np.ndarray:
        """One column, (row,)."""
        name = f"{EFFECT}{metric}" if effect else metric
        if name not in self._held:
            place = self.metrics.index(metric)
            count = max(AT_ONCE // (2 * 8 * max(self.rows, 1)), 1)
            wanted = self.metrics[place : place + count]
            names = [*wanted, *(f"{EFFECT}{one}" for one in wanted)]
            self._held = {}  # before the next ones are read
            self._held = read_columns(self.paths(), names, self.rows)
        return self._held[name]

    def metrics_by_name(self) -> Mapping[str, np.ndarray]:
        """Metric -> (row,)."""
        return _Lazy(self, "metric")

    def effects_by_name(self) -> Mapping[str, np.ndarray]:
        """Metric -> its effect, (row,)."""
        return _Lazy(self, "effect")

    def status_quo_by_name(self) -> Mapping[str, np.ndarray]:
        """Metric -> what it is in the status quo, (row,), to within a rounding."""
        return _Lazy(self, "status quo")


class _Lazy(Mapping[str, np.ndarray]):
    """Metrics by name, none of them held here."""

    def __init__(self, reader: ColumnReader, what: str):
        self.reader, self.what = reader, what

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self.reader.metrics:
            raise KeyError(name)
        if self.what == "status quo":
            return self.reader.read(name, False) - self.reader.read(name, True)
        return self.reader.read(name, self.what == "effect")

    def __contains__(self, name: object) -> bool:
        return name in self.reader.metrics

    def __iter__(self) -> Iterator[str]:
        return iter(self.reader.metrics)

    def __len__(self) -> int:
        return len(self.reader.metrics)
