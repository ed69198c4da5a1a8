"""Which assumptions an effect goes with: rank correlations over the futures of one run."""

from __future__ import annotations

import textwrap
from typing import Any

import altair as alt
import pandas as pd

from econsim.charts.row_labels import DOWN, row_axis, row_words
from econsim.charts.style import LIGHT, Theme


def assumption_bars(table: pd.DataFrame, *, title: str, subtitle: str, wrap: int = 90, theme: Theme = LIGHT) -> Any:
    """Rank correlation of an effect with each assumption, and its 95% interval.

    table   : one row an assumption, the strongest first; columns name, correlation, low, high
    returns : an altair chart without size or configuration; see `charts.style`
    """
    rows = table.copy()
    told = [f"{value:+.2f}".replace("-", "−") for value in rows["correlation"]]
    rows["words"] = [f"{name}: {value}" for name, value in zip(rows["name"], told, strict=True)]
    base = alt.Chart(rows).encode(y=row_axis(rows["name"].tolist()))
    scale = alt.Scale(domain=[-1, 1])
    wide = base.mark_rule(strokeWidth=3, color=theme.blue, opacity=0.7, yOffset=DOWN).encode(
        x=alt.X("low:Q", title="rank correlation with the effect", scale=scale, axis=alt.Axis(tickCount=5)), x2="high:Q"
    )
    middle = base.mark_point(size=80, filled=True, color=theme.vermillion, opacity=1.0, yOffset=DOWN).encode(
        x=alt.X("correlation:Q", scale=scale)
    )
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=theme.grey, strokeDash=[3, 3]).encode(x="x:Q")
    return alt.layer(zero, wide, middle, row_words(base, theme)).properties(
        title=alt.TitleParams(
            textwrap.wrap(title, wrap), subtitle=textwrap.wrap(subtitle, wrap), anchor="start", frame="group"
        )
    )


__all__ = ["assumption_bars"]
