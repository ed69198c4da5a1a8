"""Profits, expectations, entry and exit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from econsim.arrays import NUMPY
from econsim.rules import copying, firms
from econsim.rules.demand import ABSENT

MONEY = st.floats(-1e6, 1e6)


@given(last=MONEY, new=MONEY, weight=st.floats(0.001, 1.0))
def test_smoothing_lies_between_old_and_new(last, new, weight):
    found = firms.smooth(last, new, weight)
    slack = 1e-9 * (1.0 + abs(last) + abs(new))
    assert min(last, new) - slack <= found <= max(last, new) + slack
    assert firms.smooth(last, new, 1.0) == pytest.approx(new, abs=slack)


def test_smoothing_forgets_geometrically():
    """After t quarters of zeros a share (1 - s)^t of the first value is left."""
    value = 100.0
    for _ in range(10):
        value = firms.smooth(value, 0.0, 0.25)
    assert value == pytest.approx(100.0 * 0.75**10)


GROWTH = [(110.0, 100.0, np.log(1.1)), (900.0, 1.0, 0.5), (0.0, 5.0, -0.5)]


@pytest.mark.parametrize(("now", "before", "growth"), GROWTH)
def test_revenue_growth_is_capped(now, before, growth):
    assert firms.revenue_growth(now, before, NUMPY) == pytest.approx(growth)


def test_exit_of_distillers():
    """Losing money on average, and there to leave."""
    active = np.array([True, True, True, False])
    smoothed = np.array([-1.0, 0.0, 5.0, -1.0])
    np.testing.assert_array_equal(firms.distiller_exits(active, smoothed), [True, False, False, False])


def test_exit_of_labs():
    """A lab with losses stays while it has cash; one that has spent its last cent on R&D stays while it earns."""
    active = np.array([True, True, True, True, False])
    smoothed = np.array([-1.0, -1.0, 1.0, -1.0, -1.0])
    cash = np.array([0.0, 100.0, 0.0, -5.0, 0.0])
    np.testing.assert_array_equal(firms.lab_exits(active, smoothed, cash, 1000.0), [True, False, False, True, False])


def test_rounding_does_not_decide_on_exit():
    """A lab that may spend all its cash has 0 give or take a rounding of its cash: both leave alike."""
    active, losing = np.array([True, True]), np.array([-1.0, -1.0])
    assert firms.lab_exits(active, losing, np.array([2e-12, -2e-12]), 25_000.0).all()


@given(gross=MONEY, royalty=MONEY, fixed=MONEY, subsidy=st.floats(0.0, 0.9), investment=MONEY)
def test_lab_profit_adds_up(gross, royalty, fixed, subsidy, investment):
    operating = firms.lab_operating_profit(gross, royalty, fixed)
    expected = gross + royalty - fixed - (1.0 - subsidy) * investment
    assert firms.lab_profit(operating, subsidy, investment) == pytest.approx(expected, abs=1e-6)


def test_distiller_profit_subtracts_each_cost_once():
    assert firms.distiller_profit(1000.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0) == 1000.0 - 63.0


def test_an_entrant_expects_what_made_it_enter():
    """Its smoothed profit starts at the surplus that `entry_pays` compares with the entry cost."""
    expected = firms.entrant_expectation(0.6, 700.0, 30.0, 100.0)
    assert expected == pytest.approx(290.0)
    for entry_cost in (0.99 * 8.0 * 290.0, 1.01 * 8.0 * 290.0):
        pays = copying.entry_pays(700.0, 0.0, 0.6, 30.0, 100.0, 8.0, entry_cost)
        assert pays == (expected * 8.0 > entry_cost)


def test_reentry_pays_better_in_a_weaker_market():
    market = np.linspace(-3.0, 3.0, 25).reshape(1, 1, 25)
    value = np.full((4, 1, 25), 0.5)
    profit = firms.reentry_gross_profit(value, market, 1000.0, 1.0, 2.0, 0.1, NUMPY)
    assert profit.shape == (4, 1, 25)
    assert (np.diff(profit, axis=-1) < 0.0).all()
    assert (profit > 0.0).all()


@pytest.mark.parametrize("market", [ABSENT, -600.0, -10.0])
def test_reentry_into_an_empty_market(market):
    """Alone, a lab is a monopolist against the outside good alone: its profit by brute force over its markup."""
    value, outside, budget, eta_o = 20.0, 20.0, 5e5, 0.1
    markups = np.linspace(0.5, 8.0, 200_001)
    share = 1.0 / (1.0 + np.exp(-eta_o * (value - markups - outside)))
    best = (budget * share * (1.0 - np.exp(-markups))).max()
    shape = np.ones((1, 1, 2))
    profit = firms.reentry_gross_profit(value * shape, market * shape, budget, outside * shape, 2.0, eta_o, NUMPY)
    np.testing.assert_allclose(profit, best, rtol=1e-8)
