"""Latin hypercubes of any size, of which any slice is computed directly.

SciPy's sampler shuffles whole columns, so that it must build a hypercube to give any part of it: a million points of
34 parameters are 272 MB for every chunk of a sweep. Here a point's stratum is a keyed permutation of its number, which
needs no memory of the other points.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence

import numpy as np

from econsim import draws

ROUNDS = 8


def latin_hypercube_slice(names: Sequence[str], seed: int, size: int, start: int, stop: int) -> np.ndarray:
    """Points `start` to `stop` of a Latin hypercube of `size` points.

    names   : one a dimension; a dimension's points depend on its name, not on its place or on the others
    seed    : from 0
    returns : (point, dimension) in (0, 1). Over the whole hypercube each dimension has one point in each of its
              `size` equal strata, at a uniform place inside it.
    """
    points = np.empty((stop - start, len(names)))
    index = np.arange(start, stop, dtype=np.uint64)
    for column, name in enumerate(names):
        stratum = permuted(index, size, _keys(seed, name))
        inside = draws.uniform(seed, f"latin hypercube: {name}", 1, 1, start, stop)[0, 0, 0]
        points[:, column] = (stratum + inside) / size
    return points


def permuted(index: np.ndarray, size: int, keys: Sequence[np.uint64]) -> np.ndarray:
    """A permutation of 0 to `size` - 1, chosen by its keys, at some of its arguments.

    index   : (n,) uint64 below `size`
    returns : (n,) uint64 below `size`

    A Feistel network permutes a rectangle that just holds `size` numbers; whatever lands outside walks on along its
    cycle until it is inside again. Black & Rogaway (2002), Ciphers with arbitrary finite domains.
    """
    height = math.isqrt(size - 1) + 1
    width = -(-size // height)
    found = np.empty_like(index)
    places = np.arange(len(index))
    walking = index
    while len(places):
        walking = _feistel(walking, np.uint64(height), np.uint64(width), keys)
        arrived = walking < size
        found[places[arrived]] = walking[arrived]
        places, walking = places[~arrived], walking[~arrived]
    return found


def _feistel(values: np.ndarray, height: np.uint64, width: np.uint64, keys: Sequence[np.uint64]) -> np.ndarray:
    row: np.ndarray = values // width
    column: np.ndarray = values % width
    for number, key in enumerate(keys):
        # Each step adds to one part something that depends on the other alone, so that it can be undone.
        if number % 2 == 0:
            row = (row + _mixed(column + key) % height) % height
        else:
            column = (column + _mixed(row + key) % width) % width
    return row * width + column


def _mixed(words: np.ndarray) -> np.ndarray:
    """The finishing step of SplitMix64: every bit of a word reaches every other. Steele, Lea & Flood (2014)."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def _keys(seed: int, name: str) -> list[np.uint64]:
    digest = hashlib.sha512(f"latin hypercube {seed} {name}".encode()).digest()
    return [np.uint64(int.from_bytes(digest[8 * round : 8 * round + 8], "little")) for round in range(ROUNDS)]
