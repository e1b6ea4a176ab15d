"""Logistic or ridge regression on table columns, words or pixels (scikit-learn)."""

from typing import Any

from pydantic import Field

from harness.learning.supervised import Supervised
from harness.learning.tabular import Features


class Linear(Supervised):
    """Numbers are scaled, categories and words have a weight each."""

    C: float = Field(default=1.0, gt=0)
    """Inverse strength of the regularisation."""

    @property
    def dense(self) -> bool:
        """A column for each category and word."""
        return False

    def model(self, *, number: bool, features: Features, seed: int) -> Any:
        """Ridge or logistic regression."""
        from sklearn.linear_model import LogisticRegression, Ridge

        if number:
            return Ridge(alpha=1 / self.C, random_state=seed)
        return LogisticRegression(C=self.C, max_iter=5000, random_state=seed)
