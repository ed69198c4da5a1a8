"""What the words of a brief may say."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from econsim import load_scenario
from econsim.briefs.amounts import amount, interval
from econsim.briefs.assumption_words import assumption_amount, meaning
from econsim.briefs.dependence import _matters, strongest
from econsim.briefs.directions import effect_of, in_per_cent, verb, ways
from econsim.briefs.typed_numbers import typed_numbers
from econsim.briefs.wording import forbidden_words, unnumbered_likelihoods
from econsim.charts.brief import _ticks, low_and_high
from econsim.ensemble_words import reservations


def test_forbidden_words_are_found_whole():
    assert forbidden_words("It will not; Optimal is what proves nothing.") == ["will", "optimal", "proves"]
    assert forbidden_words("Willing provers optimise.") == []


def test_likelihood_needs_a_number_in_its_own_sentence():
    assert unnumbered_likelihoods("It often falls. In 17 of 20 futures it rises.") == [("often", "It often falls.")]
    assert unnumbered_likelihoods("It often falls, in 17 of 20 futures.") == []
    assert unnumbered_likelihoods("A riskier unlikelihood.") == []


NO_RESULTS = """
Since 2024 labs hide reasoning; see section 3 and Figure 2. | GPT-4 and R1 run on H100 chips. | GPT-4o, o1, o3
and Llama-3.1-70B | A lab reports "24,000 accounts" [@anthropic_distillation2026]. | {headline.proposal.change}
in {rd_investment.royalty.up} futures | Section 5 | 2026Q1 | 2026 Q1 | from 2026 to 2030 | the first option | a
third party | third parties | the second lab | two packages | one lab reported | both | H20 chips | the 1st and
2nd | 12 March 2026 | March 2026 | on 2026-03-12 | Article 50 of the AI Act | Regulation 2024/1689 | the 2020s |
2025-26 | DeepSeek-R1 | Claude 3.5 and Gemini 2.5 | half a year | the first half of 2026 | three options | per
quarter | each quarter | double counting | zero-sum | early 2026 | CO₂ | on behalf of | a quarter later |
second-best | DeepSeek V3 | Qwen2.5 and Qwen3 | MI300X | in GPT-4's case | A royalty | A window of a year | Gate
and detect | EU rules | step 2 | (2026) | R&D | Should interfaces be closed? | Each future draws its own luck |
some futures | Executive Order 14110 | Q1 2026 | two years ago | scaffold | manifold | one of them | the one
that | no one | it is one thing | § 5 | chapters 2 and 3 | sections 3.2 | A100 | B200 | Llama 3 | history 2023 |
GPT-4.5 | TPU v5 | once a year | SB 53 | SB-1047 | {a.b.c} x | "5 of 6" [@key]
| mid-2026 | Windows 11 | ISO 42001 | ISO/IEC 27001 | Regulation (EU) 2024/1689 | Llama 3.1-405B | open 24/7 |
a half-truth | every third year | it costs labs little | score sheets | it has nothing to do with it |
a copy costs almost nothing | cuts prices in one market | a couple of rules
"""
RESULTS = """
R&D rises by 12%. | in 17 of 20 futures | seventeen of twenty futures | $3bn | three billion | The rate is 0.3 |
two thirds | two-thirds | one in three | one out of three | section 30 percent | section 30% | GPT-40 percent |
GPT-40% | ½ | a tenfold rise | R&D doubles | doubled | a quarter of revenue | a third of labs | by a third | by
half | half of what buyers pay | halves | twice as much | more than twice | five per cent | ten times | 2026
futures | 5 of 6 | '5' [@key] | 12 | 1,000 draws | -3.4 | rises to 2.5 | x2 | 2x | ３ months | Ⅻ per cent |
twelve labs | thousands of users | a dozen labs | three quarters of revenue | nine in ten | to zero | in most
futures | in every future | the majority of labs | an order of magnitude | a factor of three | EUR40 | USD 40 |
Up-12 | by-12 | 1st of 20 | 5th percentile | $2030 | 2030.5 | 2030% | page 4 times | Claude 40 percent |
one-third | threefold | three-fold | ٣ | ① lab | {x}0 | {x} per cent | {x} million | 1/5th | a few per cent |
one month | nine of ten | two months | a hundredfold | H100 percent | quadruples | 1 in 3 | three months | 12
percentage points | hundreds | half the revenue | in half | more than half | fifty-fifty | a 5th of | Figure 30
points | seven labs of ten | three times | one half | R1 in 10 | 2026 dollars | 20 labs | one-in-five | two-to-one |
nought point three | twice R&D
| cut in two | in every second future | the effect is nil | a handful of labs | multiply spending by four | every
other future | a score of labs | falls to nothing | unanimously | labs earn nine | a gain of nine | single-digit |
P95 rises | three standard deviations | IV futures | P99 | divided into three | labs earn nothing
| double-digit growth | 2000-fold | R&D+40 | Article 30 higher |
Llama 40% cheaper | R&D falls a third | it is guaranteed to rise by ten points | Section 30 higher
"""


def _listed(text):
    return [" ".join(part.split()) for part in text.split("|")]


@pytest.mark.parametrize("text", _listed(NO_RESULTS))
def test_numbers_that_are_no_results(text):
    assert typed_numbers(text) == []


@pytest.mark.parametrize("text", _listed(RESULTS))
def test_numbers_that_look_like_results(text):
    assert typed_numbers(text)


@pytest.mark.parametrize("invisible", ["\u200b", "\u00ad", "\u2060"])
def test_invisible_characters_hide_nothing(invisible):
    assert typed_numbers(f"two{invisible}thirds") or typed_numbers(f"two{invisible} thirds")
    assert typed_numbers(f"dou{invisible}bles") and typed_numbers(f"two thi{invisible}rds of it")


def test_the_words_that_are_refused_are_named():
    told = typed_numbers("R&D rises by 12% in two thirds of the futures, and section 30 percent more in ½ of 2027.")
    assert told == ["12%", "two thirds", "30 percent", "1⁄2"]


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


# ------------------------------------------------------------------------------------------ which way


def moved(here, there):
    """A made-up result of one metric."""
    here, there = np.array(here), np.array(there)
    known = SimpleNamespace(values=lambda metric: there)
    return SimpleNamespace(values=lambda metric: here, status_quo=known)


def test_more_of_a_loss_is_more_of_it_where_the_loss_is_a_gain():
    hidden = moved([0.5] * 39 + [-0.5], [1.0] * 39 + [-1.0])
    assert in_per_cent(hidden, "hidden_loss_share")
    assert ways(hidden, "hidden_loss_share") == {"up": 1 / 40, "down": 39 / 40, "same": 0.0}
    np.testing.assert_array_equal(effect_of(hidden, "hidden_loss_share", True), [-0.5] * 39 + [0.5])
    assert verb(hidden, "hidden_loss_share") == "lowers"


def test_what_is_as_often_a_gain_is_not_told_in_per_cent():
    """A measure that halves a loss and halves a gain moves it both ways."""
    hidden = moved([0.5, -0.5] * 20, [1.0, -1.0] * 20)
    assert not in_per_cent(hidden, "hidden_loss_share")
    assert ways(hidden, "hidden_loss_share") == {"up": 0.5, "down": 0.5, "same": 0.0}
    assert verb(hidden, "hidden_loss_share") == "hardly moves"


def test_what_is_yes_or_no_moves_by_its_share():
    before = [0.0] * 10 + [1.0] * 10
    assert verb(moved(before, before), "collapse") == "does not change"
    assert verb(moved([0.0] * 12 + [1.0] * 8, before), "collapse") == "lowers"
    assert verb(moved([1.0, *before[1:]], before), "collapse") == "raises"
    assert verb(moved([1.0, *[0.0] * 9, 0.0, *[1.0] * 9], before), "collapse") == "hardly moves"


def drawn(rows=100, names=34):
    """Assumptions that are drawn independently, and an effect that goes with the first alone."""
    points = np.random.default_rng(4).uniform(size=(rows, names))
    return [f"a{place}" for place in range(names)], points, points[:, 0] + 0.5 * points[::-1, 1]


def test_chance_among_many_assumptions_is_not_clear():
    names, points, effect = drawn()
    assert [one.name for one in strongest(names, points, effect, 5) if one.clear] == ["a0"]
    noise = np.random.default_rng(5).uniform(size=len(points))
    told = strongest(names, points, noise, 5)
    assert any(one.low > 0.0 or one.high < 0.0 for one in told)  # one in twenty leaves out zero alone
    assert not any(one.clear for one in told)


def test_a_signal_has_to_matter():
    names, points, effect = drawn()
    (one,) = strongest(names[:1], points[:, :1], effect, 1)
    apart = one.highest.median - one.lowest.median
    assert _matters(one, 0.9 * apart) and not _matters(one, 1.1 * apart)
    (crossing,) = strongest(names[:1], points[:, :1], effect - np.median(effect), 1)
    assert _matters(crossing, 1.1 * apart)  # its sign changes


@pytest.mark.parametrize("ends", [(-0.84, 0.45), (-76.1, -57.0), (0.0, 0.0), (3.0, 121.0), (-1e-4, 2e-4)])
def test_the_ticks_of_a_chart_hold_zero_and_both_ends(ends):
    ticks = _ticks([*ends, 0.0])
    assert 0.0 in ticks and 2 <= len(ticks) <= 8
    assert ticks[0] <= min(ends) and max(ends) <= ticks[-1]
    assert np.diff(ticks) == pytest.approx(ticks[1] - ticks[0])


@pytest.mark.parametrize("ends", [(-76.0, -63.0), (14.0, 51.0), (-3.0, 9.0)])
def test_no_point_of_the_drivers_stands_on_the_edge(ends):
    table = pd.DataFrame([{"name": "one", "lowest": ends[0], "highest": ends[1], "told": "assumed"}])
    layers = low_and_high(table, "change", sum(ends) / 2.0).to_dict()["layer"]
    (domain,) = {tuple(one["encoding"]["x"]["scale"]["domain"]) for one in layers
                 if "scale" in one["encoding"]["x"]}  # fmt: skip
    assert domain[0] < ends[0] and ends[1] < domain[1]
    drawn_zero = sum(one["mark"]["type"] == "rule" for one in layers) == 3
    assert not drawn_zero or domain[0] < 0.0 < domain[1]


# ------------------------------------------------------------------------------------------ assumptions


@pytest.mark.parametrize(
    ("name", "value", "told", "comes_to"),
    [
        ("api_friction", 0.138, "0.14", "15% on the price"),
        ("lab_premium", 1.2, "1.2", "3.3 times the price"),
        ("capability_value", 1.149, "1.1", "2.2 times the price for twice the effective compute"),
        ("efficiency_growth", 0.28, "0.28 nats a quarter", "3.1 times a year"),
        ("cumulative_rd", 61_234.0, "$61bn", None),
        ("access_lag", 1.0, "1 quarter", None),
        ("belief_erosion", 0.00548, "0.0055", None),
    ],
)
def test_assumptions_are_told_in_two_figures_and_in_units_that_are_known(name, value, told, comes_to):
    assert assumption_amount(name, value) == told
    found = meaning(name, value)
    assert (found and f"{found.text}{found.after}") == comes_to
    if found:
        assert eval(found.code.format(value), {"np": np}) == pytest.approx(found.value)


def test_names_are_words_everywhere():
    told = " ".join(reservations(load_scenario("baseline"), "calibrated"))
    assert "initial AI share" in told and "cumulative R&D" in told
