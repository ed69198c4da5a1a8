"""What the tests of sweeps share: small specs, a cheap stand-in for the engine, and folders compared byte by byte."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

import numpy as np

import econsim
from econsim.scenario import Scenario, load_scenario
from econsim.studies import sweep_work
from econsim.studies.sweep_chunk import ChunkTask, columns_of

# Whatever engine would be the quickest here and now.
sweep = functools.partial(econsim.sweep, engine="batch")
simulate = functools.partial(econsim.simulate, engine="batch")

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
