"""The runs of a brief, read back from their folders: a brief is made from what is stored, and from nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from econsim.briefs.spec import BriefSpec
from econsim.briefs.spec_packages import STATUS_QUO
from econsim.results import Result
from econsim.runs import Run, Settings
from econsim.scenario import Scenario
from econsim.store import StoredRun, digest, read_run

DATA_FILE = "metrics.parquet"


@dataclass(frozen=True)
class PackageRun:
    """One package as it was run.

    name, label : as the spec has them
    result      : its draws, paired with the status quo; summary metrics only
    series      : columns as of `Result.series`
    effects     : columns as of `Result.series_effect`
    data_hash   : sha256 of its draws on disk
    """

    name: str
    label: str
    result: Result
    series: pd.DataFrame
    effects: pd.DataFrame
    data_hash: str

    @property
    def run_id(self) -> str:
        return self.result.run_id

    @property
    def quoted(self) -> str:
        """The label at the start of a sentence, in quotation marks: one package, even where its words are plural."""
        return f"‘{self.label}’"

    @property
    def inside(self) -> str:
        """The same in the middle of a sentence."""
        is_word = self.label[1:2].islower() or self.label[1:2] == " "  # and no abbreviation such as `EU rules`
        return f"‘{self.label[:1].lower() + self.label[1:]}’" if is_word else self.quoted

    @property
    def scenario(self) -> Scenario:
        return self.result.scenario


@dataclass(frozen=True)
class BriefRuns:
    """All runs of a brief, on the same draws.

    status_quo : the world without any of the packages; its own effects are against no copying
    packages   : the proposal first
    """

    status_quo: PackageRun
    packages: tuple[PackageRun, ...]

    @property
    def proposal(self) -> PackageRun:
        """The package that the brief is about."""
        return self.packages[0]

    @property
    def all(self) -> tuple[PackageRun, ...]:
        """The status quo and the packages."""
        return (self.status_quo, *self.packages)

    def of(self, name: str) -> PackageRun:
        """The run of a package, or of the status quo, by name."""
        return next(one for one in self.all if one.name == name)


def read_brief_runs(spec: BriefSpec, folder: Path) -> BriefRuns:
    """The runs of a brief from a folder that holds one run folder a package, by name, and that of the status quo.

    raises : InputError when one is missing or damaged
    """
    stored = {name: read_run(folder / name) for name in (STATUS_QUO, *(one.name for one in spec.packages))}
    status_quo = stored[STATUS_QUO]
    base = _run(status_quo)
    packages = [
        _package(
            one.name, one.label, stored[one.name], Result(_run(stored[one.name]), _settings(stored[one.name]), base)
        )
        for one in spec.packages
    ]
    itself = Result(base, _settings(status_quo), None)
    return BriefRuns(_package(STATUS_QUO, "Status quo", status_quo, itself), tuple(packages))


def _package(name: str, label: str, stored: StoredRun, result: Result) -> PackageRun:
    effects = stored.effects if stored.effects is not None else stored.series.iloc[:0]
    return PackageRun(name, label, result, stored.series, effects, digest(stored.folder / DATA_FILE))


def _run(stored: StoredRun) -> Run:
    metrics = {str(name): stored.metrics[name].to_numpy() for name in stored.metrics.columns}
    failed = ~np.isfinite(metrics["frontier_capability"])  # which is defined wherever a draw could be solved
    return Run(stored.scenario, metrics, {}, failed)


def _settings(stored: StoredRun) -> Settings:
    manifest = stored.manifest
    return dataclasses.replace(
        Settings(), draws=manifest["draws"], seed=manifest["seed"], ensemble=manifest["ensemble"],
        engine=manifest["engine"],
    )  # fmt: skip


def failed_draws(runs: Sequence[PackageRun]) -> int:
    """Draws that could not be solved in some run."""
    return int(np.logical_or.reduce([one.result.failed for one in runs]).sum())


__all__ = ["BriefRuns", "PackageRun", "failed_draws", "read_brief_runs"]
