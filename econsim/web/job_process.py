"""A process of its own for each job: started, found again after a restart, and stopped with all its children."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from econsim.priority import step_back

GENTLE, HARD = 0.6, 0.5  # seconds in which a job may end by itself, and in which it may clean up
NICE = 10  # the page comes first
LOOK = 0.02
_CHILDREN: dict[int, subprocess.Popen[bytes]] = {}


def start(command: Sequence[str], folder: Path) -> tuple[int, str]:
    """Start a command in a session of its own; its output goes to `stdout` and `log` in the folder.

    returns : process id, and when it was started as the system tells it, since ids are used again
    """
    with (folder / "stdout").open("wb") as out, (folder / "log").open("ab") as log:
        child = subprocess.Popen(
            list(command), stdin=subprocess.DEVNULL, stdout=out, stderr=log, start_new_session=True, close_fds=True
        )
    step_back(child.pid, NICE)
    _CHILDREN[child.pid] = child
    return child.pid, _started(child.pid)


def is_alive(pid: int, started: str) -> bool:
    """Whether that process, and not another with the same id, is at work."""
    child = _CHILDREN.get(pid)
    if child is not None:
        return child.poll() is None
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return _started(pid) == started


def exit_code(pid: int) -> int | None:
    """The exit code of a process that this server started and that has ended; None where that is not known."""
    child = _CHILDREN.get(pid)
    return None if child is None else child.poll()


def stop(pid: int, started: str, cancel: Path | None) -> None:
    """Stop a job with everything it has started, in little more than a second.

    cancel : the file that asks it to stop, where it looks for one; the others are interrupted at once
    """
    if not is_alive(pid, started):
        return
    if cancel is not None and cancel.parent.is_dir():
        cancel.touch()
        if _ends(pid, started, GENTLE):
            _send(pid, signal.SIGKILL)  # a worker that outlived it
            return
    _send(pid, signal.SIGINT)
    _ends(pid, started, HARD)
    _send(pid, signal.SIGKILL)
    _ends(pid, started, HARD)


def _ends(pid: int, started: str, within: float) -> bool:
    until = time.monotonic() + within
    while is_alive(pid, started):
        if time.monotonic() > until:
            return False
        time.sleep(LOOK)
    return True


def _send(pid: int, what: signal.Signals) -> None:
    """To the whole group, whose id is that of its first process."""
    with contextlib.suppress(OSError):
        os.killpg(pid, what)


def _started(pid: int) -> str:
    """When a process began, in ticks since the system did; empty where there is no such table."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    return text.rpartition(")")[2].split()[19]


__all__ = ["exit_code", "is_alive", "start", "stop"]
