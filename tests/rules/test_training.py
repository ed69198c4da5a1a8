"""Training: the last dollar returns a dollar, luck is fair, knowledge spreads by interpolation and Wright's law."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from econsim.arrays import NUMPY
from econsim.rules import demand, firms, training
from econsim.rules.pricing import best_reply, lerner_margin, lowest_markup

MONEY = st.floats(1.0, 1e6)


@given(marginal=MONEY, subsidy=st.floats(0.0, 0.9), doubling=MONEY)
def test_the_last_dollar_of_rd_returns_a_dollar(marginal, subsidy, doubling):
    """M dq'/dI = 1 - subsidy at I*, by complex step; where nothing is spent, the first dollar returns less."""
    wanted = float(training.wanted_investment(marginal, subsidy, doubling, NUMPY))
    step = 1e-30
    slope = training.capability_after(0.0, wanted + 1j * step, doubling, 1.0, NUMPY).imag / step
    if wanted > 0.0:
        assert marginal * slope == pytest.approx(1.0 - subsidy, rel=1e-9)
    else:
        assert marginal * slope <= (1.0 - subsidy) * (1.0 + 1e-12)


@pytest.mark.parametrize("subsidy", [0.0, 0.3])
def test_wanted_rd_against_brute_force(subsidy):
    """No R&D on a grid is worth more to the lab: M ln(1 + I/kappa) - (1 - subsidy) I."""
    marginal, doubling = 9000.0, 2000.0
    wanted = training.wanted_investment(marginal, subsidy, doubling, NUMPY)

    def worth(investment: np.ndarray) -> np.ndarray:
        after = training.capability_after(0.0, investment, doubling, 1.0, NUMPY)
        return marginal * after - (1.0 - subsidy) * investment

    assert worth(wanted) >= worth(np.linspace(0.0, 50_000.0, 100_001)).max() - 1e-9
    assert wanted == pytest.approx(marginal / (1.0 - subsidy) - doubling)


def test_compute_accumulates():
    """Spending the doubling cost doubles effective compute: ln 2 nats; spending nothing leaves it."""
    assert training.capability_after(3.0, 500.0, 500.0, 1.0, NUMPY) == pytest.approx(3.0 + np.log(2.0))
    assert training.capability_after(3.0, 0.0, 500.0, 1.0, NUMPY) == 3.0


def test_doubling_cost():
    """kappa_0 e^(q - G) / (1 + f share): a nat of capability costs e times as much, a nat of efficiency undoes it."""
    assert training.doubling_cost(2000.0, 1.5, 0.5, 0.25, 0.4, NUMPY) == pytest.approx(2000.0 * np.e / 1.1)
    assert training.doubling_cost(2000.0, 7.0, 7.0, 0.0, 1.0, NUMPY) == pytest.approx(2000.0)


def test_rd_is_capped_by_cash():
    assert training.affordable_investment(300.0, 100.0, 0.2, NUMPY) == pytest.approx(500.0)
    assert training.affordable_investment(300.0, -500.0, 0.2, NUMPY) == 0.0


@given(seed=st.integers(0, 10_000), labs=st.integers(1, 4))
def test_accessible_capability_is_linear_interpolation(seed, labs):
    generator = np.random.default_rng(seed)
    history = generator.normal(size=(12, labs, 1, 7))
    window = generator.uniform(0.0, 10.0, size=(1, 1, 7))
    window[..., 0], window[..., 1] = 0.0, 4.0
    found = training.accessible_capability(history, window, NUMPY)
    assert found.shape == (labs, 1, 7)
    for lab in range(labs):
        for draw in range(7):
            expected = np.interp(window[0, 0, draw], np.arange(12), history[:, lab, 0, draw])
            assert found[lab, 0, draw] == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_one_window_serves_all_draws():
    history = np.arange(6.0).reshape(6, 1, 1, 1) + np.zeros((6, 2, 1, 3))
    np.testing.assert_allclose(training.accessible_capability(history, np.full((1, 1, 1), 2.5), NUMPY), 2.5)


@given(seed=st.integers(0, 10_000))
def test_teacher_weights_sum_to_one(seed):
    generator = np.random.default_rng(seed)
    capability = generator.normal(size=(4, 1, 9))
    active = generator.random((4, 1, 9)) < 0.6
    best = np.where(active, capability, demand.ABSENT).max(axis=0, keepdims=True)
    weight = training.teacher_weights(capability, active, best, NUMPY)
    anybody = active.any(axis=0)
    np.testing.assert_allclose(weight.sum(axis=0)[anybody], 1.0, rtol=1e-12)
    np.testing.assert_array_equal(weight.sum(axis=0)[~anybody], 0.0)
    np.testing.assert_array_equal(weight[~active], 0.0)


def test_the_better_teacher_is_copied_more():
    """A nat ahead is worth e^20 in the odds; equal labs are copied equally."""
    lead = np.log(9.0) / training.TEACHER_SHARPNESS
    capability, active = np.array([[[2.0]], [[2.0 - lead]]]), np.ones((2, 1, 1), dtype=bool)
    np.testing.assert_allclose(training.teacher_weights(capability, active, 2.0, NUMPY)[:, 0, 0], [0.9, 0.1])


@pytest.mark.parametrize("sd", [0.0, 0.3, 0.6])
def test_luck_has_mean_one(sd):
    """Integrated over the standard normal density, not sampled."""

    def weighted(z: float) -> float:
        return float(training.lognormal_luck(z, sd, NUMPY)) * np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi)

    assert quad(weighted, -12.0, 12.0, epsabs=1e-13)[0] == pytest.approx(1.0, rel=1e-10)


def test_wrights_law():
    """Every doubling of cumulative R&D adds a ln 2 nats of efficiency, however it is split into quarters."""
    once = training.efficiency_after(1.0, 0.0, 0.75, 60_000.0, 120_000.0, NUMPY)
    assert once == pytest.approx(1.0 + 0.75 * np.log(2.0))
    halfway = training.efficiency_after(1.0, 0.0, 0.75, 60_000.0, 77_000.0, NUMPY)
    assert training.efficiency_after(halfway, 0.0, 0.75, 77_000.0, 120_000.0, NUMPY) == pytest.approx(once)
    assert training.efficiency_after(1.0, 0.28, 0.0, 60_000.0, 120_000.0, NUMPY) == pytest.approx(1.28)


@pytest.mark.parametrize("growth", [0.1, 0.45])
def test_public_knowledge_settles_at_growth_over_leakage(growth):
    """Balanced growth: the public trails the frontier by growth / leakage."""
    public, leakage = 0.0, 0.2
    for quarter in range(300):
        public = training.public_after(public, growth * quarter, leakage)
    assert growth * 300 - public == pytest.approx(growth / leakage, rel=1e-9)


# ------------------------------------------------------------------------------------------ what a nat is worth


def test_value_of_a_nat_is_the_slope_of_a_labs_profit():
    """Against given rivals, by brute force: profit gains (beta - psi) x spending x (1 - margin) per nat.

    The (1 - margin) is exact at a best-reply price: margin x elasticity = 1 - margin.
    """
    eta, eta_o, budget, net = 2.0, 0.1, np.array([[[4000.0], [7000.0]]]), 0.7
    market = np.full((1, 2, 1), 0.8)

    def profit(capability: float) -> float:
        value = net * capability + np.zeros((1, 2, 1))
        return firms.reentry_gross_profit(value, market, budget, 2.0, eta, eta_o, NUMPY).item()

    value = net * 0.9 + np.zeros((1, 2, 1))
    reply = best_reply(
        value, eta * market, eta * market - 600.0, 2.0, eta, eta, eta_o, lowest_markup(eta, NUMPY) + 0.0 * value, NUMPY
    )
    spending = budget * reply.share
    found = training.value_of_a_nat(1.2, 0.5, spending, lerner_margin(reply.elasticity), NUMPY)
    slope = (profit(0.9 + 1e-4) - profit(0.9 - 1e-4)) / 2e-4
    assert found.item() == pytest.approx(slope, rel=1e-6)


def test_value_lost_to_copies_is_the_slope_in_the_copies_quality():
    """A nat more for all copies: spending on a lab falls by beta [(eta - eta_o) S_C + eta_o S_C s_AI] per cent."""
    eta, eta_c, eta_o, beta, budget = 2.0, 6.0, 0.1, 1.2, 5000.0
    labs, copies = np.array([1.4, 1.1]).reshape(2, 1, 1), np.array([0.9, 0.6]).reshape(2, 1, 1)

    def market(nats: float) -> demand.Market:
        no_fringe = np.full((1, 1, 1), demand.ABSENT)
        return demand.market(labs, copies + beta * nats, no_fringe, 0.4, eta, eta_c, eta_o, NUMPY)

    here, step = market(0.0), 1e-5
    spending = budget * here.ai_share * here.lab_share
    margin = np.full_like(spending, 0.35)
    retention, weight = 0.8, np.array([0.6, 0.4]).reshape(2, 1, 1)
    found = training.value_lost_to_copies(
        beta, eta, eta_o, weight, retention, spending, margin, here.nest_share, here.ai_share, NUMPY
    )
    up, down = (budget * m.ai_share * m.lab_share for m in (market(step), market(-step)))
    lost = -(up - down) / (2.0 * step) * margin * weight * retention
    np.testing.assert_allclose(found, lost, rtol=1e-8)


def test_marginal_value_is_a_discounted_sum():
    """Own yield each quarter for good; from lead time + 1 on, copies have the nat too. Summed by hand."""
    own, lost, factor, lead, rate = 700.0, 300.0, 0.8, 3.0, 0.03
    arrival = training.arrival_factor(0.6, rate)
    quarters = np.arange(400)
    flow = own - np.where(quarters >= lead + 1.0, lost, 0.0)
    expected = arrival / (1.0 + rate) * (factor**quarters * flow).sum()
    assert training.marginal_value(own, lost, factor, lead, arrival, rate, NUMPY) == pytest.approx(expected, rel=1e-12)
    assert training.marginal_value(own, 1e9, factor, lead, arrival, rate, NUMPY) == 0.0


def test_arrival_factor_is_a_discounted_sum():
    """Customers come over as they choose anew: 1 - rho^(t+1) of them after t quarters, against all at once."""
    inertia, rate = 0.6, 0.03
    discount = (1.0 + rate) ** -np.arange(3000.0)
    come_over = 1.0 - inertia ** (np.arange(3000.0) + 1.0)
    expected = (discount * come_over).sum() / discount.sum()
    assert training.arrival_factor(inertia, rate) == pytest.approx(expected, rel=1e-12)
    assert training.arrival_factor(0.0, rate) == 1.0


@pytest.mark.parametrize(("growth", "ageing"), [(-3.0, 0.05), (0.4, 0.35), (9.0, 2.0)])
def test_obsolescence_factor(growth, ageing):
    found = training.obsolescence_factor(0.03, growth, 0.05, NUMPY)
    assert found == pytest.approx(np.exp(-ageing) / 1.03)
    assert 0.0 < found < 1.0
