"""What a builder may expect of a copy, future by future: gaps from a run, and what they are worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from econsim.arrays import NUMPY
from econsim.chunks import drawn_parameters
from econsim.results import Result
from econsim.rules import adoption, evaluation, fidelity, policy
from econsim.runs import Settings
from econsim.scenario import Scenario
from econsim.studies.adoption_workload import Workload

QUANTITIES: Mapping[str, tuple[str, str]] = {
    "true_gap": ("nat", "how far the copy's tail lies below its head"),
    "believed_gap": ("nat", "how far buyers believe it lies below"),
    "visible_gap": ("nat", "how far its head lies below the best original"),
    "hidden_shortfall": ("$ per $ spent", "shortfall that buyers do not expect: beta w (true - believed gap)"),
    "break_even_discount": ("share", "discount that makes up for the tail gap: 1 - exp(-beta w true gap)"),
    "break_even_with_visible": ("share", "the same with what benchmarks do show"),
}
"""Quantity -> unit and meaning; one value a future each."""


def adoption_values(workload: Workload, result: Result) -> dict[str, np.ndarray]:
    """Quantity -> (draw,)."""
    settings = Settings(result.draws, result.seed, result.ensemble)
    p = drawn_parameters(result.scenario, settings, result.draws)
    value = np.broadcast_to(np.asarray(p["capability_value"], dtype=float), (result.draws,))
    frontier, public = result.values("frontier_capability"), result.values("public_capability")
    true_gap, believed_gap = result.values("tail_gap_true"), result.values("tail_gap_believed")
    visible_gap = frontier - result.values("copy_visible_capability")
    if workload.benchmark_score is not None:
        reach = np.maximum(frontier - public, 0.0)
        head_loss = 1.0 - workload.benchmark_score
        tail_loss = fidelity.tail_loss_behind(
            result.scenario.fidelity.law,
            head_loss,
            _measured_weight(result.scenario, p),
            np.asarray(p["retention_exponent"]),
            np.asarray(p["tail_complexity"]),
            np.asarray(p["retention_ceiling"]),
            NUMPY,
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            believed_share = np.where(true_gap > 0.0, believed_gap / true_gap, 0.0)
        with_such_a_score = evaluation.tail_gap(-reach * head_loss, -reach * tail_loss, NUMPY)
        true_gap = np.where(np.isnan(true_gap), np.nan, with_such_a_score)
        believed_gap = believed_share * true_gap
        visible_gap = reach * head_loss
    missing = np.isnan(true_gap)
    weight = workload.tail_weight
    found = {
        "true_gap": true_gap,
        "believed_gap": believed_gap,
        "visible_gap": visible_gap,
        "hidden_shortfall": adoption.expected_shortfall(value, weight, true_gap, believed_gap),
        "break_even_discount": adoption.break_even_discount(value, weight, true_gap, NUMPY),
        "break_even_with_visible": adoption.break_even_discount(value, 1.0, visible_gap + weight * true_gap, NUMPY),
    }
    return {name: np.where(missing, np.nan, values) for name, values in found.items()}


def _measured_weight(scenario: Scenario, p: Mapping[str, Any]) -> np.ndarray:
    """Weight of the tail in what evaluators measure in the last quarter, (draw,) or (1,)."""
    segments = scenario.structure.segments
    relative, shares = (
        np.array([getattr(one, name) for one in segments]).reshape(1, -1, 1) for name in ("tail_weight", "budget_share")
    )
    mandate = scenario.lever_paths()["tail_evaluation_mandate"][-1]
    awareness = evaluation.evaluator_awareness(
        policy.tail_coverage(p["benchmark_tail_coverage"], mandate), p["learning_rate"]
    )
    weight = evaluation.segment_tail_weight(p["tail_weight"], relative)
    measured = evaluation.measured_tail_weight(evaluation.mean_tail_weight(weight, shares, NUMPY), awareness)
    return np.asarray(measured).reshape(-1)


__all__ = ["QUANTITIES", "adoption_values"]
