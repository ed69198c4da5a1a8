"""Functions of arrays, recorded once and replayed in memory that is there already.

NumPy makes a new array of every operation, and a step of a price solve has a hundred, a quarter two thousand. What such
a function does to its arrays does not depend on what is in them, so it is followed once with stand-ins for arrays,
which write down every operation, and from then on the list is run: the same NumPy functions on the same numbers, and so
the same results to the last bit, each written over an array that is no longer needed.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Hashable, Sequence
from functools import partial
from itertools import accumulate
from typing import Any

import numpy as np

from econsim.nested import form, leaves
from econsim.recording import SEVERAL, CannotReplay, Recording, Spec, StandIn
from econsim.replay_program import Program

MOST_KNOWN = 2000
UNKNOWN: Any = object()
ALIGNMENT = 64  # bytes: a cache line, and the widest vector
STEP, PART, QUARTER = range(3)  # a step of a solve, within a part of a quarter, within a quarter: memory of their own


class Replay:
    """A recorded function of arrays, for any number of draws."""

    def __init__(self, function: Callable, arguments: tuple, draws: int, level: int, kept: int | None = None):
        """Follow a function of arguments like these.

        arguments : arrays (..., draw), (..., 1), numbers and None, in tuples, named tuples and namespaces
        level     : memory is shared by replays of the same level, so that none may be run within another
        kept      : so many of the results, the first, are overwritten by the call after the next only, so that
                    they can be fed to the next; the others by the next, or by anything else of the level. None: all
        raises    : CannotReplay, or whatever the function raises
        """
        recording = Recording(level)
        specs = [_spec(part, draws) for part in leaves(arguments)]
        given = [None if spec is None else recording.given(spec) for spec in specs]
        with np.errstate(all="ignore"):
            made = function(*form(arguments)(iter(given)))
        parts = list(leaves(made))
        if not all(isinstance(part, StandIn) and part.recording is recording for part in parts):
            raise CannotReplay("a result that is no array of this recording")
        kept = len(parts) if kept is None else kept
        self.takes, self.gives = specs, [recording.specs[part.number] for part in parts]
        self._given = [index for index, spec in enumerate(specs) if spec is not None]
        program = Program(recording, len(self._given), [part.number for part in parts], kept)
        self.run, self.level, self._form = program.run, level, form(made)
        outputs = self.gives[:kept]
        self._arrays = [(spec.shape, np.dtype(spec.kind)) for spec in (*program.registers, *outputs, *outputs)]
        self._ends = len(program.registers), len(program.registers) + kept

    def memory(self, draws: int) -> tuple[list, list, list]:
        """Registers, and two sets of results that take turns, for some number of draws; this thread's own."""
        views = _own.__dict__.setdefault("views", [{}, {}, {}])[self.level]
        if (self, draws) in views:
            found: tuple[list, list, list] = views[self, draws]
            return found
        shapes = [(*shape[:-1], draws) if shape[-1:] == (SEVERAL,) else shape for shape, _ in self._arrays]
        kinds = [kind for _, kind in self._arrays]
        sizes = [math.prod(shape) * kind.itemsize for shape, kind in zip(shapes, kinds, strict=True)]
        starts = [0, *accumulate(-(-size // ALIGNMENT) * ALIGNMENT for size in sizes)]
        arena = _arena(self.level, starts.pop())
        arrays = [np.ndarray(*one[:2], arena, one[2]) for one in zip(shapes, kinds, starts, strict=True)]
        first, second = self._ends
        found = _own.views[self.level][self, draws] = arrays[:first], arrays[first:second], arrays[second:]
        return found

    def given(self, parts: list) -> list:
        """What `run` takes of the arguments' leaves."""
        return [parts[index] for index in self._given]

    def results(self, given: Sequence, outputs: list, registers: list) -> Any:
        """What the function returns."""
        return self._form(iter(self.run(given, outputs, registers)))


_replays: dict[Hashable, Replay | None] = {}
_known: dict[Hashable, Replay | None] = {}  # the same by actual shapes, which are quicker to look at
_own = threading.local()  # each thread's memory


def replay_of(improve: Callable, unknown: tuple, given: tuple, namespace: type) -> Replay | None:
    """The recording of a step of `NumpyArrays.iterate`, made when first asked for; None where there can be none."""
    code = _code_of(improve, namespace)
    if code is None:
        return None
    key = code, *[(part.shape, part.dtype) if type(part) is np.ndarray else None for part in (*unknown, *given)]
    found = _known.get(key, UNKNOWN)
    if found is UNKNOWN:
        draws = unknown[0].shape[-1]
        found = recorded((code, STEP), improve, (unknown, given), draws, STEP)
        expected = [*(found.takes[: len(unknown)] if found else ()), Spec((1, 1, SEVERAL), "?")]
        found = found if found and found.gives == expected else None
        _remember(key, found)
    return found


def replayed(function: Callable, arguments: tuple, draws: int, namespace: type) -> tuple:
    """`function(*arguments)`, in memory that the next call of any function overwrites."""
    code = _code_of(function, namespace)
    if code is None:
        made: tuple = function(*arguments)
        return made
    key = code, *[(part.shape, part.dtype) if type(part) is np.ndarray else None for part in arguments]
    replay = _known.get(key, UNKNOWN)
    if replay is UNKNOWN:
        replay = recorded((code, PART), function, arguments, draws, PART)
        _remember(key, replay)
    if replay is None:
        return tuple(function(*arguments))
    registers, outputs, _ = replay.memory(draws)
    results: tuple = replay.results(arguments, outputs, registers)
    return results


def recorded(
    key: Hashable, function: Callable, arguments: tuple, draws: int, level: int, kept: int | None = None
) -> Replay | None:
    """The recording of a function for arguments like these, made when it is first asked for; None where it cannot be.

    key : tells the function from others, with all that it knows besides its arguments
    """
    if draws < 2:  # an array for one draw may be for every draw
        return None
    whole = key, *[_spec(part, draws) for part in leaves(arguments)]
    if whole not in _replays:
        try:
            _replays[whole] = Replay(function, arguments, draws, level, kept)
        except Exception:  # what is wrong with it shows where it is done without a recording
            _replays[whole] = None
    return _replays[whole]


def forget() -> None:
    """Record everything anew: for who changes functions while the program runs."""
    _replays.clear()
    _known.clear()


def knows_arrays_alone(function: Callable, namespace: type) -> bool:
    """Whether a function knows nothing but its arguments and the array namespace, so that it always does the same."""
    return _code_of(function, namespace) is not None


def _code_of(function: Callable, namespace: type) -> Hashable:
    """What tells a function from others; None for one that knows more than its arguments and the array namespace."""
    if isinstance(function, partial):
        if function.args or any(type(value) is not namespace for value in function.keywords.values()):
            return None
        function = function.func
    code: Hashable = getattr(function, "__code__", None)
    if code is None or function.__defaults__ or function.__kwdefaults__:
        return None
    if any(type(cell.cell_contents) is not namespace for cell in function.__closure__ or ()):
        return None
    return code


def _remember(key: Hashable, replay: Replay | None) -> None:
    if len(_known) >= MOST_KNOWN:
        _known.clear()
    _known[key] = replay


def _spec(part: Any, draws: int) -> Spec | None:
    if part is None:
        return None
    if not isinstance(part, np.ndarray):
        return Spec((), np.asarray(part).dtype.char)
    shape = part.shape
    return Spec((*shape[:-1], SEVERAL) if shape and shape[-1] == draws else shape, part.dtype.char)


def _arena(level: int, size: int) -> np.ndarray:
    """This thread's memory for replays of a level, at the start of a cache line."""
    arenas: list[Any] = _own.__dict__.setdefault("arenas", [None, None, None])
    arena: np.ndarray | None = arenas[level]
    if arena is None or arena.size < size:
        raw = np.empty(2 * size + ALIGNMENT, np.uint8)
        offset = -raw.ctypes.data % ALIGNMENT
        arena = arenas[level] = raw[offset:]
        _own.views[level] = {}
    return arena
