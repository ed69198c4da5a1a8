"""What a result is about, in words: what is in force is named, and nothing else is."""

from __future__ import annotations

import pytest

from econsim import load_scenario, simulate
from econsim.scenario_settings import with_settings
from econsim.subject_words import listed_briefly, package_of, subject_of, world_of

OFF = {"api_restriction": 0, "detection_rate": 0, "penalty_multiple": 0, "enforcement_reach": 0}


@pytest.mark.parametrize(
    ("name", "settings", "subject"),
    [
        ("gate-and-detect", {}, "gate-and-detect"),
        (
            "gate-and-detect",
            {"detection_rate": 0.5},
            "gate-and-detect with detection_rate 0.5 at other times",
        ),  # at once, not phased in
        ("gate-and-detect", {"detection_rate": 0}, "gate-and-detect with detection_rate 0"),
        ("gate-and-detect", {"royalty_rate": 0.2}, "gate-and-detect with royalty_rate 0.2"),
        ("gate-and-detect", OFF, "copying"),
        ("gate-and-detect", {**OFF, "royalty_rate": 0.2}, "baseline with royalty_rate 0.2"),
        ("gate-and-detect", {**OFF, "penalty_multiple": 0.75}, "baseline with penalty_multiple 0.75"),
        ("baseline", {"royalty_rate": 0.2, "rd_subsidy": 0}, "baseline with royalty_rate 0.2"),
        ("baseline", {"lab_premium": 2}, "copying"),
        ("royalty", {"royalty_rate": [{"value": 0.2}, {"value": 0.2, "start": "2030Q1"}]}, "royalty"),  # the same path
        (
            "royalty",
            {"royalty_rate": [{"value": 0.5}, {"value": 0, "start": "2030Q1"}]},
            "royalty with royalty_rate 0.5 then 0",
        ),
        (
            "royalty",
            {"royalty_rate": {"value": 0.2, "start": "2032Q1"}},
            "royalty with royalty_rate 0.2 at other times",
        ),
    ],
)
def test_what_is_in_force_is_named(name, settings, subject):
    assert subject_of(with_settings(load_scenario(name), settings)) == subject


def test_the_same_world_has_the_same_name():
    """Wherever one started from: the runs are one and the same too."""
    one, other = (
        with_settings(load_scenario(name), settings)
        for name, settings in (("gate-and-detect", {**OFF, "royalty_rate": 0.2}), ("baseline", {"royalty_rate": 0.2}))
    )
    assert one.hash == other.hash and subject_of(one) == subject_of(other)


def test_a_world_of_its_own_stays_in_the_name(monkeypatch):
    """Levers taken away leave a scenario that is no baseline: its name goes on, with the remark that they are off."""
    own = load_scenario("gate-and-detect").with_(lab_premium=2)
    shipped = {"gate-and-detect": own, "baseline": load_scenario("baseline")}
    monkeypatch.setattr("econsim.subject_words.shipped_scenario", shipped.__getitem__)
    assert package_of(own.with_(**OFF, royalty_rate=0.2)) == (
        "gate-and-detect without its levers",
        ["royalty_rate 0.2"],
    )


def test_what_the_status_quo_does_not_share_makes_the_difference():
    alone = load_scenario("own-tier").with_(lab_premium=2)
    assert subject_of(alone) == "own-tier with lab_premium 2" and world_of(alone) == []
    both = with_settings(load_scenario("own-tier"), {"lab_premium": 2})
    assert subject_of(both) == "own-tier" and world_of(both) == ["lab_premium 2"]


def test_a_file_of_ones_own_is_its_name():
    mine = load_scenario("royalty").with_(name="mine", lab_premium=2, royalty_rate=0.3, copying=False)
    assert subject_of(mine) == "mine" and world_of(mine) == []


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, []),
        ({"lab_premium": 2, "copying": False}, ["lab_premium 2", "no copying"]),
        ({"public_fringe": False, "own_tier": True}, ["no public fringe", "small models of the labs' own"]),
        ({"access_lag": {"default": 1, "low": 0.5, "high": 2}}, ["access_lag 0.5 to 2"]),
        ({"fidelity_law": "constant_retention"}, ["fidelity law constant_retention"]),
        ({"royalty_rate": 0.4}, []),
    ],
)
def test_assumptions_on_top_are_told(settings, told):
    assert world_of(with_settings(load_scenario("royalty"), settings)) == told


@pytest.mark.parametrize(
    ("count", "told"),
    [(0, ""), (1, "a"), (2, "a and b"), (3, "a, b and c"), (4, "a, b and 2 more settings")],
)
def test_settings_in_a_sentence(count, told):
    assert listed_briefly("abcdef"[:count]) == told


def test_findings_say_in_which_world():
    strong = with_settings(load_scenario("royalty"), {"lab_premium": 2.5, "quarters": 14})
    assert simulate(strong, draws=4, engine="batch").finding.startswith(
        "With lab_premium 2.5, against the same world without policy, royalty "
    )
    no_copying = with_settings(load_scenario("royalty"), {"copying": False, "quarters": 14})
    assert simulate(no_copying, draws=4, engine="batch").finding.startswith(
        "Nothing changes: with no copying, royalty is the same as "
    )
