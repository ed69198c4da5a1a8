"""What is taken away from a chart: pictures that stand alone, and data in the chart's own units."""

from __future__ import annotations

import html
import io

import numpy as np
import pandas as pd
import pytest

from econsim import load_scenario, simulate
from econsim.charts.style import LIGHT
from econsim.charts.tipping import tipping_map
from econsim.cli_text import shown_unit
from econsim.fidelity import spectrum
from econsim.studies.tipping import tipping
from econsim.web import exports, running, stored
from econsim.web.blocks.pictures import in_unit, package_name
from econsim.web.pages.tipping import in_units
from econsim.web.words import METRICS


@pytest.fixture
def taken(monkeypatch):
    """What each chart of the last run of a page offers: name -> (draw, answer, shown, about, runs)."""
    found = {}

    def noted(name, draw, answer, shown, about, runs):
        found[name] = draw, answer, shown(), about(), runs

    monkeypatch.setattr(exports, "_downloads", noted)
    return found


def drawn(draw) -> dict:
    """The rows that a chart draws, by column."""
    spec = draw(theme=LIGHT, wrap=80).to_dict()
    rows = max(spec["datasets"].values(), key=len)
    return {name: np.array([row.get(name) for row in rows]) for name in rows[0]}


UNITS = {
    "rd_investment": {"levels": "$bn/year", "effect": "%", "dots": "%", "levers": "%"},
    "hidden_loss_share": {"levels": "%", "effect": "points", "dots": "points", "levers": "points"},
    "lab_profit": {"levels": "$bn/year", "effect": "$bn/year", "dots": "$bn/year", "levers": "$bn/year"},
}
"""Of what each chart draws; a share in per cent, and its change in points."""


def test_what_is_taken_away_is_in_the_units_of_its_chart_and_names_what_it_shows(opened, taken):
    at = opened(p="royalty")
    for metric, units in UNITS.items():
        at.segmented_control(key="chosen-metric").set_value(metric).run()
        assert not at.exception and not at.error
        for name in ("levels", "effect"):
            draw, _, shown, *_ = taken[name]
            for column in ("p5", "p50", "p95"):
                np.testing.assert_allclose(shown[column].to_numpy(), drawn(draw)[column].astype(float), rtol=1e-12)
        assert {name: set(taken[name][2]["unit"]) for name in units} == {name: {unit} for name, unit in units.items()}
        for name in ("levels", "effect", "dots", "assumptions"):
            assert taken[name][3].startswith(METRICS[metric].title)
            assert taken[name][3].endswith("royalty against the same world without policy")
    draw, answer, _, about, runs = taken["dots"]
    svg = html.unescape(exports.picture(draw, answer.result, "svg", about, runs).decode())
    assert about in svg and answer.run_id in svg
    assert "median, $bn/year" in taken["parties"][2]
    *_, shown, _, runs = taken["levers"]
    kept = [stored.read(one).run_id for one in stored.moderate_levers().values()]
    assert list(runs) == kept == shown["run"].tolist()


def test_pictures_of_a_comparison_name_metric_and_package(opened, taken):
    at = opened("compare", p="royalty")
    assert not at.exception and not at.error
    for name, package in (("effect-0", "royalty"), ("effect-1", "gate-and-detect")):
        draw, answer, shown, about, runs = taken[name]
        svg = exports.picture(draw, answer.result, "svg", about, runs).decode()
        assert package in svg and "frontier R&amp;D" in svg and answer.run_id in svg
        assert set(shown["unit"]) == {"%"}


def test_pictures_of_the_spectrum_say_where_they_come_from(opened, monkeypatch):
    sheets = {}
    monkeypatch.setattr(exports, "finished", lambda name, chart, tables, **_: sheets.update({name: (chart, tables)}))
    at = opened("spectrum", p="baseline")
    assert not at.exception and not at.error
    source = spectrum(1e4, student_size=32e9).identity
    for name, identity in (("spectrum", source), ("budgets", source), ("adoption", "run ")):
        chart, tables = sheets[name]
        assert identity in exports.written(chart, "svg").decode()
        for table in tables.values():
            assert "unit" in table or any(", " in column for column in table), name


def test_a_map_as_data_is_in_the_units_of_its_page():
    found = tipping("royalty", "royalty_rate=0:0.4:3", "release_window=0:4:2", output="lab_profit", above=0.0, draws=4,
                    engine="batch")  # fmt: skip
    table, (unit, factor) = in_units(found), shown_unit("$M/quarter")
    np.testing.assert_allclose(table[f"p50, {unit}"], found.table()["p50"] * factor)
    assert {"royalty_rate, share", "release_window, quarter"} <= set(table)
    assert found.id in exports.written(tipping_map(found), "svg").decode()


def test_whole_tables_name_the_unit_of_every_number(monkeypatch):
    """Model units are not those of the page: 492 is $M a quarter, where the chart has $bn a year."""
    given = {}

    def noted(label, data, file, mime, **_):
        given[label] = data

    monkeypatch.setattr(exports.st, "download_button", noted)
    answer = running.compute(load_scenario("baseline").with_(quarters=8))
    exports._downloads("x", None, answer, lambda: None, str, ())
    series, futures = (pd.read_csv(io.BytesIO(given[label]())) for label in ("All series (CSV)", "All futures (CSV)"))
    result = answer.result
    units = dict(zip(series["metric"], series["unit"], strict=True))
    assert units["rd_investment"] == "$M/quarter" and units["frontier_capability"] == "nat"
    assert set(units) == set(result.trajectories) and series["unit"].notna().all()
    pd.testing.assert_series_equal(series["p50"], result.series["p50"])
    assert list(futures) == ["draw", *(f"{name}, {one.unit}" for name, one in result.catalogue.items())]
    np.testing.assert_array_equal(futures["rd_investment, $M/quarter"], result.values("rd_investment"))


def test_the_tail_shortfall_is_one_share_everywhere():
    answer = stored.read(load_scenario("free-copying"))
    shown = METRICS["hidden_loss_share"]
    assert answer.result.catalogue[shown.series].unit == "share"
    years = in_unit(answer.level(shown.series), "%", 100.0)
    whole = 100.0 * np.nanmedian(answer.result.values(shown.metric))
    assert years["p50"].min() < whole < years["p50"].max()


def test_a_package_is_named_with_what_was_set_on_top():
    scenario = load_scenario("royalty").with_(liability_share=0.3, detection_rate=0.5)
    result = simulate(scenario, draws=2, engine="batch", keep="summaries")
    assert package_name(result) == "royalty with detection rate 0.5 and liability share 0.3"
    told = "Frontier R&D: royalty with detection rate 0.5 and liability share 0.3 against the same world without policy"
    assert exports.compared(result, "Frontier R&D") == told
