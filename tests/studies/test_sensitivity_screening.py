"""`econsim.sensitivity`: screening, and a parameter at a time."""

from __future__ import annotations

import numpy as np
import pytest
from SALib.analyze import morris as salib_morris
from scipy import stats
from sensitivity_toys import NAMES, OUTPUTS, WEIGHTS, analyse
from sweep_helpers import small

import econsim
from econsim import open_sweep
from econsim.charts.sensitivity import tornado
from econsim.draws import uniform
from econsim.metrics import summary_catalogue
from econsim.scenario import load_scenario
from econsim.studies import sensitivity_choice
from econsim.studies.design_axes import prior_axis
from econsim.studies.moats import MOATS
from econsim.studies.sensitivity import planned_rows
from econsim.studies.sensitivity_designs import morris_cube
from econsim.studies.sensitivity_ranking import EITHER_WAY, NO_ZERO, UNMOVED
from econsim.studies.sensitivity_screening import _half
from econsim.studies.sensitivity_settings import KEPT, TRAJECTORIES, check_sensitivity

pytestmark = pytest.mark.usefixtures("few")


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
