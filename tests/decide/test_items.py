"""How many items would settle it."""

from math import inf

from scipy import stats

from harness.decide.items import for_bound
from harness.estimate import Estimate
from harness.stats.proportion import clopper_pearson


def of(right, n):
    ends = clopper_pearson(right, n, 0.9)
    return Estimate(right / n, ends.low, ends.high, ends.low, ends.high, 0.95, n, 0, "Wilson, exact bounds")


def test_where_nothing_failed_the_plan_is_none_failing():
    assert for_bound(of(200, 200), 0.99, counted=True).words.startswith("299 items if none fails")


def test_where_some_failed_already_the_plan_counts_them():
    """Four failures show 99 % from the n on at which Binomial(n, .01) has at most four with 5 % or less."""
    words = for_bound(of(496, 500), 0.99, counted=True).words
    least = next(n for n in range(500, 2000) if stats.binom.cdf(4, n, 0.01) <= 0.05)
    assert words.startswith(f"{least} items if no further one fails")


def test_a_figure_without_an_end_cannot_be_planned_and_is_not_said_to_lie_on_the_bound():
    same = Estimate(0.5, -inf, inf, -inf, inf, 0.95, 30, 0, "bootstrap")
    plan = for_bound(same, 3.0, counted=False)
    assert plan.items is None
    assert "scored the same" in plan.words


def test_a_higher_level_takes_more_items():
    alone, paid = (for_bound(of(200, 200), 0.99, counted=True, level=level) for level in (0.95, 0.9975))
    assert paid.words.startswith("597 items if none fails")  # ln .0025 / ln .99 = 596.2
    assert paid.items > alone.items
