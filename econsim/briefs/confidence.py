"""The confidence box of page one: how good the evidence is, how far the futures agree, and the main doubt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np

from econsim.briefs.amounts import share_of_futures
from econsim.briefs.directions import effect_of
from econsim.briefs.document import Box, Number, Section, Text, joined
from econsim.briefs.metric_words import start
from econsim.briefs.writing import Writing, parameter_name
from econsim.findings import FUTURES
from econsim.parameter_book import GRADES, book

BACKED, MOST_BACKED = 0.8, "four fifths"
"""Which share of the strongest drivers has to be measured for evidence to be called good."""
HIGH, MEDIUM = 0.9, 0.7
"""Shares of futures with the same sign from which on agreement is called high, or medium."""


def confidence(writing: Writing) -> Section:
    """How good the evidence is, how far the futures agree, and the main doubt."""
    columns = (
        ("Evidence", *_evidence(writing)),
        ("Agreement", *_agreement(writing)),
        ("Main doubt", *_doubt(writing)),
    )
    note = writing.fill(
        f"Evidence is good where {MOST_BACKED} of the strongest drivers are measured, mixed where {MOST_BACKED} are "
        f"measured or inferred, else thin. Agreement is high from {share_of_futures(HIGH)} futures that go the same "
        f"way, medium from {share_of_futures(MEDIUM)}, else low."
    )
    return Section("confidence", "How sure is this?", 1, (Box("How sure is this?", columns, note),))


def _evidence(writing: Writing) -> tuple[Text, Text]:
    rows = book().parameters
    drivers = [one.name for one in writing.depends.drivers]
    grades: Counter[str] = Counter(rows[name].grade for name in drivers)
    every: Counter[str] = Counter(rows[name].grade for name in writing.depends.names)

    def count(key: str, value: int, code: str) -> Number:
        return writing.ledger.number(f"evidence.{key}", str(value), value, writing.run_ids, code)

    total = count("all", len(writing.depends.names), "len(found.names)")
    assumed = count("assumed", every["C"], 'sum(book().parameters[name].grade == "C" for name in found.names)')
    of_all: Text = ("Of all ", total, " uncertain assumptions ", assumed, " are assumed.")
    if not writing.depends.names:
        return ("Not asked",), ("Parameters are at their defaults: only luck differs between futures.",)
    if not writing.depends.varies:
        text = "No value that is drawn moves this effect: it rests on the equations, and on what is not drawn."
        return ("The model alone",), (text,)
    if not drivers:
        return ("No clear driver",), ("None of the assumptions that are drawn goes clearly with the effect. ", *of_all)
    verdict = evidence_verdict(grades)
    told: list[Text] = [
        (
            count(f"drivers.{letter}", grades[letter], f'sum(one.grade == "{letter}" for one in found.drivers)'),
            f" {word}",
        )
        for letter, word in GRADES.items()
    ]
    return (verdict,), ("Strongest drivers: ", *joined(told, ", "), ". ", *of_all)


def evidence_verdict(grades: Mapping[str, int]) -> str:
    """How good the evidence for the strongest drivers is: what is inferred backs a finding less than what is measured.

    grades : letter -> how many of them have it
    """
    least = BACKED * sum(grades.values())
    if grades.get("A", 0) >= least:
        return "Good"
    return "Mixed" if grades.get("A", 0) + grades.get("B", 0) >= least else "Thin"


def _agreement(writing: Writing) -> tuple[Text, Text]:
    shares = writing.shares
    side = "same" if shares["same"] > max(shares["up"], shares["down"]) else writing.side
    share = shares[side]
    if writing.yes_no and not writing.unmoved:  # most answers stay as they are, whatever is done
        side = writing.side
        share = shares[side] / (shares["up"] + shares["down"])
        one = f'ways(proposal, "{writing.metric}")'
        code = f'{one}["{side}"] / ({one}["up"] + {one}["down"])'
        turning = writing.found("turning", share_of_futures(share), share, code)
    told = round(share * FUTURES)  # as it is printed
    verdict = "High" if told >= HIGH * FUTURES else "Medium" if told >= MEDIUM * FUTURES else "Low"
    effect = _effects(writing)
    half = effect[: len(effect) // 2]
    half = half[np.isfinite(half)]
    middle, code = (np.mean, "np.nanmean") if writing.yes_no else (np.median, "np.nanmedian")
    first = float(middle(half)) if half.size else float("nan")
    number = writing.found("half.median", writing.effect(first), first, f"{code}(effects[: len(effects) // 2])")
    does = {"up": "rises", "down": "falls", "same": "stays as it is"}[side]
    text = writing.fill(
        f"{start(writing.middle)} in the first half of the draws {{half}}, in all "
        f"{{headline.proposal.{writing.change}}}.",
        half=number,
    )
    if writing.yes_no and not writing.unmoved:
        to = "yes" if side == "up" else "no"
        lead = writing.fill(f"Where the answer turns, it turns to {to} in {{share}} futures.", share=turning)
    else:
        lead = writing.fill(f"{{what}} {does} in {{headline.proposal.{side}}} futures{writing.where}.",
                            what=start(writing.head.label))  # fmt: skip
    return (verdict,), joined([lead, text])


def _effects(writing: Writing) -> np.ndarray:
    return effect_of(writing.proposal.result, writing.metric, writing.head.relative)


def _doubt(writing: Writing) -> tuple[Text, Text]:
    drivers = writing.depends.drivers
    if not writing.depends.names:
        return ("Not asked",), ("Run the brief on the prior ensemble to see what the finding hangs on.",)
    if not drivers:
        varies = writing.depends.varies
        told = "None goes clearly with this effect; more futures tell more." if varies else (
            "Nothing that is drawn moves this effect. What the model leaves out is the doubt that is left."
        )  # fmt: skip
        return (("No single assumption" if varies else "The model itself"),), (told,)
    assumed = [one for one in drivers if one.grade == "C"]
    one = (assumed or list(drivers))[0]
    code = f'driver("{one.name}")'
    low = writing.end(f"driver.{one.name}.lowest", one.lowest, f"{code}.lowest")[0]
    high = writing.end(f"driver.{one.name}.highest", one.highest, f"{code}.highest")[0]
    grade = GRADES[one.grade]
    told = f"The strongest driver, {grade}." if one == drivers[0] else f"The strongest of the drivers that are {grade}."
    text = writing.fill(
        f"{told} From its lowest to its highest fifth of futures the {writing.middle} goes from {{low}} to {{high}}.",
        low=low, high=high,
    )  # fmt: skip
    return (start(parameter_name(one.name)),), text


__all__ = ["confidence", "evidence_verdict"]
