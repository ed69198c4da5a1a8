"""Scrambled Sobol' points are SciPy's, bit for bit, in any slice."""

from __future__ import annotations

import subprocess
import sys
import warnings

import numpy as np
import pytest
from scipy.stats import qmc

from econsim.sobol_sequence import BLOCK, most_dimensions, sobol_points


def of_scipy(dimensions: int, seed: int, stop: int) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed)).random(stop)


@pytest.mark.parametrize("dimensions", [1, 2, 3, 37, most_dimensions()])
@pytest.mark.parametrize("seed", [0, 1, 2**63])
def test_equal_to_scipy(dimensions, seed):
    expected = of_scipy(dimensions, seed, 1000)
    np.testing.assert_array_equal(sobol_points(dimensions, seed, 0, 1000), expected)
    np.testing.assert_array_equal(sobol_points(dimensions, seed, 257, 911), expected[257:911])


@pytest.mark.parametrize(
    "start, stop", [(0, 1), (1, 2), (BLOCK - 1, BLOCK + 1), (2 * BLOCK + 5, 2 * BLOCK + 9), (7, 7)]
)
def test_slices(start, stop):
    np.testing.assert_array_equal(sobol_points(5, 3, start, stop), of_scipy(5, 3, 3 * BLOCK)[start:stop])


def test_far_along_the_sequence():
    """The last points there are, reached directly."""
    engine = qmc.Sobol(2, scramble=True, rng=np.random.default_rng(0)).fast_forward(2**20)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        np.testing.assert_array_equal(sobol_points(2, 0, 2**20, 2**20 + 50), engine.random(50))


def test_a_run_does_not_import_scipy_stats():
    """It takes half a second, and a first answer should not."""
    code = "import sys, econsim; econsim.simulate('baseline', draws=2); print('scipy.stats' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
