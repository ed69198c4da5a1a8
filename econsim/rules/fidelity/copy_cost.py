"""What a set of samples costs: the teacher's tokens and the student's fine-tuning, dollars to samples and back."""

from __future__ import annotations

from econsim.arrays import Array

FLOP_PER_PARAMETER_AND_TOKEN = 6.0  # forward and backward (Kaplan et al. 2020)


def cost_of_sample(
    tokens: Array, token_price: Array, acceptance: Array, size: Array, epochs: Array, flop_price: Array
) -> Array:
    """Dollars for one sample that is kept.

    tokens      : in a sample
    token_price : $ per token that the teacher writes
    acceptance  : share of the teacher's answers that is kept, in (0, 1]
    size        : parameters of the student
    epochs      : times that the student reads each sample
    flop_price  : $ per FLOP of training
    """
    return teacher_cost(tokens, token_price, acceptance) + tuning_cost(tokens, size, epochs, flop_price)


def teacher_cost(tokens: Array, token_price: Array, acceptance: Array) -> Array:
    """Dollars that the teacher's tokens cost, those of rejected answers included."""
    return tokens * token_price / acceptance


def tuning_cost(tokens: Array, size: Array, epochs: Array, flop_price: Array) -> Array:
    """Dollars that fine-tuning on so many tokens costs."""
    return FLOP_PER_PARAMETER_AND_TOKEN * size * tokens * epochs * flop_price


def samples_for(budget: Array, cost_of_sample: Array) -> Array:
    """Samples that a budget of so many dollars buys."""
    return budget / cost_of_sample
