"""Quantiles and tail probabilities, by integrals, bisection and sums over all cases."""

import math
from functools import lru_cache
from statistics import NormalDist

import mpmath

NORMAL = NormalDist()


def crossing(f, low, high):
    """Where `f`, above 0 at `low` and below 0 at `high`, crosses 0, within 1e-15."""
    while high - low > 1e-15:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if f(middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def normal_cdf(z):
    """The chance that a standard normal variable is below `z`."""
    return NORMAL.cdf(z)


def normal_quantile(share):
    """The value that a standard normal variable is below with the chance `share`."""
    return NORMAL.inv_cdf(share)


@lru_cache(maxsize=None)
def student_cdf(t, degrees):
    """The chance that Student's t on `degrees` > 0 degrees of freedom, whole or not, is below `t`.

    Half of the incomplete beta integral at `degrees / (degrees + t^2)` is the tail beyond `|t|`.
    """
    share = degrees / (degrees + t * t) if math.isfinite(t) else 0
    tail = float(mpmath.betainc(degrees / 2, 0.5, 0, share, regularized=True)) / 2
    return tail if t < 0 else 1 - tail


@lru_cache(maxsize=None)
def student_quantile(share, degrees):
    """The value that Student's t is below with the chance `share`, above one half."""
    high = 2.0
    while student_cdf(high, degrees) < share:
        high *= 2
    low = 0.0
    while high - low > 1e-13 * high:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if student_cdf(middle, degrees) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def binomial_tail(successes, n, share):
    """The chance of at least `successes` of `n`, each with the chance `share`: term by term."""
    if successes <= 0:
        return 1.0
    terms = []
    for k in range(successes, n + 1):
        ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
        terms.append(math.exp(ways + k * math.log(share) + (n - k) * math.log1p(-share)))
    return min(1.0, math.fsum(terms))


def mid_p(gained, lost):
    """McNemar's mid-p: all splits as far from the middle as this one, those just as far by half."""
    flips = gained + lost
    if flips == 0:
        return 1.0
    distance = abs(gained - lost)
    ways = 0
    for k in range(flips + 1):
        other = abs(2 * k - flips)
        if other > distance:
            ways += 2 * math.comb(flips, k)
        elif other == distance:
            ways += math.comb(flips, k)
    scale = 1 << (flips + 1)
    return ways / scale


def holm(p_values):
    """Holm's adjusted p-values: the largest of (tests left) x p up to each in their order."""
    adjusted = []
    for p in p_values:
        candidates = []
        for other in p_values:
            if other <= p:
                not_smaller = sum(1 for third in p_values if third >= other)
                candidates.append(min(1.0, not_smaller * other))
        adjusted.append(max(candidates))
    return adjusted
