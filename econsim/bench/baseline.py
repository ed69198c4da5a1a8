"""Figures on disk, and figures of now against those of then."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

from econsim.bench import FORMAT
from econsim.bench.machine import machine_differences
from econsim.store import as_json, read_json
from econsim.whole_folder import refusal

_PARTS = {
    "version": str,
    "created": str,
    "quick": bool,
    "sections": list,
    "machine": dict,
    "load": dict,
    "figures": dict,
    "notes": dict,
}


def check_place(path: Path) -> None:
    """Whether figures may be stored in a file, before the work; raises InputError as `write_baseline` would."""
    if path.is_dir():
        raise refusal(path, "is a folder, and a file is needed")
    if path.exists():
        try:
            read_baseline(path)
        except Exception:
            raise refusal(path, "exists already and holds no figures of `econsim bench`; choose another file") from None
    if not path.absolute().parent.is_dir():
        raise refusal(path, "cannot be written: its folder does not exist")
    if not os.access(path.absolute().parent, os.W_OK):
        raise refusal(path, "cannot be written: its folder is not writable")


def write_baseline(path: Path, report: dict[str, Any]) -> None:
    """Store what `run_bench` found, whole or not at all; InputError where that cannot be."""
    check_place(path)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.write_text(as_json(report), encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise refusal(path, f"cannot be written: {(error.strerror or str(error)).lower()}") from None


def read_baseline(path: Path) -> dict[str, Any]:
    """What `econsim bench` has stored; InputError for a file that is anything else."""
    content = read_json(path)
    if type(content.get("econsim_bench")) is not int:
        raise refusal(path, "is not what `econsim bench --out` stores")
    if content["econsim_bench"] != FORMAT:
        raise refusal(path, f"was stored in another format ({content['econsim_bench']}, and this is {FORMAT})")
    wrong = [name for name, kind in _PARTS.items() if type(content.get(name)) is not kind]
    wrong = wrong or [name for name, figure in content["figures"].items() if not _is_figure(figure)]
    if wrong:
        raise refusal(path, f"is not what `econsim bench --out` stores: {wrong[0]} is missing or not usable")
    return content


def _is_figure(figure: Any) -> bool:
    if not isinstance(figure, dict) or not all(isinstance(figure.get(part), str) for part in ("what", "unit")):
        return False
    return "value" in figure and (figure["value"] is None or is_number(figure["value"]))


def is_number(value: Any) -> bool:
    """Whether something read from JSON is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def compared(now: dict[str, Any], then: dict[str, Any]) -> dict[str, Any]:
    """Figures that both have.

    returns : created and version of the stored ones; what differs between the machines; whether either was busy;
              figures, name -> now, then and their ratio; and the names that only one of the two has,
              of the sections that were measured now
    """
    here, there = now["figures"], then["figures"]
    figures = {}
    for name, figure in here.items():
        before = there.get(name, {}).get("value")
        if figure["value"] is not None and before:
            figures[name] = {"now": figure["value"], "then": before, "ratio": figure["value"] / before}
    asked = set(now["sections"])
    measured = {name for name, one in there.items() if one["value"] is not None and name.split(".")[0] in asked}
    return {
        "created": then["created"],
        "version": then["version"],
        "quick": then["quick"],
        "other_machine": machine_differences(now["machine"], then["machine"]),
        "busy_then": bool(then["load"].get("busy")),
        "figures": figures,
        "only_now": [name for name, figure in here.items() if figure["value"] is not None and name not in figures],
        "only_then": sorted(measured - set(figures)),
    }
