"""Comparisons: common draws, shares and regret that a few lines of NumPy confirm, and words that agree with them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from econsim.errors import InputError
from econsim.findings import futures, percent
from econsim.results import simulate
from econsim.scenario import load_scenario
from econsim.store import read_run
from econsim.studies.compare import BETTER, Comparison, compare, write_comparison

DRAWS, QUARTERS = 6, 20


def world(scenario, **changes):
    return load_scenario(scenario).with_(quarters=QUARTERS, **changes)


@pytest.fixture(scope="module")
def worlds():
    return [world("baseline"), world("gate-and-detect"), world("monopoly-lab")]


@pytest.fixture(scope="module")
def comparison(worlds):
    return compare(worlds, draws=DRAWS)


def draws_of(comparison, metric):
    return np.array([result.metrics[metric].to_numpy() for result in comparison.results])


def test_it_is_the_runs_that_one_would_make_alone(comparison, worlds):
    for result, scenario in zip(comparison.results, worlds, strict=True):
        alone = simulate(scenario, draws=DRAWS)
        assert result.summary() == alone.summary()
        assert comparison.run_ids[scenario.name] == alone.run_id


def test_the_table_holds_medians_and_ranges(comparison):
    table = comparison.table()
    for label, values in zip(comparison.labels, draws_of(comparison, "rd_investment"), strict=True):
        found = table.loc["rd_investment", label]
        assert np.allclose([found["p5"], found["p50"], found["p95"]], np.quantile(values, [0.05, 0.5, 0.95]))
    assert table.loc["welfare_pv", ("unit", "")] == "$M"
    assert "consumer_surplus_low" in table.index


def test_shares_of_draws_are_counted(comparison):
    frame = comparison.beats()
    assert set(frame["metric"]) == set(BETTER)
    values = dict(zip(comparison.labels, draws_of(comparison, "rd_investment"), strict=True))
    rows = frame[frame["metric"] == "rd_investment"]
    assert len(rows) == 3  # pairs of three
    for row in rows.to_dict("records"):
        one, other = values[row["A"]], values[row["B"]]
        assert row["higher"] == np.mean(one > other) and row["lower"] == np.mean(one < other)
        assert row["higher"] + row["lower"] + row["equal"] == pytest.approx(1.0)
        assert row["draws"] == DRAWS and row["better"] == "higher"


@pytest.mark.parametrize("metric", ["welfare_pv", "frontier_price", "external_harm_pv"])
def test_regret_is_the_shortfall_to_the_best_in_each_draw(comparison, metric):
    values = draws_of(comparison, metric)
    lower = BETTER[metric] == "lower"
    best = values.min(axis=0) if lower else values.max(axis=0)
    shortfall = np.abs(values - best)
    frame = comparison.regret(metric).set_index("scenario")
    for label, expected in zip(comparison.labels, shortfall, strict=True):
        assert frame.loc[label, "mean"] == pytest.approx(expected.mean())
        assert frame.loc[label, "worst"] == pytest.approx(expected.max())
        assert frame.loc[label, "best_in"] == np.mean(expected <= 1e-12 * np.abs(values).max(axis=0))
    assert (frame["mean"] >= 0.0).all() and frame["best_in"].sum() >= 1.0


def test_regret_needs_a_direction(comparison):
    assert "hhi" not in BETTER
    with pytest.raises(InputError, match="higher or a lower hhi is better"):
        comparison.regret("hhi")
    with pytest.raises(InputError, match="higher or a lower hhi"):
        comparison.regret("hhi", better="bigger")
    least, most = comparison.regret("hhi", better="lower"), comparison.regret("hhi", better="higher")
    assert not np.allclose(least["mean"], most["mean"])
    with pytest.raises(InputError, match="did you mean 'welfare_pv'"):
        comparison.regret("welfare_pw")


def test_the_settings_that_differ_are_named(comparison):
    frame = comparison.settings_difference().set_index("setting")
    assert set(frame.index) == {
        "n_labs",
        "api_restriction",
        "detection_rate",
        "penalty_multiple",
        "enforcement_reach",
    }
    assert list(frame.loc["n_labs"]) == ["4", "4", "1"]
    assert list(frame.loc["detection_rate"]) == ["0", "0.5 from 2027Q1, phased in over 4 quarters", "0"]


def test_other_settings_are_named_too():
    changed = world("baseline", copying=False, access_lag={"default": 1, "low": 0, "high": 2}, lab_premium=0.1)
    law = changed.with_(fidelity_law="constant_retention", labs=[{"cash": 1000}, {}])
    frame = compare([world("baseline"), law], draws=2).settings_difference().set_index("setting")
    assert set(frame.index) >= {"copying", "access_lag", "lab_premium", "fidelity_law", "labs", "n_labs"}
    assert list(frame.loc["copying"]) == ["on", "off"]
    assert frame.loc["access_lag"].iloc[1] == "1 (0 to 2)"


def test_the_finding_is_what_the_draws_say(comparison):
    first, second, _ = draws_of(comparison, "rd_investment")
    change = first / second - 1.0
    median = float(np.median(change))
    word, share = ("more", np.mean(change > 0)) if median > 0 else ("less", np.mean(change < 0))
    expected = f"Baseline has {word} frontier R&D than gate-and-detect in {futures(float(share))} simulated futures"
    reverse, rest = ("less", np.mean(change < 0)) if median > 0 else ("more", np.mean(change > 0))
    told = f"{expected} and {reverse} in {futures(float(rest))} (median difference {percent(median)}, "
    assert comparison.finding.startswith(told)
    buyers = draws_of(comparison, "consumer_surplus_pv")
    told = f"buyers do better in {futures(float(np.mean(buyers[0] > buyers[1])))} and worse in"
    assert told in comparison.finding


def test_the_other_way_round_turns_the_shares_around(worlds, comparison):
    turned = compare([worlds[1], worlds[0]], draws=DRAWS)
    here = comparison.beats(["rd_investment"]).iloc[0]
    there = turned.beats(["rd_investment"]).iloc[0]
    assert (here["higher"], here["lower"]) == (there["lower"], there["higher"])


def test_a_scenario_against_itself_is_level():
    twice = compare([world("baseline"), world("baseline")], draws=2)
    assert twice.labels == ("baseline", "baseline (2)")
    assert (twice.beats()["higher"].fillna(0.0) == 0.0).all()
    assert (twice.regret("welfare_pv")["best_in"] == 1.0).all()
    assert twice.settings_difference().empty
    assert "same world" in twice.finding


def test_the_sets_of_draws_have_to_be_solved_everywhere(comparison):
    results = [simulate(world(name), draws=3) for name in ("baseline", "monopoly-lab")]
    results[1].failed = np.array([False, True, False])
    broken = Comparison(results)
    assert len(broken.values("rd_investment")) == 2
    assert broken.finding == "No finding: 1 of 3 draws could not be solved."
    assert not comparison.finding.startswith("No finding")


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["baseline"], "2 to 4"),
        (["baseline"] * 5, "2 to 4"),
        ([], "2 to 4"),
        ("baseline", "list of 2 to 4"),
        (["baseline", "basline"], "did you mean 'baseline'"),
    ],
)
def test_too_few_too_many_or_unknown(names, words):
    with pytest.raises(InputError, match=words):
        compare(names, draws=2)


def test_other_quarters_cannot_be_compared():
    with pytest.raises(InputError, match="same quarters") as caught:
        compare([world("baseline"), load_scenario("gate-and-detect")], draws=2)
    assert "baseline: 20 quarters from 2026Q1" in str(caught.value)


def test_bad_settings_are_refused(worlds):
    with pytest.raises(InputError) as caught:
        compare(worlds, draws=0, seed=-1)
    assert [problem.field for problem in caught.value.problems] == ["draws", "seed"]


# ------------------------------------------------------------------------------------------ on disk


def test_a_comparison_is_written_whole(comparison, tmp_path):
    folder = write_comparison(comparison, tmp_path / "out")
    content = json.loads((folder / "compare.json").read_text())
    assert {key: value for key, value in content.items() if key != "folders"} == comparison.summary()
    assert content["run_ids"] == comparison.run_ids
    for name, result in zip(content["folders"], comparison.results, strict=True):
        stored = read_run(folder / name)
        assert stored.run_id == content["folders"][name] == result.run_id
        assert stored.summary == result.summary()


def test_the_same_comparison_is_replaced_another_by_force_only(comparison, worlds, tmp_path):
    folder = write_comparison(comparison, tmp_path / "out")
    write_comparison(comparison, folder)
    another = compare(worlds[:2], draws=2)
    with pytest.raises(InputError, match="another one"):
        write_comparison(another, folder)
    assert (folder / "monopoly-lab").is_dir()
    write_comparison(another, folder, force=True)
    assert {path.name for path in folder.iterdir()} == {"compare.json", "baseline", "gate-and-detect"}


@pytest.mark.parametrize("place", ["notes.txt", "baseline/notes.txt"])
def test_a_users_file_inside_is_kept(comparison, tmp_path, place):
    folder = write_comparison(comparison, tmp_path / "out")
    (folder / place).write_text("mine")
    with pytest.raises(InputError, match=r"notes\.txt"):
        write_comparison(comparison, folder, force=True)
    assert (folder / place).read_text() == "mine"


def test_names_that_are_no_folder_names(tmp_path):
    names = ["../Über all", "../über-all", "ber-all-2", "???"]
    one = compare([world("baseline", name=name) for name in names], draws=2)
    folder = write_comparison(one, tmp_path / "deep" / "out")
    found = sorted(path.name for path in folder.iterdir())
    assert found == ["ber-all", "ber-all-2", "ber-all-2-2", "compare.json", "scenario"]
    assert [path.name for path in tmp_path.iterdir()] == ["deep"]


def test_what_is_undefined_in_one_of_them_is_said_to_be():
    from econsim.cli_text import comparison_text

    one = compare([world("baseline"), world("copying-off")], draws=2)
    row = one.beats(["hidden_loss_share"]).iloc[0]
    assert row["draws"] == 0 and np.isnan(row["higher"])
    line = next(line for line in comparison_text(one).splitlines() if line.startswith("hidden_loss_share  "))
    assert "–" in line
    assert json.loads(json.dumps(one.summary(), allow_nan=False))["beats"]
