"""The array namespace: settled draws keep their value, neighbours do not matter, masks spare work and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from econsim.arrays import NUMPY

SETTLED = 1e-9


def square_root_step(unknown: tuple, given: tuple) -> tuple[tuple, np.ndarray]:
    """Newton for two square roots per draw; far-off draws take many more steps than near ones."""
    root, count = unknown
    target, offset = given
    new = 0.5 * (root + target / root) + offset
    moved = np.abs(new - root).max(axis=(0, 1), keepdims=True)
    return (new, count + 1.0), moved <= SETTLED * target.max(axis=(0, 1), keepdims=True)


def plain_loop(steps: int, start: tuple, given: tuple) -> tuple:
    """What `iterate` has to give: every draw stepped until it settles, then left alone."""
    current, frozen = start, np.zeros((1, 1, start[0].shape[-1]), dtype=bool)
    for _ in range(steps):
        new, settled = square_root_step(current, given)
        current = tuple(np.where(frozen, old, fresh) for old, fresh in zip(current, new, strict=True))
        frozen = frozen | settled
    return current


def problem(draws: int, seed: int) -> tuple[tuple, tuple]:
    generator = np.random.default_rng(seed)
    target = np.exp(generator.uniform(-1.0, 12.0, size=(3, 2, draws)) * (generator.random(draws) < 0.5))
    return (np.ones((3, 2, draws)), np.zeros((1, 1, draws))), (target, 0.0)


@given(draws=st.integers(2, 40), steps=st.integers(1, 14), seed=st.integers(0, 10_000))
def test_iterate_equals_a_plain_loop_with_masks(draws, steps, seed):
    start, given_values = problem(draws, seed)
    found = NUMPY.iterate(steps, square_root_step, start, given_values)
    for part, expected in zip(found, plain_loop(steps, start, given_values), strict=True):
        np.testing.assert_array_equal(part, expected)


@given(draws=st.integers(4, 40), cut=st.floats(0.0, 1.0), seed=st.integers(0, 10_000))
def test_a_draws_numbers_do_not_depend_on_its_chunk(draws, cut, seed):
    """Bit for bit, wherever the batch is cut into chunks of two or more."""
    start, given_values = problem(draws, seed)
    at = 2 + int(cut * (draws - 4))
    whole = NUMPY.iterate(12, square_root_step, start, given_values)
    chunks = [
        NUMPY.iterate(
            12, square_root_step, tuple(part[..., piece] for part in start), (given_values[0][..., piece], 0.0)
        )
        for piece in (slice(0, at), slice(at, None))
    ]
    for index, part in enumerate(whole):
        np.testing.assert_array_equal(part, np.concatenate([chunk[index] for chunk in chunks], axis=-1))


def test_iterate_leaves_its_inputs_alone():
    start, given_values = problem(30, seed=1)
    before = start[0].copy(), start[1].copy(), given_values[0].copy()
    NUMPY.iterate(12, square_root_step, start, given_values)
    for kept, now in zip(before, (*start, given_values[0]), strict=True):
        np.testing.assert_array_equal(kept, now)


def test_a_settled_draw_keeps_its_value():
    """One draw starts at its root and stops after one step; its neighbours take all of theirs."""
    start, (target, _) = problem(8, seed=2)
    target[..., 3] = 1.0
    _, count = NUMPY.iterate(30, square_root_step, start, (target, 0.0))
    assert count[0, 0, 3] == 1.0
    assert count.max() > 5.0


def rule(value: np.ndarray, weight: np.ndarray, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Elementwise in firm and draw, summed over segments, as rules are."""
    product = np.exp(value) * weight * scale
    return product, product.sum(axis=-2, keepdims=True)


@given(
    firms=st.integers(1, 5),
    segments=st.integers(1, 3),
    draws=st.integers(2, 12),
    chosen=st.floats(0.0, 1.0),
    seed=st.integers(0, 10_000),
)
def test_where_needed_equals_direct_evaluation(firms, segments, draws, chosen, seed):
    generator = np.random.default_rng(seed)
    mask = generator.random((firms, 1, draws)) < chosen
    value = generator.normal(size=(firms, segments, draws))
    weight = generator.normal(size=(1, segments, draws))
    found = NUMPY.where_needed(mask, rule, value, weight, 2.5)
    for part, direct in zip(found, rule(value, weight, 2.5), strict=True):
        np.testing.assert_array_equal(part, np.where(mask, direct, 0.0))


@pytest.mark.parametrize("shape", [(), (1,), (6,), (1, 1, 1), (1, 3, 1), (1, 3, 6), (4, 1, 6), (4, 3, 1), (4, 3, 6)])
def test_where_needed_broadcasts_as_numpy_does(shape):
    generator = np.random.default_rng(3)
    mask = generator.random((4, 1, 6)) < 0.5
    value, weight = generator.normal(size=(4, 3, 6)), generator.normal(size=shape)
    found, _ = NUMPY.where_needed(mask, rule, value, float(weight) if shape == () else weight, 1.0)
    np.testing.assert_array_equal(found, np.where(mask, rule(value, weight, 1.0)[0], 0.0))


def test_where_needed_with_nobody_chosen():
    found, total = NUMPY.where_needed(np.zeros((3, 1, 5), dtype=bool), rule, np.ones((3, 2, 5)), 1.0, 1.0)
    assert found.shape == (3, 2, 5)
    assert total.shape == (3, 1, 5)
    assert not found.any()
    assert not total.any()


def test_where_needed_evaluates_only_what_is_needed():
    seen = []

    def watched(value: np.ndarray) -> tuple[np.ndarray]:
        seen.append(value)
        return (value,)

    mask = np.zeros((3, 1, 50), dtype=bool)
    mask[1, 0, [4, 9, 11]] = True
    value = np.arange(150.0).reshape(3, 1, 50)
    NUMPY.where_needed(mask, watched, value)
    np.testing.assert_array_equal(np.unique(seen[0]), [54.0, 59.0, 61.0])


@pytest.mark.parametrize("axis", [-3, -2, -1])
def test_reductions_keep_their_axis(axis):
    values = np.random.default_rng(0).normal(size=(3, 2, 5))
    np.testing.assert_array_equal(NUMPY.largest(values, axis), values.max(axis=axis, keepdims=True))
    np.testing.assert_allclose(NUMPY.total(values, axis), values.sum(axis=axis, keepdims=True), rtol=1e-15)


def test_an_unknown_operation_is_named():
    with pytest.raises(AttributeError, match="'convolve'"):
        NUMPY.convolve  # noqa: B018
