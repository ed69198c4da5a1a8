"""`econsim check` and `econsim bench`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from econsim.bench_sections import SECTIONS
from econsim.cli.options import json_option, show_json
from econsim.cli.progress import Progress
from econsim.cli_text import paragraph

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
@click.option("--quick", is_flag=True, help="Smaller sizes, and nothing compiled that is in the cache: about a minute.")
@click.option("--only", metavar="NAME,…", help=f"Some sections: {', '.join(SECTIONS)}.")
@click.option("--compare", "earlier", metavar="FILE", help="Show each figure beside that of a stored run.")
@click.option("--out", metavar="FILE", help="Store the figures, for --compare.")
@click.option("--markdown", is_flag=True, help="Print Markdown, as for benchmarks/README.md.")
@json_option
def bench(quick: bool, only: str | None, earlier: str | None, out: str | None, markdown: bool, as_json: bool) -> int:
    """Measure how fast econsim is here and now, as ratios."""
    if as_json and markdown:
        raise click.UsageError("--json and --markdown cannot be given together", click.get_current_context())
    from econsim.bench import check_sections, run_bench
    from econsim.bench.baseline import check_place, compared, read_baseline, write_baseline
    from econsim.cli import bench_text
    from econsim.store import as_json as written

    sections = check_sections([] if only is None else [name.strip() for name in only.split(",")])
    before = None if earlier is None else read_baseline(Path(earlier))
    if out is not None:
        check_place(Path(out))
    report = run_bench(sections, quick, lambda line: print(line, file=sys.stderr, flush=True))
    if out is not None:
        write_baseline(Path(out), report)
    changes = None if before is None else compared(report, before)
    if as_json:
        show_json(written(report if changes is None else {**report, "compared": changes}))
        return 0
    click.echo(bench_text.as_markdown(report) if markdown else bench_text.as_text(report))
    if changes is not None:
        click.echo("")
        click.echo(bench_text.comparison(report, changes, markdown))
    return 0
