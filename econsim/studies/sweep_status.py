"""What a running sweep tells (`status.json`), and how it is told to stop (`cancel`)."""

from __future__ import annotations

import contextlib
import datetime
import os
import time
from pathlib import Path
from typing import Any

from econsim.store import as_json, read_json
from econsim.studies.sweep_files import write_json
from econsim.studies.sweep_lock import is_locked

STATUS, CANCEL = "status.json", "cancel"
EVERY = 0.5  # seconds between two writings of the status, at the least
LOOK = 0.2  # seconds between two looks for the file `cancel`


class SweepStopped(KeyboardInterrupt):
    """A sweep that was stopped on the way: cancelled, or interrupted. Finished chunks are kept.

    state : cancelled or interrupted
    done, total : rows
    """

    def __init__(self, folder: Path, state: str, done: int, total: int):
        super().__init__(f"{state} after {done} of {total} rows")
        self.folder, self.state, self.done, self.total = folder, state, done, total


class Status:
    """Keeps `status.json` up to date: state, done, total (rows), rows_per_second, seconds_left, pid, updated."""

    def __init__(self, folder: Path, total: int):
        self.folder, self.total = folder, total
        self.done = self.before = 0
        self._started = self._written = time.monotonic()

    def start(self, done: int) -> None:
        """Begin to work with so many rows done already."""
        self.done = self.before = done
        self._started = time.monotonic()
        self._write_running("running")

    def add(self, rows: int) -> None:
        """So many rows more are done."""
        self.done += rows
        if time.monotonic() - self._written >= EVERY:
            self._write_running("running")

    def finishing(self) -> None:
        """All rows are there; the index and the manifest are being written."""
        self._write_running("finishing")

    def end(self, state: str) -> None:
        """The last word: the state and the counts alone, so that it does not tell one run from another."""
        content = {"state": state, "done": self.done, "total": self.total}
        if not self._write(content):
            # Shorter than what is there, so that a full disk has room for it as long as that is not given back first.
            with contextlib.suppress(OSError), (self.folder / STATUS).open("r+b") as stream:
                stream.write(as_json(content).encode())
                stream.truncate()

    def _write_running(self, state: str) -> None:
        self._written = time.monotonic()
        seconds, made = self._written - self._started, self.done - self.before
        rate = made / seconds if made and seconds > 0.0 else None
        left = None if rate is None else (self.total - self.done) / rate
        self._write(
            {
                "state": state,
                "done": self.done,
                "total": self.total,
                "rows_per_second": None if rate is None else round(rate, 3),
                "seconds_left": None if left is None else round(left, 1),
                "pid": os.getpid(),
                "updated": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            }
        )

    def _write(self, content: dict[str, Any]) -> bool:
        try:
            write_json(self.folder / STATUS, content)
        except OSError:  # a full disk stops the work that matters, and says so there
            return False
        return True


def read_status(folder: str | Path) -> dict[str, Any]:
    """The status of a sweep: as in `status.json`; `stopped` where it says running and no process is at work.

    States are running, finishing, done, cancelled, interrupted, failed and stopped.

    raises : InputError where there is none
    """
    content = read_json(Path(folder) / STATUS)
    if content.get("state") in ("running", "finishing") and not is_locked(Path(folder)):
        content = {"state": "stopped", **{key: content.get(key) for key in ("done", "total")}}
    return content


class Cancel:
    """The file `cancel` in a sweep's folder, which may appear at any time. Ask `check` often."""

    def __init__(self, folder: Path, since: float | None = None):
        """A file from before `since`, in seconds of `time.time`, was meant for an earlier run; default: before now."""
        self.path, self.since = folder / CANCEL, time.time() if since is None else since
        self.seen = False
        self._looked = time.monotonic()

    def __enter__(self) -> Cancel:
        with contextlib.suppress(FileNotFoundError):
            if self.path.stat().st_mtime < self.since:
                self.path.unlink()
        return self

    def __exit__(self, *error: object) -> None:
        if self.seen:
            self.path.unlink(missing_ok=True)

    def check(self) -> None:
        """Raise KeyboardInterrupt if the file is there; it costs nothing to ask often."""
        if not self.seen and time.monotonic() - self._looked >= LOOK:
            self._looked = time.monotonic()
            self.seen = self.path.exists()
        if self.seen:
            raise KeyboardInterrupt
