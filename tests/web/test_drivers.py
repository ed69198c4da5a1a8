"""The page of drivers: bars of the futures at hand, and studies as jobs."""

from __future__ import annotations

import time

import pytest

from econsim.web import jobs


@pytest.fixture(autouse=True)
def cancelled():
    yield
    for job in jobs.queue():
        jobs.cancel(job.id)


@pytest.mark.parametrize("name", ["baseline", "royalty", "gate-and-detect"])
def test_the_page_opens(opened, name):
    at = opened("drivers", p=name)
    assert not at.exception and not at.error
    assert at.get("vega_lite_chart") or at.info


def test_what_is_asked_becomes_a_job(opened):
    at = opened("drivers", p="royalty", detection_rate="0.3")
    at.select_slider(key="sobol-samples").set_value(64).run()
    at.button(key="sobol-start").click().run()
    at.button(key="flip-start").click().run()
    running, waiting = jobs.queue()
    assert (running.kind, running.state, waiting.kind, waiting.state) == ("sensitivity", "running", "flip", "queued")
    assert "64" in running.arguments and "rd_investment" in waiting.arguments
    assert "detection_rate" in (running.folder / "scenario.yaml").read_text()
    at.button(key=f"flip-cancel-{waiting.id}").click().run()
    assert jobs.read(waiting.id).state == "cancelled"
    assert at.button(key="flip-again")


@pytest.mark.slow
def test_moats_are_shown_when_the_job_is_done(opened):
    at = opened("drivers", p="royalty")
    at.button(key="moats-start").click().run()
    (job,) = jobs.queue()
    end = time.monotonic() + 240.0
    while jobs.read(job.id).is_active and time.monotonic() < end:
        jobs.advance()
        time.sleep(0.1)
    assert jobs.read(job.id).state == "done", jobs.read(job.id).words()
    at.run()
    assert not at.exception and not at.error
    from econsim.web import study_files
    from econsim.web.words import plain

    assert plain(study_files.summary(job)["finding"]) in [one.value for one in at.markdown]


def test_indices_are_shown_when_they_are_done(opened, monkeypatch):
    """The finding in words, the chart and the table of the study that the job has written."""
    import econsim
    from econsim.studies.sensitivity_result import open_sensitivity
    from econsim.web.jobs import Job
    from econsim.web.words import label, spoken

    scenario = econsim.load_scenario("royalty").with_(quarters=20)
    asked = {"parameters": ["lab_premium", "copy_cost_ratio"], "outputs": ["rd_investment"], "samples": 64}
    done = Job("1", (), "sensitivity", "indices", "royalty", {}, jobs.DONE)
    econsim.sensitivity(scenario, **asked, over_time=[], engine="batch", out=done.out)
    monkeypatch.setattr(jobs, "find", lambda kind, **_: done if kind == "sensitivity" else None)
    at = opened("drivers", p="royalty")
    assert not at.exception and not at.error
    result = open_sensitivity(done.out)
    first = result.ranked("rd_investment", effect=True).iloc[0]["name"]
    assert at.dataframe[0].value["Assumption"].iloc[0] == label(first)
    told = [one.value for one in (*at.markdown, *at.caption)]
    assert not [one for one in told if "lab\\_premium" in one or "--" in one]
    assert "rd_investment" not in spoken(result.finding)


def test_a_job_that_cannot_be_started_is_told_and_the_page_stays(opened, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(jobs, "submit", full)
    at = opened("drivers", p="royalty")
    at.button(key="moats-start").click().run()
    assert not at.exception
    (told,) = [one.value for one in at.error]
    assert told.startswith("Something went wrong on our side. Error ")
    assert at.button(key="moats-start") and at.get("vega_lite_chart")
