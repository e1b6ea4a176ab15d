"""Settings of every adapter that fine-tunes, what it needs on this machine, and which of them fit which kind."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from harness.adapter import Adapter, TaskView
from harness.errors import UnavailableError
from harness.finetuning.training import Plan
from harness.models.services import Services, check_embedder, check_model, need
from harness.types import Rung

Method = Literal["lora", "full"]
CAUSAL = frozenset({"json", "text"})
"""Kinds that a causal language model writes; an encoder with a head answers the others."""
_CLASSES = frozenset({"label", "binary"})
_ENCODED = _CLASSES | {"number", "spans"}
_ENCODER, _LANGUAGE, _LOCAL = "minilm", "local/smollm2-135m-instruct", "local/"
_RATES = {
    (False, "lora"): 2e-3,
    (False, "full"): 1e-4,
    (True, "lora"): 1e-3,
    (True, "full"): 5e-5,
}
_ONLY: Mapping[str, frozenset[str]] = {
    "head_learning_rate": _ENCODED,
    "label_smoothing": _CLASSES,
    "class_weights": _CLASSES,
    "max_new_tokens": CAUSAL,
}
"""Settings that only some kinds read."""


class FineTuning(Adapter):
    """LoRA or all weights, AdamW with a one-cycle schedule, early stopping on validation."""

    rung = Rung.TRAINED

    base: str | None = None
    """An encoder (a short name, a folder, or `owner/repository[@revision]`) or, for json and text, `local/` and a
    causal model; by default minilm, and local/smollm2-135m-instruct."""
    method: Method = "lora"
    epochs: int = Field(default=8, ge=1)
    """At most; stops when validation has not improved for `patience` epochs."""
    patience: int = Field(default=2, ge=1)
    learning_rate: float | None = Field(default=None, gt=0)
    """Of the pretrained weights; by default 2e-3 for LoRA on an encoder and 1e-4 for all its weights, 1e-3 and 5e-5 on
    a causal model."""
    head_learning_rate: float = Field(default=1e-3, gt=0)
    batch_size: int | None = Field(default=None, ge=1)
    """By default 32 for labels and 8 for the other kinds."""
    max_length: int | None = Field(default=None, ge=8)
    """Tokens of a text that an encoder reads, by default 256. Of a causal model: training items that are longer,
    answer included, are left out; by default 1024."""
    rank: int = Field(default=16, ge=1)
    """Of the LoRA matrices."""
    label_smoothing: float = Field(default=0.05, ge=0, lt=1)
    class_weights: bool = False
    """Weighs classes by the inverse of their frequency."""
    max_new_tokens: int = Field(default=256, ge=1)
    """Tokens of a written answer at most."""

    def check(self, root: Path) -> None:
        """torch, peft where it is needed, and weights; with no `base` named, those of either default will do."""
        need("torch", "train")
        need("transformers", "train")
        if self.method == "lora":
            need("peft", "train")
        missing = [problem for base in self._bases() if (problem := _missing(base, root))]
        if len(missing) == len(self._bases()):
            raise missing[0]

    def unfit(self, task: TaskView) -> str | None:
        """Needs training items that differ in their targets, and settings that belong to the task's kind."""
        if reason := super().unfit(task):
            return reason
        return self._wrong_setting(task.kind.name) or self._wrong_base(task.kind.name) or _too_little(task)

    def fingerprint(self, root: Path) -> Any:
        """The weights it starts from."""
        services = Services(root)
        keys = [
            services.model(base).model.key() if base.startswith(_LOCAL) else services.embedder(base).key()
            for base in self._bases()
        ]
        return keys[0] if self.base else keys

    def base_of(self, kind: str) -> str:
        """What is fine-tuned for a task of that kind."""
        return self.base or (_LANGUAGE if kind in CAUSAL else _ENCODER)

    def length_of(self, kind: str) -> int:
        """Tokens at most."""
        return self.max_length or (1024 if kind in CAUSAL else 256)

    def plan(self, kind: str) -> Plan:
        """How long to train, and at which rates."""
        causal = kind in CAUSAL
        return Plan(
            epochs=self.epochs,
            patience=self.patience,
            batch_size=self.batch_size or (32 if kind in _CLASSES else 8),
            rate=self.learning_rate or _RATES[causal, self.method],
            head_rate=self.head_learning_rate,
        )

    def readers(self) -> Mapping[str, frozenset[str]]:
        """Settings that only some kinds read, and which kinds."""
        return _ONLY

    def _bases(self) -> tuple[str, ...]:
        return (self.base,) if self.base else (_ENCODER, _LANGUAGE)

    def _wrong_setting(self, kind: str) -> str | None:
        fields = type(self).model_fields
        for name, kinds in self.readers().items():
            if kind not in kinds and getattr(self, name) != fields[name].default:
                return (
                    f"{name} is for answers of kind {' or '.join(sorted(kinds))}, the task's are {kind}: leave it out"
                )
        return None

    def _wrong_base(self, kind: str) -> str | None:
        causal = self.base_of(kind).startswith(_LOCAL)
        if causal and kind not in CAUSAL:
            return (
                f'base = "{self.base}" is a causal model; a task of kind {kind} takes an encoder: base = "{_ENCODER}"'
            )
        if not causal and kind in CAUSAL:
            return f'base = "{self.base}" is no causal model here; a task of kind {kind} takes base = "{_LANGUAGE}"'
        return None


def _missing(base: str, root: Path) -> UnavailableError | None:
    try:
        if base.startswith(_LOCAL):
            check_model(base, root)
        else:
            check_embedder(base, root)
    except UnavailableError as error:
        return error
    return None


def _too_little(task: TaskView) -> str | None:
    kind = task.kind.name
    if kind in CAUSAL:
        return None if task.train else "it needs training items"
    if kind == "spans":
        return None if any(item.target for item in task.train) else "it needs training items with spans"
    if len({item.target for item in task.train}) > 1:
        return None
    return "it needs training items " + (
        "with at least 2 different numbers" if kind == "number" else "of at least 2 labels"
    )
