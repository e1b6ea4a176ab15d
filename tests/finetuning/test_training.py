"""The training loop, on a model of one weight."""

import numpy as np
import pytest
import torch

from harness.finetuning.batches import random_batches, sorted_batches
from harness.finetuning.masters import Masters
from harness.finetuning.training import Judged, Plan, fit


class One:
    """One weight that is pulled towards 1; validation says what it is told to say."""

    def __init__(self, scores=None, items=6):
        self.weight = torch.nn.Parameter(torch.zeros(1))
        self.rows = [[0] * (i + 1) for i in range(items)]
        self.scores, self.seen, self.switched = scores, [], []

    def body(self):
        return [self.weight]

    def head(self):
        return []

    def train(self, *, on):
        self.switched.append(on)

    def loss(self, batch):
        return ((self.weight - 1) ** 2).mean()

    def judge(self):
        self.seen.append(float(self.weight.detach()))
        return None if self.scores is None else Judged(self.scores[len(self.seen) - 1], {"seen": self.seen[-1]})

    def state(self):
        return {"weight": self.weight.detach().clone()}

    def put(self, state):
        self.weight.data.copy_(state["weight"])


def plan(**more):
    return Plan(**{"epochs": 5, "patience": 2, "batch_size": 2, "rate": 0.05, **more})


def fitted(one, **more):
    return fit(one, plan(**more), np.random.default_rng(0))


def test_early_stopping_keeps_the_weights_of_the_best_epoch():
    one = One([1.0, 3.0, 2.0, 2.5, 9.0])
    history = fitted(one)
    assert len(history.epochs) == 4, "two epochs without an improvement are the end"
    assert history.kept == 1
    assert float(one.weight.detach()) == one.seen[1]
    assert one.seen[1] not in (one.seen[0], one.seen[3])
    assert history.notes["best"]["seen"] == round(one.seen[1], 4)


def test_among_equals_the_first_epoch_is_kept():
    assert fitted(One([2.0, 2.0, 2.0, 2.0, 2.0])).kept == 0


def test_without_validation_every_epoch_is_run_and_the_last_is_kept():
    one = One()
    history = fitted(one)
    assert (len(history.epochs), history.kept) == (5, 4)
    assert float(one.weight.detach()) == one.seen[-1]


def test_validation_is_looked_at_with_training_switched_off():
    one = One([1.0, 2.0])
    fitted(one, epochs=2)
    assert one.switched == [True, False, True, False]


def test_a_score_that_is_no_number_is_never_the_best():
    one = One([1.0, float("nan"), float("nan")])
    assert fitted(one, epochs=3).kept == 0


def test_each_item_stands_in_one_batch_and_the_seed_decides_which():
    rows = [[0] * (i % 7 + 1) for i in range(101)]
    batches = list(random_batches(rows, 8, np.random.default_rng(1)))
    assert sorted(i for batch in batches for i in batch) == list(range(101))
    assert len(batches) == 13
    assert batches == list(random_batches(rows, 8, np.random.default_rng(1)))
    assert batches != list(random_batches(rows, 8, np.random.default_rng(2)))
    lengths = [len(rows[i]) for batch in sorted_batches(rows, 8) for i in batch]
    assert lengths == sorted(lengths)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_steps_too_small_for_the_number_format_add_up_in_the_masters(dtype):
    """bfloat16 has 8 bits: 1 + 0.001 is 1 again. A hundred such steps are 0.1 all the same."""
    weight = torch.nn.Parameter(torch.ones(1, dtype=dtype))
    masters = Masters([weight])
    optimiser = torch.optim.SGD(masters.full, lr=0.001)
    for _ in range(100):
        (-weight.sum()).backward()
        masters.take_gradients()
        optimiser.step()
        masters.give_weights()
        optimiser.zero_grad(set_to_none=True)
    assert float(weight.detach()) == pytest.approx(1.1, abs=0.005)
    assert weight.dtype == dtype
