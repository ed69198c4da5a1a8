"""What a copy loses: one file per fidelity law, and the two questions that the economy asks of any of them."""

from __future__ import annotations

from types import ModuleType

from econsim.arrays import Array
from econsim.rules.fidelity import busbridge2025, constant_retention, refinement, water_filling

LAWS: dict[str, ModuleType] = {
    "water_filling": water_filling,
    "refinement": refinement,
    "constant_retention": constant_retention,
}
"""Laws that may drive the economy."""

NOT_FOR_THE_ECONOMY: dict[str, str] = {"busbridge2025": busbridge2025.NOT_FOR_THE_ECONOMY}
"""Laws that are shown and compared only -> why, as the rest of a sentence that begins with the law."""

LEAST_COST_BASE = 1e-9  # $M


def lost_shares(
    law: str,
    budget: Array,
    cost_base: Array,
    tail_weight: Array,
    retention_exponent: Array,
    tail_complexity: Array,
    retention_ceiling: Array,
    xp: Array,
) -> tuple[Array, Array]:
    """Shares of head and tail that a copy made with `budget` loses, (distiller, 1, draw) each.

    budget, cost_base : $M
    tail_weight       : weight of the tail in what evaluators measure
    retention_ceiling : the most that any copy can keep
    """
    effort = budget / xp.maximum(cost_base, LEAST_COST_BASE)
    head, tail = LAWS[law].lost_shares(effort, tail_weight, retention_exponent, tail_complexity, xp)
    return 1.0 - retention_ceiling * (1.0 - head), 1.0 - retention_ceiling * (1.0 - tail)


def best_budget(
    law: str,
    value: Array,
    cost_base: Array,
    tail_weight: Array,
    retention_exponent: Array,
    tail_complexity: Array,
    xp: Array,
) -> Array:
    """The copy budget that a distiller chooses: most measured quality for its money, $M.

    value : $M that keeping everything would be worth to this distiller, >= 0
    """
    base = xp.maximum(cost_base, LEAST_COST_BASE)
    worth = xp.maximum(value, 0.0) / base
    return base * LAWS[law].best_effort(worth, tail_weight, retention_exponent, tail_complexity, xp)


LOWEST_EFFORT, HIGHEST_EFFORT, HALVINGS = -130.0, 130.0, 64  # logs of effort, and steps that bring them together


def tail_loss_behind(
    law: str,
    head_loss: Array,
    tail_weight: Array,
    retention_exponent: Array,
    tail_complexity: Array,
    retention_ceiling: Array,
    xp: Array,
) -> Array:
    """Share of the tail that a copy has lost whose head loss is known: what a score on benchmarks does not say.

    head_loss : in [0, 1]; below what the law can reach, the tail loss at the largest effort
    returns   : tail loss, by halving the range of efforts until it holds the one with that head loss
    """
    rest = tail_weight, retention_exponent, tail_complexity
    low = LOWEST_EFFORT + 0.0 * (head_loss + sum(rest) + retention_ceiling)
    high = HIGHEST_EFFORT + 0.0 * low
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        head, _tail = lost_shares(law, xp.exp(middle), 1.0, *rest, retention_ceiling, xp)
        still_too_much = head > head_loss
        low, high = xp.where(still_too_much, middle, low), xp.where(still_too_much, high, middle)
    return lost_shares(law, xp.exp(high), 1.0, *rest, retention_ceiling, xp)[1]
