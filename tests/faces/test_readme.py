"""What the README shows works as it stands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from econsim.cli import commands, main
from econsim.scenario import load_scenario
from econsim.studies.sweep_spec import read_sweep_spec

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
COMMANDS = [line.split("#")[0].strip() for line in re.findall(r"^\.venv/bin/(econsim .*)$", README, re.MULTILINE)]

STUDIES = {"sensitivity", "tip", "flip", "moats", "sweep", "drivers", "discover", "brief", "diff-model"}


def test_there_is_something_to_test():
    assert len(PYTHON) == 2
    assert len(COMMANDS) >= 8


@pytest.mark.parametrize("block", PYTHON, ids=["own question", "own agent"])
def test_python_example(block, capsys):
    fewer = re.sub(r"draws=\d+", "draws=2", block).replace('"baseline", draws=2', '"baseline", draws=1')
    names: dict[str, object] = {"__name__": "readme"}
    exec(compile(fewer, "README.md", "exec"), names)
    printed = capsys.readouterr().out
    assert "simulated futures" in printed if "print" in fewer else printed == ""


@pytest.mark.parametrize("command", [one for one in COMMANDS if one.split()[1] in STUDIES])
def test_command_of_a_study(command, monkeypatch):
    """They take minutes, and each has tests of its own: here, that the words and files are such as it takes."""
    monkeypatch.chdir(ROOT)
    name, *arguments = shlex.split(command)[1:]
    with click.Context(commands) as outer:
        study = commands.get_command(outer, name)
        assert study is not None
        taken = study.make_context(name, arguments, parent=outer)
    if name == "sweep":
        assert read_sweep_spec(taken.params["spec"]).design.size == 10_000
    elif taken.params.get("scenario"):
        assert load_scenario(taken.params["scenario"])


@pytest.mark.parametrize("command", [one for one in COMMANDS if one.split()[1] not in {"check", *STUDIES}])
def test_command(command, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if "validate" in command:
        assert main(["new", "my-policy"]) == 0
    arguments = shlex.split(command)[1:]
    if arguments[0] in ("run", "compare"):
        arguments += ["--draws", "2"]
    assert main(arguments) == 0
    assert capsys.readouterr().out


@pytest.mark.parametrize("path", re.findall(r"\]\(([^)#]+)\)", README))
def test_links_lead_somewhere(path):
    assert (ROOT / path).exists()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"^make ([a-z-]+)", README, re.MULTILINE))))
def test_make_targets_exist(target):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
