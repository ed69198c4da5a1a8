"""A1, A2, A28: the first screen is computed, complete without scrolling, and nothing leaves the machine."""

from __future__ import annotations

from econsim import load_scenario
from econsim.findings import relative_change
from econsim.web import sidebar, stored
from econsim.web.url_codec import OPENING

SEEN = """
new MutationObserver((_, watching) => {
  if (document.querySelectorAll('[data-testid="stVegaLiteChart"] svg').length < 3) return
  watching.disconnect()
  window.seen = {
    sliderAtThirdChart: document.querySelectorAll('[data-testid="stSlider"]').length,
    sidebarAtThirdChart: document.querySelector('[data-testid="stSidebar"]').getBoundingClientRect().width,
  }
}).observe(document, {subtree: true, childList: true})
"""
TITLES = """
[...document.querySelectorAll('[data-testid="stVegaLiteChart"]')].slice(0, 3).map(chart => {
  const title = chart.querySelector('.role-title text'), end = one => one.getBoundingClientRect().right
  return {text: title.textContent, beyond: end(title) - end(chart.querySelector('svg'))}
})
"""
DEAF = """
const find = Document.prototype.querySelectorAll
window.asked = 0
Document.prototype.querySelectorAll = function (what) {
  if (what !== '[data-testid="stVegaLiteChart"]') return find.call(this, what)
  window.asked += 1
  throw new Error('no')
}
"""


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


def test_the_first_screen_is_painted_before_the_sidebar_is_put_up(visitor):
    """And the page that the browser then asks for is the whole one: nobody has to press anything."""
    tab = visitor(stranger=True)
    tab.page.add_init_script(SEEN)
    tab.open().drawn()
    assert tab.page.get_by_role("slider").count() > 8
    assert tab.page.locator('[data-testid="stSidebar"] h3').all_inner_texts().count(sidebar.FIRST) == 1
    seen = tab.page.evaluate("window.seen")
    assert seen["sliderAtThirdChart"] == 0 and seen["sidebarAtThirdChart"] > 200, seen
    before = tab.runs()
    tab.press("Release window")
    assert tab.runs() == before + 1, "it waits once a visit"


def test_titles_stay_whole_as_the_window_changes(visitor):
    """Whatever width a chart found when it was put up."""
    tab = visitor(stranger=True).open("?p=royalty")
    for width in (1100, 1600, 1280):
        tab.page.set_viewport_size({"width": width, "height": 720})
        tab.page.wait_for_timeout(500)
        titles = tab.page.evaluate(TITLES)
        assert all(not one["text"].endswith("…") and one["beyond"] <= 0 for one in titles), (width, titles)


def test_a_browser_that_says_nothing_gets_the_whole_page(visitor):
    """One that may not run the script that watches, for example under a stricter content policy."""
    tab = visitor(stranger=True)
    tab.page.add_init_script(DEAF)
    tab.page.goto(tab.address)
    tab.page.locator('[data-testid="stSlider"]').nth(8).wait_for()
    assert tab.page.evaluate("window.asked") == 1


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
