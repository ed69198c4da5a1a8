"""Morris screening: the numbers of SALib, and no number missing without a reason."""

from __future__ import annotations

import numpy as np
import pytest
from SALib.analyze import morris as salib_morris
from SALib.sample import morris as salib_sample
from sensitivity_helpers import bratley, ishigami, sobol_g

from econsim.errors import InputError
from econsim.studies.statistics.screening import elementary_effects

GROUPS = {"none": None, "some": [0, 0, 1, 2, 2, 3, 3, 3]}


def problem(parameters: int, groups: list[int] | None) -> dict:
    found = {
        "num_vars": parameters,
        "names": [f"x{place}" for place in range(parameters)],
        "bounds": [[0.0, 1.0]] * parameters,
    }
    return found if groups is None else found | {"groups": [f"g{group}" for group in groups]}


@pytest.mark.parametrize("grouping", GROUPS)
@pytest.mark.parametrize("levels", [4, 6])
def test_statistics_are_those_of_salib(grouping: str, levels: int):
    groups = GROUPS[grouping]
    points = salib_sample.sample(problem(8, groups), 30, num_levels=levels, seed=2)
    values = np.column_stack([sobol_g().evaluate(points), bratley(points), 1e5 + ishigami().evaluate(points[:, :3])])
    found = elementary_effects(points, values, levels=levels, seed=0, groups=groups, resamples=2000)
    for output in range(3):
        expected = salib_morris.analyze(
            problem(8, groups), points, values[:, output], num_levels=levels, num_resamples=2000, seed=1
        )
        np.testing.assert_allclose(found.mu[output], np.array(expected["mu"]), rtol=0, atol=1e-10)
        np.testing.assert_allclose(found.mu_star.value[output], np.array(expected["mu_star"]), rtol=0, atol=1e-10)
        np.testing.assert_allclose(found.sigma[output], np.array(expected["sigma"]), rtol=0, atol=1e-10)
        np.testing.assert_allclose(
            found.mu_star.half_width[output], np.array(expected["mu_star_conf"]), rtol=0.15, atol=1e-9
        )


def test_a_linear_function_has_its_slopes_and_no_spread():
    points = salib_sample.sample(problem(4, None), 10, num_levels=4, seed=2)
    slopes = np.array([3.0, -2.0, 0.0, 1.0])
    found = elementary_effects(points, points @ slopes, levels=4, seed=0)
    np.testing.assert_allclose(found.mu[0], slopes, atol=1e-12)
    np.testing.assert_allclose(found.sigma[0], 0.0, atol=1e-12)
    assert found.mu_star.covers_zero[0, 2] and not found.mu_star.covers_zero[0, 0]


def test_trajectories_with_undefined_runs_are_left_out_and_reasons_given():
    points = salib_sample.sample(problem(3, None), 20, num_levels=4, seed=2)
    values = np.column_stack([ishigami().evaluate(points)] * 3)
    values[5, 0] = np.nan  # in the second trajectory
    values[8:, 1] = np.nan
    values[:, 2] = 3.0
    found = elementary_effects(points, values, levels=4, seed=0, resamples=50)
    kept = np.delete(np.arange(80), np.arange(4, 8))
    expected = elementary_effects(points[kept], values[kept, 0], levels=4, seed=0, resamples=50)
    np.testing.assert_array_equal(found.mu[0], expected.mu[0])
    np.testing.assert_array_equal(found.mu_star.half_width[0], expected.mu_star.half_width[0])
    assert found.trajectories.tolist() == [19, 2, 20]
    assert "only 2 of 20" in str(found.reasons[1]) and "same value" in str(found.reasons[2])


def test_points_that_are_no_trajectories_are_refused():
    points = salib_sample.sample(problem(3, None), 20, num_levels=4, seed=2)
    with pytest.raises(InputError, match="trajectories"):
        elementary_effects(points[::-1].repeat(2, axis=0)[:80], np.arange(80.0), levels=4, seed=0)
    with pytest.raises(InputError, match="multiple of 4"):
        elementary_effects(points, np.arange(79.0), levels=4, seed=0)
    with pytest.raises(InputError, match="groups"):
        elementary_effects(points, np.arange(80.0), levels=4, seed=0, groups=[0, 2, 2])
