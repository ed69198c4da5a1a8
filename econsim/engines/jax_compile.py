"""Compiling programs: the economy's advance by some quarters, for one shape of world.

On a processor this happens in a process of its own (`python -m econsim.engines.jax_compile`): it takes seconds, holds
up nobody's threads there, and XLA's settings for a model made of many small arrays do not leak into what else the
caller does with JAX.
"""

from __future__ import annotations

import functools
import gc
import importlib.metadata
import importlib.util
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from econsim import model
from econsim.arrays import NUMPY, Array
from econsim.engines.giving_up import heed
from econsim.engines.jax_inputs import (
    DISTILLER_SHOCKS,
    LAB_SHOCKS,
    OF_DISTILLERS,
    OF_LABS,
    OF_SEGMENTS,
    QUARTERS,
    SHOCKS,
    YES_OR_NO,
    Shape,
    parameters_of,
)
from econsim.priority import step_back
from econsim.series import observe
from econsim.state import State
from econsim.user_cache import keep

# What is one function we say ourselves (`jax_stretches`), so no loop is small enough to be one by itself; results that
# are needed twice are computed once; vectors as wide as the processor has them; threads work on pieces of draws, not
# within one array; no sums by a library, which could be no part of a function.
XLA_FLAGS = (
    "--xla_backend_extra_options=xla_cpu_small_while_loop_byte_threshold=1,"
    "xla_cpu_use_multi_output_fusion,xla_cpu_disable_slp_vectorizer",
    "--xla_cpu_prefer_vector_width=512",
    "--xla_cpu_multi_thread_eigen=false",
    "--xla_cpu_experimental_ynn_fusion_type=",
)
NICE = 5  # of compiling for later, beside somebody's answers


def prepare_jax() -> Any:
    """JAX in double precision."""
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax


@cache
def on_processor() -> bool:
    """Whether JAX computes on a processor rather than on a graphics device.

    Where no package for such a device is installed the answer does not need JAX, which takes a second to import.
    """
    if "jax" not in sys.modules and not _has_device_package():
        return True
    return bool(prepare_jax().default_backend() == "cpu")


def _has_device_package() -> bool:
    plugins = importlib.metadata.entry_points(group="jax_plugins")
    return bool(plugins) or importlib.util.find_spec("jax_plugins") is not None


def compiled_elsewhere(shape: Shape, place: Path, gently: bool) -> bytes | None:
    """A program as `serialised` gives it, compiled by another process; None where that did not work.

    place  : where it keeps the program
    gently : leave the processor to others who want it; in return the other process may outlive this one by the seconds
             that it needs, so that whoever comes next finds the program. Otherwise it ends with this one.
    """
    environment = dict(os.environ)
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    flags = os.environ.get("XLA_FLAGS", "")
    options = ["--gently"] if gently else []
    # Another XLA may not know a flag, and then ends the process, or may not make a function of something.
    for added, how in ((" ".join(XLA_FLAGS), ["--stretches"]), ("", [])):
        heed()  # rather than make a slower one that nobody waits for
        done = subprocess.run(
            [sys.executable, "-m", "econsim.engines.jax_compile", *how, *options],
            input=pickle.dumps((shape, place, os.getpid())),
            env={**environment, "XLA_FLAGS": f"{added} {flags}".strip()},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=False,
            start_new_session=gently,
            process_group=None if gently else 0,  # Ctrl-C is for this process
        )
        if done.returncode == 0:
            return done.stdout
    return None


def serialised(shape: Shape, stretches: bool = False) -> bytes:
    """Compile here; what makes a `jax_programs.Program`, as that can load it.

    stretches : make functions of the parts of a quarter (`jax_stretches`), which takes the settings above
    """
    advance, example, series = _function(shape, stretches)
    jax = prepare_jax()
    from jax.experimental import serialize_executable

    # Full optimisation takes twice as long to compile and is no faster.
    options = {"xla_backend_optimization_level": 1} if on_processor() else {}
    made = serialize_executable.serialize(jax.jit(advance).lower(*example).compile(compiler_options=options))
    kinds = jax.tree.map(lambda part: (part.shape, part.dtype.str), example[1])
    return pickle.dumps((made, kinds, series, stretches))


def _function(shape: Shape, stretches: bool) -> tuple[Callable, tuple, tuple[str, ...]]:
    """The function of a program, the shapes of its arguments, and the series' names."""
    jax = prepare_jax()
    jnp = jax.numpy
    from econsim.engines.jax_namespace import JaxArrays
    from econsim.series import PER_FIRM

    xp = JaxArrays(on_processor())
    constants, dispersion, quarters = _examples(shape)
    # A quarter of zeros in NumPy tells the shapes sooner than JAX could.
    with np.errstate(all="ignore"):
        opened = model.start(parameters_of(constants, shape), shape.frame, dispersion, NUMPY)
        first = {name: part[0] for name, part in quarters.items()}
        state, seen = _one_quarter(shape, constants, opened, first, NUMPY)
    series = tuple(name for name in seen if name not in (*PER_FIRM, "lab_rd"))
    kept = {"by_draw": np.zeros((len(series), shape.draws)), **{name: seen[name] for name in (*PER_FIRM, "lab_rd")}}

    def alike(part: Any, like: np.ndarray) -> Any:  # the same shapes and types in every quarter, as a loop needs
        return jnp.broadcast_to(jnp.asarray(part, like.dtype), like.shape)

    def one_quarter(constants: dict, state_now: State, now: dict) -> tuple[State, dict]:
        following, seen = _one_quarter(shape, constants, state_now, now, xp)
        by_draw = jnp.stack([jnp.broadcast_to(seen[name], (shape.draws,)) for name in series])
        seen = {**seen, "by_draw": by_draw}
        return State(*map(alike, following, state)), {name: alike(seen[name], like) for name, like in kept.items()}

    def advance(constants: dict, state_before: State, quarters: dict, count: Any) -> tuple[State, dict]:
        def body(number: Any, before: tuple[State, dict]) -> tuple[State, dict]:
            state_now, recorded = before
            now = jax.tree.map(lambda part: part[number], quarters)
            following, seen = quarter(constants, state_now, now)
            put = jax.lax.dynamic_update_index_in_dim
            return following, {name: put(whole, seen[name], number, 0) for name, whole in recorded.items()}

        quarter = one_quarter
        if stretches:
            from econsim.engines.jax_stretches import in_stretches

            quarter = functools.partial(in_stretches, one_quarter)
        empty = {name: jnp.zeros((QUARTERS, *part.shape), part.dtype) for name, part in kept.items()}
        return jax.lax.fori_loop(0, count, body, (state_before, empty))

    example = jax.tree.map(
        lambda part: jax.ShapeDtypeStruct(part.shape, part.dtype), (constants, state, quarters, np.int64(0))
    )
    return advance, example, series


def _one_quarter(shape: Shape, constants: dict, state: State, now: dict, xp: Array) -> tuple[State, dict]:
    p = parameters_of(constants, shape)
    quarter = model.Quarter(
        period=now["period"],
        levers=SimpleNamespace(**{name: now["levers"][column] for column, name in enumerate(shape.levers)}),
        shocks=SimpleNamespace(**{name: now[name] for name in SHOCKS}),
        rd_path=now["rd_path"] if shape.imposed else None,
        labs_after=now["labs_after"] if shape.imposed else None,
    )
    following, flows = model.step(state, quarter, p, shape.frame, xp)
    seen = observe(state, flows, p, shape.frame, xp)
    seen["lab_rd"] = xp.where(state.lab_active, flows.investment, xp.nan)
    return following, seen


def _examples(shape: Shape) -> tuple[dict, np.ndarray, dict]:
    """Constants, dispersion and quarters, all zeros."""
    draws, labs, distillers = shape.draws, shape.frame.labs, shape.frame.distillers
    segments = len(shape.frame.segments)
    constants = {"by_draw": np.zeros((len(shape.names), draws))}
    constants |= {name: np.zeros((1, segments, 1)) for name in OF_SEGMENTS}
    for names, slots in ((OF_LABS, labs), (OF_DISTILLERS, distillers)):
        constants |= {name: np.zeros((slots, 1, draws), bool if name in YES_OR_NO else float) for name in names}
    quarters = {"period": np.zeros(QUARTERS), "levers": np.zeros((QUARTERS, len(shape.levers), draws))}
    quarters |= {name: np.zeros((QUARTERS, labs, 1, draws)) for name in LAB_SHOCKS}
    quarters |= {name: np.zeros((QUARTERS, distillers, 1, draws)) for name in DISTILLER_SHOCKS}
    quarters["entry"] = np.zeros((QUARTERS, 1, 1, draws))
    if shape.imposed:
        quarters["rd_path"] = np.zeros((QUARTERS, labs, 1, draws))
        quarters["labs_after"] = np.zeros((QUARTERS, labs, 1, draws), bool)
    return constants, np.zeros((labs, 1, draws)), quarters


def _end_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _main() -> None:
    gc.disable()  # a process of seconds has nothing to gain from it
    shape, place, parent = pickle.load(sys.stdin.buffer)
    if "--gently" not in sys.argv:
        threading.Thread(target=_end_with_parent, args=(parent,), daemon=True).start()
    else:
        step_back(os.getpid(), NICE)
    content = serialised(shape, "--stretches" in sys.argv)
    keep(place, content)
    sys.stdout.buffer.write(content)


if __name__ == "__main__":
    _main()
