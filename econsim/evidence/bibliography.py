"""The sources that econsim names: one list, `econsim/book/references.yaml`, for parameters, facts and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from econsim.errors import InputError, unknown_name
from econsim.parameter_book import Reference, book

if TYPE_CHECKING:
    import pandas

REFERENCE_COLUMNS = ("key", "author", "year", "title", "venue", "link", "licence")


def reference(key: str) -> Reference:
    """One source. Raises InputError, with the nearest key, for a key that is not on the list."""
    found = book().references
    if key not in found:
        raise InputError(unknown_name("reference", key, found, kind="reference"))
    return found[key]


def references() -> pandas.DataFrame:
    """Every source: one row each, columns key, author, year, title, venue, link (empty where none), licence."""
    import pandas

    rows = [{"key": key, **one.model_dump()} for key, one in book().references.items()]
    return pandas.DataFrame(rows, columns=pandas.Index(REFERENCE_COLUMNS)).fillna({"link": ""})
