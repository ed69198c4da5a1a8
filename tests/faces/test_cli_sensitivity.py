"""`econsim sensitivity`: what it prints and writes, its exit codes, and its errors in one line."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sensitivity_toys import NAMES, use_toy
from sweep_helpers import content, small

import econsim
from econsim.cli import main
from econsim.cli_text import WIDTH
from econsim.studies import cluster as clusters

USUAL = ["mine.yaml", "--outputs", "rd_relative,hhi", "--over-time", "rd_investment", "--engine", "batch"]
FOUR = ["--parameters", ",".join(NAMES)]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A folder with a scenario."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECONSIM_DEBUG", raising=False)
    Path("mine.yaml").write_text(small("baseline").to_yaml())


@pytest.fixture(autouse=True)
def toy(monkeypatch):
    return use_toy(monkeypatch)


def run(capsys, *arguments):
    """Exit code, stdout and stderr of `econsim sensitivity`."""
    code = main(["sensitivity", *[str(one) for one in arguments]])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_the_text_is_strongest_first_with_intervals_and_words(capsys):
    code, out, err = run(capsys, *USUAL, *FOUR, "--samples", "64", "--second-order")
    lines = out.splitlines()
    assert code == 0 and max(map(len, lines)) <= WIDTH + 10
    assert lines[0].startswith("baseline: lab_premium (")
    head = lines.index("Share of the variance of rd_relative, strongest first")
    rows = [line.split() for line in lines[head + 3 : head + 7]]
    assert [row[0] for row in rows] == NAMES
    assert "to" in rows[0] and lines[head + 6].endswith("not distinguishable from zero")
    for words in (
        "Convergence of rd_relative with the base samples N, rank order",
        "Strongest of 6 pairs",
        "Over time",
        "Convergence of other outputs",
        "luck",
    ):
        assert words in out
    assert err.splitlines()[0].startswith("Sobol' indices, N = 64: 896 draws")
    assert lines[-2].startswith("Run ") or lines[-1].startswith("Run ") or "Illustrative" in lines[-1]


def test_json_alone_on_stdout_is_what_python_has(capsys):
    code, out, err = run(capsys, *USUAL, *FOUR, "--samples", "64", "--json")
    told = json.loads(out)
    assert code == 0 and err == ""
    one = told["outputs"]["rd_relative"]["lab_premium"]
    assert list(one) == ["S1", "S1_conf", "ST", "ST_conf"]
    found = econsim.sensitivity(
        "mine.yaml",
        samples=64,
        parameters=NAMES,
        outputs=["rd_relative", "hhi"],
        over_time=["rd_investment"],
        engine="batch",
    )
    assert found.content == told
    for key in ("effects", "over_time", "noise", "convergence", "screening", "reasons", "settings", "run_id", "sweeps"):
        assert key in told


def test_the_default_says_that_it_screens(capsys):
    code, out, err = run(capsys, *USUAL, "--samples", "64")
    assert code == 0
    assert "First a Morris screening of 34 parameters" in err and "--all takes all of them" in " ".join(err.split())
    assert "Screening (Morris, 20 trajectories over 90% ranges, 700 points" in out.replace("\n  ", " ")
    flat = " ".join(out.split())
    assert "Left out: " in flat and "Dead parameters, which moved no output in these runs:" in flat
    assert "screening left out 14 parameters" in flat


def test_a_folder_with_charts_and_going_on(capsys, tmp_path, toy):
    arguments = [*USUAL, *FOUR, "--samples", "64", "--out", "there"]
    code, out, _ = run(capsys, *arguments)
    assert code == 0 and out.splitlines()[-1] == "Written to there (9 chart files)"
    names = {path.name for path in Path("there").iterdir()}
    assert {"results.json", "indices.parquet", "manifest.json", "sensitivity.json", "charts", "sweep", "noise"} <= names
    charts = {path.name for path in Path("there/charts").iterdir()}
    assert charts == {
        f"{name}.{form}" for name in ("rd_relative", "hhi", "over-time-rd_investment") for form in ("svg", "png", "pdf")
    }
    before = content(tmp_path / "there")
    assert run(capsys, *arguments)[0] == 2
    toy.clear()
    code, out, _ = run(capsys, *arguments, "--resume", "--quiet")
    assert code == 0 and not toy and out.splitlines()[-1] == "there" and len(out.splitlines()) == 2
    assert content(tmp_path / "there") == before


def test_everything_without_numbers_is_named_with_its_reason(capsys):
    code, out, _ = run(capsys, *USUAL, *FOUR, "--samples", "64", "--outputs", "rd_relative,collapse,price_fall")
    flat = " ".join(out.split())
    assert code == 0
    assert "Note: no indices of collapse: it has the same value in every run." in flat
    assert "Note: no indices of price_fall: only 0 of 64 base samples are defined in all their runs" in flat
    assert "Note: no indices of the effect on price_fall: only 0 of 64" in flat


def test_convergence_of_all_that_was_asked_for(capsys):
    """The leading parameters at N/4, N/2 and N with intervals, and a verdict."""
    code, out, _ = run(capsys, *USUAL, *FOUR, "--samples", "256")
    lines = out.splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("Convergence of rd_relative"))
    assert code == 0 and lines[start].endswith("rank order settled")
    assert lines[start + 1].split() == [
        "parameter",
        "total",
        "N=64",
        "N=128",
        "N=256",
        "alone",
        "N=64",
        "N=128",
        "N=256",
    ]
    assert [line.split()[0] for line in lines[start + 3 : start + 6]] == NAMES[:3]
    assert all(line.count("±") == 6 for line in lines[start + 3 : start + 6])
    start = next(at for at, line in enumerate(lines) if line.startswith("hhi (luck "))
    assert "order settled)" in lines[start] and [line.split()[0] for line in lines[start + 1 : start + 4]] == NAMES[:3]
    assert all(line.count("±") == 3 for line in lines[start + 1 : start + 4])


def test_a_cluster_does_the_work(capsys, monkeypatch, tmp_path):
    """The executor that it hands out is the one that is used, and closed afterwards."""
    told = []

    class Counting(ThreadPoolExecutor):
        def submit(self, *arguments, **named):
            told.append("work")
            return super().submit(*arguments, **named)

    @contextlib.contextmanager
    def cluster(address):
        told.append(address)
        with Counting(1) as executor:
            yield executor
        told.append("closed")

    monkeypatch.setattr(clusters, "cluster", cluster)
    arguments = ["mine.yaml", "--outputs", "hhi", "--over-time", "none", "--engine", "batch"]
    arguments += [*FOUR, "--samples", "64", "--quiet"]
    code, _, _ = run(capsys, *arguments, "--out", "there", "--cluster", "tcp://there:1")
    assert code == 0 and told[0] == "tcp://there:1" and told[-1] == "closed" and "work" in told
    assert run(capsys, *arguments, "--out", "here")[0] == 0
    same = content(tmp_path / "here")
    assert {name: one for name, one in content(tmp_path / "there").items() if not name.endswith(".pdf")} == {
        name: one for name, one in same.items() if not name.endswith(".pdf")
    }


def test_stopping(capsys, toy):
    toy.stop_after = 1
    code, out, err = run(capsys, *USUAL, *FOUR, "--samples", "128", "--out", "there")
    assert (code, out) == (130, "")
    assert (
        err.splitlines()[-1]
        == "interrupted: 512 of 1280 draws are done and kept; go on with the same command and --resume"
    )
    toy.stop_after = 0
    code, out, err = run(capsys, *USUAL, *FOUR, "--samples", "64", "--json")
    assert code == 130 and json.loads(out)["state"] == "interrupted" and "can be resumed" in err


def test_too_many_failures_are_exit_code_3(capsys, monkeypatch):
    use_toy(monkeypatch, fails=20)
    code, out, err = run(capsys, *USUAL, *FOUR, "--samples", "64")
    assert code == 3 and "do not use these numbers" in out and err.splitlines()[-1].startswith("error: ")


def test_screening_methods(capsys):
    code, out, _ = run(capsys, "mine.yaml", "--method", "morris", "--samples", "4", "--outputs", "rd_relative", *FOUR)
    assert code == 0 and "Screening (Morris): change of rd_relative across 90% ranges" in out
    code, out, _ = run(capsys, "mine.yaml", "--method", "oat", "--draws", "2", "--outputs", "rd_relative", *FOUR)
    assert code == 0 and "Screening, one at a time" in out and "others at their defaults" in out
    assert "Dead parameters, which moved no output in these runs: discount_rate" in out
    code, out, _ = run(capsys, *USUAL, "--groups", "--samples", "64")
    assert code == 0 and "compute cost" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["baselin"], "did you mean 'baseline'"),
        (["mine.yaml", "--method", "sobl"], "did you mean 'sobol'"),
        (["mine.yaml", "--samples", "100"], "must be a power of two"),
        (["mine.yaml", "--samples", "32"], "must be a whole number in range (got 32); allowed: 64 to 1,048,576"),
        (["mine.yaml", "--ensemble", "prior"], "the design itself draws what it varies from the priors"),
        (["mine.yaml", "--workers", "2", "--cluster", "tcp://127.0.0.1:1"], "cannot be given together"),
        (["mine.yaml", "--cluster", "nonsense"], "no Dask scheduler can be reached"),
        (["mine.yaml", "--samples", "many"], "must be a whole number"),
        (["mine.yaml", "--outputs", "rd_relativ"], "did you mean 'rd_relative'"),
        (["mine.yaml", "--outputs", ","], "is empty"),
        (["mine.yaml", "--parameters", "lab_premum"], "did you mean 'lab_premium'"),
        (["mine.yaml", "--over-time", "rd_invest"], "did you mean 'rd_investment'"),
        (["mine.yaml", "--resume"], "--resume needs --out DIR"),
        (["mine.yaml", "--out", "."], "no part of a sensitivity analysis"),
        (["mine.yaml", "--out", "mine.yaml"], "is a file, and a folder is needed"),
        (["mine.yaml", "--out", ""], "--out needs the name of a folder"),
        (["mine.yaml", "--workers", "0"], "1 to 64"),
        (["mine.yaml", "--engine", "batsh"], "did you mean 'batch'"),
        (["mine.yaml", "--set", "lab_premum=1"], "did you mean 'lab_premium'"),
        (["mine.yaml", "--groop"], "--groups"),
        ([], "missing argument"),
    ],
)
def test_bad_input_is_one_clear_error(capsys, tmp_path, toy, arguments, words):
    before = content(tmp_path)
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "") and words in err and "Traceback" not in err
    assert all(line.startswith(("error: ", "Try ")) for line in err.splitlines())
    assert content(tmp_path) == before and not toy


def test_help_imports_nothing_heavy():
    code = (
        "import sys\nfrom econsim.cli import main\nmain(['sensitivity', '--help'])\n"
        "heavy = {'numpy', 'pandas', 'pyarrow', 'scipy', 'SALib', 'altair'} & set(sys.modules)\n"
        "print('heavy:', sorted(heavy))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.endswith("heavy: []\n")
