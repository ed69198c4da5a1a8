"""Fixtures that several files of these tests ask for."""

from __future__ import annotations

import pytest
from sensitivity_toys import few_resamples, use_toy
from sweep_helpers import spec, sweep, use_stand_in


@pytest.fixture
def few(monkeypatch):
    """Few resamples, which take most of the time of a sensitivity analysis."""
    few_resamples(monkeypatch)


@pytest.fixture
def toy(monkeypatch):
    """A toy in place of the engine."""
    return use_toy(monkeypatch)


@pytest.fixture
def quick(monkeypatch):
    """A stand-in for the engine; the tasks that it did."""
    return use_stand_in(monkeypatch)


@pytest.fixture
def whole(quick, tmp_path):
    """A finished sweep's folder."""
    return sweep(spec(), tmp_path / "whole").folder
