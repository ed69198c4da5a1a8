"""Sweeps computed by a cluster: the bytes of one process alone."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import pytest
from sweep_helpers import content, small, spec, sweep, wait_for

import econsim
from econsim.errors import InputError
from econsim.studies import cluster as clusters
from econsim.studies.sweep_status import Cancel, SweepStopped
from econsim.studies.sweep_work import in_executor, size_of


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return content(sweep(spec(), tmp_path_factory.mktemp("workers") / "whole").folder)


distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def dask():
    """A scheduler with two worker processes."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", host="127.0.0.1"
    ) as found:
        yield found


def test_a_cluster_gives_the_bytes_of_one_process(tmp_path, dask, whole):
    with clusters.cluster(dask.scheduler_address) as executor:
        assert size_of(executor) == 2
        assert content(sweep(spec(), tmp_path / "s", executor=executor).folder) == whole


def test_a_worker_of_a_cluster_may_die(tmp_path, dask, whole):
    with clusters.cluster(dask.scheduler_address) as executor:
        killed = []

        def kill_one(done, total):
            if done and not killed:
                killed.append(next(iter(dask.workers.values())).process.pid)
                os.kill(killed[0], signal.SIGKILL)

        assert content(sweep(spec(), tmp_path / "s", executor=executor, progress=kill_one).folder) == whole
    assert killed


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1:1",
        "tcp://127.0.0.1:1",
        "tls://127.0.0.1:1",
        "tcp://:abc",
        "nonsense",
        "",
        "ftp://x:1",
        "tcp://no.such.host:1",
    ],
)
def test_a_cluster_that_cannot_be_reached(monkeypatch, address):
    monkeypatch.setattr(clusters, "TIMEOUT", 0.5)
    with pytest.raises(InputError, match="no Dask scheduler can be reached"), clusters.cluster(address):
        pass


@pytest.mark.parametrize("greeting", [b"", b"SSH-2.0-OpenSSH_9.2p1 Debian", b"HTTP"])
def test_something_else_at_the_address(monkeypatch, greeting):
    """A client of Dask's would wait for ever for what says nothing, and take any text for a size of memory."""
    monkeypatch.setattr(clusters, "TIMEOUT", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet():
            connection, _ = server.accept()
            with connection:
                connection.sendall(greeting)
                with contextlib.suppress(ConnectionResetError):
                    connection.recv(1)  # until the other side has had enough

        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(InputError, match="no Dask scheduler can be reached there"), clusters.cluster(address):
            pass
        thread.join(5)
    assert not thread.is_alive()


def test_a_bad_address_is_one_line():
    """Nothing is left behind that complains when the process ends, as a client half made would."""
    code = "from econsim.cli import main; main(['sweep', '--dry-run', 'spec.yaml', '--cluster', 'nonsense'])"
    spec_file = "scenario: royalty\ndesign: {method: lhs, samples: 2}\n"
    code = f"open('spec.yaml', 'w').write({spec_file!r}); " + code
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    assert len(done.stderr.splitlines()) == 1 and done.stderr.startswith("error: cluster: no Dask scheduler")


def test_a_chunk_that_kills_every_worker(dask):
    with (
        pytest.raises(InputError, match="cluster: broke down"),
        clusters.cluster(dask.scheduler_address) as executor,
    ):
        executor.submit(os._exit, 9).result()
    wait_for(lambda: len(dask.scheduler_info["workers"]) == 2)


def test_a_scheduler_that_is_lost(dask, tmp_path):
    """What a lost connection does to a sweep: its work is cancelled, and nobody in sight has cancelled it."""
    with (
        pytest.raises(InputError, match="cluster: its scheduler was lost; what was done is kept"),
        clusters.cluster(dask.scheduler_address) as executor,
    ):
        submit = executor.submit
        executor.submit = lambda *_: submit(time.sleep, 60)
        work = in_executor(iter([object()]), executor, Cancel(tmp_path))
        threading.Timer(0.5, executor._client.close).start()
        next(work)


def test_a_cluster_without_workers(tmp_path):
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=":0", host="127.0.0.1") as empty,
        pytest.raises(InputError, match="has no workers"),
        clusters.cluster(empty.scheduler_address),
    ):
        pass


def test_workers_of_another_version(dask, monkeypatch):
    monkeypatch.setattr(econsim, "__version__", "999.0")
    with (
        pytest.raises(InputError, match=r"its workers have econsim 0\.1\.0, and this is 999\.0"),
        clusters.cluster(dask.scheduler_address),
    ):
        pass


def test_without_dask(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"econsim\[cluster\]"), clusters.cluster("tcp://127.0.0.1:8786"):
        pass


def test_a_cancel_stops_a_cluster(tmp_path, dask, caplog):
    design = {"method": "lhs", "samples": 8192}
    long = spec(scenario=small().with_(quarters=400), design=design, draws=1, chunk=2048)

    def cancel(done, total):
        (tmp_path / "s" / "cancel").touch()

    with clusters.cluster(dask.scheduler_address) as executor, pytest.raises(SweepStopped, match="cancelled"):
        sweep(long, tmp_path / "s", executor=executor, progress=cancel)
    assert not [one.getMessage() for one in caplog.records if one.exc_info]  # Dask and Tornado tell of cancelled work
