"""The array namespace of agents, and the ways in and out of its arrays of a single draw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from econsim.arrays import Array, NumpyArrays


class OneDraw(NumpyArrays):
    """NumPy for a single draw, to the last digit what the batch engine computes with other draws beside it.

    To the last digit, because markets in which winners grow magnify any difference within sixty quarters. Plain
    numbers take a short way past NumPy, and a solve does without the bookkeeping that pays for many draws only.
    """

    def __init__(self) -> None:
        super().__init__()
        self.maximum, self.minimum, self.where = _maximum, _minimum, _where

    @staticmethod
    def total(values: Array, axis: int) -> Array:
        """Sum over one axis, kept as a singleton; one after the other even where NumPy would add in pairs."""
        if values.size > values.shape[axis] or values.size < 8:
            return np.add.reduce(values, axis=axis, keepdims=True)
        return np.add.accumulate(values, axis=axis, dtype=float).take([-1], axis=axis)

    @staticmethod
    def clip(values: Array, low: Array, high: Array) -> Array:
        return _minimum(_maximum(values, low), high)

    @staticmethod
    def iterate(steps: int, improve: Callable, start: tuple, given: tuple) -> tuple:
        """Apply `improve` a fixed number of times; a question that has settled keeps its answer."""
        current, frozen = start, None
        for _ in range(steps):
            new, settled = improve(current, given)
            if frozen is not None:
                new = tuple(np.where(frozen, old, fresh) for old, fresh in zip(current, new, strict=True))
                settled = settled | frozen
            current = new
            if settled.all():
                break
            frozen = settled if settled.any() else None
        return current


def _maximum(first: Array, second: Array) -> Array:
    if isinstance(first, float) and isinstance(second, float):
        return first if first >= second or first != first else second
    return np.maximum(first, second)


def _minimum(first: Array, second: Array) -> Array:
    if isinstance(first, float) and isinstance(second, float):
        return first if first <= second or first != first else second
    return np.minimum(first, second)


def _where(condition: Array, yes: Array, no: Array) -> Array:
    if isinstance(yes, float) and isinstance(no, float) and isinstance(condition, (bool, np.bool_)):
        return yes if condition else no
    return np.where(condition, yes, no)


XP: Any = OneDraw()


def scalar(value: Any) -> float:
    """The only entry of an array, as a float."""
    return value.item() if isinstance(value, (np.ndarray, np.generic)) else float(value)


def total(values: Array) -> float:
    """Sum of all entries, firm by firm or segment by segment; (firm, segment, 1) with a singleton in one of the two."""
    return sum(values.ravel().tolist())


def of_firm(value: Any, slot: int) -> Any:
    """One firm's value of a parameter: a float, or (firm, 1, 1) where firms differ."""
    return value if np.ndim(value) == 0 else value[min(slot, value.shape[0] - 1), 0, 0].item()


def by_firm(values: list) -> Array:
    """One value a firm, as (firm, 1, 1)."""
    return np.array(values).reshape(-1, 1, 1)
