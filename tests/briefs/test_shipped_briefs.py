"""The briefs that ship: each is built in every format, holds its flip table, and verifies."""

from __future__ import annotations

import json
import re
import shutil

import pytest
from briefs.brief_helpers import DRAWS, QUARTERS, small_spec

from econsim.briefs import brief, shipped_specs
from econsim.briefs.confidence import evidence_verdict
from econsim.briefs.document import Table, plain
from econsim.briefs.flip_section import flip
from econsim.briefs.spec import read_brief_spec
from econsim.briefs.stored_runs import read_brief_runs
from econsim.briefs.wording import forbidden_words
from econsim.briefs.writing import Writing
from econsim.parameter_book import GRADES, book
from econsim.store import as_json, digest
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
        assert len(alternatives) == len(list((folder / "figures").glob("*.svg"))) >= 4
        assert all(f"**{one}**" in text for one in alternatives)


def test_what_is_named_first_is_first_by_rank_correlation(shipped):
    text = (shipped["tail-evaluation"] / "brief.md").read_text(encoding="utf-8")
    first = re.search(r"Rank correlation.*\n.*\n\| \*\*(.+?)\*\*", text).group(1).lower()
    assert f"It hangs most on the {first} (" in text and f"**With the {first} the median change goes from" in text


def test_all_say_what_would_flip_them(shipped):
    for folder in shipped.values():
        study = json.loads((folder / "studies" / "flip" / "flip.json").read_text())
        assert study["draws"] == FLIP and 1 <= len(study["only"]) <= 12
        assert "## What would flip it" in (folder / "brief.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("does", "head"),
    [(["fades"] * 3, "Fades at"), (["reverses"], "Reverses at"), (["fades", "reverses"], "Lost at")],
)
def test_the_values_that_take_a_finding_away_stand_under_what_they_do(shipped, does, head):
    """Not under `Flips at`, where the finding only fades at them."""
    folder = shipped["royalty"]
    spec = read_brief_spec(folder / "spec.yaml")
    study = json.loads((folder / "studies" / "flip" / "flip.json").read_text())
    one = {**(study["flips"] or study["never"])[0], "default": 0.1, "low": 0.0, "high": 0.2, "flip": 0.15,
           "inside_prior": True, "clear_at": None, "vanishes_at": None}  # fmt: skip
    writing = Writing.of(spec, read_brief_runs(spec, folder / "runs"))
    told = flip(writing, {**study, "flips": [{**one, "does": kind} for kind in does]})
    table = next(block for block in told.blocks if isinstance(block, Table))
    assert table.heads[3] == head
    assert [plain(row[5]) for row in table.rows] == [kind.capitalize() for kind in does]


@pytest.mark.slow
def test_the_flip_table_is_that_of_the_study(tmp_path, monkeypatch):
    monkeypatch.setattr("econsim.briefs.flip_study.MOST_CHANGED", 2)
    spec = small_spec(packages=["royalty"], assumptions={"quarters": 24}, paragraphs={}, flip=12)
    folder = brief(spec, tmp_path / "out", ("md",), engine="batch").folder
    study = json.loads((folder / "studies" / "flip" / "flip.json").read_text())
    text = (folder / "brief.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.*?) \| .* \| (.*) \| (Yes|No) \| (Reverses|Fades) \| (\w+) \|$", text, re.M)
    assert len(rows) == len(study["flips"]) > 0
    for (name, at, inside, does, grade), one in zip(rows, study["flips"], strict=True):
        assert name.lower().startswith(one["parameter"].replace("_", " "))
        assert float(at) == float(f"{one['flip']:.2g}")
        assert (inside == "Yes", does.lower()) == (one["inside_prior"], one["does"])
        assert grade == GRADES[book().parameters[one["parameter"]].grade]


@pytest.mark.slow
def test_one_verifies_and_digits_of_its_flip_table_are_named(shipped, tmp_path):
    folder = shipped["tail-evaluation"]
    assert verify(folder).ok
    forged = shutil.copytree(folder, tmp_path / "forged")
    for file, pattern in (("flip.json", r'"p95": -?\d+\.(\d)'), ("flip.csv", r"\n\w+,[ABC],\d*\.?(\d)")):
        path = forged / "studies" / "flip" / file
        text = path.read_text()
        place = re.search(pattern, text).start(1)
        path.write_text(f"{text[:place]}{(int(text[place]) + 1) % 10}{text[place + 1 :]}")
    manifest = json.loads((forged / "manifest.json").read_text())
    manifest["files"] |= {name: digest(forged / name) for name in manifest["files"] if "flip." in name}
    (forged / "manifest.json").write_text(as_json(manifest))
    told = [(one.file, one.place) for one in verify(forged).differences]
    assert told == [("studies/flip/flip.json", "p95"), ("studies/flip/flip.csv", "line 2, default")]


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(shipped_specs()) - {"tail-evaluation"}))
def test_the_others_verify_without_their_flip_tables(name, tmp_path):
    spec = {**read_yaml(shipped_specs()[name]).data, "draws": DRAWS, "flip": False, "assumptions": {"quarters": 16}}
    found = verify(brief(spec, tmp_path / name, ("md",), engine="batch").folder)
    assert found.ok and not found.but, found.differences


@pytest.mark.slow
def test_all_verify_whole(shipped):
    for folder in shipped.values():
        found = verify(folder)
        assert found.ok and not found.but, found.differences


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
