"""Folders of tipping points and flips: JSON, a CSV table, and whatever figures are drawn into them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

import econsim
from econsim.store import as_json, digest, read_json
from econsim.whole_folder import Content, check_folder, entries, refusal, write_folder

MANIFEST = "manifest.json"
FIGURES = ("svg", "png", "pdf")
NAMES = ("tip", "flip")


class Study(Protocol):
    """What can be written: a result with an identity."""

    engine: str

    @property
    def id(self) -> str:
        """Twelve hexadecimal digits."""

    def summary(self) -> dict[str, Any]:
        """As JSON has it."""

    def table(self) -> pd.DataFrame:
        """As CSV has it."""


def write_study(
    study: Study, name: str, folder: str | Path, draw: Callable[[Path], None] | None = None, force: bool = False
) -> Path:
    """Write NAME.json, NAME.csv, figures and manifest.json.

    name    : `tip` or `flip`
    draw    : draws the figures into the folder that it is given
    force   : replace another study that the folder holds; other files are never replaced
    returns : the folder
    raises  : InputError when the folder holds anything else or cannot be written; nothing is half-written
    """

    def build(place: Path) -> None:
        (place / f"{name}.json").write_text(as_json(study.summary()), encoding="utf-8")
        study.table().to_csv(place / f"{name}.csv", index=False, lineterminator="\n")
        if draw is not None:
            draw(place)
        files = {path.name: digest(path) for path in sorted(place.iterdir())}
        content = {"id": study.id, "kind": name, "version": econsim.__version__, "engine": study.engine}
        (place / MANIFEST).write_text(as_json({**content, "files": files}), encoding="utf-8")

    folder = Path(folder)
    return write_folder(folder, build, identity=study.id, inspect=inspect_study, last=MANIFEST, force=force)


def check_study_folder(folder: str | Path, identity: str, force: bool = False) -> None:
    """Whether a study may be written to a folder; raises InputError before the work is done."""
    check_folder(Path(folder), identity, inspect_study, force)


def inspect_study(folder: Path) -> Content:
    """What study a folder holds; raises InputError if it holds anything but one."""
    allowed = {MANIFEST} | {f"{name}.{end}" for name in NAMES for end in ("json", "csv", *FIGURES)}
    found = entries(folder)
    strange = [path.name for path in found if path.name not in allowed or path.is_symlink() or not path.is_file()]
    if strange:
        named = ", ".join(strange[:3]) + (" …" if len(strange) > 3 else "")
        raise refusal(folder, f"holds what is no part of a study ({named}); choose a new or empty folder")
    if not (folder / MANIFEST).is_file():
        raise refusal(folder, f"holds something that is not a study: it has no {MANIFEST}")
    manifest = read_json(folder / MANIFEST)
    files, identity = manifest.get("files"), manifest.get("id")
    if not isinstance(files, dict) or not isinstance(identity, str) or manifest.get("kind") not in NAMES:
        raise refusal(folder / MANIFEST, "is not the manifest of a study of tipping points or flips")
    unchanged = {path.name for path in found} == set(files) | {MANIFEST}
    unchanged = unchanged and all(digest(folder / name) == said for name, said in files.items())
    return Content(identity, f"study {identity}", unchanged)
