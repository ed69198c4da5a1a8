"""The explorer in a real browser: a server of its own, and Debian's Chromium driven by Playwright.

For the browser tests, `make bench-app` and `make screenshots`.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
             "--disable-sync")  # fmt: skip
PATIENCE = 240_000  # ms: a change takes seconds while the compiled engine is being made on a busy machine
LOOK_EVERY = 100  # ms. Playwright looks at every frame otherwise, and has the browser paint sixty a second for it
COUNT_RUNS = """
() => {
  window.econsimRuns = 0
  const app = document.querySelector('[data-testid="stApp"]')
  new MutationObserver(() => {
    if (app.getAttribute('data-test-script-state') === 'running') window.econsimRuns += 1
  }).observe(app, {attributes: true, attributeFilter: ['data-test-script-state']})
}
"""
AT_REST = """
(before) => {
  const app = document.querySelector('[data-testid="stApp"]')
  const still = app.getAttribute('data-test-script-state') === 'notRunning'
  return window.econsimRuns > before && still && !document.querySelector('[data-stale="true"]')
}
"""
# A page is painted some time after its script is done: nothing in it has changed for a while, or it never rests.
PAINTED = """
() => new Promise((done) => {
  const finish = () => { seen.disconnect(); done(true) }
  let timer = setTimeout(finish, 250)
  const seen = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(finish, 250) })
  seen.observe(document.querySelector('[data-testid="stMain"]'), {subtree: true, childList: true, characterData: true})
  setTimeout(finish, 10000)
})
"""
DRAWN = """
() => !document.querySelector('[data-testid="stSkeleton"]') &&
  [...document.querySelectorAll('[data-testid="stVegaLiteChart"]')].every((one) => one.querySelector('svg, canvas'))
"""


class NoBrowser(RuntimeError):
    """There is no Chromium, or no Playwright, on this machine."""


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextlib.contextmanager
def serving(script: Path = ROOT / "app.py", **environment: str) -> Iterator[Server]:
    """A server of the explorer, gone afterwards.

    script : run in place of `app.py`, by tests that break something first
    """
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}"]
    paths = {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **paths, **environment}, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)  # fmt: skip
    server = Server(f"http://127.0.0.1:{port}", process)
    try:
        server.wait()
        yield server
    finally:
        process.terminate()
        process.communicate(timeout=30)


@dataclass(frozen=True)
class Server:
    """A running server: its address and its process."""

    address: str
    process: subprocess.Popen

    def wait(self) -> None:
        """Until it answers."""
        for _ in range(600):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=5):
                return
            if self.process.poll() is not None and self.process.stderr:
                raise RuntimeError(self.process.stderr.read().decode())
            time.sleep(0.2)
        raise RuntimeError("the server does not answer")

    def memory(self) -> float:
        """What the process holds in memory, MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return float(found[1]) / 1000.0 if found else float("nan")


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """A browser; NoBrowser, with what to do about it, where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise NoBrowser("no Chromium here: apt-get install chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise NoBrowser("Playwright is not installed: pip install 'econsim[test]'") from None
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@dataclass(frozen=True)
class Shown:
    """What a page says: the finding, the numbers with their changes, and the run id."""

    finding: str
    numbers: tuple[str, ...]
    run: str


class Tab:
    """One tab of one visitor."""

    def __init__(self, page: Any, address: str):
        self.page, self.address = page, address
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.set_default_timeout(PATIENCE)

    def _console(self, one: Any) -> None:
        if one.type == "error":
            self.complaints.append(f"{one.text} {one.location.get('url', '')}")

    def open(self, query: str = "", path: str = "/") -> Tab:
        self.page.goto(f"{self.address}{path}{query}")
        body = '[data-testid="stMetric"]' if path == "/" else '[data-testid="stMainBlockContainer"] h1'
        self.page.wait_for_selector(body)
        self.page.evaluate(COUNT_RUNS)
        self.rest(before=-1)
        return self

    def forget(self) -> None:
        """Requests and complaints so far."""
        self.requests.clear()
        self.complaints.clear()

    def strangers(self) -> list[str]:
        """What was asked of anybody but the server."""
        return [url for url in self.requests if not url.startswith((self.address, "data:", "blob:"))]

    def runs(self) -> int:
        """How often the script has started since the page was opened."""
        return int(self.page.evaluate("window.econsimRuns"))

    def rest(self, before: int) -> None:
        """Wait until the script has started after `before` and is done."""
        self.page.wait_for_function(AT_REST, arg=before, polling=LOOK_EVERY)
        self.page.evaluate(PAINTED)  # meanwhile a press that was still on its way starts it again
        self.page.wait_for_function(AT_REST, arg=before, polling=LOOK_EVERY)

    def drawn(self) -> Tab:
        """Wait until every chart and table is there: they are loaded after the script is done."""
        self.page.wait_for_function(DRAWN, polling=LOOK_EVERY)
        self.page.wait_for_timeout(300)
        return self

    def press(self, lever: str, key: str = "ArrowRight", times: int = 1) -> None:
        before = self.runs()
        slider = self.page.get_by_role("slider", name=lever)
        slider.focus()
        for _ in range(times):
            slider.press(key)
        self.rest(before)

    def click(self, name: str) -> None:
        before = self.runs()
        self.page.get_by_role("button", name=name, exact=True).click()
        self.rest(before)

    def choose(self, label: str, option: str) -> None:
        before = self.runs()
        box = self.page.get_by_role("combobox", name=label)
        box.click()
        box.fill(option)
        self.page.get_by_role("option", name=option, exact=True).first.click()
        self.rest(before)

    def go(self, steps: int) -> None:
        """Back and Forward in the browser."""
        before = self.runs()
        self.page.evaluate("(steps) => window.history.go(steps)", steps)
        self.rest(before)

    def query(self) -> str:
        return str(self.page.evaluate("location.search"))

    def shown(self) -> Shown:
        numbers = self.page.locator('[data-testid="stMetric"]').all_inner_texts()
        status = self.page.get_by_text(re.compile(r"simulated futures · seed")).inner_text()
        run = re.search(r"run ([0-9a-f]{12})", status)
        assert run is not None, status
        return Shown(self.page.locator(".st-key-finding").inner_text(), tuple(numbers), run[1])
