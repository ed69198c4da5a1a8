"""Filling fields: a number of a run in a text, with its record in the ledger.

The ledger says of every number in a brief what it is, which run it comes from, and the code that gives it again.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import econsim
from econsim.briefs.amounts import amount, interval, relative, share_of_futures
from econsim.briefs.directions import verb, ways, ways_between
from econsim.briefs.document import Citation, Number, Text
from econsim.briefs.facts_told import PREFIX, fact_field, fact_sources, fact_text
from econsim.briefs.field_names import ABOVE, SETTING, Name, Vocabulary
from econsim.briefs.stored_runs import BriefRuns, PackageRun
from econsim.errors import InputError, Problem
from econsim.findings import relative_change
from econsim.studies.settings_text import settings_of

Value = float | int | str | tuple[float, float] | None
_FIELD = re.compile(r"\{([^{}]*)\}|\[@([a-z0-9_]+)\]")
_QUANTILES = {"p5": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}


@dataclass(frozen=True)
class Record:
    """Where a number comes from.

    text : as it is printed
    value : the number itself; a pair for a range
    runs : run ids that it rests on
    code : Python that gives the value again, with the names of the notebook
    """

    text: str
    value: Value
    runs: tuple[str, ...]
    code: str


@dataclass
class Ledger:
    """Every number of a brief, by key, in the order in which they were first told."""

    runs: BriefRuns
    vocabulary: Vocabulary
    records: dict[str, Record] = field(default_factory=dict)

    # ------------------------------------------------------------------------------------------------ numbers

    def number(self, key: str, text: str, value: Value, runs: Sequence[str], code: str) -> Number:
        """Enter a number, and give it back as a text shows it; a key that is there already has to be the same."""
        record = Record(text, value, tuple(runs), code)
        known = self.records.setdefault(key, record)
        assert known.text == text, f"{key} is told twice, as {known.text} and {text}"
        return Number(text, key)

    def field(self, name: str, short: bool = False) -> Number:
        """The number that a field stands for.

        short : for a table: money without 'a year'
        """
        found = self.vocabulary.resolved(name)
        if isinstance(found, Problem):
            raise InputError(found)
        key = ".".join(part for part in found if part)
        return self.number(f"{key}:table" if short else key, *self._told(found, short))

    def setting(self, package: PackageRun, name: str, text: str, value: float) -> Number:
        """A number of the scenario itself, such as the level of a lever."""
        return self.number(
            f"{name}.{package.name}.setting", text, value, (package.run_id,), _setting_code(package, name)
        )

    def fill(self, template: str, **local: Any) -> Text:
        """A text with its fields filled and its citations marked.

        local : what further names stand for: words, a Number, or a whole Text
        """
        parts: list[Any] = []
        done = 0
        for match in _FIELD.finditer(template):
            parts.append(template[done : match.start()])
            done = match.end()
            name, source = match.groups()
            if source:
                parts[-1] = parts[-1].rstrip()
                parts.append(Citation((source,)))
            elif name in local:
                value = local[name]
                parts.extend(value if isinstance(value, tuple) else (value,))
            elif name.startswith(PREFIX):
                parts.extend(self._fact(name))
            else:
                parts.append(self.field(name.strip()))
        parts.append(template[done:])
        return _cited_together([part for part in parts if part != ""])

    def _fact(self, name: str) -> Text:
        """A figure of the fact book, with its sources behind it."""
        one = fact_field(name)
        if isinstance(one, Problem):
            raise InputError(one)
        number = self.number(
            f"{PREFIX}{one.key}", fact_text(one), one.value, (), f'econsim.evidence.fact("{one.key}").value'
        )
        return (number, Citation(fact_sources(one)))

    # ------------------------------------------------------------------------------------------------ statistics

    def _told(self, name: Name, short: bool) -> tuple[str, Value, tuple[str, ...], str]:
        if not name.package:
            return self._plain(name.metric)
        run = self.runs.of(name.package)
        if not name.statistic:
            return self._of_package(name.metric, run)
        if name.statistic == SETTING:
            told = settings_of(run.scenario)[name.metric]
            return told, told, (run.run_id,), _setting_code(run, name.metric)
        if name.statistic in ABOVE:
            return self._beside(name, run)
        unit = run.result.catalogue[name.metric].unit
        if name.statistic in _PAIRED:
            return self._paired(name, run, unit, short)
        values = _known(run.result.values(name.metric))
        level = f'level("{run.name}", "{name.metric}")'
        if name.statistic == "range":
            ends = _quantiles(values, 0.05, 0.95)
            text = interval(*(amount(end, unit, short=short) for end in ends))
            return text, _plain_pair(ends), (run.run_id,), f"np.quantile({level}, [0.05, 0.95])"
        if name.statistic == "defined":
            share = len(values) / max(int((~run.result.failed).sum()), 1)
            return share_of_futures(share), share, (run.run_id,), f'defined("{run.name}", "{name.metric}")'
        value, code = _level(values, name.statistic, level)
        text = share_of_futures(value, short) if name.statistic == "futures" else amount(value, unit, short=short)
        return text, _plain(value), (run.run_id,), code

    def _paired(self, name: Name, run: PackageRun, unit: str, short: bool) -> tuple[str, Value, tuple[str, ...], str]:
        runs = (run.run_id, self.runs.status_quo.run_id)
        is_relative = name.statistic.startswith("change")
        if is_relative:
            values = relative_change(run.result, name.metric)
            source = f'change("{run.name}", "{name.metric}")'
        else:
            values = _known(run.result.effect_on(name.metric))
            source = f'effect("{run.name}", "{name.metric}")'

        def told(value: float) -> str:
            return relative(value) if is_relative else amount(value, unit, sign=True, short=short)

        if name.statistic in ("up", "down", "same", "verb"):
            shares = ways(run.result, name.metric)
            if name.statistic == "verb":
                word = verb(run.result, name.metric)
                return word, word, runs, f'verb(runs["{run.name}"], "{name.metric}")'
            value = shares[name.statistic]
            return (
                share_of_futures(value),
                _plain(value),
                runs,
                f'ways(runs["{run.name}"], "{name.metric}")["{name.statistic}"]',
            )
        if name.statistic.endswith("range"):
            ends = _quantiles(values, 0.05, 0.95)
            text = interval(told(ends[0]), told(ends[1]))
            return text, _plain_pair(ends), runs, f"np.quantile({source}, [0.05, 0.95])"
        statistic = name.statistic.partition("_")[2] or "p50"
        value, code = _level(values, statistic, source)
        return told(value), _plain(value), runs, code

    def _beside(self, name: Name, run: PackageRun) -> tuple[str, Value, tuple[str, ...], str]:
        other = self.runs.of(name.other)
        side = "up" if name.statistic == "above" else "down"
        share = ways_between(run.result, other.result, name.metric)[side]
        code = f'ways_between(runs["{run.name}"], runs["{other.name}"], "{name.metric}")["{side}"]'
        return share_of_futures(share), _plain(share), (run.run_id, other.run_id), code

    def _plain(self, name: str) -> tuple[str, Value, tuple[str, ...], str]:
        result = self.runs.proposal.result
        one = f'runs["{self.runs.proposal.name}"]'
        found: dict[str, tuple[Value, str]] = {
            "draws": (result.draws, f"{one}.draws"),
            "seed": (result.seed, f"{one}.seed"),
            "ensemble": (result.ensemble, f"{one}.ensemble"),
            "quarters": (result.scenario.structure.quarters, f"{one}.scenario.structure.quarters"),
            "version": (econsim.__version__, "econsim.__version__"),
            "packages": (len(self.runs.packages), "len(runs) - 1"),
        }
        value, code = found[name]
        text = f"{value:,}" if name == "draws" else str(value)
        return text, value, tuple(run.run_id for run in self.runs.all), code

    def _of_package(self, name: str, run: PackageRun) -> tuple[str, Value, tuple[str, ...], str]:
        if name == "label":
            return run.label, run.label, (), f'"{run.label}"'
        if name == "run_id":
            return run.run_id, run.run_id, (run.run_id,), f'runs["{run.name}"].run_id'
        return run.result.finding, run.result.finding, (run.run_id,), f'runs["{run.name}"].finding'


def _cited_together(parts: Sequence[Any]) -> Text:
    """Citations that follow each other as one."""
    found: list[Any] = []
    for part in parts:
        if isinstance(part, Citation) and found and isinstance(found[-1], Citation):
            found[-1] = Citation((*found[-1].keys, *part.keys))
        else:
            found.append(part)
    return tuple(found)


_PAIRED = (
    "effect", "effect_mean", "effect_p5", "effect_p95", "effect_range", "change", "change_p5", "change_p95",
    "change_range", "up", "down", "same", "verb",
)  # fmt: skip


def _level(values: np.ndarray, statistic: str, source: str) -> tuple[float, str]:
    if not values.size:
        return math.nan, f"np.median({source})"
    if statistic in ("mean", "futures"):
        return float(values.mean()), f"np.mean({source})"
    if statistic == "p50":
        return float(np.median(values)), f"np.median({source})"
    return float(np.quantile(values, _QUANTILES[statistic])), f"np.quantile({source}, {_QUANTILES[statistic]})"


def _quantiles(values: np.ndarray, low: float, high: float) -> tuple[float, float]:
    if not values.size:
        return math.nan, math.nan
    found = np.quantile(values, [low, high])
    return float(found[0]), float(found[1])


def _known(values: np.ndarray) -> np.ndarray:
    return values[np.isfinite(values)]


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _plain_pair(ends: tuple[float, float]) -> tuple[float, float] | None:
    return ends if all(math.isfinite(end) for end in ends) else None


def _setting_code(run: PackageRun, name: str) -> str:
    return f'settings_of(runs["{run.name}"].scenario)["{name}"]'


__all__ = ["Ledger", "Record"]
