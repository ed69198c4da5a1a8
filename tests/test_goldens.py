"""Golden numbers: every shipped scenario's metrics, so that a change of results is seen and meant.

`pytest tests/test_goldens.py --update-goldens` rewrites the files; then read their diff.

Some futures magnify rounding from quarter to quarter, and another processor rounds differently. So each golden holds
besides its value how far that moves when a parameter is nudged by a trillionth, and that much it may miss by.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from econsim import load_scenario
from econsim.library import shipped_scenarios
from econsim.results import simulate_many

FOLDER = Path(__file__).resolve().parent / "golden"
DRAWS, SEED = 32, 0
DIGITS = 10
TOLERANCE = 1e-9  # relative
NUDGES = (1.0 + 1e-12, 1.0 - 2e-12)  # of the task budget: thousands of times what rounding differs by
ROOM = 10.0  # of a statistic's own answer to the nudges: one that answers little may by chance have cancelled


@pytest.fixture(scope="module")
def measured() -> dict[str, dict[str, dict[str, float | None]]]:
    """Scenario -> metric -> median and mean over its defined draws, to ten digits."""
    return statistics()


def statistics(nudge: float = 1.0) -> dict[str, dict[str, dict[str, float | None]]]:
    scenarios = [load_scenario(name) for name in shipped_scenarios()]
    nudged = [
        one.with_(task_budget=one.assumptions["task_budget"].default * nudge) if nudge != 1.0 else one
        for one in scenarios
    ]
    found = {}
    for start in {one.structure.start for one in nudged}:  # scenarios that run together share a calendar
        together = [one for one in nudged if one.structure.start == start]
        results = simulate_many(together, draws=DRAWS, seed=SEED, ensemble="prior", engine="batch", keep="summaries")
        found |= {one.name: _statistics(result.metrics) for one, result in zip(together, results, strict=True)}
    return found


def _statistics(metrics: pd.DataFrame) -> dict[str, dict[str, float | None]]:
    found = {"median": metrics.median(), "mean": metrics.mean()}
    return {
        metric: {statistic: _rounded(float(values[metric])) for statistic, values in found.items()}
        for metric in metrics
    }


def _rounded(value: float) -> float | None:
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None


@pytest.fixture(scope="module")
def answers(measured, request) -> dict[str, dict[str, dict[str, float]]]:
    """Scenario -> metric -> how far median and mean move at the nudges, relative; only where goldens are written."""
    if not request.config.getoption("--update-goldens", default=False):
        return {}
    nudged = [statistics(nudge) for nudge in NUDGES]
    return {
        name: {
            metric: {
                statistic: max(_distance(one[name][metric][statistic], value) for one in nudged)
                for statistic, value in values.items()
            }
            for metric, values in metrics.items()
        }
        for name, metrics in measured.items()
    }


def _distance(one: float | None, other: float | None) -> float:
    """Relative; a median or mean of differences that cancel has no relative accuracy, and nothing here is so small."""
    if one is None or other is None:
        return 0.0 if one is other else math.inf
    return abs(one - other) / (abs(other) + 1.0)


@pytest.mark.parametrize("name", shipped_scenarios())
def test_golden(name, measured, answers, request):
    path = FOLDER / f"{name}.json"
    found = measured[name]
    if request.config.getoption("--update-goldens", default=False):
        rows = {
            metric: {
                statistic: [value, float(f"{answers[name][metric][statistic]:.1e}")] for statistic, value in one.items()
            }
            for metric, one in found.items()
        }
        text = ",\n".join(f" {json.dumps(metric)}: {json.dumps(row)}" for metric, row in rows.items())
        path.write_text(f"{{\n{text}\n}}\n", encoding="utf-8")
        return
    golden = json.loads(path.read_text(encoding="utf-8"))
    assert list(found) == list(golden), "metrics were added, removed or reordered"
    wrong = [
        f"{metric} {statistic}: {found[metric][statistic]} was {value} (give or take {answer:.0e})"
        for metric, statistics in golden.items()
        for statistic, (value, answer) in statistics.items()
        if not _distance(found[metric][statistic], value) <= TOLERANCE + ROOM * answer
    ]
    assert not wrong, "\n".join(wrong)


def test_a_change_of_results_would_be_seen():
    """The room that is left to rounding is far less than a change of the economics takes."""
    answers = [
        answer
        for path in FOLDER.glob("*.json")
        for metric in json.loads(path.read_text(encoding="utf-8")).values()
        for _, answer in metric.values()
    ]
    assert np.quantile(answers, 0.9) <= 1e-6
    assert np.quantile(answers, 0.98) <= 1e-3


def test_every_golden_belongs_to_a_scenario():
    assert {path.stem for path in FOLDER.glob("*.json")} == set(shipped_scenarios())
