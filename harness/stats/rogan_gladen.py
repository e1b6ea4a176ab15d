"""A judge's rate with the judge's known errors taken out."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from harness.stats.arrays import check_level
from harness.stats.interval import Interval

Tally = tuple[int, int]


@dataclass(frozen=True)
class CorrectedRate:
    """The rate that a judge's verdicts stand for, once its known errors are taken out."""

    value: float
    """Corrected rate, cut to [0, 1]."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end of the interval."""
    apparent: float
    """The rate as judged."""


def rogan_gladen(judged: Tally, sensitivity: Tally, specificity: Tally, level: float = 0.95) -> CorrectedRate:
    """The true rate behind a judge's verdicts; the interval holds the uncertainty of its error rates too.

    Value: Rogan and Gladen 1978. Interval: Lang and Reiczigel 2014 (Prev Vet Med 113:13-22, eq. 4 to 17). The
    three tallies must be of independent items; where the labelled items are a random part of the judged ones,
    the interval of `judged_mean` is shorter.

    Args:
        judged: (judged positive, judged).
        sensitivity: (judged positive, truly positive) of labelled items.
        specificity: (judged negative, truly negative) of labelled items.
        level: coverage of the two-sided interval.

    Raises:
        ValueError: a tally of no items or with more hits than items, a wrong level, or a judge whose
            sensitivity and specificity do not sum to more than 1: its verdicts say nothing.
    """
    check_level(level)
    for name, (hits, n) in {"judged": judged, "sensitivity": sensitivity, "specificity": specificity}.items():
        if n < 1 or not 0 <= hits <= n:
            raise ValueError(f"{name}: expected 0 <= hits <= n with n >= 1, found {hits} of {n}")
    apparent, se, sp = (hits / n for hits, n in (judged, sensitivity, specificity))
    if se + sp <= 1:
        raise ValueError(f"the judge is no better than chance: sensitivity {se:.3g}, specificity {sp:.3g}")
    value = min(max((apparent + sp - 1) / (se + sp - 1), 0.0), 1.0)
    low, high = _lang_reiczigel(judged, sensitivity, specificity, level)
    return CorrectedRate(value, min(low, value), max(high, value), apparent)


def _lang_reiczigel(judged: Tally, sensitivity: Tally, specificity: Tally, level: float) -> Interval:
    z2 = float(stats.norm.ppf((1 + level) / 2)) ** 2
    n = judged[1] + z2
    rate = (judged[0] + z2 / 2) / n
    se, sp = ((hits + 1) / (items + 2) for hits, items in (sensitivity, specificity))
    youden = se + sp - 1
    if youden <= 0:
        return Interval(0.0, 1.0)
    centre = (rate + sp - 1) / youden
    variance_se, variance_sp = se * (1 - se) / (sensitivity[1] + 2), sp * (1 - sp) / (specificity[1] + 2)
    variance = rate * (1 - rate) / n + centre**2 * variance_se + (1 - centre) ** 2 * variance_sp
    centre += 2 * z2 * (centre * variance_se - (1 - centre) * variance_sp)
    reach = float(np.sqrt(z2 * variance)) / youden
    return Interval(min(max(centre - reach, 0.0), 1.0), min(max(centre + reach, 0.0), 1.0))
