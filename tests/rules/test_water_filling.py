"""The default law against brute force: reverse water-filling by bisection, the budget by a fine grid."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from econsim.arrays import NUMPY
from econsim.rules.fidelity import water_filling

WEIGHT = st.floats(1e-6, 0.99)
EXPONENT = st.floats(0.4, 1.5)
COMPLEXITY = st.floats(1.0, 10.0)


def by_bisection(effort: float, weight: float, exponent: float, complexity: float) -> tuple[float, float]:
    """Reverse water-filling by its definition: find the water level that spends the rate (Cover, Thomas 2006, 10.3).

    Head: one dimension of weight 1 - a. Tail: nu dimensions that share the weight a. Each dimension's distortion is
    level / weight, at most 1; the rate, in nats of exponent, is zeta ln(1 + effort).
    """
    head, tail = 1.0 - weight, weight / complexity
    rate = exponent * np.log1p(effort)

    def overspent(log_level: float) -> float:
        spent = max(np.log(head) - log_level, 0.0) + complexity * max(np.log(tail) - log_level, 0.0)
        return spent - rate

    top = max(np.log(head), np.log(tail))
    level = brentq(overspent, top - rate - 1.0, top, xtol=1e-15, rtol=1e-15)
    return min(np.exp(level) / head, 1.0), min(np.exp(level) / tail, 1.0)


@given(effort=st.floats(1e-6, 1e5), share=st.floats(1e-6, 1.0), exponent=EXPONENT, complexity=COMPLEXITY)
def test_losses_against_brute_force(effort, share, exponent, complexity):
    """C7: To 1e-11, wherever the head is at least as well served as any one tail dimension."""
    weight = share * complexity / (1.0 + complexity)
    head, tail = water_filling.lost_shares(effort, weight, exponent, complexity, NUMPY)
    expected_head, expected_tail = by_bisection(effort, weight, exponent, complexity)
    assert head == pytest.approx(expected_head, rel=1e-11, abs=1e-11)
    assert tail == pytest.approx(expected_tail, rel=1e-11, abs=1e-11)


def test_all_on_the_head_when_nobody_listens_to_the_tail():
    """C7: a to 0, b = 9, zeta = 1: D = 1/10, so the head loses a tenth and the tail everything."""
    head, tail = water_filling.lost_shares(9.0, 0.0, 1.0, 4.0, NUMPY)
    assert head == pytest.approx(0.1, rel=1e-14)
    assert tail == 1.0


def test_all_dimensions_alike_when_they_weigh_the_same():
    """C7: a = nu/(1 + nu), b = 31, nu = 4, zeta = 1: D = 1/32 over five equal dimensions, each loses a half."""
    head, tail = water_filling.lost_shares(31.0, 4.0 / 5.0, 1.0, 4.0, NUMPY)
    assert head == pytest.approx(0.5, rel=1e-14)
    assert tail == pytest.approx(0.5, rel=1e-14)


@given(effort=st.floats(0.0, 1e6), weight=WEIGHT, exponent=EXPONENT, complexity=COMPLEXITY)
def test_the_head_is_served_first(effort, weight, exponent, complexity):
    head, tail = water_filling.lost_shares(effort, weight, exponent, complexity, NUMPY)
    assert head <= tail * (1.0 + 1e-12)


@given(effort=st.floats(1e-3, 1e4), exponent=EXPONENT, complexity=COMPLEXITY)
def test_evaluators_who_look_at_the_tail_get_more_of_it(effort, exponent, complexity):
    """The mechanism of the hidden loss: a measured tail is a served tail, at the expense of the head."""
    weight = np.linspace(0.0, 1.0, 101)
    head, tail = water_filling.lost_shares(effort, weight, exponent, complexity, NUMPY)
    assert (np.diff(tail) <= 1e-12).all()
    assert (np.diff(head) >= -1e-12).all()


def test_the_tail_comes_in_at_the_threshold():
    """Just below (1 + b)^zeta = Omega the tail is lost entirely, just above it is not."""
    weight, exponent, complexity = 0.2, 0.8, 3.0
    omega = water_filling.threshold(weight, complexity, NUMPY)
    assert omega == pytest.approx(3.0 * 0.8 / 0.2)
    kink = omega ** (1.0 / exponent) - 1.0
    assert water_filling.lost_shares(kink * 0.999, weight, exponent, complexity, NUMPY)[1] == 1.0
    assert water_filling.lost_shares(kink * 1.001, weight, exponent, complexity, NUMPY)[1] < 1.0


@given(
    log_value=st.floats(-2.0, 14.0),
    share=st.floats(1e-4, 1.0),
    exponent=EXPONENT,
    complexity=COMPLEXITY,
)
def test_closed_form_budget_against_a_fine_grid(log_value, share, exponent, complexity):
    """C8: Nothing on 20 001 efforts around the closed form, nor from 0 to a million, beats it by 1e-12 of the value."""
    value, weight = np.exp(log_value), share * complexity / (1.0 + complexity)
    best = float(water_filling.best_effort(np.array(value), weight, exponent, complexity, NUMPY))

    def worth(effort: np.ndarray) -> np.ndarray:
        head, tail = water_filling.lost_shares(effort, weight, exponent, complexity, NUMPY)
        return value * ((1.0 - weight) * (1.0 - head) + weight * (1.0 - tail)) - effort

    near = np.maximum(best, 1e-3) * np.linspace(0.5, 2.0, 10_001)
    grid = np.concatenate([[0.0], np.geomspace(1e-4, 1e6, 10_000), near])
    shortfall = worth(grid).max() - worth(np.array(best))
    assert shortfall / value < 1e-12


def test_effort_has_a_start_up_hurdle():
    """With zeta (1 - a) V < 1 the first dollar returns less than a dollar; copying starts beyond."""
    exponent, weight = 0.8, 0.1
    hurdle = 1.0 / (exponent * (1.0 - weight))
    below, above = (water_filling.best_effort(np.array(k * hurdle), weight, exponent, 3.0, NUMPY) for k in (0.99, 1.01))
    assert below == 0.0
    assert above > 0.0
