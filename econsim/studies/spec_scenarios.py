"""The scenarios of a sweep spec: shipped ones by name, files by path, or written in place."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from econsim.calendars import differing_calendars
from econsim.errors import InputError, Problem
from econsim.field_checker import Checker
from econsim.library import FieldPath, find_scenario, merge_parents
from econsim.scenario import Scenario, load_scenario
from econsim.scenario_checks import check_scenario
from econsim.scenario_schema import SCENARIO_KEYS, TEXT_LIMITS
from econsim.studies.spec_fields import adopt, at_home, known_fields
from econsim.yaml_reader import Document, read_yaml_text

SCENARIOS_LIMIT = 100


class Given(NamedTuple):
    """A scenario, and the name or path that it was given by; None where it was written in place."""

    scenario: Scenario
    word: str | None


def read_scenarios(given: Mapping[str, Any], checker: Checker, folder: Path) -> list[Given]:
    """The scenarios under `scenario` or `scenarios` that could be read; problems are noted.

    folder : where relative paths start
    """
    if "scenario" in given and "scenarios" in given:
        checker.report(("scenarios",), "cannot stand beside 'scenario': put all of them here")
    elif "scenario" in given:
        one = read_scenario(("scenario",), given["scenario"], checker, folder)
        return [] if one is None else [one]
    elif "scenarios" not in given:
        checker.report(
            ("scenario",), "is missing", allowed="a shipped scenario or a path, or several under 'scenarios'"
        )
    else:
        return _several(given["scenarios"], checker, folder)
    return []


def _several(value: Any, checker: Checker, folder: Path) -> list[Given]:
    path: FieldPath = ("scenarios",)
    if not isinstance(value, list) or not 1 <= len(value) <= SCENARIOS_LIMIT:
        checker.report(path, "must be a list of scenarios", value, f"1 to {SCENARIOS_LIMIT} names or paths")
        return []
    found: list[Given] = []
    for place, item in enumerate(value):
        one = read_scenario((*path, place), item, checker, folder)
        if one is None:
            continue
        if any(one.scenario.name == other.scenario.name for other in found):
            checker.report((*path, place), "has the name of another scenario in the list", one.scenario.name)
        found.append(one)
    _same_calendar([one.scenario for one in found], path, checker)
    return found


def _same_calendar(scenarios: Sequence[Scenario], path: FieldPath, checker: Checker) -> None:
    if told := differing_calendars(scenarios):
        checker.add(path, Problem("", "must all cover the same quarters", told))


def read_against(value: Any, scenarios: Sequence[Given], checker: Checker, folder: Path) -> Given | None:
    """The scenario that effects are measured against, on the calendar of the others: quarters compare with quarters."""
    path: FieldPath = ("against",)
    named = read_scenario(path, value, checker, folder)
    if named is None or not scenarios:
        return None
    structure = scenarios[0].scenario.structure
    try:
        changed = named.scenario.with_(status_quo=None, quarters=structure.quarters, start=structure.start)
    except InputError as error:
        for problem in error.problems:
            message = f"does not fit the scenarios' {structure.quarters} quarters: {problem.field} {problem.message}"
            checker.add(path, dataclasses.replace(problem, message=message))
        return None
    return Given(changed, named.word)


def read_scenario(path: FieldPath, value: Any, checker: Checker, folder: Path) -> Given | None:
    """One scenario, given as a Scenario, a name, a path or a mapping; None where it cannot be read."""
    if isinstance(value, Scenario):
        return Given(value, None)
    if isinstance(value, Mapping):
        scenario = _written_in_place(path, value, checker, folder)
        return None if scenario is None else Given(scenario, None)
    if not isinstance(value, str | Path) or not str(value).strip():
        checker.report(path, "must name a shipped scenario or a file", value)
        return None
    try:
        found = at_home(value) if str(value).startswith("~") else value
        return Given(load_scenario(find_scenario(found, folder)), _word(value))
    except InputError as error:
        adopt(checker, path, error)
        return None


def _word(value: str | Path) -> str:
    """A name or a path as text that means the same again: a Path is never a shipped name."""
    bare = isinstance(value, Path) and len(value.parts) == 1
    return f"./{value}" if bare else str(value)


def _written_in_place(path: FieldPath, value: Mapping, checker: Checker, folder: Path) -> Scenario | None:
    before = len(checker.problems)
    fields = known_fields(checker, path, value, SCENARIO_KEYS, "field of a scenario")
    merged = merge_parents(Document(fields), folder)
    for problem in merged.problems:
        checker.add((*path, "extends"), problem)
    try:
        if len(checker.problems) == before:
            return Scenario(**merged.data)
        _check_alone(merged.data)
    except InputError as error:
        for problem in error.problems:
            if problem.file is None:
                checker.add((*path, *_steps(problem.field)), problem)
            else:
                checker.problems.append(problem)
    return None


def _check_alone(data: Mapping[str, Any]) -> None:
    """Raises InputError with what is wrong with single fields of a scenario, parts of which could not be read."""
    checker = Checker()
    given = {key: item for key, item in data.items() if not (key in TEXT_LIMITS and item == "")}
    check_scenario(given, checker, complete=False)
    if checker.problems:
        raise InputError(checker.problems)


def _steps(field: str) -> FieldPath:
    """The path of a dotted field; its names hold no dots."""
    return tuple(int(part) if part.isdecimal() else part for part in field.split(".") if part)


def as_mapping(scenario: Scenario) -> dict[str, Any]:
    """A scenario as it is written in place, in plain Python."""
    return read_yaml_text(scenario.to_yaml()).data
