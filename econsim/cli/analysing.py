"""`econsim drivers`, `econsim discover` and `econsim moats`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from econsim.cli.delivering import deliver
from econsim.cli.options import DEFAULT_DRAWS, WholeNumber, apply_settings, study_options
from econsim.cli.progress import Progress
from econsim.errors import InputError, Problem

if TYPE_CHECKING:
    from econsim.studies.drivers import Drivers

TOO_MANY_FAILED = 3


@click.command()
@click.argument("sweep", metavar="DIR")
@click.option("--metric", metavar="NAME", help="Look at this metric, or effect_ and one.  [default: the headlines]")
@click.option("--scenario", metavar="NAME", help="Look at this scenario of the sweep.  [default: all]")
@click.option("--where", metavar="EXPR", help='Which parameters decide whether it holds: "rd_relative < 0.5".')
@click.option("--value-of-information", "packages", metavar="A,B,...", help="2 to 6 packages to choose among.")
@click.option("--less-is-better", is_flag=True, help="Choose the package with less of the metric.")
@study_options()
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
    from econsim.studies.analysis_store import check_analysis_folder
    from econsim.studies.drivers import drivers as find_drivers

    check_analysis_folder(out, "", True, Path(sweep))
    found = find_drivers(sweep, metric, where, packages, scenario, less_is_better)
    deliver("drivers", found, lambda: _driver_figures(found), lambda: drivers_text(found), out, force, as_json, quiet)
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
@study_options()
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
    from econsim.studies.analysis_store import check_analysis_folder
    from econsim.studies.discovery import discover as find_box

    if most is not None and most < 1:
        raise InputError(Problem("--most", "must be a whole number", str(most), "1 or more"))
    check_analysis_folder(out, "", True, Path(sweep))
    found = find_box(sweep, where, scenario, 4 if most is None else most)

    def figures() -> dict[str, Any]:
        from econsim.charts.discovery import box_ranges, peeling

        return {"peeling": peeling(found)} | ({"ranges": box_ranges(found)} if found.box.limits else {})

    deliver("discover", found, figures, lambda: discovery_text(found), out, force, as_json, quiet)
    return 0


@click.command()
@click.argument("scenario")
@study_options(DEFAULT_DRAWS, changes=True)
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
    from econsim.cli.analysing_text import moats_text
    from econsim.runs import DEFAULT_SEED
    from econsim.scenario import load_scenario
    from econsim.studies.analysis_store import check_analysis_folder
    from econsim.studies.moats import METRICS, check_moats, moats_identity
    from econsim.studies.moats import moats as find_moats

    world = apply_settings(load_scenario(scenario), settings)
    draws, seed = DEFAULT_DRAWS if draws is None else draws, DEFAULT_SEED if seed is None else seed
    checked = check_moats(world, draws, seed, ensemble, engine)
    check_analysis_folder(out, moats_identity(world, draws, seed, checked.ensemble), force)
    with Progress(quiet=quiet) as progress:
        found = find_moats(world, draws, seed, ensemble, engine, progress)

    def figures() -> dict[str, Any]:
        from econsim.charts.moats import decomposition

        return {f"moats-{metric}": decomposition(found, metric) for metric in METRICS}

    deliver("moats", found, figures, lambda: moats_text(found), out, force, as_json, quiet)
    if not found.has_finding:
        what = f"{found.failed_draws} of {found.draws} draws could not be solved"
        click.echo(f"error: {found.scenario.name}: {what}; do not use these numbers", err=True)
        return TOO_MANY_FAILED
    return 0


__all__ = ["discover", "drivers", "moats"]
