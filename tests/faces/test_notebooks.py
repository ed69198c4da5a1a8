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


def test_there_are_notebooks():
    assert NOTEBOOKS


def kinds(notebook) -> list[list[str]]:
    """What kinds of outputs each cell has."""
    return [
        sorted(next(iter(one.get("data", {"text/plain": 0}))) for one in cell.outputs)
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs(path, monkeypatch):
    """Every cell, with the outputs that it is committed with, in kind."""
    monkeypatch.delenv("ECONSIM_NOTEBOOK_DRAWS", raising=False)
    again = executor().executed(path)
    assert kinds(again) == kinds(nbformat.read(path, as_version=4))


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_gives_what_is_committed(path, monkeypatch):
    """To the letter: `notebooks/execute.py --refresh` after a change of results or of words."""
    monkeypatch.delenv("ECONSIM_NOTEBOOK_DRAWS", raising=False)
    assert printed(executor().executed(path)) == printed(nbformat.read(path, as_version=4))


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
