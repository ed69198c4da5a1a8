"""Every lever at its moderate setting, alone: what each changes, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from econsim.charts.style import LIGHT, Theme
from econsim.findings import NO_CHANGE, futures
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
        told = f"up in {futures(up)}, down in {futures(down)}" if up or down else "changes nothing alone"
        rows.append({"name": one.name, "low": low, "lower": lower, "median": median, "upper": upper, "high": high,
                     "told": told})  # fmt: skip
    return pd.DataFrame(rows, columns=["name", "low", "lower", "median", "upper", "high", "told"])


def lever_strip(effects: Sequence[LeverEffect], *, title: str, subtitle: str, unit: str, theme: Theme = LIGHT) -> Any:
    """One row a lever: median, the ranges of half and of 90% of futures, and how often it raises and lowers.

    returns : an altair chart without configuration; see `charts.style`
    """
    table = lever_table(effects)
    y = alt.Y("name:N", sort=table["name"].tolist(), title=None,
              axis=alt.Axis(labelLimit=330, ticks=False, domain=False, labelPadding=8))  # fmt: skip
    base = alt.Chart(table).encode(y=y)
    scale = alt.Scale(nice=True)
    wide = base.mark_rule(strokeWidth=2, color=theme.blue).encode(
        x=alt.X("low:Q", title=unit, scale=scale, axis=alt.Axis(tickCount=8)), x2="high:Q"
    )
    narrow = base.mark_bar(height=9, color=theme.blue).encode(x="lower:Q", x2="upper:Q")
    middle = base.mark_tick(thickness=3, height=16, color=theme.vermillion, opacity=1.0).encode(x="median:Q")
    words = base.mark_text(align="left", dx=8, color=theme.grey, fontSize=11).encode(
        x=alt.value("width"), text="told:N"
    )
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=theme.grey, strokeDash=[3, 3]).encode(x="x:Q")
    return alt.layer(zero, wide, narrow, middle, words).properties(
        title=alt.TitleParams(title, subtitle=subtitle, anchor="start", frame="group")
    )


__all__ = ["LeverEffect", "lever_strip", "lever_table"]
