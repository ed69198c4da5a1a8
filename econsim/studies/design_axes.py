"""What a design can vary: parameters of the book and levers, their limits, and how a uniform number becomes a value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from econsim.parameter_book import Prior, book
from econsim.scenario import Scenario
from econsim.scenario_schema import Field, parameter_field


def known_names() -> list[str]:
    """Everything that a design can vary: parameters in book order, then levers."""
    return [*book().parameters, *book().levers]


def value_field(name: str) -> Field:
    """What one value of a parameter or lever may be."""
    if name in book().parameters:
        return parameter_field(book().parameters[name])
    lever = book().levers[name]
    return Field("number", lever.meaning, *lever.bounds)


def uncertain_names(scenarios: Sequence[Scenario]) -> tuple[str, ...]:
    """Parameters that have a prior in every one of the scenarios, in book order."""
    return tuple(name for name in book().parameters if all(not one.assumptions[name].fixed for one in scenarios))


def group_of(name: str) -> str:
    """The book's group of a parameter; of a lever, that of its kind of policy."""
    if name in book().parameters:
        return book().parameters[name].group
    return f"policy: {book().levers[name].lever_group}"


def axis_scale(name: str, scenario: Scenario) -> Literal["linear", "log"]:
    """The axis on which a name is spread evenly: that of its prior in the scenario, else in the book, else linear."""
    if name not in book().parameters:
        return "linear"
    assumption, prior = scenario.assumptions[name], book().parameters[name].prior
    if not assumption.fixed:
        return assumption.scale
    return "linear" if prior is None else prior.scale


@dataclass(frozen=True)
class Axis:
    """One parameter or lever of a sampled design.

    low, high : ends of the range, in the name's unit
    scale     : the axis on which it is spread, linear or log
    mode      : of a triangular prior, which is then drawn from; None: uniform between the ends
    integer   : whether values are whole numbers
    """

    name: str
    low: float
    high: float
    scale: Literal["linear", "log"]
    mode: float | None = None
    integer: bool = False

    def values(self, u: np.ndarray) -> np.ndarray:
        """Values at probabilities `u` in [0, 1]; the shape of `u`, in [low, high]."""
        if self.mode is not None:
            prior = Prior(distribution="triangular", low=self.low, high=self.high, scale=self.scale)
            drawn = prior.quantile(u, self.mode)
            return np.rint(drawn) if self.integer else drawn
        if self.integer:  # every whole number as often, the ends too
            return np.minimum(np.floor(self.low + u * (self.high - self.low + 1.0)), self.high)
        if self.scale == "linear":
            return np.clip(self.low + u * (self.high - self.low), self.low, self.high)
        first, last = math.log(self.low), math.log(self.high)
        return np.clip(np.exp(first + u * (last - first)), self.low, self.high)

    @property
    def identity(self) -> dict[str, Any]:
        """All that its values depend on, in plain Python."""
        ends = [self.low, self.high]
        kind = {"uniform": ends} if self.mode is None else {"triangular": ends, "mode": self.mode}
        return {**kind, "scale": self.scale, "integer": self.integer}


def prior_axis(name: str, scenario: Scenario) -> Axis | None:
    """A parameter over its prior in a scenario, or a lever over its bounds; None for a parameter that is certain."""
    if name in book().levers:
        low, high = book().levers[name].bounds
        return Axis(name, float(low), float(high), "linear")
    one = scenario.assumptions[name]
    return None if one.fixed else Axis(name, one.low, one.high, one.scale, one.default, one.integer)


def range_axis(name: str, low: float, high: float, scenario: Scenario) -> Axis:
    """A parameter or lever uniformly between two ends, on the scale of `axis_scale`."""
    integer = name in book().parameters and book().parameters[name].integer
    return Axis(name, float(low), float(high), axis_scale(name, scenario), integer=integer)
