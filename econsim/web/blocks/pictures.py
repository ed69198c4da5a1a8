"""Levels, paired effect and twenty futures of one metric."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from econsim import findings
from econsim.charts.quantile_dots import dots, quantile_dots
from econsim.charts.trajectories import levels, paired_effect
from econsim.cli_text import number, shown_unit
from econsim.results import STATISTICS, Result
from econsim.web import exports, state
from econsim.web.running import Answer
from econsim.web.words import METRICS, Shown, plain, spoken

HEIGHT = 225
CHOSEN, KEPT, PAGE = "chosen-metric", "econsim.metric", "econsim.metric-page"
FIRST = "rd_investment"


def chosen() -> Shown:
    """The metric that the charts of this session show."""
    return METRICS[st.session_state.get(CHOSEN) or FIRST]


def choose() -> None:
    """The menu of metrics, the same on every page, and in one line what the chosen one is."""
    if CHOSEN not in st.session_state or st.session_state.get(PAGE) != state.page():
        st.session_state[CHOSEN] = st.session_state.get(KEPT, FIRST)
    st.segmented_control(
        "Charts show", list(METRICS), key=CHOSEN, required=True, label_visibility="collapsed",
        format_func=lambda name: METRICS[name].title,
    )  # fmt: skip
    st.session_state[KEPT], st.session_state[PAGE] = st.session_state[CHOSEN], state.page()
    st.caption(plain(f"{chosen().title}: {chosen().meaning}"))


def pictures(answer: Answer) -> None:
    """The three charts side by side."""
    shown = chosen()
    places = st.columns(3, gap="small")
    with places[0]:
        _levels(answer, shown)
    with places[1]:
        _effect(answer, shown)
    with places[2]:
        _dots(answer, shown)


def drawn_change(result: Result, shown: Shown) -> tuple[np.ndarray, str]:
    """The paired change of a metric in each draw as charts show it, NaN where undefined, and its unit."""
    if shown.relative and result.status_quo is not None:
        return 100.0 * findings.paired_change(result.values(shown.metric), result.status_quo.values(shown.metric)), "%"
    name, factor = shown_unit(result.catalogue[shown.metric].unit)
    name, factor = ("points", 100.0) if name == "share" else (name, factor)
    return result.effect_on(shown.metric) * factor, name


def _levels(answer: Answer, shown: Shown) -> None:
    result = answer.result
    unit, factor = series_unit(result, shown)
    policy, quo = answer.level(shown.series), answer.status_quo_level(shown.series)
    names = (package_name(result), _short_name(result))
    mark = "%" if unit == "%" else ""
    ends = [f"{number(float(table['p50'].iloc[-1]) * factor)}{mark}" for table in (policy, quo)]
    said = f"{shown.over_time} in {_year(policy)}: {ends[0]} against {ends[1]}"

    def draw(**how: Any) -> Any:
        return levels(
            policy, quo, names=names, title=said, subtitle="Yearly means: median, middle half of futures", unit=unit,
            factor=factor, **how,
        )  # fmt: skip

    both = pd.concat([policy.assign(line=names[0]), quo.assign(line=names[1])])
    exports.chart(
        "levels", draw, answer, both, says=said, height=HEIGHT, about=lambda: exports.compared(result, shown.over_time),
        taken=lambda table: in_unit(table, unit, factor),
    )  # fmt: skip


def in_unit(table: pd.DataFrame, unit: str, factor: float) -> pd.DataFrame:
    """A table of a series as data to take away: its statistics in the unit that a chart shows, and named after it."""
    found = table.drop(columns="kind", errors="ignore").dropna(axis="columns", how="all")
    told = [name for name in STATISTICS if name in found]
    found[told] = found[told] * factor
    found.insert(found.columns.get_loc("metric") + 1, "unit", unit)
    shares = {side: f"{side}, share of futures" for side in ("higher", "lower")}
    return found.rename(columns=shares)


def series_unit(result: Result, shown: Shown) -> tuple[str, float]:
    """The unit in which a page shows a metric's series, and the factor to it: shares in per cent."""
    unit, factor = shown_unit(result.catalogue[shown.series].unit)
    return ("%", 100.0) if unit == "share" else (unit, factor)


def package_name(result: Result) -> str:
    """The scenario, with the levers that were set on top."""
    name, _, added = result.subject.partition(" with ")
    return findings.display_name(name) + (f" with {spoken(added)}" if added else "")


def _short_name(result: Result) -> str:
    """The status quo in a word or two, for a line's label."""
    name = result.status_quo_name
    return name.removeprefix("the same world ") if name.startswith("the same world ") else findings.display_name(name)


def _effect(answer: Answer, shown: Shown) -> None:
    result = answer.result
    unit, factor = series_unit(result, shown)
    if shown.relative:
        table, unit, factor = answer.change(shown.series), "%", 100.0
    else:
        table = answer.effect(shown.series)
        unit = "points" if unit == "%" else unit
    last = {key: number(float(table[key].iloc[-1]) * factor, sign=True) for key in ("p5", "p50", "p95")}
    mark = {"%": "%", "points": " points"}.get(unit, "")
    what = f"{shown.lines}, change" if shown.lines else "Change"
    said = f"{what} in {_year(table)}: {last['p50']}{mark} ({last['p5']} to {last['p95']}{mark})"

    def draw(**how: Any) -> Any:
        return paired_effect(
            table, title=said, subtitle="Paired difference: median, half and 90% of futures",
            unit="" if mark else unit, factor=factor, **how,
        )  # fmt: skip

    exports.chart(
        "effect", draw, answer, table, says=said if shown.lines else f"{shown.title}. {said}", height=HEIGHT,
        about=lambda: exports.compared(result, f"{shown.over_time}, change in {unit}"),
        taken=lambda table: in_unit(table, unit, factor),
    )  # fmt: skip


def _dots(answer: Answer, shown: Shown) -> None:
    values, unit = drawn_change(answer.result, shown)
    table = dots(values)
    up, down = (findings.futures(share) if share is not None else "–" for share in ways(values))
    said = f"Higher in {up}, lower in {down}"

    def draw(**how: Any) -> Any:
        return quantile_dots(
            values, title=said, subtitle="Each dot: one simulated future in twenty", unit=f"change, {unit}", **how
        )

    exports.chart(
        "dots", draw, answer, table.assign(unit=unit), says=f"{shown.title}. {said} futures", height=HEIGHT,
        about=lambda: exports.compared(answer.result, shown.title),
    )  # fmt: skip


def ways(values: np.ndarray) -> tuple[float | None, float | None]:
    """Shares of draws in which a change is above zero, and below; None where it is undefined."""
    known = values[np.isfinite(values)]
    if not known.size:
        return None, None
    least = findings.NO_CHANGE * float(np.abs(known).max())
    return float((known > least).mean()), float((known < -least).mean())


def _year(table: pd.DataFrame) -> str:
    return str(table["date"].iloc[-1])[:4]


__all__ = ["choose", "chosen", "drawn_change", "in_unit", "package_name", "pictures", "series_unit", "ways"]
