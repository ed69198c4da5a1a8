"""A brief as one HTML file that holds everything it shows: no request leaves it."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from pathlib import Path

from econsim.briefs.as_data import source_words
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
    Section,
    Sources,
    Strong,
    Table,
    Text,
    plain,
)
from econsim.briefs.fields import Record

STACKED = 3  # columns beyond which the rows of a table are stacked on a narrow screen
LONG = 24  # characters from which on a number may break
STYLE = Path(__file__).resolve().parent / "templates" / "brief.css"


def as_html(brief: Brief, charts: Mapping[str, str], records: Mapping[str, Record], source: str) -> str:
    """The text of an HTML file.

    charts  : name of a figure -> its SVG
    records : of its numbers: each tells its run when pointed at
    source  : what the brief was made from, as JSON, for `econsim verify`
    """
    page = _Page(brief, charts, records)
    body = "\n".join([page.head(), *(page.section(section) for section in brief.sections), page.foot()])
    style = STYLE.read_text(encoding="utf-8")
    held = source.replace("<", "\\u003c")
    return (
        '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(plain(brief.title))}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n{body}\n"
        f'</main>\n<script type="application/json" id="econsim-brief">\n{held}\n</script>\n</body>\n</html>\n'
    )


class _Page:
    """A brief being written as HTML."""

    def __init__(self, brief: Brief, charts: Mapping[str, str], records: Mapping[str, Record]):
        self.brief, self.charts, self.records = brief, charts, records
        self.order = {key: place + 1 for place, key in enumerate(brief.sources)}

    def head(self) -> str:
        facts = "\n".join(
            f"<div><dt>{html.escape(name)}</dt><dd>{self.words(text)}</dd></div>" for name, text in self.brief.facts
        )
        return (
            f'<header>\n<p class="kicker">econsim policy brief <span>{html.escape(self.brief.date)}</span></p>\n'
            f'<h1>{self.words(self.brief.title)}</h1>\n</header>\n<dl class="facts">\n{facts}\n</dl>'
        )

    def foot(self) -> str:
        return f"<footer>{html.escape(self.brief.footer)}</footer>"

    def section(self, section: Section) -> str:
        whole = any(isinstance(block, Table) and block.wide for block in section.blocks)
        kind = "box" if any(isinstance(block, Box) for block in section.blocks) else "wide" if whole else "plain"
        blocks = "\n".join(self._stacked(section.blocks))
        return (
            f'<section class="{kind}" id="{section.name}">\n<h2>{html.escape(section.heading)}</h2>\n<div>\n{blocks}\n'
            "</div>\n</section>"
        )

    def _stacked(self, blocks: Sequence[Block]) -> list[str]:
        """Blocks in order; halves that follow each other stand side by side."""
        found, place = [], 0
        while place < len(blocks):
            pair = blocks[place : place + 2]
            if len(pair) == 2 and all(isinstance(one, Figure) and one.half for one in pair):
                found.append(f'<div class="pair">\n{self.block(pair[0])}\n{self.block(pair[1])}\n</div>')
                place += 2
            else:
                found.append(self.block(blocks[place]))
                place += 1
        return found

    def words(self, text: Text) -> str:
        """A text as HTML; a number knows its field and its runs."""
        found = []
        for one in text:
            match one:
                case Number(text=words, key=key):
                    runs = ", ".join(self.records[key].runs)
                    told = html.escape(f"{key}, run {runs}" if runs else key)
                    long = ' class="long"' if len(words) > LONG else ""
                    value = html.escape(key)
                    found.append(f'<data{long} value="{value}" title="{told}">{html.escape(words)}</data>')
                case Strong(text=words):
                    found.append(f"<strong>{html.escape(words)}</strong>")
                case Citation(keys=keys):
                    links = (f'<a href="#source-{self.order[key]}">{self.order[key]}</a>' for key in keys)
                    found.append(f"<sup>{', '.join(links)}</sup>")
                case _:
                    found.append(html.escape(one))
        return "".join(found)

    def block(self, block: Block) -> str:
        match block:
            case Paragraph(text=text, lead=lead):
                return f'<p class="lead">{self.words(text)}</p>' if lead else f"<p>{self.words(text)}</p>"
            case Bullets(items=items):
                rows = "\n".join(f"<li>{self.words(item)}</li>" for item in items)
                return f"<ul>\n{rows}\n</ul>"
            case Table():
                return self._table(block)
            case Figure():
                svg = self.charts[block.name].replace(
                    "<svg ", f'<svg role="img" aria-label="{html.escape(block.alt)}" ', 1
                )
                kind = ' class="half"' if block.half else ""
                return (
                    f"<figure{kind}>\n<figcaption><strong>{self.words(block.title)}</strong>\n"
                    f"<small>{self.words(block.subtitle)}</small></figcaption>\n"
                    f'<div class="chart" tabindex="0">\n{svg}\n</div>\n</figure>'
                )
            case Box():
                columns = "\n".join(self._column(*one) for one in block.columns)
                return f'<div class="columns">\n{columns}\n</div>\n<p class="note">{self.words(block.note)}</p>'
            case Facts(rows=pairs, code=code):
                wrap = "<code>{}</code>" if code else "{}"
                told = "\n".join(
                    f"<dt>{html.escape(name)}</dt><dd>{wrap.format(self.words(text))}</dd>" for name, text in pairs
                )
                return f'<dl class="pairs">\n{told}\n</dl>'
            case Sources(keys=keys):
                return "<ol>\n" + "\n".join(self._source(place + 1, key) for place, key in enumerate(keys)) + "\n</ol>"
        raise TypeError(type(block).__name__)

    def _column(self, head: str, verdict: Text, text: Text) -> str:
        told = f'<p class="verdict">{self.words(verdict)}</p>\n<p>{self.words(text)}</p>'
        return f"<div><h3>{html.escape(head)}</h3>\n{told}</div>"

    def _table(self, table: Table) -> str:
        def side(place: int) -> str:
            return "" if place in table.left else ' class="number"'

        def filled(place: int, cell: Text) -> str:
            words = self.words(cell)
            if not stacks or not place:
                return f"<td{side(place)}>{words}</td>"
            # A narrow screen shows the head of the column before each value.
            return f'<td{side(place)} data-head="{html.escape(table.heads[place])}"><span>{words}</span></td>'

        stacks = len(table.heads) > STACKED

        heads = "".join(
            f'<th scope="col"{side(place)}>{html.escape(head)}</th>' for place, head in enumerate(table.heads)
        )
        rows = "\n".join(
            "<tr>" + "".join(filled(place, cell) for place, cell in enumerate(row)) + "</tr>" for row in table.rows
        )
        caption = f"<caption>{self.words(table.title)}</caption>\n" if table.title else ""
        note = f'\n<p class="note">{self.words(table.note)}</p>' if table.note else ""
        body = f"{caption}<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody>"
        kind = ' class="stacks"' if stacks else ""
        return f'<div class="scroll"><table{kind}>\n{body}\n</table></div>{note}'

    def _source(self, place: int, key: str) -> str:
        one = {name: html.escape(value) for name, value in source_words(key).items()}
        link = f' <a href="{one["link"]}">{one["link"]}</a>' if one["link"] else ""
        told = f"{one['author']} ({one['year']}). <cite>{one['title']}</cite>. {one['venue']}.{link}"
        return f'<li id="source-{place}">{told}</li>'


__all__ = ["as_html"]
