"""Checks a scenario: plain values in, typed values out, and everything that is wrong with them in one list."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from econsim.errors import InputError, Problem
from econsim.field_checker import Checker, plain
from econsim.library import FieldPath, find_scenario, shipped_name
from econsim.parameter_book import book, prior_scale
from econsim.rules.fidelity import NOT_FOR_THE_ECONOMY
from econsim.scenario_schema import (
    COUNT_PARAMETERS,
    ENSEMBLES,
    FIDELITY_LAWS,
    PRIOR_KEYS,
    PUBLIC_FIELD,
    QUARTERS_FIELD,
    RAMP_FIELD,
    SCENARIO_KEYS,
    SEGMENT_FIELDS,
    SEGMENTS_LIMIT,
    SOURCES_LIMIT,
    STEP_KEYS,
    STRUCTURE_KEYS,
    SWITCHES,
    TEXT_LIMITS,
    Assumption,
    Distiller,
    Fidelity,
    Field,
    Lab,
    PriorOverride,
    Segment,
    Structure,
    Switches,
    firm_fields,
    parameter_field,
)
from econsim.timeline import DATE_FORMS, LeverStep, parse_quarter, timing_problems


def resolve_assumptions(
    parameters: Mapping[str, float | PriorOverride], switches: Switches | None = None
) -> dict[str, Assumption]:
    """Every parameter of the book under a scenario's overrides, in book order.

    switches : where given, a parameter that none of them puts in force is certain
    """
    resolved: dict[str, Assumption] = {}
    for name, parameter in book().parameters.items():
        default, low, high = parameter.default, *(parameter.range or (parameter.default, parameter.default))
        given = parameters.get(name)
        if isinstance(given, PriorOverride):
            default, low, high = given.default, given.low, given.high
        elif given is not None:
            default = low = high = given
        if switches is not None and parameter.switch is not None and not getattr(switches, parameter.switch):
            low = high = default
        scale = prior_scale(low, high)
        resolved[name] = Assumption(name, float(default), float(low), float(high), scale, parameter.integer)
    return resolved


def check_scenario(raw: Mapping[str, Any], checker: Checker, *, complete: bool = True) -> dict[str, Any]:
    """Typed fields of a scenario. Look at `checker.problems` before using them.

    raw      : plain mapping without `extends`, as a file or a caller gave it
    complete : False leaves out the checks of one field against another, when part of the scenario could not be read
    """
    raw = plain(raw)
    given = checker.section((), raw, [key for key in SCENARIO_KEYS if key != "extends"], "field")
    checked: dict[str, Any] = {}
    for key, limit in TEXT_LIMITS.items():
        text = given.get(key)
        absent = text is None and key not in given
        checked[key] = "" if absent else checker.text((key,), text, limit, one_line=key == "name")
    checked["sources"] = _sources(given.get("sources"), checker)
    checked["parameters"] = _parameters(given.get("parameters"), checker)
    checked["levers"] = _levers(given.get("levers"), checker)
    before = len(checker.problems)
    checked["structure"] = _structure(given.get("structure"), checker)
    complete = complete and len(checker.problems) == before
    switches = checker.section(("switches",), given.get("switches"), SWITCHES, "switch")
    flags = {name: checker.simple(("switches", name), value, Field("flag", "")) for name, value in switches.items()}
    checked["switches"] = Switches(**flags)
    law = checker.section(("fidelity",), given.get("fidelity"), ("law",), "field").get("law", FIDELITY_LAWS[0])
    checked["fidelity"] = Fidelity(_law(law, checker) or FIDELITY_LAWS[0])
    ensembles = Field("choice", "ensemble", options=ENSEMBLES)
    ensemble = given.get("ensemble")
    checked["ensemble"] = None if ensemble is None else checker.simple(("ensemble",), ensemble, ensembles)
    checked["status_quo"] = _status_quo(given.get("status_quo"), checker)
    if complete:
        _cross_checks(checked, checker)
    return checked


def _law(value: Any, checker: Checker) -> Any:
    path: FieldPath = ("fidelity", "law")
    if isinstance(value, str) and value in NOT_FOR_THE_ECONOMY:
        checker.report(path, f"{value} {NOT_FOR_THE_ECONOMY[value]}", allowed=", ".join(FIDELITY_LAWS))
        return None
    return checker.simple(path, value, Field("choice", "fidelity law", options=FIDELITY_LAWS))


def _sources(value: Any, checker: Checker) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        checker.report(("sources",), "must be a list of texts", value)
        return ()
    if len(value) > SOURCES_LIMIT:
        checker.report(("sources",), f"has {len(value)} entries", allowed=f"at most {SOURCES_LIMIT}")
        return ()
    texts = (checker.text(("sources", index), item, 1000, one_line=False) for index, item in enumerate(value))
    return tuple(text for text in texts if text is not None)


def _parameters(value: Any, checker: Checker) -> dict[str, float | PriorOverride]:
    known = book().parameters
    checked: dict[str, float | PriorOverride] = {}
    for name, item in checker.section(("parameters",), value, known, "parameter").items():
        path: FieldPath = ("parameters", name)
        field = parameter_field(known[name])
        if isinstance(item, Mapping):
            prior = _prior(path, item, field, checker)
            if prior is not None:
                checked[name] = prior
        elif (number := checker.number(path, item, field)) is not None:
            checked[name] = number
    return checked


def _prior(path: FieldPath, value: Mapping[str, Any], field: Field, checker: Checker) -> PriorOverride | None:
    given = checker.section(path, value, PRIOR_KEYS, "field of a prior")
    for key in PRIOR_KEYS:
        if key not in given:
            checker.report((*path, key), "is missing", allowed="default, low and high")
    numbers = {key: checker.number((*path, key), item, field) for key, item in given.items()}
    default, low, high = (numbers.get(key) for key in PRIOR_KEYS)
    if default is None or low is None or high is None:
        return None
    if low >= high:
        checker.report((*path, "low"), "must be below 'high' (for one value write a number)", low, f"below {high:g}")
    elif not low <= default <= high:
        checker.report((*path, "default"), "lies outside its own prior", default, f"from {low:g} to {high:g}")
    else:
        return PriorOverride(default, low, high)
    return None


def _levers(value: Any, checker: Checker) -> dict[str, tuple[LeverStep, ...]]:
    known = book().levers
    checked: dict[str, tuple[LeverStep, ...]] = {}
    for name, item in checker.section(("levers",), value, known, "lever").items():
        path: FieldPath = ("levers", name)
        low, high = known[name].bounds
        field = Field("number", known[name].meaning, low, high)
        if not isinstance(item, list):
            step = _step(path, item, field, checker)
            steps = [step]
        elif not item:
            checker.report(path, "has no steps (0 is the status quo)")
            continue
        else:
            steps = [_step((*path, index), one, field, checker) for index, one in enumerate(item)]
        whole = tuple(step for step in steps if step is not None)
        if len(whole) == len(steps):
            checked[name] = whole
    return checked


def _step(path: FieldPath, value: Any, field: Field, checker: Checker) -> LeverStep | None:
    if not isinstance(value, Mapping):
        level = checker.number(path, value, field)
        return None if level is None else LeverStep(level)
    before = len(checker.problems)
    given = checker.section(path, value, STEP_KEYS, "field of a lever")
    if "value" not in given:
        checker.report((*path, "value"), "is missing", allowed=field.allowed)
    else:
        given["value"] = checker.number((*path, "value"), given["value"], field)
    for key in ("start", "end"):
        if given.get(key) is not None:
            given[key] = _when((*path, key), given[key], checker)
        elif key in given:
            checker.report((*path, key), "has no value")
    if "ramp" in given:
        given["ramp"] = checker.number((*path, "ramp"), given["ramp"], RAMP_FIELD)
    return LeverStep(**given) if len(checker.problems) == before else None


def _when(path: FieldPath, value: Any, checker: Checker) -> int | str | None:
    """A quarter index, or a calendar quarter."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if value >= 0 and value == math.floor(value):
            return int(value)
    elif isinstance(value, str | datetime.date) and (quarter := parse_quarter(value)) is not None:
        return quarter
    checker.report(path, "is not a date or a quarter number", value, f"{DATE_FORMS}, or a whole number from 0")
    return None


def _structure(value: Any, checker: Checker) -> Structure:
    given = checker.section(("structure",), value, STRUCTURE_KEYS, "field")
    checked: dict[str, Any] = {}
    for key, item in given.items():
        path: FieldPath = ("structure", key)
        if key == "quarters":
            checked[key] = checker.number(path, item, QUARTERS_FIELD)
        elif key == "public_capability":
            checked[key] = checker.number(path, item, PUBLIC_FIELD)
        elif key == "start":
            checked[key] = parse_quarter(item)
            if checked[key] is None:
                checker.report(path, "is not a date", item, DATE_FORMS)
        elif key == "segments":
            rows = _rows(path, item, SEGMENT_FIELDS, SEGMENTS_LIMIT, checker)
            checked[key] = None if rows is None else tuple(Segment(**row) for row in rows)
            _budget_shares(path, checked[key], checker)
        else:
            limit = int(book().parameters[COUNT_PARAMETERS[key]].bounds[1])
            rows = _rows(path, item, firm_fields()[key], limit, checker)
            firm = Lab if key == "labs" else Distiller
            checked[key] = None if rows is None else tuple(firm(**row) for row in rows)
    return Structure(**{key: item for key, item in checked.items() if item is not None})


def _rows(
    path: FieldPath, value: Any, fields: Mapping[str, Field], limit: int, checker: Checker
) -> list[dict[str, Any]] | None:
    """Rows of a table with known columns; None if anything is wrong with it."""
    before = len(checker.problems)
    if not isinstance(value, list) or not 1 <= len(value) <= limit:
        checker.report(path, "must be a list", value, f"1 to {limit} entries")
        return None
    rows: list[dict[str, Any]] = []
    for index, item in enumerate(value):
        at: FieldPath = (*path, index)
        given = {} if item is None else checker.section(at, item, fields, "field")
        rows.append({key: checker.simple((*at, key), one, fields[key]) for key, one in given.items()})
        if isinstance(item, Mapping):
            for key, field in fields.items():
                if field.required and key not in given:
                    checker.report((*at, key), "is missing", allowed=field.allowed)
        name = rows[-1].get("name")
        if name is not None and any(name == row.get("name") for row in rows[:-1]):
            checker.report((*at, "name"), "is given twice", name)
    return rows if len(checker.problems) == before else None


def _budget_shares(path: FieldPath, segments: Sequence[Segment] | None, checker: Checker) -> None:
    if segments is not None:
        total = math.fsum(segment.budget_share for segment in segments)
        if abs(total - 1.0) > 1e-9:
            checker.report(path, "budget shares must add up to 1", total)


def _status_quo(value: Any, checker: Checker) -> Any:
    """None, a shipped name, the path of a file, or the typed fields of a scenario written in place."""
    path: FieldPath = ("status_quo",)
    if value is None or isinstance(value, Path):
        return value
    if isinstance(value, str):
        try:
            return shipped_name(value) or find_scenario(value)
        except InputError as error:
            for problem in error.problems:
                checker.add(path, problem)
        return None
    if isinstance(value, Mapping):
        nested = Checker(checker.places, (*checker.at, *path))
        for key in ("status_quo", "extends"):
            if key in value:
                nested.report((key,), f"a status quo written in place cannot have '{key}': name a file instead")
        own = {key: item for key, item in value.items() if key not in ("status_quo", "extends")}
        checked = check_scenario(own, nested)
        checker.problems.extend(nested.problems)
        return checked
    checker.report(path, "must name a shipped scenario or a file, or be a scenario written in place", value)
    return None


# ---------------------------------------------------------------------------------------------------- cross checks


def _cross_checks(checked: Mapping[str, Any], checker: Checker) -> None:
    """Fields against each other; a field that is wrong alone is not among them any more."""
    _timing(checked["levers"], checked["structure"], checker)
    parameters, structure = checked["parameters"], checked["structure"]
    for key, count in COUNT_PARAMETERS.items():
        firms = getattr(structure, key)
        if firms is not None and count in parameters and parameters[count] != len(firms):
            given = parameters[count]
            shown = "a prior" if isinstance(given, PriorOverride) else str(given)
            message, allowed = f"contradicts the firms listed in structure.{key}", f"{len(firms)}, or leave it out"
            checker.add(("parameters", count), Problem("", message, shown, allowed))
    assumptions = resolve_assumptions(parameters)
    serving, capability = assumptions["serving_elasticity"], assumptions["capability_value"]
    if serving.high >= capability.low:
        name = "serving_elasticity" if "serving_elasticity" in parameters else "capability_value"
        message = "serving_elasticity must stay below capability_value, or better models would not be worth serving"
        value = f"serving_elasticity up to {serving.high:g}, capability_value from {capability.low:g}"
        checker.add(("parameters", name), Problem("", message, value=value))


def _timing(levers: Mapping[str, tuple[LeverStep, ...]], structure: Structure, checker: Checker) -> None:
    for name, steps in levers.items():
        for problem in timing_problems(steps, structure.quarters, structure.start):
            path: FieldPath = ("levers", name, problem.step, problem.field)
            if len(steps) == 1 and (*checker.at, "levers", name, 0) not in checker.places:
                path = ("levers", name, problem.field)
            checker.report(path, problem.message, problem.value, problem.allowed)
