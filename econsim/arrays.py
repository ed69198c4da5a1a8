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

from collections.abc import Callable
from typing import Any

import numpy as np

Array = Any  # a NumPy or JAX array, or a float; shapes stand in the docstrings
FIRM, SEGMENT, DRAW = -3, -2, -1

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
        return function() if np.any(mask) else otherwise

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
        current, result, frozen = start, start, None
        working: np.ndarray | None = None
        for step in range(steps):
            new, settled = improve(current, given)
            if frozen is not None:
                new = tuple(np.where(frozen, old, fresh) for old, fresh in zip(current, new, strict=True))
                settled = settled | frozen
            if working is None:
                result = new
            else:
                for whole, part in zip(result, new, strict=True):
                    whole[..., working] = part
            open_draws = np.flatnonzero(~settled)
            if step == steps - 1 or open_draws.size == 0:
                break
            draws = settled.shape[-1]
            if open_draws.size <= 0.75 * draws and draws > 2:
                if open_draws.size == 1:  # one draw alone would be summed in another order
                    open_draws = np.repeat(open_draws, 2)
                working = open_draws if working is None else working[open_draws]
                current = tuple(np.take(part, open_draws, axis=-1) for part in new)
                given = tuple(_take_draws(part, open_draws, draws) for part in given)
                frozen = None
            else:
                current, frozen = new, settled if open_draws.size < draws else None
        return result

    @staticmethod
    def where_needed(mask: Array, function: Callable, *arrays: Array) -> tuple:
        """The results of `function(*arrays)` where `mask` holds and zero elsewhere.

        mask     : (firm, 1, draw) bool
        function : elementwise in firm and draw; takes and returns arrays (firm, segment, draw)
        arrays   : broadcastable to (firm, segment, draw), or (draw,), or floats
        """
        firms, _, draws = mask.shape
        firm, draw = np.nonzero(mask[:, 0, :])
        chosen = firm.size
        if chosen <= 1:  # keep at least two columns: one alone would be summed in another order
            pad = np.zeros(2 - chosen, dtype=firm.dtype)
            firm, draw = np.concatenate([firm, pad]), np.concatenate([draw, pad])
        results = function(*(_pick(part, firm, draw) for part in arrays))
        spread = []
        for part in results:
            whole = np.zeros((firms, part.shape[SEGMENT], draws))
            for segment in range(part.shape[SEGMENT]):
                whole[firm[:chosen], segment, draw[:chosen]] = part[0, segment, :chosen]
            spread.append(whole)
        return tuple(spread)


def _take_draws(part: Array, draws: np.ndarray, count: int) -> Array:
    """The chosen draws of an array that may not vary by draw."""
    varies = np.ndim(part) > 0 and np.shape(part)[-1] == count
    return np.take(part, draws, axis=-1) if varies else part


def _pick(part: Array, firm: np.ndarray, draw: np.ndarray) -> Array:
    """The (firm, draw) entries of an array as (1, segment, entry)."""
    shape = np.shape(part)
    if len(shape) == 0:
        return part
    if len(shape) == 1:
        return part if shape[0] == 1 else np.take(part, draw)
    firms, segments, draws = shape
    entry = (firm if firms > 1 else 0 * firm) * draws + (draw if draws > 1 else 0)
    return np.take(part.transpose(1, 0, 2).reshape(1, segments, firms * draws), entry, axis=2)


NUMPY = NumpyArrays()
