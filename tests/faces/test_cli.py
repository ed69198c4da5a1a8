"""The command line: what each command prints, that it agrees with Python, and that it starts fast."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pandas as pd
import pytest
from cli_helpers import QUARTERS, SMALL, good, run, small

import econsim
from econsim import cli_text
from econsim.cli import commands
from econsim.ensemble_words import illustrative, reservations
from econsim.findings import copying_pays, futures
from econsim.headline_metrics import HEADLINES
from econsim.metrics import YES_NO
from econsim.results import simulate
from econsim.runs import DEFAULT_DRAWS, DEFAULT_ENSEMBLE, DEFAULT_SEED
from econsim.scenario import load_scenario
from econsim.store import as_json, read_run

# ------------------------------------------------------------------------------------------ starting

pytestmark = pytest.mark.usefixtures("empty_folder")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], [], ["run", "--help"], ["compare", "-h"], ["rnu"]])
def test_help_imports_nothing_heavy(arguments):
    code = (
        "import sys\nfrom econsim.cli import main\n"
        f"main({arguments!r})\n"
        "heavy = {'numpy', 'pandas', 'pydantic', 'scipy', 'pyarrow', 'ruamel', 'mesa', 'rich'} & set(sys.modules)\n"
        "print('heavy:', sorted(heavy))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.endswith("heavy: []\n")


def test_version_and_help(capsys):
    assert good(capsys, "--version") == f"econsim {econsim.__version__}\n"
    told = good(capsys)
    assert told == good(capsys, "--help")
    for name in ("run", "compare", "scenarios", "params", "new", "validate", "check", "bench"):
        assert re.search(rf"^  {name} ", told, re.MULTILINE)
        assert "..." not in next(line for line in told.splitlines() if line.startswith(f"  {name} "))


def test_a_group_of_commands_shows_its_help(capsys):
    groups = [name for name, one in commands.commands.items() if isinstance(one, click.Group)]
    assert groups
    for name in groups:
        told = good(capsys, name)
        assert told == good(capsys, name, "--help") and told.startswith(f"Usage: econsim {name}")
    assert good(capsys, "help") == good(capsys, "--help")
    assert good(capsys, "help", "run") == good(capsys, "run", "--help")


def test_help_names_the_true_defaults(capsys):
    told = " ".join(good(capsys, "run", "--help").split())
    assert f"[default: {DEFAULT_DRAWS}]" in told and f"[default: {DEFAULT_SEED}]" in told
    assert f"else {DEFAULT_ENSEMBLE}]" in told


# ------------------------------------------------------------------------------------------ run


def test_json_is_the_summary_and_nothing_else(capsys, result):
    out = good(capsys, "run", "gate-and-detect", *SMALL, "--json")
    assert out == as_json(result.summary())


def test_the_text_says_what_the_result_says(capsys, result):
    out = good(capsys, "run", "gate-and-detect", *SMALL)
    flat = " ".join(out.split())
    for sentence in (result.finding, result.convergence, copying_pays(result), result.scenario.question):
        assert sentence in flat
    for words in (
        f"Run {result.run_id}: 4 draws, seed 0, ensemble {DEFAULT_ENSEMBLE}, engine batch",
        illustrative(DEFAULT_ENSEMBLE),
        *reservations(result.scenario, DEFAULT_ENSEMBLE),
    ):
        assert words in flat
    assert f"Changed: quarters={QUARTERS}" in flat


def test_the_table_holds_the_numbers_of_the_summary(capsys, result):
    lines = good(capsys, "run", "gate-and-detect", *SMALL).splitlines()
    summary = result.summary()
    rows = {line.split()[0]: re.split(r" {2,}", line) for line in reversed(lines) if line.split()[:1]}
    for name in HEADLINES:
        metric, effect = summary["metrics"][name], summary["effects"][name]
        if name in YES_NO:
            assert rows[name][2] == futures(metric["mean"])
            continue
        unit, factor = {"$M": ("$bn", 1e-3), "$M/quarter": ("$bn/year", 4e-3)}.get(metric["unit"], (metric["unit"], 1))
        expected = [metric["p50"], metric["p5"], metric["p95"], effect["p50"], effect["p5"], effect["p95"]]
        told = [part for cell in rows[name][2:] for part in cell.split(" to ")]
        assert rows[name][1] == unit
        if metric["p50"] is not None and effect["p50"] is not None:
            assert len(told) == 6
            for text, value in zip(told, expected, strict=True):
                assert float(text.replace("−", "-").replace(",", "")) == pytest.approx(value * factor, rel=0.006)


def test_the_parties_are_those_of_the_result(capsys, result):
    out = good(capsys, "run", "gate-and-detect", *SMALL)
    for row in result.parties.to_dict("records"):
        line = next(line for line in out.splitlines() if line.startswith(row["party"]))
        assert line.endswith(futures(row["loses"]))


def test_it_fits_the_page_and_stays_plain(capsys):
    for arguments in (
        ["run", "gate-and-detect", *SMALL, "--split", "--set", "access_lag=37"],
        ["compare", "gate-and-detect", "baseline", "monopoly-lab", "free-copying", *SMALL],
        ["compare", "strong-moats", "weak-moats", *SMALL],
        ["params"],
        ["scenarios"],
    ):
        out = good(capsys, *arguments)
        assert "\x1b" not in out
        assert max(len(line) for line in out.splitlines()) <= cli_text.WIDTH, arguments


def test_quiet_prints_the_finding_and_the_folder(capsys, result):
    code, out, err = run(capsys, "run", "gate-and-detect", *SMALL, "--quiet", "--out", "there")
    assert (code, out, err) == (0, f"{result.finding}\nthere\n", "")


def test_out_writes_a_run(capsys, result):
    good(capsys, "run", "gate-and-detect", *SMALL, "--out", "there", "--csv")
    assert read_run("there").summary == result.summary()
    assert len(pd.read_csv("there/series.csv")) == len(result.series)
    first = Path("there/summary.json").read_bytes()
    good(capsys, "run", "gate-and-detect", *SMALL, "--out", "there")
    assert Path("there/summary.json").read_bytes() == first
    code, out, err = run(capsys, "run", "gate-and-detect", *SMALL, "--seed", "1", "--out", "there")
    assert (code, out) == (2, "") and "--force" in err
    assert Path("there/summary.json").read_bytes() == first
    good(capsys, "run", "gate-and-detect", *SMALL, "--seed", "1", "--out", "there", "--force", "--json")
    assert Path("there/summary.json").read_bytes() != first


def test_split_adds_its_two_metrics(capsys):
    summary = json.loads(good(capsys, "run", "baseline", *SMALL, "--split", "--json"))
    assert {"welfare_static_pv", "welfare_dynamic_pv"} <= set(summary["metrics"])
    told = good(capsys, "run", "baseline", *SMALL, "--split")
    assert all(name in told for name in cli_text.SPLIT)


def test_no_welfare_number_stands_without_its_parts(capsys):
    assert "welfare" not in good(capsys, "run", "baseline", *SMALL)
    levels = good(capsys, "compare", "royalty", "baseline", *SMALL).split("In how many futures")[0]
    assert "welfare" not in levels


def test_ensemble_seed_and_engine_reach_the_run(capsys):
    summary = json.loads(
        good(capsys, "run", "baseline", *SMALL, "--seed", "5", "--ensemble", "default", "--engine", "batch", "--json")
    )
    assert summary == json.loads(as_json(simulate(small("baseline"), 4, 5, "default").summary()))


# ------------------------------------------------------------------------------------------ --set


def run_id(capsys, *arguments):
    return json.loads(good(capsys, "run", *arguments, "--draws", "2", "--json"))["run_id"]


def test_a_parameter_changes_the_status_quo_too(capsys):
    world = load_scenario("monopoly-lab")
    assert world.status_quo is not None
    told = run_id(capsys, "monopoly-lab", "--set", "quarters=16", "--set", "access_lag=2")
    assert told == simulate(world.with_assumptions(quarters=16, access_lag=2), 2).run_id
    assert told != simulate(world.with_(quarters=16, access_lag=2), 2).run_id


def test_a_lever_changes_the_scenario_alone(capsys):
    world = load_scenario("monopoly-lab").with_(detection_rate=0.5)
    told = run_id(capsys, "monopoly-lab", "--set", "detection_rate=0.5")
    assert told == simulate(world, 2).run_id
    assert told != simulate(load_scenario("monopoly-lab").with_assumptions(detection_rate=0.5), 2).run_id


@pytest.mark.parametrize(
    ("setting", "changes"),
    [
        ("copying=off", {"copying": False}),
        ("public_fringe=false", {"public_fringe": False}),
        ("geopolitics = on", {"geopolitics": True}),
        ("fidelity_law=constant_retention", {"fidelity_law": "constant_retention"}),
        ("copy_cost_ratio=1e-3", {"copy_cost_ratio": 0.001}),
        ("start=2027Q1", {"start": "2027Q1"}),
        ("access_lag={default: 1, low: 0, high: 4}", {"access_lag": {"default": 1, "low": 0, "high": 4}}),
        (
            "detection_rate={value: 0.5, start: 2028Q1, ramp: 2}",
            {"detection_rate": {"value": 0.5, "start": "2028Q1", "ramp": 2}},
        ),
    ],
)
def test_values_are_read_as_a_scenario_file_reads_them(setting, changes):
    from econsim.cli.options import apply_settings

    base = load_scenario("baseline")
    assert apply_settings(base, [setting]).hash == base.with_(**changes).hash


# ------------------------------------------------------------------------------------------ compare


def test_compare_prints_and_writes(capsys):
    from econsim.studies.compare import compare

    expected = compare([small("baseline"), small()], draws=4)
    out = good(capsys, "compare", "baseline", "gate-and-detect", *SMALL, "--out", "both", "--csv")
    assert expected.finding in " ".join(out.split())
    assert "detection_rate" in out and "Regret" in out
    for result in expected.results:
        assert result.run_id in out
        assert read_run(f"both/{result.scenario.name}").run_id == result.run_id
    assert os.path.exists("both/baseline/series.csv")
    out = good(capsys, "compare", "baseline", "gate-and-detect", *SMALL, "--json")
    assert json.loads(out) == json.loads(as_json(expected.summary()))
    quiet = good(capsys, "compare", "baseline", "gate-and-detect", *SMALL, "--quiet", "--out", "both")
    assert quiet == f"{expected.finding}\nboth\n"
