"""The normal mixture boundary: how far a sub-Gaussian sum may wander if it is looked at without end."""

import numpy as np
from scipy import optimize, stats


def normal_mixture_boundary(
    v: float, alpha: float, v_opt: float, alpha_opt: float = 0.05, one_sided: bool = False
) -> float:
    """The curve that a 1-sub-Gaussian sum with variance process `v` ever crosses with probability `alpha`.

    Howard, Ramdas, McAuliffe and Sekhon 2021 (arXiv 1810.08240), section 3.2, with confseq's choice of the
    mixing variance: the one that makes the curve lowest at `v_opt` for `alpha_opt`.

    Args:
        v: accumulated variance, at least 0.
        alpha: probability of crossing, for both sides together unless `one_sided`.
        v_opt: the variance at which to be tightest, above 0.
        alpha_opt: the probability of crossing for which to be tightest there.
        one_sided: bound the sum from above only.

    Raises:
        ValueError: an argument outside its range.
    """
    tail = 2 * alpha_opt if one_sided else alpha_opt
    if v < 0 or v_opt <= 0 or not 0 < alpha < 1 or not 0 < tail < 1:
        raise ValueError(f"outside their ranges: v={v}, alpha={alpha}, v_opt={v_opt}, alpha_opt={alpha_opt}")
    rho = v_opt / (-2 * np.log(tail) + np.log1p(-2 * np.log(tail)))
    scale = np.sqrt(v + rho)
    both_sides = float(scale * np.sqrt(np.log1p(v / rho) - 2 * np.log(alpha)))
    if not one_sided:
        return both_sides

    def log_capital_over_alpha(total: float) -> float:
        z = total / scale
        return float(np.log(2) - np.log1p(v / rho) / 2 + z**2 / 2 + stats.norm.logcdf(z) + np.log(alpha))

    # At -10 scales the density is below 1/20; at the two-sided curve the one-sided capital is no smaller.
    return float(optimize.brentq(log_capital_over_alpha, -10 * scale, both_sides, xtol=1e-10))
