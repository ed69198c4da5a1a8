"""Specs of sweeps and briefs on a page: written from widgets or taken from a file, and checked before they are run."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from econsim.errors import InputError, Problem
from econsim.library import shipped_scenarios
from econsim.scenario import Scenario
from econsim.scenario_text import as_yaml
from econsim.studies.sweep_spec import SweepSpec, read_sweep_spec
from econsim.web.job_commands import BRIEF, SCENARIO, SPEC
from econsim.yaml_reader import read_yaml_text

if TYPE_CHECKING:
    from econsim.briefs.spec import BriefSpec

_Spec = TypeVar("_Spec")
NAMED = ("scenario", "scenarios", "against", "extends", "status_quo", "packages")


def written(scenarios: Sequence[str], design: Mapping[str, Any], draws: int, seed: int, metrics: Sequence[str]) -> str:
    """A sweep spec as YAML.

    metrics : none for all
    """
    content: dict[str, Any] = {"scenarios": list(scenarios), "design": dict(design), "draws": draws, "seed": seed}
    if metrics:
        content["metrics"] = list(metrics)
    return as_yaml(content)


def written_brief(
    question: str, packages: Sequence[str | Mapping[str, str]], metrics: Sequence[str], draws: int, seed: int
) -> str:
    """The spec of a brief as YAML; the first package is the proposal: a scenario, or that with what it is called."""
    content = {"question": question, "packages": list(packages), "metrics": list(metrics), "draws": draws}
    return as_yaml({**content, "seed": seed})


def checked(text: str, scenario: Scenario, name: str = SPEC) -> SweepSpec:
    """A sweep spec from its text. It may name shipped scenarios, and the current one as `scenario.yaml`; no other file.

    raises : InputError with every problem, its line, and the nearest name for one that does not exist
    """
    return _checked(text, scenario, name, read_sweep_spec)


def checked_brief(text: str, scenario: Scenario, name: str = BRIEF) -> BriefSpec:
    """The spec of a brief from its text, under the same rule."""
    from econsim.briefs.spec import read_brief_spec

    return _checked(text, scenario, name, read_brief_spec)


def _checked(text: str, scenario: Scenario, name: str, read: Callable[[Path], _Spec]) -> _Spec:
    _check_files(read_yaml_text(text, name).data)
    with tempfile.TemporaryDirectory(prefix="econsim-") as place:
        (Path(place) / SCENARIO).write_text(scenario.to_yaml(), encoding="utf-8")
        path = Path(place) / name
        path.write_text(text, encoding="utf-8")
        try:
            return read(path)
        except InputError as error:  # a folder that is gone helps nobody
            raise InputError([_renamed(problem, str(path), name) for problem in error.problems]) from None


def _renamed(problem: Problem, path: str, name: str) -> Problem:
    import copy

    told = copy.copy(problem)
    if getattr(told, "file", None) == path:
        object.__setattr__(told, "file", name)
    return told


def _check_files(content: Any, field: str = "") -> None:
    """A spec that somebody gave the server must not read the server's files."""
    if isinstance(content, Mapping):
        for key, value in content.items():
            if key == "file" and field == "design":
                message = "files cannot be read here; give the points under design.values, or use the command line"
                raise InputError(Problem("design.file", message, str(value)[:80]))
            if key == "run" and field == "packages":
                raise InputError(Problem("packages.run", "stored runs cannot be read here", str(value)[:80]))
            if key in NAMED:
                for one in value if isinstance(value, list) else [value]:
                    _check_name(key, one)
            _check_files(value, str(key))
    elif isinstance(content, list):
        for one in content:
            _check_files(one, field)


def _check_name(key: str, value: Any) -> None:
    known = [*shipped_scenarios(), SCENARIO]
    if isinstance(value, str) and value not in known:
        message = "must be a shipped scenario, one written in place, or scenario.yaml: the one that is open"
        raise InputError(Problem(key, message, value[:80], ", ".join(known)))


__all__ = ["checked", "checked_brief", "written", "written_brief"]
