"""Sobol' results in plain Python: indices of metrics, effects and series by quarter, convergence, and noise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.stats import rankdata

from econsim.studies.sensitivity_ranking import KINDS, NAMED
from econsim.studies.sensitivity_settings import REPLICATES, SensitivitySettings
from econsim.studies.sensitivity_tables import ROUNDING, by_draw, by_point, level_and_effect
from econsim.studies.statistics.noise import noise_share
from econsim.studies.statistics.resampling import Estimates
from econsim.studies.statistics.sobol import SobolIndices, sobol_indices
from econsim.studies.statistics.sobol_convergence import SobolConvergence, sobol_convergence
from econsim.studies.sweep import Sweep
from econsim.studies.sweep_chunk import columns_by_quarter
from econsim.timeline import quarter_name

CONFIDENCE = 0.95
EXTREME = 0.1  # share of the variance in a thousandth of the runs beyond which a few runs decide


def sobol_content(settings: SensitivitySettings, sweep: Sweep, noise: Sweep) -> dict[str, Any]:
    """Everything that a Saltelli sweep and its replicates say.

    sweep : over the design of `main_spec`
    noise : over that of `noise_spec`
    """
    factors = factors_of(settings, sweep.names)
    columns = level_and_effect(settings.outputs)
    outputs = by_point(sweep, columns)
    content = _analysed(settings, outputs, _labels(settings), factors, second_order=settings.second_order)
    extreme = [place for place, label in enumerate(_labels(settings)) if _decided_by_few(content, *label)]
    content["by_rank"] = _by_rank(settings, outputs, extreme, factors)
    content["noise"] = _noise(settings, noise, columns)
    content["over_time"] = _over_time(settings, sweep, factors)
    content["factors"] = list(factors)
    content["points"] = sweep.points
    content["confidence"] = CONFIDENCE
    return content


def _labels(settings: SensitivitySettings) -> list[tuple[str, str]]:
    """Kind and name of each column of `level_and_effect`."""
    return [(kind, name) for kind in KINDS for name in settings.outputs]


def _analysed(
    settings: SensitivitySettings,
    outputs: np.ndarray,
    labels: Sequence[tuple[str, str]],
    factors: Sequence[str],
    second_order: bool,
) -> dict[str, Any]:
    """Indices, intervals, reasons, and convergence of some columns of a Saltelli sweep.

    outputs : (point, column) in the rows of `settings`; labels say what the columns are
    """
    how = {"seed": settings.seed, "confidence": CONFIDENCE, "scrambles": settings.scrambles}
    count = len(factors)
    if settings.second_order and not second_order:
        outputs = _without_second_order(outputs, settings.samples, count)
    parts = sobol_convergence(outputs, count, second_order=second_order, **how)  # type: ignore[arg-type]
    found = parts.parts[-1]
    fields = ("reasons", "not_distinguishable_from_zero", "share_used", "extremes")
    content: dict[str, Any] = {field: {kind: {} for kind in KINDS} for field in fields}
    content |= {kind: {} for kind in KINDS}
    convergence: dict[str, Any] = {"base_samples": parts.base_samples.tolist(), **{kind: {} for kind in KINDS}}
    second: dict[str, Any] = {kind: {} for kind in KINDS}
    for place, (kind, name) in enumerate(labels):
        reason = found.reasons[place]
        if reason is not None:
            content["reasons"][kind][name] = reason
            continue
        content[kind][name] = _indices(found, place, factors)
        content["not_distinguishable_from_zero"][kind][name] = _zeros(found, place, factors)
        content["share_used"][kind][name] = float(found.share_used[place])
        convergence[kind][name] = _convergence(parts, place, factors)
        if found.second is not None:
            second[kind][name] = _pairs(found.second, found.pairs, place, factors)
        content["extremes"][kind][name] = _extremes(outputs[:, place])
    content["second_order"] = second if second_order else None
    content["convergence"] = convergence
    return content


def _decided_by_few(content: dict[str, Any], kind: str, name: str) -> bool:
    """Whether an output has so much of its variance in a few runs that others have to be looked at apart."""
    return name in content["extremes"][kind] and content["extremes"][kind][name]["share"] > EXTREME


def _by_rank(
    settings: SensitivitySettings, outputs: np.ndarray, chosen: Sequence[int], factors: Sequence[str]
) -> dict[str, Any]:
    """Indices of the ranks of some outputs among all runs, in which a few extreme runs decide nothing.

    As content of its own, with `method`, `outputs`, `effects`, `reasons` and `convergence`. Values that differ by
    rounding have one rank, or engines would disagree. Saltelli and Sobol' (1995).
    """
    labels = [_labels(settings)[place] for place in chosen]
    if not labels:
        none: dict[str, Any] = {kind: {} for kind in KINDS}
        return {"method": "sobol", **none, "reasons": none, "convergence": none}
    values = np.where(np.isfinite(outputs[:, chosen]), outputs[:, chosen], np.nan)
    steps = np.rint(values / (ROUNDING * np.nanmax(np.abs(values), axis=0)))
    ranks = np.asarray(rankdata(steps, axis=0, nan_policy="omit"))
    found = _analysed(settings, ranks, labels, factors, second_order=False)
    return {"method": "sobol", **{key: found[key] for key in (*KINDS, "reasons", "convergence")}}


def _without_second_order(outputs: np.ndarray, samples: int, factors: int) -> np.ndarray:
    """The rows of a design with second order that one without it has."""
    rows = outputs.reshape(samples, 2 * factors + 2, -1)
    return np.concatenate([rows[:, : 1 + factors], rows[:, -1:]], axis=1).reshape(-1, outputs.shape[1])


def factors_of(settings: SensitivitySettings, names: Sequence[str]) -> tuple[str, ...]:
    """What indices are of: the groups, or else the names of the design."""
    groups = settings.groups
    return tuple(names) if groups is None else tuple(dict.fromkeys(groups))


def _indices(found: SobolIndices, place: int, factors: Sequence[str]) -> dict[str, dict[str, float]]:
    return {
        factor: {
            "S1": float(found.first.value[place, at]),
            "S1_conf": float(found.first.half_width[place, at]),
            "ST": float(found.total.value[place, at]),
            "ST_conf": float(found.total.half_width[place, at]),
        }
        for at, factor in enumerate(factors)
    }


def _zeros(found: SobolIndices, place: int, factors: Sequence[str]) -> dict[str, list[str]]:
    """Factors whose interval does not lie above zero, by index."""
    return {
        name: [factor for at, factor in enumerate(factors) if estimates.low[place, at] <= 0.0]
        for name, estimates in (("S1", found.first), ("ST", found.total))
    }


def _extremes(values: np.ndarray) -> dict[str, float]:
    """Share of the variance over all runs that the thousandth farthest from the mean make, at least one of them."""
    known = values[np.isfinite(values)]
    squares = np.sort((known - known.mean()) ** 2)
    farthest = squares[-max(len(squares) // 1000, 1) :]
    return {
        "share": float(farthest.sum() / squares.sum()),
        "median": float(np.median(known)),
        "smallest": float(known.min()),
        "largest": float(known.max()),
    }


def _pairs(second: Estimates, pairs: np.ndarray, place: int, factors: Sequence[str]) -> list[dict[str, Any]]:
    """Second-order indices, largest first."""
    order = np.argsort(-second.value[place], kind="stable")
    return [
        {
            "a": factors[pairs[at, 0]],
            "b": factors[pairs[at, 1]],
            "S2": float(second.value[place, at]),
            "S2_conf": float(second.half_width[place, at]),
        }
        for at in order
    ]


def _convergence(parts: SobolConvergence, place: int, factors: Sequence[str]) -> dict[str, Any]:
    """Total and first-order indices at a quarter, half and all base samples; None with the reason where undefined."""
    reasons = [part.reasons[place] for part in parts.parts]

    def by_part(name: str, what: str, at: int) -> list[float | None]:
        values = [getattr(getattr(part, name), what)[place, at] for part in parts.parts]
        return [None if reason is not None else float(value) for value, reason in zip(values, reasons, strict=True)]

    names = {"S1": ("first", "value"), "S1_conf": ("first", "half_width"),
             "ST": ("total", "value"), "ST_conf": ("total", "half_width")}  # fmt: skip
    first, disordered = parts.leading(place, NAMED)
    return {
        "settled": bool(parts.settled[place]),
        "leading": [factors[at] for at in first],
        "leading_open": [factors[at] for at in disordered],
        "reasons": reasons,
        "indices": {
            factor: {key: by_part(*where, at) for key, where in names.items()} for at, factor in enumerate(factors)
        },
        "ranks": {
            factor: [int(parts.best_rank[place, at]), int(parts.worst_rank[place, at])]
            for at, factor in enumerate(factors)
        },
        "undecided": [
            [factors[one], factors[other]] for one, other in np.argwhere(np.triu(parts.undecided[place], 1)).tolist()
        ],
    }


def _noise(settings: SensitivitySettings, sweep: Sweep, columns: Sequence[str]) -> dict[str, Any]:
    """Share of one draw's variance that is luck, and of that of the mean over the draws that a point has."""
    values = by_draw(sweep, columns)
    found = noise_share(values.transpose(1, 0, 2), seed=settings.seed, confidence=CONFIDENCE)
    told: dict[str, Any] = {"replicates": REPLICATES, "points": sweep.points, "reasons": {kind: {} for kind in KINDS}}
    told |= {kind: {} for kind in KINDS}
    for place in range(len(columns)):
        kind, name = KINDS[place // len(settings.outputs)], settings.outputs[place % len(settings.outputs)]
        reason = found.reasons[place]
        if reason is not None:
            told["reasons"][kind][name] = reason
            continue
        share = float(found.share.value[place])
        left = share / settings.draws
        told[kind][name] = {
            "share": share,
            "conf": float(found.share.half_width[place]),
            "share_of_mean": left / (left + 1.0 - share),
        }
    return told


def _over_time(settings: SensitivitySettings, sweep: Sweep, factors: Sequence[str]) -> dict[str, Any]:
    """First-order and total indices of each series at every quarter, and why there are none where there are none."""
    told = {}
    structure = settings.scenario.structure
    quarters = [quarter_name(period, structure.start) for period in range(structure.quarters)]
    for name in settings.series:
        values = by_point(sweep, columns_by_quarter([name], settings.scenario))
        if settings.second_order:
            values = _without_second_order(values, settings.samples, len(factors))
        found = sobol_indices(
            values,
            len(factors),
            second_order=False,
            seed=settings.seed,
            scrambles=settings.scrambles,
            confidence=CONFIDENCE,
        )
        reasons = {quarter: reason for quarter, reason in zip(quarters, found.reasons, strict=True) if reason}
        told[name] = {
            "quarters": quarters,
            "reasons": reasons,
            "parameters": {
                factor: {
                    key: [float(one) if np.isfinite(one) else None for one in estimates[:, at]]
                    for key, estimates in (
                        ("S1", found.first.value),
                        ("S1_conf", found.first.half_width),
                        ("ST", found.total.value),
                        ("ST_conf", found.total.half_width),
                    )
                }
                for at, factor in enumerate(factors)
            },
        }
    return told
