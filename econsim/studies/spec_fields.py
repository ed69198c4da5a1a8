"""What the sections of a study's spec share when they are checked: hints, and the problems of files they name."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from econsim.errors import InputError, Problem, unknown_name
from econsim.field_checker import Checker
from econsim.library import FieldPath
from econsim.studies.design_axes import known_names


def known_fields(
    checker: Checker,
    path: FieldPath,
    value: Any,
    names: Collection[str],
    kind: str,
    elsewhere: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The known fields of a section; others are noted. Empty if it is no mapping at all.

    elsewhere : fields that belong in another section -> where that is, in words
    """
    if not isinstance(value, Mapping):
        checker.report(path, "must be a list of 'name: value' lines", value)
        return {}
    found = {}
    for name, item in value.items():
        if name in names:
            found[name] = item
        elif elsewhere and name in elsewhere:
            checker.report((*path, name), f"does not belong here: '{name}' goes {elsewhere[name]}")
        else:
            checker.unknown((*path, name), name, names, kind)
    return found


def known_name(checker: Checker, path: FieldPath, name: Any) -> bool:
    """Whether this names a parameter or a lever; if not, that is noted."""
    if not isinstance(name, str):
        checker.report(path, "must name a parameter or a lever", name)
        return False
    known = known_names()
    if name not in known:
        checker.add(path, unknown_name("", name[:80], known, kind="parameter or lever"))
    return name in known


def at_home(path: str | Path) -> Path:
    """A path with the home directory that `~` stands for. Raises InputError where there is none."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise InputError(Problem("", "names a home directory that cannot be found", str(path)[:80])) from None


def adopt(checker: Checker, path: FieldPath, error: InputError) -> None:
    """Take over what is wrong with another file: problems with a line there as they are, others at their place here."""
    for problem in error.problems:
        if problem.file is not None and problem.line is not None:
            checker.problems.append(problem)
        else:
            checker.add(path, dataclasses.replace(problem, value=problem.value or problem.file, file=None))
