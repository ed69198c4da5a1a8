"""Timing things that are compared: in turns, several times over, the best time of each."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

Job = Callable[[], object]


class Times(NamedTuple):
    """Seconds of each job in its best round, and how many rounds there were."""

    seconds: dict[str, float]
    rounds: int


def best_times(steps: Sequence[Mapping[str, Job]], rounds: int, seconds: float) -> Times:
    """Time jobs that are compared with each other.

    steps   : the parts of a round; a job of the same name in several steps is one job in parts, whose times add up
    rounds  : how often at most everything is done; at least once
    seconds : no further round is begun that would end later than this

    Within a step the jobs take turns, and every other round in the opposite order: a machine whose pace drifts slows
    them all alike. The best time is the one that others who use the machine disturbed least.
    """
    best: dict[str, float] = {}
    begin, done = time.perf_counter(), 0
    while True:
        started = time.perf_counter()
        spent = dict.fromkeys((name for step in steps for name in step), 0.0)
        for step in steps:
            for name in list(step) if done % 2 == 0 else reversed(list(step)):
                before = time.perf_counter()
                step[name]()
                spent[name] += time.perf_counter() - before
        best = {name: min(best.get(name, value), value) for name, value in spent.items()}
        done += 1
        now = time.perf_counter()
        if done >= rounds or now - begin + (now - started) > seconds:
            return Times(best, done)


@contextlib.contextmanager
def environment(**wanted: str | None) -> Iterator[None]:
    """Variables of this process's environment for a while; None takes one away."""
    before = {name: os.environ.get(name) for name in wanted}

    def apply(values: Mapping[str, str | None]) -> None:
        for name, value in values.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    apply(wanted)
    try:
        yield
    finally:
        apply(before)


@contextlib.contextmanager
def replaced(module: Any, name: str, value: Any) -> Iterator[None]:
    """Another value for a module's attribute for a while."""
    before = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, before)
