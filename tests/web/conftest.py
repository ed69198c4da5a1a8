"""The explorer in tests: the script in this process, with few draws and without the engine that has to warm up."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("streamlit")

from streamlit.testing.v1 import AppTest

from econsim import engines
from econsim.web import running

APP = str(Path(__file__).resolve().parents[2] / "app.py")
DRAWS = 24


@pytest.fixture(autouse=True)
def quick(monkeypatch, tmp_path):
    """Nothing is compiled; what is not stored is computed on a few draws; jobs of one test are seen by no other."""
    monkeypatch.setenv("ECONSIM_RUNS", str(tmp_path / "jobs"))
    monkeypatch.setattr(engines, "warm_up", lambda *_: None)
    monkeypatch.setattr(running, "DRAWS", DRAWS)
    running.desk.clear()


@pytest.fixture
def opened():
    """Open the explorer: `opened(page="compare", p="royalty", detection_rate="0.3")`."""

    def run(page: str | None = None, **query: str) -> AppTest:
        at = AppTest.from_file(APP, default_timeout=120)
        for name, value in query.items():
            at.query_params[name] = value
        at.run()
        if page is not None:
            at.switch_page(f"econsim/web/pages/{page}.py").run()
        return at

    return run
