"""How much clusters of unequal size say: degrees of freedom, and where they are too few to trust an interval."""

import numpy as np
from numpy.typing import ArrayLike

from harness.stats.arrays import as_clusters

# Of two items of one cluster, as far as the spread of the clusters is concerned: what makes the t interval cover from
# one cluster that holds half of all items to clusters of equal size (`benchmarks/interval_coverage.py`).
WORKING_ICC = 0.1
FEW, FEW_EFFECTIVE = 20, 10.0


def cluster_degrees(groups: ArrayLike) -> float:
    """Degrees of freedom of the cluster-robust variance of a mean; G - 1 for G clusters of equal size.

    Satterthwaite's (Bell and McCaffrey 2002), under items that correlate by `WORKING_ICC` within a cluster, as Imbens
    and Kolesár (2016) take a random-effects model for it: the sums of residuals of the clusters then have the
    covariance S = D - (v m' + m v') / n + (sum v) m m' / n^2 with sizes m and D = diag(v), v = m (1 + (m - 1) icc), and
    the degrees of freedom are tr(S)^2 / tr(S^2). One cluster that holds half of all items leaves hardly any, however
    many single items stand beside it.

    Args:
        groups: (n,) cluster codes.

    Returns:
        At least 1; 0 with fewer than two clusters.
    """
    codes, clusters = as_clusters(groups, np.size(groups))
    if clusters < 2:
        return 0.0
    m = np.bincount(codes).astype(np.float64)
    v = m * (1 + (m - 1) * WORKING_ICC)
    n, total, vm, mm = m.sum(), v.sum(), v @ m, m @ m
    trace = total - 2 * vm / n + total * mm / n**2
    square = v @ v + 2 * (total * (v @ m**2) / n**2 - 2 * (v**2 @ m) / n)
    square += 2 * (vm**2 + (v @ v) * mm) / n**2 - 4 * total * vm * mm / n**3 + total**2 * mm**2 / n**4
    return max(1.0, float(trace**2 / square))


def unit_count(groups: ArrayLike | None, n: int) -> int:
    """How many units n items are: their clusters where they have groups."""
    return as_clusters(groups, n)[1]


def unit_degrees(groups: ArrayLike | None, n: int) -> float:
    """Degrees of freedom that n items give a variance, or their clusters where they have groups."""
    return float(n - 1) if groups is None else cluster_degrees(groups)


def few_clusters(groups: ArrayLike) -> bool:
    """Whether no interval over these clusters can be trusted to cover as it says.

    So with fewer than 20 of them, or where their sizes are so unequal that they say no more than 10 equal ones would.

    Args:
        groups: (n,) cluster codes.
    """
    return as_clusters(groups, np.size(groups))[1] < FEW or cluster_degrees(groups) + 1 < FEW_EFFECTIVE
