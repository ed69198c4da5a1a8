"""`econsim backtest` and `econsim calibrate` on the command line."""

from __future__ import annotations

import inspect
import json

import pandas as pd
import pytest

from econsim.cli import history, main
from econsim.posterior import posterior
from econsim.studies import backtest as study
from econsim.web import stored_history


def test_backtest_prints_json_alone(capsys):
    assert main(["backtest", "--draws", "8", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {"id", "observed", "median", "p5", "p95", "verdict"} <= set(told["facts"][0])
    assert told["ensemble"] == "calibrated" and told["draws"] == 8


def test_backtest_in_words_and_in_a_folder(capsys, tmp_path):
    folder = tmp_path / "history"
    assert main(["backtest", "--draws", "8", "--ensemble", "prior", "--out", str(folder)]) == 0
    told = capsys.readouterr().out
    assert "of 26 facts" in told and "Not expressible in the model:" in told and "F32" in told
    assert len(pd.read_csv(folder / "facts.csv")) == 26
    drawn = (folder / "history.svg").read_text(encoding="utf-8")
    assert "Epoch AI (CC BY 4.0)" in drawn
    assert json.loads((folder / "backtest.json").read_text())["run_id"] in drawn


def test_the_usual_number_of_draws_is_that_of_the_shipped_verdict(capsys):
    """Else the command says one number of facts inside, and README, runs and explorer another."""
    assert history.BACKTEST_DRAWS == study.DRAWS == stored_history.DRAWS
    assert inspect.signature(study.backtest).parameters["draws"].default == study.DRAWS
    assert main(["backtest", "--quiet"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    facts, missed = (len(getattr(posterior(), name)) for name in ("facts", "missed"))
    assert told.startswith(f"{facts - missed} of {facts} facts") and "Provisional" not in told
    assert main(["backtest", "--draws", "8", "--quiet"]) == 0
    assert f"Provisional: by fewer than {study.DRAWS:,} draws" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("backtest baseline", "must cover April 2023 to July 2026"),
        ("backtest --ensemble calibratd", "calibrated"),
        ("calibrate --draws 3", "draws: must be a whole number in range"),
        ("calibrate --waves 0", "waves: must be a whole number in range"),
        ("calibrate --seed -1", "seed: must be a whole number in range (got -1)"),
        ("backtest --engine agents", "allowed: batch or compiled"),
    ],
)
def test_bad_input_is_one_clear_error(capsys, line, says):
    assert main(line.split()) == 2
    shown = capsys.readouterr()
    assert says in shown.err and "Traceback" not in shown.err and not shown.out


def test_a_range_that_ends_at_nothing_is_told(capsys, tmp_path):
    path = tmp_path / "closed.yaml"
    switches = "{public_fringe: false, copying: false, own_tier: false}"
    path.write_text(f"name: closed\nquestion: q\ndescription: d\nextends: history-2023\nswitches: {switches}\n")
    assert main(["backtest", str(path), "--draws", "8", "--json"]) == 0
    facts = {one["id"]: one for one in json.loads(capsys.readouterr().out)["facts"]}
    assert facts["F11b"]["p95"] == 0.0 and facts["F11b"]["observed"] > 0.0
    assert facts["F11b"]["verdict"] == "outside: the range ends at 0, observed is higher"


@pytest.mark.slow
def test_calibrate_writes_what_is_shipped(capsys, tmp_path):
    folder = tmp_path / "calibration"
    assert main(["calibrate", "--draws", "64", "--waves", "1", "--out", str(folder), "--quiet"]) == 0
    assert "inside the 90% range" in capsys.readouterr().out
    provenance = json.loads((folder / "calibrated.json").read_text(encoding="utf-8"))
    assert provenance["command"] == "econsim calibrate --draws 64 --waves 1 --seed 0"
    assert {"weight", "leakage_rate"} <= set(pd.read_csv(folder / "calibrated.csv").columns)
