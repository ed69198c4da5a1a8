"""Findings: every word and number of a sentence is recomputed here from the draws it describes."""

from __future__ import annotations

import re

import numpy as np
import pytest
from model_helpers import baseline

from econsim import load_scenario, simulate
from econsim.calendars import by_calendar
from econsim.findings import (
    convergence,
    copying_pays,
    futures,
    paired_change,
    parties,
    percent,
    relative_change,
    relative_to,
)
from econsim.library import shipped_scenarios
from econsim.results import simulate_many

COUNT = r"(?:fewer than |more than )?\d+ of 20"
CHANGE = r"[+−]?[\d.]+%"
RANGE = rf"\(median ({CHANGE}), 90% range ({CHANGE}) to ({CHANGE})\)"


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "0 of 20"),
        (1e-9, "fewer than 1 of 20"),
        (0.02, "fewer than 1 of 20"),
        (0.03, "1 of 20"),
        (0.5, "10 of 20"),
        (0.851, "17 of 20"),
        (0.97, "19 of 20"),
        (0.99, "more than 19 of 20"),
        (1.0 - 1e-9, "more than 19 of 20"),
        (1.0, "20 of 20"),
    ],
)
def test_futures(share, words):
    """Never rounded to none, or to all, where that is not so."""
    assert futures(share) == words


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (0.0, "0%"),
        (0.0004, "0%"),
        (-0.0004, "0%"),
        (0.0006, "+0.1%"),
        (-0.034, "−3.4%"),
        (0.0994, "+9.9%"),
        (0.12, "+12%"),
        (-0.555, "−56%"),
        (3.0, "+300%"),
        (-1.0, "−100%"),
    ],
)
def test_percent(change, words):
    assert percent(change) == words


@pytest.mark.parametrize("size", [0.09951, 0.0996, 0.09999])
def test_percent_keeps_two_digits_at_ten(size):
    """Just under ten per cent is told as 10%, in the form of what lies above it."""
    assert percent(size) == "+10%"


@pytest.fixture(scope="module")
def found():
    return {
        result.scenario.name: result
        for scenarios in by_calendar([load_scenario(name) for name in shipped_scenarios()])
        for result in simulate_many(scenarios, draws=24, keep="summaries")
    }


def words_for(values: np.ndarray) -> str:
    return futures(float(np.mean(values)))


@pytest.mark.parametrize("name", shipped_scenarios())
def test_finding_is_what_the_draws_say(found, name):
    """Direction, counts, median and range of R&D; collapse; buyers and labs."""
    result = found[name]
    finding = result.finding
    if name == "geopolitics-off":  # the label alone changes nothing
        assert finding == "Nothing changes: geopolitics-off is the same as baseline in every future."
        assert "Distillers" in list(result.parties["party"])
        return
    assert finding.startswith(f"Against {result.status_quo_name}, ")
    here, there = result.metrics["rd_investment"], result.status_quo.metrics["rd_investment"]
    change = (here / there - 1.0).to_numpy()
    change = change[np.isfinite(change)]
    low, median, high = np.quantile(change, [0.05, 0.5, 0.95])
    told = re.search(RANGE, finding)
    assert told is not None
    assert told.groups() == (percent(median), percent(low), percent(high))
    if abs(median) < 0.005:
        assert f"up in {words_for(change > 1e-12)} simulated futures, down in {words_for(change < -1e-12)}" in finding
    elif median < 0.0:
        assert f"lowers frontier R&D in {words_for(change < -1e-12)} simulated futures" in finding
    else:
        assert f"raises frontier R&D in {words_for(change > 1e-12)} simulated futures" in finding
    collapse = result.metrics["collapse"].dropna()
    if result.scenario.switches.copying:
        assert f"below half of that of the same world without copying in {words_for(collapse)}." in finding
    else:
        assert "below half" not in finding
    for who, metric in (("Buyers", "consumer_surplus_pv"), ("labs", "lab_profit_pv")):
        gain = (result.metrics[metric] - result.status_quo.metrics[metric]).to_numpy()
        assert f"{who} gain in {words_for(gain > 0.0)} futures and lose in {words_for(gain < 0.0)}" in finding
    assert len(re.findall(COUNT, finding)) >= 5  # R&D, and two parties that gain and lose


def test_baseline_is_told_against_no_copying(found):
    assert found["baseline"].finding.startswith("Against the same world without copying, copying ")


def test_status_quo_has_no_finding(found):
    text = found["free-copying"].status_quo.finding
    assert text == "Baseline is the status quo: it is compared with nothing."


def test_relative_change_is_paired(found):
    result = found["rd-subsidy"]
    change = relative_change(result, "rd_investment")
    assert change.size <= 24
    assert np.median(change) > 0.0
    assert relative_change(result, "ai_share").size == 24
    with pytest.raises(ValueError, match="status quo"):
        relative_change(result.status_quo, "rd_investment")


@pytest.mark.parametrize("name", shipped_scenarios())
def test_parties_are_what_the_draws_say(found, name):
    """$bn a year: four quarters of the mean quarterly effect; more harm is a loss to third parties."""
    result = found[name]
    table = parties(result).set_index("party")
    assert list(table.columns) == ["median", "p5", "p95", "gains", "loses"]
    for party, metric, sign in (
        ("Frontier labs", "lab_profit", 1.0),
        ("Third parties", "external_harm", -1.0),
        ("Government", "government_balance", 1.0),
        ("Buyers, high stakes use", "consumer_surplus_high_stakes", 1.0),
    ):
        change = sign * (result.metrics[metric] - result.status_quo.metrics[metric]).dropna() * 4.0 / 1000.0
        np.testing.assert_allclose(table.loc[party, "median"], np.median(change), atol=1e-12)
        np.testing.assert_allclose(table.loc[party, "p95"], np.quantile(change, 0.95), atol=1e-12)
        assert table.loc[party, "gains"] == (change > 0.0).mean()
        assert table.loc[party, "loses"] == (change < 0.0).mean()


def test_convergence_is_what_the_draws_say(found):
    result = found["free-copying"]
    change = (result.metrics["rd_investment"] / result.status_quo.metrics["rd_investment"] - 1.0).replace(
        np.inf, np.nan
    )
    parts = [part.dropna().to_numpy() for part in (change.iloc[:12], change)]
    told = [
        f"less R&D in {words_for(part < -1e-12)} futures, median change {percent(np.median(part))}" for part in parts
    ]
    assert convergence(result) == f"With the first 12 draws: {told[0]}. With all 24: {told[1]}."
    assert "more R&D in" in convergence(found["rd-subsidy"])
    assert convergence(result.status_quo) == "There is no effect whose convergence could be shown."
    assert convergence(simulate(baseline(quarters=2), draws=1)) == "Too few draws to show how the finding converges."


def test_copying_pays_in_words(found):
    result = found["baseline"]
    pays, happens = result.metrics["copying_ever_pays"], result.metrics["copying_ever_happens"]
    assert copying_pays(result) == (
        f"Copying pays for itself within a quarter, at least once, in {words_for(pays)} futures and never in "
        f"{words_for(1.0 - pays)}; no distiller ever enters in {words_for(1.0 - happens)}."
    )
    assert copying_pays(found["copying-off"]) == "Nobody can copy in this world."


def test_a_lever_that_does_nothing_says_so():
    """A lever with nothing to act on: enforcement reach without penalties."""
    result = simulate(baseline(enforcement_reach=0.5, quarters=14), draws=4)
    subject = "baseline with enforcement_reach 0.5"
    assert result.finding == f"Nothing changes: {subject} is the same as the same world without policy in every future."


def test_a_run_too_short_for_a_finding_says_so():
    """R&D is a mean from the fourth year on: a run of one year has none."""
    result = simulate(load_scenario("royalty").with_(quarters=4), draws=4)
    assert result.finding.startswith(
        "Against the same world without policy, the change of frontier R&D is undefined in every simulated future."
    )


def test_a_change_has_the_sign_of_what_is_added_to_a_loss():
    here, there = np.array([1.5, -0.5, -1.5, 1.0, np.nan]), np.array([1.0, -1.0, -1.0, 0.0, 1.0])
    np.testing.assert_array_equal(paired_change(here, there), [0.5, 0.5, -0.5, np.nan, np.nan])
    np.testing.assert_array_equal(relative_to(here, there), [0.5, 0.5, -0.5])
