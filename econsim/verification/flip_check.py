"""Checking the flip table of a brief: the study is made again, and every number and word of it compared."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from econsim.briefs.flip_study import STUDY, put_flip_study
from econsim.briefs.spec import BriefSpec
from econsim.errors import InputError
from econsim.runs import Progress
from econsim.store import read_json
from econsim.verification.numbers import Numbers, Room, as_number, flattened, mismatches, shown
from econsim.verification.report import SHOWN, Difference

FOLDER = "studies/flip"
TABLE = "flip.csv"


def check_flip_study(
    spec: BriefSpec,
    folder: Path,
    place: Path,
    engine: str,
    progress: Progress | None,
    words: bool = True,
) -> tuple[dict[str, Any] | None, list[Difference]]:
    """The flip study again, and where the stored one differs from it.

    folder : of the brief
    place  : where the brief is being made again; its runs are there
    words  : whether words are compared too, which another version may put otherwise
    """
    (place / "studies").mkdir()
    fresh = put_flip_study(spec, place / FOLDER, place / "runs", engine, (), None, progress)
    try:
        stored = read_json(folder / FOLDER / STUDY)
    except InputError as error:
        return fresh, [Difference(f"{FOLDER}/{STUDY}", "", error.problems[0].message, "")]
    found = _differences(f"{FOLDER}/{STUDY}", flattened(stored), flattened(fresh), words)
    if (folder / FOLDER / TABLE).is_file():  # one that is missing is told with the other files
        found += _differences(
            f"{FOLDER}/{TABLE}", _cells(folder / FOLDER / TABLE), _cells(place / FOLDER / TABLE), words
        )
    return fresh, found


def _differences(name: str, stored: dict[str, Any], fresh: dict[str, Any], words: bool) -> list[Difference]:
    """Names and values of a file, against those that it ought to hold."""
    if list(stored) != list(fresh):
        return [Difference(name, "", "holds other assumptions or values than a rerun gives", "")]
    ours, theirs = _numbers(stored), _numbers(fresh)
    if list(ours.names) != list(theirs.names):
        return [Difference(name, "", "holds words in place of numbers, or the other way round", "")]
    wrong = mismatches(ours, theirs, lambda: Room(list).of(name, theirs))
    told = [Difference(name, ours.names[one], shown(ours.values[one]), shown(theirs.values[one])) for one in wrong]
    numbers = set(ours.names)
    told += [
        Difference(name, key, f"'{value}'", f"'{fresh[key]}'")
        for key, value in stored.items()
        if words and key not in numbers and value != fresh[key]
    ]
    return told[:SHOWN]


def _numbers(content: dict[str, Any]) -> Numbers:
    found = {}
    for name, value in content.items():
        try:
            found[name] = as_number(value)
        except TypeError:
            continue
    return Numbers.of(found)


def _cells(path: Path) -> dict[str, Any]:
    """The cells of a table, by row and column; what reads as a number is one."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return {
        f"line {place + 2}, {column}": _cell(value)
        for place, row in enumerate(csv.DictReader(io.StringIO(text)))
        for column, value in row.items()
    }


def _cell(value: Any) -> Any:
    try:
        return float(value)
    except (TypeError, ValueError):
        return value


__all__ = ["check_flip_study"]
