"""Dollars and samples: what copying costs with the prices of a published copy, and familiar marks on the scale."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from econsim.errors import InputError, Problem
from econsim.evidence import fact, teacher_student
from econsim.rules.fidelity import copy_cost

FULL_SET_SAMPLES, FULL_SET_TOKENS = 804_745, 4.31e9
"""The set that the R1 copies were fine-tuned on."""
SECONDS_AN_HOUR = 3600.0
PEAK_FLOPS, UTILISATION = 9.89e14, 0.4  # H100, dense 16-bit; a usual share of it in training
MARKS = (
    "s1-32B (no budget forcing)",
    "Sky-T1-32B-Preview",
    "Bespoke-Stratos-32B",
    "Vicuna-13B",
    "OpenThinker-32B",
    "R1-Distill-Qwen-32B",
    "OpenThinker3-7B",
)


@dataclass(frozen=True)
class Prices:
    """What a sample costs.

    tokens      : in a sample that is kept
    token_price : $ per token that the teacher writes
    acceptance  : share of the teacher's answers that is kept, in (0, 1]
    epochs      : times that the student reads each sample
    flop_price  : $ per FLOP of training

    By default those of the R1 copies: the teacher's list price, and an hour of an H100 in early 2025, from the facts.
    raises : InputError for a number that is not above 0, or an acceptance above 1
    """

    tokens: float = FULL_SET_TOKENS / FULL_SET_SAMPLES
    token_price: float = field(default_factory=lambda: _value("api.price.r1.output") * 1e-6)
    acceptance: float = 1.0
    epochs: float = 2.0
    flop_price: float = field(
        default_factory=lambda: _value("gpu.h100.2025q1") / SECONDS_AN_HOUR / (PEAK_FLOPS * UTILISATION)
    )

    def __post_init__(self) -> None:
        problems = [
            Problem(f"prices.{name}", "must be a number above 0", repr(value)[:40], "above 0")
            for name, value in vars(self).items()
            if isinstance(value, bool)
            or not isinstance(value, int | float | np.integer | np.floating)
            or not 0.0 < value < float("inf")
        ]
        if not problems and self.acceptance > 1.0:
            problems.append(Problem("prices.acceptance", "must be a share", f"{self.acceptance:g}", "above 0 to 1"))
        if problems:
            raise InputError(problems)

    def of_sample(self, size: float) -> float:
        """$ for one sample, for a student of `size` parameters."""
        return copy_cost.cost_of_sample(
            self.tokens, self.token_price, self.acceptance, size, self.epochs, self.flop_price
        )

    def of_traces(self, samples: float) -> float:
        """$ for the teacher's tokens alone."""
        return samples * copy_cost.teacher_cost(self.tokens, self.token_price, self.acceptance)

    def samples_for(self, budget: float, size: float) -> float:
        """Samples that so many $ buy, fine-tuning included."""
        return copy_cost.samples_for(budget, self.of_sample(size))


def checked_prices(problems: list[Problem], value: object) -> Prices:
    """What a sample costs; those of the R1 copies where nothing is said. A problem is added for anything else."""
    if isinstance(value, Prices):
        return value
    if value is not None:
        problems.append(Problem("prices", "must be made by `econsim.fidelity.Prices`", repr(value)[:60]))
    return Prices()


def _value(key: str) -> float:
    value = fact(key).value
    assert value is not None
    return value


@functools.cache
def _marked() -> pd.DataFrame:
    rows = teacher_student()
    rows = rows[rows["student"].isin(MARKS) & rows["copy_samples"].notna()]
    return rows.groupby("student")[["copy_samples", "student_params_B", "copy_cost_usd"]].max().loc[list(MARKS)]


def marks(prices: Prices | None = None) -> pd.DataFrame:
    """Published copies on the scale of budgets, from small to large.

    columns : copy, samples, student_size (parameters), dollars_traces (the teacher's tokens at these prices), dollars
              (with fine-tuning), dollars_published (what its makers say, whatever they count; missing if they do not)
    """
    problems: list[Problem] = []
    at = checked_prices(problems, prices)
    if problems:
        raise InputError(problems)
    rows = []
    for name, row in _marked().iterrows():
        samples, size = float(row["copy_samples"]), float(row["student_params_B"]) * 1e9
        rows.append((name, samples, size, at.of_traces(samples), samples * at.of_sample(size), row["copy_cost_usd"]))
    columns = ["copy", "samples", "student_size", "dollars_traces", "dollars", "dollars_published"]
    return pd.DataFrame(rows, columns=columns).sort_values("samples", ignore_index=True)
