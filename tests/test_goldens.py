"""Golden numbers: every shipped scenario's metrics, so that a change of results is seen and meant.

`pytest tests/test_goldens.py --update-goldens` rewrites the files; then read their diff.
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
TOLERANCE = 1e-7  # relative: other processors and libraries round differently


@pytest.fixture(scope="module")
def measured() -> dict[str, dict[str, dict[str, float | None]]]:
    """Scenario -> metric -> median and mean over its defined draws, to ten digits."""
    scenarios = [load_scenario(name) for name in shipped_scenarios()]
    results = simulate_many(scenarios, draws=DRAWS, seed=SEED, ensemble="prior", engine="batch", keep="summaries")
    return {name: _statistics(result.metrics) for name, result in zip(shipped_scenarios(), results, strict=True)}


def _statistics(metrics: pd.DataFrame) -> dict[str, dict[str, float | None]]:
    found = {"median": metrics.median(), "mean": metrics.mean()}
    return {
        metric: {statistic: _rounded(float(values[metric])) for statistic, values in found.items()}
        for metric in metrics
    }


def _rounded(value: float) -> float | None:
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None


@pytest.mark.parametrize("name", shipped_scenarios())
def test_golden(name, measured, request):
    path = FOLDER / f"{name}.json"
    found = measured[name]
    if request.config.getoption("--update-goldens", default=False):
        path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        return
    golden = json.loads(path.read_text(encoding="utf-8"))
    assert list(found) == list(golden), "metrics were added, removed or reordered"
    wrong = [
        f"{metric} {statistic}: {found[metric][statistic]} was {golden[metric][statistic]}"
        for metric in golden
        for statistic in golden[metric]
        if not _close(found[metric][statistic], golden[metric][statistic])
    ]
    assert not wrong, "\n".join(wrong)


def _close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    # A median or mean of differences that cancel has no relative accuracy: nothing in the model is that small.
    return bool(np.isclose(one, other, rtol=TOLERANCE, atol=1e-9))


def test_every_golden_belongs_to_a_scenario():
    assert {path.stem for path in FOLDER.glob("*.json")} == set(shipped_scenarios())
