"""A chart on a page, and what can be taken away from it: pictures and data."""

from __future__ import annotations

import functools
import io
import json
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

import econsim
from econsim.charts.style import LIGHT, on_screen, styled
from econsim.ensemble_words import illustrative
from econsim.kept_worlds import Recent
from econsim.results import Result
from econsim.series import catalogue
from econsim.subject_words import listed_briefly, world_of
from econsim.web import frame
from econsim.web.running import Answer
from econsim.web.words import plain, spoken, start

PLOT, LINE = (560, 300), 80  # pixels, and characters of a line
SCALE = 2.0
AROUND = {"left": 14, "right": 14, "top": 12, "bottom": 12}  # pixels of white about a sheet
_panels = Recent(96)  # of all visitors


def chart(
    name: str,
    draw: Callable[..., Any],
    answer: Answer,
    shown: pd.DataFrame,
    *,
    says: str,
    height: int = 260,
    wrap: int = 44,
    explains: str = "",
    about: Callable[[], str] = str,
    runs: Sequence[str] = (),
    taken: Callable[[pd.DataFrame], pd.DataFrame] | None = None,
) -> None:
    """A chart on the page with its exports below it.

    name  : of files and widgets, unique on the page
    draw  : called with `theme` and `wrap`, returns a chart from `econsim.charts` without size or configuration
    shown : the data that is drawn
    says  : the finding in under 100 characters with its number, for screen readers; with the data it tells one
            picture from another, so all that the picture's words depend on must be in it
    about : gives what is shown and compared, for files, which stand alone
    taken : makes of `shown` what is taken away: in the units of the chart, which columns or a column `unit` name
    runs  : ids of the runs that are drawn, where that is not the answer's alone
    explains : what is plotted; where it is given, finding and explanation stand as text above the chart, where they
               break into lines as the page is wide, and not in its picture
    """
    colours = frame.theme()
    if explains:
        st.markdown(f"**{plain(says)}**  \n:small[{plain(explains)}]")
    spec = _panel(
        (name, says, explains, shown.to_json(orient="values", double_precision=15), height, wrap, colours.background),
        lambda: on_screen(draw(theme=colours, wrap=wrap), height, colours, titled=not explains),
    )
    st.vega_lite_chart(spec, theme=None, width="stretch", key=f"chart-{name}", alt=says[:99])
    with st.popover("Export", icon=":material/download:", type="tertiary", key=f"export-{name}"):
        _downloads(name, draw, answer, lambda: taken(shown) if taken else shown, about, runs)


def _panel(drawn_from: tuple[Any, ...], draw: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """A panel's specification, drawn again only where something that it is drawn from has changed.

    Making one takes Altair some 25 ms; most panels stay as they are when a lever moves or a page is opened again.
    """
    found: str | None = _panels.get(drawn_from)
    if found is None:
        found = json.dumps(draw())
        _panels.put(drawn_from, found)
    spec: dict[str, Any] = json.loads(found)
    return spec


def finished(
    name: str,
    drawn: Any,
    tables: Mapping[str, pd.DataFrame],
    *,
    says: str,
    picked: Callable[[], None] | None = None,
) -> None:
    """A chart of a study, with its own title and footer, as it is printed; on white in the dark theme too.

    name   : of files and widgets, unique on the page
    drawn  : a finished chart of `econsim.charts`
    tables : what can be taken away as data, by name
    says   : the finding in under 100 characters with its number, for screen readers
    picked : called when something of a chart with a selection was clicked
    """
    with st.container(key=f"sheet-{name}"):
        # Else Streamlit squeezes the plot to make room for what is beside it, up to the edge.
        sheet = drawn.properties(autosize="pad", padding=AROUND)
        dark = {"labelColor": LIGHT.text, "titleColor": LIGHT.text}  # else Streamlit takes those of the page's theme
        sheet = sheet.configure_legend(**dark).configure_header(**dark)
        st.altair_chart(
            sheet, theme=None, width="content", key=f"chart-{name}", alt=says[:99], on_select=picked or "ignore"
        )
    with st.popover("Export", icon=":material/download:", type="tertiary", key=f"export-{name}"):
        for kind, mime in (("png", "image/png"), ("svg", "image/svg+xml")):
            st.download_button(
                f"Picture ({kind.upper()})", functools.partial(written, drawn, kind), f"econsim-{name}.{kind}", mime,
                key=f"{name}-{kind}", on_click="ignore", type="tertiary", width="stretch",
            )  # fmt: skip
        for title, table in tables.items():
            st.download_button(
                f"Data: {title} (CSV)", functools.partial(_csv, table), f"econsim-{name}-{title}.csv", "text/csv",
                key=f"{name}-{title}", on_click="ignore", type="tertiary", width="stretch",
            )  # fmt: skip


def _csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False).encode()


def all_series(result: Result) -> pd.DataFrame:
    """Every series in every quarter, as `Result.series`, with its unit: that of the model, not of a chart."""
    known, table = catalogue(result.segments), result.series
    units = table["metric"].map({name: one.unit for name, one in known.items()})
    table.insert(table.columns.get_loc("metric") + 1, "unit", units)
    return table


def all_futures(result: Result) -> pd.DataFrame:
    """Every summary metric of every draw, `draw` first; columns are called `rd_investment, $M/quarter`."""
    names = {name: f"{name}, {one.unit}" for name, one in result.catalogue.items()}
    return result.metrics.rename(columns=names).reset_index()


def compared(result: Result, metric: str = "") -> str:
    """What a picture shows that stands alone: the metric, if it is of one, the package, and what that is held against.

    metric : its title, at the beginning of a sentence
    """
    who = start(spoken(result.subject)) if not metric else f"{metric}: {spoken(result.subject)}"
    world = listed_briefly(world_of(result.scenario))
    return f"{who} against {spoken(result.status_quo_name)}" + (f", with {spoken(world)}" if world else "")


def _downloads(
    name: str,
    draw: Callable[..., Any],
    answer: Answer,
    shown: Callable[[], pd.DataFrame],
    about: Callable[[], str],
    runs: Sequence[str],
) -> None:
    stem = f"econsim-{name}" if runs else f"econsim-{answer.run_id}-{name}"

    def full_data() -> bytes:
        return _csv(all_series(answer.live().result))

    def all_draws() -> bytes:
        return _csv(all_futures(answer.result))

    offered: list[tuple[str, str, str, Callable[[], bytes]]] = [
        ("Picture (PNG)", f"{stem}.png", "image/png", lambda: picture(draw, answer.result, "png", about(), runs)),
        ("Picture (SVG)", f"{stem}.svg", "image/svg+xml", lambda: picture(draw, answer.result, "svg", about(), runs)),
        ("Data shown (CSV)", f"{stem}.csv", "text/csv", lambda: _csv(shown())),
    ]
    if not runs:
        offered += [
            ("All series (CSV)", f"econsim-{answer.run_id}-series.csv", "text/csv", full_data),
            ("All futures (CSV)", f"econsim-{answer.run_id}-metrics.csv", "text/csv", all_draws),
        ]
    for label, file, mime, data in offered:
        st.download_button(
            label, data, file, mime, key=f"{name}-{label}", on_click="ignore", type="tertiary", width="stretch"
        )


def picture(draw: Callable[..., Any], result: Result, kind: str, about: str, runs: Sequence[str] = ()) -> bytes:
    """A chart as a file, `png` or `svg`, with its finding above and where its numbers come from below.

    about, runs : as for `chart`; what is compared stands below the finding
    """
    whole = draw(theme=LIGHT, wrap=LINE).properties(width=PLOT[0], height=PLOT[1])
    whole.title.subtitle = [*textwrap.wrap(about, LINE), *whole.title.subtitle]
    return written(styled(whole, source_line(result, runs), LIGHT), kind)


def written(full: alt.TopLevelMixin, kind: str) -> bytes:
    out = io.BytesIO()
    if kind == "png":
        full.save(out, format="png", scale_factor=SCALE)
        return out.getvalue()
    text = io.StringIO()
    full.save(text, format="svg")
    return text.getvalue().encode()


def source_line(result: Result, runs: Sequence[str] = ()) -> str:
    """Below every exported picture: where its numbers come from; `runs` in place of the result's own, if any."""
    told = f"runs {', '.join(runs)}" if runs else f"run {result.run_id}"
    return (
        f"econsim {econsim.__version__}, {told}: {result.draws} futures, seed {result.seed}, "
        f"{result.ensemble} ensemble. {illustrative(result.ensemble)}"
    )


__all__ = ["all_futures", "all_series", "chart", "compared", "finished", "picture", "source_line", "written"]
