"""Compiled programs: made once, kept on disk, ready in memory; one opens the economy, one advances it some quarters."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.metadata
import importlib.util
import os
import pickle
import platform
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import econsim
from econsim.engines.jax_inputs import QUARTERS, SHOCKS, Shape, parameters_of

VERSION_OF_FORMAT = 1


class Program(NamedTuple):
    """What runs one shape of world.

    opening : constants, dispersion -> state
    advance : constants, state, quarters -> state, recorded
    series  : names of the rows of `recorded["by_draw"]` (quarter, series, draw)
    """

    opening: Callable
    advance: Callable
    series: tuple[str, ...]


_ready: dict[Shape, Program] = {}
_making: dict[Shape, threading.Lock] = {}
_guard = threading.Lock()


def is_ready(shape: Shape) -> bool:
    """Whether a program is in memory."""
    return shape in _ready


def is_stored(shape: Shape) -> bool:
    """Whether a program is in memory or can be read from disk rather than compiled."""
    return shape in _ready or _place(shape).is_file()


def program(shape: Shape) -> Program:
    """The program for a shape: from memory, else from disk, else compiled and stored."""
    if shape not in _ready:
        with _guard:
            lock = _making.setdefault(shape, threading.Lock())
        with lock:  # whoever comes second waits for the first rather than compiling too
            if shape not in _ready:
                _ready[shape] = _read(shape) or _make_alone(shape)
    return _ready[shape]


def forget() -> None:
    """Drop the programs in memory; those on disk stay."""
    _ready.clear()


# ---------------------------------------------------------------------------------------------------- making


def prepare_jax() -> Any:
    """JAX in double precision."""
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax


@functools.cache
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


def _make_alone(shape: Shape) -> Program:
    """Compile, unless another process is at it: then wait for what it stores."""
    with _one_process(_place(shape).with_suffix(".lock")):
        return _read(shape) or _make(shape)


@contextlib.contextmanager
def _one_process(lock: Path) -> Iterator[None]:
    """Let one process in at a time, where the system and the disk can do that."""
    try:
        import fcntl

        lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        stream = lock.open("w")
        fcntl.flock(stream, fcntl.LOCK_EX)
    except (ImportError, OSError):
        yield
        return
    with stream:  # closing gives the lock back, and so does dying
        yield


def _make(shape: Shape) -> Program:
    """Compile a program and put it on disk."""
    opening, advance, examples, series = _functions(shape)
    jax = prepare_jax()
    # Full optimisation takes twice as long to compile and is no faster.
    options = {"xla_backend_optimization_level": 1} if on_processor() else {}
    compiled = [
        jax.jit(function).lower(*example).compile(compiler_options=options)
        for function, example in ((opening, examples[:2]), (advance, (examples[0], *examples[2:])))
    ]
    _write(shape, compiled, series)
    return Program(compiled[0], compiled[1], series)


def _functions(shape: Shape) -> tuple[Callable, Callable, tuple, tuple[str, ...]]:
    """The two functions of a program, the shapes of (constants, dispersion, state, quarters), and the series' names."""
    jax = prepare_jax()
    jnp = jax.numpy
    from econsim import model
    from econsim.engines.jax_namespace import JaxArrays
    from econsim.series import PER_FIRM, observe

    xp = JaxArrays(on_processor())
    frame = shape.frame
    constants, dispersion, quarters = _examples(shape, jax)

    def one_quarter(constants: dict, state: Any, now: dict) -> tuple[Any, Any, dict]:
        p = parameters_of(constants, shape)
        quarter = model.Quarter(
            period=now["period"],
            levers=SimpleNamespace(**{name: now["levers"][column] for column, name in enumerate(shape.levers)}),
            shocks=SimpleNamespace(**{name: now[name] for name in SHOCKS}),
            rd_path=now["rd_path"] if shape.imposed else None,
            labs_after=now["labs_after"] if shape.imposed else None,
        )
        following, flows = model.step(state, quarter, p, frame, xp)
        seen = observe(state, flows, p, frame, xp)
        seen["lab_rd"] = xp.where(state.lab_active, flows.investment, jnp.nan)
        return following, flows, seen

    def bare_opening(constants: dict, dispersion: Any) -> Any:
        return model.start(parameters_of(constants, shape), frame, dispersion, xp)

    first = {name: jax.ShapeDtypeStruct(part.shape[1:], part.dtype) for name, part in quarters.items()}
    opened = jax.eval_shape(bare_opening, constants, dispersion)
    state, _, seen = jax.eval_shape(one_quarter, constants, opened, first)
    series = tuple(name for name in seen if name not in (*PER_FIRM, "lab_rd"))

    def alike(state_now: Any) -> Any:  # the same shapes and types in every quarter, as a scan needs
        return jax.tree.map(
            lambda part, like: jnp.broadcast_to(jnp.asarray(part, like.dtype), like.shape), state_now, state
        )

    def opening(constants: dict, dispersion: Any) -> Any:
        return alike(bare_opening(constants, dispersion))

    def advance(constants: dict, state: Any, quarters: dict) -> tuple[Any, dict]:
        def body(state: Any, now: dict) -> tuple[Any, dict]:
            following, _, seen = one_quarter(constants, state, now)
            rows = jnp.stack([jnp.broadcast_to(seen[name], (shape.draws,)) for name in series])
            return alike(following), {"by_draw": rows, **{name: seen[name] for name in (*PER_FIRM, "lab_rd")}}

        return jax.lax.scan(body, state, quarters)

    return opening, advance, (constants, dispersion, state, quarters), series


def _examples(shape: Shape, jax: Any) -> tuple[dict, Any, dict]:
    """Shapes and types of constants, dispersion and quarters."""
    from econsim.engines.jax_inputs import (
        DISTILLER_SHOCKS,
        LAB_SHOCKS,
        OF_DISTILLERS,
        OF_LABS,
        OF_SEGMENTS,
        YES_OR_NO,
    )

    def array(*size: int, kind: type = float) -> Any:
        return jax.ShapeDtypeStruct(size, jax.numpy.bool_ if kind is bool else jax.numpy.float64)

    draws, labs, distillers = shape.draws, shape.frame.labs, shape.frame.distillers
    segments = len(shape.frame.segments)
    constants = {"by_draw": array(len(shape.names), draws)}
    constants |= {name: array(1, segments, 1) for name in OF_SEGMENTS}
    for names, slots in ((OF_LABS, labs), (OF_DISTILLERS, distillers)):
        constants |= {name: array(slots, 1, draws, kind=bool if name in YES_OR_NO else float) for name in names}
    quarters = {"period": array(QUARTERS), "levers": array(QUARTERS, len(shape.levers), draws)}
    quarters |= {name: array(QUARTERS, labs, 1, draws) for name in LAB_SHOCKS}
    quarters |= {name: array(QUARTERS, distillers, 1, draws) for name in DISTILLER_SHOCKS}
    quarters["entry"] = array(QUARTERS, 1, 1, draws)
    if shape.imposed:
        quarters["rd_path"] = array(QUARTERS, labs, 1, draws)
        quarters["labs_after"] = array(QUARTERS, labs, 1, draws, kind=bool)
    return constants, array(labs, 1, draws), quarters


# ---------------------------------------------------------------------------------------------------- on disk


def cache_folder() -> Path:
    """Where compiled programs are kept: in the user's cache directory, or where ECONSIM_CACHE says."""
    chosen = os.environ.get("ECONSIM_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "econsim"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "econsim"


def _place(shape: Shape) -> Path:
    key = hashlib.sha256(repr((_surroundings(), tuple(shape))).encode()).hexdigest()[:20]
    return cache_folder() / econsim.__version__ / f"{key}.program"


@functools.cache
def _surroundings() -> tuple[str, ...]:
    """What a compiled program depends on apart from its shape: our own code, JAX, and the machine."""
    code = hashlib.sha256()
    package = Path(econsim.__file__).parent
    for path in sorted([*package.glob("*.py"), *package.glob("rules/**/*.py"), *package.glob("engines/*.py")]):
        code.update(path.read_bytes())
    versions = [importlib.metadata.version(name) for name in ("jax", "jaxlib")]
    environment = [os.environ.get(name, "") for name in ("JAX_PLATFORMS", "CUDA_VISIBLE_DEVICES", "XLA_FLAGS")]
    return (str(VERSION_OF_FORMAT), code.hexdigest(), *versions, platform.python_version(), _processor(), *environment)


def _processor() -> str:
    """The processor's model and abilities: a program compiled for another one may not run here."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").split("\n\n")[0].splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    told = [line for line in lines if line.startswith(("model name", "cpu family", "model", "flags", "Features"))]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def _write(shape: Shape, compiled: list[Any], series: tuple[str, ...]) -> None:
    """Keep a program on disk; a cache that cannot be written is no reason to fail."""
    from jax.experimental import serialize_executable

    place = _place(shape)
    partial = place.with_suffix(f".{os.getpid()}.partial")
    try:
        content = pickle.dumps(([serialize_executable.serialize(one) for one in compiled], series))
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial.write_bytes(content)
        partial.replace(place)
    except Exception:
        partial.unlink(missing_ok=True)


def _read(shape: Shape) -> Program | None:
    """A program from disk; None where there is none, or none that this machine can load."""
    place = _place(shape)
    if not place.is_file():
        return None
    prepare_jax()
    from jax.experimental import serialize_executable

    try:
        stored, series = pickle.loads(place.read_bytes())
        opening, advance = (serialize_executable.deserialize_and_load(*one) for one in stored)
    except Exception:
        place.unlink(missing_ok=True)
        return None
    return Program(opening, advance, series)
