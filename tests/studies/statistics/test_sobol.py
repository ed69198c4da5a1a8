"""Sobol' indices: the numbers of SALib, the truth within intervals, and no number missing without a reason."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable

import numpy as np
import pytest
from SALib.analyze import sobol as salib_sobol
from SALib.sample import sobol as salib_sample
from scipy.stats import qmc
from sensitivity_helpers import KnownFunction, bratley, ishigami, linear, saltelli, saltelli_rows, sobol_g

from econsim.errors import InputError
from econsim.studies.sensitivity_settings import check_sensitivity
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


SCRAMBLES = 8
WIDTH = 16  # coordinates of the widest of the known functions: A and B of eight parameters


@functools.lru_cache(maxsize=2)
def cubes(base_samples: int, sequences: int, random: bool, repetitions: int) -> np.ndarray:
    """Points of many repetitions, (repetition, base sample, coordinate), each of so many sequences one after the other.

    Functions of fewer parameters use the first coordinates, which are a scrambled sequence too.
    """
    length = base_samples // sequences

    def points(seed: int) -> np.ndarray:
        generator = np.random.default_rng(seed)
        return generator.random((length, WIDTH)) if random else qmc.Sobol(WIDTH, rng=generator).random(length)

    drawn = np.array([points(seed) for seed in range(repetitions * sequences)])
    return drawn.reshape(repetitions, base_samples, WIDTH)


def coverage(
    known: KnownFunction, base_samples: int, random: bool, *, repetitions: int = 200, sequences: int = SCRAMBLES
) -> np.ndarray:
    """How often the truth is inside, one number an index that is not nothing. A repetition is an output here.

    Of one sequence its points are resampled, of several the sequences.
    """
    places = np.arange(known.parameters)
    values = [
        known.evaluate(saltelli_rows(cube[:, places], cube[:, known.parameters + places], True))
        for cube in cubes(base_samples, sequences, random, repetitions)
    ]
    scrambles = None if sequences == 1 else sequences
    found = sobol_indices(
        np.column_stack(values), known.parameters, second_order=True, seed=0, scrambles=scrambles, resamples=300
    )
    hits = [
        (estimates.low <= truth) & (truth <= estimates.high)
        for estimates, truth in zip(
            (found.first, found.total, found.second), (known.first, known.total, known.second), strict=True
        )
    ]
    truth = np.concatenate([known.first, known.total, known.second])
    return np.concatenate(hits, axis=1).mean(axis=0)[truth > 1e-3]


@pytest.mark.parametrize("random", [True, False], ids=["random", "scrambled"])
@pytest.mark.parametrize("name", KNOWN)
def test_intervals_cover_the_truth_about_as_often_as_they_say(name: str, random: bool):
    """On either design. With 200 repetitions a coverage of 95% is found to be anything from 90 to 99% of an index."""
    found = coverage(KNOWN[name](), 256, random)
    assert 0.93 <= found.mean() <= 0.97
    assert found.min() >= 0.89 and found.max() <= 0.99


@pytest.mark.slow
@pytest.mark.parametrize("base_samples", [64, 256, 1024, 4096])
@pytest.mark.parametrize("random", [True, False], ids=["random", "scrambled"])
@pytest.mark.parametrize("name", KNOWN)
def test_every_interval_covers_the_truth_as_often_as_it_says(name: str, random: bool, base_samples: int):
    """Every single index that is not nothing, with enough repetitions to tell, of the designs that analyses have."""
    sequences = check_sensitivity("baseline", "sobol", samples=base_samples).scrambles
    found = coverage(KNOWN[name](), base_samples, random, repetitions=1000, sequences=sequences)
    assert found.min() >= 0.90 and found.max() <= 0.98


@pytest.mark.slow
def test_few_long_sequences_cover_too_often():
    """Why a design of 4,096 base samples has more than eight sequences."""
    few, more = (coverage(sobol_g(), 4096, False, sequences=count) for count in (SCRAMBLES, 4 * SCRAMBLES))
    assert few.max() > 0.98
    assert abs(more.mean() - 0.95) < few.mean() - 0.95


def test_why_sequences_are_resampled_and_not_their_points():
    """Points of one scrambled sequence resampled as if they were random cover too rarely here and too often there."""
    found = coverage(sobol_g(), 256, False, sequences=1)
    assert found.min() < 0.90 and found.max() > 0.99
    assert coverage(linear(), 256, False, sequences=1).min() > 0.99


def test_sequences_have_the_point_estimates_of_salib():
    values = np.concatenate([ishigami().evaluate(saltelli(3, 32, True, seed)) for seed in range(8)])
    found = sobol_indices(values, 3, second_order=True, seed=0, scrambles=8)
    expected = salib_indices(values, 3, True)
    np.testing.assert_allclose(found.first.value[0], expected["S1"], rtol=0, atol=1e-10)
    np.testing.assert_allclose(found.total.value[0], expected["ST"], rtol=0, atol=1e-10)
    pairs = expected["S2"][found.pairs[:, 0], found.pairs[:, 1]]
    np.testing.assert_allclose(found.second.value[0], pairs, rtol=0, atol=1e-10)
    assert found.quantile[0] == pytest.approx(2.3646, abs=1e-4)  # Student's t with seven degrees of freedom


def test_intervals_of_sequences_are_those_of_their_spread():
    """Of an index that is a plain mean, since the variance is nearly known: the t interval of the sequences' means."""
    values = linear().evaluate(np.concatenate([saltelli(5, 512, False, seed, random=True) for seed in range(8)]))
    found = sobol_indices(values, 5, second_order=False, seed=0, scrambles=8, resamples=20_000)
    blocks = values.reshape(8, 512, 7)
    jansen = ((blocks[:, :, 0] - blocks[:, :, 2]) ** 2).mean(axis=1) / 2.0
    variance = np.array([block[:, [0, -1]].var() for block in blocks])
    ratio = jansen.mean() / variance.mean()
    spread = (jansen - ratio * variance).std(ddof=1) / variance.mean() / np.sqrt(8)  # of a ratio, to first order
    assert found.total.half_width[0, 1] == pytest.approx(found.quantile[0] * spread, rel=0.05)


def test_sequences_that_are_undefined_leave_the_others():
    values = np.concatenate([ishigami().evaluate(saltelli(3, 32, False, seed)) for seed in range(4)])
    holed = values.copy()
    holed[: 32 * 5] = np.nan
    found = sobol_indices(np.column_stack([values, holed]), 3, second_order=False, seed=0, scrambles=4)
    assert found.quantile[0] < found.quantile[1] and found.reasons == (None, None)
    rest = sobol_indices(holed[32 * 5 :], 3, second_order=False, seed=0, scrambles=3)
    np.testing.assert_allclose(found.total.half_width[1], rest.total.half_width[0])
    holed[32 * 5 : 64 * 5] = np.nan
    holed[64 * 5 : 96 * 5] = np.nan
    left = sobol_indices(holed, 3, second_order=False, seed=0, scrambles=4, least_share=0.2)
    assert "one of the scrambled sequences alone" in str(left.reasons[0]) and np.isnan(left.total.value).all()
    for scrambles in (0, 1, 3):
        with pytest.raises(InputError, match="no sequences of equal length"):
            sobol_indices(values, 3, second_order=False, seed=0, scrambles=scrambles)


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
