"""`econsim check` and `econsim bench`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from econsim.cli.options import json_option, show_json
from econsim.cli.progress import Progress
from econsim.cli_text import number, paragraph, table

CHECK_FAILED = 1


@click.command()
@json_option
def check(as_json: bool) -> int:
    """Check that the model keeps its promises.

    Accounts that add up, engines that agree, levers and parameters that move something: all computed here and now.
    """
    from econsim.checks import run_checks
    from econsim.store import as_json as written

    with Progress(quiet=as_json, what="checks") as progress:
        verdicts = run_checks(progress=progress)
    failed = [one for one in verdicts if not one.passed]
    if as_json:
        rows = [_plain(one) for one in verdicts]
        show_json(written({"passed": not failed, "checks": rows}))
    else:
        for one in verdicts:
            click.echo(paragraph(f"{'ok    ' if one.passed else 'FAILED'}  {one.id}: {one.sentence}", " " * 8))
        what = f"{len(failed)} of {len(verdicts)} checks failed" if failed else f"All {len(verdicts)} checks passed"
        click.echo(f"{what}.")
    return CHECK_FAILED if failed else 0


def _plain(verdict: Any) -> dict[str, Any]:
    """A verdict as JSON: numbers that are none become null."""
    import dataclasses
    import math

    def tidy(value: Any) -> Any:
        if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:
            value = value.item()  # a NumPy scalar
        return None if isinstance(value, float) and not math.isfinite(value) else value

    return {field.name: tidy(getattr(verdict, field.name)) for field in dataclasses.fields(verdict)}


@click.command()
@json_option
@click.option("--compare", "earlier", metavar="FILE", help="Show the change since an earlier `bench --json`.")
def bench(as_json: bool, earlier: str | None) -> int:
    """Time the engines."""
    from econsim.bench import run_bench
    from econsim.store import as_json as written

    before = None if earlier is None else _earlier_bench(Path(earlier))
    found = run_bench(report=lambda line: print(line, file=sys.stderr))
    changes = None if before is None else _changes(before, found)
    if as_json:
        show_json(written(found if changes is None else {**found, "changes": changes}))
        return 0
    rows = [
        [row["engine"], str(row["draws"]), number(row["seconds"]), number(row["draws_per_second"])]
        for row in found["rows"]
    ]
    click.echo(table(["engine", "draws", "seconds", "draws/s"], rows))
    click.echo("")
    click.echo(table(["draws", "batch over agents"], [[key, number(value)] for key, value in found["ratios"].items()]))
    if changes is not None:
        rows = [[one["what"], number(one["before"]), number(one["now"]), number(one["ratio"])] for one in changes]
        click.echo(f"\n{table(['since then', 'before', 'now', 'ratio'], rows)}")
    return 0


def _earlier_bench(path: Path) -> dict[str, Any]:
    from econsim.store import read_json
    from econsim.whole_folder import refusal

    content = read_json(path)
    rows, ratios = content.get("rows"), content.get("ratios")
    usable = isinstance(rows, list) and isinstance(ratios, dict) and all(_usable_row(row) for row in rows)
    if not usable or not all(_is_number(value) for value in ratios.values()):  # type: ignore[union-attr]
        raise refusal(path, "is not what `econsim bench --json` prints")
    return content


def _usable_row(row: Any) -> bool:
    return isinstance(row, dict) and {"engine", "draws"} <= set(row) and _is_number(row.get("draws_per_second"))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _changes(before: dict[str, Any], now: dict[str, Any]) -> list[dict[str, Any]]:
    """What both measured: the engines' rates, and their ratio, which a slower machine leaves as it is."""

    def measured(content: dict[str, Any]) -> dict[str, float]:
        rates = {f"{row['engine']}, {row['draws']} draws: draws/s": row["draws_per_second"] for row in content["rows"]}
        return rates | {f"batch over agents, {key} draws": value for key, value in content["ratios"].items()}

    then, today = measured(before), measured(now)
    return [
        {"what": what, "before": then[what], "now": today[what], "ratio": today[what] / then[what]}
        for what in today
        if then.get(what)
    ]
