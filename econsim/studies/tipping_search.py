"""Looking for break-evens: a coarse grid, then bisection of every crossing and of every future on the same draws."""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

import numpy as np

from econsim.studies.tipping_axes import STEPS
from econsim.studies.tipping_question import Question, shares
from econsim.studies.tipping_steps import BEYOND, HALF, SHORT, UNDEFINED, Steps
from econsim.studies.tipping_worlds import CommonDraws


class Crossing(NamedTuple):
    """Two values close together between which the share of futures beyond the threshold passes one half.

    rises : whether at least half are beyond at `value` and fewer at `before`; else the other way round
    """

    before: float
    value: float
    share_before: float
    share: float
    rises: bool


def crossings_on(grid: np.ndarray, share: np.ndarray) -> list[Crossing]:
    """The pairs of neighbouring values between which the share passes one half.

    grid, share : (value,)
    """
    return [
        Crossing(float(grid[place]), float(grid[place + 1]), float(one), float(other), bool(other >= HALF))
        for place, (one, other) in enumerate(itertools.pairwise(share))
        if np.isfinite(one) and np.isfinite(other) and (one >= HALF) != (other >= HALF)
    ]


def states_of(question: Question, values: np.ndarray) -> np.ndarray:
    """Which outputs are BEYOND the threshold, SHORT of it or UNDEFINED; any shape."""
    return np.where(np.isfinite(values), np.where(question.beyond(values), BEYOND, SHORT), UNDEFINED)


class Search:
    """Bisection of crossings, and of every future's own changes of side beside them, so that chunks are full.

    values : (value, draw) of the output on the coarse grid
    """

    def __init__(self, question: Question, worlds: CommonDraws, values: np.ndarray, crossings: list[Crossing]):
        self.question, self.worlds, self.crossings = question, worlds, crossings
        (self.axis,) = question.axes
        self.draws = values.shape[-1]
        grid, states = self.axis.values, states_of(question, values)
        numbers = np.arange(self.draws)
        self.probes = [(np.repeat(grid, self.draws), np.tile(numbers, len(grid)), states.ravel())]
        places, self.moving = np.nonzero(states[1:] != states[:-1])
        self.before, self.after = grid[places].copy(), grid[places + 1].copy()
        self.from_state = states[places, self.moving]

    def run(self) -> tuple[list[Crossing], Steps]:
        """The crossings narrowed down, and where each future stands along the axis."""
        rounds = max(1, math.ceil(math.log2(STEPS / (len(self.axis.values) - 1))))
        a_round = len(self.crossings) * self.draws + len(self.moving)
        self.worlds.expect(rounds * a_round * self.worlds.worlds_at_a_setting)
        for turn in range(rounds + 2):  # shortened middles may take a round more
            if not self._round(own=turn < rounds):
                break
        values, draws, states = (np.concatenate(parts) for parts in zip(*self.probes, strict=True))
        return self.crossings, Steps(values, draws, states)

    def _round(self, own: bool) -> bool:
        """One halving of everything that can be halved; whether anything could."""
        middles = [self.axis.between(one.before, one.value) for one in self.crossings]
        shared = [middle for middle in middles if middle is not None]
        halfway = self.axis.halfway(self.before, self.after)
        open_ends = (halfway < self.after) & (halfway > self.before) if own else np.zeros(len(halfway), dtype=bool)
        numbers = np.concatenate([np.tile(np.arange(self.draws), len(shared)), self.moving[open_ends]]).astype(int)
        if not numbers.size:
            return False
        settings = np.concatenate([np.repeat(np.array(shared), self.draws), halfway[open_ends]])
        rows = self.worlds.at({self.axis.name: settings}, numbers, expected=True)
        values = rows.effect if self.question.output.effect else rows.level
        states = states_of(self.question, values)
        self.probes.append((settings, numbers, states))
        in_common = len(shared) * self.draws
        found = iter(shares(self.question, values[:in_common].reshape(len(shared), self.draws))[0].tolist())
        self.crossings = [
            one if middle is None else _narrowed(one, middle, next(found))
            for one, middle in zip(self.crossings, middles, strict=True)
        ]
        places = np.flatnonzero(open_ends)
        unchanged = states[in_common:] == self.from_state[places]
        self.before[places[unchanged]] = halfway[places[unchanged]]
        self.after[places[~unchanged]] = halfway[places[~unchanged]]
        return True


def _narrowed(one: Crossing, middle: float, share: float) -> Crossing:
    """The half of a bracket in which the share still passes one half; what is undefined has not passed."""
    if math.isfinite(share) and (share >= HALF) == one.rises:
        return one._replace(value=middle, share=share)
    return one._replace(before=middle, share_before=share)
