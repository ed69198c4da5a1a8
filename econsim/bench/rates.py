"""Draws per second of each engine at several sizes: arrays of draws in, every series out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from econsim import engines
from econsim.bench.figures import Figures, in_draws
from econsim.bench.sizes import Sizes
from econsim.bench.timing import Job, best_times, environment
from econsim.engines import batch_helpers
from econsim.runs import Settings, chunk_world
from econsim.scenario import Scenario
from econsim.world import World

NO_JAX = "The compiled engine was not measured: JAX is not installed (pip install 'econsim[fast]')."
UNIT = "draws/s"

Engine = Callable[[World], Any]


def measure(figures: Figures, sizes: Sizes) -> None:
    """Rates of agents, batch and compiled, and of drawing what they need, at each size."""
    scenario = sizes.scenario()
    running = compiled_engines(figures, "rates") | {
        "batch": engines.runner("batch"),
        "agents": engines.runner("agents"),
    }
    running = {name: running[name] for name in ("agents", "batch", *running)}
    small = chunk_world(scenario, Settings(), 0, 2)
    for run in running.values():
        run(small)  # loads, and compiles where nothing is in the cache
    batch_helpers.get_ready()
    for draws in sizes.draws:
        figures.tell(f"rates: {in_draws(draws)}")
        _at_size(draws, running, scenario, figures, sizes)
    figures.note(
        "rates",
        f"One world of {scenario.structure.quarters} quarters, all series, from arrays of draws that are there; "
        "'drawing' makes those. Draws are worked on in chunks of "
        f"{Settings().chunk:,}, as in any run. Asked for one draw, every engine computes two.",
    )
    figures.note(
        "rates",
        f"Agents go draw after draw, so they are measured on {sizes.agent_draws} draws at most; batch shares "
        "chunks of 128 draws and more with helping processes on the other cores.",
    )


def compiled_engines(figures: Figures, section: str) -> dict[str, Engine]:
    """The compiled engine as it can be run here: on one core and on all, or on a graphics device; none without JAX."""
    if not engines.has_jax():
        figures.note(section, NO_JAX)
        return {}
    from econsim.engines import jax_compile
    from econsim.engines.cores import threads

    run = engines.runner("compiled")
    if not jax_compile.on_processor():
        figures.note(section, "The compiled engine runs on a graphics device here.")
        return {"compiled_graphics": run}
    if section == "rates":
        figures.note(section, f"All cores: {threads()} threads.")

    def on_one_core(world: World) -> Any:
        with environment(ECONSIM_THREADS="1"):
            return run(world)

    return {"compiled_one_core": on_one_core, "compiled_all_cores": run}


def _at_size(draws: int, running: dict[str, Engine], scenario: Scenario, figures: Figures, sizes: Sizes) -> None:
    spans = [(start, min(start + Settings().chunk, draws)) for start in range(0, draws, Settings().chunk)]
    few = min(draws, sizes.agent_draws)
    steps: list[dict[str, Job]] = []
    for start, stop in spans:
        world = chunk_world(scenario, Settings(), start, stop)
        step: dict[str, Job] = {name: partial(run, world) for name, run in running.items() if name != "agents"}
        steps.append({"drawing": partial(chunk_world, scenario, Settings(), start, stop), **step})
    steps[0]["agents"] = partial(running["agents"], chunk_world(scenario, Settings(), 0, few))
    times = best_times(steps, sizes.rounds, sizes.seconds)
    for name in ("agents", "batch", *[one for one in running if one.startswith("compiled")], "drawing"):
        done, words = (few if name == "agents" else draws), name.replace("_", " ")
        rate = done / times.seconds[name]
        figures.add(f"rates.{name}.{draws}", f"{words}, {in_draws(draws)}", rate, UNIT, times.rounds)
    if not engines.has_jax():
        for name in ("compiled_one_core", "compiled_all_cores"):
            figures.add(f"rates.{name}.{draws}", f"{name.replace('_', ' ')}, {in_draws(draws)}", None, UNIT)
    for above, below in (
        ("batch", "agents"),
        ("compiled_one_core", "batch"),
        ("compiled_all_cores", "batch"),
        ("compiled_all_cores", "compiled_one_core"),
        ("compiled_graphics", "batch"),
    ):
        words = f"{above} over {below}, {in_draws(draws)}".replace("_", " ")
        name = f"rates.{above}_over_{below}.{draws}"
        figures.ratio(name, words, f"rates.{above}.{draws}", f"rates.{below}.{draws}")
