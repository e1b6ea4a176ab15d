"""The training loop: AdamW, a one-cycle schedule, and the epoch that validation likes best."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from harness.finetuning.batches import random_batches
from harness.finetuning.masters import Masters
from harness.finetuning.tensors import State


@dataclass(frozen=True)
class Plan:
    """How long to train, and at which rates."""

    epochs: int
    """At most."""
    patience: int
    """Epochs without an improvement after which training stops."""
    batch_size: int
    rate: float
    """Of the pretrained weights."""
    head_rate: float = 0.0
    """Of weights that start from nothing."""


@dataclass(frozen=True)
class Judged:
    """How the model does on validation."""

    score: float
    """Greater is better."""
    figures: dict[str, float]
    """What to tell about it."""


class Trainee(Protocol):
    """What is trained."""

    @property
    def rows(self) -> Sequence[Sequence[int]]:
        """Token numbers of the training items."""

    def body(self) -> list[Any]:
        """Pretrained weights that are trained."""

    def head(self) -> list[Any]:
        """Float32 weights that start from nothing; may be empty."""

    def train(self, *, on: bool) -> None:
        """Switches between training and answering."""

    def loss(self, batch: Sequence[int]) -> Any:
        """Mean loss of training items, by their places."""

    def judge(self) -> Judged | None:
        """How it does on validation; None without validation items."""

    def state(self) -> State:
        """A copy of what is trained."""

    def put(self, state: State) -> None:
        """Goes back to a state."""


@dataclass
class History:
    """Figures of each epoch, and which one was kept."""

    epochs: list[dict[str, float]] = field(default_factory=list)
    kept: int = 0

    @property
    def notes(self) -> dict[str, Any]:
        """For `Preparation.notes`."""
        return {"epochs": len(self.epochs), "best": self.epochs[self.kept]}


def fit(trainee: Trainee, plan: Plan, rng: np.random.Generator) -> History:
    """Trains until validation stops improving; leaves the best epoch's weights, without validation the last one's."""
    history, best, kept = History(), -np.inf, trainee.state()
    steps = _Steps(trainee, plan)
    for epoch in range(plan.epochs):
        trainee.train(on=True)
        loss = steps.epoch(rng)
        trainee.train(on=False)
        judged = trainee.judge()
        figures = {"loss": loss} | (judged.figures if judged else {})
        history.epochs.append({name: round(value, 4) for name, value in figures.items()})
        if judged is None or judged.score > best:
            best, kept, history.kept = judged.score if judged else best, trainee.state(), epoch
        elif epoch - history.kept >= plan.patience:
            break
    trainee.put(kept)
    return history


class _Steps:
    def __init__(self, trainee: Trainee, plan: Plan) -> None:
        import torch

        self._trainee, self._size = trainee, plan.batch_size
        self._masters = Masters(trainee.body())
        groups = [(self._masters.full, plan.rate), (trainee.head(), plan.head_rate)]
        groups = [(parameters, rate) for parameters, rate in groups if parameters]
        self._optimiser = torch.optim.AdamW([{"params": parameters, "lr": rate} for parameters, rate in groups])
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(
            self._optimiser,
            max_lr=[rate for _, rate in groups],
            total_steps=plan.epochs * -(-len(trainee.rows) // plan.batch_size),
        )

    def epoch(self, rng: np.random.Generator) -> float:
        """One pass over the training items; their mean loss."""
        import torch

        total, rows = 0.0, self._trainee.rows
        for batch in random_batches(rows, self._size, rng):
            loss = self._trainee.loss(batch)
            loss.backward()
            self._masters.take_gradients()
            torch.nn.utils.clip_grad_norm_(self._masters.full, 1.0)
            self._optimiser.step()
            self._masters.give_weights()
            self._schedule.step()
            self._optimiser.zero_grad(set_to_none=True)
            total += float(loss.detach()) * len(batch)
        return total / len(rows)
