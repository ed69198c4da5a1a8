"""Work that nobody wants any more: it hears of it, and ends where nothing is half done.

An exception thrown into another thread would be quicker, and has ended whole processes: it may arrive in the middle of
an import, or in a library's own code that cannot pass it on.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

_own = threading.local()


class GivenUp(BaseException):
    """Somebody gave up waiting. Not an Exception, so that nobody takes it for a failure of the work."""


@contextlib.contextmanager
def until(given_up: threading.Event) -> Iterator[None]:
    """Have this thread's work end soon after an event."""
    _own.event = given_up
    try:
        yield
    finally:
        del _own.event


def heed() -> None:
    """Raise `GivenUp` if this thread's work has been given up; engines ask between quarters, or pieces of draws."""
    event: threading.Event | None = getattr(_own, "event", None)
    if event is not None and event.is_set():
        raise GivenUp
