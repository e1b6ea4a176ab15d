"""Claims at a margin, against statsmodels' two one-sided tests."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.weightstats import DescrStatsW

from harness.stats.equivalence import Claims, claims, tost


def test_p_values_equal_statsmodels():
    rng = np.random.default_rng(0)
    for _ in range(20):
        data = rng.normal(0.01, 0.2, 60)
        p_value, above, below = DescrStatsW(data).ttost_mean(-0.05, 0.05)
        found = tost(data.mean(), stats.sem(data), 0.05, df=59)
        assert found.p_equivalent == pytest.approx(p_value)
        assert found.p_non_inferior == pytest.approx(above[1])
        assert max(found.p_non_inferior, below[1]) == pytest.approx(p_value)
        assert found.p_superior == pytest.approx(stats.ttest_1samp(data, 0, alternative="greater").pvalue)
        expected = stats.ttest_1samp(data, 0.05, alternative="greater").pvalue
        assert found.p_superior_by_margin == pytest.approx(expected)


def test_the_interval_at_90_percent_allows_the_same_claims():
    rng = np.random.default_rng(1)
    for _ in range(200):
        difference, error = rng.normal(0, 0.05), rng.uniform(0.005, 0.05)
        reach = stats.t.ppf(0.95, 20) * error
        by_interval = claims(difference - reach, difference + reach, 0.05)
        assert by_interval == tost(difference, error, 0.05, df=20).claims


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (-0.01, 0.01, Claims(non_inferior=True, equivalent=True, superior=False, superior_by_margin=False)),
        (-0.01, 0.09, Claims(non_inferior=True, equivalent=False, superior=False, superior_by_margin=False)),
        (0.01, 0.02, Claims(non_inferior=True, equivalent=True, superior=True, superior_by_margin=False)),
        (0.06, 0.09, Claims(non_inferior=True, equivalent=False, superior=True, superior_by_margin=True)),
        (-0.09, 0.09, Claims(non_inferior=False, equivalent=False, superior=False, superior_by_margin=False)),
    ],
)
def test_what_an_interval_allows_at_a_margin_of_5_points(low, high, expected):
    assert claims(low, high, 0.05) == expected


def test_at_a_margin_of_0_nothing_is_equivalent():
    assert not claims(-0.001, 0.001, 0).equivalent
    assert tost(0.0, 0.01, 0).p_equivalent == pytest.approx(0.5)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="margin"):
        claims(0, 1, -0.1)
    with pytest.raises(ValueError, match="not an interval"):
        claims(1, 0, 0.1)
    with pytest.raises(ValueError, match="standard error"):
        tost(0.0, 0.0, 0.1)
