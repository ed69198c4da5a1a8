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
    settings = result.question.settings
    return (
        f"Study {result.id}: {settings.draws} draws, seed {settings.seed}, ensemble {settings.ensemble}, engine "
        f"{settings.engine}, econsim {econsim.__version__}. Illustrative priors, not calibrated."
    )


def flip_text(result: Any) -> str:
    """Everything that `econsim flip` shows."""
    from econsim.studies.tipping_words import setting

    told = [paragraph(result.finding), ""]
    rows = []
    for one in result.flips:
        assumed, (before, at) = one.assumed, one.runs
        reach = f"{number(assumed.low)} to {number(assumed.high)}"
        cells = [assumed.name, assumed.row.grade, number(assumed.default), reach]
        cells += [setting(assumed.name, one.value, unit=False), f"{number(one.distance)}{'' if one.inside else ' out'}"]
        factor = _factor(result)
        cells += [number(before.effect.median * factor, sign=True), number(at.effect.median * factor, sign=True)]
        rows.append([*cells, "yes" if one.stays else "no"])
    if rows:
        heads = ["assumption", "grade", "default", "prior", "flips at", "distance", "before", "at", "stays"]
        told += [table(heads, rows), ""]
    notes = []
    if rows:
        notes.append(
            "distance: how far into its prior the assumption goes, 0 the default, 1 the end, out: outside. before, at: "
            f"median change just before and at that value in plain runs{_unit_words(result)}. stays: reversed at every "
            "value tried beyond."
        )
    if result.never:
        names = ", ".join(scan.assumed.name for scan in result.never)
        notes.append(f"Never reversed at the values tried inside their bounds, closest first: {names}.")
    notes.append(_study_line(result))
    return "\n".join([*told, *[paragraph(note, "  ") for note in notes]])


def _factor(result: Any) -> float:
    return shown_unit(result.question.output.unit)[1]


def _unit_words(result: Any) -> str:
    return f", {shown_unit(result.question.output.unit)[0]}"
