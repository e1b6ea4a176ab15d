"""Kind `text`: an answer in words."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.errors import UnknownNameError
from harness.kinds.declared import Declared
from harness.kinds.fault import Fault, said_nothing
from harness.metrics import ngrams, text
from harness.metrics.metric import Metric

_METRICS: dict[str, Callable[[], Metric]] = {
    "exact_match": text.exact_match,
    "token_f1": text.token_f1,
    "rouge_l": text.rouge_l,
    "bleu": ngrams.bleu,
    "chrf": ngrams.chrf,
}
_LABEL = re.compile(r"\s*(?:the\s+)?answer\s*(?:is)?\s*:\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Text:
    """A short answer. A target is one text, or several of which any will do."""

    no_answer: str | None = None
    """What to answer to a question that the passages do not answer."""
    name: str = "text"

    @property
    def choices(self) -> None:
        """Any text."""

    @property
    def schema(self) -> None:
        """Free text."""

    def key(self) -> Any:
        """Name and what stands for no answer."""
        return [self.name, self.no_answer]

    def ask(self) -> str:
        """Asks for the answer alone."""
        form = "Answer as briefly as possible, with the answer alone and no explanation."
        if self.no_answer is None:
            return form
        return f'{form} If what you were given does not answer the question, answer exactly "{self.no_answer}".'

    def write(self, target: Any, asked: Any = None) -> str:
        """The first of the targets."""
        return text.targets_of(target)[0]

    def parse(self, text: str, asked: Any = None) -> str | None:
        """The text without white space around it and without a leading "Answer:"; None where nothing is left."""
        said = text.strip()
        marked = _LABEL.match(said)
        return (said[marked.end() :] if marked else said) or None

    def fault(self, text: str, answer: Any, asked: Any = None) -> Fault | None:
        """A refusal, which is no answer unless the task has one for what is not known."""
        said = text or (answer if isinstance(answer, str) else "")
        return None if answer is not None and answer == self.no_answer else said_nothing(said)

    def abstains(self, said: str) -> bool:
        """Whether a text is what stands for no answer, up to what `text.normal` takes away."""
        return self.no_answer is not None and text.normal(said) == text.normal(self.no_answer)

    def check(self, target: Any, asked: Any = None) -> str | list[str]:
        """One text, or several different ones."""
        texts = [target] if isinstance(target, (str, int, float)) else target
        if not isinstance(texts, list) or not texts or not all(isinstance(t, (str, int, float)) for t in texts):
            raise ValueError(f"found {target!r}, expected a text or a list of texts of which any will do")
        final = list(dict.fromkeys(str(t).strip() for t in texts))
        if not all(final):
            raise ValueError("an empty text is no target; name what stands for no answer in [task] no_answer")
        return final[0] if len(final) == 1 else final

    def accept(self, answer: Any, asked: Any = None) -> str:
        """One text: only of a target may any of several do."""
        texts = text.targets_of(self.check(answer, asked))
        if len(texts) > 1:
            raise ValueError(f"found {len(texts)} texts, an answer is one")
        return texts[0]

    def metric(self, name: str) -> Metric:
        """`exact_match`, `token_f1`, `rouge_l`, `bleu`, `chrf`."""
        if name not in _METRICS:
            raise UnknownNameError("metric of kind text", name, _METRICS)
        return _METRICS[name]()

    def default_metrics(self) -> tuple[str, ...]:
        """Exact match, token F1 and ROUGE-L; BLEU and chrF need a package and are named."""
        return ("exact_match", "token_f1", "rouge_l")


def make_text(declared: Declared) -> Text:
    """The kind of a task, with its `no_answer`."""
    return Text(declared.settings.get("no_answer"))
