"""What the facts of history are held against: functions of simulated runs, one number a draw.

A state (capability) is read at a date between quarters, in a straight line; what happens in a quarter (prices, money)
is read in the quarter that holds the date. "Open" is what stands in the model for open-weight models: distillers'
copies, and public knowledge that anybody hosts.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from econsim.evidence.history_facts import HistoryFact, history

MONTHS = 3.0  # per quarter
QUARTER_DAYS = 365.25 / 4.0


class Past:
    """Runs of the economy from a calendar date on.

    run    : series -> (period, draw), and the arrays by offer of `series.PER_FIRM`, (period, offer, draw)
    values : parameter -> float or (draw,)
    start  : first day of period 0
    labs, distillers : slots, in the order of the offer axis
    """

    def __init__(
        self,
        run: Mapping[str, np.ndarray],
        values: Mapping[str, Any],
        start: datetime.date,
        labs: int,
        distillers: int,
    ):
        self.run, self.values, self.start = run, values, start
        offers = run["offered_capability"].shape[1]
        fringe = labs + distillers
        self.flagships = slice(0, labs)
        self.open = slice(labs, fringe + 1)
        self.of_labs = np.r_[0:labs, fringe + 1 : offers]
        self.anyone = np.arange(offers)
        self.frontier = np.maximum.accumulate(run["frontier_capability"])
        self.best_open = np.maximum.accumulate(run["copy_visible_capability"])

    @property
    def quarters(self) -> int:
        return self.frontier.shape[0]

    def when(self, date: str) -> float:
        """A date in quarters since the start; negative before it."""
        return (datetime.date.fromisoformat(date) - self.start).days / QUARTER_DAYS

    def within(self, date: str) -> int:
        """The quarter that holds a date; the first one for a date before the start."""
        return int(np.clip(np.floor(self.when(date)), 0, self.quarters - 1))

    def span(self, first: str, last: str) -> slice:
        """The quarters from one date to another, the last one left out."""
        return slice(round(max(self.when(first), 0.0)), round(self.when(last)))

    def at(self, state: np.ndarray, date: str) -> np.ndarray:
        """A state at a date; before the start what it was at the start. (…, draw)"""
        place = float(np.clip(self.when(date), 0.0, self.quarters - 1))
        before = min(int(place), self.quarters - 2)
        return state[before] + (place - before) * (state[before + 1] - state[before])

    def drawn(self) -> dict[str, np.ndarray]:
        """What the chart of history shows, (period, draw): money in $M, prices as a ratio, lag in months, labs."""
        first = self.start.isoformat()
        dates = [
            (self.start + datetime.timedelta(days=1 + QUARTER_DAYS * one)).isoformat() for one in range(self.quarters)
        ]
        lags = [backward_lag(self, date[:7] + "-01", date[:7] + "-01") for date in dates]
        return {
            "price": np.array([price_ratio(self, first, date, "anyone") for date in dates]),
            "lag": np.array(lags),
            "rd_investment": self.run["rd_investment"],
            "lab_revenue": self.run["lab_revenue"],
            "organisations": np.array([organisations_at_scale(self, date) for date in dates]),
        }

    def gap_at(self, date: str) -> np.ndarray:
        """How far open models trail the frontier, nats."""
        return self.at(self.frontier, date) - self.at(self.best_open, date)


def _crossing(path: np.ndarray, level: np.ndarray) -> np.ndarray:
    """When a rising path first stands at a level, in quarters; the end of the run where it never does. (draw,)"""
    quarters = path.shape[0]
    reached = (path < level).sum(axis=0)
    inside = np.clip(reached, 1, quarters - 1)
    after, before = (np.take_along_axis(path, place[None], 0)[0] for place in (inside, inside - 1))
    rise = after - before
    share = np.where(rise > 0.0, (level - before) / np.where(rise > 0.0, rise, 1.0), 1.0)
    found = inside - 1 + np.clip(share, 0.0, 1.0)
    return np.where(reached == 0, 0.0, np.where(reached >= quarters, quarters - 1.0, found))


# ---------------------------------------------------------------------------------------------------- capability


def months_to_match(past: Past, since: str) -> np.ndarray:
    """Months from a date until open models stand where the frontier stood; at most until the end of the run."""
    waited = _crossing(past.best_open, past.at(past.frontier, since)) - past.when(since)
    return MONTHS * np.maximum(waited, 0.05)


def backward_lag(past: Past, first: str, last: str) -> np.ndarray:
    """Mean months since the frontier first stood where open models stand, over the ends of the months."""
    lags = []
    growth = past.values["initial_expected_growth"]
    for date in _month_ends(first, last):
        level = past.at(past.best_open, date)
        then = _crossing(past.frontier, level)
        then = np.where(level < past.frontier[0], (level - past.frontier[0]) / growth, then)
        lags.append(np.maximum(past.when(date) - then, 0.0))
    return MONTHS * np.maximum(np.mean(lags, axis=0), 1e-3)


def gap(past: Past, first: str, last: str) -> np.ndarray:
    """Mean distance of open models from the frontier over the ends of the months, nats."""
    return np.maximum(np.mean([past.gap_at(date) for date in _month_ends(first, last)], axis=0), 1e-3)


def gap_ratio(past: Past, first: str, last: str) -> np.ndarray:
    """The distance at one date over that at an earlier one."""
    return np.maximum(past.gap_at(last), 1e-3) / np.maximum(past.gap_at(first), 1e-3)


def gap_change(past: Past, first: str, last: str) -> np.ndarray:
    """Change of the distance, nats."""
    return past.gap_at(last) - past.gap_at(first)


def frontier_growth(past: Past, first: str, last: str) -> np.ndarray:
    """Growth of the frontier, nats per year."""
    years = (past.when(last) - past.when(first)) / 4.0
    return np.maximum((past.at(past.frontier, last) - past.at(past.frontier, first)) / years, 1e-3)


def organisations_at_scale(past: Past, at: str) -> np.ndarray:
    """Labs whose best model took 1e25 FLOP or more.

    Capability counts effective compute: as algorithms improve, the same capability takes less computing.
    """
    told = history()
    needed = np.log(1e25 / told.gpt4_flop) + told.algorithmic_progress * max(past.when(at), 0.0)
    labs = np.maximum.accumulate(past.run["offered_capability"][:, past.flagships], axis=0)
    return (past.at(labs, at) >= needed).sum(axis=0).astype(float)


def firms_at_the_top(past: Past, first: str, last: str) -> np.ndarray:
    """How many labs have been the most capable one at the start of a quarter."""
    labs = past.run["offered_capability"][past.span(first, last), past.flagships]
    leader = labs.argmax(axis=1)
    return np.array([np.unique(one).size for one in leader.T], dtype=float)


# ---------------------------------------------------------------------------------------------------- prices


def _launch_price(past: Past, date: str) -> np.ndarray:
    """Log price of the most capable lab's flagship, general use; (draw,)."""
    quarter = past.within(date)
    capability = past.run["offered_capability"][quarter, past.flagships]
    leader = capability.argmax(axis=0)[None]
    own = np.take_along_axis(past.run["price_at_capability_zero"][quarter, past.flagships], leader, 0)[0]
    return own + past.values["serving_elasticity"] * np.take_along_axis(capability, leader, 0)[0]


def _log_price_change(past: Past, level_at: str, at: str, by: str, below: float = 0.0) -> np.ndarray:
    """Log of the cheapest price at a level over the flagship's price when the frontier was there; NaN if not offered.

    An offer above the level counts as if it were made at it: cheaper by the serving elasticity for each nat.
    """
    level = past.at(past.frontier, level_at) - below / history().eci_points_per_nat
    who = {"labs": past.of_labs, "open": past.open, "anyone": past.anyone}[by]
    quarter = past.within(at)
    offered = past.run["offered_capability"][quarter, who] >= level
    price = np.where(offered, past.run["price_at_capability_zero"][quarter, who], np.inf).min(axis=0)
    cheapest = np.where(np.isfinite(price), price + past.values["serving_elasticity"] * level, np.nan)
    return cheapest - _launch_price(past, level_at)


def price_ratio(past: Past, level_at: str, at: str, by: str, below: float = 0.0) -> np.ndarray:
    """The cheapest price at a level, by the makers named, over that of the flagship that first offered it."""
    return np.exp(_log_price_change(past, level_at, at, by, below))


def price_fall(past: Past, level_at: str, at: str, by: str, below: float = 0.0) -> np.ndarray:
    """By how many times the price of a level fell."""
    return np.exp(-_log_price_change(past, level_at, at, by, below))


def price_fall_a_year(past: Past, level_at: str, at: str, by: str, below: float = 0.0) -> np.ndarray:
    """The same, per year."""
    years = (past.when(at) - past.when(level_at)) / 4.0
    return np.exp(-_log_price_change(past, level_at, at, by, below) / years)


def open_price_ratio(past: Past, at: str) -> np.ndarray:
    """Price of the most capable open model over that of the most capable lab's flagship, general use."""
    quarter = past.within(at)
    capability = past.run["offered_capability"][quarter, past.open]
    best = capability.argmax(axis=0)[None]
    own = np.take_along_axis(past.run["price_at_capability_zero"][quarter, past.open], best, 0)[0]
    own = own + past.values["serving_elasticity"] * np.take_along_axis(capability, best, 0)[0]
    return np.exp(own - _launch_price(past, at))


def list_price_slope(past: Past, first: str, last: str) -> np.ndarray:
    """Least-squares slope of the log price of the most capable lab's flagship, per year."""
    span = past.span(first, last)
    periods = range(span.start, min(span.stop, past.quarters))
    dates = [(past.start + datetime.timedelta(days=1 + QUARTER_DAYS * period)).isoformat() for period in periods]
    prices = np.array([_launch_price(past, date) for date in dates])
    years = np.array([period / 4.0 for period in periods])
    years = years - years.mean()
    return (years[:, None] * prices).sum(axis=0) / (years**2).sum()


# ---------------------------------------------------------------------------------------------------- money and shares


def _sum(past: Past, series: str, first: str, last: str) -> np.ndarray:
    return past.run[series][past.span(first, last)].sum(axis=0)


def rd_to_revenue(past: Past, first: str, last: str) -> np.ndarray:
    """Labs' R&D over their revenue."""
    return np.maximum(_sum(past, "rd_investment", first, last), 1e-9) / _sum(past, "lab_revenue", first, last)


def gross_margin(past: Past, first: str, last: str) -> np.ndarray:
    """Labs' gross profit over their revenue."""
    return _sum(past, "lab_gross_profit", first, last) / _sum(past, "lab_revenue", first, last)


def lab_revenue(past: Past, at: str) -> np.ndarray:
    """Labs' revenue in a quarter, $M."""
    return past.run["lab_revenue"][past.within(at)]


def revenue_ratio(past: Past, first: str, last: str) -> np.ndarray:
    """Labs' revenue in the four quarters from one date over that in the four quarters from an earlier one."""
    revenue = past.run["lab_revenue"]
    begin, end = past.span(first, last).start, past.span(first, last).stop
    return revenue[end : end + 4].sum(axis=0) / revenue[begin : begin + 4].sum(axis=0)


def leadership_changes(past: Past, first: str, last: str) -> np.ndarray:
    """1 where the lab that sells most is another one at the later date, else 0."""
    sales = past.run["revenue_by_offer"]
    labs = sales[:, past.flagships].copy()
    small = sales[:, past.open.stop :]
    if small.shape[1]:
        labs += small
    leader = labs.argmax(axis=1)
    return (leader[past.within(first)] != leader[past.within(last)]).astype(float)


def _open_shares(past: Past, quarter: int) -> tuple[np.ndarray, np.ndarray]:
    """Open models' share of AI spending, and of what is bought at the prices of general use."""
    spending = past.run["revenue_by_offer"][quarter]
    capability = past.run["offered_capability"][quarter]
    elasticity = past.values["serving_elasticity"]
    on_sale = np.isfinite(capability) & (spending > 0.0)
    log_price = past.run["price_at_capability_zero"][quarter] + elasticity * np.where(on_sale, capability, 0.0)
    quantity = np.where(on_sale, spending * np.exp(-np.clip(log_price, -300.0, 300.0)), 0.0)
    shares = [part[past.open].sum(axis=0) / part.sum(axis=0) for part in (spending, quantity)]
    return shares[0], shares[1]


def open_share_change(past: Past, first: str, last: str) -> np.ndarray:
    """Change of open models' share of AI spending."""
    return _open_shares(past, past.within(last))[0] - _open_shares(past, past.within(first))[0]


def open_token_share(past: Past, first: str, last: str) -> np.ndarray:
    """Open models' share of the quantity bought, mean over quarters."""
    span = past.span(first, last)
    return np.mean([_open_shares(past, quarter)[1] for quarter in range(span.start, span.stop)], axis=0)


# ---------------------------------------------------------------------------------------------------- copies


def _mean_known(past: Past, series: str, first: str, last: str) -> np.ndarray:
    values = past.run[series][past.span(first, last)]
    known = np.isfinite(values)
    count = known.sum(axis=0)
    mean = np.where(known, values, 0.0).sum(axis=0) / np.maximum(count, 1)
    return np.where(count > 0, mean, np.nan)


def head_retention(past: Past, first: str, last: str) -> np.ndarray:
    """Share of the head that distillers in business plan to keep; NaN where there is none."""
    return _mean_known(past, "head_retention", first, last)


def tail_retention(past: Past, first: str, last: str) -> np.ndarray:
    """Share of the tail that distillers in business plan to keep; NaN where there is none."""
    return _mean_known(past, "tail_retention", first, last)


# ---------------------------------------------------------------------------------------------------- all of them


MEASURES: Mapping[str, Callable[..., np.ndarray]] = {
    one.__name__: one
    for one in (
        months_to_match,
        backward_lag,
        gap,
        gap_ratio,
        gap_change,
        frontier_growth,
        organisations_at_scale,
        firms_at_the_top,
        price_ratio,
        price_fall,
        price_fall_a_year,
        open_price_ratio,
        list_price_slope,
        rd_to_revenue,
        gross_margin,
        lab_revenue,
        revenue_ratio,
        leadership_changes,
        open_share_change,
        open_token_share,
        head_retention,
        tail_retention,
    )
}
RENAMED = {"from": "first", "to": "last"}  # arguments of a fact that Python has other words for


def measured(fact: HistoryFact, past: Past) -> np.ndarray:
    """The fact's measure on each draw, (draw,); NaN where it is not defined there."""
    arguments = {RENAMED.get(key, key): value for key, value in fact.arguments.items()}
    with np.errstate(all="ignore"):  # a failed draw may hold anything; it is left out later
        return np.asarray(MEASURES[fact.measure](past, **arguments), dtype=float)


def _month_ends(first: str, last: str) -> list[str]:
    """The ends of the months from one date to another, both included."""
    begin, end = datetime.date.fromisoformat(first), datetime.date.fromisoformat(last)
    found = []
    year, month = begin.year, begin.month
    while (year, month) <= (end.year, end.month):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        found.append((datetime.date(year, month, 1) - datetime.timedelta(days=1)).isoformat())
    return found
