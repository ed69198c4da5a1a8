"""Pages that are tables: the parameter book, series and metrics, scenarios, references."""

from __future__ import annotations

from econsim.book_tables import cell
from econsim.evidence.fact_book import chapters
from econsim.evidence.page import facts_list
from econsim.library import shipped_scenarios
from econsim.metrics import summary_catalogue
from econsim.parameter_book import GRADES, Lever, Parameter, book
from econsim.scenario import load_scenario
from econsim.series import catalogue


def parameters() -> str:
    """The parameter book, group by group, levers last."""
    shipped = book()
    grades = "; ".join(f"**{grade}** {meaning}" for grade, meaning in GRADES.items())
    weakest = sum(row.grade == "C" for row in shipped.parameters.values())
    lines = [
        "# The parameter book",
        "",
        f"{len(shipped.parameters)} parameters and {len(shipped.levers)} policy levers, as the model reads them. "
        "The *range* is where the prior lies (triangular, its mode at the default, on a log axis where it says so); "
        "the *bounds* are where the equations hold: outside the range a run says that it extrapolates, outside the "
        f"bounds it is refused. Grades of evidence: {grades}. {weakest} parameters are of grade C.",
        "",
        "`econsim params` prints the same; `--format csv` and `--format json` are for other programs.",
        "",
    ]
    groups = dict.fromkeys(row.group for row in shipped.parameters.values())
    for group in groups:
        lines += [f"## {group[0].upper()}{group[1:]}", ""]
        for row in shipped.parameters.values():
            if row.group == group:
                lines += _card(row, ("symbol", "unit", "default", "range", "bounds", "grade"))
    lines += [
        "## Policy levers",
        "",
        "0 is the status quo; every lever is a path over time (`start`, `end`, `ramp`).",
        "",
    ]
    for lever in shipped.levers.values():
        lines += _card(lever, ("symbol", "unit", "bounds", "moderate", "grade"))
    return "\n".join(lines)


def _card(row: Parameter | Lever, columns: tuple[str, ...]) -> list[str]:
    references = book().references
    facts = " · ".join(f"{column} **{cell(row, column, references)}**" for column in columns)
    lines = [f"### {row.name}", "", row.meaning, "", facts, "", f"{row.note} *{cell(row, 'source', references)}*", ""]
    keys = " · ".join(f"[`{key}`](facts.md)" for key in row.facts)
    return [*lines, f"Facts: {keys}", ""] if row.facts else lines


def facts() -> str:
    """Every fact, chapter by chapter."""
    lines = [
        "# Facts",
        "",
        "What is known, one figure a line: its range, unit, price year and accounting basis, where it was seen and how "
        "sure it is. [Evidence](evidence.md) says how we grade; `econsim evidence KEY` shows one. Figures of Epoch AI "
        "are used under CC BY 4.0.",
        "",
    ]
    for chapter, rows in chapters().items():
        lines += [f"## {chapter[0].upper()}{chapter[1:]}", "", facts_list(rows), ""]
    return "\n".join(lines)


def metrics() -> str:
    """Series and summary metrics with unit and meaning."""
    segments = tuple(one.name for one in load_scenario("baseline").structure.segments)
    series = catalogue(segments)
    summaries = summary_catalogue(segments, split=True)
    lines = [
        "# Series and metrics",
        "",
        "A *series* has a value a quarter. Each is also a summary metric of the same name: its mean from the "
        "thirteenth quarter on, or the last quarter where the table says so. Money is in real $M. An undefined value "
        "is missing, and the share of futures in which a metric is defined is reported beside it.",
        "",
        "## Summary metrics",
        "",
        *_rows([(name, one.unit, one.meaning) for name, one in summaries.items() if name not in series]),
        "",
        "## Series",
        "",
        *_rows([(name, one.unit, f"{one.meaning} ({_kept(one.summary)})") for name, one in series.items()]),
    ]
    return "\n".join(lines) + "\n"


def _kept(summary: str) -> str:
    return "summary: mean" if summary == "mean" else "summary: last quarter"


def scenarios() -> str:
    """The scenarios that ship, each with its question, what it changes and why."""
    lines = [
        "# Shipped scenarios",
        "",
        "Each is a YAML file in `scenarios/`; `econsim new NAME --extends baseline` starts one of your own.",
        "",
    ]
    for name in shipped_scenarios():
        one = load_scenario(name)
        lines += [f"## {name}", "", f"*{one.question}*", "", _escaped(one.description), ""]
        lines += [f"```\neconsim run {name}\n```", ""]
    return "\n".join(lines)


def references() -> str:
    """Every source that econsim names."""
    lines = [
        "# References",
        "",
        "Every source of parameters, levers, facts and tables. Figures of Epoch AI are used under CC BY 4.0; where no "
        "licence was seen none is given.",
        "",
    ]
    entries = sorted(book().references.items(), key=lambda item: (item[1].author.lower(), item[1].year))
    for key, one in entries:
        title = f"[{one.title}]({one.link})" if one.link else one.title
        licence = "" if one.licence == "unknown" else f" {one.licence}."
        lines.append(f"- {one.author} ({one.year}). {_escaped(title)}. {_escaped(one.venue)}.{licence} `{key}`")
    return "\n".join(lines) + "\n"


def _rows(rows: list[tuple[str, str, str]]) -> list[str]:
    head = ["| name | unit | meaning |", "| --- | --- | --- |"]
    return head + [f"| `{name}` | {_escaped(unit)} | {_escaped(meaning)} |" for name, unit, meaning in rows]


def _escaped(text: str) -> str:
    return text.replace("|", r"\|")
