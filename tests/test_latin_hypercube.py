"""Latin hypercubes: every stratum once, any slice part of the whole, and dimensions that know nothing of each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from econsim.draws import LARGEST_SEED
from econsim.latin_hypercube import latin_hypercube_slice, permuted

NAMES = ("one", "two", "three", "four")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 1000, 4097])
@pytest.mark.parametrize("seed", [0, 1, LARGEST_SEED])
def test_every_stratum_has_one_point(size, seed):
    points = latin_hypercube_slice(NAMES, seed, size, 0, size)
    assert points.shape == (size, len(NAMES))
    assert points.min() > 0.0 and points.max() < 1.0
    for column in points.T:
        assert np.array_equal(np.sort(np.floor(size * column)), np.arange(size))


@given(data=st.data(), size=st.integers(1, 5000), seed=st.integers(0, LARGEST_SEED))
def test_any_slice_is_part_of_the_whole(data, size, seed):
    start = data.draw(st.integers(0, size))
    stop = data.draw(st.integers(start, size))
    whole = latin_hypercube_slice(NAMES[:2], seed, size, 0, size)
    assert np.array_equal(latin_hypercube_slice(NAMES[:2], seed, size, start, stop), whole[start:stop])


@given(size=st.integers(1, 400), keys=st.lists(st.integers(0, 2**64 - 1), min_size=8, max_size=8))
def test_the_permutation_is_one_under_any_keys(size, keys):
    found = permuted(np.arange(size, dtype=np.uint64), size, [np.uint64(key) for key in keys])
    assert np.array_equal(np.sort(found), np.arange(size))


def test_a_slice_of_a_huge_hypercube_is_reached_directly():
    """The last points of 10^15, each in a stratum of its own."""
    size = 10**15
    points = latin_hypercube_slice(NAMES, 3, size, size - 2000, size)
    assert len(np.unique(np.floor(points[:, 0] * size))) == 2000
    assert stats.kstest(points.ravel(), "uniform").pvalue > 1e-3


def test_dimensions_are_uncorrelated_and_points_in_no_order():
    """Columns against each other, and each against the number of the point and its neighbour."""
    size = 4097
    points = latin_hypercube_slice([f"dimension {number}" for number in range(12)], 0, size, 0, size)
    rows = np.vstack([points.T, np.roll(points, 1, axis=0).T, np.arange(size)])
    off_diagonal = np.corrcoef(rows) - np.eye(len(rows))
    assert np.abs(off_diagonal).max() < 5.0 / np.sqrt(size)
    assert stats.kstest((points * size % 1.0).ravel(), "uniform").pvalue > 1e-3


def test_small_hypercubes_come_in_every_order():
    """Over many seeds, each order of three points is as frequent as any other."""
    columns = [latin_hypercube_slice(["x"], seed, 3, 0, 3)[:, 0] for seed in range(1200)]
    _, counts = np.unique([np.argsort(column) for column in columns], axis=0, return_counts=True)
    assert len(counts) == 6
    assert stats.chisquare(counts).pvalue > 1e-3


def test_seeds_and_names_differ_and_the_other_names_do_not_matter():
    one = latin_hypercube_slice(NAMES, 0, 101, 0, 101)
    assert not np.isin(one, latin_hypercube_slice(NAMES, 1, 101, 0, 101)).any()
    assert not np.array_equal(np.floor(101 * one[:, 0]), np.floor(101 * one[:, 1]))
    assert np.array_equal(latin_hypercube_slice(["three", "one"], 0, 101, 0, 101), one[:, [2, 0]])
