"""Processes that compute some of batch's draws, so that it uses more than one core.

NumPy's work on small arrays holds Python's interpreter, so threads would not do. Helpers are started once a process
has computed so much that it is likely to go on, get ready meanwhile, and wait for more as long as it lives. They import
econsim alone and never the program that uses it. What they compute is the same to the last bit.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from typing import IO, Any

from econsim.engines.cores import threads

WORTH_IT = 128 * 60  # draws times quarters from which a run is shared
ENOUGH = 4 * WORTH_IT  # that a process has computed alone before it starts helpers, each of which takes half a second
LEAST_DRAWS = 64  # of one process's share
MOST = 7
SURROUNDINGS = {"ECONSIM_THREADS": "1"} | dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"
)


class Helper:
    """One process. It says a word when it is ready, then answers every question by one answer."""

    def __init__(self) -> None:
        self.owner, self.ready = os.getpid(), False
        path = os.pathsep.join(path for path in sys.path if path)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "econsim.engines.batch_helpers"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **SURROUNDINGS, "PYTHONPATH": path},
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._in: IO[bytes] = self._process.stdin
        self._out: IO[bytes] = self._process.stdout
        threading.Thread(target=self._greet, name="econsim helper", daemon=True).start()

    def _greet(self) -> None:
        with contextlib.suppress(Exception):
            self.ready = pickle.load(self._out) == "ready"

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def ask(self, question: Any) -> None:
        """Have something computed; `answer` has to be called next."""
        with contextlib.suppress(OSError):  # it has died: there will be no answer
            pickle.dump(question, self._in, protocol=5)
            self._in.flush()

    def answer(self) -> Any:
        """What the helper found; None where something went wrong."""
        try:
            return pickle.load(self._out)
        except (EOFError, OSError, pickle.UnpicklingError):
            self.end()
            return None

    def end(self) -> None:
        """End the process, whatever it is doing."""
        if self.owner != os.getpid():  # a fork's copy of it
            return
        self._process.kill()
        with contextlib.suppress(Exception):
            self._process.communicate(timeout=2.0)


_helpers: list[Helper] = []
_in_vain = False
_alone = 0  # draws times quarters computed without
_busy = threading.Lock()  # held by who uses them; others go without


@contextlib.contextmanager
def helpers(draws: int, quarters: int) -> Any:
    """Helpers that are ready, for as long as the caller needs them: none where a run is too small to share.

    Helpers whose caller did not come to an end are ended: nobody knows what they are about to say.
    """
    wanted = min(threads(), draws // LEAST_DRAWS, MOST + 1) - 1
    if draws * quarters < WORTH_IT or wanted < 1 or not _busy.acquire(blocking=False):
        yield []
        return
    global _alone
    try:
        if _alone < ENOUGH:
            _alone += draws * quarters
        else:
            _renew(wanted)
        yield [one for one in _helpers[:wanted] if one.ready]
    except BaseException:
        end_helpers()
        raise
    finally:
        _busy.release()


def get_ready(patience: float = 20.0) -> None:
    """Start helpers for a run of any size, and wait until they are ready, so many seconds at most."""
    global _alone
    _alone = ENOUGH
    until = time.monotonic() + patience
    with helpers((MOST + 1) * LEAST_DRAWS, WORTH_IT):
        while any(one.alive and not one.ready for one in _helpers) and time.monotonic() < until:
            time.sleep(0.02)


def _renew(wanted: int) -> None:
    """As many helpers as are wanted, unless they die before they are ready: then there is no use in more."""
    global _in_vain
    if any(one.owner != os.getpid() for one in _helpers):  # this is a fork, and they are its parent's
        _helpers.clear()
    dead = [one for one in _helpers if not one.alive]
    _in_vain = _in_vain or any(not one.ready for one in dead)
    _helpers[:] = [one for one in _helpers if one not in dead]
    with contextlib.suppress(OSError):  # no further process to be had
        while len(_helpers) < wanted and not _in_vain:
            _helpers.append(Helper())


def end_helpers() -> None:
    """End every helper."""
    while _helpers:
        _helpers.pop().end()


atexit.register(end_helpers)


# ---------------------------------------------------------------------------------------------------- in a helper


def _end_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    from econsim.engines import batch

    answer: Any = "ready"
    while True:
        pickle.dump(answer, out, protocol=5)
        out.flush()
        try:
            question = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            answer = batch.compute(*question)
        except Exception:  # the parent computes it too, and meets it there
            answer = None


if __name__ == "__main__":
    _main()
