"""The flip table of a brief: a study that is stored already, or one that is made now.

A study of every assumption takes minutes. The brief's own futures say with which assumptions the effect goes most, and
these alone are changed.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from econsim.briefs.dependence import assumption_values, strongest
from econsim.briefs.directions import effect_of
from econsim.briefs.spec import BriefSpec
from econsim.briefs.stages import Stages
from econsim.briefs.stored_runs import read_brief_runs
from econsim.engines import has_jax
from econsim.errors import InputError
from econsim.runs import Progress
from econsim.store import read_json
from econsim.studies.analysis_store import MANIFEST, inspect_analysis, write_analysis
from econsim.studies.flip import ask_flip, usual_futures
from econsim.studies.flip import flip as find_flips
from econsim.whole_folder import write_folder

STUDY = "flip.json"
MOST_CHANGED = 12


def put_flip_study(
    spec: BriefSpec,
    place: Path,
    runs: Path,
    engine: str,
    stores: Sequence[Path],
    keep: Path | None,
    progress: Progress | None,
) -> dict[str, Any]:
    """Put the flip study of a brief into a folder, and give what is in it.

    runs   : the run folders of the brief
    engine : "auto" for that of the runs, or batch in place of agents: a flip that hangs by a thread is then found again
             when the brief is verified
    stores : folders that may hold the folder of the study already
    keep   : a folder in which a new study is kept too
    """
    scenario = spec.proposal.scenario
    proposal = read_brief_runs(spec, runs).proposal.result
    if engine == "auto":
        engine = "compiled" if proposal.engine == "compiled" and has_jax() else "batch"
    settings: dict[str, Any] = {
        "output": spec.metrics[0], "draws": spec.flip, "seed": spec.seed, "ensemble": spec.ensemble, "engine": engine,
        "only": candidates(proposal, spec.metrics[0]),
    }  # fmt: skip
    identity = ask_flip(scenario, None, **settings).id
    found = next((folder for store in stores for folder in _studies(store) if _holds(folder, identity)), None)
    if found is not None:
        shutil.copytree(found, place)
    else:
        study = find_flips(scenario, None, **settings, progress=progress)
        write_analysis(place, "flip", study.id, study.summary(), study.tables())
        if keep is not None:
            write_folder(
                keep / f"flip-{identity}", lambda to: _copied(place, to), identity=identity, inspect=inspect_analysis,
                last=MANIFEST,
            )  # fmt: skip
    return read_json(place / STUDY)


def brief_stages(spec: BriefSpec, progress: Progress | None) -> Stages:
    """Progress of the runs of a brief, and then of its flip table, as one."""
    runs = spec.draws * (1 + len(spec.packages))
    return Stages(progress, [runs, flip_futures(spec)])


def flip_futures(spec: BriefSpec) -> int:
    """How many futures the flip table of a brief takes, as a rule; 0 where it has none."""
    return usual_futures(MOST_CHANGED, spec.flip) if spec.flip else 0


def candidates(proposal: Any, metric: str) -> tuple[str, ...] | None:
    """The assumptions with which the effect goes most; None, for all of them, where none differs between futures."""
    names, points = assumption_values(proposal)
    effect = effect_of(proposal, metric, relative=True)  # as the study tells it
    return tuple(one.name for one in strongest(names, points, effect, MOST_CHANGED)) or None


def _studies(store: Path) -> list[Path]:
    return sorted(path.parent for path in store.glob(f"*/{STUDY}")) if store.is_dir() else []


def _holds(folder: Path, identity: str) -> bool:
    try:
        held = inspect_analysis(folder)
    except InputError:
        return False
    return held.identity == identity and held.unchanged


def _copied(source: Path, place: Path) -> None:
    for path in source.iterdir():
        shutil.copyfile(path, place / path.name)


__all__ = ["STUDY", "brief_stages", "candidates", "flip_futures", "put_flip_study"]
