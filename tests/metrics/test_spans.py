import warnings

import numpy as np
import pytest
from seqeval import metrics as reference

from harness.metrics import spans
from tests.metrics.scoring import figure

TYPES = ("part", "fault", "action")


def _tags(found, n):
    tags = ["O"] * n
    for start, end, kind in found:
        tags[start:end] = [f"B-{kind}"] + [f"I-{kind}"] * (end - start - 1)
    return tags


def _drawn(rng, n=20, types=TYPES):
    found, at = [], int(rng.integers(4))
    while at < n:
        end = min(n, at + int(rng.integers(1, 4)))
        found.append([at, end, str(rng.choice(types))])
        at = end + int(rng.integers(1, 5))
    return found


def _cases():
    rng = np.random.default_rng(0)
    for _ in range(15):
        targets = [_drawn(rng) for _ in range(10)]
        answers = [[s for s in t if rng.random() < 0.7] if rng.random() < 0.6 else _drawn(rng) for t in targets]
        yield targets, answers
    yield [[], []], [[], []]
    yield [[[0, 2, "part"]], []], [[], []]
    yield [[], []], [[[0, 2, "part"]], []]
    yield [[[0, 2, "part"]]], [[[0, 2, "fault"]]]


def _micro(name):
    return {"f1": reference.f1_score, "precision": reference.precision_score, "recall": reference.recall_score}[name]


@pytest.mark.parametrize("name", ["f1", "precision", "recall"])
def test_micro_figures_are_those_of_seqeval(name):
    for targets, answers in _cases():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tags = [[_tags(x, 20) for x in side] for side in (targets, answers)]
            expected = _micro(name)(*tags, average="micro", zero_division=0)
        held = {"f1": [*targets, *answers], "precision": answers, "recall": targets}[name]
        expected = expected if any(held) else np.nan
        assert figure(spans.exact(name), targets, answers) == pytest.approx(expected, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("average", ["macro", "weighted"])
def test_averages_over_types_are_those_of_seqeval(average):
    for targets, answers in _cases():
        tags = [[_tags(x, 20) for x in side] for side in (targets, answers)]
        if all(t == "O" for side in tags for row in side for t in row):
            expected = 0.0
        else:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                expected = reference.f1_score(*tags, average=average, zero_division=0)
        metric = spans.averaged_f1(TYPES, by_support=average == "weighted")
        assert figure(metric, targets, answers) == pytest.approx(expected, abs=1e-9)


def test_figures_of_one_type_are_those_of_seqeval_with_that_type_alone():
    for targets, answers in _cases():
        only = [[[s for s in x if s[2] == "part"] for x in side] for side in (targets, answers)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tags = [[_tags(x, 20) for x in side] for side in only]
            expected = reference.f1_score(*tags, average="micro", zero_division=0)
        expected = expected if any(s for side in only for s in side) else np.nan
        assert figure(spans.exact("f1", "part"), targets, answers) == pytest.approx(expected, abs=1e-9, nan_ok=True)


def test_partial_recall_counts_spans_of_which_a_character_was_found_under_the_same_type():
    target = [[0, 5, "part"], [6, 9, "part"], [10, 12, "fault"]]
    answer = [[4, 6, "part"], [10, 12, "part"]]
    assert figure(spans.partial_recall(), [target], [answer]) == pytest.approx(1 / 3)
    assert figure(spans.partial_recall("part"), [target], [answer]) == 0.5


def test_an_item_that_failed_counts_as_one_that_found_nothing():
    targets = [[[0, 1, "part"]], [[2, 3, "fault"]]]
    assert figure(spans.exact("recall"), targets, [targets[0], None]) == 0.5
    assert figure(spans.averaged_f1(TYPES, by_support=False), targets, [targets[0], None]) == 0.5
    assert figure(spans.exact_match(), targets, [targets[0], None]) == 0.5
    assert figure(spans.exact("f1"), targets, [None, None]) == 0


def test_support_counts_spans_by_type():
    assert spans.support([[[0, 1, "part"], [2, 3, "part"]], []], TYPES) == {"part": 2, "fault": 0, "action": 0}
