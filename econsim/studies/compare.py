"""Two to four scenarios on the same draws: levels, who beats whom, regret, and the settings behind the difference."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

import econsim
from econsim.calendars import differing_calendars
from econsim.errors import InputError, Problem, unknown_name
from econsim.findings import MOST_FAILED, NO_CHANGE, futures, percent, relative_to
from econsim.results import Result, simulate_many, statistics
from econsim.runs import DEFAULT_DRAWS, DEFAULT_SEED, Progress, Settings, as_scenario, check_settings
from econsim.scenario import Scenario
from econsim.studies.comparison_store import distinct, write_comparison
from econsim.studies.settings_text import settings_of

FEWEST, MOST = 2, 4
Better = Literal["higher", "lower"]

BETTER: Mapping[str, Better] = {
    "rd_relative": "higher",
    "rd_investment": "higher",
    "collapse": "lower",
    "frontier_growth": "higher",
    "price_fall": "higher",
    "frontier_price": "lower",
    "hidden_loss_share": "lower",
    "hidden_loss_pv": "lower",
    "lab_npv": "higher",
    "lab_profit_pv": "higher",
    "distiller_profit_pv": "higher",
    "consumer_surplus_pv": "higher",
    "government_balance_pv": "higher",
    "external_harm_pv": "lower",
    "welfare_pv": "higher",
}
"""Metrics of which more, or less, is better for those whom they describe. Of the others econsim does not say."""


class Comparison:
    """Results of two to four scenarios, each paired with its own status quo, all on the same draws.

    results : in the order given
    labels  : the scenarios' names, made distinct
    """

    def __init__(self, results: Sequence[Result]):
        self.results = tuple(results)
        self.labels = distinct([result.scenario.name for result in self.results])

    def __repr__(self) -> str:
        return f"<Comparison of {', '.join(self.labels)}: {self.results[0].draws} draws>"

    @property
    def run_ids(self) -> dict[str, str]:
        """Label -> run_id."""
        return {label: one.run_id for label, one in zip(self.labels, self.results, strict=True)}

    @functools.cached_property
    def solved(self) -> np.ndarray:
        """(draw,) bool: draws that could be solved in every scenario; the others are left out."""
        return ~np.logical_or.reduce([result.failed for result in self.results])

    def values(self, metric: str) -> pd.DataFrame:
        """A metric's draws: one row a solved draw, one column a scenario; InputError for an unknown metric."""
        known = self.results[0].metrics.columns
        if metric not in known:
            raise InputError(unknown_name("metric", metric, known, kind="metric"))
        columns = {
            label: one.metrics[metric].to_numpy()[self.solved]
            for label, one in zip(self.labels, self.results, strict=True)
            if metric in one.metrics
        }
        return pd.DataFrame(columns, columns=pd.Index(self.labels))

    @property
    def shared_metrics(self) -> list[str]:
        """Metrics that every scenario has, in display order; those by segment differ with the segments."""
        first = self.results[0].catalogue
        return [name for name in first if all(name in one.metrics for one in self.results)]

    # ------------------------------------------------------------------------------------------------ tables

    def table(self) -> pd.DataFrame:
        """Every shared metric in every scenario: one row a metric; columns (unit, ""), (label, p50 | p5 | p95)."""
        rows = []
        for metric in self.shared_metrics:
            row: dict[tuple[str, str], Any] = {("unit", ""): self.results[0].catalogue[metric].unit}
            values = self.values(metric)
            for label in self.labels:
                numbers = statistics(values[label].to_numpy())
                row |= {(label, key): numbers[key] for key in ("p50", "p5", "p95")}
            rows.append(row)
        frame = pd.DataFrame(rows, index=pd.Index(self.shared_metrics, name="metric"))
        frame.columns = pd.MultiIndex.from_tuples(frame.columns)
        return frame

    def beats(self, metrics: Sequence[str] | None = None) -> pd.DataFrame:
        """How often one scenario has more of a metric than another, draw by draw.

        metrics : default the metrics whose better direction is known (`BETTER`)
        returns : one row a pair and metric: A, B, metric; `higher`, `lower`, `equal`: shares of the draws in which
                  both are defined with A above, below and level with B; `draws`: how many those are; `better`:
                  whether a higher or a lower value is better. A difference below 1e-12 of the size counts as level.
        """
        rows: list[dict[str, Any]] = []
        for metric in metrics if metrics is not None else [name for name in BETTER if name in self.shared_metrics]:
            values = self.values(metric)
            for one, other in itertools.combinations(self.labels, 2):
                shares = _shares(values[one].to_numpy(), values[other].to_numpy())
                rows.append({"A": one, "B": other, "metric": metric, **shares, "better": BETTER.get(metric)})
        return pd.DataFrame(rows)

    def regret(self, metric: str = "rd_investment", better: Better | None = None) -> pd.DataFrame:
        """How far each scenario falls short of the best of them in each draw.

        better  : whether a higher or a lower value is better; default as in `BETTER`
        returns : one row a scenario: `scenario`, `mean`, `worst` (in the metric's unit, 0 or more), `best_in`: share
                  of draws in which it is the best or level with it; over draws in which all are defined
        raises  : InputError for an unknown metric, or one whose better direction econsim does not know
        """
        values = self.values(metric).dropna()
        direction = better or BETTER.get(metric)
        if direction not in ("higher", "lower"):
            message = f"say whether a higher or a lower {metric} is better"
            raise InputError(Problem("better", message, None if better is None else repr(better), "higher, lower"))
        signed = values if direction == "higher" else -values
        shortfall = (-signed).add(signed.max(axis=1), axis=0)
        size = values.abs().max(axis=1)
        level = shortfall.le(NO_CHANGE * size, axis=0)
        return pd.DataFrame(
            {
                "scenario": self.labels,
                "mean": shortfall.mean().to_numpy(),
                "worst": shortfall.max().to_numpy(),
                "best_in": level.mean().to_numpy(),
            }
        )

    def settings_difference(self) -> pd.DataFrame:
        """Parameters, levers, switches and structure that are not the same in all: column `setting`, one a label."""
        told = [settings_of(result.scenario) for result in self.results]
        names = list(dict.fromkeys(name for one in told for name in one))
        rows = []
        for name in names:
            values = [one.get(name, "–") for one in told]
            if len(set(values)) > 1:
                rows.append([name, *values])
        return pd.DataFrame(rows, columns=pd.Index(["setting", *self.labels]))

    # ------------------------------------------------------------------------------------------------ in words

    @functools.cached_property
    def finding(self) -> str:
        """How the first scenario's frontier R&D and its buyers and labs fare against each of the others."""
        failed = max(result.failed_draws for result in self.results)
        if failed > MOST_FAILED * self.results[0].draws:
            return f"No finding: {failed} of {self.results[0].draws} draws could not be solved."
        return " ".join(self._sentence(other) for other in self.labels[1:])

    def _sentence(self, other: str) -> str:
        first = self.labels[0]
        if self.results[0].scenario.world_hash == self.results[self.labels.index(other)].scenario.world_hash:
            return f"{_start(first)} and {other} are the same world: they are equal in every future."
        values = self.values("rd_investment")
        here, there = values[first].to_numpy(), values[other].to_numpy()
        change = relative_to(here, there)
        if not change.size:
            return f"Whether {first} has more frontier R&D than {other} is undefined in every future."
        median, low, high = np.quantile(change, [0.5, 0.05, 0.95])
        shares = _shares(here, there)
        more = median > 0.0 or (median == 0.0 and shares["higher"] >= shares["lower"])
        if shares["equal"] == 1.0:
            told = f"{_start(first)} has the same frontier R&D as {other} in every future"
        else:
            ways = ("more", "higher"), ("less", "lower")
            (word, side), (reverse, other_side) = ways if more else ways[::-1]
            told = (
                f"{_start(first)} has {word} frontier R&D than {other} in {futures(shares[side])} simulated futures "
                f"and {reverse} in {futures(shares[other_side])} (median difference {percent(median)}, 90% range "
                f"{percent(low)} to {percent(high)})"
            )
        gains = []
        for who, metric in (("buyers", "consumer_surplus_pv"), ("labs", "lab_profit_pv")):
            found = _shares(*self.values(metric)[[first, other]].to_numpy().T)
            if found["draws"]:
                gains.append(f"{who} do better in {futures(found['higher'])} and worse in {futures(found['lower'])}")
        return f"{told}; under it {'; '.join(gains)}." if gains else f"{told}."

    def summary(self) -> dict[str, Any]:
        """The content of `compare.json`: plain Python, None for what is undefined."""
        first = self.results[0]
        told = [(label, one, one.summary()) for label, one in zip(self.labels, self.results, strict=True)]
        return {
            "run_ids": self.run_ids,
            "version": econsim.__version__,
            "draws": first.draws,
            "seed": first.seed,
            "ensemble": first.ensemble,
            "failed_draws": int((~self.solved).sum()),
            "finding": self.finding,
            "scenarios": {
                label: {"name": one.scenario.name, **{key: said[key] for key in ("metrics", "effects", "status_quo")}}
                for label, one, said in told
            },
            "beats": _records(self.beats()),
            "regret": {name: _records(self.regret(name)) for name in BETTER if name in self.shared_metrics},
            "settings_difference": _records(self.settings_difference()),
        }


def _shares(here: np.ndarray, there: np.ndarray) -> dict[str, Any]:
    known = np.isfinite(here) & np.isfinite(there)
    if not known.any():
        return {"higher": float("nan"), "lower": float("nan"), "equal": float("nan"), "draws": 0}
    here, there = here[known], there[known]
    least = NO_CHANGE * np.maximum(np.abs(here), np.abs(there))
    higher, lower = here - there > least, there - here > least
    shares = {"higher": float(higher.mean()), "lower": float(lower.mean())}
    return {**shares, "equal": float((~higher & ~lower).mean()), "draws": int(known.sum())}


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(key): None if isinstance(value, float) and not np.isfinite(value) else value for key, value in row.items()}
        for row in frame.to_dict("records")
    ]


def _start(text: str) -> str:
    return text[:1].upper() + text[1:]


# ---------------------------------------------------------------------------------------------------- running


def compare(
    scenarios: Sequence[Scenario | str],
    draws: int = DEFAULT_DRAWS,
    seed: int = DEFAULT_SEED,
    ensemble: str | None = None,
    engine: str = "auto",
    progress: Progress | None = None,
) -> Comparison:
    """Run two to four scenarios, each with its status quo, on the same draws.

    scenarios : Scenarios, shipped names or paths; all over the same quarters
    draws, seed, ensemble, engine, progress : as for `simulate`; the first scenario's wish sets the ensemble
    raises    : InputError for bad settings or scenarios that cannot be compared
    """
    worlds = _worlds(scenarios)
    check_comparison(worlds, draws, seed, ensemble, engine)
    return Comparison(simulate_many(worlds, draws, seed, ensemble, engine, progress=progress))


def _worlds(scenarios: Sequence[Scenario | str]) -> list[Scenario]:
    if isinstance(scenarios, str | Scenario):
        raise InputError(Problem("scenarios", f"must be a list of {FEWEST} to {MOST}"))
    return [as_scenario(one) for one in scenarios]


def check_comparison(
    scenarios: Sequence[Scenario], draws: int, seed: int, ensemble: str | None, engine: str
) -> Settings:
    """The settings of a comparison; InputError where it cannot be made."""
    if not FEWEST <= len(scenarios) <= MOST:
        allowed = f"{FEWEST} to {MOST}"
        raise InputError(Problem("scenarios", "too few or too many to compare", str(len(scenarios)), allowed))
    if told := differing_calendars(scenarios):
        raise InputError(Problem("structure", "scenarios that are compared must cover the same quarters", told))
    return check_settings(scenarios[0], draws, seed, ensemble, engine, None, "trajectories", False)


__all__ = ["BETTER", "Comparison", "check_comparison", "compare", "write_comparison"]
