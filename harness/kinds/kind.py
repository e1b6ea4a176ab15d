"""What a kind is."""

from typing import Any, Protocol

from harness.kinds.fault import Fault
from harness.metrics.metric import Metric


class Kind(Protocol):
    """What the answers of a task are. An instance belongs to one task and knows its settings."""

    @property
    def name(self) -> str:
        """The word in `task.toml`: `label`, `number`, ..."""

    @property
    def choices(self) -> tuple[str, ...] | None:
        """The permitted answers in a fixed order, where there are finitely many."""

    @property
    def schema(self) -> dict[str, Any] | None:
        """JSON schema of the permitted answers, where they are JSON."""

    def key(self) -> Any:
        """JSON-like value that changes whenever asking, parsing or checking would."""

    def ask(self) -> str:
        """The sentence of a prompt that says what form the answer must have."""

    def write(self, target: Any, asked: Any = None) -> str:
        """A target in the form that `ask` asks for: how an example of a few-shot prompt is answered.

        `asked` is the input that it belongs to, here and below; only a kind that points into its input needs it.
        """

    def parse(self, text: str, asked: Any = None) -> Any:
        """The answer that `text` holds, or None where it holds none."""

    def fault(self, text: str, answer: Any, asked: Any = None) -> Fault | None:
        """What is wrong with the form of what was said; None where it has the form that `ask` asks for.

        Args:
            text: as it was said; empty where the answer did not come as a text.
            answer: what `parse` made of it.
            asked: the input.
        """

    def check(self, target: Any, asked: Any = None) -> Any:
        """The target in its final form; raises ValueError that says what is wrong with it."""

    def accept(self, answer: Any, asked: Any = None) -> Any:
        """An answer that came as such and not as a text, in its final form.

        What may be wrong in part stays as far as it reads, and is counted wrong; raises ValueError where nothing reads.
        """

    def metric(self, name: str) -> Metric:
        """The metric of that name; raises UnknownNameError."""

    def default_metrics(self) -> tuple[str, ...]:
        """Names of the metrics where the task names none, the primary one first."""
