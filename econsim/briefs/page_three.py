"""Page three: what the finding depends on, what flips it, where it breaks, what would change our mind."""

from __future__ import annotations

import math
from typing import Any

from econsim.briefs.amounts import amount, correlation, share_of_futures
from econsim.briefs.dependence import Driver
from econsim.briefs.document import Bullets, Figure, Number, Paragraph, Section, Strong, Table, Text, joined, plain
from econsim.briefs.metric_words import metric_words, start
from econsim.briefs.page_two import own_paragraphs
from econsim.briefs.writing import Writing, count_word, parameter_meaning, parameter_name
from econsim.parameter_book import GRADES
from econsim.studies.statistics.boxes import Box
from econsim.studies.words import listed, setting

MOST_FLIPS = 5


def depends(writing: Writing) -> Section:
    """The assumptions that the effect goes with, with intervals, and its median at their two ends."""
    found = writing.depends
    if not found.drivers:
        text = writing.fill("Every assumption is at its default in this ensemble; only luck differs between futures.")
        return Section("depends", "What it depends on", 3, (Paragraph(text), *own_paragraphs(writing, "depends")))
    rows = tuple(_driver_row(writing, one) for one in found.drivers)
    table = Table(
        "drivers",
        writing.fill("The assumptions with which the effect on {head} goes most"),
        ("Assumption", "Rank correlation", "In its lowest fifth", "In its highest fifth"), rows,
        (4.0, 2.25, 1.75, 1.75), left=(0,),
        note=writing.fill("Spearman's rank correlation with the change of {head}, with its 95% interval, over {draws} "
                          "futures. Behind it the median change in the fifth of futures where the assumption is lowest "
                          f"and highest, and in how many of 20 of them {{head}} is {writing.than_before}."),
    )  # fmt: skip
    return Section(
        "depends", "What it depends on", 3,
        (Paragraph(_reversals(writing)), *own_paragraphs(writing, "depends"), table, _figure(writing)),
    )  # fmt: skip


def _driver_row(writing: Writing, one: Driver) -> tuple[Text, ...]:
    code = f'driver("{one.name}")'
    low = writing.end(f"driver.{one.name}.lowest", one.lowest, f"{code}.lowest", short=True)
    high = writing.end(f"driver.{one.name}.highest", one.highest, f"{code}.highest", short=True)
    return (
        (Strong(start(parameter_name(one.name))), f": {parameter_meaning(one.name)}"),
        driver_interval(writing, one),
        (low[0], " (", low[1], ")"),
        (high[0], " (", high[1], ")"),
    )


def driver_interval(writing: Writing, one: Driver, kind: str = "driver") -> Text:
    """`−0.39 (−0.44 to −0.33)`."""
    code = f'{kind}("{one.name}")'
    numbers = [
        writing.found(f"{kind}.{one.name}.{part}", correlation(value), value, f"{code}.{part}")
        for part, value in (("correlation", one.correlation), ("low", one.low), ("high", one.high))
    ]
    return (numbers[0], " (", numbers[1], " to ", numbers[2], ")")


def _reversals(writing: Writing) -> Text:
    found = writing.depends
    count = writing.found("reversing", count_word(len(found.reversing)), len(found.reversing), "len(found.reversing)")
    first = writing.fill(
        "Each future has drawn its own assumptions, so the futures themselves show with which of them the effect goes."
    )
    if not found.sign:
        return joined([first, writing.fill("The median effect is nil, so there is no sign to be reversed.")])
    if not found.reversing:
        rest = writing.fill("At neither end of any of these does the median effect change its sign.")
    else:
        names = listed([f"the {parameter_name(one.name)}" for one in found.reversing])
        rest = writing.fill(
            f"The median effect changes its sign at one end of {{count}} of them: {names}.", count=count
        )
    return joined([first, rest])


def _figure(writing: Writing) -> Figure:
    found = writing.depends
    widest = max(found.drivers, key=lambda one: abs(one.highest.median - one.lowest.median))
    code = f'driver("{widest.name}")'
    low = writing.end(f"driver.{widest.name}.lowest", widest.lowest, f"{code}.lowest")[0]
    high = writing.end(f"driver.{widest.name}.highest", widest.highest, f"{code}.highest")[0]
    title = writing.fill(
        f"From the lowest to the highest fifth of the {parameter_name(widest.name)} the median goes from {{low}} to "
        "{high}",
        low=low, high=high,
    )  # fmt: skip
    subtitle = writing.fill(
        "Median change of {head} in the fifth of futures where the assumption is lowest (circle) and highest "
        "(diamond). Grey line: all futures. At the right: the evidence for the assumption."
    )
    return Figure("5-drivers", title, subtitle, plain(title)[:99])


# ---------------------------------------------------------------------------------------------------- flip


def flip(writing: Writing, study: dict[str, Any]) -> Section:
    """The smallest change of one assumption that reverses the finding; `study` as in `flip.json`."""
    rows = []
    for one in study["flips"][:MOST_FLIPS]:
        rows.append((
            (start(parameter_name(one["parameter"])),),
            (_flip_number(writing, study, one, "default"),),
            (_flip_number(writing, study, one, "low"), " to ", _flip_number(writing, study, one, "high")),
            (start(one["does"]),),
            (_flip_number(writing, study, one, "flip"),),
            ("Yes" if one["inside_prior"] else "No",),
            (GRADES[one["grade"]],),
        ))  # fmt: skip
    inside, fades = (
        _count(writing, study, does, sum(one["inside_prior"] and one["does"] == does for one in study["flips"]))
        for does in ("reverses", "fades")
    )
    outside = _count(writing, study, "outside", sum(not one["inside_prior"] for one in study["flips"]))
    never = _count(writing, study, "never", len(study["never"]))
    draws = _count(writing, study, "draws", study["draws"])
    text = writing.fill(
        "Changed alone, in every future and on both sides of the comparison, {inside} assumptions reverse the finding "
        "inside their priors and {fades} let it fade to hardly a change; {outside} do either outside, and {never} do "
        "neither at the values tried ({draws} futures a value).",
        inside=inside, fades=fades, outside=outside, never=never, draws=draws,
    )  # fmt: skip
    blocks: list[Any] = [Paragraph(text), *own_paragraphs(writing, "flip")]
    if rows:
        blocks.append(
            Table(
                "flips", ("The least changes that take the finding away",),
                ("Assumption", "Default", "Prior", "Finding", "At", "In prior?", "Evidence"), tuple(rows),
                (2.2, 1.0, 1.5, 1.0, 1.1, 0.9, 1.0), left=(0, 3, 5, 6),
            )
        )  # fmt: skip
    return Section("flip", "What would flip it", 3, tuple(blocks))


def _flip_number(writing: Writing, study: dict[str, Any], one: dict[str, Any], key: str) -> Number:
    value, name = one[key], one["parameter"]
    # No code: the study takes minutes, and its folder lies in the bundle.
    return writing.ledger.number(f"flip.{name}.{key}", setting(name, value, figures=3), value, (study["run_id"],), "")


def _count(writing: Writing, study: dict[str, Any], key: str, value: int) -> Number:
    return writing.ledger.number(f"flip.{key}", str(value), value, (study["run_id"],), "")


# ---------------------------------------------------------------------------------------------------- where it breaks


def breaks(writing: Writing) -> Section:
    """Futures in which there is nothing to act on, assumptions under which it fails, and the worst twentieth."""
    items = [_idle(writing), _box(writing), _worst(writing)]
    return Section(
        "breaks",
        "Where it breaks",
        3,
        (*own_paragraphs(writing, "breaks"), Bullets(tuple(one for one in items if one))),
    )


def _idle(writing: Writing) -> Text:
    idle = writing.depends.idle
    share = writing.found("idle.share", share_of_futures(idle.share), idle.share, "found.idle.share")
    if idle.share == 0.0:
        return writing.fill("Somebody copies in every future.")
    if math.isnan(idle.median):
        return writing.fill("In {share} futures nobody ever copies under the status quo, and there is nothing to mend.",
                            share=share)  # fmt: skip
    median = writing.found("idle.median", writing.effect(idle.median), idle.median, "found.idle.median")
    return writing.fill(
        "In {share} futures nobody ever copies under the status quo. There the package has nothing to mend, and its "
        "median effect on {head} is {median}.",
        share=share, median=median,
    )  # fmt: skip


def _box(writing: Writing) -> Text:
    found = writing.depends.breaking
    if found is None:
        return ()
    goal = "raise" if writing.depends.sign > 0 else "lower"
    fails, outside, share = (
        writing.found(f"box.{key}", share_of_futures(value), value, f"found.breaking.{key}")
        for key, value in (("fails", found.fails), ("outside", found.outside), ("share", found.share))
    )
    return writing.fill(
        f"Where there is copying, it fails to {goal} {{head}} in {{fails}} futures with {{limits}}, against "
        "{outside} elsewhere; {share} of these futures lie there.",
        fails=fails, outside=outside, share=share, limits=limits_text(writing, found.box),
    )  # fmt: skip


def limits_text(writing: Writing, box: Box) -> Text:
    """The limits of a box: `a lab premium of at least 1.2 log price and …`."""
    told: list[Text] = []
    for place, limit in enumerate(box.limits):
        number = writing.found(
            f"box.limit.{place}", setting(limit.name, limit.value, figures=3), limit.value,
            f"found.breaking.box.limits[{place}].value",
        )  # fmt: skip
        side = "least" if limit.at_least else "most"
        told.append((f"{parameter_name(limit.name)} at {side} ", number))
    return joined(told, " and ")


def _worst(writing: Writing) -> Text:
    side = "p5" if writing.depends.sign >= 0 else "p95"
    than = "or less" if side == "p5" else "or more"
    return writing.fill(
        f"In the twentieth of the futures that is worst for {{head}} the change is "
        f"{{headline.proposal.{writing.change}_{side}}} {than}."
    )


# ---------------------------------------------------------------------------------------------------- signals


def signals(writing: Writing) -> Section:
    """What could be observed that would tell which of the futures we are in."""
    found = writing.depends.signals
    lead = own_paragraphs(writing, "signals")
    if not found:
        text = writing.fill("None of what can be measured without the model goes clearly with the effect.")
        return Section("signals", "What would change our mind", 3, (Paragraph(text), *lead))
    rows = []
    for one in found:
        unit = writing.runs.status_quo.result.catalogue[one.name].unit
        cells: list[Text] = [(start(metric_words(one.name).label),)]
        for key, end, side in (("lowest", one.lowest, "up to"), ("highest", one.highest, "from")):
            code = f'signal("{one.name}").{key}'
            value = writing.found(f"signal.{one.name}.{key}.value", amount(end.value, unit), end.value, f"{code}.value")
            median, up = writing.end(f"signal.{one.name}.{key}", end, code, short=True)
            cells += [(f"{side} ", value), (median, " (", up, ")")]
        rows.append(tuple(cells))
    text = writing.fill(
        "These can be measured without the package and without the model, and go with the effect. Seen at one end or "
        "the other, they would move us to the row's median."
    )
    table = Table(
        "signals", ("What to measure first",), ("Signal", "If low", "Median change", "If high", "Median change"),
        tuple(rows), (2.3, 1.5, 1.7, 1.5, 1.7), left=(0, 1, 3),
        note=writing.fill("Means from the fourth year on under the status quo; low and high are the outer fifths of "
                          f"futures. In brackets: futures of 20 in which {{head}} is {writing.than_before}."),
    )  # fmt: skip
    return Section("signals", "What would change our mind", 3, (Paragraph(text), *lead, table))


__all__ = ["breaks", "depends", "driver_interval", "flip", "limits_text", "signals"]
