"""How fast the engines are, as ratios within one run: machines are noisy, ratios less so."""

from __future__ import annotations

import gc
import platform
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np

import econsim
from econsim.results import Settings
from econsim.runs import run_worlds
from econsim.scenario import load_scenario

SIZES = (1, 16, 256, 4096)
AGENT_DRAWS = 4  # agents run draw after draw: their rate does not depend on how many are asked for
LONGEST = 3.0  # seconds of repetition of one measurement
MEMORY_SIZES = (128, 512)
MEMORY_QUARTERS = 24
MEMORY_CHUNK = 64

Report = Callable[[str], None]


def run_bench(sizes: tuple[int, ...] = SIZES, report: Report | None = None) -> dict[str, Any]:
    """Draws per second of the batch and agents engines at several sizes, their ratio, and the memory of summaries.

    report  : called with a line of text as each measurement is done
    returns : plain Python: machine, scenario, rows (engine, draws, seconds, draws_per_second),
              ratios (draws -> batch over agents), memory (draws -> peak MB while only summaries are kept)
    """
    say = report or (lambda line: None)
    scenario = load_scenario("baseline")
    rows, ratios = [], {}
    for draws in sizes:
        agents, batch = _rate("agents", AGENT_DRAWS), _rate("batch", draws)  # side by side: the machine's pace drifts
        rows += [agents, batch]
        ratios[str(draws)] = batch["draws_per_second"] / agents["draws_per_second"]
        say(f"batch at {draws} draws: {batch['draws_per_second']:.3g} draws/s, {ratios[str(draws)]:.3g} x agents")
    memory = {str(draws): _peak_memory(draws) for draws in MEMORY_SIZES}
    say(f"memory: {memory}")
    return {
        "version": econsim.__version__,
        "machine": {"processor": platform.machine(), "python": platform.python_version(), "numpy": np.__version__},
        "scenario": scenario.name,
        "quarters": scenario.structure.quarters,
        "rows": rows,
        "ratios": ratios,
        "peak_memory_mb": memory,
    }


def _rate(engine: str, draws: int) -> dict[str, Any]:
    """Draws per second of processor time on one core: one world, all series, prior ensemble, best of a few."""
    from econsim.engines import runner
    from econsim.runs import chunk_world

    scenario = load_scenario("baseline")
    size = min(draws, Settings().chunk)
    starts = range(0, draws, size)
    run = runner(engine)
    run(chunk_world(scenario, Settings(), 0, min(size, 2)))  # warm
    best, spent = float("inf"), 0.0
    while spent < LONGEST:
        begin = time.process_time()
        for start in starts:
            run(chunk_world(scenario, Settings(), start, min(start + size, draws)))
        seconds = time.process_time() - begin
        best, spent = min(best, seconds), spent + seconds
    return {"engine": engine, "draws": draws, "seconds": best, "draws_per_second": draws / best}


def _peak_memory(draws: int) -> float:
    """Peak MB that Python allocates for a run that keeps summaries only."""
    scenario = load_scenario("baseline").with_(quarters=MEMORY_QUARTERS)
    settings = Settings(draws=draws, keep="summaries", chunk=MEMORY_CHUNK)
    gc.collect()
    tracemalloc.start()
    try:
        run_worlds([scenario], settings)
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
