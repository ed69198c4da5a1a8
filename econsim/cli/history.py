"""`econsim backtest` and `econsim calibrate`."""

from __future__ import annotations

from typing import Any

import click

from econsim.cli.delivering import deliver
from econsim.cli.options import WholeNumber, json_option, show_json
from econsim.cli.progress import Progress
from econsim.cli_text import number, paragraph

BACKTEST_DRAWS = 1024
"""As `econsim.studies.backtest` has it, which takes long to import; a test holds the two together."""

_out = click.option("--out", metavar="DIR", help="Write JSON, CSV and figures (SVG, PNG, PDF) to this folder.")
_force = click.option("--force", is_flag=True, help="Replace another analysis that DIR holds.")
_quiet = click.option("--quiet", is_flag=True, help="Print the finding only; no progress.")
_seed = click.option(
    "--seed", type=WholeNumber(), default=0, metavar="S", help="Seed of parameters and shocks.  [default: 0]"
)


@click.command()
@click.argument("scenario", default="history-2023")
@click.option("--draws", type=WholeNumber(), metavar="N", help=f"Simulated pasts.  [default: {BACKTEST_DRAWS}]")
@_seed
@click.option("--ensemble", metavar="NAME", help="calibrated, prior or default.  [default: calibrated]")
@click.option("--engine", default="batch", metavar="NAME", help="batch or compiled.  [default: batch]")
@_out
@_force
@json_option
@_quiet
def backtest(
    scenario: str,
    draws: int | None,
    seed: int,
    ensemble: str | None,
    engine: str,
    out: str | None,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Start the economy in March 2023 and hold it against what happened since, misses first.

    Observed values, the ensemble's median and 90% range and a verdict for every dated fact that the model can express,
    and the list of those that it cannot. See docs/history.md.
    """
    from econsim.results import run_identity
    from econsim.runs import as_scenario
    from econsim.studies.analysis_store import check_analysis_folder
    from econsim.studies.backtest import backtest as study

    asked = BACKTEST_DRAWS if draws is None else draws
    chosen = ensemble or "calibrated"
    check_analysis_folder(out, run_identity(as_scenario(scenario), asked, seed, chosen), force)
    with Progress(quiet=quiet or as_json, what="draws") as progress:
        result = study(scenario, asked, seed, chosen, engine, progress)

    def figures() -> dict[str, Any]:
        from econsim.charts.history import history_chart

        return {"history": history_chart(result)}

    deliver("backtest", result, figures, lambda: _backtest_text(result), out, force, as_json, quiet)
    return 0


def _backtest_text(result: Any) -> str:
    lines = [paragraph(result.finding), ""]
    for one in result.verdicts:
        fact = one.fact
        simulated = "none" if one.median is None else f"{number(one.median)} ({number(one.p5)} to {number(one.p95)})"
        lines.append(f"{fact.id:<5} {fact.says}")
        lines.append(f"      observed {number(fact.value)} {fact.unit}, simulated {simulated}: {one.words}")
    lines += ["", "Not expressible in the model:"]
    lines += [paragraph(f"{one.row:<5} {one.reason}", " " * 6) for one in result.not_expressible]
    return "\n".join(lines)


@click.command()
@click.option("--draws", type=WholeNumber(), metavar="N", help="Draws of each wave.  [default: 8192]")
@click.option("--waves", type=WholeNumber(), metavar="N", help="Waves, the first from the prior.  [default: 3]")
@_seed
@_out
@_force
@json_option
@_quiet
def calibrate(
    draws: int | None, waves: int | None, seed: int, out: str | None, force: bool, as_json: bool, quiet: bool
) -> int:
    """Calibrate the uncertain parameters on history, and test that on facts left out.

    Minutes of work at the defaults. With --out, the folder holds the posterior (calibrated.csv and calibrated.json, as
    shipped in econsim/ensembles), what the data identify, and the out-of-sample scores. See docs/history.md.
    """
    from econsim.store import as_json as written
    from econsim.studies import calibrate as calibration
    from econsim.studies.analysis_store import check_analysis_folder
    from econsim.studies.calibration_files import identity_of, summary, write_calibration

    asked = calibration.DEFAULT_DRAWS if draws is None else draws
    rounds = calibration.DEFAULT_WAVES if waves is None else waves
    check_analysis_folder(out, identity_of(asked, rounds, seed), force)
    with Progress(quiet=quiet or as_json, what="draws") as progress:
        result = calibration.calibrate(asked, rounds, seed, progress=progress)
    if out is not None:
        write_calibration(result, out, force)
    if as_json:
        show_json(written(summary(result)))
    else:
        click.echo("\n\n".join(paragraph(one.finding) for one in result.held_out))
        if not quiet:
            click.echo(_identified(result))
    if out is not None and not quiet:
        click.echo(f"Written to {out}", err=as_json)
    return 0


def _identified(result: Any) -> str:
    lines = ["", "What the facts identify (spread of the posterior over that of the prior; 1 is nothing):"]
    for row in result.identification().itertuples():
        lines.append(
            f"  {row.parameter:<28} {row.relative_spread:4.2f}   {number(row.median)} "
            f"({number(row.p5)} to {number(row.p95)})"
        )
    return "\n".join(lines)
