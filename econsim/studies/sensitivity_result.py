"""A sensitivity analysis that is done: its numbers, tables and sentences, and reading it back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from econsim.errors import InputError, Problem, unknown_name
from econsim.store import read_json
from econsim.studies.sensitivity_folder import MANIFEST, RESULTS, read_sensitivity_plan
from econsim.studies.sensitivity_ranking import KINDS, ranked
from econsim.whole_folder import refusal

STATISTICS = {
    "sobol": (("S1", "S1_conf"), ("ST", "ST_conf")),
    "morris": (
        ("mu_star", "mu_star_conf"),
        ("mu_star_low", None),
        ("mu_star_high", None),
        ("mu", None),
        ("sigma", None),
    ),
    "oat": (("low_change", "low_conf"), ("high_change", "high_conf")),
}
COLUMNS = ("kind", "output", "quarter", "parameter", "with", "statistic", "value", "half_width")


class Sensitivity:
    """How outputs depend on parameters.

    content : all of it in plain Python, as `results.json` has it: `outputs`, `effects`, `by_rank`, `over_time`,
              `second_order`, `noise`, `convergence`, `screening`, `reasons`, `finding`, `warnings` and the settings
    folder  : where it lies; None where it was not kept
    """

    def __init__(self, content: dict[str, Any], folder: Path | None):
        self.content, self.folder = content, folder

    def __repr__(self) -> str:
        what = f"{self.method} of {self.content['scenario']}, {len(self.content['factors'])} {self.content['factor']}s"
        return f"<Sensitivity {self.run_id}: {what}>"

    @property
    def method(self) -> str:
        """sobol, morris or oat."""
        return str(self.content["method"])

    @property
    def run_id(self) -> str:
        """Twelve hexadecimal digits: the same request and version give the same, on any engine."""
        return str(self.content["run_id"])

    @property
    def outputs(self) -> dict[str, dict[str, dict[str, float]]]:
        """Metric -> parameter -> statistics; metrics that have none are in `reasons`."""
        return dict(self.content["outputs"])

    @property
    def effects(self) -> dict[str, dict[str, dict[str, float]]]:
        """As `outputs`, of paired differences to the status quo."""
        return dict(self.content["effects"])

    @property
    def finding(self) -> str:
        """The result for the first output, in words."""
        return str(self.content["finding"])

    @property
    def warnings(self) -> tuple[str, ...]:
        """What limits the numbers, in words."""
        return tuple(self.content["warnings"])

    @property
    def failed(self) -> bool:
        """Whether more draws could not be solved than the numbers bear."""
        from econsim.findings import MOST_FAILED

        return any(failed > MOST_FAILED * rows for failed, rows in self.content["failed_draws"].values())

    def ranked(self, output: str, effect: bool = False, by_rank: bool = False) -> pd.DataFrame:
        """Parameters of one output, strongest first, with intervals and words; one row a parameter.

        effect  : of its paired difference to the status quo
        by_rank : sobol: of its rank among all runs, for an output whose variance a few extreme runs decide
        raises  : InputError for an output that has no such indices, with the reason where there is one
        """
        kind = "effects" if effect else "outputs"
        self.check_output(output, kind)
        if not by_rank:
            return pd.DataFrame(ranked(self.content, output, kind))
        known = (self.content.get("by_rank") or {}).get(kind, {})
        if output not in known:
            message = f"'{output}' has no indices by rank: those are of outputs that a few extreme runs decide"
            raise InputError(Problem("output", message, allowed=", ".join(known) or None))
        return pd.DataFrame(ranked(self.content["by_rank"], output, kind))

    def check_output(self, output: str, kind: str = "outputs") -> None:
        """raises : InputError for an output without numbers"""
        if output in self.content["reasons"][kind]:
            raise InputError(Problem("output", f"'{output}' has no indices: {self.content['reasons'][kind][output]}"))
        if output not in self.content[kind]:
            raise InputError(unknown_name("output", str(output), self.content[kind], kind="output"))

    @property
    def indices(self) -> pd.DataFrame:
        """Every statistic as one long table: kind, output, quarter, parameter, with, statistic, value, half_width.

        kind : outputs, effects, over_time, outputs_by_rank or effects_by_rank; `with` is the second parameter of a
               second-order index
        """
        return pd.DataFrame(list(_rows(self.content)), columns=list(COLUMNS))


def _rows(content: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    statistics = STATISTICS[content["method"]]
    by_rank = content.get("by_rank") or {}
    tables = {kind: content[kind] for kind in KINDS} | {f"{kind}_by_rank": by_rank.get(kind, {}) for kind in KINDS}
    for kind, outputs in tables.items():
        for output, table in outputs.items():
            for name, one in table.items():
                for value, half in statistics:
                    yield kind, output, None, name, None, value, one[value], None if half is None else one[half]
    for kind in KINDS:
        for output, pairs in ((content.get("second_order") or {}).get(kind) or {}).items():
            for pair in pairs:
                yield kind, output, None, pair["a"], pair["b"], "S2", pair["S2"], pair["S2_conf"]
    for series, told in (content.get("over_time") or {}).items():
        for name, one in told["parameters"].items():
            for value, half in statistics:
                for quarter, level, width in zip(told["quarters"], one[value], one[str(half)], strict=True):
                    yield "over_time", series, quarter, name, None, value, level, width


def open_sensitivity(folder: str | Path) -> Sensitivity:
    """A sensitivity analysis from its folder.

    raises : InputError where there is no finished one
    """
    folder = Path(folder)
    if read_sensitivity_plan(folder) is None:
        raise refusal(folder, "no such folder" if not folder.exists() else "holds no sensitivity analysis")
    if not (folder / MANIFEST).exists():
        raise refusal(folder, "holds a sensitivity analysis that is not finished: complete it with --resume")
    return Sensitivity(read_json(folder / RESULTS), folder)
