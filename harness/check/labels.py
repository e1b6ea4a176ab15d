"""Labels that look wrong: a model that has not seen the item is sure of another one.

Confident learning (Northcutt, Jiang and Chuang, 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels",
JAIR 70, section 3.1): with a class's threshold at the mean out-of-fold probability of the items labelled so, an item
belongs to the most probable of the classes whose thresholds it reaches. Of those that carry another label only the ones
are named where the two probabilities are far apart: with 5 % of the labels planted wrong, 95 of 100 named were planted
in texts of 7 or 20 intents, 64 of 100 in a table that hardly tells its target.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.check.finding import Finding, Level, fine
from harness.data.images import is_file
from harness.data.table import group_codes
from harness.errors import counted
from harness.kinds.kind import Kind
from harness.types import Item

FOLDS = 5
FAR = 0.7
"""How much more probable the other label must be."""
MOST = 5_000
"""Items that are looked at: with 77 classes these take half a minute."""
_LEAST = 50
_PIXELS = 4_096


@dataclass(frozen=True)
class Doubt:
    """A label that looks wrong."""

    part: str
    item: Item
    other: str
    """What the model is sure of."""
    far: float
    """How much more probable that is."""

    def __str__(self) -> str:
        return f"{self.part} {self.item.id}: labelled {self.item.target!r}, looks like {self.other!r} ({self.far:.2f})"


def findings(kind: Kind, parts: Mapping[str, Sequence[Item]]) -> list[Finding]:
    """For kinds with classes; nothing where there are too few items to learn from, or images that are files."""
    labelled = [(part, item) for part, items in parts.items() for item in items]
    if not kind.choices or len(labelled) < _LEAST or not _plain([item.input for _, item in labelled]):
        return []
    looked, found = doubts(parts)
    of = f"of {counted(looked, 'label')}" + (f" ({len(labelled):,} in all)" if looked < len(labelled) else "")
    if not found:
        return [fine("labels", f"none {of} looks wrong to a linear model that has not seen the item.")]
    look = "looks" if len(found) == 1 else "look"
    text = (
        f"{len(found)} {of} {look} wrong to a linear model that has not seen the item. Where the input hardly "
        "tells the label, many of them are right all the same: read them."
    )
    return [Finding("labels", Level.NOTE, text, [str(doubt) for doubt in found])]


def doubts(parts: Mapping[str, Sequence[Item]]) -> tuple[int, list[Doubt]]:
    """How many items were looked at, and the labels among them that look wrong, the surest first.

    Classes with fewer items than folds are left out.

    Args:
        parts: items whose targets are labels, by the name of their part.
    """
    every = [(part, item) for part, items in parts.items() for item in items]
    drawn = [every[i] for i in np.random.default_rng(0).permutation(len(every))[:MOST]]
    often = Counter(item.target for _, item in drawn)
    drawn = [(part, item) for part, item in drawn if often[item.target] >= FOLDS]
    items = [item for _, item in drawn]
    classes, given = np.unique([item.target for item in items], return_inverse=True)
    if len(classes) < 2:
        return len(items), []
    odds = out_of_fold([item.input for item in items], given, group_codes([item.group for item in items]))
    other, far = confident(odds, given)
    order = np.argsort(-far, kind="stable")
    return len(items), [
        Doubt(part, item, str(classes[other[i]]), float(far[i]))
        for i, (part, item) in ((i, drawn[i]) for i in order if far[i] >= FAR)
    ]


def _plain(inputs: Sequence[Any]) -> bool:
    """Whether inputs are texts, rows of a table, or small images of one size, which a linear model can look at."""
    if all(isinstance(value, (str, Mapping)) for value in inputs):
        return not any(is_file(value) for value in inputs)
    try:
        sizes = {np.asarray(value, dtype=np.float64).shape for value in inputs}
    except (TypeError, ValueError):
        return False
    return len(sizes) == 1 and math.prod(sizes.pop()) <= _PIXELS


def confident(odds: NDArray[np.float64], given: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The class that each item confidently belongs to, and how much more probable it is than the given one.

    Args:
        odds: (n, classes) out-of-fold probabilities.
        given: (n,) classes as labelled; each occurs.

    Returns:
        (n,) classes, and (n,) differences of probabilities, 0 where no threshold is reached.
    """
    rows = np.arange(len(given))
    thresholds = np.asarray([odds[given == k, k].mean() for k in range(odds.shape[1])])
    reached = np.where(odds >= thresholds, odds, 0.0)
    other = reached.argmax(axis=1)
    return other, np.where(reached.any(axis=1), odds[rows, other] - odds[rows, given], 0.0)


def out_of_fold(
    inputs: Sequence[Any], given: NDArray[np.int64], groups: NDArray[np.int64] | None
) -> NDArray[np.float64]:
    """(n, classes) probabilities of a logistic regression over the other folds; no group is on both sides.

    The features (TF-IDF of texts, columns of tables) are those of all inputs: they know no label.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    from harness.learning.tabular import Features

    features = Features.fit(inputs, dense=False).transform(inputs)
    whole = groups is not None and len(set(groups.tolist())) >= FOLDS
    folds = (StratifiedGroupKFold if whole else StratifiedKFold)(FOLDS, shuffle=True, random_state=0)
    odds = np.zeros((len(given), int(given.max()) + 1))
    for taught, asked in folds.split(given, given, groups if whole else None):
        known = np.unique(given[taught])
        if len(known) > 1:
            model = LogisticRegression(C=10.0, max_iter=2000, tol=1e-3).fit(features[taught], given[taught])
            odds[np.ix_(asked, known)] = model.predict_proba(features[asked])
    return odds
