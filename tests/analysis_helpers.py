"""Finished sweeps whose outcomes are known functions of their parameters, made in no time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from sweep_helpers import small, sweep

from econsim.studies import sweep_work
from econsim.studies.sweep_chunk import ChunkTask
from econsim.studies.sweep_result import Sweep

Outcomes = Callable[[str, Mapping[str, np.ndarray], np.ndarray], Mapping[str, np.ndarray]]
"""Label, parameters by row and luck by row -> metric by row."""

NAMES = ("lab_premium", "vendor_inertia", "copy_cost_ratio")
METRICS = ("rd_relative", "rd_investment", "lab_npv", "hidden_loss_share")


def luck(numbers: np.ndarray) -> np.ndarray:
    """Evenly spread over (0, 1), by the number of the draw alone."""
    return np.array([np.random.default_rng(int(number)).random() for number in numbers])


def computed(task: ChunkTask, outcomes: Outcomes) -> dict[str, dict[str, np.ndarray]]:
    """A chunk's tables, with status quos in which every metric is 0."""
    rows = np.arange(task.start, task.stop)
    points = rows // task.draws
    draws = rows % task.draws if task.shared else rows
    values = dict(zip(task.names, task.points[points - task.start // task.draws].T, strict=True))
    tables = {}
    for pair in task.pairs:
        found = {name: np.zeros(len(rows)) for name in task.metrics} | dict(outcomes(pair.label, values, luck(draws)))
        failed = found.pop("failed", np.zeros(len(rows), dtype=bool))
        found = {name: np.where(failed, np.nan, found[name]) for name in task.metrics}
        effects = {f"effect_{name}": column for name, column in found.items()}
        tables[pair.label] = {"point": points, "draw": draws, "failed": failed, **found, **effects}
    return tables


def known_sweep(folder: Path, outcomes: Outcomes, **changes) -> Sweep:
    """A finished sweep over NAMES with these outcomes; `changes` are fields of the spec."""
    usual = {
        "scenario": small("baseline"),
        "design": {"method": "lhs", "samples": 400, "parameters": list(NAMES)},
        "metrics": list(METRICS),
        "chunk": 200,
        "ensemble": "default",
    }
    if "scenarios" in changes:
        del usual["scenario"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep_work, "compute_chunk", lambda task: computed(task, outcomes))
        return sweep({**usual, **changes}, folder)


def monotone(label: str, values: Mapping[str, np.ndarray], chance: np.ndarray) -> dict[str, np.ndarray]:
    """R&D rises with the premium, falls with inertia half as fast, and knows nothing of the cost of copying."""
    relative = values["lab_premium"] / 2.5 - 0.5 * values["vendor_inertia"] / 0.9 + 0.2 * chance
    return {"rd_relative": relative, "lab_npv": 1000.0 * relative, "hidden_loss_share": np.full(len(chance), np.nan)}


def boxed(label: str, values: Mapping[str, np.ndarray], chance: np.ndarray) -> dict[str, np.ndarray]:
    """R&D is low where the premium is at most 1.2 and copying costs at most 0.003, and nowhere else."""
    inside = (values["lab_premium"] <= 1.2) & (values["copy_cost_ratio"] <= 0.003)
    return {"rd_relative": np.where(inside, 0.2, 0.9) + 0.1 * chance}


def chosen(label: str, values: Mapping[str, np.ndarray], chance: np.ndarray) -> dict[str, np.ndarray]:
    """One package gives nothing, the other from -1 to 1 with a premium from 0 to 2, and as much again by luck."""
    gain = values["lab_premium"] - 1.0 + (chance - 0.5)
    return {"lab_npv": 1000.0 * (gain if label == "royalty" else 0.0 * gain)}


CHOICE = {
    "scenarios": [small("royalty"), small("release-window")],
    "against": small("baseline"),
    "design": {
        "method": "lhs",
        "samples": 1000,
        "parameters": ["lab_premium", "vendor_inertia"],
        "values": {"lab_premium": [0.0, 2.0]},
    },
}
