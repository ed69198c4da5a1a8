"""What each moat is worth to labs: taken away alone, and all of them together, on the same futures."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

import econsim
from econsim.findings import MOST_FAILED, NO_CHANGE, display_name, futures
from econsim.metrics import summary_catalogue
from econsim.results import QUANTILES
from econsim.runs import (
    DEFAULT_DRAWS,
    DEFAULT_SEED,
    Progress,
    Run,
    Settings,
    as_scenario,
    check_settings,
    run_worlds,
)
from econsim.scenario import Scenario
from econsim.studies.median_interval import median_interval
from econsim.studies.words import amount, start, words

MOATS: Mapping[str, float] = {"lab_premium": 0.0, "vendor_inertia": 0.0, "data_flywheel": 0.0, "access_lag": 0.0}
"""Moat -> its value once it is taken away."""

METRICS = ("lab_npv", "rd_relative")
TOGETHER, SUM, EXCESS = "all together", "sum of the single ones", "together beyond the sum"
COLUMNS = ("metric", "unit", "removed", "median", "p5", "p25", "p75", "p95", "mean", "falls_in", "rises_in", "futures")
FEW = 20


class Moats:
    """What labs lose with each moat.

    scenario : the scenario whose moats are taken away
    draws, seed, ensemble, engine : how it was run
    failed   : (draw,) bool: draws that could not be solved in some world; left out
    """

    def __init__(self, scenario: Scenario, settings: Settings, runs: Mapping[str, Run]):
        self.scenario = scenario
        self.draws, self.seed = settings.draws, settings.seed
        self.ensemble, self.engine = settings.ensemble, settings.engine
        self._runs = runs
        self.failed = np.logical_or.reduce([run.failed for run in runs.values()])

    def __repr__(self) -> str:
        return f"<Moats of {self.scenario.name}: {self.draws} draws, {self.ensemble} ensemble, seed {self.seed}>"

    @property
    def identity(self) -> str:
        """Twelve hexadecimal digits: the same scenario, draws, seed, ensemble and version give the same."""
        return moats_identity(self.scenario, self.draws, self.seed, self.ensemble)

    @property
    def failed_draws(self) -> int:
        """How many draws could not be solved."""
        return int(self.failed.sum())

    def values(self, metric: str, removed: str | None = None) -> np.ndarray:
        """A metric in each draw, (draw,), with one moat taken away, `all together`, or None of them."""
        known = self._runs["" if removed is None else removed].metrics[metric]
        return np.where(self.failed, np.nan, known)

    def changes(self, metric: str) -> dict[str, np.ndarray]:
        """What taking moats away changes, draw by draw: moat, TOGETHER, SUM or EXCESS -> (draw,).

        NaN in draws in which the metric is undefined in any of the worlds, so that the parts add up in every draw.
        """
        base = self.values(metric)
        found = {name: self.values(metric, name) - base for name in (*MOATS, TOGETHER)}
        undefined = np.logical_or.reduce([np.isnan(change) for change in found.values()])
        found = {name: np.where(undefined, np.nan, change) for name, change in found.items()}
        found[SUM] = np.sum([found[name] for name in MOATS], axis=0)
        found[EXCESS] = found[TOGETHER] - found[SUM]
        return found

    @functools.cached_property
    def table(self) -> pd.DataFrame:
        """One row a metric and what is taken away; columns COLUMNS.

        median, p5 to p95, mean : of the paired change, in the metric's unit
        falls_in, rises_in      : shares of futures in which it falls, and rises
        futures                 : in how many all worlds are defined
        """
        rows = []
        for metric in METRICS:
            size = np.abs(self.values(metric))
            for removed, change in self.changes(metric).items():
                known = np.isfinite(change)
                least = NO_CHANGE * np.maximum(size[known], 1e-300)
                numbers = np.quantile(change[known], QUANTILES) if known.any() else np.full(5, np.nan)
                low, lower, median, upper, high = (float(one) for one in numbers)
                mean, falls, rises = (
                    (float(one.mean()) if known.any() else float("nan"))
                    for one in (change[known], change[known] < -least, change[known] > least)
                )
                unit = self._unit(metric)
                counts = (mean, falls, rises, int(known.sum()))
                rows.append((metric, unit, removed, median, low, lower, upper, high, *counts))
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def _unit(self, metric: str) -> str:
        segments = tuple(segment.name for segment in self.scenario.structure.segments)
        return summary_catalogue(segments)[metric].unit

    def row(self, metric: str, removed: str) -> dict[str, Any]:
        """One row of the table."""
        frame = self.table
        found = frame[(frame["metric"] == metric) & (frame["removed"] == removed)].to_dict("records")[0]
        return {str(key): value for key, value in found.items()}

    @property
    def has_finding(self) -> bool:
        """Whether enough draws could be solved."""
        return self.failed_draws <= MOST_FAILED * self.draws

    @functools.cached_property
    def sentences(self) -> tuple[str, ...]:
        """For each metric: which moat matters most, what all do together, and how that compares with their sum."""
        if not self.has_finding:
            return (f"No finding: {self.failed_draws} of {self.draws} draws could not be solved.",)
        return tuple(self._sentence(metric) for metric in METRICS)

    def _sentence(self, metric: str) -> str:
        unit, named = self._unit(metric), words(metric)
        together = self.row(metric, TOGETHER)
        if not together["futures"]:
            return f"{start(named)} is undefined in every future."
        singles = [self.row(metric, name) for name in MOATS]
        if max(one["falls_in"] + one["rises_in"] for one in (*singles, together)) == 0.0:
            return (
                f"Taking away any moat of {display_name(self.scenario.name)} leaves {named} as it is in every future."
            )
        most = max(singles, key=lambda one: abs(one["median"]))
        beyond = _beyond(self.row(metric, EXCESS), together, self.row(metric, SUM), unit)
        by = "" if _way(most) else " by its median"
        few = "" if together["futures"] >= FEW else f" Too few futures to rest on: {together['futures']}."
        return (
            f"Of the four moats, {words(most['removed'])} matters most to {named}{by}, which without it "
            f"{_change(most, unit)}. Without all four it {_change(together, unit)}, which is {beyond}.{few}"
        )

    def headline(self, metric: str) -> str:
        """As the metric's sentence, in one line."""
        together, excess, total = (self.row(metric, name) for name in (TOGETHER, EXCESS, SUM))
        singles = [self.row(metric, name) for name in MOATS]
        most = max(singles, key=lambda one: abs(one["median"]))
        moves = any(one["falls_in"] + one["rises_in"] > 0.0 for one in (*singles, together))
        if not self.has_finding or not together["futures"] or not moves:
            return self._sentence(metric) if self.has_finding else self.sentences[0]
        unit = self._unit(metric)
        known = {
            (True, True): "medians",
            (True, False): "medians; the direction of the second is open",
            (False, True): "medians; the direction of the first is open",
            (False, False): "medians; the direction of both is open",
        }[bool(_way(most)), bool(_way(together))]
        return (
            f"Without {words(most['removed'])} {words(metric)} changes by {amount(most['median'], unit, sign=True)}, "
            f"without all four moats by {amount(together['median'], unit, sign=True)} ({known}): "
            f"{_beyond_in_short(excess, together, total)}"
        )

    @property
    def finding(self) -> str:
        """The sentences of both metrics."""
        return " ".join(self.sentences)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the numbers has to know."""
        told = [
            "Changes are paired: each future with and without a moat, with the same luck and other parameters.",
            "R&D relative compares with the same future without copying, which lacks the moat too.",
        ]
        if self.failed_draws:
            told.append(f"{self.failed_draws} of {self.draws} draws could not be solved and are left out.")
        undefined = {metric: self.draws - self.failed_draws - self.row(metric, SUM)["futures"] for metric in METRICS}
        told += [
            f"{start(words(metric))} is undefined in some world in {count} of {self.draws} draws, which are left out."
            for metric, count in undefined.items()
            if count
        ]
        return tuple(told)

    def summary(self) -> dict[str, Any]:
        """The content of `moats.json`: plain Python, None for what is undefined."""
        changes = {
            metric: {
                row["removed"]: {key: _plain(row[key]) for key in COLUMNS[3:]}
                for row in self.table[self.table["metric"] == metric].to_dict("records")
            }
            for metric in METRICS
        }
        return {
            "identity": self.identity,
            "version": econsim.__version__,
            "scenario": self.scenario.name,
            "draws": self.draws,
            "seed": self.seed,
            "ensemble": self.ensemble,
            "failed_draws": self.failed_draws,
            "moats": dict(MOATS),
            "units": {metric: self._unit(metric) for metric in METRICS},
            "finding": self.finding,
            "notes": list(self.notes),
            "changes": changes,
        }

    def tables(self) -> dict[str, pd.DataFrame]:
        """Everything as tables, by name."""
        return {"moats": self.table}


def moats(
    scenario: Scenario | str,
    draws: int = DEFAULT_DRAWS,
    seed: int = DEFAULT_SEED,
    ensemble: str | None = None,
    engine: str = "auto",
    progress: Progress | None = None,
) -> Moats:
    """Take each moat away alone, and all of them together: lab_premium, vendor_inertia, data_flywheel, access_lag.

    scenario : a Scenario, a shipped name or a path
    draws, seed, ensemble, engine, progress : as for `simulate`
    raises   : InputError for bad settings
    """
    world = as_scenario(scenario)
    settings = check_moats(world, draws, seed, ensemble, engine)
    worlds = {"": world} | {name: _without(world, {name: MOATS[name]}) for name in MOATS}
    worlds[TOGETHER] = _without(world, MOATS)
    found = run_worlds(list(worlds.values()), settings, progress)
    return Moats(world, settings, dict(zip(worlds, found, strict=True)))


def check_moats(scenario: Scenario, draws: int, seed: int, ensemble: str | None, engine: str) -> Settings:
    """The settings of a decomposition; InputError where it cannot be made."""
    return check_settings(scenario, draws, seed, ensemble, engine, None, "summaries", False)


def moats_identity(scenario: Scenario, draws: int, seed: int, ensemble: str) -> str:
    """The identity of a decomposition that may not have been made yet."""
    content = json.dumps([scenario.world_hash, "moats", draws, seed, ensemble, econsim.__version__])
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def _without(world: Scenario, removed: Mapping[str, float]) -> Scenario:
    """A world without some moats; a premium of a lab's own goes with that of all."""
    changes: dict[str, Any] = dict(removed)
    labs = [one.as_mapping() for one in world.structure.labs or ()]
    if "lab_premium" in removed and any("premium" in one for one in labs):
        changes["labs"] = [{key: value for key, value in one.items() if key != "premium"} for one in labs]
    return world.with_(**changes)


def _way(row: dict[str, Any]) -> int:
    """Which way a change clearly goes: 1 it rises, -1 it falls, 0 that is open.

    Clear is where the 95% interval of the median lies wholly on one side of nought. For that the signs are enough.
    """
    falls, rises = (round(row[key] * row["futures"]) for key in ("falls_in", "rises_in"))
    signs = np.repeat([-1.0, 0.0, 1.0], [falls, row["futures"] - falls - rises, rises])
    interval = median_interval(signs)
    if interval is None or interval[0] * interval[1] <= 0.0:
        return 0
    return int(interval[0])


def _change(row: dict[str, Any], unit: str) -> str:
    falls, rises = f"falls in {futures(row['falls_in'])} futures", f"rises in {futures(row['rises_in'])} futures"
    told = falls if row["falls_in"] >= row["rises_in"] else rises
    if not _way(row):
        told = f"{falls} and {rises}, which leaves its direction open"
    return f"{told} (median {amount(row['median'], unit, sign=True)}, {_range(row, unit)})"


def _beyond(excess: dict[str, Any], together: dict[str, Any], total: dict[str, Any], unit: str) -> str:
    """How the joint change compares with the sum of the single ones."""
    short = _beyond_in_short(excess, together, total)
    if excess["falls_in"] == excess["rises_in"] == 0.0:
        return short
    return f"{short} (median of the difference {amount(excess['median'], unit, sign=True)}, {_range(excess, unit)})"


def _beyond_in_short(excess: dict[str, Any], together: dict[str, Any], total: dict[str, Any]) -> str:
    """As `_beyond`, without numbers; more or less of a fall only where both the joint change and the sum fall."""
    if excess["falls_in"] == excess["rises_in"] == 0.0:
        return "what they do alone added up"
    way, beyond = _way(together), _way(excess)
    if not beyond:
        return "neither clearly above nor clearly below what they do alone, added up"
    share = futures(excess["falls_in" if beyond < 0 else "rises_in"])
    if way == 0 or way != _way(total):
        return f"{'below' if beyond < 0 else 'above'} what they do alone, added up, in {share} futures"
    more, kind = "more" if beyond == way else "less", "fall" if way < 0 else "rise"
    return f"{more} of a {kind} than what they do alone, added up, in {share} futures"


def _range(row: dict[str, Any], unit: str) -> str:
    return f"90% range {amount(row['p5'], unit, sign=True)} to {amount(row['p95'], unit, sign=True)}"


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not np.isfinite(value) else value


__all__ = ["MOATS", "Moats", "moats"]
