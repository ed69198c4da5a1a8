"""Flips: a plain run at the value reverses the finding, one just before it does not, and everything is searched."""

from __future__ import annotations

import functools
import math

import numpy as np
import pytest

import econsim
from econsim.errors import InputError
from econsim.parameter_book import book
from econsim.scenario import load_scenario
from econsim.store import as_json
from econsim.studies import flip as flips
from econsim.studies.flip_assumptions import Assumed, assumptions_of
from econsim.studies.flip_result import Flips
from econsim.studies.flip_search import Effect, Scan, effect_of, search
from econsim.studies.tipping_worlds import CommonDraws, Rows

QUARTERS, DRAWS = 14, 4
FEW = ("copy_cost_ratio", "api_friction", "external_harm")  # assumptions that most tests go through


def small(name: str = "gate-and-detect"):
    """Its levers start in 2027, so a short run has to start then too."""
    return load_scenario(name).with_(quarters=QUARTERS, api_restriction=0.5, detection_rate=0.5, penalty_multiple=1)


@pytest.fixture(scope="module")
def found():
    """A flip table of three assumptions."""
    with pytest.MonkeyPatch.context() as patch:
        only(patch, FEW)
        yield econsim.flip(small(), draws=DRAWS, engine="batch")


def only(patch, names):
    def some(scenario, status_quo):
        return [one for one in assumptions_of(scenario, status_quo) if one.name in names]

    patch.setattr(flips, "assumptions_of", some)


def median_effect(name: str, value: float | None) -> float:
    """Of a plain run, with the assumption changed on both sides."""
    scenario = small() if value is None else small().with_assumptions(**{name: value})
    result = econsim.simulate(scenario, DRAWS, engine="batch", keep="summaries")
    return float(np.median(result.effect_on("rd_investment")))


def test_plain_runs_confirm_every_flip(found):
    sign = math.copysign(1.0, median_effect("", None))
    assert found.effect.sign == sign and found.flips
    for one in found.flips:
        before, at = (median_effect(one.assumed.name, value) for value in (one.before, one.value))
        assert before * sign >= 0.0 > at * sign
        assert [run.effect.median for run in one.runs] == [before, at]
        assert one.confirmed
    assert any(one.before is not None for one in found.flips)


def test_the_two_values_lie_close_together(found):
    for one in found.flips:
        if one.before is None:  # the default alone reverses it
            assert one.value == one.assumed.default and one.distance == 0.0
            continue
        near, far = (one.assumed.distance(value) for value in (one.before, one.value))
        assert 0.0 <= near < far
        if one.inside:
            assert abs(one.assumed.place(one.value) - one.assumed.place(one.before)) <= 1.001 / 250


def test_all_assumptions_are_accounted_for_and_ranked(found):
    assert {one.assumed.name for one in found.flips} | {scan.assumed.name for scan in found.never} == set(FEW)
    distances = [one.distance for one in found.flips]
    assert distances == sorted(distances)
    told = found.summary()
    for row in told["flips"]:
        one = book().parameters[row["parameter"]]
        assert (row["default"], row["grade"], (row["low"], row["high"])) == (one.default, one.grade, one.range)
        assert row["inside_prior"] == (one.range[0] <= row["flip"] <= one.range[1])
        assert [run["value"] for run in row["runs"]] == [row["before"], row["flip"]]
    for row in told["never"]:
        assert min(row["tried"]) == row["bounds"][0] and max(row["tried"]) == row["bounds"][1]


def test_the_first_run_is_that_of_simulate(found):
    result = econsim.simulate(small(), DRAWS, engine="batch", keep="summaries")
    assert found.effect.median == np.median(result.effect_on("rd_investment"))
    assert found.summary()["run_id"] == result.run_id


def test_the_sentence_has_the_numbers(found):
    inside = [one for one in found.flips if one.inside]
    assert found.headline in found.finding
    assert f"{len(found.never)} never do so" in found.finding
    first = (inside or found.flips)[0]
    fixed = "fixed at its default," if first.before is None else "at"
    assert f"{first.assumed.name} {fixed} {first.value:g}" in found.finding
    assert not {"will", "proves", "optimal"} & set(found.finding.split())
    assert found.table()["parameter"].tolist()[0] == found.flips[0].assumed.name


def test_the_same_question_gives_the_same_bytes_and_id(monkeypatch):
    only(monkeypatch, ("external_harm",))
    one, other = (econsim.flip(small(), draws=2, engine="batch") for _ in range(2))
    assert as_json(one.summary()) == as_json(other.summary())
    quo = small().with_(name="nobody", **dict.fromkeys(small().levers, None))
    assert flips.ask_flip(small(), quo, "rd_investment", 2, 0, None, "agents").id == one.id
    assert flips.ask_flip(small(), None, "lab_npv", 2, 0, None, "batch").id != one.id
    assert flips.ask_flip(small(), None, "rd_investment", 3, 0, None, "batch").id != one.id


def test_nothing_to_reverse_is_said_and_nothing_is_searched(monkeypatch):
    monkeypatch.setattr(flips, "search", None)  # calling it would be an error
    scenario = load_scenario("baseline").with_(quarters=QUARTERS)
    same = econsim.flip(scenario, scenario, draws=2, engine="batch")
    assert same.effect.sign == 0 and same.flips == [] and same.never == []
    assert "nothing to reverse" in same.finding


# ------------------------------------------------------------------------------------------ searching


def made_up(monkeypatch, response, names=("leakage_rate",)):
    """The flips of one assumption whose median effect is a function of its value."""

    def at(self, values, numbers, *, expected=False):
        level = np.ones(len(numbers))
        if values:
            (given,) = values.values()
            level = response(given)
        return Rows(np.ones(len(numbers)), level, np.zeros(len(numbers), dtype=bool))

    monkeypatch.setattr(CommonDraws, "at", at)
    scenario = small()
    quo = scenario.without_levers()
    worlds = CommonDraws(scenario, quo, flips.study_settings(scenario, 4, 0, None, "batch", 4), "hhi", True, names)
    (scan,) = search(worlds, [one for one in assumptions_of(scenario, quo) if one.name in names], 1)
    return scan


def test_the_nearest_flip_is_found_on_either_side(monkeypatch):
    # leakage_rate: default 0.2, prior 0.03 to 0.5
    scan = made_up(monkeypatch, lambda x: np.where((x < 0.08) | (x > 0.47), -1.0, 1.0))
    before, value = scan.nearest()
    assert value < 0.08 <= before and before - value < 0.003  # 0.7 of the way down, 0.9 of the way up
    assert scan.stays(before, value)


def test_the_bounds_are_tried_where_the_prior_reverses_nothing(monkeypatch):
    scan = made_up(monkeypatch, lambda x: np.where(x > 0.9, -1.0, 1.0))
    before, value = scan.nearest()
    assert before <= 0.9 < value and value - before < 0.03
    assert scan.assumed.distance(value) > 1.0 and not scan.assumed.inside(value)
    assert made_up(monkeypatch, lambda x: np.ones(len(x))).nearest() is None


def test_a_reversal_that_does_not_last_is_told(monkeypatch):
    scan = made_up(monkeypatch, lambda x: np.where((x > 0.28) & (x < 0.32), -1.0, 1.0))
    before, value = scan.nearest()
    assert before <= 0.28 < value and not scan.stays(before, value)


def test_a_default_that_reverses_the_finding_is_the_flip(monkeypatch):
    scan = made_up(monkeypatch, lambda x: -np.ones(len(x)))
    assert scan.nearest() == (0.2, 0.2) and scan.assumed.distance(0.2) == 0.0


def test_no_effect_is_no_reversal(monkeypatch):
    assert made_up(monkeypatch, lambda x: np.where(x > 0.3, 0.0, 1.0)).nearest() is None


def test_an_effect_of_failed_or_undefined_futures_is_unknown():
    ones, failed = np.ones(10), np.arange(10) == 0
    assert effect_of(np.where(failed, np.nan, ones), failed, ones).sign == 0
    assert effect_of(np.full(10, np.nan), ~failed & False, ones).sign == 0
    assert effect_of(-ones, failed & False, ones) == Effect(-1.0, -1, 0.0, 1.0)
    assert effect_of(ones * 1e-15, failed & False, ones).sign == 0


def test_every_uncertain_parameter_is_tried_within_what_a_scenario_accepts():
    scenario = load_scenario("gate-and-detect")
    found = assumptions_of(scenario, scenario.without_levers())
    assert {one.name for one in found} == {name for name, one in book().parameters.items() if one.uncertain}
    for one in found:
        for up in (False, True):
            path = [*one.inner(up), *one.outer(up)]
            assert path == sorted(path, reverse=not up) and one.bounds[0] <= path[-1] <= one.bounds[1]
            assert path[0] == one.default and path[-1] == one.bounds[1 if up else 0]
            scenario.with_assumptions(**{one.name: path[-1]})  # raises where that is no scenario


def test_distances_follow_the_axis_of_the_prior():
    log = Assumed("copy_cost_ratio", 0.01, 0.0001, 1.0, "log", (0.0, 1e15))
    assert log.distance(0.1) == pytest.approx(0.5) and log.distance(0.001) == pytest.approx(0.5)
    assert log.distance(0.0) == math.inf
    edge = Assumed("leakage_rate", 0.5, 0.1, 0.5, "linear", (0.0, 1.0))
    assert edge.distance(0.7) == pytest.approx(1.5) and edge.distance(0.1) == 1.0


def test_the_further_side_is_given_up():
    scan = Scan(Assumed("leakage_rate", 0.2, 0.0, 0.4, "linear", (0.0, 1.0)))
    scan.flips = {-1: (0.2, 0.15), 1: (0.26, 0.3)}
    scan.drop_the_further_side()
    assert scan.flips == {-1: (0.2, 0.15)}


# ------------------------------------------------------------------------------------------ bad questions


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"output": "rd_relativ"}, "output: unknown metric 'rd_relativ'; did you mean 'rd_relative'?"),
        ({"output": "effect:hhi"}, "is a paired effect already"),
        ({"scenario": "gate-and-detec"}, "did you mean 'gate-and-detect'?"),
        ({"against": "baselin"}, "did you mean 'baseline'?"),
        ({"draws": 0}, "draws: must be a whole number in range"),
        ({"draws": "many"}, "draws: must be a whole number in range"),
        ({"engine": "steam"}, "unknown engine"),
    ],
)
def test_bad_questions_are_told_in_a_sentence(changes, words):
    given = {"scenario": "gate-and-detect", "draws": 2, "engine": "batch"} | changes
    with pytest.raises(InputError, match=words):
        econsim.flip(**given)


def test_an_effect_that_is_defined_nowhere_is_an_error():
    scenario = load_scenario("copying-off").with_(quarters=QUARTERS, rd_subsidy=0.2)
    with pytest.raises(InputError, match="has no effect that is defined in any future"):
        econsim.flip(scenario, output="hidden_loss_share", draws=2, engine="batch")


@pytest.mark.slow
def test_gate_and_detect_against_baseline_is_reversed_where_it_says():
    """All assumptions of the shipped scenario, over all of its quarters."""
    found: Flips = econsim.flip("gate-and-detect", "baseline", draws=16)
    first = found.flips[0]
    scenario = load_scenario("gate-and-detect").with_(status_quo="baseline")
    run = functools.partial(econsim.simulate, draws=16, engine=found.engine, keep="summaries")
    medians = [
        float(np.median(run(scenario.with_assumptions(**{first.assumed.name: value})).effect_on("rd_investment")))
        for value in (first.before, first.value)
    ]
    assert medians[0] * found.effect.sign >= 0.0 > medians[1] * found.effect.sign
    assert all(one.confirmed for one in found.flips)
    assert len(found.flips) + len(found.never) == len(assumptions_of(scenario, load_scenario("baseline")))
