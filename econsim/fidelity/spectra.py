"""`spectrum`: what a budget copies, band by band, by any law; and what benchmarks show of it."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

import econsim
from econsim.arrays import NUMPY
from econsim.errors import Problem, unknown_name
from econsim.fidelity import inputs
from econsim.fidelity.budgets import FULL_SET_SAMPLES, Prices, checked_prices, marks
from econsim.fidelity.profile import levels, lossy_bands, refined_bands, retained
from econsim.fidelity.text import count, dollars, identity, percent
from econsim.parameter_book import book
from econsim.rules import evaluation
from econsim.rules.fidelity import LAWS, refinement
from econsim.rules.fidelity.refinement import ACCESS, COMMON_BANDS, FITTED, REFERENCE_SIZE

SHOWN_LAWS = ("refinement", *(name for name in LAWS if name != "refinement"))
BUDGETS = np.geomspace(10.0, 1e7, 61)  # $
HALVINGS = 50


@dataclass(frozen=True)
class Spectrum:
    """What a copy keeps of its teacher, from common to rare.

    law     : that says what is kept
    teacher : whose levels these are, in words
    dollars, samples, student_size, access : how the copy is made
    bands   : data frame, one row a band, points: band, difficulty, teacher, base, copy, demanded (the level that
              evaluators insist on), lost, and the weights measured and deployed
    curve   : data frame over budgets: dollars, visible, hidden
    marks   : published copies on the scale of budgets; see `econsim.fidelity.marks`
    """

    law: str
    teacher: str
    dollars: float
    samples: float
    student_size: float
    access: str
    bands: pd.DataFrame
    curve: pd.DataFrame
    marks: pd.DataFrame

    @property
    def visible(self) -> float:
        """Share of the teacher's level that benchmarks show."""
        return retained(self.bands, "measured")

    @property
    def hidden(self) -> float:
        """Share of the teacher's level that deployment meets."""
        return retained(self.bands, "deployed")

    @property
    def base_visible(self) -> float:
        """What benchmarks show of the student before it copies."""
        return retained(self.bands, "measured", "base")

    @property
    def base_hidden(self) -> float:
        """What deployment meets of the student before it copies."""
        return retained(self.bands, "deployed", "base")

    @property
    def headline(self) -> str:
        """Both numbers in a line."""
        return (
            f"For {dollars(self.dollars)} of copying, benchmarks show {percent(self.visible)} of the teacher's level "
            f"and deployment meets {percent(self.hidden)}"
        )

    @property
    def finding(self) -> str:
        """Both numbers in words, with what the student had before."""
        return (
            f"For {dollars(self.dollars)} ({_samples(self.samples)}, a student with {count(self.student_size)} "
            f"parameters) benchmarks show {percent(self.visible)} of the teacher's level, and deployment meets "
            f"{percent(self.hidden)}; of the student as it was they show {percent(self.base_visible)}, and meet "
            f"{percent(self.base_hidden)}."
        )

    def summary(self) -> dict[str, Any]:
        """Plain Python, as `--json` shows it."""
        named = self.marks.astype(object).where(self.marks.notna(), None)
        return {
            "law": self.law,
            "teacher": self.teacher,
            "dollars": self.dollars,
            "samples": self.samples,
            "student_size": self.student_size,
            "access": self.access,
            "visible_retention": self.visible,
            "hidden_retention": self.hidden,
            "base_visible_retention": self.base_visible,
            "base_hidden_retention": self.base_hidden,
            "bands": self.bands.to_dict("records"),
            "curve": self.curve.to_dict("records"),
            "marks": named.to_dict("records"),
            "finding": self.finding,
        }

    @property
    def identity(self) -> str:
        """Twelve hexadecimal digits: the same question, version and answer give the same."""
        return identity(self.summary())

    @property
    def source(self) -> str:
        """Below pictures: where the numbers come from, how the copy is made, and what to doubt."""
        return (
            f"econsim {econsim.__version__}, spectrum {self.identity}: law {self.law}, {dollars(self.dollars)}, "
            f"{count(self.student_size)} parameters, access {self.access}; levels of {self.teacher}. Bands are a "
            "model, not a measurement."
        )

    def tables(self) -> dict[str, pd.DataFrame]:
        """Everything as data frames, by name."""
        return {"bands": self.bands, "curve": self.curve, "marks": self.marks}


def spectrum(
    budget: float | None = None,
    *,
    samples: float | None = None,
    law: str = "refinement",
    teacher: str | None = None,
    student_size: float = REFERENCE_SIZE,
    access: str = "trace",
    covered_bands: int = COMMON_BANDS,
    prices: Prices | None = None,
) -> Spectrum:
    """What a budget copies, band by band.

    budget, samples : $ or samples, one of the two
    law             : `refinement`, or another law of the economy. Those know no student and no samples: there the set
                      that the R1 copies were made from is one cost base, and evaluators weigh the tail as in the book
    teacher         : name of a listed teacher, whose scores lift the levels; None: one whose loss is the difficulty
    access          : `trace`, `on_policy` or `logit`; for `refinement`
    covered_bands   : common bands that samples fall on, of 16; for `refinement`
    raises          : InputError, naming everything that is wrong
    """
    problems: list[Problem] = []
    if not isinstance(law, str) or law not in SHOWN_LAWS:
        if isinstance(law, str) and law == "busbridge2025":
            message = "gives nats per token, which have no bands: see econsim.fidelity.scaling_law"
            problems.append(Problem("law", message, law, ", ".join(SHOWN_LAWS)))
        else:
            problems.append(unknown_name("law", str(law)[:60], (*SHOWN_LAWS, "busbridge2025"), kind="fidelity law"))
    size = inputs.number(problems, "student_size", student_size, *inputs.SIZES, "1e6 to 1e13 parameters, such as 32e9")
    at = checked_prices(problems, prices)
    made_from = samples_of(problems, samples, budget, size, at)
    way = inputs.access_mode(problems, access)
    covered = inputs.checked_bands(problems, covered_bands)
    scores = {} if teacher is None else inputs.scores(problems, "teacher", str(teacher), "teacher", None)
    inputs.refuse(problems)

    known = inputs.known_benchmarks()
    level = (
        levels(size)
        if not scores
        else levels(size, np.array(list(scores.values())), None, np.array([known[name].difficulty for name in scores]))
    )

    def bands_for(count_of: float) -> pd.DataFrame:
        if law == "refinement":
            rate = float(refinement.rate(size, count_of, ACCESS[way], FITTED, NUMPY))
            return refined_bands(level, rate, covered, way)
        return lossy_bands(level, *economy_losses(law, count_of * at.of_sample(size) / cost_base(at)))

    curve = [(money, bands_for(max(at.samples_for(money, size), 1.0))) for money in BUDGETS]
    frame = pd.DataFrame(
        [(money, retained(bands, "measured"), retained(bands, "deployed")) for money, bands in curve],
        columns=["dollars", "visible", "hidden"],
    )
    told = teacher or "a teacher that loses in each band what makes it hard"
    cost = made_from * at.of_sample(size)
    return Spectrum(law, told, cost, made_from, size, way, bands_for(made_from), frame, marks(at))


@functools.cache
def reference_score() -> float:
    """What benchmarks show of a copy by a student of reference size made from the full set of the R1 copies."""
    return retained(_full_set_bands(REFERENCE_SIZE), "measured")


@functools.cache
def tail_retention_behind(score: float) -> float:
    """Share of the teacher's level that a copy keeps on the rare bands, given the share that benchmarks show.

    The student is the one whose copy, made from the full set of the R1 copies, shows that share; a smaller one shows
    less, and has less of a base in the tail. Found by halving the range of its size.
    """
    low, high = (math.log(end) for end in inputs.SIZES)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        shown = retained(_full_set_bands(math.exp(middle)), "measured")
        low, high = (middle, high) if shown < score else (low, middle)
    bands = _full_set_bands(math.exp(high))
    return retained(bands[bands["band"] > COMMON_BANDS], "deployed")


def _full_set_bands(size: float) -> pd.DataFrame:
    rate = float(refinement.rate(size, FULL_SET_SAMPLES, ACCESS["trace"], FITTED, NUMPY))
    return refined_bands(levels(size), rate, COMMON_BANDS, "trace")


def _samples(number: float) -> str:
    return f"{count(number)} sample{'' if count(number) == '1' else 's'}"


def samples_of(problems: list[Problem], samples: Any, budget: Any, size: float, prices: Prices) -> float:
    """Samples, given themselves or as a budget of dollars."""
    if (samples is None) == (budget is None):
        problems.append(Problem("samples", "or a budget in dollars is needed, one of the two"))
        return 1.0
    if samples is not None:
        return inputs.number(problems, "samples", samples, *inputs.SAMPLES, "1 to 1e12")
    money = inputs.number(problems, "budget", budget, 0.0, 1e15, "above 0 to 1e15 dollars", above=True)
    if math.isnan(size) or math.isnan(money):
        return 1.0
    bought = prices.samples_for(money, size)
    if bought < 1.0:
        least = f"at least {prices.of_sample(size):.2g} dollars"
        problems.append(Problem("budget", "does not pay for a single sample", f"{money:g}", least))
    return bought


def cost_base(prices: Prices) -> float:
    """$ of one unit of effort outside the economy: the full set of the R1 copies for a student of reference size."""
    return FULL_SET_SAMPLES * prices.of_sample(REFERENCE_SIZE)


def economy_losses(law: str, effort: float) -> tuple[float, float]:
    """Lost shares of head and tail under a law of the economy, everything else as in the parameter book."""
    numbers = {name: one.default for name, one in book().parameters.items()}
    head, tail = LAWS[law].lost_shares(
        np.array(effort), measured_weight(), numbers["retention_exponent"], numbers["tail_complexity"], NUMPY
    )
    return float(head), float(tail)


@functools.cache
def measured_weight() -> float:
    """Weight of the tail in what evaluators measure, at the defaults of the book and of scenarios."""
    from econsim.scenario_schema import DEFAULT_SEGMENTS

    numbers = {name: one.default for name, one in book().parameters.items()}
    relative = np.array([one.tail_weight for one in DEFAULT_SEGMENTS]).reshape(1, -1, 1)
    shares = np.array([one.budget_share for one in DEFAULT_SEGMENTS]).reshape(1, -1, 1)
    weight = evaluation.segment_tail_weight(numbers["tail_weight"], relative)
    mean = evaluation.mean_tail_weight(weight, shares, NUMPY)
    awareness = evaluation.evaluator_awareness(numbers["benchmark_tail_coverage"], numbers["learning_rate"])
    return float(np.asarray(evaluation.measured_tail_weight(mean, awareness)).item())


__all__ = ["Spectrum", "reference_score", "samples_of", "spectrum", "tail_retention_behind"]
