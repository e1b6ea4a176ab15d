"""The tasks on scikit-learn's own data: what they hold, and that their candidates reach what they should."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits

from harness.project import bundled
from harness.task import load_task


def task(name):
    return load_task(bundled() / "tasks" / name)


@pytest.mark.parametrize(
    ("name", "kind", "train", "test"),
    [("breast_cancer", "binary", 426, 143), ("diabetes", "number", 331, 111), ("digits", "image-label", 1347, 450)],
)
def test_a_quarter_is_test_and_no_row_is_in_both(name, kind, train, test):
    loaded = task(name)
    assert (loaded.kind.name, len(loaded.train), len(loaded.test)) == (kind, train, test)
    assert not {i.query.hash for i in loaded.train} & {i.query.hash for i in loaded.test}
    assert all(metric.name for metric in loaded.metrics)
    assert (loaded.folder / "README.md").read_text().startswith(f"# {name}")


def test_the_rows_are_those_of_scikit_learn():
    data, loaded = load_breast_cancer(), task("breast_cancer")
    rows = {tuple(i.input.values()): i.target for i in (*loaded.train, *loaded.test)}
    assert rows == {tuple(r): str(data.target_names[t]) for r, t in zip(data.data.tolist(), data.target, strict=True)}
    data, loaded = load_diabetes(), task("diabetes")
    assert sorted(i.target for i in (*loaded.train, *loaded.test)) == sorted(data.target.tolist())
    data, loaded = load_digits(), task("digits")
    images = np.asarray([i.input for i in (*loaded.train, *loaded.test)])
    assert images.shape == data.images.shape
    assert images.sum() == data.images.sum()


def test_positive_is_what_a_doctor_looks_for():
    assert task("breast_cancer").kind.positive == "malignant"
