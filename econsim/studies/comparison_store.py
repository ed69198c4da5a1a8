"""Comparison folders: compare.json and one run folder a scenario."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from econsim.results import run_identity
from econsim.runs import Settings
from econsim.scenario import Scenario
from econsim.store import as_json, inspect_run, read_json, write_run_files
from econsim.whole_folder import Content, check_folder, entries, refusal, write_folder

if TYPE_CHECKING:
    from econsim.studies.compare import Comparison

COMPARISON = "compare.json"


def distinct(names: Sequence[str], pattern: str = "{} ({})") -> tuple[str, ...]:
    """Names made distinct: the second `baseline` becomes `baseline (2)`, or as the pattern says."""
    found: list[str] = []
    for name in names:
        tries = itertools.chain([name], (pattern.format(name, count) for count in itertools.count(2)))
        found.append(next(one for one in tries if one not in found))
    return tuple(found)


def write_comparison(comparison: Comparison, folder: str | Path, *, csv: bool = False, force: bool = False) -> Path:
    """Write compare.json and one run folder a scenario.

    csv     : also series.csv in each run folder
    force   : replace another comparison that the folder holds; other files are never replaced
    returns : the folder
    raises  : InputError when the folder holds anything else or cannot be written; nothing is half-written
    """
    folder = Path(folder)
    names = folder_names([result.scenario for result in comparison.results])
    run_ids = [result.run_id for result in comparison.results]

    def build(place: Path) -> None:
        for name, result in zip(names, comparison.results, strict=True):
            (place / name).mkdir()
            write_run_files(result, place / name, csv=csv)
        content = {"folders": dict(zip(names, run_ids, strict=True)), **comparison.summary()}
        (place / COMPARISON).write_text(as_json(content), encoding="utf-8")

    identity = _identity(dict(zip(names, run_ids, strict=True)))
    return write_folder(folder, build, identity=identity, inspect=inspect_comparison, last=COMPARISON, force=force)


def check_comparison_folder(
    folder: str | Path, scenarios: Sequence[Scenario], settings: Settings, force: bool = False
) -> None:
    """Whether a comparison may be written to a folder; raises InputError before the work is done."""
    run_ids = [run_identity(one, settings.draws, settings.seed, settings.ensemble) for one in scenarios]
    identity = _identity(dict(zip(folder_names(scenarios), run_ids, strict=True)))
    check_folder(Path(folder), identity, inspect_comparison, force)


def folder_names(scenarios: Sequence[Scenario]) -> tuple[str, ...]:
    """A folder name for each scenario: its name in lower-case letters, digits and hyphens, made distinct."""
    plain = [re.sub(r"[^a-z0-9]+", "-", one.name.lower()).strip("-")[:60] or "scenario" for one in scenarios]
    return distinct(plain, "{}-{}")


def _identity(run_ids: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(list(run_ids.items())).encode()).hexdigest()[:12]


def inspect_comparison(folder: Path) -> Content:
    """What comparison a folder holds; raises InputError if it holds anything but one comparison."""
    path = folder / COMPARISON
    if path.is_symlink() or not path.is_file():
        raise refusal(folder, f"holds something that is not a comparison: it has no {COMPARISON}")
    listed = read_json(path).get("folders")
    if not isinstance(listed, dict) or not all(isinstance(one, str) for one in listed.values()):
        raise refusal(path, "is not what a comparison writes")
    strange = [one.name for one in entries(folder) if one.name != COMPARISON and one.name not in listed]
    if strange:
        named = ", ".join(strange[:3]) + (" …" if len(strange) > 3 else "")
        raise refusal(folder, f"holds what is no part of a comparison ({named}); choose a new or empty folder")
    unchanged = True
    for name, run_id in listed.items():
        if (folder / name).is_symlink() or not (folder / name).is_dir():
            raise refusal(folder / name, "is not the run folder that the comparison lists")
        held = inspect_run(folder / name)
        unchanged &= held.unchanged and held.identity == run_id
    return Content(_identity(listed), f"a comparison of {', '.join(listed)}", unchanged)
