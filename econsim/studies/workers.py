"""Worker processes of a sweep: started clean, one thread each, gone when their parent is gone."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any

from econsim.errors import InputError, Problem

MOST_WORKERS = 64
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NPROC": "1",
    "ECONSIM_THREADS": "1",  # of the compiled engine, whose programs use one each
}


def check_workers(workers: Any) -> int:
    """The number of workers; InputError for one that cannot be."""
    whole = isinstance(workers, int) and not isinstance(workers, bool)
    if not whole or not 1 <= workers <= MOST_WORKERS:
        allowed = f"1 to {MOST_WORKERS}"
        raise InputError(Problem("workers", "must be a whole number in range", repr(workers)[:40], allowed))
    return int(workers)


class Workers:
    """A pool of processes that compute chunks. Use it as a context manager; leaving it ends every process.

    They are spawned whatever start method the program uses (importing Mesa changes it), each with a single thread, as
    there is a process for every core that is to be used.
    """

    def __init__(self, count: int):
        self.count = check_workers(count)
        self._pool = self._new_pool()

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *error: object) -> None:
        self.end()

    def submit(self, function: Any, *arguments: Any) -> Future[Any]:
        """Have a process call a function; both have to be importable."""
        with _as_children_need_it():  # a process may be started here
            return self._pool.submit(function, *arguments)

    def restart(self) -> None:
        """New processes, after one has died: a pool is of no use from then on."""
        self.end()
        self._pool = self._new_pool()

    def end(self) -> None:
        """End every process now, whatever it is doing."""
        processes = list((self._pool._processes or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        for process in processes:
            process.join(2.0)
            if process.is_alive():
                process.kill()
                process.join()

    def _new_pool(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self.count, mp_context=context, initializer=_begin)


@contextlib.contextmanager
def _as_children_need_it() -> Iterator[None]:
    """What a process inherits when it is started: a single thread, and deaf to Ctrl-C, which is for its parent."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    deaf = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        os.environ.update(ONE_THREAD)
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        signal.pthread_sigmask(signal.SIG_SETMASK, deaf)


def _begin() -> None:
    """First thing in a worker: ignore Ctrl-C, and end with the parent, even if that is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True, name="econsim-parent").start()


def _end_with(sentinel: int) -> None:
    from multiprocessing.connection import wait

    wait([sentinel])
    os._exit(1)
