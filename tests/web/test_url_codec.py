"""The link is the scenario: it reads back to the same world, and says what it could not use."""

from __future__ import annotations

import random

import pytest

from econsim import Scenario, load_scenario
from econsim.library import shipped_scenarios
from econsim.parameter_book import book
from econsim.scenario_settings import with_settings
from econsim.web.url_codec import LONGEST, OPENING, decode, encode


def random_settings(seed: int) -> dict:
    """A few levers and assumptions somewhere inside their bounds, with starts and ramps here and there."""
    rng = random.Random(seed)
    found: dict = {}
    for name in rng.sample(list(book().levers), 3):
        lever = book().levers[name]
        value = rng.uniform(0.0, min(lever.bounds[1], 4.0 * lever.moderate))
        found[name] = rng.choice([value, {"value": value, "start": "2028Q3", "ramp": 4}, {"value": value, "end": 20}])
    for name in rng.sample([name for name, row in book().parameters.items() if row.uncertain], 3):
        low, high = book().parameters[name].range
        found[name] = rng.uniform(low, high)
    if rng.random() < 0.3:
        found["geopolitics"] = False
    return found


@pytest.mark.parametrize("base", shipped_scenarios())
def test_a_shipped_scenario_is_told_by_its_name(base):
    query = encode(load_scenario(base), base)
    assert set(query) == {"v", "m", "p"}
    assert decode(query).scenario == load_scenario(base)


@pytest.mark.parametrize("seed", range(30))
def test_any_scenario_reads_back(seed):
    # The random levers start in years that a run of history does not reach.
    base = random.Random(seed).choice([name for name in shipped_scenarios() if name != "history-2023"])
    scenario = with_settings(load_scenario(base), random_settings(seed))
    read = decode(encode(scenario, base))
    assert read.scenario.hash == scenario.hash
    assert read.scenario.name == scenario.name
    assert not read.notices


@pytest.mark.parametrize("base", [None, "baseline"])
def test_a_scenario_with_firms_of_its_own_is_packed_whole(base):
    scenario = load_scenario("baseline").with_(
        name="two labs", labs=[{"cash": 9000}, {"premium": 0.4}], learning_rate={"default": 0.1, "low": 0.05, "high": 1}
    )
    query = encode(scenario, base)
    assert set(query) == {"v", "m", "w"}
    assert len(str(query)) < LONGEST
    read = decode(query)
    assert read.base is None and read.scenario.hash == scenario.hash and read.scenario.name == "two labs"


def test_the_address_without_a_query_is_the_opening():
    assert decode({}).scenario == load_scenario(OPENING)


def test_every_problem_is_named():
    told = decode({"api_restriction": "7", "foo": "1", "m": "0.0.1", "n_labs": "3.6"}).notices
    assert len(told) == 4
    for name in ("api_restriction", "foo", "0.0.1", "n_labs"):
        assert sum(name in one for one in told) == 1, name


def test_what_can_be_used_is_used():
    read = decode({"p": "royalty", "api_restriction": "7", "detection_rate": "0.25"})
    assert read.scenario.levers["detection_rate"][0].value == 0.25
    assert "api_restriction" not in read.scenario.levers
    assert read.scenario.name == "royalty"


@pytest.mark.parametrize(
    "query",
    [
        {"x": "a" * 600_000},
        {"p": "\x00<script>alert(1)</script>"},
        {"w": "!!!!"},
        {"w": "eJw"},
        {"w": "eJwLSS0uAQADkAGs"},
        {"lab_premium": "nan", "detection_rate": "inf", "royalty_rate": "1e999"},
        {"detection_rate": "0.5@1850Q1~9"},
        {"detection_rate": ";;;"},
        {"quarters": "-3", "start": "yesterday", "copying": "maybe"},
        {"lab_premium": "1:2:3", "n_labs": "1e30"},
        {"name": "x" * 500},
    ],
    ids=lambda query: "-".join(query),
)
def test_garbage_is_a_notice_and_never_an_error(query):
    read = decode(query)
    assert isinstance(read.scenario, Scenario)
    assert read.notices


def test_what_cannot_be_used_is_named_and_the_rest_holds():
    """A horizon that ends before the scenario's own levers begin is what is left out, not what else the link says."""
    read = decode({"p": "gate-and-detect", "quarters": "3", "royalty_rate": "0.2", "lab_premium": "0.5"})
    assert "quarters cannot be set here" in read.notices[0] and len(read.notices) == 1
    assert read.scenario.levers["royalty_rate"] and read.scenario.parameters["lab_premium"] == 0.5
    assert read.scenario.structure.quarters == 60


def test_a_packed_scenario_cannot_blow_up():
    import base64
    import zlib

    bomb = base64.urlsafe_b64encode(zlib.compress(b"a" * 50_000_000, 9)).decode()
    assert decode({"w": bomb}).notices


def test_names_of_strangers_are_cut_short():
    (told,) = decode({"z" * 3000: "1"}).notices
    assert len(told) < 200
