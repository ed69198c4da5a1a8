"""The whole model against what theory says of it, and against one run that was computed independently."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from model_helpers import SERIES, baseline, differing, quiet_world, run, run_of, solved, world_of, worlds

from econsim import model
from econsim.arrays import NUMPY
from econsim.audit import walk
from econsim.parameter_book import book

MONEY_FACTOR = 3.7


# ------------------------------------------------------------------------------------------------- limits and growth


@pytest.mark.parametrize("labs", [1, 2, 3, 4, 7, 12])
def test_hhi_of_symmetric_labs(labs):
    """C9: n symmetric labs, copying off: hhi = 1/n."""
    found = run(quiet_world(baseline(n_labs=labs, copying=False)))
    np.testing.assert_allclose(found["hhi"], 1.0 / labs, rtol=1e-13)


def test_balanced_growth():
    """C10: without learning by doing and with a fixed AI share, the frontier grows by g_h + g_Y a quarter, and public
    knowledge stays (g_h + g_Y) / s_pub behind."""
    # Fixed costs weigh less and less as the market grows, so they are left out of the limit.
    scenario = baseline(
        copying=False, learning_by_doing=0.0, adoption_elasticity=1e-6, lab_fixed_cost=0.0, quarters=300
    )
    found = run(quiet_world(scenario))
    growth = 0.28 + 0.005
    np.testing.assert_allclose(np.diff(found["frontier_capability"][-40:], axis=0), growth, atol=1e-6)
    gap = found["frontier_capability"] - found["public_capability"]
    np.testing.assert_allclose(gap[-1], growth / 0.2, atol=1e-5)


@pytest.mark.parametrize(("erosion", "share"), [(0.15, 0.671908506), (0.0, 1.0), (0.5, 0.235 / (1.0 - 0.765 * 0.5))])
def test_steady_beliefs_in_a_run(erosion, share):
    """C11b: with a release every quarter, believed/true = λe/(1−(1−λe)(1−χ)), .671908506 at defaults."""
    scenario = baseline(
        learning_by_doing=0.0, adoption_elasticity=1e-6, n_distillers=1, lab_cash=1e9, distiller_fixed_cost=0.0,
        belief_erosion=erosion, quarters=240,
    )  # fmt: skip
    found = run(quiet_world(scenario))
    assert (found["copy_spending"][2:] > 0.0).all()  # it releases a copy in every quarter
    ratio = found["tail_gap_believed"][-20:] / found["tail_gap_true"][-20:]
    np.testing.assert_allclose(ratio, share, rtol=1e-6)


def test_money_is_a_unit():
    """C13: all $ parameters x 3.7: every $ series x 3.7, everything else as it was."""
    assert_homogeneous("default", set(SERIES))


BY_ORIGIN = {"incentive_ratio_domestic", "incentive_ratio_foreign"}


def test_money_is_a_unit_all_over_the_prior():
    """C13 on draws from the prior."""
    assert_homogeneous("prior", set(SERIES) - BY_ORIGIN)


def test_best_outsider_is_not_left_to_rounding():
    """C13 for the incentive by origin: where outsiders are equally placed, rounding must not say which one counts."""
    assert_homogeneous("prior", BY_ORIGIN)


def assert_homogeneous(ensemble: str, names: set[str]) -> None:
    world = world_of(baseline(), 24, ensemble)
    scaled = SimpleNamespace(**vars(world.parameters))
    for name, parameter in book().parameters.items():
        if parameter.money:
            setattr(scaled, name, MONEY_FACTOR * getattr(scaled, name))
    one, other = run(world), run(world._replace(parameters=scaled))
    for name in sorted(names):
        factor = MONEY_FACTOR if SERIES[name].unit.startswith("$M") else 1.0
        expected = factor * one[name]
        assert np.array_equal(np.isnan(expected), np.isnan(other[name])), f"{name} is defined in other quarters"
        size = np.abs(expected[~np.isnan(expected)]).max(initial=0.0)
        np.testing.assert_allclose(other[name], expected, rtol=1e-6, atol=1e-6 * size, err_msg=name)


def test_relabelling_labs_permutes_them():
    """C14: labs that swap their shocks swap their histories."""
    world = world_of(baseline(), 16)
    order = [2, 0, 3, 1]
    shocks = SimpleNamespace(**vars(world.shocks))
    for name in ("lab_demand", "training_luck", "lab_reentry"):
        setattr(shocks, name, getattr(shocks, name)[:, order])
    shocks.initial_capability = shocks.initial_capability[order]
    one, other = run(world), run(world._replace(shocks=shocks))
    size = np.abs(one["lab_rd"]).max(axis=(0, 1, 2))
    assert not np.allclose(one["lab_rd"] / size, one["lab_rd"][:, order] / size, atol=1e-3)
    np.testing.assert_allclose(other["lab_rd"] / size, one["lab_rd"][:, order] / size, atol=1e-7)


# ----------------------------------------------------------------------------------------------- policy in the limit


def test_incentive_does_not_depend_on_politics():
    """C12: with no cost attached, the label "foreign" is read and changes nothing, bit for bit."""
    on = baseline(enforcement_reach=1.0, detection_rate=0.3, penalty_multiple=0.5)
    off = on.with_(geopolitics=False)
    assert world_of(on).parameters.foreign.sum() == 5
    assert world_of(off).parameters.foreign.sum() == 0
    one, other = run_of(on, 64), run_of(off, 64)
    assert one["n_distillers_active"].max() > 1.0
    split = {name for name in SERIES if name.endswith(("_domestic", "_foreign"))}
    assert differing(one, other, set(SERIES) - split) == []
    costly = run_of(on.with_(export_wedge=1.0), 64)
    assert "incentive_ratio" in differing(costly, other)  # with a cost attached the label is read


def test_copying_that_costs_too_much_is_no_copying():
    """C16: copy_cost_ratio = 1e12 is copying off (the incentive ratio is zero instead of undefined)."""
    one, other = run_of(baseline(copy_cost_ratio=1e12), 32), run_of(baseline(copying=False), 32)
    ratios = {name for name in SERIES if name.startswith("incentive_ratio")}
    assert differing(one, other, set(SERIES) - ratios) == []
    assert (one["incentive_ratio"] == 0.0).all()
    assert np.isnan(other["incentive_ratio"]).all()


@pytest.mark.parametrize(("rate", "multiple"), [(1.0, 1.0), (0.5, 2.0), (0.25, 20.0)])
def test_certain_ruin_deters_everybody(rate, multiple):
    """C17: detection x penalty ≥ 1 with full reach: no distiller ever."""
    found = run_of(baseline(detection_rate=rate, penalty_multiple=multiple, enforcement_reach=1.0), 32)
    assert found["n_distillers_active"].max() == 0.0
    assert run_of(baseline(detection_rate=rate, penalty_multiple=multiple), 32)["n_distillers_active"].max() > 0.0


def test_full_evaluation_hides_nothing():
    """C18: tail_evaluation_mandate = 1: hidden loss 0."""
    found = run_of(baseline(tail_evaluation_mandate=1.0), 64)
    assert found["distiller_revenue"].max() > 0.0
    np.testing.assert_allclose(found["hidden_loss"], 0.0, atol=1e-9 * found["distiller_revenue"].max())


def test_full_liability_compensates():
    """C19: liability_share = 1: hidden loss less liability payments ≤ 0, draw by draw."""
    found = run_of(baseline(liability_share=1.0), 64)
    assert found["liability_payments"].max() > 0.0
    assert (found["hidden_loss"] - found["liability_payments"]).max() <= 0.0


def test_royalty_acts_like_a_cost():
    """C22: a royalty of 20% gives the markups and shares of costs 1/(1 − .2) as high, ln 1.25 more; profit x .8."""
    # The fringe's cost is tied to the copies': without it the two worlds differ in the copies' cost alone.
    scenario = baseline(n_distillers=4, copy_cost_ratio=1e-4, public_fringe=False, quarters=30)
    world = quiet_world(scenario)
    state = [state for state, _ in walk(world)][-1]
    assert state.distiller_active.sum() >= 2
    dearer = SimpleNamespace(**vars(world.parameters))
    dearer.copy_serving_cost_ratio = 1.25 * dearer.copy_serving_cost_ratio
    shocks = SimpleNamespace(**{name: x[-1] for name, x in vars(world.shocks).items() if name != "initial_capability"})
    levers = {name: path[-1] for name, path in vars(world.levers).items()}
    with_royalty = SimpleNamespace(**{**levers, "royalty_rate": np.array([0.2])})
    _, royal = model.step(state, model.Quarter(29.0, with_royalty, shocks), world.parameters, world.frame, NUMPY)
    _, costly = model.step(state, model.Quarter(29.0, SimpleNamespace(**levers), shocks), dearer, world.frame, NUMPY)
    active = np.broadcast_to(state.distiller_active, royal.prices.distiller_markup.shape)
    for name in ("distiller_markup", "distiller_spending"):
        one, other = getattr(royal.prices, name), getattr(costly.prices, name)
        np.testing.assert_allclose(one[active], other[active], rtol=1e-9, err_msg=name)
    np.testing.assert_allclose(royal.prices.lab_markup, costly.prices.lab_markup, rtol=1e-9)
    gross = [
        flows.prices.distiller_spending.sum(axis=1) - flows.distiller_serving.sum(axis=1) - paid
        for flows, paid in ((royal, royal.royalty[:, 0]), (costly, 0.0))
    ]
    np.testing.assert_allclose(gross[0], 0.8 * gross[1], rtol=1e-9)


# --------------------------------------------------------------------------------------------------------- over time


def test_policy_leaves_the_past_alone():
    """C24: a policy from quarter 20 leaves quarters 0 to 19 bitwise unchanged, and changes something after."""
    free = run_of(baseline(quarters=40), 8)
    for lever, row in book().levers.items():
        beside = {"detection_rate": 0.5} if lever in ("penalty_multiple", "enforcement_reach") else {}
        beside |= {"penalty_multiple": 1.0} if lever == "enforcement_reach" else {}
        steps = {name: {"value": value, "start": 20} for name, value in {**beside, lever: row.moderate}.items()}
        ruled = run_of(baseline(quarters=40, **steps), 8)
        past = [name for name in SERIES if not np.array_equal(free[name][:20], ruled[name][:20], equal_nan=True)]
        assert past == [], lever
        assert differing(free, ruled), lever


def test_ramp_is_followed():
    """A ramp moves the lever in equal steps, and an end takes it back."""
    step = {"value": 0.4, "start": 4, "ramp": 3, "end": 10}
    scenario = baseline(rd_subsidy=step, quarters=12)
    expected = [0, 0, 0, 0, 0.1, 0.2, 0.3, 0.4, 0.4, 0.4, 0, 0]
    np.testing.assert_allclose(scenario.lever_paths()["rd_subsidy"], expected)
    found = run_of(scenario, 4)
    np.testing.assert_allclose(found["subsidy_payments"], np.array(expected)[:, None] * found["rd_investment"])
    assert found["subsidy_payments"].max() > 0.0


@pytest.mark.parametrize("quarters", [1, 2, 13, 40])
def test_shorter_horizon_changes_nothing(quarters):
    """C24: a shorter run is the beginning of a longer one, bit for bit."""
    whole, part = run_of(baseline(), 8), run_of(baseline(quarters=quarters), 8)
    assert [n for n in SERIES if not np.array_equal(part[n], whole[n][:quarters], equal_nan=True)] == []


# ------------------------------------------------------------------------------------------------------ signs and sizes


SIGNS = [
    ("copy_cost_ratio", "copy_revenue_share", -1),
    ("access_lag", "visible_lag_months", +1),
    ("access_lag", "rd_relative", +1),
    ("lab_premium", "copy_revenue_share", -1),
    ("detection_rate", "copy_revenue_share", -1),
    ("rd_subsidy", "rd_investment", +1),
    ("belief_erosion", "tail_gap_believed", -1),
    ("learning_rate", "tail_gap_believed", +1),
    ("discount_rate", "rd_investment", -1),
    ("efficiency_growth", "frontier_growth", +1),
]


@pytest.mark.parametrize("ensemble", ["default", "prior"])
@pytest.mark.parametrize(("name", "metric", "sign"), SIGNS)
def test_signs(name, metric, sign, ensemble):
    """C25: what a cause does, from one end of its range to the other, on common draws: median and most draws."""
    if name in book().levers:
        low, high = 0.0, book().levers[name].moderate
    else:
        low, high = book().parameters[name].range
    before, after = worlds(baseline(**{name: low}), baseline(**{name: high}), ensemble=ensemble, keep="summaries")
    change = sign * (after.metrics[metric] - before.metrics[metric])
    change = change[np.isfinite(change)]
    assert change.size >= 5
    assert np.median(change) > 0.0
    assert (change > 0.0).mean() > (change < 0.0).mean() + 0.3


def test_collapse_needs_more_than_free_copying():
    """C27: mean rd_relative, each step added to those before it, default ensemble, 256 draws:
    .83; copy_cost_ratio 1e-4 .75; access_lag 0 .70; lab_premium 0 .38; tail_weight 0 .24; all ± .02."""
    steps = [{}, {"copy_cost_ratio": 1e-4}, {"access_lag": 0.0}, {"lab_premium": 0.0}, {"tail_weight": 0.0}]
    expected = [0.83, 0.75, 0.70, 0.38, 0.24]
    sequence = [baseline()]
    for step in steps[1:]:
        sequence.append(sequence[-1].with_(**step))
    found = worlds(*sequence, draws=256, ensemble="default", keep="summaries")
    assert [round(float(one.failed.sum())) for one in found] == [0] * 5
    np.testing.assert_allclose([one.metrics["rd_relative"].mean() for one in found], expected, atol=0.02)


# ------------------------------------------------------------------------------------------- one run, to the last digit


@pytest.fixture(scope="module")
def still_run() -> dict[str, np.ndarray]:
    return run(quiet_world(baseline()))


COPYING_ON = [
    ("rd_investment", 0, 3511.94877, 1e-5),
    ("rd_investment", 59, 104455.27005, 1e-5),
    ("frontier_capability", 1, 0.368352141, 1e-9),
    ("frontier_capability", 2, 0.793482611, 1e-9),
    ("frontier_capability", 3, 1.193153585, 1e-9),
    ("frontier_capability", 20, 8.000693523, 1e-9),
    ("frontier_capability", 59, 22.596474065, 1e-9),
    ("copy_spending", 1, 42.168413997, 1e-9),
    ("tail_gap_true", 2, 1.331119685, 1e-9),
    ("tail_gap_believed", 2, 0.312813126, 1e-9),
    ("head_retention", 2, 0.882862831, 1e-9),
    ("ai_share", 59, 0.457794121, 1e-9),
    ("hhi", 59, 0.200849176, 1e-9),
    ("n_distillers_active", 59, 5.0, 0.0),
]
COPYING_OFF = [
    ("frontier_capability", 20, 8.058146075, 1e-9),
    ("frontier_capability", 59, 22.771375483, 1e-9),
    ("rd_investment", 59, 116185.525062, 1e-6),
    ("ai_share", 59, 0.461129199, 1e-9),
]


@pytest.mark.parametrize(("series", "quarter", "expected", "digit"), COPYING_ON)
def test_still_run(still_run, series, quarter, expected, digit):
    """C26, copying on: one run without shocks, to the digits that an independent program printed."""
    assert solved(still_run)
    np.testing.assert_allclose(still_run[series][quarter], expected, atol=digit, rtol=0.0)


@pytest.mark.parametrize(("series", "quarter", "expected", "digit"), COPYING_OFF)
def test_still_run_without_copying(series, quarter, expected, digit):
    """C26, copying off."""
    found = run(quiet_world(baseline(copying=False)))
    np.testing.assert_allclose(found[series][quarter], expected, atol=digit, rtol=0.0)


def test_still_run_entries(still_run):
    """C26: distillers in business 0 0 1 1 0 1 1 …; two first at quarter 20, three at 31, four at 39, five at 44."""
    active = still_run["n_distillers_active"][:, 0]
    assert active[:7].tolist() == [0, 0, 1, 1, 0, 1, 1]
    assert [int(np.argmax(active >= many)) for many in (2, 3, 4, 5)] == [20, 31, 39, 44]


def test_outside_utility_of_the_still_run():
    """C26: u_0 = 39.88241571."""
    world = quiet_world(baseline())
    opening = model.start(world.parameters, world.frame, world.shocks.initial_capability, NUMPY)
    np.testing.assert_allclose(opening.outside_utility, 39.88241571, atol=1e-8, rtol=0.0)
