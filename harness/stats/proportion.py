"""Proportions: Wilson, exact and clustered intervals. Never Wald."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from harness.stats.arrays import FloatArray, IntArray, as_binary, as_clusters, as_scores, check_level
from harness.stats.interval import Interval
from harness.stats.mean import clustered_variance

# Answers about one document, or to one customer, commonly correlate about as much.
PRIOR_ICC = 0.3
PRIOR_WEIGHT = 0.5
# Clusters that happen to be alike do not make an item worth more than two.
LEAST_EFFECT = 0.5


def wilson(successes: float, n: float, level: float = 0.95) -> Interval:
    """Wilson's score interval (Wilson 1927). Both numbers may be fractions, for an effective n.

    Raises:
        ValueError: n is not above 0, successes lie outside 0 to n, or a wrong level.
    """
    _check(successes, n, level)
    return _wilson(successes / n, n, float(stats.norm.ppf((1 + level) / 2)))


def clopper_pearson(successes: float, n: float, level: float = 0.95) -> Interval:
    """The exact interval (Clopper and Pearson 1934): covers at least `level`, often more.

    Both numbers may be fractions, for an effective n.

    Raises:
        ValueError: as `wilson`.
    """
    _check(successes, n, level)
    tail = (1 - level) / 2
    low = 0.0 if successes == 0 else float(stats.beta.ppf(tail, successes, n - successes + 1))
    high = 1.0 if successes == n else float(stats.beta.isf(tail, successes + 1, n - successes))
    return Interval(low, high)


def design_effect(values: ArrayLike, groups: ArrayLike | None = None) -> float:
    """How many times the clusters multiply the variance of the mean (Kish 1965).

    Without groups it is 1. Where all values are equal, it is what clusters that always agree would have,
    sum m_g^2 / n: nothing in such data says that they do not.

    Args:
        values: (n,) scores.
        groups: (n,) cluster codes.
    """
    scores = as_scores(values)
    codes, clusters = as_clusters(groups, scores.size)
    if np.ptp(scores) == 0:
        sizes = np.bincount(codes, minlength=clusters)
        return float(sizes @ sizes) / scores.size
    return clustered_variance(scores, groups) / clustered_variance(scores)


def effective_n(values: ArrayLike, groups: ArrayLike | None = None) -> float:
    """How many independent items would say as much: n over the design effect, at most n."""
    return len(as_scores(values)) / max(1.0, design_effect(values, groups))


def wilson_clustered(values: ArrayLike, groups: ArrayLike | None, level: float = 0.95) -> Interval:
    """Wilson's interval with an effective n, and a t quantile for z.

    As Korn and Graubard (1998), with two changes that simulated coverage asks for
    (`benchmarks/interval_coverage.py`). The design effect is 1 + (k - 1) icc with k = sum m_g^2 / n, where the
    correlation that the data show is averaged with `PRIOR_ICC`, which weighs as much as `PRIOR_WEIGHT` items
    of the rarer outcome: two failures in a thousand items cannot show whether failures come in clusters, and
    an interval that believes they do not covers 85 % where it says 95 %. The degrees of freedom lie between
    G - 1, which holds for clusters of equal size, and Satterthwaite's for unequal ones: their geometric mean.

    Args:
        values: (n,) scores of 0 and 1.
        groups: (n,) cluster codes; without them it is `wilson`.
        level: coverage of the two-sided interval.

    Raises:
        ValueError: no values, a value other than 0 and 1, a wrong level.
    """
    check_level(level)
    scores = as_binary(values)
    if groups is None:
        return wilson(float(scores.sum()), scores.size, level)
    effect, critical = _clustering(scores, groups, level)
    return _wilson(float(scores.mean()), scores.size / effect, critical)


def clopper_pearson_clustered(values: ArrayLike, groups: ArrayLike | None, level: float = 0.95) -> Interval:
    """The exact interval with an effective n, which holds the t quantile too (Korn and Graubard 1998).

    The design effect and the degrees of freedom are those of `wilson_clustered`; so are arguments and errors.
    """
    check_level(level)
    scores = as_binary(values)
    n = float(scores.size)
    if groups is not None:
        effect, critical = _clustering(scores, groups, level)
        n = n / effect * (float(stats.norm.ppf((1 + level) / 2)) / critical) ** 2
    return clopper_pearson(float(scores.mean()) * n, n, level)


def _clustering(scores: FloatArray, groups: ArrayLike, level: float) -> tuple[float, float]:
    """The design effect, and the t quantile in place of z."""
    codes, clusters = as_clusters(groups, scores.size)
    sizes = np.bincount(codes, minlength=clusters)
    icc = _steady_icc(scores, codes, sizes)
    effect = max(LEAST_EFFECT, 1 + (float(sizes @ sizes) / scores.size - 1) * icc)
    spread = sizes * (1 + (sizes - 1) * min(max(icc, 0.0), 1.0))
    unequal = float(spread.sum() ** 2 / (spread @ spread))
    df = max(1.0, np.sqrt((clusters - 1) * max(unequal - 1, 1.0)))
    return effect, float(stats.t.ppf((1 + level) / 2, df))


def few_for_coverage(successes: float, n: float, clusters: int | None = None) -> bool:
    """Whether no interval for this proportion can be trusted to cover as it says.

    So with fewer than 20 clusters, or fewer than 5 items of the rarer outcome (15 where items are
    grouped), as `benchmarks/interval_coverage.py` shows. A leaderboard warns there.

    Args:
        successes: of n.
        n: items.
        clusters: how many clusters they fall into; None without groups.
    """
    _check(successes, n, 0.95)
    rarer = min(successes, n - successes)
    if clusters is None:
        return rarer < 5
    return clusters < 20 or rarer < 15


def _steady_icc(scores: FloatArray, codes: IntArray, sizes: IntArray) -> float:
    """The correlation within clusters that gives the design effect, drawn towards `PRIOR_ICC`."""
    n = scores.size
    k = float(sizes @ sizes) / n
    rarer = min(float(scores.sum()), n - float(scores.sum()))
    if rarer == 0 or k in {1, n}:
        return PRIOR_ICC
    # k / n of the variance is lost to the mean being estimated from the same clusters.
    seen = design_effect(scores, codes) / (1 - k / n)
    return (rarer * (seen - 1) / (k - 1) + PRIOR_WEIGHT * PRIOR_ICC) / (rarer + PRIOR_WEIGHT)


def _wilson(rate: float, n: float, critical: float) -> Interval:
    ratio = critical**2 / n
    centre = (rate + ratio / 2) / (1 + ratio)
    reach = np.sqrt(rate * (1 - rate) * ratio + ratio**2 / 4) / (1 + ratio)
    # At the ends the formula gives 0 and 1 up to rounding; say them exactly.
    low = 0.0 if rate == 0 else float(max(0.0, centre - reach))
    high = 1.0 if rate == 1 else float(min(1.0, centre + reach))
    return Interval(low, high)


def _check(successes: float, n: float, level: float) -> None:
    check_level(level)
    if not n > 0:
        raise ValueError(f"no items: n must be above 0, found {n}")
    if not 0 <= successes <= n:
        raise ValueError(f"successes must lie between 0 and n = {n:g}, found {successes:g}")
