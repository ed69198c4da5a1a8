"""`econsim adopt`."""

from __future__ import annotations

from typing import Any

import click

from econsim.cli.delivering import deliver
from econsim.cli.fidelity import Amount
from econsim.cli.options import DEFAULT_DRAWS, apply_settings, study_options
from econsim.cli.progress import Progress

TOO_MANY_FAILED = 3


@click.command()
@click.option(
    "--benchmark-score",
    type=Amount(),
    metavar="SHARE",
    help="How far the copy has come on benchmarks from public knowledge to the best original: (its score - that of "
    "the public) / (that of the original - that of the public).  [default: copies as they are sold, new and old]",
)
@click.option("--discount", type=Amount(), metavar="SHARE", help="Of the copy on the teacher's price.  [default: 0.9]")
@click.option("--tail-share", type=Amount(), metavar="SHARE", help="Share of rare, hard tasks.  [default: 0.1]")
@click.option(
    "--failure-cost", type=Amount(), metavar="X", help="Cost of failing one, in common failures.  [default: 5]"
)
@click.option(
    "--pass-rate", type=Amount(), metavar="SHARE", help="Own tail cases that the teacher passes.  [default: 0.8]"
)
@click.option(
    "--gap", type=Amount(), metavar="SHARE", help="Gap in that rate that would matter.  [default: as laws expect]"
)
@click.option("--scenario", default="baseline", metavar="NAME", help="Where gaps come from.  [default: baseline]")
@study_options(DEFAULT_DRAWS, changes=True)
def adopt(
    benchmark_score: float | None,
    discount: float | None,
    tail_share: float | None,
    failure_cost: float | None,
    pass_rate: float | None,
    gap: float | None,
    scenario: str,
    settings: tuple[str, ...],
    draws: int | None,
    seed: int | None,
    ensemble: str | None,
    engine: str,
    out: str | None,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Whether a copy is worth its discount to somebody who builds on it.

    What benchmarks do not show of a copy, which discount makes up for it, and how many test cases of one's own show
    it. See docs/fidelity.md.
    """
    from econsim.cli.adopting_text import adoption_text
    from econsim.results import run_identity
    from econsim.runs import DEFAULT_SEED
    from econsim.scenario import load_scenario
    from econsim.studies import adoption
    from econsim.studies.analysis_store import check_analysis_folder

    given = {
        "benchmark_score": benchmark_score,
        "discount": discount,
        "tail_share": tail_share,
        "failure_cost": failure_cost,
        "pass_rate": pass_rate,
        "pass_rate_gap": gap,
    }
    asked: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    workload = adoption.check_workload(**{**adoption.DEFAULTS, **asked})
    world = apply_settings(load_scenario(scenario), settings)
    draws, seed = DEFAULT_DRAWS if draws is None else draws, DEFAULT_SEED if seed is None else seed
    how = adoption.check_adoption(world, draws, seed, ensemble, engine)
    run_id = run_identity(world, draws, seed, how.ensemble)
    check_analysis_folder(out, adoption.adoption_identity(run_id, workload), force)
    with Progress(quiet=quiet) as progress:
        found = adoption.adopt(
            **asked, scenario=world, draws=draws, seed=seed, ensemble=ensemble, engine=engine, progress=progress
        )

    def figures() -> dict[str, Any]:
        from econsim.charts.adoption import discounts

        return {"discounts": discounts(found)} if found.has_finding else {}

    deliver("adoption", found, figures, lambda: adoption_text(found), out, force, as_json, quiet)
    if found.result.failed_draws and not found.has_finding and found.known:
        click.echo("error: too many draws could not be solved; do not use these numbers", err=True)
        return TOO_MANY_FAILED
    return 0


__all__ = ["adopt"]
