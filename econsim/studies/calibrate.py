"""`calibrate`: what history says about the uncertain parameters, and whether that helps on facts not used.

Draws of parameters are run from March 2023, held against the facts, and weighted by how well they agree: population
Monte Carlo with an approximate-Bayesian kernel. The first wave comes from the prior; each further one from a density
fitted to the weights so far, and all count by the mixture that they come from (Cornuet, Marin, Mira and Robert 2012).
An emulator would save nothing: a run of twenty quarters takes a hundredth of a second.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

import econsim
from econsim import draws as shock_streams
from econsim.chunks import failed_draws
from econsim.engines import runner
from econsim.errors import InputError, Problem
from econsim.evidence.history_facts import HistoryFact, history
from econsim.posterior import Posterior
from econsim.runs import DEFAULT_SEED, LARGEST_DRAWS, LARGEST_SEED, Progress, as_scenario
from econsim.studies.backtest import SCENARIO, Verdict, verdict
from econsim.studies.history_measures import Past, measured
from econsim.studies.history_scoring import distance, effective_size, every_nth, groups_of, naive_scores, weights
from econsim.world import build_world, design_points, dimension_names, firm_slots, parameter_values

if TYPE_CHECKING:
    import pandas

    from econsim.scenario import Scenario

DEFAULT_DRAWS, DEFAULT_WAVES = 8192, 3
FOLDS = 3
ENOUGH = 400.0  # effective draws that keep a say
SHIPPED = 1024  # draws of the posterior that are written, before equal ones are counted together
CHECKED = 1024  # draws of each fold's posterior, run anew on their own shocks
BINS, PRIOR_PART = 12, 0.3  # of the density that a wave is drawn from
CHUNK = 512
FORECASTS = {"no_change": "no change", "trend": "trend continuation"}


@dataclass
class Sample:
    """Draws of the parameters, and what each said of the facts.

    names       : parameter behind each column
    points      : (draw, dimension) in (0, 1), quantiles of the prior
    measures    : (fact, draw)
    log_density : (draw,) of the mixture that the draws come from, relative to the prior
    failed      : (draw,) bool
    """

    names: list[str]
    points: np.ndarray
    measures: np.ndarray
    log_density: np.ndarray
    failed: np.ndarray


@dataclass(frozen=True)
class Fold:
    """What a calibration without some facts says of them.

    scale     : of the model's error
    effective : effective sample size
    verdicts  : on the facts held out, from runs anew
    """

    scale: float
    effective: float
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True)
class OutOfSample:
    """All folds of one way to deal the facts.

    naive : forecast -> mean interval score on the same facts
    """

    dealt: str
    folds: tuple[Fold, ...]
    naive: dict[str, float]

    @property
    def verdicts(self) -> list[Verdict]:
        return [one for fold in self.folds for one in fold.verdicts]

    @property
    def inside(self) -> int:
        return sum(one.inside for one in self.verdicts)

    @property
    def inside_by_majority(self) -> int:
        """The same, where more than half of the draws must have the direction of a sign."""
        return sum(one.inside and (one.fact.kind != "sign" or one.share > 0.5) for one in self.verdicts)

    @property
    def scored(self) -> list[Verdict]:
        """Verdicts on facts for which the naive forecasts say something."""
        return [one for one in self.verdicts if one.fact.kind != "sign" and one.fact.no_change is not None]

    @property
    def score(self) -> float:
        """Mean interval score, in half-widths of the facts; lower is better."""
        return float(np.mean([np.inf if one.score is None else one.score for one in self.scored]))

    @property
    def width(self) -> float:
        """Median width of the 90% ranges, in widths of the facts' own ranges."""
        widths = [_width(one) for one in self.verdicts if one.score is not None]
        return float(np.median(widths))

    @property
    def finding(self) -> str:
        """The result in a sentence, computed."""
        naive = ", ".join(f"{FORECASTS[name]} {score:.1f}" for name, score in self.naive.items())
        return (
            f"Facts left out {self.dealt}: {self.inside} of {len(self.verdicts)} inside the 90% range, "
            f"{self.inside_by_majority} if a sign needs more than half of the draws; mean interval score "
            f"{self.score:.1f}, against {naive}. The ranges are {self.width:.1f} times as wide as what is known of the "
            "facts."
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain Python."""
        return {
            "dealt": self.dealt,
            "inside": self.inside,
            "inside_by_majority": self.inside_by_majority,
            "facts": len(self.verdicts),
            "score": self.score,
            "naive": self.naive,
            "width": self.width,
            "folds": [
                {
                    "scale": fold.scale,
                    "effective": fold.effective,
                    "facts": [_as_dict(one) for one in fold.verdicts],
                }
                for fold in self.folds
            ],
        }


@dataclass(frozen=True)
class Calibration:
    """What a calibration found.

    sample, weight : every draw, and what it counts; scale of the model's error, effective sample size
    held_out       : how the calibration does on facts not used, dealt in groups and one by one
    """

    scenario: Scenario
    settings: dict[str, Any]
    sample: Sample
    weight: np.ndarray
    scale: float
    effective: float
    held_out: tuple[OutOfSample, ...]
    facts: tuple[HistoryFact, ...] = field(default_factory=lambda: history().facts)

    def identification(self) -> pandas.DataFrame:
        """How much narrower and where the posterior lies; one row a parameter, the best identified first.

        median, p5, p95 : of the posterior, in the parameter's unit
        narrowing       : width of the posterior's 90% range over that of the prior, in quantiles of the prior
        shift           : mean of the posterior in quantiles of the prior, less a half
        """
        import pandas

        rows = []
        for column, name in enumerate(self.sample.names):
            points = self.sample.points[:, column]
            low, middle, high = _quantiles(points, self.weight, (0.05, 0.5, 0.95))
            at = _values(self.scenario, self.sample.names, name, np.array([middle, low, high]))
            mean = float((self.weight * points).sum())
            spread = float(np.sqrt((self.weight * (points - mean) ** 2).sum()))
            rows.append((name, *at, (high - low) / 0.9, spread * np.sqrt(12.0), mean - 0.5))
        frame = pandas.DataFrame(
            rows, columns=["parameter", "median", "p5", "p95", "narrowing", "relative_spread", "shift"]
        )
        return frame.sort_values("relative_spread", ignore_index=True)

    def posterior(self) -> Posterior:
        """Draws of the posterior to ship: resampled without noise, equal ones counted together.

        The facts that they miss are those that `econsim backtest` tells of 1,024 draws with the same seed.
        """
        rows, times = np.unique(_resample(self.weight, SHIPPED), return_counts=True)
        values = _all_values(self.scenario, self.sample.names, self.sample.points[rows])
        priors = {name: _prior(self.scenario, name) for name in self.sample.names}
        drawn = Posterior(
            values={name: np.array([float(f"{value:.8g}") for value in column]) for name, column in values.items()},
            weight=times / times.sum(),
            priors=priors,
            provenance={},
        )
        return replace(
            drawn,
            provenance={
                "version": econsim.__version__,
                "command": self.settings["command"],
                "scenario": self.scenario.name,
                "scenario_hash": self.scenario.hash,
                "switches": vars(self.scenario.switches).copy(),
                "fidelity_law": self.scenario.fidelity.law,
                **{key: value for key, value in self.settings.items() if key != "command"},
                "model_error_scale": self.scale,
                "effective_draws": self.effective,
                "facts": [one.id for one in self.facts],
                "missed": _missed(self.scenario, self.settings["seed"], drawn),
                "held_out": [one.as_dict() for one in self.held_out],
                "priors": {
                    name: dict(zip(("default", "low", "high"), prior, strict=True)) for name, prior in priors.items()
                },
            },
        )


def calibrate(
    draws: int = DEFAULT_DRAWS,
    waves: int = DEFAULT_WAVES,
    seed: int = DEFAULT_SEED,
    scenario: Scenario | str = SCENARIO,
    progress: Progress | None = None,
) -> Calibration:
    """Calibrate the uncertain parameters on history, and test the calibration on facts left out.

    draws    : of each wave
    waves    : the first from the prior
    seed     : of parameters and shocks
    scenario : the starting state
    progress : called with the draws done and the draws there will be
    raises   : InputError for bad settings
    """
    problems = []
    for name, value, low, high in (
        ("draws", draws, 64, LARGEST_DRAWS),
        ("waves", waves, 1, 20),
        ("seed", seed, 0, LARGEST_SEED),
    ):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not low <= value <= high:
            problems.append(Problem(name, "must be a whole number in range", repr(value), f"{low} to {high}"))
    if problems:
        raise InputError(problems)
    world = as_scenario(scenario)
    facts = history().facts
    total = waves * draws + 2 * FOLDS * CHECKED
    enough = min(ENOUGH, draws / 8.0)
    sample = _draw(world, seed, draws, waves, enough, lambda done: progress(done, total) if progress else None)
    distances = _distances(facts, sample)
    weight, scale = _weighted(distances, sample, range(len(facts)), enough)
    held_out = []
    for step, (dealt, folds) in enumerate(
        (("a third at a time, in groups that move together", groups_of(facts, FOLDS)),
         ("one by one, every third", every_nth(facts, FOLDS)))
    ):  # fmt: skip
        done = waves * draws + step * FOLDS * CHECKED
        held_out.append(_held_out(world, seed, sample, distances, dealt, folds, enough))
        if progress:
            progress(done + FOLDS * CHECKED, total)
    command = f"econsim calibrate --draws {draws} --waves {waves} --seed {seed}"
    settings = {"command": command, "draws": draws, "waves": waves, "seed": seed, "enough": enough}
    return Calibration(world, settings, sample, weight, scale, effective_size(weight), tuple(held_out))


# ---------------------------------------------------------------------------------------------------- draws


def _draw(world: Scenario, seed: int, draws: int, waves: int, enough: float, progress: Any) -> Sample:
    """All waves: the first from the prior, each further one from a density fitted to the weights so far."""
    names = dimension_names(world)
    points = shock_streams.sobol_points(len(names), seed, 0, draws)
    measures, failed = _run(world, seed, 0, points, progress)
    sample = Sample(names, points, measures, np.zeros(draws), failed)
    densities: list[np.ndarray] = []
    for wave in range(1, waves):
        distances = _distances(history().facts, sample)
        weight, _ = _weighted(distances, sample, range(len(distances)), enough / 2.0)
        densities.append(_marginals(sample.points, weight))
        uniform = shock_streams.sobol_points(len(names), seed + wave, 0, draws)
        points = _from_marginals(densities[-1], uniform)
        measures, failed = _run(world, seed, wave * draws, points, progress)
        points = np.vstack([sample.points, points])
        sample = Sample(
            names=names,
            points=points,
            measures=np.concatenate([sample.measures, measures], axis=1),
            log_density=_mixture(densities, points),
            failed=np.concatenate([sample.failed, failed]),
        )
    return sample


def _run(world: Scenario, seed: int, first: int, points: np.ndarray, progress: Any) -> tuple[np.ndarray, np.ndarray]:
    """The facts' measures on draws of the parameters, each on the shocks of its own number; (fact, draw), (draw,)."""
    labs, distillers = firm_slots(world)
    quarters, start = world.structure.quarters, world.period_dates()[0]
    found, failed = [], []
    for begin in range(0, len(points), CHUNK):
        part = points[begin : begin + CHUNK]
        span = first + begin, first + begin + len(part)
        shocks = shock_streams.shocks(seed, quarters, labs, distillers, *span)
        values = parameter_values(world, part)
        run = runner("batch")(build_world(world, values, shocks))
        past = Past(run, values, start, labs, distillers)
        found.append(np.array([measured(fact, past) for fact in history().facts]))
        failed.append(failed_draws(run))
        progress(span[1])
    return np.concatenate(found, axis=1), np.concatenate(failed)


def _marginals(points: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """A density for each dimension: a smoothed histogram of the weighted draws, and a part of the prior; (dim, bin)."""
    found = []
    for column in points.T:
        counts, _ = np.histogram(column, bins=BINS, range=(0.0, 1.0), weights=weight)
        padded = np.concatenate([counts[:1], counts, counts[-1:]])
        smooth = 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]
        found.append((1.0 - PRIOR_PART) * smooth / smooth.mean() + PRIOR_PART)
    return np.array(found)


def _from_marginals(density: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """Uniform numbers turned into draws of those densities, dimension by dimension."""
    edges = np.linspace(0.0, 1.0, BINS + 1)
    points = np.empty_like(uniform)
    for column, heights in enumerate(density):
        below = np.concatenate([[0.0], np.cumsum(heights)]) / heights.sum()
        points[:, column] = np.interp(uniform[:, column], below, edges)
    return np.clip(points, 1e-12, 1.0 - 1e-12)


def _mixture(densities: list[np.ndarray], points: np.ndarray) -> np.ndarray:
    """Log density of the waves' mixture, all equally large, at each point; the prior's own is 0."""
    bins = np.minimum((points * BINS).astype(int), BINS - 1)
    logs = [np.zeros(len(points))]
    for density in densities:
        logs.append(np.log(density[np.arange(points.shape[1]), bins]).sum(axis=1))
    return np.asarray(np.logaddexp.reduce(logs, axis=0) - np.log(len(logs)))


def _distances(facts: tuple[HistoryFact, ...], sample: Sample) -> np.ndarray:
    return np.array([distance(fact, values) for fact, values in zip(facts, sample.measures, strict=True)])


def _weighted(distances: np.ndarray, sample: Sample, used: Any, enough: float) -> tuple[np.ndarray, float]:
    excluded = np.where(sample.failed, np.inf, 0.0)
    return weights(distances[list(used)], sample.log_density + excluded, enough)


# ---------------------------------------------------------------------------------------------------- held out


def _held_out(
    world: Scenario,
    seed: int,
    sample: Sample,
    distances: np.ndarray,
    dealt: str,
    folds: list[list[int]],
    enough: float,
) -> OutOfSample:
    """Each fold's posterior from the other facts, run anew on shocks of its own, and what it says of its facts."""
    facts = history().facts
    found, naive = [], {name: np.zeros(0) for name in FORECASTS}
    for number, held in enumerate(folds):
        used = [place for place in range(len(facts)) if place not in held]
        weight, scale = _weighted(distances, sample, used, enough)
        points = sample.points[_resample(weight, CHECKED)]
        first = 2**40 + number * CHECKED  # shocks that no wave has had
        measures, failed = _run(world, seed, first, points, lambda done: None)
        verdicts = tuple(verdict(facts[place], measures[place][~failed]) for place in held)
        found.append(Fold(scale, effective_size(weight), verdicts))
        known = [facts[place] for place in used if facts[place].kind != "sign"]
        unseen = [facts[place] for place in held if facts[place].kind != "sign"]
        naive = {name: np.append(scores, naive_scores(known, unseen, name)) for name, scores in naive.items()}
    return OutOfSample(dealt, tuple(found), {name: float(scores.mean()) for name, scores in naive.items()})


def _missed(world: Scenario, seed: int, drawn: Posterior) -> list[str]:
    """Facts outside the 90% ranges of a posterior, drawn and run as the ensemble `calibrated` is."""
    points = design_points(world, "calibrated", seed, 0, CHECKED, drawn)
    assert points is not None
    measures, failed = _run(world, seed, 0, points, lambda done: None)
    told = (verdict(fact, values[~failed]) for fact, values in zip(history().facts, measures, strict=True))
    return [one.fact.id for one in told if not one.inside]


def _resample(weight: np.ndarray, size: int) -> np.ndarray:
    """Systematic resampling: rows in proportion to their weight, with the least noise (Kitagawa 1996)."""
    ends = np.cumsum(weight)
    return np.searchsorted(ends / ends[-1], (np.arange(size) + 0.5) / size)


def _as_dict(one: Verdict) -> dict[str, Any]:
    numbers = {"median": one.median, "p5": one.p5, "p95": one.p95, "share": one.share}
    return {"id": one.fact.id, **numbers, "inside": one.inside}


def _width(one: Verdict) -> float:
    from econsim.studies.history_scoring import half_width, on_axis

    assert one.p5 is not None and one.p95 is not None
    return float(on_axis(one.fact, one.p95) - on_axis(one.fact, one.p5)) / (2.0 * half_width(one.fact))


# ---------------------------------------------------------------------------------------------------- values


def _prior(world: Scenario, name: str) -> tuple[float, float, float]:
    one = world.assumptions[name]
    return one.default, one.low, one.high


def _all_values(world: Scenario, names: list[str], points: np.ndarray) -> dict[str, np.ndarray]:
    values = parameter_values(world, points)
    return {name: np.broadcast_to(np.asarray(values[name], dtype=float), (len(points),)) for name in names}


def _values(world: Scenario, names: list[str], name: str, quantiles: np.ndarray) -> list[float]:
    points = np.full((len(quantiles), len(names)), 0.5)
    points[:, names.index(name)] = quantiles
    return [float(value) for value in _all_values(world, names, points)[name]]


def _quantiles(values: np.ndarray, weight: np.ndarray, levels: tuple[float, ...]) -> list[float]:
    from econsim.studies.backtest import weighted_quantiles

    return [float(one) for one in weighted_quantiles(values, weight, levels)]
