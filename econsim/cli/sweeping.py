"""`econsim sweep`."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from econsim.cli.options import WholeNumber, json_option, show_json
from econsim.cli.progress import Progress
from econsim.cli_text import estimate_text, sweep_text

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from econsim.studies.sweep import Sweep

TOO_MANY_FAILED = 3
INTERRUPTED = 130


@click.command()
@click.argument("spec", metavar="SPEC.yaml")
@click.option("--out", metavar="DIR", help="A new or empty folder for the results.")
@click.option("--resume", is_flag=True, help="Go on with the sweep that DIR holds; what is done stays.")
@click.option("--workers", type=WholeNumber(), metavar="N", help="Processes of one thread.  [default: this process]")
@click.option("--cluster", "address", metavar="ADDRESS", help="Scheduler of a Dask cluster that does the work.")
@click.option("--dry-run", is_flag=True, help="Measure what it will take in time and disk; write nothing.")
@click.option("--yes", is_flag=True, help="Needed for designs of more than 10 million points.")
@click.option("--engine", default="auto", metavar="NAME", help="auto, batch, compiled or agents.  [default: auto]")
@json_option
@click.option("--quiet", is_flag=True, help="Print the folder only; no progress.")
def sweep(
    spec: str,
    out: str | None,
    resume: bool,
    workers: int | None,
    address: str | None,
    dry_run: bool,
    yes: bool,
    engine: str,
    as_json: bool,
    quiet: bool,
) -> int:
    """Simulate scenarios all over a design of parameters and levers.

    SPEC.yaml says which scenarios and which points; see docs/sweeps.md.
    """
    from econsim.store import as_json as written
    from econsim.studies.sweep import SweepStopped, plan_sweep
    from econsim.studies.sweep import sweep as run_sweep
    from econsim.studies.sweep_spec import needs_yes, read_sweep_spec
    from econsim.studies.workers import check_workers

    if out == "":
        raise click.UsageError("--out needs the name of a folder", click.get_current_context())
    if out is None and not dry_run:
        raise click.UsageError("--out DIR is missing", click.get_current_context())
    if workers is not None and address is not None:
        raise click.UsageError("--workers and --cluster cannot be given together", click.get_current_context())
    if workers is not None:
        check_workers(workers)
    checked = read_sweep_spec(spec)
    if dry_run:
        return _dry_run(checked, out, resume, workers, address, engine, as_json, quiet)
    _ask_for_yes(checked, yes)
    plan_sweep(checked, str(out), resume, engine)  # finds what is wrong before anything is started
    asked = click.get_current_context().find_object(float)
    with (
        Progress(quiet=quiet, resumable=True) as progress,
        _stopped_once(),
        _executor(address) as executor,
    ):
        try:
            done = run_sweep(checked, str(out), resume, workers, executor, engine, progress, _note, asked)
        except SweepStopped as stop:
            stopped: SweepStopped | None = stop
        else:
            stopped = None
    if stopped is not None:
        again = ["econsim", "sweep", spec, "--out", str(out), "--resume", *(["--yes"] if needs_yes(checked) else [])]
        again += ["--workers", str(workers)] if workers is not None else []
        again += ["--cluster", address] if address is not None else []
        done_so_far = f"{stopped.done} of {stopped.total} draws are done and kept"
        _note(f"{stopped.state}: {done_so_far}; go on with: {shlex.join(again)}")
        if as_json:
            told = {"state": stopped.state, "done": stopped.done, "total": stopped.total, "folder": out}
            show_json(written(told))
        return _interrupted()
    if as_json:
        show_json(written(_summary(done)))
    else:
        click.echo(out if quiet else sweep_text(done))
    return _failures(done)


def _dry_run(
    spec: Any,
    out: str | None,
    resume: bool,
    workers: int | None,
    address: str | None,
    engine: str,
    as_json: bool,
    quiet: bool,
) -> int:
    from econsim.engines import choose
    from econsim.store import as_json as written
    from econsim.studies.sweep import plan_sweep
    from econsim.studies.sweep_estimate import estimate_sweep
    from econsim.studies.sweep_plan import make_plan

    engine_here = choose(engine, spec.scenarios[0], spec.rows * len(spec.scenarios))
    plan = make_plan(spec, engine_here) if out is None else plan_sweep(spec, out, resume, engine)[0]
    try:
        with Progress(quiet=quiet or as_json, what="chunks"), _stopped_once(), _executor(address) as executor:
            found = estimate_sweep(plan, out, workers, executor)
    except KeyboardInterrupt:
        _note("interrupted; nothing was written")
        return _interrupted()
    if as_json:
        show_json(written(found.as_mapping()))
    else:
        click.echo(estimate_text(found))
    return 0


def _ask_for_yes(spec: Any, yes: bool) -> None:
    from econsim.errors import InputError, Problem
    from econsim.studies.sweep_spec import LARGEST_WITHOUT_YES, needs_yes

    if needs_yes(spec) and not yes:
        message = "has very many points; --dry-run says what they take, and --yes that they are meant"
        allowed = f"at most {LARGEST_WITHOUT_YES:,} without --yes"
        raise InputError(Problem("design", message, f"{spec.design.size:,}", allowed))


@contextlib.contextmanager
def _executor(address: str | None) -> Iterator[Executor | None]:
    if address is None:
        yield None
        return
    from econsim.studies.cluster import cluster

    with cluster(address) as executor:
        yield executor


@contextlib.contextmanager
def _stopped_once() -> Iterator[None]:
    """SIGTERM stops the work as Ctrl-C does: what is done is kept and the workers end. No second one disturbs that."""
    numbers, heard = (signal.SIGINT, signal.SIGTERM), []

    def stop(number: int, frame: object) -> None:
        heard.append(number)
        for one in numbers:
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = [signal.signal(one, stop) for one in numbers]
    try:
        yield
    finally:
        if not heard:  # else the process is about to end
            for one, handler in zip(numbers, before, strict=True):
                signal.signal(one, handler)


def _interrupted() -> int:
    """The exit code. Ends the process now if compiled code is still at work, for which Python would wait."""
    from econsim.studies.worker_thread import still_at_work

    if still_at_work():
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(INTERRUPTED)
    return INTERRUPTED


def _note(text: str) -> None:
    click.echo(text, err=True)


def _summary(done: Sweep) -> dict[str, Any]:
    manifest = done.manifest or {}
    kept = {key: value for key, value in manifest.items() if key not in ("identity", "files")}
    return {"state": "done", "folder": str(done.folder), **kept, "scenarios": done.summary()}


def _failures(done: Sweep) -> int:
    from econsim.findings import MOST_FAILED

    code = 0
    for label, failed in done.failed_draws.items():
        if failed > MOST_FAILED * done.rows:
            what = f"{failed} of {done.rows} draws could not be solved"
            click.echo(f"error: {label}: {what}; do not use these numbers", err=True)
            code = TOO_MANY_FAILED
    return code
