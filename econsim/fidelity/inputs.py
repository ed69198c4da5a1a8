"""Checking what a prediction is asked about: numbers in their range, names that are listed, all problems at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from econsim.errors import InputError, Problem, unknown_name
from econsim.fidelity.copies import family, published_scores
from econsim.rules.fidelity.refinement import ACCESS, BANDS

SIZES = (1e6, 1e13)  # parameters
SAMPLES = (1.0, 1e12)
UNNAMED = "benchmark"


def number(
    problems: list[Problem], field: str, value: Any, low: float, high: float, allowed: str, above: bool = False
) -> float:
    """The value as a float; a problem is added unless it is a number in range (`above`: low itself is out)."""
    is_number = (
        not isinstance(value, bool)
        and isinstance(value, int | float | np.integer | np.floating)
        and math.isfinite(value)
    )
    if not is_number or not low <= value <= high or (above and value == low):
        problems.append(Problem(field, "must be a number in range", repr(value)[:60], allowed))
        return math.nan
    return float(value)


def points(problems: list[Problem], field: str, value: Any, above: bool = False) -> float:
    """A score in points (`above`: 0 is out, as it is of a teacher, of which shares are taken)."""
    return number(problems, field, value, 0.0, 100.0, f"{'above 0' if above else '0'} to 100 points", above)


def listed(column: str) -> pd.Series:
    """Names in a column of the published scores -> how many rows have them."""
    names = published_scores()[column]
    return names[names != ""].value_counts()


def scores(problems: list[Problem], field: str, given: Any, column: str, benchmark: str | None) -> dict[str, float]:
    """Benchmark -> points, from a number, a mapping, or the name of a listed model.

    column : `teacher` or `base_name`, in which a name is looked up
    """
    if isinstance(given, str):
        rows = published_scores()
        names = listed(column).index.tolist()
        if given not in names:
            problems.append(unknown_name(field, given, names, kind="model" if column == "teacher" else "base"))
            return {}
        chosen = rows[rows[column] == given]
        score = "teacher_score" if column == "teacher" else "base_score"
        found = chosen.groupby("benchmark", sort=False)[score].mean()
        wanted = found if benchmark is None else found[found.index == benchmark]
        if benchmark is not None and wanted.empty:
            problems.append(unknown_name("benchmark", benchmark, found.index, kind=f"benchmark of {given}"))
        return {str(name): float(value) for name, value in wanted.items()}
    if isinstance(given, Mapping):
        if not given:
            problems.append(Problem(field, "holds no score", allowed="benchmark names with points"))
        return {
            str(name): points(problems, f"{field}.{name}", value, column == "teacher") for name, value in given.items()
        }
    return {benchmark or UNNAMED: points(problems, field, given, column == "teacher")}


def access_mode(problems: list[Problem], value: Any) -> str:
    """One of `ACCESS`."""
    if not isinstance(value, str) or value not in ACCESS:
        problems.append(unknown_name("access", str(value)[:60], ACCESS, kind="way of copying"))
        return "trace"
    return value


@dataclass(frozen=True)
class Known:
    """What is known of a benchmark: its difficulty in [0, 1] and the family of its subject."""

    difficulty: float
    family: str


def known_benchmarks() -> dict[str, Known]:
    """Every listed benchmark."""
    rows = published_scores().drop_duplicates("benchmark")
    return {
        str(row["benchmark"]): Known(float(row["difficulty"]), str(row["family"])) for row in rows.to_dict("records")
    }


def coverage_of(
    problems: list[Problem], covered: Any, benchmarks: Iterable[str], near: float
) -> Callable[[str], float]:
    """Benchmark -> w in [0, 1].

    covered : true or false for all; a weight for all; or names of benchmarks, subjects or families that the samples
              are about. Of a benchmark that is akin to a named one (same family) a part, `near`, is covered.
    """
    if isinstance(covered, bool | np.bool_):
        return lambda name: float(covered)
    if isinstance(covered, int | float | np.integer | np.floating):
        weight = number(problems, "covered", covered, 0.0, 1.0, "0 to 1, true or false, or names")
        return lambda name: weight
    names = [covered] if isinstance(covered, str) else list(covered) if isinstance(covered, Iterable) else None
    if names is None or not all(isinstance(one, str) for one in names):
        problems.append(Problem("covered", "is no weight and no list of names", repr(covered)[:60]))
        return lambda name: 0.0
    known = known_benchmarks()
    families = {family(domain) for domain in listed("domain").index} | {"reasoning"}
    subjects = {str(domain) for domain in listed("domain").index} | families
    for one in names:
        if one not in known and one not in subjects and one not in benchmarks:
            problems.append(unknown_name("covered", one, [*sorted(subjects), *known], kind="benchmark or subject"))
    domains = dict(published_scores()[["benchmark", "domain"]].drop_duplicates("benchmark").to_numpy().tolist())
    akin = {known[one].family if one in known else family(one) for one in names if one in known or one in subjects}

    def weight_of(name: str) -> float:
        here = known[name].family if name in known else ""
        if name in names or domains.get(name) in names or (here in names and here):
            return 1.0
        return near if here in akin else 0.0

    return weight_of


def checked_bands(problems: list[Problem], value: Any) -> int:
    """Number of bands that samples cover."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not 0 <= value <= BANDS:
        problems.append(Problem("covered_bands", "must be a whole number", repr(value)[:40], f"0 to {BANDS}"))
        return 0
    return int(value)


def refuse(problems: list[Problem]) -> None:
    """Raise all problems at once, if there are any."""
    if problems:
        raise InputError(problems)
