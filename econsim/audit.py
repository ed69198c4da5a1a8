"""Auditing the model's books: walks through scenarios quarter by quarter and reports the largest misses.

The promises are those that must hold whatever the parameters: prices are best replies, shares add up to one, money
that is spent arrives somewhere, welfare by parties is welfare by resources.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from econsim import model
from econsim.arrays import FIRM, NUMPY, SEGMENT
from econsim.rules import demand
from econsim.runs import Settings, chunk_world, failed_draws
from econsim.scenario import Scenario
from econsim.series import SHARE, catalogue, observe
from econsim.state import total_revenue
from econsim.world import World

ROUNDING = 1e-12  # by which a share may leave [0, 1]
USED_UP = ("serving_cost", "rd_investment", "copy_spending", "entry_costs", "fixed_costs", "enforcement_cost",
           "external_harm")  # fmt: skip


@dataclass(frozen=True)
class Books:
    """The largest misses over scenarios, quarters and draws.

    failed    : largest share of failed draws of any scenario, `failed_in` its name
    residual  : of the price equations
    infinite  : series that hold an infinite number
    outside   : series of shares that leave [0, 1]
    shares    : market shares within AI against one
    revenue   : all AI revenue against task budget times AI share, relative
    welfare   : parties against resources, relative to everything that moves
    cash      : change of labs' cash against profit and fresh money, relative
    """

    failed: float
    failed_in: str
    residual: float
    infinite: tuple[str, ...]
    outside: tuple[str, ...]
    shares: float
    revenue: float
    welfare: float
    cash: float


def audit(scenarios: Sequence[Scenario], settings: Settings) -> Books:
    """Check the books of every quarter of every scenario, on the draws that the settings say.

    scenarios : at least one
    """
    return merge([audit_world(one.name, chunk_world(one, settings, 0, settings.draws)) for one in scenarios])


def merge(found: Sequence[Books]) -> Books:
    """The largest misses of several books."""
    worst = max(found, key=lambda books: books.failed)
    largest = {
        name: float(np.max([getattr(books, name) for books in found]))  # NaN stays NaN, and is no pass
        for name in ("residual", "shares", "revenue", "welfare", "cash")
    }
    return Books(
        failed=worst.failed,
        failed_in=worst.failed_in,
        infinite=tuple(sorted({name for books in found for name in books.infinite})),
        outside=tuple(sorted({name for books in found for name in books.outside})),
        **largest,
    )


def audit_world(name: str, world: World) -> Books:
    """Check the books of one world."""
    recorded: dict[str, list[np.ndarray]] = {}
    shares, revenue = [], []
    for state, flows in walk(world):
        for series, value in observe(state, flows, world.parameters, world.frame, NUMPY).items():
            recorded.setdefault(series, []).append(value)
        shares.append(share_miss(flows))
        revenue.append(revenue_miss(state, flows, world.parameters))
    run = {series: np.array(values) for series, values in recorded.items()}
    shown = catalogue(world.frame.segments)
    return Books(
        failed=float(failed_draws(run).mean()),
        failed_in=name,
        residual=float(run["residual"].max()),
        infinite=tuple(series for series in shown if np.isinf(run[series]).any()),
        outside=tuple(series for series, one in shown.items() if one.unit == SHARE and not _in_unit(run[series])),
        shares=float(np.max(shares)),
        revenue=float(np.max(revenue)),
        welfare=welfare_miss(run),
        cash=cash_miss(run),
    )


def walk(world: World) -> Iterator[tuple[model.State, model.Flows]]:
    """The state at the start of each quarter and what happened in it, as the batch engine computes them."""
    parameters, frame, shocks = world.parameters, world.frame, vars(world.shocks)
    with np.errstate(all="ignore"):
        state = model.start(parameters, frame, shocks["initial_capability"], NUMPY)
    for period in range(world.quarters):
        quarter = model.Quarter(
            period=float(period),
            levers=SimpleNamespace(**{name: path[period] for name, path in vars(world.levers).items()}),
            shocks=SimpleNamespace(**{name: of[period] for name, of in shocks.items() if name != "initial_capability"}),
        )
        with np.errstate(all="ignore"):
            following, flows = model.step(state, quarter, parameters, frame, NUMPY)
        yield state, flows
        state = following


def _in_unit(values: np.ndarray) -> bool:
    known = values[~np.isnan(values)]
    return bool(((known >= -ROUNDING) & (known <= 1.0 + ROUNDING)).all())


def share_miss(flows: model.Flows) -> float:
    """How far the market shares of a quarter are from adding up to one within AI, where anything is sold."""
    prices = flows.prices
    whole = prices.lab_share.sum(axis=FIRM) + prices.distiller_share.sum(axis=FIRM) + prices.fringe_share.sum(axis=FIRM)
    return float(np.where(whole > ROUNDING, np.abs(whole - 1.0), 0.0).max())


def revenue_miss(state: model.State, flows: model.Flows, parameters: SimpleNamespace) -> float:
    """How far revenue is from task budget times AI share, the latter from the inclusive value; relative."""
    prices = flows.prices
    share, _ = demand.adoption(prices.experienced_value, state.outside_utility, parameters.adoption_elasticity, NUMPY)
    due = (flows.context.budget * share).sum(axis=SEGMENT)
    paid = total_revenue(prices, NUMPY)[0]
    least = ROUNDING * flows.context.budget.sum(axis=SEGMENT)  # once everybody has left, both are nothing
    return float((np.abs(paid - due) / np.maximum(due, least)).max())


def welfare_miss(run: Mapping[str, np.ndarray]) -> float:
    """Welfare by parties less welfare by resources, relative to everything that moves; the largest of a run.

    run : series name -> (period, draw)
    """
    spending = run["lab_revenue"] + run["distiller_revenue"] + run["public_revenue"]
    moves = [run["consumer_surplus_anticipated"], -run["hidden_loss"], spending, *(-run[name] for name in USED_UP)]
    turnover = np.abs(moves).sum(axis=0)
    return float((np.abs(np.sum(moves, axis=0) - run["welfare"]) / turnover).max())


def cash_miss(run: Mapping[str, np.ndarray]) -> float:
    """Change of labs' cash less their profit and fresh money, relative to all of these; the largest of a run."""
    cash, flow = run["lab_cash"], (run["lab_profit"] + run["lab_recapitalisation"])[:-1]
    size = np.abs(cash[1:]) + np.abs(cash[:-1]) + np.abs(flow)
    return float((np.abs(np.diff(cash, axis=0) - flow) / np.where(size > 0.0, size, 1.0)).max(initial=0.0))
