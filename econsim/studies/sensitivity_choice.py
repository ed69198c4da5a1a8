"""Which parameters Sobol' indices are computed for after a Morris screening, and what that leaves out.

Strength is judged on the rank of each output among all runs of the screening: of its own values a few extreme runs
would decide. Three rules, in this order, until `KEPT` are taken:

1. every moat that moved any output, since moats are what people ask about;
2. the `ON_LEAD` strongest on the lead output;
3. those with the largest mean share of the effects on the headline metrics (of the outputs asked for, where none of
   them is a headline), and on what a policy changes in them. A mean and not the largest share: one counter that hardly
   moves in any run would otherwise give places to whatever moves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from econsim.headline_metrics import HEADLINES
from econsim.metrics import summary_catalogue
from econsim.studies.moats import MOATS
from econsim.studies.sensitivity_designs import LEVELS, morris_cube
from econsim.studies.sensitivity_settings import KEPT, TRAJECTORIES, SensitivitySettings
from econsim.studies.sensitivity_tables import ROUNDING, by_draw, level_and_effect
from econsim.studies.statistics.screening import elementary_effects
from econsim.studies.sweep import Sweep

ON_LEAD = KEPT // 2

Shares = Mapping[str, Mapping[str, Mapping[str, float]]]


def choice(settings: SensitivitySettings, sweep: Sweep, dead: list[str], policy: bool) -> dict[str, Any]:
    """What a finished screening takes further.

    dead   : parameters that moved nothing
    policy : whether effects are those of a policy, and so judged by too

    Keys: `kept` and `left_out` in book order; `taken`: rule -> the names it took; `strength`: parameter -> mean share
    that rule 3 goes by, strongest first; `judged_by`: kind -> the metrics of that mean; `left_out_share`: kind ->
    output -> share of the mean absolute effects on its rank that the parameters left out have.
    """
    shares = rank_shares(settings, sweep)
    judged = {kind: _judged_by(settings, shares, kind) for kind in (("outputs", "effects") if policy else ("outputs",))}
    tables = [shares[kind][metric] for kind, metrics in judged.items() for metric in metrics]
    mean = {name: float(np.mean([one[name] for one in tables])) if tables else 0.0 for name in settings.names}
    strength = dict(sorted(mean.items(), key=lambda item: -item[1]))
    taken = _taken(settings, shares["outputs"].get(settings.lead, {}), strength, dead)
    kept = {name for names in taken.values() for name in names}
    left = [name for name in settings.names if name not in kept]
    return {
        "kept": [name for name in settings.names if name in kept],
        "left_out": left,
        "taken": taken,
        "strength": strength,
        "judged_by": judged,
        "left_out_share": {
            kind: {name: sum(one[left_one] for left_one in left) for name, one in found.items()}
            for kind, found in shares.items()
        },
    }


def rank_shares(settings: SensitivitySettings, sweep: Sweep) -> dict[str, dict[str, dict[str, float]]]:
    """kind -> output -> parameter -> its share of the mean absolute effects on the output's rank among all runs.

    Outputs that nothing moved, or that too few runs define, are left out.
    """
    metrics = tuple(summary_catalogue(settings.segments))
    values = by_draw(sweep, level_and_effect(metrics)).mean(axis=1)
    found = elementary_effects(
        morris_cube(settings, TRAJECTORIES), _ranks(values, len(metrics)), levels=LEVELS, seed=settings.seed
    )
    shares: dict[str, dict[str, dict[str, float]]] = {"outputs": {}, "effects": {}}
    for place, reason in enumerate(found.reasons):
        kind, name = ("outputs", "effects")[place // len(metrics)], metrics[place % len(metrics)]
        star = found.mu_star.value[place]
        if reason is None and name in settings.outputs and star.sum() > 0.0:
            shares[kind][name] = dict(zip(settings.names, (star / star.sum()).tolist(), strict=True))
    return shares


def _ranks(values: np.ndarray, metrics: int) -> np.ndarray:
    """Ranks of each column of (point, column), from 0 to 1, NaN where undefined; differences by rounding are ties."""
    from scipy.stats import rankdata

    ranks = np.full(values.shape, np.nan)
    for column in range(values.shape[1]):
        level = values[:, column % metrics]  # effects are differences of it, and rounded as it is
        least = ROUNDING * np.abs(level[np.isfinite(level)]).max(initial=0.0)
        known = np.isfinite(values[:, column])
        rounded = np.round(values[known, column] / least) if least > 0.0 else values[known, column]
        ranks[known, column] = rankdata(rounded) / max(int(known.sum()), 1)
    return ranks


def _judged_by(settings: SensitivitySettings, shares: Shares, kind: str) -> list[str]:
    asked = [name for name in HEADLINES if name in settings.outputs] or settings.outputs
    return [name for name in asked if name in shares[kind]]


def _taken(
    settings: SensitivitySettings, lead: Mapping[str, float], strength: Mapping[str, float], dead: list[str]
) -> dict[str, list[str]]:
    moats = [name for name in settings.names if name in MOATS and name not in dead]
    by_lead = sorted(lead, key=lambda name: -lead[name])[:ON_LEAD]
    before = dict.fromkeys([*moats, *by_lead])
    return {
        "moats": moats,
        "lead": by_lead,
        "headlines": [name for name in strength if name not in before][: KEPT - len(before)],
    }


__all__ = ["ON_LEAD", "choice", "rank_shares"]
