"""Having chunks computed: in this process, in worker processes, or by any executor."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from itertools import chain
from typing import Any

from econsim.errors import InputError, Problem
from econsim.studies.sweep_chunk import ChunkTask, Table, compute_chunk
from econsim.studies.sweep_status import Cancel
from econsim.studies.worker_thread import WorkerThread
from econsim.studies.workers import Workers

POLL = 0.2  # seconds between two looks whether to stop
IN_FLIGHT = 2  # chunks a worker: one that it computes, one that waits for it
MOST_RESTARTS = 3  # of a pool whose processes die, with no chunk done in between

Done = tuple[ChunkTask, dict[str, Table]]


def in_this_process(tasks: Iterator[ChunkTask], cancel: Cancel) -> Iterator[Done]:
    """One chunk after another."""
    with WorkerThread() as thread:
        yield from _spread(tasks, thread.submit, 1, cancel, [])


def in_workers(tasks: Iterator[ChunkTask], workers: Workers, cancel: Cancel) -> Iterator[Done]:
    """In a pool of processes; chunks of processes that died are computed again in new ones.

    raises : InputError when processes die again and again
    """
    lost: list[ChunkTask] = []
    restarts = 0
    while True:
        again, lost = sorted(lost, key=lambda task: task.index), []
        try:
            for done in _spread(chain(again, tasks), workers.submit, IN_FLIGHT * workers.count, cancel, lost):
                restarts = 0
                yield done
            return
        except BrokenExecutor:
            restarts += 1
            if restarts > MOST_RESTARTS:
                message = (
                    f"worker processes died {restarts} times with no chunk done in between: too little memory for so "
                    "many, or a script without `if __name__ == '__main__':` around what it calls"
                )
                raise InputError(Problem("workers", message, str(workers.count), "fewer")) from None
            workers.restart()


def in_executor(tasks: Iterator[ChunkTask], executor: Executor, cancel: Cancel) -> Iterator[Done]:
    """In an executor that somebody else keeps.

    raises : InputError when it breaks down
    """
    try:
        yield from _spread(tasks, executor.submit, IN_FLIGHT * size_of(executor), cancel, [])
    except (BrokenExecutor, CancelledError) as error:
        message = f"the executor broke down: {str(error) or type(error).__name__}; what was done is kept"
        raise InputError(Problem("executor", message)) from None


def size_of(executor: Executor) -> int:
    """How many chunks an executor works on at the same time, as far as it says so."""
    client = getattr(executor, "_client", None)  # of Dask: the threads of its workers, wherever they are
    size = sum(client.nthreads().values()) if client is not None else getattr(executor, "_max_workers", None)
    return int(size) if size else os.cpu_count() or 1


def _spread(
    tasks: Iterator[ChunkTask],
    submit: Callable[..., Future[Any]],
    most: int,
    cancel: Cancel,
    lost: list[ChunkTask],
) -> Iterator[Done]:
    """Keep `most` chunks in flight, so that memory does not grow; those of a broken executor are left in `lost`."""
    pending: dict[Future[Any], ChunkTask] = {}
    try:
        while True:
            while len(pending) < most and (task := next(tasks, None)) is not None:
                lost.append(task)  # until it is in flight
                future = submit(compute_chunk, task)
                pending[future] = lost.pop()
            if not pending:
                return
            finished, _ = wait(pending, timeout=POLL, return_when=FIRST_COMPLETED)
            cancel.check()
            for future in finished:
                tables = future.result()
                yield pending.pop(future), tables
    finally:
        lost.extend(pending.values())
        for future in pending:
            future.cancel()
