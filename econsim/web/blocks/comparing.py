"""What Compare shows of a comparison: who beats whom, effects on one axis, metrics, regret, settings, welfare split."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from econsim.charts.trajectories import paired_effect
from econsim.cli_text import number, of_twenty, shown_unit
from econsim.findings import futures
from econsim.headline_metrics import HEADLINES
from econsim.metrics import YES_NO
from econsim.store import SUMMARY, read_json
from econsim.studies.compare import BETTER, Comparison
from econsim.web import exports, job_commands, job_panel, jobs, tables
from econsim.web.blocks.pictures import in_unit
from econsim.web.running import Answer
from econsim.web.words import Shown, inside, label, level, ranged, short
from econsim.web.yardstick import Package

HEIGHT = 230
MARGIN = 0.05


def beats(comparison: Comparison, shown: Shown) -> None:
    """In how many of twenty futures each package has more of the chosen metric than each other."""
    st.markdown(f"**{shown.title}: the row's package has more than the column's in … of 20 simulated futures**")
    tables.show(beats_table(comparison, shown.metric))


def beats_table(comparison: Comparison, metric: str) -> pd.DataFrame:
    """Square table of text, rows against columns."""
    found = comparison.beats([metric]).to_dict("records")
    shares = {(row["A"], row["B"]): row["higher"] for row in found} | {
        (row["B"], row["A"]): row["lower"] for row in found
    }
    rows = {
        one: {other: futures(shares[one, other]) if np.isfinite(shares.get((one, other), np.nan)) else "–"
              for other in comparison.labels}
        for one in comparison.labels
    }  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index")


def effects(packages: list[Package], labels: tuple[str, ...], shown: Shown) -> None:
    """Each package's paired change over time, side by side on one axis and all against one status quo."""
    unit, factor = shown_unit(packages[0].answer.result.catalogue[shown.series].unit)
    unit, factor = ("%", 100.0) if shown.relative else ("points", 100.0) if unit == "share" else (unit, factor)
    tables = [one.changes(shown.series, shown.relative) for one in packages]
    reach = shared_axis(tables, factor)
    places = st.columns(len(packages), gap="small")
    for index, (place, package, table) in enumerate(zip(places, packages, tables, strict=True)):
        with place:
            _effect(package, labels[index], table, index, shown, unit, factor, reach)


def shared_axis(tables: list[pd.DataFrame], factor: float) -> tuple[float, float]:
    """Ends of an axis that holds the 90% range of every table, and zero."""
    ends = np.concatenate([table[["p5", "p95"]].to_numpy().ravel() for table in tables]) * factor
    known = ends[np.isfinite(ends)]
    low, high = min(0.0, float(known.min(initial=0.0))), max(0.0, float(known.max(initial=0.0)))
    margin = MARGIN * max(high - low, 1e-9)
    return low - margin, high + margin


def _effect(
    package: Package, name: str, table: pd.DataFrame, index: int, shown: Shown, unit: str, factor: float,
    reach: tuple[float, float],
) -> None:  # fmt: skip
    answer = package.answer
    middle = f"{short(float(table['p50'].iloc[-1]) * factor, sign=True)}{'%' if unit == '%' else ''}"
    said = f"{name}: {middle} in {str(table['date'].iloc[-1])[:4]}"
    what = f"Change of {inside(shown.over_time)} against {package.quo}"
    if package.is_status_quo:
        said = f"{name}: the status quo, so 0"
        what = f"Change of {inside(shown.over_time)}: the others are measured against this package"

    def draw(**how: Any) -> Any:
        return paired_effect(
            table, title=said, subtitle=what, unit=unit, factor=factor, reach=reach, **how
        )  # fmt: skip

    exports.chart(
        f"effect-{index}", draw, answer, table, says=f"{said}. {what}", height=HEIGHT, wrap=36,
        taken=lambda found: in_unit(found, unit, factor),
    )  # fmt: skip


def metrics(comparison: Comparison) -> None:
    """The metrics that the command line shows, package by package."""
    with st.container(key="compare-metrics"):
        tables.show(metrics_table(comparison))


def metrics_table(comparison: Comparison) -> pd.DataFrame:
    """Median and 90% range as text: one row a metric, one column a package."""
    catalogue = comparison.results[0].catalogue
    rows = []
    for name in HEADLINES:
        if name not in comparison.shared_metrics:
            continue
        values = comparison.values(name)
        told = [_told(values[one].to_numpy(), name, catalogue[name].unit) for one in comparison.labels]
        rows.append([label(name), catalogue[name].meaning, *told])
    return pd.DataFrame(rows, columns=["Outcome", "What it is", *comparison.labels]).set_index("Outcome")


def _told(values: np.ndarray, name: str, unit: str) -> str:
    known = values[np.isfinite(values)]
    if not known.size:
        return "–"
    if name in YES_NO:
        return of_twenty(float(known.mean()))
    low, middle, high = np.quantile(known, (0.05, 0.5, 0.95))
    return ranged(float(low), float(middle), float(high), unit)


def regret(comparison: Comparison, shown: Shown) -> None:
    """How far each package falls short of the best of them, future by future."""
    metric = shown.metric if shown.metric in BETTER else "rd_investment"
    if metric != shown.metric:
        st.caption(f"Whether more {inside(shown.title)} is better depends on whom you ask; here is frontier R&D.")
    way = "more" if BETTER[metric] == "higher" else "less"
    st.markdown(
        f"In each future, how much worse than the best package there ({way} {inside(label(metric))} is better). The "
        "package whose worst future costs least is the cautious choice."
    )
    tables.show(regret_table(comparison, metric))


def regret_table(comparison: Comparison, metric: str) -> pd.DataFrame:
    """Text of the regret table: worst, mean and in how many futures each is best."""
    unit = comparison.results[0].catalogue[metric].unit
    rows = [
        [row["scenario"], level(row["worst"], unit), level(row["mean"], unit), futures(row["best_in"])]
        for row in comparison.regret(metric).to_dict("records")
    ]
    columns = ["Package", "Worst future", "Mean over futures", "Best, or level with it, in"]
    return pd.DataFrame(rows, columns=columns).set_index("Package")


def settings(comparison: Comparison) -> None:
    """Where the packages differ in what they set."""
    table = comparison.settings_difference()
    if table.empty:
        st.caption("The packages set the same levers and assumptions.")
        return
    table["setting"] = [label(name) for name in table["setting"]]
    tables.show(table.rename(columns={"setting": "Setting"}).set_index("Setting"))


def welfare(answers: list[Answer]) -> None:
    """The welfare effect of copying, split: at unchanged R&D, and what changed R&D does; a job for each package."""
    years = answers[0].result.scenario.structure.quarters / 4.0
    st.markdown(
        "Copying changes welfare in two ways: at once, at the R&D that labs would do without it (static), and through "
        f"what it does to R&D over {number(years)} years (dynamic). The second rests on a log-linear value of "
        "capability, so no single welfare number is a headline. Against the same world and policy without copying, "
        "$bn of present value, median and 90% range over futures:"
    )
    rows = []
    for index, answer in enumerate(answers):
        scenario = answer.result.scenario
        found = jobs.find("run", **job_commands.about(scenario, split=True))
        job = job_panel.study(f"split-{index}", f"Split {scenario.name}", found, job_commands.split, scenario)
        if job is not None:
            rows.append([scenario.name, *split_row(read_json(job.out / SUMMARY))])
    if rows:
        columns = ["Package", "Static", "Dynamic"]
        tables.show(pd.DataFrame(rows, columns=columns).set_index("Package"))


def split_row(summary: dict[str, Any]) -> list[str]:
    """Static and dynamic parts of a run's summary, as text."""
    told = []
    for name in ("welfare_static_pv", "welfare_dynamic_pv"):
        found = summary["metrics"][name]
        told.append(ranged(found["p5"], found["p50"], found["p95"], found["unit"]))
    return told


__all__ = [
    "beats", "beats_table", "effects", "metrics", "metrics_table", "regret", "regret_table", "settings", "shared_axis",
    "split_row", "welfare",
]  # fmt: skip
