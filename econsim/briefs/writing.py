"""What every page of a brief is written from, and the turns of phrase that pages share."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from econsim.briefs.amounts import amount, relative, share_of_futures
from econsim.briefs.dependence import Dependence, End, dependence
from econsim.briefs.directions import effect_of, in_per_cent, ways
from econsim.briefs.document import Number, Text, joined
from econsim.briefs.field_names import Vocabulary
from econsim.briefs.fields import Ledger
from econsim.briefs.metric_words import MetricWords, metric_words, start
from econsim.briefs.spec import BriefSpec
from econsim.briefs.stored_runs import BriefRuns, PackageRun
from econsim.ensemble_words import STANDING
from econsim.findings import MOST_FAILED
from econsim.metrics import FIRST_QUARTER, YES_NO
from econsim.parameter_book import book
from econsim.posterior import posterior
from econsim.studies.words import words

PARTIES = (
    ("buyers", "consumer_surplus", 1),
    ("labs", "lab_profit", 1),
    ("distillers", "distiller_profit", 1),
    ("government", "government_balance", 1),
    ("third parties", "external_harm", -1),
)
"""Party, the metric that it is judged by, and whether more of it is a gain."""

HALF = 0.5
FIRST_YEAR = ("first", "second", "third", "fourth", "fifth")[FIRST_QUARTER // 4]
"""The year from which on means are taken."""
COUNTS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass
class Writing:
    """A brief being written.

    runs   : what it is about
    ledger : every number told so far
    """

    spec: BriefSpec
    runs: BriefRuns
    ledger: Ledger

    @classmethod
    def of(cls, spec: BriefSpec, runs: BriefRuns) -> Writing:
        """A brief of which nothing is written yet."""
        return cls(
            spec, runs, Ledger(runs, Vocabulary.of(spec.metrics, {one.name: one.scenario for one in spec.packages}))
        )

    # ------------------------------------------------------------------------------------------------ the subject

    @property
    def proposal(self) -> PackageRun:
        """The package that the brief is about."""
        return self.runs.proposal

    @property
    def metric(self) -> str:
        """The headline metric."""
        return self.spec.metrics[0]

    @functools.cached_property
    def head(self) -> MetricWords:
        """The headline metric in words."""
        return self.words(self.metric)

    def words(self, metric: str) -> MetricWords:
        """A metric in words; told in per cent only where the runs of this brief let that be told."""
        result = self.proposal.result
        return replace(metric_words(metric, result.catalogue), relative=in_per_cent(result, metric))

    @functools.cached_property
    def depends(self) -> Dependence:
        """What the headline effect of the proposal depends on."""
        return dependence(self.proposal.result, self.metric, self.head.relative)

    @functools.cached_property
    def shares(self) -> dict[str, float]:
        """In which shares of futures the proposal raises and lowers the headline."""
        return ways(self.proposal.result, self.metric)

    @property
    def run_ids(self) -> tuple[str, ...]:
        """Of the proposal and of what it is measured against."""
        return self.proposal.run_id, self.runs.status_quo.run_id

    @functools.cached_property
    def futures(self) -> str:
        """What futures are called where the headline is told: those in which it is defined."""
        return f"simulated futures{self.where}"

    @functools.cached_property
    def where(self) -> str:
        """Follows `futures` where the headline is not defined in all of them."""
        return self.head.where if self.told_in < 1.0 - MOST_FAILED else ""

    @functools.cached_property
    def told_in(self) -> float:
        """In which share of the futures the headline's effect is defined."""
        result = self.proposal.result
        known = np.isfinite(effect_of(result, self.metric, self.head.relative))
        return float(known.sum() / max(int((~result.failed).sum()), 1))

    # ------------------------------------------------------------------------------------------------ phrases

    def fill(self, template: str, **local: object) -> Text:
        """A text with its fields filled; `Who`, `who`, `head`, `against` and `futures` are there in every one."""
        usual = {
            "Who": self.proposal.quoted,
            "who": self.proposal.inside,
            "head": self.head.label,
            "against": self.proposal.result.status_quo_name,
            "futures": self.futures,
        }
        return self.ledger.fill(template, **{**usual, **local})

    @property
    def yes_no(self) -> bool:
        """Whether the headline is yes or no in each future, and is told as a share of futures."""
        return self.metric in YES_NO

    @property
    def middle(self) -> str:
        """What the one number is that tells the headline's change, in words; follows `the`."""
        return "effect" if self.yes_no else "median"

    @property
    def middle_change(self) -> str:
        """The same where nothing before it says that it is a change."""
        return "change" if self.yes_no else "median change"

    @property
    def change(self) -> str:
        """The statistic that tells the headline's change: `change`, `effect` or, of a share of futures, its mean."""
        return "effect_mean" if self.yes_no else "change" if self.head.relative else "effect"

    @property
    def unmoved(self) -> bool:
        """Whether the proposal leaves the headline as it is in every future."""
        return self.shares["same"] == 1.0

    def effect(self, value: float) -> str:
        """A headline effect as it is printed."""
        if self.head.relative:
            return relative(value)
        return amount(value, self.proposal.result.catalogue[self.metric].unit, sign=True)

    def found(self, key: str, text: str, value: float | None, code: str) -> Number:
        """A number that was computed from the proposal's futures."""
        plain = value if value is None or math.isfinite(value) else None
        return self.ledger.number(key, text, plain, self.run_ids, code)

    @property
    def side(self) -> str:
        """The side to which the proposal moves the headline: `up` or `down`."""
        return "up" if self.shares["up"] >= self.shares["down"] else "down"

    @property
    def than_before(self) -> str:
        """The same as an adjective: `higher` or `lower`."""
        return "higher" if self.side == "up" else "lower"

    def end(self, key: str, end: End, code: str, short: bool = False) -> tuple[Number, Number]:
        """The median effect in a fifth of the futures, and in how many of 20 of them it goes the proposal's way.

        short : for a table
        """
        median = self.found(f"{key}.median", self.effect(end.median), end.median, f"{code}.median")
        share = end.up if self.side == "up" else end.down
        table = ":table" if short else ""
        return median, self.found(
            f"{key}.{self.side}{table}", share_of_futures(share, short), share, f"{code}.{self.side}"
        )

    def answer(self, package: PackageRun, short: bool = False) -> Text:
        """What a package does to the headline, in how many futures: `raises … in 13 of 20 … and lowers it in 7 of 20`.

        short : the headline was named before
        """
        name = package.name
        word = self.ledger.field(f"headline.{name}.verb").text
        local: dict[str, object] = {"verb": self.ledger.field(f"headline.{name}.verb")}
        up, down = f"{{headline.{name}.up}}", f"{{headline.{name}.down}}"
        local["what"] = "it" if short else self.head.label
        local["where"] = () if short else self._those_futures()
        if self.yes_no and word != "does not change":
            here, there = f"{{headline.{name}.futures}}", "{headline.status-quo.futures}"
            if word == "hardly moves":
                return self.fill(f"{{verb}} {{what}}, {here} with it and {there} without", **local)
            return self.fill(f"{{verb}} {{what}} from {there} to {here}", **local)
        if word == "raises":
            return self.fill(f"{{verb}} {{what}} in {up}{{where}} and lowers it in {down}", **local)
        if word == "lowers":
            return self.fill(f"{{verb}} {{what}} in {down}{{where}} and raises it in {up}", **local)
        if word == "hardly moves":
            return self.fill(
                f"{{verb}} the median of {{head}}, which is higher in {up}{{where}} and lower in {down}", **local
            )
        return self.fill("{verb} {what}", **local)

    def _those_futures(self) -> Text:
        """` simulated futures`, and which those are where they are not all."""
        if not self.where:
            return (f" {self.futures}",)
        code = "np.isfinite(effects).sum() / (~proposal.failed).sum()"
        share = self.found("headline.told_in", share_of_futures(self.told_in), self.told_in, code)
        return self.fill(" {futures} ({share} of all)", share=share)

    def median_and_range(self, package: PackageRun) -> Text:
        """`median +2.6%, 90% range −5.5% to +69%`."""
        one = f"headline.{package.name}.{self.change}"
        if self.yes_no:
            return self.fill(f"{{{one}}}")
        return self.fill(f"median {{{one}}}, 90% range {{{one}_range}}")

    @property
    def standing(self) -> Text:
        """Which assumptions the ensemble stands for: `calibrated on 26 facts since March 2023, 9 of them missed`."""
        counts = {}
        if self.spec.ensemble == "calibrated":
            for name in ("facts", "missed"):
                code = f"len(econsim.posterior.posterior().{name})"
                count = len(getattr(posterior(), name))
                counts[name] = self.ledger.number(f"calibration.{name}", str(count), count, (), code)
        return self.ledger.fill(STANDING[self.spec.ensemble], **counts)

    def party(self, package: PackageRun, party: str) -> Text:
        """`buyers gain in 8 of 20 and lose in 12 of 20`."""
        _, metric, sign = next(one for one in PARTIES if one[0] == party)
        gain, lose = ("up", "down") if sign > 0 else ("down", "up")
        return self.fill(
            f"{party} gain in {{{metric}.{package.name}.{gain}}} and lose in {{{metric}.{package.name}.{lose}}}"
        )

    def better_and_worse(self, package: PackageRun) -> dict[str, list[Text]]:
        """Parties that gain, and that lose, in more than half of the futures: `labs (11 of 20)`."""
        found: dict[str, list[Text]] = {"better": [], "worse": []}
        for party, metric, sign in PARTIES:
            shares = ways(package.result, metric)
            for kind, side in zip(found, ("up", "down") if sign > 0 else ("down", "up"), strict=True):
                if shares[side] > HALF:
                    found[kind].append(self.fill(f"{party} ({{{metric}.{package.name}.{side}}})"))
        return found


def parameter_name(name: str) -> str:
    """A parameter as a reader says it: `lab premium`."""
    return words(name)


def parameter_meaning(name: str) -> str:
    """A parameter's meaning in the middle of a sentence: the first sentence of the book."""
    told = re.split(r"\.\s", book().parameters[name].meaning)[0].rstrip(".").removesuffix(" (a moat)")
    return told if told[1:2].isupper() else told[:1].lower() + told[1:]


def listed(parts: Sequence[Text]) -> Text:
    """Texts as a list in a sentence: `a, b and c`."""
    return joined([joined(parts[:-1], ", "), parts[-1]], " and ") if len(parts) > 1 else joined(parts)


def started(text: Text) -> Text:
    """A text as the beginning of a sentence."""
    return (start(text[0]), *text[1:]) if text and isinstance(text[0], str) else text


def count_word(count: int) -> str:
    """A small count in words."""
    return COUNTS[count] if count < len(COUNTS) else str(count)


__all__ = [
    "FIRST_YEAR", "HALF", "PARTIES", "Writing", "count_word", "listed", "parameter_meaning", "parameter_name",
    "started",
]  # fmt: skip
