"""Who gains and who loses, party by party."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from econsim.charts.style import LIGHT, Theme
from econsim.findings import futures

LINEAR = 0.1  # $bn a year around zero in which the axis is linear; beyond, it is a logarithm
LABELS = "datum.value == 0 ? '0' : (datum.value > 0 ? '+' : '−') + format(abs(datum.value), ',~g')"


def party_ranges(parties: pd.DataFrame, *, title: str, subtitle: str, theme: Theme = LIGHT) -> Any:
    """Change of each party's account: median and the range of 90% of futures, on an axis that holds all of them.

    parties : as `Result.parties`
    returns : an altair chart without size or configuration; see `charts.style`
    """
    rows = parties.dropna(subset=["median"]).copy()
    rows["told"] = [f"gain in {futures(gain)}, lose in {futures(lose)}"
                    for gain, lose in zip(rows["gains"], rows["loses"], strict=True)]  # fmt: skip
    y = alt.Y("party:N", sort=rows["party"].tolist(), title=None,
              axis=alt.Axis(labelLimit=220, ticks=False, domain=False, labelPadding=8, labelFontSize=12))  # fmt: skip
    reach = max(float(np.nanmax(np.abs(rows[["p5", "p95"]].to_numpy()), initial=LINEAR)), LINEAR)
    decades = 10.0 ** np.arange(np.floor(np.log10(LINEAR)), np.ceil(np.log10(reach)) + 1)
    scale = alt.Scale(type="symlog", constant=LINEAR, domain=[-reach, reach])
    ticks = [*(-decades[::-1]).tolist(), 0.0, *decades.tolist()]
    x = alt.X("p5:Q", title="change, $bn a year (logarithmic both ways)", scale=scale,
              axis=alt.Axis(values=ticks, labelExpr=LABELS, labelOverlap=True))  # fmt: skip
    base = alt.Chart(rows).encode(y=y)
    wide = base.mark_rule(strokeWidth=3, color=theme.blue, opacity=0.6).encode(x=x, x2="p95:Q")
    middle = base.mark_tick(thickness=3, height=16, color=theme.vermillion, opacity=1.0).encode(
        x=alt.X("median:Q", scale=scale),
        tooltip=["party:N", *(alt.Tooltip(f"{key}:Q", format="+.3g") for key in ("p5", "median", "p95"))],
    )
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=theme.grey, strokeDash=[3, 3]).encode(x="x:Q")
    told = base.mark_text(align="left", dx=8, color=theme.grey, fontSize=11).encode(x=alt.value("width"), text="told:N")
    return alt.layer(zero, wide, middle, told).properties(
        title=alt.TitleParams(title, subtitle=subtitle, anchor="start", frame="group")
    )


__all__ = ["party_ranges"]
