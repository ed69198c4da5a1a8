"""The distillation scaling law: finite at extremes, falling in what it should fall in, and its published arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from econsim.arrays import NUMPY
from econsim.rules.fidelity import busbridge2025 as law

SETS = pytest.mark.parametrize("coefficients", law.COEFFICIENTS.values(), ids=law.COEFFICIENTS)


def loss(size, tokens, teacher_loss, coefficients=law.REFIT):
    return law.student_loss(size, tokens, teacher_loss, coefficients, law.SUPERVISED, NUMPY)


def as_printed(size, tokens, teacher_loss, c, own):
    """Equation 8 as the paper prints it, which overflows beyond a small range."""
    power = (teacher_loss / (own * c.turn)) ** (1.0 / c.width)
    terms = (c.size_scale / size**c.size_exponent + c.token_scale / tokens**c.token_exponent) ** c.outer_exponent
    factor = (1.0 + power) ** (-c.strength)
    return teacher_loss + teacher_loss ** (-c.teacher_exponent) * factor * terms


@SETS
def test_as_printed_where_that_can_be_computed(coefficients):
    size, tokens, teacher = np.meshgrid([143e6, 1e9, 7.75e9], [4e9, 64e9, 515e9], [1.95, 2.2, 2.5])
    own = law.supervised_loss(size, tokens, law.SUPERVISED, NUMPY)
    expected = as_printed(size, tokens, teacher, coefficients, own)
    np.testing.assert_allclose(loss(size, tokens, teacher, coefficients), expected, rtol=1e-11)


def test_supervised_loss_by_hand():
    """1B parameters, 20B tokens."""
    expected = 1.220 + (3355.0 / 1e9**0.408 + 18186.0 / 2e10**0.431) ** 0.452
    assert law.supervised_loss(1e9, 2e10, law.SUPERVISED, NUMPY) == pytest.approx(expected, rel=1e-13)
    assert 2.2 < expected < 2.6


@SETS
@given(size=st.floats(1e6, 1e13), tokens=st.floats(1e6, 1e16), teacher=st.floats(1.3, 6.0))
def test_finite_and_not_below_the_teacher(coefficients, size, tokens, teacher):
    found = float(loss(size, tokens, teacher, coefficients))
    assert np.isfinite(found)
    assert found >= teacher


@SETS
@given(size=st.floats(1e8, 1e11), tokens=st.floats(1e9, 1e13), teacher=st.floats(1.8, 2.8), more=st.floats(1.01, 50.0))
def test_size_and_tokens_never_hurt(coefficients, size, tokens, teacher, more):
    here = loss(size, tokens, teacher, coefficients)
    assert loss(size * more, tokens, teacher, coefficients) <= here + 1e-12
    assert loss(size, tokens * more, teacher, coefficients) <= here + 1e-12


def test_a_better_teacher_is_not_always_the_better_one():
    """The capacity gap: beyond some point a small student follows a stronger teacher less well."""
    teachers = np.linspace(1.5, 2.75, 200)
    found = loss(143e6, 64e9, teachers)
    best = int(np.argmin(found))
    assert 0 < best < len(teachers) - 1
    assert found[0] > found[best] + 0.01


def test_what_it_was_fitted_on():
    assert not law.extrapolates(1e9, 64e9, 2.2)
    assert law.extrapolates(32e9, 64e9, 2.2)
    assert law.extrapolates(1e9, 3e9, 2.2)
    assert law.extrapolates(1e9, 64e9, 1.5)
    sizes = np.array([1e9, 1e10])
    np.testing.assert_array_equal(law.extrapolates(sizes, 64e9, 2.2), [False, True])


def test_flops_by_hand():
    """3 F(N_S) D_S with F = 2N, plus the teacher's scores once over, plus half of the teacher's own training."""
    own = 3 * 2 * 1e9 * 2e10
    assert law.distillation_flops(1e9, 2e10, 7e9, 1e12, 0.0, 0.0) == pytest.approx(own)
    scored = own + 2 * 7e9 * (2e10 + 0.5 * 3 * 1e12)
    assert law.distillation_flops(1e9, 2e10, 7e9, 1e12, 1.0, 0.5) == pytest.approx(scored)
