"""The command line: scenarios, the parameter book, and files that are new or checked."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from cli_helpers import good, run

from econsim.library import shipped_scenarios
from econsim.parameter_book import book
from econsim.results import simulate
from econsim.scenario import load_scenario

pytestmark = pytest.mark.usefixtures("empty_folder")


def test_scenarios_lists_what_is_shipped(capsys):
    rows = json.loads(good(capsys, "scenarios", "--json"))["scenarios"]
    assert [row["name"] for row in rows] == list(shipped_scenarios())
    out = " ".join(good(capsys, "scenarios").split())
    for row in rows:
        assert row["hash"] == load_scenario(row["name"]).hash
        assert f"{row['name']} {row['question']}" in out


def test_params_lists_the_book_in_every_format(capsys):
    names = [*book().parameters, *book().levers]
    rows = json.loads(good(capsys, "params", "--json"))["parameters"]
    assert [row["name"] for row in rows] == names
    assert good(capsys, "params", "--format", "json") == good(capsys, "params", "--json")
    table = [row["name"] for row in csv.DictReader(io.StringIO(good(capsys, "params", "--format", "csv")))]
    assert table == names
    lines = good(capsys, "params", "--format", "md").splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:]] == names
    text = good(capsys, "params")
    for parameter in book().parameters.values():
        assert parameter.name in text and f"{parameter.default:g}" in text


def test_params_shows_what_is_assumed(capsys):
    rows = {**book().parameters, **book().levers}
    lines = good(capsys, "params").splitlines()
    for name, row in rows.items():
        line = next(line for line in lines if line.startswith(f"{name} "))
        assert ("C assumed" in line) == (row.grade == "C")
        assert line.split()[-1] == (str(len(row.facts)) if row.facts else "–")
    assumed = sum(row.grade == "C" for row in rows.values())
    assert f"{assumed} of {len(rows)} are assumed (grade C)" in lines[-1] + lines[-2]


def test_metrics_are_listed(capsys):
    rows = json.loads(good(capsys, "metrics", "--json"))["metrics"]
    result = simulate("baseline", 2, engine="batch", keep="summaries")
    assert {row["name"]: row["unit"] for row in rows} == {name: one.unit for name, one in result.catalogue.items()}
    assert good(capsys, "metrics", "--grep", "^LAB_NPV$").startswith("lab_npv, $M: present value of labs' profits")
    code, out, err = run(capsys, "tip", "baseline", "--x", "release_window", "--output", "zzz", "--above", "0")
    assert (code, out) == (2, "") and f"{len(rows)} names, the nearest being" in err
    assert "`econsim metrics` lists them" in err and err.count(",") < 8


def test_params_grep(capsys):
    rows = json.loads(good(capsys, "params", "--grep", "^COPY_.*RATIO", "--json"))["parameters"]
    expected = [name for name in book().parameters if re.search("^copy_.*ratio", name)]
    assert [row["name"] for row in rows] == expected and expected
    assert "Did you mean 'copy_cost_ratio'" in good(capsys, "params", "--grep", "copy_kost_ratio")
    assert json.loads(good(capsys, "params", "--grep", "copy_kost_ratio", "--json")) == {"parameters": []}


def test_new_writes_a_scenario_that_runs(capsys, tmp_path):
    out = good(capsys, "new", "mine")
    assert "econsim run mine.yaml" in out
    assert {path.name for path in tmp_path.iterdir()} == {"mine.yaml", "scenario.schema.json"}
    assert load_scenario("mine.yaml").hash == load_scenario("baseline").hash
    assert (tmp_path / "scenario.schema.json").read_text() == good(capsys, "validate", "--schema")
    assert (tmp_path / "mine.yaml").read_text().splitlines()[0].endswith("$schema=scenario.schema.json")
    assert "mine.yaml: ok" in good(capsys, "validate", "mine.yaml")


def test_new_extends_a_shipped_scenario_or_a_file_elsewhere(capsys, tmp_path):
    good(capsys, "new", "one", "--extends", "gate-and-detect")
    assert load_scenario("one.yaml").hash == load_scenario("gate-and-detect").hash
    (tmp_path / "deep").mkdir()
    good(capsys, "new", "deep/two.yaml", "--extends", "one.yaml")
    assert load_scenario("deep/two.yaml").hash == load_scenario("gate-and-detect").hash


def test_validate_names_every_file_and_note(capsys, tmp_path):
    (tmp_path / "daring.yaml").write_text("extends: baseline\nparameters: {access_lag: 37}\n")
    out = good(capsys, "validate", "daring.yaml", "baseline")
    assert "daring.yaml: ok" in out and "baseline: ok" in out and "access_lag: extrapolates" in out
    (tmp_path / "wrong.yaml").write_text("extends: baseline\nparameters: {access_lg: 3}\n")
    code, out, err = run(capsys, "validate", "wrong.yaml", "daring.yaml")
    assert code == 2 and "daring.yaml: ok" in out
    assert err.startswith("error: wrong.yaml:2: parameters.access_lg") and "did you mean 'access_lag'" in err
    code, out, err = run(capsys, "validate", "wrong.yaml", "daring.yaml", "--json")
    content = json.loads(out)
    assert (code, err, content["valid"]) == (2, "", False)
    assert [row["valid"] for row in content["files"]] == [False, True]
    assert content["files"][0]["problems"][0]["nearest"] == "access_lag"


def test_the_schema_is_json_schema(capsys):
    import jsonschema

    schema = json.loads(good(capsys, "validate", "--schema"))
    jsonschema.Draft202012Validator.check_schema(schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"levers": {"detection_rate": 7}}, schema)
