"""Sweep specs: what they mean, and what they are written back as."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from sweep_helpers import ONE_KIND_OF_BUYER, SOBOL, read_spec, spec_of

from econsim.errors import InputError
from econsim.metrics import summary_catalogue
from econsim.scenario import load_scenario
from econsim.studies.design_section import DESIGN_KEYS
from econsim.studies.sweep_spec import SPEC_KEYS, as_sweep_spec, read_sweep_spec

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "docs" / "examples").glob("*.yaml"))


# ---------------------------------------------------------------------------------------------------- what it means


def test_defaults():
    spec = spec_of()
    scenario = load_scenario("baseline")
    assert spec.scenarios == (scenario,) and spec.against == (None,)
    assert (spec.draws, spec.seed, spec.ensemble, spec.chunk, spec.rows) == (1, 0, "calibrated", 512, 8)
    segments = tuple(segment.name for segment in scenario.structure.segments)
    assert spec.metrics == tuple(summary_catalogue(segments))


def test_the_first_scenario_may_wish_for_an_ensemble():
    wishing = load_scenario("baseline").with_(name="wishing", ensemble="default")
    assert as_sweep_spec({"scenarios": [wishing, "royalty"], "design": SOBOL}).ensemble == "default"
    assert as_sweep_spec({"scenarios": ["royalty", wishing], "design": SOBOL}).ensemble == "calibrated"
    assert spec_of(wishing, ensemble="prior").ensemble == "prior"


@pytest.mark.parametrize(
    ("section", "shocks"),
    [
        (SOBOL, "own"),
        ({"method": "lhs", "samples": 8}, "own"),
        ({"method": "saltelli", "samples": 8}, "shared"),
        ({"method": "grid", "values": {"royalty_rate": [0, 0.1]}}, "shared"),
        ({"method": "list", "values": {"royalty_rate": [0, 0.1]}}, "shared"),
    ],
)
def test_futures_have_shocks_of_their_own_and_compared_points_share_them(section, shocks):
    assert spec_of(design=section).shocks == shocks
    for chosen in ("own", "shared"):
        assert spec_of(design=section, shocks=chosen).shocks == chosen


def test_metrics_stand_in_the_order_of_the_catalogue_and_are_those_that_all_have():
    assert spec_of(metrics=["welfare_pv", "rd_relative"]).metrics == ("rd_relative", "welfare_pv")
    other = load_scenario("baseline").with_(name="one kind of buyer", segments=ONE_KIND_OF_BUYER)
    shared = as_sweep_spec({"scenarios": ["royalty", other], "design": SOBOL}).metrics
    assert "hidden_loss_low" in spec_of().metrics and "hidden_loss_all" in spec_of(other).metrics
    assert not {"hidden_loss_low", "hidden_loss_all"} & set(shared) and "hidden_loss" in shared


def test_what_effects_are_measured_against_is_put_on_the_same_calendar():
    short = [load_scenario(name).with_(quarters=12, start="2027Q1") for name in ("royalty", "rd-subsidy")]
    spec = as_sweep_spec({"scenarios": short, "against": "gate-and-detect", "design": SOBOL})
    assert len(spec.against) == 2 and spec.against[0] == spec.against[1]
    against = spec.against[0]
    assert (against.structure.quarters, against.structure.start) == (12, "2027Q1")
    assert against.levers == load_scenario("gate-and-detect").levers
    unchanged = spec_of("royalty", against="gate-and-detect").against[0]
    assert unchanged.world_hash == load_scenario("gate-and-detect").world_hash


def test_relative_paths_start_in_the_folder_of_the_spec(tmp_path, monkeypatch):
    (tmp_path / "mine.yaml").write_text("extends: baseline\nlevers: {royalty_rate: 0.2}\n")
    (tmp_path / "worlds").mkdir()
    (tmp_path / "worlds" / "other.yaml").write_text("extends: ../mine.yaml\nparameters: {n_labs: 2}\n")
    monkeypatch.chdir("/")
    spec = read_spec(
        tmp_path, "scenarios: [mine.yaml, ./worlds/other.yaml]\nagainst: mine.yaml\ndesign: {method: lhs, samples: 4}\n"
    )
    assert [one.name for one in spec.scenarios] == ["mine", "other"]
    assert spec.scenarios[1].lever_paths()["royalty_rate"][0] == 0.2
    assert spec.against[0].world_hash == spec.scenarios[0].world_hash
    monkeypatch.chdir(tmp_path)
    assert spec_of("mine.yaml").scenarios == spec_of(Path("mine.yaml")).scenarios == spec.scenarios[:1]


def test_a_scenario_may_be_written_in_place(tmp_path):
    text = "scenario:\n  extends: royalty\n  name: mine\n  parameters: {n_labs: 3}\ndesign: {method: lhs, samples: 4}\n"
    scenario = read_spec(tmp_path, text).scenarios[0]
    assert scenario.name == "mine" and scenario.hash == load_scenario("royalty").with_(n_labs=3).hash


def test_a_spec_comes_as_itself_as_a_path_or_as_a_mapping(tmp_path):
    spec = read_spec(tmp_path, "scenario: baseline\ndesign: {method: sobol, samples: 8}\n")
    assert as_sweep_spec(spec) is spec
    assert as_sweep_spec(tmp_path / "spec.yaml") == as_sweep_spec(str(tmp_path / "spec.yaml")) == spec
    assert spec_of() == spec == spec_of(seed=np.int64(0), draws=1.0)
    with pytest.raises(InputError, match="given by path"):
        as_sweep_spec(3)
    with pytest.raises(InputError, match="no such file"):
        as_sweep_spec(tmp_path / "none.yaml")


def test_a_home_directory_that_is_none_is_refused():
    nobody = "~nobody-at-all/x"
    with pytest.raises(InputError, match="names a home directory that cannot be found"):
        read_sweep_spec(nobody)
    with pytest.raises(InputError) as caught:
        spec_of(nobody, {"method": "file", "file": nobody}, against=Path(nobody))
    assert [one.field for one in caught.value.problems] == ["scenario", "against", "design.file"]


# ---------------------------------------------------------------------------------------------------- identity


def test_identity_tells_apart_what_gives_other_numbers():
    base = {"scenario": "royalty", "design": {"method": "grid", "values": {"royalty_rate": [0, 0.1]}}}
    changes = [
        {},
        {"scenario": "rd-subsidy"},
        {"against": "baseline"},
        {"against": "gate-and-detect"},
        {"design": {"method": "grid", "values": {"royalty_rate": [0, 0.2]}}},
        {"draws": 2},
        {"seed": 1},
        {"shocks": "own"},
        {"ensemble": "default"},
        {"metrics": ["rd_relative"]},
        {"chunk": 8},
    ]
    found = [as_sweep_spec({**base, **change}).identity() for change in changes]
    assert len({json.dumps(one, sort_keys=True) for one in found}) == len(changes)


def test_identity_does_not_depend_on_how_it_is_said():
    longhand = {
        "scenarios": [load_scenario("royalty")],
        "design": {
            "method": "grid",
            "values": {"royalty_rate": (0.0, np.float64(0.1))},
            "parameters": ["royalty_rate"],
        },
        "draws": 1,
        "shocks": "shared",
        "ensemble": "calibrated",
    }
    short = spec_of("royalty", {"method": "grid", "values": {"royalty_rate": [0, 0.1]}})
    assert as_sweep_spec(longhand).identity() == short.identity()


WRITTEN = {
    "example: a grid": lambda: read_sweep_spec(EXAMPLES[1]),
    "example: futures": lambda: read_sweep_spec(EXAMPLES[0]),
    "sobol with ranges": lambda: spec_of(
        design={**SOBOL, "values": {"royalty_rate": [0, 0.3], "copy_cost_ratio": [1e-9, 1e15]}}
    ),
    "saltelli": lambda: spec_of(design={"method": "saltelli", "samples": 4, "second_order": True}, seed=2**63 - 1),
    "list": lambda: spec_of(design={"method": "list", "values": {"royalty_rate": [0.1, 1 / 3], "n_labs": [1, 2]}}),
    "scenario objects": lambda: as_sweep_spec(
        {
            "scenarios": [
                load_scenario("royalty").with_(name='a "quoted": name', status_quo="rd-subsidy", quarters=12),
                load_scenario("baseline").with_(
                    name="other", quarters=12, segments=ONE_KIND_OF_BUYER, labs=[{"cash": 10}, {}]
                ),
            ],
            "against": load_scenario("baseline").with_(export_wedge={"value": 2, "start": "2027Q1", "ramp": 3}),
            "design": SOBOL,
            "metrics": ["welfare_pv"],
            "chunk": 7,
        }
    ),
    "one scenario object": lambda: spec_of(load_scenario("royalty").with_(quarters=9), ensemble="default"),
}  # fmt: skip


@pytest.mark.parametrize("label", WRITTEN)
def test_what_is_written_reads_back(label, tmp_path):
    spec = WRITTEN[label]()
    again = read_spec(tmp_path, spec.to_yaml())
    assert again.identity() == spec.identity()
    assert [one.name for one in again.scenarios] == [one.name for one in spec.scenarios]
    assert again.to_yaml() == spec.to_yaml()
    assert np.array_equal(again.design.points(0, 2), spec.design.points(0, 2))


def test_paths_are_written_as_they_were_given(tmp_path, monkeypatch):
    (tmp_path / "royalty").write_text("extends: baseline\n")  # a file with the name of a shipped scenario
    (tmp_path / "points.csv").write_text("royalty_rate\n0.1\n")
    monkeypatch.chdir(tmp_path)
    spec = spec_of(Path("royalty"), {"method": "file", "file": "points.csv"})
    assert 'scenario: "./royalty"\n' in spec.to_yaml() and 'file: "points.csv"\n' in spec.to_yaml()
    assert read_spec(tmp_path, spec.to_yaml()).identity() == spec.identity()


def test_the_examples_are_two_and_say_what_they_are_for():
    assert [path.name for path in EXAMPLES] == ["futures.yaml", "royalty-grid.yaml"]
    futures, grid = (read_sweep_spec(path) for path in EXAMPLES)
    assert (futures.design.method, futures.shocks, futures.rows) == ("lhs", "own", 10_000)
    assert (grid.design.method, grid.shocks, grid.rows) == ("grid", "shared", 50 * 64)
    for path in EXAMPLES:
        assert path.read_text(encoding="utf-8").startswith("# ")


# ---------------------------------------------------------------------------------------------------- the page


def test_the_page_shows_the_examples_and_every_key():
    page = (EXAMPLES[0].parents[1] / "sweeps.md").read_text(encoding="utf-8")
    for path in EXAMPLES:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert "\n".join(line for line in lines if not line.startswith("#")) in page
    keys = {*SPEC_KEYS, *(f"design.{key}" for key in DESIGN_KEYS)}
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    assert {key for row in rows for key in re.findall("`([a-z_.]+)`", row)} >= keys
