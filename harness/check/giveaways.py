"""Columns that give the target away: an id or a feature that predicts it alone."""

import re
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.check.finding import Finding, Level, fine
from harness.errors import counted
from harness.learning.tabular import as_number, as_row, is_numeric
from harness.types import Item

SUSPICIOUS = 0.98
"""Share of test items (or of the variance of a number) from which a column alone is suspicious."""
_LEAVES = 32
_DIGITS = re.compile(r"\d+")
_WORDS = re.compile(r"[^\W\d_]+")
_PIECES = re.compile(r"\d+|[^\W\d_]+")
_FEWEST = 20
"""Items each side below which a column may predict by chance."""


def findings(kind: str, test: Sequence[Item], train: Sequence[Item]) -> list[Finding]:
    """A small decision tree on each column of the training items, held against the test items."""
    if kind not in ("label", "binary", "number", "image-label") or min(len(test), len(train)) < _FEWEST:
        return []
    # The name of the part in an id ("a-17" in train, "a-t3" in test) must not hide the rest of it.
    words = set.intersection(*({word for item in items for word in _WORDS.findall(item.id)} for items in (test, train)))
    cells: dict[str, Callable[[Item], Any]] = {"words of the id": partial(_word, words), "number in the id": _counter}
    for name in train[0].input if isinstance(train[0].input, dict) else ():
        cells[name] = partial(_cell, name)
    found = []
    for what, cell in cells.items():
        taught, asked = ([cell(item) for item in items] for items in (train, test))
        share = predicts_alone(kind, taught, [i.target for i in train], asked, [i.target for i in test])
        if share >= SUSPICIOUS:
            found.append(f"{what}: {share:.1%}")
    if not found:
        return [fine("giveaways", "no column predicts the target alone.")]
    many = counted(len(found), "column predicts", "columns predict")
    text = f"{many} the target alone. Is that known when the question is asked?"
    return [Finding("giveaways", Level.WARNING, text, found)]


def predicts_alone(
    kind: str, taught: Sequence[Any], targets: Sequence[Any], asked: Sequence[Any], actual: Sequence[Any]
) -> float:
    """How well one column predicts the target: accuracy, or the share of the variance of a number.

    0 where the column is no better than half-way from what the most frequent target reaches to being always right.
    """
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    known, new = _codes(taught, asked)
    tree = DecisionTreeRegressor if kind == "number" else DecisionTreeClassifier
    model = tree(max_leaf_nodes=max(_LEAVES, 2 * len(set(map(str, targets)))), min_samples_leaf=2, random_state=0)
    score = float(model.fit(known, list(targets)).score(new, list(actual)))
    if kind == "number":
        return score
    trivial = max(list(actual).count(t) for t in set(actual)) / len(actual)
    return score if score > (1 + trivial) / 2 else 0.0


def _codes(taught: Sequence[Any], asked: Sequence[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Numbers as they are, anything else by its place in the order of the training items' values."""
    numbers = [as_number(cell) for cell in taught]
    if is_numeric(taught) and any(v is not None for v in numbers):
        new = [as_number(cell) for cell in asked]
        return _column([np.nan if v is None else v for v in numbers]), _column(
            [np.nan if v is None else v for v in new]
        )
    place = {text: i for i, text in enumerate(sorted({str(cell) for cell in taught}))}
    return _column([place[str(cell)] for cell in taught]), _column([place.get(str(cell), -1) for cell in asked])


def _column(cells: Sequence[Any]) -> NDArray[np.float64]:
    return np.asarray(cells, dtype=np.float64)[:, None]


def _cell(column: str, item: Item) -> Any:
    return as_row(item.input).get(column)


def _word(known: Collection[str], item: Item) -> str:
    """The words of an id that are known, with `#` for each number."""
    pieces = ("#" if piece[0].isdigit() else piece for piece in _PIECES.findall(item.id))
    return " ".join(piece for piece in pieces if piece == "#" or piece in known)


def _counter(item: Item) -> float:
    found = _DIGITS.findall(item.id)
    return float(found[-1][:15]) if found else -1.0
