"""A12, A30: assumptions move both sides, and visitors do not touch each other."""

from __future__ import annotations


def status_quo(tab) -> str:
    """The last row of the year table, status quo."""
    return tab.page.locator("table").last.locator("tr").last.locator("td").first.inner_text()


def test_an_assumption_moves_the_status_quo_too(visitor):
    tab = visitor().open("?p=royalty")
    before, quo = tab.shown(), status_quo(tab)
    seen = tab.runs()
    tab.page.get_by_text("World assumptions", exact=True).click()
    tab.rest(seen)
    field = tab.page.get_by_role("spinbutton", name="Training cost")
    field.fill("4000")
    tab.click("Apply")
    assert "training_cost=4000" in tab.query()
    after = tab.shown()
    assert after.run != before.run
    assert status_quo(tab) != quo
    tab.click("Reset assumptions")
    assert tab.shown() == before


def test_two_visitors_do_not_touch_each_other(visitor):
    one, other = visitor().open("?p=royalty"), visitor().open("?p=release-window")
    shown = other.shown()
    one.press("Royalty rate", times=2)
    assert other.shown() == shown
    other.press("Liability share")
    assert "liability_share" not in one.query()
    assert "royalty_rate" not in other.query()
    assert one.shown() == visitor().open(one.query()).shown()
