"""`econsim run` and `econsim compare`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from econsim.cli.options import DEFAULT_DRAWS, apply_settings, show_json, study_options
from econsim.cli.progress import Progress
from econsim.cli_text import comparison_text, run_text

if TYPE_CHECKING:
    from econsim.results import Result
    from econsim.scenario import Scenario

TOO_MANY_FAILED = 3
INTERRUPTED = 130
_run_options = study_options(DEFAULT_DRAWS, changes=True, out="Write the results to this folder.", csv=True)


@click.command()
@click.argument("scenario")
@_run_options
@click.option("--split", is_flag=True, help="Also split the welfare change from copying into static and dynamic.")
def run(
    scenario: str,
    settings: tuple[str, ...],
    draws: int | None,
    seed: int | None,
    ensemble: str | None,
    engine: str,
    out: str | None,
    csv: bool,
    force: bool,
    as_json: bool,
    quiet: bool,
    split: bool,
) -> int:
    """Simulate a scenario against its status quo.

    SCENARIO is a shipped name (see `econsim scenarios`) or the path of a file.
    """
    from econsim.results import InterruptedResults, run_identity, simulate
    from econsim.runs import DEFAULT_SEED, check_settings
    from econsim.scenario import load_scenario
    from econsim.store import as_json as written
    from econsim.store import check_run_folder, write_run

    _csv_needs_a_folder(csv, out)
    world = apply_settings(load_scenario(scenario), settings)
    draws, seed = DEFAULT_DRAWS if draws is None else draws, DEFAULT_SEED if seed is None else seed
    checked = check_settings(world, draws, seed, ensemble, engine, None, "trajectories", split)
    _check_memory([world], draws)
    if out is not None:
        check_run_folder(out, run_identity(world, draws, seed, checked.ensemble), force)
    interrupted = False
    with Progress(quiet=quiet) as progress:
        try:
            result = simulate(world, draws, seed, ensemble, engine, split=split, progress=progress)
        except InterruptedResults as stop:
            (result,), interrupted = stop.results, True
    if interrupted:
        click.echo(f"interrupted: kept the first {result.draws} of {draws} draws, a run of its own", err=True)
    if out is not None:
        write_run(result, out, csv=csv, force=force)
    if as_json:
        show_json(written(result.summary()))
    else:
        click.echo(result.finding if quiet else run_text(result, settings))
    _say_where(out, as_json, quiet)
    return INTERRUPTED if interrupted else _failures([result])


@click.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="A B [C D]")
@_run_options
def compare(
    scenarios: tuple[str, ...],
    settings: tuple[str, ...],
    draws: int | None,
    seed: int | None,
    ensemble: str | None,
    engine: str,
    out: str | None,
    csv: bool,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Compare two to four scenarios on the same draws."""
    from econsim.runs import DEFAULT_SEED
    from econsim.scenario import load_scenario
    from econsim.store import as_json as written
    from econsim.studies.compare import check_comparison, write_comparison
    from econsim.studies.compare import compare as compare_scenarios
    from econsim.studies.comparison_store import check_comparison_folder

    _csv_needs_a_folder(csv, out)
    worlds = [apply_settings(load_scenario(one), settings) for one in scenarios]
    draws, seed = DEFAULT_DRAWS if draws is None else draws, DEFAULT_SEED if seed is None else seed
    checked = check_comparison(worlds, draws, seed, ensemble, engine)
    _check_memory(worlds, draws)
    if out is not None:
        check_comparison_folder(out, worlds, checked, force)
    with Progress(quiet=quiet) as progress:
        comparison = compare_scenarios(worlds, draws, seed, ensemble, engine, progress=progress)
    if out is not None:
        write_comparison(comparison, out, csv=csv, force=force)
    if as_json:
        show_json(written(comparison.summary()))
    else:
        click.echo(comparison.finding if quiet else comparison_text(comparison))
    _say_where(out, as_json, quiet)
    return _failures(comparison.results)


def _csv_needs_a_folder(csv: bool, out: str | None) -> None:
    if csv and out is None:
        raise click.UsageError("--csv needs --out DIR", click.get_current_context())


def _say_where(out: str | None, as_json: bool, quiet: bool) -> None:
    if out is not None and not (as_json and quiet):
        click.echo(out if quiet else f"Written to {out}", err=as_json)


def _failures(results: Sequence[Result]) -> int:
    from econsim.findings import MOST_FAILED

    code = 0
    for result in results:
        if result.failed_draws > MOST_FAILED * result.draws:
            what = f"{result.failed_draws} of {result.draws} draws could not be solved"
            click.echo(f"error: {result.scenario.name}: {what}; do not use these numbers", err=True)
            code = TOO_MANY_FAILED
    return code


# ---------------------------------------------------------------------------------------------------- memory


def _check_memory(worlds: Sequence[Scenario], draws: int) -> None:
    """Refuse what cannot fit: a run that dies for memory after an hour helps nobody."""
    from econsim.errors import InputError, Problem
    from econsim.series import catalogue

    available = available_memory()
    if available is None:
        return
    a_draw = 0
    for world in worlds:
        series = len(catalogue(tuple(segment.name for segment in world.structure.segments)))
        # Every series in float64, of the scenario and its status quo; twice while the chunks are joined.
        a_draw += 2 * 2 * 8 * series * world.structure.quarters
    if draws * a_draw > available:
        most = max(available // a_draw, 1)
        message = f"needs about {draws * a_draw / 1e9:,.0f} GB of memory, and {available / 1e9:,.1f} GB is free"
        raise InputError(Problem("draws", message, str(draws), f"at most about {float(f'{most:.2g}'):,.0f} here"))


def available_memory() -> int | None:
    """Bytes that this process may still take, by the machine and by its control group; None where nobody says."""
    found = []
    group = Path("/sys/fs/cgroup")
    old = group / "memory"
    for limit_file, used_file in (
        (group / "memory.max", group / "memory.current"),
        (old / "memory.limit_in_bytes", old / "memory.usage_in_bytes"),
    ):
        limit, used = _first_number(limit_file), _first_number(used_file)
        if limit is not None and used is not None:
            found.append(limit - used)
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                found.append(int(line.split()[1]) * 1024)
    except (OSError, ValueError):
        names: Any = getattr(os, "sysconf_names", {})
        if "SC_PHYS_PAGES" in names:
            found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return max(min(found), 0) if found else None


def _first_number(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return None
