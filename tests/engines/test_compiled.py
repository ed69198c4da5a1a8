"""The compiled engine equals batch: the same firms in business in every quarter, the same series to rounding.

Some futures magnify rounding from quarter to quarter (docs/engines.md). How much is measured: batch runs again with a
parameter nudged by a trillionth, and no engine has to come closer to batch than that, but every one to 1e-9.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest
from model_helpers import baseline, box_world, quiet_world, same, world_of

from econsim import engines
from econsim.chunks import RESIDUAL
from econsim.engines import batch
from econsim.errors import InputError
from econsim.library import shipped_scenarios
from econsim.runs import Settings, chunk_world, run_worlds
from econsim.scenario import load_scenario
from econsim.series import PER_FIRM
from econsim.world import World

TOLERANCE = 1e-9
NUDGES = (1.0 + 1e-12, 1.0 - 2e-12)  # of the task budget: rounding is ten thousand times smaller
ROOM = 10.0  # of a draw's own answer to the nudges: one that answers little may by chance have cancelled
SCALES = {"inertia_loss": "consumer_surplus"}  # a small difference of large accounts is as exact as those
COUNTS = ("n_labs_active", "n_distillers_active")
STEADY = 1e-3
LESS_SOLID = 0.4  # of the draws, at most, may magnify a trillionth so much that nothing can be said of them


@pytest.fixture(scope="module", autouse=True)
def forget_afterwards():
    """Other tests in this process do not find the compiled engine ready."""
    pytest.importorskip("jax")
    yield
    from econsim.engines import jax_programs

    jax_programs.forget()


def compiled(world: World, rd_path: np.ndarray | None = None) -> dict[str, np.ndarray]:
    return engines.runner("compiled")(world, rd_path)


def nudged(world: World, factor: float) -> World:
    changed = {**vars(world.parameters), "task_budget": world.parameters.task_budget * factor}
    return world._replace(parameters=SimpleNamespace(**changed))


def relative(found: dict, expected: dict, name: str) -> np.ndarray:
    """Largest relative difference of a series up to each quarter, (period, draw); infinite where one is undefined."""
    one, other, size = found[name], expected[name], expected[SCALES.get(name, name)]
    with np.errstate(invalid="ignore"):
        scale = np.maximum.accumulate(np.where(np.isfinite(size), np.abs(size), 0.0), axis=0)
        miss = np.where(one == other, 0.0, np.abs(one - other)) / np.maximum(scale, 1e-12)
    miss = np.where(np.isnan(one) & np.isnan(other), 0.0, np.where(np.isnan(miss), np.inf, miss))
    return np.maximum.accumulate(miss, axis=0)


def assert_equal(found: dict, expected: dict, answers: list[dict]) -> None:
    """Each series of each draw: to 1e-9, or to what the nudges move anything that draw has."""
    names = [name for name in expected if name not in (*PER_FIRM, "lab_rd", "residual")]
    assert set(found) == set(expected)
    room = ROOM * np.max([relative(one, expected, name) for one in answers for name in names], axis=0)
    assert (room[-1] > STEADY).mean() <= LESS_SOLID
    for name in names:
        miss = relative(found, expected, name)
        late = miss > TOLERANCE + room
        assert not late.any(), f"{name}: {miss[late].max():.1e} in draws {np.unique(np.nonzero(late)[1])[:9]}"
    for name in COUNTS:
        steady = room < STEADY
        np.testing.assert_array_equal(found[name][steady], expected[name][steady], err_msg=name)
    assert found["residual"].max() <= RESIDUAL


def check(world: World) -> None:
    assert_equal(compiled(world), batch.trajectories(world), [batch.trajectories(nudged(world, by)) for by in NUDGES])


@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_shipped_scenarios(name):
    """C29."""
    check(world_of(load_scenario(name), draws=16))


@pytest.mark.parametrize("seed", [0, 1])
def test_random_scenarios(seed):
    """200 of them, with parameters and levers from all over the box, each under its own shocks."""
    check(box_world(seed, 100))


OTHER_KINDS: list[dict] = [
    {"fidelity_law": "refinement"},
    {"fidelity_law": "constant_retention", "geopolitics": False},
    {"own_tier": True, "public_fringe": False},
    {"copying": False, "own_tier": True},
    {"segments": [{"name": "one", "budget_share": 0.7, "tail_weight": 0.5},
                  {"name": "other", "budget_share": 0.3, "tail_weight": 2.5}]},
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("changes", OTHER_KINDS, ids=lambda changes: "-".join(changes))
def test_random_scenarios_of_other_kinds(changes):
    """200 more, of worlds that have programs of their own: another law, other switches, other buyers."""
    check(box_world(2, 40, **changes))


def test_to_the_last_digits_where_nothing_is_magnified():
    """One future without luck, at the defaults: every series to 1e-9, the firm-level ones included."""
    world = quiet_world(baseline())
    found, expected = compiled(world), batch.trajectories(world)
    for name in expected:
        scale = np.nanmax(np.abs(np.where(np.isfinite(expected[name]), expected[name], np.nan)))
        if name != "residual":
            np.testing.assert_allclose(
                found[name], expected[name], rtol=TOLERANCE, atol=TOLERANCE * scale, err_msg=name
            )


def test_neighbours_do_not_matter():
    """The same draws in other company and in other pieces: to 1e-12."""
    scenario = baseline(quarters=24)
    whole = compiled(world_of(scenario, draws=200))
    part = compiled(chunk_world(scenario, Settings(ensemble="prior"), 90, 150))
    for name in whole:
        np.testing.assert_allclose(part[name], whole[name][..., 90:150], rtol=1e-12, atol=1e-12, err_msg=name)


def test_threads_do_not_matter(monkeypatch):
    world = world_of(baseline(quarters=24), draws=300)
    monkeypatch.setenv("ECONSIM_THREADS", "3")
    several = compiled(world)
    monkeypatch.setenv("ECONSIM_THREADS", "1")
    one = compiled(world)
    assert all(same(several[name], one[name]) for name in one)


@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_programs_are_made_with_all_settings(name):
    """Where XLA refuses one, a slower program is made without them, and nobody would notice."""
    from econsim.engines import jax_programs
    from econsim.engines.compiled import needed_draws
    from econsim.engines.jax_inputs import shape_of

    if needed_draws() == 64:  # a processor
        assert jax_programs.program(shape_of(world_of(load_scenario(name), draws=2), 64, False)).quick


def test_every_world_runs_on_its_own_program(monkeypatch):
    """Whatever is compiled already: numbers do not depend on what a process did before. The twin's is made too."""
    from econsim.engines import jax_programs
    from econsim.engines.compiled import needed_draws
    from econsim.engines.jax_inputs import shape_of

    worlds = world_of(baseline(quarters=24), draws=4), world_of(load_scenario("copying-off"), draws=4)
    shapes = [shape_of(one, needed_draws(), False) for one in worlds]
    made: list = []
    kept = {shape: jax_programs.program(shape) for shape in shapes}
    monkeypatch.setattr(jax_programs, "_ready", {})
    monkeypatch.setattr(jax_programs, "_read", lambda shape, gently=False: None)
    monkeypatch.setattr(jax_programs, "_make", lambda shape, gently: made.append(shape) or kept[shape])
    compiled(worlds[0])
    compiled(worlds[1])
    assert len(made) == 2 and set(made) == set(shapes)


def test_a_run_of_more_quarters_than_one_call_takes():
    """The second call goes on from where the first ended, with the luck of its own quarters."""
    from econsim.engines.jax_inputs import QUARTERS

    long = world_of(baseline(quarters=QUARTERS + 7), draws=8)
    check(long)
    short = compiled(world_of(baseline(quarters=19), draws=8))
    assert all(same(compiled(long)[name][:19], short[name]) for name in short if name != "lab_rd")


def test_an_opening_is_kept_for_the_worlds_that_it_is_of(monkeypatch):
    """A lever does not move it; a parameter, other luck at the start, and other draws do."""
    from econsim.engines import compiled as engine

    made, start = [], engine.model.start
    monkeypatch.setattr(engine, "_opened", engine.Recent(4))
    monkeypatch.setattr(engine.model, "start", lambda *given: made.append(given) or start(*given))
    world = world_of(baseline(quarters=4), draws=4)
    compiled(world)
    compiled(world_of(baseline(quarters=4, royalty_rate=0.2), draws=4))
    assert len(made) == 1
    other_luck = world.shocks.initial_capability + 0.1
    for other in (
        nudged(world, 1.5),
        world._replace(shocks=SimpleNamespace(**{**vars(world.shocks), "initial_capability": other_luck})),
        world_of(baseline(quarters=4), draws=5),
    ):
        expected = batch.compute(other)
        made.clear()  # batch opens worlds too
        found = compiled(other)
        assert len(made) == 1
        np.testing.assert_allclose(found["rd_investment"][0], expected["rd_investment"][0], rtol=TOLERANCE)


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    [
        {"public_fringe": False},
        {"fidelity_law": "constant_retention"},
        {"fidelity_law": "refinement"},
        {"n_labs": {"default": 3, "low": 1, "high": 5}, "n_distillers": {"default": 6, "low": 1, "high": 12}},
    ],
    ids=["no fringe", "constant retention", "refinement", "uncertain numbers of firms"],
)
def test_other_structures(changes):
    check(world_of(baseline(quarters=24, **changes), draws=16))


@pytest.mark.slow
def test_imposed_research():
    """The third run of the welfare split: labs' R&D and presence given."""
    scenarios = [load_scenario("baseline")]
    by_engine = [run_worlds(scenarios, Settings(draws=16, engine=one, split=True))[0] for one in ("batch", "compiled")]
    for name in ("welfare_static_pv", "welfare_dynamic_pv", "rd_relative"):
        one, other = (run.metrics[name] for run in by_engine)
        np.testing.assert_allclose(np.median(other), np.median(one), rtol=1e-7)


# ------------------------------------------------------------------------------------------------ getting ready


def test_auto_waits_until_compiling_pays(monkeypatch, tmp_path):
    from econsim.engines import jax_programs, readiness

    monkeypatch.setenv("ECONSIM_CACHE", str(tmp_path))
    monkeypatch.setattr(jax_programs, "_ready", {})
    scenario = load_scenario("baseline")
    assert engines.choose("auto", scenario, readiness.LOADING // 60) == "batch"
    assert engines.choose("auto", scenario, readiness.COMPILING // 60) == "compiled"
    monkeypatch.setattr(jax_programs, "is_stored", lambda shape: True)
    assert engines.choose("auto", scenario, 1) == "batch"
    assert engines.choose("auto", scenario, readiness.LOADING // 60) == "compiled"
    monkeypatch.setattr(jax_programs, "is_ready", lambda shape: True)
    assert engines.choose("auto", scenario, 1) == "compiled"


def test_a_damaged_program_is_made_again(monkeypatch, tmp_path):
    """A file that cannot be read is dropped; nobody is told, and nothing fails."""
    from econsim.engines import jax_compile, jax_programs
    from econsim.engines.compiled import needed_draws
    from econsim.engines.jax_inputs import shape_of

    monkeypatch.setenv("ECONSIM_CACHE", str(tmp_path))
    monkeypatch.setattr(jax_programs, "_ready", {})
    world = world_of(baseline(quarters=4), draws=2)
    shape = shape_of(world, needed_draws(), False)
    place = jax_programs._place(shape)
    place.parent.mkdir(parents=True)
    place.write_bytes(b"not a program")
    assert jax_programs._read(shape) is None
    assert not place.exists()
    made, kept = [], _kept_program(shape)
    for way in ("compiled_elsewhere", "serialised"):  # in a process of its own; for a graphics device, in this one
        monkeypatch.setattr(jax_compile, way, lambda *asked: made.append(asked) or kept)
    jax_programs.program(shape)
    assert [asked[0] for asked in made].count(shape) == 1


def _kept_program(shape) -> bytes:
    """The program that the other tests have stored, or one made now."""
    from econsim.engines import jax_compile, jax_programs

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ECONSIM_CACHE", CACHE)
        place = jax_programs._place(shape)
        return place.read_bytes() if place.is_file() else jax_compile.serialised(shape)


CACHE = os.environ.get("ECONSIM_CACHE", "")


def test_a_cache_that_cannot_be_written_is_no_reason_to_fail(tmp_path):
    from econsim.user_cache import keep

    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    keep(blocked / "folder" / "one.program", b"content")
    assert blocked.read_text() == "in the way"


def test_a_compiler_that_dies_is_not_waited_for(tmp_path):
    """The process that compiles answers with a program or ends with an error; it never hangs on bad input."""
    done = subprocess.run(
        [sys.executable, "-m", "econsim.engines.jax_compile"],
        input=pickle.dumps(("no shape", tmp_path / "one.program")),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert done.stdout == b""
    assert not list(tmp_path.iterdir())


def test_without_jax_the_compiled_engine_says_what_to_install(monkeypatch):
    monkeypatch.setattr(engines, "has_jax", lambda: False)
    with pytest.raises(InputError, match="needs JAX"):
        engines.choose("compiled")
    assert engines.choose("auto", load_scenario("baseline"), 100_000) == "batch"
    assert engines.warm_up() is None


def test_getting_ready_begins_when_nobody_waits_for_batch(monkeypatch):
    from econsim.engines import batch, readiness

    order = []
    monkeypatch.setattr(batch, "await_pause", lambda: order.append("a pause"))
    monkeypatch.setattr(readiness, "make_ready", order.append)
    engines.warm_up("royalty").join(30.0)
    assert order == ["a pause", load_scenario("royalty")]
    with pytest.raises(InputError, match="unknown scenario 'royalti'; did you mean 'royalty'"):
        engines.warm_up("royalti")


def test_programs_that_nobody_waits_for_are_all_loaded_in_a_pause(monkeypatch, tmp_path):
    """The twin's too: importing JAX would hold up the batch answer that goes first."""
    from econsim.engines import jax_programs, readiness

    asked = {}
    place = tmp_path / "stored"
    place.write_bytes(b"")
    monkeypatch.setattr(jax_programs, "_ready", {})
    monkeypatch.setattr(jax_programs, "_place", lambda shape: place)
    monkeypatch.setattr(jax_programs, "_read", lambda shape, gently: asked.setdefault(shape, gently) or shape)
    shapes = readiness._shapes(load_scenario("baseline"))
    jax_programs.program(shapes[0], gently=True)
    until = time.monotonic() + 30.0
    while len(asked) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    assert asked == dict.fromkeys(shapes, True)
