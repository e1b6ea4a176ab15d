"""Confidences that were recorded with answers, or in place of them."""

import asyncio
import json
from types import SimpleNamespace

import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from harness.adapter import TaskView
from harness.errors import ConfigError, DataError
from harness.kinds.registry import make_kind
from harness.metrics.metric import Metric
from harness.plugins import load_adapter_class
from harness.project import bundled
from harness.run.runner import as_record
from harness.types import Item, Query

YES_NO = ("binary", {"labels": ("ham", "spam"), "positive": "spam"})
ANIMALS = ("label", {"labels": ("cat", "dog", "owl")})


def records(root, declared, lines, name="said.jsonl", **settings):
    name_of_kind, table = declared
    kind = make_kind(name_of_kind, table, [], "task.toml", root)
    if name.endswith(".jsonl"):
        lines = [json.dumps({"id": str(i), **line}) for i, line in enumerate(lines)]
    (root / name).write_text("\n".join(lines))
    adapter = load_adapter_class(bundled() / "adapters" / "recorded.py")(file=name, **settings)
    view, services = TaskView("t", kind, "?", []), SimpleNamespace(root=root)
    queries = [Query(str(i), "text") for i in range(len(lines) - (not name.endswith(".jsonl")))]

    async def go():
        await adapter.build(view, root, 0, services)
        return await (await adapter.load(view, root, services)).predict(queries)

    return kind, [as_record(query, reply, kind, None) for query, reply in zip(queries, asyncio.run(go()), strict=True)]


def figure(metric: Metric, targets, found):
    scores = [
        metric.score(Item(str(i), "text", target), one)
        for i, (target, one) in enumerate(zip(targets, found, strict=True))
    ]
    return float(metric.aggregate(scores, [[1] * len(scores)])[0])


def test_of_yes_or_no_one_number_is_the_confidence_in_yes_and_scikit_learn_agrees_on_what_follows(tmp_path):
    sure = [0.9, 0.2, 0.6, 0.55, 0.1, 0.7]
    targets = ["spam", "ham", "spam", "ham", "spam", "ham"]
    kind, found = records(tmp_path, YES_NO, [{"confidence": one} for one in sure])
    assert [one.answer for one in found] == ["spam", "ham", "spam", "spam", "ham", "spam"]
    truth = [target == "spam" for target in targets]
    assert figure(kind.metric("roc_auc"), targets, found) == pytest.approx(roc_auc_score(truth, sure), abs=1e-12)
    assert figure(kind.metric("brier"), targets, found) == pytest.approx(brier_score_loss(truth, sure), abs=1e-12)
    expected = average_precision_score(truth, sure)
    assert figure(kind.metric("average_precision"), targets, found) == pytest.approx(expected, abs=1e-12)


def test_an_answer_that_was_recorded_stands_whatever_its_confidence(tmp_path):
    lines = [{"answer": "ham", "confidence": 0.8}, {"answer": "spam", "confidence": 0.8}]
    _, found = records(tmp_path, YES_NO, lines)
    assert (found[0].answer, found[0].scores["spam"]) == ("ham", 0.8)


ANSWERS = [
    {"answer": "ham", "confidence": 0.93},
    {"answer": "ham", "confidence": 0.75},
    {"answer": "spam", "confidence": 0.875},
]


def test_of_yes_or_no_one_number_may_be_the_answers(tmp_path):
    _, found = records(tmp_path, YES_NO, ANSWERS, confidence_of="answer")
    assert [one.answer for one in found] == ["ham", "ham", "spam"]
    assert [one.scores["spam"] for one in found] == pytest.approx([0.07, 0.25, 0.875])


def test_numbers_that_contradict_most_answers_are_refused_with_the_setting(tmp_path):
    with pytest.raises(DataError, match=r":1: here and in 2 of 3 lines .*in 'spam'.*confidence_of = \"answer\""):
        records(tmp_path, YES_NO, ANSWERS)
    other_way = [{"answer": "ham", "confidence": 0.1}, {"answer": "spam", "confidence": 0.9}]
    records(tmp_path, YES_NO, other_way, confidence_of="answer")  # half of them is no more than half
    with pytest.raises(DataError, match=r"in 2 of 3 lines .*'the answer'.*confidence_of = \"positive\""):
        records(tmp_path, YES_NO, [*other_way, {"answer": "ham", "confidence": 0.2}], confidence_of="answer")


def test_lines_without_a_label_an_answer_or_one_number_contradict_nothing(tmp_path):
    lines = [
        {"answer": "ham", "confidence": 0.2},
        {"answer": "ham", "confidence": {"spam": 0.9}},
        {"answer": "eggs", "confidence": 0.9},
        {"confidence": 0.9},
        {"answer": "ham"},
        {"answer": "ham", "confidence": 0.9, "error": "timed out"},
    ]
    records(tmp_path, YES_NO, lines)


@pytest.mark.parametrize("declared", [YES_NO, ANIMALS])
def test_a_column_of_confidences_may_be_left_alone(tmp_path, declared):
    label = declared[1]["labels"][0]
    _, found = records(tmp_path, declared, [{"answer": label, "confidence": 93, "": 93}], confidence="")
    assert (found[0].answer, found[0].scores) == (label, None)


def test_of_more_labels_one_number_is_the_answers_and_an_object_names_them(tmp_path):
    lines = [
        {"answer": "cat", "confidence": 0.7},
        {"confidence": {"dog": 0.3, "owl": 0.6}},
        {"answer": "cow", "confidence": 0.5},
    ]
    _, found = records(tmp_path, ANIMALS, lines)
    assert [one.answer for one in found] == ["cat", "owl", None]
    assert [one.scores for one in found] == [{"cat": 0.7}, {"dog": 0.3, "owl": 0.6}, None]


def test_a_csv_file_may_hold_objects_and_another_separator(tmp_path):
    lines = ["id;answer;sure", '0;dog;"{""dog"": 0.5, ""cat"": 0.25}"', "1;owl;", "2;cat;0.75"]
    _, found = records(tmp_path, ANIMALS, lines, "said.csv", separator=";", confidence="sure")
    assert [one.answer for one in found] == ["dog", "owl", "cat"]
    assert [one.scores for one in found] == [{"dog": 0.5, "cat": 0.25}, None, {"cat": 0.75}]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            {"answer": "cat", "confidence": 70},
            'line 1|:1: confidence: found 70, expected a number from 0 to 1. With confidence = "" a candidate',
        ),
        ({"answer": "cat", "confidence": "high"}, "found 'high', expected a number. With confidence = \"\""),
        ({"confidence": {"dgo": 0.5}}, "confidence: no label named 'dgo'; did you mean 'dog'"),
        ({"confidence": 0.5}, "found 0.5 and no answer; name the labels"),
        ({"answer": "cat", "confidence": "{broken"}, "expected an object of labels"),
    ],
)
def test_a_confidence_that_cannot_be_is_named_with_its_line(tmp_path, line, said):
    with pytest.raises(ConfigError, match=said):
        records(tmp_path, ANIMALS, [line])


def test_kinds_without_labels_leave_a_column_of_that_name_alone(tmp_path):
    _, found = records(tmp_path, ("text", {}), [{"answer": "3 bar", "confidence": "very"}])
    assert (found[0].answer, found[0].scores) == ("3 bar", None)
