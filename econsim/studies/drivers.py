"""What drives the outcomes of a finished sweep, and what it would be worth to know. Nothing is run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import econsim
from econsim.errors import InputError, Problem
from econsim.studies.drivers_correlation import correlations
from econsim.studies.drivers_information import Information, read_packages, value_of_information
from econsim.studies.drivers_rows import Selected, SweptRows, finished_sweep, label_of, select
from econsim.studies.statistics.given_data import LEAST_ROWS, RegionalSensitivity, regional_sensitivity
from econsim.studies.sweep_result import SWEEP_HEADLINES, Sweep
from econsim.studies.words import ENTERED, amount, listed, plain, rounded, start, words

CONFIDENCE = 0.95
SIGNIFICANT = 0.05
TOLD = 3
CORRELATION_COLUMNS = ("scenario", "metric", "parameter", "correlation", "low", "high", "rows")
REGIONAL_COLUMNS = ("parameter", "distance", "p_value", "adjusted", "direction")


@dataclass(frozen=True)
class Regional:
    """Which parameters decide whether a condition is met.

    scenario : label
    selected : the condition and its rows
    told     : the condition in words
    names    : parameters and levers, one a place of `found`
    found    : distances over all usable rows; p-values from independent ones, NaN where those are too few
    """

    scenario: str
    selected: Selected
    told: str
    names: tuple[str, ...]
    found: RegionalSensitivity

    @property
    def table(self) -> pd.DataFrame:
        """One row a parameter, the largest distance first; columns REGIONAL_COLUMNS."""
        one = self.found
        columns = (self.names, one.distance, one.p_value, one.adjusted, one.direction.astype(int))
        frame = pd.DataFrame(dict(zip(REGIONAL_COLUMNS, columns, strict=True)))
        return frame.sort_values("distance", ascending=False, kind="stable", ignore_index=True)

    @property
    def sentence(self) -> str:
        """What decides whether the condition is met."""
        rows = self.table.to_dict("records")
        clear = [row for row in rows if row["adjusted"] < SIGNIFICANT]
        met, total = self.found.rows_met, self.found.rows_met + self.found.rows_not
        share = f"In {rounded(100.0 * met / total)}% of {total:,} rows of {self.scenario}, {self.told}"
        if not clear:
            return f"{share}; no parameter is clearly different there from the other rows."
        ways = {1: "higher there", -1: "lower there", 0: "otherwise spread there"}
        parts = [
            f"{words(row['parameter'])} ({ways[row['direction']]}, distance {row['distance']:.2f})"
            for row in clear[:TOLD]
        ]
        told, many = listed(parts), f"{len(clear)} of {len(rows)} parameters that differ clearly"
        if len(clear) == 1:
            return f"{share}; it depends on {told}, the only one of {len(rows)} parameters that differs clearly."
        # Distances have no intervals that could tell which is the largest.
        order = f"the {many}" if len(clear) <= TOLD else f"the strongest by estimate of {many}"
        return f"{share}; it depends on {told}, {order}{', in that order by estimate' if len(clear) <= TOLD else ''}."

    def summary(self) -> dict[str, Any]:
        """Plain Python for JSON."""
        records = [{**row, "p_value": plain(row["p_value"]), "adjusted": plain(row["adjusted"])}
                   for row in self.table.to_dict("records")]  # fmt: skip
        return {
            "scenario": self.scenario,
            "where": self.selected.condition.text,
            "rows_met": self.found.rows_met,
            "rows_not": self.found.rows_not,
            "parameters": records,
        }


class Drivers:
    """What drives outcomes, from the rows of a finished sweep.

    sweep        : the sweep
    metrics      : those that were looked at
    correlations : data frame, one row a scenario, metric and parameter: rank correlation, its interval `low` to `high`,
                   and the rows in which the metric is defined; the strongest first
    reasons      : (scenario, metric) -> why a metric has no correlations there
    regional     : which parameters decide whether a condition is met; None unless one was given
    information  : the value of information for the choice among packages; None unless they were given
    notes        : what a reader of the numbers has to know
    """

    def __init__(
        self,
        sweep: Sweep,
        metrics: tuple[str, ...],
        frame: pd.DataFrame,
        reasons: dict[tuple[str, str], str],
        regional: Regional | None,
        information: Information | None,
        notes: tuple[str, ...],
        asked: dict[str, Any],
    ):
        self.sweep, self.metrics, self.correlations, self.reasons = sweep, metrics, frame, reasons
        self.regional, self.information, self.notes = regional, information, notes
        self._asked = asked

    def __repr__(self) -> str:
        return f"<Drivers of {', '.join(self.metrics)} in sweep {self.sweep.sweep_id}>"

    @property
    def identity(self) -> str:
        """Twelve hexadecimal digits of the sweep and of what was asked."""
        content = json.dumps([self.sweep.sweep_id, "drivers", self._asked, econsim.__version__])
        return hashlib.sha256(content.encode()).hexdigest()[:12]

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Labels of the scenarios that were looked at."""
        return tuple(dict.fromkeys([*self.correlations["scenario"], *(label for label, _ in self.reasons)]))

    def ranked(self, scenario: str, metric: str) -> pd.DataFrame:
        """Correlations of one metric in one scenario, the strongest first; empty where it has none."""
        frame = self.correlations
        return frame[(frame["scenario"] == scenario) & (frame["metric"] == metric)].reset_index(drop=True)

    def sentence(self, scenario: str, metric: str) -> str:
        """What one metric goes with."""
        told = f"{words(metric)} of {scenario}" if len(self.scenarios) > 1 else words(metric)
        if (scenario, metric) in self.reasons:
            return start(f"{told} has no rank correlations: {self.reasons[scenario, metric]}.")
        rows = self.ranked(scenario, metric).to_dict("records")
        clear = [row for row in rows if row["low"] > 0.0 or row["high"] < 0.0]
        if not clear:
            return start(f"{told} goes with none of the {len(rows)} parameters clearly.")
        top = leading(rows)
        parts = [f"{words(row['parameter'])} ({_interval(row, first=row is clear[0])})" for row in clear[:TOLD]]
        return start(f"{told} {_goes_with(parts, top, len(clear))}.")

    def headline(self, scenario: str, metric: str) -> str:
        """As `sentence`, in one line."""
        rows = self.ranked(scenario, metric).to_dict("records")
        clear = [row for row in rows if row["low"] > 0.0 or row["high"] < 0.0]
        if not clear:
            return self.sentence(scenario, metric)
        told = [f"{words(row['parameter'])} ({_signed(row['correlation'])})" for row in clear[:TOLD]]
        return start(f"{words(metric)} {_goes_with(told, leading(rows), len(clear))}")

    @property
    def sentences(self) -> tuple[str, ...]:
        """The findings: the value of information, the condition, and each metric."""
        told = [*(self.information.sentences if self.information else ())]
        told += [self.regional.sentence] if self.regional else []
        return (*told, *(self.sentence(label, metric) for label in self.scenarios for metric in self.metrics))

    @property
    def finding(self) -> str:
        """The first answer to what was asked, in a sentence."""
        if self.information:
            return self.information.settling
        return self.regional.sentence if self.regional else self.sentences[0]

    def summary(self) -> dict[str, Any]:
        """The content of `drivers.json`: plain Python, None for what is undefined."""
        told: dict[str, Any] = {
            "identity": self.identity,
            "sweep_id": self.sweep.sweep_id,
            "version": econsim.__version__,
            "asked": self._asked,
            "finding": self.finding,
            "sentences": list(self.sentences),
            "notes": list(self.notes),
            "scenarios": {label: self._metrics_of(label) for label in self.scenarios},
        }
        if self.regional:
            told["condition"] = self.regional.summary()
        if self.information:
            told["value_of_information"] = self.information.summary()
        return told

    def _metrics_of(self, label: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for metric in self.metrics:
            if (label, metric) in self.reasons:
                found[metric] = {"reason": self.reasons[label, metric], "correlations": {}}
                continue
            rows = self.ranked(label, metric).to_dict("records")
            values = {row["parameter"]: {key: row[key] for key in ("correlation", "low", "high")} for row in rows}
            found[metric] = {"rows": rows[0]["rows"], "reason": None, "correlations": values}
        return found

    def tables(self) -> dict[str, pd.DataFrame]:
        """Everything as tables, by name."""
        found = {"correlations": self.correlations}
        if self.regional:
            found["condition"] = self.regional.table
        if self.information:
            rows = [{"parameter": name, **one} for name, one in self.information.summary()["evppi"].items()]
            found["value_of_information"] = pd.DataFrame(rows)
        return found


def drivers(
    sweep: Sweep | str | Path,
    metric: str | None = None,
    where: str | None = None,
    value_of_information: str | Sequence[str] | None = None,
    scenario: str | None = None,
    less_is_better: bool = False,
) -> Drivers:
    """What drives the outcomes of a finished sweep. Nothing is run.

    sweep                : a sweep or its folder
    metric               : a summary metric, or `effect_` and one, to look at; default the headlines that were kept
    where                : a condition such as "rd_relative < 0.5": which parameters decide whether it is met
    value_of_information : 2 to 6 packages, scenarios of the sweep: what it would be worth to know a parameter before
                           choosing among them by `metric`
    scenario             : the scenario whose rows are looked at; default all; `where` needs one
    less_is_better       : less of the metric is better, for the choice among packages

    raises : InputError for a folder without a finished sweep, an unknown name (with the nearest), a condition that
             tells nothing apart, packages that are not in the sweep, or too few rows
    """
    found = finished_sweep(sweep)
    if value_of_information is not None:
        read_packages(value_of_information, found)
        if metric is None:
            message = "is needed with the value of information: by which metric is chosen"
            raise InputError(Problem("metric", message, allowed=", ".join(found.metrics[:20])))
    elif less_is_better:
        raise InputError(
            Problem("less_is_better", "says something about the choice among packages, and none are given")
        )
    if where is not None or scenario is not None:
        labels: tuple[str, ...] = (label_of(found, scenario),)
    else:
        labels = found.scenarios
    swept = [SweptRows.of(found, label) for label in labels]
    if not swept[0].names:
        raise InputError(Problem("sweep", "varies nothing: all its points are the same", str(found.folder)))
    if metric is None:
        usual = tuple(name for name in SWEEP_HEADLINES if name in found.metrics)
        metrics = usual or found.metrics[: len(SWEEP_HEADLINES)]
    else:
        metrics = (swept[0].check_metric(metric),)
    frames: list[pd.DataFrame] = []
    reasons: dict[tuple[str, str], str] = {}
    regional = _regional(swept[0], where) if where is not None else None
    for rows in swept:
        _enough(rows)
        frame, missing = _correlations(rows, metrics)
        frames.append(frame)
        reasons |= missing
    information = None
    if value_of_information is not None:
        information = _information(found, value_of_information, str(metric), less_is_better)
    asked = {
        "metrics": list(metrics),
        "where": where,
        "packages": list(information.packages) if information else None,
        "scenarios": list(labels),
        "less_is_better": less_is_better,
    }
    notes = _notes(swept, regional, information)
    return Drivers(found, metrics, pd.concat(frames, ignore_index=True), reasons, regional, information, notes, asked)


_information = value_of_information


def _enough(rows: SweptRows) -> None:
    solved = int(rows.solved.sum())
    if solved < LEAST_ROWS:
        raise InputError(Problem("sweep", "has too few solved rows", f"{solved:,}", f"{LEAST_ROWS} or more"))


def _correlations(rows: SweptRows, metrics: Sequence[str]) -> tuple[pd.DataFrame, dict[tuple[str, str], str]]:
    outputs = np.column_stack([np.where(rows.solved, rows.column(name), np.nan) for name in metrics])
    groups = [rows.point if one == "point" else rows.draw for one in rows.clusters]
    found = correlations(rows.points, outputs, groups, CONFIDENCE)
    frames, reasons = [], {}
    for place, metric in enumerate(metrics):
        reason = found.reasons[place]
        if reason is not None:
            reasons[rows.label, metric] = reason
            continue
        one = found.correlation
        columns = (
            rows.label, metric, rows.names, one.value[place], one.low[place], one.high[place], int(found.rows[place])
        )  # fmt: skip
        frame = pd.DataFrame(dict(zip(CORRELATION_COLUMNS, columns, strict=True)))
        order = frame["correlation"].abs().sort_values(ascending=False, kind="stable").index
        frames.append(frame.loc[order])
    empty = pd.DataFrame({name: [] for name in CORRELATION_COLUMNS})
    return pd.concat(frames, ignore_index=True) if frames else empty, reasons


def _regional(rows: SweptRows, where: str) -> Regional:
    selected = select(rows, where)
    names = tuple(name for name in rows.names if name not in selected.condition.names)
    if not names:
        raise InputError(Problem("where", "names every parameter of the design: none is left to depend on", where))
    kept = [rows.names.index(name) for name in names]
    points = rows.points[selected.usable][:, kept]
    found = regional_sensitivity(points, selected.met)
    apart = rows.one_a_point[selected.usable]
    if not apart.all():
        nothing = np.full(len(names), np.nan)
        p_value, adjusted = nothing, nothing
        met = selected.met[apart]
        if min(met.sum(), len(met) - met.sum()) >= LEAST_ROWS:
            alone = regional_sensitivity(points[apart], met)
            p_value, adjusted = alone.p_value, alone.adjusted
        found = RegionalSensitivity(found.distance, p_value, adjusted, found.direction, found.rows_met, found.rows_not)
    told = selected.condition.words(words, lambda name, number: amount(number, rows.unit(name), figures=ENTERED))
    return Regional(rows.label, selected, told, names, found)


def _notes(swept: Sequence[SweptRows], regional: Regional | None, information: Information | None) -> tuple[str, ...]:
    told = list(dict.fromkeys(note for rows in swept for note in rows.notes))
    clusters = swept[0].clusters
    if clusters:
        common = {"point": "draws of one point", "draw": "futures that come again at every point"}
        told.append(f"Intervals allow for {listed([common[one] for one in clusters])}.")
    told.append("A rank correlation sees one parameter at a time, and no effect that first rises and then falls.")
    if regional is not None and not swept[0].one_a_point.all():
        enough = bool(np.isfinite(regional.found.p_value).all())
        told.append(
            "p-values are from one row a point, since draws of one point share its values."
            if enough
            else "There are no p-values: too few points meet the condition, or do not, in one row a point."
        )
    if information is not None:
        told.append(
            "The value of knowing a parameter is that of a rule for choosing which was fitted on other rows; it leans "
            "low. The estimate that leans high is the mean of the highest value fitted in each row, or the other one "
            "where it is above that."
        )
        if information.undefined:
            told.append(
                f"{words(information.metric)} is undefined under some package in {information.undefined:,} rows, "
                "which the value of information leaves out."
            )
        if information.averaged:
            told.append(
                "Parameters are valued on means over the draws of each point; knowing everything, draw by draw."
            )
    return tuple(told)


def leading(rows: Sequence[dict[Any, Any]]) -> int:
    """How many of the strongest correlations, at most TOLD, are known to be stronger than all the others.

    rows : the strongest first. Known is what intervals that lie apart say, all by their size without a sign
    """
    sizes = [sorted((abs(row["low"]), abs(row["high"]))) for row in rows]
    least = [0.0 if row["low"] <= 0.0 <= row["high"] else size[0] for row, size in zip(rows, sizes, strict=True)]
    for count in range(min(TOLD, len(rows) - 1), 0, -1):  # not all of them: most is more than something else
        if min(least[:count]) > max(size[1] for size in sizes[count:]):
            return count
    return 0


def _goes_with(told: Sequence[str], top: int, clear: int) -> str:
    """With what a metric goes: the first `top` of `told` more than with anything else, the others by estimate."""
    rest = listed(told[top:])
    if top:
        return f"goes most with {listed(told[:top])}" + (f"; next by estimate: {rest}" if rest else "")
    if clear > len(told):
        return f"goes with {rest}, the strongest by estimate of {clear} that are clear"
    return f"goes with {rest}{', in that order by estimate' if clear > 1 else ''}"


def _interval(row: dict[str, Any], first: bool) -> str:
    what, kind = ("rank correlation ", "95% interval ") if first else ("", "")
    return f"{what}{_signed(row['correlation'])}, {kind}{_signed(row['low'])} to {_signed(row['high'])}"


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


__all__ = ["Drivers", "Regional", "drivers"]
