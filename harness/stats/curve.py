"""Learning curves: a score against the number of labels, with bands, and what lies beyond the last size."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from harness.stats.arrays import FloatArray, IntArray, as_scores, check_level
from harness.stats.power_law import least_squares, power_law, variances_of_means

FARTHEST = 4.0
RESAMPLES = 2000


@dataclass(frozen=True)
class LearningCurve:
    """score = asymptote - gain * labels ** -rate, with what else the draws could have shown."""

    smallest: float
    """The fewest labels measured."""
    largest: float
    """The most labels measured; infinite for a candidate that uses none."""
    sizes: FloatArray
    """(k,) the numbers of labels measured; empty for a candidate that uses none."""
    means: FloatArray
    """(1 + resamples, k) the mean score of each size: as measured, and as other draws and items might have shown it."""
    parameters: FloatArray
    """(3,) asymptote, gain, rate; labels are counted in units of `smallest`."""
    resampled: FloatArray
    """(resamples, 3) the same from data as the curve and its noise might have given."""
    higher_is_better: bool
    """Whether a larger score is the better one."""
    misfits: tuple[str, ...]
    """Why the curve does not describe what was measured."""
    too_little: tuple[str, ...]
    """Why the curve must not be drawn on beyond what was measured."""


@dataclass(frozen=True)
class CurvePoint:
    """A learning curve at one number of labels, as fitted or as measured."""

    labels: float
    """Number of labels."""
    value: float
    """Score on the curve, or the mean measured."""
    low: float
    """Lower end of the band."""
    high: float
    """Upper end of the band."""
    extrapolated: bool
    """Whether the number of labels lies outside the sizes measured."""
    doubts: tuple[str, ...]
    """Why the point cannot be trusted; empty if it can."""


def fit_curve(
    labels: ArrayLike,
    scores: ArrayLike,
    rng: np.random.Generator,
    *,
    shifts: ArrayLike | None = None,
    higher_is_better: bool = True,
) -> LearningCurve:
    """An inverse power law (Figueroa et al. 2012) by weighted least squares, and its uncertainty.

    Sizes weigh by the variance between their draws, which is smoothed over the sizes as a power of them. The
    uncertainty is a parametric bootstrap of the size means, in which the variance is drawn too (as in a t
    interval). That is the luck of the draws of labels. The luck of the test items, which all draws share, is
    crossed with it: what resampled items would have changed is added to each resample.

    Args:
        labels: (n,) the number of labels behind each score; each size several times (draws).
        scores: (n,) the score of each draw.
        rng: source of the resamples.
        shifts: (RESAMPLES, n) each score on resampled test items minus `scores`, one row for one resample of the
            items; None leaves their luck out. Curves with the same resamples can be compared as pairs.
        higher_is_better: whether a larger score is the better one.

    Raises:
        ValueError: shapes that differ, fewer than three sizes (five if each has a single draw), a number of
            labels below 1, or a value that is not finite.
    """
    x, y = _paired(labels, scores)
    sizes, codes, draws = np.unique(x, return_inverse=True, return_counts=True)
    single = x.size == sizes.size
    if sizes.size < (5 if single else 3):
        raise ValueError(f"{sizes.size} sizes: a curve needs 5, or 3 with several draws each")
    shape, means = sizes / sizes[0], np.bincount(codes, weights=y) / draws
    variances, freedom = variances_of_means(shape, draws.astype(float), y - means[codes], codes, means)
    parameters = least_squares(shape, means[None, :], 1 / variances)
    fitted = power_law(parameters, shape[None, :])
    noise = rng.standard_normal((RESAMPLES, sizes.size)) * np.sqrt(variances)
    noise *= np.sqrt(freedom / rng.chisquare(freedom, (RESAMPLES, 1)))
    if shifts is not None:
        noise += _by_size(_checked(shifts, y.size), codes, draws)
    resampled = least_squares(shape, fitted + noise, 1 / variances)
    seen = means + np.concatenate([np.zeros((1, sizes.size)), noise])
    sign = 1.0 if higher_is_better else -1.0
    # With one draw for each size the variance comes from the curve, and says nothing against it.
    misfits = () if single else _misfits(sizes, sign * means, sign * fitted[0], variances, freedom)
    few = [f"only {sizes.size} sizes were measured"] if sizes.size < 5 else []
    unchecked = ["with one draw for each size the fit cannot be checked"] if single else []
    return LearningCurve(
        smallest=float(sizes[0]),
        largest=float(sizes[-1]),
        sizes=sizes,
        means=seen,
        parameters=parameters[0],
        resampled=resampled,
        higher_is_better=higher_is_better,
        misfits=misfits,
        too_little=tuple(few + unchecked),
    )


def _paired(labels: ArrayLike, scores: ArrayLike) -> tuple[FloatArray, FloatArray]:
    x, y = as_scores(labels), as_scores(scores)
    if x.size != y.size:
        raise ValueError(f"{y.size} scores, but {x.size} numbers of labels")
    if x.min() < 1:
        raise ValueError(f"a size is at least 1 label, found {x.min():g}")
    return x, y


def flat_curve(
    scores: ArrayLike, rng: np.random.Generator, *, shifts: ArrayLike | None = None, higher_is_better: bool = True
) -> LearningCurve:
    """The curve of a candidate that uses no labels, from its repeated scores; a single one has no luck but its items'.

    Args:
        scores: (n,) of its runs.
        rng: source of the resamples.
        shifts: (RESAMPLES, n) as those of `fit_curve`.
        higher_is_better: whether a larger score is the better one.

    Raises:
        ValueError: no scores, a value that is not finite, or shifts of another shape.
    """
    y = as_scores(scores)
    error = float(y.std(ddof=1) / np.sqrt(y.size)) if y.size > 1 else 0.0
    level = y.mean() + error * rng.standard_t(max(y.size - 1, 1), RESAMPLES)
    if shifts is not None:
        level += _checked(shifts, y.size).mean(axis=1)
    resampled = np.stack([level, np.zeros(RESAMPLES), np.ones(RESAMPLES)], axis=1)
    none, law = np.zeros(0), np.array([y.mean(), 0.0, 1.0])
    return LearningCurve(1.0, np.inf, none, np.zeros((1 + RESAMPLES, 0)), law, resampled, higher_is_better, (), ())


def _checked(shifts: ArrayLike, n: int) -> FloatArray:
    found = np.asarray(shifts, dtype=np.float64)
    if found.shape != (RESAMPLES, n) or not np.isfinite(found).all():
        raise ValueError(f"expected finite shifts of shape {(RESAMPLES, n)}, found shape {found.shape}")
    return found


def _by_size(shifts: FloatArray, codes: IntArray, draws: IntArray) -> FloatArray:
    """(RESAMPLES, k) the mean over the draws of each size."""
    means = np.zeros((codes.size, draws.size))
    means[np.arange(codes.size), codes] = 1 / draws[codes]
    found: FloatArray = shifts @ means
    return found


def curve_scores(curve: LearningCurve, labels: ArrayLike) -> FloatArray:
    """Scores at (k,) numbers of labels: row 0 is the curve, the other rows its resamples."""
    rows = np.concatenate([curve.parameters[None, :], curve.resampled])
    return power_law(rows, as_scores(labels)[None, :] / curve.smallest)


def curve_at(
    curve: LearningCurve,
    labels: float,
    *,
    level: float = 0.95,
    bounds: tuple[float, float] | None = None,
) -> CurvePoint:
    """The curve at a number of labels, with its band, and the doubts that it deserves there.

    Args:
        curve: a fitted curve.
        labels: number of labels, at least 1.
        level: pointwise coverage of the band.
        bounds: the least and the greatest score there can be; the band is cut to them.

    Raises:
        ValueError: fewer than 1 label, or a wrong level.
    """
    check_level(level)
    if not labels >= 1:
        raise ValueError(f"a curve starts at 1 label, found {labels}")
    band = _band(curve_scores(curve, [labels])[:, 0], level, bounds)
    outside = not curve.smallest <= labels <= curve.largest
    return CurvePoint(labels, *band, outside, doubts_at(curve, labels))


def measured_at(
    curve: LearningCurve, labels: float, *, level: float = 0.95, bounds: tuple[float, float] | None = None
) -> CurvePoint:
    """What was measured at a size, whatever the curve says there: the mean of its draws, with its band.

    Args:
        curve: a fitted curve.
        labels: one of the sizes measured.
        level: coverage of the band.
        bounds: the least and the greatest score there can be; the band is cut to them.

    Raises:
        ValueError: a size that was not measured, or a wrong level.
    """
    check_level(level)
    places = np.flatnonzero(curve.sizes == labels)
    if not places.size:
        raise ValueError(f"nothing was measured at {labels:g} labels")
    return CurvePoint(labels, *_band(curve.means[:, places[0]], level, bounds), extrapolated=False, doubts=())


def _band(scores: FloatArray, level: float, bounds: tuple[float, float] | None) -> tuple[float, float, float]:
    """The first score, and the ends of the band that the others give around it."""
    low, high = np.quantile(scores[1:], [(1 - level) / 2, (1 + level) / 2])
    found = np.array([scores[0], min(low, scores[0]), max(high, scores[0])])
    value, low, high = found if bounds is None else np.clip(found, *bounds)
    return float(value), float(low), float(high)


def doubts_at(curve: LearningCurve, labels: float) -> tuple[str, ...]:
    """Why the curve cannot be trusted at a number of labels; empty if it can."""
    if curve.smallest <= labels <= curve.largest:
        return curve.misfits
    far: tuple[str, ...] = ()
    if labels > FARTHEST * curve.largest:
        far = (f"{labels:g} labels are more than {FARTHEST:g} times the largest size, {curve.largest:g}",)
    elif labels < curve.smallest:
        far = (f"{labels:g} labels are fewer than the smallest size, {curve.smallest:g}",)
    return curve.misfits + curve.too_little + far


def _misfits(
    sizes: FloatArray, means: FloatArray, fitted: FloatArray, variances: FloatArray, freedom: int
) -> tuple[str, ...]:
    """What the size means, signed so that larger is better, say against the curve."""
    found = []
    spare = sizes.size - 3
    if spare:
        lack = float((np.square(means - fitted) / variances).sum()) / spare
        p_value = float(stats.f.sf(lack, spare, freedom))
        if p_value < 0.01:
            found.append(f"a power law does not fit the sizes measured (p = {p_value:.2g})")
    best = np.maximum.accumulate(means).searchsorted(means)
    fall = (means[best] - means) / np.sqrt(variances[best] + variances)
    worst = int(fall.argmax())
    if fall[worst] > stats.t.ppf(0.999, freedom):
        found.append(f"the score is worse with {sizes[worst]:g} labels than with fewer")
    return tuple(found)
