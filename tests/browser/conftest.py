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
def profile(browser):
    """One browser profile a width and theme: what it has loaded once it need not load again."""
    known = {}

    def found(width: int, dark: bool):
        if (width, dark) not in known:
            known[width, dark] = _profile(browser, width, dark)
        return known[width, dark]

    yield found
    for context in known.values():
        context.close()


def _profile(browser, width: int, dark: bool):
    return browser.new_context(
        viewport={"width": width, "height": 720}, accept_downloads=True, color_scheme="dark" if dark else "light"
    )


@pytest.fixture(scope="session")
def window(profile, server):
    """One tab a width and theme, for tests that only look."""
    known = {}

    def found(width: int, dark: bool) -> Tab:
        if (width, dark) not in known:
            known[width, dark] = Tab(profile(width, dark).new_page(), server.address)
        return known[width, dark]

    return found


@pytest.fixture
def visitor(browser, profile, server):
    """A new session in a tab of its own: `visitor()`; `visitor(stranger=True)` has nothing in store either."""
    pages, strangers = [], []

    def come(stranger: bool = False) -> Tab:
        if stranger:
            strangers.append(_profile(browser, 1280, False))
        context = strangers[-1] if stranger else profile(1280, False)
        pages.append(context.new_page())
        return Tab(pages[-1], server.address)

    yield come
    for one in (*pages, *strangers):
        one.close()
