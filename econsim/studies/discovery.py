"""Scenario discovery on a finished sweep: where in the space of parameters do the futures of interest lie?"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import econsim
from econsim.errors import InputError, Problem
from econsim.studies.discovery_halves import DOUBTFUL, DROPPED, HALVES, Halves, Side, search_halves, without
from econsim.studies.drivers_rows import Selected, SweptRows, finished_sweep, label_of, select
from econsim.studies.statistics.boxes import Box, Cases
from econsim.studies.statistics.cart import TreeBoxes, tree_boxes
from econsim.studies.statistics.prim import BoxSearch
from econsim.studies.statistics.prim_subsets import searches_by_size
from econsim.studies.sweep_result import Sweep
from econsim.studies.words import ENTERED, amount, listed, plain, rounded, setting, words

LEAST_ROWS = 50
LEAST_MASS = 0.05  # of all rows in a box; less where the futures of interest are fewer
LEAST_IN_BOX = 20  # rows
SIGNIFICANT = 0.05
SAME = 0.5  # of the rows in either box or tree that are in both, to call them one
APART = 0.2  # below this they are two
BOX_COLUMNS = ("parameter", "unit", "low", "high", "prior_low", "prior_high", "log", "low_quasi_p", "high_quasi_p",
               "found_in_halves")  # fmt: skip
TRAJECTORY_COLUMNS = ("box", "coverage", "density", "mass", "restricted", "chosen")


@dataclass(frozen=True)
class CrossCheck:
    """What a classification tree finds, beside the box.

    verdict : `agrees`, `agrees in part` or `disagrees`
    shared  : parameters that both restrict
    only_box, only_tree : parameters that one of them restricts
    overlap : share of the rows in box or tree that are in both; NaN where the tree has no box
    """

    verdict: str
    shared: tuple[str, ...]
    only_box: tuple[str, ...]
    only_tree: tuple[str, ...]
    overlap: float


class Discovery:
    """The box of parameter values in which the futures of interest are dense, and how good it is.

    rows      : of the sweep
    selected  : the condition and its rows
    names     : parameters and levers that were searched
    halves    : what the search finds in halves of the rows, by which the number of parameters was chosen
    search    : what patient rule induction found on so many
    dropped   : limits that it found in all rows, and that are hardly found in halves or do worse there than none: they
                are no part of the box
    box       : the box: limits, coverage, density and mass
    quasi_p   : (parameter, whether a lower limit) -> quasi-p-value, from independent rows
    tree      : what a classification tree found
    check     : whether the two agree
    """

    def __init__(self, rows: SweptRows, selected: Selected, points: np.ndarray, most_names: int):
        self.rows, self.selected, self.most_names = rows, selected, most_names
        self.names = names = rows.names
        met = selected.met
        mass = min(LEAST_MASS, float(met.mean()) / 2.0)
        mass = min(max(mass, LEAST_IN_BOX / len(met)), 0.5)
        groups = rows.point[selected.usable]
        self.halves: Halves = search_halves(points, met, names, groups, mass_min=mass, most_names=most_names)
        searches = searches_by_size(points, met, names, mass_min=mass, most_names=most_names)
        self.search: BoxSearch = searches[min(self.halves.size, len(searches)) - 1]
        found = [(limit.name, limit.at_least) for limit in self.search.box.limits]
        self.dropped: tuple[Side, ...] = tuple(
            side for side in found if not self.halves.helps or self.halves.share(*side) < DROPPED
        )
        self.box: Box = without(Cases.checked(points, met, names), self.search.box, self.dropped)
        self.quasi_p = _quasi_p(self.box, points, selected.met, rows.one_a_point[selected.usable], names)
        self.tree: TreeBoxes = tree_boxes(points, met, names, mass_min=mass)
        if not self.tree.boxes:  # where futures of interest are few, no leaf may predict one
            least = min(0.5, 2.0 * float(met.mean()))
            self.tree = tree_boxes(points, met, names, mass_min=mass, least_density=least)
        self.check = _cross_check(self.box, self.tree, points, names)

    def __repr__(self) -> str:
        return f"<Discovery of '{self.selected.condition.text}' in sweep {self.sweep.sweep_id}>"

    @property
    def sweep(self) -> Sweep:
        return self.rows.sweep

    @property
    def scenario(self) -> str:
        """Label of the scenario."""
        return self.rows.label

    @property
    def share(self) -> float:
        """Share of all usable rows that meet the condition."""
        return float(self.selected.met.mean())

    @property
    def identity(self) -> str:
        """Twelve hexadecimal digits of the sweep and of what was asked."""
        content = json.dumps([self.sweep.sweep_id, "discover", self._asked, econsim.__version__])
        return hashlib.sha256(content.encode()).hexdigest()[:12]

    @property
    def _asked(self) -> dict[str, Any]:
        return {"where": self.selected.condition.text, "scenario": self.scenario, "most_names": self.most_names}

    # ------------------------------------------------------------------------------------------------ in words

    @property
    def condition(self) -> str:
        """The condition in words."""
        return self.selected.condition.words(
            words, lambda name, number: amount(number, self.rows.unit(name), figures=ENTERED)
        )

    @property
    def limits(self) -> str:
        """The box in words: `lab premium at most 0.62 log price and vendor inertia at most 0.5 a quarter`."""
        low: dict[str, str] = {}
        high: dict[str, str] = {}
        for limit in self.box.limits:
            (low if limit.at_least else high)[limit.name] = setting(limit.name, limit.value, figures=3)
        told = []
        for name in self.box.names:
            if name in low and name in high:
                told.append(f"{words(name)} between {low[name]} and {high[name]}")
            else:
                told.append(f"{words(name)} at {'least' if name in low else 'most'} {low.get(name, high.get(name))}")
        return listed(told)

    @property
    def sentence(self) -> str:
        """The box as a sentence: density, coverage, how often the condition is met anyway, and how sure that is."""
        if self.box.limits:
            return f"{self.headline} Of all futures it is so in {percentage(self.share)}. {self.doubt}"
        told = f"{self.condition} in {percentage(self.share)} of all futures."
        if not self.dropped:
            return f"No limits on parameters tell these futures from the others: {told}"
        why = "are hardly found again in halves of them"
        if not self.halves.helps:
            why = "do worse than none when found in one half of them and tried on the other"
        return (
            f"No limits on parameters tell these futures from the others reliably: {told} Those found in all of them, "
            f"on {self._dropped_names}, {why}."
        )

    @property
    def headline(self) -> str:
        """The box as a sentence; only where there is one."""
        return (
            f"In {percentage(self.box.density)} of the futures with {self.limits}, {self.condition}; that covers "
            f"{percentage(self.box.coverage)} of all such futures."
        )

    @property
    def doubt(self) -> str:
        """How sure the box is: limits that halves do not find again, and how such boxes do on other rows."""
        shares = {words(name): self.halves.of_name(name, self.box) for name in self.box.names}
        doubtful = {name: f"{round(100.0 * share)}%" for name, share in shares.items() if share < DOUBTFUL}
        spans = [_span(*self.halves.span(what)) for what in ("density", "coverage")]
        tried = f"Boxes found in one half of the futures have a density of {spans[0]} and a coverage of {spans[1]}"
        tried += f" in the other half ({HALVES} splits"
        tried += f", {HALVES - self.halves.boxes} without a box)" if self.halves.boxes < HALVES else ")"
        if not doubtful:
            least = min(shares.values())
            many = "all" if least == 1.0 else f"at least {round(100.0 * least)}% of"
            return f"{tried}; every limit was found again in {many} half samples."
        limits = "limit" if len(doubtful) == 1 else "limits"
        was = "was" if len(doubtful) == 1 else "were"
        again = f"the {limits} on {listed(list(doubtful))} {was} found again in {listed(list(doubtful.values()))}"
        return f"{tried}; {again} of half samples."

    @property
    def _dropped_names(self) -> str:
        return listed([words(name) for name in dict.fromkeys(name for name, _ in self.dropped)])

    @property
    def check_sentence(self) -> str:
        """Whether a classification tree agrees."""
        one = self.check
        if not self.box.limits:
            return "There is no box for a classification tree to agree with."
        if not self.tree.boxes:
            return f"A classification tree disagrees: it finds no such region ({self.tree.reason})."
        both = listed([words(name) for name in one.shared])
        what = f"it restricts {both} too" if one.shared else "it restricts none of these parameters"
        more = f", and {listed([words(name) for name in one.only_tree])} besides" if one.only_tree else ""
        lacks = f", but not {listed([words(name) for name in one.only_box], 'or')}" if one.only_box and both else ""
        return (
            f"A classification tree {one.verdict}: {what}{lacks}{more}; {percentage(one.overlap)} of the futures in "
            f"either region are in both (its coverage {percentage(self.tree.coverage)}, density "
            f"{percentage(self.tree.density)})."
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the numbers has to know."""
        told = list(self.rows.notes)
        left_out = len(self.rows) - int(self.rows.solved.sum())
        undefined = len(self.rows) - left_out - len(self.selected.met)
        if undefined:
            told.append(f"In {undefined:,} rows it is undefined whether the condition is met; they are left out.")
        columns = self.rows.columns
        named = [name for name in self.selected.condition.names if columns[name][0] == "parameter"]
        if named:
            told.append(f"The condition itself limits {listed([words(columns[name][1]) for name in named])}.")
        if not self.rows.one_a_point.all():
            told.append("Draws of one point share its values: quasi-p-values are from one row a point.")
        weak = [words(name) for (name, _), value in self.quasi_p.items() if not value <= SIGNIFICANT]
        if weak:
            told.append(f"Could be luck: the limit on {listed(list(dict.fromkeys(weak)))}.")
        if self.dropped and self.box.limits:
            told.append(
                f"Left out: a limit on {self._dropped_names}, which the search found in all rows, and in fewer than "
                f"{round(100.0 * DROPPED)}% of half samples."
            )
        if self.box.limits:
            told.append("Quasi-p-values are of limits that were chosen to be good, and so too small.")
        return tuple(told)

    # ------------------------------------------------------------------------------------------------ tables

    @property
    def trajectory(self) -> pd.DataFrame:
        """The boxes of the search, from the whole to the smallest; columns TRAJECTORY_COLUMNS."""
        rows = [
            (place, one.coverage, one.density, one.mass, len(one.names), place == self.search.chosen)
            for place, one in enumerate(self.search.trajectory)
        ]
        return pd.DataFrame(rows, columns=list(TRAJECTORY_COLUMNS))

    @property
    def limits_table(self) -> pd.DataFrame:
        """One row a restricted parameter, in its own unit; columns BOX_COLUMNS, NaN where there is no limit."""
        rows = []
        values = {(limit.name, limit.at_least): limit.value for limit in self.box.limits}
        for name in self.box.names:
            unit = str(self.rows.unit(self.sweep.columns[name]))
            ends = [values.get((name, at_least), np.nan) for at_least in (True, False)]
            quasi = [self.quasi_p.get((name, at_least), np.nan) for at_least in (True, False)]
            log = self.rows.on_log_axis(name)
            again = self.halves.of_name(name, self.box)
            rows.append((name, unit, *ends, *self.rows.ends(name), log, *quasi, again))
        return pd.DataFrame(rows, columns=list(BOX_COLUMNS))

    def tables(self) -> dict[str, pd.DataFrame]:
        """Everything as tables, by name."""
        return {"box": self.limits_table, "trajectory": self.trajectory}

    def summary(self) -> dict[str, Any]:
        """The content of `discover.json`: plain Python, None for what is undefined."""
        one, tree = self.check, self.tree
        return {
            "identity": self.identity,
            "sweep_id": self.sweep.sweep_id,
            "version": econsim.__version__,
            "scenario": self.scenario,
            "where": self.selected.condition.text,
            "finding": self.sentence,
            "check": self.check_sentence,
            "notes": list(self.notes),
            "rows": len(self.selected.met),
            "rows_met": int(self.selected.met.sum()),
            "searched": list(self.names),
            "box": {
                "coverage": self.box.coverage,
                "density": self.box.density,
                "mass": self.box.mass,
                "limits": [
                    {
                        "parameter": limit.name,
                        "limit": "at least" if limit.at_least else "at most",
                        "value": limit.value,
                        "unit": str(self.rows.unit(self.sweep.columns[limit.name])),
                        "quasi_p": plain(self.quasi_p[limit.name, limit.at_least]),
                        "found_in_halves": self.halves.share(limit.name, limit.at_least),
                    }
                    for limit in self.box.limits
                ],
                "dropped": [
                    {
                        "parameter": name,
                        "limit": "at least" if at_least else "at most",
                        "found_in_halves": self.halves.share(name, at_least),
                    }
                    for name, at_least in self.dropped
                ],
            },
            "halves": {
                "splits": HALVES,
                "parameters": self.halves.size,
                "better_than_none": self.halves.helps,
                "with_a_box": self.halves.boxes,
                **{what: [plain(end) for end in self.halves.span(what)] for what in ("density", "coverage")},
            },
            "tree": {
                "verdict": one.verdict,
                "coverage": tree.coverage,
                "density": plain(tree.density),
                "overlap": plain(one.overlap),
                "shared": list(one.shared),
                "only_box": list(one.only_box),
                "only_tree": list(one.only_tree),
                "boxes": [
                    {
                        "coverage": box.coverage,
                        "density": box.density,
                        "limits": [
                            {
                                "parameter": limit.name,
                                "limit": "at least" if limit.at_least else "at most",
                                "value": limit.value,
                            }
                            for limit in box.limits
                        ],
                    }
                    for box in tree.boxes
                ],
            },
            "trajectory": [
                {key: value.item() if hasattr(value, "item") else value for key, value in row.items()}
                for row in self.trajectory.to_dict("records")
            ],
        }


def discover(sweep: Sweep | str | Path, where: str, scenario: str | None = None, most_names: int = 4) -> Discovery:
    """Where in the space of a sweep's parameters a condition is met: a box found by patient rule induction.

    sweep      : a finished sweep or its folder; nothing is run
    where      : a condition on futures such as "rd_relative < 0.5 and not collapse == 1"
    scenario   : the scenario whose rows are searched; may be left out where there is one
    most_names : parameters that the box may restrict, 1 or more

    Friedman and Fisher (1999); Bryant and Lempert (2010). Parameters are searched on their own values: the method sees
    their order alone, so that a log axis changes nothing.

    raises : InputError for a folder without a finished sweep, what is no condition, an unknown name (with the nearest),
             a condition that tells too few rows apart, or too few rows
    """
    found = finished_sweep(sweep)
    if isinstance(most_names, bool) or not isinstance(most_names, int) or most_names < 1:
        raise InputError(Problem("most_names", "must be a whole number", repr(most_names)[:40], "1 or more"))
    rows = SweptRows.of(found, label_of(found, scenario))
    selected = select(rows, where)
    if len(selected.met) < LEAST_ROWS:
        message = "has too few rows that are solved and defined"
        raise InputError(Problem("sweep", message, f"{len(selected.met):,}", f"{LEAST_ROWS} or more"))
    if not rows.names:
        raise InputError(Problem("sweep", "varies nothing that could be searched: all its points are the same"))
    return Discovery(rows, selected, rows.points[selected.usable], most_names)


def percentage(share: float) -> str:
    """A share as a percentage; never a rounding to none or all that is not so."""
    text = rounded(float(f"{100.0 * share:.2g}")) if share < 0.995 else f"{100.0 * share:.0f}"
    if text == "100" and share < 1.0:
        return "more than 99%"
    return f"{text}%"


def _span(low: float, high: float) -> str:
    if np.isnan(low):
        return "nothing that is defined"
    return f"{percentage(low)} to {percentage(high)}" if percentage(low) != percentage(high) else percentage(low)


def _quasi_p(
    box: Box, points: np.ndarray, met: np.ndarray, apart: np.ndarray, names: tuple[str, ...]
) -> dict[tuple[str, bool], float]:
    """Quasi-p-value of every limit, from independent rows; NaN where those cannot tell."""
    if apart.all():
        return {(limit.name, limit.at_least): limit.quasi_p for limit in box.limits}
    found = {(limit.name, limit.at_least): float("nan") for limit in box.limits}
    if met[apart].any() and not met[apart].all():
        whole = Cases.checked(points, met, names)
        alone = Cases(points[apart], met[apart], names)
        found |= {(limit.name, limit.at_least): limit.quasi_p for limit in alone.box(*whole.bounds(box)).limits}
    return found


def _cross_check(box: Box, tree: TreeBoxes, points: np.ndarray, names: tuple[str, ...]) -> CrossCheck:
    in_tree = dict.fromkeys(name for one in tree.boxes for name in one.names)
    shared = tuple(name for name in box.names if name in in_tree)
    only_box = tuple(name for name in box.names if name not in in_tree)
    only_tree = tuple(name for name in in_tree if name not in box.names)
    inside = box.contains(points, names)
    leaves = np.logical_or.reduce([one.contains(points, names) for one in tree.boxes] or [np.zeros(len(points), bool)])
    either = int((inside | leaves).sum())
    overlap = int((inside & leaves).sum()) / either if tree.boxes and either else float("nan")
    if box.limits and not only_box and overlap >= SAME:
        verdict = "agrees"
    elif shared and overlap >= APART:
        verdict = "agrees in part"
    else:
        verdict = "disagrees"
    return CrossCheck(verdict, shared, only_box, only_tree, overlap)


__all__ = ["CrossCheck", "Discovery", "discover", "percentage"]
