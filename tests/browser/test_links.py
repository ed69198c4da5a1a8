"""A7 to A11, A19: the link is the scenario, and Back and Forward are undo and redo."""

from __future__ import annotations

import pytest

from econsim.web.navigation import MENU


def same_elsewhere(visitor, tab) -> None:
    """The address, opened by somebody else, shows the same, once all of it is painted."""
    other = visitor(stranger=True).open(tab.query())
    for _ in range(100):
        if other.shown() == tab.shown():
            break
        other.page.wait_for_timeout(200)
    assert other.shown() == tab.shown()


def test_a_copied_address_shows_the_same(visitor):
    tab = visitor().open()
    tab.press("Detection rate", "ArrowLeft", times=3)
    tab.press("R&D subsidy", times=2)
    same_elsewhere(visitor, tab)
    tab.go(-1)
    same_elsewhere(visitor, tab)
    tab.click("Reset levers")
    same_elsewhere(visitor, tab)
    tab.choose("Start from", "release-window")
    same_elsewhere(visitor, tab)


def test_a_downloaded_scenario_comes_back_as_the_same_run(visitor, tmp_path):
    tab = visitor().open("?p=royalty&lab_premium=0.5")
    with tab.page.expect_download() as waiting:
        tab.page.get_by_role("button", name="Download scenario").click()
    file = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(file)
    other = visitor().open()
    before = other.runs()
    other.page.locator('input[type="file"]').set_input_files(file)
    other.rest(before)
    assert other.shown() == tab.shown()
    same_elsewhere(visitor, other)


def test_a_bad_file_is_told_and_changes_nothing(visitor, tmp_path):
    tab = visitor().open("?p=royalty")
    shown = tab.shown()
    file = tmp_path / "bad.yaml"
    file.write_text("name: bad\nlevers: {royalty_rat: 0.3, detection_rate: 7}\n", encoding="utf-8")
    before = tab.runs()
    tab.page.locator('input[type="file"]').set_input_files(file)
    tab.rest(before)
    assert tab.page.get_by_text("royalty_rat").first.is_visible()
    assert tab.page.locator('[data-testid="stAlert"]').count() == 2
    assert tab.shown() == shown


def test_back_and_forward_undo_and_redo(visitor):
    tab = visitor().open()
    seen = [tab.shown()]
    for lever in ("Royalty rate", "Liability share", "Release window", "R&D subsidy"):
        tab.press(lever)
        seen.append(tab.shown())
    assert len({one.run for one in seen}) == 5
    for place in (3, 2, 1):
        tab.go(-1)
        assert tab.shown() == seen[place]
    tab.go(1)
    assert tab.shown() == seen[2]


def test_three_problems_are_three_notices(visitor):
    tab = visitor().open("?api_restriction=7&foo=1&m=0.0.1")
    told = tab.page.locator('[data-testid="stAlert"]').all_inner_texts()
    assert len(told) == 3
    for name in ("api_restriction", "foo", "0.0.1"):
        assert sum(name in one for one in told) == 1
    assert len(tab.shown().numbers) == 4


GARBAGE = {
    "garbage": "?p=%00%ff%3Cscript%3E&detection_rate=;;&lab_premium=nan&w=abc",
    "not a number": "?royalty_rate=NaN&n_labs=1e99",
    "long": "?" + "x" * 15000,
}


@pytest.mark.parametrize("query", GARBAGE.values(), ids=GARBAGE)
def test_garbage_never_shows_a_traceback(visitor, query):
    tab = visitor().open(query)
    text = tab.page.locator('[data-testid="stMain"]').inner_text()
    assert "Traceback" not in text and "went wrong" not in text
    assert len(tab.shown().numbers) == 4


HOSTILE = """name: "<script>evil=1</script><img src=x onerror=evil=2>[l](http://a.b) $x$ :red[y]"
question: "<b>bold?</b> <img src=x onerror=evil=3> [a](javascript:evil=4)"
levers: {royalty_rate: 0.2}
"""
FOUND = """() => [window.evil === undefined, document.querySelectorAll(
  '[data-testid="stMain"] :is(b, script), img[src="x"], a[href*="a.b"], a[href*="javascript"]').length]"""


def test_names_are_text_on_every_page(visitor, tmp_path):
    tab = visitor().open()
    file = tmp_path / "hostile.yaml"
    file.write_text(HOSTILE, encoding="utf-8")
    before = tab.runs()
    tab.page.locator('input[type="file"]').set_input_files(file)
    tab.rest(before)
    query = tab.query()
    assert "w=" in query and tab.page.evaluate(FOUND) == [True, 0]
    for name, _ in MENU[1:]:
        tab.open(query, f"/{name}")
        assert tab.page.evaluate(FOUND) == [True, 0]
        assert not tab.strangers()


def test_the_menu_takes_the_levers_along(visitor):
    tab = visitor().open("?p=royalty")
    links = tab.page.locator('[data-testid="stTopNavLink"]')
    for place in (1, 3, 0):
        before = tab.runs()
        links.nth(place).click()
        tab.rest(before)
        assert tab.page.get_by_role("slider", name="Royalty rate").get_attribute("aria-valuetext") == "20%"
        assert tab.page.get_by_role("slider", name="Detection rate").get_attribute("aria-valuetext") == "0%"
