"""The folder of a sensitivity analysis: sweeps in folders of their own, and one status for all of them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import econsim
from econsim.errors import InputError, Problem
from econsim.runs import Progress
from econsim.store import digest, package_versions, read_json
from econsim.studies.sensitivity_settings import SensitivitySettings
from econsim.studies.sweep import Sweep, SweepStopped, sweep
from econsim.studies.sweep_files import PARTIAL, write_json
from econsim.studies.sweep_folder import CHUNKS, MANIFEST
from econsim.studies.sweep_folder import PLAN as SWEEP_PLAN
from econsim.studies.sweep_lock import LOCK
from econsim.studies.sweep_spec import SweepSpec
from econsim.studies.sweep_status import CANCEL, STATUS, Status
from econsim.whole_folder import refusal

PLAN, RESULTS, INDICES, CHARTS = "sensitivity.json", "results.json", "indices.parquet", "charts"
SCREENING, MAIN, NOISE = "screening", "sweep", "noise"
PASSING = (STATUS, CANCEL, LOCK)
ENTRIES = (PLAN, RESULTS, INDICES, CHARTS, MANIFEST, SCREENING, MAIN, NOISE, *PASSING)
LOOK = 0.2  # seconds between two looks for the file `cancel`

Notice = Callable[[str], None]


def read_sensitivity_plan(folder: Path) -> dict[str, Any] | None:
    """The content of `sensitivity.json`; None for a folder in which nothing has been begun.

    raises : InputError for a folder that holds anything that is no part of a sensitivity analysis, or cannot be used
    """
    try:
        if not folder.exists():
            return None
        if not folder.is_dir():
            raise refusal(folder, "is a file, and a folder is needed")
        found = [path.name for path in sorted(folder.iterdir()) if not path.name.endswith(PARTIAL)]
    except (OSError, ValueError) as error:
        raise refusal(folder, f"cannot be used: {getattr(error, 'strerror', None) or error}") from None
    begun = PLAN in found
    strange = [name for name in found if name not in (ENTRIES if begun else PASSING)]
    if strange:
        named = ", ".join(strange[:3]) + (" …" if len(strange) > 3 else "")
        raise refusal(
            folder, f"holds what is no part of a sensitivity analysis ({named}); choose a new or empty folder"
        )
    if not begun:
        return None
    content = read_json(folder / PLAN)
    usable = all(isinstance(content.get(key), str) for key in ("sensitivity_id", "version", "engine"))
    if not usable or not isinstance(content.get("identity"), dict):
        raise refusal(folder / PLAN, "is not the plan of a sensitivity analysis")
    return content


def check_sensitivity_folder(folder: Path, settings: SensitivitySettings, resume: bool) -> dict[str, Any] | None:
    """What the folder holds of this analysis already.

    raises : InputError where it holds another one, or this one and `resume` was not asked for
    """
    if "\0" in str(folder) or not str(folder):
        raise InputError(Problem("out", "is not a usable folder name", repr(str(folder))[:80]))
    held = read_sensitivity_plan(folder)
    if held is None:
        return None
    if held["version"] != econsim.__version__:
        message = f"was begun by econsim {held['version']}, and this is {econsim.__version__}: choose a new folder"
        raise refusal(folder, message)
    if held["sensitivity_id"] != settings.sensitivity_id:
        one, other = held["identity"], settings.identity()
        differs = ", ".join(str(key) for key in {**one, **other} if one.get(key) != other.get(key)) or "its plan"
        message = f"holds another analysis, {held['sensitivity_id']} ({differs} differs); choose a new folder"
        raise refusal(folder, message)
    if not resume:
        state = "this analysis, complete" if (folder / MANIFEST).exists() else "an unfinished run of this analysis"
        raise refusal(folder, f"holds {state}; give --resume (resume=True) to go on with it, or choose a new folder")
    return held


def write_sensitivity_plan(folder: Path, settings: SensitivitySettings, engine: str) -> None:
    """What the analysis is, written first."""
    if (folder / PLAN).exists():
        return
    content = {
        "sensitivity_id": settings.sensitivity_id,
        "version": econsim.__version__,
        "engine": engine,
        "scenario": settings.scenario.name,
        "identity": settings.identity(),
        "packages": package_versions(engine),
    }
    write_json(folder / PLAN, content)


def write_sensitivity_manifest(folder: Path, settings: SensitivitySettings, sweeps: dict[str, Sweep]) -> None:
    """What closes the analysis: the sweeps that it rests on, and the sha256 of its files."""
    files = [PLAN, RESULTS, INDICES, *(f"{name}/{MANIFEST}" for name in sweeps)]
    content = {
        "sensitivity_id": settings.sensitivity_id,
        "version": econsim.__version__,
        "sweeps": {name: one.sweep_id for name, one in sweeps.items()},
        "files": {name: digest(folder / name) for name in files},
    }
    write_json(folder / MANIFEST, content)


class Work:
    """The sweeps of one analysis, one after the other, told as one piece of work.

    rows : of each sweep that will be run, by its folder's name
    """

    def __init__(
        self,
        folder: Path,
        rows: dict[str, int],
        engine: str,
        workers: int | None,
        executor: Executor | None,
        progress: Progress | None,
        tell: Notice,
    ):
        self.folder, self.rows, self.engine = folder, rows, engine
        self.workers, self.executor = workers, executor
        self.progress, self.tell = progress, tell
        self.sweeps: dict[str, Sweep] = {}
        self.status = Status(folder, sum(rows.values()))
        self.done = {name: _rows_there(folder / name, count) for name, count in rows.items()}

    def __enter__(self) -> Work:
        (self.folder / CANCEL).unlink(missing_ok=True)  # of an earlier time
        self.status.start(sum(self.done.values()))
        self._show()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None:
            self.status.done = self.status.total
            self.status.end("done")
        elif isinstance(error, SweepStopped):
            self.status.end(error.state)
        elif isinstance(error, KeyboardInterrupt):
            self.status.end("interrupted")
            raise SweepStopped(self.folder, "interrupted", self.status.done, self.status.total) from None
        else:
            self.status.end("failed")

    def run(self, name: str, spec: SweepSpec) -> Sweep:
        """Compute one sweep, or what is missing of it."""

        def count(done: int, total: int) -> None:
            self.done[name] = done
            self._show()

        try:
            with self._cancelled_together(name):
                found = sweep(
                    spec,
                    self.folder / name,
                    resume=True,
                    workers=self.workers,
                    executor=self.executor,
                    engine=self._engine_of(name),
                    progress=count,
                    notice=self.tell,
                )
        except SweepStopped as stop:
            raise SweepStopped(self.folder, stop.state, self.status.done, self.status.total) from None
        self.sweeps[name] = found
        return found

    def _engine_of(self, name: str) -> str:
        """The engine of the analysis; a sweep that was begun keeps its own, which is the same one."""
        return "auto" if (self.folder / name / SWEEP_PLAN).exists() else self.engine

    def _show(self) -> None:
        done = sum(self.done.values())
        self.status.add(done - self.status.done)
        if self.progress is not None:
            self.progress(done, self.status.total)

    @contextlib.contextmanager
    def _cancelled_together(self, name: str) -> Iterator[None]:
        """A file `cancel` in the folder of the analysis stops the sweep that is at work."""
        over = threading.Event()

        def watch() -> None:
            while not over.wait(LOOK):
                if (self.folder / CANCEL).exists():
                    with contextlib.suppress(OSError):
                        (self.folder / name / CANCEL).touch()

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()
            seen = (self.folder / CANCEL).exists()
            for path in (self.folder / CANCEL, self.folder / name / CANCEL) if seen else ():
                path.unlink(missing_ok=True)


def _rows_there(folder: Path, rows: int) -> int:
    """Rows of a sweep that are done, by the files that are there."""
    if (folder / MANIFEST).exists():
        return rows
    try:
        size = int(read_json(folder / SWEEP_PLAN)["chunk_rows"]) if (folder / SWEEP_PLAN).exists() else 0
        return min(size * sum(1 for _ in (folder / CHUNKS).glob("*/*.parquet")), rows) if size else 0
    except (InputError, OSError, KeyError, TypeError, ValueError):
        return 0  # the sweep itself will say what is wrong
