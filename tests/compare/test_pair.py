import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from harness.compare.claims import claims_of, power_of
from harness.errors import UnknownNameError
from harness.estimate import Comparison
from harness.report.comparison import comparison_json, comparison_text
from harness.run.session import Options
from tests.projects import recorded_project


def opened(root: Path, **more: Any) -> Any:
    """Of 200 items a is right on 180 and b on 150, 140 of them both."""
    a = [i < 180 for i in range(200)]
    b = [40 <= i < 180 or i >= 190 for i in range(200)]
    project = recorded_project(root, {"a": a, "b": b}, rungs={"b": "rag"}, margin=0.05, **more)
    project.run("t", (), Options(latency=False))
    return project


def test_a_tasks_candidates_are_compared_in_its_primary_metric_at_its_margin(tmp_path: Path) -> None:
    found = opened(tmp_path).compare("t", "a", "b")
    assert (found.metric, found.margin, found.n) == ("accuracy", 0.05, 200)
    assert found.table.both_right == 140
    assert found.table.only_a == 40
    assert found.table.only_b == 10
    assert found.difference.difference == pytest.approx(0.15)
    assert found.claimed.a_better_by_margin
    assert found.claimed.settled
    assert len(found.flips) == 50


def test_the_other_way_round_is_the_mirror(tmp_path: Path) -> None:
    project = opened(tmp_path)
    one, other = project.compare("t", "a", "b"), project.compare("t", "b", "a")
    assert other.difference.low == pytest.approx(-one.difference.high)
    assert other.claimed.b_better_by_margin
    assert other.tests[0] == one.tests[0]


def test_another_metric_has_no_margin_unless_it_is_given(tmp_path: Path) -> None:
    project = opened(tmp_path)
    assert project.compare("t", "a", "b", metric="macro_f1").margin == 0
    assert project.compare("t", "a", "b", metric="macro_f1", margin=0.1).margin == 0.1
    with pytest.raises(UnknownNameError, match="macro_f1"):
        project.compare("t", "a", "b", metric="macrof1")


def test_the_text_says_what_is_shown_and_the_json_lists_every_flip(tmp_path: Path) -> None:
    found = opened(tmp_path).compare("t", "a", "b")
    text = comparison_text(found)
    assert "a is better than b, by more than the margin of 0.05." in text
    assert "McNemar, exact: p = " in text
    assert "With a power of 80 % these 200 items" in text
    assert "and 30 more" in text
    read = json.loads(comparison_json(found))
    assert len(read["flips"]) == 50
    assert read["table"] == {"both_right": 140, "only_a": 40, "only_b": 10, "both_wrong": 10}


def test_groups_are_in_interval_and_test(tmp_path: Path) -> None:
    found = opened(tmp_path, groups=40).compare("t", "a", "b")
    assert found.groups == 40
    assert [test.name for test in found.tests] == ["permutation, signs of groups flipped"]


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (0.04, 0.08, {"a_better", "a_better_by_margin", "a_not_worse"}),
        (0.01, 0.02, {"a_better", "a_not_worse", "b_not_worse", "equivalent"}),
        (-0.02, 0.05, {"a_not_worse"}),
        (-0.05, 0.05, set()),
        (-0.08, -0.04, {"b_better", "b_better_by_margin", "b_not_worse"}),
    ],
)
def test_claims_follow_from_the_ends(low: float, high: float, shown: set[str]) -> None:
    claimed = claims_of(low, high, 0.03)
    assert {name for name in claimed.__struct_fields__ if getattr(claimed, name)} == shown
    mirrored = claims_of(-high, -low, 0.03, higher_is_better=False)
    assert mirrored == claimed


def test_power_is_that_of_miller_where_the_interval_is_normal() -> None:
    n, variance = 198, 1 / 9 + 2 / 6
    reach = stats.norm.ppf(0.975) * np.sqrt(variance / n)
    power = power_of(Comparison("b", 0.01, 0.01 - reach, 0.01 + reach, 0.5, n, ""), 0.0, settled=False)
    assert power is not None
    assert power.detectable == pytest.approx(0.1327, abs=1e-4)  # Miller 2024 prints 13.2 %
    wanted = (stats.norm.ppf(0.95) + stats.norm.ppf(0.8)) ** 2 * variance / 0.01**2
    assert power.items_to_settle == int(np.ceil(wanted))


def test_a_settled_comparison_needs_no_more_items() -> None:
    power = power_of(Comparison("b", 0.1, 0.05, 0.15, 0.01, 100, ""), 0.03, settled=True)
    assert power is not None
    assert power.items_to_settle is None
