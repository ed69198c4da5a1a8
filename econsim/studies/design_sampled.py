"""Reads designs that are drawn: over priors, or over ranges that the spec gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from econsim.errors import Problem
from econsim.field_checker import Checker
from econsim.library import FieldPath
from econsim.runs import LARGEST_DRAWS
from econsim.scenario import Scenario
from econsim.scenario_schema import Field
from econsim.studies.design_axes import (
    Axis,
    axis_scale,
    group_of,
    prior_axis,
    range_axis,
    uncertain_names,
    value_field,
)
from econsim.studies.designs import SampledDesign, saltelli_rows
from econsim.studies.spec_fields import known_name

SAMPLES_FIELD = Field("integer", "number of points", 1, LARGEST_DRAWS)


def read_sampled(
    method: str,
    given: Mapping[str, Any],
    named: Mapping[str, int] | None,
    scenarios: Sequence[Scenario],
    seed: int,
    checker: Checker,
) -> SampledDesign | None:
    """An lhs, sobol or saltelli design; None where something is wrong with it, or where no scenario could be read.

    given : the section's fields
    named : its `parameters` that exist, with their places in the list; None for all that are uncertain in every
            scenario, and those that have a range
    """
    before = len(checker.problems)
    samples = _samples(method, given, checker)
    second_order = checker.simple(("design", "second_order"), given.get("second_order", False), Field("flag", ""))
    grouped = checker.simple(("design", "groups"), given.get("groups", False), Field("flag", ""))
    scrambles = _scrambles(given, samples, checker)
    ranges = _ranges(given["values"], checker) if "values" in given else {}
    for name in ranges:
        if named is not None and name not in named:
            checker.report(("design", "values", name), "has a range, and design.parameters does not name it")
    if not scenarios:
        return None
    names = _default_names(scenarios, ranges, checker) if named is None else tuple(named)
    axes = [_axis(name, (named or {}).get(name), ranges, scenarios[0], checker) for name in names]
    found = tuple(axis for axis in axes if axis is not None)
    if samples is None or len(checker.problems) != before or len(found) != len(axes):
        return None
    groups = tuple(group_of(name) for name in names) if grouped else None
    factors = len(set(groups or names))
    size = samples * saltelli_rows(factors, second_order) if method == "saltelli" else samples
    return SampledDesign(method, names, size, found, samples, seed, second_order, groups, scrambles)


def _samples(method: str, given: Mapping[str, Any], checker: Checker) -> int | None:
    path: FieldPath = ("design", "samples")
    if "samples" not in given:
        checker.report(path, "is missing", allowed=SAMPLES_FIELD.allowed)
        return None
    if given["samples"] == 0 and not isinstance(given["samples"], bool):
        checker.report(path, "leaves the design without points", 0, SAMPLES_FIELD.allowed)
        return None
    samples = checker.number(path, given["samples"], SAMPLES_FIELD)
    if samples is None:
        return None
    samples = int(samples)
    if method == "saltelli" and samples & (samples - 1):
        below = 1 << (samples.bit_length() - 1)
        message = "must be a power of two for saltelli: its points are balanced for those alone"
        checker.report(path, message, samples, f"{below} or {2 * below}, for example")
        return None
    return samples


def _scrambles(given: Mapping[str, Any], samples: int | None, checker: Checker) -> int:
    """How many sequences the base samples of saltelli are; 1 where it is not said, or wrong, which is noted."""
    path: FieldPath = ("design", "scrambles")
    if "scrambles" not in given or samples is None:
        return 1
    found = checker.number(path, given["scrambles"], Field("integer", "number of sequences", 1, samples))
    if found is not None and samples % int(found):
        allowed = f"a power of two up to {samples}"
        checker.report(path, "must divide the samples into sequences of equal length", found, allowed)
        return 1
    return 1 if found is None else int(found)


def _ranges(value: Any, checker: Checker) -> dict[str, tuple[float, float] | None]:
    """Ranges by name; None for one with something wrong in it, which is noted."""
    path: FieldPath = ("design", "values")
    if not isinstance(value, Mapping):
        checker.report(path, "must give ranges, one a line, as 'name: [low, high]'", value)
        return {}
    return {
        name: _range((*path, name), name, item, checker)
        for name, item in value.items()
        if known_name(checker, (*path, name), name)
    }


def _range(path: FieldPath, name: str, value: Any, checker: Checker) -> tuple[float, float] | None:
    if not isinstance(value, list) or len(value) != 2:
        checker.report(path, "must be a range of two numbers", value, "[low, high]")
        return None
    field = value_field(name)
    low, high = (checker.number((*path, place), item, field) for place, item in enumerate(value))
    if low is None or high is None:
        return None
    if low >= high:
        problem = Problem("", "must have its low end below its high end", f"[{low:g}, {high:g}]")
        checker.add(path, problem)
        return None
    return float(low), float(high)


def _default_names(scenarios: Sequence[Scenario], ranges: Mapping[str, Any], checker: Checker) -> tuple[str, ...]:
    names = uncertain_names(scenarios)
    names += tuple(name for name in ranges if name not in names)
    if not names:
        message = "is empty: no parameter is uncertain in every scenario"
        checker.report(("design",), message, allowed="names under 'parameters', and their ranges under 'values'")
    return names


def _axis(
    name: str,
    place: int | None,
    ranges: Mapping[str, tuple[float, float] | None],
    scenario: Scenario,
    checker: Checker,
) -> Axis | None:
    """How one name is drawn, `place` being its place under `parameters`; None where something is wrong."""
    if name not in ranges:
        axis = prior_axis(name, scenario)
        if axis is None:
            problem = Problem(
                "",
                f"has no prior to draw '{name}' from: it is one number in {scenario.name}",
                value=f"{scenario.assumptions[name].default:g}",
                allowed=f"a range for it under design.values, '{name}: [low, high]'",
            )
            checker.add(("design", "parameters", place or 0), problem)
        return axis
    ends = ranges[name]
    if ends is None:
        return None
    if axis_scale(name, scenario) == "log" and ends[0] <= 0.0:
        message = "is spread evenly on a log axis, and its low end must be above 0"
        checker.report(("design", "values", name), message, ends[0])
        return None
    return range_axis(name, *ends, scenario)
