"""A lab with two tiers is one product in the price game: the composite's value, equal markups, nothing else."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from econsim.arrays import NUMPY
from econsim.rules import own_tier

VALUES = st.floats(-30.0, 30.0)
ELASTICITIES = st.floats(1.0, 60.0)


@given(relative=VALUES, elasticity=ELASTICITIES)
def test_two_tiers_are_their_log_sum(relative, elasticity):
    """Value added is the log-sum over both tiers less the first; its slope is the small tier's share."""
    expected = np.logaddexp(0.0, elasticity * relative) / elasticity
    np.testing.assert_allclose(own_tier.range_value(relative, elasticity, NUMPY), expected, rtol=1e-12, atol=1e-300)
    share = own_tier.small_share(relative, elasticity, NUMPY)
    assert 0.0 <= share <= 1.0
    step = 1e-5
    ends = [own_tier.range_value(relative + side * step, elasticity, NUMPY) for side in (-1, 1)]
    np.testing.assert_allclose((ends[1] - ends[0]) / (2 * step), share, atol=2e-4)


@given(elasticity=ELASTICITIES)
def test_a_better_range_is_worth_more(elasticity):
    relative = np.linspace(-5.0, 5.0, 41)
    added = own_tier.range_value(relative, elasticity, NUMPY)
    assert (np.diff(added) > 0.0).all()
    assert (added >= np.maximum(relative, 0.0)).all()


def test_equal_markups_are_the_best_that_a_lab_can_charge():
    """Nocke and Schutz (2018): against a fixed rival, the two prices that maximise profit carry the same markup.

    It is the best-reply markup of one product worth the log-sum, which is how the model treats the lab.
    """
    eta, eta_t, values, rival = 2.0, 5.0, np.array([1.0, 0.7]), 1.1

    def composite(markups):
        return np.log(np.exp(eta_t * (values - markups)).sum()) / eta_t

    def profit(markups):
        within = np.exp(eta_t * (values - markups))
        share = 1.0 / (1.0 + np.exp(eta * (rival - composite(markups))))
        return share * (within / within.sum() * (1.0 - np.exp(-markups))).sum()

    both = minimize(lambda m: -profit(m), [0.5, 0.3], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-15})
    np.testing.assert_allclose(both.x[0], both.x[1], atol=1e-6)
    one = values[0] + own_tier.range_value(values[1] - values[0], eta_t, NUMPY)

    def single(markup):
        share = 1.0 / (1.0 + np.exp(eta * (rival - (one - markup[0]))))
        return share * (1.0 - np.exp(-markup[0]))

    alone = minimize(lambda m: -single(m), [0.5], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-15})
    np.testing.assert_allclose(both.x, alone.x[0], atol=1e-6)
    np.testing.assert_allclose(-both.fun, -alone.fun, rtol=1e-12)
