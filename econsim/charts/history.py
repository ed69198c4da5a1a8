"""Charts of history: what happened since March 2023 beside what the ensemble says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import pandas as pd

import econsim
from econsim.charts.style import BLUE, VERMILLION, heading, styled
from econsim.evidence import fact, open_closed_gap, price_panel

if TYPE_CHECKING:
    from econsim.studies.backtest import Backtest

QUARTILES = (0.05, 0.5, 0.95)
PANEL, HEIGHT = 380, 200
LAST = "2026-07-01"  # nothing observed lies later
LABS = ("labs.1e25.2023-03", "labs.1e25.2023-12", "labs.1e25.2024-06", "labs.1e25.2024-12", "labs.1e25.2025-06")
# Day on which each of these figures is taken to hold: the middle of its year, or the day it is of.
REVENUE = {"rev.openai.2024": "2024-07-01", "rev.openai.2025": "2025-07-01", "rev.openai.2026q1": "2026-02-15"}
RESEARCH = {"rd.openai2024.rd_compute": "2024-07-01", "rd.openai_h1_2025": "2025-04-01"}
COMPUTING_ALONE = {"rd.openai2024.rd_compute"}  # without staff: not the same quantity as all R&D
QUARTERS_OF = {"USD/year": 4.0, "USD/half-year": 2.0, "USD/quarter": 1.0, "USD": 4.0}


def history_chart(result: Backtest) -> alt.VConcatChart:
    """Price at a fixed capability, lag of open models, R&D and revenue, and labs at scale: history and ensemble."""
    panels = [
        _panel(result, "price", observed_prices(), "Price at GPT-4's level, GPT-4 at launch = 1", log=True),
        _panel(result, "lag", observed_lags(), "Months that open models trail", log=False),
        _panel(result, "lab_revenue", observed_money(REVENUE), "Revenue of all labs, $M a quarter", log=True),
        _panel(result, "rd_investment", observed_money(RESEARCH), "R&D of all labs, $M a quarter", log=True),
        _panel(result, "organisations", observed_labs(), "Labs with a model of 1e25 FLOP or more", log=False),
    ]
    title = f"{result.inside} of {len(result.verdicts)} facts lie inside the model's 90% range"
    subtitle = [
        "Line and band: median and 90% range of the ensemble. Points: what was observed.",
        "Observed revenue and R&D are OpenAI's alone, a floor for all labs' together. The observed lag counts from",
        "GPT-4 on, since the index has no closed model before it: until July 2024 it is a floor too. The open",
        "diamond is R&D computing alone, the filled point all R&D; money is in the dollars of its own year.",
    ]
    rows = [alt.hconcat(*panels[place : place + 2], spacing=30) for place in range(0, len(panels), 2)]
    chart = alt.vconcat(*rows, spacing=24).properties(title=heading(title, subtitle))
    return styled(
        chart,
        f"econsim {econsim.__version__}, run {result.run_id}: {result.draws} draws, seed {result.seed}, "
        f"{result.ensemble} ensemble. Observations: Epoch AI (CC BY 4.0), list prices, press reports.",
    )


def _panel(result: Backtest, name: str, observed: pd.DataFrame, title: str, *, log: bool) -> Any:
    dates = [date for date in result.scenario.period_dates() if date.isoformat() <= LAST]
    with np.errstate(all="ignore"):
        low, middle, high = np.nanquantile(result.paths[name][: len(dates)], QUARTILES, axis=1)
    frame = pd.DataFrame({"date": pd.to_datetime(dates), "p5": low, "p50": middle, "p95": high})
    scale = alt.Scale(zero=True)
    axis = alt.Axis(format="d", tickCount=5)
    if log:
        everything = np.concatenate([frame[["p5", "p50", "p95"]].to_numpy().ravel(), observed["value"].to_numpy()])
        least = 10.0 ** np.floor(np.log10(np.nanmin(frame["p50"])) - 1.0)  # a band that reaches 0 is cut off there
        frame[["p5", "p50", "p95"]] = frame[["p5", "p50", "p95"]].clip(lower=least)
        decades = np.arange(np.log10(least), np.ceil(np.log10(np.nanmax(everything))) + 1.0)
        scale = alt.Scale(type="log", domain=[10.0 ** decades[0], 10.0 ** decades[-1]])
        axis = alt.Axis(format=",~g", values=(10.0**decades).tolist())
    domain = ["2023-03-01", LAST]
    when = alt.X("date:T", title=None, axis=alt.Axis(format="%Y", tickCount="year"), scale=alt.Scale(domain=domain))
    band = (
        alt.Chart(frame)
        .mark_area(color=BLUE, opacity=0.18)
        .encode(when, alt.Y("p5:Q", scale=scale, title=None, axis=axis), alt.Y2("p95:Q"))
    )
    line = alt.Chart(frame).mark_line(color=BLUE, strokeWidth=2).encode(when, alt.Y("p50:Q", scale=scale))
    part = observed["part"] if "part" in observed else pd.Series(False, observed.index)
    points = (
        alt.Chart(observed[~part])
        .mark_point(color=VERMILLION, filled=True, size=44, opacity=1)
        .encode(when, alt.Y("value:Q", scale=scale))
    )
    if part.any():
        points += (
            alt.Chart(observed[part])
            .mark_point(color=VERMILLION, filled=False, shape="diamond", strokeWidth=1.8, size=60, opacity=1)
            .encode(when, alt.Y("value:Q", scale=scale))
        )
    label = alt.TitleParams(title, anchor="start", fontSize=12, fontWeight="normal", offset=6)
    return (band + line + points).properties(width=PANEL, height=HEIGHT, title=label)


def observed_prices() -> pd.DataFrame:
    """The cheapest list price so far of a model at GPT-4's level or above, over GPT-4's price at launch."""
    panel = price_panel().sort_values("date")
    launch = panel.iloc[0]
    good = panel[panel["eci"] >= launch["eci"]]
    cheapest = good["blended_price"].cummin() / launch["blended_price"]
    frame = pd.DataFrame({"date": good["date"], "value": cheapest})
    return frame[frame["value"].diff().fillna(-1.0) < 0.0]


def observed_lags() -> pd.DataFrame:
    """Backward lag of the best open model by month. Epoch AI, CC BY 4.0."""
    table = open_closed_gap()
    return pd.DataFrame({"date": table["month"], "value": table["backward_lag_months"]})


def observed_money(keys: dict[str, str]) -> pd.DataFrame:
    """OpenAI's figures per quarter, $M of their own years; `part` where a figure leaves out a part of the quantity."""
    rows = [(date, fact(key)) for key, date in keys.items()]
    values = [float(one.value or 0.0) / QUARTERS_OF[one.unit] / 1e6 for _, one in rows]
    dates = pd.to_datetime([date for date, _ in rows])
    return pd.DataFrame({"date": dates, "value": values, "part": [key in COMPUTING_ALONE for key in keys]})


def observed_labs() -> pd.DataFrame:
    """Organisations with a model of 1e25 FLOP or more, by the end of a month. Epoch AI, CC BY 4.0."""
    months = pd.to_datetime([key.rpartition(".")[2] for key in LABS])
    return pd.DataFrame({"date": months + pd.offsets.MonthEnd(0), "value": [fact(key).value for key in LABS]})
