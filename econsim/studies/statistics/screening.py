"""Morris screening of all outputs at once: which parameters matter little enough to be fixed, from few runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from econsim.errors import InputError, Problem
from econsim.studies.statistics.resampling import (
    Estimates,
    check_at_least,
    checked_table,
    normal_quantile,
    resample_counts,
)
from econsim.studies.statistics.saltelli import LEAST_SHARE, ROUNDING

LEAST_TRAJECTORIES = 4


@dataclass(frozen=True)
class ElementaryEffects:
    """Morris statistics in the output's unit for a step across the unit interval; all (output, parameter or group).

    mu           : mean effect; near 0 also where effects of both signs cancel
    mu_star      : mean absolute effect: how much a parameter matters. Its interval is between quantiles of resampled
                   trajectories, so that it is never below zero; `half_width` is SALib's, of a normal distribution
    sigma        : standard deviation of effects: curvature and interaction. NaN for a group of several parameters
    reasons      : one an output: why it has no statistics; None where it has
    share_used   : (output,) share of trajectories that were defined in all their runs
    trajectories : (output,) how many those are
    """

    mu: np.ndarray
    mu_star: Estimates
    sigma: np.ndarray
    reasons: tuple[str | None, ...]
    share_used: np.ndarray
    trajectories: np.ndarray


def elementary_effects(
    points: np.ndarray,
    outputs: np.ndarray,
    *,
    levels: int,
    seed: int,
    groups: Sequence[int] | None = None,
    resamples: int = 1000,
    confidence: float = 0.95,
    least_share: float = LEAST_SHARE,
    least_trajectories: int = LEAST_TRAJECTORIES,
) -> ElementaryEffects:
    """Means, absolute means and standard deviations of elementary effects.

    points   : (row, parameter) trajectories in the row order of SALib's `sample.morris`, in any increasing scale: only
               which parameters move, and in which direction, is read off them
    outputs  : (row, output), or (row,) for one; NaN or infinite where undefined
    levels   : of the design's grid
    groups   : the group of each parameter, numbered from 0; None where each parameter moves alone
    seed     : of the bootstrap over trajectories, 0 or more

    Morris (1991); Campolongo, Cariboni and Saltelli (2007) for mu_star and groups. Estimates and half widths are those
    of SALib's `analyze.morris`. A trajectory with an undefined run is left out for that output, since the effects on
    either side of the run are lost and those that remain would weigh parameters unequally.

    raises : InputError where the points are no such trajectories, or settings are out of range
    """
    placed = checked_table("points", points, "parameters")
    table = checked_table("outputs", outputs, "outputs")
    check_at_least("levels", levels, 2)
    members = _members(groups, placed.shape[1])
    length = members.shape[0] + 1
    if len(placed) != len(table) or not len(table) or len(table) % length:
        raise InputError(
            Problem("outputs", "are no whole trajectories", f"{len(table)} rows", f"a multiple of {length}, as points")
        )
    moves = np.sign(np.diff(placed.reshape(-1, length, placed.shape[1]), axis=1))
    if not (np.abs(moves).sum(axis=1) == 1.0).all():
        raise InputError(Problem("points", "are no trajectories: each parameter must move once in each of them"))
    by_trajectory = table.reshape(-1, length, table.shape[1])
    usable = np.isfinite(by_trajectory).all(axis=1)
    reasons = tuple(
        _reason(by_trajectory[usable[:, output], :, output], len(usable), least_share, least_trajectories)
        for output in range(table.shape[1])
    )
    mu, star, half, low, high, sigma = np.full((6, table.shape[1], len(members)), np.nan)
    quantile, step = normal_quantile(confidence), levels / (2.0 * (levels - 1.0))
    weights = members / members.sum(axis=1, keepdims=True)
    for output, reason in enumerate(reasons):
        if reason is not None:
            continue
        used = usable[:, output]
        effects = np.einsum("tsp,ts->tp", moves[used], np.diff(by_trajectory[used, :, output], axis=1)) / step
        counts = resample_counts(len(effects), resamples, seed)
        absolute = np.abs(effects) @ weights.T
        mu[output] = effects.mean(axis=0) @ weights.T
        star[output] = absolute.mean(axis=0)
        means = counts @ absolute / len(effects)
        half[output] = quantile * means.std(axis=0, ddof=1)
        low[output], high[output] = np.quantile(means, [(1.0 - confidence) / 2.0, (1.0 + confidence) / 2.0], axis=0)
        sigma[output] = np.where(members.sum(axis=1) == 1, effects.std(axis=0, ddof=1) @ weights.T, np.nan)
    return ElementaryEffects(
        mu, Estimates(star, half, low, high), sigma, reasons, usable.mean(axis=0), usable.sum(axis=0)
    )


def _members(groups: Sequence[int] | None, parameters: int) -> np.ndarray:
    """Which parameters are in which group, (group, parameter) of 0 and 1."""
    if groups is None:
        return np.eye(parameters)
    numbers = np.asarray(groups)
    expected = np.arange(numbers.max() + 1) if numbers.size else numbers
    if numbers.shape != (parameters,) or not np.array_equal(np.unique(numbers), expected):
        raise InputError(Problem("groups", "must number the group of each parameter from 0, without gaps", str(groups)))
    return (numbers == expected[:, np.newaxis]).astype(np.float64)


def _reason(used: np.ndarray, trajectories: int, least_share: float, least_trajectories: int) -> str | None:
    if len(used) < max(least_share * trajectories, least_trajectories):
        needed = f"{least_share:.0%} and {least_trajectories} are needed"
        return f"only {len(used)} of {trajectories} trajectories are defined in all their runs; {needed}"
    if np.ptp(used) <= ROUNDING * np.abs(used).max():
        return "it has the same value in every run"
    return None
