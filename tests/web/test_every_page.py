"""Every page opens from every shipped scenario; the first page and Compare have tests of their own."""

from __future__ import annotations

import pytest

from econsim.library import shipped_scenarios

OTHERS = ("spectrum", "drivers", "tipping", "runs", "model")


@pytest.mark.parametrize("page", OTHERS)
def test_a_page_opens_from_every_scenario(opened, page):
    first, *rest = shipped_scenarios()
    at = opened(page, p=first)
    for name in (first, *rest):
        if name != first:
            at.selectbox(key="start-from").set_value(name).run()
        assert at.query_params["p"] == name
        assert not at.exception and not at.error, name
        assert at.title and len(at.markdown) + len(at.caption) + len(at.header) > 1, name
