"""Drivers from runs that are already there."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from econsim.errors import InputError
from econsim.studies.statistics.given_data import holm, rank_correlations, regional_sensitivity


def test_correlations_are_those_of_scipy():
    generator = np.random.default_rng(0)
    points = generator.random((200, 3))
    points[:, 2] = generator.integers(0, 3, 200)
    values = np.column_stack([np.exp(points[:, 0]) + points[:, 2] + generator.normal(size=200), points[:, 1] ** 3])
    values[4, 0] = np.nan
    found = rank_correlations(points, values)
    for output in range(2):
        rows = np.isfinite(values[:, output])
        for parameter in range(3):
            expected = spearmanr(points[rows, parameter], values[rows, output]).statistic
            assert found.correlation.value[output, parameter] == pytest.approx(expected, abs=1e-12)
    assert found.rows.tolist() == [199, 200]


def test_intervals_cover_the_correlation_about_as_often_as_they_say():
    """Normal pairs with correlation 0.6: Spearman's is 6/pi asin(0.3)."""
    truth = 6 / np.pi * np.arcsin(0.6 / 2)
    hits = 0
    for seed in range(400):
        one, other = np.random.default_rng(seed).normal(size=(2, 150))
        found = rank_correlations(one, 0.6 * one + 0.8 * other).correlation
        hits += found.low[0, 0] <= truth <= found.high[0, 0]
    assert 0.92 <= hits / 400 <= 0.98


def test_constants_and_undefined_outputs_have_reasons():
    generator = np.random.default_rng(0)
    points = np.column_stack([generator.random(50), np.ones(50)])
    values = np.column_stack([points[:, 0], np.full(50, 7.0), np.where(np.arange(50) < 5, 1.0, np.nan)])
    found = rank_correlations(points, values)
    assert found.correlation.value[0].tolist() == [pytest.approx(1.0), 0.0]
    assert found.correlation.covers_zero[0].tolist() == [False, True]
    assert found.reasons[0] is None
    assert "same value" in str(found.reasons[1]) and "only 5 of 50" in str(found.reasons[2])
    with pytest.raises(InputError, match="undefined"):
        rank_correlations(np.full((50, 1), np.nan), values)


def test_the_parameter_that_decides_is_told_from_the_rest():
    generator = np.random.default_rng(0)
    points = generator.random((600, 6))
    found = regional_sensitivity(points, points[:, 1] > 0.4)
    assert found.distance[1] == 1.0 and found.direction[1] == 1.0
    assert found.adjusted[1] < 1e-10 and np.delete(found.adjusted, 1).min() > 0.05
    assert found.rows_met + found.rows_not == 600
    with pytest.raises(InputError, match="at least 10 rows"):
        regional_sensitivity(points, points[:, 1] > 2.0)


def test_false_alarms_are_as_rare_as_promised():
    alarms = 0
    for seed in range(150):
        points = np.random.default_rng(seed).random((150, 5))
        alarms += regional_sensitivity(points, np.arange(150) < 60).adjusted.min() < 0.05
    assert alarms / 150 <= 0.08


def test_holm_by_hand():
    assert holm(np.array([0.04, 0.01, 0.03])).tolist() == pytest.approx([0.06, 0.03, 0.06])
    assert holm(np.array([0.9, 0.8])).tolist() == [1.0, 1.0]
