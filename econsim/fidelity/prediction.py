"""`predict`: what a copy would score, for any teacher and any base, listed or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from econsim.arrays import NUMPY
from econsim.errors import Problem
from econsim.fidelity import inputs, typical_base
from econsim.fidelity.budgets import Prices, checked_prices
from econsim.fidelity.exams import half_width
from econsim.fidelity.profile import levels, refined_bands, retained
from econsim.fidelity.spectra import samples_of
from econsim.fidelity.text import count, dollars, percent, points
from econsim.rules.fidelity import refinement
from econsim.rules.fidelity.refinement import ACCESS, COMMON_BANDS, FITTED, SMALL

LEVEL = 0.9
NEAR_THE_STEP = 1.5  # within this factor of `SMALL` a prediction says what the other side of it would give
Scores = float | str | Mapping[str, float]


@dataclass(frozen=True)
class Prediction:
    """What a copy would score.

    benchmarks : data frame, one row a benchmark: benchmark, teacher, base, base_known, difficulty, coverage, group,
                 bits, score, low, high (a 90% interval), retention (share of the teacher's score), interval_rows,
                 interval_pairs
    bands      : data frame, one row a band of the capability spectrum; see `econsim.fidelity.spectrum`
    visible    : share of the teacher's level that benchmarks would find in the copy, across the modelled bands of tasks
    hidden     : share of it that deployment would meet
    rate       : bits of a band that is fully covered and not hard
    other_side : score, were the student on the other side of the size at which the law's slope changes; None where it
                 is not near that size, or where that makes no difference
    """

    student_size: float
    samples: float
    dollars: float
    access: str
    benchmarks: pd.DataFrame
    bands: pd.DataFrame
    visible: float
    hidden: float
    rate: float
    other_side: float | None = None

    @property
    def score(self) -> float:
        """Predicted score in points, the mean over benchmarks if there are several."""
        return float(self.benchmarks["score"].mean())

    @property
    def retention(self) -> float:
        """Share of the teacher's score that is kept, over all benchmarks."""
        return float(self.benchmarks["score"].sum() / self.benchmarks["teacher"].sum())

    @property
    def finding(self) -> str:
        """The prediction in words."""
        table = self.benchmarks
        what = (
            f"A copy with {count(self.student_size)} parameters, made from {count(self.samples)} samples (about "
            f"{dollars(self.dollars)}), would keep {percent(self.visible)} of the teacher's level where benchmarks "
            f"look and {percent(self.hidden)} of it where deployment goes"
        )
        if len(table) == 1:
            row = table.iloc[0]
            scored = (
                f"on {row['benchmark']} it would score {points(row['score'])} (90% interval {points(row['low'])} to "
                f"{points(row['high'])}) against the teacher's {points(row['teacher'])}, "
                f"{percent(row['retention'])} of the teacher's score"
            )
        else:
            best, worst = (table.loc[table["retention"].agg(end)] for end in ("idxmax", "idxmin"))
            scored = (
                f"over {len(table)} benchmarks it would keep {percent(self.retention)} of the teacher's scores, most "
                f"of {best['benchmark']} ({percent(best['retention'])}), least of {worst['benchmark']} "
                f"({percent(worst['retention'])})"
            )
        return f"{what}; {scored}."

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the numbers has to know."""
        told = []
        if not self.benchmarks["base_known"].all():
            told.append(
                "Where no base was given, that of a typical model of this size stands in; that alone can be some "
                "fifteen points off."
            )
        if self.other_side is not None:
            told.append(
                f"The law counts samples for more in students up to {count(SMALL)} parameters than in larger ones, in "
                f"a step: by the slope of the other side this copy would score {points(self.other_side)}, not "
                f"{points(self.score)}. It says little about students of either side beside each other."
            )
        if self.access != "trace":
            told.append(
                "No copy made in this way with a known base is among the published scores: the bits that it adds are "
                "an assumption, and the intervals are those of copies from answers."
            )
        return tuple(told)

    def summary(self) -> dict[str, Any]:
        """Plain Python, as `--json` shows it."""
        return {
            "student_size": self.student_size,
            "samples": self.samples,
            "dollars": self.dollars,
            "access": self.access,
            "rate_bits": self.rate,
            "visible_retention": self.visible,
            "hidden_retention": self.hidden,
            "benchmarks": self.benchmarks.to_dict("records"),
            "bands": self.bands.to_dict("records"),
            "finding": self.finding,
            "notes": list(self.notes),
        }

    def tables(self) -> dict[str, pd.DataFrame]:
        """Everything as data frames, by name."""
        return {"benchmarks": self.benchmarks, "bands": self.bands}


def predict(
    teacher: Scores,
    base: Scores | None = None,
    student_size: float = refinement.REFERENCE_SIZE,
    samples: float | None = None,
    covered: bool | float | str | Iterable[str] = True,
    *,
    budget: float | None = None,
    access: str = "trace",
    benchmark: str | None = None,
    difficulty: float | None = None,
    prices: Prices | None = None,
    covered_bands: int = COMMON_BANDS,
) -> Prediction:
    """What a copy of a teacher would score, by the law of refinement as fitted to published copies.

    teacher       : score in points, benchmark -> points, or the name of a listed teacher
    base          : the same for the model that the student starts from; None: a typical one of that size
    student_size  : parameters of the student
    samples       : that it is fine-tuned on
    covered       : what the samples are about: all (true), nothing that is asked (false), a weight between 0 and 1,
                    or names of benchmarks or subjects ("math", "code", "sci", …)
    budget        : $ in place of samples, at `prices`
    access        : `trace` (from answers), `on_policy` or `logit`
    benchmark     : its name, where the teacher's score is a number; or which one of a listed teacher
    difficulty    : in [0, 1]; default: that of a listed benchmark, else one less the teacher's share of points
    covered_bands : common bands of the spectrum that samples fall on, of 16
    raises        : InputError, naming everything that is wrong

    The interval comes from errors on pairs that the law had not seen; see `docs/fidelity.md`. Scores of a copy under a
    teacher that is behind the base are the base's own.
    """
    problems: list[Problem] = []
    teachers = inputs.scores(problems, "teacher", teacher, "teacher", benchmark)
    bases = {} if base is None else inputs.scores(problems, "base", base, "base_name", None)
    size = inputs.number(problems, "student_size", student_size, *inputs.SIZES, "1e6 to 1e13 parameters, such as 32e9")
    at = checked_prices(problems, prices)
    made_from = samples_of(problems, samples, budget, size, at)
    way = inputs.access_mode(problems, access)
    bands = inputs.checked_bands(problems, covered_bands)
    if difficulty is not None:
        inputs.number(problems, "difficulty", difficulty, 0.0, 1.0, "0 to 1")
    if len(teachers) > 1 and difficulty is not None:
        problems.append(Problem("difficulty", "is for one benchmark, and the teacher has several"))
    if isinstance(base, int | float | np.integer | np.floating) and not isinstance(base, bool) and len(teachers) > 1:
        problems.append(Problem("base", "is one score, and the teacher has several", repr(base), "a mapping, a name"))
    bases = _matched(problems, base, bases, teachers)
    weight_of = inputs.coverage_of(problems, covered, teachers, FITTED.near_coverage)
    inputs.refuse(problems)

    known = inputs.known_benchmarks()
    rate = float(refinement.rate(size, made_from, ACCESS[way], FITTED, NUMPY))
    step = _step(size, made_from, ACCESS[way])
    rows, other_side = [], []
    for name, score in teachers.items():
        hard = (
            difficulty if difficulty is not None else known[name].difficulty if name in known else 1.0 - score / 100.0
        )
        coverage = weight_of(name) if way == "trace" else 1.0
        start = bases.get(name)
        at_base = start if start is not None else score * float(typical_base.share(hard, size))
        rows.append(_row(name, score, at_base, start is not None, hard, coverage, rate, way))
        other_side.append(_row(name, score, at_base, start is not None, hard, coverage, rate + step, way)["score"])
    table = pd.DataFrame(rows)
    spread = levels(
        size,
        table["teacher"].to_numpy(float),
        np.where(table["base_known"], table["base"], np.nan),
        table["difficulty"].to_numpy(float),
    )
    profile = refined_bands(spread, rate, bands, way)
    cost = made_from * at.of_sample(size)
    seen, met = retained(profile, "measured"), retained(profile, "deployed")
    beyond = float(np.mean(other_side)) if abs(np.mean(other_side) - table["score"].mean()) >= 0.05 else None
    return Prediction(size, made_from, cost, way, table, profile, seen, met, rate, beyond)


def _step(size: float, samples: float, extra: float) -> float:
    """Bits that a student near the size at which the slope changes would gain on the other side of it; else 0."""
    if not SMALL / NEAR_THE_STEP <= size <= SMALL * NEAR_THE_STEP:
        return 0.0
    below, above = (
        float(refinement.rate(at, samples, extra, FITTED, NUMPY)) for at in (SMALL, np.nextafter(SMALL, np.inf))
    )
    return above - below if size <= SMALL else below - above


def _matched(problems: list[Problem], given: Any, bases: dict[str, float], teachers: Mapping[str, float]) -> dict:
    """Bases under the names that the teacher's scores have."""
    if isinstance(given, int | float | np.integer | np.floating) and len(teachers) == 1 and len(bases) == 1:
        return dict(zip(teachers, bases.values(), strict=True))
    if isinstance(given, Mapping):
        for name in bases:
            if teachers and name not in teachers:
                problems.append(inputs.unknown_name("base", name, teachers, kind="benchmark of the teacher"))
    return bases


def _row(
    name: str, teacher: float, base: float, known: bool, difficulty: float, coverage: float, rate: float, access: str
) -> dict[str, Any]:
    bits = float(refinement.band_bits(rate, coverage, difficulty, FITTED, NUMPY))
    wear = FITTED.interference if access == "trace" else 0.0
    score = float(refinement.copied_score(teacher, base, bits, wear, NUMPY))
    group = "published" if coverage == 1.0 else "near" if coverage > 0.0 else "far"
    width, rows, pairs = half_width(group, LEVEL)
    return {
        "benchmark": name,
        "teacher": teacher,
        "base": base,
        "base_known": known,
        "difficulty": difficulty,
        "coverage": coverage,
        "group": group,
        "bits": bits,
        "score": score,
        "low": max(score - width, 0.0),
        "high": min(score + width, 100.0),
        "retention": score / teacher if teacher > 0.0 else float("nan"),
        "interval_rows": rows,
        "interval_pairs": pairs,
    }


__all__ = ["Prediction", "predict"]
