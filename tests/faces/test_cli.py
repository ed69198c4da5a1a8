"""The command line: what each command prints, that it agrees with Python, and that it starts fast."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import econsim
from econsim import cli, cli_text, runs
from econsim.cli import main
from econsim.cli.progress import Progress
from econsim.ensemble_words import illustrative, reservations
from econsim.findings import copying_pays, futures
from econsim.headline_metrics import HEADLINES
from econsim.library import shipped_scenarios
from econsim.metrics import YES_NO
from econsim.parameter_book import book
from econsim.results import Result, simulate
from econsim.runs import DEFAULT_DRAWS, DEFAULT_ENSEMBLE, DEFAULT_SEED
from econsim.scenario import load_scenario
from econsim.store import as_json, read_run

QUARTERS = 20
SMALL = ("--draws", "4", "--set", f"quarters={QUARTERS}")
COMMAND = [sys.executable, "-m", "econsim"]


def run(capsys, *arguments):
    """Exit code, stdout and stderr of a command."""
    code = main([str(one) for one in arguments])
    told = capsys.readouterr()
    return code, told.out, told.err


def good(capsys, *arguments):
    """Stdout of a command that has to work."""
    code, out, err = run(capsys, *arguments)
    assert code == 0, err
    return out


def small(name="gate-and-detect", **changes):
    return load_scenario(name).with_(quarters=QUARTERS, **changes)


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECONSIM_DEBUG", raising=False)


# ------------------------------------------------------------------------------------------ starting


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


def test_help_names_the_true_defaults(capsys):
    told = " ".join(good(capsys, "run", "--help").split())
    assert f"[default: {DEFAULT_DRAWS}]" in told and f"[default: {DEFAULT_SEED}]" in told
    assert f"else {DEFAULT_ENSEMBLE}]" in told


# ------------------------------------------------------------------------------------------ run


@pytest.fixture(scope="module")
def result():
    return simulate(small(), draws=4)


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


# ------------------------------------------------------------------------------------------ the book, scenarios


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


# ------------------------------------------------------------------------------------------ check, bench


def checks(monkeypatch, *passed):
    from econsim import checks as module

    verdicts = [
        module.Verdict(f"check_{place}", one, np.float64("nan") if place else 1.5, None, f"Sentence {place}.")
        for place, one in enumerate(passed)
    ]
    monkeypatch.setattr(module, "run_checks", lambda progress=None: verdicts)


@pytest.mark.parametrize(("passed", "code"), [((True, True), 0), ((True, False), 1)])
def test_check_tells_verdicts_and_fails_when_one_does(capsys, monkeypatch, passed, code):
    checks(monkeypatch, *passed)
    told, out, _ = run(capsys, "check")
    assert told == code
    assert ("FAILED  check_1: Sentence 1." in out) == (code == 1)
    told, out, err = run(capsys, "check", "--json")
    content = json.loads(out)
    assert (told, err, content["passed"]) == (code, "", code == 0)
    assert [row["number"] for row in content["checks"]] == [1.5, None]


def bench_of(rate):
    """What a benchmark could have found: two rates and their ratio."""
    figures = {
        "rates.agents.16": {"what": "agents, 16 draws", "value": 2.0, "unit": "draws/s", "best_of": 3},
        "rates.batch.16": {"what": "batch, 16 draws", "value": rate, "unit": "draws/s", "best_of": 3},
        "rates.batch_over_agents.16": {
            "what": "batch over agents, 16 draws",
            "value": rate / 2.0,
            "unit": "ratio",
            "ratio_of": ["rates.batch.16", "rates.agents.16"],
        },
        "rates.compiled_all_cores.16": {"what": "compiled all cores, 16 draws", "value": None, "unit": "draws/s"},
    }
    machine = {"processor": "abacus", "cores": 2, "memory_gb": None, "system": "Linux", "python": "3", "numpy": "2"}
    load = {"average_before": 0.5, "average_after": 1.0, "cores_used_by_others": 1.0, "seconds": 3.0, "busy": True}
    return {
        "econsim_bench": 1,
        "version": "x",
        "created": "2026-01-01T00:00:00Z",
        "quick": False,
        "sections": ["rates"],
        "scenario": "baseline",
        "quarters": 60,
        "machine": {**machine, "jax": None, "salib": "1"},
        "load": load,
        "figures": figures,
        "notes": {"rates": ["JAX is not installed."]},
    }


@pytest.fixture
def measured(monkeypatch):
    """Have `bench` find what `bench_of` says, at a rate that can be changed."""
    from econsim import bench as module

    rate = [200.0]

    def stand_in(sections, quick, tell):
        tell("measuring")
        return bench_of(rate[0]) | {"quick": quick, "sections": list(sections)}

    monkeypatch.setattr(module, "run_bench", stand_in)
    return rate


def test_bench_prints_json_alone_and_progress_beside_it(capsys, measured):
    code, out, err = run(capsys, "bench", "--json", "--only", "rates")
    assert (code, err) == (0, "measuring\n")
    assert json.loads(out) == bench_of(200.0)
    assert json.loads(good(capsys, "bench", "--json", "--quick"))["quick"] is True


def test_bench_stores_figures_and_compares_with_them(capsys, measured, tmp_path):
    measured[0] = 100.0
    good(capsys, "bench", "--only", "rates", "--out", "then.json")
    assert json.loads((tmp_path / "then.json").read_text()) == bench_of(100.0)
    measured[0] = 200.0
    told = json.loads(good(capsys, "bench", "--json", "--compare", "then.json"))["compared"]
    assert {name: one["ratio"] for name, one in told["figures"].items()} == {
        "rates.agents.16": 1.0,
        "rates.batch.16": 2.0,
        "rates.batch_over_agents.16": 2.0,
    }
    text = good(capsys, "bench", "--compare", "then.json")
    assert "WARNING: the machine was busy then." in text
    assert re.search(r"batch, 16 draws +draws/s +200 +100 +2\n", text)
    good(capsys, "bench", "--out", "then.json")  # figures may take the place of figures
    assert json.loads((tmp_path / "then.json").read_text())["figures"]["rates.batch.16"]["value"] == 200.0


def test_bench_shows_rates_as_a_table_and_what_is_missing(capsys, measured):
    text = good(capsys, "bench", "--only", "rates")
    assert re.search(r"draws +agents +batch +all cores +batch/agents +best of\n[- ]+\n16 +2 +200 +– +100 +3\n", text)
    assert "JAX is not installed." in text and "WARNING: the machine was busy." in text
    assert "| 16 | 2 | 200 | – | 100 | 3 |" in good(capsys, "bench", "--only", "rates", "--markdown")


# ------------------------------------------------------------------------------------------ progress, pipes, signals


def test_progress_is_a_line_a_second_at_most_when_nobody_watches(monkeypatch):
    clock = iter([0.0, 0.0, 0.4, 0.9, 1.2, 1.3, 4.0])
    monkeypatch.setattr("econsim.cli.progress.time.monotonic", lambda: next(clock))
    stream = io.StringIO()
    with Progress(stream) as progress:
        for done in (10, 20, 30, 40, 50):
            progress(done, 50)
    assert stream.getvalue() == "30 of 50 draws, 25 draws/s, 1 s left\n50 of 50 draws, 12.5 draws/s, 4 s\n"


def test_progress_survives_a_stream_that_closes():
    stream = io.StringIO()
    with Progress(stream) as progress:
        progress.told = -1e9
        stream.close()
        progress(1, 2)
    assert progress.quiet


def read_terminal(number):
    told = b""
    with contextlib.suppress(OSError):
        while select.select([number], [], [], 60)[0]:
            part = os.read(number, 65536)
            if not part:
                break
            told += part
    return told.decode()


def test_a_terminal_gets_a_bar_and_no_colours():
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color"}
    arguments = [*COMMAND, "run", "baseline", "--draws", "8"]
    process = subprocess.Popen(arguments, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    told = read_terminal(ours)
    assert process.wait() == 0
    assert "\r[" in told and "working, 0 s" in told and "\x1b" not in told


def test_a_reader_that_leaves_is_no_error():
    process = subprocess.Popen(
        [*COMMAND, "params", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process.stdout.close()
    assert process.wait() == 141
    assert process.stderr.read() == ""
    process.stderr.close()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_an_output_that_is_full_is_one_clear_error():
    with open("/dev/full", "w") as full:
        told = subprocess.run([*COMMAND, "params", "--json"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert told.returncode == 2
    assert told.stderr == "error: the output cannot be written: no space left on device\n"


def test_ctrl_c_keeps_the_draws_that_were_done(tmp_path):
    process = subprocess.Popen(
        [*COMMAND, "run", "baseline", "--draws", "20000", "--out", "there/run"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # A test runner in the background may ignore the signal, and a child inherits that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    for line in process.stderr:  # the first line of progress: it is at work
        if "of 20000 draws" in line:
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    stored = read_run(tmp_path / "there" / "run")
    assert "Traceback" not in err
    assert f"interrupted: kept the first {stored.manifest['draws']} of 20000 draws" in err
    assert f"Run {stored.run_id}: {stored.manifest['draws']} draws" in " ".join(out.split())
    assert 0 < stored.manifest["draws"] == len(stored.metrics) < 20000


def test_ctrl_c_before_anything_is_done_leaves_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(runs, "_run_chunk", lambda *arguments: signal.raise_signal(signal.SIGINT))
    assert main(["run", "baseline", "--draws", "4", "--out", "there/run"]) == 130
    assert "interrupted" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_ascii_terminal_gets_everything(result):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    arguments = [*COMMAND, "run", "gate-and-detect", *SMALL]
    text = subprocess.run(arguments, env=environment, capture_output=True, check=True).stdout
    assert b"Run " + result.run_id.encode() in text
    summary = subprocess.run([*arguments, "--json"], env=environment, capture_output=True, check=True).stdout
    assert json.loads(summary.decode("ascii")) == json.loads(as_json(result.summary()))


# ------------------------------------------------------------------------------------------ failures


def test_failed_draws_are_shown_written_and_exit_3(capsys, monkeypatch):
    broken = simulate(small(), draws=4)
    broken.failed = np.array([True, False, False, False])
    monkeypatch.setattr("econsim.results.simulate", lambda *arguments, **options: broken)
    code, out, err = run(capsys, "run", "gate-and-detect", *SMALL, "--out", "there")
    assert code == 3
    assert "1 of 4 draws could not be solved" in out and "No finding" in out
    assert err == "error: gate-and-detect: 1 of 4 draws could not be solved; do not use these numbers\n"
    assert read_run("there").manifest["failed_draws"] == 1


def test_a_few_failed_draws_are_told_and_no_error(capsys, monkeypatch):
    good_result = simulate(small(), draws=4)
    monkeypatch.setattr("econsim.findings.MOST_FAILED", 0.5)
    good_result.failed = np.array([True, False, False, False])
    monkeypatch.setattr("econsim.results.simulate", lambda *arguments, **options: good_result)
    code, out, err = run(capsys, "run", "gate-and-detect", *SMALL)
    assert (code, err) == (0, "")
    assert "1 of 4 draws could not be solved and are left out" in out


def test_a_mistake_of_ours_is_a_plain_message(capsys, monkeypatch):
    def broken(self):
        raise KeyError("no such\nthing")

    monkeypatch.setattr(Result, "summary", broken)
    code, out, err = run(capsys, "run", "baseline", *SMALL)
    assert (code, out) == (1, "")
    assert err.startswith("internal error: KeyError: ") and "Traceback" not in err and len(err.splitlines()) == 2
    monkeypatch.setenv("ECONSIM_DEBUG", "1")
    with pytest.raises(KeyError):
        main(["run", "baseline", *SMALL])


def test_too_little_memory_is_said_before_the_work(capsys, monkeypatch):
    monkeypatch.setattr("econsim.cli.simulations.available_memory", lambda: 10_000_000)
    code, out, err = run(capsys, "run", "baseline", "--draws", "5000")
    assert (code, out) == (2, "")
    match = re.search(r"allowed: at most about ([0-9,]+) here", err)
    assert match is not None and err.startswith("error: draws: needs about")
    most = int(match[1].replace(",", ""))
    assert 1 <= most < 5000
    assert run(capsys, "run", "baseline", "--draws", most // 2 or 1, "--quiet")[0] == 0


def test_a_command_error_names_its_class():
    assert issubclass(econsim.InputError, econsim.EconsimError)
    assert cli.main(["validate", "nothing-of-the-kind"]) == econsim.InputError.exit_code == 2
