"""How facts, sources and weak spots read on a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from econsim.cli_text import number, paragraph, table
from econsim.evidence.fact_book import PROVENANCES, Fact, fact, fact_book
from econsim.evidence.page import amount, span_text, unit_text
from econsim.evidence.readings import readings
from econsim.evidence.table_files import tables
from econsim.evidence.units import BASES
from econsim.evidence.weak import DOUBT, influence
from econsim.parameter_book import GRADES, Lever, Parameter, Reference, book

if TYPE_CHECKING:
    import pandas

CREDIT = "Figures of Epoch AI are used under CC BY 4.0."


def facts_text(rows: Iterable[Fact]) -> str:
    """Facts one below the other: what is known, and of what."""
    chosen = list(rows)
    cells = [[one.key, amount(one), unit_text(one)] for one in chosen]
    lines = table(["fact", "value (range)", "unit"], cells, left=(0, 1, 2)).splitlines()
    parts = lines[:2]
    for line, one in zip(lines[2:], chosen, strict=True):
        parts += [line, paragraph(f"    {one.quantity} ({one.period}; confidence {one.confidence})", "    ")]
    told = (
        f"{len(chosen)} fact{'' if len(chosen) == 1 else 's'}. econsim evidence KEY shows one with its source. {CREDIT}"
    )
    return "\n".join([*parts, "", paragraph(told)])


def fact_text(one: Fact) -> str:
    """One fact with all that is known about it."""
    rows: list[Parameter | Lever] = [*book().parameters.values(), *book().levers.values()]
    named = [row.name for row in rows if one.key in row.facts]
    lines = [one.key, paragraph(one.quantity), ""]
    lines += [f"value       {amount(one)} {unit_text(one)}"]
    if one.basis != "none":
        lines.append(paragraph(f"basis       {one.basis}: {BASES[one.basis]}", " " * 12))
    lines += [f"period      {one.period}", paragraph(f"method      {one.method}", " " * 12)]
    lines.append(paragraph(f"standing    confidence {one.confidence}; {_seen(one)}", " " * 12))
    for place, key in enumerate(one.source):
        lines.append(paragraph(f"{'source' if place == 0 else '':<12}{source_text(book().references[key])}", " " * 12))
    if one.link:
        lines.append(f"read at     {one.link}")
    if named:
        lines.append(paragraph(f"used for    {', '.join(named)}", " " * 12))
    return "\n".join(lines)


def _seen(one: Fact) -> str:
    return f"{one.provenance}, {PROVENANCES[one.provenance]}"


def source_text(one: Reference) -> str:
    """A source in a line: author, year, title, venue, link, licence."""
    link = f" {one.link}" if one.link else ""
    return f"{one.author} ({one.year}). {one.title}. {one.venue}.{link} Licence: {one.licence}"


def row_text(row: Parameter | Lever) -> str:
    """A parameter or lever with its facts, and what its numbers mean in their units."""
    if isinstance(row, Parameter):
        ends = f", prior {row.prior.low:g} to {row.prior.high:g}" if row.prior else ", fixed"
        what = f"default {row.default:g}{ends}"
    else:
        what = f"lever, mid-range setting {row.moderate:g}"
    lines = [f"{row.name} ({row.symbol}): {what}; unit {row.unit}", paragraph(row.meaning), ""]
    lines += [f"Grade {row.grade}, {GRADES[row.grade]}", paragraph(row.note), ""]
    found = readings(row.name)
    if found:
        setting = "mid-range setting" if isinstance(row, Lever) else "default (prior)"
        lines.append("What the number means in the units of its facts")
        for one in found:
            means = span_text(one.default, one.low, one.high)
            measured = span_text(one.measured.value, one.measured.low, one.measured.high)
            lines.append(paragraph(f"  {one.what} ({one.unit}), by {', '.join(one.facts)}", "    "))
            lines.append(paragraph(f"    {setting} {means}; measured {measured}: {one.verdict}", "    "))
        lines.append("")
    if not row.facts:
        lines.append("No fact: an assumption.")
    for key in row.facts:
        known = fact(key)
        standing = f"({known.period}; {known.confidence})"
        lines.append(paragraph(f"  {key}  {amount(known)} {unit_text(known)} {standing}", "    "))
        lines.append(paragraph(f"    {known.quantity}", "    "))
    return "\n".join(lines)


def weak_text(frame: pandas.DataFrame) -> str:
    """The ranking of what is weakly known and matters."""
    run = influence()
    known = frame[frame["matters"].notna()]
    cells = []
    for row in known.to_dict("records"):
        grade = f"{row['grade']} {GRADES[row['grade']]}"
        matters = f"{row['matters']:.2f} ± {row['half_width']:.2f}" if row["output"] else "not told from 0"
        cells.append([row["name"], grade, str(row["facts"]), matters, row["output"] or "–", number(row["weakness"])])
    heads = ["parameter", "grade", "facts", "matters", "most for", "weakness"]
    assumed = [row["name"] for row in frame[frame["matters"].isna() & (frame["grade"] == "C")].to_dict("records")]
    doubts = ", ".join(f"{grade} {doubt:g}" for grade, doubt in DOUBT.items())
    told = (
        f"Matters: largest total Sobol' index over {run.about}, with the half-width of its 95% interval. Weakness: "
        f"that times the doubt of the grade ({doubts}), a convention."
    )
    parts = [table(heads, cells, left=(0, 1, 4)), "", paragraph(told)]
    if assumed:
        parts.append(paragraph(f"Assumed too, but not varied there: {', '.join(assumed)}."))
    parts.append(f"Run {run.run_id}: {run.scenario}, sobol, seed {run.seed}, econsim {run.version}")
    return "\n".join(parts)


def table_text(name: str) -> str:
    """What a table of observations holds."""
    notes = tables()[name]
    lines = [name, paragraph(f"{notes.about}. In Python: econsim.evidence.{name}()"), ""]
    width = max(map(len, notes.columns)) + 2
    lines += [paragraph(f"{column.ljust(width)}{meaning}", " " * width) for column, meaning in notes.columns.items()]
    lines.append("")
    lines += [paragraph(source_text(book().references[key]), "  ") for key in notes.source]
    return "\n".join(lines)


def reference_text(key: str) -> str:
    """A source, and the facts that are from it."""
    named = [one.key for one in fact_book().values() if key in one.source]
    lines = [key, paragraph(source_text(book().references[key]))]
    if named:
        lines.append(paragraph(f"Facts: {', '.join(named)}"))
    return "\n".join(lines)
