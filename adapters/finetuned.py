"""Fine-tunes a small text encoder with a classification head: LoRA or all weights (transformers, peft)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from harness.adapter import Adapter, Batched, TaskView
from harness.learning.pool import choose_power, pooled
from harness.learning.words import WordModel
from harness.models.services import Services, check_embedder
from harness.prompting import as_text
from harness.types import Item, Preparation, Query, Reply, Rung

_KEPT = "labels.json"


class Finetuned(Adapter):
    """Mean pooling over an encoder, a linear head, AdamW with a one-cycle schedule, early stopping."""

    rung = Rung.TRAINED
    kinds = frozenset({"label"})

    base: str = "minilm"
    """The encoder: a short name, a folder, or `owner/repository[@revision]`."""
    method: Literal["lora", "full"] = "lora"
    epochs: int = Field(default=8, ge=1)
    """At most; stops when validation has not improved for `patience` epochs."""
    patience: int = Field(default=2, ge=1)
    learning_rate: float | None = Field(default=None, gt=0)
    """Of the encoder; by default 2e-3 for LoRA and 1e-4 for all weights."""
    head_learning_rate: float = Field(default=1e-3, gt=0)
    batch_size: int = Field(default=32, ge=1)
    max_length: int = Field(default=256, ge=8)
    """Tokens of a text that are read."""
    rank: int = Field(default=16, ge=1)
    """Of the LoRA matrices."""
    label_smoothing: float = Field(default=0.05, ge=0, lt=1)
    class_weights: bool = False
    """Weighs classes by the inverse of their frequency."""
    words: bool = False
    """Multiplies in the odds of a TF-IDF model, to a power chosen on validation: its errors are other ones."""

    def check(self, root: Path) -> None:
        """torch, peft where it is needed, and the encoder's weights."""
        from harness.models.services import need

        need("torch", "train")
        need("transformers", "train")
        if self.method == "lora":
            need("peft", "train")
        check_embedder(self.base, root)

    def unfit(self, task: TaskView) -> str | None:
        """Needs training items of at least two labels."""
        if reason := super().unfit(task):
            return reason
        return None if len({i.target for i in task.train}) > 1 else "it needs training items of at least 2 labels"

    def fingerprint(self, root: Path) -> Any:
        """The encoder's weights."""
        return Services(root).embedder(self.base).key()

    async def build(self, task: TaskView, folder: Path, seed: int, services: Services) -> Preparation:
        """Trains; keeps the epoch that is best on validation, as safetensors."""
        import asyncio

        return await asyncio.to_thread(self._train, task, folder, seed, services.root)

    async def load(self, task: TaskView, folder: Path, services: Services) -> "_Classifier":
        """Loads encoder, trained weights and head."""
        import asyncio

        return await asyncio.to_thread(self._load, folder, services.root)

    def _train(self, task: TaskView, folder: Path, seed: int, root: Path) -> Preparation:
        import torch

        torch.manual_seed(seed)
        rng = np.random.default_rng(seed)
        labels = [str(label) for label in task.kind.choices or sorted({str(i.target) for i in task.train})]
        encoder = _Encoder.load(self._base_folder(root), self.max_length)
        network = _Network(encoder, len(labels), self._adapted(encoder.model))
        train = _tokenised(encoder, task.train, labels)
        validation = _tokenised(encoder, task.validation, labels)
        history = _fit(network, train, validation, self, rng)
        network.save(folder)
        power = self._add_words(task, network, labels, folder, seed) if self.words else 0.0
        (folder / _KEPT).write_bytes(msgspec.json.encode([labels, power]))
        best = max(history, default=None, key=lambda epoch: epoch["validation_accuracy"])
        notes = {"epochs": len(history), "best": best or {}} | ({"power_of_words": power} if self.words else {})
        return Preparation(labels=len(task.labelled), notes=notes)

    def _add_words(self, task: TaskView, network: "_Network", labels: list[str], folder: Path, seed: int) -> float:
        """Chooses the power with a model that has not seen the validation items, and keeps one that has."""
        power = 1.0
        if task.validation:
            network.train(on=False)
            texts = [as_text(item.input) for item in task.validation]
            odds = _odds(network, texts)
            right = [labels.index(str(item.target)) for item in task.validation]
            power = choose_power(odds, _word_odds(_word_model(task.train, seed), texts, labels), right)
        _word_model(task.labelled, seed).save(folder)
        return power

    def _load(self, folder: Path, root: Path) -> "_Classifier":
        labels, power = msgspec.json.decode((folder / _KEPT).read_bytes(), type=tuple[list[str], float])
        encoder = _Encoder.load(self._base_folder(root), self.max_length)
        network = _Network(encoder, len(labels), self._adapted(encoder.model))
        network.restore(folder)
        return _Classifier(network, labels, WordModel.load(folder) if self.words else None, power)

    def _base_folder(self, root: Path) -> Path:
        from harness.models.weights import weights_folder

        return weights_folder(self.base, "embedding", root)

    def _adapted(self, model: Any) -> Any:
        """The encoder with LoRA matrices on every linear layer, or as it is."""
        if self.method == "full":
            return model
        from peft import LoraConfig, get_peft_model

        from harness.models.quiet import quiet_transformers

        config = LoraConfig(
            r=self.rank, lora_alpha=2 * self.rank, lora_dropout=0.0, target_modules="all-linear", bias="none"
        )
        with quiet_transformers():
            return get_peft_model(model, config, autocast_adapter_dtype=False)

    @property
    def rate(self) -> float:
        """Learning rate of the encoder."""
        return self.learning_rate or (2e-3 if self.method == "lora" else 1e-4)


@dataclass(frozen=True)
class _Encoder:
    model: Any
    tokenizer: Any
    max_length: int

    @classmethod
    def load(cls, folder: Path, max_length: int) -> "_Encoder":
        import torch
        from transformers import AutoModel, AutoTokenizer

        from harness.models.device import pick_device, pick_dtype
        from harness.models.quiet import quiet_transformers

        with quiet_transformers():
            tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
            # Dropout inside a small encoder costs half the time on a CPU and gains nothing measurable here.
            model = AutoModel.from_pretrained(
                folder,
                dtype=getattr(torch, pick_dtype()),
                hidden_dropout_prob=0.0,
                attention_probs_dropout_prob=0.0,
                trust_remote_code=False,
                use_safetensors=True,
            )
        return cls(model.to(pick_device()), tokenizer, max_length)

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        encoded = self.tokenizer(list(texts), truncation=True, max_length=self.max_length)
        return [list(ids) for ids in encoded["input_ids"]]


class _Network:
    """Encoder and head. What is trained is what requires a gradient."""

    def __init__(self, encoder: _Encoder, classes: int, body: Any) -> None:
        import torch

        self.encoder, self.body = encoder, body
        self.device = next(body.parameters()).device
        self.head = torch.nn.Linear(encoder.model.config.hidden_size, classes).to(self.device)
        self.dropout = torch.nn.Dropout(0.1)

    def logits(self, rows: Sequence[Sequence[int]]) -> Any:
        """len(rows) x classes; rows are padded on the right to the longest."""
        import torch

        width = max(map(len, rows))
        ids = torch.full((len(rows), width), self.encoder.tokenizer.pad_token_id or 0, dtype=torch.long)
        mask = torch.zeros((len(rows), width), dtype=torch.long)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = torch.tensor(row)
            mask[i, : len(row)] = 1
        ids, mask = ids.to(self.device), mask.to(self.device)
        hidden = self.body(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        weights = mask[..., None].to(hidden.dtype)
        pooled = (hidden * weights).sum(dim=1) / weights.sum(dim=1)
        return self.head(self.dropout(pooled))

    def train(self, *, on: bool) -> None:
        self.body.train(on)
        self.dropout.train(on)

    def parameters(self) -> list[Any]:
        return [p for p in self.body.parameters() if p.requires_grad]

    def state(self) -> dict[str, Any]:
        trained = {f"body.{n}": p for n, p in self.body.named_parameters() if p.requires_grad}
        head = {f"head.{n}": p for n, p in self.head.named_parameters()}
        return {name: p.detach().cpu().clone().contiguous() for name, p in (trained | head).items()}

    def put(self, state: dict[str, Any]) -> None:
        import torch

        own = {f"body.{n}": p for n, p in self.body.named_parameters()}
        own |= {f"head.{n}": p for n, p in self.head.named_parameters()}
        with torch.no_grad():
            for name, value in state.items():
                own[name].copy_(value)

    def save(self, folder: Path) -> None:
        from safetensors.torch import save_file

        save_file(self.state(), folder / "trained.safetensors")

    def restore(self, folder: Path) -> None:
        from safetensors.torch import load_file

        self.put(load_file(folder / "trained.safetensors"))
        self.train(on=False)


class _Masters:
    """Weights in float32 for the optimiser, where the network computes in bfloat16: small steps would be lost."""

    def __init__(self, parameters: Sequence[Any]) -> None:
        import torch

        self.computed = list(parameters)
        same = all(p.dtype == torch.float32 for p in self.computed)
        self.full = self.computed if same else [p.detach().float().clone().requires_grad_() for p in self.computed]

    def take_gradients(self) -> None:
        if self.full is not self.computed:
            for full, computed in zip(self.full, self.computed, strict=True):
                full.grad = None if computed.grad is None else computed.grad.float()
                computed.grad = None

    def give_weights(self) -> None:
        import torch

        if self.full is not self.computed:
            with torch.no_grad():
                for full, computed in zip(self.full, self.computed, strict=True):
                    computed.copy_(full)


@dataclass(frozen=True)
class _Tokenised:
    rows: list[list[int]]
    targets: list[int]


def _tokenised(encoder: _Encoder, items: Sequence[Item], labels: Sequence[str]) -> _Tokenised:
    place = {label: i for i, label in enumerate(labels)}
    rows = encoder.tokens([as_text(item.input) for item in items]) if items else []
    return _Tokenised(rows, [place[str(item.target)] for item in items])


def _fit(
    network: _Network, train: _Tokenised, validation: _Tokenised, settings: Finetuned, rng: np.random.Generator
) -> list[dict[str, float]]:
    """Trains until validation stops improving; leaves the best epoch's weights in the network."""
    import torch

    steps = settings.epochs * -(-len(train.rows) // settings.batch_size)
    rates = [settings.rate, settings.head_learning_rate]
    masters = _Masters(network.parameters())
    optimiser = torch.optim.AdamW(
        [{"params": masters.full, "lr": rates[0]}, {"params": network.head.parameters(), "lr": rates[1]}]
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=rates, total_steps=steps)
    weights = _class_weights(train.targets, network.head.out_features) if settings.class_weights else None
    loss_of = torch.nn.CrossEntropyLoss(
        weight=None if weights is None else weights.to(network.device), label_smoothing=settings.label_smoothing
    )
    history: list[dict[str, float]] = []
    best, best_state, since = -1.0, network.state(), 0
    for _ in range(settings.epochs):
        network.train(on=True)
        total = 0.0
        for batch in _batches(train.rows, settings.batch_size, rng):
            targets = torch.tensor([train.targets[i] for i in batch], device=network.device)
            loss = loss_of(network.logits([train.rows[i] for i in batch]), targets)
            loss.backward()
            masters.take_gradients()
            torch.nn.utils.clip_grad_norm_(masters.full, 1.0)
            optimiser.step()
            masters.give_weights()
            schedule.step()
            optimiser.zero_grad(set_to_none=True)
            total += float(loss.detach()) * len(batch)
        network.train(on=False)
        accuracy, held_out_loss = _evaluate(network, validation)
        history.append(
            {
                "loss": round(total / len(train.rows), 4),
                "validation_accuracy": round(accuracy, 4),
                "validation_loss": round(held_out_loss, 4),
            }
        )
        # Few validation items tie often; among equals the smaller loss is the better epoch.
        score = accuracy - 1e-3 * held_out_loss
        if not validation.rows or score > best:
            best, best_state, since = score, network.state(), 0
        else:
            since += 1
            if since >= settings.patience:
                break
    network.put(best_state)
    return history


def _evaluate(network: _Network, data: _Tokenised) -> tuple[float, float]:
    """Accuracy and mean cross-entropy; 0 and 0 without items."""
    import torch

    if not data.rows:
        return 0.0, 0.0
    logits = _all_logits(network, data.rows)
    targets = torch.tensor(data.targets)
    loss = torch.nn.functional.cross_entropy(logits, targets)
    return float((logits.argmax(dim=1) == targets).float().mean()), float(loss)


def _all_logits(network: _Network, rows: Sequence[Sequence[int]]) -> Any:
    """N x classes, computed in batches of similar length."""
    import torch

    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    result = torch.zeros((len(rows), network.head.out_features))
    with torch.inference_mode():
        for start in range(0, len(rows), 64):
            batch = order[start : start + 64]
            result[batch] = network.logits([rows[i] for i in batch]).float().cpu()
    return result


def _batches(rows: Sequence[Sequence[int]], size: int, rng: np.random.Generator) -> Iterator[list[int]]:
    """Random batches in random order; inside a stretch of 16 batches rows of similar length go together."""
    order = rng.permutation(len(rows)).tolist()
    batches = []
    for start in range(0, len(order), 16 * size):
        stretch = sorted(order[start : start + 16 * size], key=lambda i: len(rows[i]))
        batches += [stretch[i : i + size] for i in range(0, len(stretch), size)]
    for i in rng.permutation(len(batches)):
        yield batches[i]


def _class_weights(targets: Sequence[int], classes: int) -> Any:
    import torch

    counts = Counter(targets)
    return torch.tensor([len(targets) / (classes * max(counts[c], 1)) for c in range(classes)])


def _odds(network: _Network, texts: Sequence[str]) -> NDArray[np.float64]:
    """Probabilities, n x labels."""
    logits = _all_logits(network, network.encoder.tokens(texts))
    return np.asarray(logits.softmax(dim=1).numpy(), dtype=np.float64)


def _word_model(items: Sequence[Item], seed: int) -> WordModel:
    texts, targets = [as_text(item.input) for item in items], [str(item.target) for item in items]
    return WordModel.fit(texts, targets, ngrams=2, min_df=1, c=20.0, seed=seed)


def _word_odds(model: WordModel, texts: Sequence[str], labels: Sequence[str]) -> NDArray[np.float64]:
    """Probabilities, n x labels; 0 for a label that the model has not met."""
    odds = np.zeros((len(texts), len(labels)))
    odds[:, [labels.index(label) for label in model.labels]] = model.odds(texts)
    return odds


class _Classifier(Batched):
    batch_size = 256

    def __init__(self, network: _Network, labels: Sequence[str], words: WordModel | None, power: float) -> None:
        self._network, self._labels, self._words, self._power = network, labels, words, power

    def answers(self, queries: Sequence[Query]) -> Sequence[Reply]:
        texts = [as_text(query.input) for query in queries]
        odds = _odds(self._network, texts)
        if self._words is not None:
            odds = pooled(odds, _word_odds(self._words, texts, self._labels), self._power)
        return [self._reply(row) for row in odds]

    def _reply(self, odds: NDArray[np.float64]) -> Reply:
        best = np.argsort(-odds, kind="stable")[:3]
        return Reply(answer=self._labels[best[0]], scores={self._labels[i]: round(float(odds[i]), 6) for i in best})
