"""Looking for the values at which one changed assumption reverses a finding: a coarse scan, then bisection."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from econsim.findings import MOST_FAILED, NO_CHANGE
from econsim.studies.flip_assumptions import Assumed
from econsim.studies.tipping_worlds import CommonDraws

USUAL_ROUNDS = 7
CONFIRMING = 2  # plain runs of each flip
MOST_ROUNDS = 40  # of bisection; the widest brackets need some thirty


class Effect(NamedTuple):
    """The paired effects of the draws at one value.

    median : NaN where too many futures could not be solved, or the effect is undefined in all
    sign   : of the median: 1, -1; 0 where it is nil or unknown
    higher, lower : shares of the futures in which the effect is above nil, and below
    """

    median: float
    sign: int
    higher: float
    lower: float


@dataclass
class Scan:
    """One assumption and the effects at the values that were tried.

    flips : side (-1 down, 1 up) -> (value at which the finding still stands, value at which it is reversed); equal
            where the default itself reverses it
    """

    assumed: Assumed
    effects: dict[float, Effect] = field(default_factory=dict)
    flips: dict[int, tuple[float, float]] = field(default_factory=dict)

    def drop_the_further_side(self) -> None:
        """Forget the flip that is further away for certain: nothing would come of narrowing it down."""
        if len(self.flips) == 2:
            far = {side: self.assumed.distance(ends[1]) for side, ends in self.flips.items()}
            near = {side: self.assumed.distance(ends[0]) for side, ends in self.flips.items()}
            for side in (-1, 1):
                if near[side] >= far[-side] and side in self.flips and len(self.flips) == 2:
                    del self.flips[side]

    def stays(self, before: float, value: float) -> bool:
        """Whether the finding is reversed at every value that was tried from a flip on, away from the default."""
        if before == value:
            return all(one.sign == self.effects[value].sign for one in self.effects.values())
        beyond = [one.sign for tried, one in self.effects.items() if (tried - value) * (value - before) >= 0.0]
        return all(sign == self.effects[value].sign for sign in beyond)

    def nearest(self) -> tuple[float, float] | None:
        """The flip that takes the least, in terms of the prior; None where there is none."""
        found = sorted(self.flips.items(), key=lambda item: (self.assumed.distance(item[1][1]), item[0]))
        return found[0][1] if found else None


def effect_of(effects: np.ndarray, failed: np.ndarray, levels: np.ndarray) -> Effect:
    """What the draws of one setting say.

    effects, failed, levels : (draw,)
    """
    known = effects[np.isfinite(effects)]
    if not known.size or failed.mean() > MOST_FAILED:
        return Effect(math.nan, 0, math.nan, math.nan)
    median = float(np.median(known))
    size = float(np.nanmedian(np.abs(levels)))
    least = NO_CHANGE * size
    sign = 0 if abs(median) <= least else 1 if median > 0.0 else -1
    return Effect(median, sign, float((known > least).mean()), float((known < -least).mean()))


def search(worlds: CommonDraws, assumptions: Sequence[Assumed], finding: int) -> list[Scan]:
    """Try every assumption over its prior, out to its bounds where that reverses nothing, and narrow flips down.

    finding : the sign of the median effect to be reversed
    """
    scans = [Scan(one) for one in assumptions]
    for outer in (False, True):
        wanted = [scan for scan in scans if not scan.flips]
        paths = [
            (scan, side, scan.assumed.outer(side > 0) if outer else scan.assumed.inner(side > 0))
            for scan in wanted
            for side in (-1, 1)
        ]
        settings = [(scan, value) for scan, _, path in paths for value in path]
        # Of the assumptions, half may turn out to reverse the finding.
        later = 0.0 if outer else 0.5 * sum(len(scan.assumed.outer(up)) - 1 for scan in scans for up in (False, True))
        narrowing = (USUAL_ROUNDS + CONFIRMING) * 0.5 * len(scans)
        new = len({(scan.assumed.name, value) for scan, value in settings if value not in scan.effects})
        worlds.plan((new + later + narrowing) * 2 * worlds.settings.draws)
        evaluate(worlds, settings)
        for scan, side, path in paths:
            found = _first_flip(scan, path, finding)
            if found is not None:
                scan.flips[side] = found
        for scan in wanted:
            scan.drop_the_further_side()
    _narrow(worlds, scans, finding)
    return scans


def evaluate(worlds: CommonDraws, settings: Sequence[tuple[Scan, float]]) -> None:
    """Effects at values that have not been tried yet, many of them in one chunk."""
    new = list(dict.fromkeys((scan.assumed.name, value) for scan, value in settings if value not in scan.effects))
    if not new:
        return
    values = {name: np.full(len(new), np.nan) for name in dict.fromkeys(name for name, _ in new)}
    for place, (name, value) in enumerate(new):
        values[name][place] = value
    rows = worlds.at_every_draw(values, expected=True)
    found = {key: effect_of(rows.effect[place], rows.failed[place], rows.level[place]) for place, key in enumerate(new)}
    for scan, value in settings:
        if (scan.assumed.name, value) in found:
            scan.effects[value] = found[scan.assumed.name, value]


def _first_flip(scan: Scan, path: Sequence[float], finding: int) -> tuple[float, float] | None:
    """The first value along a path that reverses the finding, and the one before it."""
    before = path[0]
    for value in path:
        if scan.effects[value].sign == -finding:
            return before, value
        before = value
    return None


def _narrow(worlds: CommonDraws, scans: Sequence[Scan], finding: int) -> None:
    """Halve every bracket until its ends lie close together, all brackets in one chunk."""
    for turn in range(MOST_ROUNDS):
        middles = []
        for scan in scans:
            for side, (before, value) in scan.flips.items():
                middle = scan.assumed.between(before, value)
                if middle is not None:
                    middles.append((scan, side, middle))
        if not middles:
            return
        rounds = max(USUAL_ROUNDS - turn, 1)
        confirming = CONFIRMING * sum(bool(scan.flips) for scan in scans)
        worlds.plan((rounds * len(middles) + confirming) * 2 * worlds.settings.draws)
        evaluate(worlds, [(scan, middle) for scan, _, middle in middles])
        for scan, side, middle in middles:
            before, value = scan.flips[side]
            reversed_here = scan.effects[middle].sign == -finding
            scan.flips[side] = (before, middle) if reversed_here else (middle, value)
