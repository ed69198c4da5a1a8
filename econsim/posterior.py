"""The calibrated ensemble: draws of the posterior that `econsim calibrate` found, with weights, shipped as data.

A calibrated column replaces that of the prior only where a scenario has, for that parameter, the very prior under which
it was calibrated. So what describes behaviour and technology carries over to every scenario; what only describes the
start of 2023 (the size of the market, the cost of a doubling, cash, fixed costs) does not carry over to 2026, whose
scenarios have their own priors for it; and a prior that a scenario sets itself stays as it is set.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from econsim.errors import InputError, Problem
from econsim.parameter_book import Prior

FOLDER = Path(__file__).parent / "ensembles"
DRAWS, PROVENANCE = "calibrated.csv", "calibrated.json"


@dataclass(frozen=True)
class Posterior:
    """Weighted draws of a posterior.

    values     : parameter -> (row,)
    weight     : (row,) adding to one
    priors     : parameter -> default, low and high of the prior under which it was calibrated
    provenance : version, command, settings and results of the calibration
    facts      : ids of the facts of history that it was calibrated on
    missed     : those of them that lie outside its own 90% ranges
    """

    values: Mapping[str, np.ndarray]
    weight: np.ndarray
    priors: Mapping[str, tuple[float, float, float]]
    provenance: Mapping[str, Any]

    @property
    def facts(self) -> tuple[str, ...]:
        return tuple(self.provenance["facts"])

    @property
    def missed(self) -> tuple[str, ...]:
        return tuple(self.provenance["missed"])

    def covers(self, assumptions: Mapping[str, Any]) -> tuple[str, ...]:
        """Parameters of a scenario that come from the posterior: those with the prior that it was calibrated under.

        assumptions : of the scenario, by name
        """
        given = ((name, assumptions[name]) for name in self.values)
        return tuple(name for name, one in given if self.priors[name] == (one.default, one.low, one.high))

    def replace_columns(
        self, points: np.ndarray, names: Sequence[str], assumptions: Mapping[str, Any], chosen: np.ndarray
    ) -> np.ndarray:
        """A design whose columns of calibrated parameters come from rows of the posterior.

        points      : (draw, dimension) in (0, 1), one column for each of `names`
        assumptions : of the scenario, by name
        chosen      : (draw,) in (0, 1), which row each draw takes
        """
        ends = np.cumsum(self.weight)
        rows = np.minimum(np.searchsorted(ends, chosen * ends[-1], side="right"), self.weight.size - 1)
        points = points.copy()
        for name in self.covers(assumptions):
            one = assumptions[name]
            prior = Prior(distribution="triangular", low=one.low, high=one.high, scale=one.scale)
            points[:, names.index(name)] = prior.probability(self.values[name][rows], one.default)
        return points


@functools.cache
def posterior() -> Posterior:
    """The shipped posterior. Raises InputError where it is missing or damaged."""
    return read_posterior(FOLDER)


def read_posterior(folder: Path) -> Posterior:
    """Read the draws and provenance that a calibration wrote.

    raises : InputError that names the file
    """
    table, notes = folder / DRAWS, folder / PROVENANCE
    try:
        provenance = json.loads(notes.read_text(encoding="utf-8"))
        names = table.open(encoding="utf-8").readline().strip().split(",")
        columns = np.loadtxt(table, delimiter=",", skiprows=1, ndmin=2).T
        priors = {name: (row["default"], row["low"], row["high"]) for name, row in provenance["priors"].items()}
        if not set(provenance["missed"]) <= set(provenance["facts"]):
            raise ValueError("facts are missed that it was not calibrated on")
        values = dict(zip(names, columns, strict=True))
        weight = values.pop("weight")
        if set(values) != set(priors) or not np.isfinite(columns).all() or not (weight > 0.0).all():
            raise ValueError("columns, priors and weights do not fit together")
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = Problem("ensemble", "the calibrated ensemble cannot be read", str(error)[:120], file=str(table))
        raise InputError(problem) from None
    return Posterior(values, weight / weight.sum(), priors, provenance)
