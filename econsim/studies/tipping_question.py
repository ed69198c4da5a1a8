"""What a study of tipping points asks, checked."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

import econsim
from econsim.errors import InputError, Problem
from econsim.findings import MOST_FAILED
from econsim.parameter_book import book
from econsim.runs import Settings, as_scenario
from econsim.scenario import Scenario
from econsim.studies.sweep_plan import status_quo_of
from econsim.studies.tipping_axes import TippingAxis, check_corners, read_axis
from econsim.studies.tipping_worlds import (
    EFFECT,
    ROUNDING,
    CommonDraws,
    Output,
    Progress,
    check_rows,
    read_output,
    study_identity,
    study_settings,
)
from econsim.studies.words import ENTERED, amount, rounded, words

Side = Literal["above", "below", "at least", "at most"]
SIDES: dict[Side, Callable[[np.ndarray, float], np.ndarray]] = {
    "above": np.greater,
    "below": np.less,
    "at least": np.greater_equal,
    "at most": np.less_equal,
}


@dataclass(frozen=True)
class Question:
    """In which share of futures is an output beyond a threshold, as one or two axes change?

    status_quo : what effects are measured against
    threshold  : in the output's unit
    side       : on which side of it is beyond
    axes       : x, and y for a map
    """

    scenario: Scenario
    status_quo: Scenario
    output: Output
    threshold: float
    side: Side
    axes: tuple[TippingAxis, ...]
    settings: Settings

    @property
    def id(self) -> str:
        """Twelve hexadecimal digits: the same scenario, question, draws, seed, ensemble and version give the same."""
        question = {
            "status_quo": self.status_quo.world_hash,
            "output": self.output.name,
            "threshold": self.threshold,
            "side": self.side,
            "axes": [axis.identity for axis in self.axes],
        }
        return study_identity("tipping", self.scenario, self.settings, question)

    @property
    def output_words(self) -> str:
        """The output in a sentence."""
        told = words(self.output.name)
        return f"{told} against {self.against}" if self.output.effect else told

    @property
    def beyond_words(self) -> str:
        """`above $0`, with every digit of the threshold."""
        return f"{self.side} {self.amount(self.threshold, ENTERED)}"

    def amount(self, value: float, figures: int = 3) -> str:
        """A value of the output with its unit; a share in per cent, and a change of one in points."""
        if self.output.unit != "share":
            return amount(value, self.output.unit, figures=figures)
        return f"{rounded(100.0 * value, figures)}{' points' if self.output.effect else '%'}"

    @property
    def against(self) -> str:
        """What effects are measured against, in words."""
        return against_words(self.scenario, self.status_quo)

    @property
    def daring(self) -> list[str]:
        """Axes that leave the range that the evidence supports, in words."""
        told = []
        for axis in self.axes:
            limits = None if axis.is_lever else book().parameters[axis.name].range
            if limits is not None and (axis.low < limits[0] or axis.high > limits[1]):
                told.append(
                    f"{axis.name} from {axis.low:g} to {axis.high:g} leaves its prior, {limits[0]:g} to {limits[1]:g}"
                )
        return told

    def worlds(self, progress: Progress | None) -> CommonDraws:
        """The worlds on the draws of this question."""
        most = {axis.name: axis.high for axis in self.axes}
        names = [axis.name for axis in self.axes]
        output = self.output
        return CommonDraws(
            self.scenario, self.status_quo, self.settings, output.metric, output.effect, names, most, progress
        )

    def beyond(self, values: np.ndarray) -> np.ndarray:
        """Which values are beyond the threshold; what is undefined is not, and what rounding parts from it is at it."""
        with np.errstate(invalid="ignore"):
            at_it = np.abs(values - self.threshold) <= ROUNDING * abs(self.threshold)
            return SIDES[self.side](np.where(at_it, self.threshold, values), self.threshold)

    def content(self, kind: str, failed: int) -> dict[str, Any]:
        """What JSON says first."""
        return {
            "id": self.id,
            "kind": kind,
            "version": econsim.__version__,
            "scenario": self.scenario.name,
            "scenario_hash": self.scenario.hash,
            "status_quo": self.status_quo.name,
            "output": self.output.name,
            "unit": self.output.unit,
            "threshold": self.threshold,
            "side": self.side,
            "draws": self.settings.draws,
            "seed": self.settings.seed,
            "ensemble": self.settings.ensemble,
            "failed_futures": failed,
        }

    def no_finding(self, failed: int, futures: int) -> str | None:
        """Why there is no finding, if so many of the futures failed."""
        if failed <= MOST_FAILED * futures:
            return None
        return f"No finding: {failed:,} of {futures:,} futures could not be solved."

    def undefined(self) -> InputError:
        """The error of an output that is defined in no future."""
        message = f"is not defined in any future of {self.scenario.name} over this range"
        return InputError(Problem("output", message, self.output.name, "a metric that `econsim run` gives a number"))


def ask(
    scenario: Scenario | str,
    x: str,
    y: str | None,
    output: str,
    above: float | None,
    below: float | None,
    draws: int,
    seed: int,
    ensemble: str | None,
    engine: str,
    at_least: float | None = None,
    at_most: float | None = None,
    against: Scenario | str | None = None,
) -> Question:
    """The question, or an InputError with what is wrong with it."""
    world = compared_with(as_scenario(scenario), against)
    problems: list[Problem] = []
    axes: list[TippingAxis] = []
    for field, text in (("x", x), ("y", y)):
        if text is None and field == "y":
            continue
        try:
            axes.append(read_axis(text, field, world))
        except InputError as error:
            problems += error.problems
    try:
        looked_at = read_output(output, [world])
    except InputError as error:
        problems += error.problems
    thresholds: dict[Side, Any] = {"above": above, "below": below, "at least": at_least, "at most": at_most}
    side, threshold = _threshold(thresholds, problems)
    if against is not None and isinstance(output, str) and output and not output.startswith(EFFECT):
        message = "says what an effect is measured against, and the output is none"
        problems.append(Problem("against", message, output[:80], f"{EFFECT}{output[:80]}"))
    if len(axes) == 2 and axes[0].name == axes[1].name:
        problems.append(Problem("y", "must be another parameter or lever than x", axes[1].name))
    if not problems:
        try:
            check_corners(axes, world)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    cells = int(np.prod([len(axis.values) for axis in axes]))
    settings = study_settings(world, draws, seed, ensemble, engine, cells * draws if isinstance(draws, int) else 0)
    check_rows(cells, settings.draws)
    status_quo = status_quo_of(world, None, any(axis.is_lever for axis in axes))
    return Question(world, status_quo, looked_at, threshold, side, tuple(axes), settings)


def _threshold(thresholds: Mapping[Side, Any], problems: list[Problem]) -> tuple[Side, float]:
    given = [(side, value) for side, value in thresholds.items() if value is not None]
    if len(given) != 1:
        which = f"{' and '.join(side for side, _ in given)} are given" if given else "none is given"
        allowed = ", ".join(side.replace(" ", "_") for side in SIDES)
        problems.append(Problem("threshold", f"must be given once; {which}", allowed=f"one of {allowed}"))
        return "above", 0.0
    ((side, value),) = given
    number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    if not number or not math.isfinite(value):
        problems.append(Problem(side.replace(" ", "_"), "must be a finite number", repr(value)[:80]))
        return side, 0.0
    return side, float(value) + 0.0


def compared_with(scenario: Scenario, against: Scenario | str | None) -> Scenario:
    """A scenario whose effects are measured against another one; None leaves it its own status quo."""
    if against is None:
        return scenario
    return scenario.with_(status_quo=as_scenario(against).with_(status_quo=None))


def against_words(scenario: Scenario, status_quo: Scenario) -> str:
    """What effects are measured against."""
    if scenario.status_quo is not None:
        return status_quo.name
    if scenario.switches.copying and status_quo.world_hash == scenario.without_copying().world_hash:
        return "the same world without copying"
    return "the same world without policy"


def quantiles(values: np.ndarray, probabilities: Sequence[float]) -> np.ndarray:
    """Quantiles over the last axis of what is defined; (…, probability), NaN where nothing is."""
    flat = values.reshape(-1, values.shape[-1])
    found = np.full((len(flat), len(probabilities)), np.nan)
    for place, row in enumerate(flat):
        known = row[np.isfinite(row)]
        if known.size:
            found[place] = np.quantile(known, probabilities)
    return found.reshape(*values.shape[:-1], len(probabilities))


def shares(question: Question, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Over the last axis: share of the defined that is beyond the threshold (NaN where none is), share defined."""
    known = np.isfinite(values)
    count = known.sum(axis=-1)
    beyond = (question.beyond(values) & known).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(count > 0, beyond / np.maximum(count, 1), np.nan), count / values.shape[-1]
