"""What a brief consists of, whatever it is written as: texts with numbers that know their run, blocks, sections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Number:
    """A number in a text. `key` names its record in the ledger: value, run and the code that gives it again."""

    text: str
    key: str


@dataclass(frozen=True)
class Citation:
    """Sources, by their keys in the parameter book's references."""

    keys: tuple[str, ...]


@dataclass(frozen=True)
class Strong:
    """Words that stand out."""

    text: str


Text = tuple["str | Number | Citation | Strong", ...]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `lead` is larger, for the bottom line."""

    text: Text
    lead: bool = False


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: tuple[Text, ...]


@dataclass(frozen=True)
class Table:
    """A table.

    name   : of its data file
    title  : what it holds
    rows   : cells as texts, as many a row as there are heads
    widths : relative widths of the columns
    left   : columns that are flush left; the others hold numbers and are flush right
    note   : how to read it
    wide   : takes the margin as well
    """

    name: str
    title: Text
    heads: tuple[str, ...]
    rows: tuple[tuple[Text, ...], ...]
    widths: tuple[float, ...]
    left: tuple[int, ...] = (0,)
    note: Text = ()
    wide: bool = False


@dataclass(frozen=True)
class Figure:
    """A chart.

    name     : of its files, without ending
    title    : its finding
    subtitle : what is plotted
    alt      : for who cannot see it, with its main number
    half     : takes half of the width: two of them stand side by side
    """

    name: str
    title: Text
    subtitle: Text
    alt: str
    half: bool = False


@dataclass(frozen=True)
class Box:
    """Columns on a tinted ground: (head, verdict, text) each."""

    title: str
    columns: tuple[tuple[str, Text, Text], ...]
    note: Text = ()


@dataclass(frozen=True)
class Facts:
    """Names and values side by side, such as of a reproducibility block; `code` sets the values as code."""

    rows: tuple[tuple[str, Text], ...]
    code: bool = False


@dataclass(frozen=True)
class Sources:
    """The list of sources, numbered in order."""

    keys: tuple[str, ...]


Block = Paragraph | Bullets | Table | Figure | Box | Facts | Sources


@dataclass(frozen=True)
class Section:
    """A part of the brief under a heading, on one of four pages."""

    name: str
    heading: str
    page: Literal[1, 2, 3, 4]
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Brief:
    """A whole brief.

    title   : its finding
    facts   : date, version, runs, status: beside the bottom line
    figures : name of a figure -> its SVG file
    """

    name: str
    title: Text
    question: str
    facts: tuple[tuple[str, Text], ...]
    sections: tuple[Section, ...]
    sources: tuple[str, ...]
    version: str
    date: str
    footer: str
    figures: dict[str, Path] = field(default_factory=dict)

    def blocks(self) -> Iterator[Block]:
        """Every block, in order."""
        for section in self.sections:
            yield from section.blocks

    def texts(self) -> Iterator[Text]:
        """Every text, in order."""
        yield self.title
        yield (self.question,)
        for _, text in self.facts:
            yield text
        for block in self.blocks():
            yield from texts_of(block)


def texts_of(block: Block) -> Iterator[Text]:
    """The texts of a block."""
    match block:
        case Paragraph(text=text):
            yield text
        case Bullets(items=items):
            yield from items
        case Table():
            yield block.title
            for row in block.rows:
                yield from row
            yield block.note
        case Figure():
            yield block.title
            yield block.subtitle
        case Box():
            for _, verdict, text in block.columns:
                yield verdict
                yield text
            yield block.note
        case Facts():
            for _, text in block.rows:
                yield text
        case Sources():
            return


def plain(text: Text) -> str:
    """A text as plain words, its citations left out."""
    return "".join(one if isinstance(one, str) else "" if isinstance(one, Citation) else one.text for one in text)


def joined(parts: Sequence[Text], by: str = " ") -> Text:
    """Texts one behind the other."""
    found: list[str | Number | Citation | Strong] = []
    for part in parts:
        if not part:
            continue
        if found:
            found.append(by)
        found.extend(part)
    return tuple(found)


__all__ = [
    "Block", "Box", "Brief", "Bullets", "Citation", "Facts", "Figure", "Number", "Paragraph", "Section", "Sources",
    "Strong", "Table", "Text", "joined", "plain", "texts_of",
]  # fmt: skip
