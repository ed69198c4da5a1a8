"""What is weakly known, and how much it matters: the grade of each parameter times its share in the results."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from econsim.parameter_book import Lever, Parameter, book

if TYPE_CHECKING:
    import pandas

DOUBT = MappingProxyType({"A": 0.25, "B": 0.5, "C": 1.0})
"""What a grade weighs in the ranking: a convention, so that an assumption counts twice an inference."""

FILE = Path(__file__).parent / "influence.json"
COLUMNS = ("name", "kind", "grade", "facts", "matters", "half_width", "output", "weakness", "meaning")


@dataclass(frozen=True)
class Influence:
    """Total Sobol' indices of the baseline, as `econsim sensitivity` computed them.

    run_id        : of that analysis
    scenario_hash : of the baseline that it analysed
    samples       : base samples
    by_rank       : outputs whose indices are those of their rank among all runs, since a few runs decide the variance
    outputs       : metric -> parameter -> (total index, half-width of its 95% interval)
    """

    run_id: str
    version: str
    scenario: str
    scenario_hash: str
    samples: int
    seed: int
    by_rank: tuple[str, ...]
    outputs: Mapping[str, Mapping[str, tuple[float, float]]]

    @property
    def about(self) -> str:
        """What the indices are of, in words."""
        ranks = f", of ranks for {', '.join(self.by_rank)}" if self.by_rank else ""
        return f"{len(self.outputs)} outputs of {self.scenario}, {self.samples} base samples{ranks}"

    def strongest(self, name: str) -> tuple[float, float, str] | None:
        """The output that a parameter matters most for: index within [0, 1], half-width, metric.

        Indices that cannot be told from zero count as zero, with no metric; None for what was not varied.
        """
        found = [(output, indices[name]) for output, indices in self.outputs.items() if name in indices]
        if not found:
            return None
        sure = [(min(index, 1.0), width, output) for output, (index, width) in found if index > width]
        return max(sure) if sure else (0.0, 0.0, "")


@functools.cache
def influence() -> Influence:
    """The shipped analysis; `make evidence` computes it again."""
    content = json.loads(FILE.read_text(encoding="utf-8"))
    outputs = {
        output: MappingProxyType({name: (one["ST"], one["ST_conf"]) for name, one in indices.items()})
        for output, indices in content.pop("outputs").items()
    }
    by_rank = tuple(content.pop("by_rank"))
    return Influence(**content, by_rank=by_rank, outputs=MappingProxyType(outputs))


def weaknesses() -> pandas.DataFrame:
    """Parameters and levers, those that are weakly known and matter most first; columns COLUMNS.

    facts      : how many facts the row names
    matters    : largest total Sobol' index among the outputs of the shipped analysis; missing for what it did not
                 vary (levers, fixed parameters, and what only acts under a switch)
    output     : the metric with that index, empty where none can be told from zero
    weakness   : matters times the doubt of the grade, DOUBT; missing where matters is
    """
    import pandas

    listed: list[Parameter | Lever] = [*book().parameters.values(), *book().levers.values()]
    frame = pandas.DataFrame([_row(one) for one in listed], columns=pandas.Index(COLUMNS))
    frame = frame.assign(_grade=frame["grade"].map(DOUBT))
    order = ["weakness", "_grade"]
    return frame.sort_values(order, ascending=False, kind="stable").drop(columns="_grade").reset_index(drop=True)


def _row(one: Parameter | Lever) -> dict[str, object]:
    kind = "lever" if isinstance(one, Lever) else "parameter"
    row: dict[str, object] = {"name": one.name, "kind": kind, "grade": one.grade, "facts": len(one.facts)}
    found = influence().strongest(one.name)
    if found is not None:
        index, width, output = found
        row |= {"matters": index, "half_width": width, "output": output, "weakness": DOUBT[one.grade] * index}
    return {"output": "", **row, "meaning": one.meaning}
