"""What may be divided by what: never across accounting bases, units, or price years without a deflator."""

from __future__ import annotations

import importlib
import itertools
import math

import pytest

from econsim.errors import InputError
from econsim.evidence import convert, fact, ratio
from econsim.evidence.fact_book import fact_book
from econsim.evidence.readings import RULES
from econsim.evidence.units import BASES, UNITS, estimate, same_basis

GPT4 = ("train.gpt4.amortised", "train.gpt4.cloud", "train.gpt4.upfront")


@pytest.mark.parametrize(("over", "under"), list(itertools.permutations(GPT4, 2)))
def test_the_three_costs_of_gpt4_are_never_divided_by_each_other(over, under):
    with pytest.raises(InputError) as caught:
        ratio(fact(over), fact(under))
    assert over in str(caught.value) and under in str(caught.value)
    assert "across accounting bases" in str(caught.value)
    for basis in (fact(over).basis, fact(under).basis):
        assert basis in str(caught.value)


def test_they_are_what_was_measured():
    values = [fact(key).value for key in GPT4]
    assert values == [3.73e7, 8.14e7, 8.06e8]
    assert {fact(key).price_year for key in GPT4} == {2023}


def test_a_ratio_on_one_basis():
    # 5.39 over 81.4, and over the ends 78 and 81.4.
    found = ratio(fact("copy.dsv3.final_2023usd"), fact("train.gpt4.cloud"))
    assert found.value == pytest.approx(5.39 / 81.4)
    assert (found.low, found.high) == (pytest.approx(5.39 / 81.4), pytest.approx(5.39 / 78.0))


def test_a_ratio_across_price_years_needs_a_deflator():
    over, under = fact("copy.dsv3.final"), fact("train.gpt4.cloud")
    with pytest.raises(InputError) as caught:
        ratio(over, under)
    for told in ("copy.dsv3.final (dollars of 2024)", "train.gpt4.cloud (dollars of 2023)", "state a deflator"):
        assert told in str(caught.value)
    found = ratio(over, under, deflator={2023: 100.0, 2024: 103.0})
    assert found.value == pytest.approx(5.576 / 1.03 / 81.4)
    for level in ({2023: 100.0}, {2023: 100.0, 2024: 0.0}, {2023: math.nan, 2024: 103.0}):
        with pytest.raises(InputError, match="deflator: has no positive price level for 202"):
            ratio(over, under, deflator=level)


def test_two_statements_of_one_cost_imply_the_deflator_between_them():
    """Epoch AI deflated DeepSeek's figure of 2024 by consumer prices, which rose by some 3% that year."""
    nominal, real = fact("copy.dsv3.final"), fact("copy.dsv3.final_2023usd")
    assert nominal.basis == real.basis == "cloud"
    assert 1.02 < nominal.value / real.value < 1.04
    found = convert(nominal, "USD", price_year=2023, deflator={2023: 304.7, 2024: 313.7})
    assert found.value == pytest.approx(real.value, rel=0.01)


def test_a_ratio_across_units_is_refused():
    with pytest.raises(InputError, match=r"ratio across units \(got months over factor/year\)"):
        ratio(fact("algo.halving"), fact("algo.catchup"))
    with pytest.raises(InputError, match=r"ratio across units \(got USD over USD/year\)"):
        ratio(fact("funding.openai.2025"), fact("rev.openai.2025"))


def test_flows_over_different_lengths_of_time_are_brought_to_one():
    # $6.7bn in half a year over $13.1bn in a year.
    found = ratio(fact("rd.openai_h1_2025"), fact("rev.openai.2025"))
    assert found.value == pytest.approx(2.0 * 6.7 / 13.1)
    assert convert(fact("rev.openai.2026q1"), "USD/year").value == pytest.approx(4.0 * 5.7e9)


@pytest.mark.parametrize("key", [one.key for one in fact_book().values() if one.basis in ("mixed", "not stated")])
def test_a_cost_on_an_unknown_basis_is_in_no_ratio(key):
    with pytest.raises(InputError, match="across accounting bases"):
        ratio(fact(key), fact(key))


def test_which_bases_go_together():
    for one, other in itertools.product(BASES, BASES):
        allowed = {one, other} <= {"none", "amortised", "cloud", "upfront", "whole programme"}
        assert same_basis(one, other) == (allowed and (one == other or "none" in (one, other)))


def test_readings_never_mix_bases_and_say_where_they_mix_price_years():
    for name, rules in RULES.items():
        for rule in rules:
            money = [one for one in map(fact, rule.facts) if UNITS[one.unit].money]
            assert all(same_basis(one.basis, other.basis) for one, other in itertools.combinations(money, 2)), name
            if len({one.price_year for one in money}) > 1:
                assert "nominal" in rule.what, (name, rule.what)


def test_sales_of_different_years_are_refused_without_a_price_level(monkeypatch):
    module = importlib.import_module("econsim.evidence.readings")  # the package has a function of that name
    monkeypatch.setattr(module, "NOMINAL", None)
    with pytest.raises(InputError, match="state a deflator"):
        module.readings("initial_ai_share")


def test_keys_are_no_facts():
    for told, call in (("over", lambda: ratio("a.key", "b.key")), ("fact", lambda: convert("a.key", "USD"))):
        with pytest.raises(InputError, match=f"{told}: must be a fact.*'a.key'"):
            call()


def test_what_may_be_nothing_is_no_denominator():
    with pytest.raises(InputError, match="may be 0"):
        ratio(fact("quality.local_imitation"), fact("quality.false_promise"))
    with pytest.raises(InputError, match="has no number"):
        estimate(fact("defence.adaptive"))


def test_conversion():
    weeks = convert(fact("adoption.speed"), "months")
    assert weeks.value == pytest.approx(4 * 7 / 365.25 * 12) and weeks.low < weeks.value < weeks.high
    assert convert(fact("lag.epoch2024"), "quarters").value == pytest.approx(4.0)
    for unit in UNITS:
        if UNITS[unit].dimension == "time":
            assert convert(fact("lag.epoch2024"), unit).value * UNITS[unit].size == pytest.approx(1.0)
    with pytest.raises(InputError, match="no amount of USD"):
        convert(fact("lag.epoch2024"), "USD")
    with pytest.raises(InputError, match="did you mean 'months'"):
        convert(fact("lag.epoch2024"), "month")
    with pytest.raises(InputError, match="state a deflator"):
        convert(fact("train.gpt4.cloud"), "USD", price_year=2025)
