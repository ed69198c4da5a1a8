"""`econsim bench`: how fast econsim is, as ratios within one run, since machines are noisy and ratios less so."""

from __future__ import annotations

import contextlib
import datetime
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import econsim
from econsim.bench.figures import Figures, Tell
from econsim.bench.machine import Load, describe_machine
from econsim.bench.sizes import FULL, QUICK, SCENARIO, Sizes
from econsim.bench.timing import environment
from econsim.bench_sections import SECTIONS
from econsim.errors import InputError, unknown_name

FORMAT = 1


def run_bench(
    only: Sequence[str] = (), quick: bool = False, tell: Tell | None = None, sizes: Sizes | None = None
) -> dict[str, Any]:
    """Measure everything, or some sections of it, here and now.

    only    : names of `SECTIONS`; none: all
    quick   : smaller sizes, and nothing is compiled that is in the cache already
    tell    : called with a line of text as each measurement begins
    sizes   : other sizes than those of a full or a quick run
    returns : plain Python, as `econsim bench --json` prints it: figures by name, each with its value and unit, and for
              a ratio the two figures that it is the ratio of; notes by section; machine; load
    raises  : InputError for a section that does not exist
    """
    chosen = check_sections(only)
    wanted = sizes or (QUICK if quick else FULL)
    begin, load = time.perf_counter(), Load()
    figures = Figures(_with_time(tell, begin))
    with _programs(wanted.cold and "start" in chosen):
        for section in chosen:
            figures.tell(f"{section}: {SECTIONS[section]}")
            _measure(section)(figures, wanted)
    return {
        "econsim_bench": FORMAT,
        "version": econsim.__version__,
        "created": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "quick": quick,
        "sections": list(chosen),
        "scenario": SCENARIO,
        "quarters": wanted.scenario().structure.quarters,
        "machine": describe_machine(),
        "load": load.finish(),
        "figures": figures.found,
        "notes": figures.notes,
    }


def check_sections(only: Sequence[str]) -> tuple[str, ...]:
    """Sections in the order in which they are measured; InputError for one that does not exist."""
    unknown = [unknown_name("--only", name, SECTIONS, kind="section") for name in only if name not in SECTIONS]
    if unknown:
        raise InputError(unknown)
    return tuple(name for name in SECTIONS if not only or name in only)


def _measure(section: str) -> Callable[[Figures, Sizes], None]:
    """The function that measures a section; its module is loaded when it is needed."""
    measure: Callable[[Figures, Sizes], None] = import_module(f"econsim.bench.{section}").measure
    return measure


def _with_time(tell: Tell | None, begin: float) -> Tell | None:
    if tell is None:
        return None
    told = tell
    return lambda line: told(f"{time.perf_counter() - begin:4.0f} s  {line}")


@contextlib.contextmanager
def _programs(thrown_away: bool) -> Any:
    """Where compiled programs are kept: one that is compiled to be timed serves all other sections too."""
    if not thrown_away:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="econsim-bench-") as folder, environment(ECONSIM_CACHE=folder):
        yield
