"""Verifying the folder of a comparison: its runs, and what it says of them together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import econsim
from econsim.errors import InputError
from econsim.runs import Progress
from econsim.store import read_json, read_manifest
from econsim.studies.compare import Comparison
from econsim.studies.comparison_store import COMPARISON
from econsim.verification.numbers import Numbers, as_number, flattened, mismatches, shown
from econsim.verification.report import SHOWN, Difference, Verification
from econsim.verification.run_check import compare_run, engine_for, open_folder, rerun
from econsim.whole_folder import refusal


def verify_comparison(folder: Path, path: str, engine: str, progress: Progress | None) -> Verification:
    """Verify a comparison's folder; see `econsim.verify`."""
    content = read_json(folder / COMPARISON)
    listed = content.get("folders")
    if not isinstance(listed, dict) or not listed:
        raise refusal(folder / COMPARISON, "is not what a comparison writes")
    differences: list[Difference] = []
    folders = []
    for name in listed:
        try:
            folders.append(open_folder(folder / name, read_manifest(folder / name), name))
        except InputError as error:
            differences.append(Difference(name, "", error.problems[0].message, ""))
    chosen = engine_for([one.manifest for one in folders], engine) if folders else "batch"
    results = rerun(folders, chosen, progress)
    for one, result in zip(folders, results, strict=True):
        if result is not None:
            compare_run(one, result, chosen)
        named = {found.file for found in one.differences}
        for name in sorted(one.changed):
            if one.at(name) not in named:
                one.differences.append(Difference(one.at(name), "", "was changed since it was written", ""))
        differences += one.differences
    known = [one for one in results if one is not None]
    numbers = sum(one.numbers for one in folders)
    if len(known) == len(listed):
        fresh = {"folders": {one.name: result.run_id for one, result in zip(folders, known, strict=True)},
                 **Comparison(known).summary()}  # fmt: skip
        same_version = content.get("version") == econsim.__version__
        told, count = _compared(content, fresh, same_version)
        differences += told
        numbers += count
    notes: tuple[str, ...] = ()
    version = str(content.get("version", "an unknown version"))
    if version != econsim.__version__:
        notes = (f"Written by econsim {version} and verified with {econsim.__version__}; run ids differ.",)
    identity = ", ".join(str(one) for one in listed.values())
    files = 1 + sum(len(one.manifest["files"]) for one in folders)
    return Verification(
        path, "comparison", identity, version, econsim.__version__, numbers, files, tuple(differences), notes
    )


def _compared(stored: dict[str, Any], fresh: dict[str, Any], same_version: bool) -> tuple[list[Difference], int]:
    ours, theirs = flattened(stored), flattened(fresh)
    found = [
        Difference(COMPARISON, name, "is nothing that a comparison holds", "") for name in ours if name not in theirs
    ]
    numbers: dict[str, float] = {}
    kept: dict[str, float] = {}
    for name, value in theirs.items():
        if name not in ours:
            found.append(Difference(COMPARISON, name, "is missing", ""))
            continue
        try:
            numbers[name], kept[name] = as_number(value), as_number(ours[name])
        except TypeError:
            about_version = name == "version" or name.startswith(("folders", "run_ids"))
            if ours[name] != value and (same_version or not about_version):
                found.append(Difference(COMPARISON, name, f"'{ours[name]}'", f"'{value}'"))
    sizes = {name: _size(name, theirs) for name in numbers}
    here, there = Numbers.of(kept, sizes), Numbers.of(numbers, sizes)
    for place in mismatches(here, there, lambda: there.sizes * 1e-6)[:SHOWN]:
        told = (shown(here.values[place]), shown(there.values[place]))
        found.append(Difference(COMPARISON, here.names[place], *told))
    return found[: 4 * SHOWN], len(numbers)


def _size(name: str, values: dict[str, Any]) -> float:
    """The level of the metric that a number of an effect belongs to."""
    parts = name.split(".")
    if "effects" not in parts:
        return 0.0
    level = ".".join("metrics" if part == "effects" else part for part in parts[:-1])
    return max((abs(as_number(values.get(f"{level}.{key}"))) for key in ("p5", "p95", "mean")
                if values.get(f"{level}.{key}") is not None), default=0.0)  # fmt: skip


__all__ = ["verify_comparison"]
