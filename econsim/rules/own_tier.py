"""A lab's own small model: a distilled tier that it sells beside its frontier model, and what that does to its offer.

Both tiers lie in one nest of the demand for labs. A firm that owns a whole nest of CES substitutes charges the same
relative markup on everything in it (Nocke and Schutz 2018, Econometrica 86(2)): only the composite decides what it
sells, and equal markups are the cheapest way to make it. In the price game a lab is therefore one product whose value
is the log-sum of its tiers' values, and the equilibrium, its uniqueness and every formula for a lab stay as they are.

Buyers see the small model as it is, tail included: the same vendor sells the original beside it, so that the two are
compared side by side, and its maker gains nothing from a customer who is disappointed by the smaller of its products.
"""

from __future__ import annotations

from econsim.arrays import Array


def relative_value(
    capability_value: Array,
    own_tier_gap: Array,
    own_tier_tail_gap: Array,
    own_tier_cost_ratio: Array,
    weight: Array,
    xp: Array,
) -> Array:
    """Value of the small model net of its unit cost, less that of the frontier model; log price, (1, segment, draw).

    own_tier_gap        : nats by which its head trails the frontier model
    own_tier_tail_gap   : nats by which its tail trails its head
    own_tier_cost_ratio : its unit cost over that of the frontier model
    weight              : (1, segment, draw) tail weight
    """
    shortfall = own_tier_gap + weight * own_tier_tail_gap
    return -capability_value * shortfall - xp.log(own_tier_cost_ratio)


def range_value(relative: Array, own_tier_substitution: Array, xp: Array) -> Array:
    """What offering both tiers adds to the value of the frontier model alone; log price, >= 0.

    relative              : (1, segment, draw), from `relative_value`
    own_tier_substitution : elasticity between a lab's tiers, at least that between labs
    """
    least = xp.exp(-xp.abs(own_tier_substitution * relative))
    return xp.maximum(relative, 0.0) + xp.log1p(least) / own_tier_substitution


def small_share(relative: Array, own_tier_substitution: Array, xp: Array) -> Array:
    """Share of a lab's sales that its small model makes, (1, segment, draw); the same for every lab."""
    odds = own_tier_substitution * relative
    least = xp.exp(-xp.abs(odds))
    return xp.where(odds >= 0.0, 1.0, least) / (1.0 + least)
