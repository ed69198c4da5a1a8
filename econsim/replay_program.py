"""From a recording to a function that runs it: every result has its place, and places are used again."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from econsim.recording import Operation, Recording, Spec

# Python's own arithmetic on plain numbers: what the recorded function does to them without a recording.
OF_NUMBERS: dict[Any, Callable] = {
    np.add: operator.add,
    np.subtract: operator.sub,
    np.multiply: operator.mul,
    np.divide: operator.truediv,
    np.negative: operator.neg,
    np.equal: operator.eq,
    np.not_equal: operator.ne,
    np.less: operator.lt,
    np.less_equal: operator.le,
    np.greater: operator.gt,
    np.greater_equal: operator.ge,
}
NAMED_OUT = (np.maximum, np.minimum)  # these warn where it is not


class Program:
    """A recording made into a Python function.

    run       : (arguments, outputs, registers) -> results; outputs and registers are arrays to be written over
    registers : what memory it needs beside that of its results
    """

    def __init__(self, recording: Recording, arguments: int, results: list[int], kept: int):
        """A program of a recording.

        arguments : how many there are: they have the first numbers
        results   : numbers of what is returned
        kept      : so many of the results, the first, are never in memory that the next run writes over
        """
        self.recording, self.kept = recording, results[:kept]
        self.operations = _needed(recording, results)
        self.last_use, self.stands_for = _last_uses(self.operations, results)
        self.registers: list[Spec] = []
        self._free: dict[Spec, list[int]] = {}
        self._place: dict[int, str] = {number: f"a{number}" for number in range(arguments)}
        self._held: dict[int, int] = {}  # result -> its register
        self._final = {n: index for index, n in reversed(list(enumerate(self.kept))) if n >= arguments}
        self._new: set[int] = set()  # results in memory of their own
        self._known: dict[str, Any] = {"copyto": np.copyto}
        self._labels: dict[int, str] = {}
        lines = self._body()
        names = [self._place[number] for number in results]
        for index, number in enumerate(self.kept):
            if names[index] != f"o{index}" and number not in self._new:
                lines.append(f"    copyto(o{index}, {names[index]})")
                names[index] = f"o{index}"
        head = [
            "def run(arguments, outputs, registers):",
            _unpacked("a", arguments, "arguments"),
            _unpacked("o", kept, "outputs"),
            _unpacked("r", len(self.registers), "registers"),
        ]
        lines = [*head, *lines, f"    return {' '.join(f'{name},' for name in names)}"]
        exec(compile("\n".join(lines), "<recorded>", "exec"), self._known)  # names and numbers of our own making
        self.run: Callable = self._known["run"]

    def _body(self) -> list[str]:
        lines: list[str] = []
        indent = "    "
        for position, (action, function, inputs, axis, results) in enumerate(self.operations):
            result = results[0] if results else -1
            writes = action == "apply" and function is not np.power and self.recording.specs[result].shape != ()
            operands = [self._name(one, as_array=writes) for one in inputs]
            if action == "branch":
                lines.append(f"{indent}if {operands[0]}.any():")
                indent += "    "
            elif action == "end":
                lines.append(f"{indent}n{result} = {operands[0]}")
                indent = indent[4:]
                lines.append(f"{indent}else:")
                lines.append(f"{indent}    n{result} = {operands[1]}")
                self._place[result] = f"n{result}"
                continue  # what it stands for is released with it
            elif action == "tell":
                lines.append(f"{indent}{self._label(function)}()")
            elif action == "view":
                self._place[result] = f"n{result}"
                lines.append(f"{indent}n{result} = {self._label(function)}({operands[0]})")
                continue
            elif action == "reduce":
                place = self._place[result] = self._target(result)
                lines.append(f"{indent}{self._label(function)}.reduce({operands[0]}, {axis}, None, {place}, True)")
            elif writes:
                self._release(position, inputs)  # NumPy may write over what it reads, entry by entry
                place = self._place[result] = self._target(result)
                out = f"out={place}" if function in NAMED_OUT else place
                lines.append(f"{indent}{self._label(function)}({', '.join([*operands, out])})")
                continue
            else:
                # Powers as Python asks for them: NumPy does some exponents in other ways. Choices in new memory:
                # into memory that is there they take twice as long.
                if action == "apply":
                    function = operator.pow if function is np.power else OF_NUMBERS.get(function, function)
                for one in results:
                    self._place[one] = f"n{one}"
                    self._new.add(one)
                made = " ".join(f"n{one}," for one in results) if action == "call" else f"n{result}"
                lines.append(f"{indent}{made} = {self._label(function)}({', '.join(operands)})")
            self._release(position, inputs)
        return lines

    def _label(self, function: Any) -> str:
        """What a function is called in the program."""
        label = self._labels.get(id(function))
        if label is None:
            label = self._labels[id(function)] = f"f{len(self._labels)}"
            self._known[label] = function
        return label

    def _name(self, one: Any, as_array: bool) -> str:
        """What an input is called there; a number as the array that NumPy would make of it each time."""
        if isinstance(one, int):
            return self._place[one]
        constant = f"c{len(self._known)}"
        self._known[constant] = np.array(one[0]) if as_array else one[0]
        return constant

    def _release(self, position: int, inputs: tuple) -> None:
        """Memory of what is not needed after this."""
        for one in inputs:
            if isinstance(one, int):
                if one in self._held and self.last_use[one] == position:
                    self._free[self.recording.specs[one]].append(self._held.pop(one))
                self._release(position, self.stands_for.get(one, ()))

    def _target(self, number: int) -> str:
        """Memory for a result."""
        if number in self._final:
            return f"o{self._final[number]}"
        spec = self.recording.specs[number]
        pool = self._free.setdefault(spec, [])
        if not pool:
            self.registers.append(spec)
            pool.append(len(self.registers) - 1)
        self._held[number] = pool.pop()
        return f"r{self._held[number]}"


def _unpacked(letter: str, count: int, source: str) -> str:
    return f"    {', '.join(f'{letter}{index}' for index in range(count))}, = {source}" if count else ""


def _needed(recording: Recording, results: list[int]) -> list[Operation]:
    """The operations that something depends on."""
    wanted, kept = set(results), []
    for one in reversed(recording.operations):
        if one.action in ("branch", "end", "tell") or not wanted.isdisjoint(one.results):
            wanted.update(number for number in one.inputs if isinstance(number, int))
            kept.append(one)
    return kept[::-1]


def _last_uses(operations: list[Operation], results: list[int]) -> tuple[dict[int, int], dict[int, tuple]]:
    """Where each result is last needed, and what a branch or a view hands on: needed as long as what it gives."""
    last: dict[int, int] = {}
    stands_for = {one.results[0]: one.inputs for one in operations if one.action in ("end", "view")}

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
