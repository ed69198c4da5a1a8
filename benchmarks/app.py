"""How quick the explorer is, in a real browser: `make bench-app`. Prints figures; nothing passes or fails.

Cold open: from the address to the four numbers and three charts, in a new browser context; the first one on a fresh
server stands apart. Lever to numbers: from the key going down to the last change of the finding or of a number.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from typing import Any

from benchmarks.browser import Server, Tab, chromium, serving
from econsim import engines, load_scenario
from econsim.bench.machine import cores, stolen_seconds

PRESSES, OPENINGS, MOVES = 60, 7, 200
LEVERS = ("Detection rate", "Royalty rate", "Liability share", "Release window", "R&D subsidy", "API restriction")
FIRST_SCREEN = """
() => document.querySelectorAll('[data-testid="stMetric"]').length >= 4 &&
  document.querySelectorAll('[data-testid="stVegaLiteChart"] svg').length >= 3
"""
WATCH = """
() => {
  window.keyDown = 0; window.lastChange = 0
  const text = () => [...document.querySelectorAll('.st-key-finding, [data-testid="stMetric"]')]
    .map((one) => one.innerText).join('|')
  let seen = text()
  document.addEventListener('keydown', () => { if (!window.keyDown) window.keyDown = performance.now() }, true)
  new MutationObserver(() => {
    const now = text()
    if (now !== seen) { seen = now; window.lastChange = performance.now() }
  }).observe(document.body, {subtree: true, childList: true, characterData: true})
}
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--presses", type=int, default=PRESSES)
    parser.add_argument("--moves", type=int, default=MOVES, help="lever moves in a row for memory")
    asked = parser.parse_args()
    _compile()
    begin, before = time.perf_counter(), stolen_seconds()
    with serving() as server, chromium() as browser:
        found = measure(server, browser, asked.presses, asked.moves)
    after = stolen_seconds()
    known = before is not None and after is not None
    found["cores_stolen"] = (after - before) / (time.perf_counter() - begin) if known else None
    print(json.dumps(found, indent=1) if asked.json else as_text(found))


def _compile() -> None:
    """The compiled programs on disk, so that the server loads them: making them is measured by `econsim bench`."""
    if engines.has_jax():
        from econsim.engines.readiness import make_ready

        make_ready(load_scenario("baseline"))


def measure(server: Server, browser: Any, presses: int, moves: int) -> dict[str, Any]:
    """All figures: seconds, and MB."""
    openings = [_opening(server, browser) for _ in range(OPENINGS)]
    time.sleep(15.0)  # the compiled engine is loaded in the background
    tab = Tab(browser.new_context(viewport={"width": 1280, "height": 720}).new_page(), server.address).open()
    for lever in LEVERS:
        tab.press(lever)
    tab.page.evaluate(WATCH)
    times = [_press(tab, LEVERS[turn % len(LEVERS)], turn) for turn in range(presses)]
    memory = server.memory()
    for turn in range(moves):
        tab.press(LEVERS[turn % len(LEVERS)], "ArrowRight" if turn // len(LEVERS) % 10 < 5 else "ArrowLeft")
    return {
        "fresh_open": openings[0],
        "open": _spread(openings[1:]),
        "lever": _spread(times),
        "memory_before": memory,
        "memory_after": server.memory(),
        "presses": presses,
        "moves": moves,
    }


def _opening(server: Server, browser: Any) -> float:
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.set_default_timeout(240_000)
    start = time.perf_counter()
    page.goto(server.address)
    page.wait_for_function(FIRST_SCREEN, polling=20)
    taken = time.perf_counter() - start
    context.close()
    return taken


def _press(tab: Tab, lever: str, turn: int) -> float:
    tab.page.evaluate("() => { window.keyDown = 0; window.lastChange = 0 }")
    tab.press(lever, "ArrowRight" if turn // len(LEVERS) % 6 < 3 else "ArrowLeft")
    return float(tab.page.evaluate("(window.lastChange - window.keyDown) / 1000"))


def _spread(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {"median": statistics.median(ordered), "p95": ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]}


def as_text(found: dict[str, Any]) -> str:
    """The figures for a terminal."""
    opened, lever = found["open"], found["lever"]
    stolen = found["cores_stolen"]
    kept = "not known" if stolen is None else f"{stolen:.2f} of {cores()} cores"
    moves = f"{found['memory_before']:.0f} MB, after {found['moves']} more moves {found['memory_after']:.0f} MB"
    return "\n".join(
        (
            f"open, first on a fresh server   {found['fresh_open']:.2f} s",
            f"open                            median {opened['median']:.2f} s, p95 {opened['p95']:.2f} s",
            f"lever to numbers                median {lever['median']:.3f} s, p95 {lever['p95']:.3f} s",
            f"memory of the server            {moves}",
            f"given to other machines         {kept}",
        )
    )


if __name__ == "__main__":
    main()
