"""`backtest`: an ensemble started in March 2023, held against what happened since.

Observed, simulated median and 90% range, and a verdict in words for every fact of `evidence/history.yaml`: misses
first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from econsim.chunks import Chunk, failed_draws
from econsim.errors import InputError, Problem
from econsim.evidence.history_facts import HistoryFact, NotExpressible, history
from econsim.results import run_identity
from econsim.runs import DEFAULT_SEED, Progress, as_scenario, check_settings
from econsim.studies.history_measures import Past, measured
from econsim.studies.history_scoring import LEVEL, SIGN_SET, half_width, interval_score, on_axis, right_sign
from econsim.world import firm_slots

if TYPE_CHECKING:
    import pandas

    from econsim.scenario import Scenario

SCENARIO = "history-2023"
DRAWS = 1024
"""What the shipped verdicts rest on: by fewer draws a fact at the edge of its range falls on either side."""


@dataclass(frozen=True)
class Verdict:
    """One fact, and what the ensemble says of it.

    median, p5, p95 : of the measure over the draws in which it is defined; None where it is in none
    inside          : whether the observation lies in the 90% range; of a sign, whether it has more than a chance in ten
    share           : of a sign, draws that have it; else draws in which the measure is defined
    score           : interval score in half-widths of the fact; None for a sign
    words           : the verdict in words
    """

    fact: HistoryFact
    median: float | None
    p5: float | None
    p95: float | None
    inside: bool
    share: float
    score: float | None
    words: str


@dataclass(frozen=True)
class Backtest:
    """What an ensemble says of history.

    scenario, draws, seed, ensemble, run_id : how it was run
    verdicts        : misses first, the worst at the top
    not_expressible : rows of the replay that the model cannot express
    paths           : name -> (period, draw): the series that the chart shows
    failed          : draws that could not be solved and are left out
    """

    scenario: Scenario
    draws: int
    seed: int
    ensemble: str
    run_id: str
    verdicts: tuple[Verdict, ...]
    not_expressible: tuple[NotExpressible, ...]
    paths: dict[str, np.ndarray]
    failed: int

    @property
    def inside(self) -> int:
        """How many facts lie inside the ensemble's 90% range."""
        return sum(one.inside for one in self.verdicts)

    @property
    def finding(self) -> str:
        """The result in a sentence, computed."""
        worst = [one.fact.id for one in self.verdicts if not one.inside][:3]
        missed = f"; furthest out: {', '.join(worst)}" if worst else ""
        few = (
            f" Provisional: by fewer than {DRAWS:,} draws a fact at the edge of its range falls on either side."
            if self.draws < DRAWS
            else ""
        )
        return (
            f"{self.inside} of {len(self.verdicts)} facts since March 2023 lie inside the 90% range of the "
            f"{self.ensemble} ensemble, run {self.run_id} ({self.draws} draws){missed}. "
            f"{len(self.not_expressible)} more rows cannot be expressed in the model.{few}"
        )

    def table(self) -> pandas.DataFrame:
        """One row a fact, misses first."""
        import pandas

        rows = [{**row, "source": ", ".join(row["source"])} for row in self.summary()["facts"]]
        return pandas.DataFrame(rows).drop(columns=["kind", "inside"])

    @property
    def identity(self) -> str:
        """What the folder that it is written to is known by."""
        return self.run_id

    def tables(self) -> dict[str, pandas.DataFrame]:
        """What is written beside the summary."""
        return {"facts": self.table()}

    def summary(self) -> dict[str, Any]:
        """Plain Python, None for what is undefined."""
        return {
            "run_id": self.run_id,
            "scenario": self.scenario.name,
            "ensemble": self.ensemble,
            "draws": self.draws,
            "seed": self.seed,
            "failed_draws": self.failed,
            "inside": self.inside,
            "expressible": len(self.verdicts),
            "finding": self.finding,
            "facts": [
                {
                    "id": one.fact.id,
                    "fact": one.fact.says,
                    "kind": one.fact.kind,
                    "unit": one.fact.unit,
                    "observed": one.fact.value,
                    "low": one.fact.low,
                    "high": one.fact.high,
                    "median": one.median,
                    "p5": one.p5,
                    "p95": one.p95,
                    "inside": one.inside,
                    "verdict": one.words,
                    "source": list(one.fact.source),
                }
                for one in self.verdicts
            ],
            "not_expressible": [{"row": one.row, "reason": one.reason} for one in self.not_expressible],
        }


def backtest(
    scenario: Scenario | str = SCENARIO,
    draws: int = DRAWS,
    seed: int = DEFAULT_SEED,
    ensemble: str | None = None,
    engine: str = "batch",
    progress: Progress | None = None,
) -> Backtest:
    """Start the economy in March 2023 and hold it against what happened since.

    scenario : its starting state; a shipped name, a path or a Scenario that starts before the facts
    draws, seed, ensemble : as `simulate`; by default `DRAWS`, 0 and `calibrated`
    engine   : `batch` or `compiled`
    raises   : InputError for bad settings, or a scenario that covers other years
    """
    if engine == "agents":
        raise InputError(Problem("engine", "cannot run a back-test", engine, "batch or compiled"))
    world = as_scenario(scenario)
    dates = world.period_dates()
    if dates[0].isoformat() > "2023-07-01" or dates[-1].isoformat() < "2026-07-01":
        covered = f"{world.name} covers {dates[0]} to {dates[-1]}"
        raise InputError(Problem("scenario", "must cover April 2023 to July 2026", covered, SCENARIO))
    settings = check_settings(world, draws, seed, ensemble or "calibrated", engine, None, "trajectories", False)
    measures, failed, paths = run_measures(world, settings, progress)
    facts = history().facts
    verdicts = [verdict(fact, values[~failed]) for fact, values in zip(facts, measures, strict=True)]
    order = sorted(range(len(facts)), key=lambda place: _rank(verdicts[place]))
    return Backtest(
        scenario=world,
        draws=settings.draws,
        seed=settings.seed,
        ensemble=settings.ensemble,
        run_id=run_identity(world, settings.draws, settings.seed, settings.ensemble),
        verdicts=tuple(verdicts[place] for place in order),
        not_expressible=history().not_expressible,
        paths={name: values[:, ~failed] for name, values in paths.items()},
        failed=int(failed.sum()),
    )


def run_measures(
    world: Scenario, settings: Any, progress: Progress | None = None
) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Every fact's measure on each draw (fact, draw), failed draws, and the paths that the chart shows."""
    labs, distillers = firm_slots(world)
    found: list[np.ndarray] = []
    failed: list[np.ndarray] = []
    paths: dict[str, list[np.ndarray]] = {}
    for start in range(0, settings.draws, settings.chunk):
        stop = min(start + settings.chunk, settings.draws)
        chunk = Chunk(settings, [world], np.arange(start, max(stop, start + 2)))
        run = chunk.trajectories(world)
        past = Past(run, chunk.values(world), world.period_dates()[0], labs, distillers)
        kept = slice(0, stop - start)
        found.append(np.array([measured(fact, past) for fact in history().facts])[:, kept])
        failed.append(failed_draws(run)[kept])
        for name, values in past.drawn().items():
            paths.setdefault(name, []).append(values[:, kept])
        if progress:
            progress(stop, settings.draws)
    joined = {name: np.concatenate(parts, axis=1) for name, parts in paths.items()}
    return np.concatenate(found, axis=1), np.concatenate(failed), joined


def verdict(fact: HistoryFact, values: np.ndarray, weight: np.ndarray | None = None) -> Verdict:
    """What draws say of a fact.

    values : (draw,), NaN where undefined
    weight : (draw,), default equal
    """
    known = np.isfinite(values)
    weight = np.ones(values.size) if weight is None else weight
    share = float(weight[known].sum() / weight.sum()) if values.size else 0.0
    if share == 0.0:
        return Verdict(fact, None, None, None, False, 0.0, None, "outside: no draw shows it")
    p5, median, p95 = weighted_quantiles(values[known], weight[known], (0.05, 0.5, 0.95)).tolist()
    if fact.kind == "sign":
        right = float(weight[known][right_sign(fact, values[known])].sum() / weight.sum())
        inside = right > SIGN_SET
        words = f"{'inside' if inside else 'outside'}: {100.0 * right:.0f}% of draws have the direction observed"
        return Verdict(fact, median, p5, p95, inside, right, None, words)
    low, high, seen = (float(on_axis(fact, end)) for end in (p5, p95, fact.value))
    score = interval_score(low, high, seen) / half_width(fact) if np.isfinite([low, high]).all() else np.inf
    inside = low <= seen <= high
    words = "inside" if inside else _outside(fact, p5, p95)
    if share < 0.9:
        words += f"; defined in {100.0 * share:.0f}% of draws"
    return Verdict(fact, median, p5, p95, inside, share, score, words)


def _outside(fact: HistoryFact, p5: float, p95: float) -> str:
    above = fact.value > p95
    end = p95 if above else p5
    side = "higher" if above else "lower"
    if fact.scale == "log":
        if end <= 0.0:
            return f"outside: the range ends at {end:g}, observed is {side}"
        factor = f"{max(fact.value / end, end / fact.value):.3g}"
        return f"{'just outside' if factor == '1' else f'outside by a factor of {factor}'}: observed is {side}"
    return f"outside by {abs(fact.value - end):.2g} {fact.unit}: observed is {side}"


def _rank(one: Verdict) -> tuple[bool, float]:
    """Misses first, the worst at the top; then by score."""
    if one.score is None:
        return one.inside, -np.inf if one.median is None else -2.0 / LEVEL * (1.0 - one.share)
    return one.inside, -one.score


def weighted_quantiles(values: np.ndarray, weight: np.ndarray, levels: tuple[float, ...]) -> np.ndarray:
    """Quantiles of weighted draws; with equal weights, close to the usual ones."""
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weight[order]) - 0.5 * weight[order]
    return np.interp(levels, below / weight.sum(), values[order])
