"""Tables of evidence: CSV files, with what every column means and where the figures are from in `tables.yaml`."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from econsim.errors import InputError, unknown_name
from econsim.yaml_reader import read_yaml

if TYPE_CHECKING:
    import pandas

FOLDER = Path(__file__).parent / "tables"
DATES = ("date", "month", "date_leader", "date_follower", "date_small")
TRUTHS = ("measured", "same_eval", "verified", "open_weights", "frontier")


@dataclass(frozen=True)
class TableNotes:
    """What a table holds.

    about   : its subject in a line
    source  : keys of the references
    columns : name of a column -> its meaning and unit, in the order of the file
    """

    name: str
    about: str
    source: tuple[str, ...]
    columns: Mapping[str, str]


@functools.cache
def tables() -> Mapping[str, TableNotes]:
    """Name -> what the table holds, for every table."""
    listed = read_yaml(Path(__file__).parent / "tables.yaml").data["tables"]
    notes = {
        name: TableNotes(name, row["about"], tuple(row["source"]), MappingProxyType(row["columns"]))
        for name, row in listed.items()
    }
    return MappingProxyType(notes)


def table(name: str) -> pandas.DataFrame:
    """A table of evidence by name, one row an observation; `tables()` says what its columns mean.

    Dates are dates (the replay's are text), yes-or-no columns are `boolean`, numbers that are not known are NaN and
    texts that are not are empty. Every call gives a copy. Raises InputError for a name that is not a table's.
    """
    if name not in tables():
        raise InputError(unknown_name("table", name, tables(), kind="table"))
    return _read(name).copy()


@functools.cache
def _read(name: str) -> pandas.DataFrame:
    import pandas

    frame = pandas.read_csv(FOLDER / f"{name}.csv")
    for column in frame.columns:
        if column in DATES and name != "replay":
            frame[column] = pandas.to_datetime(frame[column], format="%Y-%m-%d")
        elif column in TRUTHS:
            frame[column] = frame[column].astype("boolean")
        elif not pandas.api.types.is_numeric_dtype(frame[column]):
            frame[column] = frame[column].fillna("")
    return frame


def teacher_student() -> pandas.DataFrame:
    """Scores of teachers and of copies made from them: 382 rows, one a pair and benchmark, scores in points."""
    return table("teacher_student")


def price_panel() -> pandas.DataFrame:
    """List price (USD of the year per million tokens) and Epoch Capabilities Index of 47 models, to July 2025."""
    return table("price_panel")


def training_runs() -> pandas.DataFrame:
    """Training compute (FLOP) and cost (2023 USD, one column an accounting basis) of 263 models, to the end of 2025.

    Epoch AI (2026), Notable AI Models, CC BY 4.0.
    """
    return table("training_runs")


def open_closed_gap() -> pandas.DataFrame:
    """Best closed and best open model by month: gap in points of the Epoch Capabilities Index, lag in months."""
    return table("open_closed_gap")


def open_closed_lags() -> pandas.DataFrame:
    """Months until an open model matched a closed one, by tolerance in points of the Epoch Capabilities Index."""
    return table("open_closed_lags")


def open_closed_prices() -> pandas.DataFrame:
    """Price of open models over that of closed ones with the same Epoch Capabilities Index."""
    return table("open_closed_prices")


def tier_pairs() -> pandas.DataFrame:
    """Ten small models beside the flagship of the same lab: gap in index points, ratio of list prices."""
    return table("tier_pairs")


def follower_leader_compute() -> pandas.DataFrame:
    """Training compute and cost of open followers beside the closed model that they matched."""
    return table("follower_leader_compute")


def replay() -> pandas.DataFrame:
    """Dated events since March 2023 with a target and a tolerance, as text, for a back-test."""
    return table("replay")
