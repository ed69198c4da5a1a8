"""The finding and the four numbers, with their changes against the status quo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from econsim import findings
from econsim.idle_levers import idle_levers
from econsim.results import Result, statistics
from econsim.web import state
from econsim.web.running import Answer
from econsim.web.words import change, label, level, plain, short, spoken

NOTHING = 1e-3  # of a range's other end: less is told as 0
SUGGESTED = ("gate-and-detect", "release-window", "royalty", "rd-subsidy")


@dataclass(frozen=True)
class Card:
    """One number.

    title, value, change : as shown; change is None where there is nothing to compare
    spread               : the change's 90% range
    told                 : one line of explanation
    """

    title: str
    value: str
    change: str | None
    spread: str | None
    told: str


def is_no_op(result: Result) -> bool:
    """Whether no policy is set: the scenario is its own status quo, and only copying itself can be judged."""
    return result.scenario.status_quo is None and not result.scenario.has_levers


@dataclass(frozen=True)
class Told:
    """What stands above the charts.

    before, finding, after : sentences; `before` and `after` stand over buttons that try a policy, and may be None
    idle                   : that a lever does nothing, and why
    cards                  : the four numbers
    """

    before: str | None
    finding: str
    after: str | None
    idle: list[str]
    cards: list[Card]


def told(answer: Answer) -> Told:
    """All of it, put into words."""
    result = answer.result
    first, _, rest = result.finding.partition(". ")
    return Told(
        "**No policy is set, so nothing changes.** Below: what copying does." if is_no_op(result) else None,
        f"**{plain(spoken(first) + ('.' if rest else ''))}** {plain(spoken(rest))}",
        "Try a policy:" if not is_no_op(result) and result.nothing_moves else None,
        [f"**{label(name)}** changes nothing here: {why}." for name, why in idle_levers(result.scenario).items()],
        four(result),
    )


def finding(said: Told) -> None:
    """The computed sentences."""
    if said.before:
        _no_op(said.before)
    with st.container(key="finding"):
        st.markdown(said.finding)
    if said.after:
        _no_op(said.after)
    for one in said.idle:
        st.info(one, icon=":material/info:")


def _no_op(sentence: str) -> None:
    with st.container(horizontal=True, key="no-op", vertical_alignment="center", gap="small"):
        st.markdown(sentence, width="content")
        for name in SUGGESTED:
            st.button(findings.display_name(name), key=f"try-{name}", on_click=_try, args=(name,), type="secondary")


def _try(name: str) -> None:
    from econsim.scenario import load_scenario
    from econsim.web.sidebar import stack

    if state.scenario().parameters:
        stack(load_scenario(name))
    else:
        state.start_from(name)


def cards(said: Told) -> None:
    """Four numbers in a row."""
    places = st.columns(4, gap="small")
    for place, card in zip(places, said.cards, strict=True):
        place.metric(
            card.title, card.value, card.change, delta_color="off", delta_arrow="off", border=True, help=card.told,
            height="stretch", delta_description=card.spread,
        )  # fmt: skip


def four(result: Result) -> list[Card]:
    """Frontier R&D, the copies' lag, the price, the tail shortfall."""
    compared = not is_no_op(result) and not result.nothing_moves
    visible, true = "visible_lag_months", "true_lag_months"
    rd, price = (findings.relative_change(result, name) for name in ("rd_investment", "frontier_price"))
    lag = [middle(result, visible).removesuffix(" months"), middle(result, true)]
    lag_moved = [moved(result, visible), moved(result, true)]
    shown = [
        Card(
            "Frontier R&D against no copying",
            level(statistics(result.values("rd_relative"))["p50"], "share"),
            f"{_median(rd)} spending",
            _range(rd),
            "Level: R&D of the last five years as a share of the same future in which nobody can copy, median over "
            "futures. Change: R&D spending against the status quo, median and 90% range.",
        ),
        Card(
            "Copies lag, seen / true",
            " / ".join(lag),
            " / ".join(lag_moved),
            f"true: {_spread(result, true)}",
            "How many months ago the frontier stood where the best copy stands now: by what benchmarks show, and in "
            "demanding use, where the tail counts. Medians over futures; 90% range of the change of the true lag."
            + _where_defined(result, true),
        ),
        Card(
            "Price of frontier AI",
            middle(result, "frontier_price"),
            _median(price),
            _range(price),
            "Average price that labs charge; serving a model of the capability of the start costs 1 at the start. "
            "Median over futures; relative change against the status quo with its 90% range.",
        ),
        Card(
            "Tail shortfall of copies",
            middle(result, "hidden_loss_share"),
            moved(result, "hidden_loss_share"),
            _spread(result, "hidden_loss_share"),
            "What buyers lose on rare cases without having expected it, as a share of what they pay for copies. "
            "Median over futures in which copies are sold; change in percentage points with its 90% range."
            + _where_defined(result, "hidden_loss_share"),
        ),
    ]
    return shown if compared else [Card(one.title, one.value, None, None, one.told) for one in shown]


def middle(result: Result, metric: str) -> str:
    """The median of a metric with its unit, as in `summary.json`; a dash where it would rest on a few futures."""
    return level(statistics(enough(result.values(metric)))["p50"], result.catalogue[metric].unit)


def moved(result: Result, metric: str) -> str:
    """The median paired change of a metric, as in `summary.json`; a dash where it would rest on a few futures."""
    return change(statistics(enough(result.effect_on(metric)))["p50"], result.catalogue[metric].unit)


def enough(values: np.ndarray) -> np.ndarray:
    """Values (draw,) that can be told: none where a metric is defined in a few futures of many only."""
    known = int(np.isfinite(values).sum())
    return np.full_like(values, np.nan) if known < findings.FUTURES <= values.size else values


def _where_defined(result: Result, metric: str) -> str:
    """In how many futures a metric is defined, where that is not in all of them."""
    known = np.isfinite(result.values(metric))
    few = " That is too few to tell a median." if known.sum() < findings.FUTURES else ""
    return "" if known.all() else f" Here it is defined in {findings.futures(float(known.mean()))} futures.{few}"


def _spread(result: Result, metric: str) -> str:
    found = statistics(enough(result.effect_on(metric)))
    factor = 100.0 if result.catalogue[metric].unit == "share" else 1.0
    return _to(found["p5"] * factor, found["p95"] * factor)


def _to(low: float, high: float) -> str:
    if not np.isfinite(low):
        return "–"
    nothing = NOTHING * max(abs(low), abs(high))
    return " to ".join(short(end if abs(end) > nothing else 0.0, sign=True) for end in (low, high))


def _median(relative: np.ndarray) -> str:
    return findings.percent(float(np.median(relative))) if relative.size else "–"


def _range(relative: np.ndarray) -> str:
    if not relative.size:
        return "–"
    return " to ".join(findings.percent(float(end)) for end in np.quantile(relative, (0.05, 0.95)))


__all__ = ["Card", "Told", "cards", "enough", "finding", "four", "is_no_op", "middle", "moved", "told"]
