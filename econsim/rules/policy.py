"""Policy levers: what each one changes for labs, copiers and evaluators."""

from __future__ import annotations

from econsim.arrays import Array

OFFER_THRESHOLD = 0.02  # a copier that keeps less than this share of revenue withdraws from the segment


def tail_coverage(benchmark_tail_coverage: Array, tail_evaluation_mandate: Array) -> Array:
    """Share of the tail that evaluations see once a mandate adds to benchmarks.

    benchmark_tail_coverage, tail_evaluation_mandate : shares in [0, 1]
    returns : share in [0, 1]; 1 under a full mandate
    """
    return benchmark_tail_coverage + (1.0 - benchmark_tail_coverage) * tail_evaluation_mandate


def query_cost_factor(api_restriction: Array) -> Array:
    """How much dearer teacher outputs get when labs restrict their API; 1 without restriction."""
    return 1.0 / (1.0 - api_restriction)


def lab_friction(api_friction: Array, api_restriction: Array) -> Array:
    """Log-price value that honest users lose when an API is restricted."""
    return api_friction * api_restriction


def foreign_cost_factor(foreign: Array, export_wedge: Array, xp: Array) -> Array:
    """Compute-cost factor of export controls: 1 for domestic copiers, 1 + wedge for foreign ones.

    foreign : (distiller, 1, draw) bool
    returns : (distiller, 1, draw)
    """
    return 1.0 + xp.where(foreign, export_wedge, 0.0)


def enforceable_share(foreign: Array, enforcement_reach: Array, xp: Array) -> Array:
    """Share of a penalty that can be collected: all of it at home, `enforcement_reach` abroad."""
    return xp.where(foreign, enforcement_reach, 1.0)


def net_of_transfer(
    royalty_rate: Array,
    any_lab_active: Array,
    detection_rate: Array,
    penalty_multiple: Array,
    enforceable: Array,
    liability_share: Array,
    misperception: Array,
    xp: Array,
) -> Array:
    """Share of a dollar of revenue that a copier expects to keep after royalty, penalty and liability.

    any_lab_active : (1, 1, draw) bool; with no lab there is nobody to pay a royalty to
    enforceable    : (distiller, 1, draw) share of the penalty that reaches this copier
    misperception  : (distiller, segment, draw) experienced shortfall per dollar of spending
    returns        : (distiller, segment, draw), can be negative
    """
    certain = xp.where(any_lab_active, royalty_rate, 0.0) + detection_rate * penalty_multiple * enforceable
    return 1.0 - certain - liability_share * xp.maximum(misperception, 0.0)


def is_offered(net_share: Array) -> Array:
    """Whether a copier serves a segment at all: it must keep more than `OFFER_THRESHOLD` of its revenue."""
    return net_share > OFFER_THRESHOLD


def enforcement_spending(enforcement_cost: Array, detection_rate: Array) -> Array:
    """Public cost of detection, $M per quarter."""
    return enforcement_cost * detection_rate
