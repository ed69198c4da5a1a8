"""`econsim.sensitivity`: Sobol' indices of a toy economy that are known."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
import sensitivity_toys
from sensitivity_toys import LUCK, NAMES, SHARES, WEIGHTS, analyse, luck_of, use_toy
from sweep_helpers import small

import econsim
from econsim import InputError
from econsim.charts.sensitivity import morris_bars, sobol_bars, tornado
from econsim.charts.sensitivity_parts import not_shown
from econsim.cli.sensitivity_sobol_text import others_text
from econsim.findings import quoted_name
from econsim.scenario import load_scenario
from econsim.studies.sensitivity import Sensitivity
from econsim.studies.sensitivity_ranking import NO_ZERO, UNMOVED
from econsim.studies.sensitivity_settings import check_sensitivity
from econsim.studies.sensitivity_words import finding, without_numbers

pytestmark = pytest.mark.usefixtures("few")


def test_known_indices_of_an_additive_economy(toy):
    found = analyse(samples=256, parameters=NAMES, second_order=True)
    for name, expected in zip(NAMES, SHARES, strict=True):
        one = found.outputs["rd_relative"][name]
        assert list(one) == ["S1", "S1_conf", "ST", "ST_conf"]
        assert abs(one["S1"] - expected) <= max(one["S1_conf"], 0.02)
        assert abs(one["ST"] - expected) <= max(one["ST_conf"], 0.02)
    assert found.outputs["rd_relative"]["discount_rate"]["ST"] == 0.0
    order = found.ranked("rd_relative")
    assert order["name"].tolist() == ["lab_premium", "leakage_rate", "learning_rate", "discount_rate"]
    assert order["words"].tolist() == ["", "", "", "not distinguishable from zero"]
    assert found.content["not_distinguishable_from_zero"]["outputs"]["rd_relative"]["ST"] == ["discount_rate"]
    assert all(
        abs(pair["S2"]) <= max(pair["S2_conf"], 0.02) for pair in found.content["second_order"]["outputs"]["hhi"]
    )
    assert found.finding.startswith("baseline: lab_premium (")


def test_effects_are_analysed_apart(toy):
    """In the toy the effect of a policy is the second parameter alone."""
    found = analyse(samples=64, parameters=NAMES)
    assert found.effects["rd_investment"]["leakage_rate"]["ST"] == pytest.approx(1.0, abs=0.1)
    assert found.effects["rd_investment"]["lab_premium"]["ST"] == 0.0


def test_over_time_each_quarter_has_its_indices(toy):
    """In the toy a series moves from the first parameter to the second."""
    found = analyse(samples=256, parameters=NAMES)
    told = found.content["over_time"]["rd_investment"]
    assert told["quarters"][0] == "2026Q1" and len(told["quarters"]) == 14 and not told["reasons"]
    first, second = (told["parameters"][name]["ST"] for name in NAMES[:2])
    assert first[0] == pytest.approx(1.0, abs=0.1) and first[-1] == 0.0
    assert second[0] == 0.0 and second[-1] == pytest.approx(1.0, abs=0.1)
    table = found.indices
    assert set(table["kind"]) == {"outputs", "effects", "over_time"}
    assert table[table["quarter"] == "2029Q2"]["value"].notna().all()


def test_noise_is_measured_and_cancels_in_the_indices(toy):
    """Luck that adds to every point alike is noise, and no index knows of it."""
    found = analyse(samples=256, parameters=NAMES)
    luck = np.var([luck_of(draw) for draw in range(4)], ddof=1)
    expected = luck / (luck + (WEIGHTS**2).sum())
    noise = found.content["noise"]["outputs"]["rd_relative"]
    assert abs(noise["share"] - expected) < max(noise["conf"], 0.02) and LUCK > 0.0
    assert "beside that, luck makes" in " ".join(found.warnings)
    more = analyse(samples=256, parameters=NAMES, draws=3)
    for name in NAMES:
        assert more.outputs["hhi"][name] == pytest.approx(found.outputs["hhi"][name], abs=1e-9)
    share = more.content["noise"]["outputs"]["hhi"]
    assert share["share_of_mean"] == pytest.approx(share["share"] / 3 / (share["share"] / 3 + 1 - share["share"]))


def test_groups_move_together(toy):
    found = analyse(samples=256, groups=True)
    book = econsim.parameters().set_index("name")["group"]
    share = {group: 0.0 for group in found.content["factors"]}
    for name, one in zip(NAMES, SHARES, strict=True):
        share[book[name]] += one
    assert len(share) == 6 and found.content["factor"] == "group"
    for group, expected in share.items():
        one = found.outputs["rd_relative"][group]
        assert abs(one["ST"] - expected) <= max(one["ST_conf"], 0.03)


def test_convergence_and_rank_order(toy):
    sure = analyse(samples=1024, parameters=NAMES[:3])
    told = sure.content["convergence"]
    assert told["base_samples"] == [256, 512, 1024]
    assert told["outputs"]["rd_relative"]["settled"]
    assert not any("unsettled" in line for line in sure.warnings)
    assert told["outputs"]["rd_relative"]["leading"] == NAMES[:3] and not told["outputs"]["rd_relative"]["leading_open"]
    assert "drive rd_relative most, by share of its variance with all interactions. By" in sure.finding
    for name in NAMES[:3]:  # all of the sample is what the indices are of
        assert told["outputs"]["hhi"]["indices"][name]["ST"][-1] == sure.outputs["hhi"][name]["ST"]


def test_a_part_of_the_sample_is_what_a_smaller_run_has(toy):
    """So that the convergence table shows what would have been found with fewer."""
    large, small_run = (analyse(samples=samples, parameters=NAMES, second_order=True) for samples in (256, 128))
    for name in NAMES:
        parts = large.content["convergence"]["outputs"]["hhi"]["indices"][name]
        one = small_run.outputs["hhi"][name]
        assert [parts[key][1] for key in one] == pytest.approx(list(one.values()), abs=1e-12)


def test_one_parameter_alone(toy):
    found = analyse(samples=64, parameters=NAMES[:1])
    assert found.finding.startswith("baseline: lab_premium (") and "By themselves" not in found.finding


def test_what_no_share_can_be_is_told_as_an_error(toy):
    content = analyse(samples=64, parameters=NAMES, outputs=["rd_relative"]).content
    content["outputs"]["rd_relative"]["lab_premium"] |= {"ST": 1.2, "ST_conf": 0.4}
    assert "Shares above 100% are the error of so few samples" in finding(content)
    title = sobol_bars(Sensitivity(content, None)).to_dict()["vconcat"][0]["title"]
    assert "Shares above 100% are sampling error" in " ".join(title["subtitle"])


def test_an_open_order_is_not_called_most(toy, monkeypatch):
    """Two parameters of equal weight: they lead, and neither is called the first."""
    monkeypatch.setattr(sensitivity_toys, "WEIGHTS", np.array([3.0, 3.0, 1.0, 0.0]))
    found = analyse(samples=256, parameters=NAMES)
    one = found.content["convergence"]["outputs"]["rd_relative"]
    assert set(one["leading"][:2]) == set(NAMES[:2]) == set(one["leading_open"]) and not one["settled"]
    pair = " and ".join(one["leading_open"])
    drive = f"drive rd_relative most, by share of its variance with all interactions; the order of {pair} is open"
    assert drive in found.finding
    assert any("rank order on rd_relative is unsettled at 256 samples" in line for line in found.warnings)
    text = " ".join(json.dumps(sobol_bars(found).to_dict()["vconcat"][0]["title"]["text"]).split('", "'))
    assert f"most; the order of {pair.replace('_', ' ')} is open" in text
    monkeypatch.setattr(sensitivity_toys, "WEIGHTS", np.array([3.0, 3.0, 3.0, 3.0]))
    found = analyse(samples=64, parameters=NAMES, outputs=["rd_relative"])
    assert "which parameter drives rd_relative most is open with 64 samples; the strongest of those" in found.finding
    title = sobol_bars(found).to_dict()["vconcat"][0]["title"]["text"]
    assert " ".join(title).startswith(
        "What drives R&D relative to no copying most is open; the strongest by estimate of 4 distinguishable from zero"
    )


def test_charts_say_what_they_leave_out(toy):
    """Of what is not shown, what may matter more than anything shown is named."""
    rows = [{"name": f"p_{at}", "strength": 0.4 - 0.01 * at, "high": 0.5, "words": ""} for at in range(14)]
    assert not_shown(rows[:12], "parameter") == ""
    assert not_shown(rows, "parameter") == " Not shown, of 14 parameters: 2 weaker."
    rows += [{"name": f"q_{high}", "strength": 0.1, "high": high, "words": NO_ZERO} for high in (0.3, 0.6)]
    rows += [{"name": "still", "strength": 0.0, "high": 0.0, "words": UNMOVED}]
    assert not_shown(rows, "group") == (
        " Not shown, of 17 groups: 2 weaker, 2 not distinguishable from zero and 1 with no change in these runs; "
        "q 0.6 may matter not at all, or more than those shown."
    )


def test_charts_of_effects_name_the_policy_and_no_word_twice(toy):
    for method, chart, options in (("morris", morris_bars, {"samples": 8}), ("oat", tornado, {"draws": 2})):
        found = analyse(method, scenario=small(), parameters=NAMES, outputs=["rd_relative"], **options)
        title = chart(found, effect=True).to_dict()["vconcat"][0]["title"]
        told = " ".join([*title["text"], *title["subtitle"]])
        assert f"the effect of {quoted_name(small().name)} on R&D relative to no copying" in told
        assert [one for one, next_one in itertools.pairwise(told.split()) if one == next_one] == []


def test_an_output_of_which_nothing_stands_out_is_told_so(toy):
    content = analyse(samples=64, parameters=NAMES, outputs=["rd_relative", "hhi"]).content
    for one in content["outputs"]["hhi"].values():
        one |= {"ST": 0.1, "ST_conf": 0.2}
    text = others_text(content, [("outputs", "hhi")])
    assert "  nothing is distinguishable from zero" in text and "nothing is not" not in text


def test_what_a_few_runs_decide_is_told_by_rank_too(toy, monkeypatch):
    """One enormous run of 1,536: the variance is its own, and the ranks are those of before."""
    usual = toy.parts_of
    calm = analyse(samples=256, parameters=NAMES, outputs=["rd_relative"])
    assert calm.content["by_rank"] == {
        "method": "sobol",
        "outputs": {},
        "effects": {},
        "reasons": {"outputs": {}, "effects": {}},
        "convergence": {"outputs": {}, "effects": {}},
    }
    monkeypatch.setattr(
        toy, "parts_of", lambda rows, parts: [np.where(rows == 7, 1e4, parts[0]), *usual(rows, parts)[1:]]
    )
    found = analyse(samples=256, parameters=NAMES, outputs=["rd_relative"])
    assert found.content["extremes"]["outputs"]["rd_relative"]["share"] > 0.9
    assert "A few extreme runs make much of that variance; by the rank of each run among all" in found.finding
    assert "lab_premium (" in found.finding.split("by the rank")[1] and "drive" in found.finding.split("by the rank")[1]
    by_rank = found.ranked("rd_relative", by_rank=True).set_index("name")
    for name, expected in zip(NAMES, SHARES, strict=True):
        assert by_rank.loc[name, "ST"] == pytest.approx(expected, abs=0.1)
    table = found.indices.query("kind == 'outputs_by_rank' and statistic == 'ST'").set_index("parameter")["value"]
    assert table.to_dict() == by_rank["ST"].to_dict()
    assert "the rank of R&D relative" in json.dumps(sobol_bars(found, by_rank=True).to_dict()).replace('", "', " ")
    with pytest.raises(InputError, match="no indices by rank: those are of outputs that a few extreme runs decide"):
        calm.ranked("rd_relative", by_rank=True)
    with pytest.raises(InputError, match="no indices by rank"):
        sobol_bars(calm, by_rank=True)


def test_what_has_no_indices_says_why(toy):
    found = analyse(samples=64, parameters=NAMES, outputs=["collapse", "price_fall", "rd_relative"])
    assert found.content["reasons"]["outputs"] == {
        "collapse": "it has the same value in every run",
        "price_fall": "only 0 of 64 base samples are defined in all their runs; 50% and 16 are needed",
    }
    assert found.finding == "baseline: collapse has no sensitivity here: it has the same value in every run."
    for line in (
        "no indices of collapse: it has the same value in every run",
        "no indices of price_fall: only 0 of 64 base samples are defined in all their runs; 50% and 16 are needed",
        "no indices of the effect on price_fall: only 0 of 64 base samples are defined in all their runs; 50% and 16 "
        "are needed",
    ):
        assert line in found.warnings
    json.dumps(found.content, allow_nan=False)
    with pytest.raises(InputError, match="same value in every run"):
        found.ranked("collapse")


def test_quarters_without_indices_are_named_with_their_reason():
    """Runs of quarters by their ends, and each reason once."""
    every = [f"{year}Q{quarter}" for year in (2026, 2027) for quarter in (1, 2, 3, 4)]
    content = {
        "reasons": {"outputs": {}, "effects": {}},
        "over_time": {
            "rd_investment": {
                "quarters": every,
                "reasons": {"2026Q1": "a", "2026Q2": "a", "2026Q4": "a", "2027Q4": "b"},
            },
            "welfare": {"quarters": every, "reasons": dict.fromkeys(every, "c")},
        },
        "noise": {"reasons": {"outputs": {"hhi": "only 3 of 8"}, "effects": {}}},
    }
    assert without_numbers(content) == [
        "no share of luck of hhi: only 3 of 8",
        "no indices of rd_investment in 2026Q1 to 2026Q2 and 2026Q4: a",
        "no indices of rd_investment in 2027Q4: b",
        "no indices of welfare in any quarter: c",
    ]


def test_failed_draws_are_told(toy, monkeypatch):
    use_toy(monkeypatch, fails=50)
    found = analyse(samples=64, parameters=NAMES)
    failed, rows = found.content["failed_draws"]["sweep"]
    assert failed == -(-rows // 50) and found.failed
    assert found.content["share_used"]["outputs"]["rd_relative"] < 1.0
    assert "do not use these numbers" in " ".join(found.warnings)


def test_baseline_has_the_priors_that_are_varied():
    settings = check_sensitivity(load_scenario("baseline"), "sobol")
    assert len(settings.names) == 34 and settings.screens and settings.samples == 256
