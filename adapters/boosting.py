"""Gradient-boosted trees on table columns, or on a few dimensions of a text (scikit-learn or LightGBM)."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from harness.learning.supervised import Supervised
from harness.learning.tabular import Features
from harness.models.services import need


class Boosting(Supervised):
    """Histogram gradient boosting; empty cells and categories need no preparation."""

    library: Literal["scikit-learn", "lightgbm"] = "scikit-learn"
    """Whose trees: LightGBM's are an extra, and quicker on many rows."""
    learning_rate: float = Field(default=0.1, gt=0)
    rounds: int = Field(default=100, ge=1)
    """Trees per class."""
    leaves: int = Field(default=31, ge=2)
    """Of a tree, at most."""

    @property
    def dense(self) -> bool:
        """A column of codes for all categories, and few dimensions for a text."""
        return True

    def check(self, root: Path) -> None:
        """LightGBM, where it is asked for."""
        if self.library == "lightgbm":
            need("lightgbm", "lightgbm")

    def fingerprint(self, root: Path) -> Any:
        """The versions of the libraries."""
        from importlib.metadata import version

        own = super().fingerprint(root)
        return [own, version("lightgbm")] if self.library == "lightgbm" else own

    def model(self, *, number: bool, features: Features, seed: int) -> Any:
        """A regressor or a classifier."""
        if self.library == "lightgbm":
            return self._lightgbm(number=number, seed=seed)
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        kind = HistGradientBoostingRegressor if number else HistGradientBoostingClassifier
        return kind(
            learning_rate=self.learning_rate,
            max_iter=self.rounds,
            max_leaf_nodes=self.leaves,
            categorical_features=list(features.categorical) or None,
            random_state=seed,
        )

    def beside(self, features: Features) -> dict[str, Any]:
        """LightGBM is told here which columns hold categories."""
        told = self.library == "lightgbm" and features.categorical
        return {"categorical_feature": list(features.categorical)} if told else {}

    def _lightgbm(self, *, number: bool, seed: int) -> Any:
        from lightgbm import LGBMClassifier, LGBMRegressor

        kind = LGBMRegressor if number else LGBMClassifier
        return kind(
            learning_rate=self.learning_rate,
            n_estimators=self.rounds,
            num_leaves=self.leaves,
            random_state=seed,
            deterministic=True,
            force_row_wise=True,  # what is deterministic asks for it, and else the quicker way is found by timing
            verbose=-1,
        )
