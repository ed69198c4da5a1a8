"""Axes of tipping points: a parameter or lever over a range, as `NAME=low:high:count`."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from econsim.errors import InputError, Problem, unknown_name
from econsim.parameter_book import book
from econsim.scenario import Scenario
from econsim.studies.design_axes import axis_scale, known_names, prior_axis

COUNT = 11
MOST = 101
STEPS = 1000  # a range is searched to this part of it
FORM = "NAME, NAME=low:high or NAME=low:high:count"
_WHOLE = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class TippingAxis:
    """A parameter or lever over a range.

    low, high : ends, in the name's unit
    count     : values of the coarse grid, ends included
    scale     : linear or log; that of the prior
    integer   : whether values are whole numbers
    """

    name: str
    low: float
    high: float
    count: int
    scale: Literal["linear", "log"]
    integer: bool

    @property
    def values(self) -> np.ndarray:
        """The coarse grid, rising; (value,)."""
        if self.scale == "log":
            inner = np.geomspace(self.low, self.high, self.count)
        else:
            inner = np.linspace(self.low, self.high, self.count)
        if self.integer:
            return np.unique(np.rint(inner))
        rounded = np.array([float(f"{value:.10g}") for value in inner])
        rounded[0], rounded[-1] = self.low, self.high
        return rounded

    @property
    def is_lever(self) -> bool:
        """Levers change the scenario alone, parameters the status quo too."""
        return self.name in book().levers

    @property
    def unit(self) -> str:
        """As the book has it."""
        return book().levers[self.name].unit if self.is_lever else book().parameters[self.name].unit

    def place(self, values: Any) -> np.ndarray:
        """Where values lie between the ends on the axis' scale: 0 at low, 1 at high; any shape."""
        on_axis = np.log if self.scale == "log" else np.asarray
        low, high = float(on_axis(self.low)), float(on_axis(self.high))
        return (on_axis(np.asarray(values, dtype=float)) - low) / (high - low)

    def value(self, places: Any) -> np.ndarray:
        """The inverse of `place`."""
        places = np.asarray(places, dtype=float)
        if self.scale == "log":
            return np.exp(math.log(self.low) + places * math.log(self.high / self.low))
        return self.low + places * (self.high - self.low)

    def between(self, before: float, after: float) -> float | None:
        """A value halfway, with few digits; None where the two lie as close together as the search goes."""
        if self.integer:
            middle = float(math.floor((before + after) / 2.0))
            return middle if before < middle < after else None
        width = math.log(self.high / self.low) if self.scale == "log" else self.high - self.low
        return short_middle(before, after, self.scale, width / STEPS)

    def halfway(self, before: np.ndarray, after: np.ndarray) -> np.ndarray:
        """Values halfway, pair by pair; the later one where nothing lies between."""
        if self.integer:
            middle = np.floor((before + after) / 2.0)
            return np.where(middle > before, middle, after)
        return self.value((self.place(before) + self.place(after)) / 2.0)

    @property
    def identity(self) -> dict[str, Any]:
        """All that its values depend on."""
        return {"name": self.name, "values": self.values.tolist(), "scale": self.scale}


def short_middle(before: float, after: float, scale: str, step: float) -> float | None:
    """A value about halfway between two, written in few digits; None where they lie no further apart than a step.

    step : in the unit of the axis, or of its logarithm
    """
    if scale == "log" and before > 0.0:
        if math.log(after / before) <= step:
            return None
        middle = float(f"{math.sqrt(before * after):.4g}")
    else:
        if after - before <= step:
            return None
        middle = round((before + after) / 2.0, -math.floor(math.log10(step)))
    return middle if before < middle < after else None


def read_axis(text: Any, field: str, scenario: Scenario) -> TippingAxis:
    """The axis that a text asks for.

    field  : `x` or `y`, for messages
    raises : InputError with everything wrong with it
    """
    name, ends, count = _parts(text, field)
    if name not in known_names():
        raise InputError(unknown_name(field, name[:80], known_names(), kind="parameter or lever"))
    limits = book().levers[name].bounds if name in book().levers else book().parameters[name].bounds
    integer = name not in book().levers and book().parameters[name].integer
    if ends is None:
        prior = prior_axis(name, scenario)
        if prior is None:
            message = f"{name} has no prior in {scenario.name}, so it needs a range"
            raise InputError(Problem(field, message, name, f"{name}=low:high within {limits[0]:g} to {limits[1]:g}"))
        ends = prior.low, prior.high
    problems = []
    for end in ends:
        if not limits[0] <= end <= limits[1]:
            problems.append(Problem(field, f"{name} is out of bounds", f"{end:g}", f"{limits[0]:g} to {limits[1]:g}"))
        elif integer and end != math.floor(end):
            problems.append(Problem(field, f"{name} counts something", f"{end:g}", "whole numbers"))
    if not ends[0] < ends[1]:
        given = f"{ends[0]:g}:{ends[1]:g}"
        problems.append(Problem(field, f"the range of {name} must rise", given, "low:high with low < high"))
    if not 2 <= count <= MOST:
        problems.append(Problem(field, f"the number of values of {name} is out of bounds", f"{count}", f"2 to {MOST}"))
    if problems:
        raise InputError(problems)
    scale = axis_scale(name, scenario)
    return TippingAxis(name, *ends, count, scale if ends[0] > 0.0 else "linear", integer)


def _parts(text: Any, field: str) -> tuple[str, tuple[float, float] | None, int]:
    """Name, ends if given, and number of values."""
    problem = Problem(field, "must be a parameter or lever, with a range perhaps", f"'{str(text)[:80]}'", FORM)
    if not isinstance(text, str):
        raise InputError(problem)
    name, equals, rest = (part.strip() for part in text.partition("="))
    parts = [part.strip() for part in rest.split(":")] if equals else []
    if not name or len(parts) not in (0, 2, 3) or (equals and not rest):
        raise InputError(problem)
    if not parts:
        return name, None, COUNT
    try:
        ends = float(parts[0]), float(parts[1])
    except ValueError:
        raise InputError(problem) from None
    if not all(math.isfinite(end) for end in ends) or "_" in rest:
        raise InputError(problem)
    if len(parts) == 2:
        return name, ends, COUNT
    if not _WHOLE.fullmatch(parts[2]):
        raise InputError(
            Problem(field, f"the number of values of {name} must be a whole number", parts[2][:40], f"2 to {MOST}")
        )
    return name, ends, int(parts[2])


def check_corners(axes: Sequence[TippingAxis], scenario: Scenario) -> None:
    """Whether the scenario can be put at the ends of all axes, as a scenario file could; InputError where not."""
    corners: list[dict[str, float]] = [{}]
    for axis in axes:
        corners = [{**corner, axis.name: end} for corner in corners for end in (axis.low, axis.high)]
    for corner in corners:
        changed_scenario(scenario, corner)


def changed_scenario(scenario: Scenario, values: dict[str, float]) -> Scenario:
    """A scenario with parameters set, in its status quo too, and levers set in itself alone."""
    levers = {name: value for name, value in values.items() if name in book().levers}
    parameters = {name: value for name, value in values.items() if name not in levers}
    parameters = {name: int(value) if book().parameters[name].integer else value for name, value in parameters.items()}
    changed = scenario.with_(**levers) if levers else scenario
    return changed.with_assumptions(**parameters) if parameters else changed
