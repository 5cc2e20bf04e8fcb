"""Intervals of shares and of paired shares, each as all values that its test would not reject.

The likeliest shares under a supposed value are searched for by bisection on the slope of the
likelihood, and the ends of an interval by bisection on the statistic; no closed form is used.
"""

import math
from functools import lru_cache

from distributions import crossing, normal_quantile

Z95 = normal_quantile(0.975)


@lru_cache(maxsize=None)
def proportion(successes, n):
    """A share of successes with Wilson's interval: all shares within 1.96 own deviations."""
    mean = successes / n

    def beyond(share):
        return abs(mean - share) - Z95 * math.sqrt(share * (1 - share) / n)

    low = 0.0 if successes == 0 else crossing(beyond, 0.0, mean)
    high = 1.0 if successes == n else crossing(lambda share: -beyond(share), mean, 1.0)
    return {
        "n": n,
        "successes": successes,
        "mean": mean,
        "stderr": math.sqrt(mean * (1 - mean) / n),
        "ci95": [low, high],
    }


def share_of(flags):
    """The proportion of those that are true."""
    return proportion(sum(1 for flag in flags if flag), len(flags))


def _likeliest(slope, low, high):
    """The argument of the largest value of a concave function by its slope, within two ends."""
    for _ in range(64):
        middle = (low + high) / 2
        if middle <= low or middle >= high:
            break
        if slope(middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def score_statistic(n, gained, lost, delta):
    """Tango's statistic of the test that the true difference is `delta`.

    The share of `lost` is `q`, that of `gained` is `q + delta`; counts may be fractions.
    """
    distance = gained - lost - n * delta
    if distance == 0:
        return 0.0
    same = max(0.0, n - gained - lost)

    def slope(q):
        steepness = 0.0
        if gained > 0:
            steepness += gained / (q + delta)
        if lost > 0:
            steepness += lost / q
        if same > 0:
            steepness -= 2 * same / (1 - 2 * q - delta)
        return steepness

    q = _likeliest(slope, max(0.0, -delta), (1 - delta) / 2)
    variance = n * (2 * q + delta - delta * delta)
    return distance / math.sqrt(variance) if variance > 0 else math.copysign(math.inf, distance)


@lru_cache(maxsize=None)
def tango_interval(n, gained, lost, quantile):
    """All differences whose score statistic is within `quantile`."""
    estimate = (gained - lost) / n

    def statistic(delta):
        return score_statistic(n, gained, lost, delta)

    high = 1.0
    if statistic(1.0) < -quantile:
        high = crossing(lambda delta: statistic(delta) + quantile, estimate, 1.0)
    low = -1.0
    if statistic(-1.0) > quantile:
        low = crossing(lambda delta: statistic(delta) - quantile, -1.0, estimate)
    return (low, high)


@lru_cache(maxsize=None)
def ratio_interval(both, gained, lost):
    """The 95 % score interval of `(both + gained) / (both + lost)`, a ratio of paired shares.

    With `b` the share of `lost` among those right before or after, a ratio of `r` leaves
    `(1 - b) / r - b` to `both` and `1 - (1 - b) / r` to `gained`. What was right neither before nor
    after has a share of its own, which the ratio does not bind.
    """
    before, after, some = both + lost, both + gained, both + gained + lost

    def spread(r):
        def slope(b):
            steepness = 0.0
            if both > 0:
                steepness -= both * (1 / r + 1) / ((1 - b) / r - b)
            if lost > 0:
                steepness += lost / b
            if gained > 0:
                steepness += gained / r / (1 - (1 - b) / r)
            return steepness

        b = _likeliest(slope, max(0.0, 1 - r), 1 / (1 + r))
        shares = {"both": (1 - b) / r - b, "gained": 1 - (1 - b) / r, "lost": b}
        squares = shares["both"] * (1 - r) ** 2 + shares["gained"] + shares["lost"] * r * r
        return Z95 * math.sqrt(max(0.0, some * squares))

    ratio = after / before
    low = 0.0
    if after > 0:
        low = crossing(lambda r: after - r * before - spread(r) if r > 0 else 1.0, 0.0, ratio)
    bound = max(2.0, 2 * ratio)
    while after - bound * before + spread(bound) > 0:
        bound *= 2
    high = crossing(lambda r: after - r * before + spread(r), ratio, bound)
    return (low, high)
