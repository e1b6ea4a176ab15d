"""Kind `label`: one out of a fixed set of labels."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from harness.errors import UnknownNameError, suggestion
from harness.kinds.fault import Fault, said_nothing
from harness.metrics import classification
from harness.metrics.metric import Metric

_WHOLE: dict[str, Callable[[], Metric]] = {
    "accuracy": classification.accuracy,
    "macro_f1": classification.macro_f1,
    "weighted_f1": classification.weighted_f1,
}
_PER_CLASS: dict[str, Callable[[str], Metric]] = {
    "precision": classification.precision,
    "recall": classification.recall,
    "f1": classification.f1,
}
_MARK = re.compile(r"(?:answer|label)\s*(?:is)?\s*:", re.IGNORECASE)
_REACH = 80
"""Characters before and after a label in which a negation is looked for."""
_APART = r"[ \t\-_\"'’`*“”„«»]+"
"""What may stand between a negation and what it negates; a comma, a full stop or a line ends its reach."""
_NEGATION = re.compile(
    rf"(?<!\w)(?:(?:not|\w+n['’]t|cannot|never|nicht|nie|pas|jamais)(?:{_APART}(?!(?:but|sondern|mais)\W)\w+){{0,3}}?"
    rf"|(?:no|non|neither|nor|kein\w{{0,2}}|aucune?|ni)(?:{_APART}\w+)?){_APART}$"
)
"""At the end of what stands before a label."""
_DENIAL = re.compile(r"[\"'’`*“”«»]*\s*[?:]\s*(?:no|nein|non)\s*(?:[.,;!]|$)")
"""At the beginning of what stands after it."""


@dataclass(frozen=True)
class Label:
    """One label out of `labels`."""

    labels: tuple[str, ...]
    name: str = "label"

    @property
    def choices(self) -> tuple[str, ...]:
        """The labels."""
        return self.labels

    @property
    def schema(self) -> None:
        """There are choices instead."""

    def key(self) -> Any:
        """Name and labels."""
        return [self.name, *self.labels]

    def ask(self) -> str:
        """Lists the labels and asks for exactly one."""
        return "Answer with exactly one of these labels and nothing else: " + "; ".join(self.labels) + "."

    def write(self, target: Any, asked: Any = None) -> str:
        """The label itself."""
        return str(target)

    def parse(self, text: str, asked: Any = None) -> str | None:
        """The label that the text states.

        A text that is a label, up to case, quotes and punctuation, is that label. Otherwise what follows the last
        "answer:" or "label:" counts, then the whole text, if exactly one label is named there as whole words (a
        label that is part of a longer one that is named does not count) and not negated ("this is not spam"). Anything
        else is no answer.
        """
        bare = text.strip().strip("\"'`*.").strip()
        if bare in self.labels:
            return bare
        spoken, by_name = _normal(text), self._by_name
        if spoken in by_name:
            return by_name[spoken]
        marked = _MARK.split(text)
        for part in [marked[-1], text] if len(marked) > 1 else [text]:
            named = _named(part, by_name)
            if len(named) == 1 and all(named.values()):
                return by_name[next(iter(named))]
        return None

    @cached_property
    def _by_name(self) -> dict[str, str]:
        """Labels by their words; those that share them ("C" and "C++") are known only as they are written."""
        names = [_normal(label) for label in self.labels]
        return {name: label for name, label in zip(names, self.labels, strict=True) if name and names.count(name) == 1}

    def fault(self, text: str, answer: Any, asked: Any = None) -> Fault | None:
        """A label that the task has not, or several of its labels, or one negated; anything longer is no answer."""
        if answer is not None:
            return None
        if fault := said_nothing(text):
            return fault
        if _named(text, self._by_name):
            return Fault.FORMAT
        longest = max(len(name.split()) for name in map(_normal, self.labels))
        said = _MARK.split(text)[-1].strip()
        short = "\n" not in said and 0 < len(_normal(said).split()) <= longest + 1
        return Fault.LABELS if short else Fault.UNPARSEABLE

    def check(self, target: Any, asked: Any = None) -> str:
        """Refuses a label that is not declared. A number or a truth value is the label that is written so.

        Blanks around it are no part of it.
        """
        label = str(target).strip() if isinstance(target, (str, int)) else None
        if label not in self._declared:
            raise ValueError(f"label {target!r} is not declared{suggestion(str(target), self.labels)}")
        return self._declared[label]  # one text for all items of a label, however many there are

    @cached_property
    def _declared(self) -> dict[str | None, str]:
        return {label: label for label in self.labels}

    def accept(self, answer: Any, asked: Any = None) -> str:
        """As a target: it is one or it is none."""
        return self.check(answer, asked)

    def metric(self, name: str) -> Metric:
        """`accuracy`, `macro_f1`, `weighted_f1`, or `precision[LABEL]`, `recall[LABEL]`, `f1[LABEL]`."""
        if name in _WHOLE:
            return _WHOLE[name]()
        family, _, label = name.removesuffix("]").partition("[")
        if family in _PER_CLASS and label in self.labels:
            return _PER_CLASS[family](label)
        if family in _PER_CLASS and name.endswith("]"):
            raise UnknownNameError(f"metric of kind {self.name}", name, [f"{family}[{one}]" for one in self.labels])
        raise UnknownNameError(f"metric of kind {self.name}", name, [*_WHOLE, *(f"{f}[LABEL]" for f in _PER_CLASS)])

    def default_metrics(self) -> tuple[str, ...]:
        """Accuracy, and both averages of F1."""
        return ("accuracy", "macro_f1", "weighted_f1")


def _normal(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", _spelled(text)))


def _spelled(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _named(text: str, labels: Iterable[str]) -> dict[str, bool]:
    """The labels that stand in `text` as whole words, and whether the last place says that it is this one.

    The longest are looked for first, so that parts of them do not count.
    """
    found, text = {}, _spelled(text)
    for label in sorted(labels, key=len, reverse=True):
        pattern = r"(?<![^\W_])" + r"[\W_]+".join(label.split()) + r"(?![^\W_])"
        places = list(re.finditer(pattern, text))
        if places:
            start, end = places[-1].span()
            before, after = text[max(start - _REACH, 0) : start], text[end : end + _REACH]
            found[label] = not (_NEGATION.search(before) or _DENIAL.match(after))
            text = re.sub(pattern, "\0", text)
    return found
