"""How to get the numbers of a page again, on a command line and in Python, and how to cite them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

import econsim
from econsim.parameter_book import book
from econsim.results import Result
from econsim.scenario import Scenario
from econsim.scenario_text import flow
from econsim.studies.adoption import Workload
from econsim.web import state
from econsim.web.jobs import Job
from econsim.web.running import Answer
from econsim.web.shipped import shipped_scenario
from econsim.web.url_codec import Told, differences, encode


def show(answer: Answer) -> None:
    """The block under the answer of a page."""
    now = state.current()
    with st.expander("Reproduce and cite", key="reproduce"):
        st.markdown(f"Run `{answer.run_id}` of econsim {econsim.__version__}. On a command line:")
        st.code(command(now), language="bash", wrap_lines=True)
        st.markdown("In Python:")
        st.code(python_code(now), language="python", wrap_lines=True)
        st.markdown("Cite as:")
        st.code(citation(answer.result), language=None, wrap_lines=True)
        st.code(bibtex(answer.result), language="bibtex", wrap_lines=True)


def settings(now: state.Current) -> dict[str, Any] | None:
    """What is set on top of the shipped scenario, in plain Python; None where it takes the scenario's own file."""
    if now.base is None or "w" in encode(now.scenario, now.base):
        return None
    base = shipped_scenario(now.base)
    changed = differences(now.scenario, base)
    if "name" in changed:
        return None
    return {name: _value(now.scenario, name, text) for name, text in changed.items()}


def _value(scenario: Scenario, name: str, text: str) -> Any:
    if name in book().levers:
        steps = [step.as_mapping() for step in scenario.levers.get(name, ())] or [{"value": 0}]
        plain = [step["value"] if set(step) == {"value"} else step for step in steps]
        return plain[0] if len(plain) == 1 else plain
    if name in book().parameters:
        if ":" in text:
            return dict(zip(("default", "low", "high"), (float(one) for one in text.split(":")), strict=True))
        return scenario.assumptions[name].default
    if text in ("on", "off"):
        return text == "on"
    return int(text) if name == "quarters" else text


def command(now: state.Current) -> str:
    """The line for a terminal."""
    found = settings(now)
    if found is None:
        return f"econsim run {shlex.quote(file_name(now.scenario))}"
    parts = [f"econsim run {now.base}"]
    parts += [f"--set {shlex.quote(f'{name}={flow(value)}')}" for name, value in found.items()]
    return " \\\n    ".join(parts)


def python_code(now: state.Current) -> str:
    """The same in Python."""
    found = settings(now)
    start = file_name(now.scenario) if found is None else now.base
    lines = ["import econsim", "", f'scenario = econsim.load_scenario("{start}")']
    lines += [f"scenario = scenario{call}" for call in _calls(found or {})]
    return "\n".join([*lines, "result = econsim.simulate(scenario)", "print(result.run_id, result.finding)"])


def _calls(found: Mapping[str, Any]) -> list[str]:
    """The method calls that lay settings over a scenario."""
    levers = {name: value for name, value in found.items() if name in book().levers}
    world = {name: value for name, value in found.items() if name not in levers}
    calls = []
    for method, given in (("with_", levers), ("with_assumptions", world)):
        if given:
            told = ", ".join(f"{name}={value!r}" for name, value in given.items())
            calls.append(f".{method}({told})")
    return calls


def comparison(packages: Sequence[Told]) -> None:
    """The block under a comparison."""
    with st.expander("Reproduce", key="reproduce"):
        line = comparison_command(packages)
        if line is not None:
            st.markdown("On a command line:")
            st.code(line, language="bash", wrap_lines=True)
        st.markdown("In Python:")
        st.code(comparison_code(packages), language="python", wrap_lines=True)


def comparison_command(packages: Sequence[Told]) -> str | None:
    """The line for a terminal; None where a package is none of those that ship."""
    shipped = all(one.base and one.scenario == shipped_scenario(one.base) for one in packages)
    return f"econsim compare {' '.join(str(one.base) for one in packages)}" if shipped else None


def comparison_code(packages: Sequence[Told]) -> str:
    """The same in Python, the packages by the names that the page gives them."""
    lines = ["import econsim", "", "packages = ["]
    for one in packages:
        base = shipped_scenario(one.base) if one.base else None
        bare = one.scenario.with_(name=base.name) if base else one.scenario
        found = settings(state.Current(bare, one.base))
        start = file_name(one.scenario) if found is None else one.base
        named = [] if base is None or one.scenario.name == base.name else [f".with_(name={one.scenario.name!r})"]
        lines.append(f'    econsim.load_scenario("{start}"){"".join([*_calls(found or {}), *named])},')
    return "\n".join([*lines, "]", "print(econsim.compare(packages).finding)"])


def file_name(scenario: Scenario) -> str:
    """The name under which a scenario is downloaded."""
    return f"{scenario.name.replace(' ', '-')}.yaml"


def citation(result: Result) -> str:
    """One line for a list of references."""
    return (
        f"econsim contributors (2026). econsim {econsim.__version__}: an agent-based model of training and copying. "
        f"Scenario {result.scenario.name}, run {result.run_id} ({_how(result)})."
    )


def bibtex(result: Result) -> str:
    """The same for BibTeX."""
    fields = {
        "author": "{econsim contributors}",
        "title": "econsim: an agent-based model of training and copying",
        "version": econsim.__version__,
        "year": "2026",
        "note": f"Scenario {result.scenario.name}, run {result.run_id}, {_how(result)}",
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items()]
    return f"@software{{econsim_{result.run_id},\n" + ",\n".join(lines) + "\n}"


def _how(result: Result) -> str:
    return f"{result.draws} draws, seed {result.seed}, {result.ensemble} ensemble"


def adoption(workload: Workload) -> None:
    """The line for a terminal that gives a builder's choice again."""
    now = state.current()
    found = settings(now)
    world = file_name(now.scenario) if found is None else str(now.base)
    parts = [f"econsim adopt --scenario {shlex.quote(world)}"]
    parts += [f"--set {shlex.quote(f'{name}={flow(value)}')}" for name, value in (found or {}).items()]
    asked = {
        "benchmark-score": workload.benchmark_score,
        "discount": workload.discount,
        "tail-share": workload.tail_share,
        "failure-cost": workload.failure_cost,
        "pass-rate": workload.pass_rate,
    }
    parts += [f"--{name} {value:g}" for name, value in asked.items() if value is not None]
    st.code(" \\\n    ".join(parts), language="bash", wrap_lines=True)


def job_line(job: Job) -> str:
    """The line for a terminal that does a job again, with its files in the working directory."""
    given = [one.removeprefix("{folder}/") for one in job.arguments]
    return shlex.join(["econsim", *given])


__all__ = [
    "adoption", "bibtex", "citation", "command", "comparison", "comparison_code", "comparison_command", "file_name",
    "job_line", "python_code", "settings", "show",
]  # fmt: skip
