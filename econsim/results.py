"""What a run found: metrics, quantiles, paired effects, who gains and who loses, and the sentence that says it."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

import econsim
from econsim import findings
from econsim.errors import InputError, Problem, unknown_name
from econsim.metrics import RATIOS, mean_defined, ratio, summary_catalogue
from econsim.runs import (
    DEFAULT_DRAWS,
    DEFAULT_SEED,
    Interrupted,
    Progress,
    Run,
    Settings,
    as_scenario,
    check_settings,
    run_worlds,
)
from econsim.series import Series, catalogue
from econsim.subject_words import subject_of
from econsim.world import design_points, parameter_values

if TYPE_CHECKING:  # pandas takes longer to import than a quick run to compute: only tables need it
    import pandas as pd

    from econsim.kept_worlds import KeptWorlds
    from econsim.scenario import Scenario

STATISTICS = ("mean", "p5", "p25", "p50", "p75", "p95")
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


class Result:
    """The draws of one scenario, paired with those of its status quo.

    scenario   : the world that was run
    status_quo : a Result of what effects are measured against, on the same draws; None for a status quo itself
    draws, seed, ensemble, engine : how it was run
    """

    def __init__(self, run: Run, settings: Settings, status_quo: Run | None):
        self.scenario = run.scenario
        self.draws, self.seed = settings.draws, settings.seed
        self.ensemble, self.engine = settings.ensemble, settings.engine
        self.agents = {role: f"{kind.__module__}.{kind.__qualname__}" for role, kind in settings.agents.items()}
        self.split = settings.split
        self.failed = run.failed if status_quo is None else run.failed | status_quo.failed
        self.futures = ""  # which they are, where they are not the first draws of the ensemble
        self.status_quo = None if status_quo is None else Result(status_quo, settings, None)
        self._run = run

    def __repr__(self) -> str:
        return f"<Result {self.scenario.name}: {self.draws} draws, {self.ensemble} ensemble, run {self.run_id}>"

    # ------------------------------------------------------------------------------------------------ identity

    @functools.cached_property
    def run_id(self) -> str:
        """Twelve hexadecimal digits: the same scenario, draws, seed, ensemble and version give the same."""
        return run_identity(self.scenario, self.draws, self.seed, self.ensemble, self.agents)

    @property
    def segments(self) -> tuple[str, ...]:
        return tuple(segment.name for segment in self.scenario.structure.segments)

    @functools.cached_property
    def catalogue(self) -> dict[str, Series]:
        """Every summary metric's unit and meaning, of those that this result has."""
        known = summary_catalogue(self.segments, self.split)
        return {name: series for name, series in known.items() if name in self._run.metrics}

    @property
    def has_all_metrics(self) -> bool:
        """Whether every summary metric is here; a sweep may have kept a few."""
        return all(name in self._run.metrics for name in summary_catalogue(self.segments, self.split))

    @property
    def failed_draws(self) -> int:
        """How many draws could not be solved; they are left out of every statistic."""
        return int(self.failed.sum())

    @functools.cached_property
    def status_quo_name(self) -> str:
        """What effects are measured against, in words."""
        return findings.status_quo_name(self)

    @functools.cached_property
    def subject(self) -> str:
        """What makes the difference to the status quo, in words."""
        return subject_of(self.scenario)

    # ------------------------------------------------------------------------------------------------ numbers

    def values(self, metric: str) -> np.ndarray:
        """One summary metric, (draw,); NaN where undefined, and in failed draws.

        raises : InputError for a metric that this result does not have
        """
        if metric not in self._run.metrics:
            raise InputError(unknown_name("metric", str(metric), self.catalogue, kind="metric"))
        return np.where(self.failed, np.nan, self._run.metrics[metric])

    def effect_on(self, metric: str, against: Result | None = None) -> np.ndarray:
        """Paired difference of one summary metric, (draw,); see `effect`."""
        return self.values(metric) - self._paired(against).values(metric)

    @functools.cached_property
    def metrics(self) -> pd.DataFrame:
        """One row a draw, one column a summary metric; NaN where undefined, and in the rows of failed draws."""
        import pandas as pd

        columns = {name: self.values(name) for name in self.catalogue}
        return pd.DataFrame(columns, index=pd.RangeIndex(self.draws, name="draw"))

    @property
    def trajectories(self) -> Mapping[str, np.ndarray]:
        """Series name -> (period, draw), failed draws included; empty where only summaries were kept."""
        return self._run.trajectories

    @functools.cached_property
    def series(self) -> pd.DataFrame:
        """Mean and quantiles of every series in every quarter; columns period, date, metric and the statistics."""
        return _series_frame(self._run.trajectories, ~self.failed, self._dates(yearly=False))

    def effect(self, against: Result | None = None) -> pd.DataFrame:
        """Paired difference of every summary metric, draw by draw, to another result on the same draws.

        against : default the status quo
        raises  : InputError when the two were not run on the same draws
        """
        import pandas as pd

        other = self._paired(against)
        columns = {name: self.effect_on(name, other) for name in self.catalogue if name in other.catalogue}
        return pd.DataFrame(columns, index=pd.RangeIndex(self.draws, name="draw"))

    def _paired(self, against: Result | None) -> Result:
        other = self._against(against)
        same_futures = other is self.status_quo or self.futures == other.futures
        if (self.draws, self.seed, self.ensemble) != (other.draws, other.seed, other.ensemble) or not same_futures:
            raise InputError(
                Problem("against", "effects need the same draws, seed and ensemble", _how(other), _how(self))
            )
        return other

    def _against(self, against: Result | None) -> Result:
        other = against if against is not None else self.status_quo
        if other is None:
            raise InputError(Problem("against", f"{self.scenario.name} is a status quo: name a result to compare with"))
        if not isinstance(other, Result):
            raise InputError(Problem("against", "must be a Result on the same draws", repr(other)[:60]))
        return other

    def series_of(self, names: Sequence[str], *, yearly: bool = False) -> pd.DataFrame:
        """As `series`, of some series only; ratios of two by the names of `metrics.RATIOS`.

        yearly : means over calendar years, draw by draw, in place of quarters; `period` is a year's first quarter
        """
        levels = {name: self._path(name, yearly) for name in names}
        return _series_frame(levels, ~self.failed, self._dates(yearly))

    def _path(self, name: str, yearly: bool) -> np.ndarray:
        """One series, or a ratio of two (`metrics.RATIOS`), (period, draw) or (year, draw)."""
        if name in RATIOS:
            return ratio(*(self._path(part, yearly) for part in RATIOS[name]))
        if name not in self.trajectories:
            raise InputError(unknown_name("series", name, self.trajectories, kind="series"))
        values = self.trajectories[name]
        return np.stack([mean_defined(values[one]) for one in self._years()]) if yearly else values

    def _years(self) -> list[slice]:
        """The quarters of each calendar year of the run."""
        dates = self.scenario.period_dates()
        starts = [place for place, date in enumerate(dates) if place == 0 or date.year != dates[place - 1].year]
        return [slice(start, stop) for start, stop in zip(starts, [*starts[1:], len(dates)], strict=True)]

    def _dates(self, yearly: bool) -> dict[int, Any]:
        """First day of each period shown, by its quarter."""
        dates = self.scenario.period_dates()
        return {one.start: dates[one.start] for one in self._years()} if yearly else dict(enumerate(dates))

    def _shared(self, other: Result, names: Sequence[str] | None) -> list[str]:
        """Series that both results have; those asked for, where they are named."""
        return list(names) if names is not None else [name for name in self.trajectories if name in other.trajectories]

    def series_effect(
        self, against: Result | None = None, names: Sequence[str] | None = None, *, yearly: bool = False
    ) -> pd.DataFrame:
        """Mean and quantiles of the paired difference of every series; columns as in `series`.

        against : default the status quo
        names   : some series only
        yearly  : as in `series_of`
        """
        other = self._against(against)
        with np.errstate(invalid="ignore"):
            paired = {name: self._path(name, yearly) - other._path(name, yearly) for name in self._shared(other, names)}
        return _series_frame(paired, ~(self.failed | other.failed), self._dates(yearly))

    def series_change(
        self, against: Result | None = None, names: Sequence[str] | None = None, *, yearly: bool = False
    ) -> pd.DataFrame:
        """Paired relative change of every series, draw by draw; columns as in `series`, and the shares of draws.

        against : default the status quo
        names   : some series only
        yearly  : as in `series_of`
        returns : also `higher` and `lower`: shares of draws in which the series lies above and below the other's; a
                  relative change is undefined where the other is not positive
        """
        other = self._against(against)
        solved = ~(self.failed | other.failed)
        changes, shares = {}, []
        for name in self._shared(other, names):
            here, there = self._path(name, yearly)[:, solved], other._path(name, yearly)[:, solved]
            changes[name] = np.where(there > 0.0, findings.paired_change(here, there), np.nan)
            shares.append(_shares_beside(here, there))
        frame = _series_frame(changes, np.ones(int(solved.sum()), dtype=bool), self._dates(yearly))
        return frame.assign(**{side: np.concatenate([one[side] for one in shares]) for side in ("higher", "lower")})

    def parameter_draws(self) -> pd.DataFrame:
        """What each draw assumes: one row a draw, one column a parameter that is uncertain in this scenario."""
        import pandas as pd

        points = design_points(self.scenario, self.ensemble, self.seed, 0, self.draws)
        drawn = parameter_values(self.scenario, points)
        columns = {name: value for name, value in drawn.items() if isinstance(value, np.ndarray)}
        return pd.DataFrame(columns, index=pd.RangeIndex(self.draws, name="draw"))

    # ------------------------------------------------------------------------------------------------ in words

    @functools.cached_property
    def finding(self) -> str:
        """The finding as a sentence, computed from the draws; it says so when there is none."""
        return findings.finding(self)

    @functools.cached_property
    def nothing_moves(self) -> bool:
        """Whether no metric of any draw differs from the status quo."""
        return findings.nothing_moves(self)

    @functools.cached_property
    def convergence(self) -> str:
        """How the finding moves between half and all of the draws."""
        return findings.convergence(self)

    @functools.cached_property
    def parties(self) -> pd.DataFrame:
        """Who gains and who loses against the status quo; see `findings.parties`."""
        return findings.parties(self)

    def summary(self) -> dict[str, Any]:
        """The content of `summary.json`: plain Python, None for what is undefined."""
        solved = max(self.draws - self.failed_draws, 1)
        metrics: dict[str, Any] = {}
        effects: dict[str, Any] = {}
        defined: dict[str, float] = {}
        # Column by column: a result may be larger than memory.
        for name, series in self.catalogue.items():
            values = self.values(name)
            defined[name] = float(np.isfinite(values).sum() / solved)
            metrics[name] = described(values, series)
            if self.status_quo is None:
                effects[name] = described(values * 0.0, series)
            elif name in self.status_quo.catalogue:
                effects[name] = described(self.effect_on(name), series)
        return {
            "run_id": self.run_id,
            "scenario": self.scenario.name,
            "draws": self.draws,
            "metrics": metrics,
            "effects": effects,
            "defined": defined,
            "status_quo": self.status_quo_name,
            "finding": self.finding,
        }


def described(values: np.ndarray, series: Series) -> dict[str, Any]:
    """Statistics of a metric's draws as JSON has them, None for what is undefined, and its unit."""
    return {key: _plain(value) for key, value in statistics(values).items()} | {"unit": series.unit}


def _how(result: Result) -> str:
    rows = f", which are rows of the design of sweep {result.futures}" if result.futures else ""
    return f"{result.draws} draws, seed {result.seed}, {result.ensemble} ensemble{rows}"


def run_identity(
    scenario: Scenario, draws: int, seed: int, ensemble: str, agents: Mapping[str, str] | None = None
) -> str:
    """The run_id of a run that may not have been made yet."""
    identity: list[Any] = [scenario.hash, draws, seed, ensemble, econsim.__version__]
    if agents:
        identity.append(sorted(agents.items()))
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:12]


def statistics(values: np.ndarray) -> dict[str, float]:
    """Mean and quantiles of what is defined, by the names of `STATISTICS`; NaN where nothing is."""
    known = values[np.isfinite(values)]
    if known.size == 0:
        return dict.fromkeys(STATISTICS, float("nan"))
    return dict(zip(STATISTICS, [float(known.mean()), *np.quantile(known, QUANTILES).tolist()], strict=True))


def _plain(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _shares_beside(here: np.ndarray, there: np.ndarray) -> dict[str, np.ndarray]:
    """Shares of draws, (period,), with one series above and below another, where both are defined."""
    known = np.isfinite(here) & np.isfinite(there)
    count = known.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = np.where(known, here - there, 0.0)
        least = findings.NO_CHANGE * np.where(known, np.maximum(np.abs(here), np.abs(there)), 0.0)
        return {"higher": (gap > least).sum(axis=1) / count, "lower": (gap < -least).sum(axis=1) / count}


def _series_frame(trajectories: Mapping[str, np.ndarray], solved: np.ndarray, dates: Mapping[int, Any]) -> pd.DataFrame:
    import pandas as pd

    if not trajectories:
        return pd.DataFrame(columns=["period", "date", "metric", *STATISTICS])
    found = np.concatenate([_by_period(values[:, solved]) for values in trajectories.values()])
    return pd.DataFrame(
        {
            "period": np.tile(list(dates), len(trajectories)),
            "date": [date.isoformat() for date in dates.values()] * len(trajectories),
            "metric": [name for name in trajectories for _ in dates],
            **dict(zip(STATISTICS, found.T, strict=True)),
        }
    )


def _by_period(values: np.ndarray) -> np.ndarray:
    """As `statistics`, for every row of (period, draw) at once where all of it is defined: (period, statistic)."""
    whole = np.isfinite(values).all(axis=1) & (values.shape[1] > 0)
    found = np.empty((len(values), len(STATISTICS)))
    if whole.any():
        rows = values if whole.all() else np.ascontiguousarray(values[whole])
        found[whole] = np.vstack([rows.mean(axis=1), np.quantile(rows, QUANTILES, axis=1)]).T
    for place in np.flatnonzero(~whole):
        found[place] = list(statistics(values[place]).values())
    return found


def simulate(
    scenario: Scenario | str,
    draws: int = DEFAULT_DRAWS,
    seed: int = DEFAULT_SEED,
    ensemble: str | None = None,
    engine: str = "auto",
    agents: Mapping[str, type] | None = None,
    keep: str = "trajectories",
    split: bool = False,
    progress: Progress | None = None,
) -> Result:
    """Run a scenario and its status quo on the same draws.

    scenario : a Scenario, a shipped name or a path
    draws    : simulated futures
    seed     : of parameters and shocks
    ensemble : `calibrated` (what history leaves of the priors), `prior`, or `default` (parameters at their defaults);
               None: the scenario's wish, else `calibrated`
    engine   : `auto`, `batch`, `compiled` or `agents`
    agents   : role -> subclass of an agent, for the agents engine
    keep     : `trajectories`, or `summaries` for memory that does not grow with the quarters
    split    : also split the welfare change from copying into static and dynamic (a third run)
    progress : called with the draws done and the draws asked for
    raises   : InputError for bad settings, naming all of them
    """
    return simulate_many([as_scenario(scenario)], draws, seed, ensemble, engine, agents, keep, split, progress)[0]


def simulate_many(
    scenarios: list[Scenario],
    draws: int = DEFAULT_DRAWS,
    seed: int = DEFAULT_SEED,
    ensemble: str | None = None,
    engine: str = "auto",
    agents: Mapping[str, type] | None = None,
    keep: str = "trajectories",
    split: bool = False,
    progress: Progress | None = None,
    kept: KeptWorlds | None = None,
) -> list[Result]:
    """Run several scenarios, each with its status quo, all on the same draws; see `simulate`.

    kept : worlds of earlier calls, which are not computed again; see `run_worlds`
    """
    settings = check_settings(scenarios[0], draws, seed, ensemble, engine, agents, keep, split)
    against = [_status_quo(scenario) for scenario in scenarios]
    others = [one for one in against if one is not None]
    try:
        runs = run_worlds([*scenarios, *others], settings, progress, kept)
    except Interrupted as stop:
        done = replace(settings, draws=stop.draws)
        raise InterruptedResults(_paired(scenarios, against, stop.runs, done), stop.draws) from None
    return _paired(scenarios, against, runs, settings)


class InterruptedResults(KeyboardInterrupt):
    """A simulation that was stopped on the way, with the results of the draws that were done.

    results : one Result a scenario, a run of `draws` draws in its own right
    draws   : how many were done
    """

    def __init__(self, results: list[Result], draws: int):
        super().__init__(f"interrupted after {draws} draws")
        self.results, self.draws = results, draws


def _paired(scenarios: list[Scenario], against: list[Scenario], runs: list[Run], settings: Settings) -> list[Result]:
    """Results of scenarios, each with the run of its status quo."""
    by_world = {run.scenario.world_hash: run for run in runs}
    found = []
    for scenario, run, other in zip(scenarios, runs, against, strict=False):
        found.append(Result(run, settings, None if other is None else by_world[other.world_hash]))
        assert found[-1].scenario is scenario
    return found


def _status_quo(scenario: Scenario) -> Scenario:
    """What effects are measured against: the status quo of the scenario, else the same world without copying."""
    return scenario.status_quo_scenario() or scenario.without_copying()


__all__ = ["Result", "catalogue", "run_identity", "simulate", "simulate_many"]
