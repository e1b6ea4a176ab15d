"""How far raters agree: kappa beyond chance, and a judge's sensitivity and specificity."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from harness.stats.arrays import FloatArray, as_binary, as_clusters, check_level
from harness.stats.matched import matched_wilson
from harness.stats.mean import clustered_variance
from harness.stats.proportion import wilson_clustered


@dataclass(frozen=True)
class Agreement:
    """A kappa and its interval."""

    value: float
    """Agreement beyond chance: 1 is perfect, 0 what chance would give."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end of the interval."""
    observed: float
    """Share of pairs of ratings that agree."""
    chance: float
    """Share that would agree if raters rated at random with the frequencies found."""
    n: int
    """Items."""


@dataclass(frozen=True)
class Rate:
    """A share of items and its interval."""

    value: float
    """hits / n."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end of the interval."""
    hits: int
    """Items judged right."""
    n: int
    """Items of the class."""


@dataclass(frozen=True)
class ErrorRates:
    """How often a judge is right, class by class."""

    sensitivity: Rate
    """Of the truly positive, the share judged positive."""
    specificity: Rate
    """Of the truly negative, the share judged negative."""


def cohen_kappa(first: ArrayLike, second: ArrayLike, groups: ArrayLike | None = None, level: float = 0.95) -> Agreement:
    """Cohen's kappa of two raters, with the large-sample variance of Fleiss, Cohen and Everitt 1969.

    Args:
        first: (n,) labels of one rater: numbers or strings.
        second: (n,) labels of the other.
        groups: (n,) cluster codes of the items.
        level: coverage of the two-sided interval.

    Raises:
        ValueError: no items, shapes that differ, or a wrong level.
    """
    check_level(level)
    one, two = np.asarray(first), np.asarray(second)
    if one.shape != two.shape or one.ndim != 1 or one.size == 0:
        raise ValueError(f"expected two labels for each item, found shapes {one.shape} and {two.shape}")
    names, codes = np.unique(np.concatenate([one, two]), return_inverse=True)
    a, b = codes[: one.size], codes[one.size :]
    p, q = (np.bincount(side, minlength=names.size) / one.size for side in (a, b))
    return _kappa((a == b).astype(float), q[a] + p[b], float(p @ q), groups, level)


def fleiss_kappa(counts: ArrayLike, groups: ArrayLike | None = None, level: float = 0.95) -> Agreement:
    """Fleiss' kappa of several raters, with the variance that holds away from 0 too (Gwet 2008).

    Args:
        counts: (n, categories) how many raters put each item into each category; as many for each item.
        groups: (n,) cluster codes of the items.
        level: coverage of the two-sided interval.

    Raises:
        ValueError: no items, fewer than two raters, a number of raters that varies, or a wrong level.
    """
    check_level(level)
    table = np.asarray(counts, dtype=float)
    if table.ndim != 2 or table.shape[0] == 0 or (table < 0).any():
        raise ValueError(f"expected counts of shape (items, categories), found shape {table.shape}")
    raters = float(table[0].sum())
    if raters < 2 or (table.sum(axis=1) != raters).any():
        raise ValueError("every item needs the same number of raters, at least two")
    shares = table.mean(axis=0) / raters
    agreeing = (np.square(table).sum(axis=1) - raters) / (raters * (raters - 1))
    return _kappa(agreeing, 2 * (table @ shares) / raters, float(shares @ shares), groups, level)


def error_rates(
    truth: ArrayLike, judged: ArrayLike, groups: ArrayLike | None = None, level: float = 0.95
) -> ErrorRates:
    """Sensitivity and specificity of a judge, with Wilson's intervals.

    Args:
        truth: (n,) human labels, 0 or 1.
        judged: (n,) the judge's verdicts, 0 or 1.
        groups: (n,) cluster codes of the items.
        level: coverage of each two-sided interval.

    Raises:
        ValueError: values other than 0 and 1, shapes that differ, or a class without items.
    """
    real, said = as_binary(truth), as_binary(judged)
    if real.shape != said.shape:
        raise ValueError(f"{real.size} human labels, but {said.size} verdicts")
    codes = None if groups is None else as_clusters(groups, real.size)[0]
    rates = []
    for kind in (1, 0):
        members = real == kind
        if not members.any():
            raise ValueError(f"no item is truly {kind}: the judge's errors on them cannot be known")
        right = (said[members] == kind).astype(float)
        low, high = wilson_clustered(right, None if codes is None else codes[members], level)
        rates.append(Rate(float(right.mean()), low, high, int(right.sum()), right.size))
    return ErrorRates(*rates)


def _kappa(
    agreeing: FloatArray, by_chance: FloatArray, chance: float, groups: ArrayLike | None, level: float
) -> Agreement:
    """Kappa from each item's agreement and its derivative of the agreement by chance."""
    observed, n = float(agreeing.mean()), agreeing.size
    if chance >= 1:
        # One category only: agreement is perfect and means nothing.
        return Agreement(0.0, -1.0, 1.0, observed, chance, n)
    value = (observed - chance) / (1 - chance)
    influence = (agreeing - observed - (1 - value) * (by_chance - 2 * chance)) / (1 - chance)
    variance = (1 - chance) ** 2 * clustered_variance(influence, groups)
    units = as_clusters(groups, n)[1]
    ends = matched_wilson(observed, variance, units, clustered=groups is not None, level=level)
    low, high = ((end - chance) / (1 - chance) for end in ends)
    return Agreement(value, max(low, -1.0), high, observed, chance, n)
