"""Drivers of a finished sweep, and what it is worth to know them: against outcomes whose drivers are known."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from analysis_helpers import CHOICE, METRICS, NAMES, chosen, known_sweep, monotone
from scipy.stats import ks_2samp, spearmanr
from sweep_helpers import small

import econsim
from econsim.charts.drivers import information_bars, rank_correlations
from econsim.errors import InputError
from econsim.findings import futures
from econsim.parameter_book import book
from econsim.studies import drivers_rows
from econsim.studies.drivers import leading
from econsim.studies.drivers_correlation import correlations, spearman_influence
from econsim.studies.drivers_information import read_packages
from econsim.studies.drivers_rows import SweptRows
from econsim.studies.statistics.given_data import rank_correlations as independent
from econsim.studies.sweep_result import open_sweep
from econsim.studies.words import amount, listed, rounded, words


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return known_sweep(tmp_path_factory.mktemp("plain") / "sweep", monotone, seed=1)


@pytest.fixture(scope="module")
def choice(tmp_path_factory):
    return known_sweep(tmp_path_factory.mktemp("choice") / "sweep", chosen, **CHOICE)


def refused(words_: str, *arguments, **options) -> None:
    with pytest.raises(InputError) as caught:
        econsim.drivers(*arguments, **options)
    assert len(caught.value.problems) == 1
    assert words_ in str(caught.value)


# ------------------------------------------------------------------------------------------ rank correlations


def test_correlations_are_spearmans_on_the_rows(plain):
    found = econsim.drivers(plain.folder, metric="rd_relative")
    table = found.ranked("baseline", "rd_relative").set_index("parameter")
    assert list(table.index) == ["lab_premium", "vendor_inertia", "copy_cost_ratio"]
    for name in NAMES:
        expected = spearmanr(plain.index[name], plain.values("rd_relative")).statistic
        assert table.loc[name, "correlation"] == pytest.approx(expected, abs=1e-12)
        assert table.loc[name, "low"] < expected < table.loc[name, "high"]
    assert table.loc["lab_premium", "low"] > 0.5 and table.loc["vendor_inertia", "high"] < -0.2
    assert table.loc["copy_cost_ratio", "low"] < 0.0 < table.loc["copy_cost_ratio", "high"]
    value = table.loc["lab_premium", "correlation"]
    most = f"R&D relative to no copying goes most with lab premium (rank correlation +{value:.2f}, 95% "
    assert found.finding.startswith(most) and leading(table.to_dict("records")) == 2
    assert "vendor inertia (−" in found.finding and "copy cost" not in found.finding


def test_most_is_said_only_of_what_lies_above_all_others():
    def row(low, high):
        return {"correlation": (low + high) / 2.0, "low": low, "high": high}

    apart, next_to_it, other = row(-0.9, -0.7), row(0.5, 0.65), row(0.4, 0.6)
    assert leading([apart, next_to_it, other, row(-0.1, 0.2)]) == 3  # all three are above the last
    assert leading([apart, next_to_it, other, row(0.3, 0.5), row(-0.1, 0.2)]) == 1
    assert leading([next_to_it, other, row(-0.58, 0.02), row(-0.55, 0.0)]) == 0
    assert leading([apart, next_to_it]) == 1 and leading([apart]) == leading([]) == 0


def test_without_a_metric_the_headlines_and_a_reason_for_each_that_has_none(plain):
    found = econsim.drivers(plain)
    assert found.metrics == ("rd_relative", "rd_investment", "hidden_loss_share")
    told = found.summary()["scenarios"]["baseline"]
    assert told["rd_investment"] == {"reason": "it has the same value in every run", "correlations": {}}
    assert "only 0 of 400 rows are defined" in told["hidden_loss_share"]["reason"]
    assert json.loads(json.dumps(found.summary(), allow_nan=False))["sweep_id"] == plain.sweep_id


def test_nothing_is_run(plain, monkeypatch):
    for module in ("econsim.engines.runner", "econsim.chunks.runner"):
        monkeypatch.setattr(module, lambda *arguments: pytest.fail("an engine was asked for"))
    assert econsim.drivers(plain, where="rd_relative < 0.2").regional is not None


@pytest.mark.parametrize(
    ("changes", "clusters"),
    [
        ({}, ()),
        ({"draws": 3}, ("point",)),
        ({"draws": 3, "shocks": "shared"}, ("point", "draw")),
        ({"shocks": "shared"}, ()),
        ({"draws": 3, "design": {"method": "grid", "values": {"lab_premium": [0, 1], "n_labs": [1, 2]}}}, ("draw",)),
        ({"draws": 3, "shocks": "own", "design": {"method": "list", "values": {"lab_premium": [0, 1, 2, 0.5]}}}, ()),
    ],
)  # fmt: skip
def test_what_rows_have_in_common(tmp_path, changes, clusters):
    usual = {"design": {"method": "lhs", "samples": 20, "parameters": ["lab_premium"]}}
    swept = known_sweep(
        tmp_path / "sweep", lambda label, values, chance: {"rd_relative": chance}, **{**usual, **changes}
    )
    assert SweptRows.of(swept).clusters == clusters


def test_draws_of_one_point_do_not_count_as_so_many_points(tmp_path):
    """40 points with 10 draws each know little more of a parameter than 40 points with one draw."""

    def outcome(label, values, chance):
        return {"rd_relative": values["lab_premium"] + 2.0 * values["vendor_inertia"] + 0.01 * chance}

    design = {"method": "lhs", "samples": 40, "parameters": list(NAMES)}
    many = econsim.drivers(known_sweep(tmp_path / "many", outcome, draws=10, design=design), metric="rd_relative")
    row = many.ranked("baseline", "rd_relative").set_index("parameter").loc["copy_cost_ratio"]
    naive = independent(np.zeros((400, 1)) + np.arange(400)[:, None], np.arange(400.0) % 7).correlation
    assert row["high"] - row["low"] > 2.0 * (naive.high - naive.low)[0, 0]
    assert "Intervals allow for draws of one point." in many.notes


def test_intervals_hold_the_truth_where_rows_hang_together():
    """Points drawn, with futures shared between them: two groupings at once. Naive intervals are far too short."""
    rng = np.random.default_rng(0)
    points, draws = 40, 10
    place, future = np.repeat(np.arange(points), draws), np.tile(np.arange(draws), points)
    found = []
    for _ in range(150):
        known, hidden, chance = rng.random(points), rng.random(points), rng.random(draws)
        output = known[place] + hidden[place] + chance[future] + 0.2 * rng.random(len(place))
        one = correlations(known[place][:, None], output[:, None], [place, future]).correlation
        plain_one = independent(known[place][:, None], output[:, None]).correlation
        found.append([one.value[0, 0], one.low[0, 0], one.high[0, 0], plain_one.low[0, 0], plain_one.high[0, 0]])
    value, low, high, naive_low, naive_high = np.array(found).T
    truth = value.mean()
    assert 0.90 <= np.mean((low < truth) & (truth < high)) <= 0.995
    assert np.mean((naive_low < truth) & (truth < naive_high)) < 0.75


@pytest.mark.parametrize("levels", [0, 3])
def test_the_influence_of_a_row_is_what_leaving_it_out_changes(levels):
    rng = np.random.default_rng(3)
    one = rng.integers(0, levels, 60).astype(float) if levels else rng.random(60)
    other = one + rng.random(60) * 2.0
    value = spearmanr(one, other).statistic
    left_out = np.array([spearmanr(np.delete(one, row), np.delete(other, row)).statistic for row in range(60)])
    jackknife = 59.0 * (value - left_out)
    found = spearman_influence(one, other, value)
    assert np.corrcoef(jackknife, found)[0, 1] > 0.999
    assert found.std() == pytest.approx(jackknife.std(), rel=0.05)


def test_of_a_saltelli_design_the_two_samples_are_used(tmp_path):
    design = {"method": "saltelli", "samples": 32, "parameters": list(NAMES)}
    rows = SweptRows.of(known_sweep(tmp_path / "sweep", monotone, design=design))
    assert rows.taken.tolist() == [row for row in range(32 * 5) if row % 5 in (0, 4)]
    assert "its two independent samples" in rows.notes[0]


def test_of_a_saltelli_design_over_groups_too(tmp_path):
    """A base sample has a point for each group, not for each name."""
    names = ["lab_premium", "vendor_inertia", "copy_cost_ratio"]
    groups = {book().parameters[name].group for name in names}
    design = {"method": "saltelli", "samples": 16, "parameters": names, "groups": True}
    rows = SweptRows.of(known_sweep(tmp_path / "sweep", monotone, design=design))
    block = len(groups) + 2
    assert len(groups) < len(names)
    assert rows.taken.tolist() == [row for row in range(16 * block) if row % block in (0, block - 1)]


def test_very_many_rows_are_sampled(plain, monkeypatch):
    rows = SweptRows.of(plain, most=100)
    assert len(rows) == 100 and "100 of 400 rows are used, drawn at random." in rows.notes
    np.testing.assert_array_equal(rows.column("rd_relative"), plain.values("rd_relative")[rows.taken])
    np.testing.assert_array_equal(rows.value("lab_premium"), plain.index["lab_premium"].to_numpy()[rows.taken])
    monkeypatch.setattr(drivers_rows, "AT_ONCE", 1)
    again = SweptRows.of(plain, most=100)
    np.testing.assert_array_equal(again.points, rows.points)


def test_failed_rows_are_left_out(tmp_path):
    def outcome(label, values, chance):
        return {"rd_relative": values["lab_premium"], "failed": chance < 0.3}

    swept = known_sweep(tmp_path / "sweep", outcome)
    found = econsim.drivers(swept, metric="rd_relative")
    failed = int(swept.values("failed").sum())
    assert 50 < failed < 200
    assert found.ranked("baseline", "rd_relative")["rows"].iloc[0] == 400 - failed
    assert f"{failed} of 400 rows could not be solved and are left out." in found.notes


def test_hidden_parameters_and_ranges_are_told(tmp_path):
    design = {"method": "lhs", "samples": 20, "parameters": ["lab_premium"], "values": {"lab_premium": [0, 1]}}
    rows = SweptRows.of(known_sweep(tmp_path / "one", monotone_premium, design=design, ensemble="prior"))
    told = " ".join(rows.notes)
    assert "count as luck: lab_substitution" in told and "Spread evenly over a range" in told
    assert rows.ends("lab_premium") == (0.0, 1.0)
    grid = {"method": "grid", "values": {"lab_premium": [0.0, 0.5]}}
    rows = SweptRows.of(known_sweep(tmp_path / "two", monotone_premium, design=grid, draws=3))
    assert "not by how plausible they are" in " ".join(rows.notes) and rows.luck == ()


@pytest.mark.parametrize("ensemble", ["prior", "calibrated"])
def test_hidden_parameters_are_told_with_their_source(ensemble, tmp_path):
    """A grid in the calibrated ensemble draws the rest from it, but for what it was not calibrated on."""
    grid = {"method": "grid", "values": {"lab_premium": [0.0, 0.5]}}
    scenario = small("baseline", lab_substitution={"default": 2.0, "low": 1.5, "high": 3.0})
    swept = known_sweep(
        tmp_path / "sweep", monotone_premium, design=grid, draws=3, ensemble=ensemble, scenario=scenario
    )
    told = [one for one in SweptRows.of(swept).notes if "count as luck" in one]
    prior = [one for one in told if one.startswith("Drawn from their priors")]
    calibrated = [one for one in told if one.startswith("Drawn from the calibrated ensemble")]
    assert len(prior) == 1 and "lab_substitution" in prior[0]
    assert len(calibrated) == (ensemble == "calibrated")
    assert ("copy_substitution_ratio" in prior[0]) == (ensemble == "prior")
    assert all("copy_substitution_ratio" in one and "lab_substitution" not in one for one in calibrated)


def monotone_premium(label, values, chance):
    return {"rd_relative": values["lab_premium"] + chance}


# ------------------------------------------------------------------------------------------ a condition


def test_regional_sensitivity_is_smirnovs_distance(plain):
    found = econsim.drivers(plain, where="rd_relative < 0.2").regional
    low = plain.values("rd_relative") < 0.2
    premium = plain.index["lab_premium"].to_numpy()
    row = found.table.iloc[0]
    assert row["parameter"] == "lab_premium" and row["direction"] == -1
    assert row["distance"] == pytest.approx(ks_2samp(premium[low], premium[~low]).statistic)
    assert row["adjusted"] < 1e-6
    told = f"it depends on lab premium (lower there, distance {row['distance']:.2f})"
    assert f"% of 400 rows of baseline, R&D relative to no copying is below 0.2; {told}" in found.sentence


@pytest.mark.parametrize(
    ("clear", "words"),
    [
        (1, "it depends on {0}, the only one of 5 parameters that differs clearly."),
        (2, "it depends on {0} and {1}, the 2 of 5 parameters that differ clearly, in that order by estimate."),
        (4, "it depends on {0}, {1} and {2}, the strongest by estimate of 4 of 5 parameters that differ clearly."),
    ],
)
def test_distances_without_intervals_are_ordered_by_estimate(plain, clear, words):
    found = econsim.drivers(plain, where="rd_relative < 0.2").regional
    names = ("lab_premium", "access_lag", "copy_cost_ratio", "vendor_inertia", "data_flywheel")
    p_values = np.where(np.arange(5) < clear, 0.001, 0.9)
    distance = np.array([0.5, 0.49, 0.4, 0.3, 0.2])
    made = replace(found.found, distance=distance, p_value=p_values, adjusted=p_values, direction=np.ones(5))
    parts = [
        f"{name.replace('_', ' ')} (higher there, distance {one:.2f})"
        for name, one in zip(names, distance, strict=True)
    ]
    assert replace(found, names=names, found=made).sentence.endswith(words.format(*parts))


def test_a_parameter_in_the_condition_is_not_its_own_driver(plain):
    found = econsim.drivers(plain, where="rd_relative < 0.2 and lab_premium < 1.5").regional
    assert set(found.names) == {"vendor_inertia", "copy_cost_ratio"}


def test_p_values_are_from_one_row_a_point(tmp_path):
    """What depends on the point alone would look certain if each of its draws counted."""
    swept = known_sweep(
        tmp_path / "s", monotone, draws=8, design={"method": "lhs", "samples": 60, "parameters": list(NAMES)}
    )
    regional = econsim.drivers(swept, where="rd_relative < 0.2").regional
    rows = np.array([8 * point + point % 8 for point in range(60)])
    low = swept.values("rd_relative")[rows] < 0.2
    values = swept.index["vendor_inertia"].to_numpy()
    row = regional.table.set_index("parameter").loc["vendor_inertia"]
    assert row["p_value"] == pytest.approx(ks_2samp(values[low], values[~low], method="asymp").pvalue)
    few = econsim.drivers(swept, where="rd_relative < -0.15")
    assert few.regional.table["p_value"].isna().all() and "There are no p-values" in " ".join(few.notes)


# ------------------------------------------------------------------------------------------ value of information


def test_the_value_of_settling_what_decides(choice):
    """A gain from -1 to 1, evenly: knowing it is worth E max(0, gain) = 1/4; another parameter is worth nothing."""
    found = econsim.drivers(choice, metric="lab_npv", value_of_information=["royalty", "release-window"])
    one = found.information
    premium = one.parameters["lab_premium"]
    assert premium.value == pytest.approx(250.0, rel=0.05)
    assert premium.value <= premium.upper <= one.perfect.value
    assert one.parameters["vendor_inertia"].value < 10.0
    assert one.worth_settling == ["lab_premium"]
    assert one.perfect.value > 265.0  # E max(0, gain + luck) = 7/24, less what is chosen at random
    assert one.perfect.value == pytest.approx(1000.0 * 7 / 24, rel=0.1)
    assert f"Settling lab premium is worth {amount(premium.value, '$M')} more lab NPV on average" in one.settling
    assert one.unit == "$M" and one.rows == 1000
    told = found.summary()["value_of_information"]
    assert list(told["evppi"]) == ["lab_premium", "vendor_inertia"]
    assert told["evpi"]["value"] == one.perfect.value and told["better"] == "more"


def test_less_may_be_better(choice):
    more = econsim.drivers(choice, metric="lab_npv", value_of_information="royalty,release-window").information
    less = econsim.drivers(
        choice, metric="lab_npv", value_of_information="royalty,release-window", less_is_better=True
    ).information
    assert less.means == more.means
    regret = more.perfect.regret[1 - more.perfect.best]
    outcome = choice.values("lab_npv", "royalty")
    assert less.perfect.value == pytest.approx(np.maximum(-outcome, 0.0).mean() - max(0.0, -outcome.mean()))
    assert regret != less.perfect.value and "less lab NPV" in less.settling and "lowest on average" in less.sentences[0]


def test_the_difference_to_the_next_best_is_told_and_not_two_numbers_alike(tmp_path):
    def outcome(label, values, chance):
        return {"lab_npv": 149_000.0 + (310.0 if label == "royalty" else 0.0) + 0.0 * chance}

    swept = known_sweep(tmp_path / "s", outcome, **CHOICE)
    one = econsim.drivers(swept, metric="lab_npv", value_of_information="royalty,release-window").information
    assert "with ‘royalty’ ($149bn; $310M less with ‘release window’)" in one.sentences[0]
    less = econsim.drivers(
        swept, metric="lab_npv", value_of_information="royalty,release-window", less_is_better=True
    ).information
    assert "with ‘release window’ ($149bn; $310M more with ‘royalty’)" in less.sentences[0]


def test_a_package_with_a_comma_in_its_name_is_written_as_it_is(choice, monkeypatch):
    monkeypatch.setitem(choice.plan, "scenarios", choice.plan["scenarios"] | {
        name: told | {"status_quo": "baseline, no copying"} for name, told in choice.plan["scenarios"].items()
    })  # fmt: skip
    assert read_packages("royalty,baseline, no copying", choice) == ["royalty", "baseline, no copying"]
    assert read_packages("baseline,no copying , royalty", choice) == ["baseline, no copying", "royalty"]
    assert read_packages("royalty,baseline", choice) == ["royalty", "baseline"]


def test_the_shared_status_quo_is_a_package_too(choice):
    """Its metrics are 0 here, as those of release-window."""
    names = ["royalty", "baseline"]
    one = econsim.drivers(choice, metric="lab_npv", value_of_information=names).information
    other = econsim.drivers(choice, metric="lab_npv", value_of_information=["royalty", "release-window"]).information
    assert one.packages == ("royalty", "baseline") and one.means["baseline"] == 0.0
    assert one.perfect.value == other.perfect.value


def test_draws_of_a_point_are_averaged_and_levers_are_no_knowledge(tmp_path):
    design = {
        "method": "lhs",
        "samples": 200,
        "parameters": ["lab_premium", "detection_rate"],
        "values": {"lab_premium": [0.0, 2.0]},
    }
    swept = known_sweep(tmp_path / "s", chosen, **{**CHOICE, "design": design}, draws=4)
    found = econsim.drivers(swept, metric="lab_npv", value_of_information="royalty,release-window")
    one = found.information
    assert set(one.parameters) == {"lab_premium"} and one.averaged and one.rows == 800
    assert one.parameters["lab_premium"].value == pytest.approx(250.0, rel=0.08)
    assert "means over the draws of each point" in " ".join(found.notes)


def test_nothing_worth_settling_is_said(tmp_path):
    def outcome(label, values, chance):
        return {"lab_npv": (5.0 if label == "royalty" else 0.0) + values["lab_premium"] + chance}

    swept = known_sweep(tmp_path / "s", outcome, **CHOICE)
    one = econsim.drivers(swept, metric="lab_npv", value_of_information="royalty,release-window").information
    assert one.best == "royalty" and one.perfect.value == 0.0 and not one.worth_settling
    assert "does better on average than always choosing ‘royalty’" in one.settling
    assert "No single parameter is clearly worth settling" in json.dumps(information_bars(econsim.drivers(
        swept, metric="lab_npv", value_of_information="royalty,release-window")).to_dict())  # fmt: skip


def test_packages_that_are_level_all_count_whatever_their_order(tmp_path):
    """royalty is better where lab premium is low, release-window nowhere, and they are level elsewhere."""

    def outcome(label, values, chance):
        return {"lab_npv": np.where((values["lab_premium"] < 0.5) & (label == "royalty"), 1.0, 0.0)}

    swept = known_sweep(tmp_path / "s", outcome, **CHOICE)
    orders = [["royalty", "release-window"], ["release-window", "royalty"]]
    one, other = (econsim.drivers(swept, metric="lab_npv", value_of_information=names).information for names in orders)
    share = float((swept.values("lab_npv", "royalty") == 1.0).mean())
    for found in (one, other):
        told = found.summary()["packages"]
        assert told["royalty"]["best_in"] == 1.0 and told["royalty"]["alone_best_in"] == share
        assert told["release-window"]["best_in"] == 1.0 - share and told["release-window"]["alone_best_in"] == 0.0
        assert (
            f"‘royalty’ is at least as good as any other in 20 of 20 futures, alone the best in {futures(share)}."
            in found.sentences[0]
        )
    mine, theirs = ({**found.summary(), "packages": None} for found in (one, other))
    assert mine == theirs and one.sentences[1:] == other.sentences[1:]


def test_packages_that_are_the_same_are_both_the_best(tmp_path):
    swept = known_sweep(tmp_path / "s", lambda label, values, chance: {"lab_npv": values["lab_premium"]}, **CHOICE)
    for names in ("royalty,release-window", "release-window,royalty"):
        one = econsim.drivers(swept, metric="lab_npv", value_of_information=names).information
        first, second = (f"‘{name.replace('-', ' ')}’" for name in names.split(","))
        assert f"is highest on average with {first} and {second} alike" in one.sentences[0]
        assert one.sentences[0].endswith(
            f"{first} is at least as good as any other in 20 of 20 futures, alone the best in 0 of 20 and {second} in "
            "20 of 20, alone in 0 of 20."
        )
        assert one.best == "release-window"


# ------------------------------------------------------------------------------------------ what is refused


def test_unknown_names(plain, choice):
    refused("unknown metric 'rd_relativ'; did you mean 'rd_relative'?", plain, metric="rd_relativ")
    refused("'hhi' was not kept in this sweep; allowed: rd_relative", plain, metric="hhi")
    refused("unknown metric 'lab_premium'", plain, metric="lab_premium")
    refused("did you mean 'vendor_inertia'?", plain, where="vendor_inerta < 0.5")
    refused("unknown scenario of this sweep 'royalt'", choice, scenario="royalt")
    refused("say which; allowed: royalty, release-window", choice, where="lab_npv < 0")
    assert econsim.drivers(plain, metric="effect_rd_relative").metrics == ("effect_rd_relative",)


def test_packages_that_cannot_be_compared(choice, tmp_path):
    def ask(words_, packages, metric="lab_npv"):
        refused(words_, choice, metric=metric, value_of_information=packages)

    ask("needs the packages to choose among (got royalty); allowed: 2 to 6 names", "royalty")
    ask("allowed: 2 to 6 names", [f"p{place}" for place in range(7)])
    ask("allowed: 2 to 6 names", "royalty,,baseline")
    ask("names a package twice (got royalty)", "royalty, royalty")
    ask(
        "unknown package on the points of this sweep 'liability'; allowed: royalty, release-window, baseline",
        ["royalty", "liability"],
    )
    ask("did you mean 'royalty'?", ["royaltie", "release-window"])
    ask("which metric", "royalty,release-window", metric=None)
    refused("none are given", choice, metric="lab_npv", less_is_better=True)


def test_packages_on_other_points(choice, tmp_path):
    """A sweep that was put together by hand: its second package lies on other points than its first."""
    shutil.copytree(choice.folder, tmp_path / "mixed")
    path = tmp_path / "mixed" / "index.parquet"
    index = pd.read_parquet(path)
    index.loc[index["scenario"] == "release-window", "lab_premium"] += 0.1
    index.to_parquet(path, index=False)
    message = "'release-window' does not lie on the same points and futures as 'royalty'"
    refused(message, tmp_path / "mixed", metric="lab_npv", value_of_information="royalty,release-window")


def test_too_few_rows(tmp_path):
    few = {"method": "lhs", "samples": 8, "parameters": ["lab_premium"]}
    refused(
        "too few solved rows (got 8); allowed: 10 or more", known_sweep(tmp_path / "a", monotone_premium, design=few)
    )
    twenty = {**CHOICE, "design": {**CHOICE["design"], "samples": 20}}
    swept = known_sweep(tmp_path / "b", chosen, **twenty)
    refused("(got 20); allowed: 50 or more", swept, metric="lab_npv", value_of_information="royalty,release-window")
    same = {"method": "list", "values": {"lab_premium": [1.0, 1.0]}}
    refused("varies nothing", known_sweep(tmp_path / "c", monotone_premium, design=same, draws=20))
    levers = {**CHOICE, "design": {"method": "lhs", "samples": 60, "parameters": ["detection_rate"]}}
    swept = known_sweep(tmp_path / "d", lambda label, values, chance: {"lab_npv": chance}, **levers)
    refused("varies no parameter", swept, metric="lab_npv", value_of_information="royalty,release-window")


def test_conditions_that_tell_nothing_apart(plain):
    seen = plain.values("rd_relative")
    refused(f"is met in no row of 400 that are solved and defined (rd_relative is {seen.min():g} to {seen.max():g})",
            plain, where="rd_relative < -9")  # fmt: skip
    refused("is met in every row of 400", plain, where="rd_relative < 9")
    edge = float(np.sort(seen)[3])
    refused("is met in 3 of 400 rows", plain, where=f"rd_relative < {edge!r}")
    refused("is met in no row of 0", plain, where="hidden_loss_share < 1")
    refused("names every parameter", plain, where="lab_premium < 1 and vendor_inertia < 0.5 or copy_cost_ratio < 0.01")


def test_folders_that_hold_no_finished_sweep(plain, tmp_path):
    refused("no such folder", tmp_path / "none")
    (tmp_path / "empty").mkdir()
    refused("is empty", tmp_path / "empty")
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "a.txt").write_text("a")
    refused("is no sweep: it has no plan.json", tmp_path / "foreign")
    refused("is a file", tmp_path / "foreign" / "a.txt")
    refused("is given by its folder", 3)
    shutil.copytree(plain.folder, tmp_path / "half")
    (tmp_path / "half" / "manifest.json").unlink()
    half = tmp_path / "half"
    refused(f"not finished; complete it with: econsim sweep {half / 'spec.yaml'} --out {half} --resume", half)
    refused("not finished", open_sweep(half, partial=True))


# ------------------------------------------------------------------------------------------ words and charts


def test_words():
    assert [words(name) for name in ("rd_relative", "effect_lab_npv", "n_labs")] == [
        "R&D relative to no copying", "the change of lab NPV", "number of labs"]  # fmt: skip
    assert [rounded(value) for value in (0.0, 1234.5, -0.04216, 0.00001234, -1e-12)] == [
        "0", "1,230", "−0.0422", "0.0000123", "−1e-12"]  # fmt: skip
    assert [amount(*one) for one in [(-1500.0, "$M"), (999.7, "$M"), (0.0, "$M"), (20.0, "$M/quarter"),
            (0.6, "1/quarter"), (2.0, "quarter"), (0.5, "–"), (3.0, "months")]] == [
        "−$1.5bn", "$1bn", "$0", "$80M a year", "0.6 a quarter", "2 quarters", "0.5", "3 months"]  # fmt: skip
    assert [listed(list(text)) for text in ("", "a", "ab", "abc")] == ["", "a", "a and b", "a, b and c"]


def test_charts_say_what_was_found_and_in_which_sweep(plain, choice):
    found = econsim.drivers(plain, metric="rd_relative")
    told = json.dumps(rank_correlations(found).to_dict(), ensure_ascii=False)
    value = found.ranked("baseline", "rd_relative")["correlation"].iloc[0]
    assert f"lab premium (+{value:.2f})" in told.replace('", "', " ") and f"sweep {plain.sweep_id}" in told
    both = econsim.drivers(choice, metric="lab_npv", value_of_information="royalty,release-window")
    told = json.dumps(information_bars(both).to_dict(), ensure_ascii=False).replace('", "', " ")
    assert both.information.headline in told and f"sweep {choice.sweep_id}" in told
    with pytest.raises(InputError, match="has no rank correlations"):
        rank_correlations(econsim.drivers(plain, metric="rd_investment"))
    with pytest.raises(InputError, match="was not asked for"):
        information_bars(found)


@pytest.mark.parametrize(
    ("values", "uppers", "words"),
    [
        ([5.0, 0.0], [6.0, 0.0], "1 more parameter is worth nothing by that rule."),
        ([0.0, 0.0, 0.0], [6.0, 0.0, 0.0], "2 more parameters are worth nothing by that rule."),
        ([0.0, 0.0], [0.0, 0.0], "2 parameters are worth nothing by that rule."),
        ([5.0, 0.001], [6.0, 0.001], "1 more parameter is worth less."),
        ([0.0, 0.001], [6.0, 0.001], "1 more parameter is worth too little to be seen."),
    ],
)
def test_what_has_no_bar_is_told_by_its_value(choice, values, uppers, words):
    found = econsim.drivers(choice, metric="lab_npv", value_of_information="royalty,release-window")
    one = found.information
    usual = next(iter(one.parameters.values()))
    made = {
        name: replace(usual, value=value, upper=upper)
        for name, value, upper in zip(NAMES, values, uppers, strict=False)
    }
    found.information = replace(one, parameters=made)
    told = json.dumps(information_bars(found).to_dict(), ensure_ascii=False).replace('", "', " ")
    assert f"where that is above it. {words}" in told


def test_of_parameters_worth_the_same_the_one_that_may_be_worth_most_comes_first(choice):
    one = econsim.drivers(choice, metric="lab_npv", value_of_information="royalty,release-window").information
    usual = next(iter(one.parameters.values()))
    uppers = {"access_lag": 1.0, "lab_premium": 0.0, "vendor_inertia": 9.0}
    made = {name: replace(usual, value=0.0, upper=upper) for name, upper in uppers.items()}
    tied = replace(one, parameters=made)
    assert tied.ranked == ["vendor_inertia", "access_lag", "lab_premium"] == list(tied.summary()["evppi"])


def test_the_identity_is_of_the_sweep_and_the_question(plain):
    first = econsim.drivers(plain)
    assert econsim.drivers(plain.folder).identity == first.identity
    assert econsim.drivers(plain, metric="lab_npv").identity != first.identity
    assert repr(first) == f"<Drivers of rd_relative, rd_investment, hidden_loss_share in sweep {plain.sweep_id}>"
    assert METRICS[0] in first.metrics and small("baseline").name == first.scenarios[0]
