import json
from pathlib import Path

import numpy as np
import ppi_py
import pytest

from harness.compare.files import compare_recordings
from harness.compare.judged import compare_judged
from harness.errors import ComparisonError
from harness.metrics.metric import Metric
from harness.report.comparison import comparison_text

MEAN = Metric("mean score", lambda _, answer: answer, failed=None, bounds=None)


def judged(n: int, labelled: int, rng: np.random.Generator):
    """People find A better by .1; the judge finds it better by .3."""
    gold = {side: rng.random(n) < p for side, p in (("a", 0.8), ("b", 0.7))}
    judge = {side: np.where(rng.random(n) < 0.8, gold[side], side == "a").astype(float) for side in "ab"}
    return [
        {f"i{i}": (float(judge[s][i]), float(gold[s][i]) if i < labelled else None) for i in range(n)} for s in "ab"
    ]


def test_it_is_the_prediction_powered_difference() -> None:
    a, b = judged(400, 150, np.random.default_rng(1))
    found = compare_judged(MEAN, ("a", "b"), a, b, {}, 0.0)
    gold = np.array([a[f"i{i}"][1] - b[f"i{i}"][1] for i in range(150)])
    judge = np.array([a[f"i{i}"][0] - b[f"i{i}"][0] for i in range(400)])
    low, high = ppi_py.ppi_mean_ci(gold, judge[:150], judge[150:], alpha=0.05)
    assert (found.difference.low, found.difference.high) == pytest.approx((low[0], high[0]), abs=2e-3)
    assert found.kind == "judged"
    assert found.tests == ()


def test_it_holds_the_truth_where_the_judge_alone_does_not() -> None:
    rng, held, judge_held = np.random.default_rng(2), 0, 0
    for _ in range(60):
        a, b = judged(300, 100, rng)
        found = compare_judged(MEAN, ("a", "b"), a, b, {}, 0.0)
        held += found.difference.low <= 0.1 <= found.difference.high
        gaps = np.array([a[i][0] - b[i][0] for i in a])
        judge_held += abs(gaps.mean() - 0.1) <= 1.96 * gaps.std() / np.sqrt(300)
    assert held >= 52
    assert judge_held <= 10


@pytest.mark.parametrize("labelled", [1, 50])
def test_labels_on_some_items_are_needed(labelled: int) -> None:
    a, b = judged(50, labelled, np.random.default_rng(1))
    with pytest.raises(ComparisonError, match="human label"):
        compare_judged(MEAN, ("a", "b"), a, b, {}, 0.0)


def test_recordings_with_a_gold_column_are_compared_so(tmp_path: Path) -> None:
    files = []
    for name, table in zip("ab", judged(200, 60, np.random.default_rng(3)), strict=True):
        lines = [{"id": i, "score": s, **({} if g is None else {"gold": g})} for i, (s, g) in table.items()]
        path = tmp_path / f"{name}.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        files.append(path)
    found = compare_recordings(*files, np.random.default_rng(0), margin=0.05)
    assert found.kind == "judged"
    assert "PPI++, 60 human labels" in found.difference.method
    assert "random part" in comparison_text(found)
    assert compare_recordings(*files, np.random.default_rng(0), metric="gold").n == 60
