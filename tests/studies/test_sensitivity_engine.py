"""`econsim.sensitivity` of the model itself: SALib's own numbers, and runs in the same future."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from SALib.analyze import sobol as salib_sobol
from sensitivity_toys import analyse
from sweep_helpers import content, simulate, small

from econsim import open_sensitivity, open_sweep


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """A small analysis by the engine, with a policy to have effects of."""
    folder = tmp_path_factory.mktemp("real") / "there"
    names = ["lab_premium", "copy_cost_ratio", "leakage_rate"]
    analyse(scenario=small(), samples=64, parameters=names, second_order=True, out=folder)
    return open_sensitivity(folder)


def test_the_numbers_are_those_of_salib(real):
    sweep = open_sweep(real.folder / "sweep")
    problem = {"num_vars": 3, "names": list(sweep.names), "bounds": [[0, 1]] * 3}
    for metric in ("rd_investment", "rd_relative"):
        values = sweep.values(metric)
        expected = salib_sobol.analyze(problem, values, calc_second_order=True, seed=0)
        for place, name in enumerate(sweep.names):
            one = real.outputs[metric][name]
            assert one["S1"] == pytest.approx(expected["S1"][place], rel=1e-9, abs=1e-12)
            assert one["ST"] == pytest.approx(expected["ST"][place], rel=1e-9, abs=1e-12)
        pair = {(one["a"], one["b"]): one["S2"] for one in real.content["second_order"]["outputs"][metric]}
        assert pair[sweep.names[0], sweep.names[2]] == pytest.approx(expected["S2"][0, 2], rel=1e-9, abs=1e-12)
    effect = salib_sobol.analyze(problem, sweep.values("rd_investment", effect=True), calc_second_order=True, seed=0)
    assert real.effects["rd_investment"][sweep.names[1]]["ST"] == pytest.approx(effect["ST"][1], rel=1e-9)


def test_every_point_is_a_run_in_the_same_future(real):
    """Shocks are shared, what is not varied stands at its default, and series are those of the run."""
    sweep = open_sweep(real.folder / "sweep")
    assert set(sweep.values("draw")) == {0}
    world = sweep.at(5).scenario
    run = simulate(world, draws=2, ensemble="default")
    assert sweep.values("rd_investment")[5] == run.metrics["rd_investment"][0]
    columns = [name for name in sweep.dataset().schema.names if name.startswith("rd_investment@")]
    table = sweep.dataset().to_table(columns=columns).to_pandas()
    assert table.iloc[5].tolist() == run.trajectories["rd_investment"][:, 0].tolist()
    noise = open_sweep(real.folder / "noise")
    assert sorted(set(noise.values("draw"))) == [0, 1, 2, 3] and noise.points == 64


def test_the_folder_reads_back(real):
    assert json.loads((real.folder / "results.json").read_text()) == real.content
    table = pd.read_parquet(real.folder / "indices.parquet")
    pd.testing.assert_frame_equal(table, real.indices, check_dtype=False)
    row = table.query("kind == 'outputs' and output == 'hhi' and parameter == 'lab_premium' and statistic == 'ST'")
    assert row["value"].item() == real.outputs["hhi"]["lab_premium"]["ST"]
    assert real.content["sweeps"]["sweep"] == open_sweep(real.folder / "sweep").sweep_id
    assert real.run_id in repr(real)


@pytest.mark.slow
def test_workers_change_nothing(real, tmp_path):
    names = ["lab_premium", "copy_cost_ratio", "leakage_rate"]
    analyse(scenario=small(), samples=64, parameters=names, second_order=True, out=tmp_path / "two", workers=2)
    assert content(tmp_path / "two") == content(real.folder)
