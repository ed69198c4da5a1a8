"""One block on every page: how its numbers are had again, on a command line and in Python, and how to cite them."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

import streamlit as st

import econsim
from econsim.results import Result
from econsim.subject_words import listed_briefly, package_of, world_of
from econsim.web.jobs import Job
from econsim.web.recipes import Recipe
from econsim.web.words import plain

TITLE = "econsim: an agent-based model of training and copying"


def show(recipe: Recipe, results: Sequence[Result], *, also: str = "", opened: bool = False) -> None:
    """The block.

    results : the runs that the page's numbers come from, one a scenario
    also    : what else there is to say of how they are had again
    opened  : whether it stands open at first
    """
    block(recipe, f"Numbers of {_runs(results)}", citation(results), bibtex(results), also=also, opened=opened)


def block(
    recipe: Recipe,
    what: str,
    cited: str,
    as_bibtex: str,
    *,
    also: str = "",
    key: str = "reproduce",
    opened: bool = False,
) -> None:
    """As `show`, of numbers that come from no run. Written while it is open: browsers load coloured code slowly.

    what : what the numbers are known by, at the beginning of a sentence
    key  : of the block, unique on the page
    """
    panel = st.expander("Reproduce and cite", opened, key=key, on_change="rerun")
    if not panel.open:
        return
    with panel:
        st.markdown(plain(f"{what}, econsim {econsim.__version__}."))
        if recipe.files:
            st.markdown(f"Beside {', '.join(f'`{one}`' for one in recipe.files)}, from *Download scenario*:")
        if recipe.command is not None:
            st.markdown("On a command line:")
            st.code(recipe.command, language="bash", wrap_lines=True)
        st.markdown("In Python:")
        st.code(recipe.python, language="python", wrap_lines=True)
        if also:
            st.markdown(also)
        st.markdown("Cite as:")
        st.code(cited, language=None, wrap_lines=True)
        st.code(as_bibtex, language="bibtex", wrap_lines=True)


def citation(results: Sequence[Result]) -> str:
    """One line for a list of references."""
    return cited_as(f"Scenario{'s' * (len(results) > 1)} {_runs(results)}: {_how(results[0])}")


def bibtex(results: Sequence[Result]) -> str:
    """The same for BibTeX."""
    note = f"Scenario{'s' * (len(results) > 1)} {_runs(results)}: {_how(results[0])}"
    return as_entry("_".join(one.run_id for one in results), note)


def cited_as(what: str) -> str:
    """The line of a list of references for whatever econsim has computed."""
    title = TITLE.replace("econsim:", f"econsim {econsim.__version__}:")
    return f"econsim contributors (2026). {title}. {what}."


def as_entry(identity: str, note: str) -> str:
    """The same for BibTeX, under an identity."""
    fields = {
        "author": "{econsim contributors}",
        "title": TITLE,
        "version": econsim.__version__,
        "year": "2026",
        "note": note,
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items()]
    return f"@software{{econsim_{identity},\n" + ",\n".join(lines) + "\n}"


def _runs(results: Sequence[Result]) -> str:
    return "; ".join(f"{_called(one)} (run {one.run_id})" for one in results)


def _called(result: Result) -> str:
    """The scenario by name, with what was set on top of the shipped one."""
    name, added = package_of(result.scenario)
    told = listed_briefly([*added, *world_of(result.scenario)])
    return name + (f" with {told}" if told else "")


def _how(result: Result) -> str:
    return f"{result.draws} draws, seed {result.seed}, {result.ensemble} ensemble"


def job_line(job: Job) -> str:
    """The line for a terminal that does a job again, with its files in the working directory."""
    given = [one.removeprefix("{folder}/") for one in job.arguments]
    return shlex.join(["econsim", *given])


__all__ = ["as_entry", "bibtex", "block", "citation", "cited_as", "job_line", "show"]
