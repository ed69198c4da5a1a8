"""Every notebook runs, quickly, and gives the outputs that are committed with it."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat")
pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
LARGEST = 600_000  # bytes


def executor():
    spec = importlib.util.spec_from_file_location("execute_notebooks", FOLDER / "execute.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def printed(notebook) -> list[str]:
    """What each cell prints; in a figure, its words."""
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/svg+xml" in data:
                found += re.findall(r"<text[^>]*>([^<]+)</text>", data["image/svg+xml"])
            else:
                found.append(output.get("text") or data.get("text/plain", ""))
    return found


def numbers_told(notebook) -> list[list[str]]:
    """The numbers that each cell prints as text."""
    return [
        re.findall(r"\d[\d.,]*", "".join(output.get("text", "") for output in cell.get("outputs", [])))
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


def test_there_are_notebooks():
    assert NOTEBOOKS


def kinds(notebook) -> list[list[str]]:
    """What kinds of outputs each cell has."""
    return [
        sorted(next(iter(one.get("data", {"text/plain": 0}))) for one in cell.outputs)
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


QUICK = ("01-the-asymmetry", "06-your-own-agent", "08-is-the-discount-worth-it")


@pytest.mark.parametrize(
    "path",
    [pytest.param(one, id=one.stem, marks=() if one.stem in QUICK else pytest.mark.slow) for one in NOTEBOOKS],
)
def test_notebook_runs(path, monkeypatch):
    """Every cell, with the outputs that it is committed with: in kind, and in the numbers of its text."""
    monkeypatch.delenv("ECONSIM_NOTEBOOK_DRAWS", raising=False)
    again, committed = executor().executed(path), nbformat.read(path, as_version=4)
    assert kinds(again) == kinds(committed)
    assert numbers_told(again) == numbers_told(committed)


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_gives_what_is_committed(path, monkeypatch):
    """To the letter: `notebooks/execute.py --refresh` after a change of results or of words."""
    monkeypatch.delenv("ECONSIM_NOTEBOOK_DRAWS", raising=False)
    again, committed = executor().executed(path), nbformat.read(path, as_version=4)
    assert printed(again) == printed(committed)
    assert [cell.get("outputs") for cell in again.cells] == [cell.get("outputs") for cell in committed.cells]


def test_links_lead_to_files():
    for path in NOTEBOOKS:
        for cell in nbformat.read(path, as_version=4).cells:
            for link in re.findall(r"\]\(([^)#\s]+)", cell.source if cell.cell_type == "markdown" else ""):
                assert "://" in link or (FOLDER / link).exists(), f"{path.name}: {link}"


def test_what_a_notebook_says_of_its_assumptions_is_computed():
    """No figure says by itself that its runs are of priors; the default ensemble is calibrated."""
    for path in NOTEBOOKS:
        for cell in nbformat.read(path, as_version=4).cells:
            assert cell.cell_type != "code" or "Illustrative" not in cell.source, path.name


def test_the_notebook_on_royalties_says_of_buyers_what_its_table_says():
    notebook = nbformat.read(FOLDER / "04-royalty-or-release-window.ipynb", as_version=4)
    (told,) = [one for one in printed(notebook) if "Distillers, foreign" in one]
    for package in told.strip().split("\n\n"):
        rows = re.findall(r"^ *(\S.*?)  +-?[\d.]+ +-?[\d.]+ +-?[\d.]+ +(.*?\d+ of 20) +(.*?\d+ of 20)$", package, re.M)
        assert len(rows) == 8
        for word, column in (("gain", 1), ("lose", 2)):
            (named,) = re.findall(rf"these {word}: (.*)\.$", package, re.M)
            many = [row[0] for row in rows if int(re.search(r"(\d+) of 20", row[column]).group(1)) > 10]
            assert named.split("; ") == many


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_small_and_has_its_outputs(path):
    assert path.stat().st_size < LARGEST
    notebook = nbformat.read(path, as_version=4)
    assert notebook.cells[0].cell_type == "markdown"
    assert notebook.cells[0].source.startswith("# ")
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert any(cell.outputs for cell in code)
    assert not any(output.output_type == "error" for cell in code for output in cell.outputs)
    # Each figure follows a text that says what it is about.
    for before, cell in zip(notebook.cells, notebook.cells[1:], strict=False):
        if any("image/svg+xml" in output.get("data", {}) for output in cell.get("outputs", [])):
            assert before.cell_type == "markdown"
