"""`econsim.charts.sensitivity`: what pictures say and show."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sensitivity_toys import NAMES, analyse

from econsim import InputError
from econsim.charts.sensitivity import index_over_time, morris_bars, sobol_bars, tornado, write_charts

pytestmark = pytest.mark.usefixtures("few")


def test_charts_say_what_was_found(toy, tmp_path):
    found = analyse(samples=256, parameters=NAMES, outputs=["rd_relative"])
    chart = sobol_bars(found).to_dict()
    text = json.dumps(chart, ensure_ascii=False)
    assert "Lab premium (" in text and "drive R&D relative to no copying most" in text.replace('", "', " ")
    assert f"Run {found.run_id}" in text and "95% intervals" in text
    assert "Sobol' indices" in text and index_over_time(found, "rd_investment").to_dict()
    written = write_charts(found, tmp_path)
    assert {path.suffix for path in written} == {".svg", ".png", ".pdf"}
    assert all(path.stat().st_size > 2000 for path in written)
    assert (tmp_path / "rd_relative.svg").read_text().count("lab premium") >= 1
    assert (tmp_path / "over-time-rd_investment.pdf").read_bytes().startswith(b"%PDF")
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in written}
    (tmp_path / "rd_relative.png").unlink()  # of this chart all is made again, of the other nothing
    write_charts(found, tmp_path)
    for path, (time, held) in before.items():
        if path.suffix != ".pdf":
            assert path.read_bytes() == held
        if path.name.startswith("over-time"):
            assert (path.stat().st_mtime_ns, path.read_bytes()) == (time, held)
    with pytest.raises(InputError, match=r"no format of a chart.*svg, png, pdf"):
        write_charts(found, tmp_path, ("jpg",))
    with pytest.raises(InputError, match="of oat"):
        tornado(found)
    with pytest.raises(InputError, match="did you mean"):
        index_over_time(found, "rd_investmen")


def test_what_is_not_distinguishable_from_zero_has_no_bar(toy):
    """An interval and words instead; no sign for a number that nobody knows."""
    found = analyse(samples=64, parameters=NAMES, outputs=["rd_relative"])
    chart = sobol_bars(found).to_dict()
    text = json.dumps(chart, ensure_ascii=False)
    assert "≈" not in text and "not distinguishable from zero" in text
    bars = [one for one in chart["vconcat"][0]["layer"] if one["mark"]["type"] == "bar"]
    assert len(bars) == 2 and all(one["transform"] == [{"filter": "!datum.faint"}] for one in bars)


def test_areas_over_time_are_yearly_and_have_their_intervals_below(toy):
    found = analyse(samples=256, parameters=NAMES)
    told = found.content["over_time"]["rd_investment"]
    areas, bands = index_over_time(found).to_dict()["vconcat"][0]["vconcat"]
    rows = list(index_over_time(found).to_dict()["datasets"].values())
    stacked = next(one for one in rows if "order" in one[0])
    dates = sorted({row["date"] for row in stacked})
    assert dates == ["2026-01-01", "2027-01-01", "2028-01-01", "2029-01-01"]
    for date in dates:
        assert sum(row["share"] for row in stacked if row["date"] == date) == pytest.approx(1.0, abs=0.05)
    first = next(row for row in stacked if row["what"] == "lab premium" and row["date"] == dates[0])
    assert first["share"] == pytest.approx(np.mean(told["parameters"]["lab_premium"]["S1"][:4]))
    intervals = next(one for one in rows if "low" in one[0])
    band = next(row for row in intervals if row["what"] == "lab premium" and row["date"] == dates[0])
    assert band["high"] - band["share"] == pytest.approx(np.mean(told["parameters"]["lab_premium"]["S1_conf"][:4]))
    assert areas["mark"]["type"] == "area" and "facet" in bands


@pytest.mark.slow
def test_charts_of_screening(toy, tmp_path):
    found = analyse("oat", draws=2, parameters=NAMES, outputs=["rd_relative"])
    text = json.dumps(tornado(found).to_dict(), ensure_ascii=False)
    assert "Screening, one at a time" in text and "One at a time, lab premium, leakage rate" in text
    found = analyse("morris", samples=8, parameters=NAMES, outputs=["hhi"])
    text = json.dumps(morris_bars(found, "hhi").to_dict(), ensure_ascii=False)
    assert "Screening: HHI reacts most to lab premium" in text
    assert [path.name for path in write_charts(found, tmp_path)] == ["hhi.svg", "hhi.png", "hhi.pdf"]
