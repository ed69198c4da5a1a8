"""`econsim adopt`: what it prints, what it writes, what it refuses."""

from __future__ import annotations

import json

import pytest

from econsim.cli import main

SMALL = ("--draws", "8", "--engine", "batch", "--set", "quarters=16")


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    code = main(["adopt", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_verdict_and_folder(capsys, tmp_path):
    folder = tmp_path / "adopt"
    code, out, _ = run(capsys, "--benchmark-score", "0.9", "--discount", "0.6", *SMALL, "--out", str(folder))
    assert code == 0
    assert out.startswith("At a discount of 60% the copy is ")
    assert max(map(len, out.splitlines())) <= max(100, len(f"Written to {folder}"))
    names = {path.name for path in folder.iterdir()}
    assert {"adoption.json", "numbers.csv", "futures.csv", "manifest.json"} <= names
    stored = json.loads((folder / "adoption.json").read_text(encoding="utf-8"))
    assert stored["numbers"]["break_even_discount"]["p5"] <= stored["numbers"]["break_even_discount"]["p95"]
    code, _, err = run(capsys, "--benchmark-score", "0.8", *SMALL, "--out", str(folder))
    assert code == 2
    assert "--force" in err


def test_json(capsys):
    code, out, _ = run(capsys, *SMALL, "--gap", "0.1", "--json", "--quiet")
    found = json.loads(out)
    assert code == 0
    assert found["test_cases"] == {"given": 99}
    assert found["workload"]["tail_weight"] == pytest.approx(0.5 / 1.4)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--benchmark-score", "90"], "benchmark_score: must be a number in range"),
        (["--discount", "1"], "discount: must be"),
        (
            ["--tail-share", "1", "--failure-cost", "0", "--draws", "8"],
            "failure_cost: must be above 0 where every task",
        ),
        (["--tail-share", "much"], "must be a number"),
        (["--scenario", "basline"], "did you mean 'baseline'"),
        (["--scenario", "copying-off"], "copying switched off"),
        (["--draws", "0"], "draws"),
        (["--out", ""], "--out needs the name of a folder"),
    ],
)
def test_bad_input(capsys, arguments, says):
    code, out, err = run(capsys, *arguments)
    assert code == 2
    assert out == ""
    assert says in err
    assert "Traceback" not in err
