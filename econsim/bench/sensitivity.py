"""A Sobol' analysis of the scenario from one call, against a plain loop over runs and outputs that calls SALib."""

from __future__ import annotations

from functools import partial

from econsim import engines
from econsim.bench.figures import Figures
from econsim.bench.rates import NO_JAX
from econsim.bench.sizes import Sizes
from econsim.bench.sobol import random_outputs, salib_on_one, salib_scaled
from econsim.bench.timing import Job, best_times
from econsim.results import simulate
from econsim.scenario import Scenario
from econsim.studies.designs import saltelli_rows
from econsim.studies.sensitivity import planned_rows, sensitivity
from econsim.studies.sensitivity_folder import MAIN
from econsim.studies.sensitivity_settings import KEPT, check_sensitivity

SAMPLES = 1024  # base samples that times are scaled to


def measure(figures: Figures, sizes: Sizes) -> None:
    """Seconds of an analysis, and of a loop that runs each point by itself and has SALib analyse each output."""
    scenario = sizes.scenario()
    whole = sum(planned_rows(check_sensitivity(scenario, "sobol", samples=SAMPLES, second_order=True)).values())
    engine = engines.choose("auto", scenario, whole)
    names = check_sensitivity(scenario, "sobol").names[: sizes.analysis_parameters]
    asked = {"samples": sizes.analysis_samples, "second_order": True, "parameters": names}
    rows = planned_rows(check_sensitivity(scenario, "sobol", **asked))  # type: ignore[arg-type]
    draws = sum(rows.values())
    simulate(scenario, draws=2, engine=engine)  # loads, and compiles where nothing is in the cache
    outputs = random_outputs(KEPT, SAMPLES, 1)[:, 0]
    figures.tell(f"sensitivity: {draws:,} draws, {engine}")
    jobs: dict[str, Job] = {
        "econsim": partial(sensitivity, scenario, engine=engine, **asked),  # type: ignore[arg-type]
        "loop": partial(_loop, scenario, sizes.loop_runs),
        "few": partial(salib_on_one, KEPT, outputs, sizes.few),
        "more": partial(salib_on_one, KEPT, outputs, sizes.more),
    }
    times = best_times([jobs], sizes.rounds, sizes.seconds)
    a_run = times.seconds["loop"] / sizes.loop_runs
    an_output = salib_scaled(times.seconds["few"], times.seconds["more"], sizes)
    points = SAMPLES * saltelli_rows(KEPT, second_order=True)
    columns = 2 * len(check_sensitivity(scenario, "sobol").outputs)
    loop = None if an_output is None else points * a_run + columns * an_output
    size = f"{len(names)}x{sizes.analysis_samples}"
    goal = f"{KEPT} parameters, N = {SAMPLES:,}, second order"
    what = f"econsim, {len(names)} parameters, N = {sizes.analysis_samples}, second order: {draws:,} draws, {engine}"
    figures.add(f"sensitivity.econsim.{size}", what, times.seconds["econsim"], "s", times.rounds)
    figures.add("sensitivity.loop_run", "a run of the loop: one draw of one point", a_run, "s", times.rounds)
    scaled = times.seconds["econsim"] * whole / draws
    full = f"{KEPT}x{SAMPLES}"
    figures.add(f"sensitivity.econsim_scaled.{full}", f"econsim, scaled: {goal}: {whole:,} draws", scaled, "s")
    figures.add(f"sensitivity.loop_scaled.{full}", f"plain SALib loop, scaled: {goal}: {points:,} runs", loop, "s")
    names_of = f"sensitivity.loop_scaled.{full}", f"sensitivity.econsim_scaled.{full}"
    figures.ratio(f"sensitivity.loop_over_econsim.{full}", "plain SALib loop over econsim, both scaled", *names_of)
    figures.note(
        "sensitivity",
        f"Both were measured on less and scaled to `econsim sensitivity {scenario.name} --samples {SAMPLES} "
        f"--second-order`, its screening and noise included: econsim by its draws ({rows[MAIN]:,} of the "
        f"{draws:,} draws are the design, the rest measures luck), the loop from {sizes.loop_runs} runs to all points.",
    )
    figures.note(
        "sensitivity",
        f"The loop simulates each point by itself (batch, one draw) and lets SALib analyse {columns} columns, metrics "
        f"and effects, one after the other with {sizes.resamples:,} resamples; its time for one column is scaled from "
        f"{sizes.few} and {sizes.more} resamples. It neither screens nor measures luck, nor series over time.",
    )
    if engine == "batch" and not engines.has_jax():
        figures.note("sensitivity", NO_JAX)


def _loop(scenario: Scenario, runs: int) -> None:
    """Some runs of a plain loop; the points differ, so that nothing is kept from one to the next."""
    low, high = 0.9, 1.1
    default = scenario.assumptions["learning_rate"].default
    for run in range(runs):
        value = default * (low + (high - low) * run / max(runs - 1, 1))
        world = scenario.with_assumptions(learning_rate=value)
        simulate(world, draws=1, ensemble="default", engine="batch").summary()
