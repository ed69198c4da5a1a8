"""What the tests of sweeps share: small specs, a cheap stand-in for the engine, and folders compared byte by byte."""

from __future__ import annotations

import functools
import hashlib
import time
from pathlib import Path

import numpy as np
import pytest

import econsim
from econsim.scenario import Scenario, load_scenario
from econsim.studies import sweep_work
from econsim.studies.sweep_chunk import ChunkTask, columns_of
from econsim.studies.sweep_spec import SweepSpec, as_sweep_spec, read_sweep_spec
from econsim.studies.sweep_status import SweepStopped

# Whatever engine would be the quickest here and now.
sweep = functools.partial(econsim.sweep, engine="batch")
simulate = functools.partial(econsim.simulate, engine="batch")

SOBOL = {"method": "sobol", "samples": 8}
ONE_KIND_OF_BUYER = [{"name": "all", "budget_share": 1.0, "tail_weight": 0.5}]
QUARTERS = 14  # two quarters more than the means leave out


def small(name: str = "royalty", **changes) -> Scenario:
    """A shipped scenario over a few quarters."""
    return load_scenario(name).with_(quarters=QUARTERS, **changes)


def spec(**changes) -> dict:
    """A sweep of six points, two draws each, in chunks of four rows."""
    usual = {
        "scenario": small(),
        "design": {"method": "grid", "values": {"royalty_rate": [0.1, 0.2, 0.3], "detection_rate": [0.0, 0.5]}},
        "draws": 2,
        "chunk": 4,
        "metrics": ["rd_relative", "rd_investment", "collapse", "consumer_surplus_pv", "lab_profit_pv"],
    }
    return {**usual, **changes}


def stand_in(task: ChunkTask) -> dict[str, dict[str, np.ndarray]]:
    """Tables as `compute_chunk` makes them, of numbers that depend on the row alone, in no time."""
    rows = np.arange(task.start, task.stop)
    tables = {}
    for pair in task.pairs:
        seed = int(hashlib.sha256(f"{pair.label}{task.seed}".encode()).hexdigest()[:8], 16)
        table = {"point": rows // task.draws, "draw": rows % task.draws if task.shared else rows}
        for place, name in enumerate(columns_of(task.metrics)[2:]):
            table[name] = np.sin(seed + 1.7 * rows + place) if name != "failed" else rows % 7 == 3
        for name in columns_of(task.metrics)[3:]:
            table[name] = np.where(table["failed"], np.nan, table[name])
        tables[pair.label] = table
    return tables


def use_stand_in(monkeypatch) -> list[ChunkTask]:
    """Have sweeps in this process use the stand-in; the list collects what was computed."""
    done: list[ChunkTask] = []

    def compute(task: ChunkTask):
        done.append(task)
        return stand_in(task)

    monkeypatch.setattr(sweep_work, "compute_chunk", compute)
    return done


def content(folder: Path) -> dict[str, bytes]:
    """Every file in a folder, hidden ones too: path -> bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


class Stop(Exception):
    """Raised in the middle of a sweep."""


def stopped_after(folder: Path, chunks: int, monkeypatch, error=Stop, **arguments) -> None:
    """Begin a sweep that comes to nothing after so many chunks."""
    done = 0
    given = arguments.pop("spec", spec())

    def compute(task):
        nonlocal done
        if done == chunks:
            raise error
        done += 1
        return stand_in(task)

    with monkeypatch.context() as patch:
        patch.setattr(sweep_work, "compute_chunk", compute)
        with pytest.raises((error, SweepStopped) if error is KeyboardInterrupt else error):
            sweep(given, folder, **arguments)


def spec_of(scenario="baseline", design=SOBOL, **fields) -> SweepSpec:
    return as_sweep_spec({"scenario": scenario, "design": design, **fields})


def read_spec(folder: Path, text: str) -> SweepSpec:
    path = folder / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    return read_sweep_spec(path)


def wait_for(condition, seconds: float = 60.0) -> None:
    """Until a condition holds; a test that waits for longer than that has failed."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
