"""Sweeps end to end: against the bare engine that does their work, and two worker processes against one."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from econsim import chunks, engines
from econsim.bench.figures import Figures
from econsim.bench.rates import NO_JAX
from econsim.bench.sizes import Sizes
from econsim.bench.timing import Job, best_times, replaced
from econsim.engines.readiness import make_ready
from econsim.results import simulate
from econsim.scenario import Scenario
from econsim.studies.sweep import sweep

PROCESSES: dict[str, tuple[str, int | None]] = {
    "here": ("this process", None),
    "one": ("one worker", 1),
    "two": ("two workers", 2),
}
"""Who computes a sweep: in words, and as `sweep` takes it."""

RATIOS = (("here", "bare"), ("two", "one"), ("two_under_way", "one_under_way"), ("two", "here"))


class Swept(NamedTuple):
    """One sweep: seconds from end to end, seconds of those in the engine, rows a second once all are at work."""

    seconds: float
    in_engine: float
    under_way: float


def measure(figures: Figures, sizes: Sizes) -> None:
    """Rows per second of a sweep by this process, one worker and two, with each engine, and of the engine alone."""
    scenario = sizes.scenario()
    for engine in dict(sizes.sweep_rows):
        if engine == "compiled" and not engines.has_jax():
            figures.note("sweep", NO_JAX)
        elif engine == "compiled" and not _on_processor():
            figures.note("sweep", "The compiled engine was not swept: workers cannot share a graphics device.")
        else:
            figures.tell(f"sweep: {engine}")
            if engine == "compiled":
                make_ready(scenario)
            simulate(scenario, draws=2, engine=engine)  # loads everything
            _with_engine(engine, scenario, figures, sizes)
    figures.note(
        "sweep",
        "A Sobol' design over all uncertain parameters, one draw a point; a row is a point with all metrics and "
        "effects, for which the engine computes two worlds. The bare engine is the time within it in the same sweep.",
    )
    figures.note(
        "sweep",
        "This process runs either engine on all cores; a worker runs either on one. Workers are started anew, which "
        "'under way' leaves out; the fewer rows, the more it counts from end to end.",
    )


def _on_processor() -> bool:
    from econsim.engines import jax_compile

    return jax_compile.on_processor()


def _with_engine(engine: str, scenario: Scenario, figures: Figures, sizes: Sizes) -> None:
    rows, chunk = dict(sizes.sweep_rows)[engine], dict(sizes.sweep_chunk)[engine]
    design = {"method": "sobol", "samples": rows}
    spec = {"scenario": scenario, "design": design, "chunk": chunk, "ensemble": "prior"}
    found: dict[str, list[Swept]] = {name: [] for name in PROCESSES}
    jobs: dict[str, Job] = {}
    for name, (_, workers) in PROCESSES.items():
        jobs[name] = partial(_keep, found[name], spec, engine, workers)
    rounds = best_times([jobs], sizes.rounds, sizes.seconds).rounds
    best = {name: min(swept) for name, swept in found.items()}
    values = {"bare": ("bare engine", rows / best["here"].in_engine)}
    for name, (words, _) in PROCESSES.items():
        values[name] = f"{words}, end to end", rows / best[name].seconds
        values[f"{name}_under_way"] = f"{words}, under way", best[name].under_way
    for name, (words, value) in values.items():
        figures.add(f"sweep.{engine}_{name}.{rows}", f"{engine}, {rows:,} rows, {words}", value, "rows/s", rounds)
    for above, below in RATIOS:
        words = f"{engine}: {values[above][0]}, over {values[below][0]}"
        names = f"sweep.{engine}_{above}.{rows}", f"sweep.{engine}_{below}.{rows}"
        figures.ratio(f"sweep.{engine}_{above}_over_{below}.{rows}", words, *names)


def _keep(found: list[Swept], spec: dict[str, Any], engine: str, workers: int | None) -> None:
    found.append(_swept(spec, engine, workers))


def _swept(spec: dict[str, Any], engine: str, workers: int | None) -> Swept:
    """Compute a sweep into a folder that is thrown away."""
    seen: list[tuple[float, int]] = []
    in_engine = 0.0
    find = chunks.runner

    def timed_runner(name: str) -> Callable[..., Any]:
        run = find(name)

        def timed(*arguments: Any) -> Any:
            nonlocal in_engine
            before = time.perf_counter()
            try:
                return run(*arguments)
            finally:
                in_engine += time.perf_counter() - before

        return timed

    def progress(done: int, total: int) -> None:
        seen.append((time.perf_counter(), done))

    with tempfile.TemporaryDirectory() as folder, replaced(chunks, "runner", timed_runner):
        begin = time.perf_counter()
        sweep(spec, Path(folder) / "sweep", workers=workers, engine=engine, progress=progress)
        seconds = time.perf_counter() - begin
    return Swept(seconds, in_engine, _rate_under_way(seen, workers or 1))


def _rate_under_way(seen: list[tuple[float, int]], workers: int) -> float:
    """Rows a second from when every worker has done its first chunk."""
    begun = [one for one in seen if one[1] > 0]
    first, last = begun[min(workers, len(begun) - 1) - 1], begun[-1]
    return (last[1] - first[1]) / max(last[0] - first[0], 1e-9)
