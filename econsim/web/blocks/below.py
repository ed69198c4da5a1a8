"""What stands below the first screen: parties, actions and outcomes, assumptions that matter, year by year."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from econsim import findings
from econsim.charts.assumption_bars import assumption_bars
from econsim.charts.parties import party_ranges
from econsim.charts.row_labels import STEP
from econsim.cli_text import number, of_twenty
from econsim.headline_metrics import HEADLINES
from econsim.metrics import YES_NO
from econsim.parameter_book import book
from econsim.results import Result, statistics
from econsim.scenario_schema import Switches
from econsim.studies.settings_text import settings_of
from econsim.studies.statistics.given_data import LEAST_ROWS, rank_correlations
from econsim.web import exports, tables
from econsim.web.blocks.numbers import enough, is_no_op
from econsim.web.blocks.pictures import chosen, drawn_change, series_unit
from econsim.web.running import Answer
from econsim.web.words import Shown, change, change_range, inside, label, level, plain, short

FIVE = 5
FRAME = 45  # pixels below the rows of a chart
EVERY = 2  # years between rows of the year table


def parties(answer: Answer) -> None:
    """Who gains and who loses against the status quo."""
    table = answer.result.parties
    said = parties_said(table)
    plotted = "Change from the fourth year on, mean over quarters: median and 90% of futures"

    def draw(**how: Any) -> Any:
        return party_ranges(table, title=said, subtitle=plotted, **how)

    height = STEP * int(table["median"].notna().sum()) + FRAME
    unit = {name: f"{name}, $bn/year" for name in ("median", "p5", "p95")}
    shares = {name: f"{name}, share of futures" for name in ("gains", "loses")}
    exports.chart(
        "parties", draw, answer, table, says=said, height=height, explains=plotted,
        about=lambda: exports.compared(answer.result), taken=lambda found: found.rename(columns=unit | shares),
    )  # fmt: skip


def parties_said(table: pd.DataFrame) -> str:
    """Who gains most often and who loses most often."""
    known = table.dropna(subset=["median"])
    if not (known[["gains", "loses"]].to_numpy() > 0.0).any():
        return "Nobody gains and nobody loses: 0 of 20 futures"
    gain, lose = known.loc[known["gains"].idxmax()], known.loc[known["loses"].idxmax()]
    return (
        f"Most often better off: {inside(gain['party'])}, in {findings.futures(gain['gains'])} futures; "
        f"worse off: {inside(lose['party'])}, in {findings.futures(lose['loses'])}"
    )


def actions_and_outcomes(answer: Answer) -> None:
    """What is done, and what comes of it."""
    result = answer.result
    st.markdown(f"**Actions.** {plain('; '.join(actions(result)))}")
    st.markdown(f"**Outcomes**, median over futures; change against {plain(result.status_quo_name)}:")
    with st.container(key="outcomes"):
        tables.show(outcomes(result))


def actions(result: Result) -> list[str]:
    """The levers that are set and the assumptions that differ from the book, in words."""
    told = settings_of(result.scenario)
    lines = [f"{label(name)}: {told[name]}" for name in book().levers if told[name] != "0"]
    lines += [f"{label(name)} assumed: {told[name]}" for name in result.scenario.parameters]
    usual = Switches().as_mapping()
    lines += [f"{label(name)}: {told[name]}" for name, on in result.scenario.switches.as_mapping().items()
              if on != usual[name]]  # fmt: skip
    return lines or ["No lever is set"]


def outcomes(result: Result) -> pd.DataFrame:
    """One row a metric that the command line shows too: what it is, level, change and its 90% range, as text."""
    rows = []
    for name in HEADLINES:
        about = result.catalogue[name]
        found, effect = (statistics(enough(one)) for one in (result.values(name), result.effect_on(name)))
        if name in YES_NO:
            told = [of_twenty(found["mean"]), of_twenty(effect["mean"], sign=True), ""]
        else:
            spread = change_range(effect["p5"], effect["p95"], about.unit)
            told = [level(found["p50"], about.unit), change(effect["p50"], about.unit), spread]
        rows.append([label(name), about.meaning, *told])
    columns = ["Outcome", "What it is", "Level", "Change", "90% range of the change"]
    return pd.DataFrame(rows, columns=columns).set_index("Outcome")


def assumptions(answer: Answer) -> None:
    """The five assumptions with which the effect goes up and down most, over the futures of this run."""
    result, shown = answer.result, chosen()
    table = strongest(result, drawn_change(result, shown)[0])
    if table is None:
        st.caption("Which assumptions matter cannot be told: parameters do not vary here, or the effect is undefined.")
        return
    first = table.iloc[0]
    way = "higher" if first["correlation"] > 0 else "lower"
    name = first["name"]
    said = (
        f"The change is {way} where {inside(name)} is high (rank correlation {number(first['correlation'], sign=True)})"
    )

    plotted = f"Change of {inside(shown.title)} over the futures of this run; line: 95% interval"

    def draw(**how: Any) -> Any:
        return assumption_bars(table, title=said, subtitle=plotted, **how)

    height = STEP * len(table) + FRAME
    exports.chart(
        "assumptions", draw, answer, table, says=said, height=height, explains=plotted,
        about=lambda: exports.compared(result, shown.title),
    )  # fmt: skip


def strongest(result: Result, change: np.ndarray, most: int = FIVE) -> pd.DataFrame | None:
    """Assumptions by rank correlation with a change, the strongest first.

    returns : columns name, parameter, correlation, low, high (95% interval); None where nothing varies, or the
              change is undefined in all but a few futures
    """
    drawn = result.parameter_draws()
    usable = np.isfinite(change) & ~result.failed
    if drawn.empty or usable.sum() < LEAST_ROWS or np.ptp(change[usable]) == 0.0:
        return None
    found = rank_correlations(drawn.to_numpy()[usable], change[usable]).correlation
    table = pd.DataFrame(
        {"parameter": drawn.columns, "correlation": found.value[0], "low": found.low[0], "high": found.high[0]}
    )
    table = table.reindex(table["correlation"].abs().sort_values(ascending=False, kind="stable").index).head(most)
    table.insert(0, "name", [label(name) for name in table["parameter"]])
    return table.reset_index(drop=True)


def years(answer: Answer) -> None:
    """The chosen metric every second year: status quo, policy, change, and in how many futures it is higher."""
    shown = chosen()
    unit, _ = series_unit(answer.result, shown)
    st.markdown(f"**{shown.over_time}** ({unit}), means over the year, median over futures")
    tables.show(year_table(answer, shown))


def year_table(answer: Answer, shown: Shown) -> pd.DataFrame:
    """Text of the year table, one row every second year, the last one included."""
    unit, factor = series_unit(answer.result, shown)
    policy, quo, change = (table(shown.series) for table in (answer.level, answer.status_quo_level, answer.change))
    moved, scale, mark = change, 100.0, "%"
    if not shown.relative:
        moved, scale, mark = answer.effect(shown.series), factor, " points" if unit == "%" else ""
    rows = []
    for at in range((len(policy) - 1) % EVERY, len(policy), EVERY):
        low, middle, high = (short(float(moved[key].iloc[at]) * scale, sign=True) for key in ("p5", "p50", "p95"))
        shares = [float(change[side].iloc[at]) for side in ("higher", "lower")]
        told = [findings.futures(share) if np.isfinite(share) else "–" for share in shares]
        levels = [number(float(table["p50"].iloc[at]) * factor) for table in (quo, policy)]
        rows.append([str(policy["date"].iloc[at])[:4], *levels, f"{middle}{mark}", f"{low} to {high}{mark}", *told])
    other = "Without copying" if is_no_op(answer.result) else "Status quo"
    columns = ["Year", other, "Scenario", "Change", "90% range", "Higher in", "Lower in"]
    return pd.DataFrame(rows, columns=columns).set_index("Year")


__all__ = ["actions", "actions_and_outcomes", "assumptions", "outcomes", "parties", "strongest", "year_table", "years"]
