"""Steps of a solve that are recorded and replayed give what they give without, to the last bit."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from econsim.arrays import BLOCK, FIRM, NUMPY, SEGMENT, NumpyArrays
from econsim.recording import CannotReplay
from econsim.replay import PART, QUARTER, Replay, recorded, replay_of
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


# ------------------------------------------------------------------------------------------ functions


def whatever(xp, values, weights, number, nothing):
    """A function with all that a quarter does to its arrays."""
    assert nothing is None
    best = xp.argmax(values, FIRM)[None]
    first = xp.arange(values.shape[FIRM]).reshape(-1, 1, 1) == best
    largest = xp.largest(values, FIRM)
    index = xp.zeros_like(values[:1]).astype(int)
    lined_up = xp.concatenate([values[1:], xp.take_along_axis(values, index, 0)])
    (root,) = xp.iterate(6, lambda unknown, given: babylon(xp, *unknown, *given), (xp.abs(values) + 1.0,), (weights,))
    (cubed,) = xp.where_needed(
        xp.largest(first, SEGMENT), lambda *parts: (parts[0] * parts[0] * parts[0] + parts[1],), values, weights
    )
    powers = number**0.3 + weights**2.0 + weights**number
    half = (3.0 * values)[:, :1]  # a part of what is needed no longer, but for this
    filler = 5.0 * values + 1.0
    either = xp.where(number == 2.0, powers, -powers)
    always = xp.where(True, lined_up, values)
    alone = xp.total(-0.0 * largest, FIRM)  # zero, not minus zero, as NumPy adds up
    parts = {"root": root, "cubed": cubed, "one": (0.5 * cubed)[0, 0], "alone": alone, "half": half + filler}
    return always, either, values, parts


def babylon(xp, root, target):
    new = 0.5 * (root + target / root)
    return (new,), xp.largest(xp.largest(xp.abs(new - root), FIRM), SEGMENT) < 1e-9


def arguments_of(draws: int, seed: int) -> tuple:
    generator = np.random.default_rng(seed)
    return generator.normal(size=(FIRMS, SEGMENTS, draws)), generator.random(draws) + 0.5, 2.0, None


@pytest.mark.parametrize("draws", [2, 3, 40])
@pytest.mark.parametrize("number", [2.0, 3.0, *np.random.default_rng(3).uniform(0.5, 4.0, size=20)])
def test_a_replayed_function_equals_the_plain_one(draws, number):
    function = partial(whatever, NUMPY)
    followed = recorded("whatever", function, arguments_of(2, seed=1), 2, QUARTER)
    assert followed is not None
    values, weights, _, nothing = arguments_of(draws, seed=2)
    registers, outputs, _ = followed.memory(draws)
    found = followed.results(followed.given([values, weights, number, nothing]), outputs, registers)
    expected = function(values, weights, number, nothing)
    assert found[3].keys() == expected[3].keys()
    for part, other in zip((*found[:3], *found[3].values()), (*expected[:3], *expected[3].values()), strict=True):
        assert part.tobytes() == np.ascontiguousarray(other).tobytes()
        assert part.shape == other.shape


def test_numbers_are_reckoned_with_as_python_does():
    """NumPy warns where Python refuses, and takes powers in its own way."""
    followed = recorded(
        "numbers", lambda values, number: (values, values + 1.0 / number), (np.ones((1, 1, 2)), 1.0), 2, 2
    )
    registers, outputs, _ = followed.memory(2)
    with pytest.raises(ZeroDivisionError):
        followed.results([np.ones((1, 1, 2)), 0.0], outputs, registers)


def test_what_is_kept_outlives_the_next_call():
    def function(values, extra):
        doubled = 2.0 * values
        return doubled, values, extra, doubled[:1] + extra

    given = [np.arange(24.0).reshape(FIRMS, SEGMENTS, 2), np.ones((1, 1, 2))]
    followed = recorded("kept", function, tuple(given), 2, QUARTER, kept=3)
    registers, outputs, others = followed.memory(2)
    kept = followed.results(given, outputs, registers)[:3]
    before = [part.copy() for part in kept]
    given[0] += 1.0  # what was handed through is a copy
    followed.results([kept[0], kept[2]], others, registers)
    for part, then in zip(kept, before, strict=True):
        np.testing.assert_array_equal(part, then)


@pytest.mark.parametrize(
    "function",
    [
        lambda values: np.add.reduce(values, axis=-1, keepdims=True),
        lambda values: values[..., :1],
        lambda values: values[..., 0],
        lambda values: values + np.ones(2),
        lambda values: values if values else -values,
        lambda values: next(iter(values)),
        lambda values: np.concatenate([values, values], axis=-1),
        lambda values: np.argmax(values, -1),
        lambda values: np.argmax(values),
        lambda values: np.median(values),
        lambda values: np.ones(3),
        lambda values: np.add(values, values, out=np.ones((FIRMS, SEGMENTS, 2))),
    ],
)
def test_what_depends_on_the_number_of_draws_or_on_what_is_in_them_is_not_recorded(function):
    values = np.ones((FIRMS, SEGMENTS, 2))
    with pytest.raises((CannotReplay, TypeError)):
        Replay(lambda values: (function(values),), (values,), 2, QUARTER)


def test_a_replay_is_not_run_within_another_of_its_level():
    """They share memory: the inner one is done without."""

    def inner(values):
        return (NUMPY.where_needed(values > 0.0, lambda part: (part * part,), values)[0] + values,)

    values = np.random.default_rng(8).normal(size=(FIRMS, 1, 12))
    with pytest.raises(CannotReplay):
        Replay(inner, (values,), 12, PART)
    assert Replay(inner, (values,), 12, QUARTER)
    (found,) = NUMPY.where_needed(values == values, inner, values)
    np.testing.assert_array_equal(found, inner(values)[0])


def test_a_function_that_knows_more_is_not_recorded():
    more = np.ones(12)
    values = np.ones((FIRMS, 1, 12))
    with pytest.raises(CannotReplay):
        Replay(lambda part: NUMPY.where_needed(part > 0.0, lambda one: (one + more,), part), (values,), 12, QUARTER)


def test_one_draw_alone_is_not_recorded():
    """What has one value may then be for one draw or for all."""
    assert recorded("one", lambda values: (values + 1.0,), (np.ones((1, 1, 1)),), 1, QUARTER) is None
