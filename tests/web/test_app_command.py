"""`econsim app` starts Streamlit on the script that ships, with the settings beside it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from econsim.cli import exploring, main


@pytest.fixture
def started(monkeypatch):
    calls: list[list[str]] = []
    monkeypatch.setattr("os.execv", lambda program, arguments: calls.append(arguments))
    return calls


def test_it_runs_the_script_on_this_machine_alone(started, capsys):
    main(["app", "--port", "8600", "--no-browser"])
    (arguments,) = started
    assert arguments[:4] == [sys.executable, "-m", "streamlit", "run"]
    assert arguments[4] == str(exploring.script())
    assert "--server.address=127.0.0.1" in arguments and "--server.port=8600" in arguments
    assert "--logger.hideWelcomeMessage=true" in arguments
    assert "http://127.0.0.1:8600" in capsys.readouterr().err


def test_who_opens_it_to_others_is_told(started, capsys):
    main(["app", "--host", "0.0.0.0"])
    assert "anybody" in capsys.readouterr().err


def test_the_settings_lie_beside_the_script():
    text = (exploring.script().parent / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    lines = ('address = "127.0.0.1"', "enableXsrfProtection = true", "maxUploadSize = 2", "gatherUsageStats = false")
    for line in (*lines, "showErrorLinks = false", 'showErrorDetails = "none"'):
        assert line in text


def test_the_wheel_has_script_and_settings_side_by_side():
    """Where they are apart, Streamlit runs with its own settings: it sends statistics and shows tracebacks."""
    builders = pytest.importorskip("hatchling.builders.wheel")
    root = Path(__file__).resolve().parents[2]
    inside = {one.distribution_path for one in builders.WheelBuilder(str(root)).recurse_included_files()}
    assert {"econsim/explorer.py", "econsim/.streamlit/config.toml", "econsim/scenarios/baseline.yaml"} <= inside
    assert {path.partition("/")[0] for path in inside} == {"econsim"}


def test_once_installed_the_script_is_that_of_the_package(tmp_path, monkeypatch):
    package = tmp_path / "econsim"
    (package / ".streamlit").mkdir(parents=True)
    for path in (package / "__init__.py", package / "explorer.py", tmp_path / "app.py"):
        path.touch()
    monkeypatch.setattr(exploring.econsim, "__file__", str(package / "__init__.py"))
    assert exploring.script() == package / "explorer.py"


def test_without_streamlit_it_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert main(["app"]) == 2
    assert "pip install 'econsim[app]'" in capsys.readouterr().err
