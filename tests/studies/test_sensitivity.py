"""`econsim.sensitivity`: indices of a toy economy that are known, SALib's own numbers, resuming, screening, errors."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pandas as pd
import pytest
import sensitivity_toys
from SALib.analyze import morris as salib_morris
from SALib.analyze import sobol as salib_sobol
from scipy import stats
from sensitivity_toys import LUCK, NAMES, WEIGHTS, luck_of, use_toy
from sweep_helpers import content, simulate, small

import econsim
from econsim import InputError, open_sensitivity, open_sweep
from econsim.charts.sensitivity import index_over_time, morris_bars, sobol_bars, tornado, write_charts
from econsim.charts.sensitivity_parts import not_shown
from econsim.cli.sensitivity_sobol_text import others_text
from econsim.draws import uniform
from econsim.findings import quoted_name
from econsim.metrics import summary_catalogue
from econsim.scenario import load_scenario
from econsim.studies import sensitivity_choice
from econsim.studies.design_axes import prior_axis
from econsim.studies.moats import MOATS
from econsim.studies.sensitivity import Sensitivity, planned_rows
from econsim.studies.sensitivity_designs import morris_cube
from econsim.studies.sensitivity_ranking import EITHER_WAY, NO_ZERO, UNMOVED
from econsim.studies.sensitivity_screening import _half
from econsim.studies.sensitivity_settings import KEPT, TRAJECTORIES, check_sensitivity
from econsim.studies.sensitivity_words import finding, without_numbers
from econsim.studies.statistics import noise, resampling, screening, sobol
from econsim.studies.sweep_status import SweepStopped, read_status

SHARES = WEIGHTS**2 / (WEIGHTS**2).sum()
OUTPUTS = ["rd_relative", "rd_investment", "hhi"]


def analyse(method="sobol", **changes):
    asked = {"outputs": OUTPUTS, "over_time": ["rd_investment"], "engine": "batch", **changes}
    if method != "sobol":
        del asked["over_time"]
    return econsim.sensitivity(asked.pop("scenario", small("baseline")), method, **asked)


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch, request):
    """A bootstrap of 200 resamples instead of 1,000, which take most of the time here."""
    if "real" not in request.fixturenames:
        usual = resampling.resample_counts
        for module in (sobol, noise, screening):
            monkeypatch.setattr(module, "resample_counts", lambda size, resamples, seed: usual(size, 200, seed))


@pytest.fixture
def toy(monkeypatch):
    return use_toy(monkeypatch)


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """A small analysis by the engine, with a policy to have effects of."""
    folder = tmp_path_factory.mktemp("real") / "there"
    names = ["lab_premium", "copy_cost_ratio", "leakage_rate"]
    analyse(scenario=small(), samples=64, parameters=names, second_order=True, out=folder)
    return open_sensitivity(folder)


# ------------------------------------------------------------------------------------------ Sobol' indices


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


# ------------------------------------------------------------------------------------------ the engine


def test_the_numbers_are_those_of_salib(real):
    sweep = open_sweep(real.folder / "sweep")
    problem = {"num_vars": 3, "names": list(sweep.names), "bounds": [[0, 1]] * 3}
    for metric in ("rd_investment", "rd_relative"):
        values = sweep.values(metric)
        expected = salib_sobol.analyze(problem, values, calc_second_order=True, seed=0)
        for place, name in enumerate(sweep.names):
            one = real.outputs[metric][name]
            assert one["S1"] == pytest.approx(expected["S1"][place], rel=1e-9, abs=1e-12)
            assert one["ST"] == pytest.approx(expected["ST"][place], rel=1e-9, abs=1e-12)
        pair = {(one["a"], one["b"]): one["S2"] for one in real.content["second_order"]["outputs"][metric]}
        assert pair[sweep.names[0], sweep.names[2]] == pytest.approx(expected["S2"][0, 2], rel=1e-9, abs=1e-12)
    effect = salib_sobol.analyze(problem, sweep.values("rd_investment", effect=True), calc_second_order=True, seed=0)
    assert real.effects["rd_investment"][sweep.names[1]]["ST"] == pytest.approx(effect["ST"][1], rel=1e-9)


def test_every_point_is_a_run_in_the_same_future(real):
    """Shocks are shared, what is not varied stands at its default, and series are those of the run."""
    sweep = open_sweep(real.folder / "sweep")
    assert set(sweep.values("draw")) == {0}
    world = sweep.at(5).scenario
    run = simulate(world, draws=2, ensemble="default")
    assert sweep.values("rd_investment")[5] == run.metrics["rd_investment"][0]
    columns = [name for name in sweep.dataset().schema.names if name.startswith("rd_investment@")]
    table = sweep.dataset().to_table(columns=columns).to_pandas()
    assert table.iloc[5].tolist() == run.trajectories["rd_investment"][:, 0].tolist()
    noise = open_sweep(real.folder / "noise")
    assert sorted(set(noise.values("draw"))) == [0, 1, 2, 3] and noise.points == 64


def test_the_folder_reads_back(real):
    assert json.loads((real.folder / "results.json").read_text()) == real.content
    table = pd.read_parquet(real.folder / "indices.parquet")
    pd.testing.assert_frame_equal(table, real.indices, check_dtype=False)
    row = table.query("kind == 'outputs' and output == 'hhi' and parameter == 'lab_premium' and statistic == 'ST'")
    assert row["value"].item() == real.outputs["hhi"]["lab_premium"]["ST"]
    assert real.content["sweeps"]["sweep"] == open_sweep(real.folder / "sweep").sweep_id
    assert real.run_id in repr(real)


@pytest.mark.slow
def test_workers_change_nothing(real, tmp_path):
    names = ["lab_premium", "copy_cost_ratio", "leakage_rate"]
    analyse(scenario=small(), samples=64, parameters=names, second_order=True, out=tmp_path / "two", workers=2)
    assert content(tmp_path / "two") == content(real.folder)


# ------------------------------------------------------------------------------------------ screening


def test_a_mean_of_absolute_changes_is_never_below_zero(toy):
    """What one trajectory alone shows is a change all the same, sorted by its size and told with its direction."""

    def lumpy(rows, parts):
        return [np.where(parts[0] > 1.2, 9.0, 0.0), parts[1], parts[2]]

    toy.parts_of = lumpy
    found = analyse("morris", samples=8, parameters=NAMES, outputs=["rd_relative"])
    rows = found.ranked("rd_relative").set_index("name")
    assert (rows["low"] >= 0.0).all() and (rows["low"] <= rows["strength"]).all()
    assert (rows["strength"] <= rows["high"]).all() and rows["strength"].is_monotonic_decreasing
    moved = rows.drop("discount_rate")
    assert (moved["strength"] > 0.0).all() and set(moved["words"]) <= {"raises", "lowers", EITHER_WAY}
    assert rows.loc["discount_rate", "words"] == UNMOVED and rows.loc["discount_rate", "strength"] == 0.0
    assert NO_ZERO not in found.finding


def test_one_future_ranks_nothing_and_says_so(toy):
    found = analyse("oat", draws=1, parameters=NAMES, outputs=["rd_relative"])
    assert "one future has no intervals, so that it cannot tell which parameter moves rd_relative most" in found.finding
    assert found.ranked("rd_relative")["low"].isna().all()
    title = tornado(found).to_dict()["vconcat"][0]["title"]["text"]
    assert "One future cannot tell what moves R&D relative to no copying most" in " ".join(title)


def test_a_few_futures_have_the_interval_of_student():
    changes = np.array([1.0, 2.0, 4.0])
    expected = stats.t.interval(0.95, 2, loc=changes.mean(), scale=stats.sem(changes))
    assert changes.mean() + _half(changes) == pytest.approx(expected[1])
    assert np.isnan(_half(changes[:1]))


def test_the_default_screens_first(toy):
    found = analyse(samples=64, outputs=["rd_relative"])
    screening = found.content["screening"]
    assert len(screening["kept"]) == KEPT == len(found.content["factors"]) and len(screening["left_out"]) == 34 - KEPT
    assert set(NAMES[:3]) <= set(screening["kept"])
    assert set(screening["dead"]) == set(check_sensitivity("baseline", "sobol").names) - set(NAMES[:3])
    assert screening["left_out_share"]["outputs"]["rd_relative"] == 0.0
    assert screening["taken"]["lead"][:3] == NAMES[:3] and screening["taken"]["moats"] == NAMES[:1]
    assert found.content["fixed"]["external_harm"] == 0.05
    settings = check_sensitivity("baseline", "sobol", all_parameters=True)
    assert not settings.screens and planned_rows(settings)["sweep"] == 256 * 36


def test_what_screening_takes_goes_by_ranks_and_not_by_what_one_counter_counts(monkeypatch):
    """One extreme run, and a metric that only `discount_rate` moves, decide nothing; moats stay."""
    generator = np.random.default_rng(3)
    settings = check_sensitivity("baseline", "sobol")
    names, metrics = settings.names, tuple(summary_catalogue(settings.segments))
    cube = morris_cube(settings, TRAJECTORIES)
    weights = dict(zip(names, np.sort(generator.uniform(0.01, 0.2, len(names)))[::-1], strict=True))
    weights |= {"serving_elasticity": 2.0, "access_lag": 0.001, "data_flywheel": 0.0}
    level = cube @ np.array([weights[name] for name in names])
    values = np.tile(level[:, np.newaxis], (1, 2 * len(metrics)))
    values[:, metrics.index("rd_relative")] = np.exp(values[:, metrics.index("rd_relative")])
    values[100, metrics.index("rd_relative")] = 1e6
    weakest = [name for name in sorted(weights, key=lambda name: weights[name]) if name not in MOATS][:3]
    values[:, metrics.index("payback_months")] = cube[:, names.index(weakest[0])]
    monkeypatch.setattr(sensitivity_choice, "by_draw", lambda sweep, columns: values[:, np.newaxis])
    found = sensitivity_choice.choice(settings, None, ["data_flywheel"], policy=False)
    assert len(found["kept"]) == KEPT and not set(found["kept"]) & {*weakest, "data_flywheel"}
    assert {"serving_elasticity", "access_lag", "lab_premium", "vendor_inertia"} <= set(found["kept"])
    assert found["taken"]["lead"][0] == "serving_elasticity" and "access_lag" in found["taken"]["moats"]
    assert sum(found["strength"].values()) == pytest.approx(1.0)
    share = sum(weights[name] for name in found["left_out"]) / sum(weights.values())
    assert found["left_out_share"]["outputs"]["lab_npv"] == pytest.approx(share, abs=0.05)
    assert found["left_out_share"]["outputs"]["payback_months"] == 1.0


def test_differences_by_rounding_are_no_ranks():
    level = np.array([[1e6], [1e6 * (1 + 1e-13)], [2e6]])
    assert sensitivity_choice._ranks(np.hstack([level, level - 1e6]), 1).tolist() == [
        [0.5, 0.5],
        [0.5, 0.5],
        [1.0, 1.0],
    ]


def test_morris_is_that_of_salib(toy, tmp_path):
    found = analyse("morris", samples=8, parameters=NAMES, out=tmp_path / "there")
    settings = check_sensitivity(small("baseline"), "morris", samples=8, parameters=NAMES, outputs=OUTPUTS)
    cube = morris_cube(settings, 8)
    assert cube.min() == pytest.approx(0.05) and cube.max() == pytest.approx(0.95)
    problem = {"num_vars": 4, "names": list(settings.names), "bounds": [[0.05, 0.95]] * 4}
    values = open_sweep(tmp_path / "there" / "sweep").values("rd_relative")
    expected = salib_morris.analyze(problem, cube, values, num_levels=4, seed=0, scaled=False)
    for place, name in enumerate(settings.names):
        one = found.outputs["rd_relative"][name]
        assert one["mu_star"] == pytest.approx(expected["mu_star"][place], rel=1e-9, abs=1e-12)
    assert found.content["dead"] == ["discount_rate"]
    assert "screening" in found.finding


def test_one_at_a_time_goes_to_the_ends_of_the_90_percent_range(toy):
    found = analyse("oat", draws=3, parameters=NAMES)
    world = small("baseline")
    for name, weight in zip(NAMES, WEIGHTS, strict=True):
        axis = prior_axis(name, world)
        low, high = axis.values(np.array([0.05, 0.95]))
        sd = axis.values(uniform(0, "sd", 1, 1, 0, 4000)[0, 0, 0]).std()
        one = found.outputs["rd_relative"][name]
        assert (one["low_value"], one["high_value"]) == (low, high)
        change = weight * (np.array([low, high]) - world.assumptions[name].default) / sd
        assert [one["low_change"], one["high_change"]] == pytest.approx(change, rel=0.05, abs=1e-9)
    assert found.content["dead"] == ["discount_rate"] and found.content["others"] == "at their defaults"
    assert found.ranked("rd_relative")["name"].tolist()[0] == "lab_premium"


def test_a_lever_of_the_scenario_stays_where_that_has_it_while_others_move():
    scenario = load_scenario("royalty").with_(quarters=8, royalty_rate=0.5)
    found = econsim.sensitivity(
        scenario, "oat", parameters=["lab_premium", "royalty_rate"], outputs=["rd_relative"], draws=2, engine="batch"
    )
    run = econsim.simulate(scenario, draws=2, ensemble="default", engine="batch")
    assert found.content["base"]["outputs"]["rd_relative"] == pytest.approx(run.values("rd_relative").mean())


def test_a_dead_parameter_of_the_real_model():
    """Nobody is restricted in the baseline, so that the friction of restrictions moves nothing."""
    found = analyse("oat", draws=2, parameters=["api_friction", "lab_premium"])
    assert found.content["dead"] == ["api_friction"]


# ------------------------------------------------------------------------------------------ stopping and going on


def test_stopped_anywhere_and_resumed_it_is_the_same(toy, tmp_path):
    whole = analyse(samples=256, parameters=NAMES, out=tmp_path / "whole")
    chunks = len(toy)
    assert chunks == 5
    for stop in (1, 2, 4):  # in the first sweep, between the two, before the last chunk
        toy.clear()
        toy.stop_after = stop
        folder = tmp_path / f"after {stop}"
        with pytest.raises(SweepStopped):
            analyse(samples=256, parameters=NAMES, out=folder)
        assert read_status(folder)["state"] == "interrupted" and not (folder / "manifest.json").exists()
        with pytest.raises(InputError, match="is not finished"):
            open_sensitivity(folder)
        toy.clear()
        toy.stop_after = None
        seen: list[tuple[int, int]] = []
        again = analyse(
            samples=256, parameters=NAMES, out=folder, resume=True, progress=lambda *told, seen=seen: seen.append(told)
        )
        assert len(toy) == chunks - stop
        assert seen[0][0] > 0 or stop == 1
        assert seen[-1][0] == seen[-1][1] == 256 * 6 + 256 * 4
        assert again.content == whole.content
        assert content(folder) == content(tmp_path / "whole")


def test_a_file_cancel_stops_it(toy, tmp_path):
    folder = tmp_path / "there"

    def cancel(done, total):
        if done:
            (folder / "cancel").touch()
            toy.pause = 0.5

    with pytest.raises(SweepStopped) as stopped:
        analyse(samples=128, parameters=NAMES, out=folder, progress=cancel)
    assert stopped.value.state == "cancelled" and read_status(folder)["state"] == "cancelled"
    assert not (folder / "cancel").exists() and not list(folder.glob("*/cancel"))


def test_folders(toy, tmp_path):
    folder = tmp_path / "there"
    analyse(samples=64, parameters=NAMES, out=folder)
    for changes, words in (
        ({}, "give --resume"),
        ({"samples": 128, "resume": True}, "another analysis.*samples"),
        ({"seed": 1, "resume": True}, "another analysis.*seed"),
    ):
        with pytest.raises(InputError, match=words):
            analyse(**{"samples": 64, "parameters": NAMES, "out": folder, **changes})
    damaged = next((folder / "sweep" / "chunks").glob("*/*.parquet"))
    before = content(folder)
    damaged.write_bytes(b"damaged")
    told = []
    analyse(samples=64, parameters=NAMES, out=folder, resume=True, notice=told.append)
    assert content(folder) == before and "damaged" in told[0]
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="no part of a sensitivity analysis"):
        analyse(samples=64, parameters=NAMES, out=folder, resume=True)
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "a").touch()
    for path, words in ((tmp_path / "foreign", "no part"), (tmp_path / "foreign" / "a", "is a file")):
        with pytest.raises(InputError, match=words):
            analyse(samples=64, parameters=NAMES, out=path)
    for path in (tmp_path / "nothing", tmp_path):
        with pytest.raises(InputError):
            open_sensitivity(path)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"method": "sobl"}, "method: unknown method 'sobl'; did you mean 'sobol'"),
        ({"samples": 100}, "samples: must be a power of two.*64 or 128"),
        ({"samples": 32}, "samples: .*got 32.*64 to"),
        ({"samples": 2**20}, "samples: makes too many draws to hold in memory.*4,000,000"),
        ({"samples": True}, "samples: .*whole number"),
        ({"outputs": ["rd_relativ"]}, "outputs: unknown metric 'rd_relativ'; did you mean 'rd_relative'"),
        ({"outputs": []}, "outputs: is empty"),
        ({"outputs": "hhi"}, "outputs: must be a list"),
        ({"outputs": ["hhi", "hhi"]}, "outputs: is given twice"),
        ({"over_time": ["rd_invest"]}, "over_time: unknown series 'rd_invest'; did you mean 'rd_investment'"),
        ({"parameters": ["lab_premum"]}, "parameters: unknown .*did you mean 'lab_premium'"),
        ({"parameters": ["n_labs"]}, "'n_labs' has no prior.*got 4"),
        ({"draws": 0}, "draws: .*1 to 4,096"),
        ({"seed": -1}, "seed: "),
        ({"groups": True, "all_parameters": True}, "all: cannot be given together"),
        ({"method": "morris", "all_parameters": True}, "all: goes with sobol only"),
        ({"method": "oat", "groups": True}, "groups: do not go with oat"),
        ({"method": "oat", "samples": 4}, "samples: does not go with oat"),
        ({"method": "morris", "second_order": True}, "second_order: goes with sobol only"),
        ({"scenario": "baselin"}, "did you mean 'baseline'"),
        ({"workers": 0}, "workers: "),
        ({"resume": True}, "resume: needs the folder"),
        ({"engine": "bach"}, "did you mean 'batch'"),
    ],
)
def test_bad_input(toy, changes, words):
    with pytest.raises(InputError, match=words):
        analyse(**changes)
    assert not toy


# ------------------------------------------------------------------------------------------ charts


def test_charts_say_what_was_found(toy, tmp_path):
    found = analyse(samples=256, parameters=NAMES, outputs=["rd_relative"])
    chart = sobol_bars(found).to_dict()
    text = json.dumps(chart, ensure_ascii=False)
    assert "Lab premium (" in text and "drive R&D relative to no copying most" in text.replace('", "', " ")
    assert f"Run {found.run_id}" in text and "95% intervals" in text
    assert "Sobol' indices" in text and index_over_time(found, "rd_investment").to_dict()
    written = write_charts(found, tmp_path)
    assert {path.suffix for path in written} == {".svg", ".png", ".pdf"}
    assert all(path.stat().st_size > 2000 for path in written)
    assert (tmp_path / "rd_relative.svg").read_text().count("lab premium") >= 1
    assert (tmp_path / "over-time-rd_investment.pdf").read_bytes().startswith(b"%PDF")
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in written}
    (tmp_path / "rd_relative.png").unlink()  # of this chart all is made again, of the other nothing
    write_charts(found, tmp_path)
    for path, (time, held) in before.items():
        if path.suffix != ".pdf":
            assert path.read_bytes() == held
        if path.name.startswith("over-time"):
            assert (path.stat().st_mtime_ns, path.read_bytes()) == (time, held)
    with pytest.raises(InputError, match=r"no format of a chart.*svg, png, pdf"):
        write_charts(found, tmp_path, ("jpg",))
    with pytest.raises(InputError, match="of oat"):
        tornado(found)
    with pytest.raises(InputError, match="did you mean"):
        index_over_time(found, "rd_investmen")


def test_what_is_not_distinguishable_from_zero_has_no_bar(toy):
    """An interval and words instead; no sign for a number that nobody knows."""
    found = analyse(samples=64, parameters=NAMES, outputs=["rd_relative"])
    chart = sobol_bars(found).to_dict()
    text = json.dumps(chart, ensure_ascii=False)
    assert "≈" not in text and "not distinguishable from zero" in text
    bars = [one for one in chart["vconcat"][0]["layer"] if one["mark"]["type"] == "bar"]
    assert len(bars) == 2 and all(one["transform"] == [{"filter": "!datum.faint"}] for one in bars)


def test_areas_over_time_are_yearly_and_have_their_intervals_below(toy):
    found = analyse(samples=256, parameters=NAMES)
    told = found.content["over_time"]["rd_investment"]
    areas, bands = index_over_time(found).to_dict()["vconcat"][0]["vconcat"]
    rows = list(index_over_time(found).to_dict()["datasets"].values())
    stacked = next(one for one in rows if "order" in one[0])
    dates = sorted({row["date"] for row in stacked})
    assert dates == ["2026-01-01", "2027-01-01", "2028-01-01", "2029-01-01"]
    for date in dates:
        assert sum(row["share"] for row in stacked if row["date"] == date) == pytest.approx(1.0, abs=0.05)
    first = next(row for row in stacked if row["what"] == "lab premium" and row["date"] == dates[0])
    assert first["share"] == pytest.approx(np.mean(told["parameters"]["lab_premium"]["S1"][:4]))
    intervals = next(one for one in rows if "low" in one[0])
    band = next(row for row in intervals if row["what"] == "lab premium" and row["date"] == dates[0])
    assert band["high"] - band["share"] == pytest.approx(np.mean(told["parameters"]["lab_premium"]["S1_conf"][:4]))
    assert areas["mark"]["type"] == "area" and "facet" in bands


@pytest.mark.slow
def test_charts_of_screening(toy, tmp_path):
    found = analyse("oat", draws=2, parameters=NAMES, outputs=["rd_relative"])
    text = json.dumps(tornado(found).to_dict(), ensure_ascii=False)
    assert "Screening, one at a time" in text and "One at a time, lab premium, leakage rate" in text
    found = analyse("morris", samples=8, parameters=NAMES, outputs=["hhi"])
    text = json.dumps(morris_bars(found, "hhi").to_dict(), ensure_ascii=False)
    assert "Screening: HHI reacts most to lab premium" in text
    assert [path.name for path in write_charts(found, tmp_path)] == ["hhi.svg", "hhi.png", "hhi.pdf"]


def test_baseline_has_the_priors_that_are_varied():
    settings = check_sensitivity(load_scenario("baseline"), "sobol")
    assert len(settings.names) == 34 and settings.screens and settings.samples == 256
