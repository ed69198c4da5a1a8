"""A brief as Markdown, for whoever goes on working with its text."""

from __future__ import annotations

from collections.abc import Mapping

from econsim.briefs.as_data import source_words
from econsim.briefs.document import (
    Block,
    Box,
    Brief,
    Bullets,
    Citation,
    Facts,
    Figure,
    Paragraph,
    Sources,
    Strong,
    Table,
    Text,
)


def as_markdown(brief: Brief, source: str, figures: str = "figures/{}.png") -> str:
    """The text of a Markdown file.

    source  : what the brief was made from, as JSON, for `econsim verify`; in a comment
    figures : where the figures lie, {} standing for their names
    """
    order = {key: place + 1 for place, key in enumerate(brief.sources)}
    parts = [f"# {words(brief.title, order)}", facts_line(brief, order)]
    for section in brief.sections:
        parts.append(f"## {section.heading}")
        parts += [block_text(block, order, figures) for block in section.blocks]
    held = source.replace("--", "-\\u002d")  # which would end a comment
    return "\n\n".join([*(part for part in parts if part), f"<!-- econsim-brief\n{held}\n-->"]) + "\n"


def facts_line(brief: Brief, order: Mapping[str, int]) -> str:
    """Date, version, runs and status on a line."""
    return " · ".join(f"{name}: {words(text, order)}" for name, text in brief.facts)


def words(text: Text, order: Mapping[str, int]) -> str:
    """A text as Markdown."""
    found = []
    for one in text:
        match one:
            case Citation(keys=keys):
                found.append(f" [{', '.join(str(order[key]) for key in keys)}]")
            case Strong(text=strong):
                bare = strong.strip()
                found.append(strong.replace(bare, f"**{_safe(bare)}**"))
            case _:
                found.append(_safe(one if isinstance(one, str) else one.text))
    return "".join(found)


def _safe(text: str) -> str:
    """Text in which nothing is taken for a mark; a dollar sign would begin a formula in a notebook."""
    for mark in ("\\", "*", "_", "`", "<", "$", "|"):
        text = text.replace(mark, f"\\{mark}")
    return text


def block_text(block: Block, order: Mapping[str, int], figures: str) -> str:
    """A block as Markdown."""
    match block:
        case Paragraph(text=text):
            return words(text, order)
        case Bullets(items=items):
            return "\n".join(f"- {words(item, order)}" for item in items)
        case Table():
            return _table(block, order)
        case Figure():
            picture = f"![{block.alt.replace('[', '(').replace(']', ')')}]({figures.format(block.name)})"
            return f"**{words(block.title, order)}**\n\n{words(block.subtitle, order)}\n\n{picture}"
        case Box():
            rows = [
                f"- **{head}: {words(verdict, order)}.** {words(text, order)}" for head, verdict, text in block.columns
            ]
            return "\n".join(rows) + (f"\n\n{words(block.note, order)}" if block.note else "")
        case Facts():
            wrap = "`{}`" if block.code else "{}"
            rows = [
                f"- {name}: {wrap.format(_code(text) if block.code else words(text, order))}"
                for name, text in block.rows
            ]
            return "\n".join(rows)
        case Sources():
            return "\n".join(f"{place + 1}. {_source(key)}" for place, key in enumerate(block.keys))
    raise TypeError(type(block).__name__)


def _code(text: Text) -> str:
    return "".join(one if isinstance(one, str) else "" if isinstance(one, Citation) else one.text for one in text)


def _table(table: Table, order: Mapping[str, int]) -> str:
    lines = [f"**{words(table.title, order)}**", ""] if table.title else []
    lines.append(f"| {' | '.join(_safe(head) for head in table.heads)} |")
    marks = ["---" if place in table.left else "---:" for place in range(len(table.heads))]
    lines.append(f"| {' | '.join(marks)} |")
    lines += [f"| {' | '.join(words(cell, order) for cell in row)} |" for row in table.rows]
    if table.note:
        lines += ["", words(table.note, order)]
    return "\n".join(lines)


def _source(key: str) -> str:
    one = source_words(key)
    told = f"{_safe(one['author'])} ({one['year']}). *{_safe(one['title'])}*. {_safe(one['venue'])}."
    return f"{told} <{one['link']}>" if one["link"] else told


__all__ = ["as_markdown", "block_text", "facts_line", "words"]
