"""Firms: profits, cash, entry and exit."""

from __future__ import annotations

from econsim.arrays import FIRM, SEGMENT, Array
from econsim.rules.pricing import best_reply, lerner_margin, lowest_markup

INSOLVENT = 1e-7  # of starting cash: a cash-constrained lab spends exactly its cash, and rounding must not decide
REVENUE_GROWTH_CAP = 0.5
STAND_ALONE = 60.0  # log-sum distance at which a nest is the whole market, to rounding
EMPTY_MARKET = 300.0  # log odds beyond which a lab is alone, and the rest might as well be absent


def smooth(last: Array, new: Array, smoothing: Array) -> Array:
    """Exponentially smoothed expectation."""
    return (1.0 - smoothing) * last + smoothing * new


def revenue_growth(revenue: Array, last_revenue: Array, xp: Array) -> Array:
    """Log growth of total AI revenue, capped so that one quarter cannot dominate expectations."""
    growth = xp.log(xp.maximum(revenue, 1e-9) / xp.maximum(last_revenue, 1e-9))
    return xp.clip(growth, -REVENUE_GROWTH_CAP, REVENUE_GROWTH_CAP)


def concentration(lab_revenue: Array, distiller_revenue: Array, xp: Array) -> Array:
    """Herfindahl-Hirschman index: sum of squared revenue shares of all labs and distillers; NaN without revenue.

    lab_revenue, distiller_revenue : (firm, 1, draw) $M
    returns                        : (1, 1, draw) in (0, 1]
    """
    squares = xp.total(lab_revenue * lab_revenue, FIRM) + xp.total(distiller_revenue * distiller_revenue, FIRM)
    total = xp.total(lab_revenue, FIRM) + xp.total(distiller_revenue, FIRM)
    return xp.where(total > 0.0, squares / xp.where(total > 0.0, total * total, 1.0), xp.nan)


def lab_operating_profit(gross_profit: Array, royalty: Array, fixed_cost: Array) -> Array:
    """Gross profit and royalties less fixed cost, before R&D; $M per quarter."""
    return gross_profit + royalty - fixed_cost


def rd_subsidy_received(rd_subsidy: Array, investment: Array) -> Array:
    """What the government pays towards a lab's R&D, $M per quarter."""
    return rd_subsidy * investment


def lab_profit(operating_profit: Array, rd_subsidy: Array, investment: Array) -> Array:
    """Profit after R&D net of its subsidy, $M per quarter."""
    return operating_profit - (1.0 - rd_subsidy) * investment


def distiller_profit(
    gross_profit: Array,
    royalty: Array,
    penalty: Array,
    liability: Array,
    copy_spending: Array,
    fixed_cost: Array,
    entry_cost: Array,
) -> Array:
    """Profit after transfers, copying and entry; $M per quarter."""
    return gross_profit - royalty - penalty - liability - copy_spending - fixed_cost - entry_cost


def entrant_expectation(ramp: Array, new_profit: Array, budget: Array, fixed_cost: Array) -> Array:
    """Smoothed profit that an entrant starts with: what it expects on average, net of its first copy."""
    return ramp * new_profit - budget - fixed_cost


def distiller_exits(active: Array, smoothed_profit: Array) -> Array:
    """A distiller leaves when it has been losing money."""
    return active & (smoothed_profit < 0.0)


def lab_exits(active: Array, smoothed_profit: Array, cash: Array, starting_cash: Array) -> Array:
    """A lab leaves when operations lose money and its cash is gone."""
    return active & (smoothed_profit < 0.0) & (cash <= INSOLVENT * starting_cash)


def reentry_gross_profit(
    value: Array,
    inclusive_value: Array,
    budget: Array,
    outside_utility: Array,
    lab_substitution: Array,
    adoption_elasticity: Array,
    xp: Array,
) -> Array:
    """Gross profit of a lab that came back at its best-reply price, against this quarter's AI market; $M.

    value           : (lab, segment, draw) utility net of log cost
    inclusive_value : (1, segment, draw) of the market without it
    """
    # A lab against the AI log-sum is a copy whose nest is the whole market.
    market = xp.maximum(lab_substitution * inclusive_value, lab_substitution * value - EMPTY_MARKET)
    reply = best_reply(
        value,
        market,
        market - STAND_ALONE,
        outside_utility,
        lab_substitution,
        lab_substitution,
        adoption_elasticity,
        lowest_markup(lab_substitution, xp) + 0.0 * value,
        xp,
    )
    return xp.total(budget * reply.share * lerner_margin(reply.elasticity), SEGMENT)
