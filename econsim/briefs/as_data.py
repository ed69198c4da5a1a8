"""A brief as plain data: what the typesetter reads, and what tells one brief from another."""

from __future__ import annotations

from typing import Any

from econsim.briefs.document import (
    Block,
    Box,
    Brief,
    Bullets,
    Citation,
    Facts,
    Figure,
    Number,
    Paragraph,
    Sources,
    Strong,
    Table,
    Text,
)
from econsim.evidence.bibliography import reference


def as_data(brief: Brief) -> dict[str, Any]:
    """A brief in plain Python; a text is a list of pairs, such as `["number", "13 of 20"]`."""
    order = {key: place + 1 for place, key in enumerate(brief.sources)}
    return {
        "name": brief.name,
        "title": text_data(brief.title, order),
        "question": brief.question,
        "facts": [[name, text_data(text, order)] for name, text in brief.facts],
        "sections": [
            {
                "name": section.name,
                "heading": section.heading,
                "page": section.page,
                "blocks": [_block(block, order) for block in section.blocks],
            }
            for section in brief.sections
        ],
        "footer": brief.footer,
        "date": brief.date,
        "version": brief.version,
    }


def text_data(text: Text, order: dict[str, int]) -> list[list[str]]:
    """A text as pairs of a kind and words: text, number, strong, or cite with the number of the source."""
    found = []
    for one in text:
        match one:
            case Number(text=words):
                found.append(["number", words])
            case Strong(text=words):
                found.append(["strong", words])
            case Citation(keys=keys):
                found.append(["cite", ", ".join(str(order[key]) for key in keys)])
            case _:
                found.append(["text", one])
    return found


def _block(block: Block, order: dict[str, int]) -> dict[str, Any]:
    def told(text: Text) -> list[list[str]]:
        return text_data(text, order)

    match block:
        case Paragraph():
            return {"kind": "paragraph", "text": told(block.text), "lead": block.lead}
        case Bullets():
            return {"kind": "bullets", "items": [told(item) for item in block.items]}
        case Table():
            return {
                "kind": "table",
                "title": told(block.title),
                "heads": list(block.heads),
                "rows": [[told(cell) for cell in row] for row in block.rows],
                "widths": list(block.widths),
                "left": list(block.left),
                "note": told(block.note),
                "wide": block.wide,
            }
        case Figure():
            return {
                "kind": "figure",
                "name": block.name,
                "title": told(block.title),
                "subtitle": told(block.subtitle),
                "alt": block.alt,
                "half": block.half,
            }
        case Box():
            columns = [[head, told(verdict), told(text)] for head, verdict, text in block.columns]
            return {"kind": "box", "columns": columns, "note": told(block.note)}
        case Facts():
            return {"kind": "facts", "rows": [[name, told(text)] for name, text in block.rows], "code": block.code}
        case Sources():
            return {"kind": "sources", "rows": [source_words(key) for key in block.keys]}
    raise TypeError(type(block).__name__)


def source_words(key: str) -> dict[str, str]:
    """A source as a list has it: who and when, what, where, link."""
    one = reference(key)
    return {
        "author": one.author,
        "year": str(one.year),
        "title": one.title,
        "venue": one.venue,
        "link": one.link or "",
    }


__all__ = ["as_data", "source_words", "text_data"]
