"""`econsim brief` and `econsim verify`."""

from __future__ import annotations

import click

from econsim.cli.options import WholeNumber, json_option, show_json
from econsim.cli.progress import Progress
from econsim.cli_text import paragraph

MISMATCH = 4


@click.command()
@click.argument("spec", required=False)
@click.option("--out", metavar="DIR", help="Write the brief, its figures, its runs and a manifest to this folder.")
@click.option(
    "--format", "formats", metavar="NAME,…", default="html,pdf,ipynb,md", show_default=True, help="Of the brief."
)
@click.option("--draws", type=WholeNumber(), metavar="N", help="Simulated futures.  [default: the spec's, else 1000]")
@click.option("--seed", type=WholeNumber(), metavar="S", help="Seed of parameters and luck.  [default: the spec's]")
@click.option("--engine", default="auto", metavar="NAME", help="auto, batch, compiled or agents.  [default: auto]")
@click.option("--runs", metavar="DIR", help="Look for runs here before making them, and keep new ones here.")
@click.option("--force", is_flag=True, help="Replace another brief that DIR holds.")
@json_option
@click.option("--quiet", is_flag=True, help="Print the finding and the folder only; no progress.")
def brief(
    spec: str | None,
    out: str | None,
    formats: str,
    draws: int | None,
    seed: int | None,
    engine: str,
    runs: str | None,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Write a policy brief of four pages, with every number filled from a run.

    SPEC is a YAML file (see docs/briefs.md) or the name of a shipped brief; without one, those are listed.
    """
    if spec is None:
        return _listed(as_json)
    if not out:
        raise click.UsageError("--out DIR is missing", click.get_current_context())
    from econsim.briefs import brief as write_brief
    from econsim.store import as_json as written

    names = [name.strip() for name in formats.split(",") if name.strip()]
    with Progress(quiet=quiet, what="futures") as progress:
        bundle = write_brief(
            spec, out, names, draws=draws, seed=seed, engine=engine, runs=runs, force=force, progress=progress
        )
    if as_json:
        keys = ("id", "name", "title", "version", "created", "draws", "seed", "ensemble", "run_ids", "formats")
        show_json(written({"folder": out, **{key: bundle.manifest[key] for key in keys}}))
        return 0
    click.echo(paragraph(bundle.title))
    if quiet:
        click.echo(out)
        return 0
    for name, run_id in bundle.run_ids.items():
        click.echo(f"  {name}: run {run_id}")
    click.echo(f"Written to {out}: {', '.join(bundle.holds)}")
    click.echo(f"Check it with: econsim verify {out}")
    return 0


def _listed(as_json: bool) -> int:
    from econsim.briefs.spec import read_brief_spec, shipped_specs
    from econsim.store import as_json as written

    found = {name: read_brief_spec(name) for name in shipped_specs()}
    if as_json:
        rows = [
            {"name": name, "question": one.question, "packages": [package.name for package in one.packages]}
            for name, one in found.items()
        ]
        show_json(written(rows))
        return 0
    for name, one in found.items():
        click.echo(f"{name}: {one.question}")
    click.echo("Write one with: econsim brief NAME --out DIR")
    return 0


@click.command()
@click.argument("path")
@click.option("--engine", default="auto", metavar="NAME", help="Of the rerun.  [default: the one that was used]")
@json_option
@click.option("--quiet", is_flag=True, help="Print the verdict and the differences only; no progress.")
def verify(path: str, engine: str, as_json: bool, quiet: bool) -> int:
    """Run again what a stored result claims, and compare every number and every hash.

    PATH is the folder of a run, a comparison or a brief, or the file of a brief. Exit code 4 where something differs,
    each difference by name; numbers agree where they do to 1e-9.
    """
    from econsim.store import as_json as written
    from econsim.verification import verify as verified

    with Progress(quiet=quiet, what="futures") as progress:
        found = verified(path, engine=engine, progress=progress)
    if as_json:
        show_json(written(found.summary()))
    else:
        click.echo(paragraph(found.sentence))
        for one in found.differences:
            click.echo(paragraph(f"  {one}", "    "))
        for note in found.notes:
            click.echo(paragraph(f"  Note: {note}", "    "))
    return 0 if found.ok else MISMATCH
