"""`econsim sensitivity`."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from econsim.cli.options import WholeNumber, apply_settings, json_option, show_json
from econsim.cli.progress import Progress
from econsim.cli.sweeping import (
    INTERRUPTED,
    TOO_MANY_FAILED,
    _executor,
    _interrupted,
    _note,
    _stopped_once,
)

if TYPE_CHECKING:
    from econsim.studies.sensitivity import Sensitivity

NONE = "none"
ENSEMBLE = (
    "--ensemble does not go with sensitivity: the design itself draws what it varies from the priors, and the rest "
    "stays at its defaults; --parameters and --all choose what is varied"
)


@click.command()
@click.argument("scenario", metavar="SCENARIO")
@click.option("--method", default="sobol", metavar="NAME", help="sobol, morris or oat.  [default: sobol]")
@click.option(
    "--samples",
    type=WholeNumber(),
    metavar="N",
    help="Base samples of sobol, a power of two [default: 256]; trajectories of morris [default: 20].",
)
@click.option("--second-order", is_flag=True, help="sobol: also indices of pairs, for nearly twice the work.")
@click.option("--groups", is_flag=True, help="Indices of the book's groups, whose parameters move together.")
@click.option(
    "--all", "all_parameters", is_flag=True, help="sobol: take all parameters; no screening for the strongest."
)
@click.option(
    "--parameters", metavar="A,B", help="Vary these parameters or levers alone.  [default: all uncertain ones]"
)
@click.option("--outputs", metavar="A,B", help="Summary metrics; the finding is about the first.  [default: all]")
@click.option("--over-time", metavar="A,B", help="sobol: series to analyse at every quarter, or none.  [default: four]")
@click.option(
    "--set",
    "settings",
    metavar="NAME=VALUE",
    multiple=True,
    help="Change a parameter, lever or switch; may be repeated. A parameter changes the status quo too.",
)
@click.option(
    "--draws", type=WholeNumber(), metavar="N", help="Shock draws that all points share.  [default: 1; oat 64]"
)
@click.option("--seed", type=WholeNumber(), default=0, metavar="S", help="Seed of designs and shocks.  [default: 0]")
@click.option("--out", metavar="DIR", help="A new or empty folder for sweeps, results and charts.")
@click.option("--resume", is_flag=True, help="Go on with the analysis that DIR holds; what is done stays.")
@click.option("--workers", type=WholeNumber(), metavar="N", help="Processes of one thread.  [default: this process]")
@click.option("--cluster", "address", metavar="ADDRESS", help="Scheduler of a Dask cluster that does the work.")
@click.option(
    "--ensemble",
    metavar="NAME",
    help="Not taken: the design draws what it varies from the priors and holds the rest at its defaults.",
)
@click.option("--engine", default="auto", metavar="NAME", help="auto, batch, compiled or agents.  [default: auto]")
@json_option
@click.option("--quiet", is_flag=True, help="Print the finding and the folder only; no progress.")
def sensitivity(
    scenario: str,
    method: str,
    samples: int | None,
    second_order: bool,
    groups: bool,
    all_parameters: bool,
    parameters: str | None,
    outputs: str | None,
    over_time: str | None,
    settings: Sequence[str],
    draws: int | None,
    seed: int,
    out: str | None,
    resume: bool,
    workers: int | None,
    address: str | None,
    ensemble: str | None,
    engine: str,
    as_json: bool,
    quiet: bool,
) -> int:
    """Which uncertain numbers drive the results of a scenario.

    Sobol' indices share out the variance of every metric; by default a Morris screening first chooses the 20 strongest
    parameters. morris and oat (one at a time) only screen. See docs/sensitivity.md.
    """
    from econsim.cli.sensitivity_text import plan_text, sensitivity_text
    from econsim.engines import choose
    from econsim.scenario import load_scenario
    from econsim.store import as_json as written
    from econsim.studies.sensitivity import SweepStopped, planned_rows
    from econsim.studies.sensitivity import sensitivity as analyse
    from econsim.studies.sensitivity_folder import check_sensitivity_folder
    from econsim.studies.sensitivity_settings import check_sensitivity
    from econsim.studies.workers import check_workers

    if out == "":
        raise click.UsageError("--out needs the name of a folder", click.get_current_context())
    if resume and out is None:
        raise click.UsageError("--resume needs --out DIR, the folder to go on with", click.get_current_context())
    if workers is not None and address is not None:
        raise click.UsageError("--workers and --cluster cannot be given together", click.get_current_context())
    if ensemble is not None:
        raise click.UsageError(ENSEMBLE, click.get_current_context())
    world = apply_settings(load_scenario(scenario), settings)
    asked: dict[str, Any] = {
        "samples": samples,
        "second_order": second_order,
        "groups": groups,
        "all_parameters": all_parameters,
        "parameters": _names(parameters),
        "outputs": _names(outputs),
        "over_time": [] if over_time == NONE else _names(over_time),
        "draws": draws,
        "seed": seed,
    }
    checked = check_sensitivity(world, method, **asked)
    if workers is not None:
        check_workers(workers)
    if out is not None:  # finds what is wrong before anything is started
        check_sensitivity_folder(Path(out), checked, resume)
    choose(engine, world, sum(planned_rows(checked).values()))
    found: Sensitivity | None = None
    stopped: Any = None
    with _stopped_once(), _executor(address) as executor:
        if not quiet and not as_json:
            _note(plan_text(checked))
        with Progress(quiet=quiet, resumable=True) as progress:
            try:
                found = analyse(
                    world,
                    method,
                    **asked,
                    out=out,
                    resume=resume,
                    workers=workers,
                    executor=executor,
                    engine=engine,
                    progress=progress,
                    notice=lambda text: _note(text),
                )
            except SweepStopped as stop:
                stopped = stop
    if found is None:
        _note(_stopped_text(stopped, out))
        if as_json:
            told = {"state": stopped.state, "done": stopped.done, "total": stopped.total, "folder": out}
            show_json(written(told))
        return _interrupted()
    charts = _charts(found, out)
    if as_json:
        show_json(written(found.content))
    elif quiet:
        click.echo(found.finding)
        if out is not None:
            click.echo(out)
    else:
        click.echo(sensitivity_text(found, out, charts))
    if found.failed:
        click.echo("error: too many draws could not be solved; do not use these numbers", err=True)
        return TOO_MANY_FAILED
    return 0


def _names(given: str | None) -> list[str] | None:
    return None if given is None else [name.strip() for name in given.split(",") if name.strip()]


def _stopped_text(stopped: Any, out: str | None) -> str:
    done = f"{stopped.state}: {stopped.done} of {stopped.total} draws are done"
    if out is None:
        return f"{done}, and lost: only a run with --out DIR can be resumed"
    return f"{done} and kept; go on with the same command and --resume"


def _charts(found: Sensitivity, out: str | None) -> int:
    """Write the charts into the folder; how many files there are. Only a note where they cannot be drawn."""
    if out is None:
        return 0
    if importlib.util.find_spec("vl_convert") is None:
        _note("no charts: they need vl-convert-python; pip install 'econsim[brief]'")
        return 0
    from econsim.charts.sensitivity import write_charts
    from econsim.studies.sensitivity_folder import CHARTS
    from econsim.studies.sweep_folder import cannot_write

    try:
        return len(write_charts(found, Path(out) / CHARTS))
    except OSError as error:
        raise cannot_write(Path(out), error) from None


__all__ = ["INTERRUPTED", "sensitivity"]
