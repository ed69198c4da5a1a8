"""`econsim bench`: every figure is measured, ratios are those of the figures beside them, nothing stays changed."""

from __future__ import annotations

import ast
import builtins
import json
import math
import os
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from econsim import bench, cli_text, engines
from econsim.bench import baseline, graphics, machine, memory, rates, stages, start, sweep, timing
from econsim.bench.figures import Figures, in_draws
from econsim.bench.fresh_process import in_new_process
from econsim.bench.sizes import FULL, QUICK, Sizes
from econsim.cli import bench_text
from econsim.errors import EconsimError, InputError
from econsim.runs import Settings

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"
UNITS = {"draws/s", "rows/s", "s", "MB", "share", "ratio"}
TINY = Sizes(
    rounds=1,
    seconds=0.0,
    cold=False,
    draws=(1, 3),
    agent_draws=2,
    warm_draws=2,
    first_draws=2,
    stage_draws=4,
    memory_draws=(2, 4),
    outputs=2,
    parameters=2,
    base_samples=64,
    resamples=20,
    few=2,
    more=200,
    analysis_samples=64,
    analysis_parameters=1,
    loop_runs=2,
    sweep_rows=(("batch", 8), ("compiled", 8)),
    sweep_chunk=(("batch", 2), ("compiled", 2)),
    graphics_draws=4,
    quarters=4,
)


def places():
    """Every function that `stages` wraps, as it is now."""
    return [getattr(module, name) for _, module, name in (*stages.STAGES, *stages.SOLVES)]


@pytest.fixture(scope="module")
def report():
    """Everything at tiny sizes, where JAX is not installed."""
    said, before = [], (dict(os.environ), places())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "has_jax", lambda: False)
        found = bench.run_bench(tell=said.append, sizes=TINY)
    assert (dict(os.environ), places()) == before
    titles = [f"{name}: {title}" for name, title in bench.SECTIONS.items()]
    assert [line.partition(" s  ")[2] for line in said if line.endswith(tuple(titles))] == titles
    return found


# ------------------------------------------------------------------------------------------ the report


def test_every_section_has_figures_or_says_why_not(report):
    assert report["sections"] == list(bench.SECTIONS)
    assert {name.split(".")[0] for name in report["figures"]} == set(bench.SECTIONS) - {"graphics"}
    assert report["notes"]["graphics"] == [rates.NO_JAX]
    assert (report["econsim_bench"], report["quarters"], report["quick"]) == (1, 4, False)
    assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_figures_are_positive_numbers_in_known_units(report):
    for name, figure in report["figures"].items():
        assert figure["unit"] in UNITS, name
        if figure["value"] is not None:
            assert math.isfinite(figure["value"]) and figure["value"] > 0.0, name


def test_ratios_are_those_of_the_figures_that_they_name(report):
    figures, checked = report["figures"], 0
    for name, figure in figures.items():
        if figure["unit"] == "ratio" and figure["value"] is not None:
            above, below = (figures[one]["value"] for one in figure["ratio_of"])
            assert figure["value"] == above / below, name
            checked += 1
    assert checked >= 6


def test_what_is_compiled_is_missing_with_a_reason_where_jax_is(report):
    figures = report["figures"]
    for name in ("rates.compiled_one_core.1", "rates.compiled_all_cores.3", "warm.compiled.2", "start.import_jax"):
        assert figures[name]["value"] is None
    for section in ("start", "rates", "warm", "sweep", "graphics"):
        assert rates.NO_JAX in report["notes"][section]


def test_shares_of_stages_add_up_to_one(report):
    shares = {name.split(".")[1]: one["value"] for name, one in report["figures"].items() if name[:6] == "stages"}
    solves = [shares.pop(name) for name, _, _ in stages.SOLVES]
    assert set(shares) == {"prices", "copying", "accounts", "recording", "shocks", "other"}
    assert sum(shares.values()) == pytest.approx(1.0, abs=1e-12)
    assert 0.0 < sum(solves) < shares["prices"] + shares["copying"] + shares["other"]


def test_salib_is_scaled_from_what_was_measured(report):
    figures = report["figures"]
    few, more = (figures[f"sobol.salib.1x2x64x{count}"]["value"] for count in (2, 200))
    scaled = figures["sobol.salib_scaled.2x2x64x20"]["value"]
    if scaled is None:  # the machine was disturbed just then, and the report does not make a number up
        assert more <= few
    else:
        assert scaled == pytest.approx(2 * (few + 18 * (more - few) / 198))
    assert any("one output with 2 and with 200 resamples" in note for note in report["notes"]["sobol"])


def test_an_analysis_and_a_loop_are_scaled_from_what_was_measured(report):
    figures = report["figures"]
    ours, scaled = (figures[f"sensitivity.econsim{name}"]["value"] for name in (".1x64", "_scaled.20x1024"))
    draws = 64 * 4 + 64 * 4  # the design over one parameter, and luck
    assert scaled == pytest.approx(ours * (1024 * 42 + 256 * 4 + 700) / draws)
    loop, a_run = figures["sensitivity.loop_scaled.20x1024"]["value"], figures["sensitivity.loop_run"]["value"]
    if loop is not None:
        assert loop > 1024 * 42 * a_run
        ratio = figures["sensitivity.loop_over_econsim.20x1024"]
        assert ratio["value"] == pytest.approx(loop / scaled)
    told = " ".join(report["notes"]["sensitivity"])
    assert "measured on less and scaled" in told and "--samples 1024 --second-order" in told
    assert rates.NO_JAX in report["notes"]["sensitivity"]


def test_machine_and_load_are_told(report):
    told = report["machine"]
    assert told["cores"] == machine.cores() and told["processor"] and told["numpy"] and told["python"]
    assert set(report["load"]) == {"average_before", "average_after", "cores_used_by_others", "seconds", "busy"}
    assert report["load"]["seconds"] > 0.0


def test_text_and_markdown_show_every_section_and_figure(report):
    for text in (bench_text.as_text(report), bench_text.as_markdown(report)):
        assert all(title in text for title in bench.SECTIONS.values())
        for name, figure in report["figures"].items():
            if not name.startswith("rates."):
                assert figure["what"] in text, name
    columns = {name.split(".")[1] for name in report["figures"] if name.startswith("rates.")}
    assert columns <= set(bench_text.RATES)


def test_text_is_no_wider_than_a_terminal(report):
    assert max(map(len, bench_text.as_text(report).splitlines())) <= 120


def test_only_what_is_asked_for_is_measured():
    found = bench.run_bench(["stages"], sizes=TINY)
    assert found["sections"] == ["stages"] and all(name.startswith("stages.") for name in found["figures"])
    assert bench.check_sections(["sobol", "rates"]) == ("rates", "sobol")


def test_a_quick_run_is_smaller_and_compiles_nothing_for_its_own_sake():
    assert FULL.cold and not QUICK.cold
    assert max(QUICK.draws) < max(FULL.draws) and max(QUICK.memory_draws) < max(FULL.memory_draws)


# ------------------------------------------------------------------------------------------ the compiled engine


@pytest.fixture
def stand_in(monkeypatch):
    """The batch engine in place of the compiled one; the list collects the threads that it was allowed."""
    allowed = []
    batch = engines.runner("batch")

    def compiled(world):
        allowed.append(os.environ.get("ECONSIM_THREADS"))
        return batch(world)

    find = engines.runner
    monkeypatch.setattr(engines, "has_jax", lambda: True)
    monkeypatch.setattr(engines, "runner", lambda name: compiled if name == "compiled" else find(name))
    return allowed


@pytest.mark.parametrize("wanted", [None, "3"])
def test_the_compiled_engine_runs_on_one_core_and_on_all(stand_in, monkeypatch, wanted):
    monkeypatch.setattr("econsim.engines.jax_compile.on_processor", lambda: True)
    monkeypatch.delenv("ECONSIM_THREADS", raising=False)
    if wanted:
        monkeypatch.setenv("ECONSIM_THREADS", wanted)
    figures = Figures()
    rates.measure(figures, TINY)
    assert {*stand_in} == {"1", wanted}
    assert os.environ.get("ECONSIM_THREADS") == wanted
    assert {"rates.compiled_one_core.3", "rates.compiled_all_cores_over_compiled_one_core.3"} <= set(figures.found)


def test_a_graphics_device_has_one_column(stand_in, monkeypatch):
    monkeypatch.setattr("econsim.engines.jax_compile.on_processor", lambda: False)
    figures = Figures()
    rates.measure(figures, TINY)
    compiled = {name.split(".")[1] for name in figures.found if ".compiled" in name}
    assert compiled == {"compiled_graphics", "compiled_graphics_over_batch"}
    assert {*stand_in} == {os.environ.get("ECONSIM_THREADS")}


def test_a_large_world_is_measured_in_one_piece(stand_in):
    figures = Figures()
    graphics.measure_large(figures, TINY)
    assert {"graphics.compiled.4", "graphics.batch.4", "graphics.drawing.4"} < set(figures.found)


# ------------------------------------------------------------------------------------------ timing


def test_the_best_of_several_rounds_in_turns(monkeypatch):
    clock, order = [0.0], []
    monkeypatch.setattr(timing, "time", SimpleNamespace(perf_counter=lambda: clock[0]))

    def job(name, *takes):
        left = list(takes)

        def run():
            order.append(name)
            clock[0] += left.pop(0)

        return run

    steps = [{"a": job("a", 3.0, 1.0, 2.0), "b": job("b", 5.0, 7.0, 6.0)}, {"a": job("a", 1.0, 1.0, 4.0)}]
    times = timing.best_times(steps, rounds=3, seconds=100.0)
    assert times.rounds == 3
    assert times.seconds == {"a": 2.0, "b": 5.0}
    assert "".join(order) == "aba" + "baa" + "aba"


def test_no_round_is_begun_that_would_take_too_long(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(timing, "time", SimpleNamespace(perf_counter=lambda: clock[0]))

    def run():
        clock[0] += 2.0

    assert timing.best_times([{"a": run}], rounds=9, seconds=5.0).rounds == 2
    assert timing.best_times([{"a": run}], rounds=9, seconds=0.0).rounds == 1


def test_a_stage_does_not_count_the_time_of_another(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(stages, "time", SimpleNamespace(perf_counter=lambda: clock[0]))
    timers = stages.Timers()

    def wait(seconds):
        clock[0] += seconds

    inner = timers.around("inner", lambda: wait(2.0))

    def both():
        wait(1.0)
        inner()
        inner()

    timers.around("outer", both)()
    assert timers.seconds == {"inner": 4.0, "outer": 1.0}


def test_modules_are_as_before_when_a_run_fails(monkeypatch):
    before = places()
    monkeypatch.setattr("econsim.bench.stages.batch.compute", lambda world: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        stages.measure(Figures(), TINY)
    assert places() == before


def test_a_sweep_is_under_way_once_every_worker_has_done_a_chunk():
    seen = [(0.0, 0), (5.0, 10), (6.0, 20), (8.0, 30), (10.0, 40)]
    assert sweep._rate_under_way(seen, workers=1) == 30 / 5
    assert sweep._rate_under_way(seen, workers=2) == 20 / 4


# ------------------------------------------------------------------------------------------ processes and load


def test_a_new_process_answers_and_takes_what_it_started_with_it():
    script = (
        "import subprocess, sys, json\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(json.dumps({'child': child.pid}), flush=True)\n"
        "child.wait()\n"
    )
    answer = in_new_process(script)
    assert 0.0 < answer.seconds < 60.0
    status = Path(f"/proc/{answer.content['child']}/stat")
    for _ in range(100):
        try:
            if status.read_text().split(")")[1].split()[0] == "Z":
                return
        except OSError:
            return
        time.sleep(0.05)
    assert not status.exists()


def test_a_process_that_fails_is_an_error_with_its_last_word():
    with pytest.raises(EconsimError, match="ZeroDivisionError"):
        in_new_process("1 / 0")


@pytest.mark.parametrize(("others", "busy"), [(0.0, False), (60.0, True)])
def test_a_machine_is_busy_when_others_are_at_work(monkeypatch, others, busy):
    working, clock = iter([1000.0, 1030.0 + others]), iter([0.0, 60.0])
    own = iter([10.0, 40.0])
    monkeypatch.setattr(machine, "_seconds_working", lambda: next(working))
    monkeypatch.setattr(machine, "_own_seconds", lambda: next(own))
    monkeypatch.setattr(machine, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    told = machine.Load().finish()
    assert (told["cores_used_by_others"], told["busy"]) == (others / 60.0, busy)


# ------------------------------------------------------------------------------------------ stored figures


def changed(report, **parts):
    return json.loads(json.dumps({**report, **parts}))


def test_a_stored_report_reads_back_and_equals_itself(report, tmp_path):
    path = tmp_path / "figures.json"
    baseline.write_baseline(path, report)
    found = baseline.compared(report, baseline.read_baseline(path))
    assert all(one["ratio"] == 1.0 for one in found["figures"].values())
    assert set(found["figures"]) == {name for name, one in report["figures"].items() if one["value"] is not None}
    assert (found["only_now"], found["only_then"], found["other_machine"]) == ([], [], [])
    assert [path.name for path in tmp_path.iterdir()] == ["figures.json"]


def test_another_machine_and_what_only_one_has_are_told(report):
    then = changed(report, machine={**report["machine"], "processor": "abacus"}, load={**report["load"], "busy": True})
    then["figures"]["sobol.other"] = then["figures"].pop("memory.loaded")
    found = baseline.compared(report, then)
    assert found["other_machine"] == [f"processor: {report['machine']['processor']}, then abacus"]
    assert (found["only_now"], found["only_then"]) == (["memory.loaded"], ["sobol.other"])
    text = bench_text.comparison(report, found, markdown=False)
    assert "WARNING: another machine then." in text and "WARNING: the machine was busy then." in text


@pytest.mark.parametrize(
    "parts",
    [
        {"econsim_bench": None},
        {"econsim_bench": True},
        {"econsim_bench": 2},
        {"figures": []},
        {"figures": {"rates.batch.1": {"what": "batch", "unit": "s", "value": "1"}}},
        {"figures": {"rates.batch.1": {"what": "batch", "unit": "s"}}},
        {"machine": "abacus"},
        {"quick": 0},
    ],
)
def test_a_file_that_is_no_baseline_is_refused(report, tmp_path, parts):
    path = tmp_path / "figures.json"
    path.write_text(json.dumps({**report, **parts}))
    with pytest.raises(InputError, match=r"figures\.json: (is not what|was stored in another format)"):
        baseline.read_baseline(path)
    with pytest.raises(InputError, match="exists already and holds no figures"):
        baseline.check_place(path)


def test_one_draw_is_not_draws():
    assert [in_draws(count) for count in (1, 2, 4096)] == ["1 draw", "2 draws", "4,096 draws"]


# ------------------------------------------------------------------------------------------ the figures that are shown


LIMIT = (4400.0, 5400.0)
"""Draws per second of a hand-written vector kernel on two cores, as benchmarks/README.md tells it."""


def test_the_figures_of_the_readme_are_those_of_the_stored_run():
    text = (BENCHMARKS / "README.md").read_text(encoding="utf-8")
    stored = baseline.read_baseline(BENCHMARKS / "epyc-2-cores.json")
    for one in (stored, baseline.read_baseline(BENCHMARKS / "h200.json")):
        assert bench_text.as_markdown(one).strip() in text, "benchmarks/README.md says how its table is made"
    rate = stored["figures"]["rates.compiled_all_cores.4096"]["value"]
    low, high = (cli_text.number(limit / rate) for limit in LIMIT)
    assert f"{low} to {high} times" in text, f"the limit is {low} to {high} times what was measured"


def test_sizes_fit_what_they_are_for():
    """Chunks of a run, so that the largest rate is one of several chunks, and designs that SALib takes."""
    assert max(FULL.draws) % Settings().chunk == 0
    for sizes in (FULL, QUICK):
        assert sizes.base_samples & (sizes.base_samples - 1) == 0
        assert all(rows % dict(sizes.sweep_chunk)[name] == 0 for name, rows in sizes.sweep_rows)


@pytest.mark.parametrize("script", [start.COMPILED, start.READY, start.FIRST_ANSWER, memory.PEAK])
def test_scripts_of_new_processes_import_what_they_name(script):
    """A full run compiles, so tests do not make one; a name that nothing imports would end it half-way."""
    text = script.format(scenario=FULL.scenario_in_python, warming=True, draws=2)
    nodes = list(ast.walk(ast.parse(text)))
    imported = [one for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom)) for one in node.names]
    known = {(one.asname or one.name).split(".")[0] for one in imported} | set(dir(builtins))
    known |= {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    named = [node for node in nodes if isinstance(node, ast.Name)]
    known |= {node.id for node in named if isinstance(node.ctx, ast.Store)}
    assert {node.id for node in named} <= known
