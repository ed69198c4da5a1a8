"""Engines: one economics, several ways to compute it. `choose` names the one that a run uses."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from econsim.errors import InputError, Problem, unknown_name

ENGINES = ("auto", "batch", "compiled", "agents")


def choose(engine: str) -> str:
    """The engine that `engine` stands for.

    raises : InputError for an unknown engine, or one that this version does not have
    """
    if engine not in ENGINES:
        raise InputError(unknown_name("engine", engine, ENGINES, kind="engine"))
    if engine == "compiled":
        raise InputError(
            Problem("engine", "the compiled engine is not part of this version", engine, "auto, batch, agents")
        )
    return "batch" if engine == "auto" else engine


def runner(engine: str) -> Callable[..., dict[str, np.ndarray]]:
    """The `trajectories` function of an engine that `choose` returned."""
    if engine == "agents":
        from econsim.engines import agents

        return agents.trajectories
    from econsim.engines import batch

    return batch.trajectories
