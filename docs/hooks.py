"""What MkDocs calls while it builds: pages made from the code, the book, and files that lie elsewhere in the tree."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

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
ELSEWHERE = {
    "model.md": "econsim/texts/model.md",
    "critiques.md": "econsim/texts/critiques.md",
    "contributing.md": "CONTRIBUTING.md",
    "changelog.md": "CHANGELOG.md",
    "architecture.md": "ARCHITECTURE.md",
}
SEARCH_HELP = "https://unpkg.com/iframe-worker/shim"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that no file holds."""
    for name, make in PAGES.items():
        files.append(File.generated(config, name, content=make()))
    for name, source in ELSEWHERE.items():
        files.append(File.generated(config, name, content=_as_page((ROOT / source).read_text(encoding="utf-8"))))
    return files


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """The theme's help for a search from a disk stands on the net; ours lies beside the pages."""
    return output.replace(SEARCH_HELP, get_relative_url("assets/iframe-worker.js", page.url))


def on_post_template(output_content: str, template_name: str, config: MkDocsConfig) -> str:
    """The same for the page of a missing page."""
    return output_content.replace(SEARCH_HELP, "/assets/iframe-worker.js")


def _as_page(text: str) -> str:
    """A file of another folder as a page: its links start elsewhere."""
    text = re.sub(r"\]\(docs/", "](", text)
    for name, source in ELSEWHERE.items():
        text = text.replace(f"]({source})", f"]({name})")
    return text
