"""A15 to A17: a page answers while a job runs, a closed tab stops nothing, and what is cancelled is gone."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path


def told(folder) -> dict:
    (job,) = folder.glob("*-sweep-*/job.json")
    return json.loads(job.read_text(encoding="utf-8"))


def in_group(group: int) -> list[int]:
    """Processes of a group that are not just leftovers of the system's table."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == group and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def test_a_sweep_runs_beside_the_page_outlives_its_tab_and_can_be_cancelled(visitor, jobs_folder):
    first = visitor().open(path="/runs")
    seen = first.runs()
    futures = first.page.get_by_role("spinbutton", name="Futures")
    futures.fill("20000")  # more than are done while this test looks
    futures.press("Enter")
    first.rest(seen)
    first.click("Run")
    cancel = first.page.get_by_role("button", name="Cancel").first
    cancel.wait_for()
    running = told(jobs_folder)
    assert running["state"] == "running"

    other = visitor().open("?p=royalty")
    before = other.shown()
    other.press("Detection rate")
    assert other.shown().run != before.run
    assert told(jobs_folder)["state"] == "running"

    first.page.close()
    time.sleep(2.0)
    os.kill(running["pid"], 0)
    again = visitor().open(path="/runs")
    again.page.get_by_role("button", name="Cancel").first.click()
    again.page.get_by_role("button", name="Resume").first.wait_for()
    assert told(jobs_folder)["state"] == "cancelled"
    assert not in_group(running["pid"])
