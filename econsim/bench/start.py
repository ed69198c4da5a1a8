"""What new processes wait for: imports, compiling, and the first answer while the compiled engine gets ready."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping

from econsim import engines
from econsim.bench.figures import Figures
from econsim.bench.fresh_process import Answer, in_new_process
from econsim.bench.rates import NO_JAX
from econsim.bench.sizes import Sizes
from econsim.bench.timing import best_times, environment

IMPORT = """
import json, time
begin = time.perf_counter()
import {modules}
print(json.dumps({{"seconds": time.perf_counter() - begin}}), flush=True)
"""
HELP = """
import contextlib, io
from econsim.cli import main
with contextlib.redirect_stdout(io.StringIO()):
    main(["--help"])
print("{}", flush=True)
"""
COMPILED = """
import json, time
import econsim.results
from econsim.user_cache import cache_folder
from econsim.scenario import load_scenario
scenario = {scenario}
seconds = []
stored = len(list(cache_folder().rglob("*.program")))
for _ in range(2):
    begin = time.perf_counter()
    econsim.results.simulate(scenario, draws=2, engine="compiled").summary()
    seconds.append(time.perf_counter() - begin)
made = len(list(cache_folder().rglob("*.program"))) - stored
print(json.dumps({{"first": seconds[0], "second": seconds[1], "made": made}}), flush=True)
"""
READY = """
from econsim.engines.readiness import make_ready
from econsim.scenario import load_scenario
make_ready({scenario})
print("{{}}", flush=True)
"""
FIRST_ANSWER = """
from econsim.engines import warm_up
from econsim.scenario import load_scenario
scenario = {scenario}
if {warming}:
    warm_up(scenario)
from econsim.results import simulate
simulate(scenario, draws={draws}, engine="batch").summary()
print("{{}}", flush=True)
"""


def measure(figures: Figures, sizes: Sizes) -> None:
    """Seconds of imports, of compiling in an empty cache and of loading from it, and until a first answer."""
    jax = engines.has_jax()
    _imports(figures, sizes, jax)
    if jax:
        _compiling(figures, sizes)
    else:
        figures.note("start", NO_JAX)
    _first_answer(figures, sizes, jax)


def _imports(figures: Figures, sizes: Sizes, jax: bool) -> None:
    figures.tell("start: imports")
    modules = {"econsim": "econsim", "run": "econsim.results, econsim.engines.batch"} | ({"jax": "jax"} if jax else {})
    words = {"econsim": "import econsim", "run": "import what a run needs", "jax": "import JAX"}
    seconds: dict[str, list[float]] = {}

    def keep(name: str, script: str) -> Callable[[], None]:
        def job() -> None:
            answer = in_new_process(script)
            seconds.setdefault(name, []).append(answer.content.get("seconds", answer.seconds))

        return job

    jobs = {name: keep(name, IMPORT.format(modules=one)) for name, one in modules.items()}
    rounds = best_times([{**jobs, "help": keep("help", HELP)}], sizes.rounds, sizes.seconds).rounds
    for name, what in words.items():
        figures.add(f"start.import_{name}", what, min(seconds[name]) if name in seconds else None, "s", rounds)
    figures.add("start.help", "`econsim --help`, whole process", min(seconds["help"]), "s", rounds)


def _compiling(figures: Figures, sizes: Sizes) -> None:
    script = COMPILED.format(scenario=sizes.scenario_in_python)
    if sizes.cold:
        figures.tell("start: compiling in an empty cache (a quarter of a minute, minutes on a busy machine)")
        cold = in_new_process(script).content  # run_bench has set an empty cache, which is filled from here on
        figures.add("start.compile_cold", "first compiled answer, nothing in the cache", cold["first"], "s")
    else:
        figures.note("start", "Compiling in an empty cache is left out of a quick run.")
    figures.tell("start: having both programs in the cache")
    in_new_process(READY.format(scenario=sizes.scenario_in_python))
    figures.tell("start: programs from the cache")
    cached = [in_new_process(script).content for _ in range(2 if sizes.cold else 1)]
    read = [one["first"] for one in cached if not one["made"]]
    if not read:
        figures.note("start", "Programs were not found in the cache: has somebody changed the source meanwhile?")
    best, again = min(read, default=None), min(one["second"] for one in cached)
    figures.add("start.compile_cached", "first compiled answer, programs from the cache", best, "s", len(read))
    figures.add("start.compile_warm", "second compiled answer in that process", again, "s", len(cached))
    names = "start.compile_cold", "start.compile_cached"
    figures.ratio("start.compile_cold_over_cached", "cold over from the cache", *names)
    figures.note(
        "start",
        "Compiled answers are runs of 2 draws, of a world and its twin without copying; the first one includes "
        "importing JAX. With nothing in the cache both programs are compiled, side by side.",
    )


def _first_answer(figures: Figures, sizes: Sizes, jax: bool) -> None:
    figures.tell("start: first answers")
    seconds: dict[str, list[float]] = {}

    def keep(name: str, run: Callable[[], Answer]) -> Callable[[], None]:
        def job() -> None:
            seconds.setdefault(name, []).append(run().seconds)

        return job

    def answer(warming: bool) -> Answer:
        parts = {"scenario": sizes.scenario_in_python, "warming": warming, "draws": sizes.first_draws}
        return in_new_process(FIRST_ANSWER.format(**parts))

    def in_an_empty_cache() -> Answer:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, environment(ECONSIM_CACHE=folder):
            return answer(warming=True)

    every: Mapping[str, tuple[str, Callable[[], Answer]]] = {
        "alone": ("batch alone", lambda: answer(warming=False)),
        "loading": ("while programs are loaded", lambda: answer(warming=True)),
        "compiling": ("while programs are compiled", in_an_empty_cache),
    }
    measured = ("alone", "loading", "compiling")[: 1 if not jax else 3 if sizes.cold else 2]
    ways = {name: every[name] for name in measured}
    jobs = {name: keep(name, run) for name, (_, run) in ways.items()}
    rounds = best_times([jobs], sizes.rounds, sizes.seconds).rounds
    for name, (words, _) in ways.items():
        what = f"first answer of a new process, {sizes.first_draws} draws, {words}"
        figures.add(f"start.first_{name}", what, min(seconds[name]), "s", rounds)
        if name != "alone":
            ratio = f"start.first_{name}_over_alone"
            figures.ratio(ratio, f"{words}, over batch alone", f"start.first_{name}", "start.first_alone")
