"""Draws: parameter designs from the book's priors, and shock streams that policies share.

A shock is a function of (seed, decision, period, firm, draw) and of nothing else. Adding a decision, a firm or a
policy therefore leaves every other shock as it was, and two scenarios differ only where policy makes them differ
(common random numbers). Philox is counter-based, so any slice of draws is computed directly (Salmon et al. 2011).
"""

from __future__ import annotations

import hashlib
import warnings
from types import SimpleNamespace
from typing import Any

import numpy as np

from econsim import sobol_sequence
from econsim.normal_quantile import normal_quantile

LARGEST_SEED = 2**63 - 1
HALF_STEP = 2.0**-54  # keeps uniforms off zero
WORDS_PER_BLOCK = 4  # Philox makes four 64-bit words per counter


def uniform(seed: int, decision: str, periods: int, firms: int, start: int, stop: int) -> np.ndarray:
    """Uniform shocks of one decision for draws `start` to `stop`.

    returns : (period, firm, 1, draw) in (0, 1); the same numbers whatever slice they are asked in
    """
    digest = hashlib.sha256(decision.encode()).digest()
    stream = np.random.Philox(key=np.array([seed, int.from_bytes(digest[:8], "little")], dtype=np.uint64))
    generator = np.random.Generator(stream)
    state: Any = stream.state
    first_block, skipped = divmod(start, WORDS_PER_BLOCK)
    row = np.empty(skipped + stop - start)
    shocks = np.empty((periods, firms, 1, stop - start))
    state["buffer_pos"] = WORDS_PER_BLOCK
    for period in range(periods):
        for firm in range(firms):
            state["state"]["counter"] = np.array([first_block, firm, period, 0], dtype=np.uint64)
            stream.state = state
            generator.random(out=row)
            shocks[period, firm, 0] = row[skipped:]
    shocks += HALF_STEP
    return shocks


def normal(seed: int, decision: str, periods: int, firms: int, start: int, stop: int) -> np.ndarray:
    """Standard normal shocks, by inversion so that each needs exactly one uniform; (period, firm, 1, draw)."""
    return normal_quantile(uniform(seed, decision, periods, firms, start, stop))


def shocks(seed: int, periods: int, labs: int, distillers: int, start: int, stop: int) -> SimpleNamespace:
    """All shocks of a run for draws `start` to `stop`.

    returns : namespace of arrays (period, firm, 1, draw); `initial_capability` is (lab, 1, draw)
    """
    span = (start, stop)
    return SimpleNamespace(
        lab_demand=normal(seed, "lab demand", periods, labs, *span),
        distiller_demand=normal(seed, "distiller demand", periods, distillers, *span),
        training_luck=normal(seed, "training luck", periods, labs, *span),
        copy_cost=normal(seed, "copy cost", periods, distillers, *span),
        detection=uniform(seed, "detection", periods, distillers, *span),
        entry=uniform(seed, "entry", periods, 1, *span),
        lab_reentry=uniform(seed, "lab re-entry", periods, labs, *span),
        initial_capability=normal(seed, "initial capability", 1, labs, *span)[0],
    )


def sobol_points(dimensions: int, seed: int, start: int, stop: int) -> np.ndarray:
    """Scrambled Sobol' points `start` to `stop`, (draw, dimension) in (0, 1).

    A longer design begins with the points of a shorter one, and any slice is reached directly.
    """
    if dimensions <= sobol_sequence.most_dimensions():
        return sobol_sequence.sobol_points(dimensions, seed, start, stop)
    from scipy.stats import qmc

    engine = qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed))
    if start:
        engine.fast_forward(start)
    with warnings.catch_warnings():  # designs of other sizes than powers of two are less balanced, and fine here
        warnings.simplefilter("ignore", UserWarning)
        return engine.random(stop - start)


def latin_hypercube_points(dimensions: int, seed: int, draws: int) -> np.ndarray:
    """A Latin hypercube of `draws` points, (draw, dimension) in (0, 1)."""
    from scipy.stats import qmc

    return qmc.LatinHypercube(dimensions, rng=np.random.default_rng(seed)).random(draws)
