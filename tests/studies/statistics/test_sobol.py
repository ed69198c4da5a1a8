"""Sobol' indices: the numbers of SALib, the truth within intervals, and no number missing without a reason."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pytest
from SALib.analyze import sobol as salib_sobol
from SALib.sample import sobol as salib_sample
from sensitivity_helpers import KnownFunction, bratley, ishigami, linear, saltelli, sobol_g

from econsim.errors import InputError
from econsim.studies.statistics import sobol as module
from econsim.studies.statistics.resampling import Estimates, resample_counts
from econsim.studies.statistics.sobol import sobol_indices

KNOWN = {"ishigami": ishigami, "sobol_g": sobol_g, "linear": linear}


def salib_indices(values: np.ndarray, parameters: int, second_order: bool, resamples: int = 10):
    problem = {
        "num_vars": parameters,
        "names": [f"x{place}" for place in range(parameters)],
        "bounds": [[0.0, 1.0]] * parameters,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return salib_sobol.analyze(problem, values, calc_second_order=second_order, num_resamples=resamples, seed=1)


@pytest.mark.parametrize("second_order", [True, False])
@pytest.mark.parametrize(
    ("parameters", "evaluate"),
    [(3, ishigami().evaluate), (8, sobol_g().evaluate), (6, bratley)],
    ids=["ishigami", "sobol_g", "bratley"],
)
def test_point_estimates_are_those_of_salib(parameters: int, evaluate: Callable, second_order: bool):
    points = saltelli(parameters, 256, second_order, seed=3)
    values = evaluate(points)
    other = np.exp(values) + 1e6
    found = sobol_indices(np.column_stack([values, other]), parameters, second_order=second_order, seed=0, resamples=10)
    for place, output in enumerate((values, other)):
        expected = salib_indices(output, parameters, second_order)
        np.testing.assert_allclose(found.first.value[place], expected["S1"], rtol=0, atol=1e-10)
        np.testing.assert_allclose(found.total.value[place], expected["ST"], rtol=0, atol=1e-10)
        if second_order:
            pairs = expected["S2"][found.pairs[:, 0], found.pairs[:, 1]]
            np.testing.assert_allclose(found.second.value[place], pairs, rtol=0, atol=1e-10)
    assert (found.second is not None) == second_order


def test_rows_are_in_the_order_of_salib():
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0.0, 1.0]] * 3}
    points = salib_sample.sample(problem, 256, calc_second_order=True, seed=np.random.default_rng(5))
    np.testing.assert_array_equal(points, saltelli(3, 256, True, seed=5))


def test_half_widths_are_those_of_salib_but_for_the_luck_of_resampling():
    values = ishigami().evaluate(saltelli(3, 512, True, seed=1))
    expected = salib_indices(values, 3, True, resamples=2000)
    found = sobol_indices(values, 3, second_order=True, seed=0, resamples=2000)
    np.testing.assert_allclose(found.first.half_width[0], expected["S1_conf"], rtol=0.1)
    np.testing.assert_allclose(found.total.half_width[0], expected["ST_conf"], rtol=0.1)
    pairs = expected["S2_conf"][found.pairs[:, 0], found.pairs[:, 1]]
    np.testing.assert_allclose(found.second.half_width[0], pairs, rtol=0.1)


def inside(estimates: Estimates, truth: np.ndarray) -> np.ndarray:
    return (estimates.low[0] - 1e-9 <= truth) & (truth <= estimates.high[0] + 1e-9)


@pytest.mark.parametrize("name", KNOWN)
def test_the_truth_is_within_intervals(name: str):
    known = KNOWN[name]()
    values = known.evaluate(saltelli(known.parameters, 4096, True, seed=0))
    found = sobol_indices(values, known.parameters, second_order=True, seed=0, resamples=200)
    assert inside(found.first, known.first).all()
    assert inside(found.total, known.total).all()
    assert inside(found.second, known.second).all()
    np.testing.assert_allclose(found.total.value[0], known.total, atol=0.02)


def coverage(known: KnownFunction, repetitions: int, base_samples: int) -> np.ndarray:
    """How often the truth is inside, by index that is not nothing; one row an index."""
    hits = []
    for seed in range(repetitions):
        points = saltelli(known.parameters, base_samples, True, seed, random=True)
        found = sobol_indices(known.evaluate(points), known.parameters, second_order=True, seed=seed, resamples=300)
        hits.append(
            np.concatenate(
                [inside(found.first, known.first), inside(found.total, known.total), inside(found.second, known.second)]
            )
        )
    return np.mean(hits, axis=0)[np.concatenate([known.first, known.total, known.second]) > 1e-3]


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    """On random points, where the bootstrap's assumption holds."""
    found = coverage(ishigami(), repetitions=200, base_samples=256)
    assert found.min() >= 0.90 and found.max() <= 0.98


@pytest.mark.slow
@pytest.mark.parametrize("name", KNOWN)
def test_intervals_cover_the_truth_at_full_size(name: str):
    found = coverage(KNOWN[name](), repetitions=200, base_samples=1024)
    assert 0.90 <= found.mean() <= 0.98
    assert found.min() >= 0.88


def test_an_output_without_a_parameter_is_told_so():
    found = sobol_indices(linear().evaluate(saltelli(5, 256, False, seed=2)), 5, second_order=False, seed=0)
    assert found.total.covers_zero[0].tolist() == [False, False, False, False, True]
    assert found.first.covers_zero[0, 4]


def test_numbers_do_not_depend_on_the_company(monkeypatch: pytest.MonkeyPatch):
    points = saltelli(3, 128, True, seed=4)
    values = np.column_stack([ishigami().evaluate(points), points[:, 0] ** 2, points.sum(axis=1)])
    together = sobol_indices(values, 3, second_order=True, seed=7, resamples=50)
    monkeypatch.setattr(module, "BLOCK_SIZE", 1)
    monkeypatch.setattr(module, "ROWS_AT_ONCE", 50)
    for place in range(3):
        alone = sobol_indices(values[:, place], 3, second_order=True, seed=7, resamples=50)
        for part in ("first", "total", "second"):
            for field in ("value", "half_width"):
                np.testing.assert_allclose(
                    getattr(getattr(alone, part), field)[0], getattr(getattr(together, part), field)[place], atol=1e-12
                )


def test_seeds_count_from_zero():
    values = ishigami().evaluate(saltelli(3, 64, False, seed=4))
    zero, again, one = (
        sobol_indices(values, 3, second_order=False, seed=seed, resamples=50).first.half_width for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(zero, again)
    assert (zero != one).all()
    with pytest.raises(InputError, match="seed"):
        sobol_indices(values, 3, second_order=False, seed=-1)
    assert resample_counts(10, 5, 0).sum(axis=1).tolist() == [10] * 5


def test_an_undefined_row_takes_its_base_sample_with_it():
    values = ishigami().evaluate(saltelli(3, 128, True, seed=4)).reshape(128, 8)
    holed = values.copy()
    holed[5, 2], holed[77, 7] = np.nan, np.inf
    kept = np.delete(values, [5, 77], axis=0)
    both = np.column_stack([values.ravel(), holed.ravel()])
    found = sobol_indices(both, 3, second_order=True, seed=0, resamples=50)
    expected = salib_indices(kept.ravel(), 3, True)
    np.testing.assert_allclose(found.first.value[1], expected["S1"], atol=1e-10)
    np.testing.assert_allclose(found.total.value[1], expected["ST"], atol=1e-10)
    assert found.base_samples.tolist() == [128, 126]
    assert found.share_used.tolist() == [1.0, 126 / 128]
    assert found.reasons == (None, None)


def test_what_cannot_be_analysed_has_a_reason():
    values = ishigami().evaluate(saltelli(3, 64, False, seed=4)).reshape(64, 5)
    mostly_undefined, base_constant, rare = values.copy(), np.ones((64, 5)), np.zeros((64, 5))
    mostly_undefined[:40, 1] = np.nan
    base_constant[:, 2] = values[:, 2]
    rare[3] = 1.0
    constant = np.full((64, 5), 0.1) * (1.0 + 1e-15 * values)
    table = np.column_stack([part.ravel() for part in (values, mostly_undefined, constant, base_constant, rare)])
    found = sobol_indices(table, 3, second_order=False, seed=0, resamples=200)
    assert found.reasons[0] is None
    assert "only 24 of 64 base samples" in str(found.reasons[1])
    assert "same value in every run" in str(found.reasons[2])
    assert "same value in every base run" in str(found.reasons[3])
    assert "too few base samples" in str(found.reasons[4])
    assert np.isfinite(found.first.value[0]).all() and np.isnan(found.first.value[1:]).all()
    assert not found.total.covers_zero[1:].any()


def test_a_table_that_is_no_design_is_refused():
    with pytest.raises(InputError, match="multiple of 8"):
        sobol_indices(np.arange(30.0), 3, second_order=True, seed=0)
    with pytest.raises(InputError, match="confidence"):
        sobol_indices(np.arange(32.0), 2, second_order=False, seed=0, confidence=95)
