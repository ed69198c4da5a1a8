"""Predictions of copies: for pairs on the list and off it, with errors that name what is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from econsim import InputError, fidelity
from econsim.fidelity.budgets import FULL_SET_SAMPLES
from econsim.rules.fidelity.refinement import FITTED


def test_a_pair_on_the_list():
    """The 32B copy of R1, from the list: near what was observed on published benchmarks, the base elsewhere."""
    found = fidelity.predict("DeepSeek-R1", "Qwen2.5-32B-Instruct", 32e9, FULL_SET_SAMPLES, ["math", "code", "sci"])
    by_name = found.benchmarks.set_index("benchmark")
    assert by_name.loc["MATH-500", "score"] == pytest.approx(94.3, abs=2.0)
    assert by_name.loc["GPQA-Diamond", "coverage"] == 1.0
    assert by_name.loc["ZebraLogic", "coverage"] == pytest.approx(FITTED.near_coverage)
    far = by_name.loc["Multi-IF"]
    assert far["coverage"] == 0.0
    assert far["score"] == pytest.approx(far["base"] * (1.0 - FITTED.interference))
    assert found.hidden < found.visible < 1.0


def test_a_pair_that_nobody_has_made():
    found = fidelity.predict(80, 40, 7e9, 1e5)
    row = found.benchmarks.iloc[0]
    assert row["difficulty"] == pytest.approx(0.2)
    beta = FITTED.base_rate + FITTED.size_slope * np.log10(7 / 32) + FITTED.small_data_slope * np.log10(1 / 8)
    bits = beta - FITTED.difficulty_slope * 0.2
    assert found.score == pytest.approx(40 + 40 * (1 - 4**-bits))
    assert row["low"] < found.score < row["high"]
    assert f"{found.score:.1f}" in found.finding


def test_the_two_shares_are_told_apart():
    """Of the teacher's level over the bands, and of its score on the benchmark: each with its own number and name."""
    found = fidelity.predict(80, 40, 7e9, 1e5)
    weighed = {
        name: (found.bands[name] * found.bands["copy"]).sum() / (found.bands[name] * found.bands["teacher"]).sum()
        for name in ("measured", "deployed")
    }
    of_score = found.score / 80.0
    assert len({f"{share:.2f}" for share in (*weighed.values(), of_score, (found.score - 40.0) / 40.0)}) == 4
    assert f"keep {100 * weighed['measured']:.0f}% of the teacher's level where benchmarks look" in found.finding
    assert f"and {100 * weighed['deployed']:.0f}% of it where deployment goes" in found.finding
    assert found.finding.endswith(f"teacher's 80.0, {100 * of_score:.0f}% of the teacher's score.")


def test_more_of_anything_helps():
    few, many = (fidelity.predict(80, 40, 32e9, samples) for samples in (1e3, 1e6))
    small, large = (fidelity.predict(80, 40, size, 1e5) for size in (1.5e9, 70e9))
    answers, scores = (fidelity.predict(80, 40, 7e9, 1e5, access=way) for way in ("trace", "logit"))
    for less, more in ((few, many), (small, large), (answers, scores)):
        assert less.score < more.score
        assert less.visible < more.visible


def test_what_is_not_covered_is_not_copied():
    found = fidelity.predict(80, 40, 32e9, 1e6, covered=False)
    assert found.score == pytest.approx(40 * (1 - FITTED.interference))
    assert fidelity.predict(80, 40, 32e9, 1e6, covered=False, access="logit").score > 70.0


def test_intervals_are_wider_where_less_is_known():
    published, far = (fidelity.predict(60, 30, 32e9, 1e5, covered=one).benchmarks.iloc[0] for one in (True, False))
    assert published["high"] - published["score"] < far["high"] - far["score"]
    assert published["interval_pairs"] >= 5
    bounded = fidelity.predict(99, 98, 32e9, 1e6).benchmarks.iloc[0]
    assert bounded["high"] == 100.0


def test_a_budget_buys_samples():
    prices = fidelity.Prices()
    by_money = fidelity.predict(80, 40, 32e9, budget=1000.0)
    assert by_money.samples == pytest.approx(1000.0 / prices.of_sample(32e9))
    assert by_money.dollars == pytest.approx(1000.0)
    half = fidelity.predict(80, 40, 32e9, budget=1000.0, prices=fidelity.Prices(acceptance=0.5))
    assert half.samples < by_money.samples


def test_bands_follow_the_benchmarks():
    """A better teacher stands higher in every band, a better base too; the copy lies between base and teacher."""
    strong, weak = (fidelity.predict({"MATH-500": score}, 20.0, 32e9, 1e5).bands for score in (97.0, 70.0))
    assert (strong["teacher"] > weak["teacher"]).all()
    low, high = (fidelity.predict({"MATH-500": 97.0}, base, 32e9, 1e5).bands for base in (20.0, 80.0))
    assert (low["base"] < high["base"]).all()
    assert (low["copy"] <= low["teacher"] + 1e-9).all()
    assert (np.diff(low["teacher"]) < 0.0).all()


def test_a_typical_base_is_said_to_be_one():
    found = fidelity.predict("DeepSeek-R1", None, 7e9, 1e5)
    assert not found.benchmarks["base_known"].any()
    assert any("typical" in note for note in found.notes)
    assert fidelity.predict(80, 40, 32e9, 1e5).notes == ()


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"teacher": "DeepSeek-R2", "samples": 10}, ["teacher: unknown model 'DeepSeek-R2'", "'DeepSeek-R1'"]),
        ({"teacher": 120, "samples": 10}, ["teacher: must be a number in range (got 120)", "0 to 100 points"]),
        ({"teacher": 80, "base": -1, "samples": 10}, ["base: must be a number", "-1"]),
        ({"teacher": 80, "student_size": 32, "samples": 10}, ["student_size", "such as 32e9"]),
        ({"teacher": 80}, ["samples: or a budget"]),
        ({"teacher": 80, "samples": 10, "budget": 5.0}, ["samples: or a budget"]),
        ({"teacher": 80, "samples": 0}, ["samples: must be", "1 to 1e12"]),
        ({"teacher": 80, "budget": -5}, ["budget: must be", "above 0"]),
        ({"teacher": 80, "samples": 10, "access": "logits"}, ["access: unknown", "did you mean 'logit'"]),
        ({"teacher": 80, "samples": 10, "covered": "mathh"}, ["covered: unknown", "did you mean"]),
        ({"teacher": 80, "samples": 10, "covered": 1.5}, ["covered: must be", "0 to 1"]),
        ({"teacher": 80, "samples": 10, "difficulty": float("nan")}, ["difficulty: must be", "0 to 1"]),
        ({"teacher": "DeepSeek-R1", "samples": 10, "base": 40}, ["base: is one score"]),
        ({"teacher": {"A": 90}, "base": {"B": 9}, "samples": 10}, ["base: unknown benchmark of the teacher 'B'"]),
        ({"teacher": "DeepSeek-R1", "samples": 10, "benchmark": "MATH-50"}, ["benchmark", "did you mean 'MATH-500'"]),
        ({"teacher": True, "samples": 10}, ["teacher: must be a number"]),
        ({"teacher": 80, "samples": 10, "covered_bands": 17}, ["covered_bands", "0 to 16"]),
    ],
)
def test_bad_input_is_named(settings, says):
    with pytest.raises(InputError) as caught:
        fidelity.predict(**settings)
    for part in says:
        assert part in str(caught.value)


def test_all_problems_at_once():
    with pytest.raises(InputError) as caught:
        fidelity.predict(120, -1, 3, 0, "mathh", access="?")
    assert len(caught.value.problems) == 6


# ---------------------------------------------------------------------------------------------------- spectra


def test_full_set_is_the_familiar_mark():
    marks = fidelity.marks().set_index("copy")
    full = marks.loc["R1-Distill-Qwen-32B"]
    assert full["samples"] == FULL_SET_SAMPLES
    assert full["dollars_traces"] == pytest.approx(9439.0, abs=1.0)
    assert full["dollars_published"] == 9400.0
    assert marks["samples"].is_monotonic_increasing


@pytest.mark.parametrize("law", ["refinement", "water_filling", "constant_retention"])
def test_spectra_of_every_law(law):
    few, many = (fidelity.spectrum(money, law=law) for money in (1_000.0, 1_000_000.0))
    assert few.visible <= many.visible
    assert many.hidden < many.visible
    for found in (few, many):
        assert ((found.bands["copy"] >= 0.0) & (found.bands["copy"] <= found.bands["teacher"] + 1e-9)).all()
        np.testing.assert_allclose(found.bands["lost"], found.bands["teacher"] - found.bands["copy"])
        assert (np.diff(found.curve["visible"]) >= -1e-12).all()
    assert f"{100 * many.visible:.0f}%" in many.finding


def test_copies_rise_to_what_evaluators_insist_on_and_stop():
    bands = fidelity.spectrum(9_400).bands
    looked_at = bands["demanded"] > bands["base"]
    assert looked_at.sum() == 8
    np.testing.assert_allclose(bands["copy"][looked_at], bands["demanded"][looked_at])
    assert (bands["copy"][~looked_at] <= bands["base"][~looked_at]).all()
    everywhere = fidelity.spectrum(9_400, access="logit").bands
    assert (everywhere["demanded"] > 0.0).all()


def test_laws_without_bands_are_pointed_elsewhere():
    with pytest.raises(InputError, match=r"nats per token.*scaling_law"):
        fidelity.spectrum(9_400, law="busbridge2025")
    with pytest.raises(InputError, match="did you mean 'refinement'"):
        fidelity.spectrum(9_400, law="refinment")


def test_scaling_law_flags_extrapolation():
    inside, outside = fidelity.scaling_law(1e9, 64e9, 2.2), fidelity.scaling_law(32e9, 4.31e9, 2.2)
    assert not inside.extrapolation
    assert outside.extrapolation
    assert "extrapolation" in outside.finding
    assert fidelity.scaling_law(1e9, 64e9, 2.2, coefficients="published").student != inside.student
    with pytest.raises(InputError, match="did you mean 'published'"):
        fidelity.scaling_law(1e9, 64e9, coefficients="publishd")


def test_numbers_of_numpy_are_numbers():
    plain = fidelity.predict(80, 40, 7e9, 100_000, 0.5, difficulty=0.2, prices=fidelity.Prices(tokens=5000))
    made = (np.float32(80), np.int32(40), np.int64(7_000_000_000), np.int64(100_000), np.float32(0.5))
    prices = fidelity.Prices(tokens=np.int64(5000))
    again = fidelity.predict(*made, difficulty=np.float64(0.2), prices=prices, covered_bands=np.int64(8))
    assert again.score == plain.score and again.dollars == plain.dollars
    with pytest.raises(InputError, match="samples: must be a number"):
        fidelity.predict(80, 40, 7e9, np.bool_(True))


def test_the_step_at_7b_is_told():
    """More samples than the reference set count for more in a student of 7B than in one of 8B."""
    small, larger = (fidelity.predict(80, 40, size, 12e6) for size in (7e9, 8e9))
    assert small.score > larger.score and small.other_side < small.score and larger.other_side > larger.score
    assert small.other_side == pytest.approx(fidelity.predict(80, 40, 7.0000001e9, 12e6).score, abs=1e-4)
    for copy in (small, larger):
        assert any("7 billion" in note and f"{copy.other_side:.1f}" in note for note in copy.notes)
    for far in (fidelity.predict(80, 40, 32e9, 12e6), fidelity.predict(80, 40, 7e9, 8e5)):
        assert far.other_side is None and not far.notes


def test_prices_are_checked():
    for ask in (lambda: fidelity.predict(80, 40, 7e9, 1e4, prices=3), lambda: fidelity.marks(3)):
        with pytest.raises(InputError, match="prices: must be made by"):
            ask()
    with pytest.raises(InputError, match=r"prices\.acceptance: must be a share"):
        fidelity.Prices(acceptance=1.5)
    with pytest.raises(InputError, match=r"prices\.tokens: must be a number above 0"):
        fidelity.Prices(tokens=0.0)
