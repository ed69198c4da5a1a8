"""Progress of long work, on stderr."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from typing import TextIO

from econsim.cli_text import duration, number

BAR = 30  # characters
EVERY = 1.0  # seconds, at least, from line to line where there is no terminal
SELDOM = 60  # the time until the next line is at least so small a part of the time that has passed


class Progress:
    """Progress on a stream: a bar on a terminal, otherwise a line a second, fewer in long runs and none in short ones.

    Use it as a context manager and call it with what is done and what was asked for, in draws or `what` else there is.
    """

    def __init__(
        self, stream: TextIO | None = None, *, quiet: bool = False, what: str = "draws", resumable: bool = False
    ):
        """
        resumable : the first call comes before any work, with what was done at an earlier time
        """
        self.stream = stream or sys.stderr
        self.quiet, self.what = quiet, what
        self.terminal = not quiet and self.stream.isatty()
        self.started = self.told = time.monotonic()
        self.done, self.total = 0, 0
        self.before = 0
        self._resumes = resumable
        self._over = threading.Event()
        self._ticker: threading.Thread | None = None
        self._longest = 0

    def __enter__(self) -> Progress:
        self.started = self.told = time.monotonic()
        if self.terminal:
            # The first chunk of draws may take seconds: the time that passes is shown meanwhile.
            self._ticker = threading.Thread(target=self._tick, daemon=True)
            self._ticker.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        if self._ticker is not None:
            self._ticker.join()
            self._write("\r" + " " * self._longest + "\r")

    def __call__(self, done: int, total: int) -> None:
        last = done >= total > self.done and self.told > self.started
        self.done, self.total = done, total
        now = time.monotonic()
        if self._resumes:
            self._resumes, self.before, self.started = False, done, now
        if self.quiet or self.terminal:
            return
        if not last and now - self.told < max(EVERY, (now - self.started) / SELDOM):
            return
        self.told = now
        self._write(f"{self.text(now)}\n")

    def text(self, now: float) -> str:
        """What is done, the rate and the time left."""
        seconds = max(now - self.started, 1e-9)
        made = self.done - self.before
        if not made:
            there = f"{self.done} of {self.total} {self.what} there, " if self.done else ""
            return f"{there}working, {seconds:.0f} s"
        text = f"{self.done} of {self.total} {self.what}, {number(made / seconds)} {self.what}/s"
        if self.done >= self.total:
            return f"{text}, {seconds:.0f} s"
        return f"{text}, {duration(seconds * (self.total - self.done) / made)} left"

    def _tick(self) -> None:
        while not self._over.wait(0.2):
            line = self._line(time.monotonic())
            self._longest = max(self._longest, len(line))
            self._write("\r" + line.ljust(self._longest))

    def _line(self, now: float) -> str:
        """Bar and text, on one line of the terminal: a longer one could not be written over."""
        text, width = self.text(now), shutil.get_terminal_size().columns - 1
        bar = min(BAR, width - len(text) - len("[] "))
        if bar < 1:
            return text[:width]
        filled = bar * self.done // self.total if self.total else 0
        return f"[{'#' * filled}{' ' * (bar - filled)}] {text}"

    def _write(self, text: str) -> None:
        try:
            self.stream.write(text)
            self.stream.flush()
        except (OSError, ValueError):  # nobody listens any more; the run goes on
            self.quiet = True
