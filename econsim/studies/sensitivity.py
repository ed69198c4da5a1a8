"""`sensitivity`: which uncertain numbers drive the results, by Sobol' indices or by screening.

An analysis is a few sweeps in one folder (screening, design, replicates), so that it has their chunks, workers, resume
and checks, and then statistics on what the sweeps hold.
"""

from __future__ import annotations

import contextlib
import tempfile
import warnings as python_warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import econsim
from econsim.engines import choose
from econsim.errors import InputError, Problem
from econsim.parameter_book import book
from econsim.runs import Progress
from econsim.scenario import Scenario
from econsim.studies.design_axes import uncertain_names
from econsim.studies.designs import saltelli_rows
from econsim.studies.sensitivity_choice import choice
from econsim.studies.sensitivity_designs import default_of, main_spec, noise_spec, screening_spec
from econsim.studies.sensitivity_folder import (
    INDICES,
    MAIN,
    MANIFEST,
    NOISE,
    RESULTS,
    SCREENING,
    Work,
    check_sensitivity_folder,
    write_sensitivity_manifest,
    write_sensitivity_plan,
)
from econsim.studies.sensitivity_result import Sensitivity, open_sensitivity
from econsim.studies.sensitivity_screening import morris_content, oat_content
from econsim.studies.sensitivity_settings import (
    KEPT,
    REPLICATES,
    TRAJECTORIES,
    SensitivitySettings,
    check_sensitivity,
)
from econsim.studies.sensitivity_sobol import sobol_content
from econsim.studies.sensitivity_words import finding, warnings
from econsim.studies.sweep import Sweep, SweepStopped
from econsim.studies.sweep_files import remove_partial, whole_file, write_json
from econsim.studies.sweep_folder import cannot_write
from econsim.studies.sweep_lock import locked
from econsim.studies.sweep_plan import status_quo_of
from econsim.studies.workers import check_workers

MOST_ROWS = 4_000_000  # of all sweeps together
Notice = Callable[[str], None]


def sensitivity(
    scenario: Scenario | str,
    method: str = "sobol",
    *,
    samples: int | None = None,
    second_order: bool = False,
    groups: bool = False,
    all_parameters: bool = False,
    parameters: Sequence[str] | None = None,
    outputs: Sequence[str] | None = None,
    over_time: Sequence[str] | None = None,
    draws: int | None = None,
    seed: int = 0,
    out: str | Path | None = None,
    resume: bool = False,
    workers: int | None = None,
    executor: Executor | None = None,
    engine: str = "auto",
    progress: Progress | None = None,
    notice: Notice | None = None,
) -> Sensitivity:
    """How much each uncertain parameter matters, for every summary metric, policy effect, and series over time.

    scenario       : a Scenario, a shipped name or a path
    method         : `sobol`, variance-based indices; `morris` or `oat`, which only screen
    samples        : base samples of sobol, a power of two (default 256); trajectories of morris (default 20)
    second_order   : sobol: also indices of pairs, for nearly twice the work
    groups         : indices of the book's groups, whose parameters move together
    all_parameters : sobol: take all parameters, without screening first for the 20 strongest
    parameters     : those to vary, instead of all that have a prior; a lever is varied over its bounds
    outputs        : summary metrics (default all); the first is what the finding is about
    over_time      : sobol: series whose indices are computed at every quarter
    draws          : shock draws, the same at every point, that outputs are means over (default 1; oat 64)
    seed           : of designs, shocks and bootstrap
    out            : a new or empty folder to keep everything in; with `resume` also one that holds this analysis
    workers, executor, engine, notice : as for `sweep`
    progress       : called with the rows done and the rows of all sweeps together
    returns        : the analysis; the same numbers however often it was stopped and whoever computed it
    raises         : InputError for what cannot be done, SweepStopped when stopped; finished chunks are kept in `out`

    Saltelli et al. (2010); Jansen (1999); Morris (1991); Campolongo, Cariboni and Saltelli (2007).
    """
    settings = check_sensitivity(
        scenario,
        method,
        samples=samples,
        second_order=second_order,
        groups=groups,
        all_parameters=all_parameters,
        parameters=parameters,
        outputs=outputs,
        over_time=over_time,
        draws=draws,
        seed=seed,
    )
    if workers is not None:
        check_workers(workers)
        if executor is not None:
            raise InputError(Problem("workers", "cannot be given together with an executor"))
    if out is None and resume:
        raise InputError(Problem("resume", "needs the folder to go on with, under out"))
    tell = notice or (lambda text: python_warnings.warn(text, UserWarning, stacklevel=3))
    with _folder(out) as folder:
        held = check_sensitivity_folder(folder, settings, resume)
        rows = planned_rows(settings)
        chosen = str(held["engine"]) if held is not None else choose(engine, settings.scenario, sum(rows.values()))
        if held is not None and engine not in ("auto", chosen):
            message = "this analysis was begun with another engine, and keeps it"
            raise InputError(Problem("engine", message, engine, f"auto or {chosen}"))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with locked(folder):
                check_sensitivity_folder(folder, settings, resume)  # somebody may have used it meanwhile
                remove_partial(folder)
                write_sensitivity_plan(folder, settings, chosen)
                with Work(folder, rows, chosen, workers, executor, progress, tell) as work:
                    content = _content(settings, work, chosen)
                    _write(folder, settings, content, work.sweeps)
        except OSError as error:
            raise cannot_write(folder, error) from None
        return Sensitivity(content, None if out is None else folder)


@contextlib.contextmanager
def _folder(out: str | Path | None) -> Iterator[Path]:
    """The folder to work in; one that is gone afterwards where none is to be kept."""
    if out is not None:
        yield Path(out)
        return
    with tempfile.TemporaryDirectory(prefix="econsim-") as place:
        yield Path(place) / "sensitivity"


def planned_rows(settings: SensitivitySettings) -> dict[str, int]:
    """Rows of each sweep of an analysis, by its folder's name, in the order in which they are run.

    raises : InputError for more than the statistics can hold in memory
    """
    rows = _rows(settings)
    if sum(rows.values()) > MOST_ROWS:
        message = "makes too many draws to hold in memory"
        raise InputError(Problem("samples", message, f"{sum(rows.values()):,}", f"at most {MOST_ROWS:,}"))
    return rows


def _rows(settings: SensitivitySettings) -> dict[str, int]:
    groups = settings.groups
    factors = len(set(groups)) if groups is not None else len(settings.names)
    if settings.method == "morris":
        return {MAIN: settings.samples * (factors + 1) * settings.draws}
    if settings.method == "oat":
        return {MAIN: (1 + 2 * len(settings.names)) * settings.draws}
    rows = {SCREENING: TRAJECTORIES * (factors + 1)} if settings.screens else {}
    rows[NOISE] = settings.noise_points * REPLICATES
    kept = min(factors, KEPT) if settings.screens else factors
    rows[MAIN] = settings.samples * saltelli_rows(kept, settings.second_order) * settings.draws
    return rows


def _content(settings: SensitivitySettings, work: Work, engine: str) -> dict[str, Any]:
    """Run the sweeps, and say what they hold."""
    screening: dict[str, Any] | None = None
    names = settings.names
    if settings.method == "morris":
        found = morris_content(settings, work.run(MAIN, main_spec(settings, names)), settings.samples)
    elif settings.method == "oat":
        found = oat_content(settings, work.run(MAIN, main_spec(settings, names)))
    else:
        if settings.screens:
            sweep = work.run(SCREENING, screening_spec(settings))
            screening = morris_content(settings, sweep, TRAJECTORIES)
            screening |= choice(settings, sweep, screening["dead"], _against_a_policy(settings))
            names = tuple(screening["kept"])
        noise = work.run(NOISE, noise_spec(settings, names))
        found = sobol_content(settings, work.run(MAIN, main_spec(settings, names)), noise)
    content = _head(settings, work.sweeps, engine, names) | found | {"screening": screening}
    content["finding"] = finding(content)
    content["warnings"] = warnings(content)
    return content


def _status_quo(settings: SensitivitySettings) -> Scenario:
    levers = any(name in book().levers for name in settings.names)
    return status_quo_of(settings.scenario, None, levers)


def _against_a_policy(settings: SensitivitySettings) -> bool:
    """Whether effects are measured against another policy, and not against no copying."""
    return _status_quo(settings).world_hash != settings.scenario.without_copying().world_hash


def _head(
    settings: SensitivitySettings, sweeps: dict[str, Sweep], engine: str, names: tuple[str, ...]
) -> dict[str, Any]:
    scenario = settings.scenario
    fixed = [name for name in uncertain_names([scenario]) if name not in names]
    return {
        "run_id": settings.sensitivity_id,
        "version": econsim.__version__,
        "method": settings.method,
        "scenario": scenario.name,
        "scenario_hash": scenario.hash,
        "status_quo": _status_quo(settings).name,
        "status_quo_is_policy": _against_a_policy(settings),
        "engine": engine,
        "settings": settings.identity(),
        "lead": settings.lead,
        "factor": "group" if settings.grouped else "parameter",
        "groups": None if settings.groups is None else dict(zip(settings.names, settings.groups, strict=True)),
        "samples": settings.samples,
        "draws": settings.draws,
        "seed": settings.seed,
        "varied": list(names),
        "fixed": {name: default_of(name, scenario) for name in fixed},
        "sweeps": {name: one.sweep_id for name, one in sweeps.items()},
        "failed_draws": {name: [sum(one.failed_draws.values()), one.rows] for name, one in sweeps.items()},
    }


def _write(folder: Path, settings: SensitivitySettings, content: dict[str, Any], sweeps: dict[str, Sweep]) -> None:
    for name in (MANIFEST, RESULTS, INDICES):  # the manifest first: without it nothing looks complete
        (folder / name).unlink(missing_ok=True)
    write_json(folder / RESULTS, content)
    with whole_file(folder / INDICES) as stream:
        Sensitivity(content, folder).indices.to_parquet(stream, index=False, compression="zstd")
    write_sensitivity_manifest(folder, settings, sweeps)


__all__ = ["Sensitivity", "SweepStopped", "open_sensitivity", "planned_rows", "sensitivity"]
