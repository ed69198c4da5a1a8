"""What holds everywhere in the parameter box, with every lever at work: solved prices, closed books, sane shares."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_helpers import SERIES, baseline, box_world, run, same, world_of, worlds

from econsim.audit import audit_world, cash_miss, welfare_miss
from econsim.findings import MOST_FAILED
from econsim.parameter_book import book
from econsim.runs import Run, failed_draws
from econsim.series import PER_FIRM
from econsim.world import World

DRAWS = 300
IDENTITY = 1e-9
ADDS_UP = 1e-12

BOXES = {
    "all levers": {},
    "no levers": {"levers": False},
    "constant retention": {"fidelity_law": "constant_retention"},
    "no copying": {"copying": False},
    "no public fringe": {"public_fringe": False},
    "one lab": {"n_labs": 1},
    "twelve labs, one distiller": {"n_labs": 12, "n_distillers": 1, "quarters": 30},
}
POSSIBLY_UNDEFINED = {
    "lab_margin", "distiller_margin", "hhi", "copy_revenue_share", "copy_quantity_share", "frontier_price",
    "copy_price_ratio", "tail_gap_true", "tail_gap_believed", "head_retention", "tail_retention", "incentive_ratio",
    "incentive_ratio_domestic", "incentive_ratio_foreign",
}  # fmt: skip


def assert_sound(world: World, may_fail: float = 0.0) -> None:
    """No failed draw (or hardly any), no infinite number, closed books, shares in range."""
    books = audit_world("box", world)
    assert books.failed <= may_fail, f"{books.failed:.2%} failed, largest price residual {books.residual:.1e}"
    assert not books.infinite
    assert not books.outside
    assert books.shares <= ADDS_UP
    assert books.revenue <= ADDS_UP
    assert books.welfare <= IDENTITY
    assert books.cash <= IDENTITY


@pytest.mark.parametrize("changes", BOXES.values(), ids=BOXES.keys())
def test_box_is_sound(changes):
    """300 draws spread over the whole range of every parameter: C20, C21, and no draw fails."""
    assert_sound(box_world(seed=11, draws=DRAWS, **changes))


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=6)
def test_box_is_sound_for_any_seed(seed):
    """The same for designs that hypothesis picks."""
    assert_sound(box_world(seed, draws=24, quarters=40))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_box_is_sound_at_length(seed):
    """3,600 draws; none fails in 60 quarters."""
    assert_sound(box_world(seed=100 + seed, draws=DRAWS))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_box_is_sound_for_thirty_years(seed):
    """Over 120 quarters AI can take all but a millionth of the budget: under 1% of draws fail, and they are counted."""
    assert_sound(box_world(seed=100 + seed, draws=DRAWS, quarters=120), may_fail=MOST_FAILED)


def test_only_ratios_can_be_undefined():
    """A series is NaN only where its denominator is empty (no lab, no distiller, nobody who copies)."""
    found = run(box_world(seed=12, draws=DRAWS))
    assert {name for name in SERIES if np.isnan(found[name]).any()} <= POSSIBLY_UNDEFINED
    distillers = found["n_distillers_active"] > 0.0
    for name in ("tail_gap_true", "tail_gap_believed", "head_retention", "tail_retention"):
        assert np.array_equal(~np.isnan(found[name]), distillers), name
    assert np.array_equal(~np.isnan(found["frontier_price"]), found["lab_revenue"] > 0.0)


def test_outside_the_range_failures_are_reported():
    """Anywhere inside the bounds a draw either keeps its books or is counted as failed."""
    world = box_world(seed=13, draws=DRAWS, edges="bounds")
    values = world.parameters
    values.serving_elasticity = np.minimum(values.serving_elasticity, 0.9 * values.capability_value)
    found = run(world)
    failed = failed_draws(found)
    kept = {name: value[..., ~failed] for name, value in found.items() if name in SERIES}
    assert failed.mean() < 0.5
    assert welfare_miss(kept) <= IDENTITY
    assert cash_miss(kept) <= IDENTITY
    for name in set(SERIES) - POSSIBLY_UNDEFINED:
        assert np.isfinite(kept[name]).all(), name


def test_a_failed_draw_is_counted():
    """Numbers that are none are found, whatever the residual says."""
    world = world_of(baseline(quarters=6), 8)
    world.parameters.training_cost = np.where(np.arange(8) == 3, np.nan, 2000.0)
    assert failed_draws(run(world)).tolist() == [draw == 3 for draw in range(8)]


# ------------------------------------------------------------------------------------------------------ chunking


def chunked(chunk: int, draws: int, quarters: int) -> Run:
    """The run of a world in which every lever is at work and copying still happens."""
    policy = {name: 0.5 * lever.moderate for name, lever in book().levers.items()}
    return worlds(baseline(quarters=quarters, **policy), draws=draws, chunk=chunk)[0]


def assert_same_run(part: Run, whole: Run) -> None:
    """`part` holds the first draws of `whole`, to the last bit."""
    draws = part.failed.size
    assert set(part.metrics) == set(whole.metrics)
    assert [name for name, values in part.metrics.items() if not same(values, whole.metrics[name][:draws])] == []
    assert [
        name for name, values in part.trajectories.items() if not same(values, whole.trajectories[name][:, :draws])
    ] == []
    assert same(part.failed, whole.failed[:draws])


@pytest.fixture(scope="module")
def whole() -> Run:
    """300 draws at once."""
    return chunked(300, 300, 14)


@pytest.mark.parametrize("chunk", [64, 256])
def test_chunking_changes_no_bit(whole, chunk):
    """Trajectories and metrics of 300 draws are the same to the last bit in chunks of any size."""
    assert_same_run(chunked(chunk, 300, 14), whole)


@pytest.mark.parametrize("chunk", [1, 2, 3, 7])
def test_tiny_chunks_change_no_bit(whole, chunk):
    """C15: one draw alone is the same draw in a batch; the first 30 of 300."""
    assert_same_run(chunked(chunk, 30, 14), whole)


@pytest.mark.slow
@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 64, 256])
def test_chunking_changes_no_bit_over_a_whole_run(chunk):
    """The same for all 300 draws over 60 quarters."""
    assert_same_run(chunked(chunk, 300, 60), chunked(300, 300, 60))


def test_firm_level_arrays_do_not_depend_on_the_chunk():
    """The arrays that price_fall reads, too."""
    one, other = run(world_of(baseline(quarters=20), 5)), run(world_of(baseline(quarters=20), 9))
    for name in (*PER_FIRM, "lab_rd"):
        assert same(one[name], other[name][..., :5]), name
