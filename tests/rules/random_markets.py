"""Random markets over the whole prior of the parameter book, for the tests of the price solve."""

from __future__ import annotations

import numpy as np
from rules.markets import Setting
from scipy.stats import qmc

from econsim.parameter_book import book
from econsim.rules.demand import ABSENT

LABS, COPIES, SEGMENTS = 4, 10, 3
BOX = ("lab_substitution", "copy_substitution_ratio", "adoption_elasticity", "lab_premium")


def latin_hypercube(names: tuple[str, ...], draws: int, seed: int) -> dict[str, np.ndarray]:
    """Values (draw,) that fill the box of the parameters' ranges evenly, ends included as nearly as it gets."""
    points = qmc.LatinHypercube(len(names), rng=seed).random(draws)
    box = {}
    for name, u in zip(names, points.T, strict=True):
        low, high = book().parameters[name].range
        box[name] = low + u * (high - low)
    return box


def random_setting(draws: int, seed: int, dispersion: float, absent: float = 0.3) -> Setting:
    """Markets with random firms.

    dispersion : standard deviation of firms' values, log price
    absent     : probability that a copy is not offered in a segment; half as much for a lab to be gone
    """
    box = latin_hypercube(BOX, draws, seed)
    generator = np.random.default_rng(seed)
    shape = (SEGMENTS, draws)
    lab = box["lab_premium"] + dispersion * generator.normal(size=(LABS, *shape))
    copy = dispersion * generator.normal(size=(COPIES, *shape))
    fringe = -dispersion * np.abs(generator.normal(size=(1, *shape)))
    lab = np.where(generator.random((LABS, 1, draws)) < 0.5 * absent, ABSENT, lab)
    copy = np.where(generator.random((COPIES, *shape)) < absent, ABSENT, copy)
    outside = generator.uniform(-60.0, 60.0, size=(1, *shape))  # from s_AI near 1 to s_AI near 0
    eta = box["lab_substitution"]
    return Setting(lab, copy, fringe, outside, eta, eta * box["copy_substitution_ratio"], box["adoption_elasticity"])


def only(given: Setting, draw: int, repeat: int = 1) -> Setting:
    """One draw of a market, repeated."""
    picked = (np.repeat(np.asarray(part)[..., [draw]], repeat, axis=-1) for part in given)
    return Setting(*picked)
