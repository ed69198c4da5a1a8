"""`econsim check`: does the model that is installed here keep its promises?

Every check runs the model and returns a verdict: kept or not, the number it rests on, the limit, and a sentence.
Nothing is compared with stored results.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from econsim.audit import audit, audit_world
from econsim.engines import runner
from econsim.errors import InputError, Problem
from econsim.findings import MOST_FAILED, futures
from econsim.library import shipped_scenarios
from econsim.metrics import summarise
from econsim.parameter_book import Parameter, book
from econsim.parameter_box import box_world
from econsim.runs import RESIDUAL, Progress, Settings, as_scenario, check_settings, chunk_world, run_worlds
from econsim.scenario import Scenario, load_scenario
from econsim.series import catalogue

DEFAULT_DRAWS = 64
IDENTITY = 1e-9  # relative miss of an accounting identity
SHARES = 1e-12  # miss of shares that have to add up to one
ENGINES_AGREE = 1e-10  # relative difference between two engines
BOX_DRAWS = 300
CHUNKS = (1, 5, 8)
CHUNKED_DRAWS, CHUNKED_QUARTERS = 12, 24  # a chunk of one draw is slow
ENGINE_QUARTERS = 24  # agents are slower than arrays
MOVING_DRAWS, MOVING_QUARTERS = 8, 28  # for the search for levers and parameters that move nothing
CHEAP_COPYING = 1e-4  # of training cost: cheap enough for some copies to keep part of the tail


@dataclass(frozen=True)
class Verdict:
    """What one check found.

    id       : short name
    passed   : whether the promise is kept
    number   : what was measured
    limit    : the most that the number may be; None where the check measures and promises nothing
    sentence : the finding in plain words, with its numbers
    """

    id: str
    passed: bool
    number: float | None
    limit: float | None
    sentence: str


@dataclass(frozen=True)
class _Bench:
    """What the checks share."""

    draws: int
    seed: int
    scenarios: Sequence[Scenario]
    baseline: Scenario

    def settings(self, **changes: Any) -> Settings:
        usual = Settings(draws=self.draws, seed=self.seed, ensemble="prior", keep="summaries")
        return Settings(**{**vars(usual), **changes})


def run_checks(
    draws: int = DEFAULT_DRAWS,
    seed: int = 0,
    progress: Progress | None = None,
    scenarios: Sequence[Scenario | str] | None = None,
) -> list[Verdict]:
    """Run every check; under a minute at the defaults.

    draws     : simulated futures of each scenario, prior ensemble
    seed      : of parameters and shocks
    progress  : called with the checks done and the checks there are
    scenarios : whose books to check; None: all that are shipped
    returns   : the verdicts, always in the same order
    raises    : InputError for bad settings, an unknown scenario or none at all
    """
    chosen = [as_scenario(one) for one in (list(shipped_scenarios()) if scenarios is None else scenarios)]
    if not chosen:
        raise InputError(Problem("scenarios", "names no scenario to check", "[]", ", ".join(shipped_scenarios())))
    bench = _Bench(draws, seed, chosen, load_scenario("baseline"))
    check_settings(bench.baseline, draws, seed, "prior", "batch", None, "summaries", False)
    verdicts: list[Verdict] = []
    for done, check in enumerate(CHECKS, start=1):
        verdicts += check(bench)
        if progress:
            progress(done, len(CHECKS))
    return verdicts


def _within(name: str, number: float, limit: float, promise: str, where: str) -> Verdict:
    passed = bool(number <= limit)  # a NaN is no pass
    sentence = f"{promise} {where}: the largest miss is {number:.1e} (limit {limit:.0e})."
    return Verdict(name, passed, number, limit, sentence if passed else f"Not so: {sentence[:1].lower()}{sentence[1:]}")


def _none_of(name: str, broken: Sequence[str], promise: str, fault: str) -> Verdict:
    sentence = f"{fault}: {', '.join(broken)}." if broken else f"{promise}."
    return Verdict(name, not broken, float(len(broken)), 0.0, sentence)


# ---------------------------------------------------------------------------------------------------- the books


def _check_box(bench: _Bench) -> list[Verdict]:
    """The accounts all over the parameter box, where a model breaks if it breaks."""
    books = audit_world("the box", box_world(bench.baseline, bench.seed, BOX_DRAWS))
    where = f"in every quarter of {BOX_DRAWS} Latin-hypercube draws over the whole parameter box, levers included"
    failed = books.failed * BOX_DRAWS
    solved = f"All {BOX_DRAWS} draws over the whole parameter box could be solved."
    if failed:
        solved = f"{failed:.0f} of {BOX_DRAWS} draws over the whole parameter box could not be solved."
    return [
        Verdict("box_solved", failed == 0.0, failed, 0.0, solved),
        _within("box_adds_up", max(books.welfare, books.cash), IDENTITY, "Welfare and labs' cash add up", where),
    ]


def _check_books(bench: _Bench) -> list[Verdict]:
    """What must hold whatever the parameters, on all scenarios."""
    books = audit(bench.scenarios, bench.settings())
    many = len(bench.scenarios)
    where = f"in every quarter and draw of {f'{many} scenarios' if many > 1 else bench.scenarios[0].name}"
    solved = "Every draw of every scenario could be solved."
    if books.failed > 0.0:
        solved = (
            f"{100.0 * books.failed:.1f}% of the draws of {books.failed_in} could not be solved, the most of any "
            f"scenario (limit {100.0 * MOST_FAILED:g}%)."
        )
    infinite = "No series holds an infinite number", "These series hold an infinite number"
    in_range = "All shares, margins and retentions lie between 0 and 1", "These series leave the range of 0 to 1"
    return [
        Verdict("draws_solved", books.failed <= MOST_FAILED, books.failed, MOST_FAILED, solved),
        _within("prices_solved", books.residual, RESIDUAL, "Prices are best replies to each other", where),
        _none_of("numbers_finite", books.infinite, *infinite),
        _none_of("shares_in_range", books.outside, *in_range),
        _within("shares_add_up", books.shares, SHARES, "Market shares add up to one", where),
        _within("revenue_adds_up", books.revenue, SHARES, "Revenue is the task budget times AI's share", where),
        _within("welfare_adds_up", books.welfare, IDENTITY, "Welfare by parties is welfare by resources", where),
        _within("cash_adds_up", books.cash, IDENTITY, "Labs' cash moves by profit and fresh money alone", where),
    ]


# ---------------------------------------------------------------------------------------------------- computing


def _check_chunks(bench: _Bench) -> list[Verdict]:
    """Numbers do not depend on which draws are computed together."""
    short = bench.baseline.with_(quarters=CHUNKED_QUARTERS)
    count = min(bench.draws, CHUNKED_DRAWS)
    whole, *cut = (
        run_worlds([short], bench.settings(draws=count, chunk=chunk, keep="trajectories"))[0]
        for chunk in (count, *CHUNKS)
    )
    differing = {
        name
        for run in cut
        for one, other in ((run.metrics, whole.metrics), (run.trajectories, whole.trajectories))
        for name in one
        if not np.array_equal(one[name], other[name], equal_nan=True)
    }
    sizes = f"{', '.join(str(chunk) for chunk in CHUNKS[:-1])} and {CHUNKS[-1]}"
    promise = f"{count} draws of the baseline are the same to the last bit all at once and in chunks of {sizes}"
    return [_none_of("chunks_agree", sorted(differing), promise, "These depend on what is computed together")]


def _check_engines(bench: _Bench) -> list[Verdict]:
    """The agents engine gives the batch engine's numbers; no verdict where Mesa is not installed."""
    if importlib.util.find_spec("mesa") is None:
        return []
    short = bench.baseline.with_(quarters=ENGINE_QUARTERS)
    batch, agents = (
        run_worlds([short], bench.settings(draws=1, keep="trajectories", engine=engine))[0].trajectories
        for engine in ("batch", "agents")
    )
    miss = max(difference(batch[name], agents[name]) for name in batch)
    where = f"over {ENGINE_QUARTERS} quarters of the baseline"
    return [_within("engines_agree", miss, ENGINES_AGREE, "Agents and arrays give the same numbers", where)]


def difference(one: np.ndarray, other: np.ndarray) -> float:
    """Largest difference of two arrays relative to their largest number; infinite where only one is defined."""
    if not np.array_equal(np.isnan(one), np.isnan(other)):
        return float("inf")
    known = ~np.isnan(one)
    size = max(np.abs(one[known]).max(initial=0.0), np.abs(other[known]).max(initial=0.0))
    return float(np.abs(one[known] - other[known]).max() / size) if size > 0.0 else 0.0


# ---------------------------------------------------------------------------------------------------- what moves


def moving_world(name: str = "") -> Scenario:
    """A world in which every lever is at work and copying still happens, so that nothing is idle for want of another.

    Some parameters act through a lever alone (api_friction, enforcement_cost), some levers only beside another one
    (a penalty takes detection), and the tail's complexity matters to copies that keep some of the tail.

    name : a parameter that has to be in force in it, with the switch that it needs
    """
    needed = book().parameters[name].switch if name in book().parameters else None
    switches = {needed: True} if needed else {}
    at_work = {name: 0.5 * lever.moderate for name, lever in book().levers.items()}
    return load_scenario("baseline").with_(
        quarters=MOVING_QUARTERS, copy_cost_ratio=CHEAP_COPYING, **at_work, **switches
    )


def ends_of(parameter: Parameter) -> tuple[float, float]:
    """Both ends of a parameter's range; without a prior, half and one and a half times its default."""
    if parameter.prior is not None:
        return parameter.prior.low, parameter.prior.high
    low, high = (float(np.clip(factor * parameter.default, *parameter.bounds)) for factor in (0.5, 1.5))
    return (float(round(low)), float(round(high))) if parameter.integer else (low, high)


def outputs(scenario: Scenario, draws: int = MOVING_DRAWS, seed: int = 0) -> dict[str, np.ndarray]:
    """Every series (named as such), and every summary metric that needs no second run; prior ensemble."""
    world = chunk_world(scenario, Settings(draws=draws, seed=seed, ensemble="prior"), 0, draws)
    run = runner("batch")(world)
    values, segments = world.parameters, world.frame.segments
    rates = values.initial_expected_growth, values.discount_rate, values.social_discount_rate
    metrics = summarise(run, run["rd_investment"], segments, *rates)
    return {f"{name} (series)": run[name] for name in catalogue(segments)} | metrics


def dead_names(settings: dict[str, tuple[float | None, ...]], seed: int = 0) -> list[str]:
    """Levers or parameters that move no output of the moving world at any of the values given for them.

    settings : name -> values to try
    """
    usual_of: dict[str, dict[str, np.ndarray]] = {}

    def moves(name: str, value: float | None) -> bool:
        world = moving_world(name)
        if world.world_hash not in usual_of:
            usual_of[world.world_hash] = outputs(world, seed=seed)
        usual = usual_of[world.world_hash]
        found = outputs(world.with_(**{name: value}), seed=seed)
        return any(not np.array_equal(usual[key], found[key], equal_nan=True) for key in usual)

    return [name for name, values in settings.items() if not any(moves(name, value) for value in values)]


def _check_levers(bench: _Bench) -> list[Verdict]:
    levers = book().levers
    dead = dead_names({name: (lever.moderate, None) for name, lever in levers.items()}, bench.seed)
    promise = f"Each of the {len(levers)} levers moves an output"
    return [_none_of("levers_move", dead, promise, "These levers move no output")]


def _check_parameters(bench: _Bench) -> list[Verdict]:
    parameters = book().parameters
    dead = dead_names({name: ends_of(parameter) for name, parameter in parameters.items()}, bench.seed)
    promise = f"Each of the {len(parameters)} parameters moves an output somewhere in its range"
    return [_none_of("parameters_move", dead, promise, "These parameters move no output in their range")]


# ---------------------------------------------------------------------------------------------------- politics


def _check_label(bench: _Bench) -> list[Verdict]:
    """The incentive to copy is a matter of cost and gain: a label without a cost changes nothing."""
    labelled = bench.baseline.with_(enforcement_reach=1.0, export_wedge=0.0)
    kept = bench.settings(keep="trajectories")
    with_label, without = (run.trajectories for run in run_worlds([labelled, labelled.with_(geopolitics=False)], kept))
    differing = [
        name
        for name in ("incentive_ratio", "frontier_capability", "rd_investment")
        if not np.array_equal(with_label[name], without[name], equal_nan=True)
    ]
    promise = (
        "Calling half of the distillers foreign, at no cost to them, changes the incentive to copy, the frontier and "
        f"R&D in none of {bench.draws} futures, not in the last bit"
    )
    return [_none_of("label_changes_nothing", differing, promise, "The label 'foreign' alone changes these")]


def _check_incentive(bench: _Bench) -> list[Verdict]:
    """How often copying pays, and how often it goes on paying at home when compute is dearer abroad."""
    fenced = bench.baseline.with_(export_wedge=1.0)
    baseline, wedge = (run.metrics for run in run_worlds([bench.baseline, fenced], bench.settings()))
    ever = _mean(baseline["copying_ever_pays"])
    home, fence = (_mean(metrics["domestic_copying_always_pays"]) for metrics in (baseline, wedge))
    settings = bench.settings()
    where = f"{settings.draws} futures drawn from the priors alone, '--ensemble {settings.ensemble}'"
    pays = (
        f"Copying pays for itself within a quarter, at least once, in {_of_twenty(ever)} futures of the baseline, of "
        f"{where}."
    )
    stays = (
        "Domestic distillers' mean incentive ratio stays above 1, in all quarters in which one of them sells or is the "
        f"best-placed outsider, in {_of_twenty(fence)} futures with compute twice as dear abroad; without, in "
        f"{_of_twenty(home)}; of {where}."
    )
    return [
        Verdict("copying_pays", ever is not None, ever, None, pays),
        Verdict("copying_pays_at_home", fence is not None and home is not None, fence, None, stays),
    ]


def _mean(values: np.ndarray) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else None


def _of_twenty(share: float | None) -> str:
    return "an undefined number of" if share is None else futures(share)


CHECKS: tuple[Callable[[_Bench], list[Verdict]], ...] = (
    _check_books,
    _check_box,
    _check_chunks,
    _check_engines,
    _check_levers,
    _check_parameters,
    _check_label,
    _check_incentive,
)
