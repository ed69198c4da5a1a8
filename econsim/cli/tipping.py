"""`econsim tip` and `econsim flip`."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
from collections.abc import Callable
from concurrent.futures import wait
from pathlib import Path
from typing import Any

import click

from econsim.cli.options import WholeNumber, json_option, show_json
from econsim.cli.progress import Progress
from econsim.cli.tipping_text import flip_text, tip_text
from econsim.cli_text import paragraph

TOO_MANY_FAILED = 3
INTERRUPTED = 130
POLL = 0.2  # seconds between two looks whether somebody pressed Ctrl-C

_OPTIONS = (
    click.option(
        "--seed", type=WholeNumber(), default=0, metavar="S", help="Seed of parameters and shocks.  [default: 0]"
    ),
    click.option("--ensemble", metavar="NAME", help="prior or default.  [default: the scenario's wish, else prior]"),
    click.option("--engine", default="auto", metavar="NAME", help="auto, batch, compiled or agents.  [default: auto]"),
    click.option("--out", metavar="DIR", help="Write JSON, CSV and figures (SVG, PNG, PDF) to this folder."),
    click.option("--force", is_flag=True, help="Replace another study that DIR holds."),
    json_option,
    click.option("--quiet", is_flag=True, help="Print the finding and the folder only; no progress."),
)


def _shared(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.command()
@click.argument("scenario")
@click.option("--x", metavar="NAME[=LOW:HIGH[:N]]", help="A parameter or lever, with its range and number of values.")
@click.option("--y", metavar="NAME[=LOW:HIGH[:N]]", help="Another one, for a map.")
@click.option("--output", metavar="NAME", help="A summary metric, or effect:NAME for its paired change.")
@click.option("--above", metavar="V", help="The threshold to be above, in the metric's unit.")
@click.option("--below", metavar="V", help="The threshold to be below.")
@click.option("--draws", type=WholeNumber(), metavar="N", help="Simulated futures at each setting.  [default: 256]")
@_shared
def tip(
    scenario: str,
    x: str | None,
    y: str | None,
    output: str | None,
    above: str | None,
    below: str | None,
    draws: int | None,
    seed: int,
    ensemble: str | None,
    engine: str,
    out: str | None,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Find where an outcome tips: the value at which half of the futures pass a threshold.

    With --x alone, the break-even along a parameter or lever; with --y, a map over two. Without a range a parameter
    covers its prior and a lever its bounds. See docs/tipping.md.
    """
    from econsim.runs import DEFAULT_DRAWS
    from econsim.studies.tipping import ask, tipping
    from econsim.studies.tipping_store import check_study_folder

    for name, value in (("--x", x), ("--output", output)):
        if value is None:
            raise click.UsageError(f"{name} is missing", click.get_current_context())
    _names_a_folder(out)
    settings: dict[str, Any] = {
        "output": output,
        "above": _threshold("above", above),
        "below": _threshold("below", below),
        "draws": DEFAULT_DRAWS if draws is None else draws,
        "seed": seed,
        "ensemble": ensemble,
        "engine": engine,
    }
    asked = ask(scenario, str(x), y, **settings)
    if out is not None:
        check_study_folder(out, asked.id, force)
    result = _computed(lambda progress: tipping(scenario, str(x), y, **settings, progress=progress), quiet)
    return _shown(result, "tip", tip_text, out, force, as_json, quiet)


@click.command()
@click.argument("scenario")
@click.option("--against", metavar="BASE", help="The scenario to measure effects against.  [default: its status quo]")
@click.option("--output", metavar="NAME", help="A summary metric.  [default: rd_investment]")
@click.option("--draws", type=WholeNumber(), metavar="N", help="Simulated futures at each value.  [default: 64]")
@_shared
def flip(
    scenario: str,
    against: str | None,
    output: str | None,
    draws: int | None,
    seed: int,
    ensemble: str | None,
    engine: str,
    out: str | None,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Find the smallest change of one assumption that reverses a finding.

    The finding is the sign of the scenario's median paired effect on the output. See docs/tipping.md.
    """
    from econsim.studies import flip as flips
    from econsim.studies.tipping_store import check_study_folder

    _names_a_folder(out)
    settings: dict[str, Any] = {
        "output": flips.DEFAULT_OUTPUT if output is None else output,
        "draws": flips.DEFAULT_DRAWS if draws is None else draws,
        "seed": seed,
        "ensemble": ensemble,
        "engine": engine,
    }
    asked = flips.ask_flip(scenario, against, **settings)
    if out is not None:
        check_study_folder(out, asked.id, force)
    result = _computed(lambda progress: flips.flip(scenario, against, **settings, progress=progress), quiet)
    return _shown(result, "flip", flip_text, out, force, as_json, quiet)


# ---------------------------------------------------------------------------------------------------- running


def _names_a_folder(out: str | None) -> None:
    if out == "":
        raise click.UsageError("--out needs the name of a folder", click.get_current_context())


def _threshold(name: str, text: str | None) -> float | None:
    """A threshold as a number; what is none is found wanting with everything else."""
    from econsim.errors import InputError, Problem

    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        raise InputError(Problem(name, "must be a finite number", f"'{text[:80]}'")) from None


def _computed(study: Callable[[Progress], Any], quiet: bool) -> Any:
    """What a study gives. It is worked on in a thread, so that Ctrl-C is heard whatever compiled code is doing."""
    from econsim.studies.worker_thread import WorkerThread, still_at_work

    try:
        with Progress(quiet=quiet, what="futures") as progress, WorkerThread() as thread:
            future = thread.submit(study, progress)
            while not wait([future], POLL).done:
                pass
            return future.result()
    except KeyboardInterrupt:
        if not still_at_work():
            raise
        click.echo("interrupted; nothing half-written was left", err=True)
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(INTERRUPTED)  # Python would wait for the compiler


def _shown(
    result: Any, name: str, text: Callable[[Any], str], out: str | None, force: bool, as_json: bool, quiet: bool
) -> int:
    from econsim.store import as_json as written
    from econsim.studies.tipping_store import write_study

    if out is not None:
        write_study(result, name, out, _figures(result, name), force)
    if as_json:
        show_json(written(result.summary()))
    else:
        click.echo(paragraph(result.finding) if quiet else text(result))
    if out is not None and not (as_json and quiet):
        click.echo(out if quiet else f"Written to {out}", err=as_json)
    if result.finding.startswith("No finding"):
        click.echo("error: too many futures could not be solved; do not use these numbers", err=True)
        return TOO_MANY_FAILED
    return 0


def _figures(result: Any, name: str) -> Callable[[Path], None] | None:
    """Draws the figures of a study; None where the package for that is missing."""
    if importlib.util.find_spec("vl_convert") is None:
        click.echo("note: no figures without vl-convert: pip install 'econsim[brief]'", err=True)
        return None

    def draw(place: Path) -> None:
        from econsim.charts.flip import flip_table
        from econsim.charts.tipping import break_even, tipping_map
        from econsim.studies.tipping_store import FIGURES

        kind = result.summary()["kind"]
        charts: dict[str, Callable[[Any], Any]] = {"map": tipping_map, "break-even": break_even, "flip": flip_table}
        chart = charts[kind](result)
        for end in FIGURES:
            chart.save(place / f"{name}.{end}", **({"scale_factor": 2} if end == "png" else {}))

    return draw
