"""Level lines of a number on a grid of cells."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

Point = tuple[float, float]
Segment = tuple[Point, Point]


def contour(values: np.ndarray, level: float) -> list[list[Point]]:
    """Lines on which a grid's values equal a level, linear between neighbours.

    values  : (row, column), NaN where nothing is known: no line touches such a point
    returns : polylines of (column, row), in grid steps from 0; a closed one ends where it begins

    Marching squares (Lorensen & Cline 1987, in two dimensions); saddles are settled by the mean of the four corners.
    """
    segments: list[Segment] = []
    rows, columns = values.shape
    for row in range(rows - 1):
        for column in range(columns - 1):
            corners = [
                (column, row, values[row, column]),
                (column + 1, row, values[row, column + 1]),
                (column + 1, row + 1, values[row + 1, column + 1]),
                (column, row + 1, values[row + 1, column]),
            ]
            if all(math.isfinite(corner[2]) for corner in corners):
                segments += _in_square(corners, level)
    return _joined(segments)


def _in_square(corners: Sequence[tuple[int, int, float]], level: float) -> list[Segment]:
    """The pieces of the line inside one square; a corner at the level counts as above it."""
    above = [corner[2] >= level for corner in corners]
    crossed = [edge for edge in range(4) if above[edge] != above[(edge + 1) % 4]]
    points = {edge: _on_edge(corners[edge], corners[(edge + 1) % 4], level) for edge in crossed}
    if len(crossed) == 2:
        return [(points[crossed[0]], points[crossed[1]])]
    if len(crossed) == 4:
        joined = sum(corner[2] for corner in corners) / 4.0 >= level
        # Two corners at opposite ends are above: they are joined through the middle, or each is cut off alone.
        cut = [corner for corner in range(4) if above[corner] != joined]
        return [(points[(corner - 1) % 4], points[corner]) for corner in cut]
    return []


def _on_edge(one: tuple[int, int, float], other: tuple[int, int, float], level: float) -> Point:
    # From the smaller grid point on, so that both squares beside an edge find the very same point.
    first, last = sorted((one, other))
    part = (level - first[2]) / (last[2] - first[2])
    return first[0] + part * (last[0] - first[0]), first[1] + part * (last[1] - first[1])


def _joined(segments: Sequence[Segment]) -> list[list[Point]]:
    """Pieces put together at their common ends, in a fixed order."""
    left = [segment for segment in segments if segment[0] != segment[1]]
    lines: list[list[Point]] = []
    while left:
        line = list(left.pop(0))
        for forwards in (True, False):
            while True:
                end = line[-1] if forwards else line[0]
                found = next((place for place, one in enumerate(left) if end in one), None)
                if found is None or (len(line) > 2 and line[0] == line[-1]):
                    break
                one = left.pop(found)
                beyond = one[1] if one[0] == end else one[0]
                line = [*line, beyond] if forwards else [beyond, *line]
        lines.append(line)
    return sorted(lines, key=lambda line: (-len(line), line[0]))
