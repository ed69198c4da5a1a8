"""The folder of a sweep: what may lie in it, whether it can be used, and its files that are not tables."""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import econsim
from econsim.errors import InputError, Problem
from econsim.scenario import Scenario
from econsim.store import as_json, package_versions, read_json
from econsim.studies.designs import ListDesign
from econsim.studies.sweep_files import PARTIAL, chunk_name, write_text
from econsim.studies.sweep_lock import LOCK
from econsim.studies.sweep_plan import SweepPlan
from econsim.studies.sweep_status import CANCEL, STATUS
from econsim.whole_folder import refusal

PLAN, SPEC, POINTS = "plan.json", "spec.yaml", "points.csv"
INDEX, CHECKSUMS, MANIFEST = "index.parquet", "chunks.sha256", "manifest.json"
SCENARIOS, CHUNKS = "scenarios", "chunks"
PASSING = (STATUS, CANCEL, LOCK)  # they say nothing about the numbers
ENTRIES = (PLAN, SPEC, POINTS, INDEX, CHECKSUMS, MANIFEST, SCENARIOS, CHUNKS, *PASSING)

_PLAN_KEYS: dict[str, type] = {
    "sweep_id": str,
    "version": str,
    "engine": str,
    "scenarios": dict,
    "design": list,
    "points": int,
    "draws": int,
    "rows": int,
    "chunk_rows": int,
    "shocks": str,
    "seed": int,
    "ensemble": str,
    "metrics": list,
    "identity": dict,
    "packages": dict,
}


def read_plan(folder: Path) -> dict[str, Any] | None:
    """The content of `plan.json`; None for a folder in which nothing has been begun.

    raises : InputError for a folder that holds anything that is no part of a sweep, or a damaged plan
    """
    try:
        if not folder.exists():
            return None
        is_file = not folder.is_dir()
        found = [] if is_file else [path.name for path in sorted(folder.iterdir()) if not path.name.endswith(PARTIAL)]
        has_plan = (folder / PLAN).exists()
    except (OSError, ValueError) as error:
        raise refusal(folder, f"cannot be used: {getattr(error, 'strerror', None) or error}") from None
    if is_file:
        raise refusal(folder, "is a file, and a folder is needed")
    strange = [name for name in found if name not in (ENTRIES if has_plan else PASSING)]
    if strange:
        named = ", ".join(strange[:3]) + (" …" if len(strange) > 3 else "")
        raise refusal(folder, f"holds what is no part of a sweep ({named}); choose a new or empty folder")
    if not has_plan:
        return None
    content = read_json(folder / PLAN)
    wrong = [key for key, kind in _PLAN_KEYS.items() if type(content.get(key)) is not kind]
    if not wrong and not all(isinstance(one, str) for one in content["packages"].values()):
        wrong = ["packages"]
    if wrong:
        raise refusal(folder / PLAN, f"is not the plan of a sweep: {', '.join(wrong)} missing or not usable")
    return content


def check_folder(folder: Path, plan: SweepPlan, held: dict[str, Any] | None, resume: bool) -> None:
    """Whether a sweep may be computed into a folder that holds the plan `held`, or nothing.

    raises : InputError where it holds another sweep, or the same one and `resume` was not asked for
    """
    if held is None:
        return
    if held["version"] != econsim.__version__:
        message = f"was begun by econsim {held['version']}, and this is {econsim.__version__}: choose a new folder"
        raise refusal(folder, message)
    if held["sweep_id"] != plan.sweep_id:
        differs = ", ".join(_differences(held["identity"], plan.identity)) or "its plan"
        raise refusal(folder, f"holds another sweep, {held['sweep_id']} ({differs} differs); choose a new folder")
    if not resume:
        state = "this sweep, complete" if (folder / MANIFEST).exists() else "an unfinished run of this sweep"
        raise refusal(folder, f"holds {state}; give --resume (resume=True) to go on with it, or choose a new folder")


def _differences(one: dict[str, Any], other: dict[str, Any]) -> Iterator[str]:
    return (str(key) for key in {**one, **other} if one.get(key) != other.get(key))


def changed_packages(held: dict[str, Any]) -> str:
    """Packages that have changed since a plan was made, in words; empty where none have."""
    now = package_versions(held["engine"])
    then = held["packages"]
    changed = [f"{name} {then[name]} → {now[name]}" for name in now if name in then and then[name] != now[name]]
    return ", ".join(changed)


def write_layout(folder: Path, plan: SweepPlan, held: dict[str, Any] | None) -> list[str]:
    """The files that say what the sweep is, plan first; those that are there and as they should be stay.

    held    : the plan that is there, see `read_plan`
    returns : those that were there and were something else
    """
    content = plan.content()
    if held is not None:  # what a sweep was begun with is kept
        content["packages"] = held["packages"]
    files = {PLAN: lambda: [as_json(content)]} | _layout(plan)
    damaged = []
    for name, pieces in files.items():
        path = folder / name
        there = path.exists()
        if there and _holds(path, pieces()):
            continue
        damaged += [name] if there else []
        path.parent.mkdir(exist_ok=True)
        write_text(path, pieces())
    for pair in plan.pairs:
        (folder / CHUNKS / pair.label).mkdir(parents=True, exist_ok=True)
    return damaged


def _holds(path: Path, pieces: Iterable[str]) -> bool:
    """Whether a file is this text and no more."""
    try:
        with path.open("rb") as stream:
            return all(stream.read(len(part)) == part for part in map(str.encode, pieces)) and not stream.read(1)
    except OSError:
        return False


def layout_names(plan: SweepPlan) -> list[str]:
    """Paths in the folder of the files that say what the sweep is."""
    return [PLAN, *_layout(plan)]


def _layout(plan: SweepPlan) -> dict[str, Callable[[], Iterable[str]]]:
    """Spec, scenarios and points, so that the folder stands on its own: path -> the text, piece by piece."""
    files: dict[str, Callable[[], Iterable[str]]] = {}
    spec, design = plan.spec, plan.spec.design
    if isinstance(design, ListDesign) and design.file is not None:
        files[POINTS] = partial(_csv_lines, design)
        design = dataclasses.replace(design, file=POINTS)
    words = [f"{SCENARIOS}/{pair.label}.yaml" for pair in plan.pairs]
    against = f"{SCENARIOS}/{plan.pairs[0].label}.status-quo.yaml"
    spec = dataclasses.replace(spec, design=design, words=(*words, against))
    files[SPEC] = lambda: [spec.to_yaml()]
    for pair, word in zip(plan.pairs, words, strict=True):
        files[word] = partial(_yaml, pair.scenario)
        files[word.replace(".yaml", ".status-quo.yaml")] = partial(_yaml, pair.status_quo)
    return files


def _yaml(scenario: Scenario) -> list[str]:
    return [scenario.to_yaml()]


def _csv_lines(design: ListDesign) -> Iterator[str]:
    yield ",".join(design.names) + "\n"
    for row in design.table:
        yield ",".join(map(repr, row.tolist())) + "\n"


def chunk_path(plan: SweepPlan, label: str, index: int) -> str:
    """Path of a chunk file in the folder."""
    return f"{CHUNKS}/{label}/{chunk_name(index, plan.address(label, index))}"


def chunks_begun(folder: Path, plan: SweepPlan) -> int:
    """One more than the number of the last chunk that has a file: a sweep may have more chunks than memory has room."""
    last = -1
    for pair in plan.pairs:
        with contextlib.suppress(FileNotFoundError), os.scandir(folder / CHUNKS / pair.label) as found:
            for entry in found:
                number = entry.name.partition("-")[0]
                if number.isdecimal():
                    last = max(last, int(number))
    return min(last + 1, plan.chunks)


def cannot_write(folder: Path, error: OSError) -> InputError:
    """The error of a full or read-only disk in the middle of the work."""
    reason = (error.strerror or str(error) or type(error).__name__).lower()
    message = f"cannot be written: {reason}"
    if (folder / PLAN).exists():
        message += ". Finished chunks are kept: go on with --resume (resume=True)"
    return InputError(Problem("", message, file=str(folder)))
