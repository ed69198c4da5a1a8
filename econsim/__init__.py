"""econsim: who trains the next frontier model if models can be copied, who gains, and what a policy changes.

The public names below are loaded when they are first used, so that importing econsim stays cheap.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from econsim.book_tables import parameters
    from econsim.errors import EconsimError, InputError
    from econsim.results import Result, simulate
    from econsim.scenario import Scenario, load_scenario
    from econsim.store import read_run, write_run
    from econsim.studies.compare import Comparison, compare

_HOMES = {
    "Comparison": "econsim.studies.compare",
    "EconsimError": "econsim.errors",
    "InputError": "econsim.errors",
    "Result": "econsim.results",
    "Scenario": "econsim.scenario",
    "compare": "econsim.studies.compare",
    "load_scenario": "econsim.scenario",
    "parameters": "econsim.book_tables",
    "read_run": "econsim.store",
    "simulate": "econsim.results",
    "write_run": "econsim.store",
}

__all__ = [
    "Comparison",
    "EconsimError",
    "InputError",
    "Result",
    "Scenario",
    "__version__",
    "compare",
    "load_scenario",
    "parameters",
    "read_run",
    "simulate",
    "write_run",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'econsim' has no attribute '{name}'")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
