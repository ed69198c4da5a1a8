"""Where a brief's finding fails: limits on assumptions that hold the futures in which it does, and that come again.

Futures of the calibrated ensemble may have drawn one and the same set of assumptions. They hang together, and count as
one wherever it is asked whether something is more than luck: else one set of assumptions that was drawn a few times,
and happened to fail, would look like a rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from econsim.findings import NO_CHANGE
from econsim.studies.discovery_halves import HALVES, Halves, search_halves, without
from econsim.studies.statistics.boxes import Box, Cases
from econsim.studies.statistics.given_data import LEAST_ROWS
from econsim.studies.statistics.prim_subsets import searches_by_size

LEAST_SHARE = 0.03  # of futures on either side, for a box to be looked for
MOST_IN_BOX = 2  # assumptions that a box may limit: more cannot be told in a sentence
FOUND_AGAIN = 0.5  # of the halves of the futures in which a limit has to be found again, to be told
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Breaking:
    """Assumptions under which the finding fails, among futures in which there is any copying.

    box     : limits on assumptions
    fails   : share of the futures in the box in which the finding fails
    outside : the same of those outside
    share   : of all these futures that are in the box
    again   : in how many of the HALVES random halves of the futures the box was found again: the limit that was found
              least often
    """

    box: Box
    fails: float
    outside: float
    share: float
    again: int


def where_it_fails(
    names: Sequence[str], points: np.ndarray, effect: np.ndarray, sign: int, groups: np.ndarray
) -> Breaking | None:
    """Limits on at most two assumptions in which the finding fails more often; None where nothing tells those futures.

    points : (draw, name) ; effect : (draw,) finite
    sign   : of the median effect; the finding fails where the effect does not have it
    groups : (draw,) futures with the same number have drawn the same assumptions

    Limits are looked for in all futures. One is told only if it is more than luck where each set of assumptions counts
    once (at the level of Bonferroni's inequality for so many names), and if it is found again in halves of the futures
    that have no set of assumptions in common, whose boxes do better on the other halves than none.
    """
    fails = ~(sign * effect > NO_CHANGE)
    if sign == 0 or not names or not len(fails) or not LEAST_SHARE <= fails.mean() <= 1.0 - LEAST_SHARE:
        return None
    if min(len(np.unique(groups[side])) for side in (fails, ~fails)) < LEAST_ROWS:
        return None
    level = (1.0 - CONFIDENCE) / len(names)  # of so many names some seem to matter by luck
    alone = np.unique(groups, return_index=True)[1]
    searches = searches_by_size(points, fails, names, most_names=MOST_IN_BOX, significance=level)
    cases = Cases.checked(points, fails, names)
    boxes = [_beyond_luck(cases, one.box, alone, level) for one in searches]
    if not any(box.limits for box in boxes):
        return None
    halves = search_halves(points, fails, names, groups, most_names=MOST_IN_BOX, significance=level)
    if not halves.helps:
        return None
    box = boxes[min(halves.size, len(boxes)) - 1]
    box = _beyond_luck(cases, _found_again(cases, box, halves), alone, level)
    inside = box.contains(points, names)
    if not box.limits or inside.all() or fails[inside].mean() <= fails[~inside].mean():
        return None
    again = min(halves.share(limit.name, limit.at_least) for limit in box.limits)
    return Breaking(
        box, float(fails[inside].mean()), float(fails[~inside].mean()), float(inside.mean()), round(again * HALVES)
    )


def _found_again(cases: Cases, box: Box, halves: Halves) -> Box:
    """A box without the limits that halves of the futures hardly find again."""
    return without(cases, box, [
        (limit.name, limit.at_least) for limit in box.limits
        if halves.share(limit.name, limit.at_least) < FOUND_AGAIN
    ])  # fmt: skip


def _beyond_luck(cases: Cases, box: Box, alone: np.ndarray, level: float) -> Box:
    """A box without the limits that luck explains in rows that are independent of each other.

    alone : (row,) numbers of such rows

    The worst limit goes first, since the others are judged anew without it.
    """
    fails = cases.interesting[alone]
    if not fails.any() or fails.all():
        return without(cases, box, [(limit.name, limit.at_least) for limit in box.limits])
    independent = Cases(cases.points[alone], fails, cases.names)
    while box.limits:
        judged = {(one.name, one.at_least): one.quasi_p for one in independent.box(*cases.bounds(box)).limits}
        # A limit that leaves out none of these rows says nothing in them.
        worst, chance = max(
            ((side, judged.get(side, 1.0)) for side in ((one.name, one.at_least) for one in box.limits)),
            key=lambda one: one[1],
        )
        if chance <= level:
            break
        box = without(cases, box, [worst])
    return box


__all__ = ["Breaking", "where_it_fails"]
