"""Writing down what a function does to its arrays, by calling it with stand-ins for them.

Sums and maxima over firms and segments, NumPy's functions of elements, `where`, and `if_any` can be written down.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

import numpy as np

EXAMPLE_DRAWS = 2  # of the small arrays that shapes are found with
SEVERAL = -1  # stands for the number of draws in the last place of a shape


class CannotReplay(Exception):
    """A step that does more than apply NumPy's functions of elements, sums and maxima to its arrays."""


class Spec(NamedTuple):
    """What an array looks like; `SEVERAL` in the last place is the number of draws."""

    shape: tuple[int, ...]
    kind: str


class Operation(NamedTuple):
    """One line of a recording.

    action : "apply", "reduce", "choose", or "branch" and "end" around what is done only where some entry says so
    inputs : numbers of earlier results, or constants as (value,)
    result : number of what it makes
    """

    action: str
    function: Any
    inputs: tuple[Any, ...]
    axis: int
    result: int


class StandIn(np.lib.mixins.NDArrayOperatorsMixin):
    """An array of a recording: what NumPy is asked to do with it is written down."""

    def __init__(self, recording: Recording, number: int, example: Any):
        self.recording, self.number, self.example = recording, number, example

    def __array_ufunc__(self, function: np.ufunc, method: str, *inputs: Any, **options: Any) -> StandIn:
        if method == "reduce":
            return self.recording.reduce(function, *inputs, **options)
        if method != "__call__" or options or function.nout != 1:
            raise CannotReplay(function.__name__)
        return self.recording.apply(function, inputs)

    def __array_function__(self, function: Callable, types: Any, inputs: tuple, options: dict) -> StandIn:
        if function is not np.where or len(inputs) != 3 or options:
            raise CannotReplay(getattr(function, "__name__", "function"))
        return self.recording.choose(*inputs)

    def __bool__(self) -> bool:
        raise CannotReplay("a decision on what is in an array")

    def if_any(self, function: Callable[[], Any], otherwise: Any) -> StandIn:
        """As `NumpyArrays.if_any`."""
        return self.recording.branch(self, function, otherwise)


class Recording:
    """Operations on stand-ins, in order; equal ones are done once."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.specs: list[Spec] = []
        self._known: list[dict[Hashable, StandIn]] = [{}]

    def given(self, spec: Spec) -> StandIn:
        """A stand-in for an argument."""
        shape = tuple(EXAMPLE_DRAWS if size == SEVERAL else size for size in spec.shape)
        return self._made(np.ones(shape, spec.kind) if shape else 1.0)

    def apply(self, function: np.ufunc, inputs: tuple) -> StandIn:
        named, examples = self._named(inputs)
        return self._once("apply", function, named, 0, lambda: function(*examples))

    def reduce(self, function: np.ufunc, values: StandIn, axis: int, keepdims: bool) -> StandIn:
        if not keepdims or axis not in (-3, -2) or values.example.ndim != 3:
            raise CannotReplay("a reduction over draws, or one that loses an axis")
        made = function.reduce(values.example, axis=axis, keepdims=True)
        if values.example.shape[axis] == 1 and made.dtype == values.example.dtype:
            return values
        return self._once("reduce", function, (values.number,), axis, lambda: made)

    def choose(self, mask: Any, yes: Any, no: Any) -> StandIn:
        named, examples = self._named((mask, yes, no))
        return self._once("choose", np.where, named, 0, lambda: np.where(*examples))

    def branch(self, mask: StandIn, function: Callable[[], Any], otherwise: Any) -> StandIn:
        self.operations.append(Operation("branch", None, (mask.number,), 0, SEVERAL))
        self._known.append({})
        inside = function()
        self._known.pop()
        both, examples = self._named((inside, otherwise))
        same = all(isinstance(one, StandIn) for one in (inside, otherwise)) and (
            self.specs[both[0]] == self.specs[both[1]]
        )
        if not same:
            raise CannotReplay("a branch that gives another kind of result than what it stands in for")
        result = self._made(examples[0])
        self.operations.append(Operation("end", None, both, 0, result.number))
        return result

    def _named(self, inputs: tuple) -> tuple[tuple, tuple]:
        named: list[Any] = []
        examples = []
        for one in inputs:
            if isinstance(one, StandIn):
                named.append(one.number)
                examples.append(one.example)
            elif isinstance(one, (bool, int, float, np.generic)):
                named.append((one,))
                examples.append(one)
            else:
                raise CannotReplay("an array that is no argument")
        return tuple(named), tuple(examples)

    def _once(self, action: str, function: Any, named: tuple, axis: int, example: Callable[[], Any]) -> StandIn:
        key = action, function, named, axis
        for known in self._known:
            if key in known:
                return known[key]
        made = self._made(example())
        self.operations.append(Operation(action, function, named, axis, made.number))
        self._known[-1][key] = made
        return made

    def _made(self, example: Any) -> StandIn:
        shape = np.shape(example)
        varies = bool(shape) and shape[-1] == EXAMPLE_DRAWS
        self.specs.append(Spec((*shape[:-1], SEVERAL) if varies else shape, np.asarray(example).dtype.char))
        return StandIn(self, len(self.specs) - 1, example)
