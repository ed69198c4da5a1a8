"""What every test may use: the option that rewrites golden files, and how hard property tests try."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# No deadlines: the first call pays for imports. Continuous integration searches the same examples every time, so that
# its verdict depends on the code alone; a developer's machine keeps looking for new ones.
settings.register_profile("local", deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("local"), derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")

# Compiled programs of the code under test, not of the one that the user runs; kept between runs of the tests.
os.environ["ECONSIM_CACHE"] = str(Path(__file__).resolve().parent.parent / ".pytest_cache" / "programs")

if "PYTEST_XDIST_WORKER" in os.environ:  # there is a process for each core already
    os.environ.setdefault("ECONSIM_THREADS", "1")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-goldens", action="store_true", help="rewrite the golden files with what the code gives now"
    )


@pytest.fixture(scope="session")
def update_goldens(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be rewritten rather than compared with."""
    return bool(request.config.getoption("--update-goldens"))
