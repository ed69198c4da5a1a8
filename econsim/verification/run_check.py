"""Verifying run folders: the hashes of their files, and every number against a rerun."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

import econsim
from econsim.engines import has_jax
from econsim.errors import InputError, Problem
from econsim.results import Result, run_identity, simulate_many
from econsim.runs import Progress
from econsim.scenario import Scenario
from econsim.store import (
    EFFECTS,
    METRICS,
    METRICS_CSV,
    SCENARIO,
    SERIES,
    SERIES_CSV,
    SUMMARY,
    digest,
    read_json,
    series_effects,
    write_run_files,
)
from econsim.verification.numbers import (
    Numbers,
    Room,
    as_number,
    flattened,
    mismatches,
    of_table,
    shown,
)
from econsim.verification.report import SHOWN, Difference

NUDGES = (1.0 + 1e-12, 1.0 - 2e-12)
NUDGED = "task_budget"


@dataclass
class StoredFolder:
    """One run folder that is verified.

    name     : before its files in differences; empty for the folder that was named
    manifest : as read
    scenario : None where it cannot be read
    changed  : files whose hash is not the manifest's, or that are missing
    """

    name: str
    folder: Path
    manifest: dict[str, Any]
    scenario: Scenario | None
    changed: set[str]
    differences: list[Difference] = field(default_factory=list)
    numbers: int = 0

    def at(self, file: str) -> str:
        """A file's name in a difference."""
        return f"{self.name}/{file}" if self.name else file

    @property
    def same_version(self) -> bool:
        return bool(self.manifest["version"] == econsim.__version__)


def open_folder(folder: Path, manifest: dict[str, Any], name: str = "") -> StoredFolder:
    """A run folder with the hashes of its files compared, and its scenario read."""
    found = StoredFolder(name, folder, manifest, None, set())
    for file, expected in manifest["files"].items():
        path = folder / file
        if not path.is_file():
            found.differences.append(Difference(found.at(file), "", "is missing", ""))
            found.changed.add(file)
        elif digest(path) != expected:
            found.changed.add(file)
    if SCENARIO not in found.changed or (folder / SCENARIO).is_file():
        _read_scenario(found)
    return found


def _read_scenario(found: StoredFolder) -> None:
    try:
        text = (found.folder / SCENARIO).read_text(encoding="utf-8")
        scenario = Scenario.from_yaml(text, found.at(SCENARIO))
    except (InputError, OSError, UnicodeDecodeError) as error:
        by = "" if found.same_version else f" (written by econsim {found.manifest['version']})"
        told = str(error).splitlines()[0] if str(error) else type(error).__name__
        found.differences.append(Difference(found.at(SCENARIO), "", f"cannot be read{by}: {told}", ""))
        found.changed.add(SCENARIO)
        return
    found.scenario = scenario
    if not found.same_version:
        return
    manifest = found.manifest
    if scenario.hash != manifest["scenario_hash"]:
        if SCENARIO in found.changed:
            told = "was changed: it is not the world that was run"
        else:
            told = "is not the world that the manifest names"
        found.differences.append(Difference(found.at(SCENARIO), "", told, ""))
        found.scenario = None
        return
    given = (manifest["draws"], manifest["seed"], manifest["ensemble"])
    run_id = run_identity(scenario, *given, manifest.get("agents") or None)
    if run_id != manifest["run_id"]:
        found.differences.append(Difference(found.at("manifest.json"), "run_id", manifest["run_id"], run_id))


def engine_for(manifests: Sequence[Mapping[str, Any]], asked: str) -> str:
    """The engine of a rerun: the one that was used, where it is here and not one future at a time."""
    if asked != "auto":
        return asked
    used = {str(one["engine"]) for one in manifests}
    return "compiled" if used == {"compiled"} and has_jax() else "batch"


def rerun(folders: Sequence[StoredFolder], engine: str, progress: Progress | None) -> list[Result | None]:
    """The runs again, all of them on the same draws; None where the scenario is not there to be run."""
    usable = [one for one in folders if one.scenario is not None]
    if not usable:
        return [None for _ in folders]
    for one in usable:
        if one.manifest.get("agents"):
            kinds = ", ".join(one.manifest["agents"].values())
            message = f"was run with agents of its own ({kinds}), which the folder does not hold: it cannot be rerun"
            raise InputError(Problem("", message, file=str(one.folder)))
    how = usable[0].manifest
    scenarios = [one.scenario for one in usable if one.scenario is not None]
    results = simulate_many(
        scenarios, how["draws"], how["seed"], how["ensemble"], engine, split=bool(how.get("split")), progress=progress
    )
    again = iter(results)
    return [None if one.scenario is None else next(again) for one in folders]


def compare_run(found: StoredFolder, result: Result, engine: str) -> None:
    """Compare every number of a run folder with a rerun; what differs is noted in the folder."""
    sizes = levels(result)
    room = Room(lambda: [_nudged(found, result, engine, nudge, sizes) for nudge in NUDGES])
    fresh = contents(result, sizes, found.manifest["files"])
    for file, numbers in fresh.items():
        path = found.folder / file
        if not path.is_file():
            continue
        before = len(found.differences)
        try:
            stored = _stored(path, file, sizes)
        except (ValueError, KeyError, TypeError, OSError, InputError):
            found.differences.append(Difference(found.at(file), "", "is damaged: it cannot be read", ""))
            continue
        _compare(found, file, stored, numbers, room)
        if file == SUMMARY:
            _compare_words(found, result, engine)
        if file in found.changed and len(found.differences) == before:
            _name_the_change(found, file, stored, numbers, result)
    failed = found.manifest["failed_draws"]
    if failed != result.failed_draws:
        told = (str(failed), str(result.failed_draws))
        found.differences.append(Difference(found.at("manifest.json"), "failed_draws", *told))


def levels(result: Result) -> dict[str, float]:
    """Metric -> size of its level, which differences are measured by."""
    found = {}
    for name in result.catalogue:
        values = result.values(name)
        known = abs(values[pd.notna(values)])
        found[name] = float(pd.Series(known).quantile(0.95)) if known.size else 0.0
    return found


def contents(result: Result, sizes: Mapping[str, float], files: Mapping[str, str]) -> dict[str, Numbers]:
    """The numbers of every file of a run that a manifest lists."""
    series, metrics = result.series, result.metrics.reset_index()
    keys = ["metric", "period", "date"]
    found = {
        SUMMARY: _of_summary(result.summary(), sizes),
        SERIES: of_table(series, keys, sizes),
        METRICS: of_table(metrics, ["draw"], sizes),
    }
    if EFFECTS in files:
        found[EFFECTS] = of_table(series_effects(result), keys, sizes)
    if SERIES_CSV in files:
        found[SERIES_CSV] = found[SERIES]
    if METRICS_CSV in files:
        found[METRICS_CSV] = found[METRICS]
    return {name: numbers for name, numbers in found.items() if name in files}


def _of_summary(summary: Mapping[str, Any], sizes: Mapping[str, float]) -> Numbers:
    numbers, scale = {}, {}
    for name, value in flattened(dict(summary)).items():
        try:
            numbers[name] = as_number(value)
        except TypeError:
            continue
        parts = name.split(".")
        scale[name] = sizes.get(parts[1], 0.0) if len(parts) > 2 else 0.0
    return Numbers.of(numbers, scale)


def _stored(path: Path, file: str, sizes: Mapping[str, float]) -> Numbers:
    """The numbers of a stored file."""
    keys = ["metric", "period", "date"]
    if file == SUMMARY:
        return _of_summary(read_json(path), sizes)
    if file in (SERIES, EFFECTS):
        return of_table(pd.read_parquet(path), keys, sizes)
    if file == METRICS:
        return of_table(pd.read_parquet(path).reset_index(), ["draw"], sizes)
    if file == SERIES_CSV:
        return of_table(pd.read_csv(path).drop(columns="year"), keys, sizes)
    return of_table(pd.read_csv(path), ["draw"], sizes)


def _compare(found: StoredFolder, file: str, stored: Numbers, fresh: Numbers, room: Room) -> None:
    if list(stored.names) != list(fresh.names):
        ours, theirs = set(stored.names), set(fresh.names)
        extra, missing = sorted(ours - theirs), sorted(theirs - ours)
        said = [f"has {name}, which a rerun does not" for name in extra[:SHOWN]]
        said += [f"lacks {name}" for name in missing[:SHOWN]]
        found.differences += [Difference(found.at(file), "", one, "") for one in said or ["is in another order"]]
        return
    found.numbers += len(fresh.names)
    places = mismatches(stored, fresh, lambda: room.of(file, fresh))
    for place in places[:SHOWN]:
        told = (shown(stored.values[place]), shown(fresh.values[place]))
        found.differences.append(Difference(found.at(file), stored.names[place], *told))
    if len(places) > SHOWN:
        found.differences.append(Difference(found.at(file), "", f"{len(places) - SHOWN:,} more numbers differ", ""))


def _compare_words(found: StoredFolder, result: Result, engine: str) -> None:
    """Names and the finding in summary.json; across engines a sentence may round otherwise where no number differs."""
    stored, fresh = flattened(read_json(found.folder / SUMMARY)), flattened(result.summary())
    exact = found.same_version and engine == found.manifest["engine"]
    for name, value in fresh.items():
        if not isinstance(value, str) or stored.get(name) == value or (name == "run_id" and not found.same_version):
            continue
        if name == "finding" and not exact:
            continue
        told = str(stored.get(name))
        found.differences.append(Difference(found.at(SUMMARY), name, f"'{told[:400]}'", f"'{value[:400]}'"))


def _name_the_change(found: StoredFolder, file: str, stored: Numbers, fresh: Numbers, result: Result) -> None:
    """A file that was changed, though by no more than rounding: which number it was, as far as that can be told."""
    places = [place for place in range(len(fresh.values)) if not _same(stored.values[place], fresh.values[place])]
    if 0 < len(places) <= SHOWN:
        for place in places:
            told = (f"{stored.values[place]!r}", f"{fresh.values[place]!r}")
            found.differences.append(Difference(found.at(file), stored.names[place], *told))
        return
    found.differences.append(Difference(found.at(file), "", "was changed since it was written", ""))


def _same(one: float, other: float) -> bool:
    return one == other or (one != one and other != other)


def _nudged(
    found: StoredFolder, result: Result, engine: str, nudge: float, sizes: Mapping[str, float]
) -> Mapping[str, Numbers]:
    """The same run with one parameter moved by a trillionth: how far each number answers to rounding."""
    scenario = result.scenario
    one = scenario.assumptions[NUDGED]
    if not one.fixed:
        return {}
    how = found.manifest
    moved = scenario.with_assumptions(**{NUDGED: one.default * nudge})
    again = simulate_many([moved], how["draws"], how["seed"], how["ensemble"], engine, split=bool(how.get("split")))[0]
    return contents(again, sizes, how["files"])


def fresh_folder(result: Result, place: Path, csv: bool = False) -> Path:
    """A rerun written as a run folder."""
    place.mkdir(parents=True)
    write_run_files(result, place, csv=csv)
    return place


__all__ = ["StoredFolder", "compare_run", "engine_for", "fresh_folder", "open_folder", "rerun"]
