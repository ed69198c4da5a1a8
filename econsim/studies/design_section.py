"""Reads the `design` section of a sweep spec: plain values in, a Design out, and everything wrong with it noted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from econsim.errors import InputError, Problem, nearest_name
from econsim.field_checker import Checker
from econsim.library import FieldPath
from econsim.scenario import Scenario
from econsim.scenario_schema import COUNT_PARAMETERS, Field
from econsim.studies.design_axes import known_names
from econsim.studies.design_file import read_points
from econsim.studies.design_listed import read_grid, read_list
from econsim.studies.design_sampled import SAMPLES_FIELD, read_sampled
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
_SIMPLE: Mapping[str, Field] = {
    "samples": SAMPLES_FIELD,
    "second_order": Field("flag", ""),
    "groups": Field("flag", ""),
    "scrambles": Field("integer", "number of sequences", 1, SAMPLES_FIELD.high),
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
    *,
    first_read: bool = True,
) -> Design | None:
    """The design of a spec; None where something is wrong with it, which `checker` then holds.

    scenarios  : those of the spec that could be read; without any, what depends on them is left unchecked
    folder     : where a relative path starts
    beside     : the fields that stand beside the design, for a hint to somebody who put one inside
    first_read : False where the spec's first scenario, whose priors are drawn from, is not among those read
    """
    if value is None:
        checker.report(PATH, "is missing", allowed="a method and what it needs, as {method: lhs, samples: 1000}")
        return None
    before = len(checker.problems)
    hints = {name: "beside 'design', not inside it" for name in beside}
    given = known_fields(checker, PATH, value, DESIGN_KEYS, "field of a design", hints)
    if not isinstance(value, Mapping):
        return None
    named = _parameters(given["parameters"], checker) if "parameters" in given else None
    if "method" in given:
        method = checker.simple((*PATH, "method"), given["method"], _METHOD_FIELD)
    else:
        method = None
        checker.report((*PATH, "method"), "is missing", allowed=_METHOD_FIELD.allowed)
    design = None
    if method is None:
        _whatever_the_method(given, checker, folder)
    else:
        for key in given:
            if method not in _GOES_WITH.get(key, METHODS):
                allowed = f"with {', '.join(_GOES_WITH[key])}"
                checker.report((*PATH, key), f"does not go with method '{method}'", allowed=allowed)
        elsewhere = "values" not in given and any(name not in DESIGN_KEYS and name not in hints for name in value)
        if method not in ("grid", "list") or not elsewhere:  # else values stand under a name that is already reported
            design = _points(method, given, named, scenarios if first_read else (), seed, checker, folder)
    if design is not None and design.size > LARGEST_DESIGN:
        checker.add(PATH, Problem("", "has too many points", f"{design.size:,}", f"at most {LARGEST_DESIGN:,}"))
    _names(method, given, named, design, scenarios, checker)
    return design if len(checker.problems) == before else None


def _points(
    method: str,
    given: Mapping[str, Any],
    named: Mapping[str, int] | None,
    scenarios: Sequence[Scenario],
    seed: int,
    checker: Checker,
    folder: Path,
) -> Design | None:
    """The design by its method; None where something is wrong with it."""
    if method in SAMPLED:
        return read_sampled(method, given, _as_meant(given, named), scenarios, seed, checker)
    if method == "file":
        return _file(given.get("file"), checker, folder)
    return (read_grid if method == "grid" else read_list)(given.get("values"), checker)


def _whatever_the_method(given: Mapping[str, Any], checker: Checker, folder: Path) -> None:
    """What is wrong with a design's other fields under every method that takes them."""
    for key, field in _SIMPLE.items():
        if key in given:
            checker.simple((*PATH, key), given[key], field)
    if "file" in given:
        _file(given["file"], checker, folder)
    values = given.get("values", {})
    if isinstance(values, Mapping):
        for name, item in values.items():  # one at a time: whether they are columns of one length is the method's
            (read_list if isinstance(item, list) else read_grid)({name: item}, checker)
    elif isinstance(values, list) and any(isinstance(row, Mapping) for row in values):
        read_list(values, checker)
    else:
        checker.report((*PATH, "values"), "must give names their values", values, "'name: [0, 0.1]', one a line")


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


def _as_meant(given: Mapping[str, Any], named: Mapping[str, int] | None) -> Mapping[str, int] | None:
    """The names of a sampled design as `read_sampled` takes them, changed where some could not be told.

    A name misspelt in `parameters` is already reported: the range for what it meant is not to be called unasked for.
    Nor is a parameter to lack a prior where the range misspelt in `values` was probably meant for it.
    """
    listed, values = given.get("parameters"), given.get("values", {})
    ranges = _known(values) if isinstance(values, Mapping) else []
    if named is not None and not _all_known(listed):
        hoped = _nearest(listed) if isinstance(listed, list) and listed else ranges
        named = {**{name: 0 for name in ranges if name in hoped}, **named}
    if isinstance(values, Mapping) and len(ranges) == len(values):
        return named
    if named is None:
        return dict.fromkeys(ranges, 0)
    lost = _nearest(values) if isinstance(values, Mapping) else known_names()
    return {name: place for name, place in named.items() if name in ranges or name not in lost}


def _names(
    method: str | None,
    given: Mapping[str, Any],
    named: Mapping[str, int] | None,
    design: Design | None,
    scenarios: Sequence[Scenario],
    checker: Checker,
) -> None:
    """What the names of a design must keep to, as far as they can be told where its values are wrong."""
    written = _written(method, given.get("values"))
    varied = list(design.names) if design is not None else _known(written)
    told = bool(varied) and (design is not None or len(varied) == len(written))
    if named is not None:
        # A misspelt name on one side may be any name of the other.
        lacking = [name for name in varied if name not in named] if _all_known(given["parameters"]) else []
        idle = [name for name in named if name not in varied] if told else []
        if method is None and isinstance(given.get("values"), Mapping):
            for name in lacking:
                checker.report((*PATH, "values", name), "has values, and design.parameters does not name it")
        elif method is not None and method not in SAMPLED and (lacking or idle):
            allowed = f"{', '.join(varied) if told else 'all names under design.values'}, or leave it out"
            message = "does not name what the points vary"
            checker.add((*PATH, "parameters"), Problem("", message, ", ".join(named), allowed))
    names = {*varied, *(named or {})} if method in (*SAMPLED, None) else set(varied)
    for section, count in COUNT_PARAMETERS.items():
        for scenario in scenarios if count in names else ():
            if getattr(scenario.structure, section) is not None:
                message = (
                    f"varies {count}, which contradicts the firms listed in structure.{section} of {scenario.name}"
                )
                checker.report(PATH, message)


def _written(method: str | None, values: Any) -> list[Any]:
    """The names under `values`, where a method takes them; none where the points of a list disagree about them."""
    if method in ("list", None) and isinstance(values, list):
        rows = [row for row in values if isinstance(row, Mapping) and row]
        return list(rows[0]) if rows and all(set(row) == set(rows[0]) for row in rows) else []
    return list(values) if method != "file" and isinstance(values, Mapping) else []


def _all_known(value: Any) -> bool:
    """Whether this is a list of names, all of which exist."""
    return isinstance(value, list) and bool(value) and len(_known(value)) == len(value)


def _known(names: Iterable[Any]) -> list[str]:
    known = known_names()
    return [name for name in names if isinstance(name, str) and name in known]


def _nearest(names: Iterable[Any]) -> set[str | None]:
    """What was probably meant by the names that do not exist."""
    known = known_names()
    return {nearest_name(name[:80], known) for name in names if isinstance(name, str) and name not in known}
