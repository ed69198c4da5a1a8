"""Draws: designs and shocks depend on what they are about, and on nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_helpers import baseline, same, worlds
from scipy import stats

from econsim import draws
from econsim.parameter_book import book
from econsim.world import build_world, design_dimensions, design_points, parameter_values

SHOCKS = ("lab_demand", "distiller_demand", "training_luck", "copy_cost", "detection", "entry", "lab_reentry")


def shocks_of(seed=0, periods=6, labs=4, distillers=10, start=0, stop=9):
    return vars(draws.shocks(seed, periods, labs, distillers, start, stop))


@given(start=st.integers(0, 3000), count=st.integers(1, 40), seed=st.integers(0, draws.LARGEST_SEED))
def test_any_slice_is_part_of_the_whole(start, count, seed):
    """Draws `start` to `stop` are the same numbers whatever slice they are asked in."""
    whole = draws.uniform(seed, "detection", 2, 3, 0, start + count)
    assert same(draws.uniform(seed, "detection", 2, 3, start, start + count), whole[..., start:])


def test_shocks_have_the_distribution_they_claim():
    """Normal and uniform, independent across firms, periods and decisions."""
    found = shocks_of(periods=4, labs=3, distillers=3, stop=4000)
    for name in ("lab_demand", "training_luck", "copy_cost", "distiller_demand"):
        assert stats.kstest(found[name].ravel(), "norm").pvalue > 1e-3, name
    for name in ("detection", "entry", "lab_reentry"):
        assert stats.kstest(found[name].ravel(), "uniform").pvalue > 1e-3, name
        assert 0.0 < found[name].min() < found[name].max() < 1.0
    rows = np.vstack([found[name].reshape(-1, 4000) for name in ("lab_demand", "training_luck", "detection")])
    off_diagonal = np.corrcoef(rows) - np.eye(len(rows))
    assert np.abs(off_diagonal).max() < 5.0 / np.sqrt(4000)


@pytest.mark.parametrize("name", [*SHOCKS, "initial_capability"])
def test_more_firms_leave_the_others_their_shocks(name):
    """Adding labs, distillers or quarters leaves every shock there was."""
    one, other = shocks_of()[name], shocks_of(periods=11, labs=7, distillers=15)[name]
    firms = one.shape[-3]
    part = other[:firms] if name == "initial_capability" else other[:6, :firms]
    assert same(one, part)
    assert len(np.unique(one)) == one.size  # no two firms, quarters or draws share a shock


def test_seeds_and_decisions_differ():
    one = draws.uniform(1, "entry", 2, 1, 0, 50)
    assert not np.isin(one, draws.uniform(2, "entry", 2, 1, 0, 50)).any()
    assert not np.isin(one, draws.uniform(1, "detection", 2, 1, 0, 50)).any()


def test_first_half_of_the_draws_is_the_shorter_run():
    """128 draws are the first half of 256, parameters and shocks alike."""
    short, long = (worlds(baseline(quarters=14), draws=count)[0] for count in (128, 256))
    for name in short.metrics:
        assert same(short.metrics[name], long.metrics[name][:128]), name


def test_sobol_points_fill_the_box():
    """Each dimension of 256 points has one point in each 256th, and any slice is reached directly."""
    points = draws.sobol_points(34, 0, 0, 256)
    for column in points.T:
        assert np.array_equal(np.sort(np.floor(256 * column)), np.arange(256))
    assert np.array_equal(draws.sobol_points(34, 0, 100, 130), points[100:130])
    assert not np.array_equal(draws.sobol_points(34, 1, 0, 256), points)


def test_latin_hypercube_fills_the_box():
    points = draws.latin_hypercube_points(7, 3, 50)
    assert points.shape == (50, 7)
    for column in points.T:
        assert np.array_equal(np.sort(np.floor(50 * column)), np.arange(50))


# ----------------------------------------------------------------------------------------------------- parameters


def prior_values(scenario, stop=64):
    return parameter_values(scenario, design_points(scenario, "prior", 0, 0, stop))


@pytest.mark.parametrize("name", ["lab_premium", "access_lag", "tail_weight", "copy_cost_ratio"])
def test_fixing_one_parameter_leaves_the_others(name):
    """A fixed parameter, or another prior for it, leaves the draws of all others as they were."""
    free = prior_values(baseline())
    default = book().parameters[name].default
    for change in (default, {"default": default, "low": 0.9 * default, "high": 1.1 * default}):
        changed = prior_values(baseline(**{name: change}))
        assert [other for other in free if not same(np.asarray(free[other]), np.asarray(changed[other]))] == [name]


def test_a_prior_for_a_fixed_parameter_leaves_the_others():
    """Parameters that the book fixes draw from dimensions of their own."""
    free = prior_values(baseline())
    changed = prior_values(baseline(budget_growth={"default": 0.005, "low": 0.0, "high": 0.02}))
    assert [name for name in free if not same(np.asarray(free[name]), np.asarray(changed[name]))] == ["budget_growth"]
    assert np.unique(changed["budget_growth"]).size == 64
    assert 0.0 <= changed["budget_growth"].min() < changed["budget_growth"].max() <= 0.02


def test_draws_follow_the_prior():
    """Drawn values lie in the range, around the mode, on the axis that the book says."""
    values = prior_values(baseline(), 1024)
    for name in design_dimensions():
        parameter = book().parameters[name]
        low, high = parameter.range
        assert low <= values[name].min() <= values[name].max() <= high
        share_below = (values[name] <= parameter.default).mean()
        axis = np.log if parameter.prior.scale == "log" else np.asarray
        expected = (axis(parameter.default) - axis(low)) / (axis(high) - axis(low))
        assert abs(share_below - expected) < 0.02, name


def test_default_ensemble_has_no_parameter_draws():
    values = parameter_values(baseline(), design_points(baseline(), "default", 0, 0, 8))
    assert values == {name: parameter.default for name, parameter in book().parameters.items()}


def test_world_takes_only_its_own_firms():
    """A world reads the shocks of the firms it has from a set made for more."""
    many = draws.shocks(0, 14, 9, 20, 0, 4)
    world = build_world(baseline(quarters=14), parameter_values(baseline(), None), many)
    own = draws.shocks(0, 14, 4, 10, 0, 4)
    for name, values in vars(own).items():
        assert same(getattr(world.shocks, name), values), name
