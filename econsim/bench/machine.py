"""The machine that was measured on, and how busy others kept it meanwhile."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PACKAGES = ("numpy", "scipy", "jax", "SALib")
BUSY_SHARE = 0.1
"""Share of the usable cores that others may use before figures are called those of a busy machine."""

_STOLEN = (7,)  # fields of /proc/stat: what other machines had
_WORKING = (0, 1, 2, 5, 6, *_STOLEN)  # user, nice, system, both interrupts


def describe_machine() -> dict[str, Any]:
    """Processor, cores that this process may use, memory, and versions."""
    return {
        "processor": _processor(),
        "cores": cores(),
        "memory_gb": _memory(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name.lower(): _version(name) for name in PACKAGES},
    }


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine_differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """What differs between two machines, as `python: 3.11.2, then 3.12.1`."""
    names = list(dict.fromkeys([*one, *other]))
    return [f"{name}: {one.get(name)}, then {other.get(name)}" for name in names if one.get(name) != other.get(name)]


class Load:
    """What others do on this machine between `Load()` and `finish()`."""

    def __init__(self) -> None:
        self.average = _load_average()
        self._working, self._own, self._begin = _seconds_working(), _own_seconds(), time.perf_counter()

    def finish(self) -> dict[str, Any]:
        """Load averages before and after, the cores that others kept at work on average, and whether that is busy.

        Where the system does not tell what others do, the load average before decides.
        """
        elapsed, working, own = time.perf_counter() - self._begin, _seconds_working(), _own_seconds()
        others = None
        if working is not None and self._working is not None and elapsed > 0.0:
            others = max(working - self._working - (own - self._own), 0.0) / elapsed
        told = others if others is not None else self.average
        return {
            "average_before": self.average,
            "average_after": _load_average(),
            "cores_used_by_others": others,
            "seconds": elapsed,
            "busy": told is not None and told > BUSY_SHARE * cores(),
        }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    for line in lines:
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory() -> float | None:
    try:
        return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9, 1)
    except (ValueError, OSError, AttributeError):
        return None


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _load_average() -> float | None:
    """Processes that wanted to run in the last minute."""
    try:
        return os.getloadavg()[0]
    except (OSError, AttributeError):
        return None


def _seconds_working() -> float | None:
    """Seconds that all cores together have worked since the machine was started; None where it does not say."""
    return _seconds(_WORKING) or None


def stolen_seconds() -> float | None:
    """Seconds of all cores that the host gave to other machines since this one was started; None where nobody says."""
    return _seconds(_STOLEN)


def _seconds(places: Sequence[int]) -> float | None:
    try:
        fields = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:]
        return sum(int(fields[place]) for place in places) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return None


def _own_seconds() -> float:
    """Seconds of processor time of this process and of those that it has started and seen end."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system
