"""The first page: what a policy changes, in two sentences, four numbers and three pictures."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from econsim.scenario import Scenario
from econsim.web import frame, recipes, reproduce, running, state
from econsim.web.blocks import below, numbers, pictures, strip
from econsim.web.running import Answer

TITLE = "If models can be copied, who still trains the next one?"


def first(scenario: Scenario) -> Callable[[], Answer]:
    """Finding, numbers and charts: how to put them up, once the numbers are known."""
    answer = running.answer(scenario)
    said = numbers.told(answer)

    def put_up() -> Answer:
        numbers.finding(said)
        numbers.cards(said)
        pictures.choose()
        pictures.pictures(answer)
        frame.status_line(answer.result)
        return answer

    return put_up


def rest(_: Scenario, answer: Answer) -> None:
    """What stands below the first screen; the strip's runs, if any are missing, come last."""
    levers = st.container()
    st.header("Who gains and who loses", anchor=False)
    below.parties(answer)
    st.header("Actions and outcomes", anchor=False)
    below.actions_and_outcomes(answer)
    st.header("Five assumptions that matter most", anchor=False)
    below.assumptions(answer)
    st.header("Year by year", anchor=False)
    below.years(answer)
    reproduce.show(recipes.run(state.current()), [answer.result])
    with levers:
        strip.strip(answer)


if __name__ == "__main__":
    frame.show(TITLE, rest, first)
