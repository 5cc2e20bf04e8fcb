"""Paired changes: what is known of one, both of its intervals, and the word that they allow."""

import math
from functools import lru_cache

import numpy as np

from clusters import cluster_terms, cr2, plain_spread
from distributions import (
    crossing,
    mid_p,
    normal_cdf,
    normal_quantile,
    student_cdf,
    student_quantile,
)
from intervals import Z95, ratio_interval, score_statistic, tango_interval

# ratios closer than this differ by rounding: nothing varied
SAME_RATIO = 1e-9

# means of so many clusters or fewer have no interval
FEW_CLUSTERS = 3


def score_evidence(base, tuned, clusters):
    """Counts of a paired change of right answers, with its spread over clusters."""
    gained = sum(1 for before, after in zip(base, tuned) if after and not before)
    lost = sum(1 for before, after in zip(base, tuned) if before and not after)
    n = len(base)
    evidence = {
        "kind": "score",
        "n": n,
        "gained": gained,
        "lost": lost,
        "difference": (gained - lost) / n,
    }
    spread = cr2([int(after) - int(before) for before, after in zip(base, tuned)], clusters)
    return {**evidence, **({"clustered": spread} if spread else {})}


def mean_evidence(base, tuned, clusters, better):
    """A paired change of a mean with both of its spreads, in the unit of the measure."""
    changes = [after - before for before, after in zip(base, tuned)]
    evidence = {
        "kind": "mean",
        "n": len(changes),
        "difference": math.fsum(changes) / len(changes),
        "better": better,
        "plain": plain_spread(changes),
    }
    spread = cr2(changes, clusters)
    return {**evidence, **({"clustered": spread} if spread else {})}


def _student(center, spread, level):
    if spread["stderr"] == 0:
        return None
    half = student_quantile((1 + level) / 2, spread["degrees"]) * spread["stderr"]
    return (center - half, center + half)


def _clustered(evidence):
    """The spread by clusters; `None` without one, and for a mean of too few clusters for an interval."""
    clustered = evidence.get("clustered")
    few = clustered and evidence["kind"] == "mean" and clustered["clusters"] <= FEW_CLUSTERS
    return None if few else clustered


def both_intervals(evidence, level=0.95):
    """The plain and the clustered interval, and the wider ends of the two; each may be `None`."""
    center, clustered = evidence["difference"], _clustered(evidence)
    over_clusters = clustered and _student(center, clustered, level)
    if evidence["kind"] == "score":
        counts = (evidence["n"], evidence["gained"], evidence["lost"])
        plain = tango_interval(*counts, normal_quantile((1 + level) / 2))
        if over_clusters:
            over_clusters = (max(-1.0, over_clusters[0]), min(1.0, over_clusters[1]))
        elif clustered:
            # clusters that all agree: the score interval with their Student's t
            over_clusters = tango_interval(
                *counts, student_quantile((1 + level) / 2, clustered["degrees"])
            )
    else:
        plain = _student(center, evidence["plain"], level)
    wider = None
    if plain and over_clusters:
        wider = (min(plain[0], over_clusters[0]), max(plain[1], over_clusters[1]))
    return plain, over_clusters or None, wider


def turned(evidence):
    """The evidence with base and tuned exchanged."""
    other = {**evidence, "difference": -evidence["difference"]}
    if evidence["kind"] == "score":
        other.update(gained=evidence["lost"], lost=evidence["gained"])
    return other


def better_up(evidence):
    """The evidence turned so that above 0 is better."""
    return turned(evidence) if evidence.get("better") == "lower" else evidence


def _one_sided(evidence, margin):
    """P-values against "at most `margin`", by examples and by clusters; 1 where there is none."""

    def student(spread):
        if spread["stderr"] == 0:
            return 1.0
        return student_cdf(-(evidence["difference"] - margin) / spread["stderr"], spread["degrees"])

    clustered = _clustered(evidence)
    over_clusters = student(clustered) if clustered else 1.0
    if evidence["kind"] == "mean":
        return student(evidence["plain"]), over_clusters
    statistic = score_statistic(evidence["n"], evidence["gained"], evidence["lost"], margin)
    if clustered and clustered["stderr"] == 0:
        over_clusters = student_cdf(-statistic, clustered["degrees"])
    return normal_cdf(-statistic), over_clusters


def verdict(evidence, delta=None):
    """The word that both intervals allow, with all numbers that it comes from."""
    plain, clustered, wider = both_intervals(evidence)
    oriented = better_up(evidence)
    ends = both_intervals(oriented)[2]
    lowest = both_intervals(oriented, 0.9)[2]
    excluded = delta is not None and lowest is not None and lowest[0] > -delta
    if ends and ends[0] > 0:
        outcome = "gain"
    elif ends and ends[1] < 0:
        outcome = "loss"
    else:
        outcome = "loss_excluded" if excluded else "no_difference_shown"
    above, below = _one_sided(evidence, 0), _one_sided(turned(evidence), 0)
    found = {
        "outcome": outcome,
        "difference": evidence["difference"],
        "pValue": max(min(1.0, 2 * min(pair)) for pair in zip(above, below)),
        "lossExcluded": excluded,
        "pLossExcluded": 1.0 if delta is None else max(_one_sided(oriented, -delta)),
    }
    for name, ends in (("ci95", wider), ("plainCi95", plain), ("clusteredCi95", clustered)):
        if ends:
            found[name] = list(ends)
    if lowest:
        found["worst"] = lowest[0] if oriented is evidence else -lowest[0]
    return found


def fieller(base, tuned, shift, clusters=None):
    """All ratios `(tuned - shift) / (base - shift)` that are not rejected at 5 % (Fieller).

    For each ratio `r` the test is that `tuned - r base - shift (1 - r)` is 0 on average. Returns a
    pair of ends; "unbounded" where the base is not shown to be above the shift; `None` with fewer
    than two clusters.
    """
    base, tuned, n = np.asarray(base, float), np.asarray(tuned, float), len(base)
    if clusters is None:
        quantile = Z95

        def variance(r):
            return float(np.var(tuned - r * base)) / n

        def base_variance():
            return float(np.var(base)) / n
    else:
        found = cluster_terms(base, clusters)
        if found is None:
            return None
        base_terms, degrees = found
        tuned_terms, _ = cluster_terms(tuned, clusters)
        quantile = student_quantile(0.975, degrees)

        def variance(r):
            return float(((tuned_terms - r * base_terms) ** 2).sum()) / n**2

        def base_variance():
            return float((base_terms**2).sum()) / n**2

    over, under = float(tuned.mean()) - shift, float(base.mean()) - shift
    if under <= 0 or under**2 - quantile**2 * base_variance() <= 0:
        return "unbounded"
    center = over / under

    def rejected(r):
        return (over - r * under) ** 2 - quantile**2 * variance(r)

    ends = []
    for side in (-1, 1):
        step = 1.0
        while rejected(center + side * step) <= 0:
            step *= 2
        ends.append(center + side * crossing(lambda x: -rejected(center + side * x), 0.0, step))
    if ends[1] - ends[0] > SAME_RATIO:
        return tuple(ends)
    evidence = score_evidence(base > 0, tuned > 0, clusters or range(n))
    plain, over_clusters, _ = both_intervals(evidence)
    difference = over_clusters if clusters else plain
    return tuple(1 + end / under for end in difference)


def _less_one(ends, floor=-math.inf):
    return None if ends == "unbounded" else [max(floor, ends[0] - 1), ends[1] - 1]


def percentage_change(base, tuned, clusters):
    """The change relative to the base score; `None` where the base has none right."""
    before, after = sum(map(bool, base)), sum(map(bool, tuned))
    if before == 0:
        return None
    both = sum(1 for pair in zip(base, tuned) if all(pair))
    low, high = ratio_interval(both, after - both, before - both)
    found = {"change": after / before - 1, "ci95": [low - 1, high - 1]}
    ends = fieller(base, tuned, 0.0, clusters)
    return found if ends is None else {**found, "clusteredCi95": _less_one(ends, -1.0)}


def change_above_chance(base, tuned, clusters, chance):
    """The change of what is known above guessing."""
    n = len(base)
    before, after = sum(map(bool, base)) / n, sum(map(bool, tuned)) / n
    found = {
        "ci95": _less_one(fieller(base, tuned, chance)),
        "points": (after - before) / (1 - chance),
    }
    if before > chance:
        found["change"] = (after - chance) / (before - chance) - 1
    ends = fieller(base, tuned, chance, clusters)
    if ends is not None:
        found["clusteredCi95"] = _less_one(ends)
    wider = both_intervals(score_evidence(base, tuned, clusters))[2]
    if wider:
        found["pointsCi95"] = [end / (1 - chance) for end in wider]
    return found


def score_change(base, tuned, clusters, delta=None):
    """The paired change of an accuracy with everything that is said of it."""
    return _score_change(tuple(base), tuple(tuned), tuple(clusters), delta)


@lru_cache(maxsize=None)
def _score_change(base, tuned, clusters, delta):
    evidence = score_evidence(base, tuned, clusters)
    return {
        "evidence": evidence,
        "verdict": verdict(evidence, delta),
        "midP": mid_p(evidence["gained"], evidence["lost"]),
        "percent": percentage_change(base, tuned, clusters),
    }


def mean_change(base, tuned, clusters, better, delta=None):
    """The paired change of a mean; `None` with fewer than two examples."""
    if len(base) < 2:
        return None
    evidence = mean_evidence(base, tuned, clusters, better)
    return {"evidence": evidence, "verdict": verdict(evidence, delta)}


def flip_table(moves):
    """What answers moved from and to. `moves` are (from, to, right before, right after)."""
    rows = {}
    for source, target, before, after in moves:
        if source == target:
            continue
        nothing = {"count": 0, "gained": 0, "lost": 0, "stillWrong": 0}
        row = rows.setdefault((source, target), nothing)
        row["count"] += 1
        row["gained"] += int(after and not before)
        row["lost"] += int(before and not after)
        row["stillWrong"] += int(not before and not after)
    moved = sum(row["count"] for row in rows.values())
    targets = {}
    for (_, target), row in rows.items():
        targets[target] = targets.get(target, 0) + row["count"]
    return {
        "n": len(moves),
        "moved": moved,
        "gained": sum(1 for move in moves if move[3] and not move[2]),
        "lost": sum(1 for move in moves if move[2] and not move[3]),
        "rows": [
            {"from": source, "to": target, **row}
            for (source, target), row in sorted(rows.items(), key=lambda item: -item[1]["count"])
        ],
        "largestTargetShare": max(targets.values()) / moved if moved else 0,
    }
