"""Engines: one economics, several ways to compute it. `choose` names the one that a run uses."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from econsim.errors import InputError, Problem, unknown_name

if TYPE_CHECKING:
    from econsim.scenario import Scenario

ENGINES = ("auto", "batch", "compiled", "agents")


def choose(engine: str, scenario: Scenario | None = None, draws: int = 0) -> str:
    """The engine that `engine` stands for.

    scenario, draws : what will be run; `auto` takes the compiled engine where that is quicker, and batch otherwise
    raises          : InputError for an unknown engine, or one whose packages are not installed
    """
    if engine not in ENGINES:
        raise InputError(unknown_name("engine", engine, ENGINES, kind="engine"))
    if engine == "compiled" and not has_jax():
        message = "the compiled engine needs JAX, which is not installed: pip install 'econsim[fast]'"
        raise InputError(Problem("engine", message, engine, "auto, batch, agents"))
    if engine != "auto":
        return engine
    if scenario is None or not has_jax():
        return "batch"
    from econsim.engines.readiness import compiled_is_quicker

    return "compiled" if compiled_is_quicker(scenario, draws) else "batch"


def has_jax() -> bool:
    """Whether the compiled engine can run here."""
    return importlib.util.find_spec("jax") is not None


def runner(engine: str) -> Callable[..., dict[str, np.ndarray]]:
    """The `trajectories` function of an engine that `choose` returned."""
    if engine == "agents":
        from econsim.engines import agents

        return agents.trajectories
    if engine == "compiled":
        from econsim.engines import compiled

        return compiled.trajectories
    from econsim.engines import batch

    return batch.trajectories


def warm_up(scenario: Scenario | str = "baseline") -> threading.Thread | None:
    """Make the compiled engine ready for a scenario, in the background; batch answers meanwhile.

    returns : the thread that works on it; None where JAX is not installed
    raises  : InputError for a scenario that there is not
    """
    from econsim.scenario import load_scenario

    world = load_scenario(scenario)
    if not has_jax():
        return None

    def when_nobody_waits() -> None:
        from econsim.engines import batch
        from econsim.engines.readiness import make_ready

        batch.await_pause()
        make_ready(world)

    thread = threading.Thread(target=when_nobody_waits, name="econsim warm-up", daemon=True)
    thread.start()
    return thread
