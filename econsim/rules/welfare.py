"""The accounts: who gains and who loses, $M per quarter, and the identities that must hold."""

from __future__ import annotations

from econsim.arrays import Array


def serving_cost(spending: Array, net_share: Array, markup: Array, xp: Array) -> Array:
    """Real cost of serving: spending, times the share kept after transfers, over price relative to cost."""
    return spending * net_share * xp.exp(-markup)


def royalty_due(royalty_rate: Array, any_lab_active: Array, revenue: Array, xp: Array) -> Array:
    """Royalty on a copier's revenue; with no lab left there is nobody to pay."""
    return xp.where(any_lab_active, royalty_rate, 0.0) * revenue


def penalty_due(detected: Array, penalty_multiple: Array, enforceable: Array, revenue: Array, xp: Array) -> Array:
    """Penalty of a detected copier: a multiple of its quarterly revenue, as far as it can be enforced."""
    return xp.where(detected, penalty_multiple * enforceable, 0.0) * revenue


def hidden_loss(spending: Array, misperception: Array) -> Array:
    """What buyers lose in the tail without having expected it, $M per quarter.

    spending, misperception : (distiller, segment, draw) $M, and shortfall per dollar (`evaluation.misperception`)
    """
    return spending * misperception


def liability_due(liability_share: Array, hidden_loss: Array, xp: Array) -> Array:
    """What copiers pay buyers for shortfalls that buyers did not expect."""
    return liability_share * xp.maximum(hidden_loss, 0.0)


def consumer_surplus(anticipated: Array, hidden_loss: Array, liability: Array) -> Array:
    """Surplus as experienced: what buyers anticipated, less what they had not seen, plus compensation (Train 2015)."""
    return anticipated - hidden_loss + liability


def government_balance(penalties: Array, subsidies: Array, enforcement: Array) -> Array:
    """What the government is left with: penalties less subsidies and the cost of enforcement; $M per quarter."""
    return penalties - subsidies - enforcement


def external_harm(external_harm_rate: Array, spending: Array, weight: Array, true_gap: Array) -> Array:
    """Third-party harm from failures in the tail: in proportion to use, tail weight and the true gap."""
    return external_harm_rate * spending * weight * true_gap


def welfare(
    consumer_surplus: Array, lab_profit: Array, distiller_profit: Array, government_balance: Array, external_harm: Array
) -> Array:
    """Total welfare by parties."""
    return consumer_surplus + lab_profit + distiller_profit + government_balance - external_harm


def welfare_from_resources(
    anticipated: Array,
    hidden_loss: Array,
    ai_spending: Array,
    serving: Array,
    investment: Array,
    copying: Array,
    entry: Array,
    fixed: Array,
    enforcement: Array,
    harm: Array,
) -> Array:
    """Total welfare by resources: value received less everything used up. Equals `welfare` when the books close."""
    used = serving + investment + copying + entry + fixed + enforcement + harm
    return anticipated - hidden_loss + ai_spending - used
