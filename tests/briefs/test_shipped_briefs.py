"""The briefs that ship: each is built in every format, holds its flip table, and verifies."""

from __future__ import annotations

import json
import re

import pytest
from briefs.brief_helpers import DRAWS, QUARTERS

from econsim.briefs import brief, shipped_specs
from econsim.briefs.page_one import evidence_verdict
from econsim.briefs.wording import forbidden_words
from econsim.verification import verify
from econsim.yaml_reader import read_yaml

FLIP = 8


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """Name of a shipped brief -> its folder: its own words and packages on few, short futures."""
    place = tmp_path_factory.mktemp("shipped")
    found = {}
    for name, path in shipped_specs().items():
        spec = {**read_yaml(path).data, "draws": DRAWS, "flip": FLIP, "assumptions": {"quarters": QUARTERS}}
        found[name] = brief(spec, place / name, engine="batch", runs=place / "runs").folder
    return found


def test_all_are_built_in_every_format(shipped):
    assert {"gate-and-detect", "royalty", "tail-evaluation"} <= set(shipped)
    for folder in shipped.values():
        assert {f"brief.{end}" for end in ("html", "pdf", "ipynb", "md")} <= {one.name for one in folder.iterdir()}
        pages = re.findall(rb"/Type\s*/Page\b(?!s)", (folder / "brief.pdf").read_bytes())
        assert 1 <= len(pages) <= 4
        assert forbidden_words((folder / "brief.md").read_text(encoding="utf-8")) == []


def test_alternative_texts_are_whole(shipped):
    """No number of theirs is cut: each is the title that stands above the figure."""
    for folder in shipped.values():
        text = (folder / "brief.md").read_text(encoding="utf-8").replace("\\", "")
        alternatives = re.findall(r"!\[(.*?)\]\(figures/", text)
        assert len(alternatives) == 5
        assert all(f"**{one}**" in text for one in alternatives)


def test_the_flip_table_is_that_of_the_study(shipped):
    found = 0
    for folder in shipped.values():
        study = json.loads((folder / "studies" / "flip" / "flip.json").read_text())
        text = (folder / "brief.md").read_text(encoding="utf-8")
        assert study["draws"] == FLIP and 1 <= len(study["only"]) <= 12
        assert "## What would flip it" in text
        rows = re.findall(r"^\| .* \| (?:Yes|No) \| (?:Reverses|Fades) \| \w+ \|$", text, re.M)
        assert len(rows) == min(len(study["flips"]), 6)
        found += len(rows)
    assert found > 0


def test_one_verifies_and_a_digit_of_its_flip_table_is_named(shipped):
    folder = shipped["royalty"]
    assert verify(folder).ok
    file = folder / "studies" / "flip" / "flip.json"
    text = file.read_text()
    place = re.search(r'"p95": -?\d+\.(\d)', text).start(1)
    try:
        file.write_text(f"{text[:place]}{(int(text[place]) + 1) % 10}{text[place + 1 :]}")
        told = [(one.file, one.place) for one in verify(folder).differences]
    finally:
        file.write_text(text)
    assert told == [("studies/flip/flip.json", "p95")]


@pytest.mark.parametrize(
    ("grades", "told"),
    [
        ({"B": 5}, "Mixed"),
        ({"A": 3, "B": 2}, "Mixed"),
        ({"A": 4, "C": 1}, "Good"),
        ({"B": 3, "C": 2}, "Thin"),
        ({"C": 5}, "Thin"),
    ],
)
def test_what_is_inferred_is_not_called_good(grades, told):
    assert evidence_verdict(grades) == told
