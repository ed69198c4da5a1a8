"""A22 to A27: WCAG 2.2 AA by axe-core, the keyboard, and narrow screens, on every page."""

from __future__ import annotations

import pytest

from econsim.parameter_book import book
from econsim.web.navigation import MENU
from econsim.web.words import label

axe = pytest.importorskip("axe_playwright_python.sync_playwright")

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# What Streamlit 1.67 emits by itself and no setting or style of ours changes: rule -> what the node's HTML holds.
STREAMLIT = {
    "aria-allowed-attr": ("stFileUploader",),
    "scrollable-region-focusable": ("stCode", "stJson"),
}
# Streamlit asks for these below the page's own path first, where they are not, and then at the root.
PROBES = ("_stcore/health", "_stcore/host-config")
PATHS = ["/" if place == 0 else f"/{name.replace('_', '-')}" for place, (name, _) in enumerate(MENU)]


def ours(found: list[dict]) -> list[str]:
    """Violations that are not Streamlit's own, one line a node."""
    told = []
    for violation in found:
        known = STREAMLIT.get(violation["id"], ())
        for node in violation["nodes"]:
            if not any(text in node["html"] or text in str(node["target"]) for text in known):
                told.append(f"{violation['id']}: {node['target']} {node['html'][:200]}")
    return told


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("width", "dark"),
    [
        pytest.param(1280, False, id="wide-light"),
        pytest.param(390, True, id="narrow-dark"),
        pytest.param(1280, True, id="wide-dark", marks=pytest.mark.slow),
        pytest.param(390, False, id="narrow-light", marks=pytest.mark.slow),
    ],
)
def test_axe_finds_nothing_of_ours(window, path, dark, width):
    """Nor does anything leave the machine, complain, or make a page scroll sideways."""
    tab = window(width, dark)
    tab.forget()
    tab.open(path=path).drawn()
    found = axe.Axe().run(tab.page, options=RULES).response["violations"]
    assert not ours(found), "\n".join(ours(found))
    assert not tab.strangers()
    assert not [one for one in tab.complaints if not one.endswith(PROBES)]
    if width == 390:
        assert too_wide(tab) <= 1
        tab.page.set_viewport_size({"width": 640, "height": 360})  # 1280 pixels at twice the size
        tab.page.wait_for_timeout(300)
        assert too_wide(tab) <= 1
        tab.page.set_viewport_size({"width": 390, "height": 720})


def too_wide(tab) -> int:
    """By how many pixels the page is wider than its window."""
    return max(
        tab.page.evaluate(
            "() => { const main = document.querySelector('[data-testid=\"stMain\"]'); "
            "return [main.scrollWidth - main.clientWidth, document.documentElement.scrollWidth - innerWidth] }"
        )
    )


def test_the_keyboard_reaches_every_lever_and_button(visitor):
    tab = visitor().open()
    reached = []
    for _ in range(140):
        tab.page.keyboard.press("Tab")
        reached.append(
            tab.page.evaluate(
                "() => { const one = document.activeElement; "
                "return (one.getAttribute('aria-label') || '') + ' ' + (one.innerText || '') }"
            )
        )
    for name in book().levers:
        assert any(label(name) in one for one in reached), name
    for name in ("Reset levers", "World assumptions", "Reset assumptions", "Download scenario", "Export", "Compare"):
        assert any(name in one for one in reached), name


def test_charts_have_names_with_their_number(visitor):
    tab = visitor().open().drawn()
    names = tab.page.locator('[data-testid="stVegaLiteChart"]').evaluate_all(
        "(all) => all.map((one) => one.getAttribute('aria-label') || "
        "one.querySelector('[aria-label]')?.getAttribute('aria-label') || '')"
    )
    assert len(names) >= 3
    assert all(any(digit.isdigit() for digit in name) for name in names)


def test_focus_is_seen_on_the_menu_and_on_what_a_chart_offers(visitor):
    """Streamlit's own picture of a chart has no source in it, so it is not offered."""
    tab = visitor().open().drawn()
    link = tab.page.locator('[data-testid="stTopNavLink"]').nth(1)
    link.focus()
    tab.page.keyboard.press("Tab")
    outline = (
        "getComputedStyle(document.activeElement).outlineStyle + getComputedStyle(document.activeElement).outlineWidth"
    )
    assert tab.page.evaluate(outline) == "solid2px"
    tools = tab.page.locator('[data-testid="stElementToolbar"]').first
    tools.locator("button").first.focus()
    tab.page.wait_for_function("(one) => getComputedStyle(one).opacity === '1'", arg=tools.element_handle())
    offered = tools.locator("button").evaluate_all(
        "(all) => all.filter((one) => one.offsetParent).map((one) => one.getAttribute('aria-label').split(':')[0])"
    )
    assert offered == ["Show data", "Fullscreen"]
