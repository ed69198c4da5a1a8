"""The names of fields: `{metric.package.statistic}` in a text stands for a number of a run.

The metric may also be a lever or a parameter, with the statistic `setting`. `headline` stands for the first metric of
the brief, `proposal` for its first package, and `status-quo` is a package with levels only. `{fact:KEY}` is a figure of
the fact book.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from econsim.briefs.facts_told import PREFIX, fact_field
from econsim.briefs.spec_packages import STATUS_QUO
from econsim.errors import Problem, unknown_name
from econsim.findings import SPLIT
from econsim.metrics import summary_catalogue
from econsim.parameter_book import book
from econsim.scenario import Scenario

LEVELS = {
    "mean": "mean over futures",
    "p5": "5% quantile over futures",
    "p25": "25% quantile",
    "p50": "median",
    "median": "median",
    "p75": "75% quantile",
    "p95": "95% quantile",
    "range": "90% range",
    "futures": "of a metric that is yes or no: in how many of 20 futures it is yes",
    "defined": "in how many of 20 futures the metric is defined",
}
"""Statistics of a package's own level."""

PAIRED = {
    "effect": "median of the paired difference to the status quo, future by future",
    "effect_mean": "mean of it",
    "effect_p5": "5% quantile of it",
    "effect_p95": "95% quantile of it",
    "effect_range": "90% range of it",
    "change": "median of the paired relative change, in per cent",
    "change_p5": "5% quantile of it",
    "change_p95": "95% quantile of it",
    "change_range": "90% range of it",
    "up": "in how many of 20 futures the metric is higher than in the status quo",
    "down": "in how many of 20 futures it is lower",
    "same": "in how many of 20 futures nothing changes",
    "verb": "raises, lowers, hardly moves or does not change",
}
"""Statistics of a package against the status quo."""

SETTING = "setting"
ABOVE = ("above", "below")
"""In how many futures a package has more, or less, of a metric than another one."""
PLAIN = {
    "draws": "futures simulated",
    "seed": "of parameters and luck",
    "version": "of econsim",
    "ensemble": "how parameters are drawn",
    "quarters": "length of the run",
    "packages": "how many packages are compared",
}
"""Fields of the brief as a whole."""
BY_PACKAGE = {"label": "what readers call a package", "run_id": "its run", "finding": "its finding, a sentence"}
"""Fields of a package: `{label.royalty}`."""

_PART = re.compile(r"[a-z0-9_-]+")


class Name(NamedTuple):
    """A field taken apart. `other` is the package that `above` and `below` compare with."""

    metric: str
    package: str
    statistic: str
    other: str = ""


@dataclass(frozen=True)
class Vocabulary:
    """What fields may name.

    metrics  : of the brief, the headline first
    packages : the names, the proposal first
    known    : every summary metric
    """

    metrics: Sequence[str]
    packages: Sequence[str]
    known: Sequence[str]

    @classmethod
    def of(cls, metrics: Sequence[str], scenarios: Mapping[str, Scenario]) -> Vocabulary:
        """The vocabulary of a brief on these packages, the first being the proposal."""
        return cls(metrics, list(scenarios), shared_metrics(list(scenarios.values())))

    def resolved(self, name: str) -> Name | Problem:
        """The field that a name means, aliases replaced, or what is wrong with it."""
        if name.startswith(PREFIX):
            found = fact_field(name)
            return found if isinstance(found, Problem) else Name(f"{PREFIX}{found.key}", "", "")
        parts = [part.strip() for part in name.split(".")]
        if not all(_PART.fullmatch(part) for part in parts):
            return Problem("", "is not a field", f"{{{name}}}"[:80], "{metric.package.statistic}")
        if len(parts) == 1:
            if parts[0] in PLAIN:
                return Name(parts[0], "", "")
            return unknown_name("", parts[0], [*PLAIN, *BY_PACKAGE], kind="field")
        package = self._package(parts[1])
        if isinstance(package, Problem):
            return package
        if len(parts) == 2:
            if parts[0] in BY_PACKAGE:
                return Name(parts[0], package, "")
            return unknown_name("", parts[0], BY_PACKAGE, kind="field of a package")
        return self._of_metric(parts, package)

    def _package(self, name: str) -> str | Problem:
        if name == "proposal":
            return self.packages[0]
        if name not in (*self.packages, STATUS_QUO):
            return unknown_name("", name, [*self.packages, STATUS_QUO, "proposal"], kind="package")
        return name

    def _of_metric(self, parts: list[str], package: str) -> Name | Problem:
        metric, statistic = parts[0], parts[2]
        if metric == "headline":
            metric = self.metrics[0]
        if statistic == SETTING and len(parts) == 3:
            settings = [*book().levers, *book().parameters]
            if metric in settings:
                return Name(metric, package, SETTING)
            return unknown_name("", metric, settings, kind="lever or parameter")
        if metric not in self.known:
            return unknown_name("", metric, self.known, kind="metric")
        if statistic in ABOVE and len(parts) == 4:
            other = self._package(parts[3])
            return other if isinstance(other, Problem) else Name(metric, package, statistic, other)
        statistics = LEVELS if package == STATUS_QUO else {**LEVELS, **PAIRED}
        if statistic not in statistics or len(parts) != 3:
            if package == STATUS_QUO and statistic in PAIRED:
                return Problem("", "the status quo has levels only, no effects", statistic, ", ".join(LEVELS))
            return unknown_name("", statistic, [*statistics, SETTING, *ABOVE], kind="statistic")
        return Name(metric, package, "p50" if statistic == "median" else statistic)


def shared_metrics(scenarios: Sequence[Scenario]) -> list[str]:
    """The summary metrics that all scenarios have, in the catalogue's order."""
    known = [summary_catalogue(tuple(segment.name for segment in one.structure.segments)) for one in scenarios]
    return [name for name in known[0] if all(name in one for one in known) and name not in SPLIT] if known else []


__all__ = ["ABOVE", "BY_PACKAGE", "LEVELS", "PAIRED", "PLAIN", "SETTING", "Name", "Vocabulary", "shared_metrics"]
