"""Every lever at its moderate setting, alone, in the world of the current assumptions: no single policy is sold."""

from __future__ import annotations

import functools
from typing import Any

import pandas as pd
import streamlit as st

from econsim.charts.lever_strip import LeverEffect, lever_strip, lever_table
from econsim.charts.row_labels import STEP
from econsim.parameter_book import book
from econsim.scenario import Scenario
from econsim.studies.words import setting as in_words
from econsim.web import exports, running, stored
from econsim.web.blocks.below import FRAME
from econsim.web.blocks.pictures import chosen, drawn_change
from econsim.web.running import Answer
from econsim.web.words import inside, label


def moderate(scenario: Scenario) -> dict[str, Scenario]:
    """Each lever at its moderate setting from the first quarter, alone, under the assumptions of a scenario."""
    return _each_alone(scenario.without_levers())


@functools.lru_cache(16)  # the same worlds, whatever lever is moved
def _each_alone(world: Scenario) -> dict[str, Scenario]:
    return {name: world.with_(**{name: lever.moderate}) for name, lever in book().levers.items()}


def strip(answer: Answer) -> None:
    """The strip, at once where its runs are stored or remembered; else computed lever by lever below the page."""
    worlds = moderate(answer.result.scenario)
    place = st.container()
    found = {name: stored.read(one) or running.remembered_summary(one) for name, one in worlds.items()}
    missing = [name for name, one in found.items() if one is None]
    if missing and not running.is_fast(answer.result.scenario):
        wanted = place.button(f"Compute all ten levers under these assumptions (about {3 * len(missing)} s)")
        if not wanted:
            return
    if missing:
        bar = place.progress(0.0, "Each lever alone, under these assumptions")
        for done, name in enumerate(missing):
            found[name] = running.summary(worlds[name])
            bar.progress((done + 1) / len(missing), f"Each lever alone: {label(name)}")
        bar.empty()
    with place:
        _show(answer, {name: one for name, one in found.items() if one is not None})


def _show(answer: Answer, found: dict[str, Answer]) -> None:
    shown = chosen()
    effects = []
    for name, one in found.items():
        change, unit = drawn_change(one.result, shown)
        setting = in_words(name, book().levers[name].moderate, figures=3)
        effects.append(LeverEffect(f"{label(name)} {setting}", change))
    table = lever_table(effects)
    said = _said(table, shown.title)

    plotted = "Change against no policy in the same world: median, half and 90% of futures"

    def draw(**how: Any) -> Any:
        return lever_strip(effects, title=said, subtitle=plotted, unit=f"{shown.title}, change in {unit}", **how)

    runs = [one.run_id for one in found.values()]
    exports.chart(
        "levers", draw, answer, table.assign(unit=unit, run=runs), says=said, height=STEP * len(table) + FRAME,
        explains=plotted, runs=runs,
    )  # fmt: skip


def _said(table: pd.DataFrame, title: str) -> str:
    """Which lever moves the metric most, where one does."""
    sizes = table["median"].abs()
    if sizes.isna().all():
        return f"Each lever alone, at a moderate setting: the change of {inside(title)} is undefined in this world"
    if not sizes.max() > 0.0:
        return f"Each lever alone, at a moderate setting: none moves the median of {inside(title)} in this world"
    return f"Each lever alone, at a moderate setting: {table.loc[sizes.idxmax(), 'name']} moves {inside(title)} most"


__all__ = ["moderate", "strip"]
