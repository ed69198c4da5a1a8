"""The parameter book: every number the model uses, with its unit, prior, bounds, meaning, source and grade.

The book is data (`econsim/book/*.yaml`), so that the equations, the documentation and the app read the same rows.
This module reads it, checks it and hands it out. The *range* of a parameter is where its prior lives; its *bounds*
are where the equations hold. A run outside the range is an extrapolation, a run outside the bounds is refused.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictStr

from econsim.errors import InputError, Problem

if TYPE_CHECKING:
    pass

LOG_SCALE_RATIO = 20.0
"""A prior whose high end is at least this many times its low end lies on a log axis."""

GRADES = {"A": "measured", "B": "inferred", "C": "assumed"}

Group = Literal["compute cost", "quality loss", "moat", "demand", "belief", "firms"]
LeverGroup = Literal["gate", "detect", "borders", "pay", "know", "build"]
Grade = Literal["A", "B", "C"]
Unit = Literal[
    "–",
    "$M",
    "$M/quarter",
    "1/quarter",
    "nat",
    "nat/quarter",
    "quarter",
    "log price",
    "log price/nat",
    "share",
    "count",
]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Text = Annotated[StrictStr, Field(min_length=1)]
Name = Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9_]*$")]


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


FactKeys = tuple[Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9_]*([.-][a-z0-9_]+)*$")], ...]
SourceKeys = Annotated[tuple[Name, ...], BeforeValidator(_as_tuple), Field(min_length=1)]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Prior(_Row):
    """Triangular distribution over [low, high] with its mode at the parameter's default, on a linear or log axis."""

    distribution: Literal["triangular"]
    low: Number
    high: Number
    scale: Literal["linear", "log"]

    def quantile(self, u: Any, default: Any) -> np.ndarray:
        """Inverse distribution function.

        u       : any shape, probabilities in [0, 1]
        default : the mode, scalar or broadcasting against `u`, in [low, high]
        returns : shape of the two broadcast, values in [low, high]; exactly low at u = 0 and high at u = 1

        Raises InputError for a probability or a mode outside its range. Closed form: Kotz & van Dorp (2004), ch. 1.
        """
        u = np.asarray(u, dtype=float)
        mode = np.asarray(default, dtype=float)
        if not np.all((u >= 0.0) & (u <= 1.0)):
            raise InputError(Problem("u", "must be a probability", allowed="0 to 1"))
        if not np.all((mode >= self.low) & (mode <= self.high)):
            outside = mode[~((mode >= self.low) & (mode <= self.high))].flat[0]
            raise InputError(
                Problem("default", "lies outside the prior", value=f"{outside:g}", allowed=_interval(self))
            )
        if self.scale == "linear":
            return _triangular_quantile(u, self.low, mode, self.high)
        on_axis = _triangular_quantile(u, math.log(self.low), np.log(mode), math.log(self.high))
        # exp(log(x)) may miss x by a rounding; the ends have to be the range itself.
        value = np.clip(np.exp(on_axis), self.low, self.high)
        return np.where(u == 0.0, self.low, np.where(u == 1.0, self.high, value))

    def probability(self, values: Any, default: float) -> np.ndarray:
        """Distribution function, the inverse of `quantile`.

        values  : any shape; outside [low, high] gives 0 or 1
        default : the mode
        returns : probabilities in [0, 1]
        """
        values, low, mode, high = np.asarray(values, dtype=float), self.low, float(default), self.high
        if self.scale == "log":
            with np.errstate(divide="ignore"):
                values = np.log(np.maximum(values, 0.0))
            low, mode, high = math.log(low), math.log(mode), math.log(high)
        values = np.clip(values, low, high)
        width = high - low
        rising = (values - low) ** 2 / (width * max(mode - low, 1e-300))
        falling = 1.0 - (high - values) ** 2 / (width * max(high - mode, 1e-300))
        return np.where(values < mode, rising, falling)


def _triangular_quantile(u: np.ndarray, low: float, mode: np.ndarray, high: float) -> np.ndarray:
    width = high - low
    rising = low + np.sqrt(u * width * (mode - low))
    falling = high - np.sqrt((1.0 - u) * width * (high - mode))
    return np.clip(np.where(u * width < mode - low, rising, falling), low, high)


class Parameter(_Row):
    """One parameter. Uncertain when it has a prior, fixed (unless a scenario says otherwise) when it has none.

    bounds    : where the equations hold, ends included
    source    : keys of the book's references
    facts     : keys of the facts (`econsim.evidence`) that the number follows from, as the note says
    grade     : A measured, B inferred from measurements, C assumed
    varies_by : the kind of firm that may have a value of its own, if any
    switch    : the switch without which it is not in force, if any
    """

    name: Name
    symbol: Text
    unit: Unit
    default: Number
    prior: Prior | None = None
    bounds: tuple[Number, Number]
    integer: StrictBool = False
    meaning: Text
    group: Group
    source: SourceKeys
    facts: FactKeys = ()
    grade: Grade
    note: Text
    varies_by: Literal["lab", "distiller"] | None = None
    switch: Literal["own_tier"] | None = None

    @property
    def uncertain(self) -> bool:
        """Whether ensembles draw it from a prior in every world; with a switch, only where that is on."""
        return self.prior is not None and self.switch is None

    @property
    def range(self) -> tuple[float, float] | None:
        """(low, high) of the prior, None for a fixed parameter."""
        return None if self.prior is None else (self.prior.low, self.prior.high)

    @property
    def money(self) -> bool:
        """Whether the value is an amount of money, so that it scales when the currency does."""
        return self.unit.startswith("$M")

    def in_bounds(self, x: Any) -> bool:
        """Whether the value, or every value of an array, is finite and inside the bounds (whole, if an integer)."""
        return _inside(x, self.bounds, integer=self.integer)

    def in_range(self, x: Any) -> bool:
        """Whether every value is inside the prior's range; a fixed parameter's range is its default alone."""
        return _inside(x, self.range or (self.default, self.default))


class Lever(_Row):
    """One policy lever: 0 is the status quo, `moderate` the mid-range setting.

    changes_world_without_copying : whether it acts on an economy in which nobody can copy
    """

    name: Name
    symbol: Text
    unit: Unit
    bounds: tuple[Number, Number]
    moderate: Number
    lever_group: LeverGroup
    meaning: Text
    source: SourceKeys
    facts: FactKeys = ()
    grade: Grade
    note: Text
    changes_world_without_copying: StrictBool

    def in_bounds(self, x: Any) -> bool:
        """Whether the value, or every value of an array, is finite and inside the bounds."""
        return _inside(x, self.bounds)


class Reference(_Row):
    """A source. `link` is None only where there is nothing to link to, as for an assumption.

    licence : of the figures, `unknown` where none was seen
    """

    author: Text
    year: Annotated[int, Field(strict=True, ge=1900, le=2100)]
    title: Text
    venue: Text
    link: Annotated[StrictStr, Field(pattern=r"^https?://\S+$")] | None = None
    licence: Text


@dataclass(frozen=True)
class Book:
    """The checked book. All three mappings are read-only and keep the order of the files."""

    parameters: Mapping[str, Parameter]
    levers: Mapping[str, Lever]
    references: Mapping[str, Reference]


def _inside(x: Any, bounds: tuple[float, float], *, integer: bool = False) -> bool:
    values = np.asarray(x, dtype=float)
    # A comparison with NaN is false, so NaN is outside.
    inside = (values >= bounds[0]) & (values <= bounds[1])
    return bool(np.all(inside & (values == np.floor(values)) if integer else inside))


def _interval(prior: Prior) -> str:
    return f"{prior.low:g} to {prior.high:g}"


# ---------------------------------------------------------------------------------------------------- reading

_Model = TypeVar("_Model", bound=BaseModel)


def prior_scale(low: float, high: float) -> Literal["linear", "log"]:
    """The axis of a prior over [low, high]: log where it spans a factor of 20 or more, else linear."""
    # Room for the rounding of ratios such as .1/.005.
    return "log" if low > 0.0 and high / low >= LOG_SCALE_RATIO * (1.0 - 1e-12) else "linear"


@functools.cache
def book() -> Book:
    """The shipped book, read and checked once.

    raises : InputError with every problem
    """
    from econsim.book_reader import load_book

    return load_book()
