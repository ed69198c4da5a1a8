"""How analyses read on a terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import econsim
from econsim.cli_text import number, paragraph, table
from econsim.ensemble_words import illustrative

if TYPE_CHECKING:
    from econsim.studies.discovery import Discovery
    from econsim.studies.drivers import Drivers
    from econsim.studies.moats import Moats

MOST_ROWS = 12


def drivers_text(found: Drivers) -> str:
    """Everything that `econsim drivers` shows."""
    parts = []
    if found.information:
        parts += [paragraph(one) for one in found.information.sentences] + ["", _information(found), ""]
    if found.regional:
        parts += [paragraph(found.regional.sentence), "", _regional(found), ""]
    for label in found.scenarios:
        parts += [paragraph(found.sentence(label, metric), "  ") for metric in found.metrics] + [""]
        shown = len(found.metrics) == 1 and found.information is None
        if shown and not found.ranked(label, found.metrics[0]).empty:
            parts += [_correlations(found, label), ""]
    parts += [paragraph(note, "  ") for note in found.notes]
    return "\n".join([*parts, sweep_line(found.sweep)])


def sweep_line(sweep: Any) -> str:
    """Which sweep the numbers come from."""
    draws = f"{sweep.draws:,} draw{'' if sweep.draws == 1 else 's'} each"
    return f"Sweep {sweep.sweep_id}: {sweep.points:,} points, {draws}, econsim {sweep.plan['version']}"


def _correlations(found: Drivers, label: str) -> str:
    whole = found.ranked(label, found.metrics[0])
    rows = [
        [row["parameter"], *(_signed(row[key]) for key in ("correlation", "low", "high"))]
        for row in whole.head(MOST_ROWS).to_dict("records")
    ]
    return table(["parameter", "rank correlation", "95% from", "to"], rows) + _rest(len(whole))


def _regional(found: Drivers) -> str:
    assert found.regional is not None
    ways = {1: "higher", -1: "lower", 0: "same median"}
    whole = found.regional.table
    rows = [
        [row["parameter"], f"{row['distance']:.2f}", ways[row["direction"]], _p(row["adjusted"])]
        for row in whole.head(MOST_ROWS).to_dict("records")
    ]
    return table(["parameter", "Smirnov distance", "where it holds", "adjusted p"], rows) + _rest(len(whole))


def _information(found: Drivers) -> str:
    one = found.information
    assert one is not None
    rows = [
        [name, *(number(value) for value in (told.value, told.standard_error, told.upper))]
        for name, told in ((name, one.parameters[name]) for name in one.ranked[:MOST_ROWS])
    ]
    whole = one.together
    rows.append(["all parameters together", number(whole.value), number(whole.standard_error), number(whole.upper)])
    rows.append(["everything, luck included", number(one.perfect.value), number(one.perfect.standard_error), ""])
    told = f"Worth knowing before choosing, {one.metric} in {one.unit}"
    return table([told, "value", "standard error", "leaning high"], rows) + _rest(len(one.ranked))


def _rest(count: int) -> str:
    return f"\n{count - MOST_ROWS} more parameters: --json or --out has them all" if count > MOST_ROWS else ""


def discovery_text(found: Discovery) -> str:
    """Everything that `econsim discover` shows."""
    parts = [paragraph(found.sentence), paragraph(found.check_sentence), ""]
    if found.box.limits:
        rows = [
            [
                limit.name,
                "at least" if limit.at_least else "at most",
                number(limit.value),
                found.rows.unit(found.sweep.columns[limit.name]),
                _p(found.quasi_p[limit.name, limit.at_least]),
                f"{100.0 * found.halves.share(limit.name, limit.at_least):.0f}%",
            ]
            for limit in found.box.limits
        ]
        parts += [table(["parameter", "", "limit", "unit", "quasi-p", "found in halves"], rows, left=(0, 1, 3)), ""]
    frame = found.trajectory
    step = max(1, len(frame) // 10)
    kept = frame[(frame["box"] % step == 0) | frame["chosen"] | (frame["box"] == len(frame) - 1)]
    rows = [
        [
            f"{row['box']}{' *' if row['chosen'] else ''}",
            *(f"{100.0 * row[key]:.0f}%" for key in ("coverage", "density", "mass")),
            str(row["restricted"]),
        ]
        for row in kept.to_dict("records")
    ]
    parts += [table(["peel", "coverage", "density", "of all rows", "parameters"], rows)]
    parts += ["* the box that the one above was simplified and widened from", ""]
    parts += [paragraph(note, "  ") for note in found.notes]
    return "\n".join([*parts, f"Scenario {found.scenario}. {sweep_line(found.sweep)}"])


def moats_text(found: Moats) -> str:
    """Everything that `econsim moats` shows."""
    from econsim.studies.words import count_of

    parts = [paragraph(one) for one in found.sentences] + [""]
    for metric, rows in found.table.groupby("metric", sort=False):
        factor, unit = (1e-3, "$bn") if rows["unit"].iloc[0] == "$M" else (1.0, rows["unit"].iloc[0])
        parts += [_changes(str(metric), unit, factor, rows.to_dict("records")), ""]
    parts += [paragraph(note, "  ") for note in found.notes]
    parts.append(
        paragraph(
            f"Run {found.identity}: {count_of(found.draws, 'draw')}, seed {found.seed}, ensemble {found.ensemble}, "
            f"engine {found.engine}, econsim {econsim.__version__}. {illustrative(found.ensemble)}",
            "  ",
        )
    )
    return "\n".join(parts)


def _changes(metric: str, unit: str, factor: float, rows: list[dict[Any, Any]]) -> str:
    from econsim.cli_text import of_twenty, span

    told = []
    for row in rows:
        middle = f"{number(row['p25'] * factor, sign=True)} to {number(row['p75'] * factor, sign=True)}"
        falls, rises = of_twenty(row["falls_in"]), of_twenty(row["rises_in"])
        told.append(
            [
                row["removed"],
                number(row["median"] * factor, sign=True),
                middle,
                span(row, factor, sign=True),
                falls,
                rises,
            ]
        )
    heads = [f"{metric}, {unit}, without", "median", "50% range", "90% range", "falls in", "rises in"]
    return table(heads, told)


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


def _p(value: float) -> str:
    return "–" if math.isnan(value) else "<0.0001" if value < 1e-4 else number(value)


__all__ = ["discovery_text", "drivers_text", "moats_text"]
