"""The causal model as it was before it was fine-tuned, for what training may have broken."""

from pathlib import Path

from harness.adapter import TaskView
from harness.finetuning.asking import as_prompted
from harness.finetuning.settings import CAUSAL, FineTuning
from harness.models.services import Services
from harness.prompting import Prompted, PromptedPredictor
from harness.types import Rung


class Untrained(Prompted):
    """The model alone, asked in the same way as the fine-tuned one."""

    rung = Rung.PROMPTING

    async def load(self, task: TaskView, folder: Path, services: Services) -> PromptedPredictor:
        """Connects to the model."""
        del folder
        return PromptedPredictor(self, task, self.caller(services))


def untrained(settings: FineTuning, built_for: TaskView, other: TaskView) -> Untrained | None:
    """The model that was fine-tuned for one task, for another; None where what was trained cannot write its answers.

    An encoder's head answers the task that it was trained for, and no other.
    """
    kinds = {built_for.kind.name, other.kind.name}
    if not kinds <= CAUSAL or len({settings.base_of(kind) for kind in kinds}) > 1:
        return None
    return Untrained(**as_prompted(settings, other).model_dump())
