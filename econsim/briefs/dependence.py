"""What the effect of a package depends on, read off the brief's own futures: nothing is run.

Each future has drawn every uncertain assumption, so the futures themselves say with which assumptions the effect goes,
how it differs between their low and high ends, where the finding fails, and what could be observed beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from econsim.briefs.breaking import CONFIDENCE, Breaking, where_it_fails
from econsim.briefs.directions import effect_of
from econsim.briefs.spec_packages import STATUS_QUO
from econsim.findings import NO_CHANGE
from econsim.metrics import YES_NO
from econsim.parameter_book import book
from econsim.posterior import posterior
from econsim.studies.drivers_correlation import correlations
from econsim.studies.statistics.given_data import LEAST_ROWS
from econsim.world import design_dimensions, design_points, parameter_values

MOST_DRIVERS = 5
MOST_SIGNALS = 3
FIFTH = 0.2
ALIKE = 0.8  # rank correlation from which on two signals tell the same
LEAST_MOVE = 0.2
"""Share of the effect's 90% range by which its ends have to differ for a signal to change our mind."""

OBSERVABLE = (
    "copy_revenue_share", "visible_lag_months", "copy_price_ratio", "lab_margin", "price_fall", "frontier_growth",
    "rd_to_revenue", "n_distillers_active",
)  # fmt: skip
"""What anybody can measure in a world without the package, without knowing the model."""

OF_COPIES = ("copy_revenue_share", "visible_lag_months", "copy_price_ratio", "n_distillers_active")
"""Those of them that there is nothing to measure of where nobody can copy."""


@dataclass(frozen=True)
class End:
    """The futures in the lowest or the highest fifth of something.

    value    : where the fifth ends
    median   : of the effect in it; its mean where the metric is yes or no
    up, down : shares of its futures in which the effect is positive and negative
    rows     : futures in it
    """

    value: float
    median: float
    up: float
    down: float
    rows: int


@dataclass(frozen=True)
class Driver:
    """An assumption, or something observable, and how the effect differs with it.

    correlation, low, high : Spearman's rank correlation with the effect, and its 95% interval
    clear                  : whether it differs from zero by more than chance among so many names would
    lowest, highest        : the fifths of futures in which it is lowest and highest
    """

    name: str
    correlation: float
    low: float
    high: float
    clear: bool
    lowest: End
    highest: End

    @property
    def grade(self) -> str:
        """Of the evidence for an assumption: A measured, B inferred, C assumed."""
        return book().parameters[self.name].grade


@dataclass(frozen=True)
class Idle:
    """Futures in which nobody ever copies, though anybody may.

    share  : of all futures that could be solved
    median : of the effect in them; NaN where it is not defined in any
    """

    share: float
    median: float


@dataclass(frozen=True)
class Dependence:
    """What the effect of one package on one metric depends on.

    sign     : of the median effect: 1, -1 or 0
    median   : of the effect; its mean where the metric is yes or no
    varies   : whether the effect differs between futures
    seen     : the world in which copying and signals are looked at: `status-quo`, or `package` where only that one has
               copying, so that the effect is that of copying itself
    names    : assumptions that are uncertain, as many as correlations were computed for
    drivers  : those with the strongest rank correlations, at most five, among those that are clear
    signals  : what can be observed in that world, goes clearly with the effect and matters to it, at most three
    breaking : where the finding fails; None where nothing tells those futures apart
    idle     : futures in which nobody copies in that world; None where nobody can in either
    """

    sign: int
    median: float
    varies: bool
    seen: str
    names: tuple[str, ...]
    drivers: tuple[Driver, ...]
    signals: tuple[Driver, ...]
    breaking: Breaking | None
    idle: Idle | None

    @property
    def reversing(self) -> tuple[Driver, ...]:
        """Drivers at one end of which the median effect has the other sign."""
        return tuple(
            one for one in self.drivers if any(self.sign * end.median < 0.0 for end in (one.lowest, one.highest))
        )


def dependence(result: Any, metric: str, relative: bool) -> Dependence:
    """What the effect of a package on a metric depends on.

    result   : with its status quo, on the same draws
    relative : whether the effect is the change relative to the status quo, or the difference
    """
    effect = effect_of(result, metric, relative)
    known = np.isfinite(effect)
    yes_no = metric in YES_NO
    middle = np.mean if yes_no else np.median
    median = float(middle(effect[known])) if known.any() else float("nan")
    sign = 0 if not known.any() else int(np.sign(median)) if abs(median) > NO_CHANGE else 0
    names, points = assumption_values(result)
    groups = drawn_alike(result, names, points)
    seen, world, copying = _seen(result)
    # Where nobody can copy, no future is set apart by that.
    happens = world.values("copying_ever_happens") if copying else np.ones(len(effect))
    copied, nobody = happens > 0.0, happens == 0.0
    share = float(nobody.sum() / max(int((~result.failed).sum()), 1))
    idle = Idle(share, float(middle(effect[nobody & known])) if (nobody & known).any() else float("nan"))
    varies = bool(known.any() and np.ptp(effect[known]) > NO_CHANGE)
    drivers = tuple(one for one in strongest(names, points, effect, MOST_DRIVERS, yes_no, groups) if one.clear)
    observable = tuple(name for name in OBSERVABLE if copying or name not in OF_COPIES)
    observed = np.column_stack([world.values(name) for name in observable])
    least = LEAST_MOVE * float(np.ptp(np.quantile(effect[known], [0.05, 0.95]))) if varies else 0.0
    told = strongest(observable, observed, effect, len(observable), yes_no, groups)
    signals = apart([one for one in told if one.clear and _matters(one, least)], observable, observed)
    rows = known & copied
    breaking = None if yes_no else where_it_fails(names, points[rows], effect[rows], sign, groups[rows])
    return Dependence(sign, median, varies, seen, names, drivers, signals, breaking, idle if copying else None)


def _seen(result: Any) -> tuple[str, Any, bool]:
    """The world in which copying and signals are looked at: its name, its result, and whether anybody can copy in it.

    It is the status quo, the world that we are in without the package. Where nobody can copy in that one, and can with
    the package, it is only there to be compared with, and the package's own world is the one to look at.
    """
    if not result.status_quo.scenario.switches.copying and result.scenario.switches.copying:
        return "package", result, True
    return STATUS_QUO, result.status_quo, result.status_quo.scenario.switches.copying


def _matters(one: Driver, least: float) -> bool:
    """Whether the effect differs between the two ends by so much, or in its sign."""
    here, there = one.lowest.median, one.highest.median
    return abs(here - there) >= least or min(here, there) < -NO_CHANGE < NO_CHANGE < max(here, there)


def assumption_values(result: Any) -> tuple[tuple[str, ...], np.ndarray]:
    """Names of the uncertain assumptions, and their values in every future, (draw, assumption)."""
    scenario = result.status_quo.scenario
    points = design_points(scenario, result.ensemble, result.seed, 0, result.draws)
    if points is None:
        return (), np.zeros((result.draws, 0))
    values = parameter_values(scenario, points)
    names = tuple(name for name in design_dimensions() if not scenario.assumptions[name].fixed)
    return names, np.column_stack([np.broadcast_to(values[name], result.draws) for name in names])


def drawn_alike(result: Any, names: Sequence[str], points: np.ndarray) -> np.ndarray:
    """Which futures have drawn the same assumptions, (draw,): those that have share their number.

    names, points : as `assumption_values` gives them

    The calibrated ensemble draws whole rows of a posterior, by weight and so some of them more than once. What it does
    not cover is drawn anew, and does not make such futures independent of each other.
    """
    covered = posterior().covers(result.status_quo.scenario.assumptions) if result.ensemble == "calibrated" else ()
    columns = [place for place, name in enumerate(names) if name in covered]
    if not columns:
        return np.arange(len(points))
    return np.unique(points[:, columns], axis=0, return_inverse=True)[1].reshape(-1)


def strongest(
    names: Sequence[str],
    points: np.ndarray,
    effect: np.ndarray,
    most: int,
    yes_no: bool = False,
    groups: np.ndarray | None = None,
) -> tuple[Driver, ...]:
    """Those that go most with the effect, the strongest first; none where too few futures tell.

    Looking at many names, a few intervals leave out zero by chance. So one is clear only where its interval does at the
    level that Bonferroni's inequality gives for all of them together: one false name in twenty briefs.

    points : (draw, name), NaN where undefined
    effect : (draw,), NaN where undefined
    yes_no : whether the metric is yes or no in each future, so that ends are told as means
    groups : (draw,) as `drawn_alike` gives them: what has the same number is not independent; None: all is
    """
    together = 1.0 - (1.0 - CONFIDENCE) / max(len(names), 1)
    found = []
    for column, name in enumerate(names):
        rows = np.isfinite(points[:, column]) & np.isfinite(effect)
        numbers = np.arange(len(effect))[rows] if groups is None else groups[rows]
        distinct = len(np.unique(numbers))
        if distinct < LEAST_ROWS or np.ptp(points[rows, column]) == 0.0:
            continue
        given = points[rows][:, [column]], effect[rows][:, np.newaxis], [numbers] if distinct < len(numbers) else []
        told = correlations(*given, confidence=CONFIDENCE)
        if told.reasons[0] is not None:
            continue
        one = told.correlation
        wide = correlations(*given, confidence=together).correlation
        clear = bool(wide.low[0, 0] > 0.0 or wide.high[0, 0] < 0.0)
        ends = _ends(points[rows, column], effect[rows], np.mean if yes_no else np.median)
        found.append(Driver(name, float(one.value[0, 0]), float(one.low[0, 0]), float(one.high[0, 0]), clear, *ends))
    return tuple(sorted(found, key=lambda one: (-abs(one.correlation), one.name))[:most])


def _ends(values: np.ndarray, effect: np.ndarray, middle: Callable[[np.ndarray], Any]) -> tuple[End, End]:
    low, high = (float(value) for value in np.quantile(values, [FIFTH, 1.0 - FIFTH]))
    return _end(low, effect[values <= low], middle), _end(high, effect[values >= high], middle)


def _end(value: float, effect: np.ndarray, middle: Callable[[np.ndarray], Any]) -> End:
    up, down = float((effect > NO_CHANGE).mean()), float((effect < -NO_CHANGE).mean())
    return End(value, float(middle(effect)), up, down, len(effect))


def apart(signals: Sequence[Driver], names: Sequence[str], observed: np.ndarray) -> tuple[Driver, ...]:
    """The strongest signals that do not tell the same.

    names, observed : (draw, name), all that was looked at
    """
    from scipy.stats import spearmanr

    kept: list[Driver] = []
    for one in signals:
        columns = [names.index(one.name), *(names.index(other.name) for other in kept)]
        values = observed[np.isfinite(observed[:, columns]).all(axis=1)][:, columns]
        same = any(abs(spearmanr(values[:, 0], values[:, place])[0]) > ALIKE for place in range(1, len(columns)))
        if not same:
            kept.append(one)
    return tuple(kept[:MOST_SIGNALS])


__all__ = [
    "OBSERVABLE", "Dependence", "Driver", "End", "Idle", "assumption_values", "dependence", "drawn_alike", "strongest",
]  # fmt: skip
