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
    # The rows for second order count in the normalisation alone.
    np.testing.assert_allclose(found.parts[2].total.value, whole.total.value, rtol=0.02)
    np.testing.assert_allclose(found.parts[1].total.value, half.total.value, rtol=0.02)


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


def test_outputs_without_indices_are_not_settled():
    found = sobol_convergence(np.ones(64 * 4), 2, second_order=False, seed=0, resamples=50)
    assert found.settled.tolist() == [False]
    assert "same value" in str(found.reasons[0])
    with pytest.raises(InputError, match="multiple of 4"):
        sobol_convergence(np.arange(4.0 * 62), 2, second_order=False, seed=0)
