"""Kind `binary`: yes or no, and how sure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from harness.errors import ConfigError, UnknownNameError, suggestion
from harness.kinds.declared import Declared
from harness.kinds.fault import Fault
from harness.kinds.label import Label
from harness.metrics import binary, classification
from harness.metrics.metric import Metric

_POSITIVE = ("yes", "true", "1", "positive")
"""Labels that need not be named as the positive one."""
_SURE: dict[str, Callable[[str, str], Metric]] = {
    "roc_auc": binary.roc_auc,
    "average_precision": binary.average_precision,
    "brier": binary.brier,
    "ece": binary.expected_calibration_error,
}
_SAID: dict[str, Callable[[str], Metric]] = {
    "precision": classification.precision,
    "recall": classification.recall,
    "f1": classification.f1,
    "prevalence": binary.prevalence,
}


@dataclass(frozen=True)
class Binary:
    """One of two labels. Metrics of confidence read `Reply.scores`; the others the answer itself.

    An adapter with a confidence chooses its operating threshold on validation and answers by it: see
    `harness.metrics.threshold`.
    """

    positive: str
    negative: str
    name: str = "binary"

    @property
    def choices(self) -> tuple[str, ...]:
        """The negative label, then the positive one."""
        return (self.negative, self.positive)

    @property
    def schema(self) -> None:
        """There are choices instead."""

    def key(self) -> Any:
        """Name and labels."""
        return [self.name, self.negative, self.positive]

    def ask(self) -> str:
        """Asks for one of the two."""
        return f"Answer with exactly one of these two and nothing else: {self.positive}; {self.negative}."

    def write(self, target: Any, asked: Any = None) -> str:
        """The label itself."""
        return str(target)

    def parse(self, text: str, asked: Any = None) -> str | None:
        """The label that the text states, read as in kind `label`."""
        return Label(self.choices).parse(text)

    def fault(self, text: str, answer: Any, asked: Any = None) -> Fault | None:
        """As in kind `label`."""
        return Label(self.choices).fault(text, answer)

    def check(self, target: Any, asked: Any = None) -> str:
        """The label; true and false, 1 and 0 are the labels of that name."""
        label = spelled(target)
        if label not in self.choices:
            raise ValueError(f"{target!r} is neither of the two labels{suggestion(label, self.choices)}")
        return label

    def accept(self, answer: Any, asked: Any = None) -> str:
        """As a target: it is one or it is none."""
        return self.check(answer, asked)

    def metric(self, name: str) -> Metric:
        """`roc_auc`, `average_precision`, `brier`, `ece`; `precision`, `recall`, `f1`, `accuracy`; `prevalence`."""
        if name in _SURE:
            return _SURE[name](self.positive, self.negative)
        if name in _SAID:
            return replace(_SAID[name](self.positive), name=name)
        if name == "accuracy":
            return classification.accuracy()
        raise UnknownNameError("metric of kind binary", name, [*_SURE, *_SAID, "accuracy"])

    def default_metrics(self) -> tuple[str, ...]:
        """ROC-AUC; precision, recall and F1 of the answers; average precision and calibration."""
        return ("roc_auc", "precision", "recall", "f1", "average_precision", "brier", "ece")


def make_binary(declared: Declared) -> Binary:
    """The kind of a task: its two `labels` (or those of the targets) and which one is `positive`.

    Raises:
        ConfigError: not two labels, or it is not clear which is positive.
    """
    labels = tuple(label.strip() for label in declared.settings.get("labels") or ()) or tuple(
        sorted({spelled(t) for t in declared.targets if t is not None} - {""})
    )
    if len(set(labels)) != 2 or len(labels) != 2:
        found = ", ".join(map(repr, labels[:5])) or "none"
        raise ConfigError(f"{declared.where}: a task of kind binary has exactly 2 labels, found {found}.")
    named = declared.settings.get("positive")
    positive = [label for label in labels if label == named or (named is None and label.lower() in _POSITIVE)]
    if len(positive) != 1:
        raise ConfigError(
            f"{declared.where}: [task] positive: found {named!r}; say which of the two labels is looked for, e.g. "
            f'positive = "{labels[1]}".'
        )
    (negative,) = (label for label in labels if label != positive[0])
    return Binary(positive[0], negative)


def spelled(target: Any) -> str:
    """A raw target as a label: `true` for true, `1` for 1 and 1.0, no blanks around it."""
    if isinstance(target, bool):
        return str(target).lower()
    return str(int(target)) if isinstance(target, float) and target.is_integer() else str(target).strip()
