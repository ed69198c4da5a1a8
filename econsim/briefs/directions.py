"""Which way a package moves a metric: future by future, in how many of them, and at the median."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from econsim.briefs.metric_words import metric_words
from econsim.findings import FUTURES, NO_CHANGE, SMALL_CHANGE, futures, paired_change
from econsim.metrics import YES_NO

MOST_NEGATIVE = 0.05  # share of futures in which a status quo may lie below nought, for per cent of it to be told


def in_per_cent(result: Any, metric: str) -> bool:
    """Whether the change of a metric is told in per cent of the status quo.

    Not where that lies below nought in more than MOST_NEGATIVE of the futures, as a loss that is a gain in many of them
    does: per cent of something about nil tell its sign and not the change.
    """
    there = result.status_quo.values(metric)
    there = there[np.isfinite(there)]
    return metric_words(metric).relative and not (there.size and (there < 0.0).mean() > MOST_NEGATIVE)


def effect_of(result: Any, metric: str, relative: bool) -> np.ndarray:
    """The paired effect in every future, (draw,); NaN where undefined.

    relative : the change as `findings.relative_to` has it, undefined where the status quo is 0; else the difference
    """
    here, there = result.values(metric), result.status_quo.values(metric)
    if not relative:
        return here - there
    return paired_change(here, there)


def ways(result: Any, metric: str) -> dict[str, float]:
    """In which share of the futures a metric is higher than in the status quo, lower, or the same.

    returns : `up`, `down`, `same`, over futures in which the effect is defined, relative where the metric's change is
              told in per cent; a difference below 1e-12 of the size is none
    """
    if not in_per_cent(result, metric):
        return ways_between(result, result.status_quo, metric)
    change = effect_of(result, metric, True)
    change = change[np.isfinite(change)]
    return _shares(change > NO_CHANGE, change < -NO_CHANGE)


def ways_between(one: Any, other: Any, metric: str) -> dict[str, float]:
    """As `ways`, of one result against another on the same draws, over futures in which both are defined."""
    here, there = one.values(metric), other.values(metric)
    known = np.isfinite(here) & np.isfinite(there)
    here, there = here[known], there[known]
    least = NO_CHANGE * np.maximum(np.abs(here), np.abs(there))
    return _shares(here - there > least, there - here > least)


def _shares(up: np.ndarray, down: np.ndarray) -> dict[str, float]:
    if not up.size:
        return dict.fromkeys(("up", "down", "same"), math.nan)
    return {"up": float(up.mean()), "down": float(down.mean()), "same": float((~up & ~down).mean())}


def verb(result: Any, metric: str) -> str:
    """What a package does to the median of a metric: raises, lowers, hardly moves, or does not change it.

    What is yes or no in each future has no median worth the name: there it is the share of futures, and what changes
    it by less than half a future of twenty, or leaves it the same as it is told, hardly moves it.
    """
    shares = ways(result, metric)
    if math.isnan(shares["up"]):
        return "does nothing that can be told to"
    if shares["same"] == 1.0:
        return "does not change"
    if metric in YES_NO:
        here, there = (_share(one.values(metric)) for one in (result, result.status_quo))
        if abs(here - there) < 0.5 / FUTURES or futures(here) == futures(there):
            return "hardly moves"
        return "raises" if here > there else "lowers"
    relative = in_per_cent(result, metric)
    effect = effect_of(result, metric, relative)
    median = float(np.median(effect[np.isfinite(effect)]))
    there = np.abs(result.status_quo.values(metric))
    size = 1.0 if relative else float(np.median(there[np.isfinite(there)]))
    if median == 0.0 or abs(median) < SMALL_CHANGE * size:
        return "hardly moves"
    return "raises" if median > 0.0 else "lowers"


def _share(values: np.ndarray) -> float:
    return float(values[np.isfinite(values)].mean())


__all__ = ["effect_of", "in_per_cent", "verb", "ways", "ways_between"]
