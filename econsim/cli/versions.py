"""`econsim diff-model`."""

from __future__ import annotations

import math
from pathlib import Path

import click

from econsim.cli.options import json_option, show_json
from econsim.cli.progress import Progress
from econsim.cli_text import paragraph, small


@click.command("diff-model")
@click.option("--from", "before", metavar="A", help="current, a version, a file of results, or a folder with a book.")
@click.option("--to", "after", default="current", metavar="B", help="The same.  [default: current]")
@click.option("--write", "out", metavar="FILE", help="Only write the headline results of the current model.")
@json_option
def diff_model(before: str | None, after: str, out: str | None, as_json: bool) -> int:
    """What a change of the model, or of its parameter book, changes in the answers.

    Headline results of all shipped scenarios side by side, on the same 128 futures. A version's results ship with it;
    a folder is taken as a parameter book, and the current code runs with it.
    """
    from econsim.errors import InputError, Problem
    from econsim.metrics import summary_catalogue
    from econsim.store import as_json as written
    from econsim.studies.headlines import headlines
    from econsim.studies.headlines import written as as_file
    from econsim.studies.model_difference import diff_model as compare

    with Progress(quiet=as_json, what="futures") as progress:
        if out is not None:
            if before is not None:
                raise InputError(Problem("write", "cannot be given together with --from", out))
            place = Path(out)
            if place.is_dir() or not place.parent.is_dir():
                raise InputError(Problem("write", "is no place for a file", out))
            text = as_file(headlines(progress=progress))
            try:
                place.write_text(text, encoding="utf-8")
            except OSError as error:
                raise InputError(Problem("write", f"cannot be written: {error.strerror}", out)) from None
            return 0
        if before is None:
            raise InputError(Problem("from", "must be given: current, a version, a file or a folder with a book"))
        found = compare(before, after, progress)
    if as_json:
        show_json(written(found.summary()))
        return 0
    catalogue = summary_catalogue(())
    click.echo(paragraph(found.finding))
    click.echo()
    for scenario, rows in found.table.groupby("scenario", sort=False):
        moved = rows[rows["moved"]]
        if moved.empty:
            continue
        click.echo(str(scenario))
        for row in moved.to_dict("records"):
            change = f"  {row['change']:+.1%}" if math.isfinite(row["change"] or math.nan) else ""
            unit = f" {catalogue[row['metric']].unit}" if row["metric"] in catalogue else ""
            click.echo(f"  {row['metric']:28} {_told(row['from'])} -> {_told(row['to'])}{unit}{change}")
        if scenario in found.findings:
            one, other = found.findings[str(scenario)]
            click.echo(paragraph(f"  was: {one}", "  "))
            click.echo(paragraph(f"  now: {other}", "  "))
    for side, names in found.only.items():
        if names:
            click.echo(f"only in {found.names[0 if side == 'from' else 1]}: {', '.join(names)}")
    return 0


def _told(value: float | None) -> str:
    if value is None or not math.isfinite(value):  # a column of numbers has NaN for None
        return "undefined"
    size = f"{abs(value):,.0f}" if abs(value) >= 1000.0 else small(abs(value), 4)
    return f"−{size}" if value < 0.0 else size
