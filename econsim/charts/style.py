"""How charts look: colours, type, titles, footers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

# A contrast of 3:1 on white, and different lightness as well as hue.
BLUE, VERMILLION, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#595959"
FONT = "sans-serif"
PLOT_WIDTH = 520


def heading(title: str, subtitle: str | Sequence[str]) -> alt.TitleParams:
    """The finding, and below it what is plotted; a subtitle breaks where it has a line break."""
    lines = subtitle.split("\n") if isinstance(subtitle, str) else list(subtitle)
    return alt.TitleParams(title, subtitle=lines, anchor="start", fontSize=16, subtitleFontSize=12)


def styled(chart: Any, footer: str = "") -> Any:
    """The finished chart.

    footer : where the numbers come from, the run id included; below the chart
    """
    if footer:
        note = alt.TitleParams(
            footer, orient="bottom", anchor="start", fontSize=11, fontWeight="normal", color=GREY, offset=14
        )
        chart = alt.vconcat(chart).properties(title=note)
    return (
        chart.configure(font=FONT, background="white", padding=16)
        .configure_axis(labelFontSize=12, titleFontSize=12, titleFontWeight="normal", gridColor="#E6E6E6")
        .configure_title(subtitleColor=GREY, offset=12)
        .configure_view(stroke=None)
    )
