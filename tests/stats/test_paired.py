"""Two candidates on the same items: tables, tests and intervals."""

import math

import numpy as np
import pytest
from scipy import optimize, stats
from statsmodels.stats.contingency_tables import mcnemar as sm_mcnemar

from harness.stats.paired import Agreement, agreement, compare_means, mcnemar
from harness.stats.permutation import sign_flip_p, swap_p
from harness.stats.tango import tango


def rng(seed=0):
    return np.random.default_rng(seed)


def mean(values, counts):
    return counts @ np.asarray(values) / counts.sum(axis=1)


def test_the_agreement_table_counts_all_four_kinds():
    assert agreement([1, 1, 1, 0, 0], [1, 0, 0, 1, 0]) == Agreement(1, 2, 1, 1)


def test_mcnemar_reference_figures():
    found = mcnemar(Agreement(101, 121, 59, 33))
    assert found.chi2 == pytest.approx(21.356, abs=5e-4)
    assert found.chi2_corrected == pytest.approx(20.672, abs=5e-4)
    assert found.p_value == pytest.approx(4.43e-6, rel=2e-3)


def test_mcnemar_equals_statsmodels():
    random = rng(1)
    for _ in range(30):
        table = Agreement(*(int(x) for x in random.integers(1, 40, 4)))
        square = [[table.both, table.only_a], [table.only_b, table.neither]]
        found = mcnemar(table)
        assert found.p_value == pytest.approx(sm_mcnemar(square, exact=True).pvalue)
        assert found.chi2 == pytest.approx(sm_mcnemar(square, exact=False, correction=False).statistic)
        expected = sm_mcnemar(square, exact=False, correction=True).statistic
        if table.only_a != table.only_b:  # statsmodels lets the correction overshoot 0
            assert found.chi2_corrected == pytest.approx(expected)


def test_without_discordant_items_nothing_is_shown():
    assert mcnemar(Agreement(5, 0, 0, 5)) == (0, 0, 1)


def test_tango_reference_figure():
    assert tango(40, 20, 160) == pytest.approx((0.03086, 0.21806), abs=1e-4)


@pytest.mark.parametrize(("b", "c", "n"), [(7, 2, 40), (1, 0, 12), (0, 30, 35), (150, 149, 300)])
def test_tangos_ends_are_where_the_score_test_just_rejects(b, c, n):
    """The score test with the restricted likelihood maximised numerically, not by Tango's formula."""

    def score(difference):
        def minus_log_likelihood(share):  # share of items only B gets right; A's is greater by the difference
            rest = 1 - 2 * share - difference
            parts = ((b, share + difference), (c, share), (n - b - c, rest))
            return -sum(k * math.log(max(p, 1e-300)) for k, p in parts if k)

        low, high = max(0.0, -difference), (1 - difference) / 2
        found = optimize.minimize_scalar(
            minus_log_likelihood, bounds=(low, high), method="bounded", options={"xatol": 1e-12}
        )
        variance = n * (2 * found.x + difference * (1 - difference))
        return (b - c - n * difference) / math.sqrt(variance)

    for end in tango(b, c, n):
        if abs(end) < 1:
            assert abs(score(end)) == pytest.approx(1.959964, abs=2e-3)


@pytest.mark.parametrize(("b", "c", "n"), [(0, 0, 5), (5, 0, 5), (0, 5, 5), (0, 0, 1), (1, 0, 1), (2, 2, 4), (3, 0, 9)])
def test_tango_is_symmetric_and_holds_the_estimate_at_every_edge(b, c, n):
    low, high = tango(b, c, n)
    assert -1 <= low <= (b - c) / n <= high <= 1
    assert high > low
    assert tango(c, b, n) == pytest.approx((-high, -low))


def test_tango_refuses_impossible_counts():
    with pytest.raises(ValueError, match="no items"):
        tango(0, 0, 0)
    with pytest.raises(ValueError, match="do not fit"):
        tango(3, 3, 5)


def test_tango_is_continuous_at_the_edges():
    assert tango(1e-9, 0, 50) == pytest.approx(tango(0, 0, 50), abs=1e-4)
    assert tango(50 - 1e-9, 0, 50) == pytest.approx(tango(50, 0, 50), abs=1e-4)


def test_sign_flips_of_few_clusters_come_near_the_exact_p():
    differences = np.array([1.0, 2, 3, 4, 5, 6, -1])
    exact = stats.permutation_test((differences,), np.sum, permutation_type="samples", n_resamples=np.inf).pvalue
    assert sign_flip_p(differences, rng(), draws=50_000) == pytest.approx(exact, abs=0.005)


def test_sign_flips_of_scores_of_0_and_1_are_the_exact_mcnemar():
    differences = np.r_[np.ones(14), -np.ones(5), np.zeros(60)]
    exact = mcnemar(Agreement(30, 14, 5, 30)).p_value
    assert sign_flip_p(differences, rng(), draws=50_000) == pytest.approx(exact, abs=0.005)


def test_clusters_flip_as_a_whole():
    groups = np.repeat(np.arange(5), 20)
    assert sign_flip_p(np.ones(100), rng(), groups, draws=20_000) == pytest.approx(2 / 32, abs=0.006)


def test_permutation_p_values_are_never_0():
    assert sign_flip_p(np.ones(200), rng(), draws=999) == 1 / 1000
    right, wrong = np.ones(200, dtype=int), np.zeros(200, dtype=int)
    assert swap_p(mean, [0, 1], right, wrong, rng(), draws=999) == 1 / 1000


def test_swapping_is_flipping_signs_where_the_aggregate_is_a_mean():
    random = rng(2)
    a, b = random.integers(0, 4, 60), random.integers(0, 4, 60)
    values, groups = [0.0, 0.3, 0.5, 1.0], random.integers(0, 25, 60)
    differences = np.take(values, a) - np.take(values, b)
    for cluster in (None, groups):
        swapped = swap_p(mean, values, a, b, rng(3), groups=cluster, draws=20_000)
        flipped = sign_flip_p(differences, rng(4), cluster, draws=20_000)
        assert swapped == pytest.approx(flipped, abs=0.02)


def test_equal_candidates_have_p_1():
    assert sign_flip_p(np.zeros(20), rng()) == 1
    codes = rng(5).integers(0, 2, 30)
    assert swap_p(mean, [0, 1], codes, codes, rng(6)) == 1


def test_binary_scores_without_groups_get_tango_and_mcnemar():
    a, b = np.repeat([1, 0, 1, 0], [40, 20, 60, 40]), np.repeat([0, 1, 1, 0], [40, 20, 60, 40])
    found = compare_means(a, b, None, True, rng())
    assert found.difference == pytest.approx(0.125)
    assert (found.low, found.high) == pytest.approx((0.03086, 0.21806), abs=1e-4)
    assert found.p_value == pytest.approx(stats.binomtest(40, 60).pvalue)
    assert found.table == Agreement(60, 40, 20, 40)
    assert (found.n, found.clusters) == (160, 160)


def test_other_scores_get_the_paired_t():
    random = rng(7)
    a, b = random.normal(1, 1, 50), random.normal(0.5, 1, 50)
    found = compare_means(a, b, None, False, rng())
    expected = stats.ttest_rel(a, b)
    assert found.p_value == pytest.approx(expected.pvalue)
    assert (found.low, found.high) == pytest.approx(tuple(expected.confidence_interval()))
    assert found.table is None


def test_groups_widen_the_interval_of_a_paired_difference():
    random = rng(8)
    groups = np.repeat(np.arange(30), 10)
    a = random.normal(size=300) + random.normal(size=30)[groups]
    b = random.normal(size=300)
    plain, grouped = (compare_means(a, b, g, False, rng()) for g in (None, groups))
    assert grouped.high - grouped.low > 1.5 * (plain.high - plain.low)
    assert grouped.clusters == 30


def test_identical_candidates_have_an_interval_around_0():
    for binary, scores in ((True, [1, 0, 1, 1] * 10), (False, [0.2, 0.9, 0.4, 1.0] * 10)):
        for groups in (None, np.repeat(np.arange(10), 4)):
            found = compare_means(scores, scores, groups, binary, rng(), bounds=(-1.0, 1.0))
            assert found.difference == 0
            assert -1 < found.low < 0 < found.high < 1
            assert found.p_value == 1


def test_nothing_is_known_of_equal_differences_that_nothing_bounds():
    found = compare_means([2.5, 2.5], [2.5, 2.5], None, False, rng())
    assert (found.low, found.high, found.p_value) == (-math.inf, math.inf, 1.0)
    assert "nothing bounds the score" in found.method


def test_the_t_interval_of_three_items_is_not_cut_to_the_scores_that_were_seen():
    found = compare_means([1.0, 2.0, 3.0], [1.0, 1.0, 1.0], None, False, rng())
    expected = stats.ttest_rel([1.0, 2.0, 3.0], [1.0, 1.0, 1.0]).confidence_interval()
    assert (found.low, found.high) == pytest.approx(tuple(expected))
    assert found.high > 3.4


def test_a_group_that_holds_half_of_the_items_does_not_pass_for_many():
    """Of 25 items beside 25 single ones: with one degree of freedom less than groups it covers 80 %."""
    random, held = rng(21), 0
    groups = np.r_[np.zeros(25, dtype=int), np.arange(1, 26)]
    for _ in range(400):
        scores = [random.normal(size=26)[groups] * 0.4 + random.normal(size=50) for _ in range(2)]
        found = compare_means(scores[0], scores[1], groups, False, random)
        held += found.low <= 0 <= found.high
    assert held / 400 >= 0.92


def test_a_constant_difference_is_significant_although_nothing_varies():
    a = np.linspace(0.1, 0.9, 9) * 2
    found = compare_means(a.round() + 1, a.round(), None, False, rng())
    assert found.difference == 1
    assert found.p_value < 0.01
    assert found.low < 1 < found.high


def test_different_items_are_refused():
    with pytest.raises(ValueError, match="pair them"):
        compare_means([1, 0], [1], None, True, rng())
    with pytest.raises(ValueError, match="no scores"):
        compare_means([], [], None, True, rng())
    with pytest.raises(ValueError, match="0 and 1"):
        compare_means([1, 0.5], [1, 0], None, True, rng())


@pytest.mark.parametrize(("n", "discordant", "difference"), [(30, 0.3, 0.1), (100, 0.2, 0.05), (1000, 0.1, 0.0)])
def test_tango_covers(n, discordant, difference):
    shares = [(discordant + difference) / 2, (discordant - difference) / 2, 1 - discordant]
    draws = rng(9).multinomial(n, shares, size=1000)
    hits = [low <= difference <= high for low, high in (tango(b, c, n) for b, c, _ in draws)]
    assert 0.93 <= np.mean(hits) <= 0.975
