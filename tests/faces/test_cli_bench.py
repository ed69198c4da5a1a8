"""The command line: what `check` and `bench` print."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from cli_helpers import good, run

pytestmark = pytest.mark.usefixtures("empty_folder")


def checks(monkeypatch, *passed):
    from econsim import checks as module

    verdicts = [
        module.Verdict(f"check_{place}", one, np.float64("nan") if place else 1.5, None, f"Sentence {place}.")
        for place, one in enumerate(passed)
    ]
    monkeypatch.setattr(module, "run_checks", lambda progress=None: verdicts)


@pytest.mark.parametrize(("passed", "code"), [((True, True), 0), ((True, False), 1)])
def test_check_tells_verdicts_and_fails_when_one_does(capsys, monkeypatch, passed, code):
    checks(monkeypatch, *passed)
    told, out, _ = run(capsys, "check")
    assert told == code
    assert ("FAILED  check_1: Sentence 1." in out) == (code == 1)
    told, out, err = run(capsys, "check", "--json")
    content = json.loads(out)
    assert (told, err, content["passed"]) == (code, "", code == 0)
    assert [row["number"] for row in content["checks"]] == [1.5, None]


def bench_of(rate):
    """What a benchmark could have found: two rates and their ratio."""
    figures = {
        "rates.agents.16": {"what": "agents, 16 draws", "value": 2.0, "unit": "draws/s", "best_of": 3},
        "rates.batch.16": {"what": "batch, 16 draws", "value": rate, "unit": "draws/s", "best_of": 3},
        "rates.batch_over_agents.16": {
            "what": "batch over agents, 16 draws",
            "value": rate / 2.0,
            "unit": "ratio",
            "ratio_of": ["rates.batch.16", "rates.agents.16"],
        },
        "rates.compiled_all_cores.16": {"what": "compiled all cores, 16 draws", "value": None, "unit": "draws/s"},
    }
    machine = {"processor": "abacus", "cores": 2, "memory_gb": None, "system": "Linux", "python": "3", "numpy": "2"}
    load = {"average_before": 0.5, "average_after": 1.0, "cores_used_by_others": 1.0, "seconds": 3.0, "busy": True}
    return {
        "econsim_bench": 1,
        "version": "x",
        "created": "2026-01-01T00:00:00Z",
        "quick": False,
        "sections": ["rates"],
        "scenario": "baseline",
        "quarters": 60,
        "machine": {**machine, "jax": None, "salib": "1"},
        "load": load,
        "figures": figures,
        "notes": {"rates": ["JAX is not installed."]},
    }


@pytest.fixture
def measured(monkeypatch):
    """Have `bench` find what `bench_of` says, at a rate that can be changed."""
    from econsim import bench as module

    rate = [200.0]

    def stand_in(sections, quick, tell):
        tell("measuring")
        return bench_of(rate[0]) | {"quick": quick, "sections": list(sections)}

    monkeypatch.setattr(module, "run_bench", stand_in)
    return rate


def test_bench_prints_json_alone_and_progress_beside_it(capsys, measured):
    code, out, err = run(capsys, "bench", "--json", "--only", "rates")
    assert (code, err) == (0, "measuring\n")
    assert json.loads(out) == bench_of(200.0)
    assert json.loads(good(capsys, "bench", "--json", "--quick"))["quick"] is True


def test_bench_stores_figures_and_compares_with_them(capsys, measured, tmp_path):
    measured[0] = 100.0
    good(capsys, "bench", "--only", "rates", "--out", "then.json")
    assert json.loads((tmp_path / "then.json").read_text()) == bench_of(100.0)
    measured[0] = 200.0
    told = json.loads(good(capsys, "bench", "--json", "--compare", "then.json"))["compared"]
    assert {name: one["ratio"] for name, one in told["figures"].items()} == {
        "rates.agents.16": 1.0,
        "rates.batch.16": 2.0,
        "rates.batch_over_agents.16": 2.0,
    }
    text = good(capsys, "bench", "--compare", "then.json")
    assert "WARNING: the machine was busy then." in text
    assert re.search(r"batch, 16 draws +draws/s +200 +100 +2\n", text)
    good(capsys, "bench", "--out", "then.json")  # figures may take the place of figures
    assert json.loads((tmp_path / "then.json").read_text())["figures"]["rates.batch.16"]["value"] == 200.0


def test_bench_shows_rates_as_a_table_and_what_is_missing(capsys, measured):
    text = good(capsys, "bench", "--only", "rates")
    assert re.search(r"draws +agents +batch +all cores +batch/agents +best of\n[- ]+\n16 +2 +200 +– +100 +3\n", text)
    assert "JAX is not installed." in text and "WARNING: the machine was busy." in text
    assert "| 16 | 2 | 200 | – | 100 | 3 |" in good(capsys, "bench", "--only", "rates", "--markdown")
