"""What a brief says of assumptions: futures that have drawn the same ones count once, and what is luck is not told."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from econsim import load_scenario
from econsim.briefs.breaking import FOUND_AGAIN, where_it_fails
from econsim.briefs.dependence import assumption_values, drawn_alike, strongest
from econsim.studies.discovery_halves import HALVES

NAMES = tuple(f"a{place}" for place in range(6))


def ensemble(name: str) -> SimpleNamespace:
    """As much of a result as says which assumptions its futures have drawn."""
    world = SimpleNamespace(scenario=load_scenario("baseline"))
    return SimpleNamespace(status_quo=world, ensemble=name, seed=0, draws=400)


def test_futures_that_drew_the_same_assumptions_share_a_number():
    result = ensemble("calibrated")
    names, points = assumption_values(result)
    groups = drawn_alike(result, names, points)
    again = np.flatnonzero(np.bincount(groups) > 1)
    assert len(groups) == 400 and 20 < len(again) < len(np.unique(groups)) < 400
    for number in again:  # what was calibrated comes again as it was; the rest is drawn anew
        rows = points[groups == number]
        same = (rows == rows[0]).all(axis=0)
        assert same.any() and not same.all()
    others = np.unique(points[np.unique(groups, return_index=True)[1]][:, same], axis=0)
    assert len(others) == len(np.unique(groups))


def test_in_the_prior_ensemble_every_future_stands_alone():
    result = ensemble("prior")
    assert len(np.unique(drawn_alike(result, *assumption_values(result)))) == 400


def repeated(generator, sets: int = 300, most: int = 24):
    """Futures of which the last so many have drawn one and the same assumptions: (draw, name), and their numbers."""
    numbers = np.concatenate([np.arange(sets), np.full(most, sets - 1)])
    return generator.uniform(size=(sets, len(NAMES)))[numbers], numbers


@pytest.mark.parametrize("seed", range(2, 6))
def test_one_set_of_assumptions_that_failed_many_times_is_no_rule(seed):
    """Counted future by future it looks like one; counted once it is luck."""
    generator = np.random.default_rng(seed)
    points, groups = repeated(generator)
    effect = np.where(generator.uniform(size=len(groups)) < 0.05, -1.0, 1.0)
    effect[groups == groups[-1]] = -1.0
    believed = where_it_fails(NAMES, points, effect, 1, np.arange(len(groups)))
    assert believed is not None and believed.box.contains(points[-1:], NAMES).all()
    assert where_it_fails(NAMES, points, effect, 1, groups) is None


def test_where_a_finding_does_fail_is_found_in_spite_of_repeats():
    generator = np.random.default_rng(1)
    points, groups = repeated(generator)
    chance = np.where(points[:, 2] > 0.8, 0.7, 0.03)
    effect = np.where(generator.uniform(size=len(groups)) < chance, -1.0, 1.0)
    found = where_it_fails(NAMES, points, effect, 1, groups)
    assert [(one.name, one.at_least) for one in found.box.limits] == [("a2", True)]
    assert found.box.limits[0].value == pytest.approx(0.8, abs=0.05)
    inside = points[:, 2] >= found.box.limits[0].value
    assert found.fails == pytest.approx((effect[inside] < 0.0).mean()) and found.fails > 0.5
    assert found.outside == pytest.approx((effect[~inside] < 0.0).mean())
    assert FOUND_AGAIN * HALVES <= found.again <= HALVES


def test_a_limit_that_halves_do_not_find_again_is_not_told(monkeypatch):
    from econsim.briefs import breaking

    generator = np.random.default_rng(1)
    points, groups = repeated(generator)
    chance = np.where(points[:, 2] > 0.8, 0.7, 0.03)
    effect = np.where(generator.uniform(size=len(groups)) < chance, -1.0, 1.0)
    halves = breaking.search_halves

    def seldom(*given, **settings):
        found = halves(*given, **settings)
        return type(found)(found.size, found.helps, dict.fromkeys(found.found, FOUND_AGAIN - 0.1), found.boxes,
                           found.coverage, found.density)  # fmt: skip

    monkeypatch.setattr(breaking, "search_halves", seldom)
    assert where_it_fails(NAMES, points, effect, 1, groups) is None


def test_intervals_of_rank_correlations_count_each_set_of_assumptions_once():
    """Thirty sets that came eight times each tell no more than thirty futures, and luck does not look clear."""
    generator = np.random.default_rng(2)
    alone, luck = generator.uniform(size=(30, len(NAMES))), generator.normal(size=30)
    groups = np.repeat(np.arange(30), 8)
    (once, *_), (counted, *_), (believed, *_) = (
        strongest(NAMES, alone, luck, 1, groups=np.arange(30)),
        strongest(NAMES, alone[groups], luck[groups], 1, groups=groups),
        strongest(NAMES, alone[groups], luck[groups], 1, groups=np.arange(240)),
    )
    assert once.name == counted.name == believed.name and believed.clear and not counted.clear
    assert counted.correlation == pytest.approx(once.correlation, abs=1e-9)
    assert counted.high - counted.low == pytest.approx(once.high - once.low, rel=0.35)
    assert believed.high - believed.low < 0.5 * (once.high - once.low)


def test_few_sets_of_assumptions_tell_nothing_however_often_they_came():
    generator = np.random.default_rng(3)
    groups = np.repeat(np.arange(9), 20)
    values = generator.uniform(size=(9, len(NAMES)))[groups]
    assert strongest(NAMES, values, values[:, 0], 5, groups=groups) == ()
    assert where_it_fails(NAMES, values, np.where(groups < 4, -1.0, 1.0), 1, groups) is None
