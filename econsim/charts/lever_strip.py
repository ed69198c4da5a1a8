"""Every lever at its moderate setting, alone: what each changes, side by side."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from econsim.charts.row_labels import DOWN, briefly, row_axis, row_words
from econsim.charts.style import LIGHT, Theme
from econsim.findings import NO_CHANGE
from econsim.results import QUANTILES


@dataclass(frozen=True)
class LeverEffect:
    """One row: the lever and its setting in words, and its paired changes, (draw,) NaN where undefined."""

    name: str
    change: np.ndarray


def lever_table(effects: Sequence[LeverEffect]) -> pd.DataFrame:
    """Columns name, the quantiles low to high, and `told`: in how many futures it raises or lowers."""
    rows = []
    for one in effects:
        known = one.change[np.isfinite(one.change)]
        if not known.size:
            rows.append({"name": one.name, "told": "undefined"})
            continue
        low, lower, median, upper, high = np.quantile(known, QUANTILES)
        size = max(float(np.abs(known).max()), 1.0)
        up, down = float((known > NO_CHANGE * size).mean()), float((known < -NO_CHANGE * size).mean())
        told = f"up in {briefly(up)}, down in {briefly(down)}" if up or down else "changes nothing alone"
        rows.append({"name": one.name, "low": low, "lower": lower, "median": median, "upper": upper, "high": high,
                     "told": told})  # fmt: skip
    return pd.DataFrame(rows, columns=["name", "low", "lower", "median", "upper", "high", "told"])


def lever_strip(
    effects: Sequence[LeverEffect], *, title: str, subtitle: str, unit: str, wrap: int = 90, theme: Theme = LIGHT
) -> Any:
    """One row a lever: median, the ranges of half and of 90% of futures, and how often it raises and lowers.

    returns : an altair chart without configuration; see `charts.style`
    """
    table = lever_table(effects)
    table["words"] = [f"{name}: {told}" for name, told in zip(table["name"], table["told"], strict=True)]
    base = alt.Chart(table).encode(y=row_axis(table["name"].tolist()))
    wide = base.mark_rule(strokeWidth=2, color=theme.blue, yOffset=DOWN).encode(
        x=alt.X("low:Q", title=unit, scale=alt.Scale(nice=True), axis=alt.Axis(tickCount=6)), x2="high:Q"
    )
    narrow = base.mark_bar(height=9, color=theme.blue, yOffset=DOWN).encode(x="lower:Q", x2="upper:Q")
    middle = base.mark_tick(thickness=3, height=16, color=theme.vermillion, opacity=1.0, yOffset=DOWN)
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=theme.grey, strokeDash=[3, 3]).encode(x="x:Q")
    return alt.layer(zero, wide, narrow, middle.encode(x="median:Q"), row_words(base, theme)).properties(
        title=alt.TitleParams(
            textwrap.wrap(title, wrap), subtitle=textwrap.wrap(subtitle, wrap), anchor="start", frame="group"
        )
    )


__all__ = ["LeverEffect", "lever_strip", "lever_table"]
