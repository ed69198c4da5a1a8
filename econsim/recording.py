"""Writing down what a function does to its arrays, by calling it with stand-ins for them.

Every function of NumPy's can be written down that leaves the draws where they are: functions of elements, sums and
maxima over firms and segments, choices, parts of arrays, arrays put together, and the array namespace's own operations.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

from econsim.nested import leaves

EXAMPLE_DRAWS = 2  # of the small arrays that shapes are found with
SEVERAL = -1  # stands for the number of draws in the last place of a shape
DRAW = -1
ALONG, ANYHOW = (np.take_along_axis, np.argmax), (np.concatenate, np.zeros_like, np.ones_like)


class CannotReplay(Exception):
    """A function that does more than can be written down."""


class Spec(NamedTuple):
    """What an array looks like; `SEVERAL` in the last place is the number of draws. A number's shape is ()."""

    shape: tuple[int, ...]
    kind: str


class Operation(NamedTuple):
    """One line of a recording.

    action  : "apply", "reduce" or "choose", by a function of NumPy's; "call" any function that makes a tuple of new
              arrays; "view", which looks at a part of one; "branch" and "end" around what is done only where some entry
              says so; "tell" somebody
    inputs  : numbers of earlier results, or constants as (value,)
    axis    : of a reduction
    results : numbers of what it makes
    """

    action: str
    function: Any
    inputs: tuple[Any, ...]
    axis: int
    results: tuple[int, ...]


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
        if function is np.where and len(inputs) == 3 and not options:
            return self.recording.choose(*inputs)
        along = options.get("axis", inputs[-1] if function in ALONG else 0)
        if function not in (*ALONG, *ANYHOW) or along in (DRAW, None):
            raise CannotReplay(getattr(function, "__name__", "function"))
        if function is np.concatenate:
            arrays, rest = inputs[0], inputs[1:]
            (made,) = self.recording.call(lambda *parts: (np.concatenate(parts, *rest, **options),), arrays)
        else:
            arrays = [one for one in inputs if isinstance(one, StandIn)]
            rest = inputs[len(arrays) :]
            (made,) = self.recording.call(lambda *parts: (function(*parts, *rest, **options),), arrays)
        return made

    def __bool__(self) -> bool:
        raise CannotReplay("a decision on what is in an array")

    def __iter__(self) -> Any:
        raise CannotReplay("an array taken apart")

    def __getitem__(self, key: Any) -> StandIn:
        return self.recording.view(self, key)

    def astype(self, kind: type) -> StandIn:
        """As of an array."""
        (made,) = self.recording.call(lambda values: (values.astype(kind),), (self,))
        return made

    @property
    def shape(self) -> tuple[int, ...]:
        """Of an example: the number of draws in it is not the one that will be computed with."""
        shape: tuple[int, ...] = self.example.shape
        return shape

    def if_any(self, function: Callable[[], Any], otherwise: Any) -> StandIn:
        """As `NumpyArrays.if_any`."""
        return self.recording.branch(self, function, otherwise)


class Recording:
    """Operations on stand-ins, in order; equal ones are done once.

    level : of the memory that it will be replayed in; what it contains has to be of lower ones
    """

    def __init__(self, level: int = 0) -> None:
        self.level = level
        self.operations: list[Operation] = []
        self.specs: list[Spec] = []
        self._known: list[dict[Hashable, Any]] = [{}]

    def given(self, spec: Spec) -> StandIn:
        """A stand-in for an argument."""
        shape = tuple(EXAMPLE_DRAWS if size == SEVERAL else size for size in spec.shape)
        return self._made(np.ones(shape, spec.kind)[()])

    def apply(self, function: np.ufunc, inputs: tuple) -> StandIn:
        """A function of elements."""
        named, examples = self._named(inputs)
        return self._once("apply", function, named, 0, lambda: function(*examples))

    def reduce(self, function: np.ufunc, values: StandIn, axis: int, keepdims: bool) -> StandIn:
        """A sum or maximum over firms or segments."""
        if not keepdims or axis not in (-3, -2) or values.example.ndim < 3:
            raise CannotReplay("a reduction over draws, or one that loses an axis")
        made = function.reduce(values.example, axis=axis, keepdims=True)
        if values.example.shape[axis] == 1 and made.dtype == values.example.dtype:
            # A sum of one begins at zero, which makes zero of minus zero.
            return self.apply(np.add, (values, 0.0)) if function is np.add and made.dtype.kind == "f" else values
        return self._once("reduce", function, (values.number,), axis, lambda: made)

    def choose(self, mask: Any, yes: Any, no: Any) -> StandIn:
        """`where`."""
        both = [one for one in (yes, no) if isinstance(one, StandIn)]
        if isinstance(mask, bool) and len(both) == 2 and self.specs[both[0].number] == self.specs[both[1].number]:
            return both[0] if mask else both[1]
        named, examples = self._named((mask, yes, no))
        return self._once("choose", np.where, named, 0, lambda: np.where(*examples))

    def view(self, values: StandIn, key: Any) -> StandIn:
        """A part of an array, in the array's own memory."""
        made = values.example[key]
        if made.shape[-1:] != values.example.shape[-1:]:
            raise CannotReplay("some of the draws")
        part = itemgetter(key)
        self.operations.append(Operation("view", part, (values.number,), 0, (len(self.specs),)))
        return self._made(made)

    def call(self, function: Callable[..., tuple], inputs: Sequence, level: int = -1) -> tuple[StandIn, ...]:
        """Any function that makes a tuple of new arrays, perhaps by replays of some level."""
        if level >= self.level:
            raise CannotReplay("a replay within another of the same level")
        named, examples = self._named(inputs)
        found = tuple([self._made(part) for part in function(*examples)])
        self.operations.append(Operation("call", function, named, 0, tuple([part.number for part in found])))
        return found

    def tell(self, function: Callable[[], Any]) -> None:
        """Call a function at this point whenever the recording is run."""
        self.operations.append(Operation("tell", function, (), 0, ()))

    def branch(self, mask: StandIn, function: Callable[[], Any], otherwise: Any) -> StandIn:
        """What is done only where `mask` holds somewhere."""
        self.operations.append(Operation("branch", None, (mask.number,), 0, ()))
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
        self.operations.append(Operation("end", None, both, 0, (result.number,)))
        return result

    def _named(self, inputs: Sequence) -> tuple[tuple, tuple]:
        named: list[Any] = []
        examples = []
        for one in inputs:
            if isinstance(one, StandIn):
                named.append(one.number)
                examples.append(one.example)
                continue
            if isinstance(one, np.ndarray) and one.shape[-1:] not in ((), (1,)):
                raise CannotReplay("an array that is no argument")
            named.append((one,))
            examples.append(one)
        return tuple(named), tuple(examples)

    def _once(self, action: str, function: Any, named: tuple, axis: int, example: Callable[[], Any]) -> StandIn:
        key = action, function, axis, *[one if isinstance(one, int) else _likeness(*one) for one in named]
        for known in self._known:
            if key in known:
                return known[key]
        made = self._made(example())
        self.operations.append(Operation(action, function, named, axis, (made.number,)))
        self._known[-1][key] = made
        return made

    def _made(self, example: Any) -> StandIn:
        shape = np.shape(example)
        varies = bool(shape) and shape[-1] == EXAMPLE_DRAWS
        self.specs.append(Spec((*shape[:-1], SEVERAL) if varies else shape, np.asarray(example).dtype.char))
        return StandIn(self, len(self.specs) - 1, example)


def recording_of(parts: Any) -> Recording | None:
    """The recording that stand-ins among some arguments belong to; None where there are none."""
    return next((part.recording for part in leaves(parts) if isinstance(part, StandIn)), None)


def _likeness(constant: Any) -> Hashable:
    """Equal for constants that are the same; 0, 0.0, -0.0 and False are not."""
    value = np.asarray(constant)
    return type(constant), value.dtype.char, value.shape, value.tobytes()
