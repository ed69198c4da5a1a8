"""Two to four packages on the same futures: who beats whom, by how much, and what each may cost in regret."""

from __future__ import annotations

import streamlit as st

from econsim.scenario import Scenario
from econsim.studies.compare import Comparison
from econsim.web import frame, recipes, reproduce, state
from econsim.web.blocks import comparing, packages, pictures
from econsim.web.words import plain
from econsim.web.yardstick import side_by_side

TITLE = "Which package does better, and in which futures?"


def page(scenario: Scenario) -> None:
    """The current scenario beside up to three others."""
    del scenario
    chosen = packages.choose(state.current())
    worlds = [one.scenario for one in chosen]
    if len(worlds) < 2:
        st.info("Choose at least one package to compare with.")
        return
    together = side_by_side(worlds)
    answers = [one.answer for one in together]
    comparison = Comparison([one.result for one in answers])
    with st.container(key="finding"):
        st.markdown(plain(comparison.finding))
    pictures.choose()
    shown = pictures.chosen()
    comparing.effects(together, comparison.labels, shown)
    comparing.beats(comparison, shown)
    status(comparison)
    st.header("What each is like", anchor=False)
    comparing.metrics(comparison)
    st.header("Regret", anchor=False)
    comparing.regret(comparison, shown)
    st.header("Where they differ", anchor=False)
    comparing.settings(comparison)
    st.header("Welfare, split", anchor=False)
    comparing.welfare(answers)
    reproduce.show(recipes.comparison(chosen), comparison.results)


def status(comparison: Comparison) -> None:
    """Version and run of every package."""
    runs = ", ".join(f"{name} {run}" for name, run in comparison.run_ids.items())
    frame.status_line(comparison.results[0], runs=runs)


if __name__ == "__main__":
    frame.show(TITLE, page)
