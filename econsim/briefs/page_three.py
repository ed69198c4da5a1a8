"""Page three: what the finding depends on, what flips it, where it breaks, what would change our mind."""

from __future__ import annotations

import math

import numpy as np

from econsim.briefs.amounts import amount, correlation, share_of_futures
from econsim.briefs.assumption_words import assumption_amount, meaning
from econsim.briefs.dependence import LEAST_MOVE, Driver
from econsim.briefs.directions import effect_of
from econsim.briefs.document import Bullets, Figure, Paragraph, Section, Strong, Table, Text, joined, plain
from econsim.briefs.metric_words import metric_words, start
from econsim.briefs.page_two import own_paragraphs
from econsim.briefs.spec_packages import STATUS_QUO
from econsim.briefs.writing import Writing, count_word, parameter_meaning, parameter_name
from econsim.studies.discovery_halves import HALVES
from econsim.studies.statistics.boxes import Box
from econsim.studies.words import listed


def depends(writing: Writing) -> Section:
    """The assumptions that the effect goes with, with intervals, and its median at their two ends."""
    found = writing.depends
    if not found.drivers:
        text = nothing_drives(writing)
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


def nothing_drives(writing: Writing) -> Text:
    """Why no assumption is named: none differs, none moves the effect, or none does so clearly."""
    found = writing.depends
    if not found.names:
        return writing.fill("Every assumption is at its default in this ensemble; only luck differs between futures.")
    if not found.varies:
        return writing.fill("The effect on {head} is the same in all futures{where}: nothing that is drawn moves it.",
                            where=writing.where)  # fmt: skip
    count = writing.ledger.number("evidence.all", str(len(found.names)), len(found.names), writing.run_ids,
                                  "len(found.names)")  # fmt: skip
    return writing.fill(
        "None of the {count} assumptions that are drawn goes clearly with the effect in these {draws} futures: too "
        "many are looked at for the strongest of them to stand out.",
        count=count,
    )


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
        return joined([first, writing.fill("The {middle} effect is nil, so there is no sign to be reversed.",
                                           middle="mean" if writing.yes_no else "median")])  # fmt: skip
    if not found.reversing:
        rest = writing.fill(f"At neither end of any of these does the {writing.middle} change its sign.")
    else:
        names = listed([f"the {parameter_name(one.name)}" for one in found.reversing])
        rest = writing.fill(
            f"The {writing.middle} changes its sign at one end of {{count}} of the strongest: {names}.", count=count
        )
    return joined([first, rest])


def _figure(writing: Writing) -> Figure:
    first = writing.depends.drivers[0]  # as on page one: the strongest by rank correlation
    code = f'driver("{first.name}")'
    low = writing.end(f"driver.{first.name}.lowest", first.lowest, f"{code}.lowest")[0]
    high = writing.end(f"driver.{first.name}.highest", first.highest, f"{code}.highest")[0]
    title = writing.fill(
        f"With the {parameter_name(first.name)} the {writing.middle_change} goes from {{low}} to {{high}}",
        low=low, high=high,
    )  # fmt: skip
    subtitle = writing.fill(
        f"{start(writing.middle)} in the fifth of futures where the assumption is lowest (circle) and highest "
        "(diamond); grey line: all. At the right: the evidence for it."
    )
    return Figure("5-drivers", title, subtitle, plain(title))


# ---------------------------------------------------------------------------------------------------- where it breaks


def breaks(writing: Writing) -> Section:
    """Futures in which there is nothing to act on, assumptions under which it fails, and the worst twentieth."""
    items = tuple(one for one in (_idle(writing), _box(writing), _worst(writing)) if one)
    found = (Bullets(items),) if items else ()
    return Section("breaks", "Where it breaks", 3, (*own_paragraphs(writing, "breaks"), *found))


def _idle(writing: Writing) -> Text:
    idle = writing.depends.idle
    if idle is None:
        return ()
    share = writing.found("idle.share", share_of_futures(idle.share), idle.share, "found.idle.share")
    if idle.share == 0.0:
        return writing.fill(f"{start(_seen(writing))}, somebody copies in every future.")
    if math.isnan(idle.median):
        return writing.fill(f"In {{share}} futures nobody ever copies {_seen(writing)}, and there is nothing to mend.",
                            share=share)  # fmt: skip
    median = writing.found("idle.median", writing.effect(idle.median), idle.median, "found.idle.median")
    return writing.fill(
        f"In {{share}} futures nobody ever copies {_seen(writing)}. There the {'' if writing.yes_no else 'median '}"
        "effect on {head} is {median}.",
        share=share, median=median,
    )  # fmt: skip


def _seen(writing: Writing) -> str:
    """The world in which copying and signals are looked at, as a template in the middle of a sentence."""
    return "under the status quo" if writing.depends.seen == STATUS_QUO else "with {who}"


def _box(writing: Writing) -> Text:
    found = writing.depends.breaking
    if found is None:
        return ()
    goal = "raise" if writing.depends.sign > 0 else "lower"
    where = "Where there is copying, it fails" if writing.depends.idle is not None else "It fails"
    fails, outside, share = (
        writing.found(f"box.{key}", share_of_futures(value), value, f"found.breaking.{key}")
        for key, value in (("fails", found.fails), ("outside", found.outside), ("share", found.share))
    )
    return writing.fill(
        f"{where} to {goal} {{head}} in {{fails}} futures with {{limits}} ({{share}} have "
        "them), against {outside} elsewhere; {again} of {halves} random halves of the futures show it too.",
        fails=fails, outside=outside, share=share, limits=limits_text(writing, found.box),
        again=writing.found("box.again", str(found.again), found.again, "found.breaking.again"),
        halves=writing.found("box.halves", str(HALVES), HALVES, "econsim.studies.discovery_halves.HALVES"),
    )  # fmt: skip


def limits_text(writing: Writing, box: Box) -> Text:
    """The limits of a box: `lab premium at least 1.2 (3.3 times the price) and …`; two on one name say it once."""
    told: list[Text] = []
    for place, limit in enumerate(box.limits):
        key, code = f"box.limit.{place}", f"found.breaking.box.limits[{place}].value"
        again = place > 0 and box.limits[place - 1].name == limit.name
        number = writing.found(key, assumption_amount(limit.name, limit.value), limit.value, code)
        side = "least" if limit.at_least else "most"
        comes_to = meaning(limit.name, limit.value)
        after: Text = ()
        if comes_to is not None:
            plainly = writing.found(f"{key}.meaning", comes_to.text, comes_to.value, comes_to.code.replace("{}", code))
            after = (" (", plainly, f"{comes_to.after})")
        told.append((f"at {side} " if again else f"{parameter_name(limit.name)} at {side} ", number, *after))
    return joined(told, " and ")


def _worst(writing: Writing) -> Text:
    """The twentieth of futures that is least like the finding, from where it begins to its last future."""
    if writing.yes_no or not writing.depends.varies:
        return ()
    if not writing.depends.sign:
        return writing.fill(
            f"In nine tenths of futures the change lies within {{headline.proposal.{writing.change}_range}}."
        )
    rises = writing.depends.sign > 0
    effects = effect_of(writing.proposal.result, writing.metric, writing.head.relative)
    last = float(np.nanmin(effects) if rises else np.nanmax(effects))
    code = "np.nanmin(effects)" if rises else "np.nanmax(effects)"
    return writing.fill(
        f"In the twentieth of futures that goes most against the finding, the change runs from "
        f"{{headline.proposal.{writing.change}_{'p5' if rises else 'p95'}}} to {{last}}.",
        last=writing.found("last", writing.effect(last), last, code),
    )


# ---------------------------------------------------------------------------------------------------- signals


def signals(writing: Writing) -> Section:
    """What could be observed that would tell which of the futures we are in."""
    found = writing.depends.signals
    lead = own_paragraphs(writing, "signals")
    if not found:
        text = _no_signal(writing)
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
    change = start(writing.middle_change)
    text = writing.fill(
        "These can be measured without the model, and go with the effect. Seen at one end, they would move us to the "
        f"row's {writing.middle}."
    )
    table = Table(
        "signals", (), ("Signal", "If low", change, "If high", change),
        tuple(rows), (2.3, 1.5, 1.7, 1.5, 1.7), left=(0, 1, 3),
        note=writing.fill(f"{start(_seen(writing))}; low and high: outer fifths of futures. In brackets: futures of 20 "
                          f"in which {{head}} is {writing.than_before}."),
    )  # fmt: skip
    return Section("signals", "What would change our mind", 3, (Paragraph(text), *lead, table))


def _no_signal(writing: Writing) -> Text:
    """That nothing observable would change our mind, and by what measure."""
    if not writing.depends.varies:
        return writing.fill("Nothing observable: the effect is the same in all futures{where}.", where=writing.where)
    code = "econsim.briefs.dependence.LEAST_MOVE"
    return writing.fill(
        f"Nothing observable that we looked at: none of it goes clearly with the effect and, from its low to its high "
        f"end, turns the sign of the {writing.middle} or moves it by {{least}} of the effect's 90% range.",
        least=writing.found("signals.least", amount(LEAST_MOVE, "share"), LEAST_MOVE, code),
    )


__all__ = ["breaks", "depends", "limits_text", "nothing_drives", "signals"]
