"""The adopter's choice by hand, and the tail loss behind a known head loss."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from econsim.arrays import NUMPY
from econsim.rules import adoption, fidelity
from econsim.rules.fidelity import water_filling


def test_weight_of_a_workload():
    assert adoption.workload_tail_weight(0.1, 1.0) == pytest.approx(0.1)  # failures alike: the share of tasks
    assert adoption.workload_tail_weight(0.1, 9.0) == pytest.approx(0.5)
    assert adoption.workload_tail_weight(0.0, 1e6) == 0.0
    assert adoption.workload_tail_weight(1.0, 5.0) == 1.0
    assert adoption.workload_tail_weight(0.3, 0.0) == 0.0


def test_shortfall_and_discount_by_hand():
    assert adoption.expected_shortfall(1.2, 0.5, 1.0, 0.4) == pytest.approx(0.36)
    assert adoption.break_even_discount(1.2, 0.5, 1.0, NUMPY) == pytest.approx(1.0 - np.exp(-0.6))


@given(value=st.floats(0.1, 3.0), weight=st.floats(0.01, 1.0), gap=st.floats(0.0, 5.0))
def test_a_buyer_is_indifferent_at_the_break_even_discount(value, weight, gap):
    """The shortfall in log price equals what the discount takes off it."""
    discount = float(adoption.break_even_discount(value, weight, gap, NUMPY))
    assert -np.log1p(-discount) == pytest.approx(value * weight * gap, rel=1e-9, abs=1e-9)


def test_cases_by_hand_and_by_their_power():
    """The textbook number, and that so many cases do find the gap in 80% of all trials."""
    needed = adoption.cases_needed(0.8, 0.1)
    assert needed == pytest.approx((1.645 + 0.842) ** 2 * 0.16 / 0.01)
    error = np.sqrt(0.16 / needed)
    assert norm.sf(1.645 - 0.1 / error) == pytest.approx(0.8, abs=1e-3)
    assert adoption.cases_needed(0.8, 0.05) == pytest.approx(4.0 * needed)


@given(
    head_loss=st.floats(0.02, 1.0),
    weight=st.floats(1e-3, 0.9),
    exponent=st.floats(0.4, 1.5),
    complexity=st.floats(1.0, 10.0),
)
def test_tail_loss_behind_a_head_loss_in_closed_form(head_loss, weight, exponent, complexity):
    """For water-filling: all of the tail until the head's loss is below 1/Omega, then Omega times the head's."""
    found = fidelity.tail_loss_behind("water_filling", head_loss, weight, exponent, complexity, 1.0, NUMPY)
    omega = water_filling.threshold(weight, complexity, NUMPY)
    assert float(found) == pytest.approx(min(omega * head_loss, 1.0), rel=1e-6)


@pytest.mark.parametrize("law", sorted(fidelity.LAWS))
def test_a_better_score_never_hides_more(law):
    head_loss = np.linspace(1e-6, 1.0, 200)
    found = fidelity.tail_loss_behind(law, head_loss, 0.3, 0.8, 2.0, 1.0, NUMPY)
    assert ((found >= 0.0) & (found <= 1.0)).all()
    assert (np.diff(found) >= -1e-9).all()
    assert found[-1] == pytest.approx(1.0)
    ceiling = fidelity.tail_loss_behind(law, np.array([0.5]), 0.3, 0.8, 2.0, 0.8, NUMPY)
    assert ceiling >= fidelity.tail_loss_behind(law, np.array([0.5]), 0.3, 0.8, 2.0, 1.0, NUMPY) - 0.5
