"""What buyers believe about a copy, and where beliefs settle."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from econsim.arrays import NUMPY
from econsim.rules import evaluation, policy

SHARE = st.floats(0.0, 1.0)
BUDGET_SHARE = np.array([0.35, 0.45, 0.20]).reshape(1, 3, 1)
RELATIVE = np.array([0.1, 0.4, 1.0]).reshape(1, 3, 1)


def settled_belief(coverage: float, rate: float, erosion: float, gap: float = 2.0) -> float:
    """Believed gap after many quarters with a release in each."""
    awareness = evaluation.evaluator_awareness(coverage, rate)
    believed = 0.0
    for _ in range(2000):
        believed = evaluation.learn(evaluation.belief_at_release(believed, erosion), gap, awareness)
    return believed


def test_steady_beliefs_at_defaults():
    """A release a quarter: believed / true = le / (1 - (1 - le)(1 - chi)) = .671908506."""
    awareness = 1.0 - (1.0 - 0.10) * (1.0 - 0.15)
    closed_form = awareness / (1.0 - (1.0 - awareness) * (1.0 - 0.15))
    assert closed_form == pytest.approx(0.671908506, rel=1e-9)
    assert settled_belief(0.10, 0.15, 0.15) / 2.0 == pytest.approx(closed_form, rel=1e-12)


@given(coverage=SHARE, rate=st.floats(0.02, 0.5), erosion=st.floats(0.0, 0.5))
def test_beliefs_never_overtake_the_truth(coverage, rate, erosion):
    assert 0.0 < settled_belief(coverage, rate, erosion) <= 2.0 * (1.0 + 1e-12)


def test_without_erosion_buyers_learn_the_truth():
    assert settled_belief(0.10, 0.15, 0.0) == pytest.approx(2.0, rel=1e-9)


@given(coverage=SHARE, rate=SHARE)
def test_awareness_is_a_share_and_counts_either_source(coverage, rate):
    awareness = evaluation.evaluator_awareness(coverage, rate)
    assert max(coverage, rate) - 1e-15 <= awareness <= 1.0
    assert evaluation.evaluator_awareness(coverage, 0.0) == pytest.approx(coverage, abs=1e-15)


def test_a_full_mandate_hides_nothing():
    """Coverage 1 makes awareness 1: buyers believe the true gap at once, and nothing is misperceived."""
    awareness = evaluation.evaluator_awareness(policy.tail_coverage(0.1, 1.0), 0.15)
    believed = evaluation.learn(0.0, 1.7, awareness)
    assert believed == 1.7
    assert evaluation.misperception(1.2, 0.5, 1.7, believed) == 0.0


def test_segments_weigh_the_tail_differently():
    weight = evaluation.segment_tail_weight(0.5, RELATIVE)
    np.testing.assert_allclose(weight[0, :, 0], [0.05, 0.2, 0.5])
    mean = evaluation.mean_tail_weight(weight, BUDGET_SHARE, NUMPY)
    assert mean.shape == (1, 1, 1)
    assert mean.item() == pytest.approx(0.35 * 0.05 + 0.45 * 0.2 + 0.2 * 0.5)
    assert evaluation.measured_tail_weight(mean, 0.235).item() == pytest.approx(0.235 * mean.item())


def test_only_the_mix_of_budget_shares_matters():
    weight = evaluation.segment_tail_weight(0.5, RELATIVE)
    np.testing.assert_allclose(
        evaluation.mean_tail_weight(weight, 7.0 * BUDGET_SHARE, NUMPY),
        evaluation.mean_tail_weight(weight, BUDGET_SHARE, NUMPY),
        rtol=1e-15,
    )


def test_class_belief_is_the_mean_of_active_copies():
    believed = np.array([[0.4, 0.4], [0.8, 0.8], [9.0, 9.0]]).reshape(3, 1, 2)
    active = np.array([[True, False], [True, False], [False, False]]).reshape(3, 1, 2)
    found = evaluation.class_belief(believed, active, NUMPY)
    assert found.shape == (1, 1, 2)
    np.testing.assert_allclose(found[0, 0], [0.6, 0.0])


def test_a_tail_gap_is_never_negative():
    np.testing.assert_array_equal(evaluation.tail_gap(np.array([3.0, 1.0]), np.array([1.0, 3.0]), NUMPY), [2.0, 0.0])


def test_misperception_by_segment():
    """beta w (true - believed): per dollar, largest where the tail matters most, negative for gloomy buyers."""
    gap = np.array([2.0, 2.0]).reshape(2, 1, 1)
    believed = np.array([0.5, 2.5]).reshape(2, 1, 1)
    found = evaluation.misperception(1.2, evaluation.segment_tail_weight(0.5, RELATIVE), gap, believed)
    assert found.shape == (2, 3, 1)
    np.testing.assert_allclose(found[0, :, 0], [0.09, 0.36, 0.9])
    assert (found[1] < 0.0).all()
