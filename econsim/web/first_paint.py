"""The first screen of a visit is painted before the browser is sent everything else.

What arrives with the first screen is put up together with it, which takes a browser half as long again. So the script
waits after the first screen until the browser says that it is there.
"""

from __future__ import annotations

import time

import streamlit as st

LONGEST_WAIT = 2.5  # seconds, where the browser says nothing
WAITED = "econsim.first-paint"
_WATCH = """
export default function ({ setTriggerValue }) {
  let timer = setTimeout(look, 0)
  function look() {
    const charts = [...document.querySelectorAll('[data-testid="stVegaLiteChart"]')]
    const painted = charts.length > 0 && charts.every((one) => one.querySelector('svg, canvas'))
    if (painted) setTriggerValue('painted', true)
    else timer = setTimeout(look, 30)
  }
  return () => clearTimeout(timer)
}
"""


def is_due() -> bool:
    """Whether this is the first run of a visit. Where no browser is at the other end there is nothing to wait for."""
    return not st.session_state.get(WAITED) and "User-Agent" in st.context.headers


def wait_and_begin_anew() -> None:
    """Wait, once a visit; then, or at any press, the script begins anew."""
    st.session_state[WAITED] = True
    st.components.v2.component("econsim_first_paint", js=_WATCH)(key="first-paint", on_painted_change=_painted)
    end = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < end and st.session_state[WAITED]:  # Streamlit looks for presses whenever this is read
        time.sleep(0.03)
    st.rerun()


def _painted() -> None:
    """Streamlit tells of a press only where somebody asks for it."""


__all__ = ["is_due", "wait_and_begin_anew"]
