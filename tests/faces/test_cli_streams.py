"""The command line: progress, pipes, terminals, signals and failures."""

from __future__ import annotations

import contextlib
import io
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
from types import ModuleType

import numpy as np
import pytest
from cli_helpers import COMMAND, SMALL, run, small

import econsim
from econsim import cli, runs
from econsim.__main__ import main as start
from econsim.cli import main
from econsim.cli.progress import Progress
from econsim.results import Result, simulate
from econsim.store import as_json, read_run

pytestmark = pytest.mark.usefixtures("empty_folder")


def test_progress_is_a_line_a_second_at_most_when_nobody_watches(monkeypatch):
    monkeypatch.setattr("econsim.cli.progress.EVERY", 1.0)
    clock = iter([0.0, 0.0, 0.4, 0.9, 1.2, 1.3, 4.0])
    monkeypatch.setattr("econsim.cli.progress.time.monotonic", lambda: next(clock))
    stream = io.StringIO()
    with Progress(stream) as progress:
        for done in (10, 20, 30, 40, 50):
            progress(done, 50)
    assert stream.getvalue() == "30 of 50 draws, 25 draws/s, 1 s left\n50 of 50 draws, 12.5 draws/s, 4 s\n"


def test_the_longer_it_takes_the_less_often_it_is_told(monkeypatch):
    """A line a second for a day would fill a log; the end is told all the same."""
    monkeypatch.setattr("econsim.cli.progress.EVERY", 1.0)
    now = [0.0]
    monkeypatch.setattr("econsim.cli.progress.time.monotonic", lambda: now[0])
    stream, told = io.StringIO(), []
    with Progress(stream) as progress:
        for second in range(1, 100_000):
            now[0] = float(second)
            progress(second, 99_999)
            told.append(stream.getvalue().count("\n"))
    assert told[58] == 59 and told[7200] < 400 and told[-1] < 600
    assert stream.getvalue().splitlines()[-1].startswith("99999 of 99999 draws")


def test_progress_survives_a_stream_that_closes(monkeypatch):
    monkeypatch.setattr("econsim.cli.progress.EVERY", 1.0)
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


@pytest.mark.parametrize("engine", ["batch", pytest.param("auto", marks=pytest.mark.slow)])  # auto may compile first
def test_ctrl_c_keeps_the_draws_that_were_done(engine, tmp_path):
    process = subprocess.Popen(
        [*COMMAND, "run", "baseline", "--draws", "20000", "--engine", engine, "--out", "there/run"],
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


def test_ctrl_c_while_the_command_is_imported(monkeypatch):
    class Interrupted(ModuleType):
        def __getattr__(self, name):
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "econsim.cli", Interrupted("econsim.cli"))
    assert start() == 130
