"""Charts of fidelity: the parts of every band add up to the teacher, and the words are on the picture."""

from __future__ import annotations

import pandas as pd
import pytest

from econsim import fidelity
from econsim.charts.fidelity_fit import errors_of_laws, predicted_and_observed
from econsim.charts.spectrum import PARTS, capability_spectrum, retention_by_budget


def tables(chart) -> list[pd.DataFrame]:
    return [pd.DataFrame(rows) for rows in chart.to_dict()["datasets"].values()]


def test_parts_of_a_band_add_up_to_the_teacher():
    found = fidelity.spectrum(9_400)
    chart = capability_spectrum(found.bands, found.visible, found.hidden, found.headline, "run 0123")
    parts = next(table for table in tables(chart) if "part" in table)
    assert set(parts["part"]) == set(PARTS)
    assert (parts["points"] >= 0.0).all()
    total = parts.groupby("band")["points"].sum()
    pd.testing.assert_series_equal(total, found.bands.set_index("band")["teacher"], check_names=False)
    written = chart.to_json()
    for words in ("what the benchmark shows", "what deployment meets", "run 0123", f"{100 * found.visible:.0f}%"):
        assert words in written


def test_marks_outside_the_scale_are_left_out():
    found = fidelity.spectrum(9_400)
    marks = pd.concat([found.marks, found.marks.tail(1).assign(copy="far away", dollars=1e12)])
    chart = retention_by_budget(found.curve, marks, found.dollars, found.headline)
    assert "far away" not in chart.to_json()
    assert "R1-Distill-Qwen-32B" in chart.to_json()


def test_charts_of_the_fit():
    errors = pd.DataFrame(
        {
            "exam": ["unseen_pairs", "unseen_pairs", "unseen_benchmarks"],
            "law": ["refinement", "constant", "logistic"],
            "words": ["refinement", "constant", "logistic"],
            "by_pair": [5.0, 11.0, 6.0],
            "pairs": [11, 11, 24],
            "rows": [69, 69, 347],
        }
    )
    bars = next(table for table in tables(errors_of_laws(errors, "title")) if "told" in table)
    assert set(bars["told"]) <= {"5.0", "11.0", "6.0"}
    rows = pd.DataFrame(
        {"pair": ["a"], "benchmark": ["b"], "group": ["near"], "observed": [50.0], "refinement": [40.0]}
    )
    dots = next(table for table in tables(predicted_and_observed(rows, "title")) if "kind" in table)
    assert dots["kind"].tolist() == ["akin to those"]


def test_they_can_be_drawn():
    converter = pytest.importorskip("vl_convert")
    found = fidelity.spectrum(9_400)
    for chart in (
        capability_spectrum(found.bands, found.visible, found.hidden, found.headline),
        retention_by_budget(found.curve, found.marks, found.dollars, found.headline),
    ):
        assert "<svg" in converter.vegalite_to_svg(chart.to_json())
