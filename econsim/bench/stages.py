"""Where the time of a batch run goes: timers put around its stages for one run, and taken off again."""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Callable
from typing import Any

from econsim import chunks, draws, model, replay
from econsim.bench.figures import Figures
from econsim.bench.sizes import Sizes
from econsim.bench.timing import replaced
from econsim.engines import batch, batch_quarter
from econsim.recording import recording_of
from econsim.rules import copying, pricing
from econsim.runs import Settings, chunk_world

STAGES: tuple[tuple[str, Any, str], ...] = (
    ("prices", model, "market_round"),
    ("copying", model, "copying_round"),
    ("accounts", model, "_context"),
    ("accounts", model, "_spend"),
    ("accounts", model, "_advance"),
    ("recording", batch_quarter, "observe"),
    ("shocks", draws, "shocks"),
    ("shocks", chunks, "design_points"),
)
"""Stage, and the functions whose time it is, as their callers find them; what they call of another stage is not."""

SOLVES: tuple[tuple[str, Any, str], ...] = (
    ("nash_prices", pricing, "nash_markups"),
    ("best_replies", copying, "best_reply"),
)
"""Solves whose time is part of the stages'."""

WORDS = {
    "prices": "prices: offers, Bertrand-Nash prices, what buyers spend",
    "copying": "copying: plans, candidates, upgrades and entry",
    "accounts": "accounts: transfers, R&D, profits, the state after",
    "recording": "recording: every series read off the quarter",
    "shocks": "shocks and parameters drawn",
    "other": "other",
    "nash_prices": "of which Bertrand-Nash prices, of today and foreseen",
    "best_replies": "of which a copy's best replies",
}


class Timers:
    """Seconds by name of functions that are wrapped; a function's time is without that of wrapped ones it calls."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._begun: list[tuple[str, float]] = []
        self._within: list[float] = []

    def around(self, name: str, function: Callable) -> Callable:
        """The function, timed; within a recording, whenever that is replayed."""

        @functools.wraps(function)
        def timed(*arguments: Any, **named: Any) -> Any:
            recording = recording_of((arguments, named))
            now = recording.tell if recording else lambda tell: tell()
            now(functools.partial(self._begin, name))
            try:
                return function(*arguments, **named)
            finally:
                now(self._end)

        return timed

    def _begin(self, name: str) -> None:
        self._within.append(0.0)
        self._begun.append((name, time.perf_counter()))

    def _end(self) -> None:
        name, begin = self._begun.pop()
        whole = time.perf_counter() - begin
        self.seconds[name] = self.seconds.get(name, 0.0) + whole - self._within.pop()
        if self._within:
            self._within[-1] += whole


def measure(figures: Figures, sizes: Sizes) -> None:
    """Shares of the time of one batch run by stage, which add up to 1, and of the two solves within them."""
    scenario, count = sizes.scenario(), sizes.stage_draws
    stages, solves = Timers(), Timers()
    with contextlib.ExitStack() as stack:
        for timers, places in ((stages, STAGES), (solves, SOLVES)):
            for name, module, function in places:
                timed = timers.around(name, getattr(module, function))
                stack.enter_context(replaced(module, function, timed))
        replay.forget()
        stack.callback(replay.forget)  # recordings know of the timers
        batch.compute(chunk_world(scenario, Settings(), 0, 2))  # loads and records everything
        stages.seconds.clear()
        solves.seconds.clear()
        begin = time.perf_counter()
        for start in range(0, count, Settings().chunk):
            batch.compute(chunk_world(scenario, Settings(), start, min(start + Settings().chunk, count)))
        whole = time.perf_counter() - begin
    seconds = {name: stages.seconds.get(name, 0.0) for name in dict.fromkeys(stage for stage, _, _ in STAGES)}
    seconds["other"] = whole - sum(seconds.values())
    seconds |= {name: solves.seconds.get(name, 0.0) for name, _, _ in SOLVES}
    for name, spent in seconds.items():
        figures.add(f"stages.{name}.{count}", WORDS[name], spent / whole, "share")
    figures.note("stages", f"One run of {count:,} draws, one world, drawing included. Shares add up to 1 with 'other'.")
