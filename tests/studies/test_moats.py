"""What each moat is worth: paired, additive, and the same numbers as single runs."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sweep_helpers import simulate, small

import econsim
from econsim.charts.moats import decomposition
from econsim.errors import InputError
from econsim.studies import moats as module
from econsim.studies.median_interval import median_interval
from econsim.studies.moats import EXCESS, METRICS, MOATS, SUM, TOGETHER, Moats

DRAWS = 8
STEPS: list[tuple[int, int]] = []


def lasting(**changes):
    return small("baseline", lab_premium=2.0).with_(**changes)


@pytest.fixture(scope="module")
def found() -> Moats:
    return econsim.moats(lasting(), draws=DRAWS, engine="batch", progress=lambda *done: STEPS.append(done))


def test_a_moat_is_taken_away_as_a_scenario_would(found):
    base = simulate(lasting(), draws=DRAWS)
    for removed, name in [
        ({"lab_premium": 0.0}, "lab_premium"),
        ({"access_lag": 0.0}, "access_lag"),
        (MOATS, TOGETHER),
    ]:
        alone = simulate(lasting(**removed), draws=DRAWS)
        for metric in METRICS:
            expected = alone.values(metric) - base.values(metric)
            np.testing.assert_array_equal(found.values(metric, name), alone.values(metric))
            np.testing.assert_array_equal(found.changes(metric)[name], expected)


def test_parts_add_up_in_every_draw(found):
    for metric in METRICS:
        changes = found.changes(metric)
        np.testing.assert_allclose(changes[SUM], sum(changes[name] for name in MOATS), rtol=1e-14)
        np.testing.assert_allclose(changes[SUM] + changes[EXCESS], changes[TOGETHER], rtol=1e-9, atol=1e-9)


def test_the_table_describes_the_draws(found):
    assert len(found.table) == 2 * (len(MOATS) + 3)
    for metric in METRICS:
        for removed, change in found.changes(metric).items():
            row = found.row(metric, removed)
            quantiles = [row[key] for key in ("p5", "p25", "median", "p75", "p95")]
            np.testing.assert_array_equal(quantiles, np.quantile(change, [0.05, 0.25, 0.5, 0.75, 0.95]))
            assert row["falls_in"] + row["rises_in"] <= 1.0 and row["futures"] == DRAWS


def test_the_sentences(found):
    npv, relative = found.sentences
    rows = {name: found.row("lab_npv", name) for name in MOATS}
    most = max(rows, key=lambda name: abs(rows[name]["median"]))
    way = "falls" if rows[most]["falls_in"] >= rows[most]["rises_in"] else "rises"
    clear = max(rows[most]["falls_in"], rows[most]["rises_in"]) == 1.0  # of 8, no fewer will do
    told = (
        f"matters most to lab NPV{'' if clear else ' by its median'}, which without it {way if clear else 'falls'} in "
    )
    assert npv.startswith(f"Of the four moats, {most.replace('_', ' ')} {told}")
    assert " (median " in npv and "90% range" in npv and "what they do alone, added up" in npv
    assert "R&D relative" in relative and found.finding == f"{npv} {relative}"


OPEN = "neither clearly above nor clearly below what they do alone, added up"


@pytest.mark.parametrize(
    ("excess", "together", "total", "words"),
    [
        (
            (-2.0, 0.75, 0.25),
            (0.9, 0.1),
            (0.9, 0.1),
            "more of a fall than what they do alone, added up, in 15 of 20 futures",
        ),
        (
            (2.0, 0.25, 0.75),
            (0.9, 0.1),
            (0.9, 0.1),
            "less of a fall than what they do alone, added up, in 15 of 20 futures",
        ),
        (
            (2.0, 0.25, 0.75),
            (0.1, 0.9),
            (0.1, 0.9),
            "more of a rise than what they do alone, added up, in 15 of 20 futures",
        ),
        (
            (-2.0, 0.75, 0.25),
            (0.1, 0.9),
            (0.1, 0.9),
            "less of a rise than what they do alone, added up, in 15 of 20 futures",
        ),
        ((0.0, 0.0, 0.0), (0.9, 0.1), (0.9, 0.1), "what they do alone added up"),
        ((-2.0, 0.5, 0.5), (0.9, 0.1), (0.9, 0.1), OPEN),
        ((-2.0, 0.55, 0.45), (0.9, 0.1), (0.9, 0.1), OPEN),
        ((-2.0, 0.75, 0.25), (0.9, 0.1), (0.1, 0.9), "below what they do alone, added up, in 15 of 20 futures"),
        ((-2.0, 0.75, 0.25), (0.55, 0.45), (0.9, 0.1), "below what they do alone, added up, in 15 of 20 futures"),
        ((2.0, 0.25, 0.75), (0.9, 0.1), (0.5, 0.5), "above what they do alone, added up, in 15 of 20 futures"),
    ],
)
def test_how_the_joint_change_compares_with_the_sum(excess, together, total, words):
    rows = [
        {"median": one[0], "falls_in": one[-2], "rises_in": one[-1], "futures": 20} for one in (excess, together, total)
    ]
    assert module._beyond_in_short(*rows) == words


@pytest.mark.parametrize(
    ("falls", "rises", "words"),
    [
        (11, 9, "falls in 11 of 20 futures and rises in 9 of 20 futures, which leaves its direction open (median −0.1"),
        (15, 5, "falls in 15 of 20 futures (median −0.1"),
        (0, 20, "rises in 20 of 20 futures (median −0.1"),
    ],
)
def test_a_change_goes_one_way_where_its_median_clearly_does(falls, rises, words):
    row = {"median": -0.1, "p5": -1.0, "p95": 1.0, "falls_in": falls / 20, "rises_in": rises / 20, "futures": 20}
    assert module._change(row, "ratio").startswith(words)
    values = np.repeat([-0.1, 0.1], [falls, rises])
    low, high = median_interval(values)
    assert module._way(row) == (np.sign(low) if low * high > 0.0 else 0)


def test_a_world_without_moats_has_none_to_take():
    found = econsim.moats(small("weak-moats"), draws=2, engine="batch")
    told = "Taking away any moat of weak moats leaves lab NPV as it is in every future."
    assert found.sentences[0] == told == found.headline("lab_npv")
    assert (found.table["falls_in"] == 0.0).all()


def test_a_premium_of_a_labs_own_goes_too():
    labs = [{"name": "leader", "premium": 2.0, "cash": 9000}, {}]
    none = small("baseline", labs=[{"cash": 9000}, {}], lab_premium=0.0)
    own = small("baseline", labs=labs)
    assert module._without(own, {"lab_premium": 0.0}).world_hash == none.world_hash
    kept = module._without(own, {"access_lag": 0.0}).structure.labs
    assert kept is not None and kept[0].premium == 2.0


def test_few_futures_are_said_and_progress_is_told(found):
    assert f"Too few futures to rest on: {DRAWS}." in found.finding and STEPS == [(DRAWS, DRAWS)]


def test_draws_that_failed_in_any_world_are_left_out(found, monkeypatch):
    runs = dict(found._runs)
    failed = np.arange(DRAWS) == 3
    runs["access_lag"] = module.Run(runs["access_lag"].scenario, runs["access_lag"].metrics, {}, failed)
    settings = module.Settings(DRAWS, 0, "calibrated", "batch", keep="summaries")
    other = Moats(found.scenario, settings, runs)
    assert other.failed_draws == 1 and np.isnan(other.changes("lab_npv")["lab_premium"]).tolist() == failed.tolist()
    assert other.row("lab_npv", "vendor_inertia")["futures"] == DRAWS - 1
    assert not other.has_finding and other.finding == "No finding: 1 of 8 draws could not be solved."
    assert other.headline("lab_npv") == other.finding


def test_summary_and_identity(found):
    told = json.loads(json.dumps(found.summary(), allow_nan=False))
    assert told["changes"]["rd_relative"][TOGETHER]["p95"] == found.row("rd_relative", TOGETHER)["p95"]
    assert told["units"] == {"lab_npv": "$M", "rd_relative": "ratio"} and told["moats"] == dict(MOATS)
    same = module.moats_identity(lasting(), DRAWS, 0, "calibrated")
    assert found.identity == same != module.moats_identity(lasting(), DRAWS, 1, "calibrated")


def test_charts_say_what_was_found_and_in_which_run(found):
    for metric in METRICS:
        told = json.dumps(decomposition(found, metric).to_dict(), ensure_ascii=False).replace('", "', " ")
        assert found.headline(metric) in told and f"run {found.identity}" in told
    with pytest.raises(InputError, match="did you mean 'lab_npv'"):
        decomposition(found, "lab_npvs")


def test_bad_settings_are_one_error_each():
    with pytest.raises(InputError, match="draws: must be a whole number in range"):
        econsim.moats("baseline", draws=0)
    with pytest.raises(InputError, match="did you mean 'baseline'"):
        econsim.moats("baselin")
