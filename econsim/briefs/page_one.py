"""Page one: the finding, the bottom line in three sentences, four figures, one chart, and how sure this is."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

import numpy as np

from econsim.briefs.amounts import share_of_futures
from econsim.briefs.directions import effect_of, ways
from econsim.briefs.document import Box, Figure, Number, Paragraph, Section, Strong, Table, Text, joined, plain
from econsim.briefs.metric_words import start
from econsim.briefs.writing import Writing, parameter_meaning, parameter_name
from econsim.findings import FUTURES
from econsim.parameter_book import GRADES, book

CHANGES = "effect"
BACKED, MOST_BACKED = 4, "four"
"""How many of the strongest drivers have to be measured for evidence to be called good."""
HIGH, MEDIUM = 0.9, 0.7
"""Shares of futures with the same sign from which on agreement is called high, or medium."""


def title(writing: Writing) -> Text:
    """The finding as a title: the author's, or what the runs say."""
    if writing.spec.title:
        return writing.fill(writing.spec.title)
    word = writing.ledger.field("headline.proposal.verb").text
    where = f" futures{writing.where}"
    if word in ("raises", "lowers"):
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
        return writing.fill("Every assumption is at its default here, so nothing is said about what it hangs on.")
    first = drivers[0]
    low = writing.end(f"driver.{first.name}.lowest", first.lowest, f'driver("{first.name}").lowest')
    high = writing.end(f"driver.{first.name}.highest", first.highest, f'driver("{first.name}").highest')
    return writing.fill(
        f"It hangs most on the {parameter_name(first.name)} ({parameter_meaning(first.name)}): in the fifth of "
        f"futures where that is lowest the median is {{low}} ({{low_up}} {writing.side}), where it is highest {{high}} "
        f"({{high_up}} {writing.side}).",
        low=low[0], low_up=low[1], high=high[0], high_up=high[1],
    )  # fmt: skip


def four_figures(writing: Writing) -> Section:
    """Party, status quo, policy, change and 90% range, one row a metric; and the chart of all packages."""
    rows: list[tuple[Text, ...]] = []
    who = writing.proposal.name
    for metric in writing.spec.metrics:
        words = writing.words(metric)
        change = "change" if words.relative else CHANGES
        cells: list[Text] = [
            (words.party,),
            (start(words.short),),
            (writing.ledger.field(f"{metric}.status-quo.p50", short=True),),
            (writing.ledger.field(f"{metric}.{who}.p50", short=True),),
            (writing.ledger.field(f"{metric}.{who}.{change}", short=True),),
            (writing.ledger.field(f"{metric}.{who}.{change}_range", short=True),),
        ]
        rows.append(tuple(cells))
    note = writing.fill(
        "Medians over {draws} futures, from the fourth year on; dollars a year. Changes are paired, future by future, "
        "so their median need not be the difference of the medians."
    )
    table = Table(
        "figures", writing.fill("{Who} in figures"),
        ("Who", "What", "Status quo", writing.proposal.label, "Change", "90% range"), tuple(rows),
        (1.2, 1.6, 1.05, 1.15, 0.95, 1.85), left=(0, 1), note=note,
    )  # fmt: skip
    return Section("figures", "In figures", 1, (table, _chart(writing)))


def _chart(writing: Writing) -> Figure:
    told = [
        (writing.ledger.field(f"headline.{one.name}.{writing.change}"), f" under {one.inside}")
        for one in writing.runs.packages
    ]
    found = writing.fill("Median change of {head}: {told}", told=joined(told, ", "))
    return Figure("1-packages", found, ("Tick: median; bar: middle half; line: 90% of futures.",), plain(found))


# ---------------------------------------------------------------------------------------------------- confidence


def confidence(writing: Writing) -> Section:
    """How good the evidence is, how far the futures agree, and the main doubt."""
    columns = (
        ("Evidence", *_evidence(writing)),
        ("Agreement", *_agreement(writing)),
        ("Main doubt", *_doubt(writing)),
    )
    note = writing.fill(
        f"Evidence is good where {MOST_BACKED} of the five strongest drivers are measured, mixed where {MOST_BACKED} "
        f"are measured or inferred, else thin. Agreement is high from {share_of_futures(HIGH)} futures with the same "
        f"sign, medium from {share_of_futures(MEDIUM)}, else low."
    )
    return Section("confidence", "How sure is this?", 1, (Box("How sure is this?", columns, note),))


def _evidence(writing: Writing) -> tuple[Text, Text]:
    rows = book().parameters
    drivers = [one.name for one in writing.depends.drivers]
    grades: Counter[str] = Counter(rows[name].grade for name in drivers)
    every: Counter[str] = Counter(rows[name].grade for name in writing.depends.names)
    if not drivers:
        return ("Not asked",), ("Parameters are at their defaults: only luck differs between futures.",)
    verdict = evidence_verdict(grades)

    def count(key: str, value: int, code: str) -> Number:
        return writing.ledger.number(f"evidence.{key}", str(value), value, writing.run_ids, code)

    told: list[Text] = [
        (
            count(f"drivers.{letter}", grades[letter], f'sum(one.grade == "{letter}" for one in found.drivers)'),
            f" {word}",
        )
        for letter, word in GRADES.items()
    ]
    total = count("all", len(writing.depends.names), "len(found.names)")
    assumed = count("assumed", every["C"], 'sum(book().parameters[name].grade == "C" for name in found.names)')
    text = (
        "Strongest drivers: ", *joined(told, ", "), ". Of all ", total, " uncertain assumptions ", assumed,
        " are assumed.",
    )  # fmt: skip
    return (verdict,), text


def evidence_verdict(grades: Mapping[str, int]) -> str:
    """How good the evidence for the strongest drivers is: what is inferred backs a finding less than what is measured.

    grades : letter -> how many of them have it
    """
    if grades.get("A", 0) >= BACKED:
        return "Good"
    return "Mixed" if grades.get("A", 0) + grades.get("B", 0) >= BACKED else "Thin"


def _agreement(writing: Writing) -> tuple[Text, Text]:
    shares = writing.shares
    side = writing.side
    share = shares[side]
    told = round(share * FUTURES)  # as it is printed
    verdict = "High" if told >= HIGH * FUTURES else "Medium" if told >= MEDIUM * FUTURES else "Low"
    effect = _effects(writing)
    half = effect[: len(effect) // 2]
    half = half[np.isfinite(half)]
    first = float(np.median(half)) if half.size else float("nan")
    number = writing.found("half.median", writing.effect(first), first, "np.nanmedian(effects[: len(effects) // 2])")
    text = writing.fill(
        f"{{head}} {'rises' if side == 'up' else 'falls'} in {{headline.proposal.{side}}} futures{writing.where}. "
        f"Median of the first half of the draws {{half}}, of all {{headline.proposal.{writing.change}}}.",
        half=number, head=start(writing.head.label),
    )  # fmt: skip
    return (verdict,), text


def _effects(writing: Writing) -> np.ndarray:
    return effect_of(writing.proposal.result, writing.metric, writing.head.relative)


def _doubt(writing: Writing) -> tuple[Text, Text]:
    drivers = writing.depends.drivers
    if not drivers:
        return ("Not asked",), ("Run the brief on the prior ensemble to see what the finding hangs on.",)
    assumed = [one for one in drivers if one.grade == "C"]
    one = (assumed or list(drivers))[0]
    code = f'driver("{one.name}")'
    low = writing.end(f"driver.{one.name}.lowest", one.lowest, f"{code}.lowest")[0]
    high = writing.end(f"driver.{one.name}.highest", one.highest, f"{code}.highest")[0]
    text = writing.fill(
        f"{start(GRADES[one.grade])}. From its lowest to its highest fifth of futures the median goes from {{low}} to "
        "{high}.",
        low=low, high=high,
    )  # fmt: skip
    return (start(parameter_name(one.name)),), text


__all__ = ["bottom_line", "confidence", "four_figures", "title"]
