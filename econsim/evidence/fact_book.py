"""The facts: one measured or reported figure each, with its unit, accounting basis, price year, source and standing.

They are data (`econsim/evidence/facts/*.yaml`); this module says what a row may hold, reads the files and checks them.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictStr, ValidationError

from econsim.errors import InputError, Problem, unknown_name
from econsim.evidence.units import BASES, UNITS
from econsim.parameter_book import Number, SourceKeys, Text, book
from econsim.rows import placed, validation_problem
from econsim.yaml_reader import Document, FieldPath, read_yaml

if TYPE_CHECKING:
    import pandas

FOLDER = Path(__file__).parent / "facts"

Basis = Literal["none", "amortised", "cloud", "upfront", "whole programme", "mixed", "not stated"]
Confidence = Literal["high", "medium", "low"]
Provenance = Literal["published", "reported elsewhere", "own calculation", "from memory"]

PROVENANCES = {
    "published": "read in the source",
    "reported elsewhere": "read on a page that reports it; the source itself was not opened",
    "own calculation": "calculated here from published figures",
    "from memory": "unverified",
}
"""Where a figure was seen -> what that means."""


class Fact(BaseModel):
    """One figure.

    key         : its name, dotted
    quantity    : what it is a figure of
    value       : central value in `unit`, None where nothing has been measured
    low, high   : range or interval, in `unit`; None where none is known
    unit        : one of `units.UNITS`
    price_year  : year of the dollars, None where it is no amount of money or its years are mixed
    basis       : accounting basis of a cost, one of `units.BASES`; `none` for what is no cost
    period      : when it was so
    source      : keys of references
    link        : the page where it was read, where that is not the source's own
    method      : how it was measured or calculated, and what its range is
    confidence  : high, medium or low
    provenance  : where it was seen, one of PROVENANCES
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9_]*([.-][a-z0-9_]+)*$")]
    quantity: Text
    value: Number | None = None
    low: Number | None = None
    high: Number | None = None
    unit: Text
    price_year: Annotated[int, Field(strict=True, ge=1900, le=2100)] | None = None
    basis: Basis = "none"
    period: Text
    source: SourceKeys
    link: Annotated[StrictStr, Field(pattern=r"^https?://\S+$")] | None = None
    method: Text
    confidence: Confidence
    provenance: Provenance


COLUMNS = tuple(Fact.model_fields)


def facts() -> pandas.DataFrame:
    """Every fact as a table: one row each, in the order of the files; columns as the fields of `Fact`.

    value, low, high and price_year are missing where not known; source holds the keys, comma-separated.
    """
    import pandas

    rows = [{**one.model_dump(), "source": ", ".join(one.source)} for one in fact_book().values()]
    frame = pandas.DataFrame(rows, columns=pandas.Index(COLUMNS))
    return frame.astype({"value": float, "low": float, "high": float, "price_year": "Int64"}).fillna({"link": ""})


def fact(key: str) -> Fact:
    """One fact. Raises InputError, with the nearest key, for a key that is not among them."""
    found = fact_book()
    if key not in found:
        raise InputError(unknown_name("fact", key, found, kind="fact"))
    return found[key]


@functools.cache
def fact_book() -> Mapping[str, Fact]:
    """Key -> fact, every shipped one, read and checked once. Raises InputError with every problem."""
    return load_facts(FOLDER, book().references)


def chapters() -> Mapping[str, tuple[Fact, ...]]:
    """Chapter -> its facts, as the files have them."""
    files = sorted(FOLDER.glob("*.yaml"))
    return MappingProxyType({path.stem: tuple(load_facts(path, book().references).values()) for path in files})


def load_facts(place: Path, references: Mapping[str, Any]) -> Mapping[str, Fact]:
    """Read and check the facts of a file, or of every file of a folder: YAML that holds a list `facts`.

    Raises one InputError listing every problem: unknown or missing fields, a key given twice, a source that is not
    among the references, a unit or basis that does not exist, a value outside its range, money without a basis.
    """
    files = [place] if place.is_file() else sorted(place.glob("*.yaml"))
    if not files:
        raise InputError(Problem("", "holds no YAML file", file=str(place)))
    found: dict[str, Fact] = {}
    problems: list[Problem] = []
    for path in files:
        document = read_yaml(path)
        rows = document.data.get("facts")
        if list(document.data) != ["facts"] or not isinstance(rows, list):
            problems.append(placed(Problem("facts", "must be the only section, and a list of rows"), document, ()))
            continue
        for number, row in enumerate(rows):
            one, wrong = _read(document, ("facts", number), row, references)
            problems += wrong
            if one is not None and one.key in found:
                problems.append(placed(Problem(one.key, "is given twice"), document, ("facts", number)))
            elif one is not None:
                found[one.key] = one
    if problems:
        raise InputError(problems)
    return MappingProxyType(found)


def _read(
    document: Document, path: FieldPath, row: Any, references: Mapping[str, Any]
) -> tuple[Fact | None, list[Problem]]:
    if not isinstance(row, dict):
        return None, [placed(Problem("facts", "must be a list of named fields"), document, path)]
    label = str(row.get("key", f"fact {path[-1]}"))
    try:
        one = Fact.model_validate(row)
    except ValidationError as error:
        details = error.errors()
        wrong = [(validation_problem(label, detail, Fact), detail["loc"]) for detail in details]
        return None, [placed(problem, document, (*path, *where)) for problem, where in wrong]
    problems = list(_faults(one, row, references))
    return one, [placed(problem, document, (*path, problem.field.split(".")[-1])) for problem in problems]


def _faults(one: Fact, row: Mapping[str, Any], references: Mapping[str, Any]) -> Iterator[Problem]:
    """What is inconsistent in a row that has the right fields."""
    for key in one.source:
        if key not in references:
            yield unknown_name(f"{one.key}.source", key, references, kind="reference")
    if one.unit not in UNITS:
        yield unknown_name(f"{one.key}.unit", one.unit, UNITS, kind="unit")
        return
    if (one.value is None) != (one.unit == "qualitative"):
        yield Problem(f"{one.key}.value", "must be a number, unless the unit is 'qualitative'")
        return
    ends = [end for end in (one.low, one.value, one.high) if end is not None]
    if ends != sorted(ends):
        yield Problem(f"{one.key}.value", "must lie between low and high", value=" ".join(f"{end:g}" for end in ends))
    money = UNITS[one.unit].money
    if money and "basis" not in row:
        yield Problem(f"{one.key}.basis", "is missing, as it must not be for money", allowed=", ".join(BASES))
    if not money and one.price_year is not None:
        yield Problem(f"{one.key}.price_year", "is for money only", value=str(one.price_year))
