"""Jobs: a queue on disk whose processes can be stopped, found again and resumed."""

from __future__ import annotations

import json
import os
import sys
import time
from types import SimpleNamespace

import pytest

from econsim.web import job_process, jobs, words


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ECONSIM_RUNS", str(tmp_path / "jobs"))
    yield tmp_path / "jobs"
    for job in jobs.queue():
        jobs.cancel(job.id)


@pytest.fixture
def sleeper(monkeypatch):
    """Jobs start a process that sleeps and has a child that sleeps too; its id is in the file `child`."""
    real = job_process.start
    code = (
        "import subprocess, sys, time; child = subprocess.Popen(['sleep', '60']); "
        "print('3 of 12 futures', file=sys.stderr, flush=True); "
        "open(sys.argv[1], 'w').write(str(child.pid)); time.sleep(60)"
    )

    def start(command, folder):
        return real([sys.executable, "-c", code, str(folder / "child")], folder)

    monkeypatch.setattr(job_process, "start", start)


def wait(until, seconds=60.0):
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def exists(pid):
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    with open(f"/proc/{pid}/stat") as table:
        return table.read().rpartition(")")[2].split()[0] != "Z"


def over(name):
    jobs.advance()
    return not jobs.read(name).is_active


def test_a_command_runs_and_its_words_are_kept(home):
    job = jobs.submit("scenarios", ["--json"], "All scenarios", scenario="baseline")
    assert job.state == "running"
    wait(lambda: over(job.id))
    done = jobs.read(job.id)
    assert done.state == "done" and done.exit_code == 0
    assert json.loads((done.folder / "stdout").read_text())
    assert jobs.find("scenarios") == done and jobs.find("sweep") is None


def test_times_are_those_of_the_visitor_or_name_their_zone(monkeypatch):
    at = 1_795_739_640.0  # 00:34 in Greenwich
    for zone, told in (("Asia/Tokyo", "27 November 2026, 09:34"), (None, "27 November 2026, 00:34 UTC"),
                       ("No/Where", "27 November 2026, 00:34 UTC")):  # fmt: skip
        monkeypatch.setattr(words.st, "context", SimpleNamespace(timezone=zone))
        assert words.moment(at) == told


def test_a_refused_command_fails_with_its_error(home):
    job = jobs.submit("tip", ["no-such-scenario", "--x", "royalty_rate", "--output", "rd_relative"], "No")
    wait(lambda: over(job.id))
    assert jobs.read(job.id).state == "failed"
    assert any("no-such-scenario" in line for line in jobs.read(job.id).words())


def test_one_at_a_time_and_cancel_leaves_no_orphan(home, sleeper):
    first, second = (jobs.submit("tip", [title], title) for title in ("one", "two"))
    assert [job.state for job in jobs.queue()] == ["running", "queued"]
    wait(lambda: (first.folder / "child").exists() and (first.folder / "child").read_text())
    assert jobs.progress(first).share == 0.25
    child = int((first.folder / "child").read_text())
    assert exists(child)
    jobs.cancel(first.id)
    assert jobs.read(first.id).state == "cancelled"
    wait(lambda: not exists(child) and not exists(first.pid), 5.0)
    assert jobs.read(second.id).state == "running", "the next one starts by itself"
    jobs.again(first.id)
    assert [job.id for job in jobs.queue()] == [second.id, first.id]
    jobs.cancel(first.id)
    jobs.cancel(second.id)
    assert not jobs.queue()
    jobs.remove(first.id)
    assert [job.id for job in jobs.jobs()] == [second.id]


def test_a_restarted_server_finds_its_job_again(home, sleeper, monkeypatch):
    job = jobs.submit("tip", [], "one")
    child = job_process._CHILDREN.pop(job.pid)  # a new server knows nothing of its processes
    jobs.advance()
    assert jobs.read(job.id).state == "running"
    child.kill()
    child.wait()
    jobs.advance()
    assert jobs.read(job.id).state == "stopped"
    assert not job_process.is_alive(os.getpid(), "another start"), "an id used again is another process"


def test_a_cancelled_sweep_goes_on(home):
    spec = "scenario: baseline\ndesign:\n  method: lhs\n  samples: 4000\nmetrics: [rd_relative]\nchunk: 64\n"
    line = ["{folder}/sweep.yaml", "--out", "{folder}/out", "--engine", "batch"]
    job = jobs.submit("sweep", line, "Sweep", files={"sweep.yaml": spec})
    wait(lambda: (job.out / "status.json").is_file(), 120.0)
    began = jobs.progress(job)
    assert began.total == 4000
    jobs.cancel(job.id)
    stopped = jobs.read(job.id)
    assert stopped.state == "cancelled" and stopped.can_resume and not (job.out / "cancel").exists()
    jobs.again(job.id)
    wait(lambda: (job.folder / "log").is_file() and jobs.progress(job) is not None, 120.0)
    assert jobs.read(job.id).state == "running", jobs.read(job.id).words()
    jobs.cancel(job.id)
