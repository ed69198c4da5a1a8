"""The packages of a brief: scenarios by name, by path or with settings changed, or runs that are stored already."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from econsim.briefs.package_words import LABEL_LIMIT, package_label
from econsim.errors import InputError, Problem
from econsim.field_checker import Checker
from econsim.library import FieldPath, shipped_scenarios
from econsim.parameter_book import book
from econsim.scenario import Scenario, load_scenario
from econsim.scenario_schema import SWITCHES
from econsim.scenario_settings import with_settings
from econsim.store import StoredRun, read_run
from econsim.studies.spec_fields import at_home, known_fields
from econsim.studies.spec_scenarios import read_scenario

MOST = 4
STATUS_QUO = "status-quo"
PACKAGE_KEYS = ("scenario", "run", "set", "name", "label")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
# What a field calls the first package, and what stands for none.
_TAKEN = (STATUS_QUO, "proposal")


@dataclass(frozen=True)
class Package:
    """One package of a brief.

    name     : what fields call it
    label    : what readers call it
    scenario : the world that is run
    run      : the run folder that it was taken from; None: it is run, or found among stored runs
    """

    name: str
    label: str
    scenario: Scenario
    run: Path | None = None


def read_packages(
    value: Any, assumptions: Mapping[str, Any], checker: Checker, folder: Path
) -> tuple[list[Package], list[StoredRun]]:
    """The packages under `packages`, and the stored runs that some of them name; problems are noted.

    assumptions : settings of the world, in force in every package and in the status quo
    folder      : where relative paths start
    """
    path: FieldPath = ("packages",)
    if not isinstance(value, list) or not 1 <= len(value) <= MOST:
        allowed = f"a list of 1 to {MOST} scenarios, the proposal first"
        given = {} if value is None else {"value": value}
        checker.report(path, "is missing" if value is None else "must be a list of scenarios", **given, allowed=allowed)
        return [], []
    found: list[Package] = []
    runs: list[StoredRun] = []
    for place, item in enumerate(value):
        one = _package((*path, place), item, assumptions, checker, folder, runs)
        if one is None:
            continue
        if any(other.name == one.name for other in found):
            checker.report((*path, place), "has the name of another package; give one of them a 'name'", one.name)
        elif any(other.label == one.label for other in found):
            checker.report((*path, place), "has the label of another package; give one of them a 'label'", one.label)
        found.append(one)
    return found, runs


def _package(
    path: FieldPath, item: Any, assumptions: Mapping[str, Any], checker: Checker, folder: Path, runs: list[StoredRun]
) -> Package | None:
    given = item if isinstance(item, Mapping) else {"scenario": item}
    before = len(checker.problems)
    given = known_fields(checker, path, given, PACKAGE_KEYS, "field of a package")
    if ("scenario" in given) == ("run" in given):
        if len(checker.problems) == before:
            checker.report(path, "needs a scenario or the folder of a run, one of the two")
        return None
    run: Path | None = None
    if "run" in given:
        stored = _stored(path, given, assumptions, checker, folder)
        if stored is None:
            return None
        runs.append(stored)
        scenario, run = stored.scenario, stored.folder
        named = scenario
    else:
        read = read_scenario(
            (*path, "scenario") if isinstance(item, Mapping) else path, given["scenario"], checker, folder
        )
        if read is None:
            return None
        scenario = named = read.scenario
        settings = given.get("set", {})
        if not isinstance(settings, Mapping):
            checker.report((*path, "set"), "must be a list of 'name: value' lines", settings)
            return None
        scenario = _changed(scenario, settings, (*path, "set"), checker)
        scenario = _changed(scenario, assumptions, ("assumptions",), checker)
    name = given.get("name", plain_name(scenario.name))
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name in _TAKEN:
        allowed = f"lower-case letters, digits and hyphens, at most 40, and not {' or '.join(_TAKEN)}"
        checker.report((*path, "name"), "is not a usable name", name, allowed)
        return None
    label = given.get("label", package_label(scenario, named))
    label = checker.text((*path, "label"), label, LABEL_LIMIT, one_line=True)
    return None if label is None else Package(name, label, scenario, run)


def plain_name(name: str) -> str:
    """A scenario's name as fields and files have it: lower-case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "scenario"


def _stored(
    path: FieldPath, given: Mapping[str, Any], assumptions: Mapping[str, Any], checker: Checker, folder: Path
) -> StoredRun | None:
    named = given["run"]
    if not isinstance(named, str | Path) or not str(named).strip():
        checker.report((*path, "run"), "must be the path of a run folder", named)
        return None
    for key, kind in (("set", given), ("assumptions", {"assumptions": assumptions} if assumptions else {})):
        if key in kind:
            checker.report((*path, "run"), f"is stored as it is: '{key}' cannot change it")
            return None
    try:
        return read_run(folder / at_home(named))
    except InputError as error:
        for problem in error.problems:
            told = f"{problem.file}: {problem.message}" if problem.file else problem.message
            checker.add((*path, "run"), dataclasses.replace(problem, message=told, file=None, line=None))
        return None


def read_assumptions(value: Any, checker: Checker) -> dict[str, Any]:
    """The settings under `assumptions`: parameters, switches, calendar and law; a lever is policy and refused."""
    if not isinstance(value, Mapping):
        checker.report(("assumptions",), "must be a list of 'name: value' lines", value)
        return {}
    known = [*book().parameters, *SWITCHES, "quarters", "start", "fidelity_law"]
    for name in value:
        if name in book().levers:
            checker.report(("assumptions", name), "is a lever: it goes under 'set' of a package")
        elif name not in known:
            checker.unknown(("assumptions", name), name, known, "assumption")
    return {name: item for name, item in value.items() if name in known}


def _changed(scenario: Scenario, settings: Mapping[str, Any], path: FieldPath, checker: Checker) -> Scenario:
    """A scenario with settings changed: levers in the scenario alone, assumptions in its status quo as well."""
    try:
        return with_settings(scenario, settings)
    except InputError as error:
        for problem in error.problems:
            checker.add((*path, problem.field) if problem.field in settings else path, problem)
        return scenario


# ---------------------------------------------------------------------------------------------------- status quo


def common_status_quo(packages: Sequence[Package], checker: Checker) -> Scenario | None:
    """What all packages are measured against: one world, or it is noted that there are several."""
    if not packages:
        return None
    against = [one.scenario.status_quo_scenario() or one.scenario.without_copying() for one in packages]
    differing = [one for one, quo in zip(packages, against, strict=True) if quo.world_hash != against[0].world_hash]
    if differing:
        message = (
            f"are measured against different worlds ({packages[0].name} and {differing[0].name}); give all the same "
            "status quo, and what describes the world under 'assumptions'"
        )
        checker.add(("packages",), Problem("", message))
        return None
    return _by_its_shipped_name(against[0])


def _by_its_shipped_name(world: Scenario) -> Scenario:
    """The shipped scenario that is this world, if there is one: then its run is the one that anybody knows."""
    for name in shipped_scenarios():
        shipped = load_scenario(name)
        if shipped.world_hash == world.world_hash:
            return shipped
    return world


__all__ = [
    "MOST",
    "STATUS_QUO",
    "Package",
    "common_status_quo",
    "plain_name",
    "read_assumptions",
    "read_packages",
]
