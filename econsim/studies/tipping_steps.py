"""Each future as a step function along an axis, and how well a sample of futures knows where half of them pass."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

HALF = 0.5
CONFIDENCE = 0.95
RESAMPLES = 2000
AT_ONCE = 4_000_000  # numbers of resamples that are held at a time
BEYOND, SHORT, UNDEFINED = 1, 0, -1


class Interval(NamedTuple):
    """How well the draws know a break-even.

    low, high : ends; -inf where it is passed at the lowest value already, inf where it is not passed in the range
    below, never : shares of resamples in which it is so
    """

    low: float
    high: float
    below: float
    never: float


class Steps:
    """Where each future stands along an axis, by all that was tried in it: between two values it is as at the lower.

    values : (probe,) places on the axis
    draws  : (probe,) which future, from 0; every one of them at least once
    states : (probe,) BEYOND the threshold, SHORT of it or UNDEFINED
    """

    def __init__(self, values: np.ndarray, draws: np.ndarray, states: np.ndarray):
        order = np.lexsort((values, draws))
        values, draws, states = values[order], draws[order], states[order].astype(int)
        self.count = int(draws[-1]) + 1
        first = np.append(True, draws[1:] != draws[:-1])
        self.start = states[first]
        changed = np.append(False, states[1:] != states[:-1]) & ~first
        before, after = states[np.flatnonzero(changed) - 1], states[changed]
        in_order = np.argsort(values[changed], kind="stable")
        self.place, self.draw = values[changed][in_order], draws[changed][in_order]
        self.before, self.after = before[in_order], after[in_order]

    def passages(self, rises: bool) -> np.ndarray:
        """(future,) the first value at which each has passed, that is: is beyond, or short where `rises` is false.

        -inf where it has at the lowest value already, inf where it does at none
        """
        passed = BEYOND if rises else SHORT
        found = np.full(self.count, np.inf)
        for place in np.flatnonzero(self.after == passed)[::-1]:  # the first of each future is written last
            found[self.draw[place]] = self.place[place]
        return np.where(self.start == passed, -np.inf, found)

    def break_even(self, weights: np.ndarray, rises: bool) -> np.ndarray:
        """The first value at which half have passed, for samples in which futures count with weights.

        weights : (sample, future)
        returns : (sample,), infinite as in `passages`
        """
        defined, beyond = weights @ (self.start != UNDEFINED), weights @ (self.start == BEYOND)
        at_low = _passed(beyond, defined, rises)
        if not self.place.size:
            return np.where(at_low, -np.inf, np.inf)
        moved = weights[:, self.draw]
        more = (self.after == BEYOND).astype(float) - (self.before == BEYOND)
        known = (self.after != UNDEFINED).astype(float) - (self.before != UNDEFINED)
        beyond = beyond[:, None] + np.cumsum(moved * more, axis=1)
        defined = defined[:, None] + np.cumsum(moved * known, axis=1)
        passed = _passed(beyond, defined, rises)
        passed[:, :-1] &= self.place[1:] > self.place[:-1]  # changes at one value count together
        found = np.where(passed.any(axis=1), self.place[passed.argmax(axis=1)], np.inf)
        return np.where(at_low, -np.inf, found)

    def interval(self, rises: bool, seed: int = 0) -> Interval:
        """The bootstrap interval of the break-even: futures are drawn again, whole, with all that is known of them.

        Nothing is rerun: a sample's share at any value follows from its futures' steps. Efron and Tibshirani (1993),
        ch. 13: percentiles, as order statistics, so that an end may lie outside the range.
        """
        found = np.concatenate(
            [self.break_even(weights, rises) for weights in _resampled(self.count, len(self.place), seed)]
        )
        tail = (1.0 - CONFIDENCE) / 2.0
        low, high = (float(np.quantile(found, p, method="inverted_cdf")) for p in (tail, 1.0 - tail))
        return Interval(low, high, float((found == -np.inf).mean()), float((found == np.inf).mean()))


def share_that_crosses(states: np.ndarray, seed: int = 0) -> float:
    """The share of resamples in which half of the futures pass somewhere on a grid.

    states : (value, future) BEYOND, SHORT or UNDEFINED
    """
    count = states.shape[1]
    crossed, total = 0, 0
    for weights in _resampled(count, states.shape[0], seed):
        beyond, defined = weights @ (states == BEYOND).T, weights @ (states != UNDEFINED).T
        passed = _passed(beyond, defined, True)
        crossed += int((passed.any(axis=1) & ~passed.all(axis=1)).sum())
        total += len(weights)
    return crossed / total


def _passed(beyond: np.ndarray, defined: np.ndarray, rises: bool) -> np.ndarray:
    """Where half have passed, of those that are defined; nowhere where none is."""
    at_least_half = beyond >= HALF * defined
    return (at_least_half == rises) & (defined > 0.0)


def _resampled(count: int, columns: int, seed: int) -> Iterator[np.ndarray]:
    """How often each of `count` futures is drawn, in RESAMPLES samples of as many, a few samples at a time."""
    generator = np.random.default_rng(seed)
    size = max(1, min(RESAMPLES, AT_ONCE // max(count, columns, 1)))
    even = np.full(count, 1.0 / count)
    for start in range(0, RESAMPLES, size):
        yield generator.multinomial(count, even, size=min(size, RESAMPLES - start)).astype(float)
