"""Tables of text on a page, one element each: `st.table` makes a Markdown of every cell, and browsers feel it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

CLASS = "econsim-table"
STYLE = f"""
.{CLASS} {{overflow-x: auto}}
.{CLASS} table {{width: 100%; border-collapse: collapse; font-size: .875rem; line-height: 1.4}}
.{CLASS} :is(th, td) {{
  text-align: left; vertical-align: top; font-weight: 400; padding: .3rem 1rem .3rem 0;
  font-variant-numeric: tabular-nums;
  border-bottom: 1px solid color-mix(in srgb, currentColor 18%, transparent)}}
.{CLASS} thead th {{font-size: .8rem; opacity: .78; vertical-align: bottom}}
@media (max-width: 640px) {{
  .{CLASS} :is(th, td) {{padding: .25rem .2rem; font-size: .78rem}}
}}
"""


def show(table: pd.DataFrame) -> None:
    """A table whose index holds the rows' names. Texts are shown as they are: nothing in them is taken for a mark."""
    st.html(f'<div class="{CLASS}">{as_html(table)}</div>')


def as_html(table: pd.DataFrame) -> str:
    """The table in HTML, its texts escaped; the name of the index stands above the rows' names."""
    named = table.set_axis(pd.Index(table.columns, name=table.index.name or ""), axis=1).rename_axis(None)
    with pd.option_context("display.max_colwidth", None):
        return str(named.to_html(border=0, justify="unset", escape=True, max_rows=None, max_cols=None))


__all__ = ["CLASS", "STYLE", "as_html", "show"]
