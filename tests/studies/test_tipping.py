"""Tipping points: every share is that of a plain run, crossings lie where plain runs say, nothing is invented."""

from __future__ import annotations

import functools
import json
import math

import numpy as np
import pytest

import econsim
from econsim.charts.tipping import break_even
from econsim.errors import InputError
from econsim.metrics import summarise, summary_catalogue
from econsim.runs import Settings
from econsim.scenario import load_scenario
from econsim.store import as_json
from econsim.studies import tipping_worlds
from econsim.studies.sweep_plan import status_quo_of
from econsim.studies.tipping import BreakEven, TippingMap, ask
from econsim.studies.tipping_axes import TippingAxis, read_axis, short_middle
from econsim.studies.tipping_break_even import make_break_even
from econsim.studies.tipping_contour import contour
from econsim.studies.tipping_steps import BEYOND, SHORT, UNDEFINED, Steps, share_that_crosses
from econsim.studies.tipping_worlds import RESTS_ON_TWIN, CommonDraws

QUARTERS, DRAWS = 14, 8

tipping = functools.partial(econsim.tipping, engine="batch", draws=DRAWS)
simulate = functools.partial(econsim.simulate, engine="batch", draws=DRAWS, keep="summaries")


def small(name: str = "baseline", **changes):
    return load_scenario(name).with_(quarters=QUARTERS, **changes)


@functools.cache
def a_map() -> TippingMap:
    """A lever and a parameter, effects against no policy."""
    return tipping(
        small(), "release_window=0:6:3", "copy_cost_ratio=0.0001:0.1:3", output="effect:rd_investment", above=2.0
    )


@functools.cache
def curve(level: float = 3000.0) -> BreakEven:
    """A subsidy that lifts R&D in every future."""
    return tipping(small(), "rd_subsidy=0:0.8:11", output="effect:rd_investment", above=level)


def share_above(values: np.ndarray, level: float) -> float:
    known = values[np.isfinite(values)]
    return float((known > level).mean())


# ------------------------------------------------------------------------------------------ rounding


@pytest.mark.parametrize(("off", "beyond"), [(0.0, True), (-5e-12, True), (5e-12, True), (-1e-8, False), (1e-8, True)])
def test_a_change_that_is_rounding_is_none(off, beyond, monkeypatch):
    """The compiled engine parts equal worlds by some trillionths, which are no loss of profits."""
    question = ask(
        small(), "release_window=0:8", None, "effect:lab_npv", None, None, 4, 0, "default", "batch",
        at_least=0.0, against="copying-off",
    )  # fmt: skip
    worlds = question.worlds(None)
    levels = {id(worlds._here): 76_000.0 * (1.0 + off), id(worlds._there): 76_000.0}

    def solved(world, values, numbers):
        return np.full(len(numbers), levels[id(world)]), np.zeros(len(numbers), dtype=bool)

    monkeypatch.setattr(worlds, "_solve", solved)
    rows = worlds.at_every_draw({"release_window": np.array([8.0])})
    assert question.beyond(rows.effect).tolist() == [[beyond] * 4]
    assert (rows.effect == 0.0).all() == (abs(off) < 1e-9)


def test_what_rounding_parts_from_the_threshold_is_at_it():
    values = np.array([1.0 - 1e-8, 1.0 - 1e-12, 1.0, 1.0 + 1e-12, 1.0 + 1e-8, np.nan])
    for side, expected in (
        ("at_least", [0, 1, 1, 1, 1, 0]),
        ("above", [0, 0, 0, 0, 1, 0]),
        ("at_most", [1, 1, 1, 1, 0, 0]),
        ("below", [1, 0, 0, 0, 0, 0]),
    ):
        limits = {"above": None, "below": None, side: 1.0}
        question = ask(
            small(), "release_window=0:8", None, "rd_relative", draws=4, seed=0, ensemble=None, engine="batch", **limits
        )
        assert question.beyond(values).tolist() == [bool(one) for one in expected], side


@pytest.mark.slow
def test_engines_say_the_same_where_copies_come_too_late_to_matter():
    """At the longest window nearly every future has no copying: a change of nothing, whatever the engine."""
    pytest.importorskip("jax")
    found = [
        econsim.tipping(
            "baseline", "release_window=0:8", output="effect:lab_npv", at_least=0.0, against="copying-off",
            engine=engine,
        )
        for engine in ("batch", "compiled")
    ]  # fmt: skip
    np.testing.assert_array_equal(found[0].share, found[1].share)
    assert found[0].finding == found[1].finding


# ------------------------------------------------------------------------------------------ every number is a plain run


@pytest.mark.parametrize(("row", "column"), [(0, 1), (1, 0), (2, 2)])
def test_a_cell_is_the_share_of_a_plain_run(row, column):
    found = a_map()
    values = {"release_window": float(found.x.values[column])}
    scenario = small(status_quo=small()).with_assumptions(copy_cost_ratio=float(found.y.values[row])).with_(**values)
    effect = simulate(scenario).effect_on("rd_investment")
    assert found.share[row, column] == share_above(effect, 2.0)
    assert found.levels[row, column, 2] == np.median(effect)


def test_at_the_status_quo_nothing_is_beyond_and_somewhere_something_is():
    found = a_map()
    assert (found.share[:, 0] == 0.0).all() and (found.levels[:, 0, 2] == 0.0).all()
    assert found.share.max() > 0.0


def test_both_sides_of_a_crossing_are_as_plain_runs_say():
    (one,) = curve().crossings
    for value, share in ((one.before, one.share_before), (one.value, one.share)):
        scenario = small(status_quo=small()).with_(rd_subsidy=value)
        assert share == share_above(simulate(scenario).effect_on("rd_investment"), 3000.0)
    assert one.rises and one.share >= 0.5 > one.share_before
    assert 0.0 < one.value - one.before <= 0.8 / 1000 * 1.01


def test_each_future_passes_where_it_passes_in_plain_runs():
    found = curve().passages
    assert found.left_out == 0 and len(found.values) == DRAWS
    future = int(np.argsort(found.values)[DRAWS // 2])
    value, step = found.values[future], 0.8 / 10 / 2**7  # as often as a cell is halved
    for setting, passed in ((value, True), (value - step, False)):
        effect = simulate(small(status_quo=small()).with_(rd_subsidy=setting)).effect_on("rd_investment")
        assert (effect[future] > 3000.0) == passed


def test_the_range_over_futures_surrounds_the_crossing():
    found = curve()
    low, middle, high = (found.passages.quantile(p) for p in (0.05, 0.5, 0.95))
    assert low <= middle <= high and low < found.value < high
    assert abs(middle - found.value) < 0.01  # the half of the futures, found twice in two ways


def test_levels_without_effects_are_those_of_plain_runs():
    found = tipping(small("royalty"), "copy_cost_ratio=0.001:0.1:2", output="rd_relative", below=0.9)
    for place, value in enumerate((0.001, 0.1)):
        values = simulate(small("royalty").with_assumptions(copy_cost_ratio=value)).values("rd_relative")
        assert found.levels[place, 2] == np.median(values)
        assert found.share[place] == float((values < 0.9).mean())


def test_a_count_of_firms_is_tried_at_whole_numbers():
    found = tipping(small(), "n_labs=1:4:4", output="hhi", above=0.6, ensemble="prior")
    assert found.axis.values.tolist() == [1.0, 2.0, 3.0, 4.0]
    (one,) = found.crossings
    assert one.value == one.before + 1.0 and not one.rises
    assert f"once number of labs reaches {one.value:g} (" in found.finding and "passes" not in found.headline
    run = simulate(small().with_assumptions(n_labs=int(one.value)), ensemble="prior")
    assert one.share == share_above(run.values("hhi"), 0.6)


# ------------------------------------------------------------------------------------------ nothing twice, nothing else


def counted(monkeypatch) -> list[int]:
    rows: list[int] = []
    compute = tipping_worlds.Chunk.compute

    def count(self, world, rd_path=None):
        rows.append(len(self.numbers))
        return compute(self, world, rd_path)

    monkeypatch.setattr(tipping_worlds.Chunk, "compute", count)
    return rows


def test_the_status_quo_is_computed_once_a_parameter_value(monkeypatch):
    rows = counted(monkeypatch)
    tipping(small(), "release_window=0:6:3", "leakage_rate=0.1:0.3:2", output="effect:rd_investment", above=0, draws=2)
    assert rows == [3 * 2 * 2, 2 * 2]  # all cells with the lever, and the parameter's values without it


def test_a_twin_is_computed_once_where_the_lever_does_not_touch_it(monkeypatch):
    rows = counted(monkeypatch)
    tipping(small(), "release_window=0:6:4", output="rd_relative", above=2.0, draws=2)
    assert sorted(rows) == [2, 8]


def test_only_these_metrics_rest_on_the_twin():
    chunk = tipping_worlds.Chunk(Settings(draws=4), [small()], np.arange(4))
    run = chunk.trajectories(small())
    segments = tuple(one.name for one in small().structure.segments)
    with_own, with_other = (
        summarise(run, twin, segments, 0.45, 0.03, 0.01)
        for twin in (run["rd_investment"], 3.0 + run["rd_investment"] * 2.5)
    )
    moved = {
        name
        for name in summary_catalogue(segments)
        if not np.array_equal(with_own[name], with_other[name], equal_nan=True)
    }
    assert moved == set(RESTS_ON_TWIN)


def test_chunks_change_nothing(monkeypatch):
    asked = small(), "rd_subsidy=0:0.8:41", None, "effect:rd_investment", 3000.0, None, 2, 0, None, "batch"
    whole = as_json(make_break_even(ask(*asked), None).summary())
    settings = tipping_worlds.check_settings
    monkeypatch.setattr(tipping_worlds, "check_settings", lambda *given: settings(*given, 30))
    question = ask(*asked)
    assert question.settings.chunk == 30
    assert as_json(make_break_even(question, None).summary()) == whole


def test_a_row_leaves_alone_what_it_does_not_set():
    scenario = small("gate-and-detect")
    quo = status_quo_of(scenario, None, False)
    worlds = CommonDraws(scenario, quo, Settings(draws=4), "rd_investment", True, ["leakage_rate", "access_lag"])
    rows = worlds.at(
        {"leakage_rate": np.array([np.nan] * 4 + [0.2] * 4), "access_lag": np.array([np.nan] * 8)},
        np.tile(np.arange(4), 2),
    )
    as_it_is = econsim.simulate(scenario, 4, engine="batch")
    fixed = econsim.simulate(scenario.with_assumptions(leakage_rate=0.2), 4, engine="batch")
    assert np.array_equal(rows.effect[:4], as_it_is.effect_on("rd_investment"))
    np.testing.assert_allclose(rows.effect[4:], fixed.effect_on("rd_investment"), rtol=1e-9)


# ------------------------------------------------------------------------------------------ identity


def test_the_same_question_gives_the_same_bytes():
    first, again = (
        tipping(small(), "rd_subsidy=0:0.8:41", output="effect:rd_investment", above=3000.0, draws=2) for _ in range(2)
    )
    assert first.crossings and as_json(first.summary()) == as_json(again.summary())


def test_an_id_is_that_of_the_question_alone():
    def identity(
        scenario=None, x="rd_subsidy=0:0.8:11", output="lab_npv", above=1.0, below=None, seed=0, engine="batch"
    ):
        scenario = scenario or small()
        return ask(scenario, x, None, output, above, below, DRAWS, seed, None, engine).id

    usual = identity()
    assert identity(engine="agents") == usual
    assert identity(small().with_(name="other", description="words")) == usual
    others = {
        identity(small(leakage_rate=0.1)), identity(x="rd_subsidy=0:0.8:12"), identity(output="effect:lab_npv"),
        identity(above=2.0), identity(above=None, below=1.0), identity(seed=1), usual,
    }  # fmt: skip
    assert len(others) == 7


# ------------------------------------------------------------------------------------------ in words


def test_the_sentence_has_the_numbers():
    found = curve()
    assert f"once rd subsidy passes {found.value:g}".replace("rd", "R&D") in found.finding
    assert found.finding.startswith(
        "In at least half of the futures the change of frontier R&D against the same world without"
    )
    assert "90% range" in found.finding and "0 of 20 futures at 0" in found.finding
    for word in ("will", "proves", "optimal"):
        assert word not in found.finding.split()


def test_without_a_crossing_both_ends_are_told_and_no_number_is_invented():
    found = tipping(small(), "release_window=0:2:2", output="rd_investment", above=1e12)
    assert found.value is None and found.crossings == [] and found.passages is None
    assert found.summary()["own_crossings"] is None
    assert "No break-even" in found.finding and "fewer than half of the futures" in found.finding
    assert found.finding.count("in 0 of 20 futures at") == 2


def humped(monkeypatch, response):
    """Let rows have an output that is a function of the setting and the draw."""

    def at(self, values, numbers, *, expected=False):
        (setting,) = values.values()
        level = response(setting, numbers)
        return tipping_worlds.Rows(level, np.empty(0), np.zeros(len(numbers), dtype=bool))

    monkeypatch.setattr(CommonDraws, "at", at)


def test_several_crossings_are_all_reported(monkeypatch):
    humped(monkeypatch, lambda x, draw: np.sin(np.pi * x / 4.0) + 0.001 * draw)
    found = tipping(small(), "release_window=1:12:12", output="lab_npv", above=0.4)
    assert [one.rises for one in found.crossings] == [False, True, False]
    expected = [4 - 4 * math.asin(0.4) / math.pi, 8 + 4 * math.asin(0.4) / math.pi, 12 - 4 * math.asin(0.4) / math.pi]
    assert [one.value for one in found.crossings] == pytest.approx(expected, abs=0.03)
    assert "3 times" in found.finding and "falling at" in found.finding and found.value is None
    assert found.passages.returns == DRAWS


def test_futures_that_pass_outside_the_range_leave_it_open(monkeypatch):
    humped(monkeypatch, lambda x, draw: x - 1.5 * draw + 2.0)  # future d passes nought at 1.5 d - 2
    found = tipping(small(), "release_window=0:8:3", output="lab_npv", above=0.0)
    told = found.summary()["own_crossings"]
    assert told["p5"] == {"value": None, "where": "below the range"} and told["passed_at_low"] == 2 / DRAWS
    assert told["p95"] == {"value": None, "where": "above the range"} and told["never_passed"] == 1 / DRAWS
    assert told["p50"]["value"] == pytest.approx(2.5, abs=0.01)
    assert "already at 0 quarters to not up to 8 quarters" in found.finding


def test_falling_responses_pass_downwards(monkeypatch):
    humped(monkeypatch, lambda x, draw: 3.0 - x + 0.01 * draw)
    found = tipping(small(), "release_window=0:8:3", output="lab_npv", above=0.0)
    assert found.value == pytest.approx(3.05, abs=0.02) and not found.crossings[0].rises
    assert "In fewer than half of the futures" in found.finding
    assert found.passages.quantile(0.5) == pytest.approx(3.05, abs=0.02)


def test_an_undefined_output_is_an_error_and_a_partly_defined_one_is_told(monkeypatch):
    with pytest.raises(InputError, match="output: is not defined in any future of copying-off") as caught:
        tipping(small("copying-off"), "rd_subsidy=0:0.5:2", output="hidden_loss_share", above=0.1)
    assert caught.value.exit_code == 2
    humped(monkeypatch, lambda x, draw: np.where((draw < 2) & (x > 1.0), np.nan, x))
    found = tipping(small(), "release_window=0:8:3", output="lab_npv", above=3.0)
    assert found.defined.tolist() == [1.0, 0.75, 0.75] and found.share.tolist() == [0.0, 1.0, 1.0]
    assert found.passages.left_out == 2


# ------------------------------------------------------------------------------------------ how well it is known


def thresholds(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(4.0, 1.0, count)


def at_own_places(monkeypatch, places: np.ndarray) -> None:
    humped(monkeypatch, lambda x, draw: x - places[draw])


def test_the_interval_holds_the_true_break_even_as_often_as_it_says():
    """Futures that pass at independent places with the median 4: 200 samples of 40 futures."""
    held, width = [], []
    for seed in range(200):
        places = thresholds(40, seed)
        draws = np.arange(40)
        low, high = np.zeros(40), places
        steps = Steps(np.append(low, high), np.append(draws, draws), np.repeat([SHORT, BEYOND], 40))
        found = steps.interval(True)
        held.append(found.low <= 4.0 <= found.high)
        width.append(found.high - found.low)
    assert 0.90 <= np.mean(held) <= 0.99
    assert np.mean(width) == pytest.approx(2 * 1.96 * 1.2533 / 40**0.5, rel=0.25)  # of a normal median


def test_the_interval_is_that_of_the_bisected_futures(monkeypatch):
    places = thresholds(40, 0)
    at_own_places(monkeypatch, places)
    found = tipping(small(), "release_window=0:8:9", output="lab_npv", above=0.0, draws=40)
    ends = np.sort(places)[[13, 26]]  # order statistics about two standard errors from the middle
    assert found.interval.low == pytest.approx(ends[0], abs=0.15)
    assert found.interval.high == pytest.approx(ends[1], abs=0.15)
    assert found.interval.low < found.value < found.interval.high
    told = found.summary()["interval"]
    assert told["low"] == {"value": found.interval.low, "where": "in the range"} and told["resamples"] == 2000
    assert f"(95% interval {found.interval.low:.3g} quarters to" in found.finding
    assert "from 40 futures)" in found.finding


def test_an_interval_that_reaches_the_end_of_the_range_is_open(monkeypatch):
    at_own_places(monkeypatch, thresholds(40, 1))
    found = tipping(small(), "release_window=0:4.1:9", output="lab_npv", above=0.0, draws=40)
    told = found.summary()["interval"]
    assert found.value is not None and told["high"] == {"value": None, "where": "above the range"}
    assert 0.025 < told["never_passed"] < 0.5
    assert "not up to 4.1 quarters, from 40 futures: open at the high end of the range" in found.finding


def test_no_break_even_may_be_too_close_to_call(monkeypatch):
    places = thresholds(40, 1)
    at_own_places(monkeypatch, places)
    near, far = (
        tipping(small(), f"release_window=0:{high}:9", output="lab_npv", above=0.0, draws=40)
        for high in (round(np.sort(places)[18], 2), 2.0)
    )
    assert near.crossings == far.crossings == []
    assert 0.025 < near.maybe < 0.5 and "too close to call: there is one in" in near.finding
    assert far.maybe == 0.0 and "nor is there one however these" in far.finding


def test_too_few_futures_have_no_interval(monkeypatch):
    at_own_places(monkeypatch, thresholds(40, 0))
    found = tipping(small(), "release_window=0:8:9", output="lab_npv", above=0.0, draws=19)
    assert found.value is not None and found.interval is None
    assert "19 futures are too few for an interval: 20 are needed" in found.finding
    assert found.summary()["interval"] == {"too_few_futures": True}


def test_one_future_is_told_as_one():
    found = tipping(small(), "release_window=0:8:2", output="lab_npv", above=0.0, draws=1)
    assert "1 future is too few for an interval" in found.certainty
    shown = json.dumps(break_even(found).to_dict(), ensure_ascii=False)
    assert "1 future at each setting" in shown and "1 futures" not in shown


def map_of(share: np.ndarray) -> TippingMap:
    """A map of made-up shares over detection rate and lab premium."""
    asked = ask(
        small(),
        "detection_rate=0:1:3",
        f"lab_premium=0:2:{len(share)}",
        output="lab_npv",
        above=0.0,
        below=None,
        draws=DRAWS,
        seed=0,
        ensemble=None,
        engine="batch",
    )
    return TippingMap(asked, share, np.ones_like(share), np.zeros((*share.shape, 5)), 0)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (
            [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]],
            "at detection rate 0 at lab premium 1 log price, and at detection rate 1 at lab premium 1 log price",
        ),
        (
            [[0.0, 0.5, 1.0], [0.0, 0.5, 1.0]],
            "at lab premium 0 log price at detection rate 0.5, and at lab premium 2 log price at detection rate 0.5",
        ),
        (
            [[0.0, 0.0, 1.0], [0.0, 0.0, 0.0]],
            "at lab premium 0 log price at detection rate 0.75, and at lab premium 2 log price at no detection rate on "
            "the map",
        ),
    ],
)
def test_a_map_tells_its_half_along_the_axis_that_passes_it(share, words):
    values = np.array(share)
    found = map_of(values)
    assert found.border == f"The half is passed {words} (read between cells)."


def test_a_half_that_is_passed_inside_a_map_alone_is_told_so():
    values = np.zeros((3, 3))
    values[1, 1] = 1.0
    found = map_of(values)
    assert found.border == "The half is passed within the map, and nowhere on its four edges."


def test_steps_follow_every_probe():
    values = np.array([0.0, 1.0, 2.0, 0.0, 1.5, 2.0, 0.0, 2.0])
    draws = np.array([0, 0, 0, 1, 1, 1, 2, 2])
    states = np.array([SHORT, BEYOND, SHORT, SHORT, SHORT, BEYOND, BEYOND, UNDEFINED])
    steps = Steps(values, draws, states)
    assert steps.passages(True).tolist() == [1.0, 2.0, -np.inf]
    assert steps.passages(False).tolist() == [-np.inf, -np.inf, np.inf]
    each = np.array([[1.0, 1.0, 1.0], [2.0, 1.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]])
    assert steps.break_even(each, True).tolist() == [1.0, 1.0, 2.0, -np.inf]
    # In the first sample two of three are beyond from 1 on, and one of two defined at 2.
    assert share_that_crosses(np.array([[SHORT, SHORT], [BEYOND, BEYOND]])) == 1.0


def test_a_future_that_goes_back_counts_as_it_stands():
    """Half pass at 1; then as many go back: the second sample is never at one half."""
    values = np.tile([0.0, 1.0, 2.0], 2)
    steps = Steps(values, np.repeat([0, 1], 3), np.array([SHORT, BEYOND, SHORT, SHORT, SHORT, BEYOND]))
    assert steps.break_even(np.array([[1.0, 1.0], [1.0, 2.0]]), True).tolist() == [1.0, 2.0]


# ------------------------------------------------------------------------------------------ against another scenario


def test_effects_are_measured_against_the_scenario_that_is_named():
    asked = {"output": "effect:lab_npv", "at_least": 0.0, "draws": 4}
    off = small("copying-off")
    found = tipping(small(), "release_window=0:6:2", against=off, **asked)
    for place, value in enumerate((0.0, 6.0)):
        effect = simulate(small(status_quo=off, release_window=value), draws=4).effect_on("lab_npv")
        assert found.levels[place, 2] == np.median(effect)
        assert found.share[place] == float((effect >= 0.0).mean())
    assert "the change of lab NPV against copying-off is at least $0" in found.finding
    assert found.id != tipping(small(), "release_window=0:6:2", **asked).id
    assert found.summary()["status_quo"] == "copying-off" and found.summary()["side"] == "at least"


def test_at_least_and_above_part_where_nothing_changes():
    """A lever at nought changes nothing: that is at least nought in every future, and above it in none."""
    shares = [
        tipping(small(), "release_window=0:2:2", output="effect:lab_npv", draws=2, **{side: 0.0}).share[0]
        for side in ("above", "below", "at_least", "at_most")
    ]
    assert shares == [0.0, 0.0, 1.0, 1.0]


# ------------------------------------------------------------------------------------------ bad questions


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"x": "release_windw"}, "did you mean 'release_window'?"),
        ({"x": "release_window=0:30"}, r"x: release_window is out of bounds \(got 30\); allowed: 0 to 20"),
        ({"x": "release_window=3:1"}, "must rise"),
        ({"x": "release_window=1:1"}, "must rise"),
        ({"x": "release_window=0:1:1"}, "allowed: 2 to 101"),
        ({"x": "release_window=0:1:many"}, "must be a whole number"),
        ({"x": "release_window=0:nan"}, "must be a parameter or lever"),
        ({"x": "release_window=0"}, "NAME=low:high:count"),
        ({"x": "release_window="}, "NAME=low:high:count"),
        ({"x": "=0:1"}, "NAME=low:high:count"),
        ({"x": None}, "NAME=low:high:count"),
        ({"x": "task_budget"}, "it needs a range"),
        ({"x": "n_labs=1.5:3"}, "whole numbers"),
        ({"x": "serving_elasticity=0.1:0.9"}, "must stay below capability_value"),
        ({"y": "release_window=0:1"}, "y: must be another parameter or lever than x"),
        ({"y": "royalty_rat"}, "did you mean 'royalty_rate'?"),
        ({"output": "lab_npw"}, "output: unknown metric 'lab_npw'; did you mean 'lab_npv'?"),
        ({"output": "effect:lab_npw"}, "did you mean 'effect:lab_npv'?"),
        ({"output": ""}, "must name a summary metric"),
        ({"above": None}, "none is given"),
        ({"below": 1.0}, "above and below are given"),
        ({"above": math.nan}, "above: must be a finite number"),
        ({"above": "much"}, "above: must be a finite number"),
        ({"against": "baselin", "output": "effect:lab_npv"}, "did you mean 'baseline'?"),
        ({"against": "baseline"}, r"against: says what an effect .* \(got lab_npv\); allowed: effect:lab_npv"),
        ({"draws": 0}, "draws: must be a whole number in range"),
        ({"draws": 10_000_000}, "too many futures"),
        ({"engine": "steam"}, "unknown engine"),
        ({"ensemble": "prio"}, "did you mean 'prior'?"),
        ({"scenario": "baselin"}, "did you mean 'baseline'?"),
    ],
)  # fmt: skip
def test_bad_questions_are_told_in_a_sentence(changes, words):
    given = {"scenario": "baseline", "x": "release_window=0:2:2", "output": "lab_npv", "above": 0.0, "draws": 2}
    given |= {"engine": "batch"} | changes
    with pytest.raises(InputError, match=words):
        econsim.tipping(**given)


def test_everything_wrong_is_said_at_once():
    with pytest.raises(InputError) as caught:
        econsim.tipping("baseline", "release_windw", "royalty_rate=0:2", output="lab_npw")
    assert len(caught.value.problems) == 4


# ------------------------------------------------------------------------------------------ axes and lines


def test_an_axis_covers_the_prior_or_the_bounds():
    prior = read_axis("copy_cost_ratio", "x", small())
    assert (prior.low, prior.high, prior.count, prior.scale) == (0.0001, 1.0, 11, "log")
    assert prior.values[5] == pytest.approx(0.01)
    lever = read_axis("royalty_rate", "x", small())
    assert (lever.low, lever.high, lever.scale) == (0.0, 0.9, "linear")


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_places_and_values_are_inverse(scale):
    axis = TippingAxis("copy_cost_ratio", 0.01, 5.0, 5, scale, False)
    values = axis.values
    assert values[0] == 0.01 and values[-1] == 5.0
    np.testing.assert_allclose(axis.value(axis.place(values)), values)
    np.testing.assert_allclose(axis.place(values), np.linspace(0.0, 1.0, 5), atol=1e-9)


def test_halfway_has_few_digits_and_ends():
    assert short_middle(0.0, 2.0, "linear", 0.02) == 1.0
    assert short_middle(1.0, 1.25, "linear", 0.02) == 1.12
    assert short_middle(1.0, 1.019, "linear", 0.02) is None
    assert short_middle(0.001, 0.1, "log", 0.01) == 0.01
    assert short_middle(0.001, 0.001005, "log", 0.01) is None


def test_the_contour_of_a_plane_is_its_line():
    y, x = np.mgrid[0:5, 0:7]
    (line,) = contour((x + y) / 10.0, 0.55)
    assert all(a + b == pytest.approx(5.5) for a, b in line)
    assert len(line) > 5 and len(set(line)) == len(line)


def test_an_island_is_a_closed_line_and_a_flat_map_has_none():
    values = np.zeros((5, 5))
    values[2, 2] = 1.0
    (line,) = contour(values, 0.5)
    assert line[0] == line[-1] and len(line) == 5
    assert contour(np.full((3, 3), 0.2), 0.5) == []
    values[2, 2] = np.nan
    assert contour(values, 0.5) == []


def test_a_saddle_is_cut_into_two_lines():
    assert len(contour(np.array([[1.0, 0.0], [0.0, 1.0]]), 0.4)) == 2
    assert len(contour(np.array([[1.0, 0.0], [0.0, 1.0]]), 0.6)) == 2
