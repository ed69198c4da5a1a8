"""What the documentation asks of its own sweep is answered: the commands, run on a smaller sweep by the same spec."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from econsim.cli import main

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SPEC = ROOT / "docs" / "examples" / "futures.yaml"
COMMAND = re.compile(r"^(?:\.venv/bin/)?(econsim (?:drivers|discover) runs/futures .*)$", re.MULTILINE)
PLACES = {
    line.split("  #")[0].strip(): page.relative_to(ROOT).as_posix()
    for page in PAGES
    for line in COMMAND.findall(page.read_text(encoding="utf-8"))
}
POINTS = 64
RARE, COMMON = "rd_relative < 0.5", "rd_relative < 0.9"
"""Too few of so few futures meet the first, which the pages ask about in ten thousand; many meet the second."""


@pytest.fixture(scope="module")
def workplace(tmp_path_factory):
    """A folder with `runs/futures` in it: the documented spec, with fewer points."""
    place = tmp_path_factory.mktemp("documented")
    spec = yaml.safe_load(SPEC.read_text(encoding="utf-8"))
    spec["design"]["samples"] = POINTS
    (place / "futures.yaml").write_text(yaml.safe_dump(spec), encoding="utf-8")
    out = str(place / "runs" / "futures")
    assert main(["sweep", str(place / "futures.yaml"), "--out", out, "--engine", "batch", "--quiet"]) == 0
    return place


def test_there_is_something_to_test():
    assert {line.split()[1] for line in PLACES} == {"drivers", "discover"}
    for page in ("README.md", "docs/tutorials/sweep.md", "docs/drivers.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        assert any(line in text for line in PLACES), page


@pytest.mark.parametrize("line", PLACES)
def test_a_command_on_the_documented_sweep_is_answered(line, workplace, capsys, monkeypatch):
    """How many scenarios there are and which metrics were kept is known to the sweep alone, not to the options."""
    monkeypatch.chdir(workplace)
    code = main(shlex.split(line.replace(RARE, COMMON))[1:])
    told = capsys.readouterr()
    assert code == 0, f"{PLACES[line]}: {told.err}"
    assert told.out
