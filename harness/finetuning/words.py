"""The opinion of a TF-IDF model, whose errors are other ones than an encoder's."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from harness.finetuning.reader import LabelRead, Reader
from harness.learning.words import WordModel
from harness.prompting import as_text
from harness.types import Context, Item


@dataclass(frozen=True)
class WordOpinion:
    """Labels by the words of a text."""

    model: WordModel
    labels: Sequence[str]

    def odds(self, read: LabelRead) -> NDArray[np.float64]:
        """Probabilities, n x labels; 0 for a label that the model has not met."""
        odds = np.zeros((len(read.texts), len(self.labels)))
        odds[:, [self.labels.index(label) for label in self.model.labels]] = self.model.odds(read.texts)
        return odds

    def contexts(self, read: LabelRead) -> Sequence[tuple[Context, ...]]:
        """Weights cannot be shown item by item."""
        return [()] * len(read.texts)

    def save(self, folder: Path) -> None:
        """As arrays and JSON."""
        self.model.save(folder)


class Words:
    """Fits a model of words and pairs of words."""

    name = "words"

    def fit(self, items: Sequence[Item], reader: Reader, seed: int) -> WordOpinion:
        """From the items' texts alone."""
        texts, targets = [as_text(item.input) for item in items], [str(item.target) for item in items]
        model = WordModel.fit(texts, targets, ngrams=2, min_df=1, c=20.0, seed=seed)
        return WordOpinion(model, reader.labels)

    def load(self, folder: Path, reader: Reader) -> WordOpinion:
        """What was kept."""
        return WordOpinion(WordModel.load(folder), reader.labels)
