"""Break-even: where along one parameter or lever half of the futures pass a threshold."""

from __future__ import annotations

import functools
import itertools
import math
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from econsim.findings import futures
from econsim.results import QUANTILES
from econsim.studies.tipping_axes import STEPS
from econsim.studies.tipping_question import Question, quantiles, shares
from econsim.studies.tipping_words import amount, plain, setting
from econsim.studies.tipping_worlds import CommonDraws, Progress

HALF = 0.5
BELOW, INSIDE, ABOVE = "below the range", "in the range", "above the range"


class Crossing(NamedTuple):
    """Two values close together between which the share of futures beyond the threshold passes one half.

    rises : whether at least half are beyond at `value` and fewer at `before`; else the other way round
    """

    before: float
    value: float
    share_before: float
    share: float
    rises: bool


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
    failed    : futures of the coarse grid that could not be solved
    """

    def __init__(
        self,
        question: Question,
        values: np.ndarray,
        crossings: list[Crossing],
        passages: Passages | None,
        failed: int,
    ):
        """values : (value, draw) of the output."""
        self.question, (self.axis,) = question, question.axes
        self.share, self.defined = shares(question, values)
        self.levels = quantiles(values, QUANTILES)
        self.crossings, self.passages, self.failed = crossings, passages, failed
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

    def table(self) -> pd.DataFrame:
        """One row a value of the coarse grid: the value under its name, share, defined, p5 … p95 of the output."""
        columns = {self.axis.name: self.axis.values, "share": self.share, "defined": self.defined}
        for place, name in enumerate(("p5", "p25", "p50", "p75", "p95")):
            columns[name] = self.levels[:, place]
        return pd.DataFrame(columns)

    # ------------------------------------------------------------------------------------------------ in words

    @functools.cached_property
    def finding(self) -> str:
        """Where half of the futures pass the threshold, or that they do not, with the shares that say so."""
        asked, name = self.question, self.axis.name
        failed = asked.no_finding(self.failed, self.futures)
        if failed:
            return failed
        what = f"{asked.output_words} is {asked.beyond_words}"
        ends = self._ends()
        if not self.crossings:
            known = np.isfinite(self.share)
            side = "at least" if bool((self.share[known] >= HALF).all()) else "fewer than"
            where = "" if known.all() else " where it is defined"
            return (
                f"No break-even: {what} in {side} half of the futures at every value of {name} that was tried{where}, "
                f"{ends}."
            )
        told = [self._crossing_words(one) for one in self.crossings]
        if len(told) == 1:
            one = self.crossings[0]
            count = "at least" if one.rises else "fewer than"
            return f"In {count} half of the futures {what} once {name} passes {told[0]}{self._range_words()}; {ends}."
        return (
            f"The share of futures in which {what} passes one half {len(told)} times along {name}: "
            f"{'; '.join(told)}{self._range_words()}; {ends}."
        )

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
        return f"{low} and {high}"

    def _median_words(self, levels: np.ndarray) -> str:
        if not math.isfinite(levels[2]):
            return ""
        return f" (median {amount(float(levels[2]), self.question.output.unit)})"

    def _range_words(self) -> str:
        if self.passages is None or not self.passages.values.size:
            return ""
        ends = [self._passage_words(self.passages.quantile(probability)) for probability in (0.05, 0.95)]
        first = "" if len(self.crossings) == 1 else "first "
        return f" (each future's own {first}crossing: 90% range {ends[0]} to {ends[1]})"

    def _passage_words(self, value: float) -> str:
        name = self.axis.name
        if value == -math.inf:
            return f"at or below {setting(name, self.axis.low)}"
        if value == math.inf:
            return f"never up to {setting(name, self.axis.high)}"
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
            "own_crossings": self._passages(),
            "share": [plain(value) for value in self.share],
            "defined": [plain(value) for value in self.defined],
            "quantiles": {name: [plain(value) for value in self.levels[:, place]] for place, name in enumerate(names)},
            "notes": self.question.daring,
            "finding": self.finding,
        }

    def _passages(self) -> dict[str, Any] | None:
        """The 90% range over futures as JSON has it."""
        if self.passages is None or not self.passages.values.size:
            return None
        values = self.passages.values
        told: dict[str, Any] = {}
        for name, probability in (("p5", 0.05), ("p50", 0.5), ("p95", 0.95)):
            value = self.passages.quantile(probability)
            where = INSIDE if math.isfinite(value) else BELOW if value < 0.0 else ABOVE
            told[name] = {"value": plain(value), "where": where}
        return told | {
            "passed_at_low": float((values == -math.inf).mean()),
            "never_passed": float((values == math.inf).mean()),
            "return": self.passages.returns / len(values),
            "futures": len(values),
            "left_out": self.passages.left_out,
        }


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
    crossings = [
        Crossing(float(grid[place]), float(grid[place + 1]), float(one), float(other), bool(other >= HALF))
        for place, (one, other) in enumerate(itertools.pairwise(share))
        if np.isfinite(one) and np.isfinite(other) and (one >= HALF) != (other >= HALF)
    ]
    passages = None
    if crossings:
        crossings, passages = _Search(question, worlds, values, crossings).run()
    worlds.finish()
    return BreakEven(question, values, crossings, passages, int(rows.failed.sum()))


class _Search:
    """Bisection of crossings, and of every future's own passage beside them, so that chunks are full."""

    def __init__(self, question: Question, worlds: CommonDraws, values: np.ndarray, crossings: list[Crossing]):
        self.question, self.worlds, self.crossings = question, worlds, crossings
        (self.axis,) = question.axes
        self.draws = values.shape[-1]
        self.rises = crossings[0].rises
        known = np.isfinite(values).all(axis=0)
        passed = question.beyond(values) == self.rises
        first = passed.argmax(axis=0)
        self.never, self.already = ~passed.any(axis=0) & known, passed[0] & known
        self.left_out = int((~known).sum())
        later = np.cumsum(passed, axis=0) > 0
        self.returns = int(((later & ~passed).any(axis=0) & known).sum())
        self.known = known
        self.moving = np.flatnonzero(known & ~self.never & ~self.already)
        grid = self.axis.values
        self.before, self.after = grid[first[self.moving] - 1].copy(), grid[first[self.moving]].copy()

    def run(self) -> tuple[list[Crossing], Passages]:
        """The crossings narrowed down, and every future's own."""
        rounds = max(1, math.ceil(math.log2(STEPS / (len(self.axis.values) - 1))))
        a_round = len(self.crossings) * self.draws + len(self.moving)
        self.worlds.expect(rounds * a_round * self.worlds.worlds_at_a_setting)
        for turn in range(rounds + 2):  # shortened middles may take a round more
            if not self._round(own=turn < rounds):
                break
        values = np.full(self.draws, np.nan)
        values[self.never], values[self.already] = np.inf, -np.inf
        values[self.moving] = self.after
        return self.crossings, Passages(values[self.known], self.returns, self.left_out)

    def _round(self, own: bool) -> bool:
        """One halving of everything that can be halved; whether anything could."""
        middles = [self.axis.between(one.before, one.value) for one in self.crossings]
        shared = [middle for middle in middles if middle is not None]
        halfway = self.axis.halfway(self.before, self.after)
        open_ends = (halfway < self.after) & (halfway > self.before) if own else np.zeros(len(halfway), dtype=bool)
        numbers = np.concatenate([np.tile(np.arange(self.draws), len(shared)), self.moving[open_ends]])
        if not numbers.size:
            return False
        settings = np.concatenate([np.repeat(np.array(shared), self.draws), halfway[open_ends]])
        rows = self.worlds.at({self.axis.name: settings}, numbers.astype(int), expected=True)
        values = rows.effect if self.question.output.effect else rows.level
        common = values[: len(shared) * self.draws].reshape(len(shared), self.draws)
        found = iter(shares(self.question, common)[0].tolist()) if shared else iter(())
        self.crossings = [
            one if middle is None else _narrowed(one, middle, next(found))
            for one, middle in zip(self.crossings, middles, strict=True)
        ]
        here = values[len(shared) * self.draws :]
        passed = np.isfinite(here) & (self.question.beyond(here) == self.rises)
        places = np.flatnonzero(open_ends)
        self.after[places[passed]] = halfway[places[passed]]
        self.before[places[~passed]] = halfway[places[~passed]]
        return True


def _narrowed(one: Crossing, middle: float, share: float) -> Crossing:
    """The half of a bracket in which the share still passes one half; what is undefined has not passed."""
    if math.isfinite(share) and (share >= HALF) == one.rises:
        return one._replace(value=middle, share=share)
    return one._replace(before=middle, share_before=share)
