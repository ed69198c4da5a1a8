"""Texts that both the documentation and the explorer show: one file each, so that they cannot differ."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def text(name: str) -> str:
    """One text as Markdown, without its title and with links between pages as plain words.

    name   : `model` or `critiques`
    raises : FileNotFoundError for a text that does not ship
    """
    words = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    body = words.partition("\n")[2]
    return re.sub(r"\[([^\]]+)\]\((?!https?:)[^)]+\)", r"\1", body).strip()
