"""Claims at a margin, against statsmodels' two one-sided tests."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.weightstats import DescrStatsW

from harness.stats.equivalence import Claims, claims


def test_the_interval_at_90_percent_allows_what_the_one_sided_tests_of_statsmodels_show():
    rng = np.random.default_rng(1)
    for _ in range(200):
        data = rng.normal(rng.normal(0, 0.05), 0.2, 60)
        found = claims(*stats.t.interval(0.9, 59, data.mean(), stats.sem(data)), 0.05)
        both, above, _ = DescrStatsW(data).ttost_mean(-0.05, 0.05)
        better, beyond = (stats.ttest_1samp(data, at, alternative="greater").pvalue for at in (0, 0.05))
        assert found == Claims(above[1] < 0.05, both < 0.05, better < 0.05, beyond < 0.05)


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


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="margin"):
        claims(0, 1, -0.1)
    with pytest.raises(ValueError, match="not an interval"):
        claims(1, 0, 0.1)
