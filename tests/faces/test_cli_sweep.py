"""`econsim sweep`: what it prints, its exit codes, and its errors in one line."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sweep_helpers import content, small, stand_in, sweep, use_stand_in

from econsim import open_sweep
from econsim.cli import main
from econsim.cli.progress import Progress
from econsim.cli_text import WIDTH, disk_size, duration
from econsim.studies import sweep_estimate, sweep_work
from econsim.studies.sweep_status import read_status

SPEC = """\
scenario: mine.yaml
design:
  method: grid
  values: {royalty_rate: [0.1, 0.2, 0.3], detection_rate: [0, 0.5]}
draws: 2
chunk: 4
metrics: [rd_relative, rd_investment, hhi]
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A folder with a spec and its scenario."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECONSIM_DEBUG", raising=False)
    Path("mine.yaml").write_text(small().to_yaml())
    Path("spec.yaml").write_text(SPEC)


@pytest.fixture
def quick(monkeypatch):
    return use_stand_in(monkeypatch)


def run(capsys, *arguments):
    """Exit code, stdout and stderr of `econsim sweep`."""
    code = main(["sweep", *[str(one) for one in arguments]])
    told = capsys.readouterr()
    return code, told.out, told.err


def refused(capsys, words: str, *arguments) -> None:
    """One line of error on stderr, nothing on stdout, exit code 2, and no folder."""
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    lines = err.splitlines()
    assert lines[0].startswith("error: ") and words in err
    assert "Traceback" not in err
    assert all(line.startswith(("error: ", "Try ")) for line in lines)


# ------------------------------------------------------------------------------------------ what it does


def test_it_computes_what_python_computes(capsys, tmp_path):
    code, _, _ = run(capsys, "spec.yaml", "--out", "there", "--engine", "batch")
    assert code == 0
    assert content(tmp_path / "there") == content(sweep("spec.yaml", "python").folder)


def test_the_text_at_the_end(capsys, quick):
    code, out, err = run(capsys, "spec.yaml", "--out", "there", "--engine", "batch")
    found = open_sweep("there")
    assert code == 3  # the stand-in fails a draw in seven
    lines = out.splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert lines[0] == "royalty, against the same world without policy, all points together"
    assert [line.split()[0] for line in lines[3:5]] == ["rd_relative", "rd_investment"]
    flat = " ".join(out.split())
    assert f"Sweep {found.sweep_id}: 6 points over royalty_rate, detection_rate, 2 draws each, 1 scenario" in flat
    assert "2 of 12 draws failed" in flat
    assert lines[-1] == "Written to there"
    assert err == "error: royalty: 2 of 12 draws could not be solved; do not use these numbers\n"


def test_json_alone_on_stdout(capsys, quick):
    code, out, _ = run(capsys, "spec.yaml", "--out", "there", "--json")
    told = json.loads(out)
    assert code == 3 and told["state"] == "done" and told["folder"] == "there"
    manifest = json.loads(Path("there/manifest.json").read_text())
    for key in ("sweep_id", "version", "engine", "points", "draws", "rows", "failed_draws"):
        assert told[key] == manifest[key]
    found = told["scenarios"]["royalty"]
    assert found["metrics"]["rd_relative"] == open_sweep("there").result().summary()["metrics"]["rd_relative"]
    assert found["effects"]["rd_relative"] == open_sweep("there").result().summary()["effects"]["rd_relative"]
    assert (found["rows"], found["failed"]) == (12, 2)


def test_quiet_prints_the_folder(capsys, quick):
    code, out, err = run(capsys, "spec.yaml", "--out", "there", "--quiet")
    assert (code, out) == (3, "there\n")
    assert err.startswith("error: royalty: 2 of 12")


def test_resume(capsys, quick, monkeypatch):
    """Unfinished: goes on. Finished: says so. Not begun: begins."""
    before = content(sweep("spec.yaml", "whole").folder)
    run(capsys, "spec.yaml", "--out", "there", "--resume", "--engine", "batch")
    (path,) = Path("there/chunks/royalty").glob("000001-*")
    path.unlink()
    Path("there/manifest.json").unlink()
    quick.clear()
    code, _, _ = run(capsys, "spec.yaml", "--out", "there", "--resume")
    assert code == 3 and [task.index for task in quick] == [1]
    assert content(Path("there")) == before
    path.write_bytes(b"damaged")
    code, out, err = run(capsys, "spec.yaml", "--out", "there", "--resume")
    assert "damaged, and made anew: chunks/royalty/000001-" in err and out.endswith("Written to there\n")
    assert content(Path("there")) == before


def test_progress_counts_from_where_it_starts():
    """The rate is of the work that is done now, not of what was there."""
    stream = io.StringIO()
    progress = Progress(stream, resumable=True)
    progress(900, 1000)
    begin = progress.started
    assert progress.text(begin + 5.0) == "900 of 1000 draws there, working, 5 s"
    progress(950, 1000)
    assert progress.text(begin + 5.0) == "950 of 1000 draws, 10 draws/s, 5 s left"
    progress(1000, 1000)
    assert progress.text(begin + 10.0) == "1000 of 1000 draws, 10 draws/s, 10 s"


@pytest.mark.parametrize(("columns", "bar"), [("120", 30), ("80", 23), ("56", 0), ("20", 0)])
def test_the_bar_stays_on_one_line(monkeypatch, columns, bar):
    """A longer line would be wrapped, and every look at the clock would add another."""
    monkeypatch.setenv("COLUMNS", columns)
    progress = Progress(io.StringIO(), resumable=True)
    progress(0, 10_000_000)
    progress(5_000_000, 10_000_000)
    line = progress._line(progress.started + 5000.0)
    assert len(line) < int(columns)
    assert line.count("#") == bar // 2 and line.startswith("[" if bar else "5000000 of 10000000")


def test_help_imports_nothing_heavy():
    code = (
        "import sys\nfrom econsim.cli import main\nmain(['sweep', '--help'])\n"
        "heavy = {'numpy', 'pandas', 'pyarrow', 'scipy', 'distributed', 'jax'} & set(sys.modules)\n"
        "print('heavy:', sorted(heavy))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.endswith("heavy: []\n")
    for option in (
        "--out",
        "--resume",
        "--workers",
        "--cluster",
        "--dry-run",
        "--yes",
        "--engine",
        "--json",
        "--quiet",
    ):
        assert f"  {option} " in told


# ------------------------------------------------------------------------------------------ dry runs


def test_a_dry_run_writes_nothing(capsys, quick, tmp_path):
    before = content(tmp_path)
    code, out, _ = run(capsys, "spec.yaml", "--dry-run", "--engine", "batch")
    assert code == 0
    told = {line.split("  ")[0].strip(): line for line in out.splitlines()}
    assert list(told) == ["points", "draws", "to be computed", "engine", "workers", "rate", "time", "disk"]
    assert told["draws"].endswith("12 (2 a point, 1 scenario)")
    code, out, _ = run(capsys, "spec.yaml", "--dry-run", "--out", "there", "--json")
    found = json.loads(out)
    assert code == 0 and {"minutes", "bytes", "points", "left", "seconds", "bytes_free"} <= set(found)
    assert (found["points"], found["draws"], found["rows"], found["left"]) == (6, 2, 12, 12)
    assert content(tmp_path) == before and not Path("there").exists()


def test_a_dry_run_finds_what_is_wrong(capsys, quick):
    run(capsys, "spec.yaml", "--out", "there")
    refused(capsys, "give --resume", "spec.yaml", "--out", "there", "--dry-run")
    code, out, _ = run(capsys, "spec.yaml", "--out", "there", "--dry-run", "--resume", "--json")
    assert code == 0 and json.loads(out)["left"] == 0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0, "0 s"), (119.0, "119 s"), (300.0, "5.0 min"), (3000.0, "50 min"), (9000.0, "2.5 h"), (864000.0, "10 days")],
)
def test_lengths_of_time(seconds, words):
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 kB"), (36_000, "36 kB"), (1.25e6, "1.25 MB"), (2e9, "2 GB"), (3e15, "3,000 TB")]
)
def test_sizes_on_disk(count, words):
    assert disk_size(count) == words


# ------------------------------------------------------------------------------------------ large designs

LARGE = """scenario: baseline
design:
  method: grid
  values:
    royalty_rate: {low: 0, high: 0.9, count: 1000}
    rd_subsidy: {low: 0, high: 0.9, count: 1000}
    liability_share: {low: 0, high: 0.9, count: 11}
metrics: [hhi]
"""


def test_very_many_points_have_to_be_meant(capsys, quick, monkeypatch):
    Path("large.yaml").write_text(LARGE)
    refused(capsys, "11,000,000", "large.yaml", "--out", "there")
    monkeypatch.setattr(sweep_estimate, "compute_chunk", stand_in)
    code, out, _ = run(capsys, "large.yaml", "--dry-run", "--engine", "batch")
    assert code == 0 and "11,000,000" in out

    def begun(task):
        raise KeyboardInterrupt

    monkeypatch.setattr(sweep_work, "compute_chunk", begun)
    assert run(capsys, "large.yaml", "--out", "there", "--yes")[0] == 130


# ------------------------------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["spec.yaml"], "--out DIR is missing"),
        (["no.yaml", "--out", "there"], "no.yaml"),
        ([".", "--out", "there"], "."),
        (["spec.yaml", "--out", "there", "--workers", "0"], "1 to 64"),
        (["spec.yaml", "--out", "there", "--workers", "65"], "1 to 64"),
        (["spec.yaml", "--out", "there", "--workers", "two"], "must be a whole number"),
        (["spec.yaml", "--out", "there", "--workers", "2", "--cluster", "x:1"], "cannot be given together"),
        (["spec.yaml", "--out", "there", "--engine", "batsh"], "did you mean 'batch'"),
        (["spec.yaml", "--out", "mine.yaml"], "is a file, and a folder is needed"),
        (["spec.yaml", "--out", "mine.yaml/deeper"], "mine.yaml/deeper"),
        (["spec.yaml", "--out", "."], "holds what is no part of a sweep"),
        (["spec.yaml", "--out", "there", "--resum"], "--resume"),
        (["spec.yaml", "more.yaml", "--out", "there"], "unexpected extra argument"),
        ([], "missing argument"),
        (["spec.yaml", "--out", "x" * 300], "cannot be used"),
        (["spec.yaml", "--out", ""], "--out"),
    ],
)
def test_bad_usage(capsys, quick, tmp_path, arguments, words):
    before = content(tmp_path)
    refused(capsys, words, *arguments)
    assert content(tmp_path) == before and not quick


def test_a_bad_spec_is_told_with_its_lines(capsys, quick):
    Path("spec.yaml").write_text(SPEC.replace("royalty_rate", "royalti_rate").replace("hhi", "hhy"))
    code, out, err = run(capsys, "spec.yaml", "--out", "there")
    assert (code, out) == (2, "")
    assert "spec.yaml:4: " in err and "did you mean 'royalty_rate'" in err
    assert "spec.yaml:7: " in err and "did you mean 'hhi'" in err
    assert not Path("there").exists()


def test_a_cluster_that_is_not_there(capsys, quick, monkeypatch):
    distributed = pytest.importorskip("distributed")
    assert distributed
    monkeypatch.setattr("econsim.studies.cluster.TIMEOUT", 0.3)
    refused(capsys, "no Dask scheduler can be reached", "spec.yaml", "--out", "there", "--cluster", "127.0.0.1:1")
    refused(capsys, "no Dask scheduler can be reached", "spec.yaml", "--dry-run", "--cluster", "nonsense")
    assert not Path("there").exists()


@pytest.mark.parametrize("files", [0, 6])
def test_a_full_disk_is_one_line(capsys, quick, monkeypatch, files):
    written = 0

    def full(handle):
        nonlocal written
        written += 1
        if written > files:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    code, out, err = run(capsys, "spec.yaml", "--out", "there")
    assert (code, out) == (2, "")
    kept = ". Finished chunks are kept: go on with --resume (resume=True)" if files else ""
    assert err.splitlines()[-1] == f"error: there: cannot be written: no space left on device{kept}"


# ------------------------------------------------------------------------------------------ stopping


def started(*arguments: str) -> subprocess.Popen:
    """The command as a process, once its sweep has begun. The chunk that it works on takes minutes."""
    Path("mine.yaml").write_text(small().with_(quarters=400).to_yaml())
    Path("long.yaml").write_text("scenario: mine.yaml\ndesign: {method: lhs, samples: 9000}\nchunk: 4500\n")
    command = [sys.executable, "-m", "econsim", "sweep", "long.yaml", "--out", "there", "--engine", "batch", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 60.0
    while not Path("there/status.json").exists():
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.02)
    time.sleep(0.5)
    return process


@pytest.mark.parametrize(
    ("stop", "state"),
    [
        (lambda process: process.send_signal(signal.SIGINT), "interrupted"),
        (lambda process: process.send_signal(signal.SIGTERM), "interrupted"),
        (lambda process: Path("there/cancel").touch(), "cancelled"),
    ],
    ids=["Ctrl-C", "SIGTERM", "cancel"],
)
@pytest.mark.parametrize("workers", [(), ("--workers", "2")], ids=["alone", "workers"])
def test_stopping_keeps_what_is_done(stop, state, workers):
    process = started("--json", *workers)
    stop(process)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert json.loads(out) == {"state": state, "done": 0, "total": 9000, "folder": "there"}
    again = " ".join(["econsim sweep long.yaml --out there --resume", *workers])
    assert err.splitlines()[-1] == f"{state}: 0 of 9000 draws are done and kept; go on with: {again}"
    assert "Traceback" not in err
    assert read_status("there") == {"state": state, "done": 0, "total": 9000}
    assert not Path("there/cancel").exists() and not Path("there/.lock").exists()
