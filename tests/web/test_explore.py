"""The first page, from every shipped scenario: what it says is what `econsim run` says."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from streamlit.runtime.scriptrunner_utils.exceptions import RerunException
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

from econsim import load_scenario, simulate
from econsim.cli_text import number
from econsim.findings import percent, relative_change
from econsim.library import shipped_scenarios
from econsim.results import run_identity
from econsim.runs import DEFAULT_DRAWS, DEFAULT_ENSEMBLE, DEFAULT_SEED
from econsim.web import frame, stored
from econsim.web.words import METRICS, change, change_range, level, short, spoken


def said(at) -> str:
    """All text of the page as one, without its Markdown."""
    shown = [one.value for kind in (at.markdown, at.caption, at.info, at.warning) for one in kind]
    return "\n".join(shown).replace("\\", "").replace("**", "")


@pytest.mark.parametrize("name", shipped_scenarios())
def test_the_page_shows_what_the_scenario_does(opened, name):
    at = opened(p=name)
    assert not at.exception and not at.error
    result = stored.read(load_scenario(name)).result
    assert result.finding in said(at)
    assert result.run_id == run_identity(load_scenario(name), DEFAULT_DRAWS, DEFAULT_SEED, DEFAULT_ENSEMBLE)
    assert result.run_id in said(at)
    assert len(at.metric) == 4
    summary = result.summary()
    shown = at.metric[3]
    assert shown.value == level(summary["metrics"]["hidden_loss_share"]["p50"], "share")


def test_the_numbers_are_those_of_the_summary(opened):
    at = opened(p="royalty")
    result = stored.read(load_scenario("royalty")).result
    found = result.summary()
    values = [one.value for one in at.metric]
    deltas = [one.delta for one in at.metric]
    assert values[0] == level(found["metrics"]["rd_relative"]["p50"], "share")
    assert percent(float(np.median(relative_change(result, "rd_investment")))) in deltas[0]
    assert values[1].endswith(level(found["metrics"]["true_lag_months"]["p50"], "months"))
    assert deltas[1].endswith(change(found["effects"]["true_lag_months"]["p50"], "months"))
    assert any(delta not in ("0", "–", "0%") for delta in deltas)


def test_three_charts_with_names_for_screen_readers(opened):
    charts = opened().get("vega_lite_chart")
    assert len(charts) >= 3
    for one in charts:
        assert json.loads(one.proto.spec)
        assert any(digit.isdigit() for digit in one.proto.alt)


def test_a_lever_moves_everything(opened):
    at = opened(p="baseline")
    before = said(at)
    at.slider(key="lever-release_window").set_value(4.0).run()
    assert not at.exception and not at.error
    assert at.query_params["release_window"] == "4"
    assert said(at) != before
    expected = simulate(load_scenario("baseline").with_(release_window=4.0), draws=24, engine="batch")
    assert spoken(expected.finding) in said(at) and expected.run_id in said(at)


def test_a_lever_keeps_its_start_and_ramp(opened):
    at = opened(p="gate-and-detect")
    at.slider(key="lever-detection_rate").set_value(0.25).run()
    assert at.query_params["detection_rate"] == "0.25@2027Q1~4"


def test_resets_are_independent(opened):
    at = opened(p="royalty", lab_premium="0.5")
    at.button(key="reset-levers").click().run()
    assert at.query_params["royalty_rate"] == "0" and at.query_params["lab_premium"] == "0.5"
    at.slider(key="lever-rd_subsidy").set_value(0.1).run()
    at.button(key="reset-assumptions").click().run()
    assert at.query_params["rd_subsidy"] == "0.1"
    assert "lab_premium" not in at.query_params


def test_a_bad_link_is_told_and_the_page_works(opened):
    at = opened(api_restriction="7", foo="1", m="0.0.1")
    assert not at.exception and not at.error
    assert len(at.warning) == 3
    assert len(at.metric) == 4


def test_the_chosen_metric_goes_along_to_other_pages(opened):
    at = opened(p="royalty")
    at.segmented_control(key="chosen-metric").set_value("frontier_price").run()
    at.switch_page("econsim/web/pages/compare.py").run()
    assert at.segmented_control(key="chosen-metric").value == "frontier_price"
    assert any(one.value.startswith(METRICS["frontier_price"].title) for one in at.caption)
    at.segmented_control(key="chosen-metric").set_value("rd_investment").run()
    at.switch_page("econsim/web/pages/explore.py").run()
    assert at.segmented_control(key="chosen-metric").value == "rd_investment"


def test_stacking_adds_the_levers_of_another_scenario(opened):
    at = opened(p="royalty")
    at.selectbox(key="stack").set_value("release-window").run()
    assert at.query_params["p"] == "royalty" and at.query_params["release_window"] == "2"


def test_what_fails_is_told_in_plain_words(opened, monkeypatch):
    def broken(*_):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("econsim.web.running.answer", broken)
    at = opened()
    assert not at.exception
    assert "on our side" in at.error[0].value and "secret" not in at.error[0].value
    assert any("levers" in one.value for one in at.code)


def test_the_strip_says_what_is_undefined_and_where_nothing_moves():
    from econsim.web.blocks.strip import _said

    table = pd.DataFrame({"name": ["Royalty rate 0.2", "Release window 2"], "median": [0.0, 0.0]})
    assert "none moves" in _said(table, "Tail shortfall")
    assert "undefined" in _said(table.assign(median=np.nan), "Tail shortfall")
    assert "Release window 2 moves" in _said(table.assign(median=[np.nan, -1.0]), "Tail shortfall")


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (number(8.81e-06), "0.00000881"),
        (number(-1.59e-07), "−0.000000159"),
        (short(-2.9e-05), "−0.000029"),
        (number(93_900.0), "93,900"),
        (level(-27_600.0, "$M"), "−$27.6bn"),
        (level(1.43, "nat/year"), "1.43 nats a year"),
        (change_range(float("nan"), float("nan"), "months"), "–"),
    ],
)
def test_numbers_have_signs_units_and_no_exponents(shown, expected):
    assert shown == expected


def test_every_metric_can_be_chosen_where_it_is_undefined(opened):
    at = opened(p="copying-off")
    for name in METRICS:
        at.segmented_control(key="chosen-metric").set_value(name).run()
        assert not at.exception and not at.error, name


def test_a_run_that_a_press_breaks_off_ends_at_once(monkeypatch):
    """Whatever it went on to show could swallow the press, or put an old state into the address."""
    around = []
    monkeypatch.setattr(frame.state, "sync", lambda _: SimpleNamespace(scenario=None))
    monkeypatch.setattr(frame.running, "is_at_hand", lambda _: True)
    monkeypatch.setattr(frame.running, "answer", lambda _: None)
    monkeypatch.setattr(frame, "_around", around.append)

    def broken_off(_):
        raise RerunException(RerunData())

    with pytest.raises(RerunException):
        frame.show("title", lambda *_: None, broken_off)
    assert not around


def test_the_sidebar_stays_where_the_first_screen_fails(opened, monkeypatch):
    monkeypatch.setattr("econsim.web.blocks.numbers.cards", lambda _: 1 / 0)
    at = opened()
    assert any("went wrong" in one.value for one in at.error)
    assert at.sidebar.slider
