"""Pictures of every page of the explorer, light and dark: `make screenshots`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.browser import Tab, chromium, serving
from econsim.web.navigation import MENU

FOLDER = Path(__file__).parent / "figures" / "explorer"
WIDE, PHONE = (1280, 720), (390, 844)


def main() -> None:
    """Open every page in each theme, wait until it is drawn, and keep a picture; the first one on a phone too."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = [(name, WIDE, theme, f"{name}-{theme}") for name, _ in MENU for theme in ("light", "dark")]
    wanted.append((MENU[0][0], PHONE, "light", f"{MENU[0][0]}-phone"))
    with tempfile.TemporaryDirectory() as jobs, serving(ECONSIM_RUNS=jobs) as server, chromium() as browser:
        for name, (width, height), theme, file in wanted:
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
            tab = Tab(context.new_page(), server.address)
            tab.open(path="/" if name == MENU[0][0] else f"/{name}").drawn()
            tab.page.screenshot(path=FOLDER / f"{file}.png")
            context.close()
    print(f"{len(wanted)} pictures in {FOLDER}")


if __name__ == "__main__":
    main()
