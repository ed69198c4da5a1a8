"""Small markets for the tests of prices: firms by their values, a solve, and what it leaves over."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from econsim.arrays import NUMPY
from econsim.rules import demand, pricing
from econsim.rules.demand import ABSENT, Market

NO_COPIES = np.full((1, 1, 1), ABSENT)
NO_FRINGE = np.full((1, 1, 1), ABSENT)
INELASTIC = 1e-9  # eta_o so small that AI spending does not move with prices
AI_IS_EVERYTHING = -1e12  # outside utility at which nobody stays outside, even so


class Setting(NamedTuple):
    """What firms take as given; values are utility net of log cost."""

    lab_value: np.ndarray  # (lab, segment, draw)
    copy_value: np.ndarray  # (distiller, segment, draw)
    fringe_value: np.ndarray  # (1, segment, draw)
    outside_utility: Any
    lab_substitution: Any
    copy_substitution: Any
    adoption_elasticity: Any


class Solved(NamedTuple):
    """An equilibrium."""

    lab_markup: np.ndarray
    copy_markup: np.ndarray
    shares: Market
    lab_elasticity: np.ndarray
    copy_elasticity: np.ndarray
    residual: np.ndarray  # (1, 1, draw)


def firms(*values: float) -> np.ndarray:
    """One firm for each value, one segment, one draw."""
    return np.array(values, dtype=float).reshape(-1, 1, 1)


def setting(
    labs: Any = NO_COPIES,
    copies: Any = NO_COPIES,
    fringe: Any = NO_FRINGE,
    outside: Any = AI_IS_EVERYTHING,
    eta: Any = 2.0,
    eta_c: Any = None,
    eta_o: Any = INELASTIC,
) -> Setting:
    """A market in which what is not named is absent, and AI takes the whole budget whatever it costs."""
    return Setting(labs, copies, fringe, outside, eta, eta if eta_c is None else eta_c, eta_o)


def lowest(given: Setting) -> tuple[np.ndarray, np.ndarray]:
    """The least markups that firms charge, as a first guess."""
    lab = pricing.lowest_markup(given.lab_substitution, NUMPY) + 0.0 * given.lab_value
    copy = pricing.lowest_markup(given.copy_substitution, NUMPY) + 0.0 * given.copy_value
    return lab, copy


def evaluate(given: Setting, lab_markup: np.ndarray, copy_markup: np.ndarray) -> Solved:
    """Shares, elasticities and misses of the first-order conditions at given markups."""
    eta, eta_c, eta_o = given.lab_substitution, given.copy_substitution, given.adoption_elasticity
    shares = demand.market(
        given.lab_value - lab_markup,
        given.copy_value - copy_markup,
        given.fringe_value,
        given.outside_utility,
        eta,
        eta_c,
        eta_o,
        NUMPY,
    )
    lab = pricing.lab_elasticity(shares, eta, eta_o)
    copy = pricing.copy_elasticity(shares, eta, eta_c, eta_o)
    residual = pricing.nash_residual(lab_markup, copy_markup, lab, copy, NUMPY)
    return Solved(lab_markup, copy_markup, shares, lab, copy, residual)


def solve(
    given: Setting, start: tuple[np.ndarray, np.ndarray] | None = None, steps: int = pricing.COLD_STEPS
) -> Solved:
    """The price equilibrium, from the least markups unless told otherwise."""
    markups = pricing.nash_markups(*given, *(lowest(given) if start is None else start), steps, NUMPY)
    return evaluate(given, *markups)


def labs_log_sum(given: Setting, lab_markup: np.ndarray) -> np.ndarray:
    """What copies face of the labs, in units of the labs' substitution."""
    return demand.log_sum(given.lab_substitution * (given.lab_value - lab_markup), NUMPY)


def rivals_of_copies(given: Setting, copy_markup: np.ndarray) -> np.ndarray:
    """What each copy faces of the other copies and the fringe, in units of the copies' substitution."""
    eta_c = given.copy_substitution
    return demand.rivals_log_sum(eta_c * (given.copy_value - copy_markup), eta_c * given.fringe_value, NUMPY)


def lab_profit(given: Setting, lab_markup: np.ndarray, copy_markup: np.ndarray) -> np.ndarray:
    """Gross profit of each lab per budget dollar, (lab, segment, draw)."""
    shares = evaluate(given, lab_markup, copy_markup).shares
    return shares.lab_share * shares.ai_share * -np.expm1(-lab_markup)


def copy_profit(given: Setting, lab_markup: np.ndarray, copy_markup: np.ndarray) -> np.ndarray:
    """Gross profit of each copy per budget dollar, (distiller, segment, draw)."""
    shares = evaluate(given, lab_markup, copy_markup).shares
    return shares.copy_within * shares.nest_share * shares.ai_share * -np.expm1(-copy_markup)
