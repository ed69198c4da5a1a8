"""Compare: packages on the same futures, in the link, under one world if wanted."""

from __future__ import annotations

import numpy as np
import pytest

from econsim import load_scenario
from econsim.findings import futures
from econsim.library import shipped_scenarios
from econsim.studies.compare import Comparison, compare
from econsim.web import stored
from econsim.web.blocks import comparing


def said(at) -> str:
    shown = [one.value for kind in (at.markdown, at.caption, at.info) for one in kind]
    return "\n".join(shown).replace("\\", "").replace("**", "")


def charts(at) -> int:
    return len(at.get("vega_lite_chart"))


FROM_NOW_ON = [
    name for name in shipped_scenarios() if load_scenario(name).structure == load_scenario("baseline").structure
]


def test_a_scenario_with_a_calendar_of_its_own_has_nothing_to_be_compared_with(opened):
    at = opened("compare", p="history-2023")
    assert not at.exception and not at.error
    assert "Choose at least one package" in said(at)


@pytest.mark.parametrize("name", FROM_NOW_ON)
def test_the_page_compares_with_two_others(opened, name):
    at = opened("compare", p=name)
    assert not at.exception and not at.error
    assert charts(at) == 3
    others = at.multiselect(key="compare-chosen").value
    assert len(others) == 2 and name not in others
    results = [stored.read(load_scenario(one)).result for one in (name, *others)]
    assert Comparison(results).finding in said(at)
    assert all(result.run_id in said(at) for result in results)


def test_what_is_compared_stands_in_the_link(opened):
    at = opened("compare", p="royalty")
    at.multiselect(key="compare-chosen").set_value(["rd-subsidy"]).run()
    assert at.query_params["with1"] == "rd-subsidy" and "with2" not in at.query_params
    assert charts(at) == 2
    again = opened("compare", **dict(at.query_params))
    assert again.multiselect(key="compare-chosen").value == ["rd-subsidy"]


def test_a_kept_package_is_compared_with_what_it_becomes(opened):
    at = opened("compare", p="royalty", with1="release-window")
    at.slider(key="lever-detection_rate").set_value(0.5).run()
    at.button(key="keep-package").click().run()
    at.slider(key="lever-detection_rate").set_value(0.0).run()
    assert not at.exception and not at.error
    kept = "royalty with detection rate 0.5"
    assert kept in at.multiselect(key="compare-chosen").value
    assert at.query_params["with2"] == "p=royalty&detection_rate=0.5"
    again = opened("compare", **dict(at.query_params))
    assert kept in again.multiselect(key="compare-chosen").value
    assert not again.warning


def test_others_are_compared_in_the_same_world(opened):
    at = opened("compare", p="royalty", with1="release-window", lab_premium="0.5")
    worlds = [load_scenario(name).with_(lab_premium=0.5) for name in ("royalty", "release-window")]
    expected = compare(worlds, draws=24, engine="batch")
    shares = expected.beats(["rd_investment"]).iloc[0]
    assert futures(shares["higher"]) in str([one.value.to_dict() for one in at.table])
    at.toggle(key="compare-same-world").set_value(False).run()
    assert "lab_premium" not in expected.settings_difference()["setting"].tolist()
    assert any("Lab premium" in one.value.index for one in at.table)


def test_tables_say_what_the_comparison_says():
    comparison = Comparison([stored.read(load_scenario(name)).result for name in ("royalty", "release-window")])
    square = comparing.beats_table(comparison, "rd_investment")
    row = comparison.beats(["rd_investment"]).iloc[0]
    assert square.loc["royalty", "release-window"] == futures(row["higher"])
    assert square.loc["release-window", "royalty"] == futures(row["lower"])
    assert square.loc["royalty", "royalty"] == "–"
    regret = comparing.regret_table(comparison, "rd_investment")
    assert regret["Best, or level with it, in"].tolist() == [
        futures(share) for share in comparison.regret("rd_investment")["best_in"]
    ]
    assert len(comparing.metrics_table(comparison).columns) == 3


def test_charts_share_an_axis_that_holds_every_range():
    tables = [stored.read(load_scenario(name)).change("rd_investment") for name in ("royalty", "rd-subsidy")]
    low, high = comparing.shared_axis(tables, 100.0)
    for table in tables:
        assert np.nanmin(table["p5"]) * 100.0 > low and np.nanmax(table["p95"]) * 100.0 < high
    assert low < 0.0 < high
