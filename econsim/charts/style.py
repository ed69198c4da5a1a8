"""How charts look: colours, type, titles, footers."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

# A contrast of 3:1 on white, and different lightness as well as hue.
BLUE, VERMILLION, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#595959"
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"  # letters of one width; files are drawn with the first
PLOT_WIDTH = 520
PALE = "#BFBFBF"  # what stands behind a mark
LINE = 78  # characters of a title at this width, or of a line below it
FOOTER_LINE = 112  # characters of a footer below a plot and its labels
# Of a title on a page: the room there is, in pixels. The first term has Vega look again when that changes.
ROOM = "0 * width + containerSize()[0] - 8"
SMALLEST, TITLE, SUBTITLE = 9, 13, 11  # sizes of type
TITLE_EM, SUBTITLE_EM = 0.64, 0.52  # a letter's width over the size of its type, bold and not


@dataclass(frozen=True)
class Theme:
    """Colours of charts on one background: text at 4.5:1 and marks at 3:1 against it.

    blue, vermillion, green   : what is shown, what it is compared with or told apart by
    blue_ink, vermillion_ink  : the same for words
    text, grey                : titles; axes, subtitles and rules
    """

    background: str
    text: str
    grey: str
    grid: str
    blue: str = BLUE
    vermillion: str = VERMILLION
    green: str = GREEN
    blue_ink: str = "#005A8D"
    vermillion_ink: str = "#A34700"


LIGHT = Theme("#FFFFFF", "#1B1F24", GREY, "#E6E6E6")
DARK = Theme(
    "#12161C", "#E8ECF1", "#AEB8C4", "#2C3541", blue="#5AB0E5", vermillion="#F0894A", green="#3CC29A",
    blue_ink="#5AB0E5", vermillion_ink="#F0894A",
)  # fmt: skip


def heading(title: str, subtitle: str | Sequence[str]) -> alt.TitleParams:
    """The finding, and below it what is plotted; a subtitle breaks where it has a line break."""
    lines = subtitle.split("\n") if isinstance(subtitle, str) else list(subtitle)
    return alt.TitleParams(title, subtitle=lines, anchor="start", fontSize=16, subtitleFontSize=12)


def titled(title: str, subtitle: str, line: int = LINE) -> alt.TitleParams:
    """As `heading`, finding and subtitle broken into lines that fit a plot of PLOT_WIDTH.

    line : characters that fit, where the plot is wider
    """
    found = heading(title, textwrap.wrap(subtitle, line + 14))
    found.text = textwrap.wrap(title, line - 12)
    found.subtitlePadding = 6
    return found


def rows_axis(order: list[str]) -> alt.Y:
    """Rows by their `name`, from top to bottom in the order given."""
    return alt.Y("name:N", sort=order, title=None, axis=alt.Axis(labelLimit=240, ticks=False, domain=False))


def styled(chart: Any, footer: str = "", theme: Theme = LIGHT) -> Any:
    """The finished chart.

    footer : where the numbers come from, the run id included; below the chart
    theme  : colours of text, axes and background
    """
    if footer:
        note = alt.TitleParams(
            textwrap.wrap(footer, FOOTER_LINE),
            orient="bottom",
            anchor="start",
            fontSize=11,
            fontWeight="normal",
            color=theme.grey,
            offset=14,
        )
        chart = alt.vconcat(chart).properties(title=note)
    return (
        chart.configure(font=FONT, background=theme.background, padding=16)
        .configure_axis(
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            gridColor=theme.grid,
            labelColor=theme.text,
            titleColor=theme.text,
            domainColor=theme.grey,
            tickColor=theme.grey,
        )
        .configure_title(color=theme.text, subtitleColor=theme.grey, offset=12)
        .configure_view(stroke=None)
    )


def on_screen(chart: Any, height: int, theme: Theme, *, titled: bool = True) -> dict[str, Any]:
    """The same chart as a panel of a page, as a Vega-Lite specification: as wide as its place, without a footer.

    titled : whether the title stays in the picture; a page that is narrow at times shows it as text above

    Size and look are written into the specification itself: Altair would copy the whole chart for each of them.
    """
    axis = {
        "labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal", "gridColor": theme.grid,
        "labelColor": theme.grey, "titleColor": theme.grey, "domainColor": theme.grey, "tickColor": theme.grey,
    }  # fmt: skip
    title = {"color": theme.text, "subtitleColor": theme.grey, "offset": 8}
    title |= {"fontSize": TITLE, "subtitleFontSize": SUBTITLE}
    spec: dict[str, Any] = chart.to_dict(validate=False)
    if not titled:
        spec.pop("title", None)
    elif isinstance(spec.get("title"), dict):
        spec["title"] |= _fitted(spec["title"])
    return spec | {
        "width": "container",
        "height": height,
        "padding": {"left": 2, "right": 6, "top": 2, "bottom": 2},
        "config": {"font": FONT, "background": "transparent", "axis": axis, "title": title, "view": {"stroke": None}},
    }


def fitting(letters: int, room: str, em: float, largest: float) -> str:
    """Vega's expression for the size of type with which a line fits; not under SMALLEST.

    letters : of the line
    room    : expression for the pixels that there are
    em      : a letter's width over the size of its type
    """
    return f"clamp(({room}) / {em * max(letters, 1):.1f}, {SMALLEST}, {largest})"


def _fitted(title: dict[str, Any]) -> dict[str, Any]:
    """Sizes of type with which a title and its subtitle fit where they are, cut only where none does."""

    def size(lines: str | list[str], em: float, largest: float) -> dict[str, str]:
        longest = max((len(line) for line in ([lines] if isinstance(lines, str) else lines)), default=0)
        return {"expr": fitting(longest, ROOM, em, largest)}

    return {
        "frame": "bounds",  # from the left edge, labels of the axis included
        "limit": {"expr": ROOM},
        "fontSize": size(title["text"], TITLE_EM, TITLE),
        "subtitleFontSize": size(title.get("subtitle", ""), SUBTITLE_EM, SUBTITLE),
    }
