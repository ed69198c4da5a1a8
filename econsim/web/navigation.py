"""Which pages there are, and the menu over them."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

PAGES = Path(__file__).resolve().parent / "pages"

# File in `pages/`, its title in the menu, its address. The first one lives at the root and has no address of its own.
MENU = (
    ("explore", "Explore"),
    ("compare", "Compare"),
    ("spectrum", "Spectrum"),
    ("drivers", "Drivers"),
    ("tipping", "Tipping points"),
    ("runs", "Runs and briefs"),
    ("model", "Model and evidence"),
)


def run() -> None:
    """Show the menu and run the page that was chosen."""
    st.set_page_config(page_title="econsim", layout="wide", initial_sidebar_state="auto")
    pages = [
        st.Page(
            PAGES / f"{name}.py",
            title=title,
            default=place == 0,
            url_path=None if place == 0 else name.replace("_", "-"),
        )
        for place, (name, title) in enumerate(MENU)
    ]
    st.navigation(pages, position="top").run()


__all__ = ["MENU", "run"]
