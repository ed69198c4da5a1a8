"""What econsim knows and where it is from: facts, references, and tables of observations.

>>> from econsim import evidence
>>> evidence.replay()                        # a table of observations, as a data frame
>>> evidence.reference("epoch_notable")      # author, year, title, venue, link, licence

Figures of Epoch AI are used under CC BY 4.0.
"""

from __future__ import annotations

from econsim.evidence.bibliography import reference, references
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
    training_runs,
)

__all__ = [
    "TableNotes",
    "follower_leader_compute",
    "open_closed_gap",
    "open_closed_lags",
    "open_closed_prices",
    "price_panel",
    "reference",
    "references",
    "replay",
    "table",
    "tables",
    "teacher_student",
    "training_runs",
]
