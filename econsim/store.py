"""Run folders: a result on disk, with what is needed to check it and to run it again."""

from __future__ import annotations

import datetime
import hashlib
import importlib.metadata
import json
import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

import econsim
from econsim.errors import InputError, Problem
from econsim.scenario import Scenario
from econsim.whole_folder import Content, check_folder, entries, refusal, write_folder

if TYPE_CHECKING:
    from econsim.results import Result

MANIFEST = "manifest.json"
SCENARIO, SUMMARY, SERIES, METRICS = "scenario.yaml", "summary.json", "series.parquet", "metrics.parquet"
EFFECTS = "effects.parquet"
SERIES_CSV = "series.csv"
METRICS_CSV = "metrics.csv"
RUN_FILES = (SCENARIO, SUMMARY, SERIES, METRICS, EFFECTS, SERIES_CSV, METRICS_CSV, MANIFEST)
PACKAGES = ("numpy", "pandas", "scipy", "pyarrow", "mesa")
COMPILERS = ("jax", "jaxlib")
LARGEST_JSON = 50_000_000  # bytes


@dataclass(frozen=True)
class StoredRun:
    """A run read back from its folder.

    manifest : how and with what it was run
    summary  : as `Result.summary()`
    series   : columns period, date, metric and the statistics
    metrics  : one row a draw, one column a summary metric
    scenario : the world that was run
    effects  : as `series_effects`; None where there are none
    """

    folder: Path
    manifest: dict[str, Any]
    summary: dict[str, Any]
    series: pd.DataFrame
    metrics: pd.DataFrame
    scenario: Scenario
    effects: pd.DataFrame | None = None

    @property
    def run_id(self) -> str:
        return str(self.manifest["run_id"])


# ---------------------------------------------------------------------------------------------------- writing


def write_run(result: Result, folder: str | Path, *, csv: bool = False, force: bool = False) -> Path:
    """Write a result to a folder: scenario.yaml, summary.json, series.parquet, metrics.parquet and manifest.json.

    With a status quo also effects.parquet: the paired difference of every series, quarter by quarter.

    csv     : also series.csv, with the year beside the date, and metrics.csv
    force   : replace another run that the folder holds; other files are never replaced
    returns : the folder
    raises  : InputError when the folder holds anything else or cannot be written; nothing is half-written
    """
    folder = Path(folder)

    def build(place: Path) -> None:
        write_run_files(result, place, csv=csv)

    return write_folder(folder, build, identity=result.run_id, inspect=inspect_run, last=MANIFEST, force=force)


def check_run_folder(folder: str | Path, run_id: str, force: bool = False) -> None:
    """Whether a run may be written to a folder; raises InputError as `write_run` would, before the work is done."""
    check_folder(Path(folder), run_id, inspect_run, force)


def write_run_files(result: Result, place: Path, *, csv: bool = False) -> None:
    """The files of a run, into a folder that is there already."""
    (place / SCENARIO).write_text(result.scenario.to_yaml(), encoding="utf-8")
    (place / SUMMARY).write_text(as_json(result.summary()), encoding="utf-8")
    result.series.to_parquet(place / SERIES, index=False)
    result.metrics.to_parquet(place / METRICS)
    if result.status_quo is not None and result.trajectories:
        series_effects(result).to_parquet(place / EFFECTS, index=False)
    if csv:
        series = result.series.copy()
        series.insert(2, "year", series["date"].str[:4].astype(int))
        series.to_csv(place / SERIES_CSV, index=False, lineterminator="\n")
        result.metrics.to_csv(place / METRICS_CSV, lineterminator="\n")
    written = {name: digest(place / name) for name in RUN_FILES if (place / name).exists()}
    (place / MANIFEST).write_text(as_json(_manifest(result, written)), encoding="utf-8")


def series_effects(result: Result) -> pd.DataFrame:
    """Paired effects on every series, quarter by quarter.

    returns : columns as of `Result.series_effect`; `change_` and a statistic for the relative change; `higher` and
              `lower`, shares of draws
    """
    change = result.series_change().drop(columns=["period", "date", "metric"])
    names = {name: f"change_{name}" for name in change.columns if name not in ("higher", "lower")}
    return pd.concat([result.series_effect(), change.rename(columns=names)], axis=1)


def as_json(content: Any) -> str:
    """JSON as econsim writes it to files: one value a line, the order given, no NaN."""
    return json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def _manifest(result: Result, files: dict[str, str]) -> dict[str, Any]:
    return {
        "run_id": result.run_id,
        "version": econsim.__version__,
        "scenario": result.scenario.name,
        "scenario_hash": result.scenario.hash,
        "seed": result.seed,
        "draws": result.draws,
        "ensemble": result.ensemble,
        "engine": result.engine,
        "agents": result.agents,
        "split": result.split,
        "failed_draws": result.failed_draws,
        "packages": package_versions(result.engine),
        "created": current_time().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "files": files,
    }


def current_time() -> datetime.datetime:
    """Now, to the second, or the time that SOURCE_DATE_EPOCH says, so that the same files can be made again later.

    raises : InputError where that is no number of seconds
    """
    said = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        if said:
            return datetime.datetime.fromtimestamp(int(said), datetime.UTC)
        return datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    except (ValueError, OverflowError, OSError):
        raise InputError(Problem("SOURCE_DATE_EPOCH", "must be seconds since 1970", repr(said)[:40])) from None


def package_versions(engine: str = "batch") -> dict[str, str]:
    """Versions of Python and of the packages that numbers may depend on; of JAX for the compiled engine."""
    found = {"python": platform.python_version()}
    for name in (*PACKAGES, *(COMPILERS if engine == "compiled" else ())):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def digest(path: Path) -> str:
    """sha256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


# ---------------------------------------------------------------------------------------------------- reading


def inspect_run(folder: Path) -> Content:
    """What run a folder holds; raises InputError if it holds anything but one run."""
    found = entries(folder)
    strange = [path.name for path in found if path.name not in RUN_FILES or path.is_symlink() or not path.is_file()]
    if strange:
        named = ", ".join(strange[:3]) + (" …" if len(strange) > 3 else "")
        raise refusal(folder, f"holds what is no part of a run ({named}); choose a new or empty folder")
    if not found:
        raise refusal(folder, "is empty: there is no run in it")
    manifest = read_manifest(folder)
    listed = set(manifest["files"]) | {MANIFEST}
    unchanged = {path.name for path in found} == listed and not _changed(folder, manifest)
    return Content(str(manifest["run_id"]), f"run {manifest['run_id']}", unchanged)


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a run folder; raises InputError where there is none, or it is not what econsim writes."""
    if not folder.exists():
        raise refusal(folder, "no such folder")
    if not folder.is_dir():
        raise refusal(folder, "is a file, not a run folder")
    if not (folder / MANIFEST).is_file():
        raise refusal(folder, f"is not a run folder: it has no {MANIFEST}")
    manifest = read_json(folder / MANIFEST)
    wrong = [key for key, kind in _MANIFEST_KEYS.items() if type(manifest.get(key)) is not kind]
    if wrong:
        raise refusal(folder / MANIFEST, f"is not the manifest of a run: {', '.join(wrong)} missing or not usable")
    files = manifest["files"]
    if not {SCENARIO, SUMMARY, SERIES, METRICS} <= set(files) <= set(RUN_FILES):
        raise refusal(folder / MANIFEST, "is not the manifest of a run: it lists other files")
    return manifest


_MANIFEST_KEYS = {
    "run_id": str,
    "version": str,
    "scenario": str,
    "scenario_hash": str,
    "seed": int,
    "draws": int,
    "ensemble": str,
    "engine": str,
    "failed_draws": int,
    "files": dict,
}


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file; raises InputError for anything else."""
    try:
        if path.stat().st_size > LARGEST_JSON:
            raise refusal(path, f"is too large: at most {LARGEST_JSON:,} bytes are read")
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise refusal(path, f"cannot be read: {(error.strerror or 'unknown reason').lower()}") from None
    except (UnicodeDecodeError, RecursionError):
        raise refusal(path, "is damaged: not JSON") from None
    except json.JSONDecodeError as error:
        raise InputError(Problem("", f"is damaged: {error.msg}", file=str(path), line=error.lineno)) from None
    if not isinstance(content, dict):
        raise refusal(path, "is not a JSON object")
    return content


def _changed(folder: Path, manifest: dict[str, Any]) -> list[Problem]:
    problems = []
    for name, expected in manifest["files"].items():
        path = folder / name
        if not path.is_file():
            problems.append(Problem("", "is missing from the run", file=str(path)))
        elif digest(path) != expected:
            problems.append(Problem("", "is damaged: it is not as it was written", file=str(path)))
    return problems


def read_run(folder: str | Path) -> StoredRun:
    """Read a run folder back, every file checked against the manifest.

    raises : InputError when there is no run there, or naming every file that is missing or damaged
    """
    folder = Path(folder)
    try:
        manifest = read_manifest(folder)
        problems = _changed(folder, manifest)
        if problems:
            raise InputError(problems)
        series, metrics = pd.read_parquet(folder / SERIES), pd.read_parquet(folder / METRICS)
        effects = pd.read_parquet(folder / EFFECTS) if EFFECTS in manifest["files"] else None
        text = (folder / SCENARIO).read_text(encoding="utf-8")
    except InputError:
        raise
    except ValueError:
        raise refusal(folder, "is damaged: its tables or its scenario cannot be read") from None
    except OSError as error:
        raise refusal(folder, f"cannot be read: {(error.strerror or str(error)).lower()}") from None
    scenario = _stored_scenario(folder, text, manifest)
    return StoredRun(folder, manifest, read_json(folder / SUMMARY), series, metrics, scenario, effects)


def _stored_scenario(folder: Path, text: str, manifest: dict[str, Any]) -> Scenario:
    file = str(folder / SCENARIO)
    same_version = manifest["version"] == econsim.__version__
    try:
        scenario = Scenario.from_yaml(text, file)
    except InputError as error:
        if same_version:
            raise
        message = f"was written by econsim {manifest['version']} and cannot be read by {econsim.__version__}"
        raise InputError([Problem("", message, file=file), *error.problems]) from None
    # Another version may resolve the same file to another world; for one and the same version that is damage.
    if same_version and scenario.hash != manifest["scenario_hash"]:
        raise refusal(folder / SCENARIO, "is not the world that the manifest names")
    return scenario
