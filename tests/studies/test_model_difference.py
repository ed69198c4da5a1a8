"""What a change of model or book changes in the answers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import econsim
from econsim.cli import main
from econsim.errors import InputError
from econsim.library import shipped_scenarios
from econsim.results import simulate_many
from econsim.scenario import load_scenario
from econsim.studies import headlines
from econsim.studies.model_difference import ModelDifference, diff_model, releases

BOOK = Path(econsim.__file__).parent / "book"


@pytest.fixture
def stored() -> dict:
    return json.loads(releases()[econsim.__version__].read_text(encoding="utf-8"))


@pytest.fixture
def written(stored, tmp_path):
    """Two files of results, the second with one median moved and another finding."""
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    before.write_text(json.dumps(stored), encoding="utf-8")
    stored["scenarios"]["royalty"]["metrics"]["rd_relative"]["p50"] *= 1.1
    stored["scenarios"]["royalty"]["finding"] = "Otherwise."
    after.write_text(json.dumps(stored), encoding="utf-8")
    return before, after


def test_the_results_of_this_version_ship_and_are_those_of_the_code(stored):
    """Where this fails and the change is meant: `make headlines`, and an entry under "Results differ"."""
    assert set(stored["scenarios"]) == set(shipped_scenarios())
    assert {name: one["hash"] for name, one in stored["scenarios"].items()} == {
        name: load_scenario(name).hash for name in shipped_scenarios()
    }
    names = ["baseline", "royalty"]
    results = simulate_many(
        [load_scenario(name) for name in names], stored["draws"], stored["seed"], engine="batch", keep="summaries"
    )
    for name, result in zip(names, results, strict=True):
        held = stored["scenarios"][name]
        assert held["finding"] == result.finding
        assert held["metrics"]["rd_relative"]["p50"] == pytest.approx(
            float(result.metrics["rd_relative"].median()), rel=1e-6
        )


def test_nothing_moves_between_a_version_and_itself():
    found = diff_model(econsim.__version__, econsim.__version__)
    assert not found.table["moved"].any()
    assert not found.findings
    assert "the same answers" in found.finding


def test_what_moved_is_named(written):
    found = diff_model(*written)
    moved = found.table[found.table["moved"]]
    assert moved[["scenario", "metric"]].to_numpy().tolist() == [["royalty", "rd_relative"]]
    assert moved["change"].iloc[0] == pytest.approx(0.1)
    assert set(found.findings) == {"royalty"}
    assert "royalty" in found.finding


@pytest.mark.slow
def test_a_book_of_ones_own_is_run(tmp_path, monkeypatch):
    """The child process reads the other book: a lower premium lowers labs' R&D."""
    folder = tmp_path / "book"
    shutil.copytree(BOOK, folder)
    path = next(one for one in folder.glob("*.yaml") if "name: lab_premium" in one.read_text(encoding="utf-8"))
    text = path.read_text(encoding="utf-8")
    place = text.index("name: lab_premium")
    changed = text[place:].replace("default: 1.2", "default: 0.2", 1)
    path.write_text(text[:place] + changed, encoding="utf-8")
    one, other = (headlines.of_book(place, draws=4) for place in (BOOK, folder))
    found = ModelDifference(one, other, ("shipped", "mine"))
    rows = found.table.set_index(["scenario", "metric"])
    assert rows.loc[("baseline", "rd_relative"), "moved"]
    assert other["book"] != one["book"]


def test_command(written, capsys):
    before, after = map(str, written)
    assert main(["diff-model", "--from", before, "--to", after]) == 0
    told = capsys.readouterr().out
    assert "royalty" in told and "Otherwise." in told
    assert main(["diff-model", "--from", before, "--to", after, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["findings"]["royalty"]["to"] == "Otherwise."


@pytest.mark.parametrize("wrong", ["0.9.9", "no/such/folder", "currant"])
def test_what_is_no_version(wrong, capsys):
    assert main(["diff-model", "--from", wrong, "--to", econsim.__version__]) == 2
    told = capsys.readouterr().err
    assert wrong in told and "current" in told


def test_files_that_hold_something_else(tmp_path, capsys, stored):
    for content in ("{}", "[1]", "no json", json.dumps(stored | {"scenarios": {"a": {}}})):
        path = tmp_path / "other.json"
        path.write_text(content, encoding="utf-8")
        assert main(["diff-model", "--from", str(path), "--to", econsim.__version__]) == 2
        assert "headline results" in capsys.readouterr().err
    assert main(["diff-model"]) == 2
    assert main(["diff-model", "--write", str(tmp_path)]) == 2
    with pytest.raises(InputError, match="YAML"):
        diff_model(tmp_path, econsim.__version__)


def test_other_futures_are_refused(tmp_path, stored):
    path = tmp_path / "fewer.json"
    path.write_text(json.dumps(stored | {"draws": 64}), encoding="utf-8")
    with pytest.raises(InputError, match="other futures"):
        diff_model(path, econsim.__version__)
