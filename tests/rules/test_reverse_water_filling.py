"""Reverse water-filling over many bands: against bisection, against brute force, and its laws for power spectra."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from econsim.arrays import NUMPY
from econsim.rules.fidelity import reverse_water_filling as filling


def spectrum(bands: int, seed: int, silent: float = 0.0) -> np.ndarray:
    """log2 of weighted variances over many orders of magnitude; some bands are not measured at all."""
    generator = np.random.default_rng(seed)
    found = generator.uniform(-12.0, 6.0, bands)
    found[generator.random(bands) < silent] = -np.inf
    found[0] = 1.0
    return found


def level_by_bisection(log2_variance: np.ndarray, rate: float) -> float:
    """The level by halving an interval until it holds two neighbouring floats."""
    low, high = log2_variance.max() - 2.0 * rate - 1.0, log2_variance.max()
    while True:
        middle = 0.5 * (low + high)
        if middle in (low, high):
            return middle
        spent = 0.5 * np.maximum(log2_variance - middle, 0.0).sum()
        low, high = (middle, high) if spent > rate else (low, middle)


@given(bands=st.integers(1, 40), seed=st.integers(0, 10_000), rate=st.floats(1e-3, 60.0))
def test_level_against_bisection(bands, seed, rate):
    log2_variance = spectrum(bands, seed, silent=0.2)
    found = float(filling.log2_water_level(log2_variance, rate, NUMPY)[0])
    assert found == pytest.approx(level_by_bisection(log2_variance, rate), abs=1e-13 * max(1.0, abs(found)), rel=0.0)


@given(bands=st.integers(1, 40), seed=st.integers(0, 10_000), rate=st.floats(0.0, 60.0))
def test_bits_add_up_to_the_rate(bands, seed, rate):
    bits = filling.band_bits(spectrum(bands, seed, silent=0.2), rate, NUMPY)
    assert (bits >= 0.0).all()
    assert bits.sum() == pytest.approx(rate, abs=1e-12 * (1.0 + rate))


@pytest.mark.parametrize("seed", range(6))
def test_no_other_way_of_spending_the_bits_loses_less(seed):
    """A solver that knows nothing of water finds no smaller weighted error, and the level's way is nearly its own."""
    log2_variance = np.random.default_rng(seed).uniform(-3.0, 3.0, 5)
    rate = 3.0

    def lost(bits: np.ndarray) -> float:
        return float((2.0**log2_variance * 4.0**-bits).sum())

    exact = filling.band_bits(log2_variance, rate, NUMPY)
    spent = {"type": "eq", "fun": lambda bits: bits.sum() - rate}
    tried = [np.full(5, rate / 5), *np.random.default_rng(seed).dirichlet(np.ones(5), 5) * rate]
    solved = [
        minimize(lost, start, bounds=[(0.0, rate)] * 5, constraints=spent, options={"ftol": 1e-14, "maxiter": 500})
        for start in tried
    ]
    best = min(solved, key=lambda one: one.fun)
    assert lost(exact) <= best.fun * (1.0 + 1e-9)
    np.testing.assert_allclose(best.x, exact, atol=2e-3)


def test_bands_that_nobody_measures_get_nothing():
    bits = filling.band_bits(np.array([2.0, -np.inf, 1.0, -np.inf]), 3.0, NUMPY)
    np.testing.assert_allclose(bits, [1.75, 0.0, 1.25, 0.0])
    silent = filling.band_bits(np.full(4, -np.inf), 3.0, NUMPY)
    np.testing.assert_array_equal(silent, 0.0)


def test_several_spectra_and_rates_at_once():
    log2_variance = np.stack([spectrum(8, seed) for seed in range(5)], axis=1)[:, None, :]
    rates = np.linspace(0.0, 20.0, 5)[None, :]
    together = filling.band_bits(log2_variance, rates, NUMPY)
    for draw in range(5):
        alone = filling.band_bits(log2_variance[:, 0, draw], rates[0, draw], NUMPY)
        np.testing.assert_allclose(together[:, 0, draw], alone, atol=1e-13)


def test_fidelity_of_bits():
    np.testing.assert_allclose(filling.fidelity(np.array([0.0, 0.5, 1.0, 600.0]), NUMPY), [0.0, 0.5, 0.75, 1.0])


@pytest.mark.parametrize(("by_bench", "by_deployment"), [(1.2, 0.4), (0.8, 0.3), (1.0, 1.0)])
def test_power_laws(by_bench, by_deployment):
    """sigma^2 ~ k^-a, weights k^-b on the bench and k^-c in use: losses fall as R^-(a+b-1) and R^-(a+c-1).

    So hidden over visible loss goes as R^(b-c): where benches look more at the head than deployment does, the better
    a copy looks, the larger the share of its loss that does not show.
    """
    steepness = 1.5
    band = np.arange(1.0, 3e5 + 1.0)
    variance = band**-steepness
    log2_variance = np.log2(variance * band**-by_bench)
    rates = np.array([300.0, 3000.0])
    visible, hidden = (
        np.array(
            [
                filling.weighted_loss(band**-c, variance, filling.band_bits(log2_variance, rate, NUMPY), NUMPY)[0]
                for rate in rates
            ]
        )
        for c in (by_bench, by_deployment)
    )
    decade = np.log10(rates[1] / rates[0])
    assert np.diff(np.log10(visible))[0] / decade == pytest.approx(-(steepness + by_bench - 1.0), rel=0.03)
    assert np.diff(np.log10(hidden))[0] / decade == pytest.approx(-(steepness + by_deployment - 1.0), rel=0.03)
    assert np.diff(np.log10(hidden / visible))[0] / decade == pytest.approx(by_bench - by_deployment, abs=0.03)
