"""Rows of a finished sweep as statistics need them: parameters, metrics, and which rows are independent."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from econsim.errors import InputError, Problem, unknown_name
from econsim.metrics import summary_catalogue
from econsim.parameter_book import book
from econsim.posterior import posterior
from econsim.scenario import Scenario
from econsim.studies.conditions import Condition, parse_condition
from econsim.studies.designs import SAMPLED, saltelli_rows
from econsim.studies.sweep_chunk import EFFECT
from econsim.studies.sweep_folder import MANIFEST, PLAN, SPEC
from econsim.studies.sweep_result import Sweep, open_sweep
from econsim.studies.words import book_row
from econsim.whole_folder import refusal

AT_ONCE = 10_000_000  # numbers of an index that are read in one go
LEAST_EITHER_SIDE = 10  # rows that meet a condition, and that do not
MOST_ROWS = 50_000
"""More rows than these are sampled: the statistics do not get better, and memory stays bounded."""


def finished_sweep(sweep: Sweep | str | Path) -> Sweep:
    """A finished sweep given as itself or by its folder.

    raises : InputError where there is none, or one that is not finished, saying how to go on with it
    """
    folder = sweep.folder if isinstance(sweep, Sweep) else sweep
    if not isinstance(folder, str | Path) or not str(folder):
        raise InputError(Problem("sweep", "is given by its folder", repr(sweep)[:80]))
    folder = Path(folder)
    try:
        is_sweep, is_folder = (folder / PLAN).is_file(), folder.is_dir()
        empty = is_folder and not any(folder.iterdir())
        exists, finished = folder.exists(), (folder / MANIFEST).exists()
    except (OSError, ValueError) as error:
        raise refusal(folder, f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if not is_sweep:
        what = "no such folder" if not exists else "is a file" if not is_folder else "is empty" if empty else None
        what = what or f"is no sweep: it has no {PLAN}"
        raise refusal(folder, f"{what}; name the folder that 'econsim sweep SPEC.yaml --out DIR' wrote")
    if not finished:
        command = f"econsim sweep {folder / SPEC} --out {folder} --resume"
        raise refusal(folder, f"holds a sweep that is not finished; complete it with: {command}")
    return sweep if isinstance(sweep, Sweep) and sweep.manifest is not None else open_sweep(folder)


def label_of(sweep: Sweep, scenario: str | None) -> str:
    """The label of a scenario given by label or name; the only one may be left out.

    raises : InputError for one that is not in the sweep, or where it is left open which
    """
    known = sweep.plan["scenarios"]
    if scenario is None:
        if len(known) > 1:
            raise InputError(Problem("scenario", "the sweep has several: say which", allowed=", ".join(known)))
        return str(next(iter(known)))
    if scenario in known:
        return scenario
    named = [label for label, one in known.items() if one["name"] == scenario]
    if not named:
        raise InputError(not_in_sweep("scenario", scenario, known))
    return str(named[0])


def not_in_sweep(field: str, name: object, known: Iterable[str], kind: str = "scenario of this sweep") -> Problem:
    """The problem of a scenario that is not in a sweep; all that are in it are told, since they are few."""
    known = list(known)
    problem = unknown_name(field, str(name)[:80], known, kind=kind)
    return Problem(field, problem.message, allowed=", ".join(known), nearest=problem.nearest)


@dataclass(frozen=True)
class SweptRows:
    """Rows of one scenario of a finished sweep.

    taken  : (row,) their numbers in the sweep; all, but for a saltelli design, whose rows between the two samples
             repeat their values, and for very large sweeps, which are sampled
    point  : (row,) the design's point
    draw   : (row,) the future: its number in the ensemble and in every shock stream
    solved : (row,) bool
    """

    sweep: Sweep
    label: str
    taken: np.ndarray
    point: np.ndarray
    draw: np.ndarray
    solved: np.ndarray

    @classmethod
    def of(cls, sweep: Sweep, scenario: str | None = None, most: int = MOST_ROWS) -> SweptRows:
        """Rows of a scenario of a sweep, at most `most` of them."""
        label = label_of(sweep, scenario)
        taken = _independent_points(sweep)
        if len(taken) > most:
            taken = np.sort(np.random.default_rng(0).choice(taken, most, replace=False))
        draw = sweep.values("draw", label)[taken]
        return cls(sweep, label, taken, taken // sweep.draws, draw, ~sweep.values("failed", label)[taken].astype(bool))

    # ------------------------------------------------------------------------------------------------ columns

    @functools.cached_property
    def _values(self) -> dict[str, np.ndarray]:
        """Every parameter and lever of the design, (row,); of a large index a few at a time."""
        sweep = self.sweep
        place = sweep.scenarios.index(self.label) * sweep.points
        found: dict[str, np.ndarray] = {}
        columns = list(sweep.columns.values())
        size = max(AT_ONCE // (sweep.points * len(sweep.scenarios)), 1)
        for first in range(0, len(columns), size):
            table = sweep.read_index(columns[first : first + size])
            for column in columns[first : first + size]:
                found[column] = table[column].to_numpy()[place : place + sweep.points][self.point]
        return {name: found[column] for name, column in sweep.columns.items()}

    @functools.cached_property
    def names(self) -> tuple[str, ...]:
        """Parameters and levers of the design that take more than one value."""
        return tuple(name for name, values in self._values.items() if np.ptp(values) > 0.0)

    @functools.cached_property
    def points(self) -> np.ndarray:
        """Their values, (row, name)."""
        return np.column_stack([self._values[name] for name in self.names]) if self.names else np.empty((len(self), 0))

    def __len__(self) -> int:
        return len(self.taken)

    @property
    def columns(self) -> dict[str, tuple[str, str]]:
        """What a condition or an option may name -> (kind, name): metrics, their effects, and the design's columns."""
        found = {name: ("metric", name) for name in self.sweep.metrics}
        found |= {f"{EFFECT}{name}": ("effect", name) for name in self.sweep.metrics}
        for name, column in self.sweep.columns.items():
            found.setdefault(name if name not in found else column, ("parameter", name))
        return found

    def column(self, name: str) -> np.ndarray:
        """A metric, `effect_<metric>`, parameter or lever by row; NaN where undefined."""
        kind, inner = self.columns[name]
        if kind == "parameter":
            return self.value(inner)
        return self.sweep.values(inner, self.label, effect=kind == "effect")[self.taken]

    def value(self, name: str) -> np.ndarray:
        """A parameter or lever of the design, (row,)."""
        return self._values[name]

    def check_metric(self, name: str, field: str = "metric") -> str:
        """A metric's name, or `effect_` and one; InputError for anything else, with the nearest name."""
        known = [one for one, (kind, _) in self.columns.items() if kind != "parameter"]
        if name not in known:
            raise InputError(unknown_metric(field, str(name), known))
        return name

    def unit(self, name: str) -> str:
        """Unit of a column, as the model has it."""
        kind, inner = self.columns[name]
        if kind == "parameter":
            return str(book_row(inner).unit)
        return self.catalogue[inner].unit

    @functools.cached_property
    def catalogue(self) -> Any:
        """Metric -> unit and meaning."""
        segments = tuple(segment.name for segment in self.scenario.structure.segments)
        return summary_catalogue(segments, split=True)

    @functools.cached_property
    def scenario(self) -> Scenario:
        return self.sweep.scenario(self.label)

    # ------------------------------------------------------------------------------------------------ dependence

    @property
    def design(self) -> dict[str, Any]:
        """The design's identity: method, names, and axes where it is drawn."""
        return dict(self.sweep.plan["identity"]["design"])

    @property
    def sampled(self) -> bool:
        """Whether points are drawn, and not laid out one by one."""
        return self.design["method"] in SAMPLED

    @property
    def clusters(self) -> tuple[str, ...]:
        """What rows have in common, so that they are not independent: `point`, `draw`, both, or nothing.

        Drawn points share their values over their draws. Shared futures come again at every point.
        """
        if self.sweep.draws == 1:
            return ()
        shared = ("draw",) if self.sweep.plan["shocks"] == "shared" else ()
        return (*(("point",) if self.sampled else ()), *shared)

    @functools.cached_property
    def one_a_point(self) -> np.ndarray:
        """(row,) bool: one row of each point where points are drawn, from one future after another; else all rows.

        In these rows the values of a parameter are independent of each other, whatever futures are shared.
        """
        if "point" not in self.clusters:
            return np.ones(len(self), dtype=bool)
        return self.taken % self.sweep.draws == self.point % self.sweep.draws

    def ends(self, name: str) -> tuple[float, float]:
        """Lowest and highest value that the design gives a parameter or lever: of its prior or range, where drawn."""
        axis = self.design.get("axes", {}).get(name, {}) if self.sampled else {}
        found = axis.get("triangular") or axis.get("uniform")
        values = self._values[name]
        return (float(found[0]), float(found[1])) if found else (float(values.min()), float(values.max()))

    def on_log_axis(self, name: str) -> bool:
        """Whether a parameter is spread on a log axis."""
        if self.sampled:
            return bool(self.design["axes"][name]["scale"] == "log")
        row = book().parameters.get(name)
        return row is not None and row.prior is not None and row.prior.scale == "log" and self.ends(name)[0] > 0.0

    @functools.cached_property
    def notes(self) -> tuple[str, ...]:
        """What a reader of statistics on these rows has to know."""
        told = []
        whole = self.sweep.rows
        if self.design["method"] == "saltelli":
            told.append("Of the saltelli design its two independent samples are used; the other points repeat values.")
            whole = len(_independent_points(self.sweep))
        if len(self) < whole:
            told.append(f"{len(self):,} of {whole:,} rows are used, drawn at random.")
        failed = int((~self.solved).sum())
        if failed:
            told.append(f"{failed:,} of {len(self):,} rows could not be solved and are left out.")
        by_prior = [n for n in self.names if "triangular" in self.design.get("axes", {}).get(n, {})]
        if self.sampled and len(by_prior) < len(self.names):
            rest = [name for name in self.names if name not in by_prior]
            told.append(f"Spread evenly over a range, and not drawn from a prior: {', '.join(rest)}.")
        elif not self.sampled:
            told.append("Points are weighed as the design lays them out, not by how plausible they are.")
        for source, hidden in self._sources_of_luck.items():
            more = f" and {len(hidden) - 6} more" if len(hidden) > 6 else ""
            told.append(
                f"Drawn from {source} but not in the design, so that they count as luck: {', '.join(hidden[:6])}{more}."
            )
        if self.sweep.draws == 1 and self.sweep.plan["shocks"] == "shared":
            told.append("All points lie in one and the same future: its luck is in every number.")
        return tuple(told)

    @property
    def luck(self) -> tuple[str, ...]:
        """Parameters that differ between futures without being in the design."""
        if self.sweep.plan["ensemble"] == "default":
            return ()
        known = self.scenario.assumptions
        return tuple(name for name, one in known.items() if not one.fixed and name not in self.sweep.names)

    @property
    def _sources_of_luck(self) -> dict[str, tuple[str, ...]]:
        """What `luck` is drawn from, in words -> those drawn from it; the calibrated ensemble may cover some alone."""
        covered = posterior().covers(self.scenario.assumptions) if self.sweep.plan["ensemble"] == "calibrated" else ()
        found = {
            "the calibrated ensemble": tuple(name for name in self.luck if name in covered),
            "their priors": tuple(name for name in self.luck if name not in covered),
        }
        return {source: names for source, names in found.items() if names}


class Selected(NamedTuple):
    """Rows by a condition.

    condition : what was asked for
    usable    : (row,) bool: solved, and the condition is defined
    met       : (usable row,) bool
    """

    condition: Condition
    usable: np.ndarray
    met: np.ndarray


def select(rows: SweptRows, where: str, least: int = LEAST_EITHER_SIDE) -> Selected:
    """Rows by a condition in words.

    least  : rows that have to meet it, and rows that must not
    raises : InputError for what is no condition, and for one that tells too few rows apart
    """
    condition = parse_condition(where, rows.columns)
    columns = {name: rows.column(name) for name in condition.names}
    met, known = condition.evaluate(columns)
    usable = known & rows.solved
    count, total = int(met[usable].sum()), int(usable.sum())
    if min(count, total - count) < least:
        told = f"{count:,}" if 0 < count < total else "no row" if count == 0 else "every row"
        of = f"{told} of {total:,}" + (" rows" if 0 < count < total else "")
        seen = "; ".join(_seen(name, values[usable]) for name, values in columns.items())
        message = f"is met in {of} that are solved and defined{f' ({seen})' if total else ''}"
        allowed = f"a condition met in {least} rows or more, and not met in {least} or more"
        raise InputError(Problem("where", message, f"'{where[:80]}'", allowed))
    return Selected(condition, usable, met[usable])


def _seen(name: str, values: np.ndarray) -> str:
    known = values[np.isfinite(values)]
    return f"{name} is {known.min():g} to {known.max():g}" if known.size else f"{name} is undefined"


def unknown_metric(field: str, name: str, known: list[str]) -> Problem:
    """The problem of a metric that a sweep does not have; one that exists but was not kept is told apart."""
    if name in summary_catalogue((), split=True):
        kept = [one for one in known if not one.startswith(EFFECT)]
        listed = ", ".join(kept[:20]) + (" …" if len(kept) > 20 else "")
        return Problem(field, f"'{name}' was not kept in this sweep", allowed=listed)
    return unknown_name(field, name[:80], known, kind="metric")


def _independent_points(sweep: Sweep) -> np.ndarray:
    """Numbers of the rows whose points are independent of each other: of a saltelli design those of its two samples."""
    rows = np.arange(sweep.rows)
    design = sweep.plan["identity"]["design"]
    if design["method"] != "saltelli":
        return rows
    factors = set(design.get("groups") or sweep.names)  # names of one group vary together
    block = saltelli_rows(len(factors), bool(design.get("second_order")))
    place = (rows // sweep.draws) % block
    return rows[(place == 0) | (place == block - 1)]


__all__ = [
    "Selected",
    "SweptRows",
    "finished_sweep",
    "label_of",
    "not_in_sweep",
    "select",
    "unknown_metric",
]
