"""The flip table as a chart: how far into its prior each assumption has to go until the finding is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

import econsim
from econsim.charts.style import BLUE, GREY, PLOT_WIDTH, VERMILLION, styled, titled
from econsim.ensemble_words import illustrative
from econsim.findings import NEGLIGIBLE, SMALL_CHANGE, percent
from econsim.studies.flip_result import clearly
from econsim.studies.flip_search import FADES, REVERSES
from econsim.studies.words import count_of, relative, setting, settings, start, words

if TYPE_CHECKING:
    from econsim.studies.flip_assumptions import Assumed
    from econsim.studies.flip_one import Flip
    from econsim.studies.flip_result import Flips

MOST_ROWS = 20
CLOSEST = 8  # assumptions shown where none takes the finding away
EDGE = 0.16  # how far outside the prior the chart reaches, in widths of it
OUTSIDE = 0.1  # where values outside the prior stand
PRIOR = "#C9DDEB"
LINE = 104
MARKS = {REVERSES: ("circle", 110, True, VERMILLION), FADES: ("circle", 90, False, VERMILLION)}


def flip_table(result: Flips) -> Any:
    """One row an assumption that reverses the finding or lets it fade: its prior, its default, and where it does so.

    Values outside the prior stand at the edge of the chart, with the value beside them. Where nothing takes the finding
    away, the assumptions that come closest are shown without a mark.
    """
    rows = [_row(one) for one in result.flips[:MOST_ROWS]] or [_closest(scan) for scan in result.never[:CLOSEST]]
    table = pd.DataFrame(rows or [{"label": "–", **_ends(None), "text": "", "second": ""}])
    y = alt.Y(
        "label:N",
        sort=table["label"].tolist(),
        title=None,
        axis=alt.Axis(labelLimit=300, ticks=False, domain=False, labelPadding=8),
    )
    scale = alt.Scale(domain=[-EDGE, 1.0 + EDGE], nice=False)
    names = "datum.value == 0 ? 'low end of the prior' : 'high end of the prior'"
    x_axis = alt.Axis(values=[0, 1], labelExpr=names, grid=False, domain=False, ticks=False, labelBound=False)
    base = alt.Chart(table).encode(y=y)
    prior = base.mark_rule(strokeWidth=7, color=PRIOR, strokeCap="round").encode(
        x=alt.X("low:Q", title=None, scale=scale, axis=x_axis), x2="high:Q"
    )
    default = base.mark_tick(thickness=3, height=16, color=BLUE, opacity=1.0).encode(x=alt.X("default:Q", scale=scale))
    layers = [prior, default]
    for kind, (shape, size, filled, color) in MARKS.items():
        if "kind" in table and (table["kind"] == kind).any():
            mark = base.transform_filter(f"datum.kind == '{kind}'").mark_point(
                shape=shape, size=size, filled=filled, fill=color if filled else "white", color=color, strokeWidth=2.5,
                opacity=1.0,
            )  # fmt: skip
            layers.append(mark.encode(x=alt.X("flip:Q", scale=scale)))
    for column, offset, color in (("text", 10, "#222222"), ("second", 290, GREY)):
        layers.append(
            base.mark_text(align="left", fontSize=11, color=color).encode(
                x=alt.value(PLOT_WIDTH + offset), text=f"{column}:N"
            )
        )
    chart = alt.layer(*layers).properties(
        width=PLOT_WIDTH, height=alt.Step(26), title=titled(flip_title(result), _subtitle(result), LINE)
    )
    settings = result.question.settings
    footer = (
        f"Study {result.id}: {settings.draws} futures at each value, the same in all; seed {settings.seed}, ensemble "
        f"{settings.ensemble}, econsim {econsim.__version__}. {illustrative(settings.ensemble)}"
    )
    return styled(chart, footer)


def flip_title(result: Flips) -> str:
    """How many assumptions take the finding away in their priors, in a line."""
    asked, one = result.question, result.found
    told = f"{start(asked.subject.replace('-', ' '))} {one.verb} {words(asked.output.metric)}"
    if result.finding.startswith("No finding"):
        return result.finding
    if not one.sign:
        return f"{told}: there is nothing to reverse"
    reverses, fades = result.group(REVERSES, True), result.group(FADES, True)
    if not reverses and not fades:
        return f"{told}, and no single assumption takes that away in its prior"
    parts = [
        f"{count_of(len(some), 'assumption')} can {verb}{rest}"
        for some, verb, rest in (
            (reverses, "reverse the median", f", {clearly(reverses)}," if reverses else ""),
            (fades, "let it fade", ""),
        )
        if some
    ]
    return f"{told}; changed alone in its prior, {' and '.join(parts)}".removesuffix(",")


def _closest(scan: Any) -> dict[str, Any]:
    value, verdict = scan.closest() or (scan.assumed.default, None)
    left = "not solved" if verdict is None else f"median {relative(verdict.median)}"
    return {**_ends(scan.assumed), "text": f"neither; {left} at {setting(scan.assumed.name, value)}", "second": ""}


def _ends(assumed: Assumed | None) -> dict[str, Any]:
    if assumed is None:
        return {"low": 0.0, "high": 1.0, "default": 0.0}
    label = f"{start(words(assumed.name))} ({assumed.row.grade})"
    return {"label": label, "low": 0.0, "high": 1.0, "default": assumed.place(assumed.default)}


def _row(one: Flip) -> dict[str, Any]:
    assumed = one.assumed
    place = min(max(assumed.place(one.value), -OUTSIDE), 1.0 + OUTSIDE)
    if one.inside:
        place = min(max(place, 0.0), 1.0)
    where = "" if one.inside else " (outside)"
    star = "" if one.stays else " *"
    does = "reverses" if one.kind == REVERSES else "fades"
    at = setting(assumed.name, one.value, figures=4)
    ends = at if one.before is None else settings(assumed.name, one.before, one.value, figures=4)
    text = f"{does} at {ends}{where}{star}"
    second = f"median {relative(one.verdict.median)}"
    if one.interval is not None:
        second += f" ({' to '.join(relative(end) for end in one.interval)})"
    if one.kind == REVERSES:
        clear = (
            "nowhere tried" if one.clear is None else f"from {setting(assumed.name, one.clear, unit=False, figures=3)}"
        )
        second += f"; clear {clear}"
    return {**_ends(assumed), "flip": place, "kind": one.kind, "text": text, "second": second}


def _subtitle(result: Flips) -> str:
    one, asked = result.found, result.question
    least = percent(SMALL_CHANGE).removeprefix("+")
    told = [
        f"Bar: prior of the assumption; blue tick: its default; filled dot: the value at which the median change of "
        f"{words(asked.output.metric)} is reversed ({least} or more the other way); open dot: at which it fades "
        "(smaller than that); off the bar: outside the prior, not to scale. Beside it: between which values that "
        f"happens, the median at the latter with its 95% interval on {asked.settings.draws} futures, and from where on "
        "that interval lies wholly on the other side (clear). Letter: grade of the evidence (A measured, B inferred, C "
        "assumed)."
    ]
    if any(not flip.stays for flip in result.flips[:MOST_ROWS]):
        told.append("*: not so at every value tried beyond.")
    if one.sign is not None:
        interval = ""
        if result.interval is not None:
            low, high = result.interval
            interval = f", 95% interval {percent(low)} to {percent(high)}"
        told.append(f"As it is, against {asked.against}: median {percent(one.median)}{interval}.")
    if result.vanishing:
        told.append(
            f"Not judged: values that leave less than {NEGLIGIBLE:.0%} of the usual {words(asked.output.metric)} in "
            f"{asked.against}."
        )
    if result.too_few:
        told.append("Too few futures to judge.")
    if len(result.flips) > MOST_ROWS:
        told.append(f"The first {MOST_ROWS} of {len(result.flips)} are shown.")
    return " ".join(told)
