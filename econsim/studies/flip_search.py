"""Looking for the values at which one changed assumption fades or reverses a finding: few values first, then bisection.

What a finding says is `findings.verdict`, as in `econsim run`. It *fades* where the median is hardly moved any more,
and is *reversed* where it is moved the other way. A reversal is *clear* where the 95% interval of the median lies
wholly on the other side of nought: at the first value that reverses the median of these draws, other draws may not.
Where next to nothing is left of what the change is measured against, the finding *vanishes*: per cent of next to
nothing have a sign by luck, so that from there on nothing is judged, and neither a reversal nor fading is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from econsim.findings import MOST_FAILED, NEGLIGIBLE, SMALL_CHANGE, Verdict, relative_to, verdict
from econsim.studies.flip_assumptions import CLEAR_STEPS, Assumed
from econsim.studies.median_interval import median_interval
from econsim.studies.tipping_worlds import CommonDraws

FADES, REVERSES, CLEAR, VANISHES = "fades", "reverses", "clear", "vanishes"
KINDS = (REVERSES, FADES)
NOTICED = 0.25  # of the way from the finding to none: a median that moves by less on a side is not looked at closer
USUAL_ROUNDS = 9
MOST_ROUNDS = 60  # of bisection; the widest brackets need some fifteen


class Bracket(NamedTuple):
    """Two values, as close together as the search goes, between which something happens to the finding.

    before : the value nearer to the default, at which it has not happened yet; equal to `value` where the default
             itself does it
    value  : at which it has
    """

    before: float
    value: float


@dataclass
class Scan:
    """One assumption and what the draws say at the values that were tried.

    finding  : the sign of the finding
    verdicts : value tried -> what the draws say there
    intervals : value tried -> 95% interval of the median there; None with too few draws for one
    nil : values tried at which next to nothing is left of what the change is measured against
    """

    assumed: Assumed
    finding: int
    verdicts: dict[float, Verdict] = field(default_factory=dict)
    intervals: dict[float, tuple[float, float] | None] = field(default_factory=dict)
    nil: set[float] = field(default_factory=set)

    def happened(self, kind: str, value: float) -> bool:
        """Whether the finding is reversed at a value that was tried, clearly so, or none any more, or has vanished.

        Not reversed nor faded where nothing is known, or next to nothing is left to change.
        """
        if kind == VANISHES or value in self.nil:
            return kind == VANISHES and value in self.nil
        sign = self.verdicts[value].sign
        if kind == CLEAR:
            interval = self.intervals.get(value)
            return sign == -self.finding and interval is not None and max(self.finding * end for end in interval) < 0.0
        return sign is not None and (sign == -self.finding if kind == REVERSES else sign != self.finding)

    def path(self, up: bool) -> list[float]:
        """The values tried on one side, from the default outwards."""
        default = self.assumed.default
        side = [value for value in self.verdicts if (value > default if up else value < default)]
        return [default, *sorted(side, reverse=not up)]

    def bracket(self, kind: str, up: bool) -> Bracket | None:
        """The first place on one side at which it happens, as far as tried; nothing does beyond where it vanishes."""
        before = self.assumed.default
        for value in self.path(up):
            if self.happened(kind, value):
                return Bracket(before, value)
            if value in self.nil:
                return None
            before = value
        return None

    def nearest(self, kind: str) -> Bracket | None:
        """The place that takes the least, in terms of the prior; None where it happens nowhere."""
        found = [one for up in (False, True) if (one := self.bracket(kind, up)) is not None]
        return min(found, key=lambda one: self.assumed.distance(one.value)) if found else None

    def wanted(self, kind: str) -> list[Bracket]:
        """Brackets that may hold the nearest place: one on either side, unless the other is nearer for certain."""
        found = [one for up in (False, True) if (one := self.bracket(kind, up)) is not None]
        if len(found) < 2:
            return found
        near, far = ([self.assumed.distance(value) for value in ends] for ends in zip(*found, strict=True))
        return [one for place, one in enumerate(found) if near[place] < far[1 - place]]

    def clear(self) -> Bracket | None:
        """Where the nearest reversal becomes clear, going on from it; None where it does at no value tried."""
        nearest = self.nearest(REVERSES)
        return None if nearest is None else self.bracket(CLEAR, self._above(nearest))

    def _above(self, found: Bracket) -> bool:
        """On which side of the default a place lies."""
        return found.value > self.assumed.default

    def halves(self) -> set[float]:
        """The values to try next: halfway in every bracket that is not narrow enough."""
        found = {self.assumed.between(*one) for kind in (*KINDS, VANISHES) for one in self.wanted(kind)}
        clear = self.clear()
        if clear is not None and clear != self.nearest(REVERSES):
            found.add(self.assumed.between(*clear, CLEAR_STEPS))
        return {value for value in found if value is not None}

    def stays(self, kind: str, found: Bracket) -> bool:
        """Whether it has happened at every value that was tried from there on, away from the default.

        Values at which there is nothing to judge do not count.
        """
        tried = [value for value in self.verdicts if value not in self.nil]
        if found.before == found.value:
            return all(self.happened(kind, value) for value in tried)
        return all(
            self.happened(kind, value) for value in tried if (value - found.value) * (found.value - found.before) >= 0.0
        )

    def closest(self) -> tuple[float, Verdict] | None:
        """The value tried at which least of the finding is left, and what the draws say there."""
        judged = [(value, one) for value, one in self.verdicts.items() if value not in self.nil]
        known = [(value, one) for value, one in judged if one.sign is not None]
        if not known:
            return None
        return min(known, key=lambda item: (self.finding * item[1].median, self.assumed.distance(item[0])))

    def moved(self, one: float, other: float) -> bool:
        """Whether the median differs noticeably between two values, or is unknown or of next to nothing at either."""
        if not self.nil.isdisjoint((one, other)):
            return True
        median = [self.verdicts[value].median for value in (one, other)]
        room = max(self.finding * self.verdicts[self.assumed.default].median - SMALL_CHANGE, SMALL_CHANGE)
        return not abs(median[1] - median[0]) < NOTICED * room


def judged(level: np.ndarray, status_quo: np.ndarray, failed: np.ndarray) -> Verdict:
    """What the draws of one setting say; nothing where too many could not be solved.

    level, status_quo, failed : (draw,)
    """
    return verdict(changes(level, status_quo, failed))


def changes(level: np.ndarray, status_quo: np.ndarray, failed: np.ndarray) -> np.ndarray:
    """The paired relative changes that one setting's draws define, (change,); none where too many were not solved."""
    if failed.mean() > MOST_FAILED:
        return np.empty(0)
    return relative_to(np.where(failed, np.nan, level), status_quo)


def next_to_nothing(status_quo: np.ndarray, failed: np.ndarray, usual: float) -> bool:
    """Whether less than NEGLIGIBLE is left of the median of what changes are measured against.

    status_quo, failed : (draw,) at one setting
    usual : that median as drawn
    """
    known = status_quo[np.isfinite(status_quo) & ~failed]
    return bool(known.size) and abs(float(np.median(known))) < NEGLIGIBLE * abs(usual)


def usual_values(assumptions: int) -> float:
    """How many values are tried of so many assumptions, as a rule: the default, both ends, and what is left then."""
    return assumptions * (3.0 + _usually_left())


def _usually_left() -> float:
    """Values of an assumption that are tried after the ends of its prior, as a rule."""
    return 1.5 + 1.5 + 0.7 * USUAL_ROUNDS


def search(
    worlds: CommonDraws, assumptions: Sequence[Assumed], finding: int, later: int = 0, usual: float = 0.0
) -> list[Scan]:
    """Try every assumption in its prior, and outside where that reverses nothing, and narrow down what happens.

    finding : the sign of the finding
    later   : settings that are computed elsewhere afterwards
    usual   : the status quo's median as drawn
    """
    scans = [Scan(one, finding) for one in assumptions]
    left = len(scans) * _usually_left() + later
    for step in (_ends, _halfway, _beyond):
        settings = [(scan, value) for scan in scans for value in step(scan)]
        worlds.plan((len(settings) + left) * 2 * worlds.settings.draws)
        evaluate(worlds, settings, usual)
        left -= 1.5 * len(scans)
    _narrow(worlds, scans, later, usual)
    return scans


def _ends(scan: Scan) -> Iterator[float]:
    """The default and the ends of the prior."""
    yield from dict.fromkeys((scan.assumed.default, scan.assumed.low, scan.assumed.high))


def _halfway(scan: Scan) -> Iterator[float]:
    """Halfway between the default and an end of the prior, where that end makes a difference."""
    for end in (scan.assumed.low, scan.assumed.high):
        if end != scan.assumed.default and scan.moved(scan.assumed.default, end):
            yield scan.assumed.halfway(end)


def _beyond(scan: Scan) -> Iterator[float]:
    """Outside the prior, where nothing inside reverses the finding, and on sides on which it has not vanished."""
    if scan.nearest(REVERSES) is None:
        for up in (False, True):
            value = scan.assumed.beyond(up)
            if value is not None and scan.nil.isdisjoint(scan.path(up)):
                yield value


def evaluate(worlds: CommonDraws, settings: Sequence[tuple[Scan, float]], usual: float = 0.0) -> None:
    """What the draws say at values that have not been tried yet, many of them in one chunk."""
    new = list(dict.fromkeys((scan.assumed.name, value) for scan, value in settings if value not in scan.verdicts))
    if not new:
        return
    values = {name: np.full(len(new), np.nan) for name in dict.fromkeys(name for name, _ in new)}
    for place, (name, value) in enumerate(new):
        values[name][place] = value
    rows = worlds.at_every_draw(values, expected=True)
    found = {key: (rows.level[i], rows.status_quo[i], rows.failed[i]) for i, key in enumerate(new)}
    for scan, value in settings:
        if (scan.assumed.name, value) in found:
            here = found[scan.assumed.name, value]
            scan.verdicts[value] = judged(*here)
            scan.intervals[value] = median_interval(changes(*here))
            if next_to_nothing(*here[1:], usual):
                scan.nil.add(value)


def _narrow(worlds: CommonDraws, scans: Sequence[Scan], later: int, usual: float) -> None:
    """Halve every bracket until its ends lie close together, all brackets in one chunk."""
    for turn in range(MOST_ROUNDS):
        middles = [(scan, value) for scan in scans for value in sorted(scan.halves())]
        if not middles:
            return
        rounds = max(USUAL_ROUNDS - turn, 1)
        worlds.plan((rounds * len(middles) + later) * 2 * worlds.settings.draws)
        evaluate(worlds, middles, usual)
