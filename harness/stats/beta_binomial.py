"""A Bayesian interval for a proportion, for few items or few clusters."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from harness.stats.arrays import FloatArray, IntArray, as_binary, as_clusters, check_level
from harness.stats.interval import Interval

# Points of the grid over the rate and over the correlation within clusters.
RATES = 1000
CORRELATIONS = 40


def beta_binomial(values: ArrayLike, groups: ArrayLike | None = None, level: float = 0.95) -> Interval:
    """The equal-tailed credible interval of a rate; clusters have rates of their own around it.

    Each cluster's rate is Beta(p d, (1 - p) d) with d = (1 - icc) / icc, and p and icc are uniform a priori:
    the clustered model of Bowyer, Aitchison and Ivanova (2025, arXiv 2503.01747) with a flat prior on the
    correlation, summed on a grid. Without groups it is the posterior Beta(1 + successes, 1 + failures).

    Args:
        values: (n,) scores of 0 and 1.
        groups: (n,) cluster codes.
        level: posterior probability between the ends.

    Raises:
        ValueError: no values, a value other than 0 and 1, a wrong level.
    """
    check_level(level)
    scores = as_binary(values)
    n, hits = scores.size, float(scores.sum())
    tails = np.array([(1 - level) / 2, (1 + level) / 2])
    codes, clusters = as_clusters(groups, n)
    if clusters == n:
        low, high = stats.beta.ppf(tails, 1 + hits, 1 + n - hits)
        return Interval(float(low), float(high))
    # If clusters counted as items, the posterior would be at its widest: the grid need reach no further.
    share = clusters / n
    widest = stats.beta(1 + hits * share, 1 + (n - hits) * share)
    rates = np.linspace(widest.ppf(1e-9), widest.isf(1e-9), RATES + 2)[1:-1]
    posterior = _posterior(rates, codes, scores)
    cumulative = np.cumsum(posterior) - posterior / 2
    low, high = np.interp(tails * posterior.sum(), cumulative, rates)
    return Interval(float(low), float(high))


def _posterior(rates: FloatArray, codes: IntArray, scores: FloatArray) -> FloatArray:
    """The posterior of each rate, up to a factor, with the correlation summed out."""
    hit = np.bincount(codes, weights=scores)
    seen, times = np.unique(np.stack([hit, np.bincount(codes) - hit]), axis=1, return_counts=True)
    # Squares put more points where the correlation is small; each then stands for a width of 2 root.
    roots = (np.arange(CORRELATIONS) + 0.5) / CORRELATIONS
    logs = np.empty((CORRELATIONS, rates.size))
    for row, root in enumerate(roots):
        strength = 1 / root**2 - 1
        a, b = (rates * strength)[:, None], ((1 - rates) * strength)[:, None]
        logs[row] = (special.betaln(a + seen[0], b + seen[1]) - special.betaln(a, b)) @ times + np.log(root)
    density: FloatArray = np.exp(logs - logs.max()).sum(axis=0)
    return density
