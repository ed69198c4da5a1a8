"""The compiled engine on a graphics device, where JAX finds one."""

from __future__ import annotations

from functools import partial

from econsim import engines
from econsim.bench.figures import Figures
from econsim.bench.rates import NO_JAX, UNIT
from econsim.bench.sizes import Sizes
from econsim.bench.timing import Job, best_times
from econsim.runs import Settings, chunk_world


def measure(figures: Figures, sizes: Sizes) -> None:
    """Draws per second of one large world on the device, of drawing it, and the ratio to batch."""
    if not engines.has_jax():
        figures.note("graphics", NO_JAX)
        return
    from econsim.engines import jax_compile

    if jax_compile.on_processor():
        figures.note("graphics", "Not measured: JAX finds no graphics device here.")
        return
    device = jax_compile.prepare_jax().devices()[0]
    figures.note("graphics", f"Measured on: {device.device_kind}.")
    measure_large(figures, sizes)


def measure_large(figures: Figures, sizes: Sizes) -> None:
    """The measurement itself, wherever the compiled engine runs."""
    scenario, draws, few = sizes.scenario(), sizes.graphics_draws, min(Settings().chunk, sizes.graphics_draws)
    compiled, batch = engines.runner("compiled"), engines.runner("batch")
    compiled(chunk_world(scenario, Settings(), 0, 2))  # compiles
    figures.tell(f"graphics: {draws:,} draws")
    large, small = chunk_world(scenario, Settings(), 0, draws), chunk_world(scenario, Settings(), 0, few)
    jobs: dict[str, Job] = {
        "compiled": partial(compiled, large),
        "batch": partial(batch, small),
        "drawing": partial(chunk_world, scenario, Settings(), 0, draws),
    }
    times = best_times([jobs], sizes.rounds, sizes.seconds)
    for name, count in (("compiled", draws), ("batch", few), ("drawing", draws)):
        words = "drawing, on the processor" if name == "drawing" else name
        rate = count / times.seconds[name]
        figures.add(f"graphics.{name}.{count}", f"{words}, {count:,} draws", rate, UNIT, times.rounds)
    names = f"graphics.compiled.{draws}", f"graphics.batch.{few}"
    figures.ratio(f"graphics.compiled_over_batch.{draws}", "compiled over batch", *names)
