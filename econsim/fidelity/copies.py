"""Published copies as arrays: scores of teacher, copy and base, and what the copier's samples covered."""

from __future__ import annotations

import functools
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from econsim.evidence import teacher_student

REASONING = ("math", "code", "sci", "logic", "reasoning")
STYLE = "style"  # how answers look, not what they achieve
GROUPS = ("published", "near", "far")
"""A benchmark published with the release of the copy; one of a family in which some were; any other."""


@dataclass(frozen=True)
class Copies:
    """Rows of scores, one a pair of teacher and student and a benchmark; arrays (row,).

    teacher, student, base, chance : scores in points; base NaN where it is not known
    size, samples                  : parameters of the student, samples it was fine-tuned on; NaN where not known
    difficulty                     : of the benchmark, in [0, 1]
    group                          : see `GROUPS`
    """

    pair: np.ndarray
    benchmark: np.ndarray
    teacher: np.ndarray
    student: np.ndarray
    base: np.ndarray
    chance: np.ndarray
    size: np.ndarray
    samples: np.ndarray
    difficulty: np.ndarray
    group: np.ndarray

    def __len__(self) -> int:
        return len(self.teacher)

    def at(self, rows: np.ndarray) -> Copies:
        """The rows chosen by index or by truth."""
        return Copies(*(getattr(self, one.name)[rows] for one in fields(self)))


def family(domain: str) -> str:
    """What a domain belongs to: reasoning taken together, the others each by itself, in any language."""
    stem = domain.removesuffix("-ml")
    return "reasoning" if stem in REASONING else stem


@functools.cache
def published_scores() -> pd.DataFrame:
    """The rows of evidence that a law of capability can be held against, with `pair`, `family` and `group` added.

    Left out: measures of style, comparisons of two copies, and teachers that do no better than chance.
    """
    rows = teacher_student()
    rows = rows[(rows["pair_type"] == "teacher_student") & (rows["domain"] != STYLE)]
    rows = rows[rows["teacher_score"] > rows["chance"]].copy()
    rows["pair"] = rows["teacher"] + " → " + rows["student"]
    rows["family"] = [family(domain) for domain in rows["domain"]]
    measured = rows["measured"].astype(bool)
    released = set(zip(rows["pair"][measured], rows["family"][measured], strict=True))
    akin = [pair in released for pair in zip(rows["pair"], rows["family"], strict=True)]
    rows["group"] = np.where(measured, "published", np.where(akin, "near", "far"))
    return rows.reset_index(drop=True)


def as_copies(rows: pd.DataFrame) -> Copies:
    """Arrays of rows of `published_scores`."""

    def numbers(column: str) -> np.ndarray:
        return rows[column].to_numpy(dtype=float, na_value=np.nan)

    return Copies(
        pair=rows["pair"].to_numpy(dtype=str),
        benchmark=rows["benchmark"].to_numpy(dtype=str),
        teacher=numbers("teacher_score"),
        student=numbers("student_score"),
        base=numbers("base_score"),
        chance=numbers("chance"),
        size=numbers("student_params_B") * 1e9,
        samples=numbers("copy_samples"),
        difficulty=numbers("difficulty"),
        group=rows["group"].to_numpy(dtype=str),
    )


def known_base() -> Copies:
    """Copies whose base, size and number of samples are known: what `refinement` is fitted to."""
    copies = as_copies(published_scores())
    return copies.at(np.isfinite(copies.base) & np.isfinite(copies.size) & np.isfinite(copies.samples))


def well_covered(least: int = 4) -> Copies:
    """Copies of pairs with at least so many benchmarks, so that one can be left out."""
    copies = as_copies(published_scores())
    names, counts = np.unique(copies.pair, return_counts=True)
    return copies.at(np.isin(copies.pair, names[counts >= least]))
