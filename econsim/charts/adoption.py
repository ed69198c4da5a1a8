"""The adopter's choice as a chart: the discount that a copy would need, against the one offered."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

import econsim
from econsim.charts.style import BLUE, GREY, PLOT_WIDTH, VERMILLION, heading, styled
from econsim.ensemble_words import illustrative
from econsim.findings import futures

if TYPE_CHECKING:
    from econsim.studies.adoption import Adoption

NAMES = {
    "break_even_discount": "for what benchmarks do not show",
    "break_even_with_visible": "with what they do show",
}
TITLE_LINE = 84


def discounts(found: Adoption) -> Any:
    """Median, middle half and 90% range of both break-even discounts, and the discount offered."""
    rows = [
        {"name": words, **found.row(name), "told": f"worth it in {futures(found.worth_it(name))}"}
        for name, words in NAMES.items()
    ]
    table = pd.DataFrame(rows)
    scale = alt.Scale(domain=[0.0, 1.0])
    y = alt.Y("name:N", sort=list(NAMES.values()), title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=260))
    axis = alt.X("p5:Q", title="discount on the teacher's price", axis=alt.Axis(format=".0%"), scale=scale)
    base = alt.Chart(table).encode(y=y)
    wide = base.mark_rule(strokeWidth=2, color=BLUE).encode(x=axis, x2="p95:Q")
    narrow = base.mark_bar(height=11, color=BLUE).encode(x="p25:Q", x2="p75:Q")
    middle = base.mark_tick(thickness=3, height=22, color="#333333", opacity=1.0).encode(x="median:Q")
    told = base.mark_text(align="left", color=GREY, fontSize=11).encode(x=alt.value(PLOT_WIDTH + 8), text="told:N")
    offered = pd.DataFrame({"x": [found.workload.discount], "words": ["offered"]})
    line = alt.Chart(offered).mark_rule(color=VERMILLION, strokeWidth=2, strokeDash=[5, 3]).encode(x="x:Q")
    name = (
        alt.Chart(offered)
        .mark_text(align="right", dx=-5, color=VERMILLION, fontSize=12)
        .encode(x="x:Q", y=alt.value(6), text="words:N")
    )
    load = found.workload
    way = load.benchmark_score
    score = "" if way is None else f", a copy {100 * way:.0f}% of the way to the best original on benchmarks"
    subtitle = (
        f"The discount at which a copy is worth it; {found.known} futures of {found.result.scenario.name}{score}; "
        f"{100 * load.tail_share:.0f}% of tasks in the tail, failures there {load.failure_cost:g} times as costly. "
        "Tick: median; bar: middle half; line: 90% range."
    )
    top = heading("", textwrap.wrap(subtitle, TITLE_LINE + 12))
    top.text = textwrap.wrap(found.verdict, TITLE_LINE)
    chart = alt.layer(wide, narrow, middle, line, name, told).properties(
        width=PLOT_WIDTH, height=alt.Step(52), title=top
    )
    run = f"econsim {econsim.__version__}, run {found.result.run_id}, {found.identity}"
    return styled(chart, f"{run}. {illustrative(found.result.ensemble)}")


__all__ = ["discounts"]
