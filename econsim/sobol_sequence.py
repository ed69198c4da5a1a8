"""Scrambled Sobol' points: any slice directly, and without the second that importing `scipy.stats` takes.

The same points, bit for bit, as `scipy.stats.qmc.Sobol(dimensions, scramble=True, rng=...)`: left matrix scramble and
digital shift (Matousek 1998) of Joe and Kuo's (2008) direction numbers; a test holds them against SciPy's.
"""

from __future__ import annotations

import numpy as np

BITS = 30
MOST_POINTS = 2**BITS
BLOCK = 4096  # points worked out together

# One dimension a line, from the second: primitive polynomial, then the first direction numbers (Joe and Kuo 2008).
_DIRECTIONS = """
3 1
7 1 3
11 1 3 1
13 1 1 1
19 1 1 3 3
25 1 3 5 13
37 1 1 5 5 17
41 1 1 5 5 5
47 1 1 7 11 19
55 1 1 5 1 1
59 1 1 1 3 11
61 1 3 5 5 31
67 1 3 3 9 7 49
91 1 1 1 15 21 21
97 1 3 1 13 27 49
103 1 1 1 15 7 5
109 1 3 1 15 13 25
115 1 1 5 5 19 61
131 1 3 7 11 23 15 103
137 1 3 7 13 13 15 69
143 1 1 3 13 7 35 63
145 1 3 5 9 1 25 53
157 1 3 1 13 9 35 107
167 1 3 1 5 27 61 31
171 1 1 5 11 19 41 61
185 1 3 5 3 3 13 69
191 1 1 7 13 1 19 1
193 1 3 7 5 13 19 59
203 1 1 3 9 25 29 41
211 1 3 5 13 23 1 55
213 1 3 7 3 13 59 17
229 1 3 1 3 5 53 69
239 1 1 5 5 23 33 13
241 1 1 7 7 1 61 123
247 1 1 7 9 13 61 49
253 1 3 3 5 3 55 33
285 1 3 1 15 31 13 49 245
299 1 3 5 15 31 59 63 97
301 1 3 1 11 11 11 77 249
333 1 3 1 11 27 43 71 9
351 1 1 7 15 21 11 81 45
355 1 3 7 3 25 31 65 79
357 1 3 1 1 19 11 3 205
361 1 1 5 9 19 21 29 157
369 1 3 7 11 1 33 89 185
391 1 3 3 3 15 9 79 71
397 1 3 7 11 15 39 119 27
425 1 1 3 1 11 31 97 225
451 1 1 1 3 23 43 57 177
463 1 3 7 7 17 17 37 71
487 1 3 1 5 27 63 123 213
501 1 1 3 5 11 43 53 133
529 1 3 5 5 29 17 47 173 479
539 1 3 3 11 3 1 109 9 69
545 1 1 1 5 17 39 23 5 343
557 1 3 1 5 25 15 31 103 499
563 1 1 1 11 11 17 63 105 183
601 1 1 5 11 9 29 97 231 363
607 1 1 5 15 19 45 41 7 383
617 1 3 7 7 31 19 83 137 221
623 1 1 1 3 23 15 111 223 83
631 1 1 5 13 31 15 55 25 161
637 1 1 3 13 25 47 39 87 257
647 1 1 1 11 21 53 125 249 293
661 1 1 7 11 11 7 57 79 323
675 1 1 5 5 17 13 81 3 131
677 1 1 7 13 23 7 65 251 475
687 1 3 5 1 9 43 3 149 11
695 1 1 3 13 31 13 13 255 487
701 1 3 3 1 5 63 89 91 127
719 1 1 3 3 1 19 123 127 237
721 1 1 5 7 23 31 37 243 289
731 1 1 5 11 17 53 117 183 491
757 1 1 1 5 1 13 13 209 345
761 1 1 3 15 1 57 115 7 33
787 1 3 1 11 7 43 81 207 175
789 1 3 1 1 15 27 63 255 49
799 1 3 5 3 27 61 105 171 305
803 1 1 5 3 1 3 57 249 149
"""


def most_dimensions() -> int:
    """How many dimensions the table reaches."""
    return len(_DIRECTIONS.split("\n")) - 1


def sobol_points(dimensions: int, seed: int, start: int, stop: int) -> np.ndarray:
    """Scrambled Sobol' points `start` to `stop`, (point, dimension) in [0, 1).

    dimensions : 1 to `most_dimensions()`
    stop       : at most `MOST_POINTS`
    """
    columns, shift = _scrambled(dimensions, np.random.default_rng(seed).spawn(1)[0])
    points = np.empty((stop - start, dimensions))
    for first in range(start, stop, BLOCK):
        number = np.arange(first, min(first + BLOCK, stop), dtype=np.uint32)
        gray = number ^ (number >> 1)
        value = np.broadcast_to(shift, (number.size, dimensions)).copy()
        for bit in range(int(number[-1]).bit_length()):
            value ^= ((gray >> bit) & 1)[:, None] * columns[:, bit]
        points[first - start : first - start + number.size] = value
    return points / 2.0**BITS


def _scrambled(dimensions: int, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Direction numbers (dimension, bit) and shift (dimension,), in the order in which SciPy draws them."""
    shift = generator.integers(2, size=(dimensions, BITS), dtype=np.uint32) @ (1 << np.arange(BITS, dtype=np.uint32))
    matrix = np.tril(generator.integers(2, size=(dimensions, BITS, BITS), dtype=np.uint32))
    matrix[:, np.arange(BITS), np.arange(BITS)] = 1
    weights = BITS - 1 - np.arange(BITS, dtype=np.uint32)  # most significant bit first
    digits = (_direction_numbers(dimensions)[:, None, :] >> weights[:, None]) & 1  # (dimension, digit, number)
    scrambled = (matrix @ digits) & 1
    return (scrambled << weights[:, None]).sum(axis=1, dtype=np.uint32), shift.astype(np.uint32)


def _direction_numbers(dimensions: int) -> np.ndarray:
    """(dimension, bit), by the recurrence of Bratley and Fox (1988)."""
    numbers = np.ones((dimensions, BITS), dtype=np.uint64)
    lines = _DIRECTIONS.strip().split("\n")
    for row, line in enumerate(lines[: dimensions - 1], start=1):
        polynomial, *first = (int(word) for word in line.split())
        degree = len(first)
        known = first[:BITS]
        for bit in range(degree, BITS):
            value = known[bit - degree]
            for step in range(degree):
                if polynomial >> (degree - 1 - step) & 1:
                    value ^= known[bit - step - 1] << (step + 1)
            known.append(value)
        numbers[row] = known
    return (numbers << (BITS - 1 - np.arange(BITS, dtype=np.uint64))).astype(np.uint32)
