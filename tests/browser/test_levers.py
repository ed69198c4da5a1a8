"""A3 to A6: a lever moves every number, however it is moved, and no policy is told as such."""

from __future__ import annotations


def test_an_arrow_key_moves_every_number_and_the_finding(visitor):
    tab = visitor().open("?p=baseline&detection_rate=0.4")
    before = tab.shown()
    tab.press("Detection rate")
    after = tab.shown()
    assert after.run != before.run and after.finding != before.finding
    assert all(one != other for one, other in zip(before.numbers, after.numbers, strict=True))


def test_a_drag_is_one_run(visitor):
    tab = visitor().open("?p=royalty")
    thumb = tab.page.get_by_role("slider", name="Detection rate")
    thumb.scroll_into_view_if_needed()
    box = thumb.bounding_box()
    before = tab.runs()
    tab.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.page.mouse.down()
    for step in range(1, 12):
        tab.page.mouse.move(box["x"] + box["width"] / 2 + 8 * step, box["y"] + box["height"] / 2)
    tab.page.mouse.up()
    tab.rest(before)
    assert tab.runs() == before + 1
    assert "detection_rate=" in tab.query()


def test_quick_presses_end_where_a_fresh_load_does(visitor):
    tab = visitor().open("?p=royalty")
    tab.press("Liability share", times=8)
    assert "liability_share=0.4" in tab.query()
    assert visitor().open(tab.query()).shown() == tab.shown()


def test_no_policy_is_told_and_shows_no_changes(visitor):
    tab = visitor().open("?p=royalty")
    tab.click("Reset levers")
    assert tab.page.get_by_text("No policy is set").is_visible()
    assert tab.page.locator('[data-testid="stMetricDelta"]').count() == 0
    tab.click("release window")
    assert tab.page.locator('[data-testid="stMetricDelta"]').count() == 4


def test_a_lever_that_does_nothing_is_told(visitor):
    tab = visitor().open("?p=baseline&penalty_multiple=2")
    assert tab.page.get_by_text("nobody is caught while the detection rate is 0").is_visible()
