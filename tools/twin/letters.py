"""What the log-probabilities of the letters say: probabilities, prior, calibration, table."""

import math

import numpy as np

from distributions import normal_cdf

# up to so many questions all orders of the right letters are counted
EXACT = 300

# up to so many questions the prior of the others is summed anew for each
SUMMED_ANEW = 1000


def probabilities(row):
    """Probabilities of the letters of one question, among these only."""
    largest = max(row)
    weights = [math.exp(value - largest) for value in row]
    total = math.fsum(weights)
    return [weight / total for weight in weights]


def prior_free_choices(rows):
    """The letter of each question that is likeliest by how much more than at all other questions.

    Questions are taken together by their number of options; one without another of as many keeps
    its own choice.
    """
    choices = [0] * len(rows)
    for options in {len(row) for row in rows}:
        places = [i for i, row in enumerate(rows) if len(row) == options]
        shares = np.array([probabilities(rows[i]) for i in places])
        least = np.nextafter(0, 1)
        priors = _means_of_others(shares)
        scores = np.log(np.maximum(least, shares)) - np.log(np.maximum(least, priors))
        for i, choice in zip(places, np.argmax(scores, axis=1)):
            choices[i] = int(choice)
    return choices


def _means_of_others(shares):
    n, options = shares.shape
    if n == 1:
        return np.full((1, options), 1 / options)
    if n <= SUMMED_ANEW:
        return np.array([np.delete(shares, i, axis=0).sum(axis=0) / (n - 1) for i in range(n)])
    nothing = np.zeros((1, options))
    before = np.concatenate([nothing, np.cumsum(shares, axis=0)[:-1]])
    after = np.concatenate([np.cumsum(shares[::-1], axis=0)[::-1][1:], nothing])
    return (before + after) / (n - 1)


def right_probability(row, answer):
    """The probability of the right letter."""
    return probabilities(row)[answer]


def brier(row, answer):
    """The Brier score over all letters."""
    shares = probabilities(row)
    return math.fsum((share - (l == answer)) ** 2 for l, share in enumerate(shares))


def calibration(confidences, right, bins=10):
    """Calibration on bins of equal count; `withinBin` is what other parts leave of the score."""
    n = len(confidences)
    order = sorted(range(n), key=lambda i: confidences[i])
    accuracy = sum(right) / n
    found = {"ece": 0.0, "l2": 0.0, "l2Debiased": 0.0, "resolution": 0.0}
    start = 0
    for k in range(bins):
        size = n // bins + (1 if k < n % bins else 0)
        own = order[start : start + size]
        start += size
        share = math.fsum(confidences[i] for i in own) / size
        hits = sum(1 for i in own if right[i]) / size
        found["ece"] += size / n * abs(share - hits)
        found["l2"] += size / n * (share - hits) ** 2
        noise = hits * (1 - hits) / (size - 1)
        found["l2Debiased"] += size / n * ((share - hits) ** 2 - noise)
        found["resolution"] += size / n * (hits - accuracy) ** 2
    score = math.fsum((c - r) ** 2 for c, r in zip(confidences, right)) / n
    uncertainty = accuracy * (1 - accuracy)
    within = score - found["l2"] + found["resolution"] - uncertainty
    return {
        "n": n,
        "bins": bins,
        **found,
        "brier": score,
        "reliability": found["l2"],
        "uncertainty": uncertainty,
        "withinBin": within,
    }


def letter_table(chosen, gold, options):
    """Which letters were chosen, and what they would get right in a random order."""
    n = len(chosen)
    picked = [sum(1 for letter in chosen if letter == l) for l in range(options)]
    rights = [sum(1 for letter in gold if letter == l) for l in range(options)]
    right = sum(1 for pair in zip(chosen, gold) if pair[0] == pair[1])
    expected = sum(a * b for a, b in zip(picked, rights)) / n
    sd = _match_deviation(picked, rights, n)
    entropy = -math.fsum(a / n * math.log2(a / n) for a in picked if a > 0)
    if sd == 0 or right == 0:
        p_value, method = 1.0, "exact"
    elif n > EXACT:
        p_value, method = normal_cdf((expected - right + 0.5) / sd), "normal"
    else:
        p_value, method = at_least_matches(picked, rights, right), "exact"
    return {
        "n": n,
        "chosen": picked,
        "gold": rights,
        "right": right,
        "expected": expected,
        "sd": sd,
        "z": 0 if sd == 0 else (right - expected) / sd,
        "kappa": 0 if expected == n else (right - expected) / (n - expected),
        "pValue": p_value,
        "method": method,
        "entropyBits": entropy,
        "habit": max(picked) / n > 0.6 or entropy < 1,
    }


def _match_deviation(picked, rights, n):
    """Of matches over all orders, from variances and covariances of cells with fixed margins."""
    if n == 1:
        return 0.0
    variance = 0
    for l, (a, b) in enumerate(zip(picked, rights)):
        variance += a * b * (n - a) * (n - b)
        for m, (c, d) in enumerate(zip(picked, rights)):
            if m != l:
                variance += a * b * c * d
    return math.sqrt(variance / (n * n * (n - 1)))


def at_least_matches(picked, rights, right):
    """The share of orders of the right letters with at least `right` matches, in whole numbers.

    Orders with exactly k matches are counted from the ways to fix j of them, by inclusion and
    exclusion (Riordan 1958, chapter 7).
    """
    n = sum(picked)
    fixed = {0: 1}
    for a, b in zip(picked, rights):
        wider = {}
        for j, ways in fixed.items():
            for i in range(min(a, b) + 1):
                more = math.comb(a, i) * math.comb(b, i) * math.factorial(i)
                wider[j + i] = wider.get(j + i, 0) + ways * more
        fixed = wider
    most = max(fixed)
    orders = 0
    for k in range(right, most + 1):
        for j in range(k, most + 1):
            term = math.comb(j, k) * fixed[j] * math.factorial(n - j)
            orders += term if (j - k) % 2 == 0 else -term
    return float(orders * 10**18 // math.factorial(n)) / 1e18
