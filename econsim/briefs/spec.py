"""Brief specs: the question, the packages, the metrics and the author's own words, read from YAML and checked.

What a spec may say is in docs/briefs.md. A spec fixes every number of a brief but for the version of econsim.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from econsim.briefs.field_names import Vocabulary, shared_metrics
from econsim.briefs.metric_words import metric_words
from econsim.briefs.package_words import package_question
from econsim.briefs.spec_packages import Package, common_status_quo, plain_name, read_assumptions, read_packages
from econsim.briefs.spec_words import check_words, cited
from econsim.calendars import differing_calendars
from econsim.draws import LARGEST_SEED
from econsim.errors import InputError, Problem, unknown_name
from econsim.field_checker import Checker
from econsim.library import FieldPath, Place, shipped_scenarios
from econsim.metrics import YES_NO
from econsim.parameter_book import book
from econsim.runs import DEFAULT_ENSEMBLE, DEFAULT_SEED, ENSEMBLES, check_settings
from econsim.scenario import Scenario
from econsim.scenario_schema import Field
from econsim.series import catalogue
from econsim.store import StoredRun
from econsim.studies.spec_fields import known_fields
from econsim.yaml_reader import read_yaml

SECTIONS = (
    "why", "compared", "happens", "gains", "depends", "flip", "breaks", "signals", "options", "limits", "check",
    "method", "sources",
)  # fmt: skip
"""Sections behind the first page, in order; `flip` only where it is asked for."""

SPEC_KEYS = (
    "name", "question", "title", "audience", "packages", "assumptions", "metrics", "charts", "sections", "paragraphs",
    "draws", "seed", "ensemble", "flip", "sources",
)  # fmt: skip
DEFAULT_METRICS = ("rd_investment", "consumer_surplus", "distiller_profit", "government_balance")
DEFAULT_DRAWS = 1000
FEWEST_DRAWS = 40  # a fifth of them is told as a median
FLIP_DRAWS = 64
QUICK_LOOK = 200  # futures from which on a brief holds a flip table unasked
MOST_METRICS = 4
LIMITS = {"question": 240, "title": 160, "audience": 160, "paragraph": 2400}
_DRAWS = Field("integer", "futures of each package", FEWEST_DRAWS, 1_000_000)
_SEED = Field("integer", "seed of parameters and luck", 0, LARGEST_SEED)
_FLIP = Field("integer", "futures of the flip table at each value", 8, 100_000)


@dataclass(frozen=True)
class BriefSpec:
    """A checked spec; made by `read_brief_spec` or `as_brief_spec`.

    packages   : the proposal first
    status_quo : what all of them are measured against
    metrics    : the four figures of the first page, the headline first
    charts     : the two series of "what happens"
    sections   : those that are shown, in order
    paragraphs : section -> the author's own text, fields in braces
    flip       : futures of the flip table; 0 for none
    sources    : keys of the book's references, cited ones among them
    """

    name: str
    question: str
    title: str | None
    audience: str
    packages: tuple[Package, ...]
    status_quo: Scenario
    metrics: tuple[str, ...]
    charts: tuple[str, ...]
    sections: tuple[str, ...]
    paragraphs: Mapping[str, str]
    draws: int
    seed: int
    ensemble: str
    flip: int
    sources: tuple[str, ...]

    @property
    def proposal(self) -> Package:
        """The package that the brief is about."""
        return self.packages[0]

    @property
    def vocabulary(self) -> Vocabulary:
        """What fields in its texts may name."""
        return Vocabulary.of(self.metrics, {one.name: one.scenario for one in self.packages})

    def as_mapping(self, scenarios: Mapping[str, Any]) -> dict[str, Any]:
        """As a spec file says it, everything resolved.

        scenarios : package name -> path of its scenario, or the scenario as a mapping
        """
        packages = [{"scenario": scenarios[one.name], "name": one.name, "label": one.label} for one in self.packages]
        found: dict[str, Any] = {"name": self.name, "question": self.question}
        found |= {key: value for key, value in (("title", self.title), ("audience", self.audience)) if value}
        found |= {
            "packages": packages,
            "metrics": list(self.metrics),
            "charts": list(self.charts),
            "sections": list(self.sections),
            "paragraphs": dict(self.paragraphs),
            "draws": self.draws,
            "seed": self.seed,
            "ensemble": self.ensemble,
        }
        return {**found, "flip": self.flip or False, "sources": list(self.sources)}


def shipped_specs() -> dict[str, Path]:
    """The specs that come with econsim, by name."""
    folder = Path(__file__).resolve().parent / "specs"
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def find_spec(name_or_path: str | Path) -> Path:
    """The file of a shipped spec, or the file at a path; InputError with the nearest name for neither."""
    if isinstance(name_or_path, str):
        name = name_or_path.strip().replace("_", "-")
        if name in shipped_specs():
            return shipped_specs()[name]
        looks_like_a_path = (
            "/" in name_or_path or "\\" in name_or_path or name_or_path.lower().endswith((".yaml", ".yml"))
        )
        if not looks_like_a_path and not Path(name_or_path).is_file():
            raise InputError(unknown_name("", name_or_path, shipped_specs(), kind="brief"))
    return Path(name_or_path).expanduser()


def read_brief_spec(path: str | Path) -> BriefSpec:
    """Read a spec from a YAML file, or one that is shipped by its name.

    raises : InputError with everything that is wrong, each with its line
    """
    path = find_spec(path)
    document = read_yaml(path)
    places = {at: Place(document.file, line) for at, line in document.lines.items()}
    return _checked(document.data, Checker(places), path.parent, path.stem)


def as_brief_spec(spec: BriefSpec | Mapping[str, Any] | str | Path) -> BriefSpec:
    """A spec from itself, from the path of a YAML file or a shipped name, or from a mapping with the same fields.

    In a mapping, relative paths start in the working directory. Errors as in `read_brief_spec`.
    """
    if isinstance(spec, BriefSpec):
        return spec
    if isinstance(spec, Mapping):
        return _checked(spec, Checker(), Path(), "brief")
    return read_brief_spec(spec)


def _checked(raw: Mapping[str, Any], checker: Checker, folder: Path, usual_name: str) -> BriefSpec:
    """The spec that plain values say, or an InputError with everything that is wrong with them."""
    hints = {"scenario": "under 'packages'", "scenarios": "under 'packages'", "levers": "under 'set' of a package"}
    given = known_fields(checker, (), raw, SPEC_KEYS, "field of a brief", hints)
    assumptions = read_assumptions(given["assumptions"], checker) if "assumptions" in given else {}
    packages, runs = read_packages(given.get("packages"), assumptions, checker, folder)
    numbers = _numbers(given, runs, packages, checker)
    metrics = _metrics(given.get("metrics", list(DEFAULT_METRICS)), packages, checker)
    sections, flip = _sections(given, metrics, numbers["draws"], checker)
    words = _texts(given, packages, sections, usual_name, checker)
    charts = _charts(given.get("charts"), metrics, packages, checker)
    status_quo = common_status_quo(packages, checker)
    sources = _sources(given.get("sources"), words["paragraphs"], checker)
    if packages and metrics and len(packages) == len(given.get("packages") or ()):
        vocabulary = Vocabulary.of(metrics, {one.name: one.scenario for one in packages})
        check_words(words, packages, vocabulary, checker, named="name" in given)
    if not checker.problems and status_quo is not None:
        _same_quarters([*(one.scenario for one in packages), status_quo], checker)
        _run_settings(packages[0].scenario, numbers, checker)
    if checker.problems or status_quo is None:
        raise InputError(sorted(checker.problems, key=lambda one: (one.file or "", one.line or 0)))
    return BriefSpec(
        **words, packages=tuple(packages), status_quo=status_quo, metrics=metrics, charts=charts, sections=sections,
        flip=flip, sources=sources, **numbers,
    )  # fmt: skip


def _numbers(
    given: Mapping[str, Any], runs: Sequence[StoredRun], packages: Sequence[Package], checker: Checker
) -> dict[str, Any]:
    """Draws, seed and ensemble; stored runs have theirs, and all have to agree."""
    usual: dict[str, Any] = {"draws": DEFAULT_DRAWS, "seed": DEFAULT_SEED, "ensemble": DEFAULT_ENSEMBLE}
    if packages and packages[0].scenario.ensemble:
        usual["ensemble"] = packages[0].scenario.ensemble
    if runs:
        usual = {key: runs[0].manifest[key] for key in usual}
    found = {
        "draws": checker.number(("draws",), given.get("draws", usual["draws"]), _DRAWS),
        "seed": checker.number(("seed",), given.get("seed", usual["seed"]), _SEED),
        "ensemble": checker.simple(
            ("ensemble",), given.get("ensemble", usual["ensemble"]), Field("choice", "ensemble", options=ENSEMBLES)
        ),
    }
    for run in runs:
        for key, value in found.items():
            if value is not None and run.manifest[key] != value:
                message = f"run {run.run_id} was made with {key} {run.manifest[key]}"
                checker.add((key,), Problem("", message, str(value)))
    return found


def _metrics(value: Any, packages: Sequence[Package], checker: Checker) -> tuple[str, ...]:
    path: FieldPath = ("metrics",)
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_METRICS:
        checker.report(path, "must be a list of summary metrics, the headline first", value, f"1 to {MOST_METRICS}")
        return ()
    known = shared_metrics([one.scenario for one in packages])
    for place, name in enumerate(value):
        if not isinstance(name, str):
            checker.report((*path, place), "must name a summary metric", name)
        elif name in value[:place]:
            checker.report((*path, place), "is given twice", name)
        elif packages and name not in known:
            checker.add((*path, place), unknown_name("", name[:80], known, kind="metric"))
    return tuple(name for name in value if isinstance(name, str) and name in known)


def _charts(value: Any, metrics: Sequence[str], packages: Sequence[Package], checker: Checker) -> tuple[str, ...]:
    if not packages or not metrics:
        return ()
    segments = tuple(segment.name for segment in packages[0].scenario.structure.segments)
    known = catalogue(segments)
    usual = list(dict.fromkeys([metric_words(metrics[0], known).series, "copy_revenue_share", "rd_investment"]))[:2]
    if value is None:
        return tuple(usual)
    path: FieldPath = ("charts",)
    if not isinstance(value, list) or len(value) != 2 or value[0] == value[1]:
        checker.report(path, "must be a list of two series", value)
        return ()
    for place, name in enumerate(value):
        if name not in known:
            checker.add((*path, place), unknown_name("", str(name)[:80], known, kind="series"))
    return tuple(value)


def _sections(
    given: Mapping[str, Any], metrics: Sequence[str], draws: int | None, checker: Checker
) -> tuple[tuple[str, ...], int]:
    """The sections in their order, and the futures of a flip table.

    A flip table tells relative changes: without being asked for it is there where the headline is told in per cent, and
    where there are more futures than for a quick look.
    """
    asked = given.get("sections")
    told = bool(metrics) and metric_words(metrics[0]).relative
    usual = asked is None and told and (draws or 0) >= QUICK_LOOK
    value = given.get("flip", usual)
    flip = 0
    if value is True:
        flip = FLIP_DRAWS
    elif value is not None and value is not False:
        flip = int(checker.number(("flip",), value, _FLIP) or 0)
    if flip and metrics and metrics[0] in YES_NO:
        checker.report(("flip",), f"needs a headline that is an amount; {metrics[0]} is yes or no in each future")
    if asked is None:
        return tuple(name for name in SECTIONS if name != "flip" or flip), flip
    path: FieldPath = ("sections",)
    if not isinstance(asked, list):
        checker.report(path, "must be a list of sections", asked, ", ".join(SECTIONS))
        return (), flip
    for place, name in enumerate(asked):
        if name not in SECTIONS:
            checker.unknown((*path, place), name, SECTIONS, "section")
        elif name in asked[:place]:
            checker.report((*path, place), "is given twice", name)
    if "flip" in asked:
        flip = flip or FLIP_DRAWS
    elif flip:
        checker.report(path, "leaves out 'flip', though a flip table is asked for")
    for needed in ("limits", "check", "sources"):
        if needed not in asked:
            checker.report(path, f"leaves out '{needed}', which no brief does without")
    return tuple(name for name in SECTIONS if name in asked), flip


def _texts(
    given: Mapping[str, Any], packages: Sequence[Package], sections: Sequence[str], usual_name: str, checker: Checker
) -> dict[str, Any]:
    """Name, question, title, audience and paragraphs."""
    name = given.get("name", plain_name(usual_name))
    if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", name):
        told = "is not a usable name" if "name" in given else "comes from the file's name, which is no usable name"
        checker.report(("name",), told, name, "lower-case letters, digits and hyphens, at most 60")
    question = given.get("question", package_question(packages[0].scenario) if packages else None)
    if question is None or question == "":
        if packages:
            checker.report(("question",), "is missing: the first package brings none of its own")
        question = "?"
    found: dict[str, Any] = {
        "name": name,
        "question": checker.text(("question",), question, LIMITS["question"], one_line=False),
        "title": None,
        "audience": "",
    }
    for key in ("title", "audience"):
        if key in given:
            found[key] = checker.text((key,), given[key], LIMITS[key], one_line=False)
    found["paragraphs"] = _paragraphs(given.get("paragraphs"), sections, checker)
    return found


def _paragraphs(value: Any, sections: Sequence[str], checker: Checker) -> dict[str, str]:
    path: FieldPath = ("paragraphs",)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        checker.report(path, "must be a list of 'section: text' lines", value)
        return {}
    found: dict[str, str] = {}
    for name, text in value.items():
        if name not in SECTIONS:
            checker.unknown((*path, name), name, SECTIONS, "section")
        elif name not in sections:
            checker.report((*path, name), "belongs to a section that is left out")
        else:
            checked = checker.text((*path, name), text, LIMITS["paragraph"], one_line=False)
            if checked is not None:
                found[name] = checked
    return found


def _sources(value: Any, paragraphs: Mapping[str, str], checker: Checker) -> tuple[str, ...]:
    """Keys of the references: those cited first, then those given; those of a package are in its scenario file."""
    path: FieldPath = ("sources",)
    known = book().references
    asked = [] if value is None else value
    if not isinstance(asked, list):
        checker.report(path, "must be a list of keys of the book's references", value)
        asked = []
    for place, key in enumerate(asked):
        if not isinstance(key, str) or key not in known:
            checker.add((*path, place), unknown_name("", str(key)[:80], known, kind="source"))
    found = [key for text in paragraphs.values() for key in cited(text)]
    for section, text in paragraphs.items():
        for key in cited(text):
            if key not in known:
                checker.add(("paragraphs", section), unknown_name("", key, known, kind="source"))
    found += [key for key in asked if isinstance(key, str)]
    return tuple(key for key in dict.fromkeys(found) if key in known and key != "assumption")


def _same_quarters(scenarios: Sequence[Scenario], checker: Checker) -> None:
    if told := differing_calendars(scenarios):
        checker.add(("packages",), Problem("", "must all cover the same quarters", told))


def _run_settings(scenario: Scenario, numbers: Mapping[str, Any], checker: Checker) -> None:
    try:
        check_settings(
            scenario, numbers["draws"], numbers["seed"], numbers["ensemble"], "batch", None, "trajectories", False
        )
    except InputError as error:
        checker.problems.extend(error.problems)


def with_draws(spec: BriefSpec, draws: int | None, seed: int | None) -> BriefSpec:
    """The spec with other draws or another seed, as for a quick look; InputError where they cannot be."""
    checker = Checker()
    changed: dict[str, Any] = {}
    if draws is not None:
        changed["draws"] = checker.number(("draws",), draws, _DRAWS)
        changed["flip"] = min(spec.flip, draws)
    if seed is not None:
        changed["seed"] = checker.number(("seed",), seed, _SEED)
    if changed and any(one.run is not None for one in spec.packages):
        checker.report(("packages",), "name stored runs, whose draws and seed cannot be changed")
    if checker.problems:
        raise InputError(checker.problems)
    return dataclasses.replace(spec, **changed)


__all__ = [
    "SECTIONS",
    "BriefSpec",
    "as_brief_spec",
    "find_spec",
    "read_brief_spec",
    "shipped_scenarios",
    "shipped_specs",
    "with_draws",
]
