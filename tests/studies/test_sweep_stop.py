"""Sweeps that are stopped: killed at any moment, cancelled, interrupted. They go on, and end in the same bytes."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sweep_helpers import content, small, spec, stand_in, sweep, use_stand_in, wait_for

from econsim import SweepStopped
from econsim.engines.giving_up import heed
from econsim.studies import sweep_files, sweep_index, sweep_status, sweep_work
from econsim.studies.sweep_status import read_status
from econsim.studies.worker_thread import WorkerThread, still_at_work

TESTS = Path(__file__).resolve().parents[1]


class Killed(BaseException):
    """The end of a process, as far as one can have it without one: nothing is cleaned up."""


def dying_at(moment: int):
    """`whole_file` that ends at the given moment: before, within, or after the writing of one file or another."""
    passed = 0

    def pass_by() -> None:
        nonlocal passed
        if passed == moment:
            raise Killed
        passed += 1

    @contextlib.contextmanager
    def whole_file(path):
        partial = path.with_name(f".{path.name}.{moment:08x}.partial")
        pass_by()
        with partial.open("wb") as stream:
            stream.write(b"PAR1")
            stream.flush()
            pass_by()
            stream.seek(0)
            yield stream
        pass_by()
        partial.replace(path)
        pass_by()

    return whole_file


def test_killed_at_any_file(tmp_path, monkeypatch):
    """At every step of every file, and again on the way to the next: the end is always the same."""
    use_stand_in(monkeypatch)
    whole = content(sweep(spec(), tmp_path / "whole").folder)
    kills, moment = 0, 0
    while True:
        folder = tmp_path / f"killed-{moment}"
        with monkeypatch.context() as patch:
            for module in (sweep_files, sweep_index):
                patch.setattr(module, "whole_file", dying_at(moment))
            try:
                sweep(spec(), folder)
                break
            except Killed:
                kills += 1
        with monkeypatch.context() as patch:  # and once more, somewhere else
            for module in (sweep_files, sweep_index):
                patch.setattr(module, "whole_file", dying_at(moment % 5))
            with contextlib.suppress(Killed):
                sweep(spec(), folder, resume=True)
        sweep(spec(), folder, resume=True, notice=lambda text: None)
        assert content(folder) == whole, moment
        moment += 1
    assert kills > 40


# ------------------------------------------------------------------------------------------ another process

SLOW = """
import sys, time
sys.path.insert(0, {tests!r})
from sweep_helpers import spec, stand_in, sweep
from econsim.engines.giving_up import heed
from econsim.studies import sweep_work
def slow(task):
    end = time.monotonic() + {seconds}
    while time.monotonic() < end:
        heed()
    return stand_in(task)
sweep_work.compute_chunk = slow
from econsim import SweepStopped
try:
    sweep(spec(chunk=1), sys.argv[1], resume=True)
except SweepStopped as stop:
    print(stop.state)
    sys.exit(130)
"""


def started(folder: Path, seconds: float = 0.1) -> subprocess.Popen:
    """A process with a sweep of twelve chunks, each of which takes so long; it has begun when this returns."""
    code = SLOW.format(tests=str(TESTS), seconds=seconds)
    process = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True)
    wait_for(lambda: status_of(folder).get("pid") == process.pid or process.poll() is not None)
    return process


def status_of(folder: Path) -> dict:
    """The status as it is written; empty before there is one."""
    return json.loads((folder / "status.json").read_text()) if (folder / "status.json").exists() else {}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        use_stand_in(patch)
        return content(sweep(spec(chunk=1), tmp_path_factory.mktemp("stop") / "whole").folder)


@pytest.mark.slow
def test_killed_by_the_system(tmp_path, whole):
    """SIGKILL at random moments, until it gets through."""
    moments, kills = random.Random(7), 0
    while True:
        process = started(tmp_path / "s")
        try:
            process.communicate(timeout=moments.uniform(0.05, 0.5))
            break
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            kills += 1
            status = read_status(tmp_path / "s")
            assert status["state"] in ("stopped", "done")
    assert process.returncode == 0 and kills >= 2
    assert content(tmp_path / "s") == whole


def test_cancelled_by_a_file(tmp_path, whole):
    """Within a second, in the middle of a chunk; what is done is kept, and the file is gone."""
    process = started(tmp_path / "s", seconds=30.0)
    (tmp_path / "s" / "cancel").touch()
    out, _ = process.communicate(timeout=20)  # of the thirty that the chunk takes
    assert (process.returncode, out) == (130, "cancelled\n")
    assert not (tmp_path / "s" / "cancel").exists() and not (tmp_path / "s" / ".lock").exists()
    assert json.loads((tmp_path / "s" / "status.json").read_text()) == {"state": "cancelled", "done": 0, "total": 12}
    assert started(tmp_path / "s", seconds=0.0).wait(30) == 0
    assert content(tmp_path / "s") == whole


@pytest.mark.parametrize("chunks", [0, 3])
def test_interrupted_by_ctrl_c(tmp_path, whole, chunks):
    process = started(tmp_path / "s", seconds=0.2)
    wait_for(lambda: read_status(tmp_path / "s")["done"] >= chunks)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=20)
    assert (process.returncode, out) == (130, "interrupted\n")
    status = read_status(tmp_path / "s")
    assert status["state"] == "interrupted" and chunks <= status["done"] < 12
    assert len(list((tmp_path / "s" / "chunks" / "royalty").iterdir())) == status["done"]
    assert started(tmp_path / "s", seconds=0.0).wait(30) == 0
    assert content(tmp_path / "s") == whole


def test_status_while_it_runs(tmp_path):
    process = started(tmp_path / "s", seconds=0.4)
    try:
        wait_for(lambda: read_status(tmp_path / "s").get("rows_per_second"))
        status = read_status(tmp_path / "s")
        assert list(status) == ["state", "done", "total", "rows_per_second", "seconds_left", "pid", "updated"]
        assert (status["state"], status["total"], status["pid"]) == ("running", 12, process.pid)
        assert 0 < status["done"] < 12
        expected = (12 - status["done"]) / status["rows_per_second"]
        assert abs(status["seconds_left"] - expected) < 0.1
    finally:
        process.kill()
        process.communicate()


def test_a_second_process_is_refused(tmp_path):
    process = started(tmp_path / "s", seconds=30.0)
    try:
        with pytest.raises(ValueError, match=f"process {process.pid} is working on it"):
            sweep(spec(chunk=1), tmp_path / "s", resume=True)
    finally:
        process.kill()
        process.communicate()


# ------------------------------------------------------------------------------------------ in this process


def test_cancelled_in_the_middle_of_the_engine(tmp_path):
    """The engine itself is broken off: a chunk takes many seconds here, and the cancel does not wait for them."""
    folder = tmp_path / "s"

    def cancel_soon():
        wait_for(lambda: (folder / "status.json").exists())
        time.sleep(0.3)
        (folder / "cancel").touch()

    thread = threading.Thread(target=cancel_soon)
    thread.start()
    design = {"method": "lhs", "samples": 4096}
    with pytest.raises(SweepStopped) as stop:
        sweep(spec(scenario=small().with_(quarters=200), design=design, draws=1, chunk=4096), folder)
    thread.join()
    assert (stop.value.state, stop.value.done, stop.value.total) == ("cancelled", 0, 4096)
    assert isinstance(stop.value, KeyboardInterrupt)


@pytest.mark.parametrize("main", [True, False])
def test_cancelled_in_the_middle_of_a_chunk(tmp_path, monkeypatch, main):
    """In another thread too, where no signal is heard. Work that was given up ends by itself and stores nothing."""
    folder, found = tmp_path / "s", []

    def compute(task):
        (folder / "cancel").touch()
        end = time.monotonic() + 30.0
        while time.monotonic() < end:
            heed()
        return stand_in(task)

    monkeypatch.setattr(sweep_work, "compute_chunk", compute)

    def run():
        try:
            sweep(spec(), folder)
        except SweepStopped as stop:
            found.append((stop.state, stop.done))

    begin = time.monotonic()
    if main:
        run()
    else:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    assert time.monotonic() - begin < 5.0
    wait_for(lambda: not still_at_work())
    assert found == [("cancelled", 0)]
    assert not (folder / "cancel").exists() and not list((folder / "chunks" / "royalty").iterdir())


@pytest.mark.parametrize("stop", ["cancel", "Ctrl-C"])
def test_stopped_while_the_engine_compiles(tmp_path, stop):
    """Compiling is a single instruction of many seconds to Python; the command does not wait for its end."""
    pytest.importorskip("jax")
    (tmp_path / "spec.yaml").write_text("scenario: royalty\ndesign: {method: lhs, samples: 20}\n")
    command = [sys.executable, "-m", "econsim", "sweep", "spec.yaml", "--out", "there", "--engine", "compiled"]
    environment = {**os.environ, "ECONSIM_CACHE": str(tmp_path / "cache")}
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: list((tmp_path / "cache").rglob("*.lock")), 120.0)  # whoever compiles holds it
    time.sleep(1.5)  # in the midst of it, on a quick machine too
    assert process.poll() is None and not list((tmp_path / "cache").rglob("*.program"))
    if stop == "cancel":
        (tmp_path / "there" / "cancel").touch()
    else:
        process.send_signal(signal.SIGINT)
    begin = time.monotonic()
    _, told = process.communicate(timeout=60)
    assert time.monotonic() - begin < 4.0  # on a busy machine; one second on an idle one
    state = "cancelled" if stop == "cancel" else "interrupted"
    assert process.returncode == 130 and told.splitlines()[-1].startswith(f"{state}: 0 of 20 draws are done")
    assert "Traceback" not in told and status_of(tmp_path / "there")["state"] == state


def test_a_stale_cancel_is_of_an_earlier_time(tmp_path, monkeypatch):
    use_stand_in(monkeypatch)
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "cancel").touch()
    assert sweep(spec(), tmp_path / "s").manifest is not None


def test_a_cancel_of_this_run_is_heeded_however_early_it_comes(tmp_path, monkeypatch):
    """The command takes a second to get to work, and may be told to stop meanwhile."""
    use_stand_in(monkeypatch)
    begun = time.time() - 1.0
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "cancel").touch()
    monkeypatch.setattr(sweep_status, "LOOK", 0.0)
    with pytest.raises(SweepStopped):
        sweep(spec(), tmp_path / "s", asked=begun)
    assert status_of(tmp_path / "s")["state"] == "cancelled" and not (tmp_path / "s" / "cancel").exists()


def test_the_last_word_finds_room_on_a_full_disk(tmp_path, monkeypatch):
    use_stand_in(monkeypatch)
    write = sweep_status.write_json

    def full(path, content):
        if content["state"] == "done":
            raise OSError(28, "No space left on device")
        write(path, content)

    monkeypatch.setattr(sweep_status, "write_json", full)
    sweep(spec(), tmp_path / "s")
    monkeypatch.undo()
    use_stand_in(monkeypatch)
    whole = sweep(spec(), tmp_path / "whole").folder
    assert (tmp_path / "s" / "status.json").read_bytes() == (whole / "status.json").read_bytes()


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_second_signal_disturbs_nothing(tmp_path, dry_run):
    (tmp_path / "spec.yaml").write_text("scenario: royalty\ndesign: {method: lhs, samples: 90000}\nchunk: 65536\n")
    command = [sys.executable, "-m", "econsim", "sweep", "spec.yaml", "--engine", "batch"]
    command += ["--dry-run"] if dry_run else ["--out", "a folder"]
    environment = {**os.environ, "ECONSIM_THREADS": "1"}
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)
    if dry_run:
        time.sleep(2.5)
    else:
        wait_for(lambda: status_of(tmp_path / "a folder").get("state") == "running")
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGTERM):
        process.send_signal(number)
        time.sleep(0.05)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130 and "Traceback" not in told and "leaked" not in told
    if not dry_run:
        again = "econsim sweep spec.yaml --out 'a folder' --resume"
        assert told.splitlines()[-1] == f"interrupted: 0 of 90000 draws are done and kept; go on with: {again}"


def test_work_is_given_up_at_any_moment():
    """Whatever the moment, nothing is heard of it any more: not in the other thread, and not here."""
    for delay in (0.0, 0.0005, 0.001, 0.0015, 0.002, 0.003):
        for _ in range(20):
            with WorkerThread() as thread:
                thread.submit(lambda: [(time.sleep(0.0001), heed()) for _ in range(20)])
                time.sleep(delay)
            wait_for(lambda: not still_at_work())
    assert not still_at_work()
