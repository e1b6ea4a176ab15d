"""Inputs as numbers, for the models of scikit-learn: table rows, texts, images, or a mixture of them.

What a column holds is read off the training items: a column in which nearly every cell that is not empty is a number
is a number, one with texts of many words is a text, any other is a category.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Role = Literal["number", "category", "text"]
_WORD = re.compile(r"(?u)\b\w\w+\b")
NUMERIC = 0.9
"""Share of numbers among the cells of a column from which it is one of numbers, and the rest is missing."""
_MISSING = frozenset({"na", "n/a", "<na>", "nan", "null", "none", "k.a.", "k. a.", "#nv", "#n/a", "-", "–", "?", "."})
"""Usual words for no value, in a column of numbers."""
_LONG = 3.0
"""Mean number of words from which a column is a text."""
_CATEGORIES = 200
"""Categories of a column that are told apart; the rarer ones count as one."""
_TOPICS = 64
"""Dimensions of a text where features must be dense."""


@dataclass(frozen=True)
class Features:
    """A fitted way from inputs to a matrix. Empty and unseen cells are allowed everywhere."""

    roles: Mapping[str, Role]
    transformer: Any
    """A fitted `ColumnTransformer` over columns by number."""
    categorical: tuple[int, ...] = ()
    """Columns of the matrix that hold codes of categories."""

    @classmethod
    def fit(cls, inputs: Sequence[Any], *, dense: bool, seed: int = 0) -> "Features":
        """Features of training inputs.

        Args:
            inputs: of n training items.
            dense: whether a category is one column of codes and a text a few dense dimensions, as trees like it;
                otherwise categories and words have a column each, and numbers mean 0 and variance 1.
            seed: of the dimensions of a text.
        """
        from sklearn.compose import ColumnTransformer

        rows = [as_row(value) for value in inputs]
        columns = list(dict.fromkeys(name for row in rows for name in row))
        plain = all(isinstance(value, str) for value in inputs)
        roles = {name: _role([row.get(name) for row in rows], plain=plain) for name in columns}
        numbers, categories = ([i for i, c in enumerate(columns) if roles[c] == r] for r in ("number", "category"))
        words = {name: _words([row.get(name) for row in rows]) for name in columns if roles[name] == "text"}
        texts = [(f"text {c}", _text(w, dense=dense, seed=seed), columns.index(c)) for c, w in words.items()]
        steps = [("numbers", _numbers(dense=dense), numbers), ("categories", _categories(dense=dense), categories)]
        transformer = ColumnTransformer([*steps, *texts], sparse_threshold=0.0 if dense else 0.3)
        transformer.fit(_table(rows, roles))
        codes = range(len(numbers), len(numbers) + len(categories)) if dense else ()
        return cls(roles, transformer, tuple(codes))

    def transform(self, inputs: Sequence[Any]) -> Any:
        """A matrix of n rows, dense or sparse."""
        return self.transformer.transform(_table([as_row(value) for value in inputs], self.roles))


def as_row(value: Any) -> Mapping[str, Any]:
    """An input as columns: a table row is one, a text has one column, an image one for each number."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, str):
        return {"text": value}
    return {str(i): cell for i, cell in enumerate(np.ravel(np.asarray(value, dtype=np.float64)).tolist())}


def as_number(cell: Any) -> float | None:
    """A cell as a finite number, also where it is a text that says one; None where it is not."""
    try:
        value = float(cell)
    except (TypeError, ValueError):
        return None
    return value if np.isfinite(value) else None


def _empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def is_missing(cell: Any) -> bool:
    """Whether a cell of a column of numbers is empty, or says that there is none in a usual way."""
    return _empty(cell) or str(cell).strip().lower() in _MISSING


def is_numeric(cells: Sequence[Any]) -> bool:
    """Whether a column is one of numbers: nearly all its cells are, or all are empty.

    What is missing does not count, however it is written; the few cells that are no numbers are missing, too.
    """
    given = [str(cell) if isinstance(cell, bool) else cell for cell in cells if not is_missing(cell)]
    if not given:
        return all(_empty(cell) for cell in cells)
    return sum(as_number(cell) is not None for cell in given) >= NUMERIC * len(given)


def _role(cells: Sequence[Any], *, plain: bool) -> Role:
    """`plain`: the input is this one text, and no table."""
    if not plain and is_numeric(cells):
        return "number"
    given = [cell for cell in cells if not _empty(cell)]
    words = sum(len(str(cell).split()) for cell in given) / max(len(given), 1)
    long = words >= _LONG and len(set(map(str, given))) > len(given) / 2
    return "text" if (plain or long) and _words(given) else "category"


def _table(rows: Sequence[Mapping[str, Any]], roles: Mapping[str, Role]) -> NDArray[np.object_]:
    table = np.empty((len(rows), len(roles)), dtype=object)
    for j, (name, role) in enumerate(roles.items()):
        cells = [row.get(name) for row in rows]
        if role == "number":
            table[:, j] = [np.nan if (v := as_number(cell)) is None else v for cell in cells]
        else:
            table[:, j] = ["" if _empty(cell) else str(cell) for cell in cells]
    return table


def _numbers(*, dense: bool) -> Any:
    """Trees know what to do with an empty cell; a linear model is told the median, and that it was empty."""
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    to_float = FunctionTransformer(as_floats)
    if dense:
        return to_float
    imputer = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    return make_pipeline(to_float, imputer, StandardScaler())


def as_floats(cells: Any) -> Any:
    """Cells as floating point numbers; named, so that a fitted transformer can be kept."""
    return np.asarray(cells, dtype=np.float64)


def _categories(*, dense: bool) -> Any:
    from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

    if dense:
        return OrdinalEncoder(
            handle_unknown="use_encoded_value", unknown_value=np.nan, max_categories=_CATEGORIES, dtype=np.float64
        )
    return OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=_CATEGORIES)


def _text(words: set[str], *, dense: bool, seed: int) -> Any:
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline

    counts = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    if not dense:
        return counts
    return make_pipeline(counts, TruncatedSVD(min(_TOPICS, len(words)), random_state=seed))


def _words(cells: Sequence[Any]) -> set[str]:
    """What scikit-learn takes for words."""
    return {word for cell in cells if cell is not None for word in _WORD.findall(str(cell).lower())}
