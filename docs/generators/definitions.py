"""Columns of our docstrings, `name : text`, as lists of definitions."""

from __future__ import annotations

import re

COLUMNS = re.compile(r"([\w*][\w*, ./]*?) +: (.*)")


def as_definitions(text: str) -> str:
    """The text with every paragraph of aligned columns as a list of definitions."""
    paragraphs = [one if "```" in one else _escaped(_definitions(one)) for one in text.split("\n\n")]
    return "\n\n".join(paragraphs)


def _definitions(paragraph: str) -> str:
    found: list[list[str]] = []
    for line in paragraph.split("\n"):
        column = COLUMNS.fullmatch(line)
        if column:
            found.append([f"`{column[1]}`", f":   {column[2]}"])
        elif found and line.startswith("  "):
            found[-1].append(f"    {line.strip()}")
        else:
            return paragraph
    return "\n\n".join("\n".join(one) for one in found)


def _escaped(text: str) -> str:
    """A star in a docstring multiplies; between backticks it stays as it is."""
    parts = text.split("`")
    return "`".join(part if place % 2 else part.replace("*", r"\*") for place, part in enumerate(parts))
