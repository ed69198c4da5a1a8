"""The index of a sweep: means of points that do not depend on how the rows are cut into files."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from sweep_helpers import spec, sweep, use_stand_in

from econsim.metrics import summary_catalogue
from econsim.parameter_book import book
from econsim.studies import sweep_index
from econsim.studies.sweep_chunk import design_columns
from econsim.studies.sweep_index import PointMeans


def rows_of(points: int, draws: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of three columns, of all sizes, some undefined, some failed."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(points * draws, 3)) * 10.0 ** random.integers(-8, 8, size=(points * draws, 3))
    values[random.random(values.shape) < 0.2] = np.nan
    failed = random.random(points * draws) < 0.2
    values[failed] = np.nan
    return values, failed


def fed(values: np.ndarray, failed: np.ndarray, draws: int, cuts: list[int]) -> dict[str, np.ndarray]:
    """What `PointMeans` finds when it is fed the rows in these pieces."""
    means = PointMeans(draws)
    pieces = np.split(np.arange(len(values)), cuts)
    found = [one for piece in pieces if (one := means.feed(values[piece], failed[piece])) is not None]
    return {key: np.concatenate([one[key] for one in found]) for key in found[0]}


@given(st.integers(1, 6), st.integers(1, 9), st.integers(0, 99), st.lists(st.integers(0, 54), max_size=8))
def test_any_pieces_give_the_same_means(points, draws, seed, cuts):
    values, failed = rows_of(points, draws, seed)
    whole = fed(values, failed, draws, [])
    cut = fed(values, failed, draws, sorted(one for one in cuts if one <= len(values)))
    assert whole["point"].tolist() == list(range(points))
    for key in whole:
        np.testing.assert_array_equal(whole[key], cut[key], err_msg=key)


@given(st.integers(1, 6), st.integers(1, 9), st.integers(0, 99))
def test_means_are_means(points, draws, seed):
    """Over what is defined in draws that were solved."""
    values, failed = rows_of(points, draws, seed)
    found = fed(values, failed, draws, [1, 7])
    expected = pd.DataFrame(values).groupby(np.arange(len(values)) // draws).mean()
    np.testing.assert_allclose(found["means"], expected, rtol=1e-9, atol=1e-9 * np.nanmax(np.abs(values), initial=1.0))
    assert found["failed"].tolist() == failed.reshape(points, draws).sum(axis=1).tolist()


def test_groups_of_points_do_not_depend_on_the_chunks(tmp_path, monkeypatch):
    """Row groups of a given size, whatever the size of the files that are read: the index is the same bytes."""
    use_stand_in(monkeypatch)
    monkeypatch.setattr(sweep_index, "GROUP", 4)
    files = [sweep(spec(chunk=chunk), tmp_path / f"{chunk}").folder / "index.parquet" for chunk in (1, 5, 64)]
    assert files[0].read_bytes() == files[1].read_bytes() == files[2].read_bytes()


def test_a_parameter_with_the_name_of_a_metric_has_a_column_of_its_own(tmp_path, monkeypatch):
    use_stand_in(monkeypatch)
    design = {"method": "grid", "values": {"lab_cash": [1000.0, 2000.0], "lab_premium": [1.0]}}
    found = sweep(spec(design=design, metrics=["lab_cash"]), tmp_path / "s")
    assert found.columns == {"lab_cash": "lab_cash_parameter", "lab_premium": "lab_premium"}
    assert found.index["lab_cash_parameter"].tolist() == [1000.0, 2000.0]
    assert found.at(1).scenario.parameters["lab_cash"] == 2000.0
    assert found.index.columns.is_unique


def test_no_column_of_an_index_is_there_twice():
    every = [*book().parameters, *book().levers]
    named = list(design_columns(every).values())
    metrics = summary_catalogue(("low", "general", "high_stakes"), split=True)
    others = ["scenario", "point", "draws", "failed", *metrics, *(f"effect_{name}" for name in metrics)]
    assert not set(named) & set(others) and len(set(named)) == len(every)
