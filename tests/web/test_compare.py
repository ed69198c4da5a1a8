"""Compare: packages on the same futures, in the link, under one world if wanted."""

from __future__ import annotations

import json

import numpy as np
import pytest
from page_helpers import tables

from econsim import load_scenario, simulate
from econsim.findings import futures
from econsim.library import shipped_scenarios
from econsim.studies.compare import Comparison, compare
from econsim.web import running, stored
from econsim.web.blocks import comparing
from econsim.web.yardstick import side_by_side


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
    assert futures(shares["higher"]) in str([one.to_dict() for one in tables(at)])
    at.toggle(key="compare-same-world").set_value(False).run()
    assert "lab_premium" not in expected.settings_difference()["setting"].tolist()
    assert any("Lab premium" in one.index for one in tables(at))


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


def test_the_status_quo_beside_policies_is_shown_as_such(opened):
    """Its own page holds the baseline against a world without copying; here that would be another yardstick."""
    at = opened("compare", p="royalty", with1="baseline", with2="free-copying")
    assert not at.exception and not at.error
    titles, subtitles = titles_of(at)
    assert "baseline: the status quo, so 0" in titles[1]
    assert "measured against this package" in subtitles[1]
    assert "against baseline" in subtitles[0] and "against baseline" in subtitles[2]


def titles_of(at):
    heads = [json.loads(one.proto.spec)["title"] for one in at.get("vega_lite_chart")]
    return [" ".join(one["text"]) for one in heads], [" ".join(one["subtitle"]) for one in heads]


def test_all_packages_have_one_yardstick(monkeypatch):
    """Also where their assumptions differ, so that each has a status quo of its own elsewhere."""
    monkeypatch.setattr(running, "DRAWS", 4)
    worlds = [load_scenario("royalty"), load_scenario("royalty").with_(lab_premium=0.5), load_scenario("baseline")]
    packages = side_by_side(worlds)
    quo = simulate("baseline", draws=4, engine="batch")
    for one, world in zip(packages, worlds, strict=True):
        assert one.against.scenario.world_hash == quo.scenario.world_hash
        result = simulate(world, draws=4, engine="batch")
        expected = result.series_change(quo, ["rd_investment"], yearly=True)
        np.testing.assert_allclose(one.changes("rd_investment", True)["p50"], expected["p50"], atol=1e-12)
    assert [one.is_status_quo for one in packages] == [False, False, True]
    assert {one.quo for one in packages} == {"baseline"}


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("royalty", "release-window"), "the same world without policy"),
        (("royalty", "free-copying"), "baseline"),
        (("free-copying", "baseline"), "baseline"),
    ],
)
def test_the_yardstick_has_one_name(names, told):
    assert {one.quo for one in side_by_side([load_scenario(name) for name in names])} == {told}
