"""Scenarios in memory: what they resolve to, how they are changed, and when two of them are the same."""

from __future__ import annotations

import copy
import dataclasses
import datetime
import json
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econsim.errors import InputError
from econsim.library import shipped_scenarios
from econsim.parameter_book import book
from econsim.scenario import Scenario, load_scenario
from econsim.scenario_schema import Lab, PriorOverride, Segment
from econsim.timeline import LeverStep

PARAMETERS, LEVERS = book().parameters, book().levers


# ------------------------------------------------------------------------------------------------ any scenario


@st.composite
def lever_specs(draw, name, quarters):
    level = st.floats(*LEVERS[name].bounds)
    kind = draw(st.sampled_from(["number", "step", "steps"]))
    if kind == "number":
        return draw(level)
    starts = sorted(draw(st.sets(st.integers(0, quarters - 1), min_size=1, max_size=1 if kind == "step" else 4)))
    steps = []
    for begin, following in zip(starts, [*starts[1:], quarters], strict=True):
        when = begin if draw(st.booleans()) else f"{2026 + begin // 4}Q{begin % 4 + 1}"
        step = {"value": draw(level), "start": when}
        if draw(st.booleans()):
            step["end"] = draw(st.integers(begin + 1, following))
        if draw(st.booleans()):
            step["ramp"] = draw(st.integers(0, step["end"] - begin if "end" in step else quarters))
        steps.append(step)
    return steps[0] if kind == "step" else steps


@st.composite
def parameter_specs(draw, name):
    row = PARAMETERS[name]
    low, high = row.range or (row.default, row.default)
    if row.integer:
        return draw(st.integers(int(row.bounds[0]), int(row.bounds[1])))
    if low == high or draw(st.booleans()):
        return draw(st.floats(low, high))
    ends = sorted(draw(st.lists(st.floats(low, high), min_size=3, max_size=3)))
    return {"low": ends[0], "default": ends[1], "high": ends[2]} if ends[0] < ends[2] else ends[0]


@st.composite
def scenarios(draw):
    quarters = draw(st.integers(4, 80))
    overrides = {"quarters": quarters}
    for name in draw(st.sets(st.sampled_from(list(LEVERS)), max_size=4)):
        overrides[name] = draw(lever_specs(name, quarters))
    for name in draw(st.sets(st.sampled_from(list(PARAMETERS)), max_size=5)):
        overrides[name] = draw(parameter_specs(name))
    for name in draw(st.sets(st.sampled_from(["copying", "public_fringe", "geopolitics", "own_tier"]))):
        overrides[name] = draw(st.booleans())
    if draw(st.booleans()) and "n_labs" not in overrides:
        overrides["labs"] = [{"cash": draw(st.floats(0, 1e6))}, {"name": "second"}, {}]
    if draw(st.booleans()):
        overrides["segments"] = [
            {"name": "all", "budget_share": 0.25, "tail_weight": 0.5},
            {"name": "more", "budget_share": 0.75, "tail_weight": 0},
        ]
    overrides["description"] = (
        draw(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40)).strip() or None
    )
    overrides["status_quo"] = draw(
        st.sampled_from([None, "baseline", "strong-moats", Scenario(name="mine").with_(n_labs=2)])
    )
    overrides["fidelity_law"] = draw(st.sampled_from([None, "constant_retention"]))
    return Scenario(name="drawn").with_(**overrides)


@settings(deadline=None)
@given(scenarios())
def test_written_and_read_again_it_is_the_same(scenario):
    again = Scenario.from_yaml(scenario.to_yaml())
    assert again == scenario
    assert again.hash == scenario.hash
    assert again.to_yaml() == scenario.to_yaml()
    assert "extends" not in scenario.to_yaml()


@settings(deadline=None)
@given(scenarios())
def test_words_and_ensemble_change_no_hash(scenario):
    other = scenario.with_(name="other", question="Why?", description="…", sources=["a book"], ensemble="default")
    assert other.hash == scenario.hash
    assert other.world_hash == scenario.world_hash
    assert other != scenario


@settings(deadline=None)
@given(scenarios(), st.data())
def test_any_number_that_differs_changes_the_hash(scenario, data):
    scenario = scenario.with_(own_tier=True)  # every parameter is in force
    name = data.draw(st.sampled_from([*PARAMETERS, *LEVERS]))
    if name in LEVERS:
        value = data.draw(lever_specs(name, scenario.structure.quarters))
    else:
        value = data.draw(parameter_specs(name))
    try:
        other = scenario.with_(**{name: value})
    except InputError:  # a count that contradicts the firms listed
        return
    same = other.assumptions == scenario.assumptions and all(
        np.array_equal(other.lever_paths()[lever], scenario.lever_paths()[lever]) for lever in LEVERS
    )
    assert (other.world_hash == scenario.world_hash) == same


@settings(deadline=None)
@given(scenarios())
def test_it_survives_pickling_and_copying(scenario):
    for again in (pickle.loads(pickle.dumps(scenario)), copy.deepcopy(scenario), dataclasses.replace(scenario)):
        assert again == scenario
        assert again.hash == scenario.hash
        assert hash(again) == hash(scenario)


@settings(deadline=None)
@given(scenarios())
def test_canonical_is_plain_json_and_complete(scenario):
    canonical = scenario.canonical()
    assert json.loads(json.dumps(canonical)) == canonical
    in_force = [name for name, row in PARAMETERS.items() if not row.switch or scenario.switches.own_tier]
    assert list(canonical["parameters"]) == in_force
    assert {name: len(path) for name, path in canonical["levers"].items()} == dict.fromkeys(
        LEVERS, scenario.structure.quarters
    )


# ------------------------------------------------------------------------------------------------ the same world


def test_spellings_of_the_same_world_hash_alike():
    base = Scenario()
    assert base.with_(rd_subsidy=0).hash == base.hash
    assert base.with_(rd_subsidy=[{"value": 0, "start": 4}]).hash == base.hash
    assert base.with_(rd_subsidy=-0.0).hash == base.hash
    assert base.with_(n_labs=4).hash == base.hash
    assert base.with_(labs=[{}, {}, {"name": "third"}, {"cost_factor": 1}]).hash == base.hash
    assert base.with_(start="2026-02-14").hash == base.hash
    assert base.with_(copying=True, fidelity_law="water_filling").hash == base.hash
    row = PARAMETERS["access_lag"]
    whole = {"default": row.default, "low": row.prior.low, "high": row.prior.high}
    assert base.with_(access_lag=whole).hash == base.hash
    one = base.with_(royalty_rate={"value": 0.2, "start": "2027Q1", "end": "2030Q1"})
    two = base.with_(royalty_rate=[{"value": 0.2, "start": 4, "end": 9}, {"value": 0.2, "start": 9, "end": 16}])
    assert one.hash == two.hash


def test_worlds_that_differ_hash_apart():
    base = Scenario()
    others = [
        base.with_(access_lag=PARAMETERS["access_lag"].default),  # certain, not left to its prior
        base.with_(n_labs=3),
        base.with_(labs=[{"cash": 1.0}, {}, {}, {}]),
        base.with_(labs=[{}, {"cash": 1.0}, {}, {}]),
        base.with_(distillers=[{"foreign": True}] * 10),
        base.with_(copying=False),
        base.with_(public_fringe=False),
        base.with_(geopolitics=False),
        base.with_(own_tier=True),
        base.with_(own_tier=True, own_tier_gap=2),
        base.with_(fidelity_law="constant_retention"),
        base.with_(quarters=40),
        base.with_(start="2027Q1"),
        base.with_(rd_subsidy=0.2),
        base.with_(rd_subsidy={"value": 0.2, "start": 1}),
        base.with_(segments=[{"name": "all", "budget_share": 1, "tail_weight": 0.4}]),
    ]
    assert len({one.world_hash for one in [base, *others]}) == len(others) + 1


def test_status_quo_counts_in_hash_and_not_in_world_hash():
    base = Scenario()
    named = base.with_(status_quo="strong-moats")
    assert named.hash != base.hash
    assert named.world_hash == base.world_hash
    policy = base.with_(royalty_rate=0.2)
    assert policy.with_(status_quo="baseline").hash == policy.hash  # the baseline is what it is without levers


# ------------------------------------------------------------------------------------------------ what it resolves to


def test_defaults_are_the_book():
    assumptions = Scenario().assumptions
    assert list(assumptions) == list(PARAMETERS)
    for name, row in PARAMETERS.items():
        one = assumptions[name]
        in_force = row.range if row.switch is None else None
        assert (one.low, one.high) == (in_force or (row.default, row.default))
        assert one.default == row.default
        assert one.fixed == (in_force is None)
        if in_force is not None:
            assert one.scale == row.prior.scale


def test_overrides_in_assumptions():
    scenario = Scenario().with_(
        access_lag=1,
        leakage_rate={"default": 0.2, "low": 0.01, "high": 0.5},
        vendor_inertia={"default": 0.3, "low": 0, "high": 0.5},
    )
    lag, leakage, inertia = (scenario.assumptions[name] for name in ("access_lag", "leakage_rate", "vendor_inertia"))
    assert lag.fixed and lag.default == lag.low == lag.high == 1.0
    assert (leakage.low, leakage.high, leakage.scale) == (0.01, 0.5, "log")  # high / low is 50
    assert (inertia.low, inertia.high, inertia.scale) == (0.0, 0.5, "linear")


def test_firms_listed_set_their_number():
    scenario = Scenario().with_(labs=[{"cash": 1000}, {"premium": 0}], distillers=[{"foreign": True}])
    assert scenario.assumptions["n_labs"].default == 2
    assert scenario.assumptions["n_distillers"].default == 1
    assert scenario.assumptions["n_labs"].fixed
    assert scenario.structure.labs == (Lab(cash=1000.0), Lab(premium=0.0))


def test_lever_paths_cover_every_lever_and_are_read_only():
    paths = Scenario().with_(detection_rate={"value": 0.6, "start": "2027-01", "ramp": 1}, quarters=8).lever_paths()
    assert list(paths) == list(LEVERS)
    np.testing.assert_allclose(paths["detection_rate"], [0, 0, 0, 0, 0.3, 0.6, 0.6, 0.6])
    assert not paths["rd_subsidy"].any()
    with pytest.raises(ValueError, match="read-only"):
        paths["rd_subsidy"][0] = 1.0


def test_period_dates_follow_the_start():
    scenario = Scenario().with_(quarters=3, start="2026-11-05")
    expected = [datetime.date(2026, 10, 1), datetime.date(2027, 1, 1), datetime.date(2027, 4, 1)]
    assert scenario.period_dates() == expected


def test_has_levers_means_a_path_that_moves():
    assert not Scenario().has_levers
    assert not Scenario().with_(rd_subsidy=0).has_levers
    assert Scenario().with_(rd_subsidy={"value": 0.1, "start": 59}).has_levers


def test_status_quo_is_itself_without_levers_unless_named():
    policy = Scenario(name="mine").with_(royalty_rate=0.2, access_lag=2)
    quo = policy.status_quo_scenario()
    assert not quo.has_levers
    assert quo.parameters == policy.parameters
    assert quo.status_quo_scenario() is None
    assert Scenario().status_quo_scenario() is None
    assert policy.with_(status_quo="baseline").status_quo_scenario().parameters == {}


def test_a_named_status_quo_takes_the_calendar():
    scenario = load_scenario("free-copying").with_(quarters=20, start="2027Q1")
    quo = scenario.status_quo_scenario()
    assert (quo.structure.quarters, quo.structure.start) == (20, "2027Q1")
    assert quo.parameters == load_scenario("baseline").parameters


def test_with_assumptions_moves_the_status_quo_too():
    both = load_scenario("free-copying").with_assumptions(lab_substitution=3.0)
    assert both.assumptions["lab_substitution"].default == 3.0
    quo = both.status_quo_scenario()
    assert quo.assumptions["lab_substitution"].default == 3.0
    assert quo.assumptions["copy_cost_ratio"] == load_scenario("baseline").assumptions["copy_cost_ratio"]
    own = Scenario().with_(rd_subsidy=0.2).with_assumptions(lab_substitution=3.0)
    assert own.status_quo is None
    assert own.status_quo_scenario().assumptions["lab_substitution"].default == 3.0


def test_twins():
    scenario = load_scenario("gate-and-detect").with_(status_quo="strong-moats")
    quiet, alone = scenario.without_levers(), scenario.without_copying()
    assert not quiet.has_levers and quiet.switches == scenario.switches
    assert not alone.switches.copying and alone.switches.public_fringe
    assert alone.levers == scenario.levers
    assert quiet.status_quo is None and alone.status_quo is None


def test_extrapolations_name_what_leaves_the_evidence():
    scenario = Scenario().with_(
        access_lag=10, leakage_rate={"default": 0.2, "low": 0.01, "high": 0.5}, labs=[{}, {"cash": 1}], n_distillers=20
    )
    fields = [problem.field for problem in scenario.extrapolations]
    assert fields == ["parameters.access_lag", "parameters.leakage_rate", "structure.labs.1.cash"]
    assert "got 10" in str(scenario.extrapolations[0]) and "0 to 4" in str(scenario.extrapolations[0])
    assert not Scenario().extrapolations


# ------------------------------------------------------------------------------------------------ with_


def test_with_leaves_the_original_alone():
    base = Scenario()
    before = base.hash
    changed = base.with_(access_lag=1, rd_subsidy=0.2, copying=False, quarters=20)
    assert base.hash == before and not base.parameters and not base.levers and base.switches.copying
    assert changed.parameters == {"access_lag": 1.0}
    assert changed.levers == {"rd_subsidy": (LeverStep(0.2),)}
    assert (changed.switches.copying, changed.structure.quarters) == (False, 20)


def test_a_scenario_cannot_be_changed_in_place():
    scenario = Scenario().with_(access_lag=1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        scenario.name = "x"
    for change in (
        lambda: scenario.parameters.update(access_lag=2),
        lambda: scenario.parameters.__setitem__("access_lag", 2),
        lambda: scenario.levers.pop("rd_subsidy", None),
    ):
        with pytest.raises(TypeError, match="with_"):
            change()


def test_none_takes_an_override_away():
    base = Scenario()
    changed = base.with_(
        access_lag=1, rd_subsidy=0.2, copying=False, quarters=20, fidelity_law="constant_retention",
        ensemble="default", status_quo="baseline", labs=[{}],
    )  # fmt: skip
    names = ("access_lag", "rd_subsidy", "copying", "quarters", "fidelity_law", "ensemble", "status_quo", "labs")
    assert changed.with_(**dict.fromkeys(names)) == base


@pytest.mark.parametrize(
    "value", [np.float64(0.25), np.float32(0.25), np.array(0.25), 0.25, {"value": np.float32(0.25)}, LeverStep(0.25)]
)
def test_numpy_scalars_are_numbers(value):
    scenario = Scenario().with_(rd_subsidy=value)
    assert scenario.levers["rd_subsidy"] == (LeverStep(0.25),)
    assert type(scenario.levers["rd_subsidy"][0].value) is float
    assert scenario.hash == Scenario().with_(rd_subsidy=0.25).hash


def test_whole_numbers_of_any_type():
    base = Scenario()
    assert {base.with_(n_labs=n).hash for n in (3, 3.0, np.int64(3), np.float64(3))} == {base.with_(n_labs=3).hash}
    assert base.with_(quarters=np.int32(20)).structure.quarters == 20
    assert base.with_(rd_subsidy={"value": 0.1, "start": np.int64(4)}).levers["rd_subsidy"][0].start == 4


def test_typed_values_are_accepted():
    segment = Segment("all", 1.0, 0.5)
    scenario = Scenario().with_(
        segments=[segment],
        labs=[Lab(cash=5.0)],
        access_lag=PriorOverride(0.5, 0.1, 1.0),
        rd_subsidy=[LeverStep(0.1, 4)],
    )
    assert scenario.structure.segments == (segment,)
    assert scenario.parameters["access_lag"] == PriorOverride(0.5, 0.1, 1.0)
    assert Scenario(**{one.name: getattr(scenario, one.name) for one in dataclasses.fields(scenario)}) == scenario


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"detecton_rate": 0.5}, ["detecton_rate", "did you mean 'detection_rate'"]),
        ({"phi": 0.5}, ["unknown field of a scenario 'phi'"]),
        ({"detection_rate": 1.5}, ["levers.detection_rate", "got 1.5", "0 to 1"]),
        ({"detection_rate": True}, ["levers.detection_rate", "not true or false"]),
        ({"detection_rate": "0.3"}, ["levers.detection_rate", "not text", "'0.3'"]),
        ({"detection_rate": float("nan")}, ["finite", "nan"]),
        ({"detection_rate": np.inf}, ["finite", "inf"]),
        ({"detection_rate": np.array([0.1, 0.2])}, ["must be a number"]),
        ({"detection_rate": 10**400}, ["finite", "very large"]),
        ({"detection_rate": {"value": 0.3, "begin": 4}}, ["levers.detection_rate.begin", "unknown field of a lever"]),
        ({"detection_rate": {"start": 4}}, ["levers.detection_rate.value", "missing"]),
        ({"detection_rate": []}, ["levers.detection_rate", "no steps"]),
        ({"access_lag": {"default": 1, "low": 1, "high": 1}}, ["access_lag.low", "below 'high'"]),
        ({"access_lag": {"default": 3, "low": 0, "high": 2}}, ["access_lag.default", "outside its own prior"]),
        ({"access_lag": {"default": 1}}, ["access_lag.low", "access_lag.high", "missing"]),
        ({"access_lag": [1, 2]}, ["parameters.access_lag", "must be a number", "a list of 2"]),
        ({"n_labs": 2.5}, ["parameters.n_labs", "whole number", "1 to 12"]),
        ({"copying": 1}, ["switches.copying", "true or false"]),
        ({"copying": "off"}, ["switches.copying", "true or false"]),
        ({"quarters": 0}, ["structure.quarters", "1 to 400"]),
        ({"quarters": 401}, ["structure.quarters", "1 to 400"]),
        ({"start": "soon"}, ["structure.start", "'soon'", "2027Q1"]),
        ({"fidelity_law": "water_filing"}, ["fidelity.law", "did you mean 'water_filling'"]),
        ({"fidelity_law": "busbridge2025"}, ["fidelity.law", "does not drive the economy", "refinement"]),
        ({"ensemble": "priors"}, ["ensemble", "did you mean 'prior'"]),
        ({"status_quo": "basline"}, ["status_quo", "did you mean 'baseline'"]),
        ({"status_quo": 3}, ["status_quo", "got 3"]),
        ({"name": ""}, ["name", "empty"]),
        ({"name": "two\nlines"}, ["name", "one line"]),
        ({"description": "bell \x07"}, ["description", "cannot be printed"]),
        ({"sources": "a book"}, ["sources", "list of texts"]),
        ({"n_labs": 3, "labs": [{}, {}]}, ["n_labs", "contradicts", "got 3", "2"]),
        ({"serving_elasticity": 0.9}, ["serving_elasticity must stay below capability_value"]),
        ({"capability_value": 0.6}, ["parameters.capability_value", "stay below"]),
    ],
)  # fmt: skip
def test_with_says_what_is_wrong(overrides, words):
    with pytest.raises(InputError) as caught:
        Scenario().with_(**overrides)
    for word in words:
        assert word in str(caught.value)


def test_with_reports_everything_at_once():
    with pytest.raises(InputError) as caught:
        Scenario().with_(detecton_rate=0.1, access_lag=-1, copying=3, quarters=0)
    fields = [problem.field for problem in caught.value.problems]
    assert fields == ["detecton_rate", "parameters.access_lag", "structure.quarters", "switches.copying"]


def test_the_constructor_checks_too():
    with pytest.raises(InputError, match="did you mean 'detection_rate'"):
        Scenario(levers={"detecton_rate": 0.2})
    assert Scenario(levers={"detection_rate": 0.2}) == Scenario().with_(detection_rate=0.2)


@pytest.mark.parametrize("name", list(LEVERS))
def test_each_lever_has_both_ends(name):
    low, high = LEVERS[name].bounds
    for value in (low, high):
        assert Scenario().with_(**{name: value}).lever_paths()[name][0] == value
    for value in (low - 1e-9, high + 1e-9):
        with pytest.raises(InputError, match=name):
            Scenario().with_(**{name: value})


@pytest.mark.parametrize("name", list(PARAMETERS))
def test_each_parameter_has_both_ends(name):
    low, high = PARAMETERS[name].bounds
    aside = {"serving_elasticity": {"capability_value": 5.0}, "capability_value": {"serving_elasticity": 0.0}}
    for value in (low, high):
        assert Scenario().with_(**{name: value, **aside.get(name, {})}).assumptions[name].default == value
    for value in (low - 1, high + max(1.0, abs(high) * 1e-6)):
        with pytest.raises(InputError, match=name):
            Scenario().with_(**{name: value})


@pytest.mark.parametrize("name", list(shipped_scenarios()))
def test_shipped_scenarios_round_trip(name):
    scenario = load_scenario(name)
    assert Scenario.from_yaml(scenario.to_yaml()).hash == scenario.hash
