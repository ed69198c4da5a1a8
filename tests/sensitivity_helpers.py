"""Functions of the unit cube whose sensitivity indices are known in closed form, and Saltelli designs for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.stats import norm, qmc


@dataclass(frozen=True)
class KnownFunction:
    """A function (row, parameter) -> (row,), and its indices."""

    evaluate: Callable[[np.ndarray], np.ndarray]
    first: np.ndarray
    total: np.ndarray
    second: np.ndarray

    @property
    def parameters(self) -> int:
        return len(self.first)


def ishigami() -> KnownFunction:
    """Ishigami and Homma (1990), with a = 7 and b = 0.1."""
    a, b = 7.0, 0.1
    parts = np.array([0.5 * (1 + b * np.pi**4 / 5) ** 2, a**2 / 8, 0.0])
    shared = b**2 * np.pi**8 * (1 / 18 - 1 / 50)
    variance = parts.sum() + shared

    def evaluate(cube: np.ndarray) -> np.ndarray:
        x, y, z = np.pi * (2 * cube.T - 1)
        return np.sin(x) + a * np.sin(y) ** 2 + b * z**4 * np.sin(x)

    total = parts + np.array([shared, 0.0, shared])
    return KnownFunction(evaluate, parts / variance, total / variance, np.array([0.0, shared, 0.0]) / variance)


def sobol_g() -> KnownFunction:
    """Saltelli and Sobol' (1995), eight parameters from decisive to negligible."""
    weights = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0])
    parts = 1 / 3 / (1 + weights) ** 2
    variance = np.prod(1 + parts) - 1

    def evaluate(cube: np.ndarray) -> np.ndarray:
        return np.prod((np.abs(4 * cube - 2) + weights) / (1 + weights), axis=1)

    total = np.array([part * np.prod(1 + np.delete(parts, place)) for place, part in enumerate(parts)])
    second = np.array([first * second for first, second in combinations(parts, 2)])
    return KnownFunction(evaluate, parts / variance, total / variance, second / variance)


def linear() -> KnownFunction:
    """A sum of normal variables with known variances, one of them without weight."""
    weights = np.array([3.0, 2.0, 1.0, 0.5, 0.0])
    shares = weights**2 / (weights**2).sum()
    return KnownFunction(lambda cube: 40.0 + norm.ppf(cube) @ weights, shares, shares, np.zeros(10))


def bratley(cube: np.ndarray) -> np.ndarray:
    """Bratley, Fox and Niederreiter (1992): sum over i of (-1)^i times the product of the first i parameters."""
    signs = (-1.0) ** np.arange(1, cube.shape[1] + 1)
    return np.cumprod(cube, axis=1) @ signs


def saltelli(parameters: int, base_samples: int, second_order: bool, seed: int, *, random: bool = False) -> np.ndarray:
    """A Saltelli design of the unit cube, (row, parameter): on a scrambled Sobol' sequence, or on random points."""
    generator = np.random.default_rng(seed)
    width = 2 * parameters
    cube = generator.random((base_samples, width)) if random else qmc.Sobol(width, rng=generator).random(base_samples)
    return saltelli_rows(cube[:, :parameters], cube[:, parameters:], second_order)


def saltelli_rows(base: np.ndarray, other: np.ndarray, second_order: bool) -> np.ndarray:
    """The rows of a Saltelli design, (row, parameter), from its two samples A and B, (base sample, parameter)."""
    parameters = base.shape[1]

    def mixed(into: np.ndarray, origin: np.ndarray) -> list[np.ndarray]:
        return [np.where(np.arange(parameters) == place, origin, into) for place in range(parameters)]

    rows = [base, *mixed(base, other), *(mixed(other, base) if second_order else []), other]
    return np.stack(rows, axis=1).reshape(-1, parameters)
