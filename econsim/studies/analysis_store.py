"""Folders of analyses: JSON, CSV, figures, and a manifest that says what they are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

import econsim
from econsim.store import MANIFEST, as_json, digest, read_json
from econsim.whole_folder import Content, check_folder, entries, refusal, write_folder

FORMATS = ("svg", "png", "pdf")
SHARPNESS = 2.0  # pixels of a PNG for each of the chart's


def check_analysis_folder(folder: str | Path | None, identity: str, force: bool, sweep: Path | None = None) -> None:
    """Whether an analysis may be written to a folder; raises InputError before the work is done.

    sweep : the folder of the sweep that is analysed, in which nothing else may lie
    """
    if folder is None:
        return
    place = Path(folder)
    if sweep is not None and sweep.resolve() in (place.resolve(), *place.resolve().parents):
        raise refusal(place, "lies in the folder of the sweep, which can hold nothing else; choose another folder")
    check_folder(place, identity, inspect_analysis, force)


def write_analysis(
    folder: str | Path,
    kind: str,
    identity: str,
    summary: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    figures: Mapping[str, Any] | None = None,
    force: bool = False,
) -> Path:
    """Write `<kind>.json`, a CSV a table, each figure as SVG, PNG and PDF, and manifest.json.

    figures : name -> altair chart
    returns : the folder
    raises  : InputError when the folder holds anything else or cannot be written; nothing is half-written
    """

    def build(place: Path) -> None:
        (place / f"{kind}.json").write_text(as_json(summary), encoding="utf-8")
        for name, table in tables.items():
            table.to_csv(place / f"{name}.csv", index=False, lineterminator="\n")
        for name, chart in (figures or {}).items():
            for form in FORMATS:
                chart.save(place / f"{name}.{form}", **({"scale_factor": SHARPNESS} if form == "png" else {}))
        files = {path.name: digest(path) for path in sorted(place.iterdir())}
        content = {"analysis": kind, "identity": identity, "version": econsim.__version__, "files": files}
        (place / MANIFEST).write_text(as_json(content), encoding="utf-8")

    return write_folder(Path(folder), build, identity=identity, inspect=inspect_analysis, last=MANIFEST, force=force)


def inspect_analysis(folder: Path) -> Content:
    """What analysis a folder holds; raises InputError if it holds anything but one."""
    path = folder / MANIFEST
    content = read_json(path) if path.is_file() and not path.is_symlink() else {}
    files, identity, kind = content.get("files"), content.get("identity"), content.get("analysis")
    if not isinstance(files, dict) or not isinstance(identity, str) or not isinstance(kind, str):
        raise refusal(folder, "holds something that is not an analysis; choose a new or empty folder")
    strange = [one.name for one in entries(folder) if one.name not in files and one.name != MANIFEST]
    if strange:
        named = ", ".join(strange[:3]) + (" …" if len(strange) > 3 else "")
        raise refusal(folder, f"holds what is no part of an analysis ({named}); choose a new or empty folder")
    unchanged = all((folder / name).is_file() and digest(folder / name) == held for name, held in files.items())
    return Content(identity, f"an analysis by econsim {kind}", unchanged)


__all__ = ["MANIFEST", "check_analysis_folder", "inspect_analysis", "write_analysis"]
