"""The accounts: two ways of adding up welfare, and transfers that cancel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from econsim.arrays import NUMPY
from econsim.rules import firms, policy, welfare

MONEY = st.floats(0.0, 1e6)
SHARE = st.floats(0.0, 1.0)


@given(
    anticipated=MONEY,
    lab_spending=MONEY,
    distiller_spending=MONEY,
    public_spending=MONEY,
    lab_markup=st.floats(0.01, 3.0),
    copy_markup=st.floats(0.01, 3.0),
    shortfall=st.floats(-0.3, 0.6),
    investment=MONEY,
    copy_budget=MONEY,
    entry_cost=MONEY,
    fixed=MONEY,
    harm_rate=st.floats(0.0, 0.3),
    royalty_rate=st.floats(0.0, 0.3),
    penalty_multiple=st.floats(0.0, 0.5),
    detected=st.booleans(),
    liability_share=SHARE,
    subsidy_rate=st.floats(0.0, 0.9),
    detection_rate=SHARE,
)
def test_welfare_by_parties_equals_welfare_by_resources(
    anticipated,
    lab_spending,
    distiller_spending,
    public_spending,
    lab_markup,
    copy_markup,
    shortfall,
    investment,
    copy_budget,
    entry_cost,
    fixed,
    harm_rate,
    royalty_rate,
    penalty_multiple,
    detected,
    liability_share,
    subsidy_rate,
    detection_rate,
):
    """Any consistent quarter: royalties, penalties, liability and subsidies move money about and use up none."""
    any_lab = np.array(True)
    hidden_loss = distiller_spending * shortfall
    royalty = welfare.royalty_due(royalty_rate, any_lab, distiller_spending, NUMPY)
    penalty = welfare.penalty_due(np.array(detected), penalty_multiple, 1.0, distiller_spending, NUMPY)
    liability = welfare.liability_due(liability_share, hidden_loss, NUMPY)
    lab_serving = welfare.serving_cost(lab_spending, 1.0, lab_markup, NUMPY)
    copy_serving = welfare.serving_cost(distiller_spending, 0.8, copy_markup, NUMPY)
    enforcement = policy.enforcement_spending(200.0, detection_rate)
    harm = welfare.external_harm(harm_rate, distiller_spending, 0.5, 1.3)

    operating = firms.lab_operating_profit(lab_spending - lab_serving, royalty, fixed)
    lab_profit = firms.lab_profit(operating, subsidy_rate, investment)
    distiller_profit = firms.distiller_profit(
        distiller_spending - copy_serving, royalty, penalty, liability, copy_budget, 0.5 * fixed, entry_cost
    )
    government = welfare.government_balance(penalty, subsidy_rate * investment, enforcement)
    surplus = welfare.consumer_surplus(anticipated, hidden_loss, liability)

    by_parties = welfare.welfare(surplus, lab_profit, distiller_profit, government, harm)
    by_resources = welfare.welfare_from_resources(
        anticipated,
        hidden_loss,
        lab_spending + distiller_spending + public_spending,
        lab_serving + copy_serving + public_spending,  # the fringe sells at cost
        investment,
        copy_budget,
        entry_cost,
        1.5 * fixed,
        enforcement,
        harm,
    )
    size = anticipated + lab_spending + distiller_spending + public_spending + investment + copy_budget
    assert by_parties == pytest.approx(by_resources, abs=1e-12 * (size + entry_cost + fixed + 1e3))


def test_a_cost_left_out_breaks_the_identity():
    """The identity can fail: drop the entry cost on one side and the two sums differ by it."""
    by_parties = welfare.welfare(100.0, 20.0, 5.0 - 7.0, 0.0, 0.0)
    without = welfare.welfare_from_resources(100.0, 0.0, 25.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    with_it = welfare.welfare_from_resources(100.0, 0.0, 25.0, 0.0, 0.0, 0.0, 7.0, 0.0, 0.0, 0.0)
    assert by_parties == with_it
    assert without - by_parties == 7.0


@given(spending=MONEY, hidden=st.floats(-1e5, 1e5))
def test_full_liability_leaves_no_buyer_worse_off_than_expected(spending, hidden):
    liability = welfare.liability_due(1.0, hidden, NUMPY)
    assert hidden - liability <= 0.0
    rounding = 1e-12 * (spending + abs(hidden))
    assert welfare.consumer_surplus(spending, hidden, liability) >= spending - rounding


def test_serving_cost_is_what_a_price_covers():
    """At a margin of 40% serving eats 60% of spending, and of a copier's net revenue likewise."""
    markup = -np.log(0.6)
    assert welfare.serving_cost(1000.0, 1.0, markup, NUMPY) == pytest.approx(600.0)
    assert welfare.serving_cost(1000.0, 0.8, markup, NUMPY) == pytest.approx(480.0)


def test_transfers_fall_due_where_they_should():
    assert welfare.royalty_due(0.2, np.array(True), 50.0, NUMPY) == pytest.approx(10.0)
    assert welfare.royalty_due(0.2, np.array(False), 50.0, NUMPY) == 0.0
    assert welfare.penalty_due(np.array(True), 2.0, 0.5, 50.0, NUMPY) == pytest.approx(50.0)
    assert welfare.penalty_due(np.array(False), 2.0, 0.5, 50.0, NUMPY) == 0.0
    assert welfare.liability_due(0.5, np.array([8.0, -8.0]), NUMPY).tolist() == [4.0, 0.0]


@given(rate=st.floats(0.0, 0.3), spending=MONEY, gap=st.floats(0.0, 5.0))
def test_external_harm_is_proportional(rate, spending, gap):
    harm = welfare.external_harm(rate, spending, 0.5, gap)
    assert harm >= 0.0
    assert welfare.external_harm(rate, 2.0 * spending, 0.5, gap) == pytest.approx(2.0 * harm)
