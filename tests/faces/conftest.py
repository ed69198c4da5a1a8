"""What tests of the command line start from."""

from __future__ import annotations

import math

import pytest
from cli_helpers import small

from econsim.cli import progress
from econsim.results import simulate


@pytest.fixture(autouse=True)
def without_progress(monkeypatch):
    """A command of a second is a command of many on a busy machine, and would say how far it is."""
    monkeypatch.setattr(progress, "EVERY", math.inf)


@pytest.fixture
def empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECONSIM_DEBUG", raising=False)


@pytest.fixture(scope="module")
def result():
    return simulate(small(), draws=4)
