"""The first page: what a policy changes, in two sentences, four numbers and three pictures."""

from __future__ import annotations

import streamlit as st

from econsim.scenario import Scenario
from econsim.web import frame, recipes, reproduce, running, state
from econsim.web.blocks import below, numbers, pictures, strip
from econsim.web.running import Answer

TITLE = "If models can be copied, who still trains the next one?"


def first(scenario: Scenario) -> frame.FirstScreen:
    """Finding, numbers and charts."""
    answer = running.answer(scenario)
    said = numbers.told(answer)

    def put_up_numbers() -> None:
        numbers.finding(said)
        numbers.cards(said)

    def put_up_pictures() -> Answer:
        pictures.choose()
        pictures.pictures(answer)
        frame.status_line(answer.result)
        return answer

    return frame.FirstScreen(put_up_numbers, put_up_pictures)


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
