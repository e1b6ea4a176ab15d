"""JSON and texts by a fine-tuned causal model."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from harness.adapter import TaskView
from harness.errors import RunError
from harness.finetuning import tensors
from harness.finetuning.asking import Asked, as_prompted
from harness.finetuning.beside import Beside
from harness.finetuning.examples import example
from harness.finetuning.language import LanguageTrainee
from harness.finetuning.lora import adapted
from harness.finetuning.settings import FineTuning
from harness.finetuning.training import fit
from harness.finetuning.tuned import Tuned
from harness.models.api import Message
from harness.models.caller import Caller
from harness.models.local import LocalModel, load_causal
from harness.models.services import Services
from harness.models.weights import weights_folder
from harness.types import Call, Item, Preparation, Query

_Lesson = tuple[list[Message], str]
"""What the model is sent, and what it is to answer."""


async def build(
    settings: FineTuning,
    task: TaskView,
    folder: Path,
    seed: int,
    services: Services,
    beside: Beside | None = None,
) -> Preparation:
    """Trains on the messages that asking sends; keeps the epoch with the least loss on validation."""
    asked = Asked(settings, task, Caller(LocalModel(_weights(settings, task), services.root)), beside)
    lessons = [await _lessons(asked, task, items) for items in (task.train, task.validation)]
    return await asyncio.to_thread(_train, settings, task, lessons, folder, seed, services.root)


async def load(
    settings: FineTuning, task: TaskView, folder: Path, services: Services, beside: Beside | None = None
) -> Asked:
    """The model, which is loaded when it is first asked."""
    tuned = Tuned(folder, settings.method, settings.rank)
    caller = Caller(LocalModel(_weights(settings, task), services.root, tuned), cache=services.cache)
    return Asked(settings, task, caller, beside)


def foreseen(settings: FineTuning, task: TaskView, query: Query) -> Sequence[Call]:
    """The call that a query is going to take."""
    return as_prompted(settings, task).foreseen(task, query)


async def _lessons(asked: Asked, task: TaskView, items: Sequence[Item]) -> list[_Lesson]:
    sent = await asked.messages(items)
    return [(messages, task.kind.write(i.target, i.input)) for messages, i in zip(sent, items, strict=True)]


def _train(
    settings: FineTuning, task: TaskView, lessons: Sequence[Sequence[_Lesson]], folder: Path, seed: int, root: Path
) -> Preparation:
    import torch

    tokenizer, model = load_causal(weights_folder(_weights(settings, task), "language", root))
    longest = settings.length_of(task.kind.name)
    parts = [[example(tokenizer, messages, answer) for messages, answer in part] for part in lessons]
    train, validation = ([e for e in part if len(e.row) <= longest] for part in parts)
    left_out = sum(map(len, parts)) - len(train) - len(validation)
    if not train:
        shortest = min(len(e.row) for e in parts[0])
        raise RunError(
            f"{task.name}: no training item fits into {longest} tokens, the shortest has {shortest}: raise max_length."
        )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        trainee = LanguageTrainee(adapted(model, settings.method, settings.rank), train, validation)
        history = fit(trainee, settings.plan(task.kind.name), np.random.default_rng(seed))
    tensors.save(trainee.state(), folder)
    notes = history.notes | ({"left_out_for_length": left_out} if left_out else {})
    return Preparation(labels=len(task.labelled), notes=notes)


def _weights(settings: FineTuning, task: TaskView) -> str:
    return settings.base_of(task.kind.name).removeprefix("local/")
