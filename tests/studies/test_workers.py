"""Sweeps computed by several processes or by an executor: the bytes of one process alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
from sweep_helpers import content, small, spec, sweep, wait_for

import econsim
from econsim.errors import InputError
from econsim.studies import sweep_work, workers
from econsim.studies.sweep_chunk import ChunkTask
from econsim.studies.sweep_status import Cancel
from econsim.studies.sweep_work import IN_FLIGHT, in_executor, in_workers, size_of
from econsim.studies.workers import Workers

TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return content(sweep(spec(), tmp_path_factory.mktemp("workers") / "whole").folder)


def alive(process: int) -> bool:
    """Whether a process is there and not just waiting for its parent to take note of its end."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


# ---------------------------------------------------------------------------------------------------- processes


def test_two_workers_give_the_bytes_of_one(tmp_path, whole):
    found = sweep(spec(), tmp_path / "s", workers=2)
    assert content(found.folder) == whole


@pytest.mark.parametrize("count, started", [(None, []), (1, [1]), (2, [2])])
def test_workers_are_processes_and_nothing_else_is(tmp_path, monkeypatch, count, started):
    """One worker is a process of one thread too, so that two of them against one is a fair comparison."""
    asked = []
    monkeypatch.setattr("econsim.studies.sweep.Workers", lambda count: asked.append(count) or Workers(count))
    sweep(spec(), tmp_path / "s", workers=count)
    assert asked == started


def environment_and_signals() -> tuple:
    """What a worker finds around it."""
    threads = {name: os.environ.get(name) for name in workers.ONE_THREAD}
    return os.getpid(), threads, signal.getsignal(signal.SIGINT)


def test_workers_have_one_thread_and_are_deaf_to_ctrl_c(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    before = dict(os.environ)
    with Workers(1) as pool:
        process, threads, answer = pool.submit(environment_and_signals).result()
        assert process != os.getpid()
        assert threads == workers.ONE_THREAD
        assert answer is signal.SIG_IGN
    assert dict(os.environ) == before
    assert signal.pthread_sigmask(signal.SIG_BLOCK, set()) == set()
    wait_for(lambda: not alive(process))


def sleep_long() -> None:
    time.sleep(600.0)


def test_leaving_ends_busy_workers():
    with Workers(1) as pool:
        process = pool.submit(os.getpid).result()
        pool.submit(sleep_long)
    assert not alive(process)


def test_workers_end_with_a_parent_that_is_killed(tmp_path):
    """No orphans: not even after SIGKILL, and not even while they are at work."""
    code = f"""
import os, sys, time
sys.path.insert(0, {str(TESTS)!r})
from econsim.studies.workers import Workers
if __name__ == "__main__":
    pool = Workers(1)
    print(pool.submit(os.getpid).result(), flush=True)
    pool.submit(time.sleep, 600.0)
    time.sleep(600.0)
"""
    script = tmp_path / "parent.py"
    script.write_text(code)
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    assert alive(child)
    parent.kill()
    parent.wait()
    wait_for(lambda: not alive(child))


def die_once(folder: Path, task: ChunkTask):
    """Kill the process on the first chunk, and compute from then on."""
    try:
        (folder / "died").touch(exist_ok=False)
    except FileExistsError:
        return sweep_work.compute_chunk(task)
    os._exit(9)


class Dying(Workers):
    """Workers of whom one dies in the middle of the work."""

    folder: Path

    def submit(self, function, *arguments):
        return super().submit(die_once, self.folder, *arguments)


def test_chunks_of_a_worker_that_died_are_computed_again(tmp_path, whole, monkeypatch):
    Dying.folder = tmp_path
    monkeypatch.setattr("econsim.studies.sweep.Workers", Dying)
    found = sweep(spec(), tmp_path / "s", workers=2)
    assert (tmp_path / "died").exists()
    assert content(found.folder) == whole


class Broken(Workers):
    """Workers whose processes die whatever they are asked."""

    restarts = 0

    def __init__(self, count: int):
        self.count = count

    def submit(self, function, *arguments):
        future: Future = Future()
        future.set_exception(BrokenProcessPool("died"))
        return future

    def restart(self):
        Broken.restarts += 1

    def end(self):
        pass


def test_workers_that_die_again_and_again_are_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr("econsim.studies.sweep.Workers", Broken)
    with pytest.raises(InputError, match="worker processes died 4 times"):
        sweep(spec(), tmp_path / "s", workers=2)
    assert Broken.restarts == 3


def test_a_cancel_ends_the_workers(tmp_path):
    """In the middle of their chunks, which would take minutes."""
    design = {"method": "lhs", "samples": 8192}
    long = spec(scenario=small().with_(quarters=400), design=design, draws=1, chunk=4096)
    code = f"""
import os, sys
sys.path.insert(0, {str(TESTS)!r})
from sweep_helpers import *
if __name__ == "__main__":
    from econsim import SweepStopped
    try:
        sweep({str(tmp_path / "spec.yaml")!r}, {str(tmp_path / "s")!r}, workers=2)
    except SweepStopped as stop:
        print(stop.state)
"""
    (tmp_path / "long.yaml").write_text(long["scenario"].to_yaml())
    (tmp_path / "spec.yaml").write_text(
        "scenario: long.yaml\ndesign: {method: lhs, samples: 8192}\nchunk: 4096\nmetrics: [hhi]\n"
    )
    (tmp_path / "run.py").write_text(code)
    process = subprocess.Popen([sys.executable, str(tmp_path / "run.py")], stdout=subprocess.PIPE, text=True)

    def children() -> list[int]:
        return [int(one) for one in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]

    wait_for(lambda: len(children()) >= 3)  # two workers, and the process that keeps track of what they share
    started = children()
    (tmp_path / "s" / "cancel").touch()
    out, _ = process.communicate(timeout=60)
    assert out == "cancelled\n"
    wait_for(lambda: not any(alive(one) for one in started))


def test_a_script_without_a_guard_is_told_what_to_do(tmp_path):
    """Its workers run the script again, and start workers of their own: Python stops them."""
    code = f"""
import sys
sys.path.insert(0, {str(TESTS)!r})
from sweep_helpers import spec, sweep, wait_for
sweep(spec(), {str(tmp_path / "s")!r}, resume=True, workers=2)
"""
    (tmp_path / "run.py").write_text(code)
    told = subprocess.run([sys.executable, str(tmp_path / "run.py")], capture_output=True, text=True)
    assert "if __name__ == '__main__':" in told.stderr.splitlines()[-1]


# ---------------------------------------------------------------------------------------------------- any executor


def test_any_executor_will_do(tmp_path, whole):
    with ThreadPoolExecutor(2) as executor:
        assert content(sweep(spec(), tmp_path / "s", executor=executor).folder) == whole


class Counting(ThreadPoolExecutor):
    """Notes how many chunks were in flight at most."""

    most = now = 0

    def submit(self, function, *arguments):
        future = super().submit(function, *arguments)
        self.now += 1
        self.most = max(self.most, self.now)
        future.add_done_callback(self.left)
        return future

    def left(self, future):
        self.now -= 1


def test_few_chunks_are_in_flight(tmp_path, monkeypatch):
    """Memory does not grow with the sweep."""
    asked = iter(range(1000))
    monkeypatch.setattr(sweep_work, "compute_chunk", lambda task: {"number": next(asked)})
    tasks = (object() for _ in range(50))
    with Counting(2) as executor, Cancel(tmp_path) as cancel:
        assert len(list(in_executor(tasks, executor, cancel))) == 50
        assert executor.most <= IN_FLIGHT * size_of(executor)


def test_an_executor_that_breaks_down(tmp_path, whole):
    class Bad(ThreadPoolExecutor):
        def submit(self, function, *arguments):
            if arguments[0].index == 2:
                raise BrokenProcessPool("out of order")
            return super().submit(function, *arguments)

    with Bad(1) as executor, pytest.raises(InputError, match="out of order"):
        sweep(spec(), tmp_path / "s", executor=executor)
    assert content(sweep(spec(), tmp_path / "s", resume=True).folder) == whole


def test_a_worker_of_another_version_computes_nothing(tmp_path, monkeypatch):
    class Other(ThreadPoolExecutor):
        def submit(self, function, task):
            return super().submit(function, ChunkTask(**{**vars(task), "version": "999.0"}))

    with Other(1) as executor, pytest.raises(InputError, match=f"{econsim.__version__}.*999.0"):
        sweep(spec(), tmp_path / "s", executor=executor)


def test_lost_tasks_keep_their_order(tmp_path, monkeypatch):
    """After a pool broke, what was in flight comes first, and nothing is left out or done twice."""

    class Shaky(Broken):
        submitted = 0

        def submit(self, function, task):
            self.submitted += 1
            if self.submitted == 6:
                raise BrokenProcessPool("at once")
            future: Future = Future()
            future.set_result({"number": task.index})
            return future

    plan = econsim.studies.sweep_plan.make_plan(econsim.studies.sweep_spec.as_sweep_spec(spec(chunk=1)), "batch")
    tasks = plan.tasks((index, ["royalty"]) for index in range(plan.chunks))
    with Cancel(tmp_path) as cancel:
        done = [task.index for task, _ in in_workers(tasks, Shaky(2), cancel)]
    assert sorted(done) == list(range(12))
