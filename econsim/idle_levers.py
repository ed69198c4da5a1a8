"""Levers that are set and change nothing, such as a penalty where nobody is ever caught."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from econsim.arrays import NumpyArrays
from econsim.parameter_book import book
from econsim.rules import policy

if TYPE_CHECKING:
    from econsim.scenario import Scenario

AT_HOME_AND_ABROAD = np.array([False, True]).reshape(-1, 1)


def idle_levers(scenario: Scenario) -> dict[str, str]:
    """Levers in force that no rule of this world hears: name -> why, in words.

    What policy changes for labs, copiers and evaluators is computed with the lever and without it, quarter by quarter,
    for copiers at home and abroad. A lever that makes no difference there makes none anywhere. The converse does not
    hold: a lever that is heard may still change nothing that matters.
    """
    paths = scenario.lever_paths()
    found = {}
    for name, path in paths.items():
        if not path.any():
            continue
        if not scenario.switches.copying and not book().levers[name].changes_world_without_copying:
            found[name] = "nobody can copy in this world"
        elif np.array_equal(_heard(scenario, paths), _heard(scenario, {**paths, name: np.zeros_like(path)})):
            found[name] = _why(scenario, name, paths)
    return found


def _heard(scenario: Scenario, levers: dict[str, np.ndarray]) -> np.ndarray:
    """Everything that policy changes for somebody, (what, copier, quarter)."""
    foreign = AT_HOME_AND_ABROAD & _any_foreign(scenario)
    coverage = scenario.assumptions["benchmark_tail_coverage"]
    enforceable = policy.enforceable_share(foreign, levers["enforcement_reach"], NumpyArrays())
    kept = policy.net_of_transfer(
        levers["royalty_rate"],
        np.array(True),
        levers["detection_rate"],
        levers["penalty_multiple"],
        enforceable,
        levers["liability_share"],
        np.array(1.0),
        NumpyArrays(),
    )
    heard = (
        policy.query_cost_factor(levers["api_restriction"]),
        levers["detection_rate"],
        policy.foreign_cost_factor(foreign, levers["export_wedge"], NumpyArrays()),
        kept,
        levers["release_window"],
        policy.tail_coverage(min(coverage.low, coverage.default), levers["tail_evaluation_mandate"]),
        levers["rd_subsidy"],
    )
    shape = (2, len(levers["rd_subsidy"]))
    return np.stack([np.broadcast_to(one, shape) for one in heard])


def _any_foreign(scenario: Scenario) -> bool:
    """Whether any distiller can be called foreign."""
    listed = scenario.structure.distillers or ()
    own = any(one.foreign for one in listed)
    return scenario.switches.geopolitics and (own or scenario.assumptions["foreign_share"].high > 0.0)


def _why(scenario: Scenario, name: str, levers: dict[str, np.ndarray]) -> str:
    if name in ("enforcement_reach", "export_wedge") and not _any_foreign(scenario):
        return "no distiller is foreign in this world"
    if name in ("penalty_multiple", "enforcement_reach") and not levers["detection_rate"].any():
        return "nobody is caught while the detection rate is 0"
    if name == "enforcement_reach" and not levers["penalty_multiple"].any():
        return "there is no penalty to enforce"
    return "no rule of this world hears it while the other levers stand as they do"


__all__ = ["idle_levers"]
