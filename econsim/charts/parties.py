"""Who gains and who loses, party by party."""

from __future__ import annotations

import textwrap
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from econsim.charts.row_labels import DOWN, briefly, row_axis, row_words
from econsim.charts.style import LIGHT, Theme

LINEAR = 0.1  # $bn a year around zero in which the axis is linear; beyond, it is a logarithm
LABELS = "datum.value == 0 ? '0' : (datum.value > 0 ? '+' : '−') + format(abs(datum.value), ',~g')"


def party_ranges(parties: pd.DataFrame, *, title: str, subtitle: str, wrap: int = 90, theme: Theme = LIGHT) -> Any:
    """Change of each party's account: median and the range of 90% of futures, on an axis that holds all of them.

    parties : as `Result.parties`
    returns : an altair chart without size or configuration; see `charts.style`
    """
    rows = parties.dropna(subset=["median"]).rename(columns={"party": "name"})
    rows["words"] = [
        f"{name}: gain in {briefly(gain)}, lose in {briefly(lose)}"
        for name, gain, lose in zip(rows["name"], rows["gains"], rows["loses"], strict=True)
    ]
    reach = max(float(np.nanmax(np.abs(rows[["p5", "p95"]].to_numpy()), initial=LINEAR)), LINEAR)
    decades = 10.0 ** np.arange(np.floor(np.log10(LINEAR)), np.ceil(np.log10(reach)) + 1)
    scale = alt.Scale(type="symlog", constant=LINEAR, domain=[-reach, reach])
    ticks = [*(-decades[::-1]).tolist(), 0.0, *decades.tolist()]
    x = alt.X("p5:Q", title="change, $bn a year (logarithmic both ways)", scale=scale,
              axis=alt.Axis(values=ticks, labelExpr=LABELS, labelOverlap=True))  # fmt: skip
    base = alt.Chart(rows).encode(y=row_axis(rows["name"].tolist()))
    wide = base.mark_rule(strokeWidth=3, color=theme.blue, opacity=0.7, yOffset=DOWN).encode(x=x, x2="p95:Q")
    middle = base.mark_tick(thickness=3, height=16, color=theme.vermillion, opacity=1.0, yOffset=DOWN).encode(
        x=alt.X("median:Q", scale=scale),
        tooltip=["name:N", *(alt.Tooltip(f"{key}:Q", format="+.3g") for key in ("p5", "median", "p95"))],
    )
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=theme.grey, strokeDash=[3, 3]).encode(x="x:Q")
    return alt.layer(zero, wide, middle, row_words(base, theme)).properties(
        title=alt.TitleParams(
            textwrap.wrap(title, wrap), subtitle=textwrap.wrap(subtitle, wrap), anchor="start", frame="group"
        )
    )


__all__ = ["party_ranges"]
