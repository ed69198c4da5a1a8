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
def jobs_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("jobs")


@pytest.fixture(scope="session")
def server(browser, jobs_folder):
    with serving(ECONSIM_RUNS=str(jobs_folder)) as running:
        yield running


@pytest.fixture(scope="session")
def window(browser, server):
    """One window a width and theme, for tests that only look: what it has loaded once it need not load again."""
    known = {}

    def found(width: int, dark: bool) -> Tab:
        if (width, dark) not in known:
            context = browser.new_context(viewport={"width": width, "height": 720},
                                          color_scheme="dark" if dark else "light")  # fmt: skip
            known[width, dark] = Tab(context.new_page(), server.address)
        return known[width, dark]

    yield found
    for tab in known.values():
        tab.page.context.close()


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
