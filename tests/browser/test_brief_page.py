"""A brief as a page, on a telephone and on a desk: nothing of it is out of reach."""

from __future__ import annotations

import pytest

pytest.importorskip("vl_convert", reason="briefs need the extra 'brief'")

WIDTHS = (390, 600, 740, 1280)
# How far the page goes beyond the window, and how far the words of each chart go beyond what its box can show.
REACH = """
() => {
  const beyond = [...document.querySelectorAll('.chart')].map((box) => {
    const frame = box.getBoundingClientRect()
    const scrolls = getComputedStyle(box).overflowX === 'auto'
    const right = scrolls ? frame.left + box.scrollWidth : document.documentElement.clientWidth
    const left = scrolls ? frame.left : 0
    const words = [...box.querySelectorAll('text')].map((one) => one.getBoundingClientRect())
    return Math.max(...words.map((one) => Math.max(one.right - right, left - one.left)))
  })
  const page = document.documentElement
  const hints = [...document.querySelectorAll('figcaption')].map((one) => getComputedStyle(one, '::after').content)
  const moved = [...document.querySelectorAll('.chart')].map((box) => box.scrollWidth > box.clientWidth + 1)
  return {page: page.scrollWidth - page.clientWidth, beyond, hints: hints.map((one) => one !== 'none'), moved}
}
"""


@pytest.fixture(scope="module")
def page_of_a_brief(tmp_path_factory):
    """Its dollar ranges and its labels are long: a chart that is cut off loses them."""
    from briefs.brief_helpers import build, small_spec

    place = tmp_path_factory.mktemp("brief")
    return build(place / "out", spec=small_spec(draws=150), formats=("html",)).folder / "brief.html"


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_of_a_chart_is_out_of_reach(browser, page_of_a_brief, width):
    page = browser.new_page(viewport={"width": width, "height": 800})
    try:
        page.goto(page_of_a_brief.as_uri())
        found = page.evaluate(REACH)
    finally:
        page.close()
    assert found["page"] <= 0
    assert len(found["beyond"]) >= 5 and max(found["beyond"]) <= 1.0
    assert all(hint for hint, moved in zip(found["hints"], found["moved"], strict=True) if moved)
    assert any(found["moved"]) == (width == 390 or width == 600)
