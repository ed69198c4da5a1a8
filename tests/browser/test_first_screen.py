"""A1, A2, A28: the first screen is computed, complete without scrolling, and nothing leaves the machine."""

from __future__ import annotations

from econsim import load_scenario
from econsim.findings import relative_change
from econsim.web import stored
from econsim.web.url_codec import OPENING


def test_the_first_screen_is_complete_without_scrolling(visitor):
    tab = visitor(stranger=True).open()
    shown = tab.shown()
    result = stored.read(load_scenario(OPENING)).result
    assert shown.finding == result.finding and shown.run == result.run_id
    assert len(shown.numbers) == 4
    for selector in (".st-key-finding", '[data-testid="stMetric"] >> nth=3'):
        box = tab.page.locator(selector).bounding_box()
        assert box["y"] + box["height"] <= 720, selector
    charts = tab.page.locator('[data-testid="stVegaLiteChart"] svg')
    charts.nth(2).wait_for()
    for place in range(3):
        box = charts.nth(place).bounding_box()
        assert box["y"] + box["height"] <= 720 and box["width"] > 200


def test_something_changes_on_the_first_screen():
    change = relative_change(stored.read(load_scenario(OPENING)).result, "rd_investment")
    assert (abs(change) > 0.001).mean() > 0.2


def test_nothing_leaves_the_machine_and_nothing_complains(visitor):
    tab = visitor(stranger=True).open()
    tab.press("Release window", times=2)
    tab.open("?p=royalty")
    assert len(tab.requests) > 10
    assert not tab.strangers()
    assert not tab.complaints
