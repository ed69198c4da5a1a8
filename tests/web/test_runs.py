"""The page of runs: a spec is built, checked, estimated and run, and its numbers are those of the sweep."""

from __future__ import annotations

import time

import pytest
from page_helpers import tables

from econsim import InputError
from econsim.scenario import load_scenario
from econsim.studies.sweep import open_sweep
from econsim.web import jobs, sweep_specs
from econsim.web.blocks import briefs
from econsim.web.url_codec import encode


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


def test_a_sweep_is_built_estimated_and_run(opened):
    at = opened("runs", p="royalty", detection_rate="0.3")
    assert not at.exception and not at.error
    at.number_input(key="sweep-samples").set_value(64).run()
    at.multiselect(key="sweep-metrics").set_value(["rd_relative"]).run()
    at.button(key="estimate-start").click().run()
    (job,) = jobs.queue()
    done(job)
    at.run()
    assert not at.exception and not at.error
    assert any("futures a second" in one.value for one in at.info)
    at.button(key="run-sweep-start").click().run()
    (job,) = jobs.queue()
    done(job)
    at.run()
    assert not at.exception and not at.error
    sweep = open_sweep(job.out)
    assert sweep.rows == 64 and "detection_rate" in (job.folder / "scenario.yaml").read_text()
    assert any(sweep.sweep_id in one.value for one in at.caption)
    assert len(tables(at)[0]) == 1


def test_which_finished_sweeps_are_listed_is_told(opened):
    """Sweeps of the command line lie wherever their author wanted: the page cannot say that there is none."""
    at = opened("runs", p="baseline")
    assert not at.exception and not at.error
    assert "Finished sweeps of this page" in [one.value for one in at.header]
    told = next(one.value for one in at.caption if "No sweep that was started here" in one.value)
    for command in ("econsim drivers DIR", "econsim discover DIR"):
        assert command in told


def test_a_bad_spec_is_named_and_reads_no_file_of_the_server():
    world = load_scenario("royalty")
    for text, word in (
        ("scenario: /etc/passwd\ndesign: {method: lhs, samples: 64}\n", "scenario"),
        ("scenario: {extends: ../x.yaml}\ndesign: {method: lhs, samples: 64}\n", "extends"),
        ("scenario: royalty\ndesign: {method: file, file: /etc/passwd}\n", "design.file"),
        ("scenario: royalty\ndesign: {method: lhs, sample: 64}\n", "sample"),
        ("scenario: royalty\ndesign: {method: lhs, samples: 64}\nmetrics: [rd_relativ]\n", "rd_relative"),
    ):
        with pytest.raises(InputError, match=word) as told:
            sweep_specs.checked(text, world)
        assert "/tmp" not in str(told.value)


def test_no_scenario_is_told(opened):
    at = opened("runs", p="royalty")
    at.multiselect(key="sweep-scenarios").set_value([]).run()
    assert at.error and not at.exception


@pytest.mark.slow
def test_a_brief_is_written(opened, monkeypatch):
    monkeypatch.setattr(briefs, "DRAWS", (40, 41, 42))
    at = opened("runs", p="royalty", royalty_rate="0.3")
    at.button(key="brief-start").click().run()
    (job,) = jobs.queue()
    done(job)
    at.run()
    assert not at.exception and not at.error
    from econsim.briefs.bundle import read_bundle

    bundle = read_bundle(job.out)
    assert bundle.manifest["draws"] == 42
    assert {"html", "md"} <= set(bundle.manifest["formats"])
    assert any(bundle.run_ids["royalty"] in one.value for one in at.caption)


def test_a_scenario_with_a_long_name_can_have_a_brief(opened):
    scenario = load_scenario("royalty").with_(name="a name that is longer than what a brief has room for in tables")
    at = opened("runs", **encode(scenario, None))
    assert not at.exception and not at.error
    assert at.button(key="brief-start")


def test_the_question_is_about_the_levers_that_are_set(opened):
    """Not the shipped scenario's, which is about other levers."""
    nought = dict.fromkeys(("api_restriction", "detection_rate", "penalty_multiple", "enforcement_reach"), "0")
    at = opened("runs", p="gate-and-detect", royalty_rate="0.2", **nought)
    assert not at.exception and not at.error
    assert [one.value for one in at.text_input if one.label == "Question"] == ["What changes with a royalty on copies?"]


def test_a_brief_without_packages_is_refused(opened):
    at = opened("runs", p="royalty")
    at.multiselect(key="brief-packages-royalty").set_value([]).run()
    assert at.error and not at.exception
