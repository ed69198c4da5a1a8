"""Rows that carry their words above them, inside the plot: they fit a phone as well as a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from econsim.charts.style import SUBTITLE_EM, Theme, fitting
from econsim.findings import futures

STEP = 36  # pixels a row
SIZE = 12  # of type
DOWN, UP = 7, -9  # of marks and of words, from the middle of a row


def row_axis(names: Sequence[str]) -> alt.Y:
    """The axis of rows, in the order given, without labels of its own."""
    return alt.Y("name:N", sort=list(names), axis=None)


def row_words(base: Any, theme: Theme) -> Any:
    """The words of each row, from the column `words`; on a phone in smaller type where they would be cut."""
    size = fitting(max((len(words) for words in base.data["words"]), default=0), "width - 8", SUBTITLE_EM, SIZE)
    return base.mark_text(
        align="left", baseline="middle", fontSize=alt.ExprRef(size), color=theme.text, yOffset=UP
    ).encode(x=alt.value(4), text="words:N")


def briefly(share: float) -> str:
    """`>19 of 20`: the words stand beside others in a line that fits a phone."""
    return futures(share).replace("more than ", ">").replace("fewer than ", "<")


__all__ = ["DOWN", "STEP", "UP", "briefly", "row_axis", "row_words"]
