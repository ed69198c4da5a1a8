"""Screening results: Morris's elementary effects and the one-at-a-time tornado, in plain Python."""

from __future__ import annotations

from typing import Any

import numpy as np

from econsim.metrics import summary_catalogue
from econsim.studies.sensitivity_designs import HIGH_END, LEVELS, LOW_END, default_of, morris_cube, oat_points
from econsim.studies.sensitivity_settings import SensitivitySettings
from econsim.studies.sensitivity_tables import ROUNDING, by_draw, level_and_effect, moves
from econsim.studies.statistics.resampling import student_quantile
from econsim.studies.statistics.screening import elementary_effects
from econsim.studies.sweep import Sweep

Tables = dict[str, dict[str, dict[str, float | None]]]
CONFIDENCE = 0.95
LEAST_DEFINED = 0.5  # of the draws of a tornado's bar


def morris_content(settings: SensitivitySettings, sweep: Sweep, trajectories: int) -> dict[str, Any]:
    """Outputs, effects, reasons and dead parameters of a Morris sweep."""
    groups = settings.groups
    factors = tuple(dict.fromkeys(groups)) if groups else settings.names
    numbers = None if groups is None else [factors.index(one) for one in groups]
    metrics = tuple(summary_catalogue(settings.segments))
    values = by_draw(sweep, level_and_effect(metrics))
    length = len(factors) + 1
    cube = morris_cube(settings, trajectories)
    found = elementary_effects(
        cube, values.mean(axis=1), levels=LEVELS, seed=settings.seed, groups=numbers, confidence=CONFIDENCE
    )
    steps = np.arange(len(cube)).reshape(-1, length)
    pairs = np.column_stack([steps[:, :-1].ravel(), steps[:, 1:].ravel()])
    moved_factor = _moved(cube, pairs, numbers)
    moved = moves(values, pairs, len(metrics))
    dead = [name for place, name in enumerate(factors) if not moved[moved_factor == place].any()]
    tables: dict[str, Tables] = {"outputs": {}, "effects": {}}
    reasons: dict[str, dict[str, str]] = {"outputs": {}, "effects": {}}
    for place, (kind, name) in enumerate(_labels(metrics)):
        if name not in settings.outputs:
            continue
        reason = found.reasons[place]
        if reason is not None:
            reasons[kind][name] = reason
            continue
        known = found.mu_star
        level = values[..., place % len(metrics)]
        least = ROUNDING * np.abs(level[np.isfinite(level)]).max(initial=0.0)
        still = known.high[place] <= least  # not one effect beyond rounding: what moves in no run is told as nothing
        star, half, low, high = (
            np.where(still, 0.0, one[place]) for one in (known.value, known.half_width, known.low, known.high)
        )
        tables[kind][name] = {
            factor: {
                "mu": 0.0 if still[at] else float(found.mu[place, at]),
                "mu_star": float(star[at]),
                "mu_star_conf": float(half[at]),
                "mu_star_low": float(low[at]),
                "mu_star_high": float(high[at]),
                "sigma": _number(found.sigma[place, at]),
            }
            for at, factor in enumerate(factors)
        }
    return {
        **tables,
        "reasons": reasons,
        "dead": dead,
        "factors": list(factors),
        "trajectories": trajectories,
        "points": len(cube),
        "range": [LOW_END, HIGH_END],
        "confidence": CONFIDENCE,
    }


def _moved(cube: np.ndarray, pairs: np.ndarray, groups: list[int] | None) -> np.ndarray:
    """Which factor moves between the two points of each pair."""
    column = np.abs(cube[pairs[:, 1]] - cube[pairs[:, 0]]).argmax(axis=1)
    return column if groups is None else np.asarray(groups)[column]


def _labels(metrics: tuple[str, ...]) -> list[tuple[str, str]]:
    return [*(("outputs", name) for name in metrics), *(("effects", name) for name in metrics)]


# ---------------------------------------------------------------------------------------------------- tornado


def oat_content(settings: SensitivitySettings, sweep: Sweep) -> dict[str, Any]:
    """Outputs, effects, reasons and dead parameters of a one-at-a-time sweep; changes are paired draw by draw."""
    metrics = tuple(summary_catalogue(settings.segments))
    values = by_draw(sweep, level_and_effect(metrics))
    count = len(settings.names)
    pairs = np.column_stack([np.zeros(2 * count, dtype=int), 1 + np.arange(2 * count)])
    moved = moves(values, pairs, len(metrics)).reshape(count, 2)
    ends = oat_points(settings)
    tables: dict[str, Tables] = {"outputs": {}, "effects": {}}
    reasons: dict[str, dict[str, str]] = {"outputs": {}, "effects": {}}
    base: dict[str, dict[str, float]] = {"outputs": {}, "effects": {}}
    for column, (kind, name) in enumerate(_labels(metrics)):
        if name not in settings.outputs:
            continue
        whole = values[:, :, column]
        change = whole[1:] - whole[0]
        defined = np.isfinite(change)
        if defined.mean(axis=1).min() < LEAST_DEFINED:
            least = int(defined.sum(axis=1).min())
            reasons[kind][name] = f"at some end of a range it is defined in only {least} of {sweep.draws} draws"
            continue
        if np.ptp(whole[np.isfinite(whole)]) <= ROUNDING * np.abs(whole[np.isfinite(whole)]).max():
            reasons[kind][name] = "it has the same value in every run"
            continue
        base[kind][name] = float(np.nanmean(whole[0]))
        mean = np.array([row[known].mean() for row, known in zip(change, defined, strict=True)]).reshape(count, 2)
        half = np.array([_half(row[known]) for row, known in zip(change, defined, strict=True)]).reshape(count, 2)
        tables[kind][name] = {
            parameter: {
                "low_value": float(ends[1 + 2 * at, at]),
                "high_value": float(ends[2 + 2 * at, at]),
                "low_change": float(mean[at, 0]),
                "low_conf": _number(half[at, 0]),
                "high_change": float(mean[at, 1]),
                "high_conf": _number(half[at, 1]),
            }
            for at, parameter in enumerate(settings.names)
        }
    return {
        **tables,
        "reasons": reasons,
        "base": base,
        "dead": [name for at, name in enumerate(settings.names) if not moved[at].any()],
        "others": "at their defaults",
        "defaults": {name: default_of(name, settings.scenario) for name in settings.names},
        "range": [LOW_END, HIGH_END],
        "confidence": CONFIDENCE,
    }


def _half(changes: np.ndarray) -> float:
    """Half the interval of a mean of paired changes, after Student; NaN for one draw, which has none."""
    count = len(changes)
    if count < 2:
        return np.nan
    return float(student_quantile(CONFIDENCE, count - 1) * changes.std(ddof=1) / np.sqrt(count))


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


__all__ = ["morris_content", "oat_content"]
