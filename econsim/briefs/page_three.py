"""Page three: what the finding depends on, what flips it, where it breaks, what would change our mind."""

from __future__ import annotations

import math
from typing import Any

from econsim.briefs.amounts import FIGURES, amount, correlation, relative, share_of_futures
from econsim.briefs.assumption_words import assumption_amount, meaning, unit_in_brackets, units_told
from econsim.briefs.dependence import Driver
from econsim.briefs.document import Bullets, Figure, Number, Paragraph, Section, Strong, Table, Text, joined, plain
from econsim.briefs.metric_words import metric_words, start
from econsim.briefs.page_two import own_paragraphs
from econsim.briefs.writing import Writing, count_word, parameter_meaning, parameter_name
from econsim.parameter_book import GRADES
from econsim.studies.statistics.boxes import Box
from econsim.studies.words import listed, rounded, setting

MOST_FLIPS = 6


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
        ("Assumption", "Rank correlation", "95% interval"), rows, (5.2, 1.8, 1.8), left=(0,),
    )  # fmt: skip
    return Section(
        "depends", "What it depends on", 3,
        (Paragraph(_reversals(writing)), *own_paragraphs(writing, "depends"), table, _figure(writing)),
    )  # fmt: skip


def _driver_row(writing: Writing, one: Driver) -> tuple[Text, ...]:
    numbers = [
        writing.found(f"driver.{one.name}.{part}", correlation(value), value, f'driver("{one.name}").{part}')
        for part, value in (("correlation", one.correlation), ("low", one.low), ("high", one.high))
    ]
    return (
        (Strong(start(parameter_name(one.name))), f": {parameter_meaning(one.name)}"),
        (numbers[0],),
        (numbers[1], " to ", numbers[2]),
    )


def _reversals(writing: Writing) -> Text:
    found = writing.depends
    count = writing.found("reversing", count_word(len(found.reversing)), len(found.reversing), "len(found.reversing)")
    first = writing.fill("Each future has drawn its own assumptions, so the futures show with which the effect goes.")
    if not found.sign:
        return joined([first, writing.fill("The median effect is nil, so there is no sign to be reversed.")])
    if not found.reversing:
        rest = writing.fill("At neither end of any of the five does the median change its sign.")
    else:
        names = listed([f"the {parameter_name(one.name)}" for one in found.reversing])
        rest = writing.fill(
            f"The median changes its sign at one end of {{count}} of the strongest: {names}.", count=count
        )
    return joined([first, rest])


def _figure(writing: Writing) -> Figure:
    found = writing.depends
    widest = max(found.drivers, key=lambda one: abs(one.highest.median - one.lowest.median))
    code = f'driver("{widest.name}")'
    low = writing.end(f"driver.{widest.name}.lowest", widest.lowest, f"{code}.lowest")[0]
    high = writing.end(f"driver.{widest.name}.highest", widest.highest, f"{code}.highest")[0]
    title = writing.fill(
        f"With the {parameter_name(widest.name)} the median change goes from {{low}} to {{high}}",
        low=low, high=high,
    )  # fmt: skip
    subtitle = writing.fill(
        "Median in the fifth of futures where the assumption is lowest (circle) and highest (diamond); grey line: all. "
        "At the right: the evidence for it."
    )
    return Figure("5-drivers", title, subtitle, plain(title))


# ---------------------------------------------------------------------------------------------------- flip


def flip(writing: Writing, study: dict[str, Any]) -> Section:
    """The smallest change of one assumption that reverses the finding; `study` as in `flip.json`."""
    rows = []
    for one in study["flips"][:MOST_FLIPS]:
        rows.append((
            (start(parameter_name(one["parameter"])) + unit_in_brackets(one["parameter"]),),
            (_flip_number(writing, study, one, "default"),),
            (_flip_number(writing, study, one, "low"), " to ", _flip_number(writing, study, one, "high")),
            (_flip_number(writing, study, one, "flip"),),
            ("Yes" if one["inside_prior"] else "No",),
            (start(one["does"]),),
            (GRADES[one["grade"]],),
        ))  # fmt: skip
    blocks: list[Any] = [Paragraph(_flip_words(writing, study)), *own_paragraphs(writing, "flip")]
    if rows:
        blocks.append(
            Table(
                "flips", (), ("Assumption", "Default", "Plausible", "Flips at", "Inside?", "Finding", "Evidence"),
                tuple(rows), (3.1, 0.8, 1.5, 0.9, 0.9, 0.95, 0.95), left=(0, 4, 5, 6),
                note=_units(writing, [one["parameter"] for one in study["flips"][:MOST_FLIPS]]),
            )
        )  # fmt: skip
    return Section("flip", "What would flip it", 3, tuple(blocks))


def _flip_words(writing: Writing, study: dict[str, Any]) -> Text:
    """How many assumptions take the finding away, and on how many futures that rests."""
    draws = _count(writing, study, "draws", study["draws"])
    if not study["flips"] and not study["never"]:
        return writing.fill(
            "In the {draws} futures that this was asked of, {who} {verb} the median of {head}: there is nothing to "
            "flip.",
            draws=draws, verb=writing.ledger.number("flip.verdict", study["verdict"], study["verdict"],
                                                    (study["run_id"],), ""),
        )  # fmt: skip
    reverses, fades = (
        sum(one["inside_prior"] and one["does"] == does for one in study["flips"]) for does in ("reverses", "fades")
    )
    tried = _count(writing, study, "tried", len(study["flips"]) + len(study["never"]))
    which = "those with which the effect goes most" if study["only"] is not None else "all that are uncertain"
    return writing.fill(
        f"Of {{tried}} assumptions, {which}, {{reverses}} {'reverses' if reverses < 2 else 'reverse'} the finding at a "
        f"plausible value when changed alone, and {{fades}} {'lets' if fades < 2 else 'let'} it fade to hardly a "
        "change. This rests on {draws} futures a value, whose median is {median} as drawn{interval}. At the values in "
        "the table the median has only just turned. Reversed clearly at a plausible value, with its 95% interval on "
        "the other side: {clear}.",
        tried=tried, draws=draws, reverses=_count(writing, study, "reverses", reverses, in_words=True),
        fades=_count(writing, study, "fades", fades, in_words=True),
        clear=_count(writing, study, "clear", _clear(study), in_words=True), median=_change(writing, study, "median"),
        interval=_flip_interval(writing, study),
    )  # fmt: skip


def _clear(study: dict[str, Any]) -> int:
    """How many assumptions reverse the finding clearly at a plausible value."""
    known = [one for one in study["flips"] if one["clear_at"] is not None]
    return sum(one["low"] <= one["clear_at"] <= one["high"] for one in known)


def _flip_interval(writing: Writing, study: dict[str, Any]) -> Text:
    """The interval of the median that the table rests on; few futures give none."""
    if study["median_interval"] is None:
        return ()
    ends = (_change(writing, study, "median_interval", place) for place in (0, 1))
    return (" (95% interval ", *joined([(one,) for one in ends], " to "), ")")


def _change(writing: Writing, study: dict[str, Any], key: str, place: int | None = None) -> Number:
    value = study[key] if place is None else study[key][place]
    name = f"flip.{key}" if place is None else f"flip.{key}.{place}"
    return writing.ledger.number(name, relative(value), value, (study["run_id"],), "")


def _flip_number(writing: Writing, study: dict[str, Any], one: dict[str, Any], key: str) -> Number:
    value, name = one[key], one["parameter"]
    text = setting(name, value, unit=False, figures=FIGURES)
    if key == "flip" and value != one["default"] and text == setting(name, one["default"], unit=False, figures=FIGURES):
        text = setting(name, value, unit=False, figures=FIGURES + 1)  # else it would read as the default
    # No code: the study takes minutes, and its folder lies in the bundle.
    return writing.ledger.number(f"flip.{name}.{key}", text, value, (study["run_id"],), "")


def _units(writing: Writing, names: list[str]) -> Text:
    """What the units in the flip table mean, where not everybody knows."""
    told: list[Text] = []
    for place, (before, value, code, after) in enumerate(units_told(names)):
        text = f"{100.0 * value:.0f}%" if value < 1.0 else rounded(value, FIGURES)
        told.append((before, writing.found(f"unit.{place}", text, value, code), after))
    return (*joined(told, ". "), ".") if told else ()


def _count(writing: Writing, study: dict[str, Any], key: str, value: int, in_words: bool = False) -> Number:
    text = count_word(value) if in_words else str(value)
    return writing.ledger.number(f"flip.{key}", text, value, (study["run_id"],), "")


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
        "In {share} futures nobody ever copies under the status quo. There the median effect on {head} is {median}.",
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
        f"Where there is copying, it fails to {goal} {{head}} in {{fails}} futures with {{limits}} ({{share}} have "
        "them), against {outside} elsewhere.",
        fails=fails, outside=outside, share=share, limits=limits_text(writing, found.box),
    )  # fmt: skip


def limits_text(writing: Writing, box: Box) -> Text:
    """The limits of a box: `lab premium at least 1.2 (3.3 times the price) and …`."""
    told: list[Text] = []
    for place, limit in enumerate(box.limits):
        key, code = f"box.limit.{place}", f"found.breaking.box.limits[{place}].value"
        number = writing.found(key, assumption_amount(limit.name, limit.value), limit.value, code)
        side = "least" if limit.at_least else "most"
        comes_to = meaning(limit.name, limit.value)
        after: Text = ()
        if comes_to is not None:
            plainly = writing.found(f"{key}.meaning", comes_to.text, comes_to.value, comes_to.code.replace("{}", code))
            after = (" (", plainly, f"{comes_to.after})")
        told.append((f"{parameter_name(limit.name)} at {side} ", number, *after))
    return joined(told, " and ")


def _worst(writing: Writing) -> Text:
    side = "p5" if writing.depends.sign >= 0 else "p95"
    than = "or less" if side == "p5" else "or more"
    return writing.fill(
        f"In the worst twentieth of futures the change is {{headline.proposal.{writing.change}_{side}}} {than}."
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
        "These can be measured without the model, and go with the effect. Seen at one end, they would move us to the "
        "row's median."
    )
    table = Table(
        "signals", (), ("Signal", "If low", "Median change", "If high", "Median change"),
        tuple(rows), (2.3, 1.5, 1.7, 1.5, 1.7), left=(0, 1, 3),
        note=writing.fill("Under the status quo; low and high: outer fifths of futures. In brackets: futures of 20 in "
                          f"which {{head}} is {writing.than_before}."),
    )  # fmt: skip
    return Section("signals", "What would change our mind", 3, (Paragraph(text), *lead, table))


__all__ = ["breaks", "depends", "flip", "limits_text", "signals"]
