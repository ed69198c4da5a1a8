"""How the numbers of each page are had again: the lines for a terminal, and the same in Python."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from econsim.parameter_book import book
from econsim.rules.fidelity.refinement import COMMON_BANDS
from econsim.scenario import Scenario
from econsim.scenario_text import flow
from econsim.shipped import shipped_scenario
from econsim.studies.adoption_workload import Workload
from econsim.web import job_commands, state
from econsim.web.url_codec import Told, differences, encode
from econsim.web.words import Shown


@dataclass(frozen=True)
class Recipe:
    """Both ways to the same numbers.

    command : None where a terminal has none
    files   : scenario files that both read, as they are downloaded
    """

    command: str | None
    python: str
    files: tuple[str, ...] = ()


# ---------------------------------------------------------------------------------------------------- scenarios


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


def file_name(scenario: Scenario) -> str:
    """The name under which a scenario is downloaded."""
    return f"{scenario.name.replace(' ', '-')}.yaml"


def _files(now: state.Current) -> tuple[str, ...]:
    return (file_name(now.scenario),) if settings(now) is None else ()


def _line(now: state.Current, command: str, options: Iterable[str] = (), before: str = "") -> str:
    """A line for a terminal about the scenario that is open."""
    found = settings(now)
    name = shlex.quote(file_name(now.scenario)) if found is None else str(now.base)
    sets = [f"--set {shlex.quote(f'{key}={flow(value)}')}" for key, value in (found or {}).items()]
    return " \\\n    ".join([f"econsim {command} {before}{name}", *sets, *options])


def _loaded(now: state.Current) -> list[str]:
    """Lines of Python after which `scenario` is the one that is open."""
    found = settings(now)
    start = file_name(now.scenario) if found is None else now.base
    return [f'scenario = econsim.load_scenario("{start}")', *(f"scenario = scenario{one}" for one in _calls(found))]


def _calls(found: Mapping[str, Any] | None) -> list[str]:
    """The method calls that lay settings over a scenario."""
    given = found or {}
    levers = {name: value for name, value in given.items() if name in book().levers}
    world = {name: value for name, value in given.items() if name not in levers}
    calls = []
    for method, some in (("with_", levers), ("with_assumptions", world)):
        if some:
            told = ", ".join(f"{name}={value!r}" for name, value in some.items())
            calls.append(f".{method}({told})")
    return calls


def _script(*lines: str) -> str:
    return "\n".join(["import econsim", "", *lines])


# ---------------------------------------------------------------------------------------------------- pages


def run(now: state.Current) -> Recipe:
    """The numbers of Explore."""
    python = _script(*_loaded(now), "result = econsim.simulate(scenario)", "print(result.run_id, result.finding)")
    return Recipe(_line(now, "run"), python, _files(now))


def comparison(packages: Sequence[Told]) -> Recipe:
    """The numbers of Compare, the packages by the names that the page gives them."""
    lines, files = ["packages = ["], []
    for one in packages:
        base = shipped_scenario(one.base) if one.base else None
        bare = one.scenario.with_(name=base.name) if base else one.scenario
        found = settings(state.Current(bare, one.base))
        start = file_name(one.scenario) if found is None else one.base
        files += [file_name(one.scenario)] if found is None else []
        named = [] if base is None or one.scenario.name == base.name else [f".with_(name={one.scenario.name!r})"]
        lines.append(f'    econsim.load_scenario("{start}"){"".join([*_calls(found), *named])},')
    lines += ["]", "print(econsim.compare(packages).finding)"]
    shipped = all(one.base and one.scenario == shipped_scenario(one.base) for one in packages)
    command = f"econsim compare {' '.join(str(one.base) for one in packages)}" if shipped else None
    return Recipe(command, _script(*lines), tuple(files))


def drivers(now: state.Current, shown: Shown, samples: int) -> Recipe:
    """The bars of Drivers, from a run; and the studies below them."""
    metric = shown.metric
    commands = (
        "# The studies; the bars are made in Python",
        _line(now, "sensitivity", [shlex.join(job_commands.sobol_arguments(metric, samples))]),
        _line(now, "flip", [shlex.join(job_commands.flip_arguments(metric))]),
        _line(now, "moats"),
    )
    change = f'result.effect_on("{metric}")'
    if shown.relative:
        change = f'paired_change(result.values("{metric}"), result.status_quo.values("{metric}"))'
    imports = ["from econsim.findings import paired_change"] if shown.relative else []
    lines = [
        "import pandas as pd", "import econsim", *imports,
        "from econsim.studies.statistics.given_data import rank_correlations", "",
        *_loaded(now), "",
        "# The bars",
        "result = econsim.simulate(scenario)",
        f"change = {change}",
        "assumed = result.parameter_draws()",
        "found = rank_correlations(assumed.to_numpy(), change).correlation.value[0]",
        "bars = pd.Series(found, assumed.columns).sort_values(key=abs, ascending=False)",
        "print(bars.head(15))", "",
        "# The studies, which take minutes",
        f'sobol = econsim.sensitivity(scenario, samples={samples}, outputs=["{metric}"], over_time=[])',
        f'flips = econsim.flip(scenario, output="{metric}")',
        "moats = econsim.moats(scenario)",
        "print(sobol.finding, flips.finding, moats.finding)",
    ]  # fmt: skip
    return Recipe("\n".join(commands), "\n".join(lines), _files(now))


def tipping(now: state.Current, asked: Mapping[str, Any], axes: Sequence[tuple[str, ...]]) -> Recipe:
    """The map and the curve of Tipping points.

    asked : `output`, `above`, `threshold`, `draws`, as `job_commands.tip` takes them
    axes  : the names along which each is made: two for the map, one for the curve
    """
    output, draws, threshold = asked["output"], int(asked["draws"]), repr(float(asked["threshold"]))
    side = "above" if asked["above"] else "below"
    commands, calls = [], []
    for names in axes:
        given = " ".join(f"--{axis} {name}" for axis, name in zip("xy", names, strict=False))
        commands.append(_line(now, "tip", [f"{given} --output {output} --{side} {threshold} --draws {draws}"]))
        told = ", ".join(f'"{name}"' for name in names)
        calls += [
            f'found = econsim.tipping(scenario, {told}, output="{output}", {side}={threshold}, draws={draws})',
            "print(found.finding)",
        ]
    return Recipe("\n".join(commands), _script(*_loaded(now), "", *calls), _files(now))


def adoption(now: state.Current, workload: Workload) -> Recipe:
    """A builder's choice."""
    asked = {
        "benchmark_score": workload.benchmark_score,
        "discount": workload.discount,
        "tail_share": workload.tail_share,
        "failure_cost": workload.failure_cost,
        "pass_rate": workload.pass_rate,
    }
    given = {name: value for name, value in asked.items() if value is not None}
    options = [f"--{name.replace('_', '-')} {value!r}" for name, value in given.items()]
    told = ", ".join(f"{name}={value!r}" for name, value in given.items())
    call = f"found = econsim.adopt({told}, scenario=scenario)"
    python = _script(*_loaded(now), call, "print(found.finding)")
    return Recipe(_line(now, "adopt", options, "--scenario "), python, _files(now))


def spectrum(budget: float, student_size: float, access: str, covered_bands: int) -> Recipe:
    """What a copy loses; a terminal takes no other bands than the usual."""
    asked = f"{budget!r}, student_size={student_size!r}, access={access!r}, covered_bands={covered_bands}"
    python = _script(f"found = econsim.fidelity.spectrum({asked})", "print(found.finding)")
    command = f"econsim fidelity show --budget {budget!r} --student-size {student_size!r} --access {access}"
    return Recipe(command if covered_bands == COMMON_BANDS else None, python)


__all__ = [
    "Recipe", "adoption", "comparison", "drivers", "file_name", "run", "settings", "spectrum", "tipping",
]  # fmt: skip
