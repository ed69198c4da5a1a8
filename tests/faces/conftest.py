"""What tests of the command line start from."""

from __future__ import annotations

import pytest
from cli_helpers import small

from econsim.results import simulate


@pytest.fixture
def empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECONSIM_DEBUG", raising=False)


@pytest.fixture(scope="module")
def result():
    return simulate(small(), draws=4)
