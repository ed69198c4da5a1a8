"""Reads the `design` section of a sweep spec: plain values in, a Design out, and everything wrong with it noted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from econsim.errors import InputError, Problem
from econsim.field_checker import Checker
from econsim.library import FieldPath
from econsim.scenario import Scenario
from econsim.scenario_schema import COUNT_PARAMETERS, Field
from econsim.studies.design_file import read_points
from econsim.studies.design_listed import read_grid, read_list
from econsim.studies.design_sampled import read_sampled
from econsim.studies.designs import METHODS, SAMPLED, Design, ListDesign
from econsim.studies.spec_fields import adopt, at_home, known_fields, known_name

DESIGN_KEYS = ("method", "samples", "parameters", "values", "file", "second_order", "groups", "scrambles")
LARGEST_DESIGN = 10**15
"""Most points of a design: more than anybody can run, and few enough to be counted exactly everywhere."""

_GOES_WITH: Mapping[str, tuple[str, ...]] = {
    "samples": SAMPLED,
    "values": (*SAMPLED, "grid", "list"),
    "file": ("file",),
    "second_order": ("saltelli",),
    "groups": ("saltelli",),
    "scrambles": ("saltelli",),
}
_METHOD_FIELD = Field("choice", "method", options=METHODS)
PATH: FieldPath = ("design",)


def read_design(
    value: Any,
    scenarios: Sequence[Scenario],
    seed: int,
    checker: Checker,
    folder: Path,
    beside: Collection[str],
) -> Design | None:
    """The design of a spec; None where something is wrong with it, which `checker` then holds.

    scenarios : those of the spec that could be read; without any, what depends on them is left unchecked
    folder    : where a relative path starts
    beside    : the fields that stand beside the design, for a hint to somebody who put one inside
    """
    if value is None:
        checker.report(PATH, "is missing", allowed="a method and what it needs, as {method: lhs, samples: 1000}")
        return None
    before = len(checker.problems)
    hints = {name: "beside 'design', not inside it" for name in beside}
    given = known_fields(checker, PATH, value, DESIGN_KEYS, "field of a design", hints)
    if not isinstance(value, Mapping):
        return None
    if "method" not in given:
        checker.report((*PATH, "method"), "is missing", allowed=_METHOD_FIELD.allowed)
        return None
    method = checker.simple((*PATH, "method"), given["method"], _METHOD_FIELD)
    if method is None:
        return None
    for key in given:
        if method not in _GOES_WITH.get(key, METHODS):
            allowed = f"with {', '.join(_GOES_WITH[key])}"
            checker.report((*PATH, key), f"does not go with method '{method}'", allowed=allowed)
    named = _parameters(given["parameters"], checker) if "parameters" in given else None
    design: Design | None
    if method in SAMPLED:
        design = read_sampled(method, given, named, scenarios, seed, checker)
    elif method == "file":
        design = _file(given.get("file"), checker, folder)
    else:
        design = (read_grid if method == "grid" else read_list)(given.get("values"), checker)
    if design is not None:
        _whole(design, named, scenarios, checker)
    return design if len(checker.problems) == before else None


def _parameters(value: Any, checker: Checker) -> dict[str, int]:
    """The names under `parameters` that exist, and their places in the list."""
    path: FieldPath = (*PATH, "parameters")
    if not isinstance(value, list):
        checker.report(path, "must be a list of parameters and levers", value)
        return {}
    if not value:
        checker.report(path, "is empty: a design varies at least one parameter or lever")
    names: dict[str, int] = {}
    for place, name in enumerate(value):
        if not known_name(checker, (*path, place), name):
            continue
        if name in names:
            checker.report((*path, place), "is given twice", name)
        names.setdefault(name, place)
    return names


def _file(value: Any, checker: Checker, folder: Path) -> ListDesign | None:
    path: FieldPath = (*PATH, "file")
    if not isinstance(value, str | Path) or not str(value).strip():
        checker.report(path, "must be the path of a CSV file", value)
        return None
    try:
        names, table = read_points(folder / at_home(value))
    except InputError as error:
        adopt(checker, path, error)
        return None
    return ListDesign("file", names, len(table), table, str(value))


def _whole(design: Design, named: Mapping[str, int] | None, scenarios: Sequence[Scenario], checker: Checker) -> None:
    """What the design as a whole must keep to."""
    if design.size > LARGEST_DESIGN:
        checker.add(PATH, Problem("", "has too many points", f"{design.size:,}", f"at most {LARGEST_DESIGN:,}"))
    path: FieldPath = (*PATH, "parameters")
    if named is not None and set(named) != set(design.names):
        allowed = f"{', '.join(design.names)}, or leave it out"
        checker.add(path, Problem("", "does not name what the points vary", ", ".join(named), allowed))
    for section, count in COUNT_PARAMETERS.items():
        for scenario in scenarios if count in design.names else ():
            if getattr(scenario.structure, section) is not None:
                message = (
                    f"varies {count}, which contradicts the firms listed in structure.{section} of {scenario.name}"
                )
                checker.report(PATH, message)
