"""Which assumptions an effect goes with: rank correlations over the futures of one run."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from econsim.charts.style import LIGHT, Theme


def assumption_bars(table: pd.DataFrame, *, title: str, subtitle: str, theme: Theme = LIGHT) -> Any:
    """Rank correlation of an effect with each assumption, and its 95% interval.

    table   : one row an assumption, the strongest first; columns name, correlation, low, high
    returns : an altair chart without size or configuration; see `charts.style`
    """
    rows = table.copy()
    rows["told"] = [f"{value:+.2f}".replace("-", "−") for value in rows["correlation"]]
    base = alt.Chart(rows).encode(
        y=alt.Y("name:N", sort=rows["name"].tolist(), title=None,
                axis=alt.Axis(labelLimit=260, ticks=False, domain=False, labelPadding=8, labelFontSize=12))
    )  # fmt: skip
    scale = alt.Scale(domain=[-1, 1])
    wide = base.mark_rule(strokeWidth=3, color=theme.blue, opacity=0.6).encode(
        x=alt.X("low:Q", title="rank correlation with the effect", scale=scale, axis=alt.Axis(tickCount=5)), x2="high:Q"
    )
    middle = base.mark_point(size=80, filled=True, color=theme.vermillion, opacity=1.0).encode(
        x=alt.X("correlation:Q", scale=scale)
    )
    told = base.mark_text(align="left", dx=8, color=theme.grey, fontSize=11).encode(x=alt.value("width"), text="told:N")
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=theme.grey, strokeDash=[3, 3]).encode(x="x:Q")
    return alt.layer(zero, wide, middle, told).properties(
        title=alt.TitleParams(title, subtitle=subtitle, anchor="start", frame="group")
    )


__all__ = ["assumption_bars"]
