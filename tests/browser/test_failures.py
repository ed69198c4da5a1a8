"""A29: what fails on our side is told in our words, with an id and the scenario, and nothing of the inside."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.browser import ROOT, Tab, serving

BROKEN = f"""
import runpy
from econsim.web import running

def broken(*_):
    raise RuntimeError("secret detail")

running.answer = broken
runpy.run_path({str(ROOT / "app.py")!r}, run_name="__main__")
"""


@pytest.fixture
def breaking(browser, tmp_path):
    script = tmp_path / "app.py"
    script.write_text(BROKEN, encoding="utf-8")
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    with serving(script, ECONSIM_RUNS=str(tmp_path / "jobs")) as server:
        yield Tab(context.new_page(), server.address)
    context.close()


def test_a_failure_shows_our_message_an_id_and_the_scenario(breaking):
    breaking.page.goto(f"{breaking.address}/?p=royalty&detection_rate=0.4")
    told = breaking.page.locator('[data-testid="stAlert"]')
    told.wait_for()
    assert re.search(r"Something went wrong on our side\. Error [0-9a-f]{8}", told.inner_text())
    text = breaking.page.locator('[data-testid="stMain"]').inner_text()
    assert "secret" not in text and "Traceback" not in text and str(Path(ROOT)) not in text
    assert "detection_rate" in breaking.page.locator('[data-testid="stCode"]').first.inner_text()
    assert breaking.page.get_by_role("slider", name="Detection rate").input_value() == "0.4"
    breaking.page.get_by_role("button", name="Begin again").click()
    breaking.page.wait_for_function("location.search.includes('gate-and-detect')")
