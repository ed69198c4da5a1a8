"""Peak memory of whole processes that run and keep summaries only."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from econsim.bench.figures import Figures
from econsim.bench.fresh_process import in_new_process
from econsim.bench.machine import cores
from econsim.bench.sizes import Sizes

# Linux tells the peak of a process in VmHWM; its ru_maxrss begins at the size of the process that started this one.
PEAK = """
import json, resource, sys
from pathlib import Path
from econsim.results import simulate
from econsim.scenario import load_scenario

def peak():
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("VmHWM")).split()[1])
    except (OSError, StopIteration):
        size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return size if sys.platform == "darwin" else 1024 * size

simulate({scenario}, draws=2, engine="batch", keep="summaries").summary()
loaded = peak()
simulate({scenario}, draws={draws}, engine="batch", keep="summaries").summary()
print(json.dumps({{"loaded": loaded, "peak": peak()}}), flush=True)
"""


def measure(figures: Figures, sizes: Sizes) -> None:
    """Peak MB of a new process that runs each of the sizes; they run side by side, for nothing is timed."""
    scripts = [PEAK.format(scenario=sizes.scenario_in_python, draws=draws) for draws in sizes.memory_draws]
    with ThreadPoolExecutor(cores()) as pool:
        answers = [answer.content for answer in pool.map(in_new_process, scripts)]
    loaded = min(one["loaded"] for one in answers) / 1e6
    figures.add("memory.loaded", "process that has run 2 draws", loaded, "MB")
    for draws, one in zip(sizes.memory_draws, answers, strict=True):
        figures.add(f"memory.batch.{draws}", f"{draws:,} draws, batch", one["peak"] / 1e6, "MB")
    first, last = sizes.memory_draws[0], sizes.memory_draws[-1]
    if first != last:
        names = f"memory.batch.{last}", f"memory.batch.{first}"
        figures.ratio(f"memory.growth.{last}", f"{last:,} draws over {first:,}", *names)
    figures.note("memory", "The whole process, Python and its packages included; draws are worked on in chunks.")
