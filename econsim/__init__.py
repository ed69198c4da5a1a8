"""econsim: who trains the next frontier model if models can be copied, who gains, and what a policy changes.

The public names below are loaded when they are first used, so that importing econsim stays cheap.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from econsim import evidence, fidelity
    from econsim.book_tables import parameters
    from econsim.briefs.build import brief
    from econsim.errors import EconsimError, InputError
    from econsim.results import Result, simulate
    from econsim.scenario import Scenario, load_scenario
    from econsim.store import read_run, write_run
    from econsim.studies.adoption import Adoption, adopt
    from econsim.studies.backtest import Backtest, backtest
    from econsim.studies.calibrate import Calibration, calibrate
    from econsim.studies.compare import Comparison, compare
    from econsim.studies.discovery import discover
    from econsim.studies.drivers import drivers
    from econsim.studies.flip import flip
    from econsim.studies.moats import moats
    from econsim.studies.model_difference import diff_model
    from econsim.studies.sensitivity import Sensitivity, open_sensitivity, sensitivity
    from econsim.studies.sweep import Sweep, SweepStopped, open_sweep, sweep
    from econsim.studies.tipping import tipping
    from econsim.verification import verify

_HOMES = {
    "Adoption": "econsim.studies.adoption",
    "Backtest": "econsim.studies.backtest",
    "Calibration": "econsim.studies.calibrate",
    "Comparison": "econsim.studies.compare",
    "EconsimError": "econsim.errors",
    "InputError": "econsim.errors",
    "Result": "econsim.results",
    "Scenario": "econsim.scenario",
    "Sensitivity": "econsim.studies.sensitivity",
    "Sweep": "econsim.studies.sweep",
    "SweepStopped": "econsim.studies.sweep",
    "adopt": "econsim.studies.adoption",
    "backtest": "econsim.studies.backtest",
    "brief": "econsim.briefs.build",
    "calibrate": "econsim.studies.calibrate",
    "compare": "econsim.studies.compare",
    "diff_model": "econsim.studies.model_difference",
    "discover": "econsim.studies.discovery",
    "drivers": "econsim.studies.drivers",
    "flip": "econsim.studies.flip",
    "load_scenario": "econsim.scenario",
    "moats": "econsim.studies.moats",
    "open_sensitivity": "econsim.studies.sensitivity",
    "open_sweep": "econsim.studies.sweep",
    "parameters": "econsim.book_tables",
    "read_run": "econsim.store",
    "sensitivity": "econsim.studies.sensitivity",
    "simulate": "econsim.results",
    "sweep": "econsim.studies.sweep",
    "tipping": "econsim.studies.tipping",
    "verify": "econsim.verification",
    "write_run": "econsim.store",
}

_MODULES = ("evidence", "fidelity")
"""Public names that are modules of their own."""

__all__ = [
    "Adoption",
    "Backtest",
    "Calibration",
    "Comparison",
    "EconsimError",
    "InputError",
    "Result",
    "Scenario",
    "Sensitivity",
    "Sweep",
    "SweepStopped",
    "__version__",
    "adopt",
    "backtest",
    "brief",
    "calibrate",
    "compare",
    "diff_model",
    "discover",
    "drivers",
    "evidence",
    "fidelity",
    "flip",
    "load_scenario",
    "moats",
    "open_sensitivity",
    "open_sweep",
    "parameters",
    "read_run",
    "sensitivity",
    "simulate",
    "sweep",
    "tipping",
    "verify",
    "write_run",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"econsim.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'econsim' has no attribute '{name}'")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
