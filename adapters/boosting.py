"""Gradient-boosted trees on table columns, or on a few dimensions of a text (scikit-learn)."""

from typing import Any

from pydantic import Field

from harness.learning.supervised import Supervised
from harness.learning.tabular import Features


class Boosting(Supervised):
    """Histogram gradient boosting; empty cells and categories need no preparation."""

    learning_rate: float = Field(default=0.1, gt=0)
    rounds: int = Field(default=100, ge=1)
    """Trees per class."""
    leaves: int = Field(default=31, ge=2)
    """Of a tree, at most."""

    @property
    def dense(self) -> bool:
        """A column of codes for all categories, and few dimensions for a text."""
        return True

    def model(self, *, number: bool, features: Features, seed: int) -> Any:
        """A regressor or a classifier."""
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        kind = HistGradientBoostingRegressor if number else HistGradientBoostingClassifier
        return kind(
            learning_rate=self.learning_rate,
            max_iter=self.rounds,
            max_leaf_nodes=self.leaves,
            categorical_features=list(features.categorical) or None,
            random_state=seed,
        )
