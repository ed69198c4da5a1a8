"""Own normal quantiles are SciPy's to the last bit: which of the two draws a shock moves no number."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from econsim.draws import HALF_STEP
from econsim.normal_quantile import TAIL, by_rational_approximation, normal_quantile


def test_equal_to_scipy_to_the_last_bit():
    uniform = np.random.default_rng(4).random(200_000)
    probability = np.concatenate([uniform, TAIL * uniform[:50_000], 1.0 - TAIL * uniform[:50_000]])
    np.testing.assert_array_equal(by_rational_approximation(probability), ndtri(probability))


def test_equal_in_the_far_tails_and_at_the_borders():
    small = np.array([HALF_STEP, 1e-300, 1e-20, np.exp(-32.0), 1.3e-14, TAIL])
    probability = np.concatenate([small, np.nextafter(small, 1.0), 1.0 - small, [0.5, 1.0 - HALF_STEP]])
    probability = probability[(probability > 0.0) & (probability < 1.0)]
    np.testing.assert_array_equal(by_rational_approximation(probability), ndtri(probability))


def test_shapes_are_kept_and_nothing_is_written_over():
    probability = np.linspace(0.01, 0.99, 24).reshape(2, 3, 4)
    before = probability.copy()
    for quantile in (normal_quantile, by_rational_approximation):
        assert quantile(probability).shape == (2, 3, 4)
    np.testing.assert_array_equal(probability, before)
    assert by_rational_approximation(probability[:0]).shape == (0, 3, 4)
