"""Twenty dots for all futures: each stands for one in twenty, so that a reader can count."""

from __future__ import annotations

import math
import textwrap
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from econsim.charts.style import LIGHT, Theme
from econsim.findings import FUTURES, NO_CHANGE

BINS = 14
SIZES = {"higher": 1.0, "as it is": 0.5, "lower": 0.85}


def dots(values: np.ndarray) -> pd.DataFrame:
    """The twenty futures that stand for all: one row a dot, columns x, height (1 at the bottom) and way.

    values : (draw,) changes, NaN where undefined

    Dot i is the quantile (i − ½)/20 of the draws as they are, so that the dots above 0 are as many of twenty as the
    draws above 0, rounded. x is the middle of the dot's column. Kay, Kola, Hullman and Munson (2016).
    """
    known = values[np.isfinite(values)]
    if not known.size:
        return pd.DataFrame({"x": [], "height": [], "way": [], "value": []})
    found = np.quantile(known, (np.arange(FUTURES) + 0.5) / FUTURES, method="inverted_cdf")
    size = float(np.abs(known).max())
    way = np.where(found > NO_CHANGE * size, "higher", np.where(found < -NO_CHANGE * size, "lower", "as it is"))
    spread = float(found[-1] - found[0])
    width = spread / BINS if spread > 0.0 else 1.0
    rows: list[dict[str, Any]] = []
    stacked: dict[float, int] = {}
    for value, side in zip(found, way, strict=True):
        # A column lies on one side of zero, whatever its width.
        place = 0.0 if side == "as it is" else width * (math.floor(value / width) + 0.5)
        stacked[place] = stacked.get(place, 0) + 1
        rows.append({"x": place, "height": stacked[place] - 0.5, "way": side, "value": float(value)})
    return pd.DataFrame(rows)


def quantile_dots(
    values: np.ndarray,
    *,
    title: str,
    subtitle: str,
    unit: str = "",
    wrap: int = 60,
    theme: Theme = LIGHT,
) -> Any:
    """A quantile dot plot of a change: twenty dots in columns, those above zero and below told apart.

    returns : an altair chart without size or configuration; see `charts.style`
    """
    table = dots(values)
    tallest = max(float(table["height"].max()) + 0.5 if len(table) else 1.0, 7.0)
    still = len(table) > 0 and bool((table["way"] == "as it is").all())
    reach = alt.Scale(domain=[-1, 1]) if still else alt.Scale(padding=14)
    ways = ["higher", "as it is", "lower"]
    # A dot is no taller than its share of a panel of some 140 pixels.
    whole = min(130.0, 0.7 * (140.0 / tallest) ** 2)
    table["size"] = [whole * SIZES[way] for way in table["way"]]
    points = (
        alt.Chart(table)
        .mark_point(filled=True, opacity=1.0)
        .encode(
            x=alt.X("x:Q", title=unit or None, axis=alt.Axis(tickCount=5, grid=False, format=",~r"), scale=reach),
            y=alt.Y("height:Q", title=None, axis=None, scale=alt.Scale(domain=[0, tallest])),
            color=alt.Color(
                "way:N", scale=alt.Scale(domain=ways, range=[theme.blue, theme.grey, theme.vermillion]), legend=None
            ),
            shape=alt.Shape("way:N", scale=alt.Scale(domain=ways, range=["circle", "square", "diamond"]), legend=None),
            size=alt.Size("size:Q", scale=None, legend=None),
            tooltip=[alt.Tooltip("value:Q", format=".3g")],
        )
    )
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=theme.grey, strokeDash=[3, 3]).encode(x="x:Q")
    title_lines, subtitle_lines = textwrap.wrap(title, wrap), textwrap.wrap(subtitle, int(wrap * 1.25))
    return alt.layer(zero, points).properties(
        title=alt.TitleParams(title_lines, subtitle=subtitle_lines, anchor="start", frame="group")
    )


__all__ = ["dots", "quantile_dots"]
