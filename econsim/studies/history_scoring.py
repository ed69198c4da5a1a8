"""How well draws agree with facts: distances, weights, ranges, and scores beside two naive forecasts.

Distances are in units of the observation's own uncertainty: half the fact's range is taken for a 90% half-width. The
weight of a draw is the density of that distance under the model's own error (Wilkinson 2013: approximate Bayesian
computation is exact for a model that is wrong by its kernel). The error has heavy tails (Student's t with 4 degrees),
so that a fact which the model cannot reach does not drag every parameter after it, and its scale is the smallest with
which enough draws keep a say (Del Moral, Doucet and Jasra 2012).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from econsim.evidence.history_facts import HistoryFact

NORMAL_90 = 1.6449  # half-width of a 90% interval in standard deviations
DEGREES = 4.0  # of the error's t distribution
UNDEFINED, WRONG_SIGN = 3.0, 2.0  # distance of a draw in which a measure is not defined, or has the wrong sign
LEVEL = 0.1  # of the intervals: 90%
SIGN_SET = 0.1  # a 90% set leaves an outcome out if it has this probability or less


def on_axis(fact: HistoryFact, values: np.ndarray | float) -> np.ndarray:
    """Values of a fact's measure on the axis on which its distances are measured."""
    with np.errstate(all="ignore"):
        return np.log(values) if fact.scale == "log" else np.asarray(values, dtype=float)


def half_width(fact: HistoryFact) -> float:
    """Half the range in which the observation may lie, on the fact's axis; not for signs."""
    assert fact.low is not None and fact.high is not None
    return float(on_axis(fact, fact.high) - on_axis(fact, fact.low)) / 2.0


def right_sign(fact: HistoryFact, values: np.ndarray) -> np.ndarray:
    """Whether draws have the direction that was observed; (draw,) bool."""
    return values > fact.low if fact.low is not None else values < fact.high


def distance(fact: HistoryFact, values: np.ndarray) -> np.ndarray:
    """How far draws are from a fact, in standard deviations of the observation; (draw,)."""
    if fact.kind == "sign":
        return np.where(right_sign(fact, values), 0.0, WRONG_SIGN)
    off = (on_axis(fact, values) - on_axis(fact, fact.value)) / (half_width(fact) / NORMAL_90)
    return np.where(np.isfinite(off), off, UNDEFINED)


def weights(distances: np.ndarray, log_density: np.ndarray, enough: float) -> tuple[np.ndarray, float]:
    """Weights of draws, and the scale of the model's error beside the observations'.

    distances   : (fact, draw)
    log_density : (draw,) log of the density that the draws come from, relative to the prior
    enough      : effective sample size to keep; the scale is the smallest, and at least 1, that keeps it
    returns     : (draw,) adding to one
    """

    def at(scale: float) -> np.ndarray:
        power = -0.5 * (DEGREES + 1.0)
        logs = power * np.log1p((distances / scale) ** 2 / DEGREES).sum(axis=0) - log_density
        found = np.exp(logs - logs.max())
        return found / found.sum()

    low, high = 1.0, 64.0
    if effective_size(at(low)) >= enough:
        return at(low), low
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if effective_size(at(middle)) >= enough else (middle, high)
    return at(high), high


def effective_size(weight: np.ndarray) -> float:
    """How many equally weighted draws are worth as much (Kish 1965)."""
    return float(1.0 / (weight**2).sum())


def interval_score(low: float, high: float, observed: float) -> float:
    """Interval score of a 90% interval (Gneiting and Raftery 2007): its width, and 20 times what it misses by."""
    return (high - low) + 2.0 / LEVEL * (max(low - observed, 0.0) + max(observed - high, 0.0))


def naive_errors(facts: Sequence[HistoryFact], forecast: str) -> np.ndarray:
    """Errors of a naive forecast in half-widths of the facts; facts for which it says nothing are left out."""
    told = [(one, getattr(one, forecast)) for one in facts if getattr(one, forecast) is not None]
    return np.array([abs(float(on_axis(one, said) - on_axis(one, one.value))) / half_width(one) for one, said in told])


def naive_scores(known: Sequence[HistoryFact], held: Sequence[HistoryFact], forecast: str) -> np.ndarray:
    """Interval scores of a naive forecast on the facts held out, in their half-widths.

    Its interval is as wide as would have scored best on the facts that were known, which is generous.
    """
    errors, unseen = naive_errors(known, forecast), naive_errors(held, forecast)
    widths = np.unique(np.append(errors, 0.0))  # the best width is one of these: the score is linear between them
    missed = np.maximum(errors - widths[:, None], 0.0)
    best = widths[int(np.argmin((2.0 * widths[:, None] + 2.0 / LEVEL * missed).mean(axis=1)))]
    return 2.0 * best + 2.0 / LEVEL * np.maximum(unseen - best, 0.0)


def groups_of(facts: Sequence[HistoryFact], folds: int) -> list[list[int]]:
    """The facts dealt into folds, whole groups at a time, in the order of the file: facts that move together are left
    out together, so that none is forecast from its twin."""
    names = list(dict.fromkeys(one.group for one in facts))
    return [
        [place for place, one in enumerate(facts) if names.index(one.group) % folds == fold] for fold in range(folds)
    ]


def every_nth(facts: Sequence[HistoryFact], folds: int) -> list[list[int]]:
    """The facts dealt into folds one by one, in the order of the file."""
    return [list(range(fold, len(facts), folds)) for fold in range(folds)]
