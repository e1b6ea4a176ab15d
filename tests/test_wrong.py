"""What is right is what the primary metric takes for right."""

from math import inf

import pytest

from harness.metrics import binary, classification, fields, regression, spans, text, top_k
from harness.types import Answered, Failed, Item
from harness.wrong import distance, judged

PART, FAULT = (0, 4, "part"), (5, 9, "fault")


def how(metric, target, answer, **more):
    item = Item("i", "pump leak", target)
    record = Answered("i", item.query.hash, answer=answer, **more)
    return distance(metric, item, record), judged(metric, item, record)


@pytest.mark.parametrize(
    ("metric", "target", "answer"),
    [
        (classification.accuracy(), "a", "a"),
        (classification.weighted_f1(), "a", "a"),
        (text.exact_match(), ["3 bar", "3.0 bar"], "3.0 Bar."),
        (text.token_f1(), "The pump", "pump"),
        (spans.exact("f1"), [PART, FAULT], [list(FAULT), list(PART)]),
        (spans.exact("f1"), [], []),
        (spans.averaged_f1(["part", "fault"], by_support=True), [PART], [list(PART)]),
        (fields.exact_object(0.01), {"amount": 1.0}, {"amount": 1.005}),
        (fields.field_f1(0.01), {"amount": 1.0}, {"amount": 1.005}),
        (regression.mae(), 2.0, 2.0),
        (regression.r2(), 2.0, 2),
        (regression.bias(), 2.0, 2.0),
    ],
)
def test_an_answer_with_a_perfect_score_is_right_though_it_does_not_equal_the_target(metric, target, answer) -> None:
    assert how(metric, target, answer) == (0.0, "right")


@pytest.mark.parametrize(
    ("metric", "target", "answer", "far", "words"),
    [
        (classification.macro_f1(), "a", "b", 1.0, "wrong"),
        (text.token_f1(), "red pump", "red valve", 0.5, "partly right: token_f1 0.5"),
        (spans.exact("f1"), [PART, FAULT], [list(PART)], 1 / 3, "partly right: f1 0.667"),
        (spans.exact("f1"), [PART], [list(FAULT)], 1.0, "wrong"),
        (spans.averaged_f1(["part", "fault"], by_support=True), [PART], [PART, FAULT], 0.01, None),
        (fields.field_accuracy(0), {"a": 1, "b": 2}, {"a": 1, "b": 3}, 0.5, "partly right: field_accuracy 0.5"),
        (regression.mae(), 2.0, 3.5, 1.5, "off by 1.5"),
        (regression.rmse(), 2.0, 0.0, 2.0, "off by 2"),
        (regression.r2(), 2.0, 3.5, 1.5, "off by 1.5"),
        (regression.bias(), 2.0, 1.0, 1.0, "off by 1"),
    ],
)
def test_the_distance_is_what_the_primary_metric_says_of_the_item(metric, target, answer, far, words) -> None:
    found, said = how(metric, target, answer)
    assert found == pytest.approx(far)
    assert words is None or said == words


@pytest.mark.parametrize("metric", [binary.roc_auc("yes", "no"), binary.brier("yes", "no")])
def test_under_a_metric_of_confidences_the_answer_is_held_against_the_target(metric) -> None:
    assert how(metric, "yes", "yes", scores={"yes": 0.6, "no": 0.4}) == (0.0, "right")
    assert how(metric, "no", "yes", scores={"yes": 0.6, "no": 0.4}) == (1.0, "wrong")


def test_an_answer_among_the_first_k_is_right_where_that_is_the_metric() -> None:
    sure = {"7": 0.5, "1": 0.4, "4": 0.1}
    assert how(top_k.top_k(2), "1", "7", scores=sure) == (0.0, "right")
    assert how(top_k.top_k(1), "1", "7", scores=sure) == (1.0, "wrong")


def test_no_answer_is_further_away_than_any_wrong_one() -> None:
    item = Item("i", "x", 1.0)
    assert distance(regression.mae(), item, Failed("i", item.query.hash, "Broken", "out of order")) == inf
    assert distance(regression.mae(), item, Answered("i", item.query.hash, text="perhaps")) == inf


def test_show_and_wrong_judge_numbers_by_how_far_they_are_off(lab) -> None:
    lab.write("tasks/pets/task.toml", '[task]\nkind = "number"\ninstructions = "How heavy?"\n[data]\ntest = "t.csv"\n')
    lab.write("tasks/pets/t.csv", "id,text,target\na,cat,4\nb,dog,20\nc,cow,600\n")
    lab.write("answers.csv", "id,answer\na,4.0\nb,21.5\nc,400\n")
    lab.write("harness.toml", '[candidates.old]\nadapter = "recorded"\nfile = "answers.csv"\n')
    lab.cli("run", "pets")
    assert "4.0  (right)" in lab.cli("show", "pets", "old", "a").out
    assert "21.5  (off by 1.5)" in lab.cli("show", "pets", "old", "b").out
    said = lab.cli("wrong", "pets", "old").out
    assert "2 of 3 items short of a perfect mae, the worst first" in said
    assert said.index("cow") < said.index("dog")
