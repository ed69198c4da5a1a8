"""What it would be worth to settle a parameter before choosing among the packages of a sweep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from econsim.errors import InputError, Problem
from econsim.findings import futures, quoted_name
from econsim.parameter_book import book
from econsim.studies.drivers_rows import SweptRows, not_in_sweep
from econsim.studies.statistics.information_value import (
    LEAST_ROWS,
    PartialInformation,
    PerfectInformation,
    partial_information,
    perfect_information,
)
from econsim.studies.sweep_chunk import EFFECT
from econsim.studies.sweep_result import Sweep
from econsim.studies.words import amount, listed, words

FEWEST, MOST = 2, 6
CLEARLY = 2.0  # standard errors that a value lies above nothing, to be told as one
TOLD = 3


@dataclass(frozen=True)
class Information:
    """The value of information for the choice among packages.

    metric, unit   : what is chosen by, and its unit
    packages       : in the order given
    less_is_better : whether the package with the least of it is chosen
    rows           : futures in which the metric is defined under every package
    undefined      : rows in which it is not
    perfect        : of knowing everything, luck included; outcomes with their sign turned where less is better
    parameters     : of knowing one parameter
    together       : of knowing all parameters of the design at once
    averaged       : whether parameters were fitted on means over the draws of each point
    """

    metric: str
    unit: str
    packages: tuple[str, ...]
    less_is_better: bool
    rows: int
    undefined: int
    perfect: PerfectInformation
    parameters: dict[str, PartialInformation]
    together: PartialInformation
    averaged: bool

    @property
    def best(self) -> str:
        """The package with the best mean."""
        return self.packages[self.perfect.best]

    @property
    def means(self) -> dict[str, float]:
        """Package -> mean of the metric."""
        sign = -1.0 if self.less_is_better else 1.0
        return {name: sign * float(mean) for name, mean in zip(self.packages, self.perfect.means, strict=True)}

    @property
    def ranked(self) -> list[str]:
        """Parameters, the most valuable first; of those worth the same, the one that may be worth most."""
        return sorted(self.parameters, key=lambda name: (-self.parameters[name].value, -self.parameters[name].upper))

    @property
    def worth_settling(self) -> list[str]:
        """Those whose value is clearly above nothing, the most valuable first."""
        return [name for name in self.ranked if clearly(self.parameters[name])]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is best, what knowing everything is worth, and which parameters are worth settling."""
        means = self.means
        least, less = ("lowest", "more") if self.less_is_better else ("highest", "less")
        tied = [name for place, name in enumerate(self.packages) if place in self.perfect.tied]
        others = sorted((name for name in self.packages if name not in tied), key=lambda one: self._short(one))
        short = [f"{amount(self._short(one), self.unit)} {less} with {quoted_name(one)}" for one in others]
        told = "; ".join([amount(means[self.best], self.unit), *([listed(short)] if short else [])])
        alike = " alike" if len(tied) > 1 else ""
        first = (
            f"{words(self.metric)} is {least} on average with {listed([quoted_name(one) for one in tied])}{alike} "
            f"({told}). {listed([self._how_often(name, place == 0) for place, name in enumerate(tied)])}."
        )
        whole = (
            f"Knowing everything before choosing, luck included, would be worth {self.gain(self.perfect.value)} on "
            f"average."
        )
        return first[:1].upper() + first[1:], whole, self.settling

    def _short(self, name: str) -> float:
        """By how much a package is worse on average than the best one."""
        return abs(self.means[name] - self.means[self.best])

    def _how_often(self, name: str, full: bool) -> str:
        """In how many futures a package is the best, with others that are level and alone."""
        place = self.packages.index(name)
        level, alone = (futures(float(share[place])) for share in (self.perfect.best_share, self.perfect.alone_share))
        if not full:
            return f"{quoted_name(name)} in {level}, alone in {alone}"
        return f"{quoted_name(name)} is at least as good as any other in {level} futures, alone the best in {alone}"

    @property
    def headline(self) -> str:
        """As `settling`, in one line."""
        found = self.worth_settling
        if not found:
            return "No single parameter is clearly worth settling before this choice"
        more = f", {words(found[1])} {amount(self.parameters[found[1]].value, self.unit)}" if len(found) > 1 else ""
        return f"Settling {words(found[0])} is worth {self.gain(self.parameters[found[0]].value)} on average{more}"

    @property
    def settling(self) -> str:
        """Which parameters are worth settling."""
        found = self.worth_settling
        if not found:
            most = self.ranked[0]
            told = self.parameters[most]
            if told.value == 0.0:
                return (
                    "No single parameter is worth settling before this choice: no rule that goes by one of them does "
                    f"better on average than always choosing {quoted_name(self.best)}."
                )
            return (
                f"No single parameter is worth settling before this choice: the most valuable, {words(most)}, is worth "
                f"{self.gain(told.value)}, which is not clearly more than nothing."
            )
        parts = [
            f"settling {words(name)} is worth {self.gain(self.parameters[name].value)}"
            + (f" on average ({self.bracket(name)})" if place == 0 else "")
            for place, name in enumerate(found[:TOLD])
        ]
        text = f"{listed(parts)}."
        return text[:1].upper() + text[1:]

    def gain(self, value: float) -> str:
        """A gain in words: `$0.42bn more lab NPV`."""
        return f"{amount(value, self.unit)} {'less' if self.less_is_better else 'more'} {words(self.metric)}"

    def bracket(self, name: str) -> str:
        """How well a value is known."""
        one = self.parameters[name]
        high = amount(one.upper, self.unit)
        return f"standard error {amount(one.standard_error, self.unit)}; by an estimate that leans high, {high}"

    def summary(self) -> dict[str, Any]:
        """Plain Python for JSON; money in the metric's unit."""
        known = self.perfect
        rows = zip(self.packages, known.best_share, known.alone_share, known.regret, strict=True)
        return {
            "metric": self.metric,
            "unit": self.unit,
            "better": "less" if self.less_is_better else "more",
            "rows": self.rows,
            "undefined": self.undefined,
            "packages": {
                name: {
                    "mean": self.means[name],
                    "best_in": float(share),
                    "alone_best_in": float(alone),
                    "mean_regret": float(regret),
                }
                for name, share, alone, regret in rows
            },
            "best": self.best,
            "evpi": {"value": self.perfect.value, "standard_error": self.perfect.standard_error},
            "evppi": {name: _partial(self.parameters[name]) for name in self.ranked},
            "all_parameters": _partial(self.together),
        }


def clearly(one: PartialInformation) -> bool:
    """Whether a value is clearly above nothing."""
    return one.value > 0.0 and one.value >= CLEARLY * one.standard_error


def _partial(one: PartialInformation) -> dict[str, Any]:
    return {
        "value": one.value,
        "standard_error": one.standard_error,
        "upper": one.upper,
        "explained": one.explained,
        "reason": one.reason,
    }


def read_packages(packages: str | Sequence[str], sweep: Sweep) -> list[str]:
    """Names of packages given as a list, or as one text with commas between them.

    raises : InputError for fewer than 2, more than 6, or one that is named twice
    """
    field = "value_of_information"
    given = packages.split(",") if isinstance(packages, str) else list(packages)
    names = [one.strip() if isinstance(one, str) else repr(one) for one in given]
    if isinstance(packages, str):
        names = _joined_again(names, _known_packages(sweep))
    if not FEWEST <= len(names) <= MOST or not all(names):
        told = ", ".join(names)[:80] or "nothing"
        raise InputError(Problem(field, "needs the packages to choose among", told, f"{FEWEST} to {MOST} names"))
    twice = [name for place, name in enumerate(names) if name in names[:place]]
    if twice:
        raise InputError(Problem(field, "names a package twice", twice[0]))
    return names


def _joined_again(parts: list[str], known: Sequence[str]) -> list[str]:
    """Names out of what stands between commas: `baseline, no copying` is one, where it is known as one."""
    names: list[str] = []
    while parts:
        ends = range(len(parts), 0, -1)
        end = next((end for end in ends if ", ".join(parts[:end]) in known), 1)
        names.append(", ".join(parts[:end]))
        parts = parts[end:]
    return names


def _known_packages(sweep: Sweep) -> list[str]:
    """Everything that may be named: scenarios of a sweep by label or name, and the status quo that all share."""
    shared = _shared_status_quo(sweep)
    told = sweep.plan["scenarios"]
    return list(dict.fromkeys([*told, *(one["name"] for one in told.values()), *([shared] if shared else [])]))


def value_of_information(
    sweep: Sweep, packages: str | Sequence[str], metric: str, less_is_better: bool = False, seed: int = 0
) -> Information:
    """The value of information for the choice among packages, from the rows of a finished sweep.

    packages       : 2 to 6 scenarios of the sweep, or the status quo that all of them share
    metric         : what is chosen by; more is better, unless `less_is_better`
    seed           : of the split of rows into those that a fit is made on and those it is valued on

    raises : InputError for a package that is not in the sweep or not on the same points, a metric that was not kept,
             a design without uncertain parameters, or fewer than 50 usable rows
    """
    names = read_packages(packages, sweep)
    rows, outcomes = _outcomes(sweep, names, metric)
    rows.check_metric(metric)
    parameters = [name for name in rows.names if name in book().parameters]
    if not parameters:
        message = "the design varies no parameter whose value could be known"
        raise InputError(Problem("value_of_information", message, ", ".join(rows.names) or "a single point"))
    # In an order of their own, and not in that of the question: ties go the same way however packages are listed.
    order = sorted(range(len(names)), key=lambda place: names[place])
    signed = (-outcomes if less_is_better else outcomes)[:, order]
    usable = np.isfinite(signed).all(axis=1)
    _enough("rows in which the metric is defined under every package", int(usable.sum()))
    perfect = _as_listed(perfect_information(signed[usable]), order)
    known = {name: rows.value(name) for name in parameters}
    averaged = sweep.draws > 1
    if averaged:
        points, place = np.unique(rows.point[usable], return_inverse=True)
        _enough("points with defined rows", len(points))
        counts = np.bincount(place)
        fitted = np.column_stack([np.bincount(place, weights=one) / counts for one in signed[usable].T])
        first = np.unique(place, return_index=True)[1]
        known = {name: values[usable][first] for name, values in known.items()}
    else:
        fitted = signed[usable]
        known = {name: values[usable] for name, values in known.items()}
    found = {name: partial_information(values, fitted, seed=seed) for name, values in known.items()}
    together = partial_information(np.column_stack(list(known.values())), fitted, seed=seed)
    undefined = int((~usable).sum())
    return Information(
        metric,
        rows.unit(metric),
        tuple(names),
        less_is_better,
        int(usable.sum()),
        undefined,
        perfect,
        found,
        together,
        averaged,
    )


def _enough(what: str, count: int) -> None:
    if count < LEAST_ROWS:
        raise InputError(Problem("value_of_information", f"too few {what}", f"{count:,}", f"{LEAST_ROWS} or more"))


def _as_listed(found: PerfectInformation, order: Sequence[int]) -> PerfectInformation:
    """With packages where they stand in the question; `order` says where each of the computation stands there."""
    back = np.argsort(order)
    shares = {name: getattr(found, name)[back] for name in ("means", "regret", "best_share", "alone_share")}
    return replace(found, best=order[found.best], tied=tuple(order[place] for place in found.tied), **shares)


def _outcomes(sweep: Sweep, names: Sequence[str], metric: str) -> tuple[SweptRows, np.ndarray]:
    """The rows of the first package, and the metric under all of them (row, package)."""
    known = sweep.plan["scenarios"]
    shared = _shared_status_quo(sweep)
    labels = []
    for name in names:
        label = next((one for one, told in known.items() if name in (one, told["name"])), None)
        if label is None and name != shared:
            allowed = [*known, *([shared] if shared else [])]
            raise InputError(not_in_sweep("value_of_information", name, allowed, "package on the points of this sweep"))
        labels.append(label)
    first = next(label for label in labels if label is not None)
    rows = SweptRows.of(sweep, first)
    rows.check_metric(metric)
    columns = []
    for name, label in zip(names, labels, strict=True):
        here = rows if label in (None, first) else SweptRows.of(sweep, label)
        if not (np.array_equal(here.draw, rows.draw) and np.array_equal(here.points, rows.points)):
            message = f"'{name}' does not lie on the same points and futures as '{names[0]}'"
            raise InputError(Problem("value_of_information", message, allowed="scenarios of one sweep"))
        values = here.column(metric)
        if label is None and not metric.startswith(EFFECT):
            values = values - here.column(f"{EFFECT}{metric}")
        elif label is None:
            values = np.where(np.isfinite(values), 0.0, np.nan)
        columns.append(np.where(here.solved, values, np.nan))
    return rows, np.column_stack(columns)


def _shared_status_quo(sweep: Sweep) -> str | None:
    """The name of the status quo that effects of all scenarios are measured against, where it is one and the same."""
    told = list(sweep.plan["scenarios"].values())
    same = len({one["status_quo_hash"] for one in told}) == 1
    taken = {*sweep.plan["scenarios"], *(one["name"] for one in told)}
    name = str(told[0]["status_quo"])
    return name if same and name not in taken else None
