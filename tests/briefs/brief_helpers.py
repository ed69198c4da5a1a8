"""A small brief that every test may build: few draws, few quarters, two packages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from econsim.briefs import brief

DRAWS, QUARTERS = 40, 16


def small_spec(**changes: Any) -> dict[str, Any]:
    """A brief on two packages, four years long; `changes` replace its fields."""
    return {
        "name": "small",
        "packages": ["gate-and-detect", {"scenario": "royalty", "label": "A royalty"}],
        "assumptions": {"quarters": QUARTERS},
        "paragraphs": {"why": "Copies came after {fact:lag.o1_open}. The median moves by {headline.proposal.change}."},
        "draws": DRAWS,
        "flip": False,
        **changes,
    }


def build(folder: Path, **settings: Any):
    """The small brief in a folder."""
    spec = settings.pop("spec", None) or small_spec()
    return brief(spec, folder, settings.pop("formats", ("html", "pdf", "ipynb", "md")), engine="batch", **settings)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
