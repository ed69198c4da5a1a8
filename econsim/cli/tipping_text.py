"""How tipping points and flips read on a terminal."""

from __future__ import annotations

from typing import Any

import econsim
from econsim.cli_text import number, of_twenty, paragraph, shown_unit, table


def tip_text(result: Any) -> str:
    """Everything that `econsim tip` shows."""
    asked = result.question
    told = [paragraph(result.finding), ""]
    told.append(_map_table(result) if len(asked.axes) == 2 else _curve_table(result))
    told += ["", *[paragraph(note, "  ") for note in _tip_notes(result)]]
    return "\n".join(told)


def _map_table(result: Any) -> str:
    from econsim.findings import FUTURES

    heads = [f"{result.y.name} \\ {result.x.name}", *[number(value) for value in result.x.values]]
    rows = [
        [number(value), *[number(share * FUTURES) for share in row]]
        for value, row in zip(result.y.values[::-1], result.share[::-1], strict=True)
    ]
    return table(heads, rows)


def _curve_table(result: Any) -> str:
    unit, factor = shown_unit(result.question.output.unit)
    rows = []
    for row in result.table().to_dict("records"):
        low, median, high = (number(row[key] * factor) for key in ("p5", "p50", "p95"))
        rows.append([number(row[result.axis.name]), of_twenty(row["share"]), median, f"{low} to {high}"])
    name = result.question.output.name
    return table([result.axis.name, f"{result.question.beyond_words}, in", f"{name}, {unit}", "90% range"], rows)


def _tip_notes(result: Any) -> list[str]:
    asked = result.question
    told = [f"{asked.output.name}: {asked.output.meaning}."]
    if len(asked.axes) == 2:
        told.append("Numbers: of 20 simulated futures, how many are beyond the threshold.")
    elif result.crossings:
        told.append(
            "The interval is a bootstrap over futures: where the break-even lies in other samples of as many. The "
            "range of each future's own crossing is how much futures differ, however many there are."
        )
    levers = [axis.name for axis in asked.axes if axis.is_lever]
    if levers:
        told.append(f"In force in every quarter, in the scenario alone: {', '.join(levers)}.")
    told += [f"Beyond the evidence: {text}." for text in asked.daring]
    least = float(result.defined.min())
    if least < 1.0:
        told.append(f"The output is not defined in every future: in {number(20 * least)} of 20 where it is least so.")
    if result.failed:
        told.append(f"{result.failed:,} of {result.futures:,} futures could not be solved and are left out.")
    told.append(_study_line(result))
    return told


def _study_line(result: Any) -> str:
    from econsim.ensemble_words import illustrative
    from econsim.studies.words import count_of

    settings = result.question.settings
    return (
        f"Study {result.id}: {count_of(settings.draws, 'draw')}, seed {settings.seed}, ensemble {settings.ensemble}, "
        f"engine {settings.engine}, econsim {econsim.__version__}. {illustrative(settings.ensemble)}"
    )


def flip_text(result: Any) -> str:
    """Everything that `econsim flip` shows."""
    told = [paragraph(result.finding), ""]
    if result.flips:
        told += [_flip_table(result), ""]
    return "\n".join([*told, *[paragraph(note, "  ") for note in _flip_notes(result)]])


def _flip_table(result: Any) -> str:
    """Where each assumption takes the finding away, and below, how firm that is there."""
    heads = ["assumption", "grade", "default", "prior", "finding", "between", "in prior"]
    firm = ["", "median there", "95%", "against the finding", "clear from", "runs"]
    return (
        table(heads, [_where_row(one) for one in result.flips], left=(0, 4, 5))
        + "\n\n"
        + table(firm, [_firm_row(one) for one in result.flips])
    )


def _where_row(one: Any) -> list[str]:
    from econsim.studies.words import setting

    name, assumed = one.assumed.name, one.assumed
    default, low, high, at = (
        setting(name, value, unit=False, figures=4) for value in (assumed.default, assumed.low, assumed.high, one.value)
    )
    between = "at its default" if one.before is None else f"{setting(name, one.before, unit=False, figures=4)} and {at}"
    inside = "inside" if one.inside else "outside"
    star = "" if one.stays else " *"
    return [name, assumed.row.grade, default, f"{low} to {high}", f"{one.kind}{star}", between, inside]


def _firm_row(one: Any) -> list[str]:
    from econsim.studies.words import relative, setting

    name = one.assumed.name
    clear = "–" if one.clear is None else setting(name, one.clear, unit=False, figures=3)
    interval = "–" if one.interval is None else " to ".join(relative(end) for end in one.interval)
    runs = {None: "", True: "agree", False: "differ"}[one.confirmed]
    return [name, relative(one.verdict.median), interval, of_twenty(one.other_side), clear, runs]


def _flip_notes(result: Any) -> list[str]:
    from econsim.findings import SMALL_CHANGE, percent
    from econsim.studies.words import words

    notes = []
    if result.flips:
        least = percent(SMALL_CHANGE).removeprefix("+")
        notes.append(
            f"reverses: the median change is on the other side, by {least} or more. fades: it is smaller than that. "
            "between: it has not happened at the first of these values and has at the second, the nearest to the "
            "default in terms of the prior. grade: A measured, B inferred, C assumed."
        )
        notes.append(
            f"there: at the second value, where the median change of {words(result.question.output.metric)} has only "
            f"just turned on these {result.question.settings.draws} futures; other futures turn it elsewhere. against "
            "the finding: so many of 20 futures. clear from: the value from which on the 95% interval of the median "
            "lies wholly on the other side of nought; – where it does so at no value tried."
        )
        if any(not one.stays for one in result.flips):
            notes.append("*: not so at every value that was tried beyond.")
        told = [one for one in result.flips if one.runs is not None]
        if told:
            command = result.question.command(told[0].assumed.name, told[0].value)
            where = result.question.where_told
            shown = f". The first, at its value: {command} (look at {where})." if command else "."
            notes.append(f"runs: whether plain runs, just before the value and at it, say the same{shown}")
    if result.vanishing:
        notes.append(_vanishing(result))
    if result.never and result.scans[1:]:
        names = ", ".join(scan.assumed.name for scan in result.never)
        notes.append(f"Neither at the values tried, those that come closest first: {names}.")
    notes.append(_study_line(result))
    return notes


def _vanishing(result: Any) -> str:
    """From which values on there is nothing to judge, and the median change at each, which says nothing."""
    from econsim.findings import NEGLIGIBLE
    from econsim.studies.words import relative, setting, words

    told = []
    for scan, value in result.vanishing:
        name, median = scan.assumed.name, scan.verdicts[value].median
        change = "undefined" if median != median else relative(median)
        told.append(f"{name} {setting(name, value, unit=False, figures=4)} (median change {change})")
    asked = result.question
    return (
        f"Not judged from these values on, as less than {NEGLIGIBLE:.0%} of the usual {words(asked.output.metric)} is "
        f"left in {asked.against}: {', '.join(told)}."
    )
