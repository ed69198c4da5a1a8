"""Summary metrics: one number a draw, from the series of a run and of its twin without copying."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from econsim.series import Series, catalogue

FIRST_QUARTER = 12  # means leave out the first three years, which the starting state shapes
RD_WINDOW = 20  # quarters at the end of the run over which R&D is compared
COLLAPSE = 0.5  # of R&D without copying
FALL_QUARTERS = 12  # over which the fall of a fixed capability's price is measured
LEVEL_STEP = 2.0  # nats between reference levels of capability
FOLLOW_UP = 16  # quarters that a year's R&D is given to pay back before the run ends
MONTHS = 3.0  # per quarter

PRESENT_VALUES = ("consumer_surplus", "lab_profit", "distiller_profit", "government_balance", "external_harm",
                  "hidden_loss", "welfare")  # fmt: skip

_FURTHER = {
    "rd_relative": ("ratio", "R&D of the last five years over that of the same future without copying"),
    "collapse": ("share", "1 where R&D falls below half of that without copying"),
    "frontier_growth": ("nat/year", "growth of the frontier"),
    "visible_lag_months": ("months", "how far copies lag the frontier, by what benchmarks show"),
    "true_lag_months": ("months", "how far copies lag the frontier in demanding use"),
    "price_fall": ("x/year", "yearly fall of the price of a fixed capability, over three years from its first offer"),
    "rd_to_revenue": ("ratio", "labs' R&D over their revenue, whole run"),
    "payback_months": ("months", "months of gross profit that pay for a year's R&D"),
    "gross_profit_to_rd": ("ratio", "labs' gross profit over their R&D, whole run"),
    "lab_npv": ("$M", "present value of labs' profits at their own discount rate"),
    "hidden_loss_share": ("share", "hidden loss over distillers' revenue, whole run"),
    "copy_share_of_all_revenue": ("share", "distillers' share of all that labs and distillers earned, whole run"),
    "copying_ever_pays": ("share", "1 where copying pays for itself within a quarter at least once"),
    "copying_ever_happens": ("share", "1 where any distiller is ever in business"),
    "domestic_copying_always_pays": ("share", "1 where incentive_ratio_domestic is above 1 whenever it is defined"),
}
RATIOS = {"hidden_loss_share": ("hidden_loss", "distiller_revenue")}
"""Metric -> the two series whose sums over some quarters it is the ratio of; the metric is over the whole run."""
YES_NO = tuple(name for name, (_, meaning) in _FURTHER.items() if meaning.startswith("1 where"))
"""Metrics that are 0 or 1 in a draw: told as so many of twenty futures."""

_SPLIT = {
    "welfare_static_pv": ("$M", "welfare change from copying if labs' R&D followed its path without copying"),
    "welfare_dynamic_pv": ("$M", "the rest of the welfare change from copying: what changed R&D does"),
}


@functools.cache
def summary_catalogue(segments: tuple[str, ...], split: bool = False) -> Mapping[str, Series]:
    """All summary metrics with unit and meaning, in display order: further ones first, then the series' own."""
    found = {name: Series(unit, "mean", meaning) for name, (unit, meaning) in _FURTHER.items()}
    series = catalogue(segments)
    for name in PRESENT_VALUES:
        found[f"{name}_pv"] = Series("$M", "mean", f"present value of: {series[name].meaning}")
    if split:
        found |= {name: Series(unit, "mean", meaning) for name, (unit, meaning) in _SPLIT.items()}
    return MappingProxyType({**found, **series})


def summarise(
    run: Mapping[str, np.ndarray],
    twin_rd: np.ndarray,
    segments: tuple[str, ...],
    growth_before: np.ndarray | float,
    discount_rate: np.ndarray | float,
    social_discount_rate: np.ndarray | float,
) -> dict[str, np.ndarray]:
    """Every summary metric of a chunk of draws.

    run                : series name -> (period, draw), and the firm-level arrays
    twin_rd            : (period, draw) R&D of the same draws and levers with copying off
    growth_before : growth of the frontier before the start, nats per quarter
    returns            : name -> (draw,); NaN where a metric is undefined
    """
    rd, frontier = run["rd_investment"], run["frontier_capability"]
    quarters = rd.shape[0]
    relative = ratio(rd[-RD_WINDOW:].sum(axis=0), twin_rd[-RD_WINDOW:].sum(axis=0))
    incentive, domestic = run["incentive_ratio"], run["incentive_ratio_domestic"]
    found = {
        "rd_relative": relative,
        "collapse": np.where(np.isnan(relative), np.nan, relative < COLLAPSE),
        "frontier_growth": 4.0 * (frontier[-1] - frontier[0]) / max(quarters - 1, 1),
        "visible_lag_months": lag_months(frontier, run["copy_visible_capability"], growth_before),
        "true_lag_months": lag_months(frontier, run["copy_true_capability"], growth_before),
        "price_fall": price_fall(run["offered_capability"], run["price_at_capability_zero"]),
        "rd_to_revenue": ratio(rd.sum(axis=0), run["lab_revenue"].sum(axis=0)),
        "payback_months": payback_months(rd, run["lab_gross_profit"]),
        "gross_profit_to_rd": ratio(run["lab_gross_profit"].sum(axis=0), rd.sum(axis=0)),
        "lab_npv": present_value(run["lab_profit"], discount_rate),
        **{name: ratio(*(run[part].sum(axis=0) for part in parts)) for name, parts in RATIOS.items()},
        "copy_share_of_all_revenue": ratio(
            run["distiller_revenue"].sum(axis=0), (run["distiller_revenue"] + run["lab_revenue"]).sum(axis=0)
        ),
        "copying_ever_pays": _where_known(incentive, (incentive > 1.0).any(axis=0)),
        "copying_ever_happens": (run["n_distillers_active"] > 0.0).any(axis=0).astype(float),
        "domestic_copying_always_pays": _where_known(domestic, ~(domestic <= 1.0).any(axis=0)),
    }
    for name in PRESENT_VALUES:
        found[f"{name}_pv"] = present_value(run[name], social_discount_rate)
    for name, series in catalogue(segments).items():
        found[name] = run[name][-1].copy() if series.summary == "last" else mean_defined(run[name][FIRST_QUARTER:])
    return found


def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """One amount over another; NaN where that is not above 0."""
    positive = whole > 0.0
    return np.where(positive, part / np.where(positive, whole, 1.0), np.nan)


def _where_known(series: np.ndarray, holds: Any) -> np.ndarray:
    """A yes-or-no metric, undefined where its series is never defined."""
    return np.where(np.isnan(series).all(axis=0), np.nan, holds)


def mean_defined(values: np.ndarray) -> np.ndarray:
    """Mean over the first axis of what is defined; NaN where nothing is."""
    known = np.isfinite(values)
    if len(values) and known.all():  # as for most series: the same sum, sooner
        return values.sum(axis=0) / float(len(values))
    return ratio(np.where(known, values, 0.0).sum(axis=0), known.sum(axis=0).astype(float))


def present_value(flow: np.ndarray, rate: np.ndarray | float) -> np.ndarray:
    """Sum of (period, draw) flows discounted to the start at a rate per quarter, scalar or (draw,)."""
    periods = np.arange(flow.shape[0]).reshape(-1, 1)
    return (flow * (1.0 + np.asarray(rate)) ** -periods).sum(axis=0)


def lag_months(frontier: np.ndarray, copy: np.ndarray, growth_before: np.ndarray | float) -> np.ndarray:
    """Mean months since the frontier first stood where copies stand now; (draw,).

    frontier, copy : (period, draw) nats
    growth_before  : nats per quarter at which the frontier grew before the start, scalar or (draw,)

    The frontier is its running maximum, interpolated between quarters.
    """
    if frontier.shape[0] <= FIRST_QUARTER:
        return np.full(frontier.shape[1], np.nan)
    best = np.maximum.accumulate(frontier)
    level = copy[FIRST_QUARTER:]
    period = np.arange(FIRST_QUARTER, frontier.shape[0]).reshape(-1, 1)
    reached = np.minimum((best < level[:, None]).sum(axis=1), period + 1)  # first quarter at or above the level
    inside = np.clip(reached, 1, period)
    after, before = (np.take_along_axis(best, index, 0) for index in (inside, inside - 1))
    rise = after - before
    when = inside - 1 + np.where(rise > 0.0, (level - before) / np.where(rise > 0.0, rise, 1.0), 1.0)
    when = np.where(reached == 0, (level - best[0]) / growth_before, when)
    when = np.where(level >= best[FIRST_QUARTER:], period, when)
    return MONTHS * mean_defined(period - when)


def price_fall(capability: np.ndarray, price: np.ndarray) -> np.ndarray:
    """Yearly factor by which the cheapest price of a fixed capability falls after it is first offered; (draw,).

    capability : (period, firm, draw) nats on offer in the general segment, -inf where nothing is
    price      : (period, firm, draw) log price less serving_elasticity per nat

    Geometric mean over levels 0, 2, 4, ... nats that were on offer `FALL_QUARTERS` before the end.
    """
    quarters, _, draws = capability.shape
    years = FALL_QUARTERS * MONTHS / 12.0
    total, count = np.zeros(draws), np.zeros(draws)
    best = np.maximum.accumulate(capability.max(axis=1))
    if quarters <= FALL_QUARTERS:
        return np.full(draws, np.nan)
    highest = best[quarters - 1 - FALL_QUARTERS].max()
    by_firm = [np.ascontiguousarray(part.swapaxes(1, 2)).reshape(quarters * draws, -1) for part in (capability, price)]
    for level in np.arange(0.0, highest + 1e-9, LEVEL_STEP) if np.isfinite(highest) else ():
        first = (best < level).sum(axis=0)
        seen = first + FALL_QUARTERS < quarters
        cheapest = []
        for when in (first, first + FALL_QUARTERS):
            row = np.minimum(when, quarters - 1) * draws + np.arange(draws)
            offered, asked = (part[row] for part in by_firm)
            cheapest.append(np.where(offered >= level, asked, np.inf).min(axis=1))
        seen &= np.isfinite(cheapest[0]) & np.isfinite(cheapest[1])
        total += np.where(seen, (cheapest[0] - np.where(seen, cheapest[1], 0.0)) / years, 0.0)
        count += seen
    return np.exp(ratio(total, count))


def payback_months(rd: np.ndarray, gross_profit: np.ndarray) -> np.ndarray:
    """Mean months of later gross profit that cover the last four quarters' R&D; (draw,).

    Asked from `FIRST_QUARTER` to `FOLLOW_UP` quarters before the end; left out where the run ends before it is paid.
    """
    quarters, draws = rd.shape
    earned = np.vstack([np.zeros((1, draws)), np.cumsum(gross_profit, axis=0)])
    if quarters - FOLLOW_UP <= FIRST_QUARTER:
        return np.full(draws, np.nan)
    period = np.arange(FIRST_QUARTER, quarters - FOLLOW_UP).reshape(-1, 1)
    target = earned[period[:, 0]] + sum(rd[period[:, 0] - back] for back in (4, 3, 2, 1))
    to_come = np.arange(quarters + 1) >= period
    later = ((earned < target[:, None]) & to_come[..., None]).sum(axis=1)  # quarters until paid, rounded up
    index = np.clip(period + later, 1, quarters)
    after, before = (np.take_along_axis(earned, place, 0) for place in (index, index - 1))
    rise = np.where(after > before, after - before, 1.0)
    waited = np.where(later == 0, 0.0, index - 1 + (target - before) / rise - period)
    return mean_defined(np.where(earned[-1] >= target, MONTHS * waited, np.nan))
