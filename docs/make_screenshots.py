"""Pictures of every page of the explorer, light and dark: `make screenshots`."""

from __future__ import annotations

from pathlib import Path

from benchmarks.browser import Tab, chromium, serving
from econsim.web.navigation import MENU

FOLDER = Path(__file__).parent / "figures" / "explorer"
SIZES = {"wide": (1280, 720), "phone": (390, 844)}


def main() -> None:
    """Open every page in each size and theme, wait until it is done, and keep a picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with serving() as server, chromium() as browser:
        for place, (name, _) in enumerate(MENU):
            for size, (width, height) in SIZES.items():
                for theme in ("light", "dark"):
                    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
                    tab = Tab(context.new_page(), server.address)
                    tab.open(path="/" if place == 0 else f"/{name.replace('_', '-')}")
                    tab.page.wait_for_timeout(1500)  # charts are drawn after the script is done
                    tab.page.screenshot(path=FOLDER / f"{name}-{size}-{theme}.png")
                    context.close()
    print(f"{len(MENU) * 4} pictures in {FOLDER}")


if __name__ == "__main__":
    main()
