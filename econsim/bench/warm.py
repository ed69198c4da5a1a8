"""A run as a user asks for it, in a process that has run before: two worlds, all metrics, effects and the finding."""

from __future__ import annotations

from functools import partial
from typing import Any

from econsim import engines
from econsim.bench.figures import Figures
from econsim.bench.rates import NO_JAX
from econsim.bench.sizes import Sizes
from econsim.bench.timing import Job, best_times
from econsim.engines import batch_helpers
from econsim.engines.readiness import make_ready
from econsim.results import simulate
from econsim.scenario import Scenario


def measure(figures: Figures, sizes: Sizes) -> None:
    """Seconds of a whole run with the batch and the compiled engine."""
    scenario, draws = sizes.scenario(), sizes.warm_draws
    names = ("batch", "compiled") if engines.has_jax() else ("batch",)
    if "compiled" in names:
        make_ready(scenario)
    for name in names:
        _run(scenario, 2, name)
    batch_helpers.get_ready()
    jobs: dict[str, Job] = {name: partial(_run, scenario, draws, name) for name in names}
    times = best_times([jobs], sizes.rounds, sizes.seconds)
    for name in names:
        figures.add(f"warm.{name}.{draws}", f"{draws:,} draws, {name}", times.seconds[name], "s", times.rounds)
    if "compiled" not in names:
        figures.note("warm", NO_JAX)
        figures.add(f"warm.compiled.{draws}", f"{draws:,} draws, compiled", None, "s")
    ratio = f"warm.batch_over_compiled.{draws}"
    figures.ratio(ratio, "batch over compiled", f"warm.batch.{draws}", f"warm.compiled.{draws}")
    figures.note(
        "warm",
        "What `econsim run` does once everything is loaded: draws, the world and its twin without copying, metrics, "
        "paired effects and the finding.",
    )


def _run(scenario: Scenario, draws: int, engine: str) -> dict[str, Any]:
    return simulate(scenario, draws=draws, engine=engine).summary()
