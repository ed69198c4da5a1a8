"""What a package and its question are called where the spec does not say: by the levers that are really in force.

A shipped scenario's name and question are about the levers that it ships with. Where others are set on top of it, or
its own are set to 0, they are about something else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from econsim.briefs.lever_words import lever_words
from econsim.findings import display_name
from econsim.library import shipped_scenarios
from econsim.scenario import Scenario
from econsim.shipped import shipped_scenario
from econsim.studies.words import listed, start
from econsim.subject_words import PLAIN_WORLD, in_force, is_plain

LABEL_LIMIT = 40
QUESTION_LIMIT = 200  # as a page takes it
MANY = "Several levers together"


def package_label(scenario: Scenario, named: Scenario) -> str:
    """What readers call a package, at most LABEL_LIMIT characters unless it is the scenario's own name.

    scenario : as it is run
    named    : the scenario whose name it has, as it was read: what it sets is in that name. Where the name is that of a
               shipped scenario, the shipped one counts
    """
    if scenario.name in shipped_scenarios():
        named = shipped_scenario(scenario.name)
    name = start(display_name(scenario.name))
    now, before = in_force(scenario), in_force(named)
    if now == before:
        return name
    if not now and scenario.status_quo is None:  # so that it is measured against the same world without copying
        return "Copying" if scenario.switches.copying else "No policy"
    if not now:
        return _fitting([f"{name} without its levers", "No policy"])
    added = [one for one in now if one not in before]
    if before and set(before) <= set(now):
        changed = any(now[one] != before[one] for one in before)
        head = f"{name}, changed" if changed else name
        if not added:
            return head
        return _fitting([f"{head}, plus {_together(added)}" if changed else f"{head} plus {_together(added)}",
                         f"{head}{', ' if changed else ' '}and more", MANY])  # fmt: skip
    first = lever_words(next(iter(now))).name
    alone = [start(_together(now)), *([f"{start(first)} and more"] if len(now) > 1 else []), MANY]
    if is_plain(named):
        return _fitting(alone)
    return _fitting([f"{name} with {'only ' if before else ''}{_together(now)}", *alone])


def package_question(scenario: Scenario) -> str:
    """The question that a package asks: its scenario's own, or where that is of other levers, one on those in force.

    A question that a scenario has from a shipped one is about the levers of that one, whatever level they have. Empty
    where the scenario has none.
    """
    asked_by = [one for name in shipped_scenarios() if (one := shipped_scenario(name)).question == scenario.question]
    now = in_force(scenario)
    if not asked_by or any(set(in_force(one)) == set(now) for one in asked_by):
        return scenario.question
    if not now:
        return shipped_scenario(PLAIN_WORLD).question if scenario.switches.copying else "What changes?"
    # Against another world than its own, the whole scenario makes the difference, and not its levers alone.
    all_of_it = "" if scenario.status_quo is None else f"{display_name(scenario.name)} and "
    asked = f"What changes with {all_of_it}{_together(now)}?"
    return asked if len(asked) <= QUESTION_LIMIT else "What changes with all these levers together?"


def _together(levers: Sequence[str] | Mapping[str, object]) -> str:
    """Levers in the middle of a sentence: `a royalty on copies and penalties`."""
    return listed([lever_words(name).name for name in levers])


def _fitting(labels: Sequence[str]) -> str:
    """The first label that is short enough, else the last."""
    return next((one for one in labels if len(one) <= LABEL_LIMIT), labels[-1])


__all__ = ["LABEL_LIMIT", "package_label", "package_question"]
