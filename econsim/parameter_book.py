"""The parameter book: every number the model uses, with its unit, prior, bounds, meaning, source and grade.

The book is data (`econsim/book/*.yaml`), so that the equations, the documentation and the app read the same rows.
This module reads it, checks it and hands it out. The *range* of a parameter is where its prior lives; its *bounds*
are where the equations hold. A run outside the range is an extrapolation, a run outside the bounds is refused.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictStr, ValidationError

from econsim.errors import InputError, Problem, nearest_name, unknown_name
from econsim.yaml_reader import Document, FieldPath, read_yaml

if TYPE_CHECKING:
    import pandas

CHAPTERS = (
    "demand",
    "evaluation",
    "training",
    "serving",
    "copying",
    "fidelity",
    "firms",
    "valuation",
    "structure",
    "levers",
    "references",
)
"""Order in which the files of the book are read; any other file follows in alphabetical order."""

LOG_SCALE_RATIO = 20.0
"""A prior whose high end is at least this many times its low end lies on a log axis."""

GRADES = {"A": "measured", "B": "inferred", "C": "assumed"}

Group = Literal["compute cost", "quality loss", "moat", "demand", "belief", "firms"]
LeverGroup = Literal["gate", "detect", "borders", "pay", "know", "build"]
Grade = Literal["A", "B", "C"]
Unit = Literal[
    "–", "$M", "$M/quarter", "1/quarter", "nat/quarter", "quarter", "log price", "log price/nat", "share", "count"
]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Text = Annotated[StrictStr, Field(min_length=1)]
Name = Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9_]*$")]


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


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


def _triangular_quantile(u: np.ndarray, low: float, mode: np.ndarray, high: float) -> np.ndarray:
    width = high - low
    rising = low + np.sqrt(u * width * (mode - low))
    falling = high - np.sqrt((1.0 - u) * width * (high - mode))
    return np.clip(np.where(u * width < mode - low, rising, falling), low, high)


class Parameter(_Row):
    """One parameter. Uncertain when it has a prior, fixed (unless a scenario says otherwise) when it has none.

    bounds    : where the equations hold, ends included
    source    : keys of the book's references
    grade     : A measured, B inferred from measurements, C assumed
    varies_by : the kind of firm that may have a value of its own, if any
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
    grade: Grade
    note: Text
    varies_by: Literal["lab", "distiller"] | None = None

    @property
    def uncertain(self) -> bool:
        """Whether ensembles draw it from a prior."""
        return self.prior is not None

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
    grade: Grade
    note: Text
    changes_world_without_copying: StrictBool

    def in_bounds(self, x: Any) -> bool:
        """Whether the value, or every value of an array, is finite and inside the bounds."""
        return _inside(x, self.bounds)


class Reference(_Row):
    """A source. `link` is None only where there is nothing to link to, as for an assumption."""

    author: Text
    year: Annotated[int, Field(strict=True, ge=1900, le=2100)]
    title: Text
    venue: Text
    link: Annotated[StrictStr, Field(pattern=r"^https?://\S+$")] | None = None
    licence: Text | None = None


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
_SECTIONS = ("parameters", "levers", "references")


def load_book(folder: Path | None = None) -> Book:
    """Read and check a book: every YAML file of a folder (the shipped one by default).

    A file holds any of the sections `parameters` and `levers` (lists of rows) and `references` (key to row).
    Raises one InputError listing every problem: unknown or missing keys, a name given twice, a default outside its
    prior, a prior outside its bounds or on the wrong axis, a source that is not among the references.
    """
    reader = _BookReader()
    for path in _files(Path(folder) if folder is not None else Path(__file__).parent / "book"):
        try:
            reader.read(read_yaml(path))
        except InputError as error:
            reader.problems.extend(error.problems)
    return reader.finish()


@functools.cache
def book() -> Book:
    """The shipped book, read once a process."""
    return load_book()


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise InputError(Problem("", "no such folder", file=str(folder)))
    found = sorted(folder.glob("*.yaml"), key=lambda path: path.name)
    if not found:
        raise InputError(Problem("", "holds no YAML file", file=str(folder)))
    order = {name: place for place, name in enumerate(CHAPTERS)}
    return sorted(found, key=lambda path: order.get(path.stem, len(order)))


class _BookReader:
    """Collects rows from the files, and everything wrong with them."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.parameters: dict[str, Parameter] = {}
        self.levers: dict[str, Lever] = {}
        self.references: dict[str, Reference] = {}
        # Where each name was first given, and which rows name which sources: both need all files at hand.
        self.places: dict[str, str] = {}
        self.sources: list[tuple[Document, FieldPath, str, tuple[str, ...]]] = []

    def read(self, document: Document) -> None:
        for section, content in document.data.items():
            path: FieldPath = (section,)
            if section not in _SECTIONS:
                problem = unknown_name(section, section, _SECTIONS, kind="section")
                self.problems.append(_placed(problem, document, path))
            elif section == "references":
                self._references(document, content)
            elif not isinstance(content, list):
                self._say(document, path, section, "must be a list of rows")
            else:
                model = Parameter if section == "parameters" else Lever
                for place, row in enumerate(content):
                    self._row(document, (section, place), model, row)

    def finish(self) -> Book:
        for document, path, name, keys in self.sources:
            for key in keys:
                if key not in self.references:
                    problem = unknown_name(f"{name}.source", key, self.references, kind="reference")
                    self.problems.append(_placed(problem, document, path))
        if self.problems:
            raise InputError(self.problems)
        return Book(MappingProxyType(self.parameters), MappingProxyType(self.levers), MappingProxyType(self.references))

    def _references(self, document: Document, content: Any) -> None:
        if not isinstance(content, dict):
            self._say(document, ("references",), "references", "must be a mapping from key to reference")
            return
        for key, row in content.items():
            path: FieldPath = ("references", key)
            if self._first(document, path, f"reference {key}"):
                reference = self._parse(document, path, Reference, row, key)
                if reference is not None:
                    self.references[key] = reference

    def _row(self, document: Document, path: FieldPath, model: type[_Model], row: Any) -> None:
        name = row.get("name") if isinstance(row, dict) else None
        label = name if isinstance(name, str) else ".".join(map(str, path))
        parsed = self._parse(document, path, model, row, label)
        if parsed is None or not self._first(document, path, label):
            return
        if isinstance(parsed, Parameter):
            problems = _parameter_problems(parsed)
            self.parameters[parsed.name] = parsed
        else:
            assert isinstance(parsed, Lever)
            problems = _lever_problems(parsed)
            self.levers[parsed.name] = parsed
        self.problems += [_placed(problem, document, (*path, problem.field.split(".")[1])) for problem in problems]
        self.sources.append((document, (*path, "source"), label, parsed.source))

    def _parse(self, document: Document, path: FieldPath, model: type[_Model], row: Any, label: str) -> _Model | None:
        if not isinstance(row, dict):
            self._say(document, path, label, "must be a mapping of named fields")
            return None
        try:
            return model.model_validate(row)
        except ValidationError as error:
            for detail in error.errors():
                problem = _validation_problem(label, detail, model)
                self.problems.append(_placed(problem, document, (*path, *detail["loc"])))
            return None

    def _first(self, document: Document, path: FieldPath, name: str) -> bool:
        here = f"{document.file}:{document.line(path)}"
        if name in self.places:
            self._say(document, path, name, f"is given twice (first at {self.places[name]})")
            return False
        self.places[name] = here
        return True

    def _say(self, document: Document, path: FieldPath, field: str, message: str) -> None:
        self.problems.append(_placed(Problem(field, message), document, path))


def _placed(problem: Problem, document: Document, path: FieldPath) -> Problem:
    return Problem(
        problem.field,
        problem.message,
        value=problem.value,
        allowed=problem.allowed,
        nearest=problem.nearest,
        file=document.file,
        line=document.line(path),
    )


def _validation_problem(label: str, detail: Any, model: type[BaseModel]) -> Problem:
    location = [str(part) for part in detail["loc"]]
    field = ".".join([label, *location])
    if detail["type"] == "extra_forbidden":
        owner = Prior if location[:1] == ["prior"] and len(location) > 1 else model
        known = list(owner.model_fields)
        near = nearest_name(location[-1], known)
        return Problem(field, "unknown key", allowed=None if near else ", ".join(known), nearest=near)
    if detail["type"] == "missing":
        return Problem(field, "is missing")
    if detail["type"] == "literal_error":
        return Problem(
            field, "is not one of the choices", value=repr(detail["input"]), allowed=detail["ctx"]["expected"]
        )
    message = detail["msg"][:1].lower() + detail["msg"][1:]
    return Problem(field, message, value=repr(detail["input"])[:80])


# ---------------------------------------------------------------------------------------------------- rules


def _parameter_problems(parameter: Parameter) -> list[Problem]:
    """What is inconsistent inside one parameter's row; the field is `name.key`."""
    return [
        Problem(f"{parameter.name}.{key}", message, value=value, allowed=allowed)
        for key, message, value, allowed in _parameter_faults(parameter)
    ]


def _parameter_faults(parameter: Parameter) -> Iterator[tuple[str, str, str | None, str | None]]:
    low, high = parameter.bounds
    bounds = f"{low:g} to {high:g}"
    if not low < high:
        yield "bounds", "the first must be below the second", bounds, None
        return
    if not low <= parameter.default <= high:
        yield "default", "lies outside the bounds", f"{parameter.default:g}", bounds
    if parameter.integer and parameter.default != math.floor(parameter.default):
        yield "default", "must be a whole number", f"{parameter.default:g}", None
    prior = parameter.prior
    if prior is None:
        return
    if not prior.low < prior.high:
        yield "prior", "low must be below high", _interval(prior), None
        return
    if not prior.low <= parameter.default <= prior.high:
        yield "default", "lies outside the prior", f"{parameter.default:g}", _interval(prior)
    if not (low <= prior.low and prior.high <= high):
        yield "prior", "reaches outside the bounds", _interval(prior), bounds
    scale = prior_scale(prior.low, prior.high)
    if prior.scale != scale:
        reason = f"must be {scale}: log exactly where low > 0 and high/low is {LOG_SCALE_RATIO:g} or more"
        yield "prior", reason, prior.scale, None


def prior_scale(low: float, high: float) -> Literal["linear", "log"]:
    """The axis of a prior over [low, high]: log where it spans a factor of 20 or more, else linear."""
    # Room for the rounding of ratios such as .1/.005.
    return "log" if low > 0.0 and high / low >= LOG_SCALE_RATIO * (1.0 - 1e-12) else "linear"


def _lever_problems(lever: Lever) -> list[Problem]:
    low, high = lever.bounds
    if low != 0.0 or high <= 0.0:
        return [Problem(f"{lever.name}.bounds", "must begin at 0, the status quo", value=f"{low:g} to {high:g}")]
    if not low < lever.moderate <= high:
        allowed = f"above {low:g}, to {high:g}"
        return [Problem(f"{lever.name}.moderate", "lies outside", value=f"{lever.moderate:g}", allowed=allowed)]
    return []


# ---------------------------------------------------------------------------------------------------- tables

TABLE_COLUMNS = ("name", "symbol", "unit", "default", "range", "bounds", "group", "grade", "meaning", "source", "note")


FRAME_COLUMNS = (
    "kind",
    "name",
    "symbol",
    "unit",
    "default",
    "low",
    "high",
    "scale",
    "lower_bound",
    "upper_bound",
    "moderate",
    "integer",
    "group",
    "varies_by",
    "changes_world_without_copying",
    "meaning",
    "source",
    "grade",
    "note",
)


def parameters() -> pandas.DataFrame:
    """The book as a table: one row a parameter or lever, in book order; columns FRAME_COLUMNS.

    kind is "parameter" or "lever"; low, high and scale describe the prior and are missing where there is none;
    default is 0 for a lever, its status quo; source holds the keys, comma-separated.
    """
    import pandas

    shipped = book()
    rows = [_parameter_row(parameter) for parameter in shipped.parameters.values()]
    rows += [_lever_row(lever) for lever in shipped.levers.values()]
    return pandas.DataFrame(rows, columns=pandas.Index(FRAME_COLUMNS))


def _shared_row(row: Parameter | Lever) -> dict[str, Any]:
    shared = row.model_dump(include={"name", "symbol", "unit", "meaning", "grade", "note"})
    return shared | {"lower_bound": row.bounds[0], "upper_bound": row.bounds[1], "source": ", ".join(row.source)}


def _parameter_row(parameter: Parameter) -> dict[str, Any]:
    prior = parameter.prior.model_dump(include={"low", "high", "scale"}) if parameter.prior else {}
    own = parameter.model_dump(include={"default", "integer", "group", "varies_by"})
    return _shared_row(parameter) | prior | own | {"kind": "parameter"}


def _lever_row(lever: Lever) -> dict[str, Any]:
    own = lever.model_dump(include={"moderate", "changes_world_without_copying"})
    return _shared_row(lever) | own | {"kind": "lever", "default": 0.0, "integer": False, "group": lever.lever_group}


def as_markdown(
    rows: Sequence[Parameter | Lever],
    columns: Sequence[str] = TABLE_COLUMNS,
    references: Mapping[str, Reference] | None = None,
) -> str:
    """A Markdown table of parameters or levers, one line a row, ending in a newline.

    columns    : any of TABLE_COLUMNS, and `moderate`
    references : where given, sources show as author and year with their link instead of as keys

    Raises InputError for a column that does not exist.
    """
    known = (*TABLE_COLUMNS, "moderate")
    wrong = [unknown_name("columns", column, known, kind="column") for column in columns if column not in known]
    if wrong:
        raise InputError(wrong)
    lines = [list(columns), ["---"] * len(columns)]
    lines += [[_escaped(_cell(row, column, references)) for column in columns] for row in rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def _escaped(text: str) -> str:
    # An unescaped '$' begins a formula in several Markdown renderers, a '|' ends the cell.
    return text.replace("|", "\\|").replace("$", "\\$").replace("\n", " ")


def _cell(row: Parameter | Lever, column: str, references: Mapping[str, Reference] | None) -> str:
    if column == "source":
        return "; ".join(_cited(key, references) for key in row.source)
    if column == "range":
        prior = row.prior if isinstance(row, Parameter) else None
        return f"{prior.low:g} – {prior.high:g}{' (log)' if prior.scale == 'log' else ''}" if prior else "–"
    if column == "bounds":
        return f"{row.bounds[0]:g} – {row.bounds[1]:g}"
    if column == "group":
        return row.group if isinstance(row, Parameter) else row.lever_group
    if column == "default":
        return f"{row.default:g}" if isinstance(row, Parameter) else "0"
    if column == "grade":
        return f"{row.grade} ({GRADES[row.grade]})"
    value = getattr(row, column, None)
    return "–" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _cited(key: str, references: Mapping[str, Reference] | None) -> str:
    reference = references.get(key) if references else None
    if reference is None:
        return key
    text = f"{reference.author} ({reference.year})"
    return f"[{text}]({reference.link})" if reference.link else text
