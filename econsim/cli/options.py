"""Options that several commands share, and what they mean."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from econsim.scenario import Scenario

_Function = TypeVar("_Function", bound=Callable[..., Any])
TRUTHS = {"on": True, "off": False, "yes": True, "no": False}


DEFAULT_DRAWS = 128
"""As `econsim.runs` has it, which takes long to import; a test holds the two together."""


class WholeNumber(click.ParamType):
    """A whole number in digits; its range is checked with everything else about the run."""

    name = "integer"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        if not re.fullmatch(r"[-+]?[0-9]{1,30}", str(value).strip()):
            self.fail(f"must be a whole number written in digits (got '{str(value)[:40]}')", param, ctx)
        return int(value)


def study_options(
    draws: int | None = None,
    *,
    each: str = "",
    changes: bool = False,
    out: str = "Write JSON, CSV and figures (SVG, PNG, PDF) to this folder.",
    csv: bool = False,
) -> Callable[[_Function], _Function]:
    """The options that commands share: how to run, where to write, how much to say.

    draws   : how many draws there are unless more are asked for; None for a command that runs nothing
    each    : what each of these draws is for, as ` at each value`
    changes : whether the scenario can be changed with `--set`
    out     : what --out does
    csv     : whether series are written as CSV on request
    """
    options = []
    if changes:
        options.append(set_option)
    if draws is not None:
        told = f"Simulated futures{each}.  [default: {draws}]"
        options += [click.option("--draws", type=WholeNumber(), metavar="N", help=told), *_HOW]
    options.append(click.option("--out", metavar="DIR", callback=_a_folder, help=out))
    if csv:
        options.append(click.option("--csv", is_flag=True, help="With --out, also write the series as CSV."))
    options += [*_WHERE, json_option, quiet_option]

    def decorated(command: _Function) -> _Function:
        for option in reversed(options):
            command = option(command)
        return command

    return decorated


def _a_folder(context: click.Context, option: click.Parameter, given: str | None) -> str | None:
    if given == "":
        raise click.UsageError("--out needs the name of a folder", context)
    return given


set_option = click.option(
    "--set",
    "settings",
    metavar="NAME=VALUE",
    multiple=True,
    help="Change a parameter, lever or switch; may be repeated. A parameter changes the status quo too.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, and nothing else, on standard output.")
quiet_option = click.option("--quiet", is_flag=True, help="Print the finding and the folder only; no progress.")

_HOW = (
    click.option("--seed", type=WholeNumber(), metavar="S", help="Seed of parameters and shocks.  [default: 0]"),
    click.option(
        "--ensemble",
        metavar="NAME",
        help="'calibrated' draws parameters from what history leaves of their ranges, 'prior' from the ranges, "
        "'default' keeps them at their defaults.  [default: the scenario's wish, else calibrated]",
    ),
    click.option("--engine", default="auto", metavar="NAME", help="auto, batch, compiled or agents.  [default: auto]"),
)
_WHERE = (click.option("--force", is_flag=True, help="Replace other results that DIR holds."),)


def apply_settings(scenario: Scenario, settings: Sequence[str]) -> Scenario:
    """A scenario with the changes that `--set NAME=VALUE` asks for.

    Levers and what a scenario is compared with change the scenario alone; whatever describes the world (parameters,
    switches, calendar, law) changes its status quo too. Raises InputError with every problem.
    """
    from econsim.errors import InputError
    from econsim.scenario_settings import with_settings

    given, problems = _read_settings(settings)
    if problems:
        raise InputError(problems)
    return with_settings(scenario, given)


def _read_settings(settings: Sequence[str]) -> tuple[dict[str, Any], list[Any]]:
    from econsim.errors import InputError, Problem, unknown_name
    from econsim.parameter_book import book
    from econsim.scenario_schema import SWITCHES
    from econsim.yaml_reader import read_yaml_text

    known = [*book().levers, *book().parameters, *SWITCHES, "quarters", "start", "fidelity_law", "status_quo"]
    given: dict[str, Any] = {}
    problems: list[Any] = []
    for text in settings:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not name or not value:
            problems.append(Problem("--set", "must be NAME=VALUE, such as detection_rate=0.5", f"'{text[:80]}'"))
        elif name not in known:
            problems.append(unknown_name("--set", name, known))
        elif name in given:
            problems.append(Problem("--set", f"{name} is given twice"))
        elif "\n" in value or "\r" in value:
            problems.append(Problem("--set", f"the value of {name} must stand on one line"))
        else:
            try:
                read = read_yaml_text(f"value: {value}", "--set").data
            except InputError as error:
                told = error.problems[0].message
                problems.append(Problem("--set", f"the value of {name} cannot be read: {told}", f"'{value[:80]}'"))
                continue
            given[name] = TRUTHS.get(value.lower(), read["value"]) if name in SWITCHES else read["value"]
            if given[name] is None:
                problems.append(Problem("--set", f"{name} needs a value"))
    return given, problems


def show_json(content: str) -> None:
    """JSON text on standard output, as ASCII where the output takes nothing else."""
    if str(getattr(sys.stdout, "encoding", "")).lower().replace("-", "") != "utf8":
        content = "".join(one if one.isascii() else json.dumps(one)[1:-1] for one in content)
    click.echo(content, nl=False)
