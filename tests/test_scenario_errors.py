"""Bad scenario files: all problems of a file at once, each with its line, its allowed range and the nearest name."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from econsim.errors import InputError
from econsim.library import shipped_scenarios
from econsim.scenario import Scenario, load_scenario, validate_file

MANY = """\
name: bad
question: 3
parameters:
  copy_cost_rato: 0.01
  access_lag: -1
  lab_premium: "0.3"
  vendor_inertia: true
  leakage_rate: {default: 0.9, low: 0.1, high: 0.3}
  learning_rate: {default: 0.2, low: 0.2, high: 0.2}
  belief_erosion: {default: 0.2, lo: 0.1, high: 0.3}
  n_labs: 2.5
  rd_subsidy: 0.2
levers:
  detection_rate: 1.5
  penalty_multiple:
  export_wedge: {value: 1, start: 2025Q4}
  royalty_rate: {value: 0.1, start: 2060Q1}
  release_window: {value: 2, start: 8, end: 4}
  liability_share:
    - {value: 0.1, start: 8, end: 20}
    - {value: 0.2, start: 16}
  tail_evaluation_mandate: [0.1, {value: 2, start: 4}]
  api_restriction: {value: 0.5, start: tomorrow, ramp: 1.5}
structure:
  segments:
    - {name: low, budget_share: 0.5, tail_weight: 0.1}
    - {name: low, budget_share: 0.6, tail_weight: 0.1, colour: red}
  labs: [{cash: lots}]
switches:
  copying: "no"
  copyng: false
fidelity: {law: waterfilling}
ensemble: calibratd
status_quo: nowhere-at-all
qarters: 20
"""

# line -> what must be said there
EXPECTED = {
    2: "question: must be text (got 3)",
    4: "unknown parameter 'copy_cost_rato'; did you mean 'copy_cost_ratio'?",
    5: "parameters.access_lag: is out of bounds (got -1); allowed: a number from 0 to 38",
    6: "parameters.lab_premium: must be a number, not text: take the quotes away (got '0.3')",
    7: "parameters.vendor_inertia: must be a number, not true or false (got true)",
    8: "parameters.leakage_rate.default: lies outside its own prior (got 0.9); allowed: from 0.1 to 0.3",
    9: "parameters.learning_rate.low: must be below 'high'",
    10: "parameters.belief_erosion.lo: unknown field of a prior 'lo'; did you mean 'low'?",
    11: "parameters.n_labs: must be a whole number (got 2.5); allowed: a whole number from 1 to 12",
    12: "'rd_subsidy' goes under 'levers'",
    14: "levers.detection_rate: is out of bounds (got 1.5); allowed: a number from 0 to 1",
    15: "levers.penalty_multiple: has no value",
    16: "levers.export_wedge.start: is before the run",
    17: "levers.royalty_rate.start: is after the run",
    18: "levers.release_window.end: is not after the start",
    20: "levers.liability_share.0.end: overlaps the step after it",
    22: "levers.tail_evaluation_mandate.1.value: is out of bounds (got 2)",
    23: "levers.api_restriction.start: is not a date or a quarter number (got 'tomorrow')",
    27: "structure.segments.1.colour: unknown field 'colour'",
    28: "structure.labs.0.cash: must be a number (got 'lots')",
    30: "switches.copying: must be true or false (got 'no')",
    31: "unknown switch 'copyng'; did you mean 'copying'?",
    32: "unknown fidelity law 'waterfilling'; did you mean 'water_filling'?",
    33: "unknown ensemble 'calibratd'",
    34: "unknown scenario 'nowhere-at-all'",
    35: "unknown field 'qarters' ('quarters' goes under 'structure'); did you mean 'quarters'?",
}


def test_every_problem_of_a_file_at_once(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text(MANY, encoding="utf-8")
    problems = validate_file(path)
    by_line: dict[int, list[str]] = {}
    for problem in problems:
        assert problem.file == str(path)
        by_line.setdefault(problem.line, []).append(str(problem))
    # Times are only held against the run once its length is known to be right.
    timing = {16, 17, 18, 20}
    for line, words in EXPECTED.items():
        if line not in timing:
            assert any(words in one for one in by_line.get(line, [])), (line, words, by_line.get(line))
    assert set(by_line) == set(EXPECTED) - timing
    assert [problem.line for problem in problems] == sorted(problem.line for problem in problems)


def test_times_are_checked_when_the_structure_is_right(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text(MANY.replace("structure:", "structre:"), encoding="utf-8")
    by_line = {problem.line: str(problem) for problem in validate_file(path)}
    for line in (16, 17, 18, 20):
        assert EXPECTED[line] in by_line[line]
        assert by_line[line].startswith(f"{path}:{line}: ")
    assert "did you mean 'structure'?" in by_line[24]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("levers: [1, 2]", "levers: must be a list of 'name: value' lines (got a list of 2)"),
        ("parameters: 3", "parameters: must be a list of 'name: value' lines (got 3)"),
        ("structure: {segments: []}", "structure.segments: must be a list (got a list of 0); allowed: 1 to 6 entries"),
        (
            "structure: {segments: [{name: a, budget_share: 0.5, tail_weight: 1}]}",
            "structure.segments: budget shares must add up to 1 (got 0.5)",
        ),
        (
            "structure: {segments: [{name: a, budget_share: 1}]}",
            "structure.segments.0.tail_weight: is missing",
        ),
        (
            "structure: {segments: [{name: a, budget_share: 0, tail_weight: 1}, "
            "{name: b, budget_share: 1, tail_weight: 1}]}",
            "structure.segments.0.budget_share: is out of bounds (got 0); allowed: a number above 0 to 1",
        ),
        (
            "structure: {segments: [{name: High Stakes, budget_share: 1, tail_weight: 1}]}",
            "structure.segments.0.name: is not a usable name (got 'High Stakes')",
        ),
        ("structure: {labs: [{name: a}, {name: a}]}", "structure.labs.1.name: is given twice (got 'a')"),
        ("structure: {labs: [5]}", "structure.labs.0: must be a list of 'name: value' lines (got 5)"),
        ("structure: {labs: " + "[{}" + ", {}" * 12 + "]}", "structure.labs: must be a list (got a list of 13)"),
        ("structure: {labs: [{foreign: true}]}", "structure.labs.0.foreign: unknown field 'foreign'"),
        ("structure: {distillers: [{foreign: 1}]}", "structure.distillers.0.foreign: must be true or false (got 1)"),
        ("structure: {quarters: 20.5}", "structure.quarters: must be a whole number (got 20.5)"),
        ("structure: {start: 2026}", "structure.start: is not a date (got 2026); allowed: a date such as 2027Q1"),
        ("structure: {quarters: 8}\nlevers: {rd_subsidy: {value: 0.1, end: 9}}", "levers.rd_subsidy.end: is after"),
        ("levers: {rd_subsidy: {value: 0.1, start: 2027}}", "(a year is written 2027Q1)"),
        ("levers: {rd_subsidy: {value: 0.1, start: -1}}", "levers.rd_subsidy.start: is not a date or a quarter number"),
        ("levers: {rd_subsidy: {value: 0.1, start: }}", "levers.rd_subsidy.start: has no value"),
        ("levers: {rd_subsidy: {value: 0.1, end: 8, ramp: 9}}", "levers.rd_subsidy.ramp: is longer than the step"),
        ("levers: {rd_subsidy: [{value: 0.1, start: 4}, {value: 0.2, start: 2}]}", "steps must be in time order"),
        ("levers: {copy_cost_ratio: 0.1}", "'copy_cost_ratio' goes under 'parameters'"),
        ("levers: {copying: false}", "'copying' goes under 'switches'"),
        ("parameters: {quarters: 20}", "'quarters' goes under 'structure'"),
        ("quarters: 20", "'quarters' goes under 'structure'"),
        ("detection_rate: 0.5", "'detection_rate' goes under 'levers'"),
        ("parameters: {n_labs: 3}\nstructure: {labs: [{}, {}]}", "contradicts the firms listed in structure.labs"),
        (
            "parameters: {n_distillers: {default: 3, low: 2, high: 4}}\nstructure: {distillers: [{}, {}, {}]}",
            "contradicts the firms listed in structure.distillers (got a prior); allowed: 3, or leave it out",
        ),
        ("parameters: {capability_value: 0.65}", "serving_elasticity must stay below capability_value"),
        (
            "parameters: {serving_elasticity: {default: 0.5, low: 0.1, high: 0.8}}",
            "serving_elasticity up to 0.8, capability_value from 0.7",
        ),
        ("sources: [a, 3]", "sources.1: must be text (got 3)"),
        ("sources: a", "sources: must be a list of texts (got 'a')"),
        ("name: ''", "name: is empty"),
        ("name: " + "x" * 81, "name: is 81 characters long; allowed: at most 80"),
        ("name: ", "name: must be text (got nothing)"),
        ("status_quo: [a]", "status_quo: must name a shipped scenario or a file"),
        ("fidelity: {law: 3}", "fidelity.law: must name a fidelity law (got 3)"),
        ("parameters: {access_lag: " + "9" * 250 + "}", "access_lag: is out of bounds (got a very large number)"),
        ("parameters: {access_lag: {default: {default: 1}, low: 0, high: 1}}", "access_lag.default: must be a number"),
    ],
)  # fmt: skip
def test_what_is_said(text, words):
    with pytest.raises(InputError) as caught:
        Scenario.from_yaml(text, file="mine.yaml")
    assert words in str(caught.value)
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].file == "mine.yaml"
    assert caught.value.problems[0].line is not None
    assert caught.value.exit_code == 2


def test_files_that_are_no_yaml_go_through(tmp_path):
    for name, content, words in (
        ("empty", b"", "empty"),
        ("binary", b"\x00\x01", "binary"),
        ("list", b"- a", "top level"),
        ("twice", b"name: a\nname: b", "twice"),
    ):
        path = tmp_path / f"{name}.yaml"
        path.write_bytes(content)
        (problem,) = validate_file(path)
        assert words in str(problem)


def test_a_good_file_has_no_problems():
    for path in shipped_scenarios().values():
        assert validate_file(path) == []
        assert isinstance(load_scenario(path), Scenario)


def test_a_bad_status_quo_file_is_reported_from_there(tmp_path):
    (tmp_path / "world.yaml").write_text("parameters:\n  acces_lag: 1\n", encoding="utf-8")
    (tmp_path / "mine.yaml").write_text("status_quo: world.yaml\nlevers: {rd_subsidy: 9}\n", encoding="utf-8")
    problems = validate_file(tmp_path / "mine.yaml")
    assert {(Path(one.file).name, one.line) for one in problems} == {("world.yaml", 2), ("mine.yaml", 2)}


NESTED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["name", "sources", "parameters", "levers", "structure", "switches", "fidelity", "ensemble", "status_quo"]
)
INNER = st.sampled_from(
    ["detection_rate", "access_lag", "n_labs", "segments", "labs", "start", "quarters", "copying", "law", "value"]
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(FIELDS, NESTED | st.dictionaries(INNER, NESTED, max_size=3), max_size=4))
def test_whatever_is_given_it_loads_or_says_why(fields):
    """Never a bare Python error, and what loads can be written and read again."""
    try:
        scenario = Scenario(**fields)
    except InputError as error:
        assert error.problems
        assert all(problem.message for problem in error.problems)
    else:
        assert Scenario.from_yaml(scenario.to_yaml()).hash == scenario.hash
