"""Lever paths: what a lever does in each quarter, and dates as people write them."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from econsim.timeline import (
    LeverStep,
    lever_path,
    parse_quarter,
    period_dates,
    quarter_index,
    quarter_name,
    timing_problems,
)

FIRST = "2026Q1"


@pytest.mark.parametrize(
    ("written", "quarter"),
    [
        ("2027Q1", "2027Q1"),
        ("2027q3", "2027Q3"),
        ("2027-Q4", "2027Q4"),
        ("2027-01", "2027Q1"),
        ("2027-06", "2027Q2"),
        ("2027-12-31", "2027Q4"),
        (" 2027-07-01 ", "2027Q3"),
        (datetime.date(2027, 5, 9), "2027Q2"),
        (datetime.datetime(2027, 10, 1, 12), "2027Q4"),
    ],
)
def test_dates_people_write(written, quarter):
    assert parse_quarter(written) == quarter


@pytest.mark.parametrize(
    "written",
    ["2027", "2027Q5", "2027Q0", "2027-13", "2027-02-30", "27Q1", "2027Q1x", "", "Q1 2027", "1066Q1", 2027, None, 1.5],
)
def test_what_is_no_date(written):
    assert parse_quarter(written) is None


@given(st.integers(1900, 2100), st.integers(1, 4), st.integers(-300, 300))
def test_index_and_name_are_inverse(year, quarter, index):
    first = f"{year}Q{quarter}"
    if index >= -4 * (year - 1000):
        assert quarter_index(quarter_name(index, first), first) == index


@given(st.datetimes(datetime.datetime(1901, 1, 1), datetime.datetime(2190, 1, 1)), st.integers(1, 40))
def test_each_period_begins_in_its_quarter(day, quarters):
    first = parse_quarter(day)
    dates = period_dates(quarters, first)
    assert len(dates) == quarters
    assert dates[0] <= day.date()
    assert [parse_quarter(date) for date in dates] == [quarter_name(index, first) for index in range(quarters)]
    assert all(date.day == 1 for date in dates)


def test_default_step_holds_throughout():
    np.testing.assert_array_equal(lever_path([LeverStep(0.3)], 5, FIRST), np.full(5, 0.3))


def test_no_steps_is_the_status_quo():
    np.testing.assert_array_equal(lever_path([], 4, FIRST), np.zeros(4))


def test_start_is_included_and_end_is_not():
    path = lever_path([LeverStep(0.5, start=1, end=3)], 5, FIRST)
    np.testing.assert_array_equal(path, [0, 0.5, 0.5, 0, 0])


def test_dates_and_indices_say_the_same():
    by_date = lever_path([LeverStep(0.5, "2026Q3", "2027Q2", 2)], 8, FIRST)
    by_index = lever_path([LeverStep(0.5, 2, 5, 2)], 8, FIRST)
    np.testing.assert_array_equal(by_date, by_index)
    np.testing.assert_allclose(by_date, [0, 0, 0.5 / 3, 1.0 / 3, 0.5, 0, 0, 0], rtol=1e-15)


def test_ramp_reaches_the_value_at_start_plus_ramp():
    path = lever_path([LeverStep(1.0, start=2, ramp=4)], 10, FIRST)
    np.testing.assert_allclose(path, [0, 0, 0.2, 0.4, 0.6, 0.8, 1, 1, 1, 1], rtol=1e-15)


def test_a_following_step_takes_over_from_the_level_before_it():
    path = lever_path([LeverStep(0.8, 0), LeverStep(0.2, 3, ramp=2)], 8, FIRST)
    np.testing.assert_allclose(path, [0.8, 0.8, 0.8, 0.6, 0.4, 0.2, 0.2, 0.2], rtol=1e-15)


def test_after_a_gap_a_ramp_begins_at_zero():
    path = lever_path([LeverStep(0.8, 0, 2), LeverStep(0.6, 4, ramp=1)], 7, FIRST)
    np.testing.assert_allclose(path, [0.8, 0.8, 0, 0, 0.3, 0.6, 0.6], rtol=1e-15)


def test_a_ramp_cut_short_continues_from_where_it_got():
    path = lever_path([LeverStep(1.0, 0, ramp=9), LeverStep(0.0, 5, ramp=4)], 12, FIRST)
    assert path[4] == pytest.approx(0.5)
    np.testing.assert_allclose(path[5:10], [0.4, 0.3, 0.2, 0.1, 0.0], atol=1e-15)


@st.composite
def step_lists(draw, quarters=40):
    starts = sorted(draw(st.sets(st.integers(0, quarters - 1), min_size=1, max_size=5)))
    steps = []
    for begin, following in zip(starts, [*starts[1:], quarters], strict=True):
        end = draw(st.none() | st.integers(begin + 1, following))
        longest = quarters if end is None else end - begin
        steps.append(LeverStep(draw(st.floats(0, 1)), begin, end, draw(st.integers(0, longest))))
    return steps


@given(step_lists(), st.integers(1, 40))
def test_a_shorter_horizon_leaves_what_it_covers(steps, shorter):
    """Bit for bit, so that shortening a run changes none of the quarters it keeps."""
    whole = lever_path(steps, 40, FIRST)
    within = [step for step in steps if step.start < shorter]
    np.testing.assert_array_equal(lever_path(within, shorter, FIRST), whole[:shorter])


@given(step_lists())
def test_a_path_never_leaves_the_levels_it_moves_between(steps):
    path = lever_path(steps, 40, FIRST)
    assert not list(timing_problems(steps, 40, FIRST))
    assert path.dtype == np.float64
    assert path.shape == (40,)
    assert path.min() >= 0.0
    assert path.max() <= max(step.value for step in steps)


@pytest.mark.parametrize(
    ("steps", "step", "field"),
    [
        ([LeverStep(0.1, "2025Q4")], 0, "start"),
        ([LeverStep(0.1, 8)], 0, "start"),
        ([LeverStep(0.1, "2028Q1")], 0, "start"),
        ([LeverStep(0.1, 2, 9)], 0, "end"),
        ([LeverStep(0.1, 2, "2028Q2")], 0, "end"),
        ([LeverStep(0.1, 2, 2)], 0, "end"),
        ([LeverStep(0.1, 3, 1)], 0, "end"),
        ([LeverStep(0.1, 2, 4, ramp=3)], 0, "ramp"),
        ([LeverStep(0.1, 4), LeverStep(0.2, 3)], 1, "start"),
        ([LeverStep(0.1, 4), LeverStep(0.2, 4)], 1, "start"),
        ([LeverStep(0.1, 1, 5), LeverStep(0.2, 4)], 0, "end"),
    ],
)
def test_wrong_times_are_found(steps, step, field):
    problems = list(timing_problems(steps, 8, FIRST))
    assert [(one.step, one.field) for one in problems] == [(step, field)]


def test_an_end_at_the_horizon_and_an_endless_ramp_are_fine():
    assert not list(timing_problems([LeverStep(0.1, 0, 8)], 8, FIRST))
    assert not list(timing_problems([LeverStep(0.1, 6, ramp=20)], 8, FIRST))


def test_a_year_given_as_a_number_gets_a_hint():
    (problem,) = timing_problems([LeverStep(0.1, 2027)], 8, FIRST)
    assert "2027Q1" in problem.message
