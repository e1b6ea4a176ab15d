"""Of numbers: how far off the answers are, and on which side."""

from collections.abc import Sequence

import numpy as np

from harness.metrics.regression import FURTHEST
from harness.profile.table import Table

_BINS = 10
_WIDTH = 30
"""Characters of the longest bar."""
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def of_residuals(residuals: Sequence[float]) -> list[Table]:
    """Histogram and quantiles of answer minus target.

    Args:
        residuals: (n,) in the target's unit.
    """
    every = np.asarray(residuals, dtype=np.float64)
    off = every[np.abs(every) <= FURTHEST]
    if not off.size:
        return []
    counts, edges = np.histogram(off, bins=_BINS)
    bars = tuple(
        (f"{low:.4g} to {high:.4g}", str(count), "█" * round(_WIDTH * count / counts.max()))
        for low, high, count in zip(edges[:-1], edges[1:], counts.tolist(), strict=True)
    )
    quantiles = ", ".join(f"{q:.0%} {np.quantile(off, q):.4g}" for q in _QUANTILES)
    note = f"Answer minus target: mean {off.mean():.4g}; quantiles {quantiles}."
    if left := every.size - off.size:
        note += f" Left out, more than {FURTHEST:g} off: {left}."
    return [Table("Residuals", ("answer minus target", "items", ""), bars, note, words=(0, 2))]
