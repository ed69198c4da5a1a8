"""Tables of evidence: every column explained, every source on the list, figures as their sources have them."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from econsim import evidence
from econsim.errors import InputError

SHAPES = {
    "teacher_student": 382,
    "price_panel": 47,
    "training_runs": 263,
    "open_closed_gap": 34,
    "open_closed_lags": 24,
    "open_closed_prices": 12,
    "follower_leader_compute": 11,
    "tier_pairs": 10,
    "replay": 24,
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_table_is_as_its_notes_say(name):
    notes, frame = evidence.tables()[name], evidence.table(name)
    assert list(frame.columns) == list(notes.columns)
    assert len(frame) == SHAPES[name] and not frame.duplicated().any()
    assert all(len(meaning) > 4 for meaning in notes.columns.values())


def test_the_notes_cover_every_table():
    assert set(evidence.tables()) == set(SHAPES)
    for name in SHAPES:
        pd.testing.assert_frame_equal(getattr(evidence, name)(), evidence.table(name))


@pytest.mark.parametrize("name", SHAPES)
def test_every_source_of_a_table_is_on_the_list(name):
    notes, frame = evidence.tables()[name], evidence.table(name)
    for key in notes.source:
        assert evidence.reference(key).title
    if "source" in frame:
        keys = {key for cell in frame["source"] for key in re.split(r"; ", cell) if key}
        assert keys and keys <= set(notes.source)


def test_a_row_without_a_source_says_that_it_is_from_memory():
    panel = evidence.price_panel()
    assert panel[panel["source"] == ""]["remark"].str.contains("from memory, unverified").all()


def test_a_misspelt_table_names_the_right_one():
    with pytest.raises(InputError, match="did you mean 'price_panel'"):
        evidence.table("price_panels")


def test_a_table_is_a_copy():
    panel = evidence.price_panel()
    panel.loc[0, "eci"] = 0.0
    assert evidence.price_panel().loc[0, "eci"] == 126.17


def test_types():
    runs, panel, pairs = evidence.training_runs(), evidence.price_panel(), evidence.teacher_student()
    assert runs["open_weights"].dtype == "boolean" and runs["open_weights"].isna().any()
    assert panel["date"].dtype.kind == "M" and panel["open_weights"].notna().all()
    assert pairs["measured"].dtype == "boolean" and pairs["teacher_score"].dtype == float


def test_derived_columns_are_what_they_are_called():
    pairs = evidence.teacher_student()
    room = pairs["teacher_score"] - pairs["chance"].fillna(0.0)
    kept = (pairs["student_score"] - pairs["chance"].fillna(0.0)) / room
    known = pairs["retention"].notna()
    assert known.sum() > 300
    assert (kept - pairs["retention"])[known].abs().max() < 2e-3
    closed = (pairs["student_score"] - pairs["base_score"]) / (pairs["teacher_score"] - pairs["base_score"])
    known = pairs["gap_closed"].notna()
    assert (closed - pairs["gap_closed"])[known].abs().max() < 2e-3
    panel = evidence.price_panel()
    assert (0.75 * panel["input_price"] + 0.25 * panel["output_price"] - panel["blended_price"]).abs().median() < 1e-9
    gap = evidence.open_closed_gap()
    assert (gap["best_closed"] - gap["best_open"] - gap["gap"]).abs().max() < 0.11


def test_a_ratio_of_costs_stands_on_one_basis():
    """DeepSeek's costs are GPU hours times a rental price; the leaders' are amortised."""
    pairs = evidence.follower_leader_compute()
    known = pairs["cost_ratio"].notna()
    assert (pairs["cost_basis_leader"] == pairs["cost_basis_follower"])[known].all()
    assert known.sum() == 1 and (pairs["cost_basis_follower"] == "cloud").sum() == 4
    ratio = pairs["cost_follower_2023usd"] / pairs["cost_leader_2023usd"]
    assert (ratio - pairs["cost_ratio"])[known].abs().max() < 1e-3
    assert (pairs["flop_follower"] / pairs["flop_leader"] - pairs["flop_ratio"]).abs().max() < 1e-3


def test_references_as_a_table():
    frame = evidence.references().set_index("key")
    assert frame.loc["epoch_notable", "licence"] == "CC BY 4.0"
    assert frame.loc["assumption", "link"] == ""
    assert (frame["licence"] != "").all()
    with pytest.raises(InputError, match="did you mean 'hoffmann2022'"):
        evidence.reference("hoffman2022")
