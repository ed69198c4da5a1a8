"""`econsim check`: does the model that is installed here keep its promises?

Every check runs the model and returns a verdict: passed or not, the number it rests on, the limit, and a sentence.
Books are checked on shipped scenarios, quarter by quarter and draw by draw; nothing is compared with stored results.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np

from econsim import draws as shock_streams
from econsim import model
from econsim.arrays import FIRM, NUMPY, SEGMENT
from econsim.findings import futures
from econsim.library import shipped_scenarios
from econsim.metrics import summarise
from econsim.parameter_book import Parameter, book
from econsim.rules import demand
from econsim.runs import RESIDUAL, Progress, Settings, as_scenario, check_settings, failed_draws, run_worlds
from econsim.scenario import Scenario, load_scenario
from econsim.series import catalogue, observe
from econsim.world import World, build_world, design_points, firm_slots, parameter_values

DEFAULT_DRAWS = 64
IDENTITY = 1e-9  # relative miss of an accounting identity
SHARES = 1e-12  # miss of shares that have to add up to one
ENGINES_AGREE = 1e-10  # relative difference between two engines
MOST_FAILED = 0.01  # share of draws that may fail
CHUNKS = (1, 7, 64)
CHUNKED_DRAWS, CHUNKED_QUARTERS = 40, 24  # a chunk of one draw is slow
MOVING_DRAWS = 4  # for the search for levers and parameters that move nothing
SERIES_IN_UNIT = ("ai_share", "copy_revenue_share", "copy_quantity_share", "hhi", "lab_margin", "distiller_margin",
                  "head_retention", "tail_retention")  # fmt: skip
UNIT_METRICS = ("shares", "retentions", "margins")


@dataclass(frozen=True)
class Verdict:
    """What one check found.

    id       : short name
    passed   : whether the promise is kept
    number   : what was measured; None where there is no single number
    limit    : how large (or small) the number may be; None where there is no limit
    sentence : the finding in plain words, with its numbers
    """

    id: str
    passed: bool
    number: float | None
    limit: float | None
    sentence: str


@dataclass(frozen=True)
class Books:
    """The largest misses over scenarios, quarters and draws."""

    scenarios: int
    quarters: int  # scenario quarters looked at, all draws
    failed: float  # largest share of failed draws
    failed_in: str  # the scenario that has it
    residual: float
    infinite: tuple[str, ...]  # series that hold an infinite number
    outside: tuple[str, ...]  # shares that leave [0, 1]
    shares: float  # miss of market shares against one
    revenue: float  # miss of revenue against budget times AI share, relative
    welfare: float  # parties against resources, relative to all that moves
    cash: float  # change of cash against profit and fresh money, relative


@dataclass
class _Bench:
    """What the checks share."""

    draws: int
    seed: int
    scenarios: Sequence[Scenario]
    baseline: Scenario = field(default_factory=lambda: load_scenario("baseline"))
    books: Books | None = None

    def settings(self, **changes: object) -> Settings:
        given = {"draws": self.draws, "seed": self.seed, "ensemble": "prior", "keep": "summaries"}
        return Settings(**{**given, **changes})  # type: ignore[arg-type]

    def checked_books(self) -> Books:
        if self.books is None:
            self.books = audit(self.scenarios, self.draws, self.seed)
        return self.books


def run_checks(
    draws: int = DEFAULT_DRAWS,
    seed: int = 0,
    progress: Progress | None = None,
    scenarios: Sequence[Scenario | str] | None = None,
) -> list[Verdict]:
    """Run every check; under a minute at the defaults.

    draws     : simulated futures for each scenario, prior ensemble
    seed      : of parameters and shocks
    progress  : called with the checks done and the checks there are
    scenarios : whose books to check; None: all that are shipped
    returns   : one verdict a check, in a fixed order
    raises    : InputError for bad settings or an unknown scenario
    """
    chosen = [as_scenario(one) for one in (list(shipped_scenarios()) if scenarios is None else scenarios)]
    bench = _Bench(draws, seed, chosen)
    check_settings(bench.baseline, draws, seed, "prior", "batch", None, "summaries", False)
    verdicts: list[Verdict] = []
    for done, check in enumerate(CHECKS, start=1):
        verdicts += check(bench)
        if progress:
            progress(done, len(CHECKS))
    return verdicts


# ---------------------------------------------------------------------------------------------------- the books


def build(scenario: Scenario, draws: int, seed: int, ensemble: str = "prior") -> World:
    """The world of a scenario for its first draws, as a run builds it."""
    labs, distillers = firm_slots(scenario)
    shocks = shock_streams.shocks(seed, scenario.structure.quarters, labs, distillers, 0, draws)
    return build_world(scenario, parameter_values(scenario, design_points(scenario, ensemble, seed, 0, draws)), shocks)


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


def audit(scenarios: Sequence[Scenario], draws: int, seed: int) -> Books:
    """Check the books of every quarter of every scenario, on its first `draws` draws of the prior ensemble."""
    found = [_audit_one(one, build(one, max(draws, 2), seed)) for one in scenarios]
    worst = max(found, key=lambda books: books.failed)
    return Books(
        scenarios=len(found),
        quarters=sum(books.quarters for books in found),
        failed=worst.failed,
        failed_in=worst.failed_in,
        infinite=tuple(sorted({name for books in found for name in books.infinite})),
        outside=tuple(sorted({name for books in found for name in books.outside})),
        **{
            name: float(np.max([getattr(books, name) for books in found]))
            for name in ("residual", "shares", "revenue", "welfare", "cash")
        },
    )


def _audit_one(scenario: Scenario, world: World) -> Books:
    recorded: dict[str, list[np.ndarray]] = {}
    shares = revenue = 0.0
    for state, flows in walk(world):
        seen = observe(state, flows, world.parameters, world.frame, NUMPY)
        for name, value in seen.items():
            recorded.setdefault(name, []).append(value)
        shares = max(shares, _share_miss(flows))
        revenue = max(revenue, _revenue_miss(state, flows, world.parameters))
    run = {name: np.array(values) for name, values in recorded.items()}
    failed = failed_draws(run)
    names = catalogue(world.frame.segments)
    return Books(
        scenarios=1,
        quarters=world.quarters,
        failed=float(failed.mean()),
        failed_in=scenario.name,
        residual=float(run["residual"].max()),
        infinite=tuple(name for name in names if np.isinf(run[name]).any()),
        outside=tuple(name for name in SERIES_IN_UNIT if not _inside_unit(run[name])),
        shares=shares,
        revenue=revenue,
        welfare=welfare_miss(run),
        cash=cash_miss(run),
    )


def _inside_unit(values: np.ndarray) -> bool:
    known = values[~np.isnan(values)]
    return bool(((known >= 0.0) & (known <= 1.0 + SHARES)).all())


def _share_miss(flows: model.Flows) -> float:
    """How far the market shares of a quarter are from adding up to one within AI."""
    prices = flows.prices
    whole = (
        prices.lab_share.sum(axis=FIRM) + prices.distiller_share.sum(axis=FIRM) + prices.fringe_share.sum(axis=FIRM)
    )
    return float(np.abs(whole - 1.0).max())


def _revenue_miss(state: model.State, flows: model.Flows, parameters: SimpleNamespace) -> float:
    """How far revenue is from task budget times AI share, the latter from the inclusive value; relative."""
    prices = flows.prices
    share, _ = demand.adoption(
        prices.experienced_value, state.outside_utility, parameters.adoption_elasticity, NUMPY
    )
    due = (flows.context.budget * share).sum(axis=SEGMENT)
    paid = model.total_revenue(prices, NUMPY)[0]
    return float(np.abs(paid / due - 1.0).max())


def welfare_miss(run: dict[str, np.ndarray]) -> float:
    """Welfare by parties less welfare by resources, relative to everything that moves; the largest of a run.

    run : series name -> (period, draw)
    """
    spending = run["lab_revenue"] + run["distiller_revenue"] + run["public_revenue"]
    received = (run["consumer_surplus_anticipated"], -run["hidden_loss"], spending)
    used = [
        run[name]
        for name in (
            "serving_cost", "rd_investment", "copy_spending", "entry_costs", "fixed_costs", "enforcement_cost",
            "external_harm",
        )
    ]  # fmt: skip
    miss = np.abs(sum(received) - sum(used) - run["welfare"])
    turnover = sum(np.abs(one) for one in (*received, *used))
    return float((miss / turnover).max())


def cash_miss(run: dict[str, np.ndarray]) -> float:
    """Change of labs' cash less their profit and fresh money, relative to all of these; the largest of a run."""
    cash, flow = run["lab_cash"], (run["lab_profit"] + run["lab_recapitalisation"])[:-1]
    miss = np.abs(np.diff(cash, axis=0) - flow)
    size = np.abs(cash[1:]) + np.abs(cash[:-1]) + np.abs(flow)
    return float((miss / np.where(size > 0.0, size, 1.0)).max(initial=0.0))


def _check_books(bench: _Bench) -> list[Verdict]:
    books = bench.checked_books()
    everywhere = f"in every quarter and draw of {books.scenarios} scenarios"
    verdicts = [
        Verdict(
            "draws_solved",
            books.failed <= MOST_FAILED,
            books.failed,
            MOST_FAILED,
            "Every draw of every scenario could be solved."
            if books.failed == 0.0
            else f"{100.0 * books.failed:.1f}% of the draws of {books.failed_in} could not be solved, more than in "
            f"any other scenario (at most {100.0 * MOST_FAILED:g}% may fail).",
        ),
        _within("prices_solved", books.residual, RESIDUAL, "Prices are best replies to each other", everywhere),
        _listed("numbers_finite", books.infinite, "No series holds an infinite number", "hold an infinite number"),
        _listed("shares_in_range", books.outside, "All shares, margins and retentions lie in 0 to 1", "leave 0 to 1"),
        _within("shares_add_up", books.shares, SHARES, "Market shares add up to one", everywhere),
        _within("revenue_adds_up", books.revenue, SHARES, "Revenue is the task budget times AI's share", everywhere),
        _within("welfare_adds_up", books.welfare, IDENTITY, "Welfare by parties is welfare by resources", everywhere),
        _within("cash_adds_up", books.cash, IDENTITY, "Labs' cash moves by profit and fresh money alone", everywhere),
    ]
    return verdicts


def _within(name: str, number: float, limit: float, promise: str, where: str) -> Verdict:
    passed = bool(number <= limit)  # a NaN is no pass
    text = f"{promise} {where}: the largest miss is {number:.1e} (limit {limit:.0e})."
    return Verdict(name, passed, number, limit, text if passed else f"Broken: {text[:1].lower()}{text[1:]}")


def _listed(name: str, broken: Sequence[str], promise: str, fault: str) -> Verdict:
    text = f"{promise}." if not broken else f"{', '.join(broken)} {fault}."
    return Verdict(name, not broken, float(len(broken)), 0.0, text)


# ---------------------------------------------------------------------------------------------------- computing


def _check_chunks(bench: _Bench) -> list[Verdict]:
    """Numbers do not depend on which draws are computed together."""
    short = bench.baseline.with_(quarters=CHUNKED_QUARTERS)
    count = min(bench.draws, CHUNKED_DRAWS)
    runs = [
        run_worlds([short], bench.settings(draws=count, chunk=chunk, keep="trajectories"))[0]
        for chunk in (count, *CHUNKS)
    ]
    differing = {
        name
        for run in runs[1:]
        for kind in ("metrics", "trajectories")
        for name, values in getattr(run, kind).items()
        if not np.array_equal(values, getattr(runs[0], kind)[name], equal_nan=True)
    }
    sizes = ", ".join(str(chunk) for chunk in CHUNKS)
    promise = f"{count} draws of the baseline are the same to the last bit in chunks of {sizes} and all at once"
    return [_listed("chunks_agree", sorted(differing), promise, "depend on which draws are computed together")]


def _check_engines(bench: _Bench) -> list[Verdict]:
    """The agents engine gives the batch engine's numbers; no verdict where it is not installed."""
    if importlib.util.find_spec("econsim.engines.agents") is None or importlib.util.find_spec("mesa") is None:
        return []
    short = bench.baseline.with_(quarters=CHUNKED_QUARTERS)
    batch, agents = (
        run_worlds([short], bench.settings(draws=1, keep="trajectories", engine=engine))[0].trajectories
        for engine in ("batch", "agents")
    )
    number = max(difference(batch[name], agents[name]) for name in batch)
    where = f"over {CHUNKED_QUARTERS} quarters of the baseline"
    return [_within("engines_agree", number, ENGINES_AGREE, "Agents and arrays give the same numbers", where)]


def difference(one: np.ndarray, other: np.ndarray) -> float:
    """Largest difference of two arrays relative to the larger of their sizes; infinite where only one is defined."""
    if not np.array_equal(np.isnan(one), np.isnan(other)):
        return float("inf")
    known = ~np.isnan(one)
    if not known.any():
        return 0.0
    size = max(np.abs(one[known]).max(), np.abs(other[known]).max())
    return float(np.abs(one[known] - other[known]).max() / size) if size > 0.0 else 0.0


# ---------------------------------------------------------------------------------------------------- what moves


def moving_world(baseline: Scenario) -> Scenario:
    """A world in which every lever is at work and copying still happens: half of each lever's moderate setting.

    Some parameters act through a lever alone (api_friction, enforcement_cost), some levers through another one.
    """
    return baseline.with_(**{name: 0.5 * lever.moderate for name, lever in book().levers.items()})


def ends_of(parameter: Parameter) -> tuple[float, float]:
    """Both ends of a parameter's range; for one without a prior, half and one and a half times its default."""
    if parameter.prior is not None:
        return parameter.prior.low, parameter.prior.high
    low, high = parameter.bounds
    ends = [min(max(factor * parameter.default, low), high) for factor in (0.5, 1.5)]
    if parameter.integer:
        ends = [float(round(end)) for end in ends]
    return ends[0], ends[1]


def outputs(scenario: Scenario, draws: int, seed: int) -> dict[str, np.ndarray]:
    """Every series and every summary metric but those that need a second run; default ensemble."""
    from econsim.engines import batch

    world = build(scenario, max(draws, 2), seed, "default")
    run = batch.trajectories(world)
    values = world.parameters
    metrics = summarise(
        run,
        run["rd_investment"],
        world.frame.segments,
        values.initial_expected_growth,
        values.discount_rate,
        values.social_discount_rate,
    )
    return {f"{name} (series)": run[name] for name in catalogue(world.frame.segments)} | metrics


def _moved(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    return any(not np.array_equal(one[name], other[name], equal_nan=True) for name in one)


def dead_levers(draws: int = MOVING_DRAWS, seed: int = 0) -> list[str]:
    """Levers that move no output between 0 and their moderate setting, the others being at work."""
    world = moving_world(load_scenario("baseline"))
    usual = outputs(world, draws, seed)
    return [
        name
        for name, lever in book().levers.items()
        if not any(
            _moved(usual, outputs(world.with_(**{name: value}), draws, seed)) for value in (lever.moderate, None)
        )
    ]


def dead_parameters(draws: int = MOVING_DRAWS, seed: int = 0) -> list[str]:
    """Parameters that move no output between their default and either end of their range."""
    world = moving_world(load_scenario("baseline"))
    usual = outputs(world, draws, seed)
    return [
        name
        for name, parameter in book().parameters.items()
        if not any(_moved(usual, outputs(world.with_(**{name: end}), draws, seed)) for end in ends_of(parameter))
    ]


def _check_levers(bench: _Bench) -> list[Verdict]:
    promise = f"All {len(book().levers)} levers move an output"
    return [_listed("levers_move", dead_levers(seed=bench.seed), promise, "move no output")]


def _check_parameters(bench: _Bench) -> list[Verdict]:
    promise = f"All {len(book().parameters)} parameters move an output somewhere in their range"
    return [_listed("parameters_move", dead_parameters(seed=bench.seed), promise, "move no output in their range")]


# ---------------------------------------------------------------------------------------------------- politics


def _check_politics(bench: _Bench) -> list[Verdict]:
    """The incentive to copy is a matter of cost and gain: a label without a cost changes nothing."""
    labelled = bench.baseline.with_(enforcement_reach=1.0)
    kept = bench.settings(keep="trajectories")
    with_label, without = run_worlds([labelled, labelled.with_(geopolitics=False)], kept)
    names = ("incentive_ratio", "frontier_capability", "rd_investment")
    differing = [
        name
        for name in names
        if not np.array_equal(with_label.trajectories[name], without.trajectories[name], equal_nan=True)
    ]
    promise = (
        "Calling half of the distillers foreign, at no cost to them, changes the incentive to copy, the frontier and "
        f"R&D in none of {bench.draws} futures"
    )
    return [_listed("politics_irrelevant", differing, promise, "change with the label 'foreign' alone")]


def _check_wedge(bench: _Bench) -> list[Verdict]:
    """With dearer compute abroad, copying stays worthwhile at home where it was."""
    fenced = bench.baseline.with_(export_wedge=1.0)
    baseline, wedge = run_worlds([bench.baseline, fenced], bench.settings())
    before, after = (_mean(run.metrics["domestic_copying_always_pays"]) for run in (baseline, wedge))
    defined = before is not None and after is not None
    words = "undefined" if after is None or before is None else f"{_futures(after)} ({_futures(before)} without)"
    return [
        Verdict(
            "domestic_copying_under_export_controls",
            defined,
            after,
            None,
            f"With compute twice as dear abroad, copying always pays within a quarter for domestic distillers in "
            f"{words} futures.",
        )
    ]


def _check_incentive(bench: _Bench) -> list[Verdict]:
    """Copying pays: the premise of the whole exercise."""
    (run,) = run_worlds([bench.baseline], bench.settings())
    pays = _mean(run.metrics["copying_ever_pays"])
    words = "undefined" if pays is None else _futures(pays)
    sentence = f"Copying pays for itself within a quarter, at least once, in {words} futures of the baseline."
    return [Verdict("copying_pays", pays is not None, pays, None, sentence)]


def _mean(values: np.ndarray) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else None


def _futures(share: float) -> str:
    return futures(share)


CHECKS: tuple[Callable[[_Bench], list[Verdict]], ...] = (
    _check_books,
    _check_chunks,
    _check_engines,
    _check_levers,
    _check_parameters,
    _check_politics,
    _check_wedge,
    _check_incentive,
)
