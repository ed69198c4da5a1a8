"""What closes a sweep: `manifest.json`, and `chunks.sha256`, which may be as long as there are chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

import econsim
from econsim.errors import InputError
from econsim.store import digest, read_json
from econsim.studies.sweep_files import whole_file, write_json
from econsim.studies.sweep_folder import CHECKSUMS, INDEX, MANIFEST, chunk_path, layout_names
from econsim.studies.sweep_index import failed_draws
from econsim.studies.sweep_plan import SweepPlan


def write_manifest(folder: Path, plan: SweepPlan, failed: Mapping[str, int], each: Callable[[], None]) -> None:
    """Write both, the manifest last.

    failed : label -> failed draws
    each   : called before every file that is read
    """
    with whole_file(folder / CHECKSUMS) as stream:
        for name in _chunk_paths(plan):
            each()
            stream.write(f"{digest(folder / name)}  {name}\n".encode())
    files = {name: digest(folder / name) for name in _listed(plan)}
    write_json(folder / MANIFEST, {**_planned(plan), "failed_draws": dict(failed), "files": files})


def _planned(plan: SweepPlan) -> dict[str, Any]:
    """What a manifest says that was known before."""
    return {
        "sweep_id": plan.sweep_id,
        "version": econsim.__version__,
        "engine": plan.engine,
        "points": plan.spec.design.size,
        "draws": plan.spec.draws,
        "rows": plan.rows,
        "identity": plan.identity,
    }


def damaged_files(folder: Path, plan: SweepPlan, each: Callable[[], None]) -> Iterator[str]:
    """Files of a finished sweep that are not as the manifest has them; only what it has can be told.

    each : called before every chunk
    """
    try:
        manifest = read_json(folder / MANIFEST)
    except InputError:
        manifest = {}
    planned = _planned(plan)
    listed = manifest.get("files") if {key: manifest.get(key) for key in planned} == planned else None
    if not isinstance(listed, dict) or set(listed) != set(_listed(plan)):
        yield MANIFEST
        return
    broken = [name for name, known in listed.items() if not _is_as_told(folder / name, known)]
    if INDEX not in broken and manifest.get("failed_draws") != failed_draws(folder / INDEX):
        broken.append(MANIFEST)
    yield from broken  # whoever hears of one may take it away
    if CHECKSUMS in broken:
        return
    with (folder / CHECKSUMS).open(encoding="utf-8") as lines:
        for name, line in zip_longest(_chunk_paths(plan), lines):
            each()
            if not _is_as_told(folder / str(name), str(line).partition(" ")[0]):
                yield str(name)


def _listed(plan: SweepPlan) -> list[str]:
    """What the manifest itself has the sha256 of."""
    return [*layout_names(plan), CHECKSUMS, INDEX]


def _chunk_paths(plan: SweepPlan) -> Iterator[str]:
    return (chunk_path(plan, pair.label, index) for pair in plan.pairs for index in range(plan.chunks))


def _is_as_told(path: Path, known: object) -> bool:
    try:
        return digest(path) == known
    except OSError:
        return False
