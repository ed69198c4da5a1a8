"""Standard normal quantiles without the quarter of a second that importing SciPy takes.

The rational approximations of Moshier's Cephes library, as `scipy.special.ndtri` computes them: the same operations in
the same order, and so the same numbers to the last bit. Moshier, S. L. (1989), Methods and Programs for Mathematical
Functions; the constants are those of ndtri.c.
"""

from __future__ import annotations

import math
import sys

import numpy as np

MANY = 100_000  # numbers for which importing SciPy, which is several times quicker, begins to pay
TAIL = 0.13533528323661269189  # exp(-2)
ROOT_OF_TWO_PI = 2.50662827463100050242

_CENTRE = (
    (
        -5.99633501014107895267e1,
        9.80010754185999661536e1,
        -5.66762857469070293439e1,
        1.39312609387279679503e1,
        -1.23916583867381258016e0,
    ),
    (
        1.0,
        1.95448858338141759834e0,
        4.67627912898881538453e0,
        8.63602421390890590575e1,
        -2.25462687854119370527e2,
        2.00260212380060660359e2,
        -8.20372256168333339912e1,
        1.59056225126211695515e1,
        -1.18331621121330003142e0,
    ),
)
_NEAR_TAIL = (
    (
        4.05544892305962419923e0,
        3.15251094599893866154e1,
        5.71628192246421288162e1,
        4.40805073893200834700e1,
        1.46849561928858024014e1,
        2.18663306850790267539e0,
        -1.40256079171354495875e-1,
        -3.50424626827848203418e-2,
        -8.57456785154685413611e-4,
    ),
    (
        1.0,
        1.57799883256466749731e1,
        4.53907635128879210584e1,
        4.13172038254672030440e1,
        1.50425385692907503408e1,
        2.50464946208309415979e0,
        -1.42182922854787788574e-1,
        -3.80806407691578277194e-2,
        -9.33259480895457427372e-4,
    ),
)
_FAR_TAIL = (
    (
        3.23774891776946035970e0,
        6.91522889068984211695e0,
        3.93881025292474443415e0,
        1.33303460815807542389e0,
        2.01485389549179081538e-1,
        1.23716634817820021358e-2,
        3.01581553508235416007e-4,
        2.65806974686737550832e-6,
        6.23974539184983293730e-9,
    ),
    (
        1.0,
        6.02427039364742014255e0,
        3.67983563856160859403e0,
        1.37702099489081330271e0,
        2.16236993594496635890e-1,
        1.34204006088543189037e-2,
        3.28014464682127739104e-4,
        2.89247864745380683936e-6,
        6.79019408009981274425e-9,
    ),
)


def normal_quantile(probability: np.ndarray) -> np.ndarray:
    """Quantiles of the standard normal distribution, of the shape of `probability`, whose entries lie in (0, 1)."""
    if "scipy.special" in sys.modules or probability.size >= MANY:
        from scipy.special import ndtri

        return np.asarray(ndtri(probability))
    return by_rational_approximation(probability)


def by_rational_approximation(probability: np.ndarray) -> np.ndarray:
    """`normal_quantile` by our own code."""
    upper = probability > 1.0 - TAIL
    lower_part = np.where(upper, 1.0 - probability, probability)
    central = lower_part > TAIL
    found = np.empty(probability.shape)

    offset = lower_part[central] - 0.5
    square = offset * offset
    found[central] = (offset + offset * _ratio(square, _CENTRE)) * ROOT_OF_TWO_PI

    distance = np.sqrt(-2.0 * _log(lower_part[~central]))
    inverse = 1.0 / distance
    correction = np.where(distance < 8.0, _ratio(inverse, _NEAR_TAIL), _ratio(inverse, _FAR_TAIL))
    quantile = distance - _log(distance) / distance - correction
    found[~central] = np.where(upper[~central], quantile, -quantile)
    return found


def _log(values: np.ndarray) -> np.ndarray:
    """The C library's logarithm, from which NumPy's own differs in the last bit."""
    return np.array([math.log(value) for value in values.tolist()])


def _ratio(x: np.ndarray, polynomials: tuple) -> np.ndarray:
    """x times the ratio of two polynomials, whose highest powers come first."""
    above, below = (np.full(x.shape, coefficients[0]) for coefficients in polynomials)
    for coefficient in polynomials[0][1:]:
        above = above * x + coefficient
    for coefficient in polynomials[1][1:]:
        below = below * x + coefficient
    return x * above / below
