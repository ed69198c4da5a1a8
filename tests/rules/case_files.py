"""Reads a test case of one rule (`tests/cases/*.yaml`) and says clearly what is wrong with one that cannot be run."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from econsim import rules
from econsim.arrays import NUMPY
from econsim.errors import InputError, Problem, unknown_name
from econsim.yaml_reader import read_yaml

CASES = Path(__file__).resolve().parents[1] / "cases"
DEFAULT_TOLERANCE = 1e-9
FIELDS = {
    "info": ("rule", "says", "by_hand", "source"),
    "inputs": None,
    "outputs": None,
    "tolerance": None,
}


@dataclass(frozen=True)
class Case:
    """One rule, what goes in, and what has to come out."""

    rule: Callable
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    tolerance: float

    def results(self) -> dict[str, np.ndarray]:
        """What the rule gives for the inputs, by the names that the case gives its outputs."""
        arguments = dict(self.inputs)
        if "xp" in inspect.signature(self.rule).parameters:
            arguments["xp"] = NUMPY
        found = self.rule(**arguments)
        if hasattr(found, "_asdict"):
            return {name: np.asarray(part) for name, part in found._asdict().items()}
        if isinstance(found, tuple):
            return {name: np.asarray(part) for name, part in zip(self.outputs, found, strict=True)}
        return {"result": np.asarray(found)}


def modules() -> list[str]:
    """Dotted names of the modules of rules, relative to `econsim.rules`."""
    top = Path(rules.__path__[0])
    parts = (path.relative_to(top).with_suffix("").parts for path in sorted(top.rglob("*.py")))
    return [".".join(part for part in names if part != "__init__") for names in parts if names != ("__init__",)]


def public_rules() -> dict[str, Callable]:
    """Every public function under `econsim/rules`, by dotted name such as `pricing.lerner_margin`."""
    found = {}
    for name in modules():
        module = importlib.import_module(f"econsim.rules.{name}")
        for attribute, value in vars(module).items():
            if inspect.isfunction(value) and value.__module__ == module.__name__ and not attribute.startswith("_"):
                found[f"{name}.{attribute}"] = value
    return found


def load_case(path: Path) -> Case:
    """Read one case; raises InputError that names the file, the line and what was meant."""
    document = read_yaml(path)
    problems: list[Problem] = []

    def place(problem: Problem, *field: str) -> None:
        fields = {key: getattr(problem, key) for key in ("field", "message", "value", "allowed", "nearest")}
        problems.append(Problem(**fields, file=path.name, line=document.line(field)))

    data = document.data
    for name in data:
        if name not in FIELDS:
            place(unknown_name(name, name, FIELDS, kind="field"), name)
    for section in ("info", "inputs", "outputs"):
        if not isinstance(data.get(section), dict) or not data[section]:
            place(Problem(section, "is missing or not a mapping"), section)
    if problems:
        raise InputError(problems)
    for name in data["info"]:
        if name not in FIELDS["info"]:
            place(unknown_name(f"info.{name}", name, FIELDS["info"], kind="field"), "info", name)
    known = public_rules()
    rule = known.get(str(data["info"].get("rule")))
    if rule is None:
        place(unknown_name("info.rule", str(data["info"].get("rule")), known, kind="rule"), "info", "rule")
        raise InputError(problems)
    wanted = [name for name in inspect.signature(rule).parameters if name != "xp"]
    for name in data["inputs"]:
        if name not in wanted:
            place(unknown_name(f"inputs.{name}", name, wanted, kind="input"), "inputs", name)
    for name in wanted:
        if name not in data["inputs"]:
            place(Problem(f"inputs.{name}", "is missing: the rule needs it"), "inputs")
    if problems:
        raise InputError(problems)
    inputs = {name: as_axes(value) for name, value in data["inputs"].items()}
    outputs = {name: as_axes(value) for name, value in data["outputs"].items()}
    return Case(rule, inputs, outputs, float(data.get("tolerance", DEFAULT_TOLERANCE)))


def as_axes(value: Any) -> Any:
    """A list as an array (firm, segment, draw), axes that it lacks put in front; anything else as it is."""
    if not isinstance(value, list):
        return value
    array = np.array(value)
    return array.reshape((1,) * (3 - array.ndim) + array.shape)
