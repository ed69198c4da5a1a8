"""A calibration on disk: the posterior as it is shipped, what the facts identify, and how it does on facts left out."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import econsim
from econsim.posterior import DRAWS, PROVENANCE, Posterior
from econsim.store import MANIFEST, as_json, digest
from econsim.studies.calibrate import Calibration
from econsim.whole_folder import Content, entries, refusal, write_folder


def identity_of(draws: int, waves: int, seed: int) -> str:
    """Twelve digits: the same for the same settings and version."""
    return hashlib.sha256(f"calibrate {draws} {waves} {seed} {econsim.__version__}".encode()).hexdigest()[:12]


def summary(result: Calibration) -> dict[str, Any]:
    """What was found, in plain Python."""
    return {
        "settings": result.settings,
        "version": econsim.__version__,
        "scenario": result.scenario.name,
        "model_error_scale": result.scale,
        "effective_draws": result.effective,
        "held_out": [one.as_dict() | {"finding": one.finding} for one in result.held_out],
        "parameters": result.identification().to_dict("records"),
    }


def write_posterior(posterior: Posterior, folder: Path) -> None:
    """The two files of a posterior: weighted draws, and where they come from."""
    names = list(posterior.values)
    lines = [",".join([*names, "weight"])]
    for row, weight in enumerate(posterior.weight):
        lines.append(",".join([*(f"{posterior.values[name][row]:.8g}" for name in names), f"{weight:.8g}"]))
    (folder / DRAWS).write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / PROVENANCE).write_text(as_json(dict(posterior.provenance)), encoding="utf-8")


def write_calibration(result: Calibration, folder: str, force: bool) -> None:
    """Write a calibration to a folder that appears whole.

    raises : InputError when the folder holds anything else or cannot be written
    """
    settings = result.settings
    identity = identity_of(settings["draws"], settings["waves"], settings["seed"])

    def build(place: Path) -> None:
        write_posterior(result.posterior(), place)
        (place / "calibration.json").write_text(as_json(summary(result)), encoding="utf-8")
        table = result.identification()
        table.to_csv(place / "identification.csv", index=False, lineterminator="\n", float_format="%.6g")
        files = {path.name: digest(path) for path in sorted(place.iterdir())}
        content = {"analysis": "calibrate", "identity": identity, "version": econsim.__version__, "files": files}
        (place / MANIFEST).write_text(as_json(content), encoding="utf-8")

    write_folder(Path(folder), build, identity=identity, inspect=_inspect, last=MANIFEST, force=force)


def _inspect(folder: Path) -> Content:
    """What a folder holds; raises InputError unless it is a calibration."""
    from econsim.store import read_json

    path = folder / MANIFEST
    content = read_json(path) if path.is_file() and not path.is_symlink() else {}
    files, identity = content.get("files"), content.get("identity")
    if content.get("analysis") != "calibrate" or not isinstance(files, dict) or not isinstance(identity, str):
        raise refusal(folder, "holds something that is not a calibration; choose a new or empty folder")
    strange = [one.name for one in entries(folder) if one.name not in files and one.name != MANIFEST]
    if strange:
        raise refusal(folder, f"holds what is no part of a calibration ({', '.join(strange[:3])})")
    unchanged = all((folder / name).is_file() and digest(folder / name) == held for name, held in files.items())
    return Content(identity, "a calibration by econsim calibrate", unchanged)
