"""What econsim knows and where it is from: facts, references, and tables of observations.

>>> from econsim import evidence
>>> evidence.facts()                         # every figure that econsim uses, as a data frame
>>> evidence.fact("train.gpt4.cloud")        # one of them: value, range, unit, basis, price year, source
>>> evidence.replay()                        # a table of observations, as a data frame
>>> evidence.reference("epoch_notable")      # author, year, title, venue, link, licence

Figures of Epoch AI are used under CC BY 4.0.
"""

from __future__ import annotations

from econsim.evidence.bibliography import reference, references
from econsim.evidence.fact_book import Fact, fact, facts
from econsim.evidence.history_facts import History, HistoryFact, history
from econsim.evidence.readings import Reading, readings
from econsim.evidence.table_files import (
    TableNotes,
    follower_leader_compute,
    open_closed_gap,
    open_closed_lags,
    open_closed_prices,
    price_panel,
    replay,
    table,
    tables,
    teacher_student,
    tier_pairs,
    training_runs,
)
from econsim.evidence.units import Estimate, convert, ratio

__all__ = [
    "Estimate",
    "Fact",
    "History",
    "HistoryFact",
    "Reading",
    "TableNotes",
    "convert",
    "fact",
    "facts",
    "follower_leader_compute",
    "history",
    "open_closed_gap",
    "open_closed_lags",
    "open_closed_prices",
    "price_panel",
    "ratio",
    "readings",
    "reference",
    "references",
    "replay",
    "table",
    "tables",
    "teacher_student",
    "tier_pairs",
    "training_runs",
]
