"""What a number of the parameter book means in the units of the facts behind it.

A substitution elasticity cannot be looked up, but the margin that it implies can. Each reading turns a parameter's
default and prior into something that has been measured, through the rules of the model where one is needed, and puts
the measurement beside it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from econsim.arrays import NUMPY as XP
from econsim.errors import InputError, unknown_name
from econsim.evidence.fact_book import fact
from econsim.evidence.units import UNITS, Estimate, convert, estimate, ratio
from econsim.parameter_book import Lever, Parameter, book
from econsim.rules import demand, pricing


@dataclass(frozen=True)
class Reading:
    """One parameter or lever in the unit of what was measured.

    what     : the measured quantity, in words
    unit     : its unit
    facts    : keys of the facts that `measured` comes from
    default  : what the default means in that unit; for a lever, what its mid-range setting means
    low, high: what the ends of the prior mean, in order of size; both `default` where there is no prior
    measured : the measurement with its range
    """

    name: str
    what: str
    unit: str
    facts: tuple[str, ...]
    default: float
    low: float
    high: float
    measured: Estimate

    @property
    def inside(self) -> bool:
        """Whether the measurement, with its range, meets what the prior means."""
        return self.measured.low <= self.high and self.low <= self.measured.high

    @property
    def verdict(self) -> str:
        """How the two lie to each other, in words."""
        against = "prior" if self.low < self.high else "mid-range setting" if self.name in book().levers else "default"
        if self.inside:
            return f"meets the {against}"
        return f"measured {'above' if self.measured.low > self.high else 'below'} the {against}"


@dataclass(frozen=True)
class _Rule:
    """How a reading is made: `means` turns a value into the measured quantity, `measured` reads the facts."""

    what: str
    unit: str
    facts: tuple[str, ...]
    means: Callable[[float], float]
    measured: Callable[..., Estimate]


def readings(name: str) -> list[Reading]:
    """Every reading of a parameter or lever, in the order of its facts; empty where no fact can be read that way.

    Raises InputError, with the nearest name, for a name that is not in the book.
    """
    rows: dict[str, Parameter | Lever] = {**book().parameters, **book().levers}
    if name not in rows:
        raise InputError(unknown_name("name", name, rows, kind="parameter"))
    return [_read(rows[name], rule) for rule in RULES.get(name, ())]


def _read(row: Parameter | Lever, rule: _Rule) -> Reading:
    if isinstance(row, Lever):
        ends = (row.moderate, row.moderate, row.moderate)
    else:
        low, high = row.range or (row.default, row.default)
        ends = (low, row.default, high)
    at_low, at_default, at_high = (rule.means(value) for value in ends)
    measured = rule.measured(*rule.facts)
    return Reading(
        row.name, rule.what, rule.unit, rule.facts, at_default, min(at_low, at_high), max(at_low, at_high), measured
    )


# ---------------------------------------------------------------------------------------------------- measured


def _as_it_is(key: str) -> Estimate:
    return estimate(fact(key))


def _in(unit: str) -> Callable[[str], Estimate]:
    return lambda key: convert(fact(key), unit)


def _over(key: str, other: str) -> Estimate:
    return ratio(fact(key), fact(other))


def _between(key: str, other: str) -> Estimate:
    """From one fact to another, with their geometric mean."""
    low, high = estimate(fact(key)).low, estimate(fact(other)).high
    return Estimate(math.sqrt(low * high), low, high)


def _sold(quarter: str, *rates: str) -> Estimate:
    """Sales in a quarter of one firm, and the lowest and highest annual rate of another, in USD a quarter."""
    year = fact(quarter).price_year
    assert year is not None
    first = convert(fact(quarter), "USD/quarter")
    other = [convert(fact(key), "USD/quarter", price_year=year, deflator=NOMINAL).value for key in rates]
    low, high = first.low + min(other), first.high + max(other)
    return Estimate(math.sqrt(low * high), low, high)


def _progress(hardware: str, halving: str, algorithms: str) -> Estimate:
    """Factor a year of hardware and algorithms together."""
    parts = estimate(fact(hardware))
    years = convert(fact(halving), "years")
    accounted = estimate(fact(algorithms)).value ** (1.0 / GUNDLACH_YEARS)
    slow, fast = sorted((accounted, 2.0 ** (1.0 / years.value)))
    return Estimate(parts.value * math.sqrt(slow * fast), parts.low * slow, parts.high * fast)


GUNDLACH_YEARS = 11.0
"""2012 to 2023."""

NOMINAL: Mapping[int, float] = MappingProxyType({2023: 1.0, 2024: 1.0, 2025: 1.0, 2026: 1.0})
"""Price levels where dollars of different years are taken as they are: no deflator is shipped, and what uses this says
so. A year of inflation is a few per cent, the growth of the sums that it is used for several times that."""

# ---------------------------------------------------------------------------------------------------- means


def _itself(value: float) -> float:
    return value


def _growth(nats_per_quarter: float) -> float:
    """Factor a year of a growth in nats a quarter."""
    return math.exp(4.0 * nats_per_quarter)


def _points(nats: float) -> float:
    """Points of the Epoch Capabilities Index."""
    return nats * estimate(fact("cap.points_per_nat")).value


def _months(quarters: float) -> float:
    return quarters * UNITS["quarters"].size / UNITS["months"].size


def _days(quarters: float) -> float:
    return quarters * UNITS["quarters"].size / UNITS["days"].size


def _margin(lab_substitution: float) -> float:
    """Margin of each of the default number of equal labs in a market without copies."""
    return float(pricing.lerner_margin(lab_substitution * (1.0 - 1.0 / book().parameters["n_labs"].default)))


def _surplus_over_spending(adoption_elasticity: float) -> float:
    """Consumer surplus over spending on AI at the default share of the task budget."""
    share = book().parameters["initial_ai_share"].default
    value = -demand.outside_utility_for(np.asarray(share), np.asarray(0.0), np.asarray(adoption_elasticity), XP)
    surplus = demand.consumer_surplus(np.asarray(1.0), value, np.asarray(0.0), np.asarray(adoption_elasticity), XP)
    return float(surplus) / share


def _share_of_open(lab_premium: float) -> float:
    """Share of spending on open models of equal intelligence at the price that they were seen at."""
    substitution = book().parameters["lab_substitution"].default
    price = math.log(estimate(fact("open.discount")).value)
    found = demand.split(np.full((1, 1, 1), -substitution * price), np.full((1, 1, 1), substitution * lab_premium), XP)
    return float(found.share[0, 0, 0])


def _spending(share: float) -> float:
    """USD a quarter of a share of the task budget."""
    return share * book().parameters["task_budget"].default * 1e6


def _public_lag(leakage_rate: float) -> float:
    """Months by which public knowledge trails under steady growth: it closes a share of the gap each quarter."""
    return _months(1.0 / leakage_rate)


def _one(
    what: str, unit: str, key: str, means: Callable[[float], float], measured: Callable[[str], Estimate] = _as_it_is
) -> _Rule:
    return _Rule(what, unit, (key,), means, measured)


_COPY = "cost of a copy over that of the original"
_HARDWARE = "fall of the cost of serving a model of given size"

RULES: Mapping[str, tuple[_Rule, ...]] = MappingProxyType(
    {
        "copy_cost_ratio": (
            _one(f"{_COPY}, tuning alone", "ratio", "copy.ratio.sft_only", _itself),
            _one(f"{_COPY}, training compute", "ratio", "copy.ratio.compute", _itself),
            _one(f"{_COPY}, whole programme", "ratio", "copy.ratio.total", _itself),
        ),
        "access_lag": (
            _one("time until copiers turn to a new teacher", "days", "detect.adapt", _days),
            _one("time until copies of public weights appear", "months", "copy.time", _months),
            _one("lag of the first open match", "months", "lag.o1_open", _months),
            _one("lag of open weights", "months", "lag.eci.2023_25", _months),
        ),
        "lab_substitution": (
            _one("gross margin", "fraction", "margin.openai.2025", _margin),
            _one("gross margin", "fraction", "margin.anthropic.2025", _margin),
        ),
        "adoption_elasticity": (
            _one("own-price elasticity", "elasticity", "elasticity.demirer", lambda value: -1.0 - value),
            _Rule(
                "consumer surplus over spending, 2024",
                "ratio",
                ("surplus.us.2024", "surplus.revenue.us.2024"),
                _surplus_over_spending,
                _over,
            ),
            _one("consumer surplus over spending, 2026", "ratio", "surplus.over_revenue.2026", _surplus_over_spending),
        ),
        "initial_ai_share": (
            _Rule(
                "sales of two labs, of the whole market, nominal",
                "USD/quarter",
                ("rev.openai.2026q1", "rev.anthropic.2025arr", "rev.anthropic.2026may"),
                _spending,
                _sold,
            ),
        ),
        "lab_premium": (
            _one("share of open models at a tenth of the price", "fraction", "share.open.openrouter25", _share_of_open),
        ),
        "retention_exponent": (
            _one("exponent of a student's loss in its data", "exponent", "scaling.distillation_data", _itself),
        ),
        "lab_cash": (
            _one("funding round", "USD", "funding.anthropic.2026", lambda value: value * 1e6),
            _one("funding round", "USD", "funding.openai.2025", lambda value: value * 1e6),
        ),
        "serving_elasticity": (
            _one("exponent of parameters in training compute", "exponent", "scaling.parameters", _itself),
        ),
        "serving_efficiency_growth": (
            _one(f"{_HARDWARE}; one precision", "factor/year", "hw.priceperf.own_fp16", _growth),
            _one(f"{_HARDWARE}; processors", "factor/year", "hw.priceperf.mlgpu", _growth),
            _one(f"{_HARDWARE}; best precision", "factor/year", "hw.priceperf.own_best", _growth),
        ),
        "n_labs": (
            _Rule(
                "firms that held the best model, to organisations with a run of 1e25 FLOP",
                "count",
                ("lead.holders", "labs.1e25.2025-06"),
                _itself,
                _between,
            ),
        ),
        "own_tier_gap": (_one("gap of a small model to its flagship", "points", "tier.gap", _points),),
        "own_tier_cost_ratio": (
            _one("price of a small model over its flagship's", "ratio", "tier.price_ratio", _itself),
        ),
        "initial_expected_growth": (
            _one("growth of training compute", "factor/year", "compute.growth.frontier", _growth),
        ),
        "efficiency_growth": (
            _Rule(
                "growth of training efficiency, hardware times algorithms",
                "factor/year",
                ("hw.priceperf.mlgpu", "algo.halving", "algo.gundlach"),
                _growth,
                _progress,
            ),
            _one("shift of the cost curve", "factor/year", "algo.amodei", _growth),
            _one("catch-up, tuning and distillation included", "factor/year", "algo.catchup", _growth),
        ),
        "leakage_rate": (
            _one("lag of open models", "months", "lag.epoch2024", _public_lag),
            _one("time in which industrial knowledge leaks", "months", "imit.leakage", _public_lag),
            _one("lag of open weights, copies included", "months", "lag.eci.2023_25", _public_lag),
        ),
        "export_wedge": (
            _one("price of a chip abroad over that at home", "ratio", "export.b200_premium", lambda value: 1.0 + value),
            _one("price of a chip abroad over that at home", "ratio", "export.b300_premium", lambda value: 1.0 + value),
        ),
    }
)
"""Parameter or lever -> how its numbers are read in the units of its facts."""
