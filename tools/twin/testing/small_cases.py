"""Checks parts of the twin that have a closed form on cases few enough to count them all."""

import itertools
import math
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from distributions import binomial_tail, mid_p, student_cdf  # noqa: E402
from letters import at_least_matches, letter_table  # noqa: E402


def check_matches():
    """The chance of matches and their deviation, over all orders of the right letters."""
    for chosen, gold in (
        ([0, 0, 1, 2, 1, 3], [0, 1, 1, 2, 2, 0]),
        ([0, 0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 2, 2, 0]),
        ([2, 2, 2, 2], [2, 1, 0, 2]),
    ):
        orders = [
            sum(1 for pair in zip(chosen, order) if pair[0] == pair[1])
            for order in itertools.permutations(gold)
        ]
        mean = sum(orders) / len(orders)
        table = letter_table(chosen, gold, 4)
        assert math.isclose(table["expected"], mean, abs_tol=1e-12), table
        spread = math.sqrt(sum((count - mean) ** 2 for count in orders) / len(orders))
        assert math.isclose(table["sd"], spread, abs_tol=1e-9), (table, spread)
        for right in range(1, max(orders) + 1):
            share = sum(1 for count in orders if count >= right) / len(orders)
            found = at_least_matches(table["chosen"], table["gold"], right)
            assert math.isclose(found, share, abs_tol=1e-12), (chosen, gold, right, found, share)


def check_tails():
    """Binomial tails over all outcomes, mid-p over all splits, Student's t on 1 and 2 degrees."""
    outcomes = list(itertools.product((0, 1), repeat=6))
    for successes in range(7):
        share = sum(0.3 ** sum(o) * 0.7 ** (6 - sum(o)) for o in outcomes if sum(o) >= successes)
        assert math.isclose(binomial_tail(successes, 6, 0.3), share, abs_tol=1e-12)
        further = sum(1 for o in outcomes if abs(2 * sum(o) - 6) > abs(2 * successes - 6))
        as_far = sum(1 for o in outcomes if abs(2 * sum(o) - 6) == abs(2 * successes - 6))
        assert math.isclose(mid_p(successes, 6 - successes), (further + as_far / 2) / 64)
    for t in (-3.0, -0.2, 0.7, 12.0):
        assert math.isclose(student_cdf(t, 1), 0.5 + math.atan(t) / math.pi, abs_tol=1e-12)
        assert math.isclose(student_cdf(t, 2), 0.5 + t / (2 * math.sqrt(2 + t * t)), abs_tol=1e-12)


check_matches()
check_tails()
