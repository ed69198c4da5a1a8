"""Whether a sample was large enough: ranks that hold, and ranks that are left open."""

from __future__ import annotations

import numpy as np
import pytest
from sensitivity_helpers import linear, saltelli, sobol_g

from econsim.errors import InputError
from econsim.studies.statistics.sobol import sobol_indices
from econsim.studies.statistics.sobol_convergence import sobol_convergence


def test_parts_are_the_first_base_samples():
    values = sobol_g().evaluate(saltelli(8, 256, True, seed=1))
    found = sobol_convergence(values, 8, second_order=True, seed=0, resamples=50)
    whole = sobol_indices(values, 8, second_order=True, seed=0, resamples=50)
    half = sobol_indices(values[: 128 * 18], 8, second_order=True, seed=0, resamples=50)
    assert found.base_samples.tolist() == [64, 128, 256]
    for part, expected in ((found.parts[2], whole), (found.parts[1], half)):
        np.testing.assert_array_equal(part.total.value, expected.total.value)
        np.testing.assert_array_equal(part.second.half_width, expected.second.half_width)


def test_clear_ranks_are_settled_and_close_ones_need_not_be():
    cube = saltelli(5, 1024, False, seed=1)
    alike = cube.sum(axis=1) + 0.2 * np.sin(50 * cube[:, 0]) * np.sin(40 * cube[:, 1])
    found = sobol_convergence(
        np.column_stack([linear().evaluate(cube), alike]), 5, second_order=False, seed=0, resamples=300
    )
    assert found.order[0].tolist() == [0, 1, 2, 3, 4]
    assert found.best_rank[0].tolist() == found.worst_rank[0].tolist() == [1, 2, 3, 4, 5]
    assert found.settled.tolist() == [True, True]
    assert (found.best_rank[1] <= found.worst_rank[1]).all() and (found.worst_rank[1] > found.best_rank[1]).any()
    assert found.reasons == (None, None)


def test_a_small_noisy_sample_is_not_settled():
    generator = np.random.default_rng(0)
    cube = saltelli(5, 64, False, seed=1)
    values = cube @ np.array([1.0, 1.1, 0.9, 1.0, 0.1]) + generator.normal(size=len(cube))
    found = sobol_convergence(values, 5, second_order=False, seed=0, resamples=100)
    assert not found.settled[0]
    assert found.undecided[0].any() and not np.diagonal(found.undecided[0]).any()


def test_parts_of_sequences_are_the_beginnings_of_each():
    """What a run with half the base samples finds is what this one finds at half."""
    sequences = [sobol_g().evaluate(saltelli(8, 32, False, seed)) for seed in range(8)]
    found = sobol_convergence(np.concatenate(sequences), 8, second_order=False, seed=0, scrambles=8, resamples=50)
    halves = np.concatenate([values[: 16 * 10] for values in sequences])
    smaller = sobol_convergence(halves, 8, second_order=False, seed=0, scrambles=8, resamples=50)
    assert found.base_samples.tolist() == [64, 128, 256]
    for part, other in zip(found.parts[:2], smaller.parts[1:], strict=True):
        np.testing.assert_array_equal(part.total.value, other.total.value)
        np.testing.assert_array_equal(part.total.half_width, other.total.half_width)
    with pytest.raises(InputError, match="a multiple of 32"):
        sobol_convergence(sequences[0][: 16 * 10], 8, second_order=False, seed=0, scrambles=8)


def test_who_leads_is_above_all_others():
    """Sobol's G: two parameters stand out, and the third only with more samples; the linear model is in order."""
    cube = np.concatenate([saltelli(5, 128, False, seed) for seed in range(8)])
    close = cube @ np.array([3.0, 3.0, 1.0, 0.9, 0.0])
    found = sobol_convergence(
        np.column_stack([linear().evaluate(cube), close, np.ones(len(cube))]),
        5,
        second_order=False,
        seed=0,
        scrambles=8,
    )
    assert found.leading(0, 3) == ([0, 1, 2], []) and found.leading(0, 1) == ([0], [])
    members, unordered = found.leading(1, 3)
    assert sorted(members[:2]) == [0, 1] == sorted(unordered)
    assert found.leading(2, 3) == ([], [])
    few = sobol_convergence(close[: 64 * 7], 5, second_order=False, seed=0)
    assert few.leading(0, 1) == ([], [])  # which of the two is first


def test_outputs_without_indices_are_not_settled():
    found = sobol_convergence(np.ones(64 * 4), 2, second_order=False, seed=0, resamples=50)
    assert found.settled.tolist() == [False]
    assert "same value" in str(found.reasons[0])
    with pytest.raises(InputError, match="multiple of 4"):
        sobol_convergence(np.arange(4.0 * 62), 2, second_order=False, seed=0)
