"""Break-even: where along one parameter or lever half of the futures pass a threshold."""

from __future__ import annotations

import functools
import math
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from econsim.findings import FUTURES, futures
from econsim.results import QUANTILES
from econsim.studies.tipping_question import Question, quantiles, shares
from econsim.studies.tipping_search import Crossing, Search, crossings_on, states_of
from econsim.studies.tipping_steps import (
    BEYOND,
    CONFIDENCE,
    HALF,
    RESAMPLES,
    UNDEFINED,
    Interval,
    share_that_crosses,
)
from econsim.studies.tipping_worlds import Progress
from econsim.studies.words import count_of, plain, setting, start, words

NEAR = 0.025  # share of resamples with a break-even from which on there being none is too close to call
BELOW, INSIDE, ABOVE = "below the range", "in the range", "above the range"


class Passages(NamedTuple):
    """Where each future passes by itself, in the direction of the first crossing.

    values  : (future,) first value at which it has passed, to a thousandth of the range; -inf where it has at the
              lowest value already, inf where it does at none
    returns : how many go back again, at a higher value of the coarse grid
    left_out : futures in which the output is undefined somewhere on the coarse grid
    """

    values: np.ndarray
    returns: int
    left_out: int

    def quantile(self, probability: float) -> float:
        """An order statistic: infinite where that future passes outside the range."""
        return float(np.quantile(self.values, probability, method="inverted_cdf"))


class BreakEven:
    """How the share of futures beyond a threshold changes along one axis, and where it passes one half.

    question  : what was asked
    share     : (value,) of the futures in which the output is defined
    defined   : (value,) share of futures in which it is
    levels    : (value, quantile) of the output: 5, 25, 50, 75, 95%
    crossings : every place where the share passes one half between two values of the coarse grid
    passages  : where each future passes by itself; None where there is no crossing
    interval  : 95% interval of the first crossing; None where there is none, or too few futures for one
    maybe     : where there is no crossing, the share of resamples of the futures in which there is one
    failed    : futures of the coarse grid that could not be solved
    """

    def __init__(
        self,
        question: Question,
        values: np.ndarray,
        crossings: list[Crossing],
        passages: Passages | None,
        interval: Interval | None,
        maybe: float,
        failed: int,
    ):
        """values : (value, draw) of the output."""
        self.question, (self.axis,) = question, question.axes
        self.share, self.defined = shares(question, values)
        self.levels = quantiles(values, QUANTILES)
        self.crossings, self.passages, self.interval, self.maybe = crossings, passages, interval, maybe
        self.failed = failed
        self.futures = values.size
        self.engine = question.settings.engine

    def __repr__(self) -> str:
        told = ", ".join(f"{one.value:g}" for one in self.crossings) or "none"
        return f"<BreakEven of {self.question.output.name} along {self.axis.name}: {told}; {self.id}>"

    @property
    def id(self) -> str:
        """Twelve hexadecimal digits of all that the numbers depend on."""
        return self.question.id

    @property
    def value(self) -> float | None:
        """Where the half is passed; None where it is not, or more than once."""
        return self.crossings[0].value if len(self.crossings) == 1 else None

    @property
    def identity(self) -> str:
        """The id, as other analyses call it."""
        return self.id

    def tables(self) -> dict[str, pd.DataFrame]:
        """The table, by the name of its file."""
        return {"tip": self.table()}

    def table(self) -> pd.DataFrame:
        """One row a value of the coarse grid: the value under its name, share, defined, p5 … p95 of the output."""
        columns = {self.axis.name: self.axis.values, "share": self.share, "defined": self.defined}
        for place, name in enumerate(("p5", "p25", "p50", "p75", "p95")):
            columns[name] = self.levels[:, place]
        return pd.DataFrame(columns)

    # ------------------------------------------------------------------------------------------------ in words

    @functools.cached_property
    def finding(self) -> str:
        """Where half of the futures pass the threshold and how well that is known, or that they do not."""
        asked = self.question
        failed = asked.no_finding(self.failed, self.futures)
        if failed:
            return failed
        told = f"{self.headline.removesuffix('.')} ({self.certainty}).{self._own_words()}"
        return f"{told} {start(self._ends())}."

    @property
    def headline(self) -> str:
        """Where half of the futures pass the threshold, or that they do not, in a line."""
        what, name = f"{self.question.output_words} is {self.question.beyond_words}", words(self.axis.name)
        if not self.crossings:
            known = np.isfinite(self.share)
            side = "at least" if bool((self.share[known] >= HALF).all()) else "fewer than"
            where = "" if known.all() else " where it is defined"
            return f"No break-even: {what} in {side} half of the futures at every {name} that was tried{where}."
        told = [self._crossing_words(one) for one in self.crossings]
        if len(told) == 1:
            count = "at least" if self.crossings[0].rises else "fewer than"
            return f"In {count} half of the futures {what} once {name} {self.passes} {told[0]}."
        return (
            f"The share of futures in which {what} passes one half {len(told)} times along {name}: {'; '.join(told)}."
        )

    @property
    def passes(self) -> str:
        """What an axis does at a break-even: it passes one value or another close by, and reaches a whole number."""
        return "reaches" if self.axis.integer else "passes"

    @property
    def too_few(self) -> bool:
        """Whether there are too few futures for an interval."""
        return self.question.settings.draws < FUTURES

    @property
    def certainty(self) -> str:
        """How well the break-even, or its absence, is known: `95% interval 0.02 to 0.23, from 64 futures`."""
        draws = self.question.settings.draws
        if self.too_few:
            are = "is" if draws == 1 else "are"
            return f"{count_of(draws, 'future')} {are} too few for an interval: {FUTURES} are needed"
        if not self.crossings:
            if self.maybe == 0.0:
                return f"nor is there one however these {draws} futures are resampled"
            share = f"{self.maybe:.0%}" if self.maybe >= 0.01 else "less than 1%"
            told = f"there is one in {share} of the resamples of these {draws} futures"
            return told if self.maybe < NEAR else f"too close to call: {told}"
        assert self.interval is not None
        low, high = (self._passage_words(end) for end in self.interval[:2])
        which = "" if len(self.crossings) == 1 else " of the first"
        told = f"95% interval{which} {low} to {high}, from {draws} futures"
        touched = (self.interval.low == -math.inf, self.interval.high == math.inf)
        if not any(touched):
            return told
        ends = "both ends" if all(touched) else f"the {'low' if touched[0] else 'high'} end"
        return f"{told}: open at {ends} of the range"

    def _own_words(self) -> str:
        """Where the futures pass one by one."""
        if self.passages is None or not self.passages.values.size:
            return ""
        low, high = (self._passage_words(self.passages.quantile(probability)) for probability in (0.05, 0.95))
        which = "" if len(self.crossings) == 1 else "first "
        return f" Each future's own {which}crossing: 90% range {low} to {high}."

    def _crossing_words(self, one: Crossing) -> str:
        value = setting(self.axis.name, one.value)
        return value if len(self.crossings) == 1 else f"{'rising' if one.rises else 'falling'} at {value}"

    def _ends(self) -> str:
        low, high = (
            f"{'undefined in every future' if not math.isfinite(share) else f'in {futures(float(share))} futures'} at "
            f"{setting(self.axis.name, value)}{self._median_words(levels)}"
            for share, value, levels in (
                (self.share[0], self.axis.low, self.levels[0]),
                (self.share[-1], self.axis.high, self.levels[-1]),
            )
        )
        return f"so it is {low} and {high}"

    def _median_words(self, levels: np.ndarray) -> str:
        if not math.isfinite(levels[2]):
            return ""
        return f" (median {self.question.amount(float(levels[2]))})"

    def _passage_words(self, value: float) -> str:
        name = self.axis.name
        if value == -math.inf:
            return f"already at {setting(name, self.axis.low)}"
        if value == math.inf:
            return f"not up to {setting(name, self.axis.high)}"
        return setting(name, float(f"{value:.3g}"))

    def summary(self) -> dict[str, Any]:
        """The content of `tip.json`: plain Python, None for what is undefined."""
        names = ("p5", "p25", "p50", "p75", "p95")
        return {
            **self.question.content("break-even", self.failed),
            "x": {**self.axis.identity, "unit": self.axis.unit},
            "value": self.value,
            "crossings": [
                {
                    "value": one.value,
                    "before": one.before,
                    "share_before": one.share_before,
                    "share": one.share,
                    "direction": "rises" if one.rises else "falls",
                }
                for one in self.crossings
            ],
            "interval": self._interval(),
            "own_crossings": self._passages(),
            "share": [plain(value) for value in self.share],
            "defined": [plain(value) for value in self.defined],
            "quantiles": {name: [plain(value) for value in self.levels[:, place]] for place, name in enumerate(names)},
            "notes": self.question.daring,
            "finding": self.finding,
        }

    def _interval(self) -> dict[str, Any] | None:
        """The interval of the first crossing as JSON has it."""
        if self.interval is None:
            return None if not self.too_few else {"too_few_futures": True}
        one = self.interval
        ends = {
            name: {"value": plain(end), "where": _where(end)} for name, end in (("low", one.low), ("high", one.high))
        }
        shares = {"passed_at_low": one.below, "never_passed": one.never}
        return {"confidence": CONFIDENCE, **ends, **shares, "resamples": RESAMPLES}

    def _passages(self) -> dict[str, Any] | None:
        """The 90% range over futures as JSON has it."""
        if self.passages is None or not self.passages.values.size:
            return None
        values = self.passages.values
        told: dict[str, Any] = {}
        for name, probability in (("p5", 0.05), ("p50", 0.5), ("p95", 0.95)):
            value = self.passages.quantile(probability)
            told[name] = {"value": plain(value), "where": _where(value)}
        return told | {
            "passed_at_low": float((values == -math.inf).mean()),
            "never_passed": float((values == math.inf).mean()),
            "return": self.passages.returns / len(values),
            "futures": len(values),
            "left_out": self.passages.left_out,
        }


def _where(value: float) -> str:
    return INSIDE if math.isfinite(value) else BELOW if value < 0.0 else ABOVE


# ---------------------------------------------------------------------------------------------------- searching


def make_break_even(question: Question, progress: Progress | None) -> BreakEven:
    """Try a coarse grid, then narrow down every crossing, and each future's own, by bisection on the same draws."""
    (axis,) = question.axes
    worlds = question.worlds(progress)
    grid = axis.values
    rows = worlds.at_every_draw({axis.name: grid})
    values = rows.effect if question.output.effect else rows.level
    if not np.isfinite(values).any():
        raise question.undefined()
    share, _ = shares(question, values)
    states = states_of(question, values)
    crossings = crossings_on(grid, share)
    passages, interval, maybe = None, None, 0.0
    if crossings:
        rises = crossings[0].rises
        crossings, steps = Search(question, worlds, values, crossings).run()
        known = (states != UNDEFINED).all(axis=0)
        later = np.maximum.accumulate(passed := (states == BEYOND) == rises, axis=0)
        returns = int(((later & ~passed).any(axis=0) & known).sum())
        passages = Passages(steps.passages(rises)[known], returns, int((~known).sum()))
        if question.settings.draws >= FUTURES:
            interval = steps.interval(rises)
    elif question.settings.draws >= FUTURES:
        maybe = share_that_crosses(states)
    worlds.finish()
    return BreakEven(question, values, crossings, passages, interval, maybe, int(rows.failed.sum()))
