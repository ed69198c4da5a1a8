"""Flips: plain runs at a value and just before it say what the table says, in the words of `econsim run`."""

from __future__ import annotations

import math

import numpy as np
import pytest

import econsim
from econsim.charts.flip import flip_title
from econsim.errors import InputError
from econsim.findings import NEGLIGIBLE, SMALL_CHANGE, relative_change, verdict
from econsim.parameter_book import book
from econsim.runs import DEFAULT_DRAWS
from econsim.scenario import load_scenario
from econsim.store import as_json
from econsim.studies import flip as flips
from econsim.studies.flip_assumptions import STEPS, Assumed, assumptions_of
from econsim.studies.flip_one import flip_of
from econsim.studies.flip_result import Flips
from econsim.studies.flip_search import FADES, REVERSES, VANISHES, Bracket, Scan, judged, next_to_nothing, search
from econsim.studies.median_interval import median_interval
from econsim.studies.tipping_worlds import CommonDraws, Rows
from econsim.studies.words import relative, settings

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


def test_progress_is_told_of_the_whole_search_from_its_start(monkeypatch):
    """It began with the futures as drawn, all of them done, and then had hundreds to go."""
    only(monkeypatch, FEW)
    told: list[tuple[int, int]] = []
    econsim.flip(small(), draws=DRAWS, engine="batch", progress=lambda done, total: told.append((done, total)))
    done, total = zip(*told, strict=True)
    assert list(done) == sorted(done) and done[0] == 0 and total[0] > 0.4 * total[-1] > 2 * DRAWS
    assert done[-1] == total[-1] and all(one < other for one, other in told if one < done[-1])


def plain_run(name: str, value: float | None):
    """A run with the assumption changed on both sides."""
    scenario = small() if value is None else small().with_assumptions(**{name: value})
    return econsim.simulate(scenario, DRAWS, engine="batch", keep="summaries")


def said(result) -> int | None:
    return verdict(relative_change(result, "rd_investment")).sign


def test_plain_runs_say_what_the_table_says(found):
    sign = said(plain_run("", None))
    assert found.found.sign == sign and any(one.before is not None for one in found.flips)
    for one in found.flips:
        before, at = (plain_run(one.assumed.name, value) for value in (one.before, one.value))
        if one.kind == REVERSES:
            assert said(at) == -sign and said(before) != -sign
        else:
            assert said(at) == 0 and (said(before) == sign or one.before is None)
        change = float(np.median(relative_change(at, "rd_investment")))
        assert one.verdict.median == pytest.approx(change, rel=1e-12) and one.confirmed in (True, None)
        if one.runs is not None:
            assert [run.finding for run in one.runs] == [before.finding, at.finding]
            assert [run.run_id for run in one.runs] == [before.run_id, at.run_id]


def test_what_a_reader_sees_turns_at_the_value(found):
    """The words of `econsim run` change between the two values, and not only the numbers."""
    verbs = {1: " raises frontier R&D", -1: " lowers frontier R&D", 0: " hardly moves the median of frontier R&D"}
    told = [one for one in found.flips if one.runs is not None and one.before is not None]
    assert told
    for one in told:
        before, at = (run.finding for run in one.runs)
        expected = -found.found.sign if one.kind == REVERSES else 0
        assert verbs[expected] in at and verbs[expected] not in before


def test_the_two_values_lie_close_together(found):
    for one in found.flips:
        if one.before is None:  # the default alone does it
            assert one.value == one.assumed.default and one.distance == 0.0 and one.direction == "default"
            continue
        near, far = (one.assumed.distance(value) for value in (one.before, one.value))
        assert 0.0 <= near < far
        assert one.direction == ("higher" if one.value > one.assumed.default else "lower")
        if one.inside:
            assert abs(one.assumed.place(one.value) - one.assumed.place(one.before)) <= 1.001 / STEPS


def test_all_assumptions_are_accounted_for_and_ranked(found):
    assert {one.assumed.name for one in found.flips} | {scan.assumed.name for scan in found.never} == set(FEW)
    order = [(not one.inside, one.kind == FADES, one.distance) for one in found.flips]
    assert order == sorted(order)
    told = found.summary()
    for row in told["flips"]:
        one = book().parameters[row["parameter"]]
        assert (row["default"], row["grade"], (row["low"], row["high"])) == (one.default, one.grade, one.range)
        assert row["inside_prior"] == (one.range[0] <= row["flip"] <= one.range[1])
        assert row["lies"] == ("higher" if row["flip"] > one.default else "lower" if row["before"] else "default")
        if row["runs"]:
            assert [run["value"] for run in row["runs"]] == [row["before"], row["flip"]]
    for row in told["never"]:
        assert min(row["tried"]) <= row["low"] and max(row["tried"]) > row["high"]


def test_the_first_run_is_that_of_simulate(found):
    result = econsim.simulate(small(), DRAWS, engine="batch", keep="summaries")
    assert found.found == verdict(relative_change(result, "rd_investment"))
    assert found.summary()["run_id"] == result.run_id
    head = found.headline.removesuffix(".")
    assert head in found.finding and result.finding.startswith(head)


def test_the_sentence_has_the_numbers(found):
    assert f"{len(found.never)} " in found.finding
    first = found.flips[0]
    fixed = "fixed at its default," if first.before is None else "at"
    assert f"{first.assumed.name.replace('_', ' ')} {fixed} {first.value:g}" in found.finding.replace("API", "api")
    assert not {"will", "proves", "optimal"} & set(found.finding.split())
    table = found.table()
    assert table["parameter"].tolist()[0] == first.assumed.name and table["flip"].iloc[0] == first.value
    assert f"Too few futures to judge ({DRAWS}; 20 are needed)" in found.finding and found.summary()["too_few_futures"]


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
    assert same.found.sign == 0 and same.flips == [] and same.never == []
    assert "nothing to reverse" in same.finding


def test_a_command_shows_the_answer():
    asked = flips.ask_flip("gate-and-detect", "baseline", "rd_investment", 64, 3, "default", "batch")
    assert asked.command("lab_premium", 1.5) == (
        "econsim run gate-and-detect --set status_quo=baseline --set lab_premium=1.5 --draws 64 --seed 3 "
        "--ensemble default"
    )
    other = flips.ask_flip("gate-and-detect", "baseline", "lab_npv", 64, 3, "default", "batch")
    assert other.command("lab_premium", 1.5) == f"{asked.command('lab_premium', 1.5)} --json --quiet"
    assert asked.where_told == "its finding" and 'effects, "lab_npv", "p50" in its JSON' in other.where_told
    usual = flips.ask_flip("gate-and-detect", None, "rd_investment", DEFAULT_DRAWS, 0, None, "batch")
    assert usual.command("access_lag", 4.0) == "econsim run gate-and-detect --set access_lag=4"
    assert flips.ask_flip(small(), None, "rd_investment", 2, 0, None, "batch").command("access_lag", 4.0) is None


# ------------------------------------------------------------------------------------------ searching


def made_up(monkeypatch, response, names=("leakage_rate",), status_quo=np.ones_like):
    """The scan of one assumption whose relative change is a function of its value; unchanged it is a tenth."""

    def at(self, values, numbers, *, expected=False):
        change, base = np.full(len(numbers), 0.1), np.ones(len(numbers))
        if values:
            (given,) = values.values()
            change, base = response(given), status_quo(given)
        return Rows((1.0 + change) * base, change * base, np.zeros(len(numbers), dtype=bool), base)

    monkeypatch.setattr(CommonDraws, "at", at)
    scenario = small()
    quo = scenario.without_levers()
    worlds = CommonDraws(scenario, quo, flips_settings(scenario), "hhi", True, names)
    (scan,) = search(worlds, [one for one in assumptions_of(scenario, quo) if one.name in names], 1, usual=1.0)
    return scan


def flips_settings(scenario):
    return flips.ask_flip(scenario, None, "hhi", 4, 0, None, "batch").settings


def test_fading_and_reversing_are_told_apart(monkeypatch):
    # leakage_rate: default 0.2, prior 0.03 to 0.5; the change falls from a tenth through nought to minus a tenth.
    scan = made_up(monkeypatch, lambda x: 0.1 - (x - 0.2))
    fades, reverses = scan.nearest(FADES), scan.nearest(REVERSES)
    assert fades.before <= 0.295 < fades.value <= reverses.before <= 0.305 < reverses.value
    assert max(fades.value - fades.before, reverses.value - reverses.before) < 0.47 / STEPS * 1.001
    one = flip_of(scan)
    assert (one.kind, one.value, one.direction, one.inside) == (REVERSES, reverses.value, "higher", True)
    assert abs(scan.verdicts[fades.value].median) < SMALL_CHANGE
    assert scan.verdicts[reverses.value].median <= -SMALL_CHANGE


def test_what_fades_and_never_reverses_is_told(monkeypatch):
    scan = made_up(monkeypatch, lambda x: np.where(x > 0.3, 0.001, 0.1))
    one = flip_of(scan)
    assert one.kind == FADES and one.reverses is None and one.before <= 0.3 < one.value
    assert flip_of(made_up(monkeypatch, lambda x: np.full(len(x), 0.1))) is None


def test_fading_in_the_prior_comes_before_reversing_outside(monkeypatch):
    scan = made_up(monkeypatch, lambda x: np.where(x > 0.8, -0.1, np.where(x > 0.4, 0.0, 0.1)))
    one = flip_of(scan)
    assert (one.kind, one.inside) == (FADES, True) and one.before <= 0.4 < one.value
    assert one.reverses.before <= 0.8 < one.reverses.value


def test_the_nearest_flip_is_found_on_either_side(monkeypatch):
    scan = made_up(monkeypatch, lambda x: np.where((x < 0.08) | (x > 0.47), -0.1, 0.1))
    found = scan.nearest(REVERSES)
    assert found.value < 0.08 <= found.before and found.before - found.value < 0.01  # 0.7 of the way down, 0.9 up
    assert scan.stays(REVERSES, found)


def test_outside_is_tried_where_the_prior_reverses_nothing(monkeypatch):
    scan = made_up(monkeypatch, lambda x: np.where(x > 0.9, -0.1, 0.1))
    found = scan.nearest(REVERSES)
    assert found.before <= 0.9 < found.value and found.value - found.before < 0.1
    assert scan.assumed.distance(found.value) > 1.0 and not scan.assumed.inside(found.value)


def test_a_dead_assumption_is_tried_at_its_ends_and_outside_alone(monkeypatch):
    scan = made_up(monkeypatch, lambda x: np.full(len(x), 0.1))
    assert sorted(scan.verdicts) == [0.001, 0.03, 0.2, 0.5, 0.97]


def test_a_turn_that_is_undone_again_is_told(monkeypatch):
    scan = made_up(monkeypatch, lambda x: np.where((x > 0.28) & (x < 0.4), -0.1, 0.1 + 0.2 * (x - 0.2)))
    found = scan.nearest(REVERSES)  # found since the ends of the prior differ
    assert found.before <= 0.28 < found.value and not scan.stays(REVERSES, found)


def test_a_default_that_reverses_the_finding_is_the_flip(monkeypatch):
    scan = made_up(monkeypatch, lambda x: np.full(len(x), -0.1))
    assert scan.nearest(REVERSES) == Bracket(0.2, 0.2) and scan.assumed.distance(0.2) == 0.0
    one = flip_of(scan)
    assert one.before is None and one.direction == "default" and one.stays


def test_an_effect_of_failed_or_undefined_futures_is_unknown():
    ones, failed = np.ones(10), np.arange(10) == 0
    assert judged(1.1 * ones, ones, failed).sign is None
    assert judged(np.full(10, np.nan), ones, failed & False).sign is None
    assert judged(0.9 * ones, ones, failed & False).sign == -1
    assert judged(1.004 * ones, ones, failed & False).sign == 0


def test_next_to_nothing_is_told_by_what_is_usual():
    """A world that is small in all its futures keeps its finding."""
    nil, solved = np.linspace(-0.4, 0.6, 11), np.zeros(11, dtype=bool)
    assert next_to_nothing(nil, solved, usual=5.1) and next_to_nothing(-nil, solved, usual=-5.1)
    assert not next_to_nothing(nil, solved, usual=4.9)
    assert not next_to_nothing(nil, ~solved, usual=50.0)  # nothing is known


def test_no_change_is_judged_where_next_to_nothing_is_left(monkeypatch):
    """From 0.3 on a hundredth of the status quo is left: what the change turns to there is no flip, and is told."""
    scan = made_up(
        monkeypatch, lambda x: np.where(x > 0.35, -0.1, 0.1), status_quo=lambda x: np.where(x > 0.3, 0.01, 1.0)
    )
    assert flip_of(scan) is None and scan.finding == 1
    found = scan.nearest(VANISHES)
    assert found.before <= 0.3 < found.value < found.before + 0.47 / STEPS * 1.001
    assert scan.verdicts[found.value].median == pytest.approx(0.1)  # as it is, though nothing follows from it
    assert scan.verdicts[0.5].median == pytest.approx(-0.1) and 0.5 in scan.nil
    assert max(scan.verdicts) == 0.5 and scan.closest()[0] <= 0.3  # further out nothing could be judged
    turned = made_up(
        monkeypatch, lambda x: np.where(x > 0.25, -0.1, 0.1), status_quo=lambda x: np.where(x > 0.3, 0.01, 1.0)
    )
    one = flip_of(turned)
    assert one.kind == REVERSES and one.before <= 0.25 < one.value and one.stays


@pytest.mark.slow
def test_the_tail_mandate_is_not_reversed_where_there_is_no_hidden_loss(monkeypatch):
    only(monkeypatch, ["belief_erosion"])
    scenario = load_scenario("tail-evaluation").with_(quarters=32)
    found = econsim.flip(scenario, output="hidden_loss_share", draws=21, engine="batch")
    assert found.found.sign == -1
    assert found.flips == []
    ((scan, value),) = found.vanishing
    before = scan.nearest(VANISHES).before
    assert 0.0 <= value < before <= 0.01
    drawn = econsim.simulate(scenario, 21, engine="batch", keep="summaries")
    usual = np.nanmedian(drawn.status_quo.values("hidden_loss_share"))
    for place, gone in ((before, False), (value, True)):  # plain runs have as little of it there, and this change
        changed = scenario.with_assumptions(belief_erosion=place)
        result = econsim.simulate(changed, 21, engine="batch", keep="summaries")
        left = np.nanmedian(result.status_quo.values("hidden_loss_share")) / usual
        assert (abs(left) < NEGLIGIBLE) == gone
        change = float(np.median(relative_change(result, "hidden_loss_share")))
        assert scan.verdicts[place].median == pytest.approx(change, rel=1e-12)
    assert "is left in the same world without policy; a change in per cent of that is not judged" in found.finding
    row = found.table().iloc[0]
    assert (row["does"], row["vanishes_at"]) == ("neither", value)


def test_every_uncertain_parameter_is_tried_within_what_a_scenario_accepts():
    scenario = load_scenario("gate-and-detect")
    found = assumptions_of(scenario, scenario.without_levers())
    assert {one.name for one in found} == {name for name, one in book().parameters.items() if one.uncertain}
    for one in found:
        for up, end, bound in zip((False, True), (one.low, one.high), one.bounds, strict=True):
            far = one.beyond(up)
            values = [one.default, one.halfway(end), end, *([] if far is None else [far]), bound]
            assert values == sorted(values, reverse=not up) and (far is not None or end == bound)
            if far is not None:
                scenario.with_assumptions(**{one.name: far})  # raises where that is no scenario


def test_distances_follow_the_axis_of_the_prior():
    log = Assumed("copy_cost_ratio", 0.01, 0.0001, 1.0, "log", (0.0, 1e15))
    assert log.distance(0.1) == pytest.approx(0.5) and log.distance(0.001) == pytest.approx(0.5)
    assert log.distance(0.0) == math.inf
    edge = Assumed("leakage_rate", 0.5, 0.1, 0.5, "linear", (0.0, 1.0))
    assert edge.distance(0.7) == pytest.approx(1.5) and edge.distance(0.1) == 1.0


def test_values_read_as_they_are():
    assert settings("lab_fixed_cost", 11_870.0, 11_980.0) == "$11,870M to $11,980M a quarter"
    assert settings("leakage_rate", 0.2, 0.5, " and ") == "0.2 and 0.5 a quarter"
    assert [relative(one) for one in (5.7e-9, -0.0012, 0.12, 0.0)] == ["0%", "−0.12%", "+12%", "0%"]


def test_the_further_side_is_given_up():
    up, down, stands = (judged(np.full(4, level), np.ones(4), np.zeros(4, bool)) for level in (1.2, 0.8, 1.1))
    scan = Scan(Assumed("leakage_rate", 0.2, 0.0, 0.4, "linear", (0.0, 1.0)), 1)
    scan.verdicts = {0.2: up, 0.15: down, 0.26: stands, 0.3: down}
    assert scan.wanted(REVERSES) == [Bracket(0.2, 0.15)]


# ------------------------------------------------------------------------------------------ how sure


def test_where_a_reversal_is_clear_is_found_too(monkeypatch):
    """Futures differ by up to 0.04 either way, so that the interval of the median lags behind the median."""
    draws = 41
    spread = np.linspace(-0.04, 0.04, draws)

    def at(self, values, numbers, *, expected=False):
        (given,) = values.values() if values else (np.full(len(numbers), 0.2),)
        change = 0.1 - (given - 0.2) + spread[numbers]
        return Rows(1.0 + change, change, np.zeros(len(numbers), dtype=bool), np.ones(len(numbers)))

    monkeypatch.setattr(CommonDraws, "at", at)
    only(monkeypatch, ("leakage_rate",))
    found = econsim.flip(small(), draws=draws, engine="batch")
    (one,) = found.flips
    high = median_interval(spread)[1]
    assert one.before <= 0.305 < one.value <= one.before + 0.47 / STEPS * 1.001
    assert one.interval == pytest.approx([0.3 - one.value - high, 0.3 - one.value + high])
    assert 0.5 < one.other_side < 0.6 and one.clear_inside
    assert 0.3 + high < one.clear < 0.3 + high + 0.47 / 50
    row = found.table().iloc[0]
    assert (row["clear_at"], row["other_side"]) == (one.clear, one.other_side)
    assert f"clear from {one.clear:.3g} on" in found.finding
    assert f"between {one.before:g} and {one.value:g} a quarter, higher than the default 0.2" in found.finding
    assert "reverses the median of these 41 futures, clearly so at a value in its prior" in found.finding
    assert "1 assumption can reverse the median, clearly so at a value in its prior" in flip_title(found)


def test_a_reversal_that_is_clear_nowhere_is_told(monkeypatch):
    scan = made_up(monkeypatch, lambda x: 0.1 - (x - 0.2))  # four draws give no interval
    one = flip_of(scan)
    assert one.interval is None and one.clear is None and not one.clear_inside


def test_the_interval_of_a_median_holds_it_as_often_as_it_says():
    draws = np.random.default_rng(1).normal(size=(2000, 41))
    held = [low <= 0.0 <= high for low, high in map(median_interval, draws)]
    assert 0.94 <= np.mean(held) <= 0.98  # never below, as it is discrete
    assert median_interval(np.arange(5.0)) is None and median_interval(np.arange(6.0)) == (0.0, 5.0)


def test_an_unsettled_finding_is_told(monkeypatch):
    def at(self, values, numbers, *, expected=False):
        change = np.where(numbers % 5 < 3, 0.1, -0.1)  # three fifths of the futures go one way
        return Rows(1.0 + change, change, np.zeros(len(numbers), dtype=bool), np.ones(len(numbers)))

    monkeypatch.setattr(CommonDraws, "at", at)
    few, many = (econsim.flip(small(), draws=draws, engine="batch") for draws in (25, 1000))
    assert few.found.sign == many.found.sign == 1
    assert "25 futures are too few to be sure of that verdict: the 95% interval of the median is −10%" in few.finding
    assert many.settled and "too few" not in many.finding


# ------------------------------------------------------------------------------------------ bad questions


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"output": "rd_relativ"}, "output: unknown metric 'rd_relativ'; did you mean 'rd_relative'?"),
        ({"output": "effect:hhi"}, "is a paired effect already"),
        ({"output": "collapse"}, "is yes or no in each future"),
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


def test_a_change_that_is_defined_nowhere_is_an_error():
    scenario = load_scenario("copying-off").with_(quarters=QUARTERS, rd_subsidy=0.2)
    for output in ("hidden_loss_share", "government_balance"):  # undefined; nil without policy
        with pytest.raises(InputError, match="has no relative change in any future"):
            econsim.flip(scenario, output=output, draws=2, engine="batch")


@pytest.mark.slow
def test_gate_and_detect_against_baseline_is_reversed_where_it_says():
    """All assumptions of the shipped scenario, over all of its quarters."""
    found: Flips = econsim.flip("gate-and-detect", "baseline", draws=16)
    scenario = load_scenario("gate-and-detect").with_(status_quo="baseline")
    assert all(one.confirmed is not False for one in found.flips)
    assert len(found.flips) + len(found.never) == len(assumptions_of(scenario, load_scenario("baseline")))
    first = next(one for one in found.flips if one.before is not None)
    signs = [
        said(econsim.simulate(scenario.with_assumptions(**{first.assumed.name: value}), 16, engine=found.engine))
        for value in (first.before, first.value)
    ]
    assert signs[1] == (-found.found.sign if first.kind == REVERSES else 0) and signs[0] != signs[1]


def test_some_assumptions_alone():
    found = flips.flip(small(), draws=DRAWS, engine="batch", only=["lab_premium", "copy_cost_ratio"])
    assert {scan.assumed.name for scan in found.scans} <= {"lab_premium", "copy_cost_ratio"}
    assert sorted(found.summary()["only"]) == ["copy_cost_ratio", "lab_premium"]


def test_which_assumptions_is_part_of_the_question():
    def asked(only):
        return flips.ask_flip(small(), None, "rd_investment", 2, 0, None, "batch", only)

    assert asked(["lab_premium", "access_lag"]).id == asked(["access_lag", "lab_premium", "access_lag"]).id
    assert len({asked(None).id, asked(["lab_premium"]).id, asked(["access_lag"]).id}) == 3
    with pytest.raises(InputError, match="only: unknown assumption 'lab_premum'; did you mean 'lab_premium'"):
        asked(["lab_premum"])
    fixed = small().with_(lab_premium=2.0)
    with pytest.raises(InputError, match=r"only: 'lab_premium' has no prior .*\(got 2\)"):
        flips.ask_flip(fixed, None, "rd_investment", 2, 0, None, "batch", ["lab_premium"])
    with pytest.raises(InputError, match="only: names no assumption"):
        asked([])
    with pytest.raises(InputError, match="only: must be a list of names") as caught:
        asked("lab_premium")
    assert len(caught.value.problems) == 1
