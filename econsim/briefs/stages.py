"""Progress of work in several stages as that of one piece of work, whose size is known from its start."""

from __future__ import annotations

from collections.abc import Sequence

from econsim.runs import Progress


class Stages:
    """Tells how far all stages together are, in futures; nothing is told as done before the last stage is over.

    progress : called with the futures done and those expected in all stages
    expected : futures of each stage, as far as anybody can tell before it begins
    """

    def __init__(self, progress: Progress | None, expected: Sequence[int]):
        self._progress, self._left = progress, list(expected)
        self._over = self._done = 0

    def of(self, done: int, total: int) -> None:
        """Progress of the stage that is at work."""
        self._done = done
        self._tell(self._over + done, self._over + total + sum(self._left[1:]))

    def over(self) -> None:
        """The stage that was at work is over, and did what it said last; one that had nothing to do said nothing."""
        self._over, self._done = self._over + self._done, 0
        self._left = self._left[1:]
        if self._over:
            self._tell(self._over, self._over + sum(self._left))

    def _tell(self, done: int, total: int) -> None:
        if self._progress is not None:
            self._progress(done, total)


__all__ = ["Stages"]
