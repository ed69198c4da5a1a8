"""Work in a thread of this process, so that whoever waits for it can be stopped at any time and give it up."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import Any

from econsim.engines.giving_up import until

NAME = "econsim-chunk"
PATIENCE = 0.3  # seconds to wait for work that was given up


class WorkerThread:
    """Does one thing at a time. Use it as a context manager; leaving it gives up what is not done.

    A signal would not do: Python hears it only between two of its own instructions, and compiling for JAX is a single
    one of some ten seconds, which does not outlive an exception raised in its middle either.
    """

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._given_up = threading.Event()

    def __enter__(self) -> WorkerThread:
        return self

    def __exit__(self, *error: object) -> None:
        self.end()

    def submit(self, function: Any, *arguments: Any) -> Future[Any]:
        """Begin to call a function; what was submitted before has to be done."""
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()

        def work() -> None:
            try:
                with until(self._given_up):
                    future.set_result(function(*arguments))
            except BaseException as error:
                if not future.done():
                    future.set_exception(error)

        self._thread = threading.Thread(target=work, name=NAME)
        self._thread.start()
        return future

    def end(self) -> None:
        """Have what is being done broken off: batch after its quarter, compiled code when it comes back."""
        if self._thread is not None and self._thread.is_alive():
            self._given_up.set()
            self._thread.join(PATIENCE)


def still_at_work() -> bool:
    """Whether something that was given up has not come back yet; Python waits for it before it ends."""
    return any(thread.name == NAME for thread in threading.enumerate())
