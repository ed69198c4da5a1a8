"""Results of the shipped scenarios as files, so that the first page computes nothing. `make stored` writes them.

Every metric of every draw, and yearly quantiles of the series that the first page draws. A test recomputes some draws.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import econsim
from econsim.calendars import by_calendar
from econsim.library import shipped_scenarios
from econsim.parameter_book import book
from econsim.results import Result, simulate_many
from econsim.runs import DEFAULT_DRAWS, DEFAULT_ENSEMBLE, DEFAULT_SEED, Run, Settings
from econsim.scenario import Scenario
from econsim.shipped import shipped_scenario
from econsim.store import as_json
from econsim.web.running import Answer
from econsim.web.words import METRICS
from econsim.whole_folder import Content, write_folder

FOLDER = Path(__file__).resolve().parent / "stored_results"
DRAWS, SERIES, MANIFEST = "draws.parquet", "series.parquet", "manifest.json"
STRIP_BASE = "baseline"


def moderate_levers() -> dict[str, Scenario]:
    """Each lever at its moderate setting from the first quarter, alone, in the world of the baseline."""
    base = shipped_scenario(STRIP_BASE)
    return {name: base.with_(**{name: lever.moderate}) for name, lever in book().levers.items()}


def kept_scenarios() -> list[Scenario]:
    """What is stored."""
    return [*(shipped_scenario(name) for name in shipped_scenarios()), *moderate_levers().values()]


def kept_results(draws: int = DEFAULT_DRAWS) -> list[Result]:
    """The results of `kept_scenarios`, by the reference engine."""
    return [one for group in by_calendar(kept_scenarios()) for one in simulate_many(group, draws, engine="batch")]


# ---------------------------------------------------------------------------------------------------- writing


def write(folder: Path = FOLDER) -> None:
    """Run what is stored on the default draws with the reference engine, and write it."""
    results = kept_results()
    series = sorted({shown.series for shown in METRICS.values()})
    worlds: dict[str, Result] = {}
    frames = []
    for result in results:
        quo = result.status_quo
        assert quo is not None
        worlds |= {result.scenario.world_hash: result, quo.scenario.world_hash: quo}
        for kind, table in (
            ("level", result.series_of(series, yearly=True)),
            ("status_quo", quo.series_of(series, yearly=True)),
            ("effect", result.series_effect(names=series, yearly=True)),
            ("change", result.series_change(names=series, yearly=True)),
        ):
            frames.append(table.assign(hash=result.scenario.hash, kind=kind))
    drawn = pd.concat(
        [one.metrics.assign(world=world, failed=one.failed) for world, one in worlds.items()], ignore_index=True
    )
    manifest = {
        "version": econsim.__version__,
        "settings": list(HOW.key),
        "hashes": [one.scenario.hash for one in results],
    }

    def build(place: Path) -> None:
        drawn.to_parquet(place / DRAWS, index=False, compression="zstd")
        pd.concat(frames, ignore_index=True).to_parquet(place / SERIES, index=False, compression="zstd")
        (place / MANIFEST).write_text(as_json(manifest), encoding="utf-8")

    write_folder(folder, build, identity="stored", inspect=lambda _: Content("", "stored results", True), last=MANIFEST,
                 force=True)  # fmt: skip


HOW = Settings(DEFAULT_DRAWS, DEFAULT_SEED, DEFAULT_ENSEMBLE, "batch")
"""How everything that is stored was run."""


# ---------------------------------------------------------------------------------------------------- reading


@functools.cache
def _manifest() -> dict[str, Any]:
    path = FOLDER / MANIFEST
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    usable = found.get("version") == econsim.__version__ and found.get("settings") == list(HOW.key)
    return found if usable else {"hashes": []}


@functools.cache
def _draws() -> dict[str, pd.DataFrame]:
    frame = pd.read_parquet(FOLDER / DRAWS)
    return {str(world): part for world, part in frame.groupby("world", sort=False)}


@functools.cache
def _series() -> dict[str, pd.DataFrame]:
    frame = pd.read_parquet(FOLDER / SERIES)
    return {str(one): part.drop(columns="hash") for one, part in frame.groupby("hash", sort=False)}


@functools.lru_cache(64)  # a page asks for eleven of them whenever a lever moves
def read(scenario: Scenario) -> Answer | None:
    """The stored answer for a scenario; None where there is none, or it would not be this version's."""
    if scenario.hash not in _manifest()["hashes"] or (scenario.ensemble or DEFAULT_ENSEMBLE) != DEFAULT_ENSEMBLE:
        return None
    quo = scenario.status_quo_scenario() or scenario.without_copying()
    result = Result(_run(scenario), HOW, _run(quo))
    return Answer(result, _series()[scenario.hash])


def _run(scenario: Scenario) -> Run:
    columns = _columns(scenario.world_hash)
    return Run(scenario, {name: column for name, column in columns.items() if name != "failed"}, {}, columns["failed"])


@functools.cache
def _columns(world: str) -> dict[str, np.ndarray]:
    """The metrics of a world and which draws failed, read-only: name -> (draw)."""
    frame = _draws()[world]
    found = {str(name): frame[name].to_numpy(bool if name == "failed" else float) for name in frame.columns
             if name != "world"}  # fmt: skip
    for column in found.values():
        column.flags.writeable = False
    return found


__all__ = ["kept_scenarios", "moderate_levers", "read", "write"]


if __name__ == "__main__":
    from econsim.web import stored_history

    write()
    stored_history.write()
