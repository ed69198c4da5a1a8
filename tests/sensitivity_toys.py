"""A toy economy in place of the engine: outputs whose sensitivity is known, as tables of a sweep's chunks."""

from __future__ import annotations

import functools
import time

import numpy as np
from sweep_helpers import small

import econsim
from econsim.draws import uniform
from econsim.scenario import load_scenario
from econsim.studies import sweep_work
from econsim.studies.design_axes import prior_axis
from econsim.studies.statistics import noise, resampling, screening, sobol
from econsim.studies.sweep_chunk import ChunkTask, columns_by_quarter

NAMES = ["lab_premium", "leakage_rate", "learning_rate", "discount_rate"]
WEIGHTS = np.array([3.0, 2.0, 1.0, 0.0])
LUCK = 0.8
SHARES = WEIGHTS**2 / (WEIGHTS**2).sum()
OUTPUTS = ["rd_relative", "rd_investment", "hhi"]


def luck_of(draw: int) -> float:
    """What a future adds to every point alike."""
    return LUCK * float(np.cos(1.0 + 2.0 * draw))


class Toy(list):
    """The tasks done. stop_after : tasks after which Ctrl-C is pressed; pause : seconds before a task."""

    parts_of = staticmethod(lambda rows, parts: parts)  # what parameters add to each row, to be changed by tests
    stop_after: int | None = None
    pause = 0.0
    fails: int | None = None

    def __call__(self, task: ChunkTask):
        time.sleep(self.pause)
        if self.stop_after is not None and len(self) >= self.stop_after:
            raise KeyboardInterrupt
        self.append(task)
        rows = np.arange(task.start, task.stop)
        points = rows // task.draws
        here = task.points[points - task.start // task.draws]
        scaled = dict(zip(task.names, here.T, strict=True))
        known = [weight * _standard(name, scaled, len(rows)) for name, weight in zip(NAMES, WEIGHTS, strict=True)]
        parts = self.parts_of(rows, known)
        draws = rows % task.draws
        level = 40.0 + sum(parts) + np.array([luck_of(draw) for draw in draws])
        failed = rows % self.fails == 0 if self.fails else np.zeros(len(rows), dtype=bool)
        tables = {}
        for pair in task.pairs:
            table = {"point": points, "draw": draws, "failed": failed}
            for name in task.metrics:
                table[name] = {"collapse": np.ones(len(rows)), "price_fall": np.full(len(rows), np.nan)}.get(
                    name, level
                )
            for name in task.metrics:
                table[f"effect_{name}"] = 0.0 * table[name] if name in ("collapse", "price_fall") else parts[1]
            columns = columns_by_quarter(task.series, pair.scenario)
            count = max(pair.scenario.structure.quarters - 1, 1)
            for place, name in enumerate(columns):
                later = (place % (count + 1)) / count
                table[name] = (1.0 - later) * parts[0] + later * parts[1]
            for name in list(table)[3:]:
                table[name] = np.where(failed, np.nan, table[name])
            tables[pair.label] = table
        return tables


def _standard(name: str, scaled, rows: int) -> np.ndarray:
    """A parameter less its default, in standard deviations of its prior; 0 where the design leaves it alone."""
    if name not in scaled:
        return np.zeros(rows)
    default, sd = _default_and_sd(name)
    return (scaled[name] - default) / sd


@functools.cache
def _default_and_sd(name: str) -> tuple[float, float]:
    baseline = load_scenario("baseline")
    drawn = prior_axis(name, baseline).values(uniform(0, "sd", 1, 1, 0, 4000)[0, 0, 0])
    return baseline.assumptions[name].default, float(drawn.std())


def use_toy(monkeypatch, fails: int | None = None) -> Toy:
    """Have sweeps in this process compute the toy."""
    toy = Toy()
    toy.fails = fails
    monkeypatch.setattr(sweep_work, "compute_chunk", toy)
    return toy


def analyse(method="sobol", **changes):
    """A sensitivity analysis of a small scenario."""
    asked = {"outputs": OUTPUTS, "over_time": ["rd_investment"], "engine": "batch", **changes}
    if method != "sobol":
        del asked["over_time"]
    return econsim.sensitivity(asked.pop("scenario", small("baseline")), method, **asked)


def few_resamples(monkeypatch) -> None:
    """A bootstrap of 200 resamples instead of 1,000, which take most of the time here."""
    usual = resampling.resample_counts
    for module in (sobol, noise, screening):
        monkeypatch.setattr(module, "resample_counts", lambda size, resamples, seed: usual(size, 200, seed))
