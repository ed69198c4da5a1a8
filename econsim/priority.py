"""Work that can wait leaves the processor to whoever waits for an answer."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def step_back(process: int, niceness: int) -> None:
    """Let others go first: a process that leads a session of its own, and what it starts from now on.

    niceness : as `nice` counts it; a process that is already less pressing stays so

    Where Linux shares the processor out among sessions (autogroup), niceness ranks the processes of one session only,
    and each session has a niceness of its own. Systems that know neither go on as before.
    """
    with contextlib.suppress(OSError, AttributeError):
        niceness = max(niceness, os.getpriority(os.PRIO_PROCESS, process))
        os.setpriority(os.PRIO_PROCESS, process, niceness)
    with contextlib.suppress(OSError):
        Path(f"/proc/{process}/autogroup").write_text(str(niceness), encoding="ascii")


__all__ = ["step_back"]
