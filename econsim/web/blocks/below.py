"""What stands below the first screen: parties, actions and outcomes, assumptions that matter, year by year."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from econsim import findings
from econsim.charts.assumption_bars import assumption_bars
from econsim.charts.parties import party_ranges
from econsim.cli_text import HEADLINES, number, of_twenty, shown_unit
from econsim.metrics import YES_NO
from econsim.parameter_book import book
from econsim.results import Result, statistics
from econsim.scenario_schema import Switches
from econsim.studies.settings_text import settings_of
from econsim.studies.statistics.given_data import LEAST_ROWS, rank_correlations
from econsim.web import exports
from econsim.web.blocks.numbers import is_no_op
from econsim.web.blocks.pictures import chosen, drawn_change
from econsim.web.running import Answer
from econsim.web.words import Shown, change, inside, label, level, plain

FIVE = 5
EVERY = 2  # years between rows of the year table


def parties(answer: Answer) -> None:
    """Who gains and who loses against the status quo."""
    table = answer.result.parties
    known = table.dropna(subset=["median"])
    gain = known.loc[known["gains"].idxmax()]
    lose = known.loc[known["loses"].idxmax()]
    said = (
        f"{gain['party']} gain in {findings.futures(gain['gains'])} futures; "
        f"{inside(lose['party'])} lose in {findings.futures(lose['loses'])}"
    )

    def draw(theme: Any, wrap: int) -> Any:
        del wrap
        return party_ranges(
            table, title=said, subtitle="Change from the fourth year on: median and 90% of futures", theme=theme
        )

    exports.chart("parties", draw, answer, table, says=said, height=300)


def actions_and_outcomes(answer: Answer) -> None:
    """What is done, and what comes of it."""
    result = answer.result
    st.markdown(f"**Actions.** {plain('; '.join(actions(result)))}")
    st.markdown(f"**Outcomes**, median over futures; change against {plain(result.status_quo_name)}:")
    st.table(outcomes(result), border="horizontal")


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
        found, effect = statistics(result.values(name)), statistics(result.effect_on(name))
        if name in YES_NO:
            told = [of_twenty(found["mean"]), of_twenty(effect["mean"], sign=True), ""]
        else:
            ends = [change(effect[key], about.unit) for key in ("p5", "p95")]
            told = [level(found["p50"], about.unit), change(effect["p50"], about.unit), " to ".join(ends)]
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
    way = "larger" if first["correlation"] > 0 else "smaller"
    name = first["name"]
    said = (
        f"The effect is {way} where {inside(name)} is high (rank correlation {number(first['correlation'], sign=True)})"
    )

    def draw(theme: Any, wrap: int) -> Any:
        del wrap
        return assumption_bars(
            table, title=said, subtitle=f"Change of {inside(shown.title)} over futures; line: 95% interval", theme=theme
        )

    exports.chart("assumptions", draw, answer, table, says=said, height=190)


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
    unit, _ = shown_unit(answer.result.catalogue[shown.series].unit)
    st.markdown(f"**{shown.title}** ({unit}), means over the year, median over futures")
    st.table(year_table(answer, shown), border="horizontal")


def year_table(answer: Answer, shown: Shown) -> pd.DataFrame:
    """Text of the year table, one row every second year, the last one included."""
    _, factor = shown_unit(answer.result.catalogue[shown.series].unit)
    policy, quo, change = (table(shown.series) for table in (answer.level, answer.status_quo_level, answer.change))
    moved, scale, mark = (change, 100.0, "%") if shown.relative else (answer.effect(shown.series), factor, "")
    rows = []
    for at in range((len(policy) - 1) % EVERY, len(policy), EVERY):
        low, middle, high = (number(float(moved[key].iloc[at]) * scale, sign=True) for key in ("p5", "p50", "p95"))
        shares = [float(change[side].iloc[at]) for side in ("higher", "lower")]
        told = [findings.futures(share) if np.isfinite(share) else "–" for share in shares]
        levels = [number(float(table["p50"].iloc[at]) * factor) for table in (quo, policy)]
        rows.append([str(policy["date"].iloc[at])[:4], *levels, f"{middle}{mark}", f"{low} to {high}{mark}", *told])
    other = "Without copying" if is_no_op(answer.result) else "Status quo"
    columns = ["Year", other, "Scenario", "Change", "90% range", "Higher in", "Lower in"]
    return pd.DataFrame(rows, columns=columns).set_index("Year")


__all__ = ["actions", "actions_and_outcomes", "assumptions", "outcomes", "parties", "strongest", "year_table", "years"]
