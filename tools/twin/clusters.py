"""Means over clusters with explicit matrices: CR2 with Bell and McCaffrey's degrees of freedom."""

import math
from functools import lru_cache

import numpy as np

from distributions import student_quantile

# residuals below this share of what they are the rest of are rounding errors
ROUNDING = 1e-12


@lru_cache(maxsize=None)
def _adjusted_ones(size, n):
    """`(I - H_gg)^(-1/2) 1` of a cluster of `size` of `n` values; H projects on the mean.

    The root is the symmetric one, by eigenvalues (Bell and McCaffrey 2002).
    """
    block = np.eye(size) - np.full((size, size), 1 / n)
    values, vectors = np.linalg.eigh(block)
    return vectors @ np.diag(values**-0.5) @ vectors.T @ np.ones(size)


@lru_cache(maxsize=None)
def _layout(clusters):
    """The positions of each cluster, in the order in which they come up, and the degrees."""
    n = len(clusters)
    positions = {}
    for i, cluster in enumerate(clusters):
        positions.setdefault(cluster, []).append(i)
    groups = [np.array(group) for group in positions.values()]
    if len(groups) < 2:
        return groups, None
    columns = np.zeros((n, len(groups)))
    for g, group in enumerate(groups):
        columns[group, g] = _adjusted_ones(len(group), n) / n
        # times (I - H): less its mean
        columns[:, g] -= columns[:, g].sum() / n
    products = columns.T @ columns
    return groups, float(np.trace(products) ** 2 / np.sum(products**2))


def cluster_terms(values, clusters):
    """What each cluster adds to `N` times the mean's error: squares of them sum to `N^2` variances.

    Returns the terms and the degrees of freedom, or `None` with fewer than two clusters.
    """
    groups, degrees = _layout(tuple(clusters))
    if degrees is None:
        return None
    values = np.asarray(values, dtype=float)
    residuals = values - values.mean()
    n = len(values)
    terms = [float(_adjusted_ones(len(group), n) @ residuals[group]) for group in groups]
    return np.array(terms), degrees


def cr2(values, clusters):
    """The spread of the mean with clusters as the unit; `None` with fewer than two of them."""
    found = cluster_terms(values, clusters)
    if found is None:
        return None
    terms, degrees = found
    values = np.asarray(values, dtype=float)
    n, mean = len(values), values.mean()
    groups, _ = _layout(tuple(clusters))
    scale = sum((np.abs(values[group]).sum() + abs(mean) * len(group)) ** 2 for group in groups)
    squares = float((terms**2).sum())
    agree = squares <= ROUNDING**2 * scale
    stderr = 0.0 if agree else math.sqrt(squares) / n
    return {"clusters": len(groups), "stderr": stderr, "degrees": degrees}


def plain_spread(values):
    """The usual standard error of a mean, on `n - 1` degrees of freedom."""
    values = np.asarray(values, dtype=float)
    n, mean = len(values), values.mean()
    squares = float(((values - mean) ** 2).sum())
    scale = float(((np.abs(values) + abs(mean)) ** 2).sum())
    agree = squares <= ROUNDING**2 * scale
    stderr = 0.0 if agree else math.sqrt(squares / (n - 1) / n)
    return {"stderr": stderr, "degrees": n - 1}


def clustered_accuracy(flags, clusters):
    """An accuracy with clusters as the unit, t on one degree less than clusters (Miller 2024).

    `None` with fewer than two clusters, or where all agree.
    """
    groups, _ = _layout(tuple(clusters))
    values = np.asarray(flags, dtype=float)
    mean, count = values.mean(), len(groups)
    squares = sum(float((values[group] - mean).sum()) ** 2 for group in groups)
    if count < 2 or squares < 1e-18:
        return None
    stderr = math.sqrt(count / (count - 1) * squares) / len(values)
    half = student_quantile(0.975, count - 1) * stderr
    ends = [max(0.0, mean - half), min(1.0, mean + half)]
    return {"clusters": count, "stderr": stderr, "ci95": ends}
