"""Getting the runs of a brief: those that are stored are reused, the others are run, all on the same draws."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from econsim.briefs.spec import BriefSpec
from econsim.briefs.spec_packages import STATUS_QUO
from econsim.engines import choose
from econsim.errors import InputError, NumericalError
from econsim.findings import MOST_FAILED
from econsim.results import run_identity, simulate_many
from econsim.runs import Progress
from econsim.scenario import Scenario
from econsim.store import EFFECTS, MANIFEST, StoredRun, read_manifest, read_run, write_run, write_run_files
from econsim.whole_folder import refusal


def scenarios_of(spec: BriefSpec) -> dict[str, Scenario]:
    """Every world that a brief runs: the status quo and the packages, by name."""
    return {STATUS_QUO: spec.status_quo, **{one.name: one.scenario for one in spec.packages}}


def run_ids_of(spec: BriefSpec) -> dict[str, str]:
    """Name -> run_id, of runs that may not have been made yet."""
    return {name: run_identity(one, spec.draws, spec.seed, spec.ensemble) for name, one in scenarios_of(spec).items()}


def gather(
    spec: BriefSpec, place: Path, engine: str, stores: Sequence[Path], keep: Path | None, progress: Progress | None
) -> list[str]:
    """Put one run folder a package, and that of the status quo, into a folder.

    engine : for those that are run
    stores : folders that may hold run folders already
    keep   : a folder in which new runs are kept too, by run_id
    progress : called with the futures done and those asked for, of all worlds together
    returns : the names of those that had to be run
    raises : NumericalError where too many draws failed for a brief to rest on
    """
    wanted = run_ids_of(spec)
    found = _stored(wanted, stores, {one.name: one.run for one in spec.packages if one.run is not None})
    for name, folder in found.items():
        shutil.copytree(folder, place / name)
    worlds = scenarios_of(spec)
    missing = [name for name in worlds if name not in found]
    if missing:
        # Half as many worlds again: each has a twin without copying, which is quicker and often shared.
        chosen = choose(engine, spec.proposal.scenario, spec.draws * (3 * len(missing) // 2))

        def told(done: int, total: int) -> None:
            if progress is not None:
                progress(done * len(missing), total * len(missing))

        results = simulate_many(
            [worlds[name] for name in missing], spec.draws, spec.seed, spec.ensemble, chosen, progress=told
        )
        for name, result in zip(missing, results, strict=True):
            (place / name).mkdir()
            write_run_files(result, place / name)
            if keep is not None:
                write_run(result, keep / result.run_id)
    for name in worlds:
        _enough_solved(name, read_manifest(place / name))
    return missing


def _enough_solved(name: str, manifest: Mapping[str, int]) -> None:
    failed, draws = manifest["failed_draws"], manifest["draws"]
    if failed > MOST_FAILED * draws:
        raise NumericalError(
            f"{name}: {failed} of {draws} draws could not be solved; no brief can rest on these numbers"
        )


def _stored(wanted: Mapping[str, str], stores: Sequence[Path], given: Mapping[str, Path]) -> dict[str, Path]:
    """Folders of runs that are there already, whole and unchanged."""
    found: dict[str, Path] = {}
    for name, folder in given.items():
        stored = read_run(folder)
        if stored.run_id != wanted[name]:
            message = f"is run {stored.run_id}, made by econsim {stored.manifest['version']}; {wanted[name]} is needed"
            raise refusal(folder, message)
        if not _has_effects(stored):
            raise refusal(folder, f"has no {EFFECTS}: run the scenario again")
        found[name] = folder
    ids = {run_id: name for name, run_id in wanted.items()}
    for store in stores:
        for manifest in sorted(store.glob(f"*/{MANIFEST}")) if store.is_dir() else ():
            usable = _usable(manifest.parent, ids)
            if usable is not None and usable not in found:
                found[usable] = manifest.parent
    return found


def _usable(folder: Path, ids: Mapping[str, str]) -> str | None:
    """Which of the runs that are wanted a folder holds, whole."""
    try:
        name = ids.get(str(read_manifest(folder)["run_id"]))
        if name is not None and _has_effects(read_run(folder)):
            return name
    except InputError:
        pass  # damaged, or something else altogether: the run is made again
    return None


def _has_effects(stored: StoredRun) -> bool:
    """Whether a run was kept with its effects by quarter, relative ones among them."""
    return stored.effects is not None and "change_p50" in stored.effects


__all__ = ["gather", "run_ids_of", "scenarios_of"]
