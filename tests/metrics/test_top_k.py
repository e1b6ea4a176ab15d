import numpy as np
import pytest
from sklearn.metrics import top_k_accuracy_score

from harness.metrics import top_k
from tests.metrics.scoring import figure


@pytest.mark.parametrize("k", [1, 2, 5])
@pytest.mark.parametrize("levels", [None, 3])
def test_top_k_is_that_of_scikit_learn_with_and_without_ties(k, levels):
    rng = np.random.default_rng(0)
    labels = [f"c{i}" for i in range(8)]
    for _ in range(10):
        sure = rng.random((40, 8))
        sure = sure if levels is None else np.round(sure * levels) / levels
        targets = [labels[i] for i in rng.integers(8, size=40)]
        scores = [dict(zip(labels, row.tolist(), strict=True)) for row in sure]
        expected = top_k_accuracy_score(targets, sure, k=k, labels=labels)
        assert figure(top_k.top_k(k), targets, [""] * 40, scores=scores) == pytest.approx(expected, abs=1e-9)


def test_a_candidate_without_confidences_has_one_answer():
    assert figure(top_k.top_k(5), ["a", "b", "c"], ["a", "c", None]) == pytest.approx(1 / 3)
