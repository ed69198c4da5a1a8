"""Steps of a solve that are recorded and replayed give what they give without, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from econsim.arrays import BLOCK, FIRM, NUMPY, SEGMENT, NumpyArrays
from econsim.replay import replay_of
from econsim.rules import pricing

FIRMS, SEGMENTS = 4, 3


def stepping(xp):
    """A step with all that can be recorded: sums, maxima, choices, and work for where it is needed."""

    def improve(unknown: tuple, given: tuple) -> tuple[tuple, np.ndarray]:
        root, count = unknown
        target, slope, shift = given
        far = root > 30.0
        halved = xp.if_any(far, lambda: xp.where(far, root / 2.0 + 0.0 * xp.log(root), root), root)
        new = 0.5 * (halved + target / halved) + 0.0 * slope * shift
        new = xp.maximum(new, 1e-3 * xp.total(new, FIRM))
        moved = xp.largest(xp.largest(xp.abs(new - root), FIRM), SEGMENT)
        crowd = xp.total(new > 1.0, FIRM) + 0.0 * new
        return (new, count + xp.where(crowd > 2.0, 1.0, 0.5)), moved <= 1e-9 * xp.largest(
            xp.largest(target, FIRM), SEGMENT
        )

    return improve


class Plain(NumpyArrays):
    """NumPy that replays nothing."""


def problem(draws: int, seed: int) -> tuple[tuple, tuple]:
    generator = np.random.default_rng(seed)
    target = np.exp(generator.uniform(-1.0, 12.0, size=(FIRMS, SEGMENTS, draws)) * (generator.random(draws) < 0.5))
    return (np.ones_like(target), np.zeros_like(target)), (target, generator.random(draws), 2.0)


@given(draws=st.integers(2, 80), steps=st.integers(1, 14), seed=st.integers(0, 10_000))
def test_a_replayed_solve_equals_the_plain_one(draws, steps, seed):
    start, given_values = problem(draws, seed)
    found = NUMPY.iterate(steps, stepping(NUMPY), start, given_values)
    expected = NUMPY.iterate(steps, stepping(Plain()), start, given_values)
    for part, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(part, other)


def test_many_draws_are_solved_in_blocks():
    draws = 3 * BLOCK // (FIRMS * SEGMENTS)
    start, given_values = problem(draws, seed=5)
    whole = NUMPY.iterate(12, stepping(NUMPY), start, given_values)
    half = slice(0, draws // 2)
    parts = tuple(part[..., half] for part in start), (given_values[0][..., half], given_values[1][half], 2.0)
    for part, other in zip(whole, NUMPY.iterate(12, stepping(NUMPY), *parts), strict=True):
        np.testing.assert_array_equal(part[..., half], other)


def test_results_of_two_solves_do_not_share_memory():
    start, given_values = problem(20, seed=6)
    first = NUMPY.iterate(12, stepping(NUMPY), start, given_values)
    before = [part.copy() for part in first]
    NUMPY.iterate(12, stepping(NUMPY), start, (given_values[0] + 1.0, *given_values[1:]))
    for part, then in zip(first, before, strict=True):
        np.testing.assert_array_equal(part, then)


def replayed(improve) -> bool:
    start, (target, slope, shift) = problem(20, seed=7)
    return replay_of(improve, start, (target, slope, shift), NumpyArrays) is not None


def test_steps_that_may_do_something_else_next_time_are_not_replayed():
    more = np.ones(20)

    def knows_more(unknown: tuple, given: tuple) -> tuple:
        return unknown, NUMPY.largest(NUMPY.largest(unknown[0] + more, FIRM), SEGMENT) > 0.0

    def looks_inside(unknown: tuple, given: tuple) -> tuple:
        settled = np.maximum.reduce(np.maximum.reduce(unknown[0], axis=-3, keepdims=True), axis=-2, keepdims=True) > 0.0
        return unknown if settled else (unknown[1], unknown[0]), settled

    assert replayed(stepping(NUMPY))
    assert not replayed(knows_more)
    assert not replayed(looks_inside)


@pytest.mark.parametrize("solve", ["prices", "reply"])
def test_both_price_solves_are_replayed(solve, monkeypatch):
    """Otherwise batch would be right, and slow."""
    seen = []

    class Watched(NumpyArrays):
        @staticmethod
        def iterate(steps, improve, start, given):
            seen.append((improve, start, given))
            return NUMPY.iterate(steps, improve, start, given)

    xp, ones = Watched(), np.ones((1, SEGMENTS, 20))
    firms = np.ones((FIRMS, SEGMENTS, 20))
    if solve == "prices":
        pricing.nash_markups(firms, firms, ones, ones, 2.0, np.full(20, 4.0), 1.5, firms, firms, 3, xp)
    else:
        pricing.best_reply(ones, ones, ones, ones, np.full(20, 2.0), np.full(20, 4.0), 1.5, ones, xp)
    (improve, start, given_values), *_ = seen
    assert replay_of(improve, start, given_values, Watched) is not None
