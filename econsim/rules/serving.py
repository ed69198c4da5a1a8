"""Serving: what a token of a model of given capability costs, and what buyers would pay for it; all in logs."""

from __future__ import annotations

from econsim.arrays import Array


def log_unit_cost(
    capability: Array, efficiency: Array, serving_elasticity: Array, serving_efficiency_growth: Array, period: Array
) -> Array:
    """Log unit cost of serving a model at the frontier's size; 0 for capability 0 at the start.

    capability, efficiency : nats
    period                 : quarters since the start
    """
    return serving_elasticity * (capability - efficiency) - serving_efficiency_growth * period


def value_per_nat(capability_value: Array, serving_elasticity: Array) -> Array:
    """Log-price value that one more nat adds net of what serving it costs."""
    return capability_value - serving_elasticity


def log_copy_cost_ratio(copy_serving_cost_ratio: Array, foreign_cost_factor: Array, xp: Array) -> Array:
    """Log of a copy's serving cost relative to an original of the same capability: copies are smaller."""
    return xp.log(copy_serving_cost_ratio) + xp.log(foreign_cost_factor)


def log_transfer_markup(net_share: Array, offered: Array, xp: Array) -> Array:
    """Transfers act like a cost: keeping the share n of revenue is as if unit cost were 1 / n times as high."""
    return -xp.log(xp.where(offered, net_share, 1.0))


def lab_utility(capability: Array, capability_value: Array, lab_premium: Array, friction: Array, shock: Array) -> Array:
    """Log-price utility of a lab's model: capability, trust premium, less API friction, plus a demand shock."""
    return capability_value * capability + lab_premium - friction + shock


def copy_utility(
    head: Array, believed_gap: Array, capability_value: Array, weight: Array, premium: Array, shock: Array
) -> Array:
    """Log-price utility of a copy as buyers see it: head capability less the tail gap that they believe in.

    weight  : (1, segment, draw) weight of the tail
    returns : (distiller, segment, draw)
    """
    return capability_value * (head - weight * believed_gap) + premium + shock


def public_utility(public: Array, capability_value: Array) -> Array:
    """Log-price utility of hosted public models."""
    return capability_value * public


def log_price(log_cost: Array, markup: Array) -> Array:
    """Log price from log unit cost and log markup."""
    return log_cost + markup


def quantity(spending: Array, log_price: Array, xp: Array) -> Array:
    """Quantity bought, in units that cost 1 at the start: spending over price."""
    return spending * xp.exp(-xp.clip(log_price, -300.0, 300.0))
