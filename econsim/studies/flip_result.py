"""What a flip table holds: assumptions that fade or reverse a finding, in numbers and words."""

from __future__ import annotations

import functools
from typing import Any

import pandas as pd

import econsim
from econsim.findings import FUTURES, MOST_FAILED, NEGLIGIBLE, SMALL_CHANGE, Verdict, futures, percent
from econsim.studies.flip_one import Flip
from econsim.studies.flip_question import FlipQuestion
from econsim.studies.flip_search import FADES, REVERSES, VANISHES, Scan
from econsim.studies.flip_tables import flip_mapping, never_mapping, scan_mapping
from econsim.studies.words import plain, relative, setting, settings, words
from econsim.subject_words import against_in_its_world


class Flips:
    """Which single assumptions take a finding away, those that do it most plainly and take the least first.

    found : the verdict on the scenario as it is
    flips : assumptions that reverse it or let it fade, ranked as `Flip.rank` says
    scans : every assumption with what the draws say at the values that were tried
    interval : 95% interval of the median that the finding rests on; None with too few draws for one
    """

    def __init__(
        self,
        question: FlipQuestion,
        found: Verdict,
        interval: tuple[float, float] | None,
        scans: list[Scan],
        flips: list[Flip],
        failed: int,
    ):
        self.question, self.found, self.interval, self.scans = question, found, interval, scans
        self.flips = sorted(flips, key=lambda one: one.rank)
        self.failed = failed
        self.engine = question.settings.engine

    def __repr__(self) -> str:
        return f"<Flips of {self.question.scenario.name}: {len(self.flips)} of {len(self.scans)}; {self.id}>"

    @property
    def id(self) -> str:
        """Twelve hexadecimal digits of all that the numbers depend on."""
        return self.question.id

    @property
    def never(self) -> list[Scan]:
        """Assumptions that leave the finding as it is at all values tried, those that come closest first."""
        touched = {one.assumed.name for one in self.flips}
        left = [scan for scan in self.scans if scan.assumed.name not in touched]
        return sorted(left, key=lambda scan: (self._left(scan), scan.assumed.name))

    @staticmethod
    def _left(scan: Scan) -> float:
        closest = scan.closest()
        return float("inf") if closest is None else scan.finding * closest[1].median

    @property
    def vanishing(self) -> list[tuple[Scan, float]]:
        """Assumptions with a value in their prior that leaves next to nothing to change, and the nearest such value."""
        found = [(scan, one.value) for scan in self.scans if (one := scan.nearest(VANISHES)) is not None]
        return [(scan, value) for scan, value in found if scan.assumed.inside(value)]

    def group(self, kind: str, inside: bool) -> list[Flip]:
        """Flips of one kind, in the prior or outside."""
        return [one for one in self.flips if one.kind == kind and one.inside == inside]

    @property
    def too_few(self) -> bool:
        """Whether there are fewer futures than a finding can rest on."""
        return self.question.settings.draws < FUTURES

    @property
    def settled(self) -> bool:
        """Whether the draws are enough to be sure of the verdict.

        A median that is moved has an interval on one side of nought; one that is hardly moved, one within SMALL_CHANGE.
        """
        if self.interval is None:
            return False
        if self.found.sign == 0:
            return max(map(abs, self.interval)) < SMALL_CHANGE
        return self.interval[0] * self.interval[1] > 0.0

    @property
    def identity(self) -> str:
        """The id, as other analyses call it."""
        return self.id

    def tables(self) -> dict[str, pd.DataFrame]:
        """The table, by the name of its file."""
        return {"flip": self.table()}

    def table(self) -> pd.DataFrame:
        """One row an assumption, in the order of `flips`, then those that leave the finding as it is.

        Columns: parameter, grade, default, low, high, does, flip, lies, inside_prior, distance, before,
        median_at_default, median_before, median_at, median_at_low, median_at_high (its 95% interval; relative changes),
        other_side (share of futures against the finding there), clear_at, fades_at, reverses_at, stays, confirmed,
        vanishes_at (from where on next to nothing is left to change, and nothing is judged).
        """
        columns = (
            "parameter", "grade", "default", "low", "high", "does", "flip", "lies", "inside_prior", "distance",
            "before", "median_at_default", "median_before", "median_at", "median_at_low", "median_at_high",
            "other_side", "clear_at", "fades_at", "reverses_at", "stays", "confirmed", "vanishes_at",
        )  # fmt: skip
        rows = [flip_mapping(one) for one in self.flips]
        rows += [scan_mapping(scan) | {"does": "neither"} for scan in self.never]
        return pd.DataFrame([{name: row.get(name) for name in columns} for row in rows], columns=list(columns))

    # ------------------------------------------------------------------------------------------------ in words

    @property
    def headline(self) -> str:
        """The finding that there is to be taken away, in a sentence."""
        asked, one = self.question, self.found
        told, against = words(asked.output.metric), against_in_its_world(asked.scenario, asked.against)
        size = f"(median {percent(one.median)}, 90% range {percent(one.low)} to {percent(one.high)})"
        if one.sign == 0:
            return f"{against}, {asked.subject} {one.verb} the median of {told} {size}: there is nothing to reverse."
        share = one.up if one.sign == 1 else one.down
        return f"{against}, {asked.subject} {one.verb} {told} in {futures(share)} simulated futures {size}."

    @functools.cached_property
    def finding(self) -> str:
        """How many assumptions reverse the finding or let it fade when changed alone, and which take the least."""
        settings = self.question.settings
        if self.failed > MOST_FAILED * settings.draws:
            return f"No finding: {self.failed} of {settings.draws} futures could not be solved."
        told = [self.headline]
        if self.too_few:
            told.insert(0, f"Too few futures to judge ({settings.draws}; {FUTURES} are needed). As far as they go:")
        if self.found.sign:
            told += [self._inside_words(), self._outside_words(), self._never_words(), self._vanishing_words()]
        unsure = [words(one.assumed.name) for one in self.flips if one.confirmed is False]
        if unsure:
            told.append(f"Plain runs did not confirm {', '.join(unsure)}.")
        if not self.too_few and not self.settled and self.interval is not None:
            low, high = self.interval
            told.append(
                f"{settings.draws} futures are too few to be sure of that verdict: the 95% interval of the median is "
                f"{percent(low)} to {percent(high)}."
            )
        return " ".join(one for one in told if one)

    def _inside_words(self) -> str:
        reverses, fades = self.group(REVERSES, True), self.group(FADES, True)
        total = len(self.scans)
        if not reverses and not fades:
            if total == 1:
                return f"Changed alone in its prior, {words(self.scans[0].assumed.name)} does not take that away."
            return f"None of {total} assumptions takes that away when changed alone in its prior."
        told = (
            f"Changed alone in its prior, {_of(len(reverses), total)} {'reverse' if len(reverses) > 1 else 'reverses'} "
        )
        if reverses:
            told += f"the median of these {self.question.settings.draws} futures, {clearly(reverses)}, least changed: "
            told += self.in_words(reverses[0])
        else:
            told += "that"
        if not fades:
            return f"{told}."
        more = "" if not reverses else " more"
        told += f"; {len(fades)}{more} {_verb(fades, 'let')} it fade to hardly a change"
        return f"{told}, least changed: {self.in_words(fades[0])}."

    def _outside_words(self) -> str:
        reverses, fades = self.group(REVERSES, False), self.group(FADES, False)
        parts = [f"{len(some)} {_verb(some, verb)} it{rest}" for some, verb, rest in (
            (reverses, "reverse", ""), (fades, "let", " fade")) if some]  # fmt: skip
        if not parts:
            return ""
        first = (reverses or fades)[0]
        told = f"Outside their priors, {' and '.join(parts)}"
        return f"{told}." if self.group(REVERSES, True) else f"{told}, first {self.in_words(first)}."

    def _never_words(self) -> str:
        count = len(self.never)
        if not count or len(self.scans) == 1:
            return ""
        return f"{count} {'does' if count == 1 else 'do'} neither at the values tried."

    def _vanishing_words(self) -> str:
        """Where there is nothing to judge."""
        count = len(self.vanishing)
        if not count:
            return ""
        where = "a value in its prior" if count == 1 else "values in their priors"
        return (
            f"With {count} of {len(self.scans)} at {where}, less than {NEGLIGIBLE:.0%} of the usual "
            f"{words(self.question.output.metric)} is left in {self.question.against}; a change in per cent of that is "
            "not judged."
        )

    def in_words(self, one: Flip) -> str:
        """A flip in a sentence."""
        assumed, name = one.assumed, one.assumed.name
        prior = f"prior {settings(name, assumed.low, assumed.high)}"
        about = f"{prior}; grade {assumed.grade}; {self._firm(one)}"
        if one.before is None:
            return f"{words(name)} fixed at its default, {setting(name, one.value)} ({about})"
        ends = settings(name, one.before, one.value, " and ")
        return (
            f"{words(name)} between {ends}, {one.direction} than the default {setting(name, assumed.default)} ({about})"
        )

    def _firm(self, one: Flip) -> str:
        """How firm a flip is at its value, and from where on a reversal is clear."""
        told = f"median then {relative(one.verdict.median)}"
        if one.interval is not None:
            low, high = one.interval
            told += f", 95% interval {relative(low)} to {relative(high)}"
        told += f", and {futures(one.other_side)} futures against the finding"
        clear = one.clear
        if one.kind == REVERSES and clear is None:
            told += "; clear at no value tried"
        elif clear is not None and clear != one.value:
            told += f"; clear from {setting(one.assumed.name, clear, unit=False, figures=3)} on"
        return told if one.stays else f"{told}; not so at every value tried beyond"

    def summary(self) -> dict[str, Any]:
        """The content of `flip.json`: plain Python, None for what is undefined. Medians are relative changes."""
        asked, one = self.question, self.found
        flips = [flip_mapping(flip) | {"command": asked.command(flip.assumed.name, flip.value)} for flip in self.flips]
        return {
            "id": self.id,
            "kind": "flip",
            "version": econsim.__version__,
            "scenario": asked.scenario.name,
            "scenario_hash": asked.scenario.hash,
            "run_id": asked.run_id,
            "against": asked.status_quo.name,
            "output": asked.output.metric,
            "draws": asked.settings.draws,
            "seed": asked.settings.seed,
            "ensemble": asked.settings.ensemble,
            "only": None if asked.only is None else list(asked.only),
            "failed_futures": self.failed,
            "too_few_futures": self.too_few,
            "small_change": SMALL_CHANGE,
            "verdict": one.verb,
            "median": plain(one.median),
            "median_interval": None if self.interval is None else list(self.interval),
            "p5": plain(one.low),
            "p95": plain(one.high),
            "up": plain(one.up),
            "down": plain(one.down),
            "flips": flips,
            "never": [never_mapping(scan) for scan in self.never],
            "finding": self.finding,
            "where_commands_tell": asked.where_told,
        }


def clearly(reverses: list[Flip]) -> str:
    """How many reversals are clear at some value in the prior."""
    count = sum(one.clear_inside for one in reverses)
    if count == len(reverses):
        return "clearly so at a value in its prior" if count == 1 else "each clearly so at a value in its prior"
    return f"{count or 'none'} of them clearly so at a value in its prior"


def _of(number: int, total: int) -> str:
    return f"{number or 'none'} of {total} assumption{'s' if total > 1 else ''}"


def _verb(some: list[Flip], verb: str) -> str:
    return f"{verb}s" if len(some) == 1 else verb


__all__ = ["Flips", "clearly"]
