"""Two candidates on the same items: the table, the tests, and the difference of means."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from harness.stats.arrays import FloatArray, as_binary, as_scores, check_level
from harness.stats.mean import mean_interval
from harness.stats.permutation import sign_flip_p
from harness.stats.tango import tango

UNBOUNDED = "no interval, since all differences are equal and nothing bounds the score"


class Agreement(NamedTuple):
    """On how many items which of two candidates is right."""

    both: int
    """Both are right."""
    only_a: int
    """A is right and B is wrong."""
    only_b: int
    """B is right and A is wrong."""
    neither: int
    """Both are wrong."""


class McNemar(NamedTuple):
    """McNemar's test of equal proportions on the same items."""

    chi2: float
    """Without continuity correction; 0 without discordant items."""
    chi2_corrected: float
    """With Edwards' continuity correction."""
    p_value: float
    """Exact and two-sided: binomial over the discordant items."""


@dataclass(frozen=True)
class PairedDifference:
    """How much better A is than B on the same items."""

    difference: float
    """Mean score of A minus mean score of B."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end of the interval."""
    p_value: float
    """Two-sided, that the difference is 0."""
    n: int
    """Items."""
    clusters: int
    """Clusters; equal to n without groups."""
    method: str
    """How interval and p were made, in words."""
    table: Agreement | None
    """For scores of 0 and 1, else None."""


def agreement(a: ArrayLike, b: ArrayLike) -> Agreement:
    """The table of two candidates' scores of 0 and 1, both (n,).

    Raises:
        ValueError: no items, different lengths, or a score other than 0 and 1.
    """
    right_a, right_b = as_binary(a), as_binary(b)
    _same_items(right_a, right_b)
    both, sum_a, sum_b = int(right_a @ right_b), int(right_a.sum()), int(right_b.sum())
    return Agreement(both, sum_a - both, sum_b - both, right_a.size - sum_a - sum_b + both)


def mcnemar(table: Agreement) -> McNemar:
    """McNemar's test; the exact p is the one to use (Agresti 2013, chapter 11)."""
    b, c = table.only_a, table.only_b
    if b + c == 0:
        return McNemar(0.0, 0.0, 1.0)
    exact = float(stats.binomtest(b, b + c, 0.5).pvalue)
    return McNemar((b - c) ** 2 / (b + c), max(0, abs(b - c) - 1) ** 2 / (b + c), exact)


def compare_means(
    a: ArrayLike,
    b: ArrayLike,
    groups: ArrayLike | None,
    binary: bool,
    rng: np.random.Generator | None,
    *,
    level: float = 0.95,
    bounds: tuple[float, float] | None = None,
) -> PairedDifference:
    """The difference of the mean scores of A and B on the same items, by the method that fits them.

    Scores of 0 and 1 without groups: Tango's interval and McNemar's exact p. Otherwise the (clustered)
    paired t; with groups and scores of 0 and 1 the p is that of sign flips, which holds with few
    discordant clusters too. Where A and B differ by the same on every item, only bounds limit how else they may
    differ elsewhere: without any the interval is infinite, and nothing can be claimed.

    Args:
        a: (n,) scores of A.
        b: (n,) scores of B, of the same items in the same order.
        groups: (n,) cluster codes, or None.
        binary: the scores are 0 and 1.
        rng: for the sign flips; without it a p that needs them is NaN.
        level: coverage of the two-sided interval.
        bounds: the least and the greatest difference there can be; -1 and 1 where `binary`.

    Raises:
        ValueError: no items, different lengths, scores that are not finite, or not 0 and 1 where `binary`.
    """
    check_level(level)
    scores_a, scores_b = (as_binary(a), as_binary(b)) if binary else (as_scores(a), as_scores(b))
    _same_items(scores_a, scores_b)
    table = agreement(a, b) if binary else None
    differences, n = scores_a - scores_b, scores_a.size
    if table is not None and groups is None:
        low, high = tango(table.only_a, table.only_b, n, level)
        p_value = mcnemar(table).p_value
        method = "Tango score interval, exact McNemar p"
        return PairedDifference(float(differences.mean()), low, high, p_value, n, n, method, table)
    mean = mean_interval(differences, groups, level, (-1.0, 1.0) if binary else bounds)
    method = "paired t" if groups is None else "clustered paired t"
    if mean.standard_error == 0 and np.isinf(mean.low):
        method = f"{method}; {UNBOUNDED}"
    if binary or mean.standard_error == 0:
        p_value = float("nan") if rng is None else sign_flip_p(differences, rng, groups)
        method = f"{method}, sign-flip p"
    else:
        p_value = float(2 * stats.t.sf(abs(mean.value) / mean.standard_error, mean.df))
    return PairedDifference(mean.value, mean.low, mean.high, p_value, n, mean.clusters, method, table)


def _same_items(a: FloatArray, b: FloatArray) -> None:
    if a.size != b.size:
        raise ValueError(f"A has {a.size} scores and B has {b.size}: pair them on the same items first")
