"""The back-test: verdicts, scores, and what the command and the chart say; calibration on a small scale."""

from __future__ import annotations

import json

import numpy as np
import pytest

from econsim import backtest, load_scenario
from econsim.charts import history as history_charts
from econsim.errors import InputError
from econsim.evidence import fact, history
from econsim.posterior import posterior, read_posterior
from econsim.studies import calibrate as calibration
from econsim.studies import history_scoring as scoring
from econsim.studies.backtest import verdict, weighted_quantiles
from econsim.studies.calibration_files import write_posterior
from econsim.world import dimension_names


@pytest.fixture(scope="module")
def tested():
    return backtest(draws=24)


def test_every_fact_gets_a_verdict_and_misses_come_first(tested):
    assert {one.fact.id for one in tested.verdicts} == {one.id for one in history().facts}
    inside = [one.inside for one in tested.verdicts]
    assert inside == sorted(inside)
    assert tested.inside == sum(inside)
    assert f"{tested.inside} of {len(inside)}" in tested.finding
    missed = [one.score for one in tested.verdicts if not one.inside and one.score is not None]
    assert missed == sorted(missed, reverse=True)


def test_the_dictionary_is_json_and_has_what_was_asked_for(tested):
    told = json.loads(json.dumps(tested.summary(), allow_nan=False))
    for one in told["facts"]:
        assert {"id", "observed", "median", "p5", "p95", "verdict"} <= set(one)
        assert one["p5"] is None or one["p5"] <= one["median"] <= one["p95"]
    assert {one["row"] for one in told["not_expressible"]} == {one.row for one in history().not_expressible}


def test_half_a_back_test_is_the_back_test_of_half_the_draws(tested):
    half = backtest(draws=12)
    for name, values in half.paths.items():
        np.testing.assert_array_equal(values, tested.paths[name][:, :12])


def test_a_scenario_of_other_years_is_refused():
    with pytest.raises(InputError, match="must cover April 2023 to July 2026"):
        backtest("baseline", draws=4)


def test_verdicts_in_words():
    fact = history().fact("F06")
    assert verdict(fact, np.linspace(2.0, 4.0, 101)).words == "inside"
    low = verdict(fact, np.linspace(0.0, 1.0, 101))
    assert not low.inside and low.words.startswith("outside by 2") and "higher" in low.words
    ratio = history().fact("F05")
    assert verdict(ratio, np.linspace(10.0, 27.0, 101)).words == "inside"
    assert verdict(ratio, np.full(101, 25.99)).words == "just outside: observed is higher"
    high = verdict(ratio, np.full(11, 52.0))
    assert high.words == "outside by a factor of 2: observed is lower"
    sign = history().fact("F10")
    assert verdict(sign, np.r_[np.ones(2), -np.ones(8)]).inside
    assert not verdict(sign, np.r_[np.ones(1), -np.ones(9)]).inside
    assert verdict(fact, np.full(5, np.nan)).words == "outside: no draw shows it"


def test_weighted_quantiles_of_equal_weights():
    values = np.random.default_rng(1).normal(size=2001)
    levels = (0.05, 0.5, 0.95)
    np.testing.assert_allclose(
        weighted_quantiles(values, np.ones(2001), levels), np.quantile(values, levels), atol=5e-3
    )


# ---------------------------------------------------------------------------------------------------- scores


def test_interval_score_by_hand():
    assert scoring.interval_score(1.0, 3.0, 2.0) == 2.0
    assert scoring.interval_score(1.0, 3.0, 3.5) == pytest.approx(2.0 + 20.0 * 0.5)


def test_distance_is_in_standard_deviations_of_the_observation():
    fact = history().fact("F06")  # 3, from 1 to 5
    np.testing.assert_allclose(scoring.distance(fact, np.array([3.0, 5.0, 1.0])), [0.0, 1.6449, -1.6449])
    assert scoring.distance(fact, np.array([np.nan]))[0] == scoring.UNDEFINED


def test_weights_keep_as_many_draws_as_asked():
    distances = np.random.default_rng(2).normal(0.0, 6.0, size=(5, 2000))
    weight, scale = scoring.weights(distances, np.zeros(2000), 200.0)
    assert scale > 1.0
    assert scoring.effective_size(weight) == pytest.approx(200.0, rel=0.01)
    near, far = (np.abs(distances).sum(axis=0) < 10.0), (np.abs(distances).sum(axis=0) > 40.0)
    assert weight[near].mean() > 10.0 * weight[far].mean()
    assert scoring.weights(0.1 * distances, np.zeros(2000), 200.0)[1] == 1.0


def test_draws_from_another_density_count_by_what_they_stand_for():
    """Twice as many draws of one kind, each half as much: the weighted share is that of the prior."""
    kind = np.r_[np.zeros(100), np.ones(200)]
    weight, _ = scoring.weights(np.zeros((1, 300)), np.log(np.where(kind == 1.0, 2.0, 1.0)), 10.0)
    assert weight[kind == 1.0].sum() == pytest.approx(0.5)


def test_folds_leave_groups_out_together():
    facts = history().facts
    folds = scoring.groups_of(facts, 3)
    assert sorted(place for fold in folds for place in fold) == list(range(len(facts)))
    where = [{facts[place].group for place in fold} for fold in folds]
    assert not (where[0] & where[1] or where[0] & where[2] or where[1] & where[2])
    assert sorted(place for fold in scoring.every_nth(facts, 3) for place in fold) == list(range(len(facts)))


def test_a_naive_forecast_gets_the_width_that_suits_it_best():
    facts = [one for one in history().facts if one.kind != "sign"]
    found = scoring.naive_scores(facts, facts, "trend").mean()
    errors = scoring.naive_errors(facts, "trend")
    widths = np.linspace(0.0, 2.0 * errors.max(), 4001)
    assert found == pytest.approx(min((2.0 * w + 20.0 * np.maximum(errors - w, 0.0)).mean() for w in widths), rel=1e-3)


# ---------------------------------------------------------------------------------------------------- the posterior


def test_the_shipped_posterior_is_complete_and_inside_the_priors():
    found = posterior()
    scenario = load_scenario("history-2023")
    assert set(found.values) == set(dimension_names(scenario))
    assert found.weight.sum() == pytest.approx(1.0)
    for name, values in found.values.items():
        default, low, high = found.priors[name]
        assert low <= values.min() <= values.max() <= high, name
        one = scenario.assumptions[name]
        assert (one.default, one.low, one.high) == (default, low, high), name
    assert {"version", "command", "seed", "held_out", "facts"} <= set(found.provenance)
    assert found.provenance["facts"] == [one.id for one in history().facts]


def test_the_shipped_posterior_passes_its_test_on_facts_left_out():
    """Two thirds inside, and a better score than both naive forecasts, with related facts left out together."""
    grouped = posterior().provenance["held_out"][0]
    assert grouped["inside"] / grouped["facts"] >= 2.0 / 3.0
    assert grouped["score"] < min(grouped["naive"].values())


def test_a_posterior_comes_back_as_it_was_written(tmp_path):
    write_posterior(posterior(), tmp_path)
    again = read_posterior(tmp_path)
    for name, values in posterior().values.items():
        np.testing.assert_allclose(again.values[name], values, rtol=1e-7)
    (tmp_path / "calibrated.csv").write_text("weight\nnot a number\n")
    with pytest.raises(InputError, match="cannot be read"):
        read_posterior(tmp_path)


@pytest.mark.slow
def test_a_small_calibration():
    """Two waves of few draws: weights of the prior's own draws move towards the facts, and every fact is held out."""
    found = calibration.calibrate(draws=128, waves=2)
    assert found.weight.sum() == pytest.approx(1.0)
    assert found.effective >= 15.9
    assert found.sample.points.shape[0] == 256
    assert len(found.held_out) == 2
    for dealt in found.held_out:
        counts = f"{dealt.inside} of {len(dealt.verdicts)} inside the 90% range, {dealt.inside_by_majority} if a sign"
        assert counts in dealt.finding
        assert {one.fact.id for one in dealt.verdicts} == {one.id for one in history().facts}
        assert dealt.inside == sum(one.inside for one in dealt.verdicts)
    table = found.identification().set_index("parameter")
    assert set(table.index) == set(found.sample.names)
    assert (table["p5"] <= table["median"]).all() and (table["median"] <= table["p95"]).all()
    assert set(found.posterior().values) == set(found.sample.names)


def test_a_mixture_integrates_to_one():
    """The density that waves come from, over the unit cube."""
    rng = np.random.default_rng(3)
    heights = calibration._marginals(rng.beta(2.0, 5.0, size=(500, 2)), np.full(500, 1.0 / 500))
    density = np.exp(calibration._mixture([heights], rng.random((200_000, 2))))
    assert density.mean() == pytest.approx(1.0, abs=0.01)
    points = calibration._from_marginals(heights, rng.random((100_000, 2)))
    counts, _ = np.histogram(points[:, 0], bins=calibration.BINS, range=(0.0, 1.0), density=True)
    np.testing.assert_allclose(counts, heights[0], rtol=0.06)


def test_facts_that_the_shipped_posterior_misses_are_those_that_the_back_test_tells():
    told = backtest(draws=calibration.CHECKED)
    assert {one.fact.id for one in told.verdicts if not one.inside} == set(posterior().missed)


# ---------------------------------------------------------------------------------------------------- the chart


def test_what_was_observed_by_the_end_of_a_month_stands_there():
    assert all(date.is_month_end for date in history_charts.observed_labs()["date"])
    assert all(date.is_month_end for date in history_charts.observed_lags()["date"])


def test_research_without_staff_has_a_mark_of_its_own(tested):
    spent = history_charts.observed_money(history_charts.RESEARCH)
    assert spent["part"].tolist() == ["computing" in fact(key).quantity for key in history_charts.RESEARCH]
    assert spent["part"].any() and not spent["part"].all()
    drawn = json.dumps(history_charts.history_chart(tested).to_dict())
    assert drawn.count('"shape": "diamond"') == 1 and "dollars of its own year" in drawn
