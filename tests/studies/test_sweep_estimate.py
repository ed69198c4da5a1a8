"""Estimates of sweeps: what they count, and that they leave nothing behind."""

from __future__ import annotations

import pytest
from sweep_helpers import spec, stand_in, sweep

from econsim.studies import sweep_estimate, sweep_work
from econsim.studies.sweep_estimate import estimate_sweep
from econsim.studies.sweep_plan import make_plan
from econsim.studies.sweep_spec import as_sweep_spec


def plan_of(engine: str = "batch", **changes):
    return make_plan(as_sweep_spec(spec(**changes)), engine)


@pytest.fixture
def clock(monkeypatch):
    """Time that passes only while chunks are computed: a second a row, and ten to get going."""
    now, rows, started = 0.0, [], []

    def compute(task):
        nonlocal now
        now += (task.stop - task.start) * len(task.pairs) + (0.0 if started else 10.0)
        started.append(True)
        rows.append(task.stop - task.start)
        return stand_in(task)

    monkeypatch.setattr(sweep_estimate, "compute_chunk", compute)
    monkeypatch.setattr(sweep_work, "compute_chunk", compute)
    monkeypatch.setattr(sweep_estimate.time, "perf_counter", lambda: now)
    return rows


def test_what_is_counted(clock, tmp_path):
    found = estimate_sweep(plan_of(), tmp_path / "s")
    assert (found.points, found.draws, found.scenarios, found.rows, found.left) == (6, 2, 1, 12, 12)
    assert (found.engine, found.workers) == ("batch", 1)
    assert found.seconds == 12.0 + 10.0 and found.rows_per_second == 1.0
    assert found.bytes_free > 0
    assert not (tmp_path / "s").exists()
    assert found.as_mapping()["minutes"] == round(22.0 / 60.0, 3)


def test_own_shocks_are_measured_once(clock):
    """A whole chunk once, after a small one that loads everything."""
    found = estimate_sweep(plan_of(shocks="own"))
    assert clock == [2, 4]
    assert found.seconds == 12.0 + 12.0


def test_agents_are_measured_on_a_few_draws(clock):
    plan = plan_of("agents", shocks="own", design={"method": "lhs", "samples": 10**6}, draws=1, chunk=512)
    found = estimate_sweep(plan)
    assert clock == [2, 4]
    assert found.rows_per_second == 1.0 and found.seconds == pytest.approx(10**6, rel=1e-3)


def test_many_scenarios_are_measured_on_part_of_a_chunk(clock, monkeypatch):
    monkeypatch.setattr(sweep_estimate, "MOST_SAMPLED", 6)
    monkeypatch.setattr(sweep_estimate, "FEWEST_SAMPLED", 2)
    both = spec(scenarios=["royalty", "liability"], chunk=12)
    del both["scenario"]
    found = estimate_sweep(make_plan(as_sweep_spec(both), "batch"))
    assert clock == [3, 3]
    assert found.rows == 24 and found.seconds == 24.0 + 10.0


def test_what_is_there_already_is_not_counted(clock, tmp_path):
    sweep(spec(), tmp_path / "s")
    clock.clear()
    found = estimate_sweep(plan_of(), tmp_path / "s")
    assert found.left == 0 and found.seconds == 0.0
    next((tmp_path / "s" / "chunks" / "royalty").glob("000001-*")).unlink()
    assert estimate_sweep(plan_of(), tmp_path / "s").left == 4


@pytest.mark.parametrize("draws", [1, 20])
def test_the_disk_is_what_the_files_take(clock, tmp_path, draws):
    """Within a tenth of what the sweep then writes."""
    changes = {"design": {"method": "lhs", "samples": 2000 // draws}, "draws": draws, "chunk": 256}
    found = estimate_sweep(plan_of(**changes))
    folder = sweep(spec(**changes), tmp_path / "s").folder
    written = sum(path.stat().st_size for path in folder.rglob("*.parquet"))
    assert found.bytes == pytest.approx(written, rel=0.1)


def test_a_design_without_end_is_estimated_at_once(clock, tmp_path):
    values = {f"{name}": {"low": 0.0, "high": 0.5, "count": 1000} for name in
              ("royalty_rate", "detection_rate", "rd_subsidy", "liability_share")}  # fmt: skip
    found = estimate_sweep(plan_of(design={"method": "grid", "values": values}), tmp_path)
    assert found.points == 10**12 and found.left == 2 * 10**12 and found.seconds > 1e12


def test_workers_are_really_started():
    found = estimate_sweep(plan_of(shocks="own"), workers=2)
    assert found.workers == 2 and found.seconds > 0.0
