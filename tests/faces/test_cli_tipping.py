"""`econsim tip` and `econsim flip`: what they print and write, their charts, exit codes, and errors in one line."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import econsim
from econsim.charts.flip import flip_table, flip_title
from econsim.charts.tipping import break_even, cividis, contrast, ink_on, tipping_map
from econsim.cli import main
from econsim.cli_text import WIDTH
from econsim.scenario import load_scenario
from econsim.store import as_json
from econsim.studies import flip as flips
from econsim.studies.flip_assumptions import assumptions_of
from econsim.studies.flip_one import Confirmation
from econsim.studies.flip_search import judged
from econsim.studies.tipping_worlds import CommonDraws, Rows

TIP = ["tip", "mine.yaml", "--x", "rd_subsidy=0:0.8:11", "--output", "effect:rd_investment", "--above", "3000"]
MAP = [*TIP[:2], "--x", "rd_subsidy=0:0.8:3", "--y", "copy_cost_ratio=0.0001:1:3", *TIP[4:]]
FLIP = ["flip", "mine.yaml"]
FEW = ["--draws", "2", "--engine", "batch"]
STUDY = ["csv", "json", "pdf", "png", "svg"]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A folder with a short scenario, and two assumptions for flips to go through."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECONSIM_DEBUG", raising=False)
    mine = load_scenario("baseline").with_(name="mine", quarters=14, api_restriction=0.5, detection_rate=0.5)
    Path("mine.yaml").write_text(mine.to_yaml())
    chosen = ("api_friction", "external_harm")
    monkeypatch.setattr(
        flips, "assumptions_of", lambda *given: [one for one in assumptions_of(*given) if one.name in chosen]
    )


@pytest.fixture
def quick(monkeypatch):
    """Futures made up in no time: the output grows with whatever is set, and with the draw."""

    def at(self, values, numbers, *, expected=False):
        level = np.full(len(numbers), 2000.0) + 300.0 * numbers
        for name, value in values.items():
            level = level + np.where(np.isnan(value), 0.0, np.where(name == "api_friction", -9000.0, 4000.0) * value)
        base = np.full(len(numbers), 10000.0)
        return Rows(base + level, level, np.zeros(len(numbers), dtype=bool), base)

    def plain_run(asked, name, value):
        rows = at(None, {name: np.full(2, np.nan if value is None else value)}, np.arange(2))
        return Confirmation(value, "0" * 12, judged(rows.level, rows.status_quo, rows.failed), "A sentence.")

    monkeypatch.setattr(CommonDraws, "at", at)
    monkeypatch.setattr(flips, "_run", plain_run)


def run(capsys, *arguments):
    """Exit code, stdout and stderr of a command."""
    code = main([str(one) for one in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def files(folder: str, name: str) -> None:
    """Every file that `--out` promises, each of its kind and with the study in it."""
    place = Path(folder)
    assert sorted(path.name for path in place.iterdir()) == sorted(
        ["manifest.json", *[f"{name}.{end}" for end in STUDY]]
    )
    assert (place / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    assert (place / f"{name}.pdf").read_bytes().startswith(b"%PDF")
    identity = json.loads((place / f"{name}.json").read_text())["id"]
    assert identity in (place / f"{name}.svg").read_text()
    assert json.loads((place / "manifest.json").read_text())["identity"] == identity


def test_break_even(capsys, quick):
    code, out, err = run(capsys, *TIP, *FEW, "--out", "found")
    assert code == 0 and "Written to found" in out and "Traceback" not in err
    assert max(map(len, out.splitlines())) <= WIDTH
    told = json.loads(Path("found/tip.json").read_text())
    assert " ".join(out.split()).startswith(told["finding"]) and told["id"] in out
    files("found", "tip")
    assert pd.read_csv("found/tip.csv")["rd_subsidy"].tolist() == told["x"]["values"]


def test_the_map_is_that_of_python_and_twice_the_same_bytes(capsys):
    code, out, err = run(capsys, *MAP, *FEW, "--json", "--quiet", "--out", "found")
    assert code == 0 and err == ""
    scenario = load_scenario("mine.yaml")
    found = econsim.tipping(
        scenario, "rd_subsidy=0:0.8:3", "copy_cost_ratio=0.0001:1:3", output="effect:rd_investment", above=3000.0,
        draws=2, engine="batch",
    )  # fmt: skip
    assert out == as_json(found.summary()) == Path("found/tip.json").read_text()
    files("found", "tip")
    table = pd.read_csv("found/tip.csv")
    assert len(table) == 9 and table["share"].tolist() == found.share.ravel().tolist()
    code, _, err = run(capsys, *TIP, *FEW, "--out", "found")
    assert code == 2 and "holds an analysis by econsim tip" in err and "--force" in err


def test_flip(capsys, quick):
    code, out, _ = run(capsys, *FLIP, *FEW, "--out", "found")
    assert code == 0 and max(map(len, out.splitlines())) <= WIDTH
    told = json.loads(Path("found/flip.json").read_text())
    assert " ".join(out.split()).startswith(told["finding"])
    assert {row["parameter"] for row in told["flips"] + told["never"]} == {"api_friction", "external_harm"}
    files("found", "flip")
    code, out, err = run(capsys, *FLIP, "--against", "mine.yaml", *FEW, "--quiet")
    assert (
        code == 0
        and " ".join(out.split()) == told["finding"].replace("the same world without policy", "mine")
        and err == ""
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([*TIP[:2], *TIP[4:]], "--x is missing"),
        ([*TIP[:4], *TIP[6:]], "--output is missing"),
        (TIP[:6], "threshold: must be given once; none is given; allowed: one of above, below, at_least, at_most"),
        ([*TIP, "--below", "1"], "must be given once; above and below are given"),
        ([*TIP, "--against", "baselin"], "did you mean 'baseline'?"),
        ([*TIP[:5], "rd_investment", *TIP[6:], "--against", "baseline"], "allowed: effect:rd_investment"),
        ([*TIP[:7], "much"], "above: must be a finite number (got 'much')"),
        ([*TIP[:7], "nan"], "above: must be a finite number"),
        ([*TIP[:5], "rd_investmet", *TIP[6:]], "did you mean 'rd_investment'?"),
        ([*TIP[:5], "effect:rd_investmet", *TIP[6:]], "did you mean 'effect:rd_investment'?"),
        ([*TIP[:3], "rd_subsidi", *TIP[4:]], "did you mean 'rd_subsidy'?"),
        ([*TIP[:3], "rd_subsidy=0:1", *TIP[4:]], "rd_subsidy is out of bounds (got 1); allowed: 0 to 0.9"),
        ([*TIP[:3], "rd_subsidy=0.5:0.5", *TIP[4:]], "must rise"),
        ([*TIP[:3], "rd_subsidy=0:0.5:1", *TIP[4:]], "allowed: 2 to 101"),
        ([*TIP, "--y", "rd_subsidy"], "must be another parameter or lever than x"),
        ([*TIP, "--draws", "0"], "draws: must be a whole number in range"),
        ([*TIP, "--out", ""], "--out needs the name of a folder"),
        ([*TIP, "--out", "mine.yaml"], "is a file, and a folder is needed"),
        (["tip", "missing.yaml", *TIP[2:]], "no such file"),
        (["flip", "mine.yaml", "--output", "rd_relativ"], "did you mean 'rd_relative'?"),
        (["flip", "mine.yaml", "--against", "baselin"], "did you mean 'baseline'?"),
        (["flip", "mine.yaml", "--draws", "x"], "must be a whole number written in digits"),
        (["flipp", "mine.yaml"], "did you mean 'flip'?"),
    ],
)
def test_bad_input_is_one_error_and_exit_code_2(capsys, arguments, words):
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert words in err and sum(line.startswith("error: ") for line in err.splitlines()) == 1
    assert "Traceback" not in err


def test_an_output_that_is_defined_nowhere(capsys):
    Path("off.yaml").write_text(load_scenario("copying-off").with_(quarters=14).to_yaml())
    arguments = ["tip", "off.yaml", "--x", "rd_subsidy=0:0.5:2", "--output", "hidden_loss_share", "--below", "1"]
    code, out, err = run(capsys, *arguments, *FEW, "--quiet")
    assert (code, out) == (2, "") and err.startswith("error: output: is not defined in any future")


def test_ctrl_c_ends_with_130_and_leaves_nothing():
    command = [sys.executable, "-m", "econsim", *TIP, "--draws", "20000", "--engine", "batch", "--out", "found"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ)
    assert process.stderr is not None
    first = process.stderr.readline()
    assert "futures" in first or "working" in first  # it is at work
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130 and "interrupted" in err and "Traceback" not in err and out == ""
    assert not Path("found").exists() and time.monotonic() - began < 20.0


# ------------------------------------------------------------------------------------------ charts


def words_of(chart) -> str:
    """Title, subtitle and footer, on one line."""
    found: list[str] = []

    def collect(part):
        if isinstance(part, dict):
            for key in ("text", "subtitle"):
                value = part.get(key)
                found.extend(value if isinstance(value, list) else [value] if isinstance(value, str) else [])
            for value in part.values():
                collect(value)
        elif isinstance(part, list):
            for value in part:
                collect(value)

    collect(chart.to_dict())
    return " ".join(found)


def test_charts_have_finding_subtitle_and_study(quick):
    scenario = load_scenario("mine.yaml")
    given = {"output": "effect:rd_investment", "above": 3000.0, "draws": 2, "engine": "batch"}
    curve = econsim.tipping(scenario, "rd_subsidy=0:0.8:11", **given)
    cells = econsim.tipping(scenario, "rd_subsidy=0:0.8:3", "copy_cost_ratio=0.0001:1:3", **given)
    table = econsim.flip(scenario, draws=2, engine="batch")
    for chart, title, subtitle, result in (
        (
            break_even(curve),
            "Half of the futures have a change of frontier R&D above $12bn a year once R&D subsidy passes",
            "how many of 20 simulated futures",
            curve,
        ),
        (tipping_map(cells), cells.headline.partition(":")[0], "of 20 simulated futures", cells),
        (flip_table(table), flip_title(table), "prior of the assumption", table),
    ):
        told = words_of(chart)
        assert title in told and subtitle in told and f"Study {result.id}" in told


def test_numbers_are_read_on_every_colour_of_the_map():
    shares = np.linspace(0.0, 1.0, 1001)
    assert min(contrast(cividis(share), ink_on(cividis(share))) for share in shares) >= 4.5
    light = [contrast(cividis(share), "#000000") for share in shares]
    assert all(after >= before - 0.02 for before, after in itertools.pairwise(light))  # in grey too
