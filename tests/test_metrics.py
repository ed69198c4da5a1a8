"""Summary metrics on hand-made paths with known answers."""

from __future__ import annotations

import numpy as np
import pytest
from model_helpers import SEGMENTS, SERIES, baseline, run_of, worlds

from econsim.metrics import (
    FIRST_QUARTER,
    lag_months,
    mean_defined,
    payback_months,
    present_value,
    price_fall,
    summarise,
    summary_catalogue,
)


def column(values) -> np.ndarray:
    return np.asarray(values, dtype=float).reshape(-1, 1)


# ------------------------------------------------------------------------------------------------------------- lags


@pytest.mark.parametrize("behind", [0.0, 0.25, 1.0, 2.5, 11.5])
@pytest.mark.parametrize("growth", [0.1, 0.45])
def test_lag_of_a_steady_copy(behind, growth):
    """A copy that stands where the frontier stood n quarters ago lags 3n months."""
    frontier = growth * np.arange(40.0)
    found = lag_months(column(frontier), column(frontier - growth * behind), growth)
    np.testing.assert_allclose(found, 3.0 * behind, atol=1e-9)


def test_lag_reaches_before_the_start():
    """The frontier before the start grew at the rate given, one rate a draw."""
    frontier = np.tile(0.3 * np.arange(20.0)[:, None], 2)
    copy = np.full((20, 2), -1.2)
    rates = np.array([0.3, 0.6])
    when = -1.2 / rates
    expected = 3.0 * (np.arange(FIRST_QUARTER, 20).mean() - when)
    np.testing.assert_allclose(lag_months(frontier, copy, rates), expected)


def test_lag_of_a_copy_ahead_is_zero():
    frontier = column(np.linspace(0.0, 1.0, 20))
    np.testing.assert_allclose(lag_months(frontier, frontier + 1.0, 0.1), 0.0)


def test_lag_uses_the_running_maximum():
    """A frontier that falls back does not make a copy look earlier: what counts is when its level was first reached."""
    frontier = column([*np.arange(15.0), *np.full(5, 3.0)])
    copy = np.full_like(frontier, 5.0)
    expected = 3.0 * np.mean(np.arange(FIRST_QUARTER, 20) - 5.0)
    np.testing.assert_allclose(lag_months(frontier, copy, 1.0), expected)


def test_lag_of_a_short_run_is_undefined():
    assert np.isnan(lag_months(np.zeros((FIRST_QUARTER, 2)), np.zeros((FIRST_QUARTER, 2)), 0.4)).all()


# ------------------------------------------------------------------------------------------------------------ prices


def offers(capability, price) -> tuple[np.ndarray, np.ndarray]:
    """(period, firm, 1) arrays from lists of rows, one row a period."""
    return np.asarray(capability, dtype=float)[..., None], np.asarray(price, dtype=float)[..., None]


@pytest.mark.parametrize("yearly", [2.0, 9.0, 40.0])
def test_price_fall_of_one_seller(yearly):
    """One seller of everything, whose price falls by a constant factor a year: that factor."""
    quarters = np.arange(30.0)
    capability, price = offers(np.full((30, 1), 3.5), (-np.log(yearly) / 4.0 * quarters)[:, None])
    np.testing.assert_allclose(price_fall(capability, price), yearly)


def test_price_fall_starts_at_the_first_offer():
    """Each level counts over the twelve quarters after it is first offered, and levels average geometrically."""
    quarters = 40
    capability = np.where(np.arange(quarters) < 20, 0.5, 2.5)[:, None]  # level 2 is first offered in quarter 20
    price = np.zeros((quarters, 1))
    price[12:20] = -3.0  # level 0: falls by e^3 over three years
    price[20:32] = 0.0
    price[32:] = -6.0  # level 2: falls by e^6 over three years
    found = price_fall(*offers(capability, price))
    np.testing.assert_allclose(found, np.exp((1.0 + 2.0) / 2.0))


def test_price_fall_takes_the_cheapest_that_is_good_enough():
    """A cheap offer below the level does not count; a firm that is not there (-inf) neither."""
    quarters = 13
    capability = np.tile([1.0, -1.0, -np.inf], (quarters, 1))
    price = np.tile([0.0, -50.0, -90.0], (quarters, 1))
    price[12, 0] = -3.0
    np.testing.assert_allclose(price_fall(*offers(capability, price)), np.e)


def test_price_fall_is_undefined_without_offers_or_time():
    capability, price = offers(np.full((30, 1), -np.inf), np.zeros((30, 1)))
    assert np.isnan(price_fall(capability, price)).all()
    capability, price = offers(np.ones((12, 1)), np.zeros((12, 1)))
    assert np.isnan(price_fall(capability, price)).all()


# ----------------------------------------------------------------------------------------------------------- payback


@pytest.mark.parametrize(("rd", "profit", "months"), [(1.0, 1.0, 12.0), (3.0, 1.0, 36.0), (1.0, 8.0, 1.5)])
def test_payback_of_steady_flows(rd, profit, months):
    """Four quarters of R&D at a steady rate are covered after 4·rd/profit quarters of gross profit."""
    found = payback_months(np.full((60, 1), rd), np.full((60, 1), profit))
    np.testing.assert_allclose(found, months)


def test_payback_that_never_comes_is_undefined():
    assert np.isnan(payback_months(np.full((60, 1), 1.0), np.zeros((60, 1)))).all()
    assert np.isnan(payback_months(np.full((60, 1), 1e9), np.ones((60, 1)))).all()
    assert np.isnan(payback_months(np.ones((20, 1)), np.ones((20, 1)))).all()  # the run is too short to ask


def test_payback_of_nothing_is_immediate():
    np.testing.assert_allclose(payback_months(np.zeros((60, 1)), np.ones((60, 1))), 0.0)


# ------------------------------------------------------------------------------------------------------------- sums


def test_present_value():
    """A perpetuity cut at n: Σ (1+r)^−t = (1 − v^n)/(1 − v), with one rate for each draw."""
    rates = np.array([0.0, 0.01, 0.06])
    factors = 1.0 / (1.0 + rates)
    expected = [60.0, *((1.0 - factors[1:] ** 60) / (1.0 - factors[1:]))]
    np.testing.assert_allclose(present_value(np.ones((60, 3)), rates), expected)
    np.testing.assert_allclose(present_value(column([5.0, 0.0, 12.1]), 0.1), [5.0 + 10.0])


def test_mean_of_what_is_defined():
    values = np.array([[1.0, np.nan], [3.0, np.nan], [np.nan, np.nan]])
    found = mean_defined(values)
    assert found[0] == 2.0
    assert np.isnan(found[1])


# ------------------------------------------------------------------------------------------------------ on real runs


@pytest.fixture(scope="module")
def pair():
    return worlds(baseline(), baseline(copying=False), draws=24)


def test_every_metric_has_a_name_a_unit_and_a_value(pair):
    copying, _ = pair
    assert list(copying.metrics) == list(summary_catalogue(SEGMENTS))
    for name, row in summary_catalogue(SEGMENTS).items():
        assert copying.metrics[name].shape == (24,)
        assert row.unit and row.meaning
        assert not np.isinf(copying.metrics[name]).any(), name
        assert np.isfinite(copying.metrics[name]).any(), name


def test_metrics_from_series(pair):
    """Ratios, means and counts recomputed from the series of the same run, in other words than the code's."""
    copying, without = pair
    series, metrics = copying.trajectories, copying.metrics
    twin_rd = without.trajectories["rd_investment"]
    with np.errstate(invalid="ignore", divide="ignore"):
        relative = series["rd_investment"][40:].sum(axis=0) / twin_rd[40:].sum(axis=0)
        hidden = series["hidden_loss"].sum(axis=0) / series["distiller_revenue"].sum(axis=0)
    np.testing.assert_allclose(metrics["rd_relative"], relative, rtol=1e-12)
    known = np.isfinite(relative)
    assert np.array_equal(metrics["collapse"][known], (relative < 0.5)[known].astype(float))
    assert np.isnan(metrics["collapse"][~known]).all()
    growth = (series["frontier_capability"][59] - series["frontier_capability"][0]) / 59.0 * 4.0
    np.testing.assert_allclose(metrics["frontier_growth"], growth, rtol=1e-12)
    np.testing.assert_allclose(metrics["hidden_loss_share"], hidden, rtol=1e-12)
    np.testing.assert_allclose(metrics["ai_share"], series["ai_share"][12:].mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(metrics["n_labs_active"], series["n_labs_active"][-1])
    np.testing.assert_allclose(metrics["lab_cash"], series["lab_cash"][-1])
    pays = (np.nan_to_num(series["incentive_ratio"], nan=-1.0) > 1.0).any(axis=0)
    assert np.array_equal(metrics["copying_ever_pays"], pays.astype(float))
    assert np.array_equal(
        metrics["copying_ever_happens"], (series["n_distillers_active"].max(axis=0) > 0).astype(float)
    )


def test_copying_off_is_its_own_twin(pair):
    _, without = pair
    relative = without.metrics["rd_relative"]
    assert (relative[np.isfinite(relative)] == 1.0).all()
    assert np.isnan(without.metrics["copying_ever_pays"]).all()
    assert (without.metrics["copying_ever_happens"] == 0.0).all()


def test_present_values_add_up(pair):
    """welfare_pv is the sum of its parties."""
    metrics = pair[0].metrics
    parties = sum(
        metrics[f"{name}_pv"] for name in ("consumer_surplus", "lab_profit", "distiller_profit", "government_balance")
    )
    np.testing.assert_allclose(metrics["welfare_pv"], parties - metrics["external_harm_pv"], rtol=1e-9)


def test_segments_and_origins_add_up(pair):
    series = pair[0].trajectories
    for name in ("consumer_surplus", "hidden_loss"):
        total = sum(series[f"{name}_{segment}"] for segment in SEGMENTS)
        np.testing.assert_allclose(total, series[name], rtol=1e-9, atol=1e-6)
    total = series["distiller_profit_domestic"] + series["distiller_profit_foreign"]
    np.testing.assert_allclose(total, series["distiller_profit"], rtol=1e-9, atol=1e-6)


def test_summaries_of_one_quarter():
    """A run of one quarter has no growth, no lag, no price fall; nothing breaks."""
    found = run_of(baseline(quarters=1), 4)
    metrics = summarise(found, found["rd_investment"], SEGMENTS, 0.45, 0.03, 0.01)
    assert (metrics["frontier_growth"] == 0.0).all()
    for name in ("visible_lag_months", "price_fall", "payback_months", "ai_share"):
        assert np.isnan(metrics[name]).all(), name
    assert np.isfinite(metrics["welfare_pv"]).all()
    assert set(SERIES) <= set(metrics)
