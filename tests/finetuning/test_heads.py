"""What heads are trained to say, by hand."""

import math

import pytest
import torch

from harness.finetuning.heads import NOWHERE, LabelHead, NumberHead, SpanHead, class_weights
from harness.learning.bio import Tags


def test_a_label_costs_the_cross_entropy_of_the_smoothed_target():
    head = LabelHead(2, smoothing=0.1, weights=None, ranked=False)
    odds = (0.8, 0.2)
    by_hand = -(0.95 * math.log(odds[0]) + 0.05 * math.log(odds[1]))
    assert float(head.loss(torch.log(torch.tensor([odds])), [0])) == pytest.approx(by_hand, rel=1e-5)


def test_a_rare_class_weighs_more():
    assert class_weights([0, 0, 0, 1], 2) == pytest.approx((4 / 6, 2.0))
    head = LabelHead(2, smoothing=0.0, weights=class_weights([0, 0, 0, 1], 2), ranked=False)
    outputs = torch.log(torch.tensor([[0.5, 0.5], [0.1, 0.9]]))
    by_hand = -(4 / 6 * math.log(0.5) + 2 * math.log(0.9)) / (4 / 6 + 2)
    assert float(head.loss(outputs, [0, 1])) == pytest.approx(by_hand, rel=1e-5)


def test_among_epochs_of_equal_accuracy_the_smaller_loss_is_better():
    head = LabelHead(2, 0.0, None, ranked=False)
    unsure, certain = torch.tensor([[0.6, 0.4]]), torch.tensor([[6.0, 0.4]])
    assert head.judge(certain, [0]).score > head.judge(unsure, [0]).score
    assert head.judge(unsure, [0]).figures["validation_accuracy"] == 1.0


def test_two_labels_are_judged_by_their_ranking_whatever_the_threshold():
    """Every positive above every negative, though all are called negative."""
    head = LabelHead(2, 0.0, None, ranked=True)
    outputs = torch.tensor([[5.0, 0.0], [4.0, 0.0], [2.0, 0.0], [1.0, 0.0]])
    assert head.judge(outputs, [0, 0, 1, 1]).figures["validation_roc_auc"] == 1.0
    assert "validation_accuracy" in head.judge(outputs, [0, 0, 0, 0]).figures, "with one class there is no ranking"


def test_a_number_is_judged_in_the_tasks_own_unit():
    head = NumberHead(mean=100.0, spread=20.0)
    outputs = torch.tensor([[0.0], [1.0]])
    assert head.numbers(outputs) == [100.0, 120.0]
    judged = head.judge(outputs, [110.0, 120.0])
    assert judged.figures["validation_mae"] == 5.0
    assert judged.score == -5.0


def test_a_target_far_out_pulls_no_harder_than_one_that_is_wrong_by_a_deviation():
    head = NumberHead(mean=0.0, spread=1.0)
    pulls = []
    for target in (1.5, 50.0):
        outputs = torch.zeros((1, 1), requires_grad=True)
        head.loss(outputs, [target]).backward()
        pulls.append(float(outputs.grad))
    assert pulls[0] == pulls[1]


def test_tokens_that_stand_nowhere_count_neither_in_the_loss_nor_in_f1():
    head = SpanHead(Tags(("part",)))
    outputs = torch.zeros((2, 3, 3))
    outputs[0, 1, 1] = 9.0
    targets = [[NOWHERE, 1, NOWHERE], [NOWHERE, 0]]
    by_hand = (math.log(2 + math.exp(9)) - 9 + math.log(3)) / 2
    assert float(head.loss(outputs, targets)) == pytest.approx(by_hand, rel=1e-4)
    outputs[1, 1, 0] = 9.0
    assert head.judge([outputs[0], outputs[1, :2]], targets).figures["validation_f1"] == 1.0


def test_while_no_span_is_found_yet_a_falling_loss_is_a_better_epoch():
    head = SpanHead(Tags(("part",)))
    early, later = torch.zeros((1, 2, 3)), torch.zeros((1, 2, 3))
    early[0, :, 0], later[0, :, 0], later[0, 0, 1] = 2.0, 2.0, 1.9
    judged = [head.judge(outputs, [[1, 0]]) for outputs in (early, later)]
    assert [one.figures["validation_f1"] for one in judged] == [0.0, 0.0]
    assert judged[1].score > judged[0].score
