"""`fit`: laws fitted to the published copies, and how far off they are where they have not looked."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

import econsim
from econsim.fidelity.copies import GROUPS, known_base
from econsim.fidelity.exams import Exam, half_width, unseen_benchmarks, unseen_pairs
from econsim.fidelity.fitting import fit_refinement
from econsim.fidelity.lessons import Lesson, lessons
from econsim.fidelity.text import percent
from econsim.rules.fidelity.refinement import FITTED, PLAUSIBLE, Constants

UNSEEN_LAWS: Mapping[str, str] = {
    "constant": "constant retention of .79",
    "constant_fitted": "constant retention, fitted",
    "base_alone": "the base, nothing gained",
    "constant_share_of_gap": "constant share of the gap to the teacher",
    "logistic": "logistic in teacher, size, samples",
    "logistic_with_base": "logistic in teacher, size, samples, base",
    "refinement_published_alone": "refinement, published benchmarks alone covered",
    "refinement": "refinement",
}
"""Law -> what it is, in words."""
SEEN_LAWS: Mapping[str, str] = {
    "constant": "constant retention, one a pair",
    "logistic": "logistic, one level a pair",
    "water_filling": "plain water-filling, one rate a pair",
    "refinement": "refinement, one rate a pair, the base where known",
}
SYMBOLS: Mapping[str, tuple[str, str]] = {
    "base_rate": ("β0", "bits"),
    "size_slope": ("z", "bits/decade"),
    "data_slope": ("e", "bits/decade"),
    "small_data_slope": ("e, ≤ 7B", "bits/decade"),
    "difficulty_slope": ("s", "bits"),
    "interference": ("φ_i", "share"),
    "near_coverage": ("w near", "share"),
}
CONSTANT_LAWS = ("constant", "constant_fitted")


class FidelityFit:
    """Laws fitted to the published copies.

    constants : of `refinement`, fitted to all rows with a known base
    pairs     : the exam of pairs left out
    benchmarks: the exam of benchmarks left out
    """

    def __init__(self, constants: Constants, left_out: list[Constants], pairs: Exam, benchmarks: Exam):
        self.constants = constants
        self._left_out = left_out
        self.pairs, self.benchmarks = pairs, benchmarks

    def __repr__(self) -> str:
        return f"<FidelityFit: {len(self.pairs.copies)} rows, {len(self.pairs.pairs)} pairs with a known base>"

    @functools.cached_property
    def identity(self) -> str:
        """Twelve hexadecimal digits: the same rows and version give the same."""
        held = [exam.copies.student.tolist() for exam in (self.pairs, self.benchmarks)]
        return hashlib.sha256(json.dumps([held, econsim.__version__]).encode()).hexdigest()[:12]

    @functools.cached_property
    def constants_table(self) -> pd.DataFrame:
        """Columns constant, symbol, unit, fitted, least, most (with any one pair left out), low, high (plausible)."""
        rows = []
        for place, (name, (_, low, high)) in enumerate(PLAUSIBLE.items()):
            others = [one[place] for one in self._left_out]
            rows.append((name, *SYMBOLS[name], self.constants[place], min(others), max(others), low, high))
        return pd.DataFrame(rows, columns=["constant", "symbol", "unit", "fitted", "least", "most", "low", "high"])

    @functools.cached_property
    def errors(self) -> pd.DataFrame:
        """Columns exam, law, words, by_row, by_pair (points), rows, pairs; the laws of an exam by their error."""
        rows = []
        for exam, words in ((self.pairs, UNSEEN_LAWS), (self.benchmarks, SEEN_LAWS)):
            for law in exam.predicted:
                sizes = (len(exam.copies), len(exam.pairs))
                rows.append((exam.name, law, words[law], exam.by_row(law), exam.by_pair(law), *sizes))
        frame = pd.DataFrame(rows, columns=["exam", "law", "words", "by_row", "by_pair", "rows", "pairs"])
        order = frame["exam"].map({self.pairs.name: 0, self.benchmarks.name: 1})
        return frame.assign(order=order).sort_values(["order", "by_pair"]).drop(columns="order").reset_index(drop=True)

    @functools.cached_property
    def rows(self) -> pd.DataFrame:
        """Every row of the exam of pairs: what was observed, and what refinement and the constant law predicted."""
        copies = self.pairs.copies
        return pd.DataFrame(
            {
                "pair": copies.pair,
                "benchmark": copies.benchmark,
                "group": copies.group,
                "teacher": copies.teacher,
                "base": copies.base,
                "observed": copies.student,
                "refinement": self.pairs.predicted["refinement"],
                "constant": self.pairs.predicted["constant"],
            }
        )

    @functools.cached_property
    def by_pair(self) -> pd.DataFrame:
        """Columns pair, rows, refinement, constant: mean absolute errors of pairs left out, largest first."""
        errors = self.rows.assign(
            refinement=(self.rows["refinement"] - self.rows["observed"]).abs(),
            constant=(self.rows["constant"] - self.rows["observed"]).abs(),
        )
        grouped = errors.groupby("pair", sort=False)
        table = grouped[["refinement", "constant"]].mean().assign(rows=grouped.size()).reset_index()
        return table[["pair", "rows", "refinement", "constant"]].sort_values("refinement", ascending=False)

    @functools.cached_property
    def intervals(self) -> pd.DataFrame:
        """Columns group, half_width (90%, points), rows, pairs."""
        rows = [(group, *half_width(group)) for group in GROUPS]
        return pd.DataFrame(rows, columns=["group", "half_width", "rows", "pairs"])

    @property
    def lessons(self) -> list[Lesson]:
        """What the rows say for and against."""
        return lessons()

    @property
    def advantage(self) -> float:
        """How much smaller refinement's error on unseen pairs is than the better constant law's, as a share."""
        best = min(self.pairs.by_pair(law) for law in CONSTANT_LAWS)
        return 1.0 - self.pairs.by_pair("refinement") / best

    @property
    def headline(self) -> str:
        """The main error in a line."""
        constant = min(self.pairs.by_pair(law) for law in CONSTANT_LAWS)
        return (
            f"On copies that it had not seen, refinement is {self.pairs.by_pair('refinement'):.1f} points off, the "
            f"best constant law {constant:.1f}"
        )

    @property
    def finding(self) -> str:
        """How the laws do, in words."""
        pairs, benchmarks = self.pairs, self.benchmarks
        constant = min(pairs.by_pair(law) for law in CONSTANT_LAWS)
        logistic = min(pairs.by_pair(law) for law in ("logistic", "logistic_with_base"))
        found, level, seen = (benchmarks.by_pair(law) for law in ("refinement", "constant", "logistic"))
        return (
            f"On pairs that it had not seen, with a known base, refinement is {pairs.by_pair('refinement'):.1f} points "
            f"off, {percent(self.advantage)} less than the best constant law ({constant:.1f}); the better of two "
            f"logistic laws is {logistic:.1f} off. Where the pair is known and the benchmark is not, refinement is "
            f"{found:.1f} points off, a logistic law {seen:.1f}, a constant one {level:.1f}."
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the numbers has to know."""
        copies = self.pairs.copies
        bound = [name for name, (_, low, high) in PLAUSIBLE.items() if getattr(self.constants, name) in (low, high)]
        large = max(self.pairs.pairs, key=lambda pair: int((copies.pair == pair).sum()))
        told = [
            "Errors are mean absolute errors in benchmark points, each pair counting once; sampling noise alone is 2 "
            "to 8 points.",
            f"{len(copies)} rows of {len(self.pairs.pairs)} pairs have a known base, size and number of samples; "
            f"{int((copies.pair == large).sum())} of the rows are of {large}. By row refinement is "
            f"{self.pairs.by_row('refinement'):.1f} points off, a constant law {self.pairs.by_row('constant'):.1f}.",
            "That reasoning benchmarks in any language are akin to published ones is our reading; without it "
            f"refinement is {self.pairs.by_pair('refinement_published_alone'):.1f} points off by pair and "
            f"{self.pairs.by_row('refinement_published_alone'):.1f} by row.",
        ]
        rest = self.by_pair[self.by_pair["pair"] != self.by_pair.loc[self.by_pair["constant"].idxmax(), "pair"]]
        told.append(
            "Without the pair on which the constant law fares worst, refinement is "
            f"{rest['refinement'].mean():.1f} points off and the constant law {rest['constant'].mean():.1f}."
        )
        if bound:
            told.append(f"At the edge of its plausible range: {', '.join(bound)}.")
        return tuple(told)

    def summary(self) -> dict[str, Any]:
        """Plain Python, as `--json` shows it."""
        return {
            "identity": self.identity,
            "version": econsim.__version__,
            "constants": dict(zip(Constants._fields, map(float, self.constants), strict=True)),
            "shipped": FITTED._asdict(),
            "advantage_over_constant": self.advantage,
            **{name: table.to_dict("records") for name, table in self.tables().items() if name != "rows"},
            "finding": self.finding,
            "notes": list(self.notes),
        }

    def tables(self) -> dict[str, pd.DataFrame]:
        """Everything as data frames, by name."""
        said = pd.DataFrame(
            [(one.name, one.speaks, one.says) for one in self.lessons], columns=["name", "speaks", "says"]
        )
        return {
            "errors": self.errors,
            "fitted": self.constants_table,
            "by_pair": self.by_pair,
            "intervals": self.intervals,
            "lessons": said,
            "rows": self.rows,
        }


@functools.cache
def fit() -> FidelityFit:
    """Fit the laws to the published copies, and examine them on pairs and on benchmarks left out.

    Robust least squares within plausible ranges, no randomness: the same numbers every time. Takes a few seconds.
    """
    copies = known_base()
    left_out = [fit_refinement(copies.at(copies.pair != pair)) for pair in np.unique(copies.pair)]
    return FidelityFit(fit_refinement(copies), left_out, unseen_pairs(), unseen_benchmarks())


__all__ = ["FidelityFit", "fit"]
