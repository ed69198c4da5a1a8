"""What the economy consists of: its state at the start of a quarter, and everything that happens in one.

Arrays are (firm, segment, draw) with singleton axes kept.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, NamedTuple

from econsim.arrays import FIRM, SEGMENT, Array
from econsim.rules.demand import ABSENT, Market


class Frame(NamedTuple):
    """What is fixed for a whole run and may be compiled in."""

    labs: int  # slots
    distillers: int  # slots
    segments: tuple[str, ...]
    general_segment: int  # index of the segment that prices at fixed capability are read in
    law: str  # fidelity law
    copying: bool
    public_fringe: bool
    own_tier: bool = False  # whether labs sell a small model of their own beside the frontier model


class State(NamedTuple):
    """The economy at the start of a quarter."""

    outside_utility: Array  # (1, 1, draw)
    capability: Array  # (lab, 1, draw) nats
    history: Array  # (lag, lab, 1, draw) nats, newest first
    lab_active: Array  # (lab, 1, draw) bool
    cash: Array  # (lab, 1, draw) $M
    lab_expectation: Array  # (lab, 1, draw) $M, smoothed operating profit
    head: Array  # (distiller, 1, draw) nats
    tail: Array  # (distiller, 1, draw) nats
    believed_gap: Array  # (distiller, 1, draw) nats
    distiller_active: Array  # (distiller, 1, draw) bool
    distiller_expectation: Array  # (distiller, 1, draw) $M, smoothed profit
    public: Array  # (1, 1, draw) nats
    efficiency: Array  # (1, 1, draw) nats
    rd_stock: Array  # (1, 1, draw) $M
    expected_growth: Array  # (1, 1, draw) nats per quarter
    expected_revenue_growth: Array  # (1, 1, draw) per quarter
    last_revenue: Array  # (1, 1, draw) $M
    planned_retention: Array  # (1, 1, draw) share
    lab_share: Array  # (lab, segment, draw) share within AI last quarter
    distiller_share: Array  # (distiller, segment, draw)
    fringe_share: Array  # (1, segment, draw)
    lab_markup: Array  # (lab, segment, draw) log, first guess of the price solve
    distiller_markup: Array  # (distiller, segment, draw)
    lab_markup_after: Array  # the same for the hypothetical equilibrium after releases
    distiller_markup_after: Array
    planned_markup: Array  # (distiller, segment, draw) the same for a copy as good as the teacher


class Quarter(NamedTuple):
    """What comes from outside in one quarter."""

    period: Array  # quarters since the start
    levers: SimpleNamespace  # each (draw,) or (1,)
    shocks: SimpleNamespace  # each (firm, 1, draw)
    rd_path: Array | None = None  # (lab, 1, draw) $M: labs' R&D where it is imposed rather than chosen
    labs_after: Array | None = None  # (lab, 1, draw) bool: labs in business next quarter, where that is imposed


class Context(NamedTuple):
    """Quantities of this quarter that several markets share."""

    budget: Array  # (1, segment, draw) $M
    weight: Array  # (1, segment, draw) tail weight
    awareness: Array
    measured_weight: Array
    copy_substitution: Array
    foreign_factor: Array  # (distiller, 1, draw)
    enforceable: Array  # (distiller, 1, draw)
    lead_time: Array  # (draw,) quarters
    arrival: Array
    any_lab: Array  # (1, 1, draw) bool
    range_value: Array  # (1, segment, draw) log price that a lab's small model adds to its offer, 0 without one
    small_share: Array  # (1, segment, draw) share of a lab's sales that its small model makes


class Prices(NamedTuple):
    """Offers, prices and spending of one quarter."""

    lab_value: Array  # (lab, segment, draw) utility net of log cost
    fringe_value: Array  # (1, segment, draw)
    net_share: Array  # (distiller, segment, draw) of revenue kept, 1 where not offered
    offered: Array  # (distiller, segment, draw) bool: a segment that pays
    surcharge: Array  # (distiller, segment, draw) log cost of a copy relative to an original, transfers included
    lab_markup: Array
    distiller_markup: Array
    residual: Array  # (1, 1, draw)
    target: Market
    lab_share: Array
    distiller_share: Array
    fringe_share: Array
    experienced_value: Array  # (1, segment, draw) inclusive value with inertia
    lab_spending: Array  # (lab, segment, draw) $M
    distiller_spending: Array
    fringe_spending: Array
    lab_log_price: Array
    distiller_log_price: Array
    fringe_log_price: Array
    misperception: Array  # (distiller, segment, draw) per dollar
    true_gap: Array  # (distiller, 1, draw) nats
    hidden_loss: Array  # (distiller, segment, draw) $M


class CopyingRound(NamedTuple):
    """What distillers planned and did; (distiller, 1, draw) unless said otherwise."""

    head: Array  # nats of the planned copy
    tail: Array
    head_loss: Array  # share
    tail_loss: Array
    prior_belief: Array  # nats, tail gap that buyers believed in before the release
    considers: Array  # bool: active, or the best-placed outsider
    upgrades: Array  # bool
    enters: Array  # bool
    spending: Array  # $M paid for copies
    entry_cost: Array  # $M
    entrant_expectation: Array  # $M
    incentive_ratio: Array
    planned_retention: Array  # (1, 1, draw)
    lab_markup_after: Array  # (lab, segment, draw)
    distiller_markup_after: Array  # (distiller, segment, draw)
    planned_markup: Array  # (distiller, segment, draw) of a copy as good as the teacher


class Flows(NamedTuple):
    """Everything that happened in the quarter, for the accounts and the series."""

    context: Context
    prices: Prices
    copies: CopyingRound
    investment: Array  # (lab, 1, draw) $M
    doubling: Array  # (lab, 1, draw) $M
    lab_serving: Array  # (lab, segment, draw) $M
    distiller_serving: Array
    royalty: Array  # (distiller, 1, draw) $M
    royalty_income: Array  # (lab, 1, draw) $M
    detected: Array  # (distiller, 1, draw) bool
    penalty: Array  # (distiller, 1, draw) $M
    liability: Array  # (distiller, segment, draw) $M
    subsidy: Array  # (lab, 1, draw) $M
    lab_fixed: Array  # (lab, 1, draw) $M
    distiller_fixed: Array
    enforcement: Array  # (1, 1, draw) $M
    operating_profit: Array  # (lab, 1, draw) $M
    lab_profit: Array
    distiller_profit: Array
    external_harm: Array  # (1, 1, draw) $M
    recapitalisation: Array  # (lab, 1, draw) $M, fresh cash less old of labs that come back


def total_revenue(prices: Prices, xp: Array) -> Array:
    """All AI spending of the quarter, (1, 1, draw) $M."""
    by_segment = (
        xp.total(prices.lab_spending, FIRM) + xp.total(prices.distiller_spending, FIRM) + prices.fringe_spending
    )
    return xp.total(by_segment, SEGMENT)


def frontier_of(capability: Array, p: Any, xp: Array) -> Array:
    """The most capable lab there has been, (1, 1, draw) nats."""
    return xp.largest(xp.where(p.lab_exists, capability, ABSENT), FIRM)
