"""`econsim adopt`: what it prints, what it writes, what it refuses."""

from __future__ import annotations

import contextlib
import json

import pytest

from econsim.cli import main
from econsim.web.pages import spectrum as page

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


def test_help_and_slider_ask_for_what_is_computed(capsys, monkeypatch):
    """The copy's way from public knowledge to the original, which is not its share of the original's score."""
    code, out, _ = run(capsys, "--help")
    assert code == 0
    told = " ".join(out.split())
    assert "from public knowledge to the best original: (its score - that of the public)" in told
    assert "share of the teacher's" not in told
    asked = {}
    monkeypatch.setattr(page.st, "toggle", lambda *_, **__: True)
    monkeypatch.setattr(page.st, "columns", lambda count, **_: [contextlib.nullcontext() for _ in range(count)])
    monkeypatch.setattr(page.st, "slider", lambda label, *limits, key, **how: asked.update({key: (label, how)}) or 90)
    assert page._workload()["benchmark_score"] == 0.9
    label, how = asked["adopt-score"]
    assert label == "Way to the best original, %" and "less than its share of the original's score" in how["help"]


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
