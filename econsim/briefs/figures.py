"""The figures of a brief: drawn from its runs, and saved as SVG, PNG and data."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from econsim.briefs.amounts import amount, share_of_futures
from econsim.briefs.directions import effect_of, ways
from econsim.briefs.document import Brief, Figure, plain
from econsim.briefs.metric_words import start
from econsim.briefs.page_two import series_table
from econsim.briefs.writing import Writing, parameter_name
from econsim.errors import InputError, Problem
from econsim.parameter_book import GRADES
from econsim.results import QUANTILES

SCALE = 2.0  # pixels of a PNG for one of the chart
SMALL_SCALE = 1.25  # the same inside a notebook
PARTY_WORDS = {"Buyers, low use": "Buyers, low stakes", "Buyers, high stakes use": "Buyers, high stakes"}
# Labels that would overlap: nobody sees them, and each becomes a layer of its own in a PDF, in any order.
_HIDDEN = re.compile(r'<text[^>]* opacity="0"[^>]*>[^<]*</text>')


def check_can_draw() -> None:
    """Whether what draws figures is installed; InputError where it is not."""
    if importlib.util.find_spec("vl_convert") is None:
        message = "the figures need vl-convert, which is not installed: pip install 'econsim[brief]'"
        raise InputError(Problem("", message))


def draw_figures(brief: Brief, writing: Writing, folder: Path, footer: str) -> dict[str, str]:
    """Draw every figure of a brief into a folder: NAME.svg and NAME.png with their titles, and NAME.csv.

    returns : name -> SVG without title, as the brief itself shows it
    """
    import vl_convert

    from econsim.charts.brief import plain as without_title
    from econsim.charts.brief import with_title

    found = {}
    for block in brief.blocks():
        if not isinstance(block, Figure):
            continue
        table, chart = _chart(block.name, writing)
        table.to_csv(folder / f"{block.name}.csv", index=False, lineterminator="\n")
        bare = without_title(chart)
        svg = vl_convert.vegalite_to_svg(with_title(bare, plain(block.title), plain(block.subtitle), footer))
        (folder / f"{block.name}.svg").write_text(svg, encoding="utf-8")
        (folder / f"{block.name}.png").write_bytes(vl_convert.svg_to_png(svg, scale=SCALE))
        found[block.name] = _HIDDEN.sub("", vl_convert.vegalite_to_svg(bare))
    return found


def small_png(svg: str) -> bytes:
    """An SVG as a PNG for a notebook."""
    import vl_convert

    return bytes(vl_convert.svg_to_png(svg, scale=SMALL_SCALE))


def _chart(name: str, writing: Writing) -> tuple[pd.DataFrame, Any]:
    """The data of a figure and its chart."""
    from econsim.charts import brief as charts

    makers: dict[str, Callable[[], tuple[pd.DataFrame, Any]]] = {
        "1-packages": lambda: _packages(writing, charts.package_changes),
        "4-parties": lambda: _parties(writing, charts.gains_and_losses),
        "5-drivers": lambda: _drivers(writing, charts.low_and_high),
    }
    if name in makers:
        return makers[name]()
    table = series_table(writing.proposal, writing.spec.charts[int(name[0]) - 2])
    unit = table.attrs["unit"]
    return table, charts.shares_over_time(table) if table.attrs["shares"] else charts.effect_over_time(table, unit)


def _packages(writing: Writing, chart: Callable[[pd.DataFrame, str], Any]) -> tuple[pd.DataFrame, Any]:
    factor, unit = _shown(writing)
    rows = []
    against = writing.proposal.result.status_quo_name
    if writing.yes_no:
        from econsim.charts.brief import gains_and_losses

        for run in writing.runs.packages:
            shares = ways(run.result, writing.metric)
            told = f"{share_of_futures(shares['same'], short=True)} as without it"
            rows.append({"party": run.label, "gains": shares["up"], "loses": shares["down"], "told": told})
        table = pd.DataFrame(rows)
        return table, gains_and_losses(table, "only without it, of 20 futures  |  only with it, of 20")
    for run in writing.runs.packages:
        values = effect_of(run.result, writing.metric, writing.head.relative)
        quantiles = pd.Series(values).dropna().quantile(list(QUANTILES)) * factor
        shares = ways(run.result, writing.metric)
        unmoved = shares["same"] == 1.0
        share = shares["same" if unmoved else writing.side]
        told = f"{'unchanged' if unmoved else writing.than_before} in {share_of_futures(share, short=True)}"
        rows.append(
            {"label": run.label, **dict(zip(("p5", "p25", "p50", "p75", "p95"), quantiles, strict=True)), "told": told}
        )
    table = pd.DataFrame(rows)
    return table, chart(table, f"change of {writing.head.label} against {against}{unit}")


def _shown(writing: Writing) -> tuple[float, str]:
    """Factor and unit in which effects on the headline are drawn."""
    if writing.head.relative:
        return 100.0, ", %"
    unit = writing.proposal.result.catalogue[writing.metric].unit
    if unit == "$M/quarter":
        return 4e-3, ", $bn a year"
    if unit == "$M":
        return 1e-3, ", $bn"
    if unit == "share":
        return 100.0, ", points"
    return 1.0, f", {unit}" if unit not in ("–", "ratio", "count", "index") else ""


def _parties(writing: Writing, chart: Callable[[pd.DataFrame], Any]) -> tuple[pd.DataFrame, Any]:
    table = writing.proposal.result.parties.copy()
    table["party"] = [PARTY_WORDS.get(name, name) for name in table["party"]]
    table["told"] = [_told(row) for row in table.to_dict("records")]
    known = table[table["gains"].notna()]
    touched = known[known["gains"] + known["loses"] > 0.0]
    return table, chart((known if touched.empty else touched).reset_index(drop=True))


def _told(row: dict[Any, Any]) -> str:
    def bn(value: float) -> str:
        return amount(value * 250.0, "$M/quarter", sign=True, short=True)

    return f"{bn(row['median'])} ({bn(row['p5'])} to {bn(row['p95'])})"


def _drivers(writing: Writing, chart: Callable[[pd.DataFrame, str, float], Any]) -> tuple[pd.DataFrame, Any]:
    factor, unit = _shown(writing)
    rows = []
    for one in writing.depends.drivers:
        told = f"{GRADES[one.grade]}"
        ends = {"lowest": one.lowest.median * factor, "highest": one.highest.median * factor}
        rows.append({"name": start(parameter_name(one.name)), **ends, "told": told})
    table = pd.DataFrame(rows)
    return table, chart(
        table, f"{writing.middle_change} of {writing.head.label}{unit}", writing.depends.median * factor
    )


__all__ = ["check_can_draw", "draw_figures", "small_png"]
