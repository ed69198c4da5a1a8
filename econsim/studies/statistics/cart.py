"""Classification trees as a second opinion on boxes: do the same columns and limits come out?

Lempert, Bryant and Bankes (2008) compare both on known shapes: trees cut all of the space at once and tend to make more
and smaller boxes; patient rule induction makes one at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from econsim.errors import InputError, Problem
from econsim.studies.statistics.boxes import Box, Cases
from econsim.studies.statistics.resampling import check_at_least


@dataclass(frozen=True)
class TreeBoxes:
    """Boxes of a tree's leaves in which cases of interest are dense.

    boxes    : the leaves that predict a case of interest, best balance of coverage and density first; may be none
    coverage : share of the rows of interest in any of them
    density  : share of rows of interest in them together; NaN where there are none
    leaves   : how many leaves the tree has in all
    reason   : why there is no box; None where there is one
    """

    boxes: tuple[Box, ...]
    coverage: float
    density: float
    leaves: int
    reason: str | None


def tree_boxes(
    points: np.ndarray,
    interesting: np.ndarray,
    names: Sequence[str],
    *,
    mass_min: float = 0.05,
    most_leaves: int = 8,
    least_density: float = 0.5,
) -> TreeBoxes:
    """Boxes from a classification tree. Breiman, Friedman, Olshen and Stone (1984); scikit-learn's implementation.

    points, interesting, names : as for `prim.find_box`
    mass_min      : smallest share of all rows that a leaf may hold
    most_leaves   : size of the tree, best splits first
    least_density : leaves at least this dense are boxes; at 0.5, those that predict a case of interest

    The same rows give the same tree: nothing is drawn. Limits are values of rows inside, as in `prim.py`.

    raises : InputError as `prim.find_box`
    """
    from sklearn.tree import DecisionTreeClassifier

    cases = Cases.checked(points, interesting, names)
    check_at_least("most_leaves", most_leaves, 2)
    if not 0.0 < mass_min < 1.0:
        raise InputError(Problem("mass_min", "is no share", str(mass_min), "between 0 and 1"))
    least = max(1, int(np.ceil(mass_min * len(cases.points))))
    tree = DecisionTreeClassifier(min_samples_leaf=least, max_leaf_nodes=most_leaves, random_state=0)
    tree.fit(cases.points, cases.interesting)
    leaf_of = tree.apply(cases.points)
    boxes, together = [], np.zeros(len(cases.points), dtype=bool)
    for leaf, bounds in _leaves(tree.tree_):
        inside = leaf_of == leaf
        if cases.interesting[inside].mean() >= least_density:
            boxes.append(_box(cases, inside, bounds))
            together |= inside
    met = int(cases.interesting[together].sum())
    return TreeBoxes(
        tuple(sorted(boxes, key=lambda box: -box.balance)),
        met / int(cases.interesting.sum()),
        met / int(together.sum()) if together.any() else float("nan"),
        int(tree.get_n_leaves()),
        None if boxes else f"no leaf has a density of {least_density:g}",
    )


def _leaves(tree: object) -> list[tuple[int, set[tuple[int, bool]]]]:
    """Leaves of a fitted tree by node number, with the bounds on the way there: (column, whether a lower bound)."""
    left, right, column = (getattr(tree, name) for name in ("children_left", "children_right", "feature"))
    found: list[tuple[int, set[tuple[int, bool]]]] = []
    waiting: list[tuple[int, set[tuple[int, bool]]]] = [(0, set())]
    while waiting:
        node, bounds = waiting.pop()
        if left[node] == right[node]:
            found.append((node, bounds))
        else:
            waiting.append((int(right[node]), bounds | {(int(column[node]), True)}))
            waiting.append((int(left[node]), bounds | {(int(column[node]), False)}))
    return found


def _box(cases: Cases, inside: np.ndarray, bounds: set[tuple[int, bool]]) -> Box:
    """The box of a leaf. The tree splits float32 copies, whose thresholds do not separate float64 rows exactly; the
    outermost rows inside do."""
    low, high = np.full(len(cases.names), -np.inf), np.full(len(cases.names), np.inf)
    for column, at_least in bounds:
        values = cases.points[inside, column]
        if at_least:
            low[column] = values.min()
        else:
            high[column] = values.max()
    return cases.box(low, high)
