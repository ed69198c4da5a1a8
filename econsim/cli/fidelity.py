"""`econsim fidelity`: what a copy loses."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

from econsim.cli.delivering import deliver
from econsim.cli.groups import Commands
from econsim.cli.options import study_options

_Function = TypeVar("_Function", bound=Callable[..., Any])
SUFFIXES = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9, "bn": 1e9, "t": 1e12}


class Amount(click.ParamType):
    """A number, in digits or with k, M, B or T behind it: 9400, 9.4k, 32B, 8e5."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, int | float):
            return float(value)
        text = str(value).strip().removeprefix("$").replace(",", "").replace("_", "")
        found = re.fullmatch(r"([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?) ?([a-zA-Z]{0,2})", text)
        if found is None or found[2].lower() not in SUFFIXES or not math.isfinite(float(found[1])):
            self.fail(f"must be a number such as 9400, 9.4k, 32B or 8e5 (got '{str(value)[:40]}')", param, ctx)
        return float(found[1]) * SUFFIXES[found[2].lower()]


def student_options(command: _Function) -> _Function:
    """How a copy is made."""
    for option in reversed(
        (
            click.option("--budget", type=Amount(), metavar="DOLLARS", help="What the copier spends, such as 9.4k."),
            click.option("--samples", type=Amount(), metavar="N", help="Samples in place of a budget, such as 800k."),
            click.option(
                "--student-size", type=Amount(), metavar="N", help="Parameters of the student.  [default: 32B]"
            ),
            click.option(
                "--access", default="trace", metavar="WAY", help="trace, on_policy or logit.  [default: trace]"
            ),
            click.option(
                "--acceptance", type=Amount(), metavar="SHARE", help="Share of answers that are kept.  [default: 1]"
            ),
        )
    ):
        command = option(command)
    return command


@click.group(name="fidelity", cls=Commands)
def fidelity() -> None:
    """What a copy loses: laws held against published copies, and what a budget copies."""


@fidelity.command()
@study_options()
def fit(out: str | None, force: bool, as_json: bool, quiet: bool) -> int:
    """Fit the laws to the published scores of copies, and examine them on what they had not seen.

    Takes a few seconds; the same numbers every time.
    """
    from econsim.cli.fidelity_text import fit_text
    from econsim.fidelity import fit as fit_laws

    _check_out(out)
    found = fit_laws()

    def figures() -> dict[str, Any]:
        from econsim.charts.fidelity_fit import errors_of_laws, predicted_and_observed

        note = f"econsim {found.summary()['version']}, fit {found.identity}. Scores: see docs/fidelity.md."
        return {
            "errors": errors_of_laws(found.errors, found.headline, note),
            "predicted": predicted_and_observed(found.rows, found.headline, note),
        }

    deliver("fidelity-fit", found, figures, lambda: fit_text(found), out, force, as_json, quiet)
    return 0


@fidelity.command()
@student_options
@click.option(
    "--law", default="refinement", metavar="NAME", help="Or water_filling, constant_retention, busbridge2025."
)
@click.option("--teacher", metavar="NAME", help="A listed teacher, such as DeepSeek-R1; its scores set the levels.")
@click.option("--teacher-loss", type=Amount(), metavar="NATS", help="For busbridge2025: nats per token.  [default: 2]")
@click.option(
    "--coefficients", default="refit", metavar="SET", help="For busbridge2025: refit or published.  [default: refit]"
)
@study_options()
def show(
    budget: float | None,
    samples: float | None,
    student_size: float | None,
    access: str,
    acceptance: float | None,
    law: str,
    teacher: str | None,
    teacher_loss: float | None,
    coefficients: str,
    out: str | None,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """What a budget copies: what benchmarks show of it and what deployment meets, band by band."""
    from econsim import fidelity as laws
    from econsim.cli.fidelity_text import loss_text, spectrum_text
    from econsim.fidelity.text import identity as identity_of
    from econsim.rules.fidelity.refinement import REFERENCE_SIZE

    _check_out(out)
    prices = laws.Prices() if acceptance is None else laws.Prices(acceptance=acceptance)
    size = REFERENCE_SIZE if student_size is None else student_size
    if law == "busbridge2025":
        made_from = _samples(samples, budget, size, prices)
        loss = 2.0 if teacher_loss is None else teacher_loss
        nats = laws.scaling_law(size, made_from * prices.tokens, loss, coefficients=coefficients)
        identity = identity_of(nats.summary())
        deliver("fidelity", nats, dict, lambda: loss_text(nats), out, force, as_json, quiet, identity)
        return 0
    found = laws.spectrum(
        budget, samples=samples, law=law, teacher=teacher, student_size=size, access=access, prices=prices
    )
    identity = found.identity

    def figures() -> dict[str, Any]:
        from econsim.charts.spectrum import capability_spectrum, retention_by_budget

        shown = found.visible, found.hidden, found.headline, found.source
        return {
            "spectrum": capability_spectrum(found.bands, *shown),
            "budgets": retention_by_budget(found.curve, found.marks, found.dollars, found.headline, found.source),
        }

    deliver("fidelity", found, figures, lambda: spectrum_text(found), out, force, as_json, quiet, identity)
    return 0


@fidelity.command()
@click.option("--teacher", metavar="POINTS|NAME", required=True, help="Score on a benchmark, or a listed teacher.")
@click.option("--base", metavar="POINTS|NAME", help="The same for the student's base.  [default: a typical one]")
@click.option("--benchmark", metavar="NAME", help="Which benchmark; a listed one has a known difficulty.")
@click.option("--difficulty", type=Amount(), metavar="D", help="From 0 to 1.  [default: known, or from the score]")
@click.option("--covered", metavar="WHAT", help="all, none, a weight, or subjects: math,code,sci.  [default: all]")
@student_options
@study_options()
def predict(
    teacher: str,
    base: str | None,
    benchmark: str | None,
    difficulty: float | None,
    covered: str | None,
    budget: float | None,
    samples: float | None,
    student_size: float | None,
    access: str,
    acceptance: float | None,
    out: str | None,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """What a copy would score, for any teacher and any base."""
    from econsim import fidelity as laws
    from econsim.cli.fidelity_text import prediction_text
    from econsim.fidelity.text import identity as identity_of
    from econsim.rules.fidelity.refinement import REFERENCE_SIZE

    _check_out(out)
    found = laws.predict(
        _points_or_name(teacher),
        None if base is None else _points_or_name(base),
        REFERENCE_SIZE if student_size is None else student_size,
        samples,
        _covered(covered),
        budget=budget,
        access=access,
        benchmark=benchmark,
        difficulty=difficulty,
        prices=laws.Prices() if acceptance is None else laws.Prices(acceptance=acceptance),
    )
    identity = identity_of(found.summary())
    deliver("prediction", found, dict, lambda: prediction_text(found), out, force, as_json, quiet, identity)
    return 0


# ---------------------------------------------------------------------------------------------------- shared


def _points_or_name(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _covered(text: str | None) -> bool | float | str | list[str]:
    if text is None or text.strip().lower() == "all":
        return True
    if text.strip().lower() == "none":
        return False
    try:
        return float(text)
    except ValueError:
        return [part.strip() for part in text.split(",") if part.strip()]


def _samples(samples: float | None, budget: float | None, size: float, prices: Any) -> float:
    from econsim.fidelity.inputs import refuse
    from econsim.fidelity.spectra import samples_of

    problems: list[Any] = []
    found = samples_of(problems, samples, budget, size, prices)
    refuse(problems)
    return found


def _check_out(out: str | None) -> None:
    """Find what nothing could be written to, before the work is done."""
    from econsim.studies.analysis_store import check_analysis_folder

    check_analysis_folder(out, "", True)


__all__ = ["Amount", "fidelity"]
