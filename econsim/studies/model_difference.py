"""What a change of the model, or of its parameter book, changes in the answers: all shipped scenarios side by side."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from econsim.errors import InputError, Problem, nearest_name
from econsim.findings import SMALL_CHANGE
from econsim.runs import Progress
from econsim.studies import headlines as heads

RELEASES = Path(__file__).resolve().parents[1] / "releases"
CURRENT = "current"
COLUMNS = ("scenario", "metric", "from", "to", "change", "moved")


class ModelDifference:
    """Two sets of headline results, compared.

    before, after : as `headlines.headlines` gives them
    """

    def __init__(self, before: Mapping[str, Any], after: Mapping[str, Any], names: tuple[str, str]):
        self.before, self.after, self.names = before, after, names

    @property
    def table(self) -> pd.DataFrame:
        """One row a scenario and metric that both have: medians, relative change, and whether it is more than small."""
        rows = []
        for scenario in self.shared:
            one, other = (held["scenarios"][scenario]["metrics"] for held in (self.before, self.after))
            for metric in (name for name in one if name in other):
                rows.append((scenario, metric, *_moved(one[metric]["p50"], other[metric]["p50"])))
        return pd.DataFrame(rows, columns=list(COLUMNS))

    @property
    def shared(self) -> list[str]:
        """Scenarios that both have."""
        return [name for name in self.before["scenarios"] if name in self.after["scenarios"]]

    @property
    def only(self) -> dict[str, list[str]]:
        """Scenarios that one of the two has alone: `from` and `to`."""
        one, other = self.before["scenarios"], self.after["scenarios"]
        return {"from": [name for name in one if name not in other], "to": [name for name in other if name not in one]}

    @property
    def findings(self) -> dict[str, tuple[str, str]]:
        """Scenario -> both findings, where the words differ."""
        pairs = {
            name: tuple(held["scenarios"][name]["finding"] for held in (self.before, self.after))
            for name in self.shared
        }
        return {name: (one, other) for name, (one, other) in pairs.items() if one != other}

    @property
    def finding(self) -> str:
        """In a sentence or two."""
        table = self.table
        moved = table[table["moved"]]
        what = f"{self.names[0]} and {self.names[1]}"
        if table.empty:
            return f"{what} have no scenario in common."
        if moved.empty and not self.findings:
            return f"{what} give the same answers: no headline median of {len(self.shared)} scenarios moves by 0.5%."
        named = ", ".join(dict.fromkeys(moved["scenario"]))
        of = f" ({named})" if named else ""
        return (
            f"From {self.names[0]} to {self.names[1]}, {len(moved)} of {len(table)} headline medians move by 0.5% or "
            f"more{of}; the finding reads otherwise in {len(self.findings)} of {len(self.shared)} scenarios."
        )

    def summary(self) -> dict[str, Any]:
        """As `--json` shows it."""
        rows = self.table.astype(object).where(self.table.notna(), None).to_dict("records")
        return {
            "from": self.names[0],
            "to": self.names[1],
            "draws": self.after["draws"],
            "seed": self.after["seed"],
            "rows": rows,
            "findings": {name: {"from": one, "to": other} for name, (one, other) in self.findings.items()},
            "only": self.only,
            "finding": self.finding,
        }


def diff_model(before: str | Path, after: str | Path = CURRENT, progress: Progress | None = None) -> ModelDifference:
    """Headline results of all shipped scenarios, between two versions or two parameter books.

    before, after : `current`, a version whose results ship (`0.1.0`), a file that `headlines` wrote, or a folder
                    with a parameter book, which the current code then runs with
    raises        : InputError for anything else, and for two that were not run on the same futures
    """
    names = (str(before), str(after))
    held: dict[str, dict[str, Any]] = {}
    # Files first, so that a slip is told before minutes of work.
    for name in sorted(names, key=lambda one: one == CURRENT or Path(one).is_dir()):
        if name not in held:
            held[name] = _headlines_of(name, progress)
    one, other = (held[name] for name in names)
    told = [f"{side['draws']} draws, seed {side['seed']}, {side['ensemble']} ensemble" for side in (one, other)]
    if told[0] != told[1]:
        raise InputError(Problem("to", f"was run on other futures than {names[0]}", told[1], told[0]))
    return ModelDifference(one, other, names)


def releases() -> dict[str, Path]:
    """Version -> the file of its headline results."""
    return {path.stem: path for path in sorted(RELEASES.glob("*.json"))}


def recorded(version: str) -> dict[str, Any]:
    """The headline results of a version that ships, as `headlines.headlines` gives them."""
    return _read(releases()[version])


def _headlines_of(name: str, progress: Progress | None) -> dict[str, Any]:
    path = Path(name)
    if name == CURRENT:
        return heads.headlines(progress=progress)
    if name in releases():
        return _read(releases()[name])
    if path.is_dir():
        return heads.of_book(path)
    if path.is_file():
        return _read(path)
    known = [CURRENT, *releases()]
    near = nearest_name(name, known)
    hint = f"{', '.join(known)}, a file of headline results, or a folder with a parameter book"
    raise InputError(Problem("version", "is no version that ships, no file and no folder", name, hint, near))


def _read(path: Path) -> dict[str, Any]:
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        if held["format"] != heads.FORMAT:
            raise KeyError("format")
        for one in held["scenarios"].values():
            assert isinstance(one["finding"], str)
            assert all("p50" in values for values in one["metrics"].values())
        int(held["draws"]), int(held["seed"]), str(held["ensemble"])
    except (ValueError, KeyError, TypeError, AttributeError, AssertionError):
        hint = "what `econsim diff-model --write FILE` writes"
        raise InputError(Problem("file", "holds no headline results", str(path), hint)) from None
    except OSError as error:
        raise InputError(Problem("file", f"cannot be read: {error.strerror}", str(path))) from None
    return dict(held)


def _moved(one: float | None, other: float | None) -> tuple[float | None, float | None, float | None, bool]:
    if one is None or other is None:
        return one, other, None, (one is None) != (other is None)
    if one == other:
        return one, other, 0.0, False
    scale = abs(one)
    change = (other - one) / scale if scale > 0.0 else None
    return one, other, change, change is None or abs(change) >= SMALL_CHANGE


__all__ = ["CURRENT", "ModelDifference", "diff_model", "recorded", "releases"]
