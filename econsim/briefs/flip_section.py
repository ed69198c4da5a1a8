"""What would flip the finding: the section of page three that tells the flip study."""

from __future__ import annotations

from typing import Any

from econsim.briefs.amounts import FIGURES, amount, relative
from econsim.briefs.assumption_words import unit_in_brackets, units_told
from econsim.briefs.document import Number, Paragraph, Section, Table, Text, joined
from econsim.briefs.metric_words import start
from econsim.briefs.page_two import own_paragraphs
from econsim.briefs.writing import Writing, count_word, parameter_name
from econsim.findings import NEGLIGIBLE
from econsim.parameter_book import GRADES
from econsim.studies.words import rounded, setting

MOST_FLIPS = 6


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
                "flips", (),
                ("Assumption", "Default", "Plausible", _head_of(study["flips"][:MOST_FLIPS]), "Inside?", "Finding",
                 "Evidence"),
                tuple(rows), (3.1, 0.8, 1.5, 0.9, 0.9, 0.95, 0.95), left=(0, 4, 5, 6),
                note=_units(writing, [one["parameter"] for one in study["flips"][:MOST_FLIPS]]),
            )
        )  # fmt: skip
    return Section("flip", "What would flip it", 3, tuple(blocks))


def _head_of(flips: list[dict[str, Any]]) -> str:
    """The head of the column with the values that take the finding away: what all of them do, or that it is lost."""
    kinds = {one["does"] for one in flips}
    return f"{start(kinds.pop())} at" if len(kinds) == 1 else "Lost at"


def _flip_words(writing: Writing, study: dict[str, Any]) -> Text:
    """How many assumptions take the finding away, and on how many futures that rests."""
    draws = _count(writing, study, "draws", study["draws"])
    if writing.unmoved:
        return writing.fill("{Who} does not change {head} in any future, so there is nothing to flip.")
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
    told = writing.fill(
        f"Of {{tried}} assumptions, {which}, {{reverses}} {'reverses' if reverses < 2 else 'reverse'} the finding at a "
        f"plausible value when changed alone, and {{fades}} {'lets' if fades < 2 else 'let'} it fade to hardly a "
        "change. This rests on {draws} futures a value, whose median is {median} as drawn{interval}.",
        tried=tried, draws=draws, reverses=_count(writing, study, "reverses", reverses, in_words=True),
        fades=_count(writing, study, "fades", fades, in_words=True),
        median=_change(writing, study, "median"), interval=_flip_interval(writing, study),
    )  # fmt: skip
    table: Text = ()
    if study["flips"]:
        table = writing.fill(
            "At the values in the table the finding is only just lost. Reversed clearly at a plausible value, with "
            "its 95% interval on the other side: {clear}.",
            clear=_count(writing, study, "clear", _clear(study), in_words=True),
        )
    return joined([told, table, _vanishing(writing, study)])


def _vanishing(writing: Writing, study: dict[str, Any]) -> Text:
    """How many assumptions leave next to nothing to change at a plausible value, where nothing is judged."""
    known = [one for one in (*study["flips"], *study["never"]) if one["vanishes_at"] is not None]
    count = sum(one["low"] <= one["vanishes_at"] <= one["high"] for one in known)
    if not count:
        return ()
    number = writing.ledger.number("flip.vanishing", start(count_word(count)), count, (study["run_id"],), "")
    least = writing.ledger.number("flip.negligible", amount(NEGLIGIBLE, "share"), NEGLIGIBLE, (study["run_id"],), "")
    return writing.fill(
        f"{{count}} of these assumptions {'has' if count == 1 else 'have'} plausible values at which the status quo is "
        "left with less than {least} of the usual {short}; a change in per cent of that is not judged.",
        count=number,
        least=least,
        short=writing.head.short,
    )


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


__all__ = ["flip"]
