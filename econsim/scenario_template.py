"""A commented scenario file to start from, and the JSON Schema that lets an editor check one while it is written."""

from __future__ import annotations

import textwrap
from typing import Any

from econsim.errors import InputError
from econsim.field_checker import Checker
from econsim.library import find_scenario
from econsim.parameter_book import Lever, Parameter, book
from econsim.scenario_schema import (
    COUNT_PARAMETERS,
    ENSEMBLES,
    FIDELITY_LAWS,
    PRIOR_KEYS,
    PUBLIC_FIELD,
    QUARTERS_FIELD,
    RAMP_FIELD,
    SEGMENT_FIELDS,
    SEGMENTS_LIMIT,
    SOURCES_LIMIT,
    SWITCHES,
    TEXT_LIMITS,
    Field,
    firm_fields,
    parameter_field,
)
from econsim.scenario_text import flow
from econsim.timeline import DATE_PATTERN

MOST_USED = (
    "copy_cost_ratio",
    "access_lag",
    "leakage_rate",
    "retention_exponent",
    "tail_complexity",
    "tail_weight",
    "benchmark_tail_coverage",
    "capability_value",
    "lab_substitution",
    "lab_premium",
    "vendor_inertia",
    "training_cost",
    "efficiency_growth",
    "lab_cash",
    "n_labs",
    "n_distillers",
)
_SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"


# ---------------------------------------------------------------------------------------------------- template


def template(name: str, extends: str = "baseline") -> str:
    """A scenario file that loads as it stands and changes nothing until a line loses its comment sign.

    name    : name of the scenario
    extends : shipped scenario, or path of a file, to start from
    Raises InputError if the name is not usable or there is no such scenario to extend.
    """
    checker = Checker()
    checker.text(("name",), name, TEXT_LIMITS["name"], one_line=True)
    checker.text(("extends",), extends, 1000, one_line=True)
    if checker.problems:
        raise InputError(checker.problems)
    find_scenario(extends)
    lines = [
        f"name: {flow(name.strip())}",
        "# question: What do you want to know?",
        "# description: Two to four sentences on what is assumed and why.",
        f"extends: {flow(extends.strip())}",
        "",
        "# Policy. 0 is the status quo. A number holds for the whole run; dates and a ramp go like this:",
        "#   detection_rate: {value: 0.5, start: 2027Q1, end: 2032Q1, ramp: 4}",
        "levers:",
    ]
    for lever in book().levers.values():
        lines += _commented(lever, lever.moderate)
    lines += [
        "",
        "# The world. A number is certain; another prior goes like this:",
        "#   copy_cost_ratio: {default: 0.002, low: 0.0005, high: 0.05}",
        "# These are the most used ones; `econsim params` lists them all.",
        "parameters:",
    ]
    for parameter in (book().parameters[one] for one in MOST_USED):
        lines += _commented(parameter, parameter.default)
    lines += [
        "",
        "# What exists at all.",
        "switches:",
        *(line for key, meaning in SWITCHES.items() for line in (f"  # {meaning}", f"  # {key}: true")),
        "",
        "# The frame of the run.",
        "structure:",
        "  # quarters, 1 to 400",
        "  # quarters: 60",
        "  # the quarter that the run starts in",
        "  # start: 2026Q1",
        "  # Buyers: share of the budget, and weight of the tail relative to the most demanding use. Like this:",
        "  #   segments: [{name: easy, budget_share: 0.6, tail_weight: 0.2}, {name: hard, budget_share: 0.4,"
        " tail_weight: 1}]",
        "  # Firms that differ, each with what differs (cash in $M, premium in log price, fixed cost in $M/quarter,",
        "  # capability in nats, cost_factor of training or copying). The list says how many there are. Like this:",
        "  #   labs: [{name: leader, cash: 60000, premium: 1.5}, {name: follower, initial_capability: -1}, {}]",
        "  #   distillers: [{foreign: true, cost_factor: 0.5}, {foreign: false, fixed_cost: 50}, {}]",
        "",
        "# The law that says what a copy loses.",
        "fidelity:",
        f"  # {' or '.join(FIDELITY_LAWS)}",
        f"  # law: {FIDELITY_LAWS[0]}",
        "",
        f"# Where parameters are drawn from unless the command says otherwise: {' or '.join(ENSEMBLES)}",
        f"# ensemble: {ENSEMBLES[-1]}",
        "",
        "# Where the assumptions come from. Like this:",
        "#   sources: [Smith 2026, our own survey]",
        "",
        "# What effects are measured against; without it, this scenario without its levers.",
        "# status_quo: baseline",
    ]
    return "\n".join(lines) + "\n"


def _commented(row: Parameter | Lever, value: float) -> list[str]:
    low, high = row.bounds
    if isinstance(row, Parameter) and row.range is not None:
        span = f"plausibly {row.range[0]:g} to {row.range[1]:g}"
    else:
        span = f"{low:g} to {high:g}"
    unit = "" if row.unit == "–" else f" {row.unit}"
    words = f"{span}{unit}: {row.meaning}"
    return [*textwrap.wrap(words, 110, initial_indent="  # ", subsequent_indent="  #   "), f"  # {row.name}: {value:g}"]


# ---------------------------------------------------------------------------------------------------- JSON Schema


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a scenario file, parameters and levers taken from the book.

    An editor that knows it completes names and flags misspelt ones. What one field says about another (shares that
    add up, dates within the run) only loading the file can check.
    """
    schema = _scenario_schema()
    in_place = {key: value for key, value in schema["properties"].items() if key != "extends"}
    schema["properties"]["status_quo"] = {
        "description": "what effects are measured against; absent: this scenario without its levers",
        "anyOf": [{"type": "string", "minLength": 1}, {"type": "null"}, _closed(in_place)],
    }
    title = "econsim scenario"
    return {"$schema": _SCHEMA_DIALECT, "title": title, **schema, "$defs": _definitions()}


def _scenario_schema() -> dict[str, Any]:
    words = {key: {"type": "string", "minLength": 1, "maxLength": limit} for key, limit in TEXT_LIMITS.items()}
    sources = {"type": "array", "items": {"type": "string", "minLength": 1}, "maxItems": SOURCES_LIMIT}
    parameters = {name: _parameter(row) for name, row in book().parameters.items()}
    levers = {name: _lever(row) for name, row in book().levers.items()}
    switches = {name: {"type": "boolean", "description": meaning} for name, meaning in SWITCHES.items()}
    return _closed(
        {
            **words,
            "sources": {**sources, "description": "texts, or keys of the parameter book's references"},
            "extends": {"type": "string", "description": "a shipped scenario, or a path relative to this file"},
            "parameters": _section(parameters),
            "levers": _section(levers),
            "structure": _section(_structure()),
            "switches": _section(switches),
            "fidelity": _section({"law": {"enum": list(FIDELITY_LAWS), "description": "what a copy loses"}}),
            "ensemble": {"enum": [*ENSEMBLES, None]},
        }
    )


def _closed(properties: dict[str, Any], required: tuple[str, ...] = ()) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**schema, "required": list(required)} if required else schema


def _section(properties: dict[str, Any]) -> dict[str, Any]:
    # A heading whose every line is commented out reads as null.
    return {**_closed(properties), "type": ["object", "null"]}


def _simple(field: Field) -> dict[str, Any]:
    schema: dict[str, Any] = {"description": field.meaning}
    if field.kind in ("number", "integer"):
        lowest = "exclusiveMinimum" if field.above_low else "minimum"
        return {**schema, "type": field.kind, lowest: field.low, "maximum": field.high}
    if field.kind == "flag":
        return {**schema, "type": "boolean"}
    return {**schema, "type": "string", "pattern": "^[a-z][a-z0-9_]{0,39}$"}


def _parameter(row: Parameter) -> dict[str, Any]:
    number = _simple(parameter_field(row))
    meaning = number.pop("description")
    prior = _closed({key: number for key in PRIOR_KEYS}, PRIOR_KEYS)
    usual = f"default {row.default:g}" + (f", plausibly {row.range[0]:g} to {row.range[1]:g}" if row.range else "")
    return {"description": f"{meaning} [{row.unit}; {usual}]", "anyOf": [number, prior]}


def _lever(row: Lever) -> dict[str, Any]:
    level = {"type": "number", "minimum": row.bounds[0], "maximum": row.bounds[1]}
    when = {"$ref": "#/$defs/quarter"}
    step = _closed({"value": level, "start": when, "end": when, "ramp": _simple(RAMP_FIELD)}, ("value",))
    steps = {"type": "array", "minItems": 1, "items": {"anyOf": [level, step]}}
    description = f"{row.meaning} [{row.unit}; 0 is the status quo, {row.moderate:g} is moderate]"
    return {"description": description, "anyOf": [level, step, steps]}


def _structure() -> dict[str, Any]:
    required = tuple(key for key, field in SEGMENT_FIELDS.items() if field.required)
    segment = _closed({key: _simple(field) for key, field in SEGMENT_FIELDS.items()}, required)
    properties: dict[str, Any] = {
        "quarters": _simple(QUARTERS_FIELD),
        "public_capability": _simple(PUBLIC_FIELD),
        "start": {"type": "string", "pattern": DATE_PATTERN, "description": "the quarter that period 0 is"},
        "segments": {"type": "array", "minItems": 1, "maxItems": SEGMENTS_LIMIT, "items": segment},
    }
    for kind, fields in firm_fields().items():
        firm = {**_closed({key: _simple(field) for key, field in fields.items()}), "type": ["object", "null"]}
        limit = int(book().parameters[COUNT_PARAMETERS[kind]].bounds[1])
        properties[kind] = {"type": "array", "minItems": 1, "maxItems": limit, "items": firm}
    return properties


def _definitions() -> dict[str, Any]:
    index = {"type": "integer", "minimum": 0}
    date = {"type": "string", "pattern": DATE_PATTERN}
    return {"quarter": {"description": "a date, or a quarter counted from 0", "anyOf": [index, date]}}
