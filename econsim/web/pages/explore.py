"""The first page: what a policy changes, in a sentence, four numbers and three pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from econsim import findings
from econsim.charts.quantile_dots import dots, quantile_dots
from econsim.charts.trajectories import levels, paired_effect
from econsim.cli_text import shown_unit
from econsim.results import Result, statistics
from econsim.scenario import Scenario
from econsim.web import exports, frame, reproduce, running
from econsim.web.running import Answer
from econsim.web.words import METRICS, Shown, change, level, plain

TITLE = "If models can be copied, who still trains the next one?"
CHART_HEIGHT = 250


def page(scenario: Scenario) -> None:
    answer = running.answer(scenario)
    finding(answer)
    numbers(answer)
    pictures(answer)
    frame.status_line(answer.result)
    reproduce.show(answer)


# ---------------------------------------------------------------------------------------------------- finding


def is_no_op(result: Result) -> bool:
    """Whether no policy is set: the scenario is its own status quo, and only copying itself can be judged."""
    return result.scenario.status_quo is None and not result.scenario.has_levers


def finding(answer: Answer) -> None:
    """The computed sentence; where no lever is set, that as well."""
    with st.container(key="finding"):
        st.markdown(plain(answer.result.finding))


# ---------------------------------------------------------------------------------------------------- numbers


def numbers(answer: Answer) -> None:
    """Four numbers with their changes."""
    result = answer.result
    places = st.columns(4, gap="small")
    for place, (title, value, delta, told) in zip(places, cards(result), strict=True):
        place.metric(
            title, value, delta, delta_color="off", delta_arrow="off", border=True, help=told, height="stretch"
        )


def cards(result: Result) -> list[tuple[str, str, str | None, str]]:
    """Title, value, change and explanation of each number."""

    def middle(metric: str) -> str:
        return level(statistics(result.values(metric))["p50"], result.catalogue[metric].unit)

    def moved(metric: str, digits: Any = change) -> str:
        return digits(statistics(result.effect_on(metric))["p50"], result.catalogue[metric].unit)

    visible, true = ("visible_lag_months", "true_lag_months")
    share = statistics(result.values("rd_relative"))["p50"]
    return [
        (
            "Frontier R&D, of that without copying",
            level(share, "share"),
            f"{relative(result, 'rd_investment')} R&D spending",
            "Median over futures. What labs spend on R&D in the last five years, as a share of the same future in "
            "which nobody can copy; below, how R&D spending changes against the status quo.",
        ),
        (
            "Copies lag the frontier: seen / true",
            f"{middle(visible).removesuffix(' months')} / {middle(true)}",
            f"{moved(visible).removesuffix(' months')} / {moved(true)}",
            "Median over futures. How long ago the frontier stood where the best copy stands now: by what benchmarks "
            "show, and in demanding use, where the tail counts.",
        ),
        (
            "Price of frontier AI",
            middle("frontier_price"),
            relative(result, "frontier_price"),
            "Median over futures of the average price that labs charge; serving a model of the capability of the "
            "start costs 1 at the start.",
        ),
        (
            "Tail shortfall of copies",
            middle("hidden_loss_share"),
            moved("hidden_loss_share"),
            "Median over futures. What buyers lose on rare cases without having expected it, as a share of what they "
            "pay for copies.",
        ),
    ]  # fmt: skip


def relative(result: Result, metric: str) -> str:
    """The median relative change of a metric, in words."""
    found = findings.relative_change(result, metric)
    return findings.percent(float(np.median(found))) if found.size else "–"


# ---------------------------------------------------------------------------------------------------- pictures


def pictures(answer: Answer) -> None:
    """Levels, paired effect and twenty futures of the chosen metric."""
    shown = METRICS[st.session_state.get("explore-metric", "rd_investment")]
    places = st.columns(3, gap="small")
    with places[0]:
        _levels(answer, shown)
    with places[1]:
        _effect(answer, shown)
    with places[2]:
        _dots(answer, shown)
    st.segmented_control(
        "Shown above", list(METRICS), key="explore-metric", default="rd_investment", required=True,
        format_func=lambda name: METRICS[name].title, help=shown.meaning,
    )  # fmt: skip


def _unit(answer: Answer, shown: Shown) -> tuple[str, float]:
    return shown_unit(answer.result.catalogue[shown.series].unit)


def _levels(answer: Answer, shown: Shown) -> None:
    unit, factor = _unit(answer, shown)
    policy, quo = answer.level(shown.series), answer.status_quo_level(shown.series)
    names = (findings.display_name(answer.result.scenario.name), answer.result.status_quo_name)
    ends = [float(table["p50"].iloc[-1]) * factor for table in (policy, quo)]
    year = str(policy["date"].iloc[-1])[:4]
    said = f"{shown.title} in {year}: {_short(ends[0])} against {_short(ends[1])}"

    def draw(**how: Any) -> Any:
        return levels(policy, quo, names=names, title=said, subtitle="Medians over futures; band: middle half",
                      unit=unit, factor=factor, **how)  # fmt: skip

    both = pd.concat([policy.assign(line=names[0]), quo.assign(line=names[1])])
    exports.chart("levels", draw, answer, both, says=said, height=CHART_HEIGHT)


def _effect(answer: Answer, shown: Shown) -> None:
    unit, factor = _unit(answer, shown)
    table = answer.effect(shown.series)
    last = table.iloc[-1]
    year = str(last["date"])[:4]
    said = f"Change by {year}: median {_short(last['p50'] * factor, sign=True)}"
    ranged = f"{_short(last['p5'] * factor, sign=True)} to {_short(last['p95'] * factor, sign=True)}"

    def draw(**how: Any) -> Any:
        return paired_effect(
            table, title=f"{said} ({ranged})", subtitle="Paired difference; bands: half and 90% of futures", unit=unit,
            factor=factor, **how,
        )  # fmt: skip

    exports.chart("effect", draw, answer, table, says=said, height=CHART_HEIGHT)


def _dots(answer: Answer, shown: Shown) -> None:
    result = answer.result
    if shown.relative:
        values, unit = 100.0 * findings.relative_change(result, shown.metric), "change, %"
    else:
        name, factor = shown_unit(result.catalogue[shown.metric].unit)
        factor, name = (100.0, "points") if name == "share" else (factor, name)
        values, unit = result.effect_on(shown.metric) * factor, f"change, {name}"
    table = dots(values)
    known = values[np.isfinite(values)]
    up = findings.futures(float((known > 0.0).mean())) if known.size else "–"
    down = findings.futures(float((known < 0.0).mean())) if known.size else "–"
    said = f"{shown.title}: higher in {up} futures, lower in {down}"

    def draw(**how: Any) -> Any:
        return quantile_dots(values, title=said, subtitle="Each dot is one future in twenty", unit=unit, **how)

    exports.chart("dots", draw, answer, table, says=said, height=CHART_HEIGHT)


def _short(value: float, sign: bool = False) -> str:
    from econsim.cli_text import number

    return number(float(value), sign=sign)


if __name__ == "__main__":
    frame.show(TITLE, page)
