"""The command `econsim`. Nothing heavy is imported before a command that needs it runs."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Sequence

import click

import econsim
from econsim.cli.adopting import adopt
from econsim.cli.analysing import discover, drivers, moats
from econsim.cli.briefing import brief, verify
from econsim.cli.checking import bench, check
from econsim.cli.evidence import evidence
from econsim.cli.exploring import app
from econsim.cli.fidelity import fidelity
from econsim.cli.groups import Commands
from econsim.cli.history import backtest, calibrate
from econsim.cli.scenario_files import metrics, new, params, scenarios, validate
from econsim.cli.sensitivity import sensitivity
from econsim.cli.simulations import compare, run
from econsim.cli.sweeping import sweep
from econsim.cli.tipping import flip, tip
from econsim.cli.versions import diff_model
from econsim.cli_text import printable
from econsim.errors import EconsimError, InputError, Problem

USAGE, INTERRUPTED, BROKEN_PIPE = 2, 130, 141
# What standard output fails with on a full disk or once closed; files of ours fail with their name.
NOWHERE_TO_WRITE = (errno.ENOSPC, errno.EIO, errno.EBADF, errno.EFBIG, errno.EDQUOT)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(econsim.__version__, prog_name="econsim", message="%(prog)s %(version)s")
def commands() -> None:
    """Who trains the next frontier model if models can be copied, who gains, and what a policy changes.

    Start with: econsim run baseline
    """


_COMMANDS = (
    run,
    compare,
    sweep,
    sensitivity,
    drivers,
    discover,
    moats,
    tip,
    flip,
    backtest,
    calibrate,
    fidelity,
    adopt,
    brief,
    verify,
    app,
    scenarios,
    params,
    metrics,
    evidence,
    new,
    validate,
    check,
    diff_model,
    bench,
)
for _command in _COMMANDS:
    commands.add_command(_command)


def main(arguments: Sequence[str] | None = None, begun: float | None = None) -> int:
    """Run one command line and return its exit code; every error is told in a line or a few on stderr.

    begun : when the process was started, in seconds of `time.time`; default: now

    0 done; 1 a check failed; 2 bad usage, bad input, or a file that cannot be used; 3 too many draws failed to
    solve; 4 a stored result does not match; 130 interrupted.
    """
    _let_every_terminal_cope()
    try:
        words = list(sys.argv[1:] if arguments is None else arguments)
        with commands.make_context("econsim", words, obj=time.time() if begun is None else begun) as context:
            code = commands.invoke(context)
        if sys.stdout is not None:
            sys.stdout.flush()
        return int(code or 0)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        return _usage_error(error)
    except InputError as error:
        _say(*(line for problem in error.problems for line in _lines(problem)))
        return error.exit_code
    except EconsimError as error:
        _say(*(f"error: {line}" for line in str(error).splitlines()))
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        _say("interrupted; nothing half-written was left")
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return BROKEN_PIPE
    except Exception as error:
        return _unexpected(error)


def _unexpected(error: Exception) -> int:
    if os.environ.get("ECONSIM_DEBUG"):
        raise error
    if isinstance(error, OSError) and error.filename is None and error.errno in NOWHERE_TO_WRITE:
        _drop_output()
        _say(f"error: the output cannot be written: {(error.strerror or str(error)).lower()}")
        return USAGE
    if isinstance(error, MemoryError):
        _say("error: not enough memory; ask for fewer --draws")
        return USAGE
    what = " ".join(str(error).split())
    _say(
        f"internal error: {type(error).__name__}: {what}",
        "Please report it with the command line; ECONSIM_DEBUG=1 shows where it happened.",
    )
    return 1


def _usage_error(error: click.ClickException) -> int:
    text = error.format_message().rstrip(".")
    lines = [f"error: {text[:1].lower()}{text[1:]}"]
    context = getattr(error, "ctx", None)
    if context is not None:
        lines.append(f"Try '{context.command_path} --help'.")
    _say(*lines)
    return USAGE


def _lines(problem: Problem) -> list[str]:
    """A problem in a line; a place in a text that it is about stands below."""
    excerpt: tuple[str, ...] = getattr(problem, "excerpt", ())
    told = str(problem).removesuffix("".join(f"\n{line}" for line in excerpt))
    return [f"error: {told}", *excerpt]


def _say(*lines: str) -> None:
    try:
        for line in lines:
            print(printable(line), file=sys.stderr)
    except OSError:  # nobody listens on stderr either
        pass


def _drop_output() -> None:
    """Send what is still buffered nowhere, or Python complains about it when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):
        pass
    finally:
        os.close(nowhere)


def _let_every_terminal_cope() -> None:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


__all__ = ["commands", "main"]
