"""Facts of history: complete, checked, and what each measure reads off a run that is made up for it."""

from __future__ import annotations

import datetime
import shutil

import numpy as np
import pytest

from econsim.errors import InputError
from econsim.evidence import history_facts, replay
from econsim.evidence.history_facts import history, load_history
from econsim.scenario import load_scenario
from econsim.studies.history_measures import MEASURES, Past, measured

START = datetime.date(2023, 4, 1)
QUARTERS, LABS, DISTILLERS = 16, 2, 1


def test_every_row_of_the_replay_is_expressed_or_listed_with_a_reason():
    told = {one.row for one in history().facts} | {one.row for one in history().not_expressible}
    assert told - {""} == set(replay()["id"])
    assert not {one.row for one in history().facts} & {one.row for one in history().not_expressible}
    assert len({one.id for one in history().facts}) == len(history().facts)
    assert {one.measure for one in history().facts} == set(MEASURES)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("id: F06\n", "id: F05\n", "F05: is given twice"),
        ("row: F06\n", "row: F99\n", "F06.row"),
        ("source: [price_panel]", "source: [price_pannel]", "price_panel"),
        ("  low: 1\n  high: 5", "  low: 4\n  high: 5", "F06.value"),
        ("kind: sign", "kind: level", "F10.kind"),
        ("at: 2023-12-31", "at: 2023-13-31", "F06.arguments.at"),
        ("- row: F22\n", "- row: F01\n", "F22: is neither expressed nor listed"),
        ("  unit: count", "  units: count", "history.facts.6"),
    ],
)
def test_a_faulty_file_is_refused(tmp_path, old, new, named):
    path = tmp_path / "history.yaml"
    shutil.copy(history_facts.FILE, path)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as error:
        load_history(path)
    assert named in str(error.value)


def made_up(**series) -> Past:
    """A frontier that gains half a nat a quarter, copies two quarters behind, and prices that fall by a tenth."""
    time = np.arange(QUARTERS, dtype=float)[:, None]
    capability = np.stack([0.5 * time, 0.5 * time - 0.2, 0.5 * time - 1.0, 0.5 * time - 2.0, 0.5 * time - 1.5], axis=1)
    price = -0.1 * time[:, None] + np.log([1.0, 1.1, 0.5, 0.3, 0.2])[None, :, None]
    run = {
        "frontier_capability": 0.5 * time,
        "copy_visible_capability": 0.5 * time - 1.0,
        "offered_capability": capability,
        "price_at_capability_zero": price,
        "revenue_by_offer": np.ones((QUARTERS, 5, 1)) * np.array([5.0, 4.0, 3.0, 1.0, 2.0])[None, :, None],
        "rd_investment": 3.0 + 0.0 * time,
        "lab_revenue": 2.0 ** (time / 4.0),
        "lab_gross_profit": 0.5 * 2.0 ** (time / 4.0),
        **series,
    }
    values = {"serving_elasticity": 0.0, "initial_expected_growth": 0.5}
    return Past(run, values, START, LABS, DISTILLERS)


@pytest.mark.parametrize(
    ("measure", "arguments", "expected"),
    [
        ("months_to_match", {"since": "2023-04-01"}, 6.0),
        ("backward_lag", {"first": "2025-01-31", "last": "2025-12-31"}, 6.0),
        ("gap", {"first": "2025-01-31", "last": "2025-12-31"}, 1.0),
        ("gap_ratio", {"first": "2024-01-31", "last": "2025-02-28"}, 1.0),
        ("gap_change", {"first": "2024-01-31", "last": "2025-02-28"}, 0.0),
        ("frontier_growth", {"first": "2023-04-01", "last": "2026-01-01"}, 2.0),
        ("firms_at_the_top", {"first": "2024-04-01", "last": "2026-04-01"}, 1.0),
        ("organisations_at_scale", {"at": "2024-12-31"}, 2.0),
        ("price_ratio", {"level_at": "2023-04-01", "at": "2024-07-01", "by": "labs"}, 0.2 * np.exp(-0.5)),
        ("price_ratio", {"level_at": "2023-04-01", "at": "2024-07-01", "by": "open"}, 0.3 * np.exp(-0.5)),
        ("price_fall", {"level_at": "2023-04-01", "at": "2024-07-01", "by": "anyone"}, 5.0 * np.exp(0.5)),
        ("open_price_ratio", {"at": "2025-01-20"}, 0.5),
        ("list_price_slope", {"first": "2023-04-01", "last": "2026-04-01"}, -0.4),
        ("rd_to_revenue", {"first": "2023-04-01", "last": "2023-07-01"}, 3.0),
        ("gross_margin", {"first": "2025-01-01", "last": "2026-01-01"}, 0.5),
        ("revenue_ratio", {"first": "2024-01-01", "last": "2025-01-01"}, 2.0),
        ("leadership_changes", {"first": "2023-04-01", "last": "2025-10-01"}, 0.0),
        ("open_share_change", {"first": "2024-10-01", "last": "2025-10-01"}, 0.0),
    ],
)
def test_measures_of_a_run_that_is_made_up(measure, arguments, expected):
    np.testing.assert_allclose(MEASURES[measure](made_up(), **arguments), expected, rtol=2e-3, atol=1e-9)


def test_open_models_share_of_quantity():
    """Spending over price: 3/0.5 and 1/0.3 of 5/1, 4/1.1, and 2/0.2."""
    quantity = np.array([5.0, 4.0 / 1.1, 6.0, 1.0 / 0.3, 10.0])
    found = MEASURES["open_token_share"](made_up(), "2025-01-01", "2026-01-01")
    np.testing.assert_allclose(found, quantity[2:4].sum() / quantity.sum())


def test_what_is_never_matched_lasts_to_the_end_of_the_run():
    still = made_up(copy_visible_capability=np.full((QUARTERS, 1), -5.0))
    found = MEASURES["months_to_match"](still, since="2024-04-01")
    np.testing.assert_allclose(found, 3.0 * (QUARTERS - 1 - still.when("2024-04-01")))


def test_the_starting_state_is_that_of_march_2023():
    """GPT-4 leads, everybody else stands where the largest run known by then puts them, open models at LLaMA-65B."""
    from econsim.evidence import training_runs

    scenario = load_scenario("history-2023")
    runs = training_runs().set_index("model")["training_flop"]
    at = {lab.name: lab.initial_capability for lab in scenario.structure.labs}
    for lab, model in (("google", "PaLM 2"), ("meta", "LLaMA-65B"), ("baidu", "ERNIE 3.0 Titan")):
        assert abs(at[lab] - np.log(runs[model] / runs["GPT-4 (Mar 2023)"])) < 0.02, lab
    assert scenario.structure.public_capability == at["meta"]
    assert scenario.structure.start == "2023Q2"
    dates = scenario.period_dates()
    assert dates[0] < datetime.date(2023, 7, 1) and dates[-1] >= datetime.date(2026, 7, 1)


def test_measures_of_a_real_run_are_defined_for_most_draws():
    from model_helpers import run, world_of

    scenario = load_scenario("history-2023")
    world = world_of(scenario, draws=16)
    past = Past(
        run(world), vars(world.parameters), scenario.period_dates()[0], world.frame.labs, world.frame.distillers
    )
    for fact in history().facts:
        found = measured(fact, past)
        assert found.shape == (16,)
        assert np.isfinite(found).mean() >= (0.25 if fact.measure == "price_ratio" else 0.7), fact.id
