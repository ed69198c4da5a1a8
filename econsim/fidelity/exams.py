"""Two exams for laws: pairs that they have not seen, and benchmarks that they have not seen."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from econsim.fidelity.copies import Copies, known_base, well_covered
from econsim.fidelity.fitting import LAWS_OF_PAIRS
from econsim.fidelity.seen_pairs import LAWS_OF_BENCHMARKS

FOLDS = 8  # of the benchmarks, in the order of their names


@dataclass(frozen=True)
class Exam:
    """What laws predicted for rows that they were not fitted to.

    asked     : what was left out, in words
    copies    : the rows
    predicted : law -> (row,) points
    """

    name: str
    asked: str
    copies: Copies
    predicted: dict[str, np.ndarray]

    def errors(self, law: str) -> np.ndarray:
        """Predicted less observed, (row,) points."""
        return self.predicted[law] - self.copies.student

    def by_row(self, law: str) -> float:
        """Mean absolute error over rows, points: pairs with many benchmarks count for more."""
        return float(np.abs(self.errors(law)).mean())

    def by_pair(self, law: str) -> float:
        """Mean over pairs of their mean absolute error, points: each pair counts once."""
        size = np.abs(self.errors(law))
        return float(np.mean([size[self.copies.pair == pair].mean() for pair in self.pairs]))

    @property
    def pairs(self) -> list[str]:
        return sorted(set(self.copies.pair.tolist()))


@functools.cache
def unseen_pairs(laws: tuple[str, ...] = tuple(LAWS_OF_PAIRS)) -> Exam:
    """Each pair with a known base in turn is predicted by laws fitted to the other pairs."""
    copies = known_base()
    predicted = {law: np.empty(len(copies)) for law in laws}
    for pair in sorted(set(copies.pair.tolist())):
        out = copies.pair == pair
        for law in laws:
            predicted[law][out] = LAWS_OF_PAIRS[law](copies.at(~out), copies.at(out))
    return Exam("unseen_pairs", "each pair with a known base in turn", copies, predicted)


@functools.cache
def unseen_benchmarks() -> Exam:
    """Each eighth of the benchmarks in turn is predicted from the others; every pair's level is known from them."""
    copies = well_covered()
    names, pairs = np.unique(copies.benchmark), np.unique(copies.pair)
    fold = np.searchsorted(names, copies.benchmark) % FOLDS
    predicted = {law: np.empty(len(copies)) for law in LAWS_OF_BENCHMARKS}
    for number in range(FOLDS):
        out = fold == number
        for law, form in LAWS_OF_BENCHMARKS.items():
            found = form.fit(copies.at(~out), pairs)
            predicted[law][out] = form.predict(*found, copies.at(out), pairs)
    return Exam("unseen_benchmarks", "each eighth of the benchmarks in turn", copies, predicted)


@functools.cache
def half_width(group: str, level: float = 0.9) -> tuple[float, int, int]:
    """How far off predictions of unseen pairs are at most, in so many of all cases.

    group   : of `copies.GROUPS`
    returns : half-width in points, and the rows and pairs that it rests on

    The quantile of absolute errors of pairs left out, with the correction for few rows that makes such an interval
    hold for the next row drawn like these (Barber, Candès, Ramdas and Tibshirani 2021, with pairs left out whole).
    """
    exam = unseen_pairs(("refinement",))
    chosen = exam.copies.group == group
    size = np.sort(np.abs(exam.errors("refinement")[chosen]))
    rank = min(int(np.ceil(level * (len(size) + 1))), len(size))
    return float(size[rank - 1]), len(size), len(set(exam.copies.pair[chosen].tolist()))
