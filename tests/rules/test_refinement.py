"""The refinement law: what a copy's bands get, and its economy against brute force over the sixteen bands."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from econsim.arrays import NUMPY
from econsim.rules.fidelity import copy_cost, refinement, water_filling
from econsim.rules.fidelity.refinement import BANDS, COMMON_BANDS, PLAUSIBLE, Constants

CENTRAL = Constants(*(centre for centre, _, _ in PLAUSIBLE.values()))
BAND = np.arange(1.0, BANDS + 1.0)


def rate_of(size: float, samples: float, extra: float = 0.0) -> float:
    return float(refinement.rate(size, samples, extra, CENTRAL, NUMPY))


def test_rate_by_hand():
    assert rate_of(32e9, 8e5) == pytest.approx(1.05)
    assert rate_of(320e9, 8e5) == pytest.approx(1.05 + 0.71)
    assert rate_of(32e9, 8e6) == pytest.approx(1.05 + 0.165)
    assert rate_of(7e9, 8e6) == pytest.approx(1.05 + 0.71 * np.log10(7.0 / 32.0) + 0.38)
    assert rate_of(32e9, 8e5, refinement.ACCESS["logit"]) == pytest.approx(2.05)


def test_bits_and_score_by_hand():
    """A quarter covered costs one bit, difficulty one half costs s/2; one bit keeps three quarters of the gap."""
    bits = refinement.band_bits(2.15, np.array([1.0, 0.25, 0.0]), 0.5, CENTRAL, NUMPY)
    np.testing.assert_allclose(bits, [2.0, 1.0, 0.0])
    scores = refinement.copied_score(80.0, np.array([40.0, 40.0, 40.0]), bits, 0.07, NUMPY)
    np.testing.assert_allclose(scores, [40.0 + 40.0 * 15.0 / 16.0, 70.0, 40.0 * 0.93])
    better_base = refinement.copied_score(50.0, 60.0, np.array([1.0, 0.0]), 0.0, NUMPY)
    np.testing.assert_allclose(better_base, 60.0)  # copying takes nothing from a base that is ahead


def test_retention_depends_on_who_looks():
    teacher, copied = np.ones(BANDS), np.where(BAND <= COMMON_BANDS, 0.9, 0.3)
    covered = refinement.coverage_weight(BAND, COMMON_BANDS, NUMPY)
    assert (covered > 0.0).sum() == COMMON_BANDS
    visible = refinement.retention(covered, copied, teacher, NUMPY)[0]
    hidden = refinement.retention(refinement.deployment_weight(BAND), copied, teacher, NUMPY)[0]
    assert visible == pytest.approx(0.9)
    assert 0.3 < hidden < 0.9


@given(
    size=st.floats(1e8, 1e12),
    samples=st.floats(0.0, 1e10),
    more=st.floats(1.0, 100.0),
    coverage=st.floats(0.0, 1.0),
    difficulty=st.floats(0.0, 1.0),
)
def test_more_samples_never_hurt(size, samples, more, coverage, difficulty):
    few, many = (
        refinement.copied_score(
            80.0,
            30.0,
            refinement.band_bits(rate_of(size, count), coverage, difficulty, CENTRAL, NUMPY),
            0.07,
            NUMPY,
        )
        for count in (samples, samples * more)
    )
    assert few <= many + 1e-12
    assert 30.0 * 0.93 - 1e-12 <= few <= 80.0


@pytest.mark.parametrize("samples", [0.0, 1e-300, 1e300])
def test_extremes_of_samples(samples):
    assert np.isfinite(rate_of(1e6, samples))
    assert np.isfinite(rate_of(1e15, samples))


# ---------------------------------------------------------------------------------------------------- the economy


def by_bands(effort: float, weight: float, complexity: float) -> tuple[float, float]:
    """Head and tail loss, band by band from the definition of the law."""
    constants = refinement.FITTED
    rate = refinement.rate(32e9, 8e5 * effort, 0.0, constants, NUMPY)
    measured = np.where(BAND <= COMMON_BANDS, 1.0, 1.0 / water_filling.threshold(weight, complexity, NUMPY))
    coverage = measured * BAND**-refinement.COVERAGE_EXPONENT
    bits = refinement.band_bits(rate, coverage, refinement.band_difficulty(BAND), constants, NUMPY)
    lost = 4.0**-bits
    common, rare = BAND <= COMMON_BANDS, BAND > COMMON_BANDS
    looked_at, met = BAND**-refinement.COVERAGE_EXPONENT, refinement.deployment_weight(BAND)
    return np.average(lost[common], weights=looked_at[common]), np.average(lost[rare], weights=met[rare])


@given(log_effort=st.floats(-16.0, 16.0), weight=st.floats(1e-6, 0.95), complexity=st.floats(1.0, 10.0))
def test_losses_are_those_of_the_bands(log_effort, weight, complexity):
    effort = np.exp(log_effort)
    found = refinement.lost_shares(np.array(effort), weight, 0.8, complexity, NUMPY)
    np.testing.assert_allclose(found, by_bands(effort, weight, complexity), rtol=1e-12)


@given(log_value=st.floats(-5.0, 16.0), weight=st.floats(0.0, 1.0), complexity=st.floats(1.0, 10.0))
def test_best_effort_in_closed_form_against_a_fine_grid(log_value, weight, complexity):
    """Nothing from next to nothing to ten million, nor close by, is worth more by 1e-12 of the value."""
    value = np.exp(log_value)
    best = float(refinement.best_effort(np.array(value), weight, 0.8, complexity, NUMPY))

    def worth(effort: np.ndarray) -> np.ndarray:
        head, tail = refinement.lost_shares(effort, weight, 0.8, complexity, NUMPY)
        return value * ((1.0 - weight) * (1.0 - head) + weight * (1.0 - tail)) - effort

    grid = np.concatenate([[0.0], np.geomspace(1e-12, 1e7, 10_000), best * np.linspace(0.5, 2.0, 5_001)])
    assert worth(grid).max() - worth(np.array(best)) <= 1e-12 * max(value, 1.0)


def test_a_tail_that_nobody_measures_is_lost():
    _, tail = refinement.lost_shares(np.array([1.0, 1e6]), 0.0, 0.8, 3.0, NUMPY)
    np.testing.assert_array_equal(tail, 1.0)
    _, seen = refinement.lost_shares(np.array([1.0, 1e6]), 0.5, 0.8, 1.0, NUMPY)
    assert (seen < 0.5).all()


# ---------------------------------------------------------------------------------------------------- dollars


def test_full_set_of_copies_costs_what_was_published():
    """804,745 samples with 4.31 billion tokens at $2.19 a million: about $9,400 of tokens."""
    tokens = 4.31e9 / 804_745
    each = copy_cost.teacher_cost(tokens, 2.19e-6, 1.0)
    assert 804_745 * each == pytest.approx(9439.0, abs=1.0)
    assert 804_745 * copy_cost.teacher_cost(tokens, 2.19e-6, 0.5) == pytest.approx(2 * 9438.9)


@given(budget=st.floats(1.0, 1e9), size=st.floats(1e8, 1e12), acceptance=st.floats(0.01, 1.0))
def test_dollars_to_samples_and_back(budget, size, acceptance):
    each = copy_cost.cost_of_sample(5000.0, 2e-6, acceptance, size, 2.0, 1.5e-18)
    assert each == pytest.approx(5000.0 * 2e-6 / acceptance + 6.0 * size * 5000.0 * 2.0 * 1.5e-18)
    assert copy_cost.samples_for(budget, each) * each == pytest.approx(budget)
