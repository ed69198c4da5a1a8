"""Patient rule induction on few columns at a time: peels over many columns are spent on what only fits luck.

With dozens of columns each peel takes the best of twice as many slices, late ones by luck, and the limits that remain
once those are taken away lie where the lucky ones had left them. So the search is repeated on few columns alone,
greedily: first the single column whose box is best, then the column that improves it most, and so on. Tried are the
columns that the search over all of them limits significantly, and those whose values differ most between rows of
interest and others. How many columns are worth it is not asked of the same rows: see `discovery_halves`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from econsim.studies.statistics.prim import BoxSearch, find_box

MOST_CANDIDATES = 8


def searches_by_size(
    points: np.ndarray, interesting: np.ndarray, names: Sequence[str], *, most_names: int, **settings: Any
) -> tuple[BoxSearch, ...]:
    """Searches for boxes on at most 0, 1, 2 ... `most_names` columns; the best by harmonic mean at each number.

    points, interesting, names : as for `find_box`, whose settings follow
    returns : at place n the search whose default box restricts at most n columns; the first has no limits unless the
              search over all columns finds none either. A place repeats the one before where more columns gain nothing

    raises : InputError as `find_box`
    """
    first = find_box(points, interesting, names, most_names=most_names, **settings)
    columns = {name: place for place, name in enumerate(first.names)}
    candidates = _candidates(first, points, interesting)
    best: list[BoxSearch] = []
    taken: list[str] = []
    while len(taken) < most_names:
        left = [name for name in candidates if name not in taken]
        tried = {}
        for name in left:
            some = [one for one in first.names if one in (*taken, name)]  # in their order: ties go by it
            tried[name] = find_box(
                points[:, [columns[one] for one in some]], interesting, some, most_names=most_names, **settings
            )
        if not tried:
            break
        name = max(left, key=lambda one: tried[one].box.balance)
        taken.append(name)
        best.append(tried[name])
    found: list[BoxSearch] = []
    for size in range(1, most_names + 1):
        whole = [first] if len(first.box.names) <= size else []
        within = [*found[-1:], *best[size - 1 : size], *whole]
        if within:
            found.append(max(within, key=lambda one: one.box.balance))
    return tuple(found) or (first,)


def _candidates(search: BoxSearch, points: np.ndarray, interesting: np.ndarray) -> list[str]:
    """The columns to try: those of significant limits, then by Smirnov's distance."""
    from scipy.stats import ks_2samp

    named = dict.fromkeys(name for box in search.significant for name in box.names)
    distance = {
        name: ks_2samp(column[interesting], column[~interesting], method="asymp").statistic
        for name, column in zip(search.names, points.T, strict=True)
    }
    return list(dict.fromkeys([*named, *sorted(distance, key=lambda name: -distance[name])]))[:MOST_CANDIDATES]


__all__ = ["searches_by_size"]
