"""One assumption that takes a finding away: where, how firmly, and what plain runs say."""

from __future__ import annotations

from dataclasses import dataclass

from econsim.findings import Verdict
from econsim.studies.flip_assumptions import Assumed
from econsim.studies.flip_search import CLEAR, FADES, REVERSES, Bracket, Scan


@dataclass(frozen=True)
class Confirmation:
    """A plain run with the assumption set on both sides.

    value   : of the assumption; None: as the ensemble draws it
    verdict : what its draws say
    finding : its own sentence
    """

    value: float | None
    run_id: str
    verdict: Verdict
    finding: str


@dataclass(frozen=True)
class Flip:
    """One assumption that takes the finding away.

    kind     : `reverses` where it does so in its prior; else `fades` where that is in the prior; else `reverses`
               where it does so anywhere; else `fades`
    fades    : where the finding is first hardly a change any more, or reversed
    reverses : where it is first reversed; None where it never is
    runs     : plain runs just before the value and at it; None outside the prior, where they are not made
    """

    scan: Scan
    kind: str
    fades: Bracket
    reverses: Bracket | None
    runs: tuple[Confirmation, Confirmation] | None = None

    @property
    def assumed(self) -> Assumed:
        """The assumption."""
        return self.scan.assumed

    @property
    def found(self) -> Bracket:
        """Where the finding is taken away, in the terms of `kind`."""
        return self.reverses if self.kind == REVERSES and self.reverses is not None else self.fades

    @property
    def value(self) -> float:
        """The value that does it."""
        return self.found.value

    @property
    def before(self) -> float | None:
        """A value at which that has not happened yet, as close as the search goes; None where the default does it."""
        return None if self.found.before == self.found.value else self.found.before

    @property
    def direction(self) -> str:
        """Whether the value lies `higher` or `lower` than the default, or is the default itself."""
        default = self.assumed.default
        return "default" if self.value == default else "higher" if self.value > default else "lower"

    @property
    def distance(self) -> float:
        """How far into the prior it lies; see `Assumed.distance`."""
        return self.assumed.distance(self.value)

    @property
    def inside(self) -> bool:
        """Whether the value lies in the prior."""
        return self.assumed.inside(self.value)

    @property
    def stays(self) -> bool:
        """Whether it has happened at every value that was tried beyond, too."""
        return self.scan.stays(self.kind, self.found)

    @property
    def verdict(self) -> Verdict:
        """What the draws say at the value."""
        return self.scan.verdicts[self.value]

    @property
    def interval(self) -> tuple[float, float] | None:
        """95% interval of the median at the value; None with too few draws for one."""
        return self.scan.intervals.get(self.value)

    @property
    def other_side(self) -> float:
        """Share of the futures whose change at the value is against the finding."""
        return self.verdict.down if self.scan.finding == 1 else self.verdict.up

    @property
    def clear(self) -> float | None:
        """Of a reversal: the value nearest to the default at which it is clear; None where it is at no value tried."""
        if self.kind != REVERSES:
            return None
        if self.before is None:  # fixing the assumption at its default does it
            return self.value if self.scan.happened(CLEAR, self.value) else None
        found = self.scan.clear()
        return None if found is None else found.value

    @property
    def clear_inside(self) -> bool:
        """Whether it is clear at a value in the prior."""
        return self.clear is not None and self.assumed.inside(self.clear)

    @property
    def rank(self) -> tuple[int, float, str]:
        """Reversals in the prior first, then fading there, then what is outside; by what takes the least."""
        place = 2 * (not self.inside) + (self.kind == FADES)
        return place, self.distance, self.assumed.name

    @property
    def confirmed(self) -> bool | None:
        """Whether plain runs say the same: it has happened at the value, and not just before; None without runs."""
        if self.runs is None:
            return None
        before, at = (run.verdict.sign for run in self.runs)
        finding = self.scan.finding
        if self.kind == REVERSES:
            return at == -finding and before != -finding
        return at == 0 and (before == finding or self.before is None)


def flip_of(scan: Scan) -> Flip | None:
    """What one assumption does to the finding; None where it takes it away at no value."""
    fades, reverses = scan.nearest(FADES), scan.nearest(REVERSES)
    if fades is None:
        return None
    inside = scan.assumed.inside
    if reverses is not None and (inside(reverses.value) or not inside(fades.value)):
        return Flip(scan, REVERSES, fades, reverses)
    return Flip(scan, FADES, fades, reverses)


__all__ = ["Confirmation", "Flip", "flip_of"]
