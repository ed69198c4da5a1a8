"""Steps of a solve, recorded once and replayed in memory that is there already.

NumPy makes a new array of every operation, and a step of a price solve has a hundred. What such a step does to its
arrays does not depend on what is in them, so it is followed once with stand-ins for arrays, which write down every
operation, and from then on the list is run: the same NumPy functions on the same numbers, and so the same results to
the last bit, each written over an array that is no longer needed.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Hashable
from itertools import accumulate
from typing import Any

import numpy as np

from econsim.recording import SEVERAL, CannotReplay, Operation, Recording, Spec

MOST_KNOWN = 2000
ALIGNMENT = 64  # bytes: a cache line, and the widest vector


class Replay:
    """A recorded step: `step(arguments)` gives what `improve(unknown, given)` gives, in arrays of its own.

    What it returns is overwritten by the call after the next, so that a step can be fed what the last one made.
    """

    def __init__(self, improve: Callable, unknown: tuple[Spec, ...], given: tuple[Spec, ...]):
        recording = Recording()
        arguments = [recording.given(spec) for spec in (*unknown, *given)]
        with np.errstate(all="ignore"):
            new, settled = improve(tuple(arguments[: len(unknown)]), tuple(arguments[len(unknown) :]))
        results = [part.number for part in (*new, settled)]
        self.results = [recording.specs[number] for number in results]
        if self.results != [*unknown, Spec((1, 1, SEVERAL), "?")]:
            raise CannotReplay("a step that gives other arrays than it takes")
        self.run, registers = _program(recording, len(arguments), results)
        self._arrays = [(spec.shape, np.dtype(spec.kind)) for spec in (*registers, *self.results, *self.results)]
        self._ends = len(registers), len(registers) + len(self.results)

    def memory(self, draws: int) -> tuple[list, list, list]:
        """Registers, and two sets of results that take turns, for some number of draws; this thread's own."""
        known = _own.__dict__.setdefault("views", {})
        if (self, draws) in known:
            return known[self, draws]
        shapes = [(*shape[:-1], draws) if shape[-1] == SEVERAL else shape for shape, _ in self._arrays]
        kinds = [kind for _, kind in self._arrays]
        sizes = [math.prod(shape) * kind.itemsize for shape, kind in zip(shapes, kinds, strict=True)]
        starts = [0, *accumulate(-(-size // ALIGNMENT) * ALIGNMENT for size in sizes)]
        arena = _arena(starts.pop())
        arrays = [np.ndarray(*one[:2], arena, one[2]) for one in zip(shapes, kinds, starts, strict=True)]
        first, second = self._ends
        found = _own.views[self, draws] = arrays[:first], arrays[first:second], arrays[second:]
        return found


_replays: dict[Hashable, Replay | None] = {}
_known: dict[Hashable, Replay | None] = {}  # the same by actual shapes, which are quicker to look at
_own = threading.local()  # each thread's memory


def replay_of(improve: Callable, unknown: tuple, given: tuple, namespace: type) -> Replay | None:
    """The recording of a step of `NumpyArrays.iterate`, made when it is first asked for; None where there can be none.

    A function that knows more than its arguments and the array namespace may do something else next time.
    """
    code = getattr(improve, "__code__", None)
    if code is None or improve.__defaults__ or improve.__kwdefaults__:
        return None
    for cell in improve.__closure__ or ():
        if type(cell.cell_contents) is not namespace:
            return None
    key = code, *[(part.shape, part.dtype) if type(part) is np.ndarray else None for part in (*unknown, *given)]
    if key not in _known:
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        _known[key] = _replay(improve, unknown, given)
    return _known[key]


def _replay(improve: Callable, unknown: tuple, given: tuple) -> Replay | None:
    draws = unknown[0].shape[-1]
    before, beside = (tuple([_spec(part, draws) for part in parts]) for parts in (unknown, given))
    key = improve.__code__, before, beside
    if key not in _replays:
        try:
            _replays[key] = Replay(improve, before, beside)
        except Exception:  # what is wrong with it shows where it is done without a recording
            _replays[key] = None
    return _replays[key]


def _spec(part: Any, draws: int) -> Spec:
    if not isinstance(part, np.ndarray):
        return Spec((), "d")
    shape = part.shape
    return Spec((*shape[:-1], SEVERAL) if shape and shape[-1] == draws else shape, part.dtype.char)


def _arena(size: int) -> np.ndarray:
    """This thread's memory for replays, at the start of a cache line."""
    arena: np.ndarray | None = getattr(_own, "arena", None)
    if arena is None or arena.size < size:
        raw = np.empty(2 * size + ALIGNMENT, np.uint8)
        offset = -raw.ctypes.data % ALIGNMENT
        arena = _own.arena = raw[offset:]
        _own.views = {}
    return arena


def _program(recording: Recording, arguments: int, results: list[int]) -> tuple[Callable, list[Spec]]:
    """A Python function (arguments, results, registers) of a recording, and what registers it needs."""
    operations = _needed(recording, results)
    last_use, stands_for = _last_uses(operations, results)
    registers: list[Spec] = []
    free: dict[Spec, list[int]] = {}
    place: dict[int, str] = {number: f"a{number}" for number in range(arguments)}
    held: dict[int, int] = {}  # result -> its register
    final = {number: index for index, number in reversed(list(enumerate(results))) if number >= arguments}
    known: dict[str, Any] = {"copyto": np.copyto}
    lines: list[str] = []
    indent = "    "

    def name(one: Any) -> str:
        if isinstance(one, int):
            return place[one]
        constant = f"c{len(known)}"
        known[constant] = np.array(one[0])  # which NumPy would make of it each time
        return constant

    def release(position: int, inputs: tuple) -> None:
        for one in inputs:
            if one in held and last_use[one] == position:
                free[recording.specs[one]].append(held.pop(one))
            release(position, stands_for.get(one, ()))

    def target(number: int) -> str:
        spec = recording.specs[number]
        if number in final:
            return f"o{final[number]}"
        pool = free.setdefault(spec, [])
        if not pool:
            registers.append(spec)
            pool.append(len(registers) - 1)
        held[number] = pool.pop()
        return f"r{held[number]}"

    for position, (action, function, inputs, axis, result) in enumerate(operations):
        if action == "branch":
            lines.append(f"{indent}if {name(inputs[0])}.any():")
            indent += "    "
            release(position, inputs)
            continue
        if action == "end":
            lines.append(f"{indent}n{result} = {name(inputs[0])}")
            indent = indent[4:]
            lines.append(f"{indent}else:")
            lines.append(f"{indent}    n{result} = {name(inputs[1])}")
            place[result] = f"n{result}"
            continue
        operands = [name(one) for one in inputs]
        scalar = recording.specs[result].shape == ()
        label = function.__name__
        known[label] = function
        if scalar or action == "choose":  # `where` into memory that is there takes twice as long
            place[result] = f"n{result}"
            lines.append(f"{indent}n{result} = {label}({', '.join(operands)})")
            release(position, inputs)
            continue
        if action == "apply":  # NumPy may write over what it reads, entry by entry
            release(position, inputs)
            place[result] = target(result)
            named = "out=" if function in (np.maximum, np.minimum) else ""  # these warn where it is not
            out = named + place[result]
            lines.append(f"{indent}{label}({', '.join(operands)}, {out})")
            continue
        place[result] = target(result)
        lines.append(f"{indent}{label}.reduce({operands[0]}, {axis}, None, {place[result]}, True)")
        release(position, inputs)
    for index, number in enumerate(results):
        if place[number] != f"o{index}":
            lines.append(f"    copyto(o{index}, {place[number]})")

    def unpacked(letter: str, count: int, source: str) -> str:
        return f"    {', '.join(f'{letter}{index}' for index in range(count))}, = {source}" if count else ""

    head = [
        "def run(arguments, results, registers):",
        unpacked("a", arguments, "arguments"),
        unpacked("o", len(results), "results"),
        unpacked("r", len(registers), "registers"),
    ]
    exec(compile("\n".join([*head, *lines]), "<recorded step>", "exec"), known)  # names and numbers of our own making
    return known["run"], registers


def _needed(recording: Recording, results: list[int]) -> list[Operation]:
    """The operations that something depends on."""
    wanted, kept = set(results), []
    for one in reversed(recording.operations):
        if one.result in wanted or one.action in ("branch", "end"):
            wanted.update(number for number in one.inputs if isinstance(number, int))
            kept.append(one)
    return kept[::-1]


def _last_uses(operations: list[Operation], results: list[int]) -> tuple[dict[int, int], dict[int, tuple]]:
    """Where each result is last needed, and what a branch hands on, which is needed as long as what it gives."""
    last: dict[int, int] = {}
    stands_for = {one.result: one.inputs for one in operations if one.action == "end"}

    def use(number: Any, position: int) -> None:
        if isinstance(number, int):
            last[number] = max(position, last.get(number, 0))
            for one in stands_for.get(number, ()):
                use(one, position)

    for position, operation in enumerate(operations):
        for one in operation.inputs:
            use(one, position)
    for number in results:
        use(number, len(operations))
    return last, stands_for
