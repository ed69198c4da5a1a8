"""Which command line a study on a page is. Every argument comes from a checked value or a file of the job's own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from econsim.scenario import Scenario
from econsim.web import jobs, running
from econsim.web.words import inside, label, spoken

SCENARIO, SPEC, BRIEF = "scenario.yaml", "sweep.yaml", "brief.yaml"
DRAWS = (32, 64, 128, 256)
"""Futures at each setting of a map that a page offers; the second is where it starts."""
TO = ("--out", "{folder}/out")


def about(scenario: Scenario, **asked: Any) -> dict[str, Any]:
    """What tells one study from another; pages find jobs by it."""
    return {"scenario": scenario.hash, "name": scenario.name, **asked}


def sobol(scenario: Scenario, metric: str, samples: int) -> jobs.Job:
    """Sobol' indices of one metric and its paired change."""
    asked = list(sobol_arguments(metric, samples))
    title = f"Sobol' indices of {inside(label(metric))}, {samples} base samples"
    return _submit("sensitivity", scenario, asked, title, {"metric": metric, "samples": samples})


def sobol_arguments(metric: str, samples: int) -> tuple[str, ...]:
    """What `econsim sensitivity` is asked."""
    return ("--outputs", metric, "--samples", str(int(samples)), "--over-time", "none")


def flip(scenario: Scenario, metric: str) -> jobs.Job:
    """The smallest change of one assumption that takes the finding on a metric away."""
    return _submit(
        "flip",
        scenario,
        list(flip_arguments(metric)),
        f"What would flip the finding on {inside(label(metric))}",
        {"metric": metric},
    )


def flip_arguments(metric: str) -> tuple[str, ...]:
    """What `econsim flip` is asked."""
    return ("--output", metric)


def moats(scenario: Scenario) -> jobs.Job:
    """What labs lose with each moat."""
    return _submit("moats", scenario, ["--draws", str(running.DRAWS)], "What each moat is worth", {})


def tip(scenario: Scenario, asked: Mapping[str, Any]) -> jobs.Job:
    """Where an outcome tips.

    asked : `x`, `y` (None: along x alone), `output`, `above` (whether beyond is above), `threshold`, `draws`
    """
    line = ["--x", asked["x"], *(["--y", asked["y"]] if asked["y"] else []), "--output", asked["output"]]
    line += ["--above" if asked["above"] else "--below", repr(float(asked["threshold"]))]
    line += ["--draws", str(int(asked["draws"]))]
    over = " and ".join(inside(label(asked[axis])) for axis in ("x", "y") if asked[axis])
    return _submit("tip", scenario, line, f"Where {spoken(asked['output'])} tips along {over}", asked)


def backtest(draws: int) -> jobs.Job:
    """The model against what happened since March 2023."""
    return jobs.submit(
        "backtest", ["--draws", str(int(draws)), "--seed", str(running.SEED), *TO], "The model against history"
    )


def split(scenario: Scenario) -> jobs.Job:
    """The welfare effect of copying, at unchanged R&D and the rest."""
    asked = ["--split", "--draws", str(running.DRAWS)]
    return _submit("run", scenario, asked, f"Static and dynamic effects of copying, {scenario.name}", {"split": True})


def futures(scenario: Scenario, samples: int) -> jobs.Job:
    """A sweep of one scenario through futures in which everything uncertain is drawn."""
    spec = f"scenario: {SCENARIO}\ndesign:\n  method: lhs\n  samples: {int(samples)}\nseed: {running.SEED}\n"
    files = {SCENARIO: scenario.to_yaml(), SPEC: spec}
    return jobs.submit(
        "sweep",
        ["{folder}/" + SPEC, *TO],
        f"{samples:,} futures",
        scenario=scenario.name,
        files=files,
        about=about(scenario, samples=samples),
    )


def discover(swept: jobs.Job, label: str, where: str) -> jobs.Job:
    """Which values of parameters lead to some futures of a finished sweep.

    label : the scenario of the sweep
    where : a condition that has been read by `parse_condition`
    """
    line = [str(swept.out), "--scenario", label, "--where", where, *TO]
    asked = {"sweep": swept.id, "label": label, "where": where}
    return jobs.submit("discover", line, f"Where {spoken(where)}", scenario=label, about=asked)


def sweep(spec: str, title: str, scenario: Scenario | None = None) -> jobs.Job:
    """A sweep whose spec has been checked; it may name the scenario's file."""
    return jobs.submit(
        "sweep", ["{folder}/" + SPEC, *TO], title, files=_spec_files(spec, scenario), about=spec_about(spec, scenario)
    )


def estimate(spec: str, title: str, scenario: Scenario | None = None) -> jobs.Job:
    """What that sweep would take, measured."""
    line = ["{folder}/" + SPEC, "--dry-run", "--json"]
    title = f"Estimate: {title}"
    asked = spec_about(spec, scenario)
    return jobs.submit("estimate", line, title, command="sweep", files=_spec_files(spec, scenario), about=asked)


def brief(spec: str, title: str, scenario: Scenario) -> jobs.Job:
    """A policy brief whose spec has been checked."""
    files = {BRIEF: spec, SCENARIO: scenario.to_yaml()}
    asked = about(scenario, spec=spec_key(spec))
    return jobs.submit("brief", ["{folder}/" + BRIEF, *TO], title, files=files, about=asked)


def spec_about(spec: str, scenario: Scenario | None) -> dict[str, Any]:
    """What a page finds the job of a spec by: the same text means another sweep where another scenario is open."""
    return {"spec": spec_key(spec), "open": scenario.hash if scenario else ""}


def spec_key(spec: str) -> str:
    """What tells one spec from another."""
    return hashlib.sha256(spec.encode()).hexdigest()[:16]


def _spec_files(spec: str, scenario: Scenario | None) -> dict[str, str]:
    return {SPEC: spec} | ({SCENARIO: scenario.to_yaml()} if scenario else {})


def _submit(kind: str, scenario: Scenario, asked: list[str], title: str, told: Mapping[str, Any]) -> jobs.Job:
    line = ["{folder}/" + SCENARIO, *asked, "--seed", str(running.SEED), *TO]
    files = {SCENARIO: scenario.to_yaml()}
    return jobs.submit(kind, line, title, scenario=scenario.name, files=files, about=about(scenario, **told))


__all__ = [
    "BRIEF",
    "DRAWS",
    "SCENARIO",
    "SPEC",
    "about",
    "backtest",
    "brief",
    "discover",
    "flip",
    "flip_arguments",
    "futures",
    "moats",
    "sobol",
    "sobol_arguments",
    "spec_about",
    "spec_key",
    "split",
    "sweep",
    "tip",
]
