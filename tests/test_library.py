"""Scenario files: the shipped ones, finding them, inheritance, the template and the schema for editors."""

from __future__ import annotations

import re
from pathlib import Path

import jsonschema
import pytest

from econsim import library
from econsim.errors import InputError
from econsim.library import shipped_name, shipped_scenarios
from econsim.parameter_book import book
from econsim.scenario import Scenario, load_scenario, validate_file
from econsim.scenario_template import MOST_USED, json_schema, template
from econsim.timeline import LeverStep
from econsim.yaml_reader import read_yaml, read_yaml_text

SHIPPED = shipped_scenarios()
SCHEMA = json_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


# ------------------------------------------------------------------------------------------------ shipped


def test_what_is_shipped():
    assert list(SHIPPED) == [
        "baseline", "copying-off", "export-controls", "free-copying", "gate-and-detect", "geopolitics-off",
        "history-2023", "liability", "monopoly-lab", "open-commons", "own-tier", "rd-subsidy", "release-window",
        "royalty", "strong-moats", "tail-evaluation", "weak-moats",
    ]  # fmt: skip


@pytest.mark.parametrize("name", list(SHIPPED))
def test_each_shipped_scenario_is_complete(name):
    scenario = load_scenario(name)
    assert scenario.name == name
    assert scenario.question.endswith("?")
    sentences = re.findall(r"[.?!](?:\s|$)", scenario.description)
    assert 2 <= len(sentences) <= 4
    assert scenario.sources
    assert set(scenario.sources) <= set(book().references)
    # The money of another year lies outside the book's ranges.
    assert not scenario.extrapolations or scenario.structure.start < "2026"


@pytest.mark.parametrize("name", list(SHIPPED))
def test_each_shipped_scenario_pulls_one_kind_of_string(name):
    """A policy is the baseline plus levers, and another world has no levers and is measured against the baseline."""
    scenario, baseline = load_scenario(name), load_scenario("baseline")
    if scenario.has_levers:
        assert scenario.without_levers().world_hash == baseline.world_hash
        assert scenario.status_quo_scenario().world_hash == baseline.world_hash
    elif scenario.structure.start != baseline.structure.start:
        assert scenario.status_quo is None  # another calendar: effects are of copying itself
    elif name != "baseline":
        assert scenario.status_quo == "baseline"
        assert scenario.world_hash != baseline.world_hash


def test_shipped_scenarios_all_differ():
    assert len({load_scenario(name).world_hash for name in SHIPPED}) == len(SHIPPED)


def test_moat_scenarios_stand_at_the_ends_of_the_ranges():
    for name, end in (("strong-moats", 1), ("weak-moats", 0)):
        for moat in ("lab_premium", "vendor_inertia", "data_flywheel", "access_lag"):
            assert load_scenario(name).assumptions[moat].default == book().parameters[moat].range[end]


def test_the_package_folder_comes_before_the_one_beside_it(tmp_path, monkeypatch):
    package = tmp_path / "econsim"
    for folder in (package / "scenarios", tmp_path / "scenarios"):
        folder.mkdir(parents=True)
        write(folder, **{folder.parent.name.replace("-", "_"): "name: x"})
    monkeypatch.setattr(library, "__file__", str(package / "library.py"))
    assert list(shipped_scenarios()) == ["econsim"]
    (package / "scenarios" / "econsim.yaml").unlink()
    (package / "scenarios").rmdir()
    assert list(shipped_scenarios()) == [tmp_path.name.replace("-", "_")]


# ------------------------------------------------------------------------------------------------ finding


def test_names_take_underscores():
    assert shipped_name("free_copying") == "free-copying"
    assert load_scenario("free_copying") == load_scenario("free-copying")


def test_a_loaded_scenario_comes_back():
    scenario = load_scenario("baseline")
    assert load_scenario(scenario) is scenario


@pytest.mark.parametrize(("name", "nearest"), [("basline", "baseline"), ("strong_moat", "strong-moats")])
def test_unknown_names_get_the_nearest(name, nearest):
    with pytest.raises(InputError, match=f"unknown scenario '{name}'.*did you mean '{nearest}'"):
        load_scenario(name)


@pytest.mark.parametrize("name", ["", " ", "\0", "x" * 5000, "zzz"])
def test_hopeless_names_get_the_list(name):
    with pytest.raises(InputError, match="unknown scenario"):
        load_scenario(name)


@pytest.mark.parametrize("wrong", [None, 3, ["baseline"]])
def test_neither_name_nor_path(wrong):
    with pytest.raises(InputError, match="by name or path"):
        load_scenario(wrong)


def test_paths(tmp_path, monkeypatch):
    write(tmp_path, mine="levers: {rd_subsidy: 0.1}")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bare").write_text("parameters: {access_lag: 1}", encoding="utf-8")
    for way in ("mine.yaml", "./mine.yaml", str(tmp_path / "mine.yaml"), tmp_path / "mine.yaml", Path("mine.yaml")):
        assert load_scenario(way).name == "mine"
    assert load_scenario("bare").parameters == {"access_lag": 1.0}
    for missing in ("gone.yaml", "./gone", tmp_path / "gone"):
        with pytest.raises(InputError, match="no such file"):
            load_scenario(missing)
    with pytest.raises(InputError, match="directory"):
        load_scenario(tmp_path)
    write(tmp_path, baseline="levers: {rd_subsidy: 0.1}")
    assert not load_scenario("baseline").has_levers  # the shipped name wins
    assert load_scenario("./baseline.yaml").has_levers


def test_a_file_that_changes_on_disk_is_read_again(tmp_path):
    write(tmp_path, mine="levers: {rd_subsidy: 0.1}")
    first = load_scenario(tmp_path / "mine.yaml")
    write(tmp_path, mine="levers: {rd_subsidy: 0.25}")
    second = load_scenario(tmp_path / "mine.yaml")
    assert (first.levers["rd_subsidy"], second.levers["rd_subsidy"]) == ((LeverStep(0.1),), (LeverStep(0.25),))


# ------------------------------------------------------------------------------------------------ extends


def test_a_child_replaces_entry_by_entry(tmp_path):
    write(
        tmp_path,
        parent="""
name: parent
question: The parent's?
description: The parent's.
sources: [a]
parameters: {access_lag: 1, n_labs: 3, leakage_rate: {default: 0.2, low: 0.1, high: 0.3}}
levers: {rd_subsidy: 0.1, royalty_rate: {value: 0.2, start: 8}}
structure: {quarters: 40, start: 2027Q1}
switches: {geopolitics: false}
fidelity: {law: constant_retention}
ensemble: default
status_quo: baseline
""",
        child="""
extends: parent.yaml
parameters: {access_lag: 2, leakage_rate: 0.3}
levers: {royalty_rate: 0.3}
structure: {quarters: 20}
switches: {public_fringe: false}
""",
    )
    child = load_scenario(tmp_path / "child.yaml")
    assert child.parameters == {"access_lag": 2.0, "n_labs": 3, "leakage_rate": 0.3}
    assert child.levers == {"rd_subsidy": (LeverStep(0.1),), "royalty_rate": (LeverStep(0.3),)}
    assert (child.structure.quarters, child.structure.start) == (20, "2027Q1")
    assert (child.switches.geopolitics, child.switches.public_fringe, child.switches.copying) == (False, False, True)
    assert (child.fidelity.law, child.ensemble, child.status_quo, child.sources) == (
        "constant_retention", "default", "baseline", ("a",),
    )  # fmt: skip
    # The parent's words would describe another world.
    assert (child.name, child.question, child.description) == ("child", "", "")


def test_inheritance_goes_through_folders(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    write(tmp_path / "a", top="extends: royalty\nparameters: {access_lag: 1}")
    write(tmp_path / "b", middle="extends: ../a/top.yaml\nparameters: {leakage_rate: 0.3}")
    write(tmp_path, leaf="extends: b/middle.yaml\nparameters: {access_lag: 3}")
    leaf = load_scenario(tmp_path / "leaf.yaml")
    assert leaf.parameters == {"access_lag": 3.0, "leakage_rate": 0.3}
    assert leaf.levers == load_scenario("royalty").levers


@pytest.mark.parametrize(("length", "circle"), [(1, "0.yaml → 0.yaml"), (3, "0.yaml → 1.yaml → 2.yaml → 0.yaml")])
def test_a_circle_is_one_problem_that_names_the_chain(tmp_path, length, circle):
    for index in range(length):
        write(tmp_path, **{str(index): f"name: x\nextends: ./{(index + 1) % length}.yaml"})
    (problem,) = validate_file(tmp_path / "0.yaml")
    assert circle in problem.message
    assert problem.field == "extends"
    assert problem.line == 2
    assert problem.file.endswith(f"{length - 1}.yaml")


def test_the_same_parent_twice_is_no_circle(tmp_path):
    write(tmp_path, one="extends: two.yaml", two="extends: baseline", baseline="extends: royalty")
    assert load_scenario(tmp_path / "one.yaml").hash == load_scenario("baseline").hash


def test_problems_of_a_parent_are_placed_in_the_parent(tmp_path):
    write(
        tmp_path,
        parent="name: p\nlevers:\n  rd_subsidy: 7\n  royalty_rate: 0.1",
        child="extends: parent.yaml\nlevers:\n  royalty_rate: 5",
    )
    places = {(Path(one.file).stem, one.line, one.field) for one in validate_file(tmp_path / "child.yaml")}
    assert places == {("parent", 3, "levers.rd_subsidy"), ("child", 3, "levers.royalty_rate")}


@pytest.mark.parametrize("parent", ["gone.yaml", "basline", "3", "[a]", "''"])
def test_a_parent_that_cannot_be_read_hides_no_other_problem(tmp_path, parent):
    write(tmp_path, child=f"extends: {parent}\nlevers:\n  rd_subsidy: 7\n  royalty_rate: {{value: 0.1, start: 399}}")
    problems = validate_file(tmp_path / "child.yaml")
    # The late start may be fine: how long the run is, the parent would have said.
    assert {one.field for one in problems} == {"extends", "levers.rd_subsidy"}
    assert {one.line for one in problems} == {1, 3}


# ------------------------------------------------------------------------------------------------ status quo


def test_status_quo_from_a_file_and_in_place(tmp_path):
    (tmp_path / "sub").mkdir()
    write(tmp_path / "sub", world="parameters: {access_lag: 2}\nstatus_quo: ../mine.yaml")
    write(tmp_path, mine="levers: {rd_subsidy: 0.2}\nstatus_quo: sub/world.yaml")
    mine = load_scenario(tmp_path / "mine.yaml")
    assert mine.status_quo_scenario().parameters == {"access_lag": 2.0}
    assert mine.status_quo_scenario().name == "world"
    in_place = Scenario.from_yaml("levers: {rd_subsidy: 0.2}\nstatus_quo: {parameters: {access_lag: 2}}")
    assert in_place.hash == mine.hash
    assert Scenario.from_yaml(mine.to_yaml()) == mine


def test_a_childs_status_quo_path_is_relative_to_its_own_file(tmp_path):
    (tmp_path / "sub").mkdir()
    write(tmp_path / "sub", world="parameters: {access_lag: 2}", parent="status_quo: world.yaml")
    write(tmp_path, child="extends: sub/parent.yaml\nlevers: {rd_subsidy: 0.2}")
    child = load_scenario(tmp_path / "child.yaml")
    assert child.status_quo_scenario().parameters == {"access_lag": 2.0}
    write(tmp_path, child="extends: sub/parent.yaml\nlevers: {rd_subsidy: 0.2}\nstatus_quo: null")
    assert load_scenario(tmp_path / "child.yaml").status_quo is None


def test_problems_of_a_status_quo_in_place_have_lines():
    with pytest.raises(InputError) as caught:
        Scenario.from_yaml("status_quo:\n  levers:\n    rd_subsidi: 1\n  extends: baseline\n  status_quo: baseline\n")
    assert [(one.field, one.line) for one in caught.value.problems] == [
        ("status_quo.levers.rd_subsidi", 3),
        ("status_quo.extends", 4),
        ("status_quo.status_quo", 5),
    ]


def test_text_without_a_folder_names_shipped_scenarios_only(tmp_path):
    write(tmp_path, secret="name: secret")
    for key in ("extends", "status_quo"):
        with pytest.raises(InputError, match=key):
            Scenario.from_yaml(f"{key}: {tmp_path}/secret.yaml")
    assert Scenario.from_yaml("extends: royalty").hash == load_scenario("royalty").hash


# ------------------------------------------------------------------------------------------------ template


@pytest.mark.parametrize("parent", list(SHIPPED))
def test_the_template_loads_as_it_stands_and_changes_nothing(parent):
    scenario = Scenario.from_yaml(template("my-policy: a test", parent))
    assert scenario.name == "my-policy: a test"
    assert scenario.hash == load_scenario(parent).hash


def test_every_line_of_the_template_can_be_used():
    used = re.sub(r"^(\s*)# ([a-z_]+: )", r"\1\2", template("mine"), flags=re.M)
    scenario = Scenario.from_yaml(used)
    assert {name: steps[0].value for name, steps in scenario.levers.items()} == {
        name: lever.moderate for name, lever in book().levers.items()
    }
    assert list(scenario.parameters) == list(MOST_USED)
    assert all(value == book().parameters[name].default for name, value in scenario.parameters.items())
    VALIDATOR.validate(read_yaml_text(used).data)


def test_the_template_refuses_what_would_not_load():
    with pytest.raises(InputError, match="did you mean 'baseline'"):
        template("mine", "basline")
    with pytest.raises(InputError, match="name: is empty"):
        template(" ")


# ------------------------------------------------------------------------------------------------ JSON Schema


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", list(SHIPPED))
def test_the_schema_accepts_what_is_shipped_and_what_is_written(name):
    written = load_scenario(name).to_yaml(), template("mine", name)
    for data in (read_yaml(SHIPPED[name]).data, *(read_yaml_text(text).data for text in written)):
        assert list(VALIDATOR.iter_errors(data)) == []


GOOD = """
name: good
parameters: {access_lag: {default: 1, low: 0, high: 2}, n_labs: 2}
levers:
  detection_rate: [{value: 0.1, start: 2026Q3}, {value: 0.5, start: 12, end: 2035-01, ramp: 4}]
structure:
  quarters: 50
  start: 2026-04-01
  labs: [{name: a, cash: 1000, cost_factor: 2}, null]
  distillers: [{foreign: true, premium: 0.1, initial_capability: -3}]
  segments: [{name: all, budget_share: 1, tail_weight: 0.5}]
status_quo: {parameters: {access_lag: 2}}
"""

BAD = [
    "levers: {detecton_rate: 0.5}",
    "levers: {detection_rate: 1.5}",
    "levers: {detection_rate: true}",
    "levers: {detection_rate: '0.3'}",
    "levers: {detection_rate: {start: 3}}",
    "levers: {detection_rate: {value: 0.3, begin: 3}}",
    "levers: {detection_rate: {value: 0.3, start: soon}}",
    "levers: {detection_rate: {value: 0.3, ramp: -1}}",
    "levers: {detection_rate: []}",
    "parameters: {detection_rate: 0.5}",
    "parameters: {n_labs: 2.5}",
    "parameters: {access_lag: {default: 1, low: 0}}",
    "parameters: {access_lag: -1}",
    "structure: {quarters: 0}",
    "structure: {start: soon}",
    "structure: {labs: []}",
    "structure: {labs: [{cahs: 3}]}",
    "structure: {segments: [{name: all, budget_share: 1}]}",
    "structure: {segments: [{name: Not This, budget_share: 1, tail_weight: 1}]}",
    "switches: {copying: 1}",
    "switches: {copy: true}",
    "fidelity: {law: water_filing}",
    "ensemble: best",
    "nmae: x",
    "status_quo: {levers: {detecton_rate: 0.5}}",
    "status_quo: {extends: baseline}",
]


def test_schema_and_loader_accept_the_same():
    VALIDATOR.validate(read_yaml_text(GOOD).data)
    assert Scenario.from_yaml(GOOD).structure.labs[0].cash == 1000


@pytest.mark.parametrize("text", BAD)
def test_schema_and_loader_refuse_the_same(text):
    assert not VALIDATOR.is_valid(read_yaml_text(text).data)
    with pytest.raises(InputError):
        Scenario.from_yaml(text)


def test_the_schema_describes_every_parameter_and_lever():
    for section, rows in (("parameters", book().parameters), ("levers", book().levers)):
        entries = SCHEMA["properties"][section]["properties"]
        assert list(entries) == list(rows)
        for name, row in rows.items():
            assert row.meaning in entries[name]["description"]
            assert (entries[name]["anyOf"][0]["minimum"], entries[name]["anyOf"][0]["maximum"]) == row.bounds
