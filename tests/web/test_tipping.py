"""The page of tipping points: the map of a job, and the levers that a cell sets."""

from __future__ import annotations

import time

import numpy as np
import pytest
from page_helpers import unfolded

from econsim.studies.analysis_store import write_analysis
from econsim.studies.tipping import ask, tipping
from econsim.studies.tipping_map import read_map
from econsim.web import job_commands, jobs


@pytest.fixture(autouse=True)
def cancelled():
    yield
    for job in jobs.queue():
        jobs.cancel(job.id)


def done(job):
    end = time.monotonic() + 300.0
    while jobs.read(job.id).is_active and time.monotonic() < end:
        jobs.advance()
        time.sleep(0.1)
    assert jobs.read(job.id).state == "done", jobs.read(job.id).words()


def test_a_stored_map_is_the_map(tmp_path):
    asked = {"output": "rd_relative", "below": 0.9, "draws": 4, "engine": "batch"}
    found = tipping("royalty", "royalty_rate=0:0.4:3", "detection_rate=0:1:2", **asked)
    write_analysis(tmp_path / "map", "tip", found.id, found.summary(), found.tables())
    question = ask(
        "royalty", "royalty_rate=0:0.4:3", "detection_rate=0:1:2", "rd_relative", None, 0.9, 4, 0, None, "batch"
    )
    again = read_map(question, tmp_path / "map")
    assert again.summary() == found.summary()
    np.testing.assert_array_equal(again.levels, found.levels)


def test_a_cell_sets_both_levers_and_the_map_stays(opened, monkeypatch):
    monkeypatch.setattr(job_commands, "DRAWS", (1, 2))
    at = opened("tipping", p="royalty")
    assert not at.exception and not at.error
    at.button(key="map-start").click().run()
    (job,) = jobs.queue()
    assert job.about["output"] == "effect:rd_investment" and job.about["threshold"] == 0.0
    done(job)
    at.run()
    assert not at.exception and not at.error
    chart = at.get("vega_lite_chart")[0]
    assert '"cell"' in chart.proto.spec
    royalty, detection = at.selectbox(key="cell-royalty_rate"), at.selectbox(key="cell-detection_rate")
    royalty.select_index(3)
    detection.select_index(10)
    at.run()
    at.button(key="cell-set").click().run()
    assert not at.exception and not at.error
    assert at.slider(key="lever-royalty_rate").value == pytest.approx(float(royalty.options[3].split()[0]))
    assert "detection_rate" in at.query_params
    assert at.get("vega_lite_chart"), "the same map, wherever on it one stands"


def test_the_threshold_is_told_and_searched_with_every_digit_that_was_entered(opened):
    at = opened("tipping", p="royalty")
    (field,) = [one for one in at.number_input if one.label.startswith("Threshold")]
    field.set_value(1.23456).run()
    assert not at.exception and not at.error
    assert any("--below 308.64" in one.value for one in unfolded(at).code)
    side = {"above": None, "below": 1.23456 / 4e-3}
    question = ask("royalty", "royalty_rate", None, "effect:rd_investment", *side.values(), 4, 0, None, "batch")
    assert question.beyond_words == "below $1.23456bn a year"
    share = ask("royalty", "royalty_rate", None, "hidden_loss_share", 0.012345, None, 4, 0, None, "batch")
    change = ask("royalty", "royalty_rate", None, "effect:hidden_loss_share", 0.0, None, 4, 0, None, "batch")
    assert share.beyond_words == "above 1.2345%" and change.beyond_words == "above 0 points"


def test_a_wrong_condition_is_named(opened, tmp_path):
    spec = "scenario: royalty\ndesign:\n  method: lhs\n  samples: 64\nmetrics: [rd_relative, rd_investment]\n"
    job = job_commands.sweep(spec, "Sweep")
    done(job)
    at = opened("tipping", p="royalty")
    assert not at.exception and not at.error
    box = at.selectbox(key="box-sweep")
    assert job.id in box.value
    (where,) = [one for one in at.text_input if one.label == "Futures of interest"]
    where.set_value("rd_relativ < 1").run()
    assert any("rd\\_relative" in one.value for one in at.error)
    (where,) = [one for one in at.text_input if one.label == "Futures of interest"]
    where.set_value("rd_relative < 0.9").run()
    at.button(key="box-start").click().run()
    (asked,) = jobs.queue()
    assert asked.arguments[-4:] == ("--where", "rd_relative < 0.9", "--out", "{folder}/out")
