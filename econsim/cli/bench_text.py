"""Figures of a benchmark as text for a terminal, and as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from econsim.cli_text import number, paragraph, printable, table

RATES = {
    "agents": "agents",
    "batch": "batch",
    "compiled_one_core": "compiled, 1 core",
    "compiled_all_cores": "all cores",
    "compiled_graphics": "compiled, device",
    "drawing": "drawing",
    "batch_over_agents": "batch/agents",
    "compiled_one_core_over_batch": "1 core/batch",
    "compiled_all_cores_over_batch": "all/batch",
    "compiled_all_cores_over_compiled_one_core": "all/1 core",
    "compiled_graphics_over_batch": "device/batch",
}
"""Columns of the table of rates, by the second part of a figure's name."""


class Part(NamedTuple):
    """One table under its title, with notes; a table without rows is not shown."""

    title: str
    heads: list[str]
    rows: list[list[str]]
    notes: list[str]


def as_text(report: Mapping[str, Any]) -> str:
    """Everything that was measured, for a terminal."""
    lines = [paragraph(line) for line in _circumstances(report)]
    for part in _parts(report):
        lines += ["", part.title]
        if part.rows:
            lines.append(table(part.heads, part.rows))
        lines += [paragraph(f"  {note}", "  ") for note in part.notes]
    return "\n".join(lines)


def as_markdown(report: Mapping[str, Any]) -> str:
    """The same as Markdown."""
    lines = [line for circumstance in _circumstances(report) for line in (f"- {circumstance}",)]
    for part in _parts(report):
        lines += ["", f"### {part.title}", ""]
        if part.rows:
            lines += [*_markdown_table(part.heads, part.rows), ""]
        lines += part.notes
    return "\n".join(lines)


def comparison(report: Mapping[str, Any], changes: Mapping[str, Any], markdown: bool) -> str:
    """Figures of now beside those of then."""
    lines = [
        f"Compared with figures of {printable(changes['created'])}, econsim {printable(changes['version'])}"
        f"{', a quick run' if changes['quick'] else ''}."
    ]
    if changes["other_machine"]:
        lines.append(f"WARNING: another machine then. {printable('; '.join(changes['other_machine']))}.")
    if changes["busy_then"]:
        lines.append("WARNING: the machine was busy then.")
    heads = ["figure", "unit", "now", "then", "now/then"]
    rows = []
    for name, one in changes["figures"].items():
        figure = report["figures"][name]
        values = [number(one[part]) for part in ("now", "then", "ratio")]
        rows.append([figure["what"], _unit(figure), *values])
    shown = lines if markdown else [paragraph(line) for line in lines]
    if rows:
        shown += ["", *_markdown_table(heads, rows)] if markdown else ["", table(heads, rows, left=(0, 1))]
    for words, names in (("Only now", changes["only_now"]), ("Only then", changes["only_then"])):
        if names:
            told = f"{words}: {printable(', '.join(names))}."
            shown += ["", told if markdown else paragraph(told)]
    return "\n".join(shown)


def _circumstances(report: Mapping[str, Any]) -> list[str]:
    machine, load = report["machine"], report["load"]
    kind = "quick run" if report["quick"] else "full run"
    memory = "" if machine["memory_gb"] is None else f", {number(machine['memory_gb'])} GB"
    jax = f"JAX {machine['jax']}" if machine["jax"] else "no JAX"
    others = load["cores_used_by_others"]
    told = "" if others is None else f"; others kept {number(others)} of {machine['cores']} cores at work meanwhile"
    averages = f"{number(load['average_before'])} before and {number(load['average_after'])} after"
    lines = [
        f"econsim {report['version']}, scenario {report['scenario']}, {report['quarters']} quarters; {kind} of "
        f"{report['created']}, {number(load['seconds'])} s.",
        f"Machine: {machine['processor']}, {machine['cores']} cores usable{memory}, {machine['system']}; Python "
        f"{machine['python']}, NumPy {machine['numpy']}, {jax}, SALib {machine['salib']}.",
        f"Load average {averages}{told}.",
    ]
    if load["busy"]:
        lines.append("WARNING: the machine was busy. Absolute figures are worse than it can do; ratios hold better.")
    return lines


def _parts(report: Mapping[str, Any]) -> list[Part]:
    from econsim.bench import SECTIONS

    parts = []
    for section in report["sections"]:
        figures = {name: one for name, one in report["figures"].items() if name.split(".")[0] == section}
        heads, rows = _matrix(figures) if section == "rates" else _list(figures)
        parts.append(Part(SECTIONS.get(section, section), heads, rows, report["notes"].get(section, [])))
    return parts


def _list(figures: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """One row a figure, ratios below what they are ratios of."""
    rows = []
    for one in figures.values():
        rows.append([one["what"], number(one["value"]), _unit(one), str(one.get("best_of", ""))])
    return ["", "value", "unit", "best of"], rows


def _matrix(figures: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """One row a size, one column an engine or a ratio."""
    cells: dict[tuple[str, str], dict[str, Any]] = {}
    for name, one in figures.items():
        _, column, draws = name.split(".")
        cells[draws, column] = one
    columns = [column for column in RATES if any(place[1] == column for place in cells)]
    rows = []
    for draws in dict.fromkeys(place[0] for place in cells):
        row = [cells.get((draws, column), {}) for column in columns]
        rounds = [one["best_of"] for one in row if "best_of" in one]
        rows.append([f"{int(draws):,}", *[number(one.get("value")) for one in row], str(min(rounds, default=""))])
    return ["draws", *[RATES[column] for column in columns], "best of"], rows


def _unit(figure: Mapping[str, Any]) -> str:
    return "×" if figure["unit"] == "ratio" else str(figure["unit"])


def _markdown_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cells)} |"

    return [line(heads), f"|{'|'.join(['---', *['---:'] * (len(heads) - 1)])}|", *[line(row) for row in rows]]
