"""How the model works, what it rests on, and what to hold against it."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable

import pandas as pd
import streamlit as st

from econsim.book_tables import FRAME_COLUMNS, parameters
from econsim.evidence.page import weak_markdown
from econsim.parameter_book import GRADES, Lever, book
from econsim.scenario import Scenario
from econsim.studies.model_difference import diff_model, recorded, releases
from econsim.texts import text
from econsim.web import frame, recipes, reproduce, running, state, tables
from econsim.web.blocks import history
from econsim.web.words import LEVER_GROUPS, label, plain, spoken, unit_after

SHOWN = [
    name for name in FRAME_COLUMNS if name not in ("kind", "integer", "varies_by", "changes_world_without_copying")
]


def page(scenario: Scenario) -> None:
    """One part at a time, chosen above: the equations alone are a hundred."""
    chosen = st.segmented_control(
        "Part", list(PARTS), default=next(iter(PARTS)), key="model-part", label_visibility="collapsed"
    )
    PARTS[chosen or next(iter(PARTS))](scenario)


def how_it_works(_: Scenario) -> None:
    """The model on one page."""
    st.markdown(_marked(text("model")))


def equations(_: Scenario) -> None:
    """One chapter of the equations, read off the rules."""
    from econsim.formulas import CHAPTERS, NoFormula, code, constants, formula, functions

    st.caption("Made from the functions that all engines call, so that formula and code cannot drift apart.")
    names = dict(CHAPTERS)
    title = st.selectbox("Chapter", list(names), key="model-chapter")
    module = importlib.import_module(names[title])
    st.markdown(_marked(inspect.getdoc(module) or ""))
    if known := constants(module):
        st.markdown(_marked("\n".join(known)))
    for function in functions(module):
        first, __, rest = (inspect.getdoc(function) or "").partition("\n\n")
        st.markdown(f"**{function.__name__.replace('_', ' ')}**  \n{_marked(first)}")
        try:
            for step in formula(function):
                st.latex(step)
        except NoFormula:
            st.code(code(function), language="python")
        if rest:
            st.code(rest, language=None)


def assumptions(_: Scenario) -> None:
    """The parameter book as a table that can be searched and sorted."""
    rows = parameters()
    rows = rows[rows["kind"] == "parameter"]
    weakest = int((rows["grade"] == "C").sum())
    grades = "; ".join(f"**{grade}** {meaning}" for grade, meaning in GRADES.items())
    st.markdown(
        f"{len(rows)} parameters, {weakest} of them of grade C. *low* and *high* are the range of the prior, the "
        f"bounds are where the equations hold. Grades of evidence: {grades}."
    )
    st.dataframe(_printable(rows[SHOWN].drop(columns=["moderate"])), hide_index=True, height=520)


def levers(_: Scenario) -> None:
    """Every lever: what it does, on what evidence, how strong a moderate setting is."""
    for group, title in LEVER_GROUPS.items():
        st.header(title, anchor=False)
        for lever in book().levers.values():
            if lever.lever_group == group:
                _lever(lever)


def _lever(lever: Lever) -> None:
    references = book().references
    cited = "; ".join(f"{references[key].author} ({references[key].year})" for key in lever.source)
    st.markdown(
        _marked(
            f"**{label(lever.name)}** (`{lever.name}`, {lever.bounds[0]:g} to {lever.bounds[1]:g}{unit_after(lever)}, "
            f"moderate {lever.moderate:g}). {spoken(lever.meaning)}\n\n{spoken(lever.note)} "
            f"Grade {lever.grade} ({GRADES[lever.grade]}). Source: {cited}."
        )
    )


def evidence(_: Scenario) -> None:
    """What is weakly known and how much it matters."""
    st.markdown("The assumptions that are both weakly known and strong in the answer, worst first.")
    st.markdown(_marked(spoken(_CODE.sub(lambda found: label(found[1]), weak_markdown()))))
    st.caption("Figures of Epoch AI are used under CC BY 4.0. `econsim evidence` shows every fact with its source.")


def critiques(_: Scenario) -> None:
    """The strongest objections."""
    st.markdown(_marked(text("critiques")))


def history_test(_: Scenario) -> None:
    """The model against what happened since GPT-4."""
    history.show()


def versions(_: Scenario) -> None:
    """What each version answered, and what moved from one to the next."""
    known = sorted(releases(), key=_version, reverse=True)
    newest = recorded(known[0])
    st.markdown(
        f"What version {known[0]} says of every scenario that ships, recorded with {newest['draws']} futures and seed "
        f"{newest['seed']}. A change of the model that moves an answer gets a new version."
    )
    for older, newer in zip(known[1:], known, strict=False):
        found = diff_model(older, newer)
        st.markdown(f"**{plain(found.finding)}**")
        for name, (before, after) in found.findings.items():
            st.markdown(plain(f"{name}, before: {before} Now: {after}"))
    if len(known) == 1:
        st.markdown(f"**Version {known[0]} is the first: there is none to compare it with.**")
    rows = [[name, one["finding"]] for name, one in newest["scenarios"].items()]
    table = pd.DataFrame(rows, columns=["Scenario", f"What {known[0]} says"]).set_index("Scenario")
    tables.show(table)


def _version(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.split(".") if part.isdigit())


def cite(scenario: Scenario) -> None:
    """How to cite econsim and this scenario."""
    answer = running.answer(scenario)
    reproduce.show(recipes.run(state.current()), [answer.result], opened=True)
    frame.status_line(answer.result)


PARTS: dict[str, Callable[[Scenario], None]] = {
    "How it works": how_it_works,
    "Equations": equations,
    "Assumptions": assumptions,
    "Levers": levers,
    "Evidence": evidence,
    "Back-test": history_test,
    "Critiques": critiques,
    "Versions": versions,
    "Cite": cite,
}


# A name as the documentation writes it, where it can be looked up.
_CODE = re.compile(r"`([a-z_]+)`")


def _marked(markdown: str) -> str:
    """Markdown of our own in which a dollar begins no formula."""
    return markdown.replace("$", r"\$")


def _printable(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.rename(columns=lambda name: name.replace("_", " "))


if __name__ == "__main__":  # Streamlit runs the file; tests may import it
    frame.show("How does the model work, and what does it rest on?", page)
