"""Kind `image-label`: one label for an image."""

from dataclasses import dataclass

from harness.errors import UnknownNameError
from harness.kinds.label import Label
from harness.metrics import top_k
from harness.metrics.metric import Metric


@dataclass(frozen=True)
class ImageLabel(Label):
    """One label out of `labels` for an image: rows of grey values, or a file."""

    name: str = "image-label"

    def metric(self, name: str) -> Metric:
        """As in kind `label`, and `top_K`, e.g. `top_5`."""
        if metric := top_k.named(name):
            return metric
        try:
            return super().metric(name)
        except UnknownNameError as error:
            raise UnknownNameError(error.what, name, [*error.known, "top_5"]) from None

    def default_metrics(self) -> tuple[str, ...]:
        """Accuracy (top-1), top-5 and macro F1."""
        return ("accuracy", "top_5", "macro_f1")
