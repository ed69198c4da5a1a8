"""What the words of a brief may say."""

from __future__ import annotations

import pytest

from econsim.briefs.amounts import amount, interval
from econsim.briefs.wording import forbidden_words, typed_numbers, unnumbered_likelihoods


def test_forbidden_words_are_found_whole():
    assert forbidden_words("It will not; Optimal is what proves nothing.") == ["will", "optimal", "proves"]
    assert forbidden_words("Willing provers optimise.") == []


def test_likelihood_needs_a_number_in_its_own_sentence():
    assert unnumbered_likelihoods("It often falls. In 17 of 20 futures it rises.") == [("often", "It often falls.")]
    assert unnumbered_likelihoods("It often falls, in 17 of 20 futures.") == []
    assert unnumbered_likelihoods("A riskier unlikelihood.") == []


@pytest.mark.parametrize("text", ["in 2026", "from 2027Q1", "sections 3.2", "H100", "{a.b.c} x", '"5 of 6" [@key]'])
def test_numbers_that_are_no_results(text):
    assert typed_numbers(text) == []


@pytest.mark.parametrize("text", ["2026 futures", "5 of 6", "'5' [@key]", "12", "1,000 draws", "-3.4"])
def test_numbers_that_look_like_results(text):
    assert typed_numbers(text)


@pytest.mark.parametrize(
    ("value", "unit", "settings", "told"),
    [
        (23_300.0, "$M/quarter", {}, "$93bn a year"),
        (-85.0, "$M/quarter", {"sign": True, "short": True}, "−$0.34bn"),
        (0.05, "$M/quarter", {}, "$0 a year"),
        (0.0421, "share", {}, "4.2%"),
        (0.0421, "share", {"sign": True}, "+4.2 points"),
        (9.72, "months", {}, "9.7 months"),
        (float("nan"), "share", {}, "–"),
        (-3e-5, "ratio", {"sign": True}, "0"),
    ],
)
def test_amounts(value, unit, settings, told):
    assert amount(value, unit, **settings) == told


def test_an_interval_says_its_unit_once():
    assert interval("7.6 months", "15 months") == "7.6 to 15 months"
    assert interval("−5.5%", "+69%") == "−5.5% to +69%"
