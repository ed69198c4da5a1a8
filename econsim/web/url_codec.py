"""The link is the scenario: a query such as `?v=1&m=0.1.0&p=royalty&release_window=2` and the scenario it stands for.

A link names a shipped scenario and holds what differs from it, nothing else. A scenario that cannot be told in that
way (one from a file, with firms of its own, say) is packed whole into `w`. What it is compared with stands in `with1`
to `with3`, told in the same way. Nothing in a link is an error: what cannot be used is named in a notice, and the
rest holds.
"""

from __future__ import annotations

import base64
import functools
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

import econsim
from econsim.errors import InputError, Problem, nearest_name
from econsim.library import shipped_name, shipped_scenarios
from econsim.parameter_book import Lever, Parameter, book
from econsim.scenario import Scenario
from econsim.scenario_schema import SWITCHES, TEXT_LIMITS, PriorOverride
from econsim.scenario_settings import with_settings
from econsim.shipped import shipped_scenario
from econsim.timeline import LeverStep

VERSION = "1"
OPENING = "gate-and-detect"  # what the address without a query shows
LONGEST = 16_000  # characters of a query
LARGEST = 200_000  # bytes of a packed scenario
SHOWN = 60  # characters of a value that a notice repeats

RESERVED = ("v", "m", "p", "w")
BESIDE = ("with1", "with2", "with3")
HORIZON = ("quarters", "start")
TRUTHS = {"on": True, "off": False, "true": True, "false": False, "1": True, "0": False}
_NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?"
_STEP = re.compile(rf"({_NUMBER})(?:@([0-9A-Za-z]+)(?:-([0-9A-Za-z]+))?)?(?:~([0-9]{{1,3}}))?")
_PRIOR = re.compile(rf"({_NUMBER}):({_NUMBER}):({_NUMBER})")
_PLAIN_NUMBER = re.compile(_NUMBER)


@dataclass(frozen=True)
class Told:
    """A scenario, and the shipped one that it is told from in links and commands; None where it is none of those."""

    scenario: Scenario
    base: str | None


@dataclass(frozen=True)
class Decoded:
    """What a query stands for.

    scenario, base : always a usable scenario, and as in `Told`
    notices        : what could not be used, one sentence each
    beside         : what it is compared with; None where the link does not say
    """

    scenario: Scenario
    base: str | None
    notices: tuple[str, ...] = ()
    beside: tuple[Told, ...] | None = None


@dataclass
class _Reading:
    """What has been read so far."""

    settings: dict[str, Any] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)


# ---------------------------------------------------------------------------------------------------- writing


def encode(scenario: Scenario, base: str | None, beside: Sequence[Told] | None = None) -> dict[str, str]:
    """The query of a scenario.

    base    : the shipped scenario that it is told from; None: none in particular
    beside  : what it is compared with, at most three
    returns : name -> text, in the order of the address
    """
    query = {"v": VERSION, "m": econsim.__version__, **_one(scenario, base)}
    for name, other in zip(BESIDE, beside or (), strict=False):
        told = _one(other.scenario, other.base)
        query[name] = told["p"] if set(told) == {"p"} else urlencode(told, safe="@:;~")
    return query


@functools.lru_cache(64)  # asked for several times at each step of a slider, and proved by reading it back
def _one(scenario: Scenario, base: str | None) -> dict[str, str]:
    """What tells one scenario: its name and differences, or all of it."""
    if base is not None:
        query = {"p": base, **differences(scenario, shipped_scenario(base))}
        if len(str(query)) <= LONGEST and _says_the_same(query, scenario):
            return query
    return {"w": _packed(scenario)}


def differences(scenario: Scenario, base: Scenario) -> dict[str, str]:
    """What a link says on top of the scenario that it starts from: name -> text."""
    found: dict[str, str] = {}
    if scenario.name != base.name:
        found["name"] = scenario.name
    for name in book().levers:
        steps = scenario.levers.get(name, ())
        if steps != base.levers.get(name, ()):
            found[name] = ";".join(_step_text(step) for step in steps) or "0"
    for name, row in book().parameters.items():
        value = scenario.parameters.get(name)
        if value != base.parameters.get(name):
            found[name] = _value_text(value, row)
    for name in SWITCHES:
        if getattr(scenario.switches, name) != getattr(base.switches, name):
            found[name] = "on" if getattr(scenario.switches, name) else "off"
    for name in ("quarters", "start"):
        if getattr(scenario.structure, name) != getattr(base.structure, name):
            found[name] = str(getattr(scenario.structure, name))
    if scenario.fidelity.law != base.fidelity.law:
        found["fidelity_law"] = scenario.fidelity.law
    return found


def _step_text(step: LeverStep) -> str:
    text = _number_text(step.value)
    if step.start != 0 or step.end is not None:
        text += f"@{step.start}" + ("" if step.end is None else f"-{step.end}")
    return text + (f"~{step.ramp}" if step.ramp else "")


def _value_text(value: float | PriorOverride | None, row: Parameter) -> str:
    """A parameter's value, or its prior; None stands for the book's."""
    if isinstance(value, PriorOverride):
        return ":".join(_number_text(one) for one in (value.default, value.low, value.high))
    if value is not None:
        return _number_text(value)
    if row.prior is None:
        return _number_text(row.default)
    return ":".join(_number_text(one) for one in (row.default, row.prior.low, row.prior.high))


def _number_text(value: float) -> str:
    """The shortest text that reads back to the same number."""
    short = f"{value:g}"
    return short if float(short) == value else repr(float(value))


def _says_the_same(query: Mapping[str, str], scenario: Scenario) -> bool:
    read = decode(query)
    same = read.scenario.hash == scenario.hash and read.scenario.name == scenario.name
    return same and not read.notices and read.scenario.ensemble == scenario.ensemble


def _packed(scenario: Scenario) -> str:
    text = scenario.to_yaml().encode()
    return base64.urlsafe_b64encode(zlib.compress(text, 9)).decode().rstrip("=")


# ---------------------------------------------------------------------------------------------------- reading


def decode(query: Mapping[str, str]) -> Decoded:
    """The scenario that a query stands for, whatever the query holds."""
    size = sum(len(name) + len(value) for name, value in query.items())
    if size > LONGEST:
        told = f"This link is too long to be one of ours ({size:,} characters); the opening scenario is shown."
        return Decoded(shipped_scenario(OPENING), OPENING, (told,))
    reading = _Reading()
    _read_versions(query, reading)
    base, start = _base(query, reading)
    for name, text in query.items():
        if name not in (*RESERVED, *BESIDE):
            _read_setting(name, text, reading)
    scenario = _applied(start, reading)
    beside = _beside(query, reading) if any(name in query for name in BESIDE) else None
    return Decoded(scenario, base, tuple(reading.notices), beside)


def _beside(query: Mapping[str, str], reading: _Reading) -> tuple[Told, ...]:
    """What the scenario is compared with; what cannot be used is named and left out."""
    found = []
    for name in BESIDE:
        if name not in query:
            continue
        text = query[name]
        inner = dict(parse_qsl(text, keep_blank_values=True)) if "=" in text else {"p": text}
        read = decode({key: value for key, value in inner.items() if key not in BESIDE})
        reading.notices += [f"{name} is left out of the comparison: {notice}" for notice in read.notices]
        if not read.notices:
            found.append(Told(read.scenario, read.base))
    return tuple(found)


def _read_versions(query: Mapping[str, str], reading: _Reading) -> None:
    if query.get("v", VERSION) != VERSION:
        reading.notices.append(
            f"This link is written in form {_shown(query['v'])}, and this explorer reads form {VERSION}: "
            "check the settings."
        )
    made = query.get("m", econsim.__version__)
    if made != econsim.__version__:
        reading.notices.append(
            f"This link was made with econsim {_shown(made)}; this is {econsim.__version__}. Its numbers may differ "
            "from those that were shared."
        )


def _base(query: Mapping[str, str], reading: _Reading) -> tuple[str | None, Scenario]:
    """The scenario that the differences are told from."""
    if "w" in query:
        try:
            return None, _unpacked(query["w"])
        except InputError as error:
            reading.notices.append(f"The scenario packed in this link cannot be used: {_first(error)}")
        except (ValueError, zlib.error):
            reading.notices.append("The scenario packed in this link is damaged; the opening scenario is shown.")
    named = query.get("p", OPENING)
    name = shipped_name(named)
    if name is None:
        near = nearest_name(named[:SHOWN], shipped_scenarios())
        hint = f" Did you mean {near}?" if near else ""
        reading.notices.append(f"There is no shipped scenario {_shown(named)}; {OPENING} is shown.{hint}")
        name = OPENING
    return name, shipped_scenario(name)


def _unpacked(text: str) -> Scenario:
    packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    reader = zlib.decompressobj()
    content = reader.decompress(packed, LARGEST)
    if reader.unconsumed_tail or not reader.eof:
        raise ValueError("too large, or cut off")
    return Scenario.from_yaml(content.decode("utf-8"), "link")


def _read_setting(name: str, text: str, reading: _Reading) -> None:
    levers, parameters = book().levers, book().parameters
    try:
        if name in levers:
            reading.settings[name] = _read_lever(levers[name], text)
        elif name in parameters:
            reading.settings[name] = _read_parameter(parameters[name], text, reading)
        elif name in SWITCHES:
            reading.settings[name] = TRUTHS[text.lower()]
        elif name == "quarters":
            reading.settings[name] = int(text)
        elif name in ("start", "fidelity_law") or (
            name == "name" and 0 < len(text) <= TEXT_LIMITS["name"] and text.isprintable()
        ):
            reading.settings[name] = text
        else:
            near = nearest_name(name[:SHOWN], [*levers, *parameters, *SWITCHES])
            hint = f" Did you mean {near}?" if near else ""
            reading.notices.append(f"{_shown(name)} is not a setting of a scenario and is left out.{hint}")
    except (KeyError, ValueError):
        reading.notices.append(f"{name}: {_shown(text)} cannot be read and is left out.")


def _read_lever(lever: Lever, text: str) -> list[dict[str, Any]]:
    steps = []
    for part in text.split(";"):
        found = _STEP.fullmatch(part.strip())
        if found is None:
            raise ValueError(part)
        step: dict[str, Any] = {"value": float(found[1])}
        for key, given in (("start", found[2]), ("end", found[3]), ("ramp", found[4])):
            if given is not None:
                step[key] = int(given) if given.isdigit() and len(given) < 4 else given
        steps.append(step)
    return steps


def _read_parameter(row: Parameter, text: str, reading: _Reading) -> float | dict[str, float]:
    if prior := _PRIOR.fullmatch(text.strip()):
        return dict(zip(("default", "low", "high"), (float(one) for one in prior.groups()), strict=True))
    if not _PLAIN_NUMBER.fullmatch(text.strip()):
        raise ValueError(text)
    value = float(text)
    if row.integer and value != round(value):
        reading.notices.append(f"{row.name}: {_shown(text)} is rounded to {round(value)}, a whole number.")
        return float(round(value))
    return value


def _applied(start: Scenario, reading: _Reading) -> Scenario:
    """The settings that can be used, laid over the scenario; those that cannot are named and left out."""
    settings = dict(reading.settings)
    while settings:
        try:
            return with_settings(start, settings)
        except InputError as error:
            wrong = {one: _named(one, settings) for one in error.problems}
            bad = {name for name in wrong.values() if name is not None}
            for problem, name in wrong.items():
                if name is not None:
                    reading.notices.append(f"{_told(problem, name)} It is left out.")
            if not bad:  # the trouble is what the scenario sets itself, once the horizon is another
                bad = set(HORIZON) & set(settings) or set(settings)
                first = _told(error.problems[0], None)
                reading.notices.append(f"{first} So {' and '.join(sorted(bad))} cannot be set here and is left out.")
            settings = {name: value for name, value in settings.items() if name not in bad}
    return start


def _named(problem: Problem, settings: Mapping[str, Any]) -> str | None:
    """The setting that a problem is about."""
    parts = problem.field.replace("fidelity.law", "fidelity_law").split(".")
    return next((name for name in settings if name in parts), None)


def _told(problem: Problem, name: str | None) -> str:
    allowed = f" (allowed: {problem.allowed})" if problem.allowed else ""
    value = f": {_shown(problem.value)}" if problem.value else ""
    return f"{name or problem.field}{value} {problem.message}{allowed}."


def _first(error: InputError) -> str:
    return f"{error.problems[0]}."[:240]


def _shown(text: str) -> str:
    """A stranger's text as part of a sentence: short, printable, in quotation marks."""
    cut = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
    return json.dumps("".join(one if one.isprintable() else "�" for one in cut), ensure_ascii=False)


__all__ = ["OPENING", "Decoded", "Told", "decode", "differences", "encode"]
