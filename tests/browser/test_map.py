"""A18: a click on a cell of the map sets both levers to its values."""

from __future__ import annotations

import json
from dataclasses import asdict
from urllib.parse import parse_qs

import numpy as np
import pytest

from econsim import load_scenario
from econsim.scenario_settings import with_settings
from econsim.studies.analysis_store import write_analysis
from econsim.studies.tipping import ask
from econsim.studies.tipping_map import LEVELS, TippingMap
from econsim.web import job_commands, jobs

AXES = "royalty_rate", "detection_rate"
ACROSS, UP = 3, 7  # the cell that is clicked, from the lower left


@pytest.fixture
def finished_map(jobs_folder, monkeypatch):
    """The job of the map that the page opens with, done: its cells are made up, only their places matter."""
    monkeypatch.setenv("ECONSIM_RUNS", str(jobs_folder))
    scenario = with_settings(load_scenario("royalty"), dict.fromkeys(AXES, 0))
    draws, output = job_commands.DRAWS[1], "effect:rd_investment"
    question = ask(scenario, *AXES, output, None, 0.0, draws, 0, None, "auto")
    shape = tuple(len(axis.values) for axis in reversed(question.axes))
    share = np.linspace(0.0, 1.0, shape[0] * shape[1]).reshape(shape)
    found = TippingMap(question, share, np.ones(shape), np.zeros((*shape, len(LEVELS))), 0)
    asked = {"x": AXES[0], "y": AXES[1], "output": output, "above": False, "threshold": 0.0, "draws": draws}
    about = job_commands.about(scenario, **asked)
    job = jobs.Job("20260101-000000-tip-000000", ("tip",), "tip", "A map", "royalty", about, jobs.DONE, 1.0, 1.0, 2.0)
    job.folder.mkdir()
    (job.folder / "job.json").write_text(json.dumps({k: v for k, v in asdict(job).items() if k != "id"}))
    write_analysis(job.out, "tip", found.id, found.summary(), found.tables())
    yield found
    jobs.remove(job.id)


def test_a_click_on_the_map_sets_both_levers(visitor, finished_map):
    tab = visitor().open("?p=royalty", path="/tipping").drawn()
    cells = tab.page.locator(".st-key-sheet-map svg .mark-rect.role-mark path")
    box = cells.nth(UP * len(finished_map.x.values) + ACROSS).bounding_box()
    before = tab.runs()
    tab.page.mouse.click(box["x"] + 0.25 * box["width"], box["y"] + 0.25 * box["height"])
    tab.rest(before)
    asked = parse_qs(tab.query().removeprefix("?"))
    for name, axis, place in zip(AXES, (finished_map.x, finished_map.y), (ACROSS, UP), strict=True):
        assert float(asked[name][0]) == pytest.approx(float(axis.values[place]))
    assert tab.page.get_by_role("slider", name="Detection rate").input_value() == "0.7"
