"""What a builder needs and what a copy is offered for, checked."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from econsim.errors import InputError, Problem
from econsim.rules import adoption


@dataclass(frozen=True)
class Workload:
    """What a builder needs, and what is offered.

    tail_share      : share of tasks that are of the rare, hard kind
    failure_cost    : what failing one of them costs, as a multiple of failing a common one
    discount        : of the copy on the teacher's price
    benchmark_score : how far the copy has come from public knowledge to the best original where benchmarks look;
                      None: copies as they are sold, new and old
    pass_rate       : share of the builder's own tail cases that the teacher passes
    pass_rate_gap   : the gap in that rate that would matter; None: as large as the laws expect
    """

    tail_share: float
    failure_cost: float
    discount: float
    benchmark_score: float | None
    pass_rate: float
    pass_rate_gap: float | None

    @property
    def tail_weight(self) -> float:
        """Share of what is at stake that lies in the tail."""
        return float(adoption.workload_tail_weight(self.tail_share, self.failure_cost))


def check_workload(
    benchmark_score: Any, discount: Any, tail_share: Any, failure_cost: Any, pass_rate: Any, pass_rate_gap: Any
) -> Workload:
    """A workload; InputError, naming everything that is wrong with it."""
    problems: list[Problem] = []
    given = {
        "benchmark_score": (benchmark_score, "above 0 to 1, a share of the way to the best original", 0.0, 1.0, "low"),
        "discount": (discount, "0 to below 1, a share of the price", 0.0, 1.0, "high"),
        "tail_share": (tail_share, "0 to 1", 0.0, 1.0, ""),
        "failure_cost": (failure_cost, "0 to 1e6, a multiple", 0.0, 1e6, ""),
        "pass_rate": (pass_rate, "above 0 to below 1", 0.0, 1.0, "low high"),
        "pass_rate_gap": (pass_rate_gap, "above 0 to 1", 0.0, 1.0, "low"),
    }
    for name, (value, allowed, low, high, shut) in given.items():
        if value is None and name in ("benchmark_score", "pass_rate_gap"):
            continue
        number = (
            isinstance(value, int | float | np.integer | np.floating)
            and not isinstance(value, bool)
            and math.isfinite(value)
        )
        inside = number and low <= value <= high
        if not inside or ("low" in shut and value == low) or ("high" in shut and value == high):
            problems.append(Problem(name, "must be a number in range", repr(value)[:60], allowed))
    if not problems and tail_share == 1.0 and failure_cost == 0.0:
        told = "must be above 0 where every task is of the rare kind: else nothing is at stake"
        problems.append(Problem("failure_cost", told, repr(failure_cost)[:60], "above 0, or a tail share below 1"))
    if problems:
        raise InputError(problems)
    return Workload(
        float(tail_share),
        float(failure_cost),
        float(discount),
        None if benchmark_score is None else float(benchmark_score),
        float(pass_rate),
        None if pass_rate_gap is None else float(pass_rate_gap),
    )


__all__ = ["Workload", "check_workload"]
