"""Keywords per label: the answer is the label with the most keywords in the text."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.adapter import Adapter, Batched, TaskView
from harness.models.services import Services
from harness.prompting import as_text
from harness.types import Query, Reply, Rung


class Rules(Adapter):
    """Keywords come from the settings, or from the task's `[keywords]`."""

    rung = Rung.BASELINE
    kinds = frozenset({"label"})

    keywords: dict[str, tuple[str, ...]] = {}
    """By label; a keyword counts as a whole word or phrase, whatever its case."""
    default: str | None = None
    """The answer where no keyword is found; by default the first label."""

    def unfit(self, task: TaskView) -> str | None:
        """Needs keywords, and only of labels that the task has."""
        if reason := super().unfit(task):
            return reason
        if not (self.keywords or task.keywords):
            return "it needs keywords per label, in its settings or as [keywords] in task.toml"
        unknown = sorted({*self.keywords, *([self.default] if self.default else [])} - set(task.kind.choices or ()))
        return f"its keywords name labels that the task has not: {', '.join(unknown)}" if unknown else None

    async def load(self, task: TaskView, folder: Path, services: Services) -> "_Keywords":
        """Compiles one pattern per label."""
        labels = task.kind.choices or ()
        return _Keywords(labels, self.keywords or task.keywords, self.default or labels[0])


class _Keywords(Batched):
    batch_size = 4096

    def __init__(self, labels: Sequence[str], keywords: Mapping[str, Sequence[str]], default: str) -> None:
        self._default = default
        self._patterns = {
            label: re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in keywords[label]), re.IGNORECASE)
            for label in labels
            if keywords.get(label)
        }

    def answers(self, queries: Sequence[Query]) -> Sequence[Reply]:
        return [self._answer(as_text(query.input)) for query in queries]

    def _answer(self, text: str) -> Reply:
        hits = {label: len(set(map(str.lower, p.findall(text)))) for label, p in self._patterns.items()}
        total = sum(hits.values())
        if not total:
            return Reply(answer=self._default)
        return Reply(
            answer=max(hits, key=lambda label: hits[label]),
            scores={label: count / total for label, count in hits.items() if count},
        )
