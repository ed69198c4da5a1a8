"""Compiled programs, which advance the economy by some quarters: made once, kept on disk, ready in memory."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.metadata
import os
import pickle
import platform
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import econsim
from econsim.engines import batch, jax_compile
from econsim.engines.jax_inputs import Shape, without_copying
from econsim.state import State
from econsim.user_cache import keep, place_of

VERSION_OF_FORMAT = 4


class Program(NamedTuple):
    """What runs one shape of world.

    advance : constants, state, quarters, how many of them -> state, recorded
    state   : shapes and types of the state that it takes
    series  : names of the rows of `recorded["by_draw"]` (quarter, series, draw)
    quick   : whether it was made with all settings; where XLA refuses them one is made without
    """

    advance: Callable
    state: State
    series: tuple[str, ...]
    quick: bool


_ready: dict[Shape, Program] = {}
_making: dict[Shape, threading.Lock] = {}
_guard = threading.Lock()


def is_ready(shape: Shape) -> bool:
    """Whether a program is in memory."""
    return shape in _ready


def is_stored(shape: Shape) -> bool:
    """Whether a program is in memory or can be read from disk rather than compiled."""
    return shape in _ready or _place(shape).is_file()


def program(shape: Shape, gently: bool = False) -> Program:
    """The program for a shape: from memory, else from disk, else compiled and stored.

    gently : nobody waits for it: leave the processor to others who want it, and finish compiling even if this process
             ends
    """
    if shape not in _ready:
        twin = without_copying(shape)  # asked for next as a rule: loaded, or compiled on another core, meanwhile
        if twin not in _ready and twin != shape:
            threading.Thread(target=program, args=(twin, gently), name="econsim loading", daemon=True).start()
        with _guard:
            lock = _making.setdefault(shape, threading.Lock())
        with lock:  # whoever comes second waits for the first rather than compiling too
            if shape not in _ready:
                _ready[shape] = _read(shape, gently) or _make(shape, gently)
    return _ready[shape]


def forget() -> None:
    """Drop the programs in memory; those on disk stay."""
    _ready.clear()


# ---------------------------------------------------------------------------------------------------- making


def _make(shape: Shape, gently: bool) -> Program:
    """Compile and store, unless another process is at it: then wait for what it stores."""
    place = _place(shape)
    with _one_process(place.with_suffix(".lock")):
        stored = _read(shape, gently)
        if stored:
            return stored
        if not gently:  # imported by the time that it is needed
            threading.Thread(target=jax_compile.prepare_jax, daemon=True).start()
        content = jax_compile.compiled_elsewhere(shape, place, gently) if jax_compile.on_processor() else None
        if content is None:  # no second process to be had: here, and slower, rather than not at all
            content = jax_compile.serialised(shape)
            keep(place, content)
        return _load(content, gently)


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


def _load(content: bytes, gently: bool = False) -> Program:
    """The program that `jax_compile.serialised` made, ready to run."""
    if gently:  # importing JAX holds up other threads
        batch.await_pause()
    jax_compile.prepare_jax()
    from jax.experimental import serialize_executable

    advance, state, series, quick = pickle.loads(content)
    return Program(serialize_executable.deserialize_and_load(*advance), state, series, quick)


# ---------------------------------------------------------------------------------------------------- on disk


def _place(shape: Shape) -> Path:
    key = hashlib.sha256(repr((_surroundings(), tuple(shape))).encode()).hexdigest()[:20]
    return place_of(f"{key}.program")


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


def _read(shape: Shape, gently: bool = False) -> Program | None:
    """A program from disk; None where there is none, or none that this machine can load."""
    place = _place(shape)
    if not place.is_file():
        return None
    try:
        return _load(place.read_bytes(), gently)
    except Exception:
        with contextlib.suppress(OSError):
            place.unlink(missing_ok=True)
        return None
