"""The array namespace that the rules compute with, and the axes they agree on.

A rule that needs more than arithmetic takes a namespace `xp`: NumPy's functions by NumPy's names, and six
operations of our own, so that each engine can do them its own way without changing a number:

total, largest : reductions that keep the reduced axis, so that every array stays (firm, segment, draw)
repeat         : something done several times over, which an engine that compiles does once for all of them
iterate        : a solve with a fixed number of steps, in which a settled draw keeps its value
if_any         : work that is skipped where it would change nothing
where_needed   : a firm-by-firm calculation of which only the masked entries are used

Axis order is always (firm, segment, draw); where there is time or a lag it comes first.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from econsim.recording import CannotReplay, StandIn
from econsim.replay import PART, STEP, knows_arrays_alone, replay_of, replayed

Array = Any  # a NumPy or JAX array, or a float; shapes stand in the docstrings
FIRM, SEGMENT, DRAW = -3, -2, -1
OF_SEGMENTS = np.arange(1000).reshape(-1, 1)
LINED_UP = 32  # draws are worked on in multiples of so many
BLOCK = 6000  # entries of an array that are worked on together in a solve: what fits the processor's own memory
FEW, WORTH_IT = 0.6, 400  # settled draws are left out when so small a share is open, and so many entries are spared

BORROWED = (
    "abs arange argmax concatenate cumsum exp expm1 floor inf isfinite log log1p maximum minimum nan ones ones_like "
    "sort sqrt take_along_axis where zeros zeros_like"
).split()


class NumpyArrays:
    """NumPy as an array namespace; the reference that every other namespace has to equal."""

    def __init__(self) -> None:
        for name in BORROWED:
            setattr(self, name, getattr(np, name))

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"array namespace has no '{name}'")

    @staticmethod
    def total(values: Array, axis: int) -> Array:
        """Sum over one axis, kept as a singleton."""
        return np.add.reduce(values, axis=axis, keepdims=True)

    @staticmethod
    def largest(values: Array, axis: int) -> Array:
        """Maximum over one axis, kept as a singleton."""
        return np.maximum.reduce(values, axis=axis, keepdims=True)

    @staticmethod
    def clip(values: Array, low: Array, high: Array) -> Array:
        return np.minimum(np.maximum(values, low), high)

    @staticmethod
    def if_any(mask: Array, function: Callable[[], Any], otherwise: Any) -> Any:
        """`function()` if `mask` holds anywhere, else `otherwise`, which must be what `function` would give there.

        A short cut past work that changes nothing; an engine may just as well call `function` always.
        """
        if isinstance(mask, StandIn):
            return mask.if_any(function, otherwise)
        return function() if np.asarray(mask).any() else otherwise

    @staticmethod
    def repeat(times: int, function: Callable, start: Any) -> Any:
        """`function` of the number of the round (0, 1, ...) and of what the round before returned, `times` over.

        start   : a tuple, perhaps of tuples, of arrays as large as those that `function` returns
        """
        current = start
        for number in range(times):
            current = function(number, current)
        return current

    @staticmethod
    def iterate(steps: int, improve: Callable, start: tuple, given: tuple) -> tuple:
        """Apply `improve` a fixed number of times; a draw that has settled keeps its value.

        improve : (unknown, given) -> (unknown, settled), settled (1, 1, draw) true where the step just taken was
                  so small that a further one would be lost in rounding
        start   : tuple of arrays (…, draw), the first guess
        given   : tuple of arrays (…, draw) or (…, 1) or floats that the solve needs
        returns : tuple of arrays like `start`

        Only the draws that have not settled are worked on, which spares about half the steps. Whether a draw has
        settled depends on that draw alone, so its numbers do not depend on its neighbours.
        """
        if isinstance(start[0], StandIn):
            count = len(start)
            return _written_down(
                improve,
                lambda *parts: NumpyArrays.iterate(steps, improve, parts[:count], parts[count:]),
                (*start, *given),
                STEP,
            )
        draws = max([part.shape[-1] for part in start])
        entries = max([part.size for part in start]) // draws
        width = max(2, BLOCK // entries)
        if draws <= width + width // 2:
            return _solve(steps, improve, start, given, draws, entries)
        ends = np.linspace(0, draws, -(-draws // width) + 1).astype(int).tolist()
        solved = []
        for first, end in itertools.pairwise(ends):
            piece = np.arange(first, end)
            begin, known = (tuple(_take_draws(part, piece, draws) for part in parts) for parts in (start, given))
            solved.append(_solve(steps, improve, begin, known, end - first, entries))
        return tuple(np.concatenate(parts, axis=-1) for parts in zip(*solved, strict=True))

    @staticmethod
    def where_needed(mask: Array, function: Callable, *arrays: Array) -> tuple:
        """The results of `function(*arrays)` where `mask` holds and zero elsewhere.

        mask     : (firm, 1, draw) bool
        function : elementwise in firm and draw; takes and returns arrays (firm, segment, draw)
        arrays   : broadcastable to (firm, segment, draw), or (draw,), or floats
        """
        if isinstance(mask, StandIn):
            return _written_down(
                function, lambda mask, *parts: NumpyArrays.where_needed(mask, function, *parts), (mask, *arrays), PART
            )
        firms, _, draws = mask.shape
        entry = mask.ravel().nonzero()[0]  # in the order firm, draw
        chosen = entry.size
        firm, draw = np.divmod(_filled_up(entry), draws)
        places: dict[tuple[int, ...], np.ndarray] = {}
        picked = tuple([_pick(part, firm, draw, places) for part in arrays])
        results = replayed(function, picked, firm.size, NumpyArrays)
        spread = []
        for part in results:
            segments = part.shape[SEGMENT]
            whole = np.zeros((firms, segments, draws))
            place = _places((firms, segments, draws), firm, draw, places)
            whole.ravel()[place[:, :chosen]] = part[0, :, :chosen]
            spread.append(whole)
        return tuple(spread)


def _written_down(function: Callable, operation: Callable, arguments: tuple, level: int) -> tuple:
    """An operation of ours that replays a function, in the recording that its first argument belongs to."""
    if not knows_arrays_alone(function, NumpyArrays):
        raise CannotReplay("a function that may do something else next time")
    found: tuple = arguments[0].recording.call(operation, arguments, level)
    return found


def _solve(steps: int, improve: Callable, start: tuple, given: tuple, draws: int, entries: int) -> tuple:
    """`NumpyArrays.iterate` for draws that are worked on together, each of so many entries."""
    spread = _spread_over_segments(given, start[0])
    replay = replay_of(improve, start, spread, NumpyArrays) if draws > 1 else None
    current: tuple = start
    result: tuple = ()
    frozen: np.ndarray | None = None
    working: np.ndarray | None = None
    memory: Any = None
    for step in range(steps):
        if replay is None:
            new, settled = improve(current, given)
        else:
            if memory is None:
                memory = replay.memory(current[0].shape[-1])
            registers, results, others = memory
            memory = registers, others, results
            replay.run((*current, *spread), results, registers)
            *new, settled = results
        if frozen is not None:
            new = tuple(np.where(frozen, old, fresh) for old, fresh in zip(current, new, strict=True))
            settled = settled | frozen
        open_draws = (~settled).ravel().nonzero()[0]
        last = step == steps - 1 or open_draws.size == 0
        count = settled.shape[-1]
        few = open_draws.size <= FEW * count and (count - open_draws.size) * entries > WORTH_IT
        if last or few:
            if working is None:
                result = tuple(part.copy() for part in new)
            else:
                for whole, part in zip(result, new, strict=True):
                    whole[..., working] = part
        if last:
            break
        if few:
            open_draws = _filled_up(open_draws)
            working = open_draws if working is None else working[open_draws]
            current = tuple(part.take(open_draws, axis=-1) for part in new)
            given = tuple(_take_draws(part, open_draws, count) for part in given)
            spread = _spread_over_segments(given, current[0])
            frozen, memory = None, None
        else:
            current, frozen = new, settled if open_draws.size < count else None
    return result


def _spread_over_segments(given: tuple, like: Array) -> tuple:
    """Arguments with one value a draw as (1, segment, draw): NumPy is quicker where shapes agree."""
    shape = (1, *np.shape(like)[1:])
    if len(shape) != 3:
        return given
    found = []
    for part in given:
        if isinstance(part, np.ndarray) and part.shape == shape[2:]:
            whole = np.empty(shape, part.dtype)
            whole[:] = part
            part = whole
        found.append(part)
    return tuple(found)


def _filled_up(numbers: np.ndarray) -> np.ndarray:
    """Numbers of draws with the last one repeated, at least two and up to a multiple of `LINED_UP`.

    One draw alone would be summed in another order, and memory is kept for few sizes rather than for every one.
    """
    missing = -numbers.size % (LINED_UP if numbers.size > 2 else 2) if numbers.size else 2
    if missing == 0:
        return numbers
    return np.concatenate([numbers, np.full(missing, numbers[-1] if numbers.size else 0)])


def _take_draws(part: Array, draws: np.ndarray, count: int) -> Array:
    """The chosen draws of an array that may not vary by draw."""
    varies = isinstance(part, np.ndarray) and part.ndim > 0 and part.shape[-1] == count
    return part.take(draws, axis=-1) if varies else part


def _pick(part: Array, firm: np.ndarray, draw: np.ndarray, places: dict[tuple[int, ...], np.ndarray]) -> Array:
    """The (firm, draw) entries of an array as (1, segment, entry); those of (draw,) as (entry,).

    places : where entries stand in arrays of some shape, for as many shapes as have been asked for
    """
    if not isinstance(part, np.ndarray) or (part.size == 1 and part.ndim <= 1):
        return part
    if part.ndim == 1:
        return part.take(draw)
    return part.ravel().take(_places(part.shape, firm, draw, places))[None]


def _places(shape: tuple[int, ...], firm: np.ndarray, draw: np.ndarray, known: dict) -> np.ndarray:
    """Where (firm, draw) entries stand in an array of this shape once it is flat; (segment, entry)."""
    if shape not in known:
        firms, segments, draws = shape
        first = draw if draws > 1 else 0 * draw
        if firms > 1:
            first = firm * (segments * draws) + first
        known[shape] = first + draws * OF_SEGMENTS[:segments] if segments > 1 else first[None]
    return known[shape]


NUMPY = NumpyArrays()
