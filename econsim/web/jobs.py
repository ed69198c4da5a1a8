"""Jobs: the command line at work in the background, one at a time, with all that is known of them on disk.

A job is a folder under `runs/jobs` (or what ECONSIM_RUNS names): `job.json`, its input files, `log` (what the command
told), and `out` (what it wrote). Nothing is kept in memory alone, so that a closed tab or a restart loses nothing.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import re
import secrets
import shutil
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from econsim.errors import InputError
from econsim.store import read_json
from econsim.studies.sweep_files import write_json
from econsim.studies.sweep_lock import locked
from econsim.web import job_process

QUEUED, RUNNING, DONE, FAILED, CANCELLED, STOPPED = "queued", "running", "done", "failed", "cancelled", "stopped"
ACTIVE = (QUEUED, RUNNING)
RESUMABLE = ("sweep", "sensitivity")
"""Commands that keep what is done, tell of it in `status.json`, look for a file `cancel`, and know --resume."""
JOB, OUT, LOG, STATUS, CANCEL = "job.json", "out", "log", "status.json", "cancel"
PROGRESS = re.compile(r"(\d+) of (\d+) (\w+)")
EVERY = 0.5  # seconds between two looks at the queue
_HERE = threading.Lock()


@dataclass(frozen=True)
class Job:
    """One job as `job.json` has it.

    arguments : of `econsim`; `{folder}` in them stands for the job's folder
    kind      : the command, such as `sweep`
    about     : what a page needs to find it again, such as the scenario's hash
    state     : queued, running, done, failed, cancelled, or stopped: it ended without a word
    created, started, ended : seconds since 1970; 0.0 where not yet
    """

    id: str
    arguments: tuple[str, ...]
    kind: str
    title: str
    scenario: str
    about: Mapping[str, Any]
    state: str = QUEUED
    created: float = 0.0
    started: float = 0.0
    ended: float = 0.0
    pid: int = 0
    pid_started: str = ""
    exit_code: int | None = None

    @property
    def folder(self) -> Path:
        """Where everything about it lies."""
        return home() / self.id

    @property
    def out(self) -> Path:
        """What it wrote."""
        return self.folder / OUT

    @property
    def is_active(self) -> bool:
        """Whether it runs or waits."""
        return self.state in ACTIVE

    @property
    def can_resume(self) -> bool:
        """Whether it can go on where it was stopped; others begin again."""
        return self.kind in RESUMABLE and self.state not in (*ACTIVE, DONE)

    def _filled(self) -> list[str]:
        return [one.replace("{folder}", str(self.folder)) for one in self.arguments]

    def words(self) -> list[str]:
        """What it told, line by line, without its progress."""
        try:
            lines = (self.folder / LOG).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return []
        return [line.strip() for line in lines if line.strip() and not PROGRESS.search(line)]


@dataclass(frozen=True)
class Progress:
    """How far a job is: what is done of what, and the seconds left; None where not known yet."""

    done: int
    total: int
    seconds_left: float | None

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return min(self.done / self.total, 1.0) if self.total else 0.0


def home() -> Path:
    """The folder of all jobs."""
    return Path(os.environ.get("ECONSIM_RUNS") or Path("runs") / "jobs").absolute()


def submit(
    kind: str,
    arguments: Sequence[str],
    title: str,
    *,
    command: str | None = None,
    scenario: str = "",
    files: Mapping[str, str] | None = None,
    about: Mapping[str, Any] | None = None,
) -> Job:
    """Put a command at the end of the queue. The arguments must come from checked values.

    kind      : what pages find it by: the command of `econsim`, or a name for what `command` is used for
    arguments : what follows the command; `{folder}` stands for the job's folder
    files     : name -> text, written into the job's folder
    """
    now = datetime.datetime.now(datetime.UTC)
    name = f"{now:%Y%m%d-%H%M%S}-{kind}-{secrets.token_hex(3)}"
    job = Job(name, (command or kind, *arguments), kind, title, scenario, dict(about or {}), created=now.timestamp())
    job.folder.mkdir(parents=True)
    for file, text in (files or {}).items():
        (job.folder / file).write_text(text, encoding="utf-8")
    _write(job)
    advance()
    return read(name) or job


def read(name: str) -> Job | None:
    """A job by its id; None where there is none that can be read."""
    if not re.fullmatch(r"[0-9]{8}-[0-9]{6}-[a-z]+-[0-9a-f]{6}", name):
        return None
    try:
        content = read_json(home() / name / JOB)
        return Job(**{**content, "id": name, "arguments": tuple(content["arguments"])})
    except (InputError, TypeError, KeyError):
        return None


def jobs() -> list[Job]:
    """All jobs, the newest first."""
    try:
        names = sorted((one.name for one in home().iterdir()), reverse=True)
    except OSError:
        return []
    found = [job for job in map(read, names) if job is not None]
    return sorted(found, key=lambda job: job.created, reverse=True)


def find(kind: str, **about: Any) -> Job | None:
    """The newest job of a command about these things."""
    for job in jobs():
        if job.kind == kind and all(job.about.get(key) == value for key, value in about.items()):
            return job
    return None


def queue() -> list[Job]:
    """What runs and what waits, in the order in which it will be done."""
    return sorted((job for job in jobs() if job.is_active), key=lambda job: (job.state != RUNNING, job.created))


def advance() -> None:
    """Note what has ended, and start the next one if nothing runs."""
    with _alone() as mine:
        if not mine:  # another process is at it
            return
        for job in queue():
            if job.state == RUNNING:
                if job_process.is_alive(job.pid, job.pid_started):
                    return
                _write(_ended(job))
            else:
                _start(job)
                return


def cancel(name: str) -> None:
    """Stop a job that runs, with everything it started, or take one out of the queue."""
    with _alone(patient=True):
        job = read(name)
        if job is None or not job.is_active:
            return
        if job.state == RUNNING:
            flag = job.out / CANCEL if job.kind in RESUMABLE else None
            job_process.stop(job.pid, job.pid_started, flag)
            if flag is not None:
                flag.unlink(missing_ok=True)
            over = _ended(job)
            _write(over if over.state == DONE else replace(over, state=CANCELLED))
        else:
            _write(replace(job, state=CANCELLED, ended=time.time()))
    advance()


def again(name: str) -> None:
    """Put a job that is over at the end of the queue once more: it goes on where it can, else it begins again."""
    with _alone(patient=True):
        job = read(name)
        if job is None or job.is_active:
            return
        _write(replace(job, state=QUEUED, created=time.time(), started=0.0, ended=0.0, exit_code=None))
    advance()


def remove(name: str) -> None:
    """Forget a job that is over, and delete what it wrote."""
    job = read(name)
    if job is not None and not job.is_active:
        shutil.rmtree(job.folder, ignore_errors=True)


def progress(job: Job) -> Progress | None:
    """How far a job is, from its status file, else from what it told last."""
    with contextlib.suppress(InputError, TypeError, ValueError):
        told = read_json(job.out / STATUS) if (job.out / STATUS).is_file() else {}
        if told.get("total"):
            return Progress(int(told["done"]), int(told["total"]), told.get("seconds_left"))
    try:
        text = (job.folder / LOG).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    found = PROGRESS.findall(text)
    if not found:
        return None
    done, total = int(found[-1][0]), int(found[-1][1])
    spent = time.time() - job.started
    return Progress(done, total, spent * (total - done) / done if done and job.state == RUNNING else None)


def keep_going() -> threading.Thread:
    """A thread that moves the queue on while nobody looks; one a server."""

    def work() -> None:
        while True:
            with contextlib.suppress(OSError, InputError):
                advance()
            time.sleep(EVERY)

    thread = threading.Thread(target=work, daemon=True, name="econsim-jobs")
    thread.start()
    return thread


def _start(job: Job) -> None:
    resume = job.kind in RESUMABLE and (job.out / STATUS).is_file()
    if not resume and job.out.exists():
        shutil.rmtree(job.out)
    (job.folder / LOG).unlink(missing_ok=True)
    extra = ["--resume"] if resume else []
    line = [sys.executable, "-m", "econsim", *job._filled(), *extra]
    try:
        pid, began = job_process.start(line, job.folder)
    except OSError as error:
        (job.folder / LOG).write_text(f"error: {error.strerror or error}\n", encoding="utf-8")
        _write(replace(job, state=FAILED, ended=time.time()))
        return
    _write(replace(job, state=RUNNING, started=time.time(), pid=pid, pid_started=began))


def _ended(job: Job) -> Job:
    """A job whose process is gone. After a restart its exit code is not known: what it wrote last tells."""
    code = job_process.exit_code(job.pid)
    if code is None:
        state = DONE if (job.out / "manifest.json").is_file() else STOPPED
    else:
        state = DONE if code in (0, 3) else FAILED if code > 0 and code != 130 else STOPPED
    return replace(job, state=state, ended=time.time(), exit_code=code)


def _write(job: Job) -> None:
    content = asdict(job)
    del content["id"]
    write_json(job.folder / JOB, content)


@contextlib.contextmanager
def _alone(patient: bool = False) -> Iterator[bool]:
    """Hold the queue: one thread of one process at a time. Yields whether it could be had.

    patient : wait some seconds for it
    """
    home().mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + (3.0 if patient else 0.0)
    with _HERE, contextlib.ExitStack() as stack:
        while True:
            try:
                stack.enter_context(locked(home()))
            except InputError:
                if time.monotonic() > until:
                    if patient:
                        raise
                    yield False
                    return
                time.sleep(0.02)
            else:
                break
        yield True


__all__ = [
    "Job",
    "Progress",
    "advance",
    "again",
    "cancel",
    "find",
    "home",
    "jobs",
    "keep_going",
    "progress",
    "queue",
    "read",
    "remove",
    "submit",
]
