"""The distillation scaling law: cross-entropy of a student from its size, its tokens and its teacher.

Busbridge, Shidani, Weers, Ramapuram, Littwin and Webb (2025), Distillation Scaling Laws, arXiv 2502.08606v2,
equation 8; losses in nats per token. Valid for students of 143M to 7.75B parameters, 4B to 515B tokens and teachers
with a loss of 1.9 to 2.75: elsewhere it is an extrapolation.

It is shown and does not drive the economy: turning nats per token into shares of capability kept would be one more
assumption on top.
"""

from __future__ import annotations

from typing import NamedTuple

from econsim.arrays import Array

NOT_FOR_THE_ECONOMY = (
    "is shown and compared, but does not drive the economy: it gives a loss in nats per token, and a map from that to "
    "the shares of head and tail that a copy loses would be an assumption on top"
)


class Supervised(NamedTuple):
    """Loss of a model trained on data alone: E + (A / N^alpha + B / D^beta)^gamma."""

    floor: float  # nats per token
    size_scale: float
    token_scale: float
    size_exponent: float
    token_exponent: float
    outer_exponent: float


class Distilled(NamedTuple):
    """Coefficients of the student's loss above its teacher's."""

    size_scale: float
    token_scale: float
    size_exponent: float
    token_exponent: float
    outer_exponent: float
    teacher_exponent: float  # c0
    strength: float  # c1 f1
    width: float  # f1
    turn: float  # d1, ratio of teacher's to supervised loss at which the student can no longer follow


SUPERVISED = Supervised(1.220, 3355.0, 18186.0, 0.408, 0.431, 0.452)
PUBLISHED = Distilled(2243.0, 24181.0, 0.321, 0.637, 0.764, 2.549, 522.6 * 0.090, 0.090, 1.315)
"""Table 6 as printed. It misses the paper's own figure 1: RMSE .043 nats on 354 points read off it."""
REFIT = Distilled(4554.0, 12430.0, 0.3688, 0.3864, 0.7142, 2.334, 944.7, 0.1023, 1.851)
"""Fitted to those 354 points: RMSE .0077 nats."""
COEFFICIENTS = {"refit": REFIT, "published": PUBLISHED}

STUDENT_SIZES = (143e6, 7.75e9)  # parameters
TOKENS = (4e9, 515e9)
TEACHER_LOSSES = (1.9, 2.75)  # nats per token


def supervised_loss(size: Array, tokens: Array, coefficients: Supervised, xp: Array) -> Array:
    """Nats per token of a model trained on data alone.

    size, tokens : parameters and training tokens, > 0
    """
    by_size = coefficients.size_scale * xp.exp(-coefficients.size_exponent * xp.log(size))
    by_tokens = coefficients.token_scale * xp.exp(-coefficients.token_exponent * xp.log(tokens))
    return coefficients.floor + xp.exp(coefficients.outer_exponent * xp.log(by_size + by_tokens))


def student_loss(
    size: Array, tokens: Array, teacher_loss: Array, coefficients: Distilled, supervised: Supervised, xp: Array
) -> Array:
    """Nats per token of a student distilled from a teacher.

    size, tokens : parameters and distillation tokens of the student, > 0
    teacher_loss : nats per token, > 0

    The factor [1 + x^(1/f1)]^(-c1 f1) spans hundreds of orders of magnitude; it is taken in logs, where it is
    -c1 f1 log(1 + exp(ln x / f1)), so that no size, number of tokens or teacher overflows.
    """
    own = supervised_loss(size, tokens, supervised, xp)
    by_size = coefficients.size_scale * xp.exp(-coefficients.size_exponent * xp.log(size))
    by_tokens = coefficients.token_scale * xp.exp(-coefficients.token_exponent * xp.log(tokens))
    reach = xp.log(teacher_loss / (own * coefficients.turn)) / coefficients.width
    log_gap = (
        -coefficients.teacher_exponent * xp.log(teacher_loss)
        - coefficients.strength * _softplus(reach, xp)
        + coefficients.outer_exponent * xp.log(by_size + by_tokens)
    )
    return teacher_loss + xp.exp(log_gap)


def _softplus(exponent: Array, xp: Array) -> Array:
    """log(1 + e^x) without overflow."""
    return xp.maximum(exponent, 0.0) + xp.log1p(xp.exp(-xp.abs(exponent)))


def extrapolates(size: Array, tokens: Array, teacher_loss: Array) -> Array:
    """Whether the law is asked about what it was not fitted on."""
    outside = False
    for value, (low, high) in ((size, STUDENT_SIZES), (tokens, TOKENS), (teacher_loss, TEACHER_LOSSES)):
        outside = outside | (value < low) | (value > high)
    return outside


def training_flops(size: Array, tokens: Array) -> Array:
    """FLOP to train a model of `size` parameters on `tokens` tokens, 3 F(N) D with F(N) = 2 N a token forward."""
    return 3.0 * forward_flops(size) * tokens


def forward_flops(size: Array) -> Array:
    """FLOP of one token through a model, 2 N; attention over long contexts comes on top."""
    return 2.0 * size


def distillation_flops(
    size: Array,
    tokens: Array,
    teacher_size: Array,
    teacher_tokens: Array,
    share_of_scoring: Array,
    share_of_teacher: Array,
) -> Array:
    """FLOP of a distillation: 3 F(N_S) D_S + F(N_T) (delta_logit D_S + delta_pre 3 D_T).

    teacher_size, teacher_tokens : parameters and training tokens of the teacher
    share_of_scoring             : delta_logit, 1 if the teacher's scores have to be computed for this student, else 0
    share_of_teacher             : delta_pre, share of the teacher's training that is charged to this student
    """
    teacher = share_of_scoring * tokens + share_of_teacher * 3.0 * teacher_tokens
    return training_flops(size, tokens) + forward_flops(teacher_size) * teacher
