"""What MkDocs calls while it builds: pages made from the code, the book and the files at the top of the tree."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE / "generators"))

import commands  # noqa: E402
import equations  # noqa: E402
import interface  # noqa: E402
import tables  # noqa: E402

PAGES = {
    "equations.md": equations.page,
    "parameters.md": tables.parameters,
    "facts.md": tables.facts,
    "metrics.md": tables.metrics,
    "scenarios.md": tables.scenarios,
    "references.md": tables.references,
    "commands.md": commands.page,
    "python.md": interface.page,
}
TOP_FILES = {"contributing.md": "CONTRIBUTING.md", "changelog.md": "CHANGELOG.md", "architecture.md": "ARCHITECTURE.md"}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that no file holds."""
    for name, make in PAGES.items():
        files.append(File.generated(config, name, content=make()))
    for name, source in TOP_FILES.items():
        files.append(File.generated(config, name, content=_from_top((ROOT / source).read_text(encoding="utf-8"))))
    return files


def _from_top(text: str) -> str:
    """A file of the top folder as a page: its links start one folder higher."""
    text = re.sub(r"\]\(docs/", "](", text)
    for name, source in TOP_FILES.items():
        text = text.replace(f"]({source})", f"]({name})")
    return text
