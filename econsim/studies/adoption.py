"""The adopter's choice: a builder may build on the teacher, or on a copy that is cheaper and hides what it lost."""

from __future__ import annotations

import functools
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

import econsim
from econsim.errors import InputError, Problem
from econsim.fidelity.budgets import FULL_SET_SAMPLES
from econsim.fidelity.lessons import loss_ratios
from econsim.fidelity.spectra import reference_score, spectrum, tail_retention_behind
from econsim.fidelity.text import percent
from econsim.findings import FUTURES, MOST_FAILED, display_name, futures
from econsim.metrics import FIRST_QUARTER
from econsim.results import QUANTILES, Result, simulate
from econsim.rules import adoption
from econsim.runs import DEFAULT_DRAWS, DEFAULT_SEED, Progress, Settings, as_scenario, check_settings
from econsim.scenario import Scenario
from econsim.studies.adoption_values import QUANTITIES, adoption_values
from econsim.studies.adoption_workload import Workload, check_workload

DEFAULTS: Mapping[str, Any] = {
    "benchmark_score": None,
    "discount": 0.9,
    "tail_share": 0.1,
    "failure_cost": 5.0,
    "pass_rate": 0.8,
    "pass_rate_gap": None,
}
"""What `adopt` takes where nothing is said."""


class Adoption:
    """What a builder may expect of a copy, in each simulated future.

    workload : what the builder needs and what is offered
    result   : the run that gaps and values of capability come from
    values   : quantity of `QUANTITIES` -> (draw,); NaN where nobody sells a copy
    """

    def __init__(self, workload: Workload, result: Result, values: Mapping[str, np.ndarray]):
        self.workload, self.result, self.values = workload, result, values

    def __repr__(self) -> str:
        return f"<Adoption in {self.result.scenario.name}: {self.known} futures, run {self.result.run_id}>"

    @property
    def identity(self) -> str:
        """Twelve hexadecimal digits: the same run and the same question give the same."""
        return adoption_identity(self.result.run_id, self.workload)

    @property
    def known(self) -> int:
        """Futures in which copies are sold, so that there is something to choose."""
        return int(np.isfinite(self.values["true_gap"]).sum())

    @functools.cached_property
    def table(self) -> pd.DataFrame:
        """Columns quantity, unit, meaning, median, p5, p25, p75, p95, mean, over futures in which copies are sold."""
        rows = []
        for name, (unit, meaning) in QUANTITIES.items():
            values = self.values[name]
            values = values[np.isfinite(values)]
            found = np.quantile(values, QUANTILES) if values.size else np.full(5, np.nan)
            p5, p25, median, p75, p95 = (float(one) for one in found)
            mean = float(values.mean()) if values.size else math.nan
            rows.append((name, unit, meaning, median, p5, p25, p75, p95, mean))
        columns = ["quantity", "unit", "meaning", "median", "p5", "p25", "p75", "p95", "mean"]
        return pd.DataFrame(rows, columns=columns)

    def row(self, quantity: str) -> dict[str, Any]:
        """One row of the table."""
        found = self.table[self.table["quantity"] == quantity].to_dict("records")[0]
        return {str(key): value for key, value in found.items()}

    def worth_it(self, quantity: str = "break_even_discount") -> float:
        """Share of futures in which the discount offered is at least the break-even one."""
        values = self.values[quantity]
        values = values[np.isfinite(values)]
        return float((self.workload.discount >= values).mean()) if values.size else math.nan

    # ------------------------------------------------------------------------------------------------ own tests

    @functools.cached_property
    def pass_rate_gaps(self) -> dict[str, float]:
        """How far below what benchmarks promise a copy's pass rate on tail cases lies.

        given            : as the builder said
        law              : by `refinement`, on the bands that samples do not cover, where a copy keeps what the public
                           has there, worn off a little, whatever the samples
        other_benchmarks : as much as copies of DeepSeek-R1 lose on benchmarks not published with them; the middle one
        """
        if self.workload.pass_rate_gap is not None:
            return {"given": self.workload.pass_rate_gap}
        score, ratio = self.share_of_teacher, float(np.median(list(loss_ratios().values())))
        tail = tail_retention_behind(reference_score())
        gaps = {"law": max(score - tail, 0.0), "other_benchmarks": (ratio - 1.0) * (1.0 - score)}
        return {name: self.workload.pass_rate * gap for name, gap in gaps.items()}

    @property
    def share_of_teacher(self) -> float:
        """What benchmarks show of the copy, as a share of the teacher's score, which tests of one's own are about.

        Of a usual student: what it shows before it copies stands for public knowledge. Where no way was given, that
        of the copy made from the full set.
        """
        way = self.workload.benchmark_score
        return reference_score() if way is None else share_behind_way(way)

    @functools.cached_property
    def test_cases(self) -> dict[str, int | None]:
        """Own test cases on the tail that show each of `pass_rate_gaps`; None where there is no gap to show."""
        rate = self.workload.pass_rate
        return {
            name: math.ceil(adoption.cases_needed(rate, gap)) if gap > 0.0 else None
            for name, gap in self.pass_rate_gaps.items()
        }

    # ------------------------------------------------------------------------------------------------ in words

    @property
    def has_finding(self) -> bool:
        """Whether enough draws could be solved, and anybody sells copies."""
        return self.result.failed_draws <= MOST_FAILED * self.result.draws and self.known > 0

    @property
    def verdict(self) -> str:
        """Whether the copy is worth its discount, in one sentence."""
        if not self.has_finding:
            return self._no_finding()
        needed, share = self.row("break_even_discount"), self.worth_it()
        offered = percent(self.workload.discount)
        if share > 0.5:
            judged = f"is worth what it hides{'' if share >= 0.95 else ' in most futures'}"
        else:
            judged = f"is not worth what it hides{'' if share <= 0.05 else ' in most futures'}"
        return (
            f"At a discount of {offered} the copy {judged} (worth it in {futures(share)} simulated futures): what "
            f"benchmarks do not show takes a discount of {percent(needed['median'])} (90% range "
            f"{percent(needed['p5'])} to {percent(needed['p95'])})."
        )

    @property
    def finding(self) -> str:
        """The verdict, what is not expected, what benchmarks do show, and how to find out, in words."""
        if not self.has_finding:
            return self._no_finding()
        surprise, whole = self.row("hidden_shortfall"), self.row("break_even_with_visible")
        few = "" if self.known >= FUTURES else f" Too few futures to rest on: {self.known}."
        return (
            f"{self.verdict} Of each dollar spent on the copy {_cents(surprise['median'])} cents (90% range "
            f"{_cents(surprise['p5'])} to {_cents(surprise['p95'])}) are a shortfall that buyers do not expect. "
            f"Counting what benchmarks do show as well, the discount would have to be {percent(whole['median'])}, and "
            f"the one offered is enough in {futures(self.worth_it('break_even_with_visible'))} futures. {self._tests()}"
            f"{few}"
        )

    def _no_finding(self) -> str:
        if self.known == 0:
            return f"Nothing to choose: nobody sells a copy in {display_name(self.result.scenario.name)}."
        return f"No finding: {self.result.failed_draws} of {self.result.draws} draws could not be solved."

    def _tests(self) -> str:
        cases = self.test_cases
        if "given" in cases:
            return f"A gap of that size in pass rate shows in {cases['given']:,} of your own tail cases."
        law, other = cases["law"], cases["other_benchmarks"]
        if law is None or other is None:
            return "Such a copy has no gap to test for."
        return (
            f"To see for yourself: {law:,} of your own tail cases show a gap as large as the law expects, {other:,} "
            "one as large as copies show on benchmarks that were not published with them."
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """Where the numbers come from."""
        load, result = self.workload, self.result
        law = result.scenario.fidelity.law
        where = (
            "Gaps are those of copies as they are sold in the simulated futures, new and old, from the "
            f"{FIRST_QUARTER}th quarter on."
            if load.benchmark_score is None
            else f"The copy has come {percent(load.benchmark_score)} of the way from public knowledge to the best "
            f"original where benchmarks look; the law {law} says in each future how much of the tail goes with that. "
            f"Test cases take that for {percent(share_behind_way(load.benchmark_score))} of the teacher's score, where "
            f"public knowledge shows {percent(share_behind_way(0.0))}."
        )
        told = [
            where,
            f"A tail share of {percent(load.tail_share)} with failures {load.failure_cost:g} times as costly puts "
            f"{percent(load.tail_weight)} of what is at stake into the tail.",
            "The break-even discount is for what benchmarks do not show; brand, support and switching are left out.",
            "Test cases: one-sided test at 95% with a power of 80%, by the normal approximation, which is rough below "
            "some thirty cases; halve the gap, and it takes four times as many.",
        ]
        if self.known < result.draws:
            told.append(f"In {result.draws - self.known} of {result.draws} futures nobody sells a copy.")
        return tuple(told)

    def summary(self) -> dict[str, Any]:
        """The content of `adoption.json`: plain Python, None for what is undefined."""
        numbers = {
            row["quantity"]: {
                key: (None if isinstance(row[key], float) and not math.isfinite(row[key]) else row[key])
                for key in ("unit", "meaning", "median", "p5", "p25", "p75", "p95", "mean")
            }
            for row in self.table.to_dict("records")
        }
        return {
            "identity": self.identity,
            "run_id": self.result.run_id,
            "version": econsim.__version__,
            "scenario": self.result.scenario.name,
            "law": self.result.scenario.fidelity.law,
            "draws": self.result.draws,
            "seed": self.result.seed,
            "ensemble": self.result.ensemble,
            "futures_with_copies": self.known,
            "workload": asdict(self.workload) | {"tail_weight": self.workload.tail_weight},
            "numbers": numbers,
            "worth_it_in": _plain(self.worth_it()),
            "worth_it_with_visible_in": _plain(self.worth_it("break_even_with_visible")),
            "pass_rate_gaps": self.pass_rate_gaps,
            "test_cases": self.test_cases,
            "verdict": self.verdict,
            "finding": self.finding,
            "notes": list(self.notes),
        }

    def tables(self) -> dict[str, pd.DataFrame]:
        """Everything as tables, by name."""
        each = pd.DataFrame({name: self.values[name] for name in QUANTITIES})
        each.insert(0, "draw", np.arange(len(each)))
        return {"numbers": self.table, "futures": each}


def adopt(
    benchmark_score: float | None = DEFAULTS["benchmark_score"],
    discount: float = DEFAULTS["discount"],
    tail_share: float = DEFAULTS["tail_share"],
    failure_cost: float = DEFAULTS["failure_cost"],
    *,
    pass_rate: float = DEFAULTS["pass_rate"],
    pass_rate_gap: float | None = DEFAULTS["pass_rate_gap"],
    scenario: Scenario | str = "baseline",
    draws: int = DEFAULT_DRAWS,
    seed: int = DEFAULT_SEED,
    ensemble: str | None = None,
    engine: str = "auto",
    progress: Progress | None = None,
) -> Adoption:
    """Whether a copy is worth its discount to a builder, in each simulated future.

    benchmark_score : how far the copy has come from public knowledge to the best original where benchmarks look, in
                      (0, 1], which is not its share of the teacher's score; None: copies as they are sold, new and old
    discount        : of the copy on the teacher's price, in [0, 1)
    tail_share      : share of the builder's tasks that are of the rare, hard kind, in [0, 1]
    failure_cost    : what failing one of them costs, as a multiple of failing a common one, >= 0
    pass_rate       : share of the builder's own tail cases that the teacher passes, in (0, 1)
    pass_rate_gap   : gap in that rate that would matter, in (0, 1]; None: as large as the laws expect
    scenario, draws, seed, ensemble, engine, progress : of the run that gaps come from, as for `simulate`
    raises          : InputError, naming everything that is wrong
    """
    workload = check_workload(benchmark_score, discount, tail_share, failure_cost, pass_rate, pass_rate_gap)
    world = as_scenario(scenario)
    check_adoption(world, draws, seed, ensemble, engine)
    result = simulate(world, draws, seed, ensemble, engine, keep="summaries", progress=progress)
    return Adoption(workload, result, adoption_values(workload, result))


@functools.cache
def share_behind_way(way: float) -> float:
    """Share of the teacher's score that a copy shows on benchmarks which has come so far from public knowledge to it.

    way : in [0, 1]
    """
    public = spectrum(samples=FULL_SET_SAMPLES).base_visible
    return public + way * (1.0 - public)


def check_adoption(scenario: Scenario, draws: int, seed: int, ensemble: str | None, engine: str) -> Settings:
    """The settings of the run; InputError where nobody can copy, so that there is nothing to choose."""
    settings = check_settings(scenario, draws, seed, ensemble, engine, None, "summaries", False)
    if not scenario.switches.copying:
        raise InputError(Problem("scenario", "has copying switched off: there is no copy to adopt", scenario.name))
    return settings


def adoption_identity(run_id: str, workload: Workload) -> str:
    """The identity of a choice that may not have been worked out yet."""
    content = json.dumps([run_id, "adopt", asdict(workload)], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def _cents(share: float) -> str:
    """A share of a dollar: `1.3`; no `-0.0` where it rounds to nothing."""
    return f"{round(100.0 * share, 1) + 0.0:.1f}".replace("-", "−")


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None


__all__ = [
    "DEFAULTS",
    "Adoption",
    "Workload",
    "adopt",
    "adoption_identity",
    "check_adoption",
    "check_workload",
    "share_behind_way",
]
