"""Calendar quarters, and what a lever does over them.

A quarter is written `2027Q1`, `2027-01` or `2027-01-15` (the quarter that holds the day). Inside a scenario it is an
index counted from the scenario's first quarter, 0.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

FIRST_YEAR, LAST_YEAR = 1900, 2200
DATE_FORMS = "a date such as 2027Q1, 2027-01 or 2027-01-15"
DATE_PATTERN = r"^[0-9]{4}(-?[Qq][1-4]|-[0-9]{2}(-[0-9]{2})?)$"

_QUARTER = re.compile(r"([0-9]{4})-?[Qq]([1-4])")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?")


def parse_quarter(value: object) -> str | None:
    """The quarter that a date stands in, as `2027Q1`; None if it is no date between 1900 and 2200."""
    day: datetime.date | None = None
    if isinstance(value, datetime.date):  # a datetime is a date too
        day = value
    elif isinstance(value, str):
        text = value.strip()
        if match := _QUARTER.fullmatch(text):
            day = _date(int(match[1]), 3 * int(match[2]) - 2, 1)
        elif match := _DAY.fullmatch(text):
            day = _date(int(match[1]), int(match[2]), int(match[3] or 1))
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        return None
    return f"{day.year}Q{(day.month + 2) // 3}"


def _date(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


def _absolute(quarter: str) -> int:
    return 4 * int(quarter[:4]) + int(quarter[5]) - 1


def _name(absolute: int) -> str:
    return f"{absolute // 4:04d}Q{absolute % 4 + 1}"


def quarter_index(when: int | str, first: str) -> int:
    """Index of a quarter in a scenario that starts in `first`; negative before it. An index stays what it is."""
    return when if isinstance(when, int) else _absolute(when) - _absolute(first)


def quarter_name(index: int, first: str) -> str:
    """The calendar name, such as `2027Q1`, of the quarter with this index."""
    return _name(_absolute(first) + index)


def period_dates(quarters: int, first: str) -> list[datetime.date]:
    """First day of each quarter of a scenario that starts in `first`."""
    start = _absolute(first)
    return [datetime.date(n // 4, 3 * (n % 4) + 1, 1) for n in range(start, start + quarters)]


@dataclass(frozen=True)
class LeverStep:
    """A lever held at one level for a while.

    value : level, in the lever's unit
    start : first quarter at work, an index from 0 or a quarter such as `2027Q1`
    end   : first quarter no longer at work; None: until the next step, or the end of the run
    ramp  : quarters over which the level moves there in a straight line, from the level just before `start`
    """

    value: float
    start: int | str = 0
    end: int | str | None = None
    ramp: int = 0

    def as_mapping(self) -> dict[str, Any]:
        """As a scenario file writes it, defaults left out."""
        given = {"value": self.value, "start": self.start, "end": self.end, "ramp": self.ramp}
        usual = {"start": 0, "end": None, "ramp": 0}
        return {key: value for key, value in given.items() if key == "value" or value != usual[key]}


class Span(NamedTuple):
    """The quarters of one step, first one in, last one out."""

    begin: int
    end: int


def step_spans(steps: Sequence[LeverStep], quarters: int, first: str) -> list[Span]:
    """Which quarters each step holds. A step without an end lasts until the next one takes over."""
    begins = [quarter_index(step.start, first) for step in steps]
    nexts = [*begins[1:], quarters][: len(begins)]
    return [
        Span(begin, following if step.end is None else quarter_index(step.end, first))
        for step, begin, following in zip(steps, begins, nexts, strict=True)
    ]


def lever_path(steps: Sequence[LeverStep], quarters: int, first: str) -> np.ndarray:
    """Level of a lever in each quarter, 0 where no step is at work.

    steps   : in time order, not overlapping (see `timing_problems`)
    returns : (quarters,) float64, in the lever's unit

    On a ramp of r quarters the level after i of them is i/(r+1) of the way, so that the first quarter has already
    moved and quarter `start + r` is the first one at the full value.
    """
    path = np.zeros(quarters)
    for step, (begin, end) in zip(steps, step_spans(steps, quarters, first), strict=True):
        before = path[begin - 1] if begin > 0 else 0.0
        path[begin:end] = step.value
        moving = path[begin : min(end, begin + step.ramp)]
        moving[:] = before + (step.value - before) * (np.arange(len(moving)) + 1.0) / (step.ramp + 1.0)
    return path


class TimingProblem(NamedTuple):
    """One step at a wrong time: which step, which of its fields, and why."""

    step: int
    field: str
    message: str
    value: str
    allowed: str | None


def timing_problems(steps: Sequence[LeverStep], quarters: int, first: str) -> Iterator[TimingProblem]:
    """Every step that starts or ends outside the run, ends before it starts, ramps too long, or overlaps the next."""
    last = quarter_name(quarters - 1, first)
    run = f"the run's {quarters} quarters, {first} to {last}"
    spans = step_spans(steps, quarters, first)
    for index, (step, span) in enumerate(zip(steps, spans, strict=True)):
        if not 0 <= span.begin < quarters:
            hint = ""
            if isinstance(step.start, int) and FIRST_YEAR <= step.start <= LAST_YEAR:
                hint = f" (a year is written {step.start}Q1)"
            where = "before" if span.begin < 0 else "after"
            yield TimingProblem(index, "start", f"is {where} the run{hint}", str(step.start), f"within {run}")
            continue
        if step.end is not None:
            if span.end > quarters:
                allowed = f"at most quarter {quarters} ({quarter_name(quarters, first)}), or leave it out"
                yield TimingProblem(index, "end", f"is after {run}", str(step.end), allowed)
            elif span.end <= span.begin:
                yield TimingProblem(index, "end", "is not after the start", str(step.end), f"later than {step.start}")
            elif step.ramp > span.end - span.begin:
                message = "is longer than the step, so the level would never get there"
                yield TimingProblem(index, "ramp", message, str(step.ramp), f"0 to {span.end - span.begin}")
        if index + 1 < len(steps):
            following = spans[index + 1].begin
            if following <= span.begin:
                message, later = "steps must be in time order", steps[index + 1].start
                yield TimingProblem(index + 1, "start", message, str(later), f"later than {step.start}")
            elif step.end is not None and span.end > following:
                message = "overlaps the step after it"
                yield TimingProblem(index, "end", message, str(step.end), f"at most {steps[index + 1].start}")
