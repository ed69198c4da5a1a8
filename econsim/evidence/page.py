"""Evidence as Markdown, for the documentation and for `econsim evidence --format md`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from econsim.evidence.fact_book import Fact
from econsim.evidence.readings import RULES, readings
from econsim.evidence.units import UNITS
from econsim.evidence.weak import DOUBT, influence, weaknesses
from econsim.parameter_book import GRADES, book

LISTED = 15
"""How many rows the ranking shows."""


def weak_markdown(count: int = LISTED) -> str:
    """The parameters that are weakly known and matter most, with what was run to find out; ends in a newline."""
    run, frame = influence(), weaknesses()
    known = frame[frame["matters"].notna()]
    rows = [
        [f"`{row['name']}`", f"{row['grade']} ({GRADES[row['grade']]})", str(row["facts"]), *_share(row)]
        for row in known.head(count).to_dict("records")
    ]
    table = _table(["parameter", "grade", "facts", "matters", "most for", "weakness"], rows)
    doubts = ", ".join(f"{grade} {doubt:g}" for grade, doubt in DOUBT.items())
    return (
        f"{table}\n"
        f"*Matters* is the largest total Sobol' index over {run.about}, with the half-width of its 95% interval; an "
        "index that cannot be told from zero counts as zero. *Weakness* is that times the doubt of the grade "
        f"({doubts}), a convention. {len(known)} parameters are ranked; levers, fixed parameters and those behind a "
        "switch are not varied. "
        f"Run `{run.run_id}`, econsim {run.version}.\n"
    )


def _share(row: dict[str, object]) -> list[str]:
    if not row["output"]:
        return ["not told from zero", "–", "0"]
    return [f"{row['matters']:.2f} ± {row['half_width']:.2f}", f"`{row['output']}`", f"{row['weakness']:.2f}"]


def grades_markdown() -> str:
    """How many parameters and levers have which grade; ends in a newline."""
    rows = []
    for grade, meaning in GRADES.items():
        counts = [sum(row.grade == grade for row in rows_of.values()) for rows_of in (book().parameters, book().levers)]
        rows.append([f"{grade} ({meaning})", *map(str, counts)])
    table = _table(["grade", "parameters", "levers"], rows)
    unused = [label for label, *counts in rows if set(counts) == {"0"}]
    return table + "".join(f"\nNothing in the book has grade {label}.\n" for label in unused)


def readings_markdown() -> str:
    """What parameters mean in the units of their facts, beside the measurement; ends in a newline."""
    rows = []
    for name in RULES:
        for one in readings(name):
            measured = span_text(one.measured.value, one.measured.low, one.measured.high)
            means = span_text(one.default, one.low, one.high)
            rows.append([f"`{name}`", f"{one.what} ({one.unit})", means, measured, one.verdict])
    return _table(["number", "in the unit of its facts", "default (prior)", "measured (range)", "verdict"], rows)


def facts_markdown(rows: Iterable[Fact]) -> str:
    """Facts as a Markdown table, one line each; ends in a newline."""
    cells = [
        [f"`{one.key}`", one.quantity, amount(one), unit_text(one), one.period, _cited(one), _standing(one), one.method]
        for one in rows
    ]
    return _table(["key", "quantity", "value (range)", "unit", "period", "source", "standing", "method"], cells)


def facts_list(rows: Iterable[Fact]) -> str:
    """Facts as a Markdown list, for pages too narrow for the table; ends in a newline."""
    items = []
    for one in rows:
        value = f"**{amount(one)}** {unit_text(one)}" if one.value is not None else "no number"
        told = f"{one.quantity}, {one.period}: {value}. {one.method} *{_cited(one)}; {_standing(one)}.* `{one.key}`"
        items.append(f"- {_escaped(told)}\n")
    return "".join(items)


def _cited(one: Fact) -> str:
    return "; ".join(cited(key, one.link if place == 0 else None) for place, key in enumerate(one.source))


def _standing(one: Fact) -> str:
    return f"confidence {one.confidence}, {one.provenance}"


def cited(key: str, link: str | None = None) -> str:
    """A source as author and year, linked to where it was read."""
    one = book().references[key]
    text = f"{one.author} ({one.year})"
    link = link or one.link
    return f"[{text}]({link})" if link else text


# ---------------------------------------------------------------------------------------------------- numbers


def amount(one: Fact) -> str:
    """A fact's value and range: `81.4M (78M to 81.4M)`; `–` where there is none."""
    if one.unit == "calendar year" and one.value is not None:
        return f"{one.value:.7g}"
    return span_text(one.value, one.low, one.high)


def span_text(value: float | None, low: float | None, high: float | None) -> str:
    """A number and its range, each to three digits."""
    if value is None:
        return "–"
    if (low is None and high is None) or low == value == high:
        return short(value)
    if low is None or high is None:
        end = f"at least {short(low)}" if low is not None else f"at most {short(high)}" if high is not None else ""
        return end if value in (low, high) else f"{short(value)} ({end})"
    return f"{short(value)} ({short(low)} to {short(high)})"


def short(value: float) -> str:
    """Three digits, with k, M or bn for thousands and more, and powers of ten beyond."""
    size = abs(value)
    if size != 0.0 and (size >= 1e13 or size < 1e-3):
        digits, power = f"{value:.2e}".split("e")
        return f"{float(digits):g}e{int(power)}"
    for least, word in ((1e9, "bn"), (1e6, "M"), (1e4, "k")):
        if size >= least:
            return f"{_three(value / {'bn': 1e9, 'M': 1e6, 'k': 1e3}[word])}{word}"
    return _three(value)


def _three(value: float) -> str:
    if abs(value) >= 1000.0:
        return f"{value:.0f}"
    return f"{float(f'{value:.3g}'):.10g}"


def unit_text(one: Fact) -> str:
    """The unit with its price year and accounting basis: `USD of 2023, cloud`."""
    text = one.unit
    if UNITS[one.unit].money:
        text += f" of {one.price_year}" if one.price_year else ", years mixed"
    return text if one.basis == "none" else f"{text}, {one.basis}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join("| " + " | ".join(map(_escaped, line)) + " |\n" for line in lines)


def _escaped(text: str) -> str:
    # An unescaped '$' begins a formula in several Markdown renderers, a '|' ends the cell.
    return text.replace("|", "\\|").replace("$", "\\$").replace("\n", " ")
