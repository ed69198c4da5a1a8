"""What a scenario may say: the closed set of fields, what each accepts, and the values they become.

The tables below are read by the checker (`scenario_checks.py`) and by the JSON Schema for editors alike, so that the
two cannot disagree. Parameters and levers are not listed here: they come from the parameter book.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, NoReturn

from econsim.parameter_book import Parameter, book
from econsim.rules.fidelity import LAWS

FIDELITY_LAWS = tuple(LAWS)
ENSEMBLES = ("default", "prior", "calibrated")
SWITCHES = {
    "copying": "whether anyone can copy a model at all",
    "public_fringe": "whether what has leaked to the public is offered at cost",
    "geopolitics": "whether some distillers are labelled foreign (a label alone changes nothing)",
    "own_tier": "whether labs sell small models of their own beside their frontier model",
}
QUARTERS_LIMIT = 400
SEGMENTS_LIMIT = 6
SOURCES_LIMIT = 50

# ---------------------------------------------------------------------------------------------------- values


class ReadOnly(dict[str, Any]):
    """A dict that refuses to change, so that a scenario keeps its hash. It pickles, unlike a mapping proxy."""

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("a scenario does not change: use scenario.with_(name=value) to get another one")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse  # type: ignore[assignment]

    def __reduce__(self) -> Any:
        return (ReadOnly, (dict(self),))


class _Plain:
    """A value that can be written back as a scenario file writes it."""

    def as_mapping(self) -> dict[str, Any]:
        """Field name to value, those left to their default not among them."""
        pairs = ((one.name, getattr(self, one.name)) for one in fields(self))  # type: ignore[arg-type]
        return {name: value for name, value in pairs if value is not None}


@dataclass(frozen=True)
class PriorOverride(_Plain):
    """Another prior for a parameter: triangular over [low, high] with its mode at `default`."""

    default: float
    low: float
    high: float


@dataclass(frozen=True)
class Assumption:
    """What a scenario assumes of one parameter: a prior, or one number if low == high == default.

    scale   : the axis on which the prior is triangular
    integer : draws have to be rounded to whole numbers
    """

    name: str
    default: float
    low: float
    high: float
    scale: Literal["linear", "log"]
    integer: bool = False

    @property
    def fixed(self) -> bool:
        """Whether it is one number rather than a prior."""
        return self.low == self.high


@dataclass(frozen=True)
class Segment(_Plain):
    """Buyers who care about the tail alike.

    budget_share : share of the task budget, in (0, 1]
    tail_weight  : weight of the tail, as a multiple of the parameter `tail_weight`
    """

    name: str
    budget_share: float
    tail_weight: float


@dataclass(frozen=True)
class Lab(_Plain):
    """One lab that differs from the book's; None leaves a field to the parameter that all labs share."""

    name: str | None = None
    cash: float | None = None
    premium: float | None = None
    fixed_cost: float | None = None
    initial_capability: float | None = None
    cost_factor: float | None = None


@dataclass(frozen=True)
class Distiller(_Plain):
    """One distiller slot that differs from the book's; None leaves a field to what all distillers share."""

    name: str | None = None
    fixed_cost: float | None = None
    foreign: bool | None = None
    cost_factor: float | None = None
    initial_capability: float | None = None
    premium: float | None = None


DEFAULT_SEGMENTS = (Segment("low", 0.35, 0.1), Segment("general", 0.45, 0.4), Segment("high_stakes", 0.20, 1.0))


@dataclass(frozen=True)
class Structure(_Plain):
    """The frame of a run.

    quarters   : length of the run
    start      : calendar quarter of period 0, such as `2026Q1`
    segments   : buyers, in the order of the segment axis
    public_capability : nats that are publicly known at the start, 0 being the frontier; None: where steady leakage
                 puts it
    labs       : one entry a lab, or None for `n_labs` equal ones
    distillers : one entry a slot, or None for `n_distillers` equal ones
    """

    quarters: int = 60
    start: str = "2026Q1"
    segments: tuple[Segment, ...] = DEFAULT_SEGMENTS
    public_capability: float | None = None
    labs: tuple[Lab, ...] | None = None
    distillers: tuple[Distiller, ...] | None = None


@dataclass(frozen=True)
class Switches(_Plain):
    """What exists in this world."""

    copying: bool = True
    public_fringe: bool = True
    geopolitics: bool = True
    own_tier: bool = False


@dataclass(frozen=True)
class Fidelity(_Plain):
    """Which law says what a copy loses."""

    law: str = "water_filling"


# ---------------------------------------------------------------------------------------------------- tables


@dataclass(frozen=True)
class Field:
    """One simple field: its kind, its limits, its meaning.

    low, high : bounds of a number, ends included; `above_low` leaves the low end out
    """

    kind: Literal["number", "integer", "flag", "name", "choice", "date"]
    meaning: str
    low: float = 0.0
    high: float = 0.0
    above_low: bool = False
    options: tuple[str, ...] = ()
    required: bool = False

    @property
    def allowed(self) -> str:
        """What it accepts, in words."""
        if self.kind in ("number", "integer"):
            noun = "a whole number" if self.kind == "integer" else "a number"
            low, high = (_limit(end, self.kind == "integer") for end in (self.low, self.high))
            return f"{noun} {'above' if self.above_low else 'from'} {low} to {high}"
        if self.kind == "flag":
            return "true or false"
        if self.kind == "name":
            return "lower-case letters, digits and _, beginning with a letter, at most 40"
        return ", ".join(self.options)


def _limit(end: float, whole: bool) -> str:
    """An end of a range in words; a whole number with all its digits."""
    return f"{int(end):,}" if whole and abs(end) < math.inf else f"{end:g}"


SEGMENT_FIELDS: Mapping[str, Field] = {
    "name": Field("name", "name of the segment, used in results", required=True),
    "budget_share": Field("number", "share of the task budget", 0.0, 1.0, above_low=True, required=True),
    "tail_weight": Field("number", "weight of the tail, times the parameter tail_weight", 0.0, 10.0, required=True),
}
PRIOR_KEYS = ("default", "low", "high")
STEP_KEYS = ("value", "start", "end", "ramp")
STRUCTURE_KEYS = tuple(one.name for one in fields(Structure))
SCENARIO_KEYS = (
    "name",
    "question",
    "description",
    "sources",
    "extends",
    "parameters",
    "levers",
    "structure",
    "switches",
    "fidelity",
    "ensemble",
    "status_quo",
)
TEXT_LIMITS = {"name": 80, "question": 400, "description": 4000}
QUARTERS_FIELD = Field("integer", "length of the run in quarters", 1, QUARTERS_LIMIT)
PUBLIC_FIELD = Field("number", "what is publicly known at the start, nats, 0 being the frontier", -30.0, 0.0)
RAMP_FIELD = Field("integer", "quarters to move in a straight line to the new level", 0, QUARTERS_LIMIT)

# Fields that a firm may have of its own, and the parameter that all others share.
SHARED_PARAMETERS = {
    ("labs", "cash"): "lab_cash",
    ("labs", "premium"): "lab_premium",
    ("labs", "fixed_cost"): "lab_fixed_cost",
    ("distillers", "fixed_cost"): "distiller_fixed_cost",
}
COUNT_PARAMETERS = {"labs": "n_labs", "distillers": "n_distillers"}


def parameter_field(parameter: Parameter) -> Field:
    """The field that sets a parameter of the book to one number."""
    kind: Literal["number", "integer"] = "integer" if parameter.integer else "number"
    return Field(kind, parameter.meaning, parameter.bounds[0], parameter.bounds[1])


@functools.cache
def firm_fields() -> Mapping[str, Mapping[str, Field]]:
    """Fields of one entry of `structure.labs` and `structure.distillers`, bounds from the parameter book."""
    parameters = book().parameters
    own = {key: parameter_field(parameters[name]) for key, name in SHARED_PARAMETERS.items()}
    name = Field("name", "name of the firm, for readers of the file")
    capability = Field("number", "capability at the start in nats, 0 being the frontier", -30.0, 10.0)
    premium = parameters["lab_premium"].bounds
    return {
        "labs": {
            "name": name,
            "cash": own["labs", "cash"],
            "premium": own["labs", "premium"],
            "fixed_cost": own["labs", "fixed_cost"],
            "initial_capability": capability,
            "cost_factor": Field("number", "multiple of the training cost that others pay", 0.01, 100.0),
        },
        "distillers": {
            "name": name,
            "fixed_cost": own["distillers", "fixed_cost"],
            "foreign": Field("flag", "whether it is out of reach of the domestic regulator"),
            "cost_factor": Field("number", "multiple of the copying cost that others pay", 0.01, 100.0),
            "initial_capability": capability,
            "premium": Field("number", "buyers' premium in log price; 0 where absent", *premium),
        },
    }
