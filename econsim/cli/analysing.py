"""`econsim drivers`, `econsim discover` and `econsim moats`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from econsim.cli.options import WholeNumber, apply_settings, json_option, show_json
from econsim.cli.progress import Progress

if TYPE_CHECKING:
    from econsim.studies.drivers import Drivers

TOO_MANY_FAILED = 3
_Function = TypeVar("_Function", bound=Callable[..., Any])


def _output_options(command: _Function) -> _Function:
    for option in reversed(
        (
            click.option("--out", metavar="DIR", help="Write JSON, CSV and figures (SVG, PNG, PDF) to this folder."),
            click.option("--force", is_flag=True, help="Replace another analysis that DIR holds."),
            json_option,
            click.option("--quiet", is_flag=True, help="Print the finding and the folder only."),
        )
    ):
        command = option(command)
    return command


@click.command()
@click.argument("sweep", metavar="DIR")
@click.option("--metric", metavar="NAME", help="Look at this metric, or effect_ and one.  [default: the headlines]")
@click.option("--scenario", metavar="NAME", help="Look at this scenario of the sweep.  [default: all]")
@click.option("--where", metavar="EXPR", help='Which parameters decide whether it holds: "rd_relative < 0.5".')
@click.option("--value-of-information", "packages", metavar="A,B,...", help="2 to 6 packages to choose among.")
@click.option("--less-is-better", is_flag=True, help="Choose the package with less of the metric.")
@_output_options
def drivers(
    sweep: str,
    metric: str | None,
    scenario: str | None,
    where: str | None,
    packages: str | None,
    less_is_better: bool,
    out: str | None,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """What drives the outcomes of a finished sweep; nothing is run.

    DIR is the folder of a sweep.
    """
    from econsim.cli.analysing_text import drivers_text
    from econsim.studies.drivers import drivers as find_drivers

    _check_out(out, sweep)
    found = find_drivers(sweep, metric, where, packages, scenario, less_is_better)
    _deliver("drivers", found, lambda: _driver_figures(found), lambda: drivers_text(found), out, force, as_json, quiet)
    return 0


def _driver_figures(found: Drivers) -> dict[str, Any]:
    from econsim.charts.drivers import information_bars, rank_correlations

    figures = {}
    several = len(found.scenarios) > 1
    for label in found.scenarios:
        for metric in found.metrics:
            if (label, metric) not in found.reasons:
                name = f"correlations-{label}-{metric}" if several else f"correlations-{metric}"
                figures[name] = rank_correlations(found, metric, label)
    if found.information:
        figures["value_of_information"] = information_bars(found)
    return figures


@click.command()
@click.argument("sweep", metavar="DIR")
@click.option("--where", metavar="EXPR", required=True, help='The futures of interest, such as "rd_relative < 0.5".')
@click.option("--scenario", metavar="NAME", help="Scenario of the sweep; needed where it has several.")
@click.option("--most", type=WholeNumber(), metavar="N", help="Parameters that the box may limit.  [default: 4]")
@_output_options
def discover(
    sweep: str,
    where: str,
    scenario: str | None,
    most: int | None,
    out: str | None,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Which values of parameters lead to some futures, found in a finished sweep.

    DIR is the folder of a sweep. EXPR compares metrics, parameters or levers with numbers: < <= > >= ==, joined by
    and, or, not and parentheses.
    """
    from econsim.cli.analysing_text import discovery_text
    from econsim.studies.discovery import discover as find_box

    _check_out(out, sweep)
    found = find_box(sweep, where, scenario, 4 if most is None else most)

    def figures() -> dict[str, Any]:
        from econsim.charts.discovery import box_ranges, peeling

        return {"peeling": peeling(found)} | ({"ranges": box_ranges(found)} if found.box.limits else {})

    _deliver("discover", found, figures, lambda: discovery_text(found), out, force, as_json, quiet)
    return 0


@click.command()
@click.argument("scenario")
@click.option("--set", "settings", metavar="NAME=VALUE", multiple=True, help="Change the scenario; may be repeated.")
@click.option("--draws", type=WholeNumber(), metavar="N", help="Simulated futures.  [default: 256]")
@click.option("--seed", type=WholeNumber(), metavar="S", help="Seed of parameters and shocks.  [default: 0]")
@click.option("--ensemble", metavar="NAME", help="prior or default.  [default: the scenario's wish, else prior]")
@click.option("--engine", default="auto", metavar="NAME", help="auto, batch, compiled or agents.  [default: auto]")
@_output_options
def moats(
    scenario: str,
    settings: tuple[str, ...],
    draws: int | None,
    seed: int | None,
    ensemble: str | None,
    engine: str,
    out: str | None,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """What labs lose with each moat: taken away alone, and all together.

    SCENARIO is a shipped name (see `econsim scenarios`) or the path of a file.
    """
    from econsim.cli.analysing_files import check_analysis_folder
    from econsim.cli.analysing_text import moats_text
    from econsim.runs import DEFAULT_DRAWS, DEFAULT_SEED
    from econsim.scenario import load_scenario
    from econsim.studies.moats import METRICS, check_moats, moats_identity
    from econsim.studies.moats import moats as find_moats

    _check_out(out)
    world = apply_settings(load_scenario(scenario), settings)
    draws, seed = DEFAULT_DRAWS if draws is None else draws, DEFAULT_SEED if seed is None else seed
    checked = check_moats(world, draws, seed, ensemble, engine)
    check_analysis_folder(out, moats_identity(world, draws, seed, checked.ensemble), force)
    with Progress(quiet=quiet) as progress:
        found = find_moats(world, draws, seed, ensemble, engine, progress)

    def figures() -> dict[str, Any]:
        from econsim.charts.moats import decomposition

        return {f"moats-{metric}": decomposition(found, metric) for metric in METRICS}

    _deliver("moats", found, figures, lambda: moats_text(found), out, force, as_json, quiet)
    if not found.has_finding:
        what = f"{found.failed_draws} of {found.draws} draws could not be solved"
        click.echo(f"error: {found.scenario.name}: {what}; do not use these numbers", err=True)
        return TOO_MANY_FAILED
    return 0


def _check_out(out: str | None, sweep: str | None = None) -> None:
    """Find what no analysis could be written to, before the work is done."""
    from econsim.cli.analysing_files import check_analysis_folder

    if out == "":
        raise click.UsageError("--out needs the name of a folder", click.get_current_context())
    check_analysis_folder(out, "", True, Path(sweep) if sweep else None)


def _deliver(
    kind: str,
    found: Any,
    figures: Callable[[], Mapping[str, Any]],
    text: Callable[[], str],
    out: str | None,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Write the folder, if one was asked for, and print the finding."""
    from econsim.cli.analysing_files import write_analysis
    from econsim.store import as_json as written

    summary = found.summary()
    if out is not None:
        write_analysis(out, kind, found.identity, summary, found.tables(), figures(), force)
    if as_json:
        show_json(written(summary))
    else:
        click.echo(summary["finding"] if quiet else text())
    if out is not None and not (as_json and quiet):
        click.echo(out if quiet else f"Written to {out}", err=as_json)


__all__ = ["discover", "drivers", "moats"]
