"""Values of information against closed forms: two packages whose difference is linear in independent normals."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.stats import norm

from econsim.errors import InputError
from econsim.studies.statistics.information_value import partial_information, perfect_information

SLOPES = np.array([2.0, 1.0, 0.5, 0.0])
LEAD = 0.7


def truth(deviation: float) -> float:
    """Expected gain from switching when the lead of one package is normal: mean LEAD, known up to `deviation`."""
    if deviation == 0.0:
        return 0.0
    return deviation * norm.pdf(LEAD / deviation) - LEAD * norm.cdf(-LEAD / deviation)


def sweep(seed: int, rows: int = 2000) -> tuple[np.ndarray, np.ndarray]:
    """Parameters, and outcomes of two packages that share a large common part."""
    generator = np.random.default_rng(seed)
    points = generator.normal(size=(rows, 4))
    common = 5.0 * generator.normal(size=rows)
    return points, np.column_stack([common, common + LEAD + points @ SLOPES])


def test_perfect_information_is_the_closed_form():
    _, outcomes = sweep(0, rows=20_000)
    found = perfect_information(outcomes)
    assert found.best == 1
    assert found.value == pytest.approx(truth(np.sqrt((SLOPES**2).sum())), abs=3 * found.standard_error)
    assert found.regret[1] == pytest.approx(found.value)
    assert found.best_share.sum() == pytest.approx(1.0)


def test_packages_that_are_level_all_count_and_in_any_order():
    outcomes = np.repeat([[1.0, 1.0 + 1e-14, 0.0], [0.0, 2.0, 0.0], [1.0, 1.0, 1.0], [5.0, 4.0, 4.0]], 25, axis=0)
    expected_level, expected_alone = np.array([0.75, 0.75, 0.25]), np.array([0.25, 0.25, 0.0])
    for order in itertools.permutations(range(3)):
        found = perfect_information(outcomes[:, order])
        np.testing.assert_array_equal(found.best_share, expected_level[list(order)])
        np.testing.assert_array_equal(found.alone_share, expected_alone[list(order)])
        assert order[found.best] == 1 and found.tied == (found.best,)
        assert found.value == pytest.approx(0.25)


@pytest.mark.parametrize("known", [(0,), (1,), (2,), (3,), (0, 1)], ids=str)
def test_partial_information_is_the_closed_form(known: tuple[int, ...]):
    expected = truth(np.sqrt((SLOPES[list(known)] ** 2).sum()))
    found = []
    for seed in range(3):
        points, outcomes = sweep(seed)
        one = partial_information(points[:, known], outcomes, seed=0)
        assert abs(one.value - expected) <= 3 * one.standard_error + 0.01
        assert 0.0 <= one.value <= one.upper <= one.perfect
        found.append(one.value)
    assert np.mean(found) == pytest.approx(expected, abs=0.03)


def test_standard_errors_are_what_values_vary_by():
    found = [partial_information(points[:, 0], outcomes, seed=0) for points, outcomes in map(sweep, range(40))]
    spread = np.std([one.value for one in found], ddof=1)
    assert np.mean([one.standard_error for one in found]) == pytest.approx(spread, rel=0.4)


def test_what_two_parameters_only_decide_together_is_seen():
    """Difference x y of two signs: knowing one is worth nothing, knowing both is worth half the mean of |x y|."""
    generator = np.random.default_rng(3)
    points = generator.normal(size=(4000, 2))
    outcomes = np.column_stack([np.zeros(4000), points.prod(axis=1)])
    alone = partial_information(points[:, 0], outcomes, seed=0)
    both = partial_information(points, outcomes, seed=0)
    assert alone.value < 0.02
    assert both.method == "pairs"
    assert both.value == pytest.approx(1.0 / np.pi, abs=3 * both.standard_error)


def test_few_valued_parameters_and_many_packages():
    """Three options of which each is best for one level: knowing the level is worth 1 less a third."""
    generator = np.random.default_rng(4)
    level = generator.integers(0, 3, 3000)
    outcomes = (level[:, np.newaxis] == np.arange(3)) + 0.5 * generator.normal(size=(3000, 1))
    found = partial_information(level.astype(float), outcomes, seed=0)
    assert found.method == "levels"
    assert found.value == pytest.approx(2 / 3, abs=3 * found.standard_error + 0.01)
    assert found.value == pytest.approx(found.perfect)


def test_a_parameter_that_says_nothing_is_worth_nothing():
    _, outcomes = sweep(1)
    luck = np.random.default_rng(9).random(2000)
    found = partial_information(luck, outcomes, seed=0)
    assert found.value == pytest.approx(0.0, abs=0.02) and found.upper < 0.03
    constant = partial_information(np.ones(2000), outcomes, seed=0)
    assert constant.value == 0.0 and "same value" in str(constant.reason)
    alike = partial_information(luck, outcomes[:, [0, 0]], seed=0)
    assert alike.value == alike.perfect == 0.0 and "do not differ" in str(alike.reason)


def test_the_same_seed_gives_the_same_value():
    points, outcomes = sweep(2)
    one, again = (partial_information(points[:, 0], outcomes, seed=0) for _ in range(2))
    assert one == again


def test_what_is_no_choice_is_refused():
    points, outcomes = sweep(0, rows=100)
    with pytest.raises(InputError, match="no choice"):
        perfect_information(outcomes[:, :1])
    with pytest.raises(InputError, match="rows"):
        perfect_information(outcomes[:20])
    with pytest.raises(InputError, match="undefined"):
        perfect_information(np.full((100, 2), np.nan))
    with pytest.raises(InputError, match="known"):
        partial_information(points[:50], outcomes, seed=0)
