"""`scaling_law`: the loss of a distilled student in nats per token, by Busbridge and others (2025)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from econsim.arrays import NUMPY
from econsim.errors import Problem, unknown_name
from econsim.fidelity import inputs
from econsim.fidelity.text import count
from econsim.rules.fidelity import busbridge2025


@dataclass(frozen=True)
class StudentLoss:
    """What the distillation scaling law gives: losses in nats per token.

    supervised    : a model of the student's size trained on as many tokens without a teacher
    flops         : of the distillation, the teacher's scores included
    extrapolation : whether the law was not fitted on anything like it
    """

    student: float
    supervised: float
    teacher: float
    student_size: float
    tokens: float
    flops: float
    coefficients: str
    extrapolation: bool

    @property
    def finding(self) -> str:
        """The losses in words."""
        better = self.supervised - self.student
        how = f"{abs(better):.3f} nats {'better' if better > 0.0 else 'worse'} than without a teacher"
        beyond = (
            " This is an extrapolation: the law was fitted on smaller or other models." if self.extrapolation else ""
        )
        return (
            f"A student with {count(self.student_size)} parameters, distilled on {count(self.tokens)} tokens from a "
            f"teacher of {self.teacher:.2f} nats per token, reaches {self.student:.3f} nats, {how}.{beyond}"
        )

    def summary(self) -> dict[str, Any]:
        """Plain Python, as `--json` shows it."""
        return {"law": "busbridge2025", **vars(self), "finding": self.finding}

    def tables(self) -> dict[str, pd.DataFrame]:
        """The numbers as a data frame."""
        return {"loss": pd.DataFrame([vars(self)])}


def scaling_law(
    student_size: float,
    tokens: float,
    teacher_loss: float = 2.0,
    *,
    teacher_size: float | None = None,
    coefficients: str = "refit",
) -> StudentLoss:
    """Loss of a distilled student by Busbridge and others (2025).

    student_size : parameters
    tokens       : of distillation
    teacher_loss : nats per token
    teacher_size : parameters, for the FLOP of its scores; None: the student's own size
    coefficients : `refit` (to points read off the paper's figure 1) or `published` (its table 6)
    raises       : InputError, naming everything that is wrong
    """
    problems: list[Problem] = []
    size = inputs.number(problems, "student_size", student_size, *inputs.SIZES, "1e6 to 1e13 parameters, such as 3e9")
    read = inputs.number(problems, "tokens", tokens, 1e3, 1e16, "1e3 to 1e16 tokens")
    loss = inputs.number(problems, "teacher_loss", teacher_loss, 1.0, 10.0, "1 to 10 nats per token")
    larger = size
    if teacher_size is not None:
        larger = inputs.number(problems, "teacher_size", teacher_size, *inputs.SIZES, "1e6 to 1e13 parameters")
    sets = busbridge2025.COEFFICIENTS
    if not isinstance(coefficients, str) or coefficients not in sets:
        problems.append(unknown_name("coefficients", str(coefficients)[:60], sets, kind="set of coefficients"))
    inputs.refuse(problems)
    own = busbridge2025.SUPERVISED
    student = busbridge2025.student_loss(size, read, loss, sets[coefficients], own, NUMPY)
    return StudentLoss(
        student=float(student),
        supervised=float(busbridge2025.supervised_loss(size, read, own, NUMPY)),
        teacher=loss,
        student_size=size,
        tokens=read,
        flops=float(busbridge2025.distillation_flops(size, read, larger, 0.0, 1.0, 0.0)),
        coefficients=coefficients,
        extrapolation=bool(busbridge2025.extrapolates(size, read, loss)),
    )


__all__ = ["StudentLoss", "scaling_law"]
