"""The assumptions that a flip table goes through: where each is tried, and how far into its prior a value lies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from econsim.parameter_book import GRADES, Parameter, book
from econsim.scenario import Scenario
from econsim.studies.design_axes import uncertain_names
from econsim.studies.tipping_axes import short_middle

STEPS = 2_000  # what happens inside the prior is found to this part of its width, outside to ten times as much
CLEAR_STEPS = 50  # the same of where a reversal becomes clear, which moves by more than that with other draws
FAR = 20.0  # ratio of two ends from which on halfway is halfway between their logarithms
ROOM = 0.001  # kept from a value that another parameter's prior rules out


@dataclass(frozen=True)
class Assumed:
    """An uncertain parameter as a scenario has it.

    default, low, high : of its prior
    scale  : of its prior
    bounds : where the equations hold, whatever else is drawn
    """

    name: str
    default: float
    low: float
    high: float
    scale: Literal["linear", "log"]
    bounds: tuple[float, float]

    @property
    def row(self) -> Parameter:
        """Its row of the book."""
        return book().parameters[self.name]

    @property
    def grade(self) -> str:
        """Letter and word: `C assumed`."""
        return f"{self.row.grade} {GRADES[self.row.grade]}"

    def inside(self, value: float) -> bool:
        """Whether a value lies in the prior."""
        return self.low <= value <= self.high

    def distance(self, value: float) -> float:
        """How far into the prior one goes from the default to a value, on the prior's axis.

        returns : 0 at the default, 1 at the end of the prior on that side, more outside; inf where the axis ends
        """
        if value == self.default:
            return 0.0
        if self.scale == "log" and value <= 0.0:
            return math.inf
        end = self.high if value > self.default else self.low
        here, start, stop = self._on_axis(value), self._on_axis(self.default), self._on_axis(end)
        if start == stop:  # the default is the end: all of this lies outside
            return 1.0 + abs(here - start) / (self._on_axis(self.high) - self._on_axis(self.low))
        return (here - start) / (stop - start)

    def place(self, value: float) -> float:
        """Where a value lies on the prior's axis: 0 at the low end, 1 at the high one."""
        if self.scale == "log" and value <= 0.0:
            return -math.inf
        low, high = self._on_axis(self.low), self._on_axis(self.high)
        return (self._on_axis(value) - low) / (high - low)

    def _on_axis(self, value: float) -> float:
        return math.log(value) if self.scale == "log" else value

    def halfway(self, end: float) -> float:
        """Halfway between the default and an end of the prior, on the prior's axis, written in few digits."""
        middle = (self._on_axis(self.default) + self._on_axis(end)) / 2.0
        return float(f"{math.exp(middle) if self.scale == 'log' else middle:.4g}")

    def beyond(self, up: bool) -> float | None:
        """How far outside the prior an assumption is tried: as far again as the prior is wide, a factor of 10 on a log
        axis, and no further than the equations hold; None where the prior ends with them."""
        end, bound = (self.high, self.bounds[1]) if up else (self.low, self.bounds[0])
        if self.scale == "log":
            far = end * 10.0 if up else end / 10.0
        else:
            far = end + (1.0 if up else -1.0) * (self.high - self.low)
        far = float(f"{far:.4g}")
        far = min(far, bound) if up else max(far, bound)
        return None if far == end else far

    def between(self, one: float, other: float, parts: float = STEPS) -> float | None:
        """A value about halfway, written in few digits; None where the two are close enough.

        parts : of the prior's width; one of them is close enough inside it, ten outside
        """
        before, after = sorted((one, other))
        steps = parts if self.inside(before) and self.inside(after) else parts / 10.0
        if before > 0.0 and (self.scale == "log" or after / before > FAR):
            width = math.log(self.high / self.low) if self.scale == "log" else math.log(FAR)
            return short_middle(before, after, "log", width / steps)
        width = min(self.low, self.high - self.low) if self.scale == "log" else self.high - self.low
        return short_middle(before, after, "linear", width / steps)


def assumptions_of(scenario: Scenario, status_quo: Scenario) -> list[Assumed]:
    """Every parameter that is uncertain in both, in book order, with the scenario's prior."""
    found = []
    for name in uncertain_names((scenario, status_quo)):
        one = scenario.assumptions[name]
        bounds = _bounds(name, (scenario, status_quo))
        found.append(Assumed(name, one.default, one.low, one.high, one.scale, bounds))
    return found


def _bounds(name: str, scenarios: Sequence[Scenario]) -> tuple[float, float]:
    """The book's bounds, less what scenarios refuse: better models have to be worth serving in every future."""
    low, high = book().parameters[name].bounds
    for one in scenarios:
        if name == "serving_elasticity":
            high = min(high, round(one.assumptions["capability_value"].low - ROOM, 6))
        if name == "capability_value":
            low = max(low, round(one.assumptions["serving_elasticity"].high + ROOM, 6))
    return float(low), float(high)
