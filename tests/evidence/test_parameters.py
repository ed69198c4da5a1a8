"""The parameter book against the facts: every key resolves, every grade is earned, every measured number is met."""

from __future__ import annotations

import re

import numpy as np
import pytest

import econsim
from econsim import evidence
from econsim.errors import InputError
from econsim.evidence.readings import RULES, readings
from econsim.parameter_book import book

ROWS = {**book().parameters, **book().levers}
NUMBERED = [name for name, row in ROWS.items() if row.grade in "AB"]
# The measurement lies outside what the prior means, or says so in another way than a reading can.
EXPLAINED = {
    "lab_premium": "habit and the tail explain a part",
    "training_cost": "starts low for four labs",
}


@pytest.mark.parametrize("name", ROWS)
def test_facts_resolve_and_their_sources_are_named(name):
    row = ROWS[name]
    assert len(set(row.facts)) == len(row.facts)
    for key in row.facts:
        assert set(evidence.fact(key).source) & set(row.source), f"{name} does not name the source of {key}"


@pytest.mark.parametrize("name", ROWS)
def test_a_grade_is_earned(name):
    row = ROWS[name]
    if row.grade in "AB":
        assert row.facts and "assumption" not in row.source
    if not row.facts:
        assert row.grade == "C" and "assumption" in row.source
    if row.grade == "C" and name in book().parameters:
        assert "assumption" in row.source, "an assumed number says so, facts beside it or not"


@pytest.mark.parametrize("name", NUMBERED)
def test_measured_and_inferred_numbers_meet_their_facts(name):
    found = readings(name)
    if name in EXPLAINED:
        assert EXPLAINED[name] in ROWS[name].note
        assert not any(one.inside for one in found)
    else:
        assert any(one.inside for one in found), [one.verdict for one in found]


def test_readings_use_the_facts_that_the_row_names():
    for name, rules in RULES.items():
        for rule in rules:
            assert set(rule.facts) <= set(ROWS[name].facts), name
    assert set(NUMBERED) - set(RULES) == {"training_cost"}


def test_what_readings_say():
    margin = readings("lab_substitution")[1]
    # Four equal labs: 1 / (1 + 0.75 x 2), and 1.2 and 4 for the ends.
    assert (margin.default, margin.low, margin.high) == pytest.approx((0.4, 0.25, 1.0 / 1.9))
    assert margin.verdict == "meets the prior" and margin.measured.value == 0.4
    surplus = readings("adoption_elasticity")[1]
    # 0.02 of the budget: -ln(0.98) / 0.02 / 0.1.
    assert surplus.default == pytest.approx(-np.log(0.98) / 0.02 / 0.1)
    assert surplus.measured.value == pytest.approx(97.0 / 7.0)
    share = readings("lab_premium")[0]
    # Odds of the open model: exp(2 x (ln 10 - 1.2)).
    assert share.default == pytest.approx(1.0 / (1.0 + np.exp(-2.0 * (np.log(10.0) - 1.2))))
    assert share.verdict == "measured below the prior"
    assert readings("leakage_rate")[0].default == pytest.approx(15.0)
    assert readings("efficiency_growth")[2].verdict == "measured above the prior"
    assert readings("export_wedge")[1].verdict == "meets the mid-range setting"
    assert readings("initial_expected_growth")[0].verdict == "measured below the default"
    assert readings("discount_rate") == []
    with pytest.raises(InputError, match="did you mean 'lab_premium'"):
        readings("lab_premum")


def test_labs_together_spend_at_first_what_the_note_says():
    scenario = econsim.load_scenario("baseline").with_(quarters=20)
    run = econsim.simulate(scenario, draws=16, ensemble="default", engine="batch")
    spent = float(np.mean(run.trajectories["rd_investment"][0])) * 1e6
    assert "labs together spend about $3.5bn" in book().parameters["training_cost"].note
    assert spent == pytest.approx(3.5e9, rel=0.1)
    # One lab alone was measured at as much: the default starts low.
    assert evidence.convert(evidence.fact("rd.openai_h1_2025"), "USD/quarter").value == pytest.approx(3.35e9)
    note = book().parameters["retention_exponent"].note
    low, high = map(float, re.search(r"keep (0\.\d+) to (0\.\d+) of the head", note).groups())
    kept = run.trajectories["head_retention"]
    assert low - 0.02 < np.nanmean(kept) < high + 0.02


def test_growth_in_notes_is_that_of_the_facts():
    note = book().parameters["efficiency_growth"].note
    hardware = np.log(evidence.fact("hw.priceperf.mlgpu").value)
    assert f"Hardware gives {hardware:.2f} nat a year" in note
    serving = book().parameters["serving_efficiency_growth"].note
    one, best = (np.log(evidence.fact(f"hw.priceperf.{key}").value) / 4.0 for key in ("own_fp16", "own_best"))
    assert f"{one:.2f} nat a quarter at one precision and {best:.2f} at the best" in serving
    learning = book().parameters["learning_by_doing"]
    added = learning.default * np.log1p(3.5 / 60.0)
    assert f"it adds {added:.2f} nat" in learning.note
    total = 4.0 * (book().parameters["efficiency_growth"].default + added)
    assert f"makes {total:.1f} nat a year" in learning.note
    low, high = (readings("efficiency_growth")[0].measured.low, readings("efficiency_growth")[0].measured.high)
    assert np.log(low) < total < np.log(high)
