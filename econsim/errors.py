"""What econsim says when something is wrong: which field, what it got, what is allowed, what was meant.

Every error that a user can cause is an `EconsimError` and carries the exit code of the command line.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

FEW_NAMES = 20  # that an error lists
NEAREST = 4  # names of more that it shows
ALIKE = 0.55  # of 1: half of the letters in common is no likeness of short names, as of 'foo' and 'sobol'
LISTED_BY = {
    "metric": "`econsim metrics` lists them",
    "parameter or lever": "`econsim params` lists them",
    "metric, parameter or lever": "`econsim metrics` and `econsim params` list them",
    "scenario": "`econsim scenarios` lists them",
}
"""Kind of a name -> the command that lists all of them."""


def nearest_name(name: str, names: Iterable[str]) -> str | None:
    """The valid name closest to a misspelt one, or None when nothing is close."""
    choices = {choice.lower(): choice for choice in names}
    found = difflib.get_close_matches(name.lower().replace("-", "_"), choices, n=1, cutoff=ALIKE)
    if not found:
        found = difflib.get_close_matches(name.lower(), choices, n=1, cutoff=ALIKE)
    return choices[found[0]] if found else None


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input.

    field    : dotted path of the field, such as `levers.detection_rate`
    message  : what is wrong, in words, without the field name
    value    : what was given, as text
    allowed  : what would be accepted, as text
    nearest  : the valid name that was probably meant
    file     : the file it stands in
    line     : its line there, from 1
    """

    field: str
    message: str
    value: str | None = None
    allowed: str | None = None
    nearest: str | None = None
    file: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.file and self.line else f"{self.file}: " if self.file else ""
        text = f"{place}{self.field}: {self.message}" if self.field else f"{place}{self.message}"
        if self.value is not None:
            text += f" (got {self.value})"
        if self.allowed is not None:
            text += f"; allowed: {self.allowed}"
        if self.nearest is not None:
            text += f"; did you mean '{self.nearest}'?"
        return text


class EconsimError(Exception):
    """Base of every error that econsim raises on purpose."""

    exit_code = 1


class InputError(EconsimError, ValueError):
    """Bad usage or bad input: all problems found, one line each. Exit code 2."""

    exit_code = 2

    def __init__(self, problems: str | Problem | Sequence[Problem]):
        if isinstance(problems, str):
            problems = Problem("", problems)
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class NumericalError(EconsimError):
    """Too many draws failed to solve for the rest to be trusted. Exit code 3."""

    exit_code = 3


class VerificationError(EconsimError):
    """A stored result does not match what a rerun gives. Exit code 4."""

    exit_code = 4


def unknown_name(field: str, name: str, names: Iterable[str], *, kind: str = "name") -> Problem:
    """The problem of a name that is not on a list, with the nearest one that is."""
    names = list(names)
    near = nearest_name(name, names)
    allowed = None if near else ", ".join(names)
    if not near and len(names) > FEW_NAMES:
        close = difflib.get_close_matches(name.lower(), names, n=NEAREST, cutoff=0.0)
        command = f"; {LISTED_BY[kind]}" if kind in LISTED_BY else ""
        allowed = f"{len(names)} names, the nearest being {', '.join(close)}{command}"
    return Problem(field, f"unknown {kind} '{name}'", allowed=allowed, nearest=near)
