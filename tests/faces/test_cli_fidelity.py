"""`econsim fidelity`: what it prints, what it writes, what it refuses."""

from __future__ import annotations

import json

import pytest

from econsim.cli import main
from econsim.fidelity.text import SHARES


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    code = main(["fidelity", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_show_tells_both_numbers(capsys):
    code, out, err = run(capsys, "show", "--budget", "$9.4k")
    assert code == 0
    assert err == ""
    assert "benchmarks show" in out
    assert "R1-Distill-Qwen-32B" in out
    assert max(map(len, out.splitlines())) <= 100


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "--budget", "9.4k"),
        ("predict", "--teacher", "80", "--base", "40", "--student-size", "7B", "--samples", "100k"),
    ],
)
def test_whoever_prints_a_share_says_of_what(capsys, arguments):
    code, out, _ = run(capsys, *arguments)
    assert code == 0
    assert SHARES in " ".join(out.split())
    assert "  kept\n" not in out and ("of teacher's score" in out) == (arguments[0] == "predict")


def test_show_as_json(capsys):
    code, out, _ = run(capsys, "show", "--samples", "804745", "--student-size", "32B", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["samples"] == 804745
    assert found["hidden_retention"] < found["visible_retention"]
    assert len(found["bands"]) == 16
    assert found["marks"][0]["dollars_published"] is None


def test_show_writes_a_folder(capsys, tmp_path):
    folder = tmp_path / "spectrum"
    code, _, _ = run(capsys, "show", "--budget", "1000", "--out", str(folder), "--quiet")
    assert code == 0
    names = {path.name for path in folder.iterdir()}
    assert {"fidelity.json", "bands.csv", "curve.csv", "marks.csv", "manifest.json"} <= names
    pytest.importorskip("vl_convert")
    assert {"spectrum.svg", "budgets.png"} <= names


def test_scaling_law_is_shown(capsys):
    code, out, _ = run(capsys, "show", "--law", "busbridge2025", "--samples", "12M", "--student-size", "1B", "--json")
    assert code == 0
    assert json.loads(out)["extrapolation"] is False


def test_predict(capsys):
    code, out, _ = run(capsys, "predict", "--teacher", "80", "--base", "40", "--samples", "100k", "--json")
    found = json.loads(out)
    assert code == 0
    assert 40.0 < found["benchmarks"][0]["score"] < 80.0
    code, out, _ = run(capsys, "predict", "--teacher", "DeepSeek-R1", "--samples", "800k", "--covered", "math,code")
    assert code == 0
    assert "MATH-500" in out


@pytest.mark.slow
def test_fit(capsys, tmp_path):
    folder = tmp_path / "fit"
    code, out, _ = run(capsys, "fit", "--out", str(folder), "--json")
    found = json.loads(out)
    assert code == 0
    assert found["advantage_over_constant"] > 0.25
    assert {one["speaks"] for one in found["lessons"]} == {"for", "against"}
    assert {"errors.csv", "fitted.csv", "by_pair.csv", "errors.svg", "predicted.png"} <= {
        path.name for path in folder.iterdir()
    }
    assert run(capsys, "fit")[1].splitlines()[0].startswith("On pairs that it had not seen")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["show"], "samples: or a budget"),
        (["show", "--budget", "10", "--law", "nosuch"], "busbridge2025"),
        (["predict", "--teacher", "0", "--base", "0", "--samples", "100", "--json"], "teacher: must be a number"),
        (["show", "--budget", "lots"], "must be a number such as 9400"),
        (["show", "--budget", "1000", "--law", "refinment"], "did you mean 'refinement'"),
        (["show", "--budget", "1000", "--teacher", "DeepSeek-R2"], "did you mean 'DeepSeek-R1'"),
        (["show", "--budget", "1000", "--acceptance", "2"], "prices.acceptance"),
        (["show", "--budget", "1000", "--out", ""], "--out needs the name of a folder"),
        (["predict", "--teacher", "80"], "samples: or a budget"),
        (["predict", "--samples", "10"], "--teacher"),
        (["fits"], "fits"),
    ],
)
def test_bad_input(capsys, arguments, says):
    code, out, err = run(capsys, *arguments)
    assert code == 2
    assert out == ""
    assert says in err
    assert "Traceback" not in err
