"""The real data sets that scikit-learn carries, as rows: a quarter of each is the test part."""

from collections.abc import Iterator
from typing import Any

from harness.errors import ConfigError, UnknownNameError

_NAMES = ("breast_cancer", "diabetes", "digits", "iris", "wine")
_TEST_SHARE = 0.25


def sklearn_rows(source: str, where: str) -> Iterator[dict[str, Any]]:
    """Rows of `NAME:train` or `NAME:test`: the features by name (or `image`, rows of grey values) and `target`.

    The split is fixed (seed 0, stratified by class), so that every user has the same test items.

    Raises:
        UnknownNameError: no such data set.
        ConfigError: the part is neither train nor test.
    """
    name, _, part = source.partition(":")
    if name not in _NAMES:
        raise UnknownNameError("scikit-learn data set", name, _NAMES, where)
    if part not in ("train", "test"):
        raise ConfigError(f'{where}: name the part, "sklearn:{name}:train" or "sklearn:{name}:test".')
    import sklearn.datasets
    from sklearn.model_selection import train_test_split

    bunch = getattr(sklearn.datasets, f"load_{name}")()
    classes = getattr(bunch, "target_names", None)
    images = getattr(bunch, "images", None)
    rows = range(len(bunch.target))
    strata = bunch.target if classes is not None else None
    train, test = train_test_split(rows, test_size=_TEST_SHARE, random_state=0, stratify=strata)
    features = [str(f) for f in bunch.feature_names]
    for row in sorted(train if part == "train" else test):
        cells: dict[str, Any] = dict(zip(features, map(float, bunch.data[row]), strict=True))
        if images is not None:
            cells = {"image": images[row].tolist()}
        target = bunch.target[row]
        cells["target"] = str(classes[target]) if classes is not None else float(target)
        yield cells
