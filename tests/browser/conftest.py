"""The explorer in a real browser: `make test-browser`. Skipped, with the reason, where there is no Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("streamlit")

from benchmarks.browser import NoBrowser, Tab, chromium, serving


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(str(item.fspath)).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser():
    try:
        with chromium() as opened:
            yield opened
    except NoBrowser as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def server(browser):
    with serving() as running:
        yield running


@pytest.fixture
def visitor(browser, server):
    """A new visitor with nothing in store: `visitor()`, or `visitor(width=390, dark=True)`."""
    contexts = []

    def come(width: int = 1280, height: int = 720, dark: bool = False) -> Tab:
        context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True,
                                      color_scheme="dark" if dark else "light")  # fmt: skip
        contexts.append(context)
        return Tab(context.new_page(), server.address)

    yield come
    for context in contexts:
        context.close()
