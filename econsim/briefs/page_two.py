"""Page two: why now, what was compared, what happens, who gains and who loses."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from econsim.briefs.amounts import amount, share_of_futures
from econsim.briefs.document import Figure, Number, Paragraph, Section, Table, Text, joined, plain
from econsim.briefs.lever_words import lever_words
from econsim.briefs.metric_words import metric_words, start
from econsim.briefs.stored_runs import PackageRun
from econsim.briefs.writing import FIRST_YEAR, Writing, count_word, listed, started
from econsim.parameter_book import book
from econsim.studies.settings_text import settings_of
from econsim.studies.words import words
from econsim.subject_words import in_force
from econsim.timeline import LeverStep

BN_A_YEAR = "$M/quarter"


def own_paragraphs(writing: Writing, section: str) -> tuple[Paragraph, ...]:
    """The author's paragraphs of a section, fields filled."""
    text = writing.spec.paragraphs.get(section, "")
    return tuple(Paragraph(writing.fill(" ".join(part.split()))) for part in re.split(r"\n\s*\n", text) if part.strip())


def why(writing: Writing) -> Section:
    """Why the question is asked now: the author's words; no run knows that."""
    return Section("why", "Why now", 2, own_paragraphs(writing, "why"))


# ---------------------------------------------------------------------------------------------------- what was compared


def compared(writing: Writing) -> Section:
    """The packages, what each of them does, and on which futures."""
    count = len(writing.runs.packages)
    told = f"{start(count_word(count))} {'package is' if count == 1 else 'packages are'}"
    each = "Each draws its own luck and a value for each of {assumptions} uncertain assumptions."
    if not writing.depends.names:
        each = "Each draws its own luck; assumptions stay at their defaults."
    text = writing.fill(
        f"{told} compared with {{against}} over {{quarters}} quarters from {{start}}, in the same {{draws}} futures. "
        + each,
        start=_found(writing, writing.proposal, "start", writing.proposal.scenario.structure.start, "structure.start"),
        assumptions=writing.ledger.number(
            "evidence.all", str(len(writing.depends.names)), len(writing.depends.names), writing.run_ids,
            "len(found.names)",
        ),
    )  # fmt: skip
    rows = tuple(((run.label,), _what_it_does(writing, run)) for run in writing.runs.packages)
    table = Table("packages", (), ("Package", "What it does"), rows, (1.25, 5.45), left=(0, 1))
    return Section("compared", "What was compared", 2, (Paragraph(text), *own_paragraphs(writing, "compared"), table))


def _what_it_does(writing: Writing, run: PackageRun) -> Text:
    """Levers and other settings that differ from the status quo, in words."""
    parts: list[Text] = []
    before = in_force(writing.runs.status_quo.scenario)  # it may have levers: staying at 0 is then a difference
    told = {**in_force(run.scenario), **before}
    steps = {name: list(found) for name, found in run.scenario.levers.items() if found and name in told}
    shared = {_moments(one) for found in steps.values() for one in found}
    for name, found in steps.items():
        parts.append(_lever(writing, run, name, found, timed=len(shared) > 1))
    parts += [(f"no {lever_words(name).name.removeprefix('a ')}",) for name in before if name not in steps]
    here, there = settings_of(run.scenario), settings_of(writing.runs.status_quo.scenario)
    for name, value in here.items():
        if name not in book().levers and there.get(name) != value:
            code = f'settings_of(runs["{run.name}"].scenario)["{name}"]'
            parts.append((f"{words(name)} ", writing.ledger.number(
                f"{name}.{run.name}.setting", value, value, (run.run_id,), code
            )))  # fmt: skip
    if not parts:
        return ("Nothing: the same world as the status quo",)
    text = joined(parts, ", ")
    first = next(iter(steps), None)
    timing = _timing(writing, run, first, 0) if first is not None and len(shared) == 1 else ()
    return (*started(text), "; ", *timing) if timing else started(text)


def _lever(writing: Writing, run: PackageRun, name: str, steps: list[LeverStep], timed: bool) -> Text:
    told: list[Text] = []
    for place, step in enumerate(steps):
        level = lever_amount(name, step.value)
        number = writing.ledger.number(
            f"{name}.{run.name}.level{'' if len(steps) == 1 else f'.{len(told)}'}", level, step.value, (run.run_id,),
            f'runs["{run.name}"].scenario.levers["{name}"][{len(told)}].value',
        )  # fmt: skip
        timing = _timing(writing, run, name, place) if timed else ()
        told.append((number, " ", *timing) if timing else (number,))
    before, _, after = lever_words(name).setting.partition("{}")
    return (before, *joined(told, ", then "), after) if before else (*joined(told, ", then "), after)


def lever_amount(name: str, value: float) -> str:
    """The level of a lever as a reader says it."""
    unit = book().levers[name].unit
    in_per_cent = unit == "share" or name == "export_wedge"
    return amount(value, "share" if in_per_cent else unit, figures=3)


def _moments(step: LeverStep) -> tuple[Any, ...]:
    plain_step = step.as_mapping()
    return tuple(plain_step.get(key) for key in ("start", "ramp", "end"))


def _timing(writing: Writing, run: PackageRun, name: str, place: int) -> Text:
    """When a step of a lever begins and ends: `from 2027Q1, phased in over 4 quarters`; empty for all the time."""
    told: list[Text] = []
    begins, ramp, ends = _moments(run.scenario.levers[name][place])
    for key, value, before, after in (
        ("start", begins, "from ", ""), ("ramp", ramp, "phased in over ", " quarters"), ("end", ends, "until ", "")
    ):  # fmt: skip
        if value:
            found = _found(writing, run, f"{name}.{place}.{key}", value, f'levers["{name}"][{place}].{key}')
            told.append((before, found, after) if after else (before, found))
    return joined(told, ", ")


def _found(writing: Writing, run: PackageRun, key: str, value: Any, code: str) -> Number:
    """A number of the scenario itself."""
    where = f'runs["{run.name}"].scenario.{code}'
    return writing.ledger.number(f"{run.name}.{key}", str(value), value, (run.run_id,), where)


# ---------------------------------------------------------------------------------------------------- what happens


def happens(writing: Writing) -> Section:
    """The other packages beside the proposal, and two charts over time."""
    others = writing.runs.packages[1:]
    parts: list[Text] = [
        writing.fill(f"{{label}} {{answer}} ({{median}}{{headline.{other.name}.{writing.change}}}).",
                     label=other.quoted, answer=writing.answer(other, short=True),
                     median="" if writing.yes_no else "median ")
        for other in others
    ]  # fmt: skip
    if others and not writing.yes_no:
        more, place = ("more", "above") if writing.side == "up" else ("less", "below")
        than = [
            (f"than {one.inside} in ", writing.ledger.field(f"headline.proposal.{place}.{one.name}")) for one in others
        ]
        parts.append(writing.fill(f"Future by future, {{who}} has {more} of it {{than}}.", than=listed(than)))
    if others:
        parts = [writing.fill("The other packages and {head}:"), *parts]
    if "collapse" not in writing.spec.metrics and writing.proposal.scenario.switches.copying:
        before = "{collapse.status-quo.futures} futures under the status quo and in "
        if not writing.runs.status_quo.scenario.switches.copying:  # which is no less than itself
            before = ""
        parts.append(
            writing.fill(
                f"R&D ends below half of what it is where nobody can copy in {before}{{collapse.proposal.futures}} "
                f"{'' if before else 'futures '}with {{who}}."
            )
        )
    charts = tuple(_over_time(writing, place, series) for place, series in enumerate(writing.spec.charts))
    text = (Paragraph(joined(parts)),) if parts else ()
    return Section("happens", "What happens", 2, (*text, *own_paragraphs(writing, "happens"), *charts))


def _over_time(writing: Writing, place: int, series: str) -> Figure:
    table = series_table(writing.proposal, series)
    label = metric_words(series).label
    if table.attrs["shares"]:
        title, subtitle = _as_shares(writing, table, series, label)
    else:
        title, subtitle = _as_bands(writing, table, series, label)
    return Figure(f"{place + 2}-{series.replace('_', '-')}", title, subtitle, plain(title), half=True)


def _as_shares(writing: Writing, table: pd.DataFrame, series: str, label: str) -> tuple[Text, Text]:
    """A series told in per cent, where a few very large changes would hide all others in a band, or one whose median
    does not move."""
    if table.empty:
        return (f"{start(label)}: not defined in any future",), ("There is nothing to draw.",)
    if not (table[["higher", "lower"]] > 0.0).any(axis=None):
        return writing.fill(f"{start(label)}: the same in every future and quarter"), ("No future differs.",)
    last = table.iloc[-1]
    side = "higher" if last["higher"] >= last["lower"] else "lower"
    told, years = [], []
    for row in (table.iloc[len(table) // 2], last):
        period = int(row["period"])
        code = f'series("{series}", {period})["{side}"]'
        share = float(row[side])
        told.append(writing.found(f"series.{series}.{side}.{period}", share_of_futures(share), share, code))
        years.append(str(row["date"])[:4])
    title = writing.fill(
        f"{start(label)} is {side} in {{one}} futures in {years[0]} and in {{other}} in {years[1]}",
        one=told[0],
        other=told[1],
    )
    beside = _against_page_one(writing, series)
    subtitle = writing.fill(f"Futures of 20 in which it is higher, and lower, with {{who}} than without{beside}.")
    return title, subtitle


def _as_bands(writing: Writing, table: pd.DataFrame, series: str, label: str) -> tuple[Text, Text]:
    unit = table.attrs["unit"]
    told, years = [], []
    for row in (table.iloc[len(table) // 2], table.iloc[-1]):
        value, period = float(row["p50"]), int(row["period"])
        code = f'series("{series}", {period})["p50"]'
        told.append(writing.found(f"series.{series}.p50.{period}", _told(value, unit), value / _factor(unit), code))
        years.append(str(row["date"])[:4])
    title = writing.fill(
        f"{start(label)}: median effect {{one}} in {years[0]}, {{other}} in {years[1]}", one=told[0], other=told[1]
    )
    subtitle = writing.fill(
        f"Difference that {{who}} makes{_against_page_one(writing, series)}. Line: median; bands: middle half and 90%."
    )
    return title, subtitle


def _against_page_one(writing: Writing, series: str) -> str:
    """Why a chart of the headline's own series has other counts than page one."""
    if series != writing.metric or writing.proposal.result.catalogue[series].summary != "mean":
        return ""
    return f", one quarter at a time; page one has each future's mean from the {FIRST_YEAR} year on"


def series_table(run: PackageRun, series: str) -> pd.DataFrame:
    """The paired effect on a series by quarter, as a reader sees it; its unit in `attrs`.

    Money and prices are told in per cent of the status quo, since a growing economy would hide the early years; shares
    in points, all else as it is.
    """
    effects = run.effects[run.effects["metric"] == series].reset_index(drop=True)
    names = ["p5", "p25", "p50", "p75", "p95"]
    effects = run.effects[run.effects["metric"] == series].reset_index(drop=True)
    unit = run.result.catalogue[series].unit
    if metric_words(series).relative:
        shown, source = "%", "change_"
    else:
        shown, source = {"share": "points", BN_A_YEAR: "$bn a year"}.get(unit, unit), ""
    table = effects[["period", "date"]].copy()
    for name in names:
        table[name] = effects[f"{source}{name}"] * _factor(shown)
    table[["higher", "lower"]] = effects[["higher", "lower"]]
    table.attrs["unit"] = shown
    middle = table["p50"].iloc[[len(table) // 2, -1]]
    table.attrs["shares"] = shown == "%" or all(re.fullmatch(r"\$?0\b.*", _told(one, shown)) for one in middle)
    return table.dropna(subset=["higher", "lower"] if shown == "%" else names)


def _factor(shown: str) -> float:
    """From the model's unit to the one that is shown."""
    return {"%": 100.0, "points": 100.0, "$bn a year": 4e-3}.get(shown, 1.0)


def _told(value: float, unit: str) -> str:
    known = {"points": "share", "$bn a year": BN_A_YEAR}
    return amount(value / _factor(unit), known.get(unit, unit), sign=True)


# ---------------------------------------------------------------------------------------------------- who gains


def gains(writing: Writing) -> Section:
    """Who gains and who loses, in how many futures and by how much."""
    better, worse = writing.better_and_worse(writing.proposal).values()
    told = [
        writing.fill(f"{{parties}} {kind} off", parties=listed(parties))
        for kind, parties in (("better", better), ("worse", worse))
        if parties
    ]
    title = (
        writing.fill("In more than half of the futures {who} leaves {told}", told=joined(told, ", and "))
        if told
        else writing.fill("No party gains or loses in more than half of the futures")
    )
    figure = Figure(
        "4-parties", title,
        writing.fill("Futures of 20 in which each party gains and loses. At the right: median and 90% range of its "
                     "change a year. Harm to third parties counts as their loss."),
        plain(title),
    )  # fmt: skip
    return Section("gains", "Who gains, who loses", 2, (*own_paragraphs(writing, "gains"), figure))


__all__ = ["compared", "gains", "happens", "lever_amount", "own_paragraphs", "series_table", "why"]
