"""How results read on a terminal: numbers and tables. Plain text, at most `WIDTH` columns, no colours."""

from __future__ import annotations

import decimal
import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from econsim.headline_metrics import HEADLINES

WIDTH = 100
MONEY = {"$M": ("$bn", 1e-3), "$M/quarter": ("$bn/year", 4e-3)}
"""Unit of the model -> unit shown, and the factor to it."""

SPLIT = ("welfare_pv", "welfare_static_pv", "welfare_dynamic_pv")
"""Shown where the split was asked for."""


# ---------------------------------------------------------------------------------------------------- numbers


def number(value: float | None, *, sign: bool = False) -> str:
    """A number to three significant digits: `0.0421`, `−1.2`, `93,900`; `–` where undefined."""
    if value is None or not math.isfinite(value):
        return "–"
    size = abs(value)
    if size == 0.0:
        return "0"
    rounded = float(f"{size:.3g}")
    text = f"{rounded:,.0f}" if rounded >= 100.0 else small(rounded, 3)
    return f"{'−' if value < 0.0 else '+' if sign else ''}{text}"


def small(size: float, figures: int) -> str:
    """A size below a hundred to so many significant digits, without an exponent: `0.0000148`."""
    return format(decimal.Decimal(f"{size:.{figures}g}"), "f")


def duration(seconds: float) -> str:
    """A length of time in the unit that suits it: `40 s`, `12 min`, `3.5 h`, `2.1 days`."""
    if seconds < 120.0:
        return f"{seconds:.0f} s"
    for size, word in ((60.0, "min"), (3600.0, "h")):
        if seconds < 120.0 * size:
            count = seconds / size
            return f"{count:.1f} {word}" if count < 10.0 else f"{count:.0f} {word}"
    return f"{number(seconds / 86400.0)} days"


def disk_size(count: float) -> str:
    """Bytes in the unit that suits them: `36 kB`, `1.2 GB`."""
    for word, size in (("kB", 1e3), ("MB", 1e6), ("GB", 1e9)):
        if count < 1000.0 * size:
            return f"{number(count / size)} {word}"
    return f"{number(count / 1e12)} TB"


def shown_unit(unit: str) -> tuple[str, float]:
    """The unit that a reader sees, and the factor from the model's unit to it."""
    return MONEY.get(unit, (unit, 1.0))


def span(row: Mapping[str, Any], factor: float = 1.0, *, sign: bool = False) -> str:
    """The 90% range of a metric: `0.12 to 0.4`."""
    low, high = row["p5"], row["p95"]
    if low is None or high is None:
        return "–"
    return f"{number(low * factor, sign=sign)} to {number(high * factor, sign=sign)}"


def middle(row: Mapping[str, Any], factor: float = 1.0, *, sign: bool = False) -> str:
    """The median of a metric."""
    return "–" if row["p50"] is None else number(row["p50"] * factor, sign=sign)


# ---------------------------------------------------------------------------------------------------- tables


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], left: Sequence[int] = (0,)) -> str:
    """Aligned columns under their heads, two spaces apart; columns in `left` are flush left, the others right."""
    cells = [list(heads), *[list(row) for row in rows]]
    widths = [max(len(row[place]) for row in cells) for place in range(len(heads))]
    lines = []
    for row in cells:
        padded = [
            text.ljust(width) if place in left else text.rjust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(padded).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def printable(text: str) -> str:
    """Text on one line: what a terminal could take for a command is shown as an escape."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


def paragraph(text: str, indent: str = "") -> str:
    """Text wrapped to the width; the second line on is indented."""
    return textwrap.fill(text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def run_text(result: Any, settings: Sequence[str] = ()) -> str:
    """Everything that `econsim run` shows about a result."""
    from econsim.findings import copying_pays

    scenario, summary = result.scenario, result.summary()
    title = f"{scenario.name}: {scenario.question}" if scenario.question else scenario.name
    parts = [paragraph(title)]
    if settings:
        parts.append(paragraph(f"Changed: {', '.join(settings)}"))
    parts += ["", paragraph(result.finding), ""]
    parts += [paragraph(line) for line in (result.convergence, copying_pays(result))]
    parts += ["", _headlines(summary), ""]
    if result.status_quo is not None:
        parts += ["Who gains and who loses, $bn a year", _parties(result), ""]
    parts += [paragraph(note, "  ") for note in notes(result, summary)]
    parts.append(paragraph(run_line(result)))
    return "\n".join(parts)


def _headlines(summary: Mapping[str, Any]) -> str:
    from econsim.metrics import YES_NO

    rows = []
    asked = SPLIT if set(SPLIT) <= set(summary["metrics"]) else ()  # no welfare number stands without its parts
    for name in (*HEADLINES, *asked):
        found, effect = summary["metrics"][name], summary["effects"][name]
        unit, factor = shown_unit(found["unit"])
        if name in YES_NO:
            rows.append([name, "futures", of_twenty(found["mean"]), "", of_twenty(effect["mean"], sign=True), ""])
        else:
            level = [middle(found, factor), span(found, factor)]
            change = [middle(effect, factor, sign=True), span(effect, factor, sign=True)]
            rows.append([name, unit, *level, *change])
    heads = ["metric", "unit", "median", "90% range", "effect", "90% range"]
    return table(heads, rows, left=(0, 1))


def of_twenty(share: float | None, *, sign: bool = False) -> str:
    """A share of draws, or with `sign` a change of one, as so many of twenty futures."""
    from econsim.findings import FUTURES, futures

    if share is None or not math.isfinite(share):
        return "–"
    return f"{number(share * FUTURES, sign=True)} of {FUTURES}" if sign else futures(share)


def _parties(result: Any) -> str:
    from econsim.findings import futures

    rows = []
    for row in result.parties.to_dict("records"):
        known = math.isfinite(row["median"])
        shares = [futures(row["gains"]), futures(row["loses"])] if known else ["–", "–"]
        ends = {"p5": row["p5"] if known else None, "p95": row["p95"]}
        rows.append([row["party"], number(row["median"], sign=True), span(ends, sign=True), *shares])
    return table(["party", "median", "90% range", "gains in", "loses in"], rows)


def notes(result: Any, summary: Mapping[str, Any]) -> list[str]:
    """What a reader of the numbers has to know."""
    from econsim.ensemble_words import illustrative, reservations

    told = []
    if result.status_quo is not None:
        told.append(f"Effects are paired: future by future, against {result.status_quo_name}.")
    told.append(
        "The finding's R&D is rd_investment, a mean from the fourth year on, as a relative change; rd_relative and "
        "collapse compare the last five years with the same future without copying."
    )
    partly = [name for name in HEADLINES if summary["defined"][name] < 1.0]
    if partly:
        shares = ", ".join(f"{name} in {of_twenty(summary['defined'][name])}" for name in partly)
        told.append(f"Not defined in every future: {shares}.")
    if result.failed_draws:
        told.append(f"{result.failed_draws} of {result.draws} draws could not be solved and are left out.")
    told += [f"Beyond the evidence: {problem}" for problem in result.scenario.extrapolations]
    told.append(" ".join([illustrative(result.ensemble), *reservations(result.scenario, result.ensemble)]))
    return told


def run_line(result: Any) -> str:
    """Which run it was, with what it takes to run it again."""
    import econsim

    return (
        f"Run {result.run_id}: {result.draws} draws, seed {result.seed}, ensemble {result.ensemble}, "
        f"engine {result.engine}, econsim {econsim.__version__}"
    )


def comparison_text(comparison: Any) -> str:
    """Everything that `econsim compare` shows."""
    labels = list(comparison.labels)
    letters = [chr(ord("A") + place) for place in range(len(labels))]
    parts = [f"{letter}  {label}" for letter, label in zip(letters, labels, strict=True)]
    parts += ["", paragraph(comparison.finding), "", "Settings that differ"]
    parts += [_settings(comparison.settings_difference(), letters), "", _levels(comparison, letters), ""]
    parts += [_beats(comparison, dict(zip(labels, letters, strict=True))), ""]
    regret = comparison.regret("rd_investment")
    rows = [
        [letter, number(row["mean"] * 4e-3), number(row["worst"] * 4e-3), of_twenty(row["best_in"])]
        for letter, row in zip(letters, regret.to_dict("records"), strict=True)
    ]
    parts += ["Regret: R&D forgone against the best of these in each future, $bn a year"]
    parts += [table(["", "mean", "worst", "best in"], rows), ""]
    parts += [paragraph(run_line(result)) for result in comparison.results]
    return "\n".join(parts)


def _settings(frame: Any, letters: Sequence[str]) -> str:
    if frame.empty:
        return "none: these are the same world"
    rows = [[str(cell) for cell in row] for row in frame.itertuples(index=False)]
    told = table(["setting", *letters], rows, left=range(len(letters) + 1))
    if _fits(told):
        return told
    lines = []
    for setting, *values in rows:
        told_here = "; ".join(f"{letter}: {value}" for letter, value in zip(letters, values, strict=True))
        lines.append(paragraph(f"{setting}  {told_here}", "  "))
    return "\n".join(lines)


def _fits(text: str) -> bool:
    return max(map(len, text.splitlines())) <= WIDTH


def _levels(comparison: Any, letters: Sequence[str]) -> str:
    found = [result.summary()["metrics"] for result in comparison.results]
    full = _levels_table(found, letters, ranges=True)
    return full if _fits(full) else _levels_table(found, letters, ranges=False)


def _levels_table(found: Sequence[Any], letters: Sequence[str], *, ranges: bool) -> str:
    from econsim.metrics import YES_NO

    rows = []
    for name in HEADLINES:
        unit, factor = shown_unit(found[0][name]["unit"])
        cells = []
        for one in found:
            if name in YES_NO:
                cells.append(of_twenty(one[name]["mean"]))
            else:
                ends = f" ({span(one[name], factor)})" if ranges and one[name]["p50"] is not None else ""
                cells.append(f"{middle(one[name], factor)}{ends}")
        rows.append([name, "futures" if name in YES_NO else unit, *cells])
    what = "median (90% range)" if ranges else "median"
    return table(["metric", "unit", *[f"{letter} {what}" for letter in letters]], rows, left=(0, 1))


def _beats(comparison: Any, letters: Mapping[str, str]) -> str:
    frame = comparison.beats()
    pairs = list(dict.fromkeys(zip(frame["A"], frame["B"], strict=True)))
    shares = {(row["A"], row["B"], row["metric"]): row["higher"] for row in frame.to_dict("records")}
    metrics = list(dict.fromkeys(frame["metric"]))
    rows = [[name, *[of_twenty(shares[(*pair, name)]) for pair in pairs]] for name in metrics]
    heads = [f"{letters[one]} > {letters[other]}" for one, other in pairs]
    return table(["In how many futures the first is higher", *heads], rows)


# ---------------------------------------------------------------------------------------------------- sweeps


def sweep_text(sweep: Any) -> str:
    """What `econsim sweep` shows at the end: where it is, how much it is, and its headline metrics."""
    failed = sum(sweep.failed_draws.values())
    told = sweep.summary()
    parts = []
    for label, one in told.items():
        parts += [f"{label}, against {one['status_quo']}, all points together", _sweep_table(one), ""]
    parts.append(
        paragraph(
            f"Sweep {sweep.sweep_id}: {sweep.points:,} points over {', '.join(sweep.names[:6])}"
            f"{' …' if len(sweep.names) > 6 else ''}, {sweep.draws:,} draw{'s' if sweep.draws > 1 else ''} each, "
            f"{len(told)} scenario{'s' if len(told) > 1 else ''}; {failed:,} of {sweep.rows * len(told):,} draws failed"
        )
    )
    parts.append(f"Written to {sweep.folder}")
    return "\n".join(parts)


def _sweep_table(told: Mapping[str, Any]) -> str:
    rows = []
    for name, found in told["metrics"].items():
        unit, factor = shown_unit(found["unit"])
        effect = told["effects"][name]
        level = [middle(found, factor), span(found, factor)]
        rows.append([name, unit, *level, middle(effect, factor, sign=True), span(effect, factor, sign=True)])
    return table(["metric", "unit", "median", "90% range", "effect", "90% range"], rows, left=(0, 1))


def estimate_text(found: Any) -> str:
    """What `econsim sweep --dry-run` shows."""
    plural = "" if found.scenarios == 1 else "s"
    rows = [
        ["points", f"{found.points:,}"],
        ["draws", f"{found.rows:,} ({found.draws:,} a point, {found.scenarios:,} scenario{plural})"],
        ["to be computed", f"{found.left:,}"],
        ["engine", found.engine],
        ["workers", f"{found.workers:,}"],
        ["rate", f"{number(found.rows_per_second)} draws/s, measured now"],
        ["time", duration(found.seconds)],
        ["disk", f"{disk_size(found.bytes)} ({disk_size(found.bytes_free)} free)"],
    ]
    lines = [f"{name:<15} {value}" for name, value in rows]
    if found.bytes > found.bytes_free:
        lines.append("This is more than the disk has left.")
    return "\n".join(lines)
