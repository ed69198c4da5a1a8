"""Page one: the finding, the bottom line in three sentences, four figures, one chart, and how sure this is."""

from __future__ import annotations

import math

import numpy as np

from econsim.briefs.amounts import UNDEFINED
from econsim.briefs.directions import effect_of, ways
from econsim.briefs.document import Figure, Paragraph, Section, Strong, Table, Text, joined, plain
from econsim.briefs.metric_words import start
from econsim.briefs.page_three import nothing_drives
from econsim.briefs.spec_packages import STATUS_QUO
from econsim.briefs.writing import FIRST_YEAR, Writing, parameter_meaning, parameter_name
from econsim.metrics import YES_NO

CHANGES = "effect"


def title(writing: Writing) -> Text:
    """The finding as a title: the author's, or what the runs say."""
    if writing.spec.title:
        return writing.fill(writing.spec.title)
    word = writing.ledger.field("headline.proposal.verb").text
    where = f" futures{writing.where}"
    if writing.yes_no:
        found = joined([(writing.proposal.quoted,), writing.answer(writing.proposal)])
    elif word in ("raises", "lowers"):
        side = "up" if word == "raises" else "down"
        found = writing.fill(f"{{Who}} {word} {{head}} in {{headline.proposal.{side}}}{where}")
    elif word == "hardly moves":
        found = writing.fill("{Who} hardly moves the median of {head}")
    else:
        found = writing.fill(f"{{Who}} {word} {{head}}")
    tail = _tail(writing)
    return joined([found, tail], "; ") if tail else found


def _tail(writing: Writing) -> Text:
    """What happens to those whom the headline is not about: buyers, or labs."""
    party, metric = (
        ("labs", "lab_profit") if writing.metric.startswith("consumer_surplus") else ("buyers", "consumer_surplus")
    )
    shares = ways(writing.proposal.result, metric)
    if shares["same"] == 1.0 or math.isnan(shares["up"]):
        return ()
    if shares["up"] >= shares["down"]:
        return writing.fill(f"{party} gain in {{{metric}.proposal.up}}")
    return writing.fill(f"{party} lose in {{{metric}.proposal.down}}")


def bottom_line(writing: Writing) -> Section:
    """The question, the answer in so many of twenty futures, and the condition it hangs on."""
    answer = joined(
        [
            writing.fill("Against {against}, {who} {answer} ({size})", answer=writing.answer(writing.proposal),
                         size=writing.median_and_range(writing.proposal)),
            joined([writing.party(writing.proposal, party) for party in ("buyers", "labs")], ", "),
        ],
        "; ",
    )  # fmt: skip
    sentences = [(Strong("Question. "), writing.spec.question), (Strong("Answer. "), *answer, ".")]
    sentences.append((Strong("Condition. "), *_condition(writing)))
    return Section("bottom-line", "The bottom line", 1, tuple(Paragraph(text, lead=True) for text in sentences))


def _condition(writing: Writing) -> Text:
    drivers = writing.depends.drivers
    if not drivers:
        return nothing_drives(writing)
    first = drivers[0]
    low = writing.end(f"driver.{first.name}.lowest", first.lowest, f'driver("{first.name}").lowest')
    high = writing.end(f"driver.{first.name}.highest", first.highest, f'driver("{first.name}").highest')
    return writing.fill(
        f"It hangs most on the {parameter_name(first.name)} ({parameter_meaning(first.name)}): in the fifth of "
        f"futures where that is lowest the {writing.middle} is {{low}} ({{low_up}} {writing.side}), where it is "
        f"highest {{high}} ({{high_up}} {writing.side}).",
        low=low[0], low_up=low[1], high=high[0], high_up=high[1],
    )  # fmt: skip


def four_figures(writing: Writing) -> Section:
    """Party, status quo, policy, change and 90% range, one row a metric; and the chart of all packages."""
    rows: list[tuple[Text, ...]] = []
    who = writing.proposal.name
    for metric in writing.spec.metrics:
        words = writing.words(metric)
        yes_no = metric in YES_NO
        level = "futures" if yes_no else "p50"
        change = "effect_mean" if yes_no else "change" if words.relative else CHANGES
        cells: list[Text] = [
            (words.party,),
            (start(words.short),),
            (writing.ledger.field(f"{metric}.status-quo.{level}", short=True),),
            (writing.ledger.field(f"{metric}.{who}.{level}", short=True),),
            (writing.ledger.field(f"{metric}.{who}.{change}", short=True),),
            (UNDEFINED if yes_no else writing.ledger.field(f"{metric}.{who}.{change}_range", short=True),),
        ]
        rows.append(tuple(cells))
    shares = " A share of futures has no range." if set(writing.spec.metrics) & set(YES_NO) else ""
    note = writing.fill(
        f"Medians over {{draws}} futures{{fewer}}, from the {FIRST_YEAR} year on; dollars a year. Changes are paired, "
        f"future by future, so their median need not be the difference of the medians.{shares}",
        fewer=_fewer(writing),
    )
    table = Table(
        "figures", writing.fill("{Who} in figures"),
        ("Who", "What", "Status quo", writing.proposal.label, "Change", "90% range"), tuple(rows),
        (1.2, 1.6, 1.05, 1.15, 0.95, 1.85), left=(0, 1), note=note,
    )  # fmt: skip
    return Section("figures", "In figures", 1, (table, _chart(writing)))


def _fewer(writing: Writing) -> Text:
    """Of which metrics a change is told over fewer futures, and why: ` (frontier R&D: 996, as it is nil in 4 …)`."""
    run, told = writing.proposal, []
    for metric in writing.spec.metrics:
        words = writing.words(metric)
        known = int(np.isfinite(effect_of(run.result, metric, words.relative)).sum())
        nil = int((writing.runs.status_quo.result.values(metric) == 0.0).sum()) if words.relative else 0
        rest = run.result.draws - known - nil
        if not nil + rest:
            continue
        effects = f'np.isfinite(effect_of(runs["{run.name}"], "{metric}", {words.relative})).sum()'
        nils = f'(runs["{STATUS_QUO}"].values("{metric}") == 0.0).sum()' if words.relative else "0"
        numbers = {
            key: writing.ledger.number(f"{metric}.{run.name}.{key}", f"{value:,}", value, writing.run_ids, code)
            for key, value, code in (
                ("known", known, effects), ("nil", nil, nils),
                ("undefined", rest, f'runs["{run.name}"].draws - {effects} - {nils}'),
            )
        }  # fmt: skip
        why = [("the status quo has none in ", numbers["nil"])] if nil else []
        why += [("it is undefined in ", numbers["undefined"])] if rest else []
        what = f"change of {words.label}" if words.relative else words.label
        told.append((f"{what}: ", numbers["known"], ", as ", *joined(why, " and ")))
    return (" (", *joined(told, "; "), ")") if told else ()


def _chart(writing: Writing) -> Figure:
    told = [
        (writing.ledger.field(f"headline.{one.name}.{writing.change}"), f" under {one.inside}")
        for one in writing.runs.packages
    ]
    found = writing.fill(f"{start(writing.middle_change)} of {{head}}: {{told}}", told=joined(told, ", "))
    how = "Futures of 20 in which it comes true only with the package (right), and only without it (left)."
    subtitle = how if writing.yes_no else "Tick: median; bar: middle half; line: 90% of futures."
    return Figure("1-packages", found, (subtitle,), plain(found))


__all__ = ["bottom_line", "four_figures", "title"]
