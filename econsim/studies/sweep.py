"""Sweeps: scenarios over a design of parameters and levers, chunk by chunk into a folder that can be resumed."""

from __future__ import annotations

import contextlib
import os
import time
import warnings
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Executor
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from econsim.engines import choose
from econsim.errors import InputError, Problem
from econsim.runs import Progress
from econsim.store import package_versions
from econsim.studies.sweep_chunk import ChunkTask
from econsim.studies.sweep_files import chunk_is_good, remove_partial, write_chunk
from econsim.studies.sweep_folder import (
    INDEX,
    MANIFEST,
    PLAN,
    cannot_write,
    changed_packages,
    check_folder,
    chunk_path,
    chunks_begun,
    read_plan,
    write_layout,
)
from econsim.studies.sweep_index import write_index
from econsim.studies.sweep_lock import locked
from econsim.studies.sweep_manifest import damaged_files, write_manifest
from econsim.studies.sweep_plan import SweepPlan, make_plan
from econsim.studies.sweep_result import Sweep, open_sweep
from econsim.studies.sweep_spec import SweepSpec, as_sweep_spec
from econsim.studies.sweep_status import Cancel, Status, SweepStopped
from econsim.studies.sweep_work import Done, in_executor, in_this_process, in_workers
from econsim.studies.workers import Workers, check_workers

NAMED = 5  # damaged files that are told by name

Notice = Callable[[str], None]


def sweep(
    spec: SweepSpec | Mapping[str, Any] | str | Path,
    out: str | Path,
    resume: bool = False,
    workers: int | None = None,
    executor: Executor | None = None,
    engine: str = "auto",
    progress: Progress | None = None,
    notice: Notice | None = None,
    asked: float | None = None,
) -> Sweep:
    """Compute a sweep into a folder.

    spec     : a sweep spec, its path, or a mapping with the fields of one
    out      : a new or empty folder; with `resume` also one that holds this sweep, which is then completed
    workers  : processes of one thread, 1 to 64; None: this process, with all its cores
    executor : any concurrent.futures.Executor that does the work instead
    engine   : as for `simulate`; a sweep keeps the engine that it was begun with
    progress : called with the rows done and all rows (a row is a point, a draw and a scenario), first at the start
    notice   : called with what somebody should know, such as a damaged file; default: a warning
    asked    : seconds of `time.time`; a file `cancel` from before is of an earlier run. Default: now
    returns  : the finished sweep, the same bytes however often it was stopped and whoever computed it
    raises   : InputError for a bad spec, or a folder that holds anything else or cannot be written;
               SweepStopped, a KeyboardInterrupt, when stopped by Ctrl-C or a file `cancel` in the folder
    """
    asked = time.time() if asked is None else asked
    plan, held = plan_sweep(spec, out, resume, engine)
    if workers is not None:
        check_workers(workers)
        if executor is not None:
            raise InputError(Problem("workers", "cannot be given together with an executor"))
    folder = Path(out)
    tell = notice or (lambda text: warnings.warn(text, UserWarning, stacklevel=3))
    if held is not None and (changed := changed_packages(held)):
        tell(f"packages have changed since this sweep was begun ({changed}): numbers may differ in the last digits")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder):
            held = read_plan(folder)  # somebody may have used it meanwhile
            check_folder(folder, plan, held, resume)
            _Run(folder, plan, held, tell, progress, asked).complete(workers, executor)
    except OSError as error:
        raise cannot_write(folder, error) from None
    return open_sweep(folder)


def plan_sweep(
    spec: SweepSpec | Mapping[str, Any] | str | Path, out: str | Path, resume: bool, engine: str
) -> tuple[SweepPlan, dict[str, Any] | None]:
    """The plan of a sweep, and what the folder holds of it already; errors as in `sweep`. Nothing is written."""
    checked = as_sweep_spec(spec)
    if not isinstance(out, str | os.PathLike) or "\0" in str(out):
        raise InputError(Problem("out", "is not a usable folder name", repr(str(out))[:80]))
    folder = Path(out)
    held = read_plan(folder)
    choice = choose(engine, checked.scenarios[0], checked.rows * len(checked.scenarios))
    if held is not None and resume:
        if engine not in ("auto", held["engine"]):
            message = "this sweep was begun with another engine, and keeps it"
            raise InputError(Problem("engine", message, engine, f"auto or {held['engine']}"))
        choice = choose(held["engine"])
    plan = make_plan(checked, choice)
    check_folder(folder, plan, held, resume)
    return plan, held


class _Run:
    """One attempt at completing a sweep, by the one process that may."""

    def __init__(
        self,
        folder: Path,
        plan: SweepPlan,
        held: dict[str, Any] | None,
        tell: Notice,
        progress: Progress | None,
        asked: float,
    ):
        self.folder, self.plan, self.held = folder, plan, held
        self.tell, self.progress, self.asked = tell, progress, asked
        self.status = Status(folder, plan.rows * len(plan.pairs))

    def complete(self, workers: int | None, executor: Executor | None) -> None:
        """Compute what is missing, then write index, manifest and the last status."""
        remove_partial(self.folder)
        with Cancel(self.folder, self.asked) as cancel:
            try:
                if self._is_complete(cancel):
                    self._show(self.status.total)
                    self.status.done = self.status.total
                    self.status.end("done")
                    return
                if changed := write_layout(self.folder, self.plan, self.held):
                    self.tell(f"not as this sweep has them, and written anew: {', '.join(changed)}")
                missing = self._missing(cancel)
                if missing.any() or missing.shape[1] < self.plan.chunks:
                    with contextlib.closing(self._computed(missing, workers, executor, cancel)) as done:
                        for task, tables in done:
                            self._keep(task, tables)
                self._finish(cancel)
            except KeyboardInterrupt:
                state = "cancelled" if cancel.seen else "interrupted"
                self.status.end(state)
                raise SweepStopped(self.folder, state, self.status.done, self.status.total) from None
            except Exception:
                self.status.end("failed")
                raise

    # ------------------------------------------------------------------------------------------------ what is there

    def _is_complete(self, cancel: Cancel) -> bool:
        """Whether the manifest is there and every file is as it says; files that are not are taken away."""
        if not (self.folder / MANIFEST).exists():
            return False
        self.status.done = self.status.total  # so far as is known, should somebody stop it here
        count, named = 0, []
        for name in damaged_files(self.folder, self.plan, cancel.check):
            for path in (MANIFEST, INDEX, name):  # the manifest first: without it nothing looks complete
                if path != PLAN:  # written over; without it the folder would be none of a sweep
                    (self.folder / path).unlink(missing_ok=True)
            self.status.done = 0
            count += 1
            named += [name] if count <= NAMED else []
        if count:
            self.tell(f"damaged, and made anew: {', '.join(named)}{' …' if count > NAMED else ''}")
        return not count

    def _missing(self, cancel: Cancel) -> np.ndarray:
        """(scenario, chunk) bool: chunk files that are not there or cannot be used, up to the last that is there."""
        plan = self.plan
        begun = chunks_begun(self.folder, plan)
        same_writer = self.held is None or self.held["packages"].get("pyarrow") == package_versions()["pyarrow"]
        missing = np.ones((len(plan.pairs), begun), dtype=bool)
        there = self.status.done = 0
        for place, pair in enumerate(plan.pairs):
            for index in range(begun):
                path = self.folder / chunk_path(plan, pair.label, index)
                if not path.exists():
                    continue
                cancel.check()
                start, stop = plan.span(index)
                address = plan.address(pair.label, index)
                if chunk_is_good(path, address, plan.engine, plan.columns, stop - start, same_writer):
                    missing[place, index] = False
                    there += stop - start
                    self.status.done = there
                else:
                    self.tell(f"damaged, and computed again: {path.relative_to(self.folder)}")
                    path.unlink()
        self.status.start(there)
        self._show(there)
        return missing

    # ------------------------------------------------------------------------------------------------ work

    def _computed(
        self, missing: np.ndarray, workers: int | None, executor: Executor | None, cancel: Cancel
    ) -> Generator[Done, None, None]:
        labels = np.array([pair.label for pair in self.plan.pairs])
        again = ((int(index), labels[missing[:, index]].tolist()) for index in np.flatnonzero(missing.any(axis=0)))
        new = ((index, labels.tolist()) for index in range(missing.shape[1], self.plan.chunks))
        tasks = self.plan.tasks(chain(again, new))
        if executor is not None:
            yield from in_executor(tasks, executor, cancel)
        elif workers is not None:
            with Workers(workers) as pool:
                yield from in_workers(tasks, pool, cancel)
        else:
            yield from in_this_process(tasks, cancel)

    def _keep(self, task: ChunkTask, tables: Mapping[str, Mapping[str, np.ndarray]]) -> None:
        for label, table in tables.items():
            path = self.folder / chunk_path(self.plan, label, task.index)
            write_chunk(path, table, self.plan.address(label, task.index), self.plan.engine)
        self.status.add(len(tables) * (task.stop - task.start))
        self._show(self.status.done)

    def _show(self, done: int) -> None:
        if self.progress is not None:
            self.progress(done, self.status.total)

    def _finish(self, cancel: Cancel) -> None:
        self.status.finishing()
        failed = write_index(self.folder, self.plan, cancel.check)
        write_manifest(self.folder, self.plan, failed, cancel.check)
        self.status.end("done")


__all__ = ["Sweep", "SweepStopped", "open_sweep", "plan_sweep", "sweep"]
