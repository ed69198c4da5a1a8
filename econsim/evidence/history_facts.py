"""History as a test of the model: dated facts with the measure that each is held against, and what cannot be expressed.

They are data (`econsim/evidence/history.yaml`), made from the rows of the table `replay` by rules that stand beside
them. This module says what a row may hold, and reads and checks the file.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictStr, ValidationError

from econsim.errors import InputError, Problem, unknown_name
from econsim.evidence.table_files import replay
from econsim.parameter_book import Number, SourceKeys, Text, book
from econsim.rows import placed, validation_problem
from econsim.yaml_reader import Document, FieldPath, read_yaml

FILE = Path(__file__).parent / "history.yaml"

Kind = Literal["level", "ratio", "sign"]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class HistoryFact(_Row):
    """One dated fact that a simulated run can be held against.

    id          : F03, or F04a where a row holds several
    row         : of the table `replay`; empty for a fact that is not among those
    says        : the fact in a sentence
    measure     : name of the function of a run that it is held against
    arguments   : of the measure; dates as text
    kind        : level or ratio, or sign, where only the direction counts
    scale       : the axis on which distances are measured
    value       : observed, in `unit`
    low, high   : range in which the observation may lie; one of them is open for a sign
    group       : facts that move together
    rule        : how the row became these numbers
    no_change, trend : what two naive forecasts say, None where nothing comparable had been seen before
    naive       : where those are from
    source      : keys of references
    """

    id: Annotated[StrictStr, Field(pattern=r"^[FR][0-9]+[a-z]?$")]
    row: StrictStr
    says: Text
    measure: Annotated[StrictStr, Field(pattern=r"^[a-z_]+$")]
    arguments: Mapping[StrictStr, Any]
    kind: Kind
    scale: Literal["linear", "log"]
    value: Number
    low: Number | None = None
    high: Number | None = None
    unit: Text
    group: Text
    rule: Text
    no_change: Number | None = None
    trend: Number | None = None
    naive: Text | None = None
    source: SourceKeys


class NotExpressible(_Row):
    """A row of the table `replay` that the model cannot express, and why."""

    row: Text
    reason: Text


class History(_Row):
    """Everything in the file.

    eci_points_per_nat   : points of the Epoch Capabilities Index that count as a nat of effective compute
    algorithmic_progress : nats a quarter by which a given capability needs less computing
    gpt4_flop            : training compute of the frontier model of March 2023, FLOP
    """

    eci_points_per_nat: Number
    algorithmic_progress: Number
    gpt4_flop: Number
    facts: tuple[HistoryFact, ...]
    not_expressible: tuple[NotExpressible, ...]

    def fact(self, name: str) -> HistoryFact:
        """The fact of that id. Raises InputError, with the nearest one, if there is none."""
        found = {one.id: one for one in self.facts}
        if name not in found:
            raise InputError(unknown_name("fact", name, found, kind="fact of history"))
        return found[name]


_ROWS: Mapping[Any, type[BaseModel]] = {"facts": HistoryFact, "not_expressible": NotExpressible}


@functools.cache
def history() -> History:
    """The shipped facts of history, read and checked once. Raises InputError with every problem."""
    return load_history(FILE)


def load_history(path: Path) -> History:
    """Read and check a file of facts.

    Raises one InputError listing every problem: unknown or missing fields, an id given twice, a source that is not
    among the references, a value outside its range, a row of the replay that is neither expressed nor listed as not
    expressible.
    """
    document = read_yaml(path)
    try:
        found = History.model_validate(document.data)
    except ValidationError as error:
        wrong = [(_problem(detail), detail["loc"]) for detail in error.errors()]
        raise InputError([placed(problem, document, tuple(where)) for problem, where in wrong]) from None
    problems = [placed(problem, document, where) for where, problem in _faults(found, document)]
    if problems:
        raise InputError(problems)
    return found


def _problem(detail: Any) -> Problem:
    """What pydantic found, with the place in the file as the field."""
    model, where = _ROWS.get(detail["loc"][0], History), detail["loc"]
    if model is History or len(where) < 3:
        return validation_problem("history", detail, History)
    return validation_problem(f"history.{where[0]}.{where[1]}", {**detail, "loc": where[2:]}, model)


def _faults(found: History, document: Document) -> Iterator[tuple[FieldPath, Problem]]:
    rows = set(replay()["id"])
    seen: set[str] = set()
    for place, one in enumerate(found.facts):
        where: FieldPath = ("facts", place)
        if one.id in seen:
            yield where, Problem(one.id, "is given twice")
        seen.add(one.id)
        if one.row and one.row not in rows:
            yield where, unknown_name(f"{one.id}.row", one.row, rows, kind="row of the replay")
        for key in one.source:
            if key not in book().references:
                yield where, unknown_name(f"{one.id}.source", key, book().references, kind="reference")
        yield from ((where, problem) for problem in _range_faults(one))
    for place, other in enumerate(found.not_expressible):
        if other.row not in rows:
            yield ("not_expressible", place), unknown_name("row", other.row, rows, kind="row of the replay")
    told = {one.row for one in found.facts} | {one.row for one in found.not_expressible}
    for row in sorted(rows - told):
        yield (), Problem(row, "is neither expressed nor listed as not expressible")


def _range_faults(one: HistoryFact) -> Iterator[Problem]:
    ends = [end for end in (one.low, one.value, one.high) if end is not None]
    if ends != sorted(ends):
        yield Problem(f"{one.id}.value", "must lie between low and high", value=" ".join(f"{end:g}" for end in ends))
    if (one.low is None or one.high is None) != (one.kind == "sign"):
        yield Problem(f"{one.id}.kind", "a sign is open on one side, and nothing else is", value=one.kind)
    positive = [end for end in (*ends, one.no_change, one.trend) if end is not None]
    if one.scale == "log" and min(positive) <= 0.0:
        yield Problem(f"{one.id}.scale", "a log axis needs numbers above 0")
    for key, text in one.arguments.items():
        if isinstance(text, str) and key != "by":
            try:
                datetime.date.fromisoformat(text)
            except ValueError:
                yield Problem(f"{one.id}.arguments.{key}", "is not a date", value=repr(text))
