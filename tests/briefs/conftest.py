"""One small brief for all tests that only read it."""

from __future__ import annotations

import pytest

pytest.importorskip("typst", reason="briefs need the extra 'brief'")
pytest.importorskip("vl_convert", reason="briefs need the extra 'brief'")


@pytest.fixture(scope="session")
def bundle(tmp_path_factory):
    """The small brief; do not change its folder."""
    from briefs.brief_helpers import build

    place = tmp_path_factory.mktemp("brief")
    return build(place / "small", runs=place / "runs")
