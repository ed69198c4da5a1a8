"""How many cores a run may use."""

from __future__ import annotations

import os


def threads() -> int:
    """How many pieces are worked on at once: one a core, or as many as ECONSIM_THREADS says."""
    asked = os.environ.get("ECONSIM_THREADS", "")
    if asked.isdigit() and int(asked) > 0:
        return int(asked)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
