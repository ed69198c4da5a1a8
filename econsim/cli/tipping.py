"""`econsim tip` and `econsim flip`."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from concurrent.futures import wait
from typing import Any

import click

from econsim.cli.delivering import deliver
from econsim.cli.options import DEFAULT_DRAWS, apply_settings, study_options
from econsim.cli.progress import Progress
from econsim.cli.tipping_text import flip_text, tip_text

TOO_MANY_FAILED = 3
INTERRUPTED = 130
POLL = 0.2  # seconds between two looks whether somebody pressed Ctrl-C


@click.command()
@click.argument("scenario")
@click.option("--x", metavar="NAME[=LOW:HIGH[:N]]", help="A parameter or lever, with its range and number of values.")
@click.option("--y", metavar="NAME[=LOW:HIGH[:N]]", help="Another one, for a map.")
@click.option("--output", metavar="NAME", help="A summary metric, or effect:NAME for its paired change.")
@click.option("--against", metavar="BASE", help="What an effect is measured against.  [default: the status quo]")
@click.option("--above", metavar="V", help="The threshold to be above, in the metric's unit.")
@click.option("--below", metavar="V", help="The threshold to be below.")
@click.option("--at-least", metavar="V", help="The threshold to be at or above.")
@click.option("--at-most", metavar="V", help="The threshold to be at or below.")
@study_options(DEFAULT_DRAWS, each=" at each setting", changes=True)
def tip(
    scenario: str,
    settings: tuple[str, ...],
    x: str | None,
    y: str | None,
    output: str | None,
    against: str | None,
    above: str | None,
    below: str | None,
    at_least: str | None,
    at_most: str | None,
    draws: int | None,
    seed: int | None,
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
    from econsim.runs import DEFAULT_SEED
    from econsim.scenario import load_scenario
    from econsim.studies.analysis_store import check_analysis_folder
    from econsim.studies.tipping import ask, tipping

    for name, value in (("--x", x), ("--output", output)):
        if value is None:
            raise click.UsageError(f"{name} is missing", click.get_current_context())
    world = apply_settings(load_scenario(scenario), settings)
    asked_for: dict[str, Any] = {
        "output": output,
        "above": _threshold("above", above),
        "below": _threshold("below", below),
        "at_least": _threshold("at_least", at_least),
        "at_most": _threshold("at_most", at_most),
        "against": against,
        "draws": DEFAULT_DRAWS if draws is None else draws,
        "seed": DEFAULT_SEED if seed is None else seed,
        "ensemble": ensemble,
        "engine": engine,
    }
    asked = ask(world, str(x), y, **asked_for)
    check_analysis_folder(out, asked.id, force)
    found = _computed(lambda progress: tipping(world, str(x), y, **asked_for, progress=progress), quiet)

    def figures() -> dict[str, Any]:
        from econsim.charts.tipping import break_even, tipping_map

        return {"tip": break_even(found) if y is None else tipping_map(found)}

    deliver("tip", found, figures, lambda: tip_text(found), out, force, as_json, quiet)
    return _exit_code(found.finding)


@click.command()
@click.argument("scenario")
@click.option("--against", metavar="BASE", help="The scenario to measure effects against.  [default: its status quo]")
@click.option("--output", metavar="NAME", help="A summary metric.  [default: rd_investment]")
@click.option("--only", metavar="NAMES", help="Change these assumptions alone: names with commas.  [default: all]")
@study_options(64, each=" at each value", changes=True)
def flip(
    scenario: str,
    settings: tuple[str, ...],
    against: str | None,
    output: str | None,
    only: str | None,
    draws: int | None,
    seed: int | None,
    ensemble: str | None,
    engine: str,
    out: str | None,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Find the smallest change of one assumption that reverses a finding, or lets it fade.

    The finding is that of `econsim run`: whether the scenario raises, lowers or hardly moves the median of the output.
    The commands that it shows print JSON where the output is not rd_investment, which the finding of a run is about.
    See docs/tipping.md.
    """
    from econsim.runs import DEFAULT_SEED
    from econsim.scenario import load_scenario
    from econsim.studies import flip as flips
    from econsim.studies.analysis_store import check_analysis_folder

    world = apply_settings(load_scenario(scenario), settings)
    asked_for: dict[str, Any] = {
        "output": flips.DEFAULT_OUTPUT if output is None else output,
        "draws": flips.DEFAULT_DRAWS if draws is None else draws,
        "seed": DEFAULT_SEED if seed is None else seed,
        "ensemble": ensemble,
        "engine": engine,
        "only": None if only is None else [name.strip() for name in only.split(",") if name.strip()],
    }
    asked = flips.ask_flip(world, against, **asked_for)
    check_analysis_folder(out, asked.id, force)
    found = _computed(lambda progress: flips.flip(world, against, **asked_for, progress=progress), quiet)

    def figures() -> dict[str, Any]:
        from econsim.charts.flip import flip_table

        return {"flip": flip_table(found)}

    deliver("flip", found, figures, lambda: flip_text(found), out, force, as_json, quiet)
    return _exit_code(found.finding)


# ---------------------------------------------------------------------------------------------------- running


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


def _exit_code(finding: str) -> int:
    if not finding.startswith("No finding"):
        return 0
    click.echo("error: too many futures could not be solved; do not use these numbers", err=True)
    return TOO_MANY_FAILED


__all__ = ["flip", "tip"]
